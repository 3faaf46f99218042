//! The rates inside incidents: what a terminal may fail there without any fault of its own.
//!
//! Built from findings; judges nothing.

use crate::{Attempt, Finding, Leaves, Mark};

/// How far beyond an incident's edges its rate holds, in milliseconds: an edge that is seen a minute
/// late would be a terminal's fault otherwise.
pub(crate) const PAD_MS: i64 = 90_000;

/// What incidents add to rates.
#[derive(Clone, Debug, Default)]
pub struct Overlay {
    /// By mark: the incidents that show it, in the order of the findings.
    by_mark: Vec<Vec<Inside>>,
}

/// One mark in one incident.
#[derive(Clone, Debug)]
struct Inside {
    window: (i64, i64),
    scope: Vec<(usize, u32)>,
    /// The share of attempts which show the mark besides those that do anyway.
    besides: f64,
}

impl Overlay {
    /// The rates inside those incidents.
    pub fn new(findings: &[Finding]) -> Self {
        let mut by_mark = vec![Vec::new(); Mark::COUNT];
        for finding in findings {
            for count in &finding.marks {
                let others = finding.attempts as f64 - count.expected;
                let besides = (count.observed as f64 - count.expected) / others.max(1.0);
                if besides > 0.0 {
                    let window = (finding.start - PAD_MS, finding.end + PAD_MS);
                    let (scope, besides) = (finding.scope.clone(), besides.min(0.999));
                    by_mark[count.mark.index()].push(Inside { window, scope, besides });
                }
            }
        }
        Self { by_mark }
    }

    /// The rate of a mark for that attempt: the incident's own where it lies in one, else `base`.
    /// Several incidents add up as if they hit independently.
    ///
    /// # Panics
    /// For [`Mark::NONE`], and for a leaf that is not in `leaves`.
    pub fn rate(&self, leaves: &Leaves, attempt: &Attempt, mark: Mark, base: f64) -> f64 {
        let Some(incidents) = self.by_mark.get(mark.index()) else { return base };
        let mut rate = base;
        for inside in incidents {
            let then = attempt.at >= inside.window.0 && attempt.at < inside.window.1;
            if then
                && inside
                    .scope
                    .iter()
                    .all(|&(dimension, value)| leaves.value(dimension, attempt.leaf) == value)
            {
                rate += (1.0 - rate) * inside.besides;
            }
        }
        rate
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Flags, MarkCount};

    fn finding(mark: Mark) -> Finding {
        Finding {
            scope: vec![(1, 7)],
            kind: 0,
            group: 0,
            joined: Vec::new(),
            start: 1_000_000,
            end: 2_000_000,
            observed: 60,
            attempts: 110,
            expected: 10.0,
            score: 20.0,
            sequences: 5,
            marks: vec![MarkCount { mark, group: 0, observed: 60, expected: 10.0 }],
        }
    }

    #[test]
    fn the_rate_is_the_incident_s_inside_its_scope_and_window() {
        let mark = Mark::from_name("response_timeout").expect("a reason");
        let overlay = Overlay::new(&[finding(mark)]);
        let leaves = Leaves { columns: vec![vec![1, 1], vec![7, 8]], cells: vec![0, 0], ..Leaves::default() };
        let attempt = |at, leaf| Attempt { at, leaf, count: 1, mark, flags: Flags::default() };
        let rate = |at, leaf, mark| overlay.rate(&leaves, &attempt(at, leaf), mark, 0.1);
        assert!((rate(1_500_000, 0, mark) - 0.55).abs() < 1e-12, "half of the others fail besides");
        assert!((rate(1_000_000 - 90_000, 0, mark) - 0.55).abs() < 1e-12);
        for outside in [
            rate(1_500_000, 1, mark),
            rate(900_000, 0, mark),
            rate(2_090_000, 0, mark),
            rate(1_500_000, 0, Mark::FELL_BACK),
        ] {
            assert!((outside - 0.1).abs() < 1e-12);
        }
        assert!((Overlay::default().rate(&leaves, &attempt(0, 0), mark, 0.2) - 0.2).abs() < 1e-12);
    }
}
