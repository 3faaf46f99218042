//! What the messages are and hold, and what became of them.

use super::Page;
use crate::grid::{Cell, Column, Grid};
use crate::inspection::pairing_of;
use crate::pen::Style;
use crate::percent::Percent;
use crate::table::flow;
use crate::table::ledger::terms;
use posmortem_classify::Language;
use posmortem_exchange::{Field, Inspection, Ledger};
use posmortem_iso8583::{Version, element_name};

pub(super) fn types(page: &Page, inspection: &Inspection) -> Vec<String> {
    let labels = page.labels;
    let mut grid =
        Grid::new(vec![Column::left("MTI"), Column::right(labels.messages), Column::right(labels.share)]);
    for (mti, count) in &inspection.types {
        grid.push(vec![
            Cell::new(mti.map_or_else(|| labels.no_type.to_owned(), |mti| mti.as_str().to_owned())),
            Cell::new(count.to_string()),
            Cell::new(Percent::of(*count, inspection.messages).tenths()),
        ]);
    }
    page.section(labels.message_types, inspection.types.len(), &grid)
}

pub(super) fn fields(page: &Page, inspection: &Inspection) -> Vec<String> {
    let labels = page.labels;
    let mut grid = Grid::new(vec![
        Column::left(labels.field).least(8),
        Column::left(labels.column).least(8),
        Column::left(labels.title).least(8),
        Column::right(labels.filled),
        Column::right(labels.share),
    ]);
    let version = version(inspection);
    for coverage in &inspection.fields {
        grid.push(vec![
            Cell::new(page.field(&coverage.field)),
            Cell::new(coverage.column.unwrap_or_default()),
            Cell::new(title(page, &coverage.field, version)),
            Cell::new(coverage.filled.to_string()),
            Cell::new(Percent::of(coverage.filled, inspection.messages).tenths()),
        ]);
    }
    page.section(labels.coverage, inspection.fields.len(), &grid)
}

/// The version of the standard that most messages are of, the earlier of equals.
fn version(inspection: &Inspection) -> Option<Version> {
    let mut messages = [0; Version::ALL.len()];
    for (mti, count) in &inspection.types {
        let version = mti.and_then(|mti| Version::from_digit(mti.version()));
        version.into_iter().for_each(|version| messages[version as usize] += count);
    }
    let counted = Version::ALL.into_iter().filter(|version| messages[*version as usize] > 0);
    // `max_by_key` takes the last of equals.
    counted.rev().max_by_key(|version| messages[*version as usize])
}

/// What a data element is for in that version.
fn title(page: &Page, field: &Field, version: Option<Version>) -> &'static str {
    let Field::Element(element) = field else { return "" };
    element_name(*element, version, page.language == Language::Zh).unwrap_or_default()
}

/// The rate first, then every line of the ledger that counts something.
pub(super) fn pairing(page: &Page, ledger: &Ledger) -> Vec<String> {
    let labels = page.labels;
    let non_message = (labels.non_message, ledger.non_message);
    let counts = terms(labels, ledger).into_iter().chain([non_message]);
    let counts = counts.filter(|(_, count)| *count > 0);
    let counts: Vec<_> = counts.map(|(label, count)| (format!("{label} {count}"), Style::Plain)).collect();
    if counts.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![page.title(labels.pairing)];
    let (paired, of) = pairing_of(ledger);
    if of > 0 {
        let rate = Percent::of(paired, of).tenths();
        lines.extend(page.sentence(&format!("{} {rate} ({paired}/{of})", labels.pairing_rate)));
    }
    lines.extend(flow::lines(&counts, page.pen.dot(), page.width, page.pen));
    lines
}

pub(super) fn rejects(page: &Page, inspection: &Inspection) -> Vec<String> {
    let labels = page.labels;
    let mut grid = Grid::new(vec![Column::right(labels.messages), Column::left(labels.reason).least(20)]);
    for (reason, count) in &inspection.rejects {
        grid.push(vec![Cell::new(count.to_string()), Cell::new(reason)]);
    }
    page.section(labels.not_read, inspection.rejects.len(), &grid)
}
