//! What was found on the latest of the days before and is not any more, as every format tells it.

use crate::View;
use crate::judged::Judged;
use crate::scope::Scope;
use posmortem_classify::{Cause, Reason};
use posmortem_diagnose::{Change, Recurrence};

/// A trouble that is over, or not found any more.
pub(crate) struct Over<'s> {
    pub(crate) whose: Whose<'s>,
    pub(crate) change: Change,
    pub(crate) cause: Option<Cause>,
    pub(crate) reason: Option<Reason>,
    pub(crate) recurrence: Recurrence,
}

/// Who had it.
pub(crate) enum Whose<'s> {
    /// A terminal without left zeros.
    Terminal(&'s str),
    /// Terminals that shared it.
    Scope(Scope),
}

impl<'s> Over<'s> {
    /// Incidents first.
    pub(crate) fn all(judged: &Judged<'s>, view: &View<'_>) -> Vec<Self> {
        let incidents = judged.cleared_incidents(view).into_iter().filter_map(|(one, recurrence)| {
            let old = one.old.as_ref()?;
            Some(Self {
                whose: Whose::Scope(Scope::of_cause(old)),
                change: one.change,
                cause: Some(old.reason.cause()),
                reason: Some(old.reason),
                recurrence: *recurrence,
            })
        });
        let terminals = judged.cleared_terminals(view).into_iter().filter_map(|(one, recurrence)| {
            let old = one.old.as_ref()?;
            Some(Self {
                whose: Whose::Terminal(&old.terminal),
                change: one.change,
                cause: old.cause,
                reason: old.reason,
                recurrence: *recurrence,
            })
        });
        incidents.chain(terminals).collect()
    }

    /// For eyes. What is over is good news; of the rest, what may still be wrong comes before who is gone.
    pub(crate) fn best_first(judged: &Judged<'s>, view: &View<'_>) -> Vec<Self> {
        let mut all = Self::all(judged, view);
        all.sort_by_key(|one| (one.change != Change::Cleared, one.change));
        all
    }
}
