//! The result for eyes: heading, terminals, codes, actions, ledger, warnings, notes; of a diagnosed
//! fleet incidents first, and of its terminals those about which there is something to do.
//!
//! Made for a screen at night: one line a terminal, numbers to the right, zeros faint, the cause in
//! colour where colour is wanted. What does not fit is left out or cut, never wrapped into a column.
//! It has no contract: programs read the other formats.

pub(crate) mod actions;
pub(crate) mod answer;
pub(crate) mod cleared;
pub(crate) mod codes;
pub(crate) mod flow;
pub(crate) mod heading;
pub(crate) mod incidents;
pub(crate) mod ledger;
mod odds;
pub(crate) mod terminals;
pub(crate) mod verdicts;
mod why;

use crate::judged::Judged;
use crate::labels::{Labels, owner};
use crate::pen::{Pen, Style};
use crate::sections::write_sections;
use crate::sheet::Sheet;
use crate::{View, evidence, nothing, wrap};
use posmortem_classify::{Cause, Language, Reason};
use posmortem_diagnose::Diagnosis;
use posmortem_exchange::Summary;
use posmortem_iso8583::escape_controls;
use std::io::{self, Write};

/// Columns where the caller tells none.
pub(crate) const WIDTH: u16 = 100;

/// Fewer columns than this hold no table.
pub(crate) const LEAST_WIDTH: u16 = 60;

pub(crate) fn write(judged: &Judged<'_>, view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let page = Page::of(judged, view);
    let mut sections = match judged.diagnosis {
        None => {
            vec![heading::lines(&page), terminals::lines(&page), codes::lines(&page), actions::lines(&page)]
        }
        Some(said) if !said.whys.is_empty() => why::sections(&page, said),
        Some(said) => {
            let mut sections = vec![
                [heading::lines(&page), page.warned(&page.limits(said)), cleared::known(&page)].concat(),
            ];
            sections.push(incidents::lines(&page));
            sections.extend(verdicts::sections(&page));
            sections.extend([cleared::lines(&page), actions::lines(&page), codes::lines(&page)]);
            sections
        }
    };
    let explains = judged.diagnosis.is_some_and(|said| !said.whys.is_empty());
    sections.push(if explains { Vec::new() } else { ledger::lines(&page) });
    sections.extend([told_warnings(&page), told_notes(&page)]);
    write_sections(&sections, out)
}

/// The answer to one question.
pub(crate) fn write_answer(
    judged: &Judged<'_>,
    sheet: &Sheet<'_>,
    view: &View<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let page = Page::of(judged, view);
    let mut sections = answer::sections(&page, sheet);
    sections.push(told_warnings(&page));
    write_sections(&sections, out)
}

/// What every section needs.
pub(crate) struct Page<'a> {
    pub(crate) judged: &'a Judged<'a>,
    pub(crate) summary: &'a Summary,
    pub(crate) view: &'a View<'a>,
    pub(crate) language: Language,
    pub(crate) labels: &'static Labels,
    pub(crate) pen: Pen,
    width: usize,
}

impl<'a> Page<'a> {
    fn of(judged: &'a Judged<'a>, view: &'a View<'_>) -> Self {
        Self {
            judged,
            summary: judged.summary,
            view,
            language: view.language,
            labels: Labels::of(view.language),
            pen: Pen { color: view.color, ascii: view.ascii, markdown: false },
            width: usize::from(view.width.unwrap_or(WIDTH).max(LEAST_WIDTH)),
        }
    }

    /// For a text that breaks its lines itself.
    pub(crate) fn of_markdown(judged: &'a Judged<'a>, view: &'a View<'_>) -> Self {
        Self { pen: Pen::MARKDOWN, width: usize::MAX / 2, ..Self::of(judged, view) }
    }

    /// That filters are on, where they are.
    pub(crate) fn filtered(&self) -> Vec<String> {
        if self.view.filtered { wrap::lines(self.labels.filtered, self.width) } else { Vec::new() }
    }

    fn title(&self, text: &str) -> String {
        self.pen.paint(Style::Bold, text).into_owned()
    }

    /// A cause in a column: its name in English, two characters in Chinese, whose titles are long.
    fn cause(&self, cause: Cause) -> &'static str {
        match self.language {
            Language::En => cause.name(),
            Language::Zh => self.labels.causes[cause.index()],
        }
    }

    /// A cause and its reason, as one text.
    pub(crate) fn cause_and_reason(&self, reason: Reason) -> String {
        format!("{}{}{}", self.cause(reason.cause()), self.pen.within(), reason.title(self.language))
    }

    /// A cause, its reason, and who acts.
    fn why_and_who(&self, reason: Reason, room: usize) -> Vec<String> {
        let who = owner(reason.owner(), self.language).to_owned();
        let items = [(self.cause_and_reason(reason), Style::Cause(reason.cause())), (who, Style::Plain)];
        flow::lines(&items, self.pen.arrow(), room, self.pen)
    }

    /// What limits the whole diagnosis, in sentences.
    pub(crate) fn limits(&self, said: &Diagnosis) -> Vec<String> {
        let limits = evidence::sentences(&said.limits, &self.summary.names, self.language);
        limits.iter().map(|limit| self.pen.name(limit).into_owned()).collect()
    }

    /// Sentences that must not be overlooked, one a line or more.
    fn warned(&self, sentences: &[String]) -> Vec<String> {
        sentences.iter().flat_map(|sentence| self.hanging("! ", sentence)).collect()
    }

    /// What is said where there is no terminal to tell of.
    pub(crate) fn nothing(&self) -> Option<String> {
        nothing::nothing(self.judged, self.view, self.pen)
    }

    /// Sentences, one a line or more.
    fn bullets(&self, sentences: &[String]) -> Vec<String> {
        sentences.iter().flat_map(|sentence| self.hanging("- ", &self.pen.name(sentence))).collect()
    }

    /// A text in lines that begin with `first`, and with as many spaces after that.
    fn hanging(&self, first: &str, text: &str) -> Vec<String> {
        let indent = wrap::width(first);
        let lines = wrap::lines(text, self.width.saturating_sub(indent));
        let begin = |at: usize| if at == 0 { first.to_owned() } else { " ".repeat(indent) };
        lines.iter().enumerate().map(|(at, line)| format!("{}{line}", begin(at))).collect()
    }

    /// The line below a table that `top` cut, if it did; `measure` is what Chinese counts the rows by.
    pub(crate) fn more(&self, left_out: usize, measure: &str) -> Option<String> {
        let more = match self.language {
            Language::En => format!("and {left_out} more"),
            Language::Zh => format!("另有{left_out}{measure}"),
        };
        (left_out > 0).then(|| self.pen.paint(Style::Dim, &more).into_owned())
    }

    /// A text from outside, such as a path, that is safe and possible to show.
    pub(crate) fn safe(&self, text: &str) -> String {
        self.pen.name(&escape_controls(text.as_bytes())).into_owned()
    }
}

/// What makes the numbers doubtful, in sentences.
pub(crate) fn warnings(page: &Page<'_>) -> Vec<String> {
    page.summary.warnings.iter().map(|warning| page.safe(warning)).collect()
}

/// Files in trouble, and what the result says of itself, in sentences.
pub(crate) fn notes(page: &Page<'_>) -> Vec<String> {
    let troubles = page.summary.files.iter().filter_map(|file| {
        let trouble = crate::trouble::trouble(&file.state, page.language)?;
        Some(format!("{}: {trouble}", file.path))
    });
    troubles.chain(page.summary.notes.iter().cloned()).map(|note| page.safe(&note)).collect()
}

fn told_warnings(page: &Page<'_>) -> Vec<String> {
    let lines = page.warned(&warnings(page));
    let title = (!lines.is_empty()).then(|| page.labels.warnings.to_owned());
    title.into_iter().chain(lines).map(|line| page.title(&line)).collect()
}

fn told_notes(page: &Page<'_>) -> Vec<String> {
    let lines: Vec<_> = notes(page).iter().flat_map(|note| page.hanging("- ", note)).collect();
    let title = (!lines.is_empty()).then(|| page.title(page.labels.notes));
    title.into_iter().chain(lines).collect()
}
