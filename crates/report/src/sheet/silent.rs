//! Terminals that fell silent, by their own rhythm: since when, and how many attempts a day like this one had let
//! expect since.

use super::{Column, Kind, Rows, Value, column};
use crate::View;
use crate::judged::Judged;
use posmortem_diagnose::State;

pub(super) const COLUMNS: &[Column] = &[
    column("terminal_id", Kind::Text, "terminal", "终端"),
    column("merchant_id", Kind::Text, "merchant", "商户").rank(3),
    column("since", Kind::Moment, "silent since", "静默始于"),
    column("until", Kind::Moment, "until", "止于"),
    column("ongoing", Kind::Flag, "ongoing", "持续中").rank(2),
    column("expected", Kind::Fraction, "expected", "预期笔数"),
    column("exchanges", Kind::Whole, "attempts", "全日笔数").rank(1),
    column("confidence", Kind::Fraction, "confidence", "置信度").rank(4),
    column("reason", Kind::Text, "reason", "细因").rank(5),
];

/// Those of the view, in the order of the report.
pub(super) fn rows<'s>(judged: &Judged<'s>, view: &View<'_>) -> Rows<'s> {
    let all = View { top: None, ..*view };
    let silent = judged.listed_if(&all, |verdict| verdict.state() == Some(State::Silent));
    let row = |(terminal, verdict): crate::judged::Line<'s>| {
        vec![
            Value::text(judged.summary.names.text(terminal.terminal)),
            Value::text(judged.summary.merchant_of(terminal)),
            Value::moment(verdict.start()),
            Value::moment(verdict.end()),
            Value::Flag(verdict.ongoing),
            verdict.expected().map_or(Value::Nothing, |expected| Value::Thousandths(expected.0)),
            Value::Count(terminal.counts.exchanges),
            verdict.confidence().map_or(Value::Nothing, |sure| Value::Thousandths(sure.0)),
            Value::reason(verdict.reason()),
        ]
    };
    silent.terminals.into_iter().map(row).collect()
}
