//! Which of a run's exchanges nothing outside the run can change, and which legs must be paired again
//! when its neighbours' legs are there.
//!
//! Two legs can only meet when they share something to be found by and lie within the horizon of each
//! other. The closure of that is a component; what becomes of a component follows from its own legs
//! alone (but for what the spans of links decide). A component that lies two horizons inside its run's
//! first and last moment is settled: a neighbour of the run holds legs up to a horizon inside them,
//! since lines stand up to a horizon away from their place in time. All other components are edges:
//! their legs are handed out whole.
//!
//! To call a component an edge is always right and costs space alone, so this module may join too
//! much (by a collision of hashes, say) but never too little. What it must know of the ways in which
//! legs find each other stands in `pairing/lookup.rs` and `pairing/search.rs`; change them together.

mod components;
mod keys;
mod lists;

use crate::{Aside, Conclusion, Exchange, Leg, Source};
use components::Components;
use foldhash::fast::RandomState;
use hashbrown::HashMap;
pub use keys::may_meet;
use std::collections::VecDeque;

/// As many wrong clocks as may stand at either end without harm, and one more.
const DEPTH: usize = 16;

/// Whether anything that the run has not read can change an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing can.
    Settled,
    /// A leg that another run holds may.
    Edge,
}

/// What is handed out once it is decided.
#[derive(Clone, Copy)]
pub enum Decided<'d> {
    /// A leg of an edge.
    Leg(&'d Leg),
    /// An exchange as this run concluded it.
    Exchange(&'d Exchange, &'d Conclusion, Standing),
    /// A settled message that is no attempt. Those of edges come of their legs again.
    Aside(&'d Aside),
}

/// Takes legs in canonical order and the exchanges that came of them, and tells edges from the rest.
///
/// Memory holds the legs of the last few horizons, and those of components that have not ended, up to
/// a bound beyond which a component is an edge without further ado.
pub struct Edges {
    horizon_ms: i64,
    components: Components,
    /// Components of requests that wait until their link is heard again, long after their legs left.
    released: HashMap<Source, Standing, RandomState>,
    seen: usize,
    begins: Option<i64>,
    /// The latest times, ascending.
    latest: VecDeque<i64>,
    settled_legs: u64,
}

impl Edges {
    /// Edges of a run that has seen nothing.
    pub fn new(horizon_ms: i64) -> Self {
        Self {
            horizon_ms,
            components: Components::new(horizon_ms),
            released: HashMap::default(),
            seen: 0,
            begins: None,
            latest: VecDeque::with_capacity(DEPTH + 1),
            settled_legs: 0,
        }
    }

    /// Takes the next leg in canonical order.
    pub fn leg(&mut self, leg: &Leg, out: &mut impl FnMut(Decided<'_>)) {
        let at = leg.at.millis;
        self.seen += 1;
        self.latest.push_back(at);
        if self.latest.len() > DEPTH {
            self.latest.pop_front();
        }
        if self.seen == DEPTH {
            self.begins = Some(at);
        }
        let inside = self.begins.is_some_and(|begins| at > begins.saturating_add(2 * self.horizon_ms));
        self.components.add(leg, !inside, out);
    }

    /// Takes an exchange that pairing has settled.
    pub fn exchange(
        &mut self,
        exchange: &Exchange,
        conclusion: &Conclusion,
        out: &mut impl FnMut(Decided<'_>),
    ) {
        let source = exchange.source();
        match self.released.get(&source).copied() {
            Some(standing) => out(Decided::Exchange(exchange, conclusion, standing)),
            None => self.components.exchange(source, exchange, conclusion, out),
        }
    }

    /// Takes a message that pairing has settled and that is no attempt, before the next
    /// [`Edges::release`].
    pub fn aside(&mut self, aside: &Aside) {
        self.components.aside(aside);
    }

    /// Lets go of every component that can neither grow nor become an edge any more. `waiting` are
    /// the places of requests that pairing still holds back ([`crate::Pairing::waiting`]).
    pub fn release(&mut self, waiting: impl Iterator<Item = Source>, out: &mut impl FnMut(Decided<'_>)) {
        let (Some(ends), Some(now)) = (self.ends(), self.latest.back().copied()) else { return };
        let bound = now.saturating_sub(self.horizon_ms).min(ends.saturating_sub(2 * self.horizon_ms));
        for source in waiting {
            if let Some(standing) = self.components.standing_if_before(source, bound) {
                self.released.insert(source, standing);
            }
        }
        self.settled_legs += self.components.release_before(bound, now, out);
    }

    /// Ends the run, after the last exchange.
    pub fn finish(&mut self, out: &mut impl FnMut(Decided<'_>)) {
        let bound = self.ends().map_or(i64::MIN, |ends| ends.saturating_sub(2 * self.horizon_ms));
        self.components.make_edges_from(bound, out);
        self.settled_legs += self.components.release_before(i64::MAX, i64::MAX, out);
    }

    /// The sixteenth-earliest moment, once there are so many legs.
    pub fn begins(&self) -> Option<i64> {
        self.begins
    }

    /// The sixteenth-latest moment, once there are so many legs.
    pub fn ends(&self) -> Option<i64> {
        self.begins.and_then(|_| self.latest.front().copied())
    }

    /// Legs in components that are settled.
    pub fn settled_legs(&self) -> u64 {
        self.settled_legs
    }
}
