//! Everything as one JSON document, `"schema": 1`.
//!
//! The order of fields is that of the schema. Keys are added within a schema, never renamed. Without
//! a diagnosis there are no incidents, and what only a diagnosis knows is null; so is, without a history, what only
//! the days before tell. `limits`, and `why` of a terminal, stand there where there is something to say; `answers`
//! where a breakdown was made: the questions of the day's round but for those that `incidents` and `terminals` answer.

mod cleared;
mod code;
mod counts;
mod incident;
mod input;
mod terminal;
mod why;

use crate::answer::rows_schema;
use crate::judged::Judged;
use crate::labels::Labels;
use crate::over::Over;
use crate::sheet::Sheet;
use crate::{Question, View, evidence};
use cleared::{Cleared, History};
use code::Code;
use counts::Totals;
pub(crate) use counts::{Causes, Outcomes};
use incident::Incident;
use input::Input;
pub(crate) use input::Ledger;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};
pub(crate) use terminal::Terminal;

pub(crate) fn write(judged: &Judged<'_>, view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Report::of(judged, view))?;
    out.write_all(b"\n")
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Report<'s> {
    /// The version of this document: keys are added within one, and none is renamed.
    schema: u32,
    /// What made it.
    tool: Tool<'s>,
    /// What was read, and where every frame went.
    input: Input<'s>,
    /// The fleet; with filters, the chosen attempts alone.
    totals: Totals,
    /// Causes that terminals share, in the order of their start.
    incidents: Vec<Incident<'s>>,
    /// What limits the whole diagnosis, in sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    limits: Vec<String>,
    /// The worst first: those with something to say, or all.
    terminals: Vec<Terminal<'s>>,
    /// How many of the days before are known; null without a history.
    history: Option<History>,
    /// What was found on the latest day before and is not any more, incidents first.
    cleared: Option<Vec<Cleared>>,
    /// Codes that were no approval, the most frequent first.
    codes: Vec<Code<'s>>,
    /// Rows that answer the questions of a day's round, by the question's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    answers: Option<Answers<'s>>,
    /// What makes the numbers doubtful, in sentences.
    warnings: &'s [String],
    /// What else helps to judge them.
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
            incidents: incidents.map(|one| Incident::of(judged, one, language)).collect(),
            limits: evidence::sentences(limits, &summary.names, language),
            terminals: listed.into_iter().map(|line| Terminal::of(judged, line, language)).collect(),
            history: judged.recurrences().map(History::of),
            cleared: judged
                .recurrences()
                .map(|_| Over::all(judged, view).into_iter().map(Cleared::of).collect()),
            codes: summary.codes.iter().map(|code| Code::of(summary, code)).collect(),
            answers: judged.breakdown.map(|_| Answers::of(judged, view)),
            warnings: &summary.warnings,
            notes: filtered.into_iter().chain(summary.notes.iter().map(String::as_str)).collect(),
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct Tool<'s> {
    name: &'static str,
    version: &'s str,
    /// Digest of the tables and rules by which attempts were judged.
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

impl JsonSchema for Answers<'_> {
    fn schema_name() -> Cow<'static, str> {
        "Answers".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let questions = Question::ALL.into_iter().filter(|question| !question.needs_diagnosis());
        let rows: BTreeMap<_, _> =
            questions.map(|question| (question.name(), rows_schema(question))).collect();
        json_schema!({ "type": "object", "properties": rows, "required": rows.keys().collect::<Vec<_>>() })
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
