//! Findings of the scan as incidents: what is said of them, and with what evidence.

use crate::fleet::Fleet;
use crate::planned::planned;
use crate::scan::{Finding, Groups};
use crate::{Attribute, Evidence, Incident, Thousandths, Value};
use posmortem_classify::Reason;
use std::ops::Range;

/// An incident that lasts to within five minutes of the log's end is not known to be over.
const STILL_ON_MS: i64 = 300_000;

/// Every finding as an incident, in their order.
pub(crate) fn incidents(
    fleet: &Fleet<'_>,
    findings: &[Finding],
    groups: &Groups,
    hit: &[u32],
) -> Vec<Incident> {
    let of_one = |(id, finding): (u32, &Finding)| {
        let dimensions: Vec<_> = finding.scope.iter().map(|(dimension, _)| *dimension).collect();
        let group = groups.get(finding.group);
        let planned = planned(fleet, finding, group);
        let reason = planned.as_ref().map(|(reason, _)| *reason).or_else(|| group.reason(&dimensions));
        let reason = reason.unwrap_or_else(|| Reason::from_name("issuer_refused").expect("a reason"));
        let mut evidence = evidence(fleet, finding, hit[id as usize - 1]);
        evidence.extend(planned.and_then(|(_, evidence)| evidence));
        Incident {
            id,
            cause: reason.cause(),
            reason,
            scope: finding.scope.iter().map(|(dimension, value)| scope(fleet, *dimension, *value)).collect(),
            start: fleet.moment(finding.start),
            end: fleet.moment(finding.end),
            observed: finding.observed,
            expected: Thousandths::round(finding.expected),
            attempts: finding.attempts,
            terminals: hit[id as usize - 1],
            confidence: Thousandths::round(finding.confidence()),
            ongoing: finding.end + STILL_ON_MS >= fleet.day.span.1,
            evidence,
        }
    };
    (1..).zip(findings).map(of_one).collect()
}

fn scope(fleet: &Fleet<'_>, dimension: usize, value: u32) -> (Attribute, String) {
    let attribute = Attribute::ALL[dimension];
    (attribute, fleet.text(attribute, value).to_owned())
}

fn evidence(fleet: &Fleet<'_>, finding: &Finding, hit: u32) -> Vec<Evidence> {
    let share = |hits: f64| Value::Share(Thousandths::round(hits / finding.attempts.max(1) as f64));
    let (inside, hit) = (Value::Count(terminals_inside(fleet, finding)), Value::Count(hit.into()));
    let mut evidence = vec![
        Evidence::new("rate_inside", [share(finding.observed as f64), share(finding.expected)]),
        Evidence::new("scope_spread", [inside, hit]),
    ];
    let shown = finding.marks.iter().filter(|count| count.observed > 0);
    evidence.extend(
        shown.map(|count| {
            Evidence::new("times", [Value::Count(count.observed), Value::Word(count.mark.name())])
        }),
    );
    evidence
}

/// Terminals with an attempt in the scope and the window of a finding, whatever became of it.
fn terminals_inside(fleet: &Fleet<'_>, finding: &Finding) -> u64 {
    let day = &fleet.day;
    let is_inside = |sequence: &&Range<usize>| {
        let window = day.within((*sequence).clone(), finding.start..finding.end);
        window.iter().any(|attempt| finding.is_about(&day.leaves, attempt.leaf))
    };
    day.sequences.iter().filter(is_inside).count() as u64
}
