//! Everything as one JSON document, `"schema": 1`. Keys are added within a schema, never renamed.

use super::Compared;
use crate::View;
use crate::json::{Causes, Outcomes};
use crate::scope::Scope;
use crate::shown::Shown;
use posmortem_classify::{Cause, Reason};
use posmortem_diagnose::{DayFindings, FaultyTerminal, IncidentChange, SharedCause, TerminalChange};
use posmortem_iso8583::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use std::io::{self, Write};

pub(super) fn write(compared: &Compared<'_>, view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Document::of(compared, view))?;
    out.write_all(b"\n")
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Document<'c> {
    schema: u32,
    tool: Tool<'c>,
    old: Day<'c>,
    new: Day<'c>,
    incidents: Vec<Incident>,
    terminals: Vec<Terminal<'c>>,
}

#[derive(Serialize, JsonSchema)]
struct Tool<'c> {
    name: &'static str,
    version: &'c str,
}

#[derive(Serialize, JsonSchema)]
struct Day<'c> {
    path: &'c str,
    first: Shown<Timestamp>,
    last: Shown<Timestamp>,
    totals: Totals,
}

#[derive(Serialize, JsonSchema)]
struct Totals {
    #[serde(flatten)]
    outcomes: Outcomes,
    failed: u64,
    causes: Causes,
}

#[derive(Serialize, JsonSchema)]
struct Incident {
    change: &'static str,
    scope: Scope,
    cause: &'static str,
    reason: &'static str,
    owner: &'static str,
    old: Option<Hit>,
    new: Option<Hit>,
}

#[derive(Serialize, JsonSchema)]
struct Hit {
    observed: u64,
    terminals: u32,
}

#[derive(Serialize, JsonSchema)]
struct Terminal<'c> {
    change: &'static str,
    terminal_id: &'c str,
    cause: Option<&'static str>,
    owner: Option<&'static str>,
    old: Option<Fault>,
    new: Option<Fault>,
}

#[derive(Serialize, JsonSchema)]
struct Fault {
    state: &'static str,
    reason: Option<&'static str>,
    observed: u64,
}

impl<'c> Document<'c> {
    fn of(compared: &Compared<'c>, view: &'c View<'_>) -> Self {
        let top = view.top.unwrap_or(usize::MAX);
        let comparison = compared.comparison;
        Self {
            schema: 1,
            tool: Tool { name: "posmortem", version: view.version },
            old: Day::of(compared.old),
            new: Day::of(compared.new),
            incidents: comparison.incidents.iter().take(top).filter_map(Incident::of).collect(),
            terminals: comparison.terminals.iter().take(top).filter_map(Terminal::of).collect(),
        }
    }
}

impl<'c> Day<'c> {
    fn of((path, findings): (&'c str, &DayFindings)) -> Self {
        let (first, last) = findings.span;
        let totals = Totals {
            outcomes: Outcomes::of(&findings.totals),
            failed: findings.totals.failed(),
            causes: Causes::of(&findings.totals),
        };
        Self { path, first: Shown(first), last: Shown(last), totals }
    }
}

impl Incident {
    fn of(one: &IncidentChange) -> Option<Self> {
        let latest = one.latest()?;
        let hit = |cause: &SharedCause| Hit { observed: cause.observed, terminals: cause.terminals };
        Some(Self {
            change: one.change.name(),
            scope: Scope::of_cause(latest),
            cause: latest.reason.cause().name(),
            reason: latest.reason.name(),
            owner: latest.reason.owner(),
            old: one.old.as_ref().map(hit),
            new: one.new.as_ref().map(hit),
        })
    }
}

impl<'c> Terminal<'c> {
    fn of(one: &'c TerminalChange) -> Option<Self> {
        let latest = one.latest()?;
        let fault = |fault: &FaultyTerminal| Fault {
            state: fault.state.name(),
            reason: fault.reason.map(Reason::name),
            observed: fault.observed,
        };
        Some(Self {
            change: one.change.name(),
            terminal_id: &latest.terminal,
            cause: latest.cause.map(Cause::name),
            owner: latest.reason.map(Reason::owner),
            old: one.old.as_ref().map(fault),
            new: one.new.as_ref().map(fault),
        })
    }
}
