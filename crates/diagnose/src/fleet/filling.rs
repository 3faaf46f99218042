//! The table's rows, put into the order of terminals and told apart.

use super::judged_span::judged_span;
use super::leaves::LeafNumbers;
use super::places::Places;
use super::shown_cards::ShownCards;
use super::sign_ons;
use super::slowness::Slowness;
use super::values::{Standing, Values};
use crate::attack::{AttackRun, KeyedEntry, attacks};
use crate::baseline::Cells;
use crate::episodes::{Try, episodes};
use crate::{Attempt, Day, Flags, Mark, UNTOLD};
use posmortem_exchange::{Conclusion, ExchangeTable, Manner, Names, Outcome, TerminalEvent, Traces};
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

/// Rows that are put into the order of terminals at a time, 20 MB of visits. A batch reads all columns of the
/// table once, in their order: the more of a column's rows are in it, the fewer reads miss the cache. A terminal
/// with more rows is one batch.
const BATCH_ROWS: usize = 1 << 19;

/// An attempt with what a [`Day`] does not hold.
#[derive(Clone, Copy)]
struct Visit {
    at: i64,
    amount: u64,
    /// 0 where the log does not tell it.
    card: u64,
    row: u32,
    place: u32,
    ware: u32,
    mark: Mark,
    flags: Flags,
    is_keyed: bool,
}

impl Visit {
    const NONE: Self = Self {
        at: 0,
        amount: 0,
        card: 0,
        row: 0,
        place: 0,
        ware: 0,
        mark: Mark::NONE,
        flags: Flags::NONE,
        is_keyed: false,
    };

    fn as_try(&self, attempt: &Attempt) -> Try {
        Try {
            at: self.at,
            card: self.card(),
            amount: self.amount,
            mark: attempt.mark,
            is_failure: !attempt.mark.is_none(),
            flags: attempt.flags,
        }
    }

    fn card(&self) -> Option<u32> {
        u32::try_from(self.card).ok().filter(|card| *card != 0)
    }
}

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
            slowness: Slowness::of(table),
            offset_ms,
            filled: Filled::default(),
        }
    }

    /// Takes over the rows, terminal by terminal.
    pub(super) fn fill(mut self) -> Filled {
        let terminal_of: Vec<u32> =
            self.table.places().iter().map(|place| self.values.terminal(place.terminal)).collect();
        let bounds = self.bounds(&terminal_of);
        let batches = batches(&bounds);
        let mut rows = self.by_batch(&terminal_of, &bounds, &batches);
        self.filled.day.attempts.reserve_exact(rows.len());
        let mut next = bounds.clone();
        let mut visits: Vec<Visit> = Vec::new();
        for batch in batches {
            let begin = bounds[batch.start];
            let of_batch = &mut rows[begin..bounds[batch.end]];
            visits.clear();
            visits.resize(of_batch.len(), Visit::NONE);
            for row in of_batch.iter() {
                let visit = self.visit(*row);
                let next = &mut next[terminal_of[visit.place as usize] as usize];
                visits[*next - begin] = visit;
                *next += 1;
            }
            for terminal in batch {
                let of_terminal = &mut visits[bounds[terminal] - begin..bounds[terminal + 1] - begin];
                of_terminal.sort_by_key(|visit| (visit.at, visit.row));
                self.take(terminal as u32, of_terminal);
                self.filled.day.sequences.push(bounds[terminal]..bounds[terminal + 1]);
            }
            for (row, visit) in of_batch.iter_mut().zip(&visits) {
                *row = visit.row;
            }
        }
        let Self { values, leaves, mut filled, .. } = self;
        filled.rows = rows;
        (filled.day.leaves, filled.cells) = leaves.finish();
        filled.day.values = values.sizes();
        filled.bound();
        filled
    }

    fn visit(&mut self, row: u32) -> Visit {
        let (chunk, at) = (&self.table.chunks()[(row >> 16) as usize], (row & 0xffff) as usize);
        let (issuer, manner) = (chunk.issuers().id(at) as u32, chunk.manners().id(at) as u32);
        let (begun, link) = (chunk.millis(at), chunk.links().id(at));
        let (of_manner, is_keyed) = self.manners[manner as usize];
        let ending = &self.endings[chunk.endings().id(at)];
        let mut flags = of_manner.with(ending.flags);
        if self.slowness.is_slow(link, issuer as usize, begun, chunk.latencies().get(at)) {
            flags = flags.with(Flags::SLOW);
        }
        Visit {
            at: begun + self.offset_ms,
            amount: chunk.amounts().get(at),
            card: chunk.cards().get(at),
            row,
            place: chunk.places().id(at) as u32,
            ware: self.leaves.ware(link as u32, issuer, manner),
            mark: ending.mark,
            flags,
            is_keyed,
        }
    }

    /// Where each terminal's attempts begin, and where the last one's end.
    fn bounds(&self, terminal_of: &[u32]) -> Vec<usize> {
        let mut bounds = vec![0_usize; self.events.len() + 1];
        for chunk in self.table.chunks() {
            for row in 0..chunk.len() {
                bounds[terminal_of[chunk.places().id(row)] as usize + 1] += 1;
            }
        }
        for at in 1..bounds.len() {
            bounds[at] += bounds[at - 1];
        }
        bounds
    }

    /// Row numbers by batch, in their order within each.
    fn by_batch(&self, terminal_of: &[u32], bounds: &[usize], batches: &[Range<usize>]) -> Vec<u32> {
        let mut batch_of = vec![0_u32; self.events.len()];
        for (number, batch) in (0..).zip(batches) {
            batch_of[batch.clone()].fill(number);
        }
        let of_place: Vec<u32> = terminal_of.iter().map(|terminal| batch_of[*terminal as usize]).collect();
        let mut next: Vec<usize> = batches.iter().map(|batch| bounds[batch.start]).collect();
        let mut sorted = vec![0; self.table.len()];
        for (chunk, at) in self.table.chunks().iter().zip(0_u32..) {
            for row in 0..chunk.len() {
                let next = &mut next[of_place[chunk.places().id(row)] as usize];
                sorted[*next] = (at << 16) | row as u32;
                *next += 1;
            }
        }
        sorted
    }

    /// Takes over the attempts of one terminal.
    fn take(&mut self, terminal: u32, visits: &[Visit]) {
        let begin = self.filled.day.attempts.len();
        // Attempts without a terminal stand each where they say.
        let moves = terminal != UNTOLD;
        let places = visits.iter().map(|visit| visit.place);
        let mut standing = if moves { self.places.first_told(places) } else { Standing::default() };
        let mut sign_ons = sign_ons(&self.events[terminal as usize]).peekable();
        self.leaves.begin(terminal);
        let mut place = None;
        let mut stand = 0;
        for visit in visits {
            let mut flags = visit.flags;
            while sign_ons.next_if(|at| *at <= visit.at).is_some() {
                flags = flags.with(Flags::AFTER_SIGN_ON);
            }
            if place != Some(visit.place) {
                place = Some(visit.place);
                let before = if moves { standing } else { Standing::default() };
                standing = self.places.after(before, visit.place);
                stand = self.leaves.stand(standing);
            }
            let leaf = self.leaves.number(stand, visit.ware);
            self.filled.day.attempts.push(Attempt { at: visit.at, leaf, count: 1, mark: visit.mark, flags });
        }
        self.set_aside(terminal, visits, begin);
    }

    /// Flags repeats of payments and attacks among the attempts of one terminal, which begin there.
    fn set_aside(&mut self, terminal: u32, visits: &[Visit], begin: usize) {
        let attempts = &mut self.filled.day.attempts[begin..];
        let repeated = self.repeats.among(visits);
        let tries: Vec<Try> =
            repeated.iter().map(|at| visits[*at as usize].as_try(&attempts[*at as usize])).collect();
        for (at, flags) in repeated.iter().zip(episodes(&tries)) {
            attempts[*at as usize].flags = flags;
        }
        let shown = (begin..).zip(&*attempts).zip(visits).filter(|((_, attempt), _)| attempt.shows());
        shown.for_each(|((at, _), visit)| self.filled.cards.push(at, visit.card));
        let keyed: Vec<usize> = (0..visits.len()).filter(|at| visits[*at].is_keyed).collect();
        if terminal == UNTOLD || keyed.is_empty() {
            return;
        }
        let entry = |at: &usize| {
            let (visit, attempt) = (&visits[*at], &attempts[*at]);
            let issuer = self.leaves.issuer(visit.ware);
            KeyedEntry { at: visit.at, issuer, card: visit.card(), mark: attempt.mark }
        };
        let entries: Vec<KeyedEntry> = keyed.iter().map(entry).collect();
        for mut attack in attacks(&entries) {
            for at in &mut attack.entries {
                let place = keyed[*at];
                attempts[place].flags = attempts[place].flags.with(Flags::ATTACK);
                *at = begin + place;
            }
            self.filled.attacks.push((terminal, attack));
        }
    }
}

/// Terminals in their order, as many at a time as have [`BATCH_ROWS`] attempts, and one at least.
fn batches(bounds: &[usize]) -> Vec<Range<usize>> {
    let mut batches = Vec::new();
    let mut begin = 0;
    for end in 1..bounds.len() {
        let is_last = end + 1 == bounds.len();
        if is_last || bounds[end + 1] - bounds[begin] > BATCH_ROWS {
            batches.push(begin..end);
            begin = end;
        }
    }
    batches
}

/// Finds the attempts of a terminal whose card and amount come more than once: all others are payments of
/// their own, whatever became of them.
#[derive(Default)]
struct Repeats {
    /// By hash of card and amount: the number of the search, and the first attempt with them.
    first: Vec<(u32, u32)>,
    searches: u32,
    is_repeated: Vec<bool>,
    repeated: Vec<u32>,
}

impl Repeats {
    /// Their places among the visits, ascending.
    fn among(&mut self, visits: &[Visit]) -> &[u32] {
        self.repeated.clear();
        self.is_repeated.clear();
        self.is_repeated.resize(visits.len(), false);
        let size = (visits.len() * 2).next_power_of_two().max(2);
        if self.first.len() < size || self.searches == u32::MAX {
            self.first = vec![(0, 0); size.max(self.first.len())];
            self.searches = 0;
        }
        self.searches += 1;
        let first = &mut self.first[..size];
        let mut any = false;
        for (at, visit) in (0_u32..).zip(visits) {
            if visit.card().is_none() {
                continue;
            }
            let key = visit.card ^ visit.amount.rotate_left(32);
            let mut slot = (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & (size - 1);
            loop {
                let (search, known) = first[slot];
                if search != self.searches {
                    first[slot] = (self.searches, at);
                    break;
                }
                let other = &visits[known as usize];
                if (other.card, other.amount) == (visit.card, visit.amount) {
                    any = true;
                    self.is_repeated[known as usize] = true;
                    self.is_repeated[at as usize] = true;
                    break;
                }
                slot = (slot + 1) & (size - 1);
            }
        }
        if any {
            self.repeated.extend((0..visits.len() as u32).filter(|at| self.is_repeated[*at as usize]));
        }
        &self.repeated
    }
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
