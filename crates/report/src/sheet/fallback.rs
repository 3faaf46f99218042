//! Chip cards that were read by their stripe, and numbers that were typed in, against what schemes accept: each
//! scheme over all sites, then sites where either happened, those over a limit first.

use super::{Column, Kind, Rows, Value, column, named};
use crate::View;
use crate::judged::Judged;
use crate::reads::{Held, Reads};
use posmortem_diagnose::LimitState;
use posmortem_exchange::Breakdown;

pub(super) const COLUMNS: &[Column] = &[
    column("site", Kind::Text, "site", "门店"),
    column("scheme", Kind::Text, "scheme", "卡组织"),
    column("electronic", Kind::Whole, "read", "电子读卡").rank(5),
    column("fallback", Kind::Whole, "fallback", "降级"),
    column("fallback_rate", Kind::Fraction, "of read", "降级率"),
    column("fallback_limit", Kind::Fraction, "limit", "降级上限").rank(1),
    column("fallback_state", Kind::Text, "is", "降级状态"),
    column("at_terminals", Kind::Whole, "at terminals", "终端交易").rank(6),
    column("keyed", Kind::Whole, "typed", "手输").rank(2),
    column("keyed_rate", Kind::Fraction, "of all", "手输率").rank(3),
    column("keyed_limit", Kind::Fraction, "at most", "手输上限").rank(4),
    column("keyed_state", Kind::Text, "typing is", "手输状态"),
];

pub(super) fn rows<'s>(judged: &Judged<'s>, breakdown: &'s Breakdown, _: &View<'_>) -> Rows<'s> {
    let schemes = Reads::of_schemes(judged, breakdown).into_iter().map(|reads| row(ALL_SITES, &reads));
    let site = |reads: &Reads| named(judged.summary.names.text(reads.of.site));
    let sites = Reads::of_sites(judged, breakdown).into_iter().map(|reads| row(site(&reads), &reads));
    schemes.chain(sites).collect()
}

const ALL_SITES: Value<'static> = Value::Word("all", ["all sites", "全部门店"]);

fn told(state: LimitState) -> Value<'static> {
    Value::Word(state.name(), limit_words(state))
}

/// How a share stands to its limit, in both languages.
pub(crate) fn limit_words(state: LimitState) -> [&'static str; 2] {
    match state {
        LimitState::Few => ["too few", "样本不足"],
        LimitState::Within => ["within", "正常"],
        LimitState::Warn => ["close", "接近"],
        LimitState::Over => ["over", "超限"],
    }
}

fn row<'s>(site: Value<'s>, reads: &Reads) -> Vec<Value<'s>> {
    let limit =
        |of: Option<Held>| of.map_or(Value::Nothing, |(limit, _)| Value::Share(limit.fail.into(), 100_000));
    let state = |of: Option<Held>| of.map_or(Value::Nothing, |(_, state)| told(state));
    let (keyed, at_terminals) = (reads.typed_in(), reads.of.at_terminals());
    let (fallback, electronic) = (reads.fallbacks(), reads.of.read_electronically());
    vec![
        site,
        reads.of.scheme.map_or(Value::Nothing, Value::text),
        Value::Count(electronic),
        Value::Count(fallback),
        Value::share(fallback, electronic),
        limit(reads.fallback),
        state(reads.fallback),
        Value::Count(at_terminals),
        Value::Count(keyed),
        Value::share(keyed, at_terminals),
        limit(reads.keyed),
        state(reads.keyed),
    ]
}
