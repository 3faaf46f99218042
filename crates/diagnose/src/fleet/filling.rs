//! The table's rows, put into the order of terminals and told apart.

pub(super) mod layout;
mod stretch;

use super::judged_span::judged_span;
use super::leaves::{self, StretchLeaves};
use super::over_chunks::{added, over_chunks};
use super::places::Places;
use super::repeats::{Payment, Repeats};
use super::shown_cards::ShownCards;
use super::sign_ons;
use super::slowness::Slowness;
use super::values::Values;
use super::wares::Wares;
use crate::attack::AttackRun;
use crate::baseline::Cells;
use crate::{Attempt, Day, Flags, Mark};
use layout::lay_out;
use posmortem_exchange::{Chunk, Conclusion, ExchangeTable, Manner, Names, Outcome, TerminalEvent, Traces};
use posmortem_iso8583::EntryMode;
use rayon::prelude::*;
use stretch::{Stretch, Taken, Takeover};

/// A day and what belongs to it.
#[derive(Default)]
pub(super) struct Filled {
    pub(super) day: Day,
    /// By attempt: its row in the table.
    pub(super) rows: Vec<u32>,
    pub(super) cells: Cells,
    pub(super) cards: ShownCards,
    /// By leaf: its attempts, whatever became of them.
    pub(super) attempts_by_leaf: Vec<u32>,
    /// Terminal and attack; the entries are places in the day.
    pub(super) attacks: Vec<(u32, AttackRun)>,
    /// Attempts that are not judged for their time.
    pub(super) outside: u64,
}

impl Filled {
    /// Tells the span of what is judged, and sets aside what lies outside.
    fn bound(&mut self) {
        let attempts = &mut self.day.attempts;
        let whole_days = judged_span(attempts);
        let is_inside = |at: i64| (whole_days.0..whole_days.1).contains(&at);
        let inside = || attempts.par_iter().map(|attempt| attempt.at).filter(|at| is_inside(*at));
        self.day.span = (inside().min().unwrap_or(0), inside().max().map_or(0, |last| last + 1));
        let set_aside = |attempt: &mut Attempt| {
            let is_outside = !is_inside(attempt.at);
            if is_outside {
                attempt.flags = attempt.flags.with(Flags::NEUTRAL);
            }
            u64::from(is_outside)
        };
        self.outside = attempts.par_iter_mut().map(set_aside).sum();
    }
}

/// Stretches of terminals, a thread: enough that one with long sequences keeps nobody waiting.
const STRETCHES: usize = 8;

const NO_ATTEMPT: Attempt = Attempt { at: 0, leaf: 0, count: 0, mark: Mark::NONE, flags: Flags::NONE };

/// What an ending tells of its attempts.
struct Ending {
    mark: Mark,
    flags: Flags,
}

/// What rows of a table mean.
struct RowMeanings<'t, 'v> {
    table: &'t ExchangeTable,
    /// By terminal.
    events: &'v [Vec<TerminalEvent>],
    places: Places,
    wares: Wares<'t>,
    /// By place of the table.
    terminals: Vec<u32>,
    /// By terminal: its place, where it has but one.
    only_places: Vec<Option<u32>>,
    /// By ending of the table.
    endings: Vec<Ending>,
    /// By manner of the table: what it tells, and whether the card was keyed in.
    manners: Vec<(Flags, bool)>,
    slowness: Slowness,
    offset_ms: i64,
}

/// Takes over the rows of a table, terminal by terminal.
pub(super) fn fill(
    table: &ExchangeTable,
    names: &Names,
    values: &Values<'_>,
    events: &[Vec<TerminalEvent>],
    offset_ms: i64,
) -> Filled {
    let meanings = RowMeanings::of(table, names, values, events, offset_ms);
    let bounds = meanings.bounds_of_all();
    let mut attempts = vec![NO_ATTEMPT; table.len()];
    let mut rows = vec![0; table.len()];
    let mut stretches = stretches(&bounds, &mut attempts, &mut rows);
    lay_out(&meanings, &bounds, &mut stretches);
    let taken: Vec<Taken> = stretches
        .par_iter_mut()
        .map_init(|| Takeover::new(&meanings), |takeover, stretch| takeover.take_over(stretch, &bounds))
        .collect();
    let mut filled = Filled::default();
    let mut leaves = Vec::new();
    for (stretch, Taken { leaves: of_stretch, cards, attacks }) in stretches.iter().zip(taken) {
        leaves.push(of_stretch);
        let shown = (stretch.begin..).zip(&*stretch.attempts).filter(|(_, attempt)| attempt.shows());
        shown.zip(cards).for_each(|((at, _), card)| filled.cards.push(at, card));
        filled.attacks.extend(attacks);
    }
    filled.attempts_by_leaf = number_on(stretches, &leaves);
    (filled.day.leaves, filled.cells) = leaves::joined(leaves, &meanings.wares, values);
    filled.day.sequences = bounds.windows(2).map(|ends| ends[0]..ends[1]).collect();
    filled.day.values = values.sizes();
    (filled.day.attempts, filled.rows) = (attempts, rows);
    filled.bound();
    filled
}

/// Numbers the leaves of each stretch on from those before it; gives the attempts of each leaf.
fn number_on(stretches: Vec<Stretch<'_>>, leaves: &[StretchLeaves]) -> Vec<u32> {
    let mut attempts = vec![0; leaves.iter().map(|leaves| leaves.parts.len()).sum()];
    let (mut rest, mut before, mut rooms) = (attempts.as_mut_slice(), 0, Vec::new());
    for (stretch, leaves) in stretches.into_iter().zip(leaves) {
        let (own, others) = std::mem::take(&mut rest).split_at_mut(leaves.parts.len());
        rooms.push((stretch, before, own));
        before += leaves.parts.len() as u32;
        rest = others;
    }
    rooms.into_par_iter().for_each(|(stretch, before, counts)| {
        for attempt in stretch.attempts {
            counts[attempt.leaf as usize] += 1;
            attempt.leaf += before;
        }
    });
    attempts
}

/// Parts terminals into stretches of about as many attempts.
fn stretches<'a>(
    bounds: &[usize],
    mut attempts: &'a mut [Attempt],
    mut rows: &'a mut [u32],
) -> Vec<Stretch<'a>> {
    let terminals = bounds.len() - 1;
    let least = attempts.len().div_ceil(STRETCHES * rayon::current_num_threads()).max(1);
    let (mut stretches, mut first) = (Vec::new(), 0);
    for end in 1..=terminals {
        let begin = bounds[first];
        if bounds[end] - begin < least && end < terminals {
            continue;
        }
        let (own, others) = attempts.split_at_mut(bounds[end] - begin);
        let (own_rows, other_rows) = rows.split_at_mut(bounds[end] - begin);
        stretches.push(Stretch { terminals: first..end, begin, attempts: own, rows: own_rows });
        (attempts, rows, first) = (others, other_rows, end);
    }
    stretches
}

impl<'t, 'v> RowMeanings<'t, 'v> {
    fn of(
        table: &'t ExchangeTable,
        names: &Names,
        values: &Values<'_>,
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
        let terminals: Vec<u32> =
            table.places().iter().map(|place| values.terminal(place.terminal)).collect();
        Self {
            endings: table.endings().iter().map(ending).collect(),
            manners: table.manners().iter().map(manner).collect(),
            places: Places::of(table, values),
            wares: Wares::of(table, names),
            slowness: Slowness::of(table),
            only_places: only_places(&terminals, events.len()),
            terminals,
            table,
            events,
            offset_ms,
        }
    }

    /// The terminal of a row.
    #[inline]
    fn terminal(&self, chunk: &Chunk, row: usize) -> usize {
        self.terminals[chunk.places().id(row)] as usize
    }

    /// The place of a terminal that has but one.
    fn only_place(&self, terminal: u32) -> Option<u32> {
        self.only_places[terminal as usize]
    }

    /// What a row shows by itself: its ware stands for its leaf, and its [`Payment`] for its count.
    #[inline]
    fn attempt(&self, chunk: &Chunk, row: usize) -> Attempt {
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
            leaf: self.wares.number(link as u32, issuer, manner),
            count: Payment::new(chunk.cards().get(row), chunk.amounts().get(row), is_keyed).0,
            mark: ending.mark,
            flags,
        }
    }

    /// Where each terminal's rows begin among those of some chunks, and where the last one's end.
    fn bounds(&self, chunks: &[Chunk]) -> Vec<usize> {
        let mut counts = vec![[0]; self.events.len() + 1];
        chunks.iter().for_each(|chunk| self.count(&mut counts, chunk));
        bounds(counts)
    }

    fn bounds_of_all(&self) -> Vec<usize> {
        let terminals = self.events.len() + 1;
        let add = |counts: &mut Vec<[u32; 1]>, chunk: &Chunk| self.count(counts, chunk);
        bounds(over_chunks(self.table, 4 * terminals, || vec![[0]; terminals], add, added))
    }

    /// Counts the rows of each terminal in the place of the next one.
    fn count(&self, counts: &mut [[u32; 1]], chunk: &Chunk) {
        for row in 0..chunk.len() {
            counts[self.terminal(chunk, row) + 1][0] += 1;
        }
    }
}

/// Counts, each with those before it.
fn bounds(counts: Vec<[u32; 1]>) -> Vec<usize> {
    let with_those_before = |sum: &mut usize, [count]: [u32; 1]| {
        *sum += count as usize;
        Some(*sum)
    };
    counts.into_iter().scan(0, with_those_before).collect()
}

/// By terminal: its place, where it has but one.
fn only_places(terminals: &[u32], count: usize) -> Vec<Option<u32>> {
    let mut places = vec![(None, 0); count];
    for (place, terminal) in (0_u32..).zip(terminals) {
        let known: &mut (Option<u32>, u32) = &mut places[*terminal as usize];
        *known = (Some(place), known.1 + 1);
    }
    places.into_iter().map(|(place, count)| place.filter(|_| count == 1)).collect()
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
pub(super) fn mark_of(ending: &Conclusion) -> Mark {
    match (ending.outcome, ending.reason) {
        (Outcome::Open, _) => Mark::NONE,
        (Outcome::Unanswered | Outcome::Late, _) => Mark::from_name("response_timeout").unwrap_or(Mark::NONE),
        (_, Some(reason)) => Mark::of(reason),
        (Outcome::Unclassified, None) => Mark::UNCLASSIFIED,
        _ => Mark::NONE,
    }
}
