//! Tables cut anywhere and read together say what one run over the logs says, byte for byte.
//!
//! Days are random and nasty (see `laws.rs`), with a horizon of a minute in a day of hours, so that
//! exchanges are settled in most tables, others are cut in two, and components grow over both.
#![cfg(feature = "tables")]

mod cases;
mod ruled;

use cases::{Case, Form, Law, draw, replay, same, uphold};
use posmortem::exchange::{
    CardMark, Conclusion, Exchange, ExchangeTable, Names, Outcome, PairingSettings, Row, TerminalEvent,
};
use posmortem::{InputSource, Observer, Run, Settings, Tables, TokenKey, analyse, save_table, sorted_paths};
use posmortem_report::{ExchangeRows, Format, RowFormat, View, write_summary};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use ruled::{ruled, rules_of};
use std::collections::HashMap;
use std::fs;
use std::ops::ControlFlow;

const LAWS: [Law; 1] =
    [("tables_cut_anywhere_say_what_the_day_says", tables_cut_anywhere_say_what_the_day_says)];

const HEADER: &str = "time,link,mti,terminal_id,stan,rrn,pan,amount,response_code,direction,original_stan,original_rrn,trace_id,latency_ms,reason_text,advice_code,merchant_id,currency,region,model,firmware,service_code,tvr,chip_condition,de70,pos_entry_mode,operator_id";

/// Disorder stays below the horizon.
const HORIZON_MS: i64 = 60_000;

/// One row of a random day, and how many seconds after its time it is written.
#[derive(Clone, Debug)]
struct Line {
    second: u32,
    delay: u32,
    text: String,
}

/// A row, and often a second one of the same attempt.
fn rows() -> impl Strategy<Value = Vec<Line>> {
    let mti = prop::sample::select(vec![
        "0200", "0200", "0210", "0210", "0201", "0100", "0110", "0400", "0400", "0410", "0420", "0430",
        "0800", "0801", "0810", "0220", "0230", "",
    ]);
    // Half of all rows share a few keys, so that they collide; the others keep to themselves.
    let few =
        prop::sample::select(vec!["T1", "T2", "0T1", "T3", "", "\"T,3\"", "T1 "]).prop_map(str::to_owned);
    let terminal = prop_oneof![few, (0..40_u32).prop_map(|number| format!("U{number}"))];
    let code = prop::sample::select(vec!["00", "51", "91", "", "68", "8Z", "wrong code", "00"]);
    let link = prop::sample::select(vec!["a", "b", "", "a"]);
    let rrn = prop::sample::select(vec!["", "", "R1", "R2", "R3"]);
    let direction = prop::sample::select(vec!["", "in", "out"]);
    let card = prop::sample::select(vec!["", "4111111111111111", "411111******1112", "4242424242424242"]);
    let odd = prop_oneof![20 => Just(false), 1 => Just(true)];
    // Scattered over hours, or crowded: the sixteenth leg of a table is then as near as the first.
    let seconds = prop_oneof![
        2 => 0..5400_u32,
        6 => (0..6_u32, 0..240_u32).prop_map(|(crowd, within)| crowd * 900 + within),
        1 => 2700..2702_u32,
    ];
    let numbers = (seconds, 0..59_u32, 0..6_u32, 0..3_u32, 0..6_u32);
    let rest = (
        prop::sample::select(vec!["", "", "", "t1", "t2"]),
        prop::sample::select(vec!["", "", "", "70000", "12"]),
        prop::sample::select(vec!["", "", "card.not.found", "host.down"]),
        prop::sample::select(vec!["", "", "4021", "17", "4001"]),
        prop::sample::select(vec!["M1", "M2", ""]),
        prop::sample::select(vec!["156", "", "840"]),
        prop::sample::select(vec!["", "", "R1", "R2"]),
    );
    // Told by few rows, and most often by none of an exchange or by one side alone.
    let shown = (
        prop::sample::select(vec!["", "", "north", "south"]),
        prop::sample::select(vec!["", "", "P400"]),
        prop::sample::select(vec!["", "1.2", "1.3"]),
        prop::sample::select(vec!["", "201", "101"]),
        prop::sample::select(vec!["", "", "0000200000", "2000180000"]),
        prop::sample::select(vec!["", "", "1", "2"]),
        prop::sample::select(vec!["", "001", "101", "301", "002"]),
        prop::sample::select(vec!["", "051", "058", "801"]),
        prop::sample::select(vec!["", "", "07", "Li"]),
    );
    let shown = shown.prop_map(|(region, model, firmware, service, tvr, chip, network, entry, operator)| {
        format!("{region},{model},{firmware},{service},{tvr},{chip},{network},{entry},{operator}")
    });
    let second_mti = prop::sample::select(vec!["0210", "0210", "0210", "0400", "0110", "0200"]);
    let follows = prop_oneof![2 => Just(None), 1 => (0..55_u32, second_mti).prop_map(Some)];
    (numbers, mti, terminal, code, (link, rrn, direction, card), rest, (odd, follows, shown)).prop_map(
        |((second, delay, stan, amount, original), mti, terminal, code, names, rest, (torn, follows, shown))| {
            let (link, rrn, direction, card) = names;
            let (trace, latency, word, why, merchant, currency, original_rrn) = rest;
            let blank_zero = |number: u32| if number == 0 { String::new() } else { number.to_string() };
            let (stan, amount, original) = (blank_zero(stan), blank_zero(amount), blank_zero(original));
            let row = |second: u32, mti: &str| {
                let time = format!("2026-11-21T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
                let text = if torn {
                    format!("{time},{link},{mti}")
                } else {
                    format!(
                        "{time},{link},{mti},{terminal},{stan},{rrn},{card},{amount},{code},{direction},{original},{original_rrn},{trace},{latency},{word},{why},{merchant},{currency},{shown}"
                    )
                };
                Line { second, delay, text }
            };
            let next = follows.map(|(later, mti)| row(second + later, mti));
            std::iter::once(row(second, mti)).chain(next).collect()
        },
    )
}

/// The rows of a day in the order in which they are written, cut into pieces, and each piece dealt to
/// the logs of several hosts.
fn day() -> impl Strategy<Value = Case> {
    let cuts = prop::collection::vec(0..501_usize, 0..5);
    let hands = prop_oneof![Just(Vec::new()), prop::collection::vec(0..3_usize, 0..500)];
    let block_size = prop_oneof![2 => 1..1_500_usize, 1 => Just(1 << 18)];
    let numbers = (cuts, hands, 0..5_usize, 0..40_usize, 1..9_usize, block_size);
    (prop::collection::vec(rows(), 1..375), numbers).prop_map(|(rows, numbers)| {
        let mut rows: Vec<Line> = rows.into_iter().flatten().collect();
        let (cuts, hands, turn, waiting_legs, threads, block_size) = numbers;
        rows.sort_by_key(|row| row.second + row.delay);
        Case::new(Form::Csv, HEADER, rows.into_iter().map(|row| row.text).collect())
            .with("cuts", &cuts)
            .with("hands", &hands)
            .with("turn", &[turn])
            .with("waiting_legs", &[waiting_legs])
            .with("threads", &[threads])
            .with("block_size", &[block_size])
    })
}

struct Rows(ExchangeRows<Vec<u8>>);

impl Observer for Rows {
    fn exchange(&mut self, exchange: &Exchange, conclusion: &Conclusion, names: &Names) -> ControlFlow<()> {
        self.0.write(exchange, conclusion, names).expect("a Vec takes every byte");
        ControlFlow::Continue(())
    }
}

/// The JSON report, every row, sorted, and the exchange table.
#[derive(Debug, PartialEq)]
struct Said {
    report: String,
    rows: String,
    table: TableSaid,
}

/// What the exchange table says, symbols by their names.
#[derive(Debug, PartialEq)]
struct TableSaid {
    /// Rows in their order, all but their cards.
    rows: Vec<String>,
    /// For each card, which different rows have it. Rows that differ in nothing else have no order among
    /// themselves, and what a card is called depends on the run.
    cards: Vec<Vec<usize>>,
    events: Vec<String>,
}

struct Lab {
    folder: tempfile::TempDir,
    key: TokenKey,
}

impl Lab {
    fn new() -> Self {
        let key = TokenKey::from_bytes(b"0123456789abcdef").expect("a key");
        Self { folder: tempfile::tempdir().expect("a temporary folder"), key }
    }

    /// As everybody reads a day, but for the horizon.
    fn settings() -> Settings {
        let pairing =
            PairingSettings { horizon_ms: HORIZON_MS, timeout_ms: 20_000, ..PairingSettings::default() };
        Settings { pairing, keep_table: true, ..Settings::default() }
    }

    /// As the case has it.
    fn settings_of(case: &Case) -> Settings {
        let mut settings =
            Settings { waiting_legs: case.one("waiting_legs"), rules: rules_of(case), ..Self::settings() };
        settings.input.block_size = case.one("block_size");
        settings
    }

    /// The logs of one piece of the day, one a host.
    fn logs(&self, case: &Case, number: usize, rows: &[(usize, &String)]) -> Vec<InputSource> {
        let hosts = case.all("hands").iter().max().map_or(1, |last| last + 1);
        let log = |host: usize| {
            let rows = rows.iter().filter(|(hand, _)| *hand == host).map(|(_, row)| (*row).clone());
            // Names in reverse, so that no alphabet helps.
            let path = self.folder.path().join(format!("piece{}-{host}.csv", 9 - number));
            fs::write(&path, case.text(&rows.collect::<Vec<_>>())).expect("a writable folder");
            InputSource::Path(path)
        };
        (0..hosts).map(log).collect()
    }

    fn save(&self, number: usize, logs: &[InputSource], settings: &Settings) -> InputSource {
        let path = self.folder.path().join(format!("table{}.parquet", 9 - number));
        let out = fs::File::create(&path).expect("a writable folder");
        save_table(logs, settings, &self.key, &mut (), out).1.expect("a table");
        InputSource::Path(path)
    }

    fn of_logs(&self, logs: &[InputSource], case: &Case) -> Said {
        let mut rows = Rows(ExchangeRows::new(RowFormat::Ndjson, Vec::new(), &sorted_paths(logs)));
        let settings =
            Settings { token_key: Some(self.key.clone()), rules: rules_of(case), ..Self::settings() };
        let run = analyse(logs, &settings, &mut rows);
        said(&run, rows)
    }

    fn of_tables(tables: &[InputSource], settings: &Settings) -> Said {
        let tables = Tables::open(tables).expect("tables that fit together");
        let mut rows = Rows(ExchangeRows::new(RowFormat::Ndjson, Vec::new(), &tables.paths()));
        let run = tables.analyse(settings, &mut rows).expect("the rules of then");
        let summary = &run.summary;
        assert_eq!(summary.ledger.frames(), summary.files.iter().map(|file| file.frames).sum::<u64>());
        said(&run, rows)
    }
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

fn said(run: &Run, rows: Rows) -> Said {
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

fn tables_cut_anywhere_say_what_the_day_says(case: &Case) -> TestCaseResult {
    let (lab, settings) = (Lab::new(), Lab::settings_of(case));
    let mut hands = case.all("hands").iter().copied().chain(std::iter::repeat(0));
    let (mut logs, mut tables) = (Vec::new(), Vec::new());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(case.one("threads")).build().expect("threads");
    for (number, rows) in case.pieces().into_iter().enumerate() {
        let rows: Vec<_> = hands.by_ref().zip(rows).collect();
        let of_piece = lab.logs(case, number, &rows);
        tables.push(pool.install(|| lab.save(number, &of_piece, &settings)));
        logs.extend(of_piece);
    }
    let turn = case.one("turn") % tables.len();
    tables.rotate_left(turn);
    let (of_tables, of_logs) =
        (pool.install(|| Lab::of_tables(&tables, &settings)), lab.of_logs(&logs, case));
    same("rows of tables and logs", &of_tables.rows, &of_logs.rows)?;
    let lines = |lines: &[String]| lines.join("\n");
    let [of_table, of_log] = [&of_tables.table, &of_logs.table];
    same("exchange tables of tables and logs", &lines(&of_table.rows), &lines(&of_log.rows))?;
    same("events of tables and logs", &lines(&of_table.events), &lines(&of_log.events))?;
    prop_assert_eq!(&of_table.cards, &of_log.cards);
    same("reports of tables and logs", &of_tables.report, &of_logs.report)
}

#[test]
fn tables_cut_anywhere_say_what_the_day_says_for_any_day() {
    let days = prop_oneof![2 => day().boxed(), 1 => ruled(day()).boxed()];
    uphold(&LAWS, "tables_cut_anywhere_say_what_the_day_says", &days);
}

#[test]
fn tables_are_read_by_the_rules_that_they_were_saved_by() {
    let row = "2026-11-21T08:00:00,a,0210,T1,000001,,,100,51,,,,,,,,,156,,,,,,,,,".to_owned();
    let case = Case::new(Form::Csv, HEADER, vec![row]).with("hands", &[]);
    let lab = Lab::new();
    let settings = [None, Some(3), Some(4)].map(|rule: Option<usize>| match rule {
        None => Lab::settings(),
        Some(rule) => Settings { rules: rules_of(&case.clone().with("rules", &[rule])), ..Lab::settings() },
    });
    let logs = lab.logs(&case, 0, &[(0, &case.rows[0])]);
    for (saved, then) in settings.iter().enumerate() {
        let table = lab.save(saved, &logs, then);
        for (read, now) in settings.iter().enumerate() {
            let open = || Tables::open(std::slice::from_ref(&table)).unwrap();
            let checked = open().check_rules(now);
            // Who does not ask before is told by the run.
            assert_eq!(open().analyse(now, &mut ()).err(), open().check_rules(now).err());
            let told = match (saved, read) {
                _ if saved == read => "",
                (0, _) => "was saved without the rules that are in force: leave them out, or save it again",
                (_, 0) => "was saved by rules, and none are in force: name those of then (--rules), or save",
                _ => "was saved by other rules than those in force: name those of then (--rules), or save",
            };
            match checked {
                Ok(()) => assert_eq!(saved, read),
                Err(error) => assert!(saved != read && error.to_string().contains(told), "{error}"),
            }
        }
    }
}

#[test]
fn kept_cases_hold() {
    replay(&LAWS);
}

/// What hardly ever happens is hardly checked.
#[test]
fn days_hold_what_they_are_meant_to_hold() {
    let days = draw(&day(), 100);
    let (mut paired, mut late, mut reversed, mut open, mut duplicates, mut cut) = (0, 0, 0, 0, 0, 0);
    let mut traces = 0;
    let mut events = [
        ("SignOn(Accepted", 0),
        ("SignOn(Unanswered", 0),
        ("SignOn(Untold", 0),
        ("KeyChange", 0),
        ("NetworkManagement", 0),
        ("StoredAdvice", 0),
        ("Reversal(Some", 0),
        ("OrphanReversal", 0),
        ("StanFellBack", 0),
        ("StanJumped", 0),
    ];
    for day in &days {
        let lab = Lab::new();
        let rows: Vec<_> = day.rows.iter().map(|row| (0, row)).collect();
        let Run { summary: whole, table, .. } = analyse(&lab.logs(day, 0, &rows), &Lab::settings(), &mut ());
        let table = table.expect("it is asked for");
        traces += usize::from(table.rows().any(|row| !row.traces.is_empty()));
        for (kind, days) in &mut events {
            let is_such = |event: &TerminalEvent| format!("{:?}", event.what).starts_with(*kind);
            *days += usize::from(table.events().iter().any(is_such));
        }
        // Exchanges that a cut takes apart are one fewer in the whole day than in its pieces.
        let pieces = (1..).zip(day.pieces()).map(|(number, rows)| {
            let rows: Vec<_> = rows.iter().map(|row| (0, row)).collect();
            analyse(&lab.logs(day, number, &rows), &Lab::settings(), &mut ()).summary.ledger.paired
        });
        cut += usize::from(pieces.sum::<u64>() < whole.ledger.paired);
        paired += usize::from(whole.ledger.paired > 0);
        late += usize::from(whole.totals.with(Outcome::Late) > 0);
        reversed += usize::from(whole.totals.with(Outcome::Reversed) > 0);
        open += usize::from(whole.ledger.open > 0);
        duplicates += usize::from(whole.ledger.duplicates > 0);
    }
    assert!(paired >= 80 && late >= 80, "{paired} % with pairs, {late} % with late answers");
    assert!(reversed >= 30 && open >= 45, "{reversed} % with reversed, {open} % with open attempts");
    assert!(traces >= 90, "{traces} % with traces");
    assert!(events.iter().all(|(_, days)| *days >= 20), "{events:?} % with events");
    assert!(duplicates >= 60 && cut >= 8, "{duplicates} % with duplicates, {cut} % with pairs cut in two");
}
