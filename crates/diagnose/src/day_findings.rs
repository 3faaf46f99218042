//! What is kept of a day's diagnosis for the days after it: which terminals were at fault, which causes were
//! shared, and who else was there.
//!
//! No counts of single terminals, no evidence and no window: those are in the report. How one day's findings
//! compare with another's, `comparison.rs` says, and with many others', `recurrence.rs`.

use crate::{Attribute, CalendarDate, Diagnosis, Incident, State, Verdict};
use posmortem_classify::{Cause, Reason};
use posmortem_exchange::{Counts, Summary, terminal_key};
use posmortem_iso8583::{Timestamp, screen};
use std::collections::BTreeSet;

/// What was found on one day, or in a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayFindings {
    /// The first attempt that was judged, and the last.
    pub span: (Timestamp, Timestamp),
    /// What was read, as a digest: a log that is read again when it has grown has the same.
    pub inputs: String,
    /// By which rules of the user it was judged, as a digest of what they decide; none is by none.
    pub rules: Option<String>,
    /// Attempts of the fleet.
    pub totals: Counts,
    /// Terminals at fault, by their ids.
    pub terminals: Vec<FaultyTerminal>,
    /// Shared causes, in the order of [`Incident::id`].
    pub incidents: Vec<SharedCause>,
    /// Terminals that were judged and are not at fault, by their ids.
    pub faultless: Vec<String>,
    /// Terminals with attempts of which nothing can be told, by their ids.
    pub undecided: Vec<String>,
}

/// A terminal at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultyTerminal {
    /// Its id without left zeros.
    pub terminal: String,
    /// `own`, `mixed`, `attack` or `silent`.
    pub state: State,
    /// What broke.
    pub cause: Option<Cause>,
    /// Why.
    pub reason: Option<Reason>,
    /// Failures that the verdict rests on.
    pub observed: u64,
}

/// A cause that terminals shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedCause {
    /// Why; it tells the cause, too.
    pub reason: Reason,
    /// Where: the values in which everything affected agrees, by attribute.
    pub scope: Vec<(Attribute, String)>,
    /// Failures of its kind inside.
    pub observed: u64,
    /// Terminals that it hit.
    pub terminals: u32,
}

impl State {
    /// Whether it is a trouble of the terminal's own: there is something to do about that terminal.
    pub fn is_fault(self) -> bool {
        matches!(self, Self::Own | Self::Mixed | Self::Attack | Self::Silent)
    }
}

impl DayFindings {
    /// What a diagnosis found; none where it judged no attempt. `inputs` is [`DayFindings::inputs`], `rules`
    /// [`DayFindings::rules`].
    pub fn of(
        summary: &Summary,
        diagnosis: &Diagnosis,
        inputs: String,
        rules: Option<String>,
    ) -> Option<Self> {
        let span = diagnosis.span?;
        let id = |verdict: &Verdict| summary.names.text(verdict.terminal).to_owned();
        let (mut terminals, mut faultless, mut undecided) = (Vec::new(), Vec::new(), BTreeSet::new());
        // Attempts without an id are nobody's in particular.
        for verdict in diagnosis.verdicts().iter().filter(|verdict| !verdict.terminal.is_absent()) {
            let &Verdict { state, cause, reason, observed, .. } = verdict;
            if state.is_fault() {
                terminals.push(FaultyTerminal { terminal: id(verdict), state, cause, reason, observed });
            } else if state == State::Insufficient {
                undecided.insert(id(verdict));
            } else {
                faultless.push(id(verdict));
            }
        }
        // Those that the inventory silences have attempts and no verdict.
        let judged: BTreeSet<&str> =
            diagnosis.verdicts().iter().map(|verdict| summary.names.text(verdict.terminal)).collect();
        let counted =
            summary.terminals.iter().map(|terminal| terminal_key(summary.names.text(terminal.terminal)));
        undecided.extend(counted.filter(|id| !id.is_empty() && !judged.contains(id)).map(str::to_owned));
        Some(Self {
            span,
            inputs,
            rules,
            totals: summary.totals,
            terminals,
            incidents: diagnosis.incidents.iter().map(SharedCause::of).collect(),
            faultless,
            undecided: undecided.into_iter().collect(),
        })
    }

    /// The day that it is about.
    pub fn date(&self) -> CalendarDate {
        CalendarDate::amid(self.span.0, self.span.1)
    }

    /// Adds what was found in another part of the day. Who else was there then, and how many attempts there were in
    /// all, is asked of no day before.
    pub(crate) fn join(&mut self, other: &Self) {
        self.terminals.extend_from_slice(&other.terminals);
        self.incidents.extend_from_slice(&other.incidents);
    }
}

impl SharedCause {
    /// An incident without its window and numbers. Some values of a scope come from the user's own list of
    /// terminals, and are screened as everything else that is kept.
    pub fn of(incident: &Incident) -> Self {
        let screened =
            |(attribute, value): &(Attribute, String)| (*attribute, screen(value.as_bytes()).into_owned());
        let mut scope: Vec<_> = incident.scope.iter().map(screened).collect();
        scope.sort();
        let &Incident { reason, observed, terminals, .. } = incident;
        Self { reason, scope, observed, terminals }
    }
}
