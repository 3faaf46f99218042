//! Threads, block sizes, cuts and the order of files change nothing.
//!
//! Days are random and small but nasty: few terminals and STANs, so that keys collide; hops, repeats,
//! missing terminals, late answers, reversals, rejects, ties of time over several links and disorder
//! up to the horizon. Legs are settled a few at a time, so that inputs are merged and settled mid-way.

use posmortem::exchange::{Conclusion, Exchange, Names};
use posmortem::{InputSource, Observer, Settings, analyse, sorted_paths};
use posmortem_report::{ExchangeRows, Format, RowFormat, View, write_summary};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use serde_json::Value;
use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;

const HEADER: &str = "time,link,mti,terminal_id,stan,rrn,pan,amount,response_code,direction,original_stan";

/// One row of a random day, before it has a place in a file.
#[derive(Clone, Debug)]
struct Row {
    /// Seconds after midnight, and how much later than its time the row is written.
    second: u32,
    delay: u32,
    csv: String,
    jpos: String,
}

fn row() -> impl Strategy<Value = Row> {
    let mti = prop::sample::select(vec![
        "0200", "0210", "0210", "0201", "0100", "0110", "0400", "0410", "0420", "0800", "0220", "",
    ]);
    let terminal = prop::sample::select(vec!["T1", "T2", "0T1", "", "\"T,3\"", "T1 "]);
    let code = prop::sample::select(vec!["00", "51", "91", "", "68", "8Z", "wrong code"]);
    let link = prop::sample::select(vec!["a", "b", ""]);
    let rrn = prop::sample::select(vec!["", "", "R1", "R2"]);
    let direction = prop::sample::select(vec!["", "in", "out"]);
    let card = prop::sample::select(vec!["", "4111111111111111", "411111______1112", "4242424242424242"]);
    let odd = prop_oneof![20 => Just(""), 1 => Just("torn"), 1 => Just("\"quote")];
    // Half of all rows within two seconds.
    let seconds = prop_oneof![0..6000_u32, 3000..3002_u32];
    let numbers = (seconds, 0..599_u32, 0..4_u32, 0..3_u32, 0..4_u32);
    (numbers, mti, terminal, code, (link, rrn, direction, card), odd).prop_map(
        |((second, delay, stan, amount, original), mti, terminal, code, (link, rrn, direction, card), odd)| {
            let time = format!("2026-11-21T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
            let blank_zero = |number: u32| if number == 0 { String::new() } else { number.to_string() };
            let (stan, amount, original) = (blank_zero(stan), blank_zero(amount), blank_zero(original));
            let csv = match odd {
                "" => format!("{time},{link},{mti},{terminal},{stan},{rrn},{card},{amount},{code},{direction},{original}"),
                "torn" => format!("{time},{link},{mti}"),
                // Closed within its own line, so that any cut at a line's end leaves the rows alone.
                _ => format!("{time},\"{link}\"\"\",{mti},{terminal},{stan},{rrn},{card},{amount},{code},{direction},{original}"),
            };
            let fields = [("0", mti), ("2", card), ("4", &amount), ("11", &stan), ("37", rrn), ("39", code)];
            let fields = fields.into_iter().chain([("41", terminal.trim_matches('"'))]);
            let field = |(id, value): (&str, &str)| match value {
                "" => String::new(),
                _ => format!("<field id=\"{id}\" value=\"{value}\"/>\n"),
            };
            let fields: String = fields.map(field).collect();
            let end = if odd == "torn" { "" } else { "</isomsg></send></log>" };
            let jpos = format!("<log realm=\"{link}\" at=\"{time}\">\n<send><isomsg direction=\"{direction}\">\n{fields}{end}");
            Row { second, delay, csv, jpos }
        },
    )
}

/// The rows of a day in the order in which they are written, in one of the formats.
fn day() -> impl Strategy<Value = Day> {
    let rows = prop::collection::vec(row(), 1..120).prop_map(|mut rows| {
        rows.sort_by_key(|row| row.second + row.delay);
        rows
    });
    (rows, any::<bool>()).prop_map(|(rows, is_jpos)| {
        let text = |row: Row| if is_jpos { row.jpos } else { row.csv };
        let header = if is_jpos { "" } else { HEADER };
        Day { header, rows: rows.into_iter().map(text).collect() }
    })
}

/// A day in one format.
#[derive(Clone, Debug)]
struct Day {
    header: &'static str,
    rows: Vec<String>,
}

/// What a run says: the JSON report and all rows.
#[derive(Debug, PartialEq)]
struct Said {
    report: Value,
    rows: Vec<Value>,
}

struct Rows(ExchangeRows<Vec<u8>>);

impl Observer for Rows {
    fn exchange(&mut self, exchange: &Exchange, conclusion: &Conclusion, names: &Names) -> ControlFlow<()> {
        self.0.write(exchange, conclusion, names).expect("a Vec takes every byte");
        ControlFlow::Continue(())
    }
}

struct Lab {
    folder: tempfile::TempDir,
}

impl Lab {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    fn file(&self, name: &str, header: &str, rows: &[String]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, format!("{header}\n{}\n", rows.join("\n"))).expect("a writable folder");
        path
    }

    /// The bytes of report and rows.
    fn run(&self, files: &[PathBuf], threads: usize, block_size: usize) -> (Vec<u8>, Vec<u8>) {
        let mut settings = Settings { waiting_legs: block_size % 40, ..Settings::default() };
        settings.input.block_size = block_size;
        let sources: Vec<_> = files.iter().cloned().map(InputSource::Path).collect();
        let mut rows = Rows(ExchangeRows::new(RowFormat::Ndjson, Vec::new(), &sorted_paths(&sources)));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let run = pool.install(|| {
            let run = analyse(&sources, &settings, &mut rows);
            assert_eq!(
                run.summary.ledger.frames(),
                run.summary.files.iter().map(|file| file.frames).sum::<u64>()
            );
            run
        });
        let mut report = Vec::new();
        let view = View { all_terminals: true, version: "0", rules_sha256: "0", ..View::default() };
        write_summary(&run.summary, Format::Json, &view, &mut report).expect("a Vec takes every byte");
        (report, rows.0.finish().expect("a Vec takes every byte"))
    }

    /// What a run says apart from where in which file it was read.
    fn say(&self, files: &[PathBuf]) -> Said {
        let (report, rows) = self.run(files, 2, (1 << 18) + 3);
        let mut report: Value = serde_json::from_slice(&report).expect("JSON");
        report["input"]["files"].take();
        report["input"]["bytes"].take();
        for terminal in report["terminals"].as_array_mut().expect("terminals") {
            for sample in terminal["verdict"]["samples"].as_array_mut().expect("samples") {
                sample["file"].take();
                sample["offset"].take();
            }
        }
        let rows = rows.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
        let without_source = |line| {
            let mut row: Value = serde_json::from_slice(line).expect("JSON");
            row["source"].take();
            row
        };
        Said { report, rows: rows.map(without_source).collect() }
    }
}

fn same_bytes_at_any_thread_count_and_block_size(
    day: &Day,
    threads: usize,
    block_size: usize,
) -> TestCaseResult {
    let lab = Lab::new();
    let whole = [lab.file("day.csv", day.header, &day.rows)];
    prop_assert_eq!(lab.run(&whole, 1, 1 << 18), lab.run(&whole, threads, block_size));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parallel_is_sequential(day in day(), threads in 1..9_usize, block_size in 1..700_usize) {
        same_bytes_at_any_thread_count_and_block_size(&day, threads, block_size)?;
    }

    #[test]
    fn any_cut_into_files_says_the_same(day in day(), cuts in prop::collection::vec(0..121_usize, 0..6)) {
        let lab = Lab::new();
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(day.rows.len())).chain([0, day.rows.len()]).collect();
        cuts.sort_unstable();
        let pieces: Vec<PathBuf> = cuts
            .windows(2)
            .enumerate()
            // Names in reverse, so that no alphabet helps.
            .map(|(number, cut)| lab.file(&format!("piece{}.csv", 9 - number), day.header, &day.rows[cut[0]..cut[1]]))
            .collect();
        prop_assert_eq!(lab.say(&[lab.file("day.csv", day.header, &day.rows)]), lab.say(&pieces));
    }

    #[test]
    fn rows_dealt_to_several_files_say_the_same(day in day(), hands in prop::collection::vec(0..4_usize, 120)) {
        let lab = Lab::new();
        let dealt = |hand| -> Vec<String> {
            day.rows.iter().zip(&hands).filter(|(_, of)| **of == hand).map(|(row, _)| row.clone()).collect()
        };
        let files: Vec<PathBuf> = (0..4).map(|hand| lab.file(&format!("host{hand}.csv"), day.header, &dealt(hand))).collect();
        prop_assert_eq!(lab.say(&[lab.file("day.csv", day.header, &day.rows)]), lab.say(&files));
    }

    #[test]
    fn the_order_of_files_changes_no_byte(day in day(), cut in 0..121_usize) {
        let lab = Lab::new();
        let (early, late) = day.rows.split_at(cut.min(day.rows.len()));
        let (early, late) = (lab.file("b.csv", day.header, early), lab.file("a.csv", day.header, late));
        prop_assert_eq!(lab.run(&[early.clone(), late.clone()], 2, 4096), lab.run(&[late, early], 2, 4096));
    }
}
