//! An explanation for eyes. Causes and reasons stand by their names, which are what one asks for next.

use super::{Explanation, Subject};
use crate::grid::{Cell, Column, Grid};
use crate::labels::{Labels, owner};
use crate::pen::Pen;
use crate::sections::write_sections;
use crate::wrap::width;
use posmortem_classify::{Audience, Entry, Language, QualifiedCode, Reason};
use std::io::{self, Write};

pub(super) fn write(
    explanation: &Explanation<'_>,
    language: Language,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut sections = match explanation.of {
        Subject::Code(_) => vec![entries(&explanation.entries, language)],
        Subject::Reason(_) => {
            vec![remedies(&explanation.reasons, language, &[Audience::Operations, Audience::Merchant])]
        }
    };
    match explanation.of {
        Subject::Code(_) => {
            sections.push(qualified(&explanation.qualified, language));
            let remedy = |reason: &Reason| remedies(&[*reason], language, &[Audience::Operations]);
            sections.extend(explanation.reasons.iter().map(remedy));
        }
        Subject::Reason(_) => {
            sections.push(codes(&explanation.entries, language));
            sections.push(qualified(&explanation.qualified, language));
        }
    }
    write_sections(&sections, out)
}

/// The dialect's rows of one code. The dialect's title comes last, where a narrow screen breaks it.
fn entries(entries: &[&Entry], language: Language) -> Vec<String> {
    if entries.is_empty() {
        return Vec::new();
    }
    let labels = Labels::of(language);
    let mut grid = Grid::new(vec![
        Column::left(labels.dialect),
        Column::left(labels.code),
        Column::left(labels.cause),
        Column::left(labels.reason),
        Column::left(labels.retry),
        Column::left(labels.title),
        Column::left(""),
    ]);
    for entry in entries {
        let (cause, reason) = entry.meaning.names();
        let title = match (language, entry.title_zh) {
            (_, "") => entry.title_en.to_owned(),
            (Language::En, chinese) => format!("{} · {chinese}", entry.title_en),
            (Language::Zh, chinese) => format!("{chinese} · {}", entry.title_en),
        };
        grid.push(
            [
                entry.dialect.name(),
                &code(entry),
                cause,
                reason,
                entry.retry.name(),
                &title,
                entry.dialect.title(),
            ]
            .map(Cell::new)
            .into(),
        );
    }
    grid.lines(usize::MAX, Pen::PLAIN)
}

/// The code, and the only message in which the row holds behind it.
fn code(entry: &Entry) -> String {
    entry.mti.map_or_else(|| entry.code.to_owned(), |mti| format!("{} ({mti})", entry.code))
}

fn qualified(rows: &[&QualifiedCode], language: Language) -> Vec<String> {
    if rows.is_empty() {
        return Vec::new();
    }
    let labels = Labels::of(language);
    let mut grid = Grid::new(vec![
        Column::left(labels.dialects),
        Column::left(labels.code),
        Column::left(labels.when),
        Column::left(labels.cause),
        Column::left(labels.reason),
    ]);
    for row in rows {
        let conditions = [row.mti, row.kind, row.entry_mode].into_iter().filter(|pattern| *pattern != "-");
        let conditions = conditions.collect::<Vec<_>>().join(", ");
        let (cause, reason) = row.meaning.names();
        grid.push([row.dialects, row.code, &conditions, cause, reason].map(Cell::new).into());
    }
    let title = std::iter::once(labels.in_some_messages.to_owned());
    title.chain(grid.lines(usize::MAX, Pen::PLAIN)).collect()
}

/// What reasons are called, who acts and how: in the language asked for, then in the other one.
fn remedies(reasons: &[Reason], language: Language, audiences: &[Audience]) -> Vec<String> {
    let labels = Labels::of(language);
    let other = if language == Language::En { Language::Zh } else { Language::En };
    let mut lines = Vec::new();
    for reason in reasons {
        let (title, also) = (reason.title(language), reason.title(other));
        lines.push(format!("{reason}: {title} · {also}"));
        let mut facts = vec![
            (labels.cause, reason.cause().title(language)),
            (labels.owner, owner(reason.owner(), language)),
        ];
        for audience in audiences {
            let label =
                if *audience == Audience::Operations { labels.operations } else { labels.at_the_shop };
            facts.push((label, reason.action(language, *audience)));
            // One audience is a short answer, all of them are a full one.
            if audiences.len() > 1 {
                facts.push(("", reason.action(other, *audience)));
            }
        }
        let widest = facts.iter().map(|(label, _)| width(label)).max().unwrap_or(0);
        let fact =
            |(label, text): (&str, &str)| format!("  {label}{}  {text}", " ".repeat(widest - width(label)));
        lines.extend(facts.into_iter().map(fact));
    }
    lines
}

/// The codes that give a reason, a dialect a line.
fn codes(entries: &[&Entry], language: Language) -> Vec<String> {
    let labels = Labels::of(language);
    let mut grid = Grid::new(vec![Column::left(labels.dialect), Column::left(labels.codes_of_reason)]);
    for of_dialect in entries.chunk_by(|a, b| a.dialect == b.dialect) {
        let codes: Vec<_> = of_dialect.iter().map(|entry| code(entry)).collect();
        grid.push(vec![Cell::new(of_dialect[0].dialect.name()), Cell::new(codes.join(" "))]);
    }
    if entries.is_empty() { Vec::new() } else { grid.lines(usize::MAX, Pen::PLAIN) }
}
