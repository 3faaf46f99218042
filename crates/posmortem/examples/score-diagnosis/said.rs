//! What a diagnosis said of a day, in the words in which it is compared.

use crate::truth::Scope;
use crate::window::Window;
use posmortem::diagnose::{Diagnosis, State, Thousandths};
use posmortem::exchange::Names;

/// The reason of terminals and sites that fell silent.
pub(crate) const SILENCE: &str = "power_unstable";

/// What was said of a terminal; of normal ones nothing is kept.
#[derive(Clone, Debug)]
pub(crate) struct SaidVerdict {
    pub(crate) terminal: String,
    pub(crate) state: State,
    /// Empty where none was named, as is the reason.
    pub(crate) cause: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) window: Option<Window>,
    pub(crate) confidence: Option<f64>,
    pub(crate) incidents: Vec<u32>,
    /// Failures, and how many were to be expected: for lists of errors.
    pub(crate) observed: u64,
    pub(crate) expected: f64,
}

impl SaidVerdict {
    /// Whether the terminal was blamed.
    pub(crate) fn is_own(&self) -> bool {
        matches!(self.state, State::Own | State::Mixed)
    }
}

/// An incident that was reported.
#[derive(Clone, Debug)]
pub(crate) struct SaidIncident {
    pub(crate) id: u32,
    pub(crate) scope: Scope,
    pub(crate) cause: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) window: Window,
    pub(crate) confidence: f64,
    pub(crate) observed: u64,
    pub(crate) expected: f64,
}

/// All that was said of a day.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    pub(crate) verdicts: Vec<SaidVerdict>,
    pub(crate) incidents: Vec<SaidIncident>,
}

impl Said {
    /// Out of a diagnosis. Windows end where the labelled days do: nothing is known of the few attempts after.
    pub(crate) fn of(diagnosis: &Diagnosis, names: &Names, until: i64) -> Self {
        let decimal = |number: Thousandths| number.0 as f64 / 1000.0;
        let verdict = |verdict: &posmortem::diagnose::Verdict| SaidVerdict {
            terminal: names.text(verdict.terminal).to_owned(),
            state: verdict.state,
            cause: verdict.cause.map_or("", posmortem::classify::Cause::name),
            reason: verdict.reason.map_or("", posmortem::classify::Reason::name),
            window: verdict.start.zip(verdict.end).map(|(start, end)| (start.millis, end.millis.min(until))),
            confidence: verdict.confidence.map(decimal),
            incidents: verdict.incidents.clone(),
            observed: verdict.observed,
            expected: decimal(verdict.expected),
        };
        let incident = |incident: &posmortem::diagnose::Incident| SaidIncident {
            id: incident.id,
            scope: incident.scope.iter().map(|(of, value)| (of.name(), value.clone())).collect(),
            cause: incident.cause.name(),
            reason: incident.reason.name(),
            window: (incident.start.millis, incident.end.millis.min(until)),
            confidence: decimal(incident.confidence),
            observed: incident.observed,
            expected: decimal(incident.expected),
        };
        let told = diagnosis.verdicts().iter().filter(|verdict| verdict.state != State::Normal);
        Self {
            verdicts: told.map(verdict).collect(),
            incidents: diagnosis.incidents.iter().map(incident).collect(),
        }
    }

    /// What was said of a terminal.
    pub(crate) fn verdict(&self, terminal: &str) -> Option<&SaidVerdict> {
        self.verdicts.iter().find(|verdict| verdict.terminal == terminal)
    }
}
