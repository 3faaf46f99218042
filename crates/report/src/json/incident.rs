//! The key `incidents`: what was shared.

use crate::decimal::Decimal;
use crate::evidence;
use crate::judged::Judged;
use crate::recurrence::Recurring;
use crate::scope::Scope;
use crate::shown::Shown;
use posmortem_classify::Language;
use posmortem_iso8583::Timestamp;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Incident {
    id: u32,
    cause: &'static str,
    reason: &'static str,
    scope: Scope,
    start: Shown<Timestamp>,
    end: Shown<Timestamp>,
    observed: u64,
    expected: Decimal,
    excess: Decimal,
    attempts: u64,
    terminals: u32,
    confidence: Decimal,
    owner: &'static str,
    ongoing: bool,
    evidence: Vec<String>,
    action: &'static str,
    recurrence: Option<Recurring>,
}

impl Incident {
    pub(super) fn of(
        judged: &Judged<'_>,
        incident: &posmortem_diagnose::Incident,
        language: Language,
    ) -> Self {
        let names = &judged.summary.names;
        let &posmortem_diagnose::Incident { id, cause, reason, start, end, observed, .. } = incident;
        Self {
            id,
            cause: cause.name(),
            reason: reason.name(),
            scope: Scope::of(incident),
            start: Shown(start),
            end: Shown(end),
            observed,
            expected: incident.expected.into(),
            excess: incident.excess().into(),
            attempts: incident.attempts,
            terminals: incident.terminals,
            confidence: incident.confidence.into(),
            owner: reason.owner(),
            ongoing: incident.ongoing,
            evidence: evidence::sentences(&incident.evidence, names, language),
            action: incident.action(language),
            recurrence: judged.recurrence(incident).map(Recurring::from),
        }
    }
}
