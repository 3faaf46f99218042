//! The table's rows, put into the order of terminals and told apart.

use super::leaves::LeafNumbers;
use super::places::Places;
use super::sign_ons;
use super::values::Values;
use crate::attack::{AttackRun, KeyedEntry, attacks};
use crate::baseline::Cells;
use crate::episodes::{Try, episodes};
use crate::{Attempt, Day, Flags, Mark, UNTOLD};
use posmortem_exchange::{Conclusion, ExchangeTable, Manner, Names, Outcome, TerminalEvent, Traces};
use posmortem_iso8583::EntryMode;

/// A day and what belongs to it.
#[derive(Default)]
pub(super) struct Filled {
    pub(super) day: Day,
    /// By attempt: its row in the table.
    pub(super) rows: Vec<u32>,
    pub(super) cells: Cells,
    /// Terminal and attack; the entries are places in the day.
    pub(super) attacks: Vec<(u32, AttackRun)>,
}

/// An attempt of one terminal with what a [`Day`] does not hold.
#[derive(Clone, Copy)]
pub(super) struct Visit {
    row: u32,
    at: i64,
    place: u32,
    issuer: u32,
    link: u32,
    pub(super) manner: u32,
    pub(super) ending: u32,
    amount: u64,
    /// 0 where the log does not tell it.
    pub(super) card: u64,
}

impl Visit {
    pub(super) fn of(table: &ExchangeTable, row: u32) -> Self {
        let (chunk, at) = (&table.chunks()[(row >> 16) as usize], (row & 0xffff) as usize);
        Self {
            row,
            at: chunk.millis(at),
            place: chunk.places().id(at) as u32,
            issuer: chunk.issuers().id(at) as u32,
            link: chunk.links().id(at) as u32,
            manner: chunk.manners().id(at) as u32,
            ending: chunk.endings().id(at) as u32,
            amount: chunk.amounts().get(at),
            card: chunk.cards().get(at),
        }
    }

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

pub(super) struct Filling<'t, 'v> {
    table: &'t ExchangeTable,
    values: &'v Values<'t>,
    events: &'v [Vec<TerminalEvent>],
    places: Places,
    leaves: LeafNumbers<'t, 'v>,
    filled: Filled,
}

impl<'t, 'v> Filling<'t, 'v> {
    pub(super) fn new(
        table: &'t ExchangeTable,
        names: &'t Names,
        values: &'v Values<'t>,
        events: &'v [Vec<TerminalEvent>],
    ) -> Self {
        Self {
            table,
            values,
            events,
            places: Places::of(table, values),
            leaves: LeafNumbers::new(table, names, values),
            filled: Filled::default(),
        }
    }

    /// Takes over the rows, terminal by terminal.
    pub(super) fn fill(mut self) -> Filled {
        let (order, bounds) = self.by_terminal();
        self.filled.day.attempts.reserve_exact(order.len());
        self.filled.rows.reserve_exact(order.len());
        let mut visits: Vec<Visit> = Vec::new();
        for (terminal, bounds) in (0..).zip(bounds.windows(2)) {
            visits.clear();
            visits.extend(order[bounds[0]..bounds[1]].iter().map(|row| Visit::of(self.table, *row)));
            visits.sort_by_key(|visit| (visit.at, visit.row));
            let begin = self.filled.day.attempts.len();
            self.take(terminal, &visits);
            self.filled.day.sequences.push(begin..self.filled.day.attempts.len());
        }
        let Self { values, leaves, mut filled, .. } = self;
        (filled.day.leaves, filled.cells) = leaves.finish();
        filled.day.values = values.sizes();
        let times = || filled.day.attempts.iter().map(|attempt| attempt.at);
        filled.day.span = (times().min().unwrap_or(0), times().max().map_or(0, |last| last + 1));
        filled
    }

    /// Row numbers by terminal, and where each terminal's begin and end.
    fn by_terminal(&self) -> (Vec<u32>, Vec<usize>) {
        let terminal_of: Vec<u32> =
            self.table.places().iter().map(|place| self.values.terminal(place.terminal)).collect();
        let rows = || {
            self.table.chunks().iter().zip(0_u32..).flat_map(|(chunk, at)| {
                (0..chunk.len()).map(move |row| (chunk.places().id(row), (at << 16) | row as u32))
            })
        };
        let mut bounds = vec![0_usize; self.events.len() + 1];
        for (place, _) in rows() {
            bounds[terminal_of[place] as usize + 1] += 1;
        }
        for at in 1..bounds.len() {
            bounds[at] += bounds[at - 1];
        }
        let mut next = bounds.clone();
        let mut order = vec![0; self.table.len()];
        for (place, row) in rows() {
            let next = &mut next[terminal_of[place] as usize];
            order[*next] = row;
            *next += 1;
        }
        (order, bounds)
    }

    /// Takes over the attempts of one terminal.
    fn take(&mut self, terminal: u32, visits: &[Visit]) {
        let begin = self.filled.day.attempts.len();
        let mut standing = self.places.first_told(visits.iter().map(|visit| visit.place));
        let mut sign_ons = sign_ons(&self.events[terminal as usize]).peekable();
        for visit in visits {
            let mut signed_on = false;
            while sign_ons.next_if(|at| *at <= visit.at).is_some() {
                signed_on = true;
            }
            standing = self.places.after(standing, visit.place);
            let ending = &self.table.endings()[visit.ending as usize];
            let leaf = self.leaves.number(terminal, standing, visit.link, visit.issuer, visit.manner);
            let flags = self.flags(visit, ending, signed_on);
            self.filled.day.attempts.push(Attempt {
                at: visit.at,
                leaf,
                count: 1,
                mark: mark_of(ending),
                flags,
            });
            self.filled.rows.push(visit.row);
        }
        self.set_aside(terminal, visits, begin);
    }

    /// Flags repeats of payments and attacks among the attempts of one terminal, which begin there.
    fn set_aside(&mut self, terminal: u32, visits: &[Visit], begin: usize) {
        let attempts = &mut self.filled.day.attempts[begin..];
        let tries: Vec<Try> =
            visits.iter().zip(&*attempts).map(|(visit, attempt)| visit.as_try(attempt)).collect();
        for (attempt, flags) in attempts.iter_mut().zip(episodes(&tries)) {
            attempt.flags = flags;
        }
        let is_keyed =
            |visit: &Visit| self.table.manners()[visit.manner as usize].entry_mode == EntryMode::Manual;
        let keyed: Vec<usize> = (0..visits.len()).filter(|at| is_keyed(&visits[*at])).collect();
        if terminal == UNTOLD || keyed.is_empty() {
            return;
        }
        let entry = |at: &usize| {
            let (visit, attempt) = (&visits[*at], &attempts[*at]);
            KeyedEntry { at: visit.at, issuer: visit.issuer, card: visit.card(), mark: attempt.mark }
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

    fn flags(&self, visit: &Visit, ending: &Conclusion, signed_on: bool) -> Flags {
        let told = [
            (fell_back(&self.table.manners()[visit.manner as usize]), Flags::FELL_BACK),
            (ending.outcome == Outcome::Open, Flags::NEUTRAL),
            (signed_on, Flags::AFTER_SIGN_ON),
        ];
        let holding = told.into_iter().filter(|(holds, _)| *holds);
        holding.fold(Flags::default(), |flags, (_, flag)| flags.with(flag))
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
