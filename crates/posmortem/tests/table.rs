//! The rows of the exchange table come to what the report says, and nothing about how a log is read
//! shows in them.

use posmortem::exchange::{
    CardKey, CardMark, Column, Conclusion, Counts, Exchange, ExchangeTable, LatencyClass, Names, Outcome,
    Row, Sample, Summary, terminal_key,
};
use posmortem::iso8583::Timestamp;
use posmortem::{InputSource, Observer, Run, Settings, analyse};
use posmortem_classify::{Cause, Dialect, Reason};
use posmortem_diagnose::Verdict;
use posmortem_report::{Content, Format, View, write_report, write_summary};
use posmortem_synth::{self as synth, Form, Rates, Written};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::ops::ControlFlow;

/// A day in which everything happens often, and the settings by which it is read.
fn day(seed: u64, form: Form) -> (tempfile::TempDir, InputSource, Settings) {
    let rates = if seed.is_multiple_of(3) { Rates::everyday() } else { Rates::nasty() };
    let world = synth::Settings {
        attempts: [300, 2_500, 900][(seed % 3) as usize],
        terminals: [30, 7, 90, 2][(seed % 4) as usize],
        links: [2, 4, 1][(seed / 2 % 3) as usize],
        two_dialects: true,
        form,
        rates,
        ..synth::Settings::new(seed)
    };
    let mut log = Vec::new();
    let Written { links, .. } = synth::write(&world, &mut log, None).expect("a Vec takes every byte");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("day.log");
    fs::write(&path, log).expect("a writable folder");
    let dialect = |link: &synth::Link| Some((link.name.clone(), Dialect::from_name(link.dialect)?));
    let link_dialects = links.iter().filter_map(dialect).filter(|_| form != Form::Both).collect();
    let settings =
        Settings { link_dialects, keep_table: true, tells_exchanges: false, ..Settings::default() };
    (folder, InputSource::Path(path), settings)
}

fn run(source: &InputSource, settings: &Settings) -> (Summary, ExchangeTable) {
    let Run { summary, table, .. } = analyse(std::slice::from_ref(source), settings, &mut ());
    (summary, table.expect("it was asked for"))
}

/// The cards of a run, each by its whole key.
#[derive(Default)]
struct Cards(HashSet<CardKey>);

impl Observer for Cards {
    fn exchange(&mut self, exchange: &Exchange, _: &Conclusion, _: &Names) -> ControlFlow<()> {
        self.0.extend(exchange.either(|leg| leg.card));
        ControlFlow::Continue(())
    }
}

/// A run in which each card has a mark of its own. Of a few thousand cards two share one in a run of a
/// thousand, by the key that it drew; and not in five that have drawn one after the other.
fn run_with_marks_apart(sources: &[InputSource], settings: &Settings) -> (Summary, ExchangeTable) {
    let run = |_| {
        let mut cards = Cards::default();
        let Run { summary, table, .. } = analyse(sources, settings, &mut cards);
        let table = table.expect("it was asked for");
        let marks: HashSet<CardMark> = table.rows().filter_map(|row| row.card).collect();
        (marks.len() == cards.0.len()).then_some((summary, table))
    };
    (0..5).find_map(run).expect("as many marks as cards")
}

fn days() -> impl Iterator<Item = (u64, Form)> {
    (1..=8).flat_map(|seed| [Form::Responses, Form::Both].map(|form| (seed, form)))
}

/// Failures of one reason at a terminal: how many, the first, the last, the earliest three.
type Failures = (u64, Timestamp, Timestamp, Vec<Sample>);

/// What a report says of a terminal and can be found out from rows.
#[derive(Debug, Default, PartialEq)]
struct Said {
    counts: Counts,
    reasons: BTreeMap<Option<Reason>, Failures>,
    last_approved: Option<Timestamp>,
}

impl Said {
    fn record(&mut self, row: &Row) {
        count(&mut self.counts, row.conclusion.outcome, row.conclusion.cause());
        if row.conclusion.outcome == Outcome::Approved {
            self.last_approved = self.last_approved.max(Some(row.at));
        }
        if row.conclusion.failed() {
            let detail = row.detail.expect("failures have one");
            let failures = self.reasons.entry(row.conclusion.reason);
            let (count, first, last, samples) = failures.or_insert((0, row.at, row.at, Vec::new()));
            *count += 1;
            (*first, *last) = ((*first).min(row.at), (*last).max(row.at));
            let (code, source) = (row.conclusion.code, detail.source);
            samples.push(Sample { at: row.at, stan: detail.stan, rrn: detail.rrn, code, source });
            samples.sort();
            samples.truncate(3);
        }
    }
}

fn count(counts: &mut Counts, outcome: Outcome, cause: Option<Cause>) {
    counts.exchanges += 1;
    counts.outcomes[outcome as usize] += 1;
    if let Some(cause) = cause {
        counts.causes[cause.index()] += 1;
    }
}

fn said_by_report(summary: &Summary) -> BTreeMap<&str, Said> {
    let terminals = summary.terminals.iter().map(|tally| {
        let reasons = tally.reasons().map(|(reason, tally)| {
            (reason, (tally.count(), tally.first(), tally.last, tally.samples().collect()))
        });
        let (counts, last_approved) = (tally.counts, tally.last_approved);
        let said = Said { counts, reasons: reasons.collect(), last_approved };
        (terminal_key(summary.names.text(tally.terminal)), said)
    });
    terminals.collect()
}

fn said_by_rows<'n>(table: &ExchangeTable, names: &'n Names) -> BTreeMap<&'n str, Said> {
    let mut terminals = BTreeMap::<_, Said>::new();
    table.rows().for_each(|row| terminals.entry(names.text(row.place.terminal)).or_default().record(&row));
    terminals
}

#[test]
fn rows_come_to_what_the_report_says_of_terminals() {
    for (seed, form) in days() {
        let (_folder, source, settings) = day(seed, form);
        let (summary, table) = run(&source, &settings);
        assert_eq!(table.len() as u64, summary.totals.exchanges, "seed {seed}, {}", form.name());
        assert_eq!(table.rows().count(), table.len());
        let (report, rows) = (said_by_report(&summary), said_by_rows(&table, &summary.names));
        assert!(!report.is_empty());
        assert_eq!(rows, report, "seed {seed}, {}", form.name());
    }
}

#[test]
fn rows_come_to_the_failures_of_issuers_and_the_money() {
    for (seed, form) in days() {
        let (_folder, source, settings) = day(seed, form);
        let (summary, table) = run(&source, &settings);
        let (mut issuers, mut money) = (BTreeMap::new(), BTreeMap::new());
        for row in table.rows().filter(|row| row.conclusion.failed()) {
            let conclusion = row.conclusion;
            if matches!(conclusion.outcome, Outcome::Declined | Outcome::Unclassified) {
                let code = (conclusion.dialect, conclusion.code, summary.names.text(row.issuer));
                *issuers.entry(code).or_default() += 1;
            }
            if let Some(amount) = row.amount {
                let (failed, lost) = money.entry(amount.currency).or_insert((0, 0));
                *failed += u128::from(amount.minor);
                *lost += if conclusion.approval_lost { u128::from(amount.minor) } else { 0 };
            }
        }
        let reported = summary.codes.iter().flat_map(|row| {
            let named = |issuer| summary.names.text(issuer);
            row.issuers.iter().map(move |of| ((row.dialect, row.code, named(of.issuer)), of.count))
        });
        assert_eq!(issuers, reported.collect(), "seed {seed}, {}", form.name());
        let reported =
            summary.amounts.iter().map(|(currency, of)| (*currency, (of.failed, of.approved_then_lost)));
        assert_eq!(money, reported.collect(), "seed {seed}, {}", form.name());
    }
}

#[test]
fn columns_say_what_rows_say() {
    let (_folder, source, settings) = day(1, Form::Both);
    let (_, table) = run(&source, &settings);
    let mut rows = table.rows();
    for chunk in table.chunks() {
        for at in 0..chunk.len() {
            let row = rows.next().expect("as many rows");
            let ids = |column: &Column| column.id(at);
            let manner = table.manners()[ids(chunk.manners())];
            assert_eq!(chunk.millis(at), row.at.millis);
            assert_eq!(table.places()[ids(chunk.places())], row.place);
            assert_eq!(LatencyClass::from_number(chunk.latencies().get(at)), row.latency);
            assert_eq!(table.issuers()[ids(chunk.issuers())], row.issuer);
            assert_eq!(table.links()[ids(chunk.links())], row.link);
            assert_eq!(
                (manner.entry_mode, manner.kind, manner.traces),
                (row.entry_mode, row.kind, row.traces)
            );
            assert_eq!(table.endings()[ids(chunk.endings())], row.conclusion);
            assert_eq!(chunk.amounts().get(at), row.amount.map_or(0, |amount| amount.minor));
            assert_eq!(chunk.cards().get(at) != 0, row.card.is_some());
        }
    }
    assert!(rows.next().is_none());
}

/// Rows as text: symbols by their names, cards by the first row that had them. Both depend on the run.
fn shown(summary: &Summary, table: &ExchangeTable) -> Vec<String> {
    let mut cards = HashMap::new();
    let name = |symbol| summary.names.text(symbol);
    let show = |(number, row): (usize, Row)| {
        let card = row.card.map(|card| *cards.entry(card).or_insert(number));
        let Row { at, place, entry_mode, kind, traces, conclusion, amount, latency, detail, .. } = row;
        let told = detail.map(|of| (of.stan, of.rrn, of.latency_ms));
        let source = detail.map(|of| of.source);
        let names = [place.terminal, place.site, place.equipment, row.issuer, row.link].map(name);
        let more = detail.map(|of| [of.merchant, of.switch_reason, of.operator].map(name));
        format!(
            "{at:?} {names:?} {entry_mode:?} {kind:?} {traces:?} {conclusion:?} {amount:?} {card:?} {latency:?} \
             {told:?} {more:?} at {source:?}"
        )
    };
    let events =
        table.events().iter().map(|event| format!("{} {} {:?}", event.at, name(event.terminal), event.what));
    table.rows().enumerate().map(show).chain(events).collect()
}

fn report(summary: &Summary) -> String {
    let mut report = Vec::new();
    let view = View { all_terminals: true, version: "0", rules_sha256: "0", ..View::default() };
    write_summary(summary, Format::Json, &view, &mut report).expect("a Vec takes every byte");
    String::from_utf8(report).expect("UTF-8")
}

#[test]
fn threads_and_blocks_change_no_row() {
    for (seed, form) in days() {
        let (_folder, source, settings) = day(seed, form);
        let sources = [source];
        let (summary, table) = run_with_marks_apart(&sources, &settings);
        let rows = shown(&summary, &table);
        assert!(table.rows().any(|row| row.card.is_some()), "cards are compared");
        for (threads, block_size, waiting_legs) in [(1, 1 << 12, 7), (2, 1 << 10, 0), (3, 1 << 16, 1 << 10)] {
            let mut settings = Settings { waiting_legs, ..settings.clone() };
            settings.input.block_size = block_size;
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            let (summary, table) = pool.install(|| run_with_marks_apart(&sources, &settings));
            let other = shown(&summary, &table);
            let difference = rows.iter().zip(&other).find(|(row, other)| row != other);
            assert!(rows == other, "seed {seed}, {}, {threads} threads: {difference:#?}", form.name());
        }
    }
}

/// Without a table, answers are counted without being made into exchanges.
#[test]
fn a_table_changes_no_report() {
    for (seed, form) in days() {
        let (_folder, source, settings) = day(seed, form);
        let with = report(&run(&source, &settings).0);
        let settings = Settings { keep_table: false, ..settings };
        let Run { summary, table, .. } = analyse(std::slice::from_ref(&source), &settings, &mut ());
        assert!(table.is_none());
        assert!(report(&summary) == with, "seed {seed}, {}", form.name());
    }
}

#[test]
fn a_filter_leaves_the_table_whole() {
    let (_folder, source, settings) = day(2, Form::Responses);
    let whole = run(&source, &settings).1;
    let mut filtered = settings;
    filtered.filter.causes = vec![Cause::Account];
    let (summary, table) = run(&source, &filtered);
    let of_cause = whole.rows().filter(|row| row.conclusion.cause() == Some(Cause::Account)).count();
    assert!(0 < of_cause && of_cause < whole.len());
    assert_eq!((table.len(), summary.totals.exchanges), (whole.len(), of_cause as u64));
}

/// One log, or the same lines dealt to two files: where a line stands is another thing, and no more.
#[test]
fn files_change_no_row_and_no_event() {
    for (seed, form) in days() {
        let (folder, source, settings) = day(seed, form);
        let InputSource::Path(path) = &source else { panic!("days are files") };
        let text = fs::read_to_string(path).expect("the day");
        let (header, lines) = text.split_once('\n').expect("a header");
        let mut hosts = [header.to_owned() + "\n", header.to_owned() + "\n"];
        for (number, line) in lines.lines().enumerate() {
            hosts[usize::from(number % 7 < 3)].extend([line, "\n"]);
        }
        let sources = hosts.iter().zip(["a.csv", "b.csv"]).map(|(text, name)| {
            let path = folder.path().join(name);
            fs::write(&path, text).expect("a writable folder");
            InputSource::Path(path)
        });
        let sources: Vec<_> = sources.collect();
        let one = run_with_marks_apart(std::slice::from_ref(&source), &settings);
        let two = run_with_marks_apart(&sources, &settings);
        // Details tell the place in the input.
        let rows = |(summary, table): &(Summary, ExchangeTable)| {
            let without = |line: String| line.split(" at ").next().unwrap_or_default().to_owned();
            shown(summary, table).into_iter().map(without).collect::<Vec<_>>()
        };
        assert!(!two.1.events().is_empty() || form == Form::Responses);
        let (one, two) = (rows(&one), rows(&two));
        let difference = one.iter().zip(&two).find(|(one, two)| one != two);
        assert!(one == two, "seed {seed}, {}: {difference:#?}", form.name());
    }
}

/// What a report of a diagnosed run says in full.
fn diagnosed(run: &Run) -> String {
    let mut report = Vec::new();
    let view = View { all_terminals: true, version: "0", rules_sha256: "0", ..View::default() };
    let content = Content { diagnosis: run.diagnosis.as_ref(), ..Content::of(&run.summary) };
    write_report(&content, Format::Json, &view, &mut report).expect("a Vec takes every byte");
    String::from_utf8(report).expect("UTF-8")
}

#[test]
fn a_diagnosis_is_of_the_whole_fleet_and_leaves_no_table() {
    for form in [Form::Responses, Form::Both] {
        let (_folder, source, settings) = day(2, form);
        let settings = Settings { keep_table: false, diagnosis: Some(Default::default()), ..settings };
        let run = |settings: &Settings| analyse(std::slice::from_ref(&source), settings, &mut ());
        let whole = run(&settings);
        assert!(whole.table.is_none());
        let mut filtered = settings.clone();
        filtered.filter.causes = vec![Cause::Account];
        let some = run(&filtered);
        assert!(some.summary.totals.exchanges < whole.summary.totals.exchanges);
        let states = |run: &Run| {
            let said = run.diagnosis.as_ref().expect("it was asked for");
            let of = |verdict: &Verdict| (run.summary.names.text(verdict.terminal).to_owned(), verdict.state);
            said.verdicts().iter().map(of).collect::<Vec<_>>()
        };
        assert_eq!(states(&some), states(&whole));
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            assert!(pool.install(|| diagnosed(&run(&settings))) == diagnosed(&whole), "{threads} threads");
        }
    }
}
