//! Where everything that a run pairs or takes over can be heard, before any filter: for tables.

use posmortem_exchange::{Aside, Conclusion, Exchange, Leg, Names, Pairing, RunFacts};

/// Hears every leg in canonical order and every exchange.
pub(crate) trait Tap {
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
