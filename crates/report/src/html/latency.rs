//! How long answers took, by doublings of milliseconds, at whose ends the classes of the count end too.

use super::lens::Lens;
use crate::percent::Percent;
use posmortem_exchange::Latencies;
use serde::Serialize;

/// The first row holds all that came faster.
const FASTEST_MS: u64 = 64;
/// The last row holds all that took longer.
const SLOWEST_MS: u64 = 65_536;

#[derive(Serialize)]
pub(super) struct Latency {
    answers: u64,
    /// Quantiles by their names, in milliseconds.
    quantiles: Vec<(&'static str, u64)>,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    /// Milliseconds from which on.
    from: u64,
    /// Milliseconds up to which; the last row has no end.
    to: Option<u64>,
    answers: u64,
    share: String,
    /// Of the largest row, in hundredths.
    bar: u64,
}

impl Latency {
    /// `None` where no answer tells how long it took.
    pub(super) fn of(lens: &Lens<'_>) -> Option<Self> {
        let latencies = &lens.judged.breakdown?.fleet.latencies;
        let named = [("p50", 500), ("p90", 900), ("p95", 950), ("p99", 990)];
        let quantiles = named.into_iter().filter_map(|(name, of)| Some((name, latencies.quantile_ms(of)?)));
        (latencies.answers() > 0).then(|| Self {
            answers: latencies.answers(),
            quantiles: quantiles.collect(),
            rows: rows(latencies),
        })
    }
}

fn rows(latencies: &Latencies) -> Vec<Row> {
    let ends = std::iter::successors(Some(FASTEST_MS), |end| (*end < SLOWEST_MS).then_some(end * 2));
    let begins = [0].into_iter().chain(ends.clone());
    let within = |from: u64, to: Option<u64>| {
        let classes = latencies
            .classes()
            .filter(|(class, _)| class.least_ms() >= from && to.is_none_or(|to| class.least_ms() < to));
        classes.map(|(_, count)| count).sum::<u64>()
    };
    let rows: Vec<_> =
        begins.zip(ends.map(Some).chain([None])).map(|(from, to)| (from, to, within(from, to))).collect();
    let most = rows.iter().map(|(_, _, answers)| *answers).max().unwrap_or(0).max(1);
    let first = rows.iter().position(|(_, _, answers)| *answers > 0).unwrap_or(0);
    let last = rows.iter().rposition(|(_, _, answers)| *answers > 0).unwrap_or(0);
    let row = |&(from, to, answers): &(u64, Option<u64>, u64)| Row {
        from,
        to,
        answers,
        share: Percent::of(answers, latencies.answers()).tenths(),
        bar: (answers * 100).div_ceil(most),
    };
    rows[first..=last].iter().map(row).collect()
}
