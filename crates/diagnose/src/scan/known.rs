//! What is known to change the expected shares of one group.
//!
//! Incidents and drift change them in the order in which they were found. Sequences that are set aside
//! may be thousands, and an attempt is touched by those of its own alone: they are looked up. Which
//! adjustments there are is decided elsewhere.

use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::scopes::Kind;
use crate::Attempt;

/// What is known to change the expected share of a group.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Adjustment {
    /// The kind of scope; ignored for sequences.
    pub(crate) kind: usize,
    pub(crate) value: u32,
    /// From and until, in milliseconds.
    pub(crate) window: (i64, i64),
    pub(crate) effect: Effect,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Effect {
    /// That share of the others fails besides. An override: whatever the norm was.
    Incident(u64),
    /// The norm is that many times as high, of 2^16.
    Drift(u64),
    /// A sequence's own matter: out of the scan.
    Aside(u32),
}

impl Adjustment {
    /// Whether an attempt lies in its scope and window.
    #[inline]
    pub(super) fn covers(&self, kinds: &[Kind<'_>], attempt: &Attempt) -> bool {
        self.window.0 <= attempt.at
            && attempt.at < self.window.1
            && kinds[self.kind].value(attempt.leaf) == self.value
    }

    fn is_incident(&self) -> bool {
        matches!(self.effect, Effect::Incident(_))
    }
}

/// By sequence, the windows in which it is set aside, in milliseconds.
type Asides = HashMap<u32, Vec<(i64, i64)>, FixedState>;

/// The adjustments of one group.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// Incidents and drift.
    changes: Vec<Adjustment>,
    /// By sequence: the windows in which it is set aside. Never walked, so that the order in which it
    /// holds them does not matter.
    asides: Arc<Asides>,
    len: usize,
}

impl Known {
    /// How many adjustments there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn push(&mut self, adjustment: Adjustment) {
        self.len += 1;
        match adjustment.effect {
            Effect::Aside(sequence) => {
                let asides = Arc::make_mut(&mut self.asides);
                asides.entry(sequence).or_default().push(adjustment.window);
            }
            Effect::Incident(_) | Effect::Drift(_) => self.changes.push(adjustment),
        }
    }

    /// Incidents and drift, in their order.
    pub(super) fn changes(&self) -> &[Adjustment] {
        &self.changes
    }

    /// The incidents among them.
    pub(super) fn incidents(&self) -> impl Iterator<Item = &Adjustment> {
        self.changes.iter().filter(|adjustment| adjustment.is_incident())
    }

    /// The same without incidents.
    pub(super) fn without_incidents(&self) -> Self {
        let mut others = self.clone();
        others.changes.retain(|adjustment| !adjustment.is_incident());
        others.len -= self.changes.len() - others.changes.len();
        others
    }

    /// Those that can tell something of attempts in a window.
    pub(super) fn within(&self, window: (i64, i64)) -> Self {
        let mut within = self.clone();
        within.changes.retain(|adjustment| adjustment.window.0 < window.1 && window.0 < adjustment.window.1);
        within
    }

    /// Whether any sequence is set aside.
    pub(super) fn sets_aside(&self) -> bool {
        !self.asides.is_empty()
    }

    /// Whether a sequence is set aside at a moment.
    pub(super) fn is_aside(&self, sequence: u32, at: i64) -> bool {
        let windows = self.asides.get(&sequence).map_or(&[][..], Vec::as_slice);
        windows.iter().any(|window| (window.0..window.1).contains(&at))
    }
}
