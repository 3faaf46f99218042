//! What was shared, flat: the JSON of incidents has evidence and action as well.

use super::{Column, Kind, Rows, Value, column};
use crate::View;
use crate::judged::Judged;
use crate::scope::Scope;

pub(super) const COLUMNS: &[Column] = &[
    column("id", Kind::Whole, "id", "编号"),
    column("cause", Kind::Text, "cause", "原因"),
    column("reason", Kind::Text, "reason", "细因"),
    column("scope", Kind::Text, "scope", "范围"),
    column("start", Kind::Moment, "start", "开始").rank(1),
    column("end", Kind::Moment, "end", "结束").rank(2),
    column("observed", Kind::Whole, "seen", "实际"),
    column("expected", Kind::Fraction, "expected", "预期").rank(3),
    column("attempts", Kind::Whole, "attempts", "交易").rank(4),
    column("terminals", Kind::Whole, "terminals", "终端"),
    column("confidence", Kind::Fraction, "confidence", "置信度").rank(5),
    column("owner", Kind::Text, "owner", "负责方").rank(6),
    column("ongoing", Kind::Flag, "ongoing", "持续中").rank(7),
];

/// In the order of their ids.
pub(super) fn rows<'s>(judged: &Judged<'s>, view: &View<'_>) -> Rows<'s> {
    let row = |incident: &'s posmortem_diagnose::Incident| {
        vec![
            Value::Number(incident.id.into()),
            Value::Cause(incident.cause),
            Value::Reason(incident.reason),
            Value::Scope(Scope::of(incident)),
            Value::Moment(incident.start),
            Value::Moment(incident.end),
            Value::Count(incident.observed),
            Value::Thousandths(incident.expected.0),
            Value::Count(incident.attempts),
            Value::Count(incident.terminals.into()),
            Value::Thousandths(incident.confidence.0),
            Value::Owner(incident.reason.owner()),
            Value::Flag(incident.ongoing),
        ]
    };
    judged.incidents(view).into_iter().map(row).collect()
}
