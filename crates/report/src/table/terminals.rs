//! One line a terminal, the worst first, where nobody has judged them.

use super::Page;
use crate::grid::{Cell, Column, Grid};
use crate::judged::Line;
use crate::moment::{same_day, to_the_minute};
use crate::pen::Style;
use crate::percent::Percent;
use crate::wrap;
use posmortem_classify::{Cause, Reason};
use posmortem_exchange::{Outcome, ReasonTally, TerminalTally};
use posmortem_iso8583::Timestamp;
use std::cmp::Reverse;

pub(super) fn lines(page: &Page<'_>) -> Vec<String> {
    if let Some(nothing) = page.nothing() {
        return wrap::lines(&nothing, page.width);
    }
    let listed = page.judged.listed(page.view);
    let mut lines = grid(page, &listed.terminals).lines(page.width, page.pen);
    lines.extend(page.more(listed.left_out, "台"));
    lines
}

/// The lines of terminals that nobody has judged.
pub(crate) fn grid(page: &Page<'_>, terminals: &[Line<'_>]) -> Grid {
    let with_unclassified = terminals.iter().any(has_unclassified);
    let mut grid = Grid::new(columns(page, with_unclassified));
    terminals.iter().for_each(|line| grid.push(row(page, line, with_unclassified)));
    grid
}

/// Columns that may be left out on a narrow screen have ranks: what the other formats and the other
/// columns tell as well goes first. A column of unclassified attempts stands there only when there
/// are any.
fn columns(page: &Page<'_>, with_unclassified: bool) -> Vec<Column> {
    let labels = page.labels;
    let mut columns = count_columns(page, with_unclassified, [2, 1, 3]);
    columns.extend([
        Column::left(labels.main_cause).least(18),
        Column::right(labels.share).rank(8),
        Column::right(labels.since).rank(6),
        Column::right(labels.last_approved).rank(7),
    ]);
    columns
}

fn row(page: &Page<'_>, line: &Line<'_>, with_unclassified: bool) -> Vec<Cell> {
    let (terminal, verdict) = line;
    let counts = &terminal.counts;
    let unclassified = counts.with(Outcome::Unclassified);
    let mut row = counts_of(page, line, with_unclassified);
    row.push(match verdict.dominant {
        Some(dominant) => main_cause(page, dominant.reason),
        None if unclassified > 0 => unclassified_cell(page, terminal),
        None => none(page),
    });
    row.push(match verdict.dominant {
        Some(dominant) => Cell::new(Percent::of(dominant.tally.count(), counts.failed()).rounded()),
        None => none(page),
    });
    row.extend([time(page, verdict.start()), time(page, terminal.last_approved)]);
    row
}

/// The columns of [`counts_of`]; those of attempts, causes and unclassified attempts have the ranks given.
pub(super) fn count_columns(
    page: &Page<'_>,
    with_unclassified: bool,
    [attempts, causes, unclassified]: [u8; 3],
) -> Vec<Column> {
    let labels = page.labels;
    let mut columns = vec![
        Column::left(labels.terminal).least(16),
        Column::left(labels.merchant).least(10).rank(9),
        Column::right(labels.attempts).rank(attempts),
        Column::right(labels.failed),
    ];
    for (at, cause) in labels.causes.into_iter().enumerate() {
        let column = Column::right(cause).rank(causes);
        columns.push(if at == 0 { column } else { column.close() });
    }
    if with_unclassified {
        columns.push(Column::right(labels.unclassified_short).close().rank(unclassified));
    }
    columns
}

/// Who it is and what failed there: the cells that every line of a terminal begins with.
pub(super) fn counts_of(page: &Page<'_>, line: &Line<'_>, with_unclassified: bool) -> Vec<Cell> {
    let (terminal, verdict) = line;
    let counts = &terminal.counts;
    let name = |name: &str| Cell::new(page.pen.name(name));
    let id = match page.summary.names.text(terminal.terminal) {
        "" => Cell::styled(page.labels.no_id, Style::Dim),
        id => name(id),
    };
    let merchant = match page.summary.merchant_of(terminal) {
        "" => none(page),
        merchant => name(merchant),
    };
    let mut row = vec![
        id,
        merchant,
        Cell::new(counts.exchanges.to_string()),
        number(page, counts.failed(), Style::Bold),
    ];
    for cause in Cause::ALL {
        let style = if verdict.cause() == Some(cause) { Style::Cause(cause) } else { Style::Plain };
        row.push(number(page, counts.causes[cause.index()], style));
    }
    if with_unclassified {
        row.push(number(page, counts.with(Outcome::Unclassified), Style::Plain));
    }
    row
}

pub(super) fn has_unclassified((terminal, _): &Line<'_>) -> bool {
    terminal.counts.with(Outcome::Unclassified) > 0
}

pub(super) fn main_cause(page: &Page<'_>, reason: Reason) -> Cell {
    Cell::styled(page.cause_and_reason(reason), Style::Cause(reason.cause()))
}

/// With the code that came most often, so that somebody can look it up.
fn unclassified_cell(page: &Page<'_>, terminal: &TerminalTally) -> Cell {
    let codes = terminal.unclassified().into_iter().flat_map(ReasonTally::codes);
    let code = codes.max_by_key(|&(code, count)| (count, Reverse(code))).and_then(|(code, _)| code);
    let code = code.map_or_else(|| page.labels.no_code.to_owned(), |code| code.to_string());
    Cell::styled(format!("{}{}{code}", page.labels.unclassified, page.pen.within()), Style::Bold)
}

fn number(page: &Page<'_>, count: u64, style: Style) -> Cell {
    if count == 0 { none(page) } else { Cell::styled(count.to_string(), style) }
}

pub(super) fn none(page: &Page<'_>) -> Cell {
    Cell::styled(page.pen.zero(), Style::Dim)
}

pub(super) fn time(page: &Page<'_>, at: Option<Timestamp>) -> Cell {
    at.map_or_else(|| none(page), |at| Cell::new(clock(page, at)))
}

/// The day is left out when the whole input lies on one.
pub(super) fn clock(page: &Page<'_>, at: Timestamp) -> String {
    let one_day = match (page.summary.first, page.summary.last) {
        (Some(first), Some(last)) => same_day(first, last) && same_day(first, at),
        _ => false,
    };
    to_the_minute(at, !one_day)
}
