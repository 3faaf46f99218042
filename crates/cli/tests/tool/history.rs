//! `report --history`: saved tables of other days tell what a day should have been like.

use crate::bench::Bench;
use posmortem_synth::{FaultCounts, Form, Settings, World, write};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// Enough to be a fleet.
const TERMINALS: u32 = 60;

/// `quiet.csv`, and `down.csv`: the day after, on which the largest issuer answers every sale with 91. That
/// issuer's name comes back, too.
fn days() -> (Bench, String) {
    let settings = Settings {
        days: 2,
        attempts: 9_000,
        faults: FaultCounts::null(TERMINALS),
        form: Form::Both,
        ..Settings::labelled(5, World::City, TERMINALS)
    };
    let mut log = Vec::new();
    write(&settings, &mut log, None).unwrap();
    let mut reader = csv::Reader::from_reader(&log[..]);
    let header = reader.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|column| column == name).unwrap();
    let (time, mti, pan, rrn, code) = (at("time"), at("mti"), at("pan"), at("rrn"), at("response_code"));
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    let mut cards: BTreeMap<&str, usize> = BTreeMap::new();
    let prefixes = rows.iter().filter_map(|row| row[pan].get(..8));
    prefixes.for_each(|prefix| *cards.entry(prefix).or_default() += 1);
    let (issuer, _) = cards.into_iter().max_by_key(|(_, rows)| *rows).unwrap();
    let of_issuer: BTreeSet<_> =
        rows.iter().filter(|row| row[pan].starts_with(issuer)).map(|row| &row[rrn]).collect();
    let [mut quiet, mut down] = [(); 2].map(|()| csv::Writer::from_writer(Vec::new()));
    for writer in [&mut quiet, &mut down] {
        writer.write_record(&header).unwrap();
    }
    for row in &rows {
        if row[time].starts_with("2026-11-21") {
            quiet.write_record(row).unwrap();
        } else {
            let is_declined = &row[mti] == "0210" && of_issuer.contains(&row[rrn]);
            let told = |(at, cell)| if is_declined && at == code { "91" } else { cell };
            down.write_record(row.iter().enumerate().map(told)).unwrap();
        }
    }
    let [quiet, down] = [quiet, down].map(|writer| writer.into_inner().unwrap());
    (Bench::new().with("quiet.csv", quiet).with("down.csv", down), issuer.to_owned())
}

fn save(bench: &Bench, log: &str, folder: &str) {
    bench.run(&["report", log, "--no-diagnosis", "--save", folder, "-o", "told.tsv"]).with_code(0);
}

/// The report of the later day, and what was said beside it.
#[track_caller]
fn judged(bench: &Bench, history: &[&str]) -> (Value, Vec<String>) {
    let ended = bench.run(&[&["report", "down.csv", "--format", "json"], history].concat());
    let (report, told) = ended.with_code(0);
    (serde_json::from_str(report).unwrap(), told.into_iter().map(str::to_owned).collect())
}

fn limits(report: &Value) -> Value {
    report.get("limits").cloned().unwrap_or_else(|| json!([]))
}

#[test]
fn an_issuer_that_is_down_all_day_shows() {
    let (bench, issuer) = days();
    save(&bench, "quiet.csv", "tables");
    let (alone, _) = judged(&bench, &[]);
    let scope = json!({ "issuer": issuer });
    let mut of_day = alone["incidents"].as_array().unwrap().iter();
    assert!(of_day.all(|incident| incident["scope"] != scope), "the day takes itself for usual: {alone}");
    // What is no table is not looked at; what broke is told and left out.
    fs::write(bench.path("tables/notes.txt"), "not a table").unwrap();
    let saved = fs::read_dir(bench.path("tables")).unwrap().map(|entry| entry.unwrap().path());
    let saved = saved.into_iter().find(|path| path.extension().is_some_and(|end| end == "parquet")).unwrap();
    let bytes = fs::read(saved).unwrap();
    fs::write(bench.path("tables/broken.parquet"), &bytes[..bytes.len() / 2]).unwrap();
    let (report, told) = judged(&bench, &["--history", "tables"]);
    let [incident] = &report["incidents"].as_array().unwrap()[..] else { panic!("{report}") };
    assert_eq!(incident["scope"], scope);
    assert_eq!((&incident["cause"], &incident["reason"]), (&json!("network"), &json!("issuer_unavailable")));
    assert_eq!(limits(&report), json!([]));
    let [told] = &told[..] else { panic!("{told:?}") };
    assert!(told.contains("--history: tables/broken.parquet is left out: "), "{told}");
}

#[test]
fn a_table_of_the_day_itself_is_passed_over() {
    let (bench, _) = days();
    save(&bench, "down.csv", "tables");
    let (alone, _) = judged(&bench, &[]);
    let (mut report, told) = judged(&bench, &["--history", "tables"]);
    assert!(told.is_empty(), "{told:?}");
    let passed = json!([
        "the history holds no table of the 30 days before (of this very day and of days after none is used)"
    ]);
    assert_eq!((limits(&alone), limits(&report)), (json!([]), passed));
    report["limits"] = json!([]);
    assert_eq!((&report["incidents"], &report["terminals"]), (&alone["incidents"], &alone["terminals"]));
}

#[test]
fn a_folder_without_tables_is_told() {
    let bench = Bench::new().with("empty/notes.txt", "");
    let day = crate::bench::fixture("day.csv");
    let ended = bench.run(&["report", &day, "--history", "empty"]);
    assert_eq!(ended.with_code(0).1, ["posmortem: --history: no table of another day in empty"]);
    bench.run(&["report", &day, "--history", "nowhere"]).says_only(2, "--history: nowhere cannot be read");
    let both = ["report", &day, "--history", "empty", "--no-diagnosis"];
    bench.run(&both).says_only(2, "leave one of them out");
}
