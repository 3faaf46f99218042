//! What became of each issuer's attempts: approved, failed for business reasons, failed for technical ones.

use super::{ALL, Column, Kind, Rows, Value, column, named};
use crate::View;
use crate::judged::Judged;
use posmortem_exchange::{Breakdown, Group, Outcome, Symbol};
use posmortem_iso8583::scheme_of;
use std::cmp::Reverse;

pub(super) const COLUMNS: &[Column] = &[
    column("issuer", Kind::Text, "issuer", "发卡行"),
    column("scheme", Kind::Text, "scheme", "卡组织").rank(4),
    column("exchanges", Kind::Whole, "attempts", "交易"),
    column("approved", Kind::Whole, "approved", "成功").rank(3),
    column("business", Kind::Whole, "business", "业务失败").rank(2),
    column("technical", Kind::Whole, "technical", "技术失败").rank(2),
    column("unclassified", Kind::Whole, "unclassified", "未归类").rank(5),
    column("approved_rate", Kind::Fraction, "approved %", "成功率"),
    column("business_rate", Kind::Fraction, "business %", "业务失败率"),
    column("technical_rate", Kind::Fraction, "technical %", "技术失败率"),
];

/// First the fleet, then issuers, the most technical failures first.
pub(super) fn rows<'s>(judged: &Judged<'s>, breakdown: &'s Breakdown, _: &View<'_>) -> Rows<'s> {
    let mut groups: Vec<&(Symbol, Group)> = breakdown.issuers.iter().collect();
    groups.sort_by_key(|(_, group)| (Reverse(group.technical), Reverse(group.counts.exchanges)));
    let issuers = groups.into_iter().map(|(issuer, group)| {
        let told = judged.summary.names.text(*issuer);
        row(named(told), scheme_of(told), group)
    });
    std::iter::once(row(ALL, None, &breakdown.fleet)).chain(issuers).collect()
}

fn row<'s>(issuer: Value<'s>, scheme: Option<&'static str>, group: &Group) -> Vec<Value<'s>> {
    let all = group.counts.exchanges;
    let approved = group.counts.with(Outcome::Approved);
    vec![
        issuer,
        scheme.map_or(Value::Nothing, Value::text),
        Value::Count(all),
        Value::Count(approved),
        Value::Count(group.business()),
        Value::Count(group.technical),
        Value::Count(group.counts.with(Outcome::Unclassified)),
        Value::share(approved, all),
        Value::share(group.business(), all),
        Value::share(group.technical, all),
    ]
}
