//! Legs of all inputs into canonical order, and on through pairing into the tally.
//!
//! Legs wait here until no input can bring an earlier one. How often the caller looks whether some
//! may go on decides nothing but memory.

use crate::run::Observer;
use crate::{Filter, Settings};
use posmortem_classify::CodeTables;
use posmortem_exchange::{Exchange, Leg, Names, Pairing, Tally, conclude};
use std::ops::ControlFlow;

pub(crate) struct Sequencer<'s> {
    waiting: Vec<Leg>,
    /// The number of waiting legs at which the next look is due: twice those that had to stay, so
    /// that each leg is sorted a bounded number of times.
    due: usize,
    fewest: usize,
    pairing: Pairing,
    counting: Counting<'s>,
}

/// What happens to an exchange that has been settled.
struct Counting<'s> {
    tables: &'s CodeTables,
    filter: &'s Filter,
    tally: Tally,
    selected: u64,
    stopped: bool,
}

/// What is left when all legs have gone through.
pub(crate) struct Counted {
    pub(crate) pairing: Pairing,
    pub(crate) tally: Tally,
    pub(crate) selected: u64,
    pub(crate) stopped: bool,
}

impl<'s> Sequencer<'s> {
    pub(crate) fn new(settings: &'s Settings) -> Self {
        let counting = Counting {
            tables: CodeTables::built_in(),
            filter: &settings.filter,
            tally: Tally::default(),
            selected: 0,
            stopped: false,
        };
        let fewest = settings.waiting_legs;
        Self {
            waiting: Vec::new(),
            due: fewest,
            fewest,
            pairing: Pairing::new(settings.pairing.clone()),
            counting,
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
        let Self { waiting, due, fewest, pairing, counting } = self;
        waiting.sort_by(|a, b| a.canonical_cmp(b, names));
        let ready = waiting.partition_point(|leg| leg.at.millis < millis);
        for leg in waiting.drain(..ready) {
            pairing.push(&leg, names, &mut |exchange| counting.count(&exchange, names, observer));
        }
        *due = (2 * waiting.len()).max(*fewest);
    }

    /// Lets everything go on and ends the pairing.
    pub(crate) fn finish(mut self, names: &Names, observer: &mut dyn Observer) -> Counted {
        self.advance_to(i64::MAX, names, observer);
        let Self { mut pairing, mut counting, .. } = self;
        pairing.finish(&mut |exchange| counting.count(&exchange, names, observer));
        let Counting { tally, selected, stopped, .. } = counting;
        Counted { pairing, tally, selected, stopped }
    }
}

impl Counting<'_> {
    fn count(&mut self, exchange: &Exchange, names: &Names, observer: &mut dyn Observer) {
        let conclusion = conclude(exchange, self.tables);
        if self.stopped || !self.filter.takes(exchange, &conclusion, names) {
            return;
        }
        self.selected += 1;
        self.tally.record(exchange, &conclusion, names);
        self.stopped = observer.exchange(exchange, &conclusion, names) == ControlFlow::Break(());
    }
}
