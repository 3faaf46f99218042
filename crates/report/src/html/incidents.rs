//! What was shared: where, when, how much of it, and what to do.

use super::lens::{Lens, Moment};
use crate::evidence::sentences;
use crate::labels::owner;
use crate::recurrence::words;
use crate::scope::Scope;
use serde::Serialize;
use std::cmp::Reverse;

#[derive(Serialize)]
pub(super) struct Incident {
    id: u32,
    scope: String,
    cause: &'static str,
    cause_title: &'static str,
    reason_title: &'static str,
    start: Moment,
    end: Moment,
    ongoing: bool,
    observed: u64,
    /// Whole failures: nobody acts on a thousandth.
    excess: u64,
    attempts: u64,
    terminals: u32,
    confidence: String,
    owner: &'static str,
    action: String,
    /// Whether it is new, or how often it was there before.
    recurrence: Option<String>,
    evidence: Vec<String>,
}

/// The largest first.
pub(super) fn of(lens: &Lens<'_>) -> Vec<Incident> {
    let mut incidents = lens.judged.incidents(lens.view);
    incidents.sort_by_key(|incident| (Reverse(incident.excess()), incident.id));
    incidents.truncate(lens.view.top.unwrap_or(usize::MAX));
    incidents.into_iter().map(|incident| told(lens, incident)).collect()
}

fn told(lens: &Lens<'_>, incident: &posmortem_diagnose::Incident) -> Incident {
    let &posmortem_diagnose::Incident { id, cause, reason, observed, attempts, terminals, .. } = incident;
    Incident {
        id,
        scope: Scope::of(incident).text(lens.language),
        cause: cause.name(),
        cause_title: cause.title(lens.language),
        reason_title: reason.title(lens.language),
        start: lens.moment(incident.start),
        end: lens.moment(incident.end),
        ongoing: incident.ongoing,
        observed,
        excess: (incident.excess().0 + 500) / 1000,
        attempts,
        terminals,
        confidence: incident.confidence.to_string(),
        owner: owner(reason.owner(), lens.language),
        action: incident.action(lens.language, &lens.summary.actions).to_owned(),
        recurrence: lens.judged.recurrence(incident).map(|told| words(told, lens.language)),
        evidence: sentences(&incident.evidence, &lens.summary.names, lens.language),
    }
}
