//! The keys `history` and `cleared`: which days before are known, and what was found on the latest of them and is
//! not any more.

use crate::over::{Over, Whose};
use crate::recurrence::Recurring;
use crate::scope::Scope;
use crate::shown::Shown;
use posmortem_classify::{Cause, Reason};
use posmortem_diagnose::{CalendarDate, Recurrences};
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
    pub(super) fn of(one: Over<'_>) -> Self {
        let (terminal_id, scope) = match one.whose {
            Whose::Terminal(terminal) => (Some(terminal.to_owned()), None),
            Whose::Scope(scope) => (None, Some(scope)),
        };
        Self {
            state: one.change.name(),
            terminal_id,
            scope,
            cause: one.cause.map(Cause::name),
            reason: one.reason.map(Reason::name),
            owner: one.reason.map(Reason::owner),
            recurrence: one.recurrence.into(),
        }
    }
}
