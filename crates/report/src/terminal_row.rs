//! One terminal as a row of text: the columns that CSV and TSV share.

use crate::View;
use crate::judged::Line;
use posmortem_classify::{Cause, Reason};
use posmortem_diagnose::Recurrence;
use posmortem_exchange::{Outcome, Summary};
use std::borrow::Cow;
use std::fmt::Display;

/// The columns, named as in the JSON. Added to at the end only, never reused.
pub(crate) const COLUMNS: [&str; 33] = [
    "terminal_id",
    "merchant_id",
    "exchanges",
    "approved",
    "declined",
    "unanswered",
    "unclassified",
    "state",
    "cause",
    "reason",
    "start",
    "end",
    "observed",
    "expected",
    "confidence",
    "owner",
    "network",
    "account",
    "card",
    "key",
    "operator",
    "first_failed",
    "last_approved",
    "ongoing",
    "action",
    "recurrence",
    "recurrence_days",
    "recurrence_of",
    "recurrence_first",
    "late",
    "reversed",
    "open",
    "incidents",
];

/// A terminal's values in the order of [`COLUMNS`]; what is not known is empty.
pub(crate) fn cells<'s>(
    summary: &'s Summary,
    (terminal, verdict): &Line<'s>,
    view: &View<'_>,
) -> [Cow<'s, str>; COLUMNS.len()] {
    let with = |outcome| text(terminal.counts.with(outcome));
    let of = |cause: Cause| text(terminal.counts.causes[cause.index()]);
    [
        summary.names.text(terminal.terminal).into(),
        summary.merchant_of(terminal).into(),
        text(terminal.counts.exchanges),
        with(Outcome::Approved),
        with(Outcome::Declined),
        with(Outcome::Unanswered),
        with(Outcome::Unclassified),
        verdict.state_name().into(),
        verdict.cause().map_or("", Cause::name).into(),
        verdict.reason().map_or("", Reason::name).into(),
        verdict.start().map_or("".into(), text),
        verdict.end().map_or("".into(), text),
        text(verdict.observed()),
        verdict.expected().map_or("".into(), text),
        verdict.confidence().map_or("".into(), text),
        verdict.owner().unwrap_or_default().into(),
        of(Cause::Network),
        of(Cause::Account),
        of(Cause::Card),
        of(Cause::Key),
        of(Cause::Operator),
        terminal.first_failed().map_or("".into(), text),
        terminal.last_approved.map_or("".into(), text),
        text(verdict.ongoing),
        verdict.action(view.language).unwrap_or_default().into(),
        verdict.recurrence.map_or("", Recurrence::name).into(),
        verdict.recurrence.map_or("".into(), |told| text(told.days)),
        verdict.recurrence.map_or("".into(), |told| text(told.of)),
        verdict.recurrence.and_then(|told| told.first).map_or("".into(), text),
        with(Outcome::Late),
        with(Outcome::Reversed),
        with(Outcome::Open),
        // Parted by spaces, as no id holds one.
        verdict.incidents().iter().map(u32::to_string).collect::<Vec<_>>().join(" ").into(),
    ]
}

fn text(value: impl Display) -> Cow<'static, str> {
    Cow::Owned(value.to_string())
}
