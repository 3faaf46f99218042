//! One question's answer for eyes: rows and columns that fit the screen.

use super::Page;
use super::heading::{self, major};
use super::terminals::{clock, none};
use crate::grid::{self, Cell, Grid};
use crate::pen::Style;
use crate::percent::Percent;
use crate::sheet::{Sheet, Value};

/// When and from where, then the rows.
pub(super) fn sections(page: &Page<'_>, sheet: &Sheet<'_>) -> Vec<Vec<String>> {
    let mut head = heading::input_lines(page);
    head.extend(page.filtered());
    let mut lines = vec![page.title(sheet.question.title(page.language))];
    if sheet.is_empty() {
        lines.push(page.labels.nothing_to_tell.to_owned());
        return vec![head, lines];
    }
    lines.extend(grid(page, sheet).lines(page.width, page.pen));
    lines.extend(page.more(sheet.left_out, "行"));
    vec![head, lines]
}

pub(crate) fn grid(page: &Page<'_>, sheet: &Sheet<'_>) -> Grid {
    let columns = sheet.columns.iter().enumerate().map(|(at, column)| {
        let title = column.title[page.language as usize];
        // Who it is about is told whole: merchants have ids of fifteen characters.
        let least = if at == 0 { 15 } else { 10 };
        let new = match column.kind.is_to_the_right() {
            true => grid::Column::right(title),
            false => grid::Column::left(title).least(least),
        };
        if column.rank > 0 { new.rank(column.rank) } else { new }
    });
    let mut grid = Grid::new(columns.collect());
    sheet.rows.iter().for_each(|row| grid.push(row.iter().map(|value| cell(page, value)).collect()));
    grid
}

fn cell(page: &Page<'_>, value: &Value<'_>) -> Cell {
    match value {
        Value::Nothing | Value::Count(0) | Value::Amount(0, _) => none(page),
        Value::Cause(cause) => Cell::styled(page.cause(*cause), Style::Cause(*cause)),
        Value::Reason(reason) => Cell::styled(reason.title(page.language), Style::Cause(reason.cause())),
        Value::Word("over", _) => Cell::styled(shown(page, value), Style::Bold),
        _ => Cell::new(shown(page, value)),
    }
}

/// A value as people read it.
pub(super) fn shown(page: &Page<'_>, value: &Value<'_>) -> String {
    match value {
        Value::Share(part, whole) => Percent::of(*part, *whole).hundredths(),
        Value::Amount(minor, Some(currency)) => major(*minor, *currency),
        Value::Milliseconds(ms) => format!("{ms} ms"),
        Value::Moment(at) => clock(page, *at),
        Value::Flag(true) => page.labels.yes.to_owned(),
        Value::Flag(false) => page.labels.no.to_owned(),
        Value::Text(name) => page.pen.name(name).into_owned(),
        _ => value
            .in_words(page.language)
            .map_or_else(|| value.plain().into_owned(), |words| page.pen.name(&words).into_owned()),
    }
}
