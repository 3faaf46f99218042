//! What the days before say of the whole: how many of them are known, and what was found on the latest of them
//! and is not any more.

use super::Page;
use super::flow::{self, Item};
use super::terminals::none;
use crate::grid::{Cell, Column, Grid};
use crate::labels::change_title;
use crate::pen::Style;
use crate::recurrence::mark;
use crate::scope::Scope;
use posmortem_classify::{Language, Reason};
use posmortem_diagnose::{Change, Recurrence, Recurrences};

/// How many days before are known.
pub(crate) fn known(page: &Page<'_>) -> Vec<String> {
    let Some(recurrences) = page.judged.recurrences() else { return Vec::new() };
    let (all, known) = (Recurrences::DAYS, recurrences.known);
    let told = match (recurrences.latest, page.language) {
        (Some(latest), Language::En) => {
            format!("findings of {known} of the {all} days before are known, the latest of {latest}")
        }
        (Some(latest), Language::Zh) => format!("此前{all}天中已知{known}天的结论，最近为{latest}"),
        (None, Language::En) => {
            format!("findings of none of the {all} days before are known: nothing is told as new")
        }
        (None, Language::Zh) => format!("此前{all}天均无已知结论：不标注新旧"),
    };
    page.hanging(if recurrences.known > 0 { "" } else { "! " }, &told)
}

/// A line for each trouble of the latest day that is not found any more.
pub(super) fn lines(page: &Page<'_>) -> Vec<String> {
    let Some((title, grid, more)) = told(page) else { return Vec::new() };
    let mut lines = flow::lines(&title, page.pen.dot(), page.width, page.pen);
    lines.extend(grid.lines(page.width, page.pen));
    lines.extend(more);
    lines
}

/// The items of the heading, the rows, and how many more there are; none where nothing is over.
pub(crate) fn told(page: &Page<'_>) -> Option<(Vec<Item>, Grid, Option<String>)> {
    let latest = page.judged.recurrences().and_then(|all| all.latest)?;
    let incidents = page.judged.cleared_incidents(page.view).into_iter().filter_map(|(one, recurrence)| {
        let old = one.old.as_ref()?;
        let scope = Scope::of_cause(old).text(page.language);
        Some((one.change, page.pen.name(&scope).into_owned(), Some(old.reason), *recurrence))
    });
    let terminals = page.judged.cleared_terminals(page.view).into_iter().filter_map(|(one, recurrence)| {
        let old = one.old.as_ref()?;
        Some((one.change, page.pen.name(&old.terminal).into_owned(), old.reason, *recurrence))
    });
    let mut rows: Vec<Row> = incidents.chain(terminals).collect();
    if rows.is_empty() {
        return None;
    }
    // What is over is good news; of the rest, what may still be wrong comes before who is gone.
    rows.sort_by_key(|(change, ..)| (*change != Change::Cleared, *change));
    let cleared = match page.language {
        Language::En => format!("Cleared since {latest}"),
        Language::Zh => format!("自{latest}以来已消除"),
    };
    let shown = page.view.top.unwrap_or(usize::MAX).min(rows.len());
    let mut grid = Grid::new(vec![
        Column::left(page.labels.terminal_or_scope).least(16),
        Column::left(page.labels.cause).least(22),
        Column::right(page.labels.days).rank(1),
        Column::left("").rank(2),
    ]);
    rows[..shown].iter().for_each(|one| grid.push(row(page, one)));
    Some((title(page, &rows, &cleared), grid, page.more(rows.len() - shown, "项")))
}

/// What became of it, who or where, why, and how often it was there.
type Row = (Change, String, Option<Reason>, Recurrence);

/// How many of which kind there are.
fn title(page: &Page<'_>, rows: &[Row], cleared: &str) -> Vec<Item> {
    let count = |change| rows.iter().filter(|(one, ..)| *one == change).count();
    let mut items = vec![(format!("{cleared}: {}", count(Change::Cleared)), Style::Bold)];
    for change in [Change::Undecided, Change::NotSeen].into_iter().filter(|change| count(*change) > 0) {
        items.push((format!("{} {}", change_title(change, page.language), count(change)), Style::Plain));
    }
    items
}

fn row(page: &Page<'_>, (change, what, reason, recurrence): &Row) -> Vec<Cell> {
    let is_over = *change == Change::Cleared;
    let cause = |reason: &Reason| Cell::styled(page.cause_and_reason(*reason), Style::Cause(reason.cause()));
    vec![
        Cell::new(what.clone()),
        reason.as_ref().map_or_else(|| none(page), cause),
        Cell::new(mark(*recurrence, page.labels)),
        Cell::styled(if is_over { "" } else { change_title(*change, page.language) }, Style::Dim),
    ]
}
