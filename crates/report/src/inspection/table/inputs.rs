//! The inputs: how they are read, what their unknown columns look like, and card data in them.

use super::Page;
use crate::grid::{Cell, Column, Grid};
use crate::moment::span;
use crate::pen::Style;
use crate::percent::Percent;
use crate::trouble::trouble;
use posmortem_exchange::{Choice, Inspection, RunnerUp, Summary};

pub(super) fn heading(page: &Page, summary: &Summary, inspection: &Inspection) -> Vec<String> {
    let labels = page.labels;
    let mut items = vec![page.title(&format!("{} {}", labels.messages, inspection.messages))];
    if let (Some(first), Some(last)) = (summary.first, summary.last) {
        items.push(span(first, last, labels.to));
    }
    let mut lines = vec![items.join(page.pen.dot())];
    if let Some(zone) = inspection.zone {
        let zone_text = zone_text(zone.offset_minutes);
        lines.extend(
            page.sentence(&format!("{} {zone_text} ({}/{})", labels.zone_of_de7, zone.fitting, zone.of)),
        );
    }
    lines
}

/// `+08:00`
pub(in crate::inspection) fn zone_text(minutes: i32) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.unsigned_abs();
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

pub(super) fn files(page: &Page, summary: &Summary, inspection: &Inspection) -> Vec<String> {
    let labels = page.labels;
    // Most logs have no messages in bytes.
    let shows_profile = inspection.files.iter().any(|file| file.profile.is_some());
    let profile = shows_profile.then(|| Column::left(labels.profile));
    let columns =
        [Column::left(labels.file).least(12), Column::left(labels.format)].into_iter().chain(profile);
    let counts =
        [Column::left(labels.packed).rank(1), Column::right(labels.frames), Column::right(labels.rejected)];
    let mut grid = Grid::new(columns.chain(counts).collect());
    let mut notes = Vec::new();
    for (file, inspected) in summary.files.iter().zip(&inspection.files) {
        let chosen = |one: &Option<Choice>| Cell::new(one.as_ref().map_or_else(|| "-".to_owned(), choice));
        let mut row = vec![Cell::new(page.safe(&file.path)), chosen(&inspected.format)];
        row.extend(shows_profile.then(|| chosen(&inspected.profile)));
        row.push(Cell::new(inspected.compression));
        row.extend([file.frames, file.rejected].map(|count| Cell::new(count.to_string())));
        grid.push(row);
        if let Some(trouble) = trouble(&file.state, page.language) {
            notes.extend(page.sentence(&format!("! {}: {}", page.safe(&file.path), page.safe(&trouble))));
        }
        for choice in [&inspected.format, &inspected.profile].into_iter().flatten() {
            let said = about(page, choice);
            if !said.is_empty() {
                notes.extend(page.sentence(&format!("- {}: {} {said}", page.safe(&file.path), choice.name)));
            }
        }
    }
    let lines = page.section(labels.files_title, summary.files.len(), &grid);
    lines.into_iter().chain(notes).collect()
}

/// The name of what was chosen, and how sure that is.
fn choice(choice: &Choice) -> String {
    format!("{} {}", choice.name, sure(choice.confidence))
}

/// What is to be known of a choice beside how sure it is.
fn about(page: &Page, choice: &Choice) -> String {
    let labels = page.labels;
    let mut said = Vec::new();
    said.extend((!choice.variant.is_empty()).then(|| format!("({})", choice.variant)));
    said.extend((!choice.is_verified).then(|| labels.unverified.to_owned()));
    let other = |other: &RunnerUp| {
        let agrees = if other.agrees { labels.agrees } else { "" };
        format!("{} {}{agrees}", other.name, sure(other.confidence))
    };
    if !choice.runners_up.is_empty() {
        let others: Vec<_> = choice.runners_up.iter().map(other).collect();
        said.push(format!("{} {}", labels.runners_up, others.join(", ")));
    }
    said.join("; ")
}

fn sure(confidence: u16) -> String {
    Percent::of(u64::from(confidence), 1000).tenths()
}

pub(super) fn columns(page: &Page, inspection: &Inspection) -> Vec<String> {
    let labels = page.labels;
    let mut grid = Grid::new(vec![
        Column::left(labels.column).least(12),
        Column::left(labels.looks_like),
        Column::right(labels.fits),
        Column::left(""),
    ]);
    let guesses = super::super::config::columns(inspection);
    for guess in guesses.values() {
        let fits = if guess.column.is_some() { sure(guess.confidence) } else { String::new() };
        grid.push(vec![
            Cell::new(page.safe(&guess.name)),
            Cell::new(guess.column.unwrap_or("-")),
            Cell::new(fits),
            Cell::new(if guess.in_force { labels.read_so } else { "" }),
        ]);
    }
    let what_to_do = if guesses.is_empty() { Vec::new() } else { page.sentence(labels.how_to_name) };
    let lines = page.section(labels.unknown_columns, guesses.len(), &grid);
    lines.into_iter().chain(what_to_do).collect()
}

pub(super) fn card_data(page: &Page, summary: &Summary, inspection: &Inspection) -> Vec<String> {
    let labels = page.labels;
    let mut grid = Grid::new(vec![
        Column::left(labels.file).least(7),
        Column::left(labels.field).least(5),
        Column::right(labels.numbers),
        Column::right(labels.alike),
        Column::right(labels.track_1),
        Column::right(labels.track_2),
        Column::right(labels.first_line),
        Column::left("").rank(1),
    ]);
    let mut rows = 0;
    for (file, inspected) in summary.files.iter().zip(&inspection.files) {
        for leaks in &inspected.leaks {
            rows += 1;
            let style = if leaks.are_chance() { Style::Dim } else { Style::Bold };
            grid.push(vec![
                Cell::new(page.safe(&file.path)),
                Cell::styled(page.field(&leaks.field), style),
                Cell::new(leaks.numbers.to_string()),
                Cell::new(leaks.alike.to_string()),
                Cell::new(leaks.tracks_1.to_string()),
                Cell::new(leaks.tracks_2.to_string()),
                Cell::new(leaks.first_line.map_or_else(|| "-".to_owned(), |line| line.to_string())),
                Cell::new(if leaks.are_chance() { labels.as_chance_gives } else { "" }),
            ]);
        }
    }
    let mut lines = vec![page.title(labels.card_data)];
    if rows > 0 {
        lines.extend(grid.lines(page.width, page.pen));
    }
    lines.extend(page.sentence(if rows > 0 { labels.alike_means } else { labels.no_card_data }));
    lines
}
