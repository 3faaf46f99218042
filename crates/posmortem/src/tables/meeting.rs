//! The legs of edges on their way into pairing: those of all tables in one canonical order.
//!
//! Tables are read in the order of time. A leg waits until no table to come can hold an earlier one, so that memory holds
//! the edges of a few neighbours and not those of all tables. A leg that stands where another table has settled
//! everything has a wrong clock or a wrong place; it comes too late for what is settled, and goes on where nothing there
//! could have found it.

use super::agreement::settled_span;
use posmortem_exchange::{Exchange, Leg, Names, PairingSettings, may_meet};
use posmortem_tables::{Row, Table, TableError, TableFacts};
use std::collections::VecDeque;

/// Legs that wait.
pub(super) struct Meeting {
    horizon_ms: i64,
    /// Where tables have settled everything, with their numbers, in the order of time. They do not overlap.
    settled: Vec<(i64, i64, usize)>,
    /// For each table, the earliest moment of those behind it.
    next: Vec<i64>,
    waiting: VecDeque<Leg>,
}

impl Meeting {
    /// Of tables in the order in which they will be read.
    pub(super) fn of<'t>(
        tables: impl DoubleEndedIterator<Item = &'t TableFacts>,
        settings: &PairingSettings,
    ) -> Self {
        let mut next = Vec::new();
        let (mut settled, mut earliest) = (Vec::new(), i64::MAX);
        for facts in tables.rev() {
            next.push(earliest);
            earliest = facts.run.first.map_or(earliest, |first| earliest.min(first.millis));
            settled.push(settled_span(facts));
        }
        next.reverse();
        settled.reverse();
        let settled = settled.into_iter().enumerate();
        let mut settled: Vec<_> =
            settled.filter_map(|(table, span)| span.map(|(from, to)| (from, to, table))).collect();
        settled.sort_unstable();
        Self { horizon_ms: settings.horizon_ms, settled, next, waiting: VecDeque::new() }
    }

    /// The other table that has settled everything around this moment.
    pub(super) fn settled_by_other(&self, table: usize, millis: i64) -> Option<usize> {
        let behind = self.settled.partition_point(|(from, ..)| *from < millis);
        let (_, to, other) = *self.settled.get(behind.checked_sub(1)?)?;
        (millis < to && other != table).then_some(other)
    }

    /// Which of these legs may belong to what a table has settled.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub(super) fn astray_in(
        &self,
        legs: &[Leg],
        table: &Table,
        names: &mut Names,
    ) -> Result<Vec<bool>, TableError> {
        let mut astray = vec![false; legs.len()];
        let within = 2 * self.horizon_ms;
        let is_near = |leg: &Leg, millis: i64| leg.at.millis.abs_diff(millis) <= within.unsigned_abs();
        table.rows(names, |row, _| {
            for (leg, astray) in legs.iter().zip(&mut astray).filter(|(_, astray)| !**astray) {
                *astray = match &row {
                    Row::Settled(Exchange { request, answer, .. }) => {
                        let mut legs = [request, answer].into_iter().flatten();
                        legs.any(|settled| is_near(leg, settled.at.millis) && may_meet(leg, settled))
                    }
                    // Its row does not tell its reference: whatever its terminal did is taken for it.
                    Row::Aside(aside) => {
                        let absent = leg.terminal_key.is_absent() || aside.terminal_key.is_absent();
                        let is_its = absent || leg.terminal_key == aside.terminal_key;
                        is_near(leg, aside.at.millis) && is_its
                    }
                    // Paired with it.
                    Row::Leg(_) => false,
                };
            }
        })?;
        Ok(astray)
    }

    /// Takes legs in canonical order.
    pub(super) fn take(&mut self, legs: Vec<Leg>, names: &Names) {
        if legs.is_empty() {
            return;
        }
        // As a rule, since all that stands before this table has gone on: its edges are not held twice.
        if self.waiting.is_empty() {
            self.waiting = legs.into();
            return;
        }
        let waiting = std::mem::take(&mut self.waiting);
        self.waiting.reserve(waiting.len() + legs.len());
        let (mut one, mut other) = (waiting.into_iter().peekable(), legs.into_iter().peekable());
        loop {
            let is_first = match (one.peek(), other.peek()) {
                (Some(a), Some(b)) => a.canonical_cmp(b, names).is_le(),
                (Some(_), None) => true,
                (None, Some(_)) => false,
                (None, None) => return,
            };
            self.waiting.extend(if is_first { one.next() } else { other.next() });
        }
    }

    /// The next leg before which none comes of the tables behind this one.
    pub(super) fn next_behind(&mut self, table: usize) -> Option<Leg> {
        let bound = self.next.get(table).copied().unwrap_or(i64::MAX);
        self.waiting.pop_front_if(|leg| leg.at.millis < bound || bound == i64::MAX)
    }
}
