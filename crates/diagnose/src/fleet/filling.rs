//! The table's rows, put into the order of terminals and told apart.

use super::judged_span::judged_span;
use super::leaves::LeafNumbers;
use super::places::Places;
use super::repeats::{Payment, Repeats, card_number};
use super::shown_cards::ShownCards;
use super::sign_ons;
use super::slowness::Slowness;
use super::values::{Standing, Values};
use crate::attack::{AttackRun, KeyedEntry, RUN, attacks};
use crate::baseline::Cells;
use crate::episodes::{Try, episodes};
use crate::{Attempt, Day, Flags, Mark, UNTOLD};
use posmortem_exchange::{Chunk, Conclusion, ExchangeTable, Manner, Names, Outcome, TerminalEvent, Traces};
use posmortem_iso8583::EntryMode;
use std::ops::Range;

/// A day and what belongs to it.
#[derive(Default)]
pub(super) struct Filled {
    pub(super) day: Day,
    /// By attempt: its row in the table.
    pub(super) rows: Vec<u32>,
    pub(super) cells: Cells,
    pub(super) cards: ShownCards,
    /// Terminal and attack; the entries are places in the day.
    pub(super) attacks: Vec<(u32, AttackRun)>,
    /// Attempts that are not judged for their time.
    pub(super) outside: u64,
}

impl Filled {
    /// Tells the span of what is judged, and sets aside what lies outside.
    fn bound(&mut self) {
        let attempts = &mut self.day.attempts;
        let whole_days = judged_span(attempts.iter().map(|attempt| attempt.at));
        let is_inside = |at: i64| (whole_days.0..whole_days.1).contains(&at);
        let inside = || attempts.iter().map(|attempt| attempt.at).filter(|at| is_inside(*at));
        self.day.span = (inside().min().unwrap_or(0), inside().max().map_or(0, |last| last + 1));
        for attempt in attempts.iter_mut().filter(|attempt| !is_inside(attempt.at)) {
            attempt.flags = attempt.flags.with(Flags::NEUTRAL);
            self.outside += 1;
        }
    }
}

/// Chunks of the table that are put into the order of terminals at a time, 4 MB of attempts.
const CHUNKS: usize = 4;

const NO_ATTEMPT: Attempt = Attempt { at: 0, leaf: 0, count: 0, mark: Mark::NONE, flags: Flags::NONE };

/// What an ending tells of its attempts.
struct Ending {
    mark: Mark,
    flags: Flags,
}

pub(super) struct Filling<'t, 'v> {
    table: &'t ExchangeTable,
    values: &'v Values<'t>,
    events: &'v [Vec<TerminalEvent>],
    places: Places,
    leaves: LeafNumbers<'t, 'v>,
    /// By ending of the table.
    endings: Vec<Ending>,
    /// By manner of the table: what it tells, and whether the card was keyed in.
    manners: Vec<(Flags, bool)>,
    repeats: Repeats,
    /// Of the attempts of the terminal that is taken over.
    payments: Vec<Payment>,
    slowness: Slowness,
    offset_ms: i64,
    filled: Filled,
}

impl<'t, 'v> Filling<'t, 'v> {
    pub(super) fn new(
        table: &'t ExchangeTable,
        names: &'t Names,
        values: &'v Values<'t>,
        events: &'v [Vec<TerminalEvent>],
        offset_ms: i64,
    ) -> Self {
        let told = |holds: bool, flag: Flags| if holds { flag } else { Flags::default() };
        let ending = |ending: &Conclusion| Ending {
            mark: mark_of(ending),
            flags: told(ending.outcome == Outcome::Open, Flags::NEUTRAL),
        };
        let manner = |manner: &Manner| {
            let missing = fell_back(manner) && manner.traces.has(Traces::ICC_DATA_MISSING);
            let flags = told(fell_back(manner), Flags::FELL_BACK).with(told(missing, Flags::ICC_MISSING));
            (flags, manner.entry_mode == EntryMode::Manual)
        };
        Self {
            endings: table.endings().iter().map(ending).collect(),
            manners: table.manners().iter().map(manner).collect(),
            table,
            values,
            events,
            places: Places::of(table, values),
            leaves: LeafNumbers::new(table, names, values),
            repeats: Repeats::default(),
            payments: Vec::new(),
            slowness: Slowness::of(table),
            offset_ms,
            filled: Filled::default(),
        }
    }

    /// Takes over the rows, terminal by terminal.
    pub(super) fn fill(mut self) -> Filled {
        let terminal_of: Vec<u32> =
            self.table.places().iter().map(|place| self.values.terminal(place.terminal)).collect();
        let bounds = bounds(&terminal_of, self.events.len(), self.table.chunks());
        self.lay_out(&terminal_of, bounds.clone());
        let only_places = self.only_places(&terminal_of);
        for (terminal, (ends, only_place)) in (0_u32..).zip(bounds.windows(2).zip(only_places)) {
            let range = ends[0]..ends[1];
            self.take(terminal, range.clone(), only_place);
            self.filled.day.sequences.push(range);
        }
        let Self { values, leaves, mut filled, .. } = self;
        (filled.day.leaves, filled.cells) = leaves.finish();
        filled.day.values = values.sizes();
        filled.bound();
        filled
    }

    /// Puts each row to the attempts of its terminal, where the next one goes: rows come in the order of time. Its
    /// ware stands for its leaf, and its [`Payment`] for its count. Twenty thousand terminals are written to at once,
    /// so that each write would miss the cache: some chunks are put in order by themselves first.
    fn lay_out(&mut self, terminal_of: &[u32], mut next: Vec<usize>) {
        let mut attempts = vec![NO_ATTEMPT; self.table.len()];
        let mut rows = vec![0; self.table.len()];
        let mut of_chunks = Vec::new();
        for (first, chunks) in (0_u32..).step_by(CHUNKS).zip(self.table.chunks().chunks(CHUNKS)) {
            let (order, ends) = self.by_terminal(terminal_of, chunks, &mut of_chunks);
            let begins = std::iter::once(0).chain(ends.iter().copied());
            for (next, (begin, end)) in next.iter_mut().zip(begins.zip(&ends)) {
                for row in &order[begin..*end] {
                    (attempts[*next], rows[*next]) = (of_chunks[*row as usize], (first << 16) + *row);
                    *next += 1;
                }
            }
        }
        (self.filled.day.attempts, self.filled.rows) = (attempts, rows);
    }

    /// The rows of some chunks (full, but for the table's last) terminal by terminal, and where each terminal's end.
    /// Their attempts are told in the order of the rows.
    fn by_terminal(
        &mut self,
        terminal_of: &[u32],
        chunks: &[Chunk],
        attempts: &mut Vec<Attempt>,
    ) -> (Vec<u32>, Vec<usize>) {
        let mut next = bounds(terminal_of, self.events.len(), chunks);
        let mut order = vec![0; chunks.iter().map(Chunk::len).sum()];
        attempts.clear();
        for chunk in chunks {
            for row in 0..chunk.len() {
                let next = &mut next[terminal_of[chunk.places().id(row)] as usize];
                order[*next] = attempts.len() as u32;
                attempts.push(self.attempt(chunk, row));
                *next += 1;
            }
        }
        // Where the next one of a terminal would go, its own end.
        next.pop();
        (order, next)
    }

    #[inline]
    fn attempt(&mut self, chunk: &Chunk, row: usize) -> Attempt {
        let (issuer, manner) = (chunk.issuers().id(row) as u32, chunk.manners().id(row) as u32);
        let (begun, link) = (chunk.millis(row), chunk.links().id(row));
        let (of_manner, is_keyed) = self.manners[manner as usize];
        let ending = &self.endings[chunk.endings().id(row)];
        let mut flags = of_manner.with(ending.flags);
        if self.slowness.is_slow(link, issuer as usize, begun, chunk.latencies().get(row)) {
            flags = flags.with(Flags::SLOW);
        }
        Attempt {
            at: begun + self.offset_ms,
            leaf: self.leaves.ware(link as u32, issuer, manner),
            count: Payment::new(chunk.cards().get(row), chunk.amounts().get(row), is_keyed).0,
            mark: ending.mark,
            flags,
        }
    }

    /// By terminal: its place, where it has but one.
    fn only_places(&self, terminal_of: &[u32]) -> Vec<Option<u32>> {
        let mut places = vec![(None, 0); self.events.len()];
        for (place, terminal) in (0_u32..).zip(terminal_of) {
            let known: &mut (Option<u32>, u32) = &mut places[*terminal as usize];
            *known = (Some(place), known.1 + 1);
        }
        places.into_iter().map(|(place, count)| place.filter(|_| count == 1)).collect()
    }

    /// The chunk with an attempt of the day, and its row there.
    fn row(&self, attempt: usize) -> (&'t Chunk, usize) {
        self.table.at(self.filled.rows[attempt])
    }

    fn card(&self, attempt: usize) -> u64 {
        let (chunk, row) = self.row(attempt);
        chunk.cards().get(row)
    }

    /// Takes over the attempts of one terminal, which has that place alone, if any.
    fn take(&mut self, terminal: u32, range: Range<usize>, only_place: Option<u32>) {
        // Attempts without a terminal stand each where they say.
        let moves = terminal != UNTOLD;
        let place_of = |filling: &Self, at: usize| {
            only_place.unwrap_or_else(|| {
                let (chunk, row) = filling.row(at);
                chunk.places().id(row) as u32
            })
        };
        let places = range.clone().map(|at| place_of(self, at));
        let mut standing = if moves { self.places.first_told(places) } else { Standing::default() };
        let mut sign_ons = sign_ons(&self.events[terminal as usize]).peekable();
        self.leaves.begin(terminal);
        self.payments.clear();
        let mut place = None;
        let mut stand = 0;
        for at in range.clone() {
            let now = place_of(self, at);
            if place != Some(now) {
                place = Some(now);
                let before = if moves { standing } else { Standing::default() };
                standing = self.places.after(before, now);
                stand = self.leaves.stand(standing);
            }
            let attempt = &mut self.filled.day.attempts[at];
            while sign_ons.next_if(|signed_on| *signed_on <= attempt.at).is_some() {
                attempt.flags = attempt.flags.with(Flags::AFTER_SIGN_ON);
            }
            attempt.leaf = self.leaves.number(stand, attempt.leaf);
            self.payments.push(Payment(std::mem::replace(&mut attempt.count, 1)));
        }
        self.set_repeats_aside(&range);
        let attempts = range.clone().zip(&self.filled.day.attempts[range.clone()]);
        let shown: Vec<usize> = attempts.filter(|(_, attempt)| attempt.shows()).map(|(at, _)| at).collect();
        for at in shown {
            let card = self.card(at);
            self.filled.cards.push(at, card);
        }
        if terminal != UNTOLD {
            self.set_attacks_aside(terminal, &range);
        }
    }

    /// Flags repeats of payments among the attempts of one terminal.
    fn set_repeats_aside(&mut self, range: &Range<usize>) {
        let repeated: Vec<usize> =
            self.repeats.among(&self.payments).iter().map(|at| range.start + *at as usize).collect();
        let as_try = |at: &usize| {
            let (attempt, (chunk, row)) = (&self.filled.day.attempts[*at], self.row(*at));
            let Attempt { at, mark, flags, .. } = *attempt;
            let card = card_number(chunk.cards().get(row));
            Try { at, card, amount: chunk.amounts().get(row), mark, is_failure: !mark.is_none(), flags }
        };
        let tries: Vec<Try> = repeated.iter().map(as_try).collect();
        for (at, flags) in repeated.into_iter().zip(episodes(&tries)) {
            self.filled.day.attempts[at].flags = flags;
        }
    }

    /// Flags attacks among the attempts of one terminal.
    fn set_attacks_aside(&mut self, terminal: u32, range: &Range<usize>) {
        let payments = range.clone().zip(&self.payments);
        let keyed: Vec<usize> =
            payments.filter(|(_, payment)| payment.is_keyed()).map(|(at, _)| at).collect();
        if keyed.len() < RUN {
            return;
        }
        let entry = |at: &usize| {
            let attempt = &self.filled.day.attempts[*at];
            let (issuer, card) = (self.leaves.issuer(attempt.leaf), card_number(self.card(*at)));
            KeyedEntry { at: attempt.at, issuer, card, mark: attempt.mark }
        };
        let entries: Vec<KeyedEntry> = keyed.iter().map(entry).collect();
        for mut attack in attacks(&entries) {
            for at in &mut attack.entries {
                *at = keyed[*at];
                let attempt = &mut self.filled.day.attempts[*at];
                attempt.flags = attempt.flags.with(Flags::ATTACK);
            }
            self.filled.attacks.push((terminal, attack));
        }
    }
}

/// Where each terminal's rows begin, and where the last one's end.
fn bounds(terminal_of: &[u32], terminals: usize, chunks: &[Chunk]) -> Vec<usize> {
    let mut bounds = vec![0_usize; terminals + 1];
    for chunk in chunks {
        for row in 0..chunk.len() {
            bounds[terminal_of[chunk.places().id(row)] as usize + 1] += 1;
        }
    }
    for at in 1..bounds.len() {
        bounds[at] += bounds[at - 1];
    }
    bounds
}

/// Whether a chip card was read by its stripe because the chip could not be: so told by its entry mode, or by
/// a swipe whose messages tell of the chip's failure. A chip card that is merely swiped does not count: habits
/// of shops would drown readers that die.
pub(super) fn fell_back(manner: &Manner) -> bool {
    let traces = manner.traces;
    let chip_failed = traces.has(Traces::CHIP_READ_FAILED) || traces.has(Traces::ICC_DATA_MISSING);
    match manner.entry_mode {
        EntryMode::Fallback => true,
        EntryMode::Stripe => traces.has(Traces::CHIP_CARD) && chip_failed,
        _ => false,
    }
}

/// What an attempt shows. One without an answer in time shows just that, whatever the reversal that took
/// it back says: that is the terminal's guess.
fn mark_of(ending: &Conclusion) -> Mark {
    match (ending.outcome, ending.reason) {
        (Outcome::Open, _) => Mark::NONE,
        (Outcome::Unanswered | Outcome::Late, _) => Mark::from_name("response_timeout").unwrap_or(Mark::NONE),
        (_, Some(reason)) => Mark::of(reason),
        (Outcome::Unclassified, None) => Mark::UNCLASSIFIED,
        _ => Mark::NONE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings;
    use crate::fleet::Fleet;
    use posmortem_classify::CodeTables;
    use posmortem_exchange::{Exchange, Leg, Source, conclude};
    use posmortem_iso8583::{ResponseCode, Timestamp};

    /// More chunks than are put in order at a time, with terminals that come and go.
    #[test]
    fn each_row_becomes_one_attempt_of_its_terminal_in_the_order_of_the_table() {
        let (mut table, mut names) = (ExchangeTable::default(), Names::default());
        let terminals: Vec<_> = ["", "7", "1", "30", "4"].map(|id| names.intern(id)).to_vec();
        let rows = CHUNKS << 16 | 5_000;
        for row in 0..rows {
            let terminal_key = terminals[row * row % 31 % 5 * usize::from(row % 9 < row >> 15)];
            let code = ResponseCode::parse(if row % 21 == 0 { b"91" } else { b"00" });
            let at = Timestamp { millis: row as i64 / 3, offset_minutes: None };
            let leg =
                Leg { terminal_key, code, stan: Some(row as u64), ..Leg::untold(at, Source::default()) };
            let exchange = Exchange::alone(leg);
            table.push(&exchange, &conclude(&exchange, CodeTables::built_in()));
        }
        table.finish(&names, |_, _| true);
        let settings = Settings::default();
        let fleet = Fleet::of(&table, &names, &settings);
        assert_eq!(fleet.day.sequences.len(), terminals.len());
        let mut found = vec![Vec::new(); terminals.len()];
        for (row, chunk) in (0_u32..).step_by(1 << 16).zip(table.chunks()) {
            for (row, at) in (row..).zip(0..chunk.len()) {
                let terminal = table.places()[chunk.places().id(at)].terminal;
                let number =
                    fleet.terminals.iter().position(|symbol| *symbol == terminal).unwrap_or_default();
                let mark = mark_of(&table.endings()[chunk.endings().id(at)]);
                found[number].push((row, chunk.millis(at), mark));
            }
        }
        for (range, found) in fleet.day.sequences.iter().zip(found) {
            assert!(!range.is_empty());
            let attempts = range.clone().map(|at| (fleet.rows[at], &fleet.day.attempts[at]));
            let told = attempts.clone().map(|(row, attempt)| (row, attempt.at, attempt.mark));
            assert!(told.eq(found));
            assert!(attempts.into_iter().all(|(_, attempt)| attempt.count == 1));
        }
    }
}
