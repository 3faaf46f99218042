//! One terminal as a row of text: the columns that CSV and TSV share.

use crate::View;
use crate::verdict::{STATE, Verdict};
use posmortem_classify::{Cause, Reason};
use posmortem_exchange::{Outcome, Summary, TerminalTally};
use std::borrow::Cow;
use std::fmt::Display;

/// The columns, named as in the JSON. Added to at the end only, never reused.
pub(crate) const COLUMNS: [&str; 25] = [
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
];

/// A terminal's values in the order of [`COLUMNS`]; what is not known is empty.
pub(crate) fn cells<'s>(
    summary: &'s Summary,
    terminal: &'s TerminalTally,
    view: &View<'_>,
) -> [Cow<'s, str>; COLUMNS.len()] {
    let verdict = Verdict::of(terminal);
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
        STATE.into(),
        verdict.cause().map_or("", Cause::name).into(),
        verdict.reason().map_or("", Reason::name).into(),
        verdict.start().map_or("".into(), text),
        verdict.end().map_or("".into(), text),
        text(verdict.observed()),
        "".into(),
        "".into(),
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
    ]
}

fn text(value: impl Display) -> Cow<'static, str> {
    Cow::Owned(value.to_string())
}
