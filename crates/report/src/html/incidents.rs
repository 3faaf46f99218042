//! What was shared: where, when, how much of it, and what to do.

use super::lens::{Lens, Moment};
use crate::evidence::sentences;
use crate::judged::whole_excess;
use crate::labels::owner;
use crate::recurrence::words;
use crate::scope::Scope;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Incidents {
    rows: Vec<Incident>,
    left_out: usize,
}

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

/// An incident that the page names, and links to where it is told.
#[derive(Serialize)]
pub(super) struct Mention {
    id: u32,
    is_told: bool,
}

impl Incidents {
    pub(super) fn of(lens: &Lens<'_>) -> Self {
        let told_of = lens.told.iter().map(|incident| told(lens, incident)).collect();
        Self { rows: told_of, left_out: lens.judged.incidents(lens.view).len() - lens.told.len() }
    }
}

/// By their ids.
pub(super) fn mentions(lens: &Lens<'_>, ids: &[u32]) -> Vec<Mention> {
    ids.iter().map(|&id| Mention { id, is_told: lens.is_told(id) }).collect()
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
        excess: whole_excess(incident),
        attempts,
        terminals,
        confidence: incident.confidence.to_string(),
        owner: owner(reason.owner(), lens.language),
        action: incident.action(lens.language, &lens.summary.actions).to_owned(),
        recurrence: lens.judged.recurrence(incident).map(|told| words(told, lens.language)),
        evidence: sentences(&incident.evidence, &lens.summary.names, lens.language),
    }
}
