//! Everything as one JSON document, `"schema": 1`.
//!
//! The order of fields is that of the schema. Keys are added within a schema, never renamed. Without
//! a diagnosis there are no incidents, and what only a diagnosis knows is null.

mod code;
mod counts;
mod input;
mod terminal;

use crate::View;
use crate::labels::Labels;
use code::Code;
use counts::Totals;
use input::Input;
use posmortem_exchange::Summary;
use serde::Serialize;
use std::io::{self, Write};
use terminal::Terminal;

pub(crate) fn write(summary: &Summary, view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Report::of(summary, view))?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Report<'s> {
    schema: u32,
    tool: Tool<'s>,
    input: Input<'s>,
    totals: Totals,
    incidents: [(); 0],
    terminals: Vec<Terminal<'s>>,
    codes: Vec<Code<'s>>,
    warnings: &'s [String],
    notes: Vec<&'s str>,
}

impl<'s> Report<'s> {
    fn of(summary: &'s Summary, view: &'s View<'_>) -> Self {
        let filtered = view.filtered.then_some(Labels::of(view.language).filtered);
        let listed = view.listed(summary).terminals;
        Self {
            schema: 1,
            tool: Tool { name: "posmortem", version: view.version, rules_sha256: view.rules_sha256 },
            input: Input::of(summary, view.language),
            totals: Totals::of(summary),
            incidents: [],
            terminals: listed.into_iter().map(|terminal| Terminal::of(summary, terminal, view)).collect(),
            codes: summary.codes.iter().map(|code| Code::of(summary, code)).collect(),
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
