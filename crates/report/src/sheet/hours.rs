//! Failures by cause and hour of the day, by the log's own clock; of several days each hour holds all of theirs.

use super::{Column, Kind, Rows, Value, column};
use crate::View;
use crate::judged::Judged;
use posmortem_classify::Cause;
use posmortem_exchange::{Breakdown, Outcome};

pub(super) const COLUMNS: &[Column] = &[
    column("hour", Kind::Whole, "hour", "时段"),
    column("exchanges", Kind::Whole, "attempts", "交易"),
    column("failed", Kind::Whole, "failed", "失败"),
    column("failed_rate", Kind::Fraction, "share", "失败率").rank(1),
    column("network", Kind::Whole, "network", "网络"),
    column("account", Kind::Whole, "account", "账户"),
    column("card", Kind::Whole, "card", "卡片"),
    column("key", Kind::Whole, "key", "密钥"),
    column("operator", Kind::Whole, "operator", "操作"),
    column("unclassified", Kind::Whole, "unclassified", "未归类").rank(2),
];

/// All twenty-four, from midnight on.
pub(super) fn rows<'s>(_: &Judged<'s>, breakdown: &'s Breakdown, _: &View<'_>) -> Rows<'s> {
    let hours = breakdown.minutes.hours().into_iter().zip(0_u64..);
    let row = |(counts, hour): (posmortem_exchange::Counts, u64)| {
        let mut row = vec![
            Value::Number(hour),
            Value::Count(counts.exchanges),
            Value::Count(counts.failed()),
            Value::share(counts.failed(), counts.exchanges),
        ];
        row.extend(Cause::ALL.map(|cause| Value::Count(counts.causes[cause.index()])));
        row.push(Value::Count(counts.with(Outcome::Unclassified)));
        row
    };
    hours.map(row).collect()
}
