//! The key `incidents`: what was shared.

use crate::decimal::Decimal;
use crate::evidence;
use crate::scope::Scope;
use crate::shown::Shown;
use posmortem_classify::Language;
use posmortem_exchange::Summary;
use posmortem_iso8583::Timestamp;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Incident<'s> {
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
    action: &'s str,
}

impl<'s> Incident<'s> {
    pub(super) fn of(
        incident: &posmortem_diagnose::Incident,
        summary: &'s Summary,
        language: Language,
    ) -> Self {
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
            evidence: evidence::sentences(&incident.evidence, &summary.names, language),
            action: incident.action(language, &summary.actions),
        }
    }
}
