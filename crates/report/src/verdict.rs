//! What is said of one terminal when nobody has diagnosed it: its most frequent cause and reason.
//!
//! Which ones those are, `TerminalTally::dominant` says; expectation, confidence and the share of
//! incidents are the diagnosis's and stay empty.

use posmortem_classify::{Audience, Cause, Language, Reason};
use posmortem_exchange::{Dominant, TerminalTally};
use posmortem_iso8583::Timestamp;

/// The state of every terminal without diagnosis.
pub(crate) const STATE: &str = "unjudged";

/// One terminal's verdict.
#[derive(Clone, Copy)]
pub(crate) struct Verdict<'s> {
    /// `None` when nothing failed, or nothing that failed is classified.
    pub(crate) dominant: Option<Dominant<'s>>,
    /// Whether no attempt was approved after the last failure of the reason.
    pub(crate) ongoing: bool,
}

impl<'s> Verdict<'s> {
    pub(crate) fn of(terminal: &'s TerminalTally) -> Self {
        let dominant = terminal.dominant();
        let ongoing = dominant.is_some_and(|dominant| {
            terminal.last_approved.is_none_or(|approved| approved.millis <= dominant.tally.last.millis)
        });
        Self { dominant, ongoing }
    }

    pub(crate) fn cause(&self) -> Option<Cause> {
        self.dominant.map(|dominant| dominant.cause)
    }

    pub(crate) fn reason(&self) -> Option<Reason> {
        self.dominant.map(|dominant| dominant.reason)
    }

    /// The first failure of the reason.
    pub(crate) fn start(&self) -> Option<Timestamp> {
        self.dominant.map(|dominant| dominant.tally.first())
    }

    /// The last failure of the reason.
    pub(crate) fn end(&self) -> Option<Timestamp> {
        self.dominant.map(|dominant| dominant.tally.last)
    }

    /// Failures of the reason.
    pub(crate) fn observed(&self) -> u64 {
        self.dominant.map_or(0, |dominant| dominant.tally.count())
    }

    pub(crate) fn owner(&self) -> Option<&'static str> {
        self.reason().map(Reason::owner)
    }

    pub(crate) fn action(&self, language: Language) -> Option<&'static str> {
        self.reason().map(|reason| reason.action(language, Audience::Operations))
    }
}
