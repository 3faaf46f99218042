//! Tables cut anywhere and read together say what one run over the logs says, byte for byte.
//!
//! Days are random and nasty (see `laws.rs`), with a horizon of a minute in a day of hours, so that
//! exchanges are settled in most tables, others are cut in two, and components grow over both.
#![cfg(feature = "tables")]

use posmortem::exchange::{Conclusion, Exchange, Names, PairingSettings};
use posmortem::{InputSource, Observer, Settings, Tables, TokenKey, analyse, save_table, sorted_paths};
use posmortem_report::{ExchangeRows, Format, RowFormat, View, write_summary};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

const HEADER: &str = "time,link,mti,terminal_id,stan,rrn,pan,amount,response_code,direction,original_stan,original_rrn,trace_id,latency_ms,reason_text,advice_code,merchant_id,currency";

/// Disorder stays below the horizon.
const HORIZON_MS: i64 = 60_000;

/// One row of a random day, and how many seconds after its time it is written.
#[derive(Clone, Debug)]
struct Row {
    second: u32,
    delay: u32,
    text: String,
}

fn row() -> impl Strategy<Value = Row> {
    let mti = prop::sample::select(vec![
        "0200", "0200", "0210", "0210", "0201", "0100", "0110", "0400", "0400", "0410", "0420", "0430",
        "0800", "0220", "0230", "",
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
    (numbers, mti, terminal, code, (link, rrn, direction, card), rest, odd).prop_map(
        |((second, delay, stan, amount, original), mti, terminal, code, names, rest, torn)| {
            let (link, rrn, direction, card) = names;
            let (trace, latency, word, why, merchant, currency, original_rrn) = rest;
            let time = format!("2026-11-21T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
            let blank_zero = |number: u32| if number == 0 { String::new() } else { number.to_string() };
            let (stan, amount, original) = (blank_zero(stan), blank_zero(amount), blank_zero(original));
            let text = if torn {
                format!("{time},{link},{mti}")
            } else {
                format!(
                    "{time},{link},{mti},{terminal},{stan},{rrn},{card},{amount},{code},{direction},{original},{original_rrn},{trace},{latency},{word},{why},{merchant},{currency}"
                )
            };
            Row { second, delay, text }
        },
    )
}

/// The rows of a day in the order in which they are written.
fn day() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(row(), 1..500).prop_map(|mut rows| {
        rows.sort_by_key(|row| row.second + row.delay);
        rows.into_iter().map(|row| row.text).collect()
    })
}

struct Rows(ExchangeRows<Vec<u8>>);

impl Observer for Rows {
    fn exchange(&mut self, exchange: &Exchange, conclusion: &Conclusion, names: &Names) -> ControlFlow<()> {
        self.0.write(exchange, conclusion, names).expect("a Vec takes every byte");
        ControlFlow::Continue(())
    }
}

/// The JSON report, and every row, sorted.
#[derive(Debug, PartialEq)]
struct Said {
    report: String,
    rows: Vec<String>,
}

struct Lab {
    folder: tempfile::TempDir,
    settings: Settings,
    key: TokenKey,
}

impl Lab {
    fn new(waiting_legs: usize) -> Self {
        let key = TokenKey::from_bytes(b"0123456789abcdef").expect("a key");
        let pairing =
            PairingSettings { horizon_ms: HORIZON_MS, timeout_ms: 20_000, ..PairingSettings::default() };
        let mut settings = Settings { pairing, waiting_legs, ..Settings::default() };
        settings.input.block_size = 700;
        Self { folder: tempfile::tempdir().expect("a temporary folder"), settings, key }
    }

    fn log(&self, name: &str, rows: &[String]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, format!("{HEADER}\n{}\n", rows.join("\n"))).expect("a writable folder");
        path
    }

    fn save(&self, log: &Path) -> PathBuf {
        let path = log.with_extension("parquet");
        let out = fs::File::create(&path).expect("a writable folder");
        let (_, written) =
            save_table(&[InputSource::Path(log.to_owned())], &self.settings, &self.key, &mut (), out);
        written.expect("a table");
        path
    }

    fn of_logs(&self, logs: &[PathBuf]) -> Said {
        let sources: Vec<_> = logs.iter().cloned().map(InputSource::Path).collect();
        let mut rows = Rows(ExchangeRows::new(RowFormat::Ndjson, Vec::new(), &sorted_paths(&sources)));
        let settings = Settings { token_key: Some(self.key.clone()), ..self.settings.clone() };
        let run = analyse(&sources, &settings, &mut rows);
        said(&run.summary, rows)
    }

    fn of_tables(&self, tables: &[PathBuf]) -> Said {
        let sources: Vec<_> = tables.iter().cloned().map(InputSource::Path).collect();
        let tables = Tables::open(&sources).expect("tables that fit together");
        let mut rows = Rows(ExchangeRows::new(RowFormat::Ndjson, Vec::new(), &tables.paths()));
        let run = tables.analyse(&self.settings, &mut rows);
        let summary = &run.summary;
        assert_eq!(summary.ledger.frames(), summary.files.iter().map(|file| file.frames).sum::<u64>());
        said(summary, rows)
    }
}

fn said(summary: &posmortem::exchange::Summary, rows: Rows) -> Said {
    let view = View { all_terminals: true, version: "0", rules_sha256: "0", ..View::default() };
    let mut report = Vec::new();
    write_summary(summary, Format::Json, &view, &mut report).expect("a Vec takes every byte");
    let rows = rows.0.finish().expect("a Vec takes every byte");
    let mut rows: Vec<_> = String::from_utf8(rows).expect("UTF-8").lines().map(str::to_owned).collect();
    rows.sort();
    Said { report: String::from_utf8(report).expect("UTF-8"), rows }
}

fn joined_tables_say_what_the_logs_say(
    rows: &[String],
    cuts: &[usize],
    turn: usize,
    waiting_legs: usize,
) -> TestCaseResult {
    let lab = Lab::new(waiting_legs);
    let mut cuts: Vec<_> = cuts.iter().map(|cut| (*cut).min(rows.len())).chain([0, rows.len()]).collect();
    cuts.sort_unstable();
    let pieces = cuts.windows(2).enumerate();
    // Names in reverse, so that no alphabet helps.
    let logs: Vec<_> = pieces
        .map(|(number, cut)| lab.log(&format!("piece{}.csv", 9 - number), &rows[cut[0]..cut[1]]))
        .collect();
    let mut tables: Vec<_> = logs.iter().map(|log| lab.save(log)).collect();
    let turn = turn % tables.len();
    tables.rotate_left(turn);
    let (of_tables, of_logs) = (lab.of_tables(&tables), lab.of_logs(&logs));
    prop_assert_eq!(&of_tables.rows, &of_logs.rows);
    prop_assert_eq!(of_tables.report, of_logs.report);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tables_cut_anywhere_say_what_the_day_says(
        rows in day(),
        cuts in prop::collection::vec(0..501_usize, 0..5),
        turn in 0..5_usize,
        waiting_legs in 0..40_usize,
    ) {
        joined_tables_say_what_the_logs_say(&rows, &cuts, turn, waiting_legs)?;
    }
}
