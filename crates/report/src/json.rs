//! Everything as one JSON document, `"schema": 1`.
//!
//! The order of fields is that of the schema. Keys are added within a schema, never renamed. Without
//! a diagnosis there are no incidents, and what only a diagnosis knows is null. `limits`, and `why` of
//! a terminal, stand there where there is something to say; `answers` where a breakdown was made: the questions of
//! the day's round but for those that `incidents` and `terminals` answer.

mod code;
mod counts;
mod incident;
mod input;
mod terminal;
mod why;

use crate::judged::Judged;
use crate::labels::Labels;
use crate::sheet::Sheet;
use crate::{Question, View, evidence};
use code::Code;
use counts::Totals;
use incident::Incident;
use input::Input;
pub(crate) use input::Ledger;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::io::{self, Write};
pub(crate) use terminal::Terminal;

pub(crate) fn write(judged: &Judged<'_>, view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Report::of(judged, view))?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Report<'s> {
    schema: u32,
    tool: Tool<'s>,
    input: Input<'s>,
    totals: Totals,
    incidents: Vec<Incident<'s>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    limits: Vec<String>,
    terminals: Vec<Terminal<'s>>,
    codes: Vec<Code<'s>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answers: Option<Answers<'s>>,
    warnings: &'s [String],
    notes: Vec<&'s str>,
}

impl<'s> Report<'s> {
    fn of(judged: &Judged<'s>, view: &'s View<'_>) -> Self {
        let (summary, language) = (judged.summary, view.language);
        let filtered = view.filtered.then_some(Labels::of(language).filtered);
        let limits = judged.diagnosis.map_or(&[][..], |said| &said.limits);
        let incidents = judged.incidents(view).into_iter();
        let listed = judged.listed(view).terminals;
        Self {
            schema: 1,
            tool: Tool { name: "posmortem", version: view.version, rules_sha256: view.rules_sha256 },
            input: Input::of(summary, language),
            totals: Totals::of(summary),
            incidents: incidents.map(|one| Incident::of(one, summary, language)).collect(),
            limits: evidence::sentences(limits, &summary.names, language),
            terminals: listed.into_iter().map(|line| Terminal::of(judged, line, language)).collect(),
            codes: summary.codes.iter().map(|code| Code::of(summary, code)).collect(),
            answers: judged.breakdown.map(|_| Answers::of(judged, view)),
            warnings: &summary.warnings,
            notes: filtered.into_iter().chain(summary.notes.iter().map(String::as_str)).collect(),
        }
    }
}

#[derive(Serialize)]
struct Tool<'s> {
    name: &'static str,
    version: &'s str,
    rules_sha256: &'s str,
}

/// The rows of each sheet, by the question's name.
struct Answers<'s>(Vec<Sheet<'s>>);

impl<'s> Answers<'s> {
    fn of(judged: &Judged<'s>, view: &View<'_>) -> Self {
        let questions = Question::ALL.into_iter().filter(|question| !question.needs_diagnosis());
        Self(questions.map(|question| Sheet::of(question, judged, view)).collect())
    }
}

impl Serialize for Answers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut answers = serializer.serialize_map(Some(self.0.len()))?;
        for sheet in &self.0 {
            answers.serialize_entry(sheet.question.name(), &sheet.objects().collect::<Vec<_>>())?;
        }
        answers.end()
    }
}
