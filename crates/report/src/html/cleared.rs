//! What was found on the latest of the days before and is not any more.

use super::lens::{Lens, safe};
use crate::labels::change_title;
use crate::over::{Over, Whose};
use crate::recurrence::words;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Cleared {
    /// The day whose findings these are.
    latest: String,
    rows: Vec<Row>,
    left_out: usize,
}

#[derive(Serialize)]
struct Row {
    /// A terminal, or where an incident was.
    what: String,
    cause: Option<&'static str>,
    cause_title: &'static str,
    reason_title: &'static str,
    change: &'static str,
    recurrence: String,
}

impl Cleared {
    /// `None` where nothing is over, or no day before is known.
    pub(super) fn of(lens: &Lens<'_>) -> Option<Self> {
        let (judged, language) = (lens.judged, lens.language);
        let latest = judged.recurrences().and_then(|all| all.latest)?;
        let mut all = Over::best_first(judged, lens.view);
        let left_out = all.len().saturating_sub(lens.view.top.unwrap_or(usize::MAX));
        all.truncate(all.len() - left_out);
        let row = |one: Over<'_>| Row {
            what: match one.whose {
                Whose::Terminal(terminal) => safe(terminal),
                Whose::Scope(scope) => scope.text(language),
            },
            cause: one.reason.map(|reason| reason.cause().name()),
            cause_title: one.reason.map_or("", |reason| reason.cause().title(language)),
            reason_title: one.reason.map_or("", |reason| reason.title(language)),
            change: change_title(one.change, language),
            recurrence: words(one.recurrence, language),
        };
        let rows: Vec<_> = all.into_iter().map(row).collect();
        (!rows.is_empty() || left_out > 0).then(|| Self { latest: latest.to_string(), rows, left_out })
    }
}
