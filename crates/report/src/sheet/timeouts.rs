//! Who answers late or never: links and issuers, the most time-outs first.

use super::{ALL, Column, Kind, Rows, Value, column, named};
use crate::View;
use crate::judged::Judged;
use posmortem_exchange::{Breakdown, Group, Outcome, Symbol};
use std::cmp::Reverse;

pub(super) const COLUMNS: &[Column] = &[
    column("of", Kind::Text, "of", "类别"),
    column("name", Kind::Text, "name", "名称"),
    column("exchanges", Kind::Whole, "attempts", "交易").rank(3),
    column("unanswered", Kind::Whole, "unanswered", "无应答"),
    column("late", Kind::Whole, "late", "迟到"),
    column("timeout_rate", Kind::Fraction, "time-outs", "超时率"),
    column("answers", Kind::Whole, "answers timed", "计时应答").rank(4),
    column("p50_ms", Kind::Whole, "p50", "p50"),
    column("p90_ms", Kind::Whole, "p90", "p90").rank(2),
    column("p95_ms", Kind::Whole, "p95", "p95"),
    column("p99_ms", Kind::Whole, "p99", "p99").rank(1),
];

const LINK: Value<'static> = Value::Word("link", ["link", "链路"]);
const ISSUER: Value<'static> = Value::Word("issuer", ["issuer", "发卡行"]);

/// First the fleet, then links, then issuers.
pub(super) fn rows<'s>(judged: &Judged<'s>, breakdown: &'s Breakdown, _: &View<'_>) -> Rows<'s> {
    let mut rows = vec![row(ALL, Value::Nothing, &breakdown.fleet)];
    for (of, groups) in [(LINK, &breakdown.links), (ISSUER, &breakdown.issuers)] {
        let mut groups: Vec<&(Symbol, Group)> = groups.iter().collect();
        groups.sort_by_key(|(_, group)| (Reverse(timeouts(group)), Reverse(group.counts.exchanges)));
        let name = |name: Symbol| named(judged.summary.names.text(name));
        rows.extend(groups.into_iter().map(|(symbol, group)| row(of.clone(), name(*symbol), group)));
    }
    rows
}

fn timeouts(group: &Group) -> u64 {
    group.counts.with(Outcome::Unanswered) + group.counts.with(Outcome::Late)
}

fn row<'s>(of: Value<'s>, name: Value<'s>, group: &Group) -> Vec<Value<'s>> {
    let within = |permille| Value::milliseconds(group.latencies.quantile_ms(permille));
    vec![
        of,
        name,
        Value::Count(group.counts.exchanges),
        Value::Count(group.counts.with(Outcome::Unanswered)),
        Value::Count(group.counts.with(Outcome::Late)),
        Value::share(timeouts(group), group.counts.exchanges),
        Value::Count(group.latencies.answers()),
        within(500),
        within(900),
        within(950),
        within(990),
    ]
}
