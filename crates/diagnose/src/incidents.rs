//! Findings of the scan as incidents: what is said of them, and with what evidence.

use crate::fleet::Fleet;
use crate::scan::{Finding, Groups};
use crate::{Attribute, Evidence, Incident, Thousandths, Value};
use posmortem_classify::Reason;

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
        let reason = groups.get(finding.group).reason(&dimensions);
        let reason = reason.unwrap_or_else(|| Reason::from_name("issuer_refused").expect("a reason"));
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
            evidence: evidence(finding, hit[id as usize - 1]),
        }
    };
    (1..).zip(findings).map(of_one).collect()
}

fn scope(fleet: &Fleet<'_>, dimension: usize, value: u32) -> (Attribute, String) {
    let attribute = Attribute::ALL[dimension];
    (attribute, fleet.text(attribute, value).to_owned())
}

fn evidence(finding: &Finding, hit: u32) -> Vec<Evidence> {
    let share = |hits: f64, of: u64| Value::Share(Thousandths::round(hits / of.max(1) as f64));
    let mut evidence: Vec<Evidence> = finding
        .marks
        .iter()
        .filter(|count| count.observed > 0)
        .map(|count| {
            Evidence::new("failed_with", [Value::Count(count.observed), Value::Word(count.mark.name())])
        })
        .collect();
    evidence.push(Evidence::new(
        "rate_inside",
        [share(finding.observed as f64, finding.attempts), share(finding.expected, finding.attempts)],
    ));
    evidence.push(Evidence::new(
        "scope_spread",
        [Value::Count(u64::from(finding.sequences)), Value::Count(u64::from(hit))],
    ));
    let of_software = |(dimension, _): &(usize, u32)| {
        [Attribute::Model, Attribute::Firmware].iter().any(|attribute| attribute.dimension() == *dimension)
    };
    if finding.scope.iter().any(of_software) {
        evidence.push(Evidence::new("of_one_software", []));
    }
    evidence
}
