//! A row a change: terminals first, then shared causes, each as they come in the comparison.

use super::Compared;
use crate::View;
use crate::scope::Scope;
use posmortem_classify::{Cause, Language, Reason};
use posmortem_diagnose::{FaultyTerminal, IncidentChange, SharedCause, State, TerminalChange};
use std::borrow::Cow;

/// The columns. Added to at the end only, never reused.
pub(super) const COLUMNS: [&str; 12] = [
    "change",
    "terminal_id",
    "scope",
    "cause",
    "old_reason",
    "new_reason",
    "old_state",
    "new_state",
    "old_observed",
    "new_observed",
    "old_terminals",
    "new_terminals",
];

/// Values in the order of [`COLUMNS`]; what is not known is empty.
pub(super) type Row<'c> = [Cow<'c, str>; COLUMNS.len()];

pub(super) fn rows<'c>(compared: &Compared<'c>, view: &View<'_>) -> impl Iterator<Item = Row<'c>> {
    let top = view.top.unwrap_or(usize::MAX);
    let comparison = compared.comparison;
    let terminals = comparison.terminals.iter().take(top).map(terminal);
    terminals.chain(comparison.incidents.iter().take(top).map(incident))
}

fn terminal(one: &TerminalChange) -> Row<'_> {
    let latest = one.latest();
    let reason = |fault: &Option<FaultyTerminal>| {
        fault.as_ref().and_then(|fault| fault.reason).map_or("", Reason::name).into()
    };
    let state =
        |fault: &Option<FaultyTerminal>| fault.as_ref().map_or("", |fault| State::name(fault.state)).into();
    let observed = |fault: &Option<FaultyTerminal>| {
        fault.as_ref().map_or("".into(), |fault| fault.observed.to_string().into())
    };
    [
        one.change.name().into(),
        latest.map_or("", |fault| &fault.terminal).into(),
        "".into(),
        latest.and_then(|fault| fault.cause).map_or("", Cause::name).into(),
        reason(&one.old),
        reason(&one.new),
        state(&one.old),
        state(&one.new),
        observed(&one.old),
        observed(&one.new),
        "".into(),
        "".into(),
    ]
}

fn incident(one: &IncidentChange) -> Row<'_> {
    let latest = one.latest();
    let reason = |cause: &Option<SharedCause>| cause.as_ref().map_or("", |cause| cause.reason.name()).into();
    let number = |cause: &Option<SharedCause>, of: fn(&SharedCause) -> u64| {
        cause.as_ref().map_or("".into(), |cause| of(cause).to_string().into())
    };
    [
        one.change.name().into(),
        "".into(),
        // Names in data columns stay English.
        latest.map_or(String::new(), |cause| Scope::of_cause(cause).text(Language::En)).into(),
        latest.map_or("", |cause| cause.reason.cause().name()).into(),
        reason(&one.old),
        reason(&one.new),
        "".into(),
        "".into(),
        number(&one.old, |cause| cause.observed),
        number(&one.new, |cause| cause.observed),
        number(&one.old, |cause| u64::from(cause.terminals)),
        number(&one.new, |cause| u64::from(cause.terminals)),
    ]
}
