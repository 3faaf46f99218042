//! The key `incidents`: what was shared.

use crate::decimal::Decimal;
use crate::evidence;
use crate::judged::Judged;
use crate::recurrence::Recurring;
use crate::scope::Scope;
use crate::shown::Shown;
use posmortem_classify::Language;
use posmortem_iso8583::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

#[derive(Serialize, JsonSchema)]
pub(super) struct Incident<'s> {
    /// 1 for the first; verdicts name incidents by it.
    id: u32,
    cause: &'static str,
    reason: &'static str,
    /// Values in which everything that was hit agrees.
    scope: Scope,
    /// Its first moment.
    start: Shown<Timestamp>,
    /// The moment after its last.
    end: Shown<Timestamp>,
    /// Failures of its kind inside.
    observed: u64,
    /// Those that were to be expected all the same.
    expected: Decimal,
    /// Observed less expected.
    excess: Decimal,
    /// Attempts inside, failed or not.
    attempts: u64,
    /// Terminals that it hit.
    terminals: u32,
    /// From 0 to 0.999.
    confidence: Decimal,
    /// Who acts.
    owner: &'static str,
    /// Whether it lasts until the log's end.
    ongoing: bool,
    /// What decided, in sentences.
    evidence: Vec<String>,
    /// What to do, in a sentence.
    action: &'s str,
    recurrence: Option<Recurring>,
}

impl<'s> Incident<'s> {
    pub(super) fn of(
        judged: &Judged<'s>,
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
            action: incident.action(language, &judged.summary.actions),
            recurrence: judged.recurrence(incident).map(Recurring::from),
        }
    }
}
