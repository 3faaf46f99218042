//! What the days before say of the whole: how many of them are known, and what was found on the latest of them
//! and is not any more.

use super::Page;
use super::flow::{self, Item};
use super::terminals::none;
use crate::grid::{Cell, Column, Grid};
use crate::labels::change_title;
use crate::over::{Over, Whose};
use crate::pen::Style;
use crate::recurrence::mark;
use posmortem_classify::{Language, Reason};
use posmortem_diagnose::{Change, Recurrences};

/// How many days before are known.
pub(super) fn known(page: &Page<'_>) -> Vec<String> {
    let Some(recurrences) = page.judged.recurrences() else { return Vec::new() };
    page.hanging(if recurrences.known > 0 { "" } else { "! " }, &known_days(recurrences, page.language))
}

/// The same as a sentence.
pub(crate) fn known_days(recurrences: &Recurrences, language: Language) -> String {
    let (all, known) = (Recurrences::DAYS, recurrences.known);
    match (recurrences.latest, language) {
        (Some(latest), Language::En) => {
            format!("findings of {known} of the {all} days before are known, the latest of {latest}")
        }
        (Some(latest), Language::Zh) => format!("此前{all}天中已知{known}天的结论，最近为{latest}"),
        (None, Language::En) => "no earlier day is known: new and recurring cannot be told yet".to_owned(),
        (None, Language::Zh) => "此前没有已知的日期：暂时无法区分新出现与反复出现".to_owned(),
    }
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
    let rows = Over::best_first(page.judged, page.view);
    if rows.is_empty() {
        return None;
    }
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

/// How many of which kind there are.
fn title(page: &Page<'_>, rows: &[Over<'_>], cleared: &str) -> Vec<Item> {
    let count = |change| rows.iter().filter(|one| one.change == change).count();
    let mut items = vec![(format!("{cleared}: {}", count(Change::Cleared)), Style::Bold)];
    for change in [Change::Undecided, Change::NotSeen].into_iter().filter(|change| count(*change) > 0) {
        items.push((format!("{} {}", change_title(change, page.language), count(change)), Style::Plain));
    }
    items
}

fn row(page: &Page<'_>, one: &Over<'_>) -> Vec<Cell> {
    let what = match &one.whose {
        Whose::Terminal(terminal) => page.pen.name(terminal).into_owned(),
        Whose::Scope(scope) => page.pen.name(&scope.text(page.language)).into_owned(),
    };
    let cause = |reason: Reason| Cell::styled(page.cause_and_reason(reason), Style::Cause(reason.cause()));
    let became = if one.change == Change::Cleared { "" } else { change_title(one.change, page.language) };
    vec![
        Cell::new(what),
        one.reason.map_or_else(|| none(page), cause),
        Cell::new(mark(one.recurrence, page.labels)),
        Cell::styled(became, Style::Dim),
    ]
}
