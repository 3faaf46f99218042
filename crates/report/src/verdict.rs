//! What is said of one terminal: its verdict, or without one its most frequent cause and reason.
//!
//! Which cause comes most often, `TerminalTally::dominant` says; expectation, confidence and the share
//! of incidents are the diagnosis's, and empty where there is none.

use posmortem_classify::{Actions, Cause, Language, Reason};
use posmortem_diagnose::{Incident, Recurrence, State, Thousandths, Verdict as Judgement};
use posmortem_exchange::{Dominant, Sample, TerminalTally};
use posmortem_iso8583::Timestamp;

/// The state of a terminal that nobody has judged.
pub(crate) const UNJUDGED: &str = "unjudged";

/// What is said of one terminal.
#[derive(Clone, Copy)]
pub(crate) struct Verdict<'s> {
    /// What the diagnosis says.
    pub(crate) judgement: Option<&'s Judgement>,
    /// Where there is none: `None` when nothing failed, or nothing that failed is classified.
    pub(crate) dominant: Option<Dominant<'s>>,
    /// Whether no attempt was approved after the last failure of the reason; as the diagnosis has it,
    /// whether it lasts until the terminal's last attempt.
    pub(crate) ongoing: bool,
    /// How often it was there before, where that is known.
    pub(crate) recurrence: Option<Recurrence>,
    /// What a terminal suffers from that only shares its trouble.
    shared: Option<&'s Incident>,
    /// What is to be done about each reason.
    actions: &'s Actions,
}

impl<'s> Verdict<'s> {
    pub(crate) fn unjudged(terminal: &'s TerminalTally, actions: &'s Actions) -> Self {
        let dominant = terminal.dominant();
        let ongoing = dominant.is_some_and(|dominant| {
            terminal.last_approved.is_none_or(|approved| approved.millis <= dominant.tally.last.millis)
        });
        Self { judgement: None, dominant, ongoing, recurrence: None, shared: None, actions }
    }

    /// What the diagnosis says, and the incidents that it names.
    pub(crate) fn judged(said: &'s Judgement, incidents: &'s [Incident], actions: &'s Actions) -> Self {
        let explains = |incident: &&Incident| {
            said.state == State::Shared
                && said.incidents.contains(&incident.id)
                && said.reason == Some(incident.reason)
        };
        let shared = incidents.iter().find(explains);
        Self {
            judgement: Some(said),
            dominant: None,
            ongoing: said.ongoing,
            recurrence: None,
            shared,
            actions,
        }
    }

    /// With what the days before say of it.
    pub(crate) fn with(self, recurrence: Option<Recurrence>) -> Self {
        Self { recurrence, ..self }
    }

    /// `None` where nobody has judged.
    pub(crate) fn state(&self) -> Option<State> {
        self.judgement.map(|said| said.state)
    }

    /// The state as data formats name it.
    pub(crate) fn state_name(&self) -> &'static str {
        self.state().map_or(UNJUDGED, State::name)
    }

    pub(crate) fn cause(&self) -> Option<Cause> {
        self.either(|said| said.cause, |dominant| dominant.cause)
    }

    pub(crate) fn reason(&self) -> Option<Reason> {
        self.either(|said| said.reason, |dominant| dominant.reason)
    }

    /// The first moment of what is said; the first failure of the reason.
    pub(crate) fn start(&self) -> Option<Timestamp> {
        self.either(|said| said.start, |dominant| dominant.tally.first())
    }

    /// The last moment of what is said; the last failure of the reason.
    pub(crate) fn end(&self) -> Option<Timestamp> {
        self.either(|said| said.end, |dominant| dominant.tally.last)
    }

    /// Failures that it rests on; failures of the reason.
    pub(crate) fn observed(&self) -> u64 {
        self.either(|said| Some(said.observed), |dominant| dominant.tally.count()).unwrap_or(0)
    }

    pub(crate) fn expected(&self) -> Option<Thousandths> {
        self.judgement.map(|said| said.expected)
    }

    pub(crate) fn confidence(&self) -> Option<Thousandths> {
        self.judgement.and_then(|said| said.confidence)
    }

    /// By [`posmortem_diagnose::Incident::id`].
    pub(crate) fn incidents(&self) -> &'s [u32] {
        self.judgement.map_or(&[], |said| &said.incidents)
    }

    /// At most three failures, for a help desk.
    pub(crate) fn samples(&self) -> Vec<Sample> {
        let of_reason = || self.dominant.map(|dominant| dominant.tally.samples().collect());
        self.judgement.map(|said| said.samples.clone()).or_else(of_reason).unwrap_or_default()
    }

    pub(crate) fn owner(&self) -> Option<&'static str> {
        self.reason().map(Reason::owner)
    }

    pub(crate) fn action(&self, language: Language) -> Option<&'s str> {
        let of_reason = || self.reason().map(|reason| self.actions.of(reason, language));
        self.shared.map(|incident| incident.action(language, self.actions)).or_else(of_reason)
    }

    fn either<T>(
        &self,
        said: impl Fn(&'s Judgement) -> Option<T>,
        dominant: impl Fn(Dominant<'s>) -> T,
    ) -> Option<T> {
        match self.judgement {
            Some(judgement) => said(judgement),
            None => self.dominant.map(dominant),
        }
    }
}
