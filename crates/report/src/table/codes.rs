//! The codes that were no approval, and the issuers that sent them most.
//!
//! Titles are the published ones of the built-in tables; causes are those of the result, which may
//! rest on rules of the user.

use super::Page;
use crate::grid::{Cell, Column, Grid};
use crate::labels::Labels;
use crate::pen::Style;
use posmortem_classify::{Category, CodeTables, Dialect, Entry, Language, Meaning};
use posmortem_exchange::CodeSummary;

/// Issuers named under a code.
pub(crate) const ISSUERS: usize = 5;

pub(super) fn lines(page: &Page<'_>) -> Vec<String> {
    let (codes, left_out) = match page.view.top {
        Some(top) if top < page.summary.codes.len() => page.summary.codes.split_at(top),
        _ => (&page.summary.codes[..], &[][..]),
    };
    if codes.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![page.title(page.labels.codes)];
    lines.extend(grid(page, codes).lines(page.width, page.pen));
    lines.extend(page.more(left_out.len(), "个"));
    lines
}

pub(crate) fn grid(page: &Page<'_>, codes: &[CodeSummary]) -> Grid {
    let labels = page.labels;
    let mut grid = Grid::new(vec![
        Column::left(labels.dialect).rank(1),
        Column::left(labels.code),
        Column::left(labels.title).least(14).rank(3),
        Column::left(labels.cause),
        Column::right(labels.count),
        Column::left(labels.issuers).list(14).rank(2),
    ]);
    codes.iter().for_each(|code| grid.push(row(page, code)));
    grid
}

fn row(page: &Page<'_>, code: &CodeSummary) -> Vec<Cell> {
    let labels = page.labels;
    let (title, instead) = meaning(code, page.language);
    let cause = match code.reason {
        Some(reason) => Cell::styled(page.cause(reason.cause()), Style::Cause(reason.cause())),
        None => Cell::styled(instead, Style::Bold),
    };
    let shown = code.code.map_or_else(|| labels.no_code.to_owned(), |code| code.to_string());
    vec![
        Cell::new(code.dialect.map_or(page.pen.zero(), Dialect::name)),
        Cell::styled(shown, Style::Bold),
        Cell::new(page.pen.name(title)),
        cause,
        Cell::new(code.count.to_string()),
        Cell::new(issuers(page, code)),
    ]
}

/// What a code means, and what there is in place of a cause where it has none.
pub(crate) fn meaning(code: &CodeSummary, language: Language) -> (&'static str, &'static str) {
    let (labels, entry) = (Labels::of(language), entry(code));
    let title = match (code.code, entry) {
        (None, _) => labels.answer_without_code,
        // A row that gives none where the message decides: the reason says what the code stood for.
        (_, Some(entry)) if !is_reserved(entry) || code.reason.is_none() => entry.title(language),
        (_, _) => code.reason.map_or("", |reason| reason.title(language)),
    };
    let instead = match (code.code, entry) {
        (None, _) => labels.unclassified,
        (_, Some(entry)) if !is_reserved(entry) => labels.no_decision,
        _ => labels.unlisted,
    };
    (title, instead)
}

/// The row of the code in its dialect's table, else in the tables on which that one rests; one for
/// every message before one for some.
fn entry(code: &CodeSummary) -> Option<&'static Entry> {
    let (asked, dialect) = (code.code?, code.dialect?);
    let entries: Vec<_> = CodeTables::built_in().entries(asked.as_str()).collect();
    let of =
        |dialect| entries.iter().filter(move |entry| entry.dialect == dialect).min_by_key(|entry| entry.mti);
    dialect.chain().find_map(of).copied()
}

/// Left free by the standard: a row without a meaning lists nothing.
fn is_reserved(entry: &Entry) -> bool {
    entry.meaning == Meaning::NoDecline(Category::Reserved)
}

fn issuers(page: &Page<'_>, code: &CodeSummary) -> String {
    let show = |issuer: &posmortem_exchange::IssuerCount| {
        let name = match page.summary.names.text(issuer.issuer) {
            "" => page.labels.unknown_issuer.into(),
            name => page.pen.name(name),
        };
        // Items are parted by spaces, so a name has none.
        format!("{}{}{}", name.replace(' ', "_"), page.pen.times(), issuer.count)
    };
    let named: Vec<_> = code.issuers.iter().take(ISSUERS).map(show).collect();
    let more = if code.issuers.len() > ISSUERS { format!(" {}", page.pen.ellipsis()) } else { String::new() };
    named.join(" ") + &more
}
