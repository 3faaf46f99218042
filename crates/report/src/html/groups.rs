//! Attempts by issuer and by link: what became of them, technical and business failures, causes, latency.

use super::lens::Lens;
use super::terminals::named;
use crate::percent::Percent;
use posmortem_classify::Cause;
use posmortem_exchange::{Group, Outcome, Symbol};
use serde::Serialize;
use std::cmp::Reverse;

/// Rows where nobody asks for a number of them.
const ROWS: usize = 30;

#[derive(Serialize)]
pub(super) struct Groups {
    rows: Vec<Row>,
    left_out: usize,
}

#[derive(Serialize)]
struct Row {
    name: String,
    attempts: u64,
    failed: u64,
    failed_share: String,
    /// Of the largest share, in hundredths.
    bar: u64,
    technical: u64,
    business: u64,
    causes: [u64; Cause::ALL.len()],
    unclassified: u64,
    unanswered: u64,
    late: u64,
    p50: Option<u64>,
    p95: Option<u64>,
}

/// Of the issuers, those with most failures first.
pub(super) fn issuers(lens: &Lens<'_>) -> Option<Groups> {
    Some(Groups::of(lens, &lens.judged.breakdown?.issuers, lens.labels.unknown_issuer))
}

/// Of the links, those with most failures first.
pub(super) fn links(lens: &Lens<'_>) -> Option<Groups> {
    Some(Groups::of(lens, &lens.judged.breakdown?.links, lens.labels.no_link))
}

impl Groups {
    fn of(lens: &Lens<'_>, groups: &[(Symbol, Group)], unnamed: &str) -> Self {
        let mut groups: Vec<_> = groups.iter().filter(|(_, group)| group.counts.exchanges > 0).collect();
        groups.sort_by_key(|(_, group)| (Reverse(group.counts.failed()), Reverse(group.counts.exchanges)));
        let shown = groups.len().min(lens.view.top.unwrap_or(ROWS));
        let left_out = groups.len() - shown;
        groups.truncate(shown);
        let most = groups.iter().map(|(_, group)| per_mille(group)).max().unwrap_or(0).max(1);
        let row = |(symbol, group): &&(Symbol, Group)| Row {
            name: named(lens.summary.names.text(*symbol), unnamed),
            attempts: group.counts.exchanges,
            failed: group.counts.failed(),
            failed_share: Percent::of(group.counts.failed(), group.counts.exchanges).tenths(),
            bar: (per_mille(group) * 100).div_ceil(most),
            technical: group.technical,
            business: group.business(),
            causes: group.counts.causes,
            unclassified: group.counts.with(Outcome::Unclassified),
            unanswered: group.counts.with(Outcome::Unanswered),
            late: group.counts.with(Outcome::Late),
            p50: group.latencies.quantile_ms(500),
            p95: group.latencies.quantile_ms(950),
        };
        Self { rows: groups.iter().map(row).collect(), left_out }
    }
}

/// Failed ones of a thousand attempts.
fn per_mille(group: &Group) -> u64 {
    group.counts.failed() * 1000 / group.counts.exchanges.max(1)
}
