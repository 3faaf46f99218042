//! The keys `history` and `cleared`: which days before are known, and what was found on the latest of them and is
//! not any more.

use crate::recurrence::Recurring;
use crate::scope::Scope;
use crate::shown::Shown;
use posmortem_classify::{Cause, Reason};
use posmortem_diagnose::{CalendarDate, IncidentChange, Recurrence, Recurrences, TerminalChange};
use schemars::JsonSchema;
use serde::Serialize;

/// Which days before are known.
#[derive(Serialize, JsonSchema)]
pub(super) struct History {
    /// How many days before are looked at.
    days: u32,
    /// Of how many of them it is known what was found.
    known: u32,
    /// The latest of these.
    latest: Option<Shown<CalendarDate>>,
}

impl History {
    pub(super) fn of(recurrences: &Recurrences) -> Self {
        let &Recurrences { known, latest, .. } = recurrences;
        Self { days: Recurrences::DAYS, known, latest: latest.map(Shown) }
    }
}

/// A trouble that is over, or not found any more.
#[derive(Serialize, JsonSchema)]
pub(super) struct Cleared {
    /// `cleared`, `not_seen` (no attempt any more) or `undecided` (too little to tell).
    state: &'static str,
    /// Of a terminal's trouble; null of an incident.
    terminal_id: Option<String>,
    scope: Option<Scope>,
    cause: Option<&'static str>,
    reason: Option<&'static str>,
    owner: Option<&'static str>,
    recurrence: Recurring,
}

impl Cleared {
    pub(super) fn of_incident((one, recurrence): &(IncidentChange, Recurrence)) -> Option<Self> {
        let old = one.old.as_ref()?;
        Some(Self {
            state: one.change.name(),
            terminal_id: None,
            scope: Some(Scope::of_cause(old)),
            cause: Some(old.reason.cause().name()),
            reason: Some(old.reason.name()),
            owner: Some(old.reason.owner()),
            recurrence: (*recurrence).into(),
        })
    }

    pub(super) fn of_terminal((one, recurrence): &(TerminalChange, Recurrence)) -> Option<Self> {
        let old = one.old.as_ref()?;
        Some(Self {
            state: one.change.name(),
            terminal_id: Some(old.terminal.clone()),
            scope: None,
            cause: old.cause.map(Cause::name),
            reason: old.reason.map(Reason::name),
            owner: old.reason.map(Reason::owner),
            recurrence: (*recurrence).into(),
        })
    }
}
