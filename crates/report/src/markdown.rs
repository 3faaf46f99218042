//! The result as Markdown, for tickets and mail: what the table says, without its colours.
//!
//! Headings, lists and tables of the dialect that most trackers take. Names from the log lose nothing and mean
//! nothing in it. Codes and ledger stay with the other formats: a ticket is about what is to be done.

use crate::grid::Grid;
use crate::judged::Judged;
use crate::labels::owner;
use crate::scope::Scope;
use crate::sheet::Sheet;
use crate::table::{
    Page, actions, answer, cleared, heading, incidents, notes, terminals, verdicts, warnings,
};
use crate::{View, evidence};
use posmortem_diagnose::Incident;
use std::io::{self, Write};

pub(crate) fn write(judged: &Judged<'_>, view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let page = Page::of_markdown(judged, view);
    let mut text = Text::default();
    text.list(heading::lines(&page));
    text.list(judged.diagnosis.map(|said| page.limits(said)).unwrap_or_default());
    text.list(judged.recurrences().map(|all| cleared::known_days(all, page.language)));
    told_incidents(&page, &mut text);
    match judged.diagnosis {
        Some(_) => judged_terminals(&page, &mut text),
        None => counted_terminals(&page, &mut text),
    }
    to_do(&page, &mut text);
    over(&page, &mut text);
    said_of_itself(&page, &mut text);
    text.write(out)
}

/// The answer to one question.
pub(crate) fn write_answer(
    judged: &Judged<'_>,
    sheet: &Sheet<'_>,
    view: &View<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let page = Page::of_markdown(judged, view);
    let mut text = Text::default();
    text.list(heading::input_lines(&page).into_iter().chain(page.filtered()));
    text.heading(sheet.question.title(page.language));
    match sheet.is_empty() {
        true => text.paragraph(page.labels.nothing_to_tell),
        false => text.table(&answer::grid(&page, sheet), page.more(sheet.left_out, "行")),
    }
    said_of_itself(&page, &mut text);
    text.write(out)
}

/// Each with all of its evidence: whom it is handed to has no other format at hand.
fn told_incidents(page: &Page<'_>, text: &mut Text) {
    let (all, shown) = (page.judged.incidents(page.view), page.judged.largest_incidents(page.view));
    if !all.is_empty() {
        text.heading(page.labels.incidents);
    }
    for incident in &shown {
        let Incident { id, reason, .. } = incident;
        let scope = Scope::of(incident).text(page.language);
        let cause = page.cause_and_reason(*reason);
        text.paragraph(&format!("**#{id} {}**: {cause}", page.pen.name(&scope)));
        let sizes = incidents::sizes(page, incident).into_iter().map(|(size, _)| size).collect::<Vec<_>>();
        let names = &page.summary.names;
        let evidence = evidence::sentences(&incident.evidence, names, page.language);
        let evidence = evidence.iter().map(|sentence| page.pen.name(sentence).into_owned());
        let who = owner(reason.owner(), page.language);
        let action = page.pen.name(incident.action(page.language, &page.summary.actions));
        let action = format!("**{who}**: {action}");
        text.list([sizes.join(page.pen.dot())].into_iter().chain(evidence).chain([action]));
    }
    text.list(page.more(all.len() - shown.len(), "起"));
}

/// A table for each group of terminals that is listed, and a line for all others.
fn judged_terminals(page: &Page<'_>, text: &mut Text) {
    let is_listed =
        |verdict: &crate::verdict::Verdict<'_>| page.view.all_terminals || verdicts::is_its_own(verdict);
    let listed = page.judged.listed_if(page.view, is_listed);
    if let Some(nothing) = page.nothing() {
        text.paragraph(&nothing);
    }
    let groups = listed
        .terminals
        .chunk_by(|(_, one), (_, next)| verdicts::group(page, one) == verdicts::group(page, next));
    for group in groups {
        text.heading(verdicts::group(page, &group[0].1));
        text.table(&verdicts::grid(page, group), None);
    }
    text.list(page.more(listed.left_out, "台"));
    text.list(verdicts::others(page, is_listed));
}

fn counted_terminals(page: &Page<'_>, text: &mut Text) {
    let listed = page.judged.listed(page.view);
    match page.nothing() {
        Some(nothing) => text.paragraph(&nothing),
        None => text.table(&terminals::grid(page, &listed.terminals), page.more(listed.left_out, "台")),
    }
}

fn to_do(page: &Page<'_>, text: &mut Text) {
    let reasons = actions::counted(page.judged, page.view);
    if !reasons.is_empty() {
        text.heading(page.labels.what_to_do);
    }
    text.list(reasons.into_iter().map(|(reason, count)| {
        let (who, action) =
            (owner(reason.owner(), page.language), page.summary.actions.of(reason, page.language));
        let (times, what, to) = (page.pen.times(), page.cause_and_reason(reason), page.pen.arrow());
        format!("{count}{times} {what}{to}**{who}**: {}", page.pen.name(action))
    }));
}

/// What was found on the latest day before, and is not any more.
fn over(page: &Page<'_>, text: &mut Text) {
    if let Some((title, grid, more)) = cleared::told(page) {
        let title: Vec<_> = title.into_iter().map(|(item, _)| item).collect();
        text.heading(&title.join(page.pen.dot()));
        text.table(&grid, more);
    }
}

/// Warnings and notes.
fn said_of_itself(page: &Page<'_>, text: &mut Text) {
    for (title, sentences) in [(page.labels.warnings, warnings(page)), (page.labels.notes, notes(page))] {
        if !sentences.is_empty() {
            text.heading(title);
            text.list(sentences);
        }
    }
}

/// Blocks with an empty line between them.
#[derive(Default)]
pub(crate) struct Text(Vec<Vec<String>>);

impl Text {
    /// What stands above everything.
    pub(crate) fn title(&mut self, title: &str) {
        self.0.push(vec![format!("# {title}")]);
    }

    pub(crate) fn heading(&mut self, title: &str) {
        self.0.push(vec![format!("## {title}")]);
    }

    pub(crate) fn paragraph(&mut self, line: &str) {
        self.0.push(vec![begun(line)]);
    }

    pub(crate) fn list(&mut self, lines: impl IntoIterator<Item = String>) {
        self.0.push(lines.into_iter().map(|line| format!("- {}", begun(&line))).collect());
    }

    pub(crate) fn table(&mut self, grid: &Grid, more: Option<String>) {
        self.0.push(grid.markdown());
        self.0.push(more.into_iter().collect());
    }

    pub(crate) fn write(self, out: &mut dyn Write) -> io::Result<()> {
        crate::sections::write_sections(&self.0, out)
    }
}

/// A line that begins no list and no rule of its own: a name from the log may begin with what would.
fn begun(line: &str) -> String {
    let line = line.trim_start();
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let mark = match line.as_bytes().get(digits) {
        Some(b'-' | b'+') if digits == 0 => 0,
        Some(b'.' | b')') if digits > 0 => digits,
        _ => return line.to_owned(),
    };
    format!("{}\\{}", &line[..mark], &line[mark..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_begins_a_list_of_its_own() {
        for (line, shown) in [
            ("-day.log: empty", "\\-day.log: empty"),
            ("  - x", "\\- x"),
            ("+ x", "\\+ x"),
            ("1. x", "1\\. x"),
            ("12) x", "12\\) x"),
            ("1.5 more", "1\\.5 more"),
            ("2026-11-21 to", "2026-11-21 to"),
            ("!day.log", "!day.log"),
            ("**bold**", "**bold**"),
            ("", ""),
        ] {
            assert_eq!(begun(line), shown);
        }
    }
}
