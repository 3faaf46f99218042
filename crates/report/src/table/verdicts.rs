//! The terminals of a diagnosed fleet: a line for each that has a trouble of its own, a sum for the rest.

use super::terminals::{count_columns, counts_of, has_unclassified, main_cause, none, time};
use super::{Page, flow};
use crate::grid::{Cell, Column, Grid};
use crate::judged::Line;
use crate::labels::{group_title, state_title};
use crate::pen::Style;
use crate::recurrence::mark;
use crate::verdict::Verdict;
use crate::wrap;
use posmortem_diagnose::State;

/// Those of whom there is more to say than that somebody else is at fault, or nobody.
pub(crate) fn is_its_own(verdict: &Verdict<'_>) -> bool {
    verdict.state().is_some_and(State::is_fault)
}

/// A section for each group of terminals that is listed, and one line for all others.
pub(super) fn sections(page: &Page<'_>) -> Vec<Vec<String>> {
    let is_listed = |verdict: &Verdict<'_>| page.view.all_terminals || is_its_own(verdict);
    let listed = page.judged.listed_if(page.view, is_listed);
    let mut lines = grid(page, &listed.terminals).lines(page.width, page.pen).into_iter();
    let mut header = lines.next().unwrap_or_default();
    let mut sections: Vec<Vec<String>> = Vec::new();
    let title = |verdict: &Verdict<'_>| group(page, verdict);
    for group in groups(page) {
        // All of them, however many are shown.
        let of_group = |(_, verdict): &Line<'_>| is_listed(verdict) && title(verdict) == group;
        let count = page.judged.counted(page.view).filter(of_group).count();
        if count == 0 {
            continue;
        }
        let shown = listed.terminals.iter().filter(|(_, verdict)| title(verdict) == group).count();
        let mut section = vec![page.title(&format!("{group}: {count}"))];
        // All groups have the same columns.
        let header = std::mem::take(&mut header);
        section.extend((!header.is_empty()).then_some(header));
        section.extend(lines.by_ref().take(shown));
        section.extend(page.more(count - shown, "台"));
        sections.push(section);
    }
    sections.splice(..0, page.nothing().map(|nothing| wrap::lines(&nothing, page.width)));
    sections.push(others(page, is_listed));
    sections
}

/// The lines of judged terminals.
pub(crate) fn grid(page: &Page<'_>, terminals: &[Line<'_>]) -> Grid {
    let with_unclassified = terminals.iter().any(has_unclassified);
    let with_incidents = terminals.iter().any(|(_, verdict)| !verdict.incidents().is_empty());
    let mut grid = Grid::new(columns(page, with_unclassified, with_incidents));
    terminals.iter().for_each(|line| grid.push(row(page, line, with_unclassified, with_incidents)));
    grid
}

/// The title of the group in which a terminal stands.
pub(crate) fn group(page: &Page<'_>, verdict: &Verdict<'_>) -> &'static str {
    group_title(verdict.state(), page.language)
}

/// The titles of the groups, in the order of the terminals.
fn groups(page: &Page<'_>) -> Vec<&'static str> {
    let states = State::ALL.into_iter().map(Some).chain([None]);
    let mut groups: Vec<_> = states.map(|state| group_title(state, page.language)).collect();
    groups.dedup();
    groups
}

/// How many terminals are not listed, by state.
pub(crate) fn others(page: &Page<'_>, is_listed: impl Fn(&Verdict<'_>) -> bool) -> Vec<String> {
    let states: Vec<_> = page
        .judged
        .counted(page.view)
        .filter(|(_, verdict)| !is_listed(verdict))
        .map(|(_, verdict)| verdict.state())
        .collect();
    let all = State::ALL.into_iter().map(Some).chain([None]);
    let items: Vec<_> = all
        .filter_map(|state| {
            let count = states.iter().filter(|other| **other == state).count();
            (count > 0).then(|| (format!("{} {count}", state_title(state, page.language)), Style::Plain))
        })
        .collect();
    let Some((first, _)) = items.first() else { return Vec::new() };
    let title = (format!("{}: {first}", page.labels.other_terminals), Style::Plain);
    flow::lines(&[&[title], &items[1..]].concat(), page.pen.dot(), page.width, page.pen)
}

/// What a narrow screen loses first is what the other formats tell as well; then how sure it is and what was to be
/// expected. Since when and until when, whether it is new, and how much was seen go last: by them somebody acts.
fn columns(page: &Page<'_>, with_unclassified: bool, with_incidents: bool) -> Vec<Column> {
    let labels = page.labels;
    let mut columns = count_columns(page, with_unclassified, [7, 5, 6]);
    columns.extend([
        Column::left(labels.cause).least(22),
        Column::right(labels.since).rank(0),
        Column::right(labels.until).rank(2),
        Column::right(labels.observed).rank(0),
        Column::right(labels.expected_short).rank(3),
        Column::right(labels.confidence).rank(4),
    ]);
    if page.judged.recurrences().is_some_and(|all| all.known > 0) {
        columns.push(Column::right(labels.days).rank(1));
    }
    if with_incidents {
        columns.push(Column::left(labels.incident).list(6).rank(8));
    }
    columns
}

fn row(page: &Page<'_>, line: &Line<'_>, with_unclassified: bool, with_incidents: bool) -> Vec<Cell> {
    let (_, verdict) = line;
    let mut row = counts_of(page, line, with_unclassified);
    let shown = |value: Option<String>| value.map_or_else(|| none(page), Cell::new);
    row.extend([
        verdict.reason().map_or_else(|| none(page), |reason| main_cause(page, reason)),
        time(page, verdict.start()),
        if verdict.ongoing { Cell::new(page.labels.ongoing) } else { time(page, verdict.end()) },
        shown((verdict.observed() > 0).then(|| verdict.observed().to_string())),
        shown(verdict.expected().map(|expected| expected.to_string())),
        shown(verdict.confidence().map(|confidence| confidence.to_string())),
    ]);
    if page.judged.recurrences().is_some_and(|all| all.known > 0) {
        row.push(shown(verdict.recurrence.map(|told| mark(told, page.labels))));
    }
    if with_incidents {
        let incidents = verdict.incidents().iter().map(|id| format!("#{id}")).collect::<Vec<_>>().join(" ");
        row.push(shown((!incidents.is_empty()).then_some(incidents)));
    }
    row
}
