//! Whether a trouble is new, or on how many of the days before it was there, as the formats tell it.

use crate::labels::Labels;
use crate::shown::Shown;
use posmortem_classify::Language;
use posmortem_diagnose::{CalendarDate, Recurrence};
use schemars::JsonSchema;
use serde::Serialize;

/// The key `recurrence`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Recurring {
    /// `new` or `recurring`.
    state: &'static str,
    /// On so many of the days before.
    days: u32,
    /// Of so many of which it is known.
    of: u32,
    /// The first of those days.
    first: Option<Shown<CalendarDate>>,
}

impl From<Recurrence> for Recurring {
    fn from(recurrence: Recurrence) -> Self {
        let Recurrence { days, of, first } = recurrence;
        Self { state: recurrence.name(), days, of, first: first.map(Shown) }
    }
}

/// For a column: `new`, or `9/30`.
pub(crate) fn mark(recurrence: Recurrence, labels: &Labels) -> String {
    match recurrence {
        Recurrence { days: 0, .. } => labels.new.to_owned(),
        Recurrence { days, of, .. } => format!("{days}/{of}"),
    }
}

/// For a line: `new`, or `on 9 of 30 days before`.
pub(crate) fn words(recurrence: Recurrence, language: Language) -> String {
    match (recurrence, language) {
        (Recurrence { days: 0, .. }, Language::En) => "new".to_owned(),
        (Recurrence { days: 0, .. }, Language::Zh) => "新出现".to_owned(),
        (Recurrence { days, of: 1, .. }, Language::En) => format!("on {days} of 1 day before"),
        (Recurrence { days, of, .. }, Language::En) => format!("on {days} of {of} days before"),
        (Recurrence { days, of, .. }, Language::Zh) => format!("此前{of}天中有{days}天"),
    }
}
