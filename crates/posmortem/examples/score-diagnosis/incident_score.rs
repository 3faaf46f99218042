//! Incidents against the truth: the right scope and cause, and a window that meets the true one.
//!
//! Each true incident takes at most one report, and a report stands for at most one: a second piece of the
//! same is one too many.

use crate::calibration::Calibration;
use crate::rate::{Accuracy, Of};
use crate::said::{SILENCE, Said, SaidIncident};
use crate::truth::{Scope, SharedFault, Truth};
use crate::window::{Window, intersection_over_union, overlap};
use std::collections::{BTreeMap, BTreeSet};

/// How right the incidents of one day or more are.
#[derive(Clone, Debug, Default)]
pub(crate) struct IncidentScore {
    /// Reports that are so; incidents large enough that were reported.
    pub(crate) accuracy: Accuracy,
    /// By fault, those large enough that were reported.
    pub(crate) faults: BTreeMap<&'static str, Of>,
    /// Incidents too small to count, reported all the same.
    pub(crate) small: Of,
    /// Reports of nothing, or of the wrong scope or cause.
    pub(crate) extra: u64,
    /// Matches by another scope that covers the same attempts.
    pub(crate) equivalents: u64,
    /// Of the matches: those with the right reason, and how well the window is met.
    pub(crate) reason: Of,
    pub(crate) windows: Vec<f64>,
    pub(crate) calibration: Calibration,
    /// What was wrong, a line each.
    pub(crate) errors: Vec<String>,
}

impl IncidentScore {
    /// Of one day. `is_same` tells whether two scopes cover the same attempts in a window. Incidents of
    /// silence are judged with the terminals.
    pub(crate) fn of(truth: &Truth, said: &Said, is_same: &dyn Fn(&Scope, &Scope, Window) -> bool) -> Self {
        let reports: Vec<&SaidIncident> =
            said.incidents.iter().filter(|incident| incident.reason != SILENCE).collect();
        let mut score = Self::default();
        let matches = matches(&truth.incidents, &reports, is_same);
        for (label, fault) in truth.incidents.iter().enumerate() {
            let matched = matches.iter().find(|matched| matched.label == label);
            score.incident(fault, matched.map(|matched| (matched, reports[matched.report])));
        }
        for (at, report) in reports.iter().enumerate() {
            let matched = matches.iter().find(|matched| matched.report == at);
            score.calibration.add(report.confidence, matched.is_some());
            match matched {
                Some(matched) if !truth.incidents[matched.label].counts => {}
                Some(_) => score.accuracy.precision.add(true),
                None => {
                    score.accuracy.precision.add(false);
                    score.extra += 1;
                    score.errors.push(format!("extra incident: {}", told(report)));
                }
            }
        }
        score
    }

    fn incident(&mut self, fault: &SharedFault, matched: Option<(&Match, &SaidIncident)>) {
        if fault.counts {
            self.accuracy.recall.add(matched.is_some());
            self.faults.entry(fault.fault).or_default().add(matched.is_some());
        } else {
            self.small.add(matched.is_some());
        }
        match matched {
            Some((matched, report)) => {
                self.equivalents += u64::from(!matched.is_exact);
                self.reason.add(report.reason == fault.reason);
                self.windows.push(matched.shared);
                if matched.shared < 0.8 {
                    let (window, share) = (crate::day::hours(fault.window), matched.shared);
                    let (fault, report) = (fault.fault, told(report));
                    self.errors.push(format!("window of {fault}{window} met to {share:.2}: {report}"));
                }
            }
            None if fault.counts => {
                let (window, hits) = (crate::day::hours(fault.window), fault.hits);
                let scope = of_scope(&fault.scope);
                self.errors.push(format!("missed incident: {} at {scope}{window}, {hits} hits", fault.fault));
            }
            None => {}
        }
    }

    /// Adds other days.
    pub(crate) fn absorb(&mut self, other: &Self) {
        self.accuracy += other.accuracy;
        for (fault, found) in &other.faults {
            *self.faults.entry(fault).or_default() += *found;
        }
        self.small += other.small;
        self.reason += other.reason;
        self.extra += other.extra;
        self.equivalents += other.equivalents;
        self.windows.extend(&other.windows);
        self.calibration += &other.calibration;
    }
}

/// A true incident and its report.
struct Match {
    label: usize,
    report: usize,
    is_exact: bool,
    /// Intersection of the windows over their union.
    shared: f64,
}

/// Pairs that agree, the better ones first: by scope, incidents that count, then by how windows meet.
fn matches(
    faults: &[SharedFault],
    reports: &[&SaidIncident],
    is_same: &dyn Fn(&Scope, &Scope, Window) -> bool,
) -> Vec<Match> {
    let mut pairs = Vec::new();
    for (label, fault) in faults.iter().enumerate() {
        for (report, said) in reports.iter().enumerate() {
            if fault.cause != said.cause || !overlap(fault.window, said.window) {
                continue;
            }
            let is_exact = fault.scope == said.scope;
            if is_exact || is_same(&fault.scope, &said.scope, fault.window) {
                let shared = intersection_over_union(fault.window, said.window);
                pairs.push(Match { label, report, is_exact, shared });
            }
        }
    }
    let rank = |pair: &Match| (!pair.is_exact, !faults[pair.label].counts);
    pairs.sort_by(|a, b| rank(a).cmp(&rank(b)).then(b.shared.total_cmp(&a.shared)));
    let (mut labels, mut taken) = (BTreeSet::new(), BTreeSet::new());
    pairs.retain(|pair| {
        let is_free = !labels.contains(&pair.label) && !taken.contains(&pair.report);
        if is_free {
            labels.insert(pair.label);
            taken.insert(pair.report);
        }
        is_free
    });
    pairs
}

fn of_scope(scope: &Scope) -> String {
    let values: Vec<String> = scope.iter().map(|(attribute, value)| format!("{attribute}={value}")).collect();
    values.join(" ")
}

fn told(report: &SaidIncident) -> String {
    let SaidIncident { scope, reason, window, confidence, observed, expected, .. } = report;
    let (scope, window) = (of_scope(scope), crate::day::hours(*window));
    format!("{reason} at {scope}{window} ({observed} for {expected:.1}, {confidence:.3} sure)")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(link: &str, window: Window, counts: bool) -> SharedFault {
        SharedFault {
            fault: "link_outage",
            scope: [("link", link.to_owned())].into(),
            cause: "network",
            reason: "link_outage",
            window,
            hits: 20,
            counts,
        }
    }

    fn report(of: (&'static str, &str), cause: &'static str, window: Window) -> SaidIncident {
        SaidIncident {
            id: 1,
            scope: [(of.0, of.1.to_owned())].into(),
            cause,
            reason: "link_outage",
            window,
            confidence: 0.9,
            observed: 20,
            expected: 1.0,
        }
    }

    fn score(faults: Vec<SharedFault>, reports: Vec<SaidIncident>) -> IncidentScore {
        let truth = Truth { incidents: faults, ..Truth::default() };
        let same = |a: &Scope, b: &Scope, _: Window| a.contains_key("link") && b.contains_key("region");
        IncidentScore::of(&truth, &Said { verdicts: Vec::new(), incidents: reports }, &same)
    }

    #[test]
    fn scope_cause_and_window_must_agree() {
        let faults = vec![fault("a", (0, 100), true), fault("b", (0, 100), true)];
        let reports = vec![
            report(("link", "a"), "network", (0, 80)),
            report(("link", "b"), "account", (0, 100)),
            report(("link", "b"), "network", (100, 200)),
        ];
        let score = score(faults, reports);
        let accuracy = score.accuracy;
        assert_eq!((accuracy.precision, accuracy.recall), (Of { hits: 1, all: 3 }, Of { hits: 1, all: 2 }));
        assert_eq!((score.extra, score.equivalents, score.windows), (2, 0, vec![0.8]));
    }

    #[test]
    fn a_second_piece_is_one_too_many() {
        let reports =
            vec![report(("link", "a"), "network", (0, 30)), report(("link", "a"), "network", (40, 100))];
        let score = score(vec![fault("a", (0, 100), true)], reports);
        assert_eq!((score.accuracy.recall.hits, score.extra, score.windows), (1, 1, vec![0.6]));
    }

    #[test]
    fn equal_scopes_match_after_exact_ones() {
        let reports = vec![
            report(("region", "x"), "network", (0, 100)),
            report(("link", "a"), "network", (0, 90)),
            report(("site", "y"), "network", (0, 100)),
        ];
        let both = vec![fault("a", (0, 100), true), fault("b", (0, 100), true)];
        let score = score(both, reports);
        assert_eq!((score.accuracy.recall.hits, score.equivalents, score.extra), (2, 1, 1));
        assert_eq!(score.windows, [0.9, 1.0]);
    }

    #[test]
    fn small_incidents_are_neither_missed_nor_extra() {
        let faults = vec![fault("a", (0, 100), false), fault("b", (0, 100), false)];
        let score = score(faults, vec![report(("link", "a"), "network", (0, 100))]);
        assert_eq!(score.accuracy, Accuracy::default());
        assert_eq!((score.small, score.extra), (Of { hits: 1, all: 2 }, 0));
        assert_eq!(score.calibration.bands[3].1, 1);
    }
}
