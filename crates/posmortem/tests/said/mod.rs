//! All that a run says, as texts that can be compared.

use crate::cases::same;
use posmortem::exchange::{CardMark, Conclusion, Exchange, ExchangeTable, Names, Row, TerminalEvent};
use posmortem::{Observer, Run};
use posmortem_report::{ExchangeRows, Format, RowFormat, View, write_summary};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use std::collections::HashMap;
use std::ops::ControlFlow;

pub(crate) struct Rows(ExchangeRows<Vec<u8>>);

impl Rows {
    /// Of inputs with these paths.
    pub(crate) fn new(paths: &[String]) -> Self {
        Self(ExchangeRows::new(RowFormat::Ndjson, Vec::new(), paths))
    }
}

impl Observer for Rows {
    fn exchange(&mut self, exchange: &Exchange, conclusion: &Conclusion, names: &Names) -> ControlFlow<()> {
        self.0.write(exchange, conclusion, names).expect("a Vec takes every byte");
        ControlFlow::Continue(())
    }
}

/// The JSON report, every row, sorted, and the exchange table.
#[derive(Debug, PartialEq)]
pub(crate) struct Said {
    pub(crate) report: String,
    pub(crate) rows: String,
    pub(crate) table: TableSaid,
}

/// What the exchange table says, symbols by their names.
#[derive(Debug, PartialEq)]
pub(crate) struct TableSaid {
    /// Rows in their order, all but their cards.
    rows: Vec<String>,
    /// For each card, which different rows have it. Rows that differ in nothing else have no order among
    /// themselves, and what a card is called depends on the run.
    cards: Vec<Vec<usize>>,
    events: Vec<String>,
}

fn table_said(table: &ExchangeTable, names: &Names) -> TableSaid {
    let name = |symbol| names.text(symbol);
    let show = |row: &Row| {
        let Row { at, place, entry_mode, kind, traces, conclusion, amount, latency, detail, .. } = row;
        let names = [place.terminal, place.site, place.equipment, row.issuer, row.link].map(name);
        let told = detail.map(|of| (of.stan, of.rrn, of.source, of.latency_ms));
        let more = detail.map(|of| [of.merchant, of.switch_reason, of.operator].map(name));
        format!(
            "{at:?} {names:?} {entry_mode:?} {kind:?} {traces:?} {conclusion:?} {amount:?} {latency:?} {told:?} {more:?}"
        )
    };
    let rows: Vec<String> = table.rows().map(|row| show(&row)).collect();
    let mut cards: HashMap<CardMark, Vec<usize>> = HashMap::new();
    let mut different = 0;
    for (at, row) in table.rows().enumerate() {
        different += usize::from(at > 0 && rows[at] != rows[at - 1]);
        if let Some(card) = row.card {
            cards.entry(card).or_default().push(different);
        }
    }
    let mut cards: Vec<_> = cards.into_values().collect();
    cards.sort();
    let event = |event: &TerminalEvent| format!("{} {} {:?}", event.at, name(event.terminal), event.what);
    TableSaid { rows, cards, events: table.events().iter().map(event).collect() }
}

pub(crate) fn said(run: &Run, rows: Rows) -> Said {
    let summary = &run.summary;
    let table = table_said(run.table.as_ref().expect("it is asked for"), &summary.names);
    let view = View { all_terminals: true, version: "0", rules_sha256: "0", ..View::default() };
    let mut report = Vec::new();
    write_summary(summary, Format::Json, &view, &mut report).expect("a Vec takes every byte");
    let rows = rows.0.finish().expect("a Vec takes every byte");
    let rows = String::from_utf8(rows).expect("UTF-8");
    let mut rows: Vec<&str> = rows.lines().collect();
    rows.sort_unstable();
    Said { report: String::from_utf8(report).expect("UTF-8"), rows: rows.join("\n"), table }
}

/// Two runs that must have said the same.
pub(crate) fn same_said(what: &str, one: &Said, other: &Said) -> TestCaseResult {
    same(&format!("rows of {what}"), &one.rows, &other.rows)?;
    let lines = |lines: &[String]| lines.join("\n");
    let [of_one, of_other] = [&one.table, &other.table];
    same(&format!("exchange tables of {what}"), &lines(&of_one.rows), &lines(&of_other.rows))?;
    same(&format!("events of {what}"), &lines(&of_one.events), &lines(&of_other.events))?;
    prop_assert_eq!(&of_one.cards, &of_other.cards);
    same(&format!("reports of {what}"), &one.report, &other.report)
}
