//! The included day, end to end: every way to read it and every way to write it say what its story
//! says (`fixtures/day-truth.tsv`).
// Clippy takes the functions beside the tests for something else than tests.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::Value;
use std::fs;
use std::io::Write;
use support::terminals_without_places;
use support::{Bench, WHOLE_REPORT, counts, fixture, ledger, list, number, read_report, report};

/// The log cannot say whose codes its links speak.
fn dialects() -> [String; 2] {
    ["--config".to_owned(), fixture("posmortem.toml")]
}

fn read(name: &str) -> Vec<u8> {
    fs::read(fixture(name)).unwrap()
}

/// The report of the whole day, of its rows or of its log.
fn day(name: &str) -> Value {
    let [config, path] = dialects();
    report(&Bench::new(), 0, &[&fixture(name), &config, &path])
}

/// Rows of a table with the names of their columns.
fn table(text: &str, separator: u8) -> Vec<Vec<(String, String)>> {
    let mut reader = csv::ReaderBuilder::new().delimiter(separator).from_reader(text.as_bytes());
    let names = reader.headers().unwrap().clone();
    let named = |row: csv::StringRecord| {
        names.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect::<Vec<_>>()
    };
    reader.records().map(|row| named(row.unwrap())).collect()
}

fn truth() -> Vec<Vec<(String, String)>> {
    table(&String::from_utf8(read("day-truth.tsv")).unwrap(), b'\t')
}

/// A terminal of a report as a row of the truth.
fn as_truth(terminal: &Value) -> Vec<(String, String)> {
    let id = ("terminal_id".to_owned(), terminal["terminal_id"].as_str().unwrap().to_owned());
    let counts = counts(terminal).into_iter().map(|(name, count)| (name.to_owned(), count.to_string()));
    [id].into_iter().chain(counts).collect()
}

#[test]
fn every_terminal_has_the_counts_of_the_story() {
    for name in ["day.csv", "day.log"] {
        let mut found: Vec<_> = list(&day(name)["terminals"]).iter().map(as_truth).collect();
        found.sort();
        assert_eq!(found, truth(), "{name}");
    }
}

#[test]
fn totals_are_the_sums_of_the_story() {
    for name in ["day.csv", "day.log"] {
        let day = day(name);
        for (column, count) in counts(&day["totals"]) {
            let cells = truth().into_iter().flatten().filter(|(name, _)| name == column);
            assert_eq!(count, cells.map(|(_, cell)| cell.parse::<u64>().unwrap()).sum::<u64>(), "{column}");
        }
        assert_eq!(day["totals"]["coverage"], "paired");
    }
}

#[test]
fn every_frame_is_in_the_ledger() {
    // As the README beside the day counts: 904 messages, and 314 printed once more in the log.
    for (name, frames, duplicates, non_messages) in [("day.csv", 904, 1, 0), ("day.log", 1218, 315, 24)] {
        let day = day(name);
        assert_eq!(number(&day["input"]["frames"]), frames, "{name}");
        let lines: Vec<_> = ledger(&day).into_iter().filter(|(_, count)| *count > 0).collect();
        let expected = [
            ("administrative", 42),
            ("advice", 4),
            ("duplicates", duplicates),
            ("paired", 826),
            ("request_only", 9),
            ("reversal", 22),
        ];
        assert_eq!(lines, expected, "{name}");
        assert_eq!(number(&day["input"]["ledger"]["non_message"]), non_messages, "{name}");
    }
}

#[test]
fn rows_and_log_of_the_day_tell_the_same() {
    let (rows, log) = (day("day.csv"), day("day.log"));
    assert_eq!(terminals_without_places(&rows), terminals_without_places(&log));
    for key in ["totals", "codes", "incidents", "tool"] {
        assert_eq!(rows[key], log[key], "{key}");
    }
    for key in ["first", "last"] {
        assert_eq!(rows["input"][key], log["input"][key], "{key}");
    }
    // Two dumps repeat messages that stand in the log in full, with their card numbers masked.
    assert_eq!((list(&rows["notes"]).len(), list(&log["notes"]).len()), (0, 1));
    assert!(
        log["notes"][0].as_str().unwrap().starts_with("4 messages show their card number masked"),
        "{}",
        log["notes"]
    );
}

/// The shared columns of all machine formats, as texts.
fn in_json(report: &Value) -> Vec<Vec<(String, String)>> {
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => format!("{:.3}", number.as_f64().unwrap()),
        Value::Array(ids) => ids.iter().map(Value::to_string).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    };
    let place = |terminal: &Value, name: &str| {
        [&terminal[name], &terminal["causes"][name], &terminal["verdict"][name]]
            .into_iter()
            .find(|value| !value.is_null())
            .map_or(String::new(), text)
    };
    // `cause`, `start` and the like belong to the verdict; no name stands in two places.
    let names = "terminal_id merchant_id exchanges approved declined unanswered unclassified state cause reason \
                 start end observed expected confidence owner network account card key operator first_failed \
                 last_approved ongoing action recurrence recurrence_days recurrence_of recurrence_first \
                 late reversed open incidents";
    let row =
        |terminal| names.split_whitespace().map(|name| (name.to_owned(), place(terminal, name))).collect();
    list(&report["terminals"]).iter().map(row).collect()
}

#[test]
fn all_machine_formats_carry_the_same() {
    let bench = Bench::new();
    let outputs = ["-o", "day.tsv", "-o", "day.csv", "-o", "day.json"];
    for name in ["day.csv", "day.log"] {
        let (input, [config, path]) = (fixture(name), dialects());
        bench
            .run(&[&["report", &input, "--all-terminals", &config, &path][..], &outputs].concat())
            .with_code(0);
        let expected = in_json(&read_report(&bench.read("day.json")));
        assert_eq!(table(&bench.read("day.csv"), b','), expected, "{name}");
        assert_eq!(table(&bench.read("day.tsv"), b'\t'), expected, "{name}");
    }
}

/// Rows of `classify` apart from the card and from where they were read.
fn rows(name: &str, arguments: &[&str]) -> Vec<Vec<(String, String)>> {
    let [config, path] = dialects();
    let ended = Bench::new().run(&[&["classify", &fixture(name), &config, &path], arguments].concat());
    let mut rows = table(ended.with_code(0).0, b',');
    for row in &mut rows {
        row.retain(|(name, _)| !["card", "file", "offset"].contains(&name.as_str()));
    }
    rows
}

#[test]
fn rows_and_log_classify_the_same_exchanges() {
    for (arguments, count) in [(&[][..], 170), (&["--all"], 422)] {
        let of_rows = rows("day.csv", arguments);
        assert_eq!((of_rows.len(), of_rows[0].len()), (count, 18));
        assert_eq!(of_rows, rows("day.log", arguments));
    }
}

#[test]
fn rows_of_classify_count_what_the_report_counts() {
    let all = rows("day.csv", &["--all"]);
    let with = |column: &str, value: &str| {
        let has =
            |row: &&Vec<(String, String)>| row.iter().any(|(name, cell)| name == column && cell == value);
        all.iter().filter(has).count() as u64
    };
    for (name, count) in counts(&day("day.csv")["totals"]).into_iter().skip(1) {
        assert_eq!(with("outcome", name) + with("cause", name), count, "{name}");
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

/// A report in which an input is called `day`.
fn anonymous(mut report: Value) -> Value {
    report["input"]["files"][0]["path"] = "day".into();
    for terminal in report["terminals"].as_array_mut().unwrap() {
        for sample in terminal["verdict"]["samples"].as_array_mut().unwrap() {
            sample["file"] = "day".into();
        }
    }
    report
}

#[test]
fn compression_changes_nothing() {
    for name in ["day.csv", "day.log"] {
        let (plain, [config, path]) = (anonymous(day(name)), dialects());
        // The names tell nothing: the first bytes do.
        let bench = Bench::new().with("one", gzip(&read(name))).with("other", zstd(&read(name)));
        for packed in ["one", "other"] {
            assert_eq!(anonymous(report(&bench, 0, &[packed, &config, &path])), plain, "{name} as {packed}");
        }
    }
}

#[test]
fn standard_input_tells_the_same_plain_and_compressed() {
    for name in ["day.csv", "day.log"] {
        let (plain, [config, path]) = (anonymous(day(name)), dialects());
        for bytes in [read(name), gzip(&read(name)), zstd(&read(name))] {
            let ended = Bench::new().run_on(bytes, &[&WHOLE_REPORT[..], &[&config, &path]].concat());
            assert_eq!(anonymous(read_report(ended.with_code(0).0)), plain, "{name}");
        }
    }
}

/// Both halves of the day, cut between two rows or two records.
fn halves(name: &str) -> [String; 2] {
    let day = String::from_utf8(read(name)).unwrap();
    let (header, record) = match name {
        "day.csv" => (day.split_inclusive('\n').next().unwrap(), "\n2026-"),
        _ => ("", "\n<log "),
    };
    let cut = day.len() / 2 + day[day.len() / 2..].find(record).unwrap() + 1;
    [day[..cut].to_owned(), header.to_owned() + &day[cut..]]
}

#[test]
fn two_halves_are_the_day() {
    for name in ["day.csv", "day.log"] {
        let (whole, [config, path]) = (day(name), dialects());
        let [first, second] = halves(name);
        let bench = Bench::new().with("a", &first).with("b", &second).with("y", &second).with("z", &first);
        // Neither the order of names nor that of arguments is that of time.
        for inputs in [["a", "b"], ["b", "a"], ["y", "z"]] {
            let both = report(&bench, 0, &[&inputs[..], &[&config, &path]].concat());
            assert_eq!(
                terminals_without_places(&both),
                terminals_without_places(&whole),
                "{name} {inputs:?}"
            );
            assert_eq!((&both["totals"], &both["codes"]), (&whole["totals"], &whole["codes"]), "{name}");
            assert_eq!(both["input"]["ledger"], whole["input"]["ledger"], "{name}");
        }
    }
}
