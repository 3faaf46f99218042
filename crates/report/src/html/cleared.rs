//! What was found on the latest of the days before and is not any more.

use super::lens::{Lens, safe};
use crate::labels::change_title;
use crate::recurrence::words;
use crate::scope::Scope;
use posmortem_classify::Reason;
use posmortem_diagnose::{Change, Recurrence};
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
        let incidents = judged.cleared_incidents(lens.view).into_iter().filter_map(|(one, recurrence)| {
            let old = one.old.as_ref()?;
            Some((one.change, Scope::of_cause(old).text(language), Some(old.reason), *recurrence))
        });
        let terminals = judged.cleared_terminals(lens.view).into_iter().filter_map(|(one, recurrence)| {
            let old = one.old.as_ref()?;
            Some((one.change, safe(&old.terminal), old.reason, *recurrence))
        });
        let mut all: Vec<(Change, String, Option<Reason>, Recurrence)> = incidents.chain(terminals).collect();
        // What is over comes before what is not seen any more.
        all.sort_by_key(|(change, ..)| (*change != Change::Cleared, *change));
        let left_out = all.len().saturating_sub(lens.view.top.unwrap_or(usize::MAX));
        all.truncate(all.len() - left_out);
        let row = |(change, what, reason, recurrence): (_, _, Option<Reason>, _)| Row {
            what,
            cause: reason.map(|reason| reason.cause().name()),
            cause_title: reason.map_or("", |reason| reason.cause().title(language)),
            reason_title: reason.map_or("", |reason| reason.title(language)),
            change: change_title(change, language),
            recurrence: words(recurrence, language),
        };
        let rows: Vec<_> = all.into_iter().map(row).collect();
        (!rows.is_empty()).then(|| Self { latest: latest.to_string(), rows, left_out })
    }
}
