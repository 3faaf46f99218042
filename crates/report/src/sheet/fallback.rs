//! Chip cards that were read by their stripe, and numbers that were typed in, against what schemes accept: each
//! scheme over all sites, then sites where either happened, those over a limit first.

use super::{Column, Kind, Rows, Value, column};
use crate::judged::Judged;
use posmortem_diagnose::{LimitState, LimitedShare, SchemeLimit};
use posmortem_exchange::{Breakdown, SiteReads};
use posmortem_iso8583::EntryMode;
use std::cmp::Reverse;

pub(super) const COLUMNS: &[Column] = &[
    column("site", Kind::Text, "site", "门店"),
    column("scheme", Kind::Text, "scheme", "卡组织"),
    column("electronic", Kind::Whole, "read", "电子读卡").rank(3),
    column("fallback", Kind::Whole, "fallback", "降级"),
    column("fallback_rate", Kind::Fraction, "of those read", "降级率"),
    column("fallback_limit", Kind::Fraction, "limit", "上限").rank(2),
    column("fallback_state", Kind::Text, "fallback is", "降级状态"),
    column("at_terminals", Kind::Whole, "at terminals", "终端交易").rank(4),
    column("keyed", Kind::Whole, "typed in", "手输"),
    column("keyed_rate", Kind::Fraction, "of all", "手输率"),
    column("keyed_limit", Kind::Fraction, "limit", "上限").rank(2),
    column("keyed_state", Kind::Text, "typing is", "手输状态"),
];

/// How a scheme's cards were read at a site, beside what the scheme accepts.
struct Reads<'s> {
    of: SiteReads,
    site: Value<'s>,
    fallback: Option<(&'static SchemeLimit, LimitState)>,
    keyed: Option<(&'static SchemeLimit, LimitState)>,
}

pub(super) fn rows<'s>(judged: &Judged<'s>, breakdown: &'s Breakdown) -> Rows<'s> {
    let names = &judged.summary.names;
    let day = judged.summary.last.map(|last| last.to_string()).unwrap_or_default();
    let day = day.get(..10).unwrap_or_default();
    let schemes = breakdown.schemes().into_iter().map(|of| Reads::new(of, ALL_SITES, day));
    let mut rows: Vec<_> = schemes.filter(|reads| reads.of.at_terminals() > 0).map(Reads::row).collect();
    let sites =
        breakdown.sites.iter().map(|of| Reads::new(of.clone(), Value::text(names.text(of.site)), day));
    let mut sites: Vec<_> =
        sites.filter(|reads| reads.of.with(EntryMode::Fallback) + reads.keyed_in() > 0).collect();
    sites.sort_by_key(|reads| {
        let fallbacks = Reverse(reads.of.with(EntryMode::Fallback));
        (Reverse(reads.worst()), fallbacks, Reverse(reads.keyed_in()))
    });
    rows.extend(sites.into_iter().map(Reads::row));
    rows
}

const ALL_SITES: Value<'static> = Value::Word("all", ["all sites", "全部门店"]);

fn told(state: LimitState) -> Value<'static> {
    let words = match state {
        LimitState::Few => ["too few", "样本不足"],
        LimitState::Within => ["within", "正常"],
        LimitState::Warn => ["close", "接近"],
        LimitState::Over => ["over", "超限"],
    };
    Value::Word(state.name(), words)
}

impl<'s> Reads<'s> {
    fn new(of: SiteReads, site: Value<'s>, day: &str) -> Self {
        let against = |share, part, whole| {
            let limit = SchemeLimit::of(of.scheme, share, day)?;
            Some((limit, limit.state(part, whole)))
        };
        let fallback =
            against(LimitedShare::Fallback, of.with(EntryMode::Fallback), of.read_electronically());
        let keyed = against(LimitedShare::Keyed, of.with(EntryMode::Manual), of.at_terminals());
        Self { of, site, fallback, keyed }
    }

    fn keyed_in(&self) -> u64 {
        self.of.with(EntryMode::Manual)
    }

    fn worst(&self) -> Option<LimitState> {
        [self.fallback, self.keyed].into_iter().flatten().map(|(_, state)| state).max()
    }

    fn row(self) -> Vec<Value<'s>> {
        let limit = |of: Option<(&SchemeLimit, LimitState)>| {
            of.map_or(Value::Nothing, |(limit, _)| Value::Share(limit.fail.into(), 100_000))
        };
        let state =
            |of: Option<(&SchemeLimit, LimitState)>| of.map_or(Value::Nothing, |(_, state)| told(state));
        let (keyed, at_terminals) = (self.keyed_in(), self.of.at_terminals());
        let (fallback, electronic) = (self.of.with(EntryMode::Fallback), self.of.read_electronically());
        vec![
            self.site,
            self.of.scheme.map_or(Value::Nothing, Value::text),
            Value::Count(electronic),
            Value::Count(fallback),
            Value::share(fallback, electronic),
            limit(self.fallback),
            state(self.fallback),
            Value::Count(at_terminals),
            Value::Count(keyed),
            Value::share(keyed, at_terminals),
            limit(self.keyed),
            state(self.keyed),
        ]
    }
}
