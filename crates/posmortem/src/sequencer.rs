//! Legs of all inputs into canonical order, and on through pairing into the tally.
//!
//! Legs wait here until no input can bring an earlier one. How often the caller looks whether some
//! may go on decides nothing but memory.

use crate::run::Observer;
use crate::tap::Tap;
use crate::{Filter, Settings};
use posmortem_classify::CodeTables;
use posmortem_exchange::{Exchange, Leg, Names, Pairing, RunFacts, Tally, conclude};
use std::ops::ControlFlow;

pub(crate) struct Sequencer<'s, 't> {
    waiting: Vec<Leg>,
    /// The number of waiting legs at which the next look is due: twice those that had to stay, so
    /// that each leg is sorted a bounded number of times.
    due: usize,
    fewest: usize,
    pairing: Pairing,
    counting: Counting<'s>,
    tap: Option<&'t mut dyn Tap>,
}

/// What happens to an exchange that has been settled.
pub(crate) struct Counting<'s> {
    tables: &'s CodeTables,
    filter: &'s Filter,
    pub(crate) tally: Tally,
    pub(crate) selected: u64,
    pub(crate) stopped: bool,
}

/// What is left when all legs have gone through.
pub(crate) struct Counted {
    pub(crate) pairing: Pairing,
    pub(crate) tally: Tally,
    pub(crate) selected: u64,
    pub(crate) stopped: bool,
}

impl<'s, 't> Sequencer<'s, 't> {
    pub(crate) fn new(settings: &'s Settings, tap: Option<&'t mut dyn Tap>) -> Self {
        let fewest = settings.waiting_legs;
        Self {
            waiting: Vec::new(),
            due: fewest,
            fewest,
            pairing: Pairing::new(settings.pairing.clone()),
            counting: Counting::new(&settings.filter),
            tap,
        }
    }

    pub(crate) fn add(&mut self, leg: Leg) {
        self.waiting.push(leg);
    }

    pub(crate) fn is_due(&self) -> bool {
        self.waiting.len() >= self.due
    }

    /// Whether the observer has broken off.
    pub(crate) fn stopped(&self) -> bool {
        self.counting.stopped
    }

    /// Lets the legs before `millis` go on, none of which can come any more.
    pub(crate) fn advance_to(&mut self, millis: i64, names: &Names, observer: &mut dyn Observer) {
        let Self { waiting, due, fewest, pairing, counting, tap } = self;
        waiting.sort_by(|a, b| a.canonical_cmp(b, names));
        let ready = waiting.partition_point(|leg| leg.at.millis < millis);
        for leg in waiting.drain(..ready) {
            if let Some(tap) = tap {
                tap.leg(&leg, names);
            }
            pairing.push(&leg, names, &mut |exchange| counting.count(&exchange, names, observer, tap));
        }
        if let Some(tap) = tap {
            tap.pause(pairing, names);
        }
        *due = (2 * waiting.len()).max(*fewest);
    }

    /// Lets everything go on and ends the pairing, whose findings go into the run's.
    pub(crate) fn finish(
        mut self,
        names: &Names,
        facts: &mut RunFacts,
        observer: &mut dyn Observer,
    ) -> Counted {
        self.advance_to(i64::MAX, names, observer);
        let Self { mut pairing, mut counting, mut tap, .. } = self;
        pairing.finish(&mut |exchange| counting.count(&exchange, names, observer, &mut tap));
        facts.ledger += pairing.ledger();
        facts.orphan_reversals += pairing.orphan_reversals();
        facts.attempt_requests += pairing.attempt_requests();
        facts.attempt_answers += pairing.attempt_answers();
        if let Some(tap) = tap {
            tap.finish(facts, &pairing, names);
        }
        let Counting { tally, selected, stopped, .. } = counting;
        Counted { pairing, tally, selected, stopped }
    }
}

impl<'s> Counting<'s> {
    pub(crate) fn new(filter: &'s Filter) -> Self {
        let tables = CodeTables::built_in();
        Self { tables, filter, tally: Tally::default(), selected: 0, stopped: false }
    }

    pub(crate) fn count(
        &mut self,
        exchange: &Exchange,
        names: &Names,
        observer: &mut dyn Observer,
        tap: &mut Option<&mut dyn Tap>,
    ) {
        let conclusion = conclude(exchange, self.tables);
        if let Some(tap) = tap {
            tap.exchange(exchange, &conclusion, names);
        }
        if self.stopped || !self.filter.takes(exchange, &conclusion, names) {
            return;
        }
        self.selected += 1;
        self.tally.record(exchange, &conclusion, names);
        self.stopped = observer.exchange(exchange, &conclusion, names) == ControlFlow::Break(());
    }
}
