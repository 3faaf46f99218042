//! What befell each terminal, beside what was to be expected of it and what incidents did to it.

use crate::fleet::Fleet;
use crate::scan::{Finding, Groups};
use crate::{Attempt, Flags, Mark, Rates};
use rayon::prelude::*;

/// One terminal's day in numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct TerminalCounts {
    /// Attempts of which it is known how they ended, attacks apart.
    pub(crate) attempts: u64,
    /// Those that failed.
    pub(crate) failed: u64,
    /// Failures to be expected of these customers at these hours.
    pub(crate) expected: f64,
    /// Failures by incident that they fall into: its place among the findings.
    pub(crate) incidents: Vec<(usize, u64)>,
}

impl TerminalCounts {
    /// Failures inside incidents of their kind.
    pub(crate) fn explained(&self) -> u64 {
        self.incidents.iter().map(|(_, hits)| hits).sum()
    }
}

/// One entry a terminal.
pub(crate) fn count(
    fleet: &Fleet<'_>,
    rates: &Rates,
    findings: &[Finding],
    groups: &Groups,
) -> Vec<TerminalCounts> {
    let failing = FailureRates::new(rates);
    let day = &fleet.day;
    let of_one = |range: &std::ops::Range<usize>| {
        let mut counts = TerminalCounts::default();
        for attempt in day.attempts[range.clone()].iter().filter(|attempt| is_known(attempt)) {
            counts.attempts += 1;
            counts.expected += failing.of(rates, day.leaves.cell(attempt.leaf), attempt.at);
            let failed = !attempt.mark.is_none();
            counts.failed += u64::from(failed);
            if !failed && !attempt.flags.has(Flags::FELL_BACK) {
                continue;
            }
            if let Some(at) = explaining(fleet, findings, groups, attempt) {
                match counts.incidents.binary_search_by_key(&at, |(incident, _)| *incident) {
                    Ok(place) => counts.incidents[place].1 += 1,
                    Err(place) => counts.incidents.insert(place, (at, 1)),
                }
            }
        }
        counts
    };
    day.sequences.par_iter().map(of_one).collect()
}

/// The first incident that explains a failure.
pub(crate) fn explaining(
    fleet: &Fleet<'_>,
    findings: &[Finding],
    groups: &Groups,
    attempt: &Attempt,
) -> Option<usize> {
    findings.iter().position(|finding| {
        finding.covers(&fleet.day.leaves, attempt)
            && (finding.shows(groups, attempt.mark)
                || attempt.flags.has(Flags::FELL_BACK) && finding.shows(groups, Mark::FELL_BACK))
    })
}

/// Not at the edge of the log, and no attack. Repeats of a failure do count here: this is what the
/// terminal went through.
fn is_known(attempt: &Attempt) -> bool {
    !attempt.flags.has(Flags::ATTACK)
}

/// By cell and hour, the share of attempts that is expected to fail for any reason.
struct FailureRates {
    by_slot: Vec<f64>,
}

impl FailureRates {
    fn new(rates: &Rates) -> Self {
        let slots =
            (0..rates.cells() as u32).flat_map(|cell| (0..rates.hours()).map(move |hour| (cell, hour)));
        let failing = |(cell, hour)| {
            let marks = Mark::all().filter(|mark| *mark != Mark::FELL_BACK);
            marks.map(|mark| rates.rate(cell, hour, mark)).sum::<f64>().min(0.95)
        };
        Self { by_slot: slots.map(failing).collect() }
    }

    fn of(&self, rates: &Rates, cell: u32, at: i64) -> f64 {
        self.by_slot[cell as usize * rates.hours() + rates.hour(at)]
    }
}
