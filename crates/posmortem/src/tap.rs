//! Where everything that a run pairs or takes over can be heard, before any filter: for tables.

use posmortem_exchange::{Aside, Conclusion, Exchange, Leg, Names, Pairing, RunFacts};

/// Hears every leg in canonical order and every exchange, in whichever thread.
pub(crate) trait Tap: Send {
    /// The next leg in canonical order, before it is paired.
    fn leg(&mut self, leg: &Leg, names: &Names);

    /// The next exchange that pairing has settled.
    fn exchange(&mut self, exchange: &Exchange, conclusion: &Conclusion, names: &Names);

    /// The next message that has been settled and is no attempt.
    fn aside(&mut self, aside: &Aside, names: &Names);

    /// The next exchange of a table that its run has settled.
    #[cfg(feature = "tables")]
    fn settled(&mut self, exchange: &Exchange, conclusion: &Conclusion, names: &Names);

    /// The next message of a table that its run has settled and that is no attempt.
    #[cfg(feature = "tables")]
    fn settled_aside(&mut self, aside: &Aside, names: &Names);

    /// Some legs have been paired, and now others are read.
    fn pause(&mut self, pairing: &Pairing, names: &Names);

    /// The run is over.
    fn finish(&mut self, facts: &RunFacts, pairing: &Pairing, names: &Names);
}

/// Legs and exchanges as they were heard, to be told to somebody else in the same order.
#[derive(Default)]
pub(crate) struct Heard<'l> {
    legs: Vec<&'l Leg>,
    /// Each with the number of legs before it.
    exchanges: Vec<(usize, Exchange, Conclusion)>,
}

impl<'l> Heard<'l> {
    pub(crate) fn leg(&mut self, leg: &'l Leg) {
        self.legs.push(leg);
    }

    pub(crate) fn exchange(&mut self, exchange: &Exchange, conclusion: &Conclusion) {
        self.exchanges.push((self.legs.len(), *exchange, *conclusion));
    }

    /// Tells all of it, and keeps none.
    pub(crate) fn tell(&mut self, tap: &mut dyn Tap, names: &Names) {
        let mut exchanges = self.exchanges.drain(..).peekable();
        for (before, leg) in (1..).zip(self.legs.drain(..)) {
            tap.leg(leg, names);
            while let Some((_, exchange, conclusion)) = exchanges.next_if(|(legs, ..)| *legs == before) {
                tap.exchange(&exchange, &conclusion, names);
            }
        }
    }
}
