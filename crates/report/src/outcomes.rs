//! What became of attempts, in words: every outcome that came, so that they add up for who reads them.

use crate::labels::Labels;
use posmortem_classify::Language;
use posmortem_exchange::{Counts, Outcome};

/// An outcome that came.
pub(crate) struct Part {
    pub(crate) outcome: Outcome,
    pub(crate) title: &'static str,
    pub(crate) count: u64,
    /// How many of them were no failure, where that follows from no other number.
    pub(crate) note: Option<String>,
}

/// Those that came, in their order.
pub(crate) fn parts(counts: &Counts, language: Language) -> Vec<Part> {
    let labels = Labels::of(language);
    let titled = [
        (labels.approved, Outcome::Approved),
        (labels.declined, Outcome::Declined),
        (labels.unanswered, Outcome::Unanswered),
        (labels.late, Outcome::Late),
        (labels.reversed, Outcome::Reversed),
        (labels.unclassified, Outcome::Unclassified),
        (labels.open, Outcome::Open),
    ];
    let part = |(title, outcome)| {
        let harmless = if outcome == Outcome::Reversed { no_failure(counts) } else { 0 };
        let note = match language {
            Language::En => format!("({harmless} of them no failure)"),
            Language::Zh => format!("(其中{harmless}笔不计失败)"),
        };
        Part { outcome, title, count: counts.with(outcome), note: (harmless > 0).then_some(note) }
    };
    titled.into_iter().map(part).filter(|part| part.count > 0).collect()
}

/// Attempts that were taken back without a fault: neither failed, nor approved for good, nor open.
fn no_failure(counts: &Counts) -> u64 {
    let told = counts.failed() + counts.with(Outcome::Approved) + counts.with(Outcome::Open);
    counts.exchanges.saturating_sub(told)
}

impl Part {
    /// `reversed 50 (11 of them no failure)`
    pub(crate) fn text(&self) -> String {
        let note = self.note.as_ref().map(|note| format!(" {note}")).unwrap_or_default();
        format!("{} {}{note}", self.title, self.count)
    }
}
