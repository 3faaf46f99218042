//! What every part of the page looks through: the result, and how it is to be shown.

use crate::View;
use crate::judged::Judged;
use crate::labels::Labels;
use crate::moment::{same_day, to_the_minute};
use posmortem_classify::Language;
use posmortem_diagnose::Incident;
use posmortem_exchange::Summary;
use posmortem_iso8583::{Timestamp, escape_controls};
use serde::Serialize;

pub(super) struct Lens<'s> {
    pub(super) judged: &'s Judged<'s>,
    pub(super) summary: &'s Summary,
    pub(super) view: &'s View<'s>,
    pub(super) language: Language,
    pub(super) labels: &'static Labels,
    /// Incidents that the page tells, the largest first.
    pub(super) told: Vec<&'s Incident>,
    /// Whether the input goes beyond one day, so that times need theirs.
    pub(super) with_day: bool,
}

/// A moment as it is read, and what a machine makes of it.
#[derive(Serialize)]
pub(super) struct Moment {
    /// `08:15`, with its day where there are several.
    shown: String,
    /// The whole timestamp.
    whole: String,
}

impl<'s> Lens<'s> {
    pub(super) fn of(judged: &'s Judged<'s>, view: &'s View<'s>) -> Self {
        let summary = judged.summary;
        let with_day = match (summary.first, summary.last) {
            (Some(first), Some(last)) => !same_day(first, last),
            _ => true,
        };
        let (language, labels) = (view.language, Labels::of(view.language));
        Self { judged, summary, view, language, labels, told: judged.largest_incidents(view), with_day }
    }

    /// The language's tag.
    pub(super) fn lang(&self) -> &'static str {
        match self.language {
            Language::En => "en",
            Language::Zh => "zh-Hans",
        }
    }

    /// Whether the page tells an incident; `top` leaves some out.
    pub(super) fn is_told(&self, id: u32) -> bool {
        self.told.iter().any(|incident| incident.id == id)
    }

    pub(super) fn moment(&self, at: Timestamp) -> Moment {
        Moment { shown: to_the_minute(at, self.with_day), whole: at.to_string() }
    }
}

/// A text from outside that cannot turn the line in which it stands around.
pub(super) fn safe(text: &str) -> String {
    escape_controls(text.as_bytes()).into_owned()
}
