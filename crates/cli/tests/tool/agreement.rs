//! One run, every form: the same numbers, read back from each.

use crate::bench::Bench;
use posmortem_synth::{Form, Settings, World, write};
use serde_json::Value;
use std::collections::BTreeMap;

const CAUSES: [&str; 5] = ["network", "account", "card", "key", "operator"];
const OUTCOMES: [&str; 7] =
    ["approved", "declined", "unanswered", "late", "reversed", "unclassified", "open"];

/// Attempts, failures, failures by cause.
type Numbers = (u64, u64, [u64; 5]);

/// A day with faults of every kind in all forms, made by one run.
fn outputs() -> Bench {
    let settings = Settings { attempts: 12_000, form: Form::Both, ..Settings::labelled(3, World::City, 120) };
    let mut log = Vec::new();
    write(&settings, &mut log, None).unwrap();
    let bench = Bench::new().with("day.csv", log).with_variable("COLUMNS", "400");
    let mut arguments = vec!["report", "day.csv", "--all-terminals", "--format", "table", "--top", "100000"];
    for name in ["a.json", "a.ndjson", "a.csv", "a.tsv", "a.md", "a.prom", "a.html", "-"] {
        arguments.extend(["-o", name]);
    }
    let table = bench.run(&arguments).with_code(0).0.to_owned();
    bench.with("a.txt", table)
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

fn numbers(of: &Value) -> Numbers {
    let causes = CAUSES.map(|cause| number(&of["causes"][cause]));
    (number(&of["exchanges"]), causes.iter().sum::<u64>() + number(&of["unclassified"]), causes)
}

/// The numbers of every terminal by its id, as the JSON has them.
fn by_terminal(report: &Value) -> BTreeMap<String, Numbers> {
    let terminals = report["terminals"].as_array().unwrap().iter();
    terminals.map(|one| (one["terminal_id"].as_str().unwrap().to_owned(), numbers(one))).collect()
}

#[test]
fn every_form_tells_the_same_numbers() {
    let bench = outputs();
    let report: Value = serde_json::from_str(&bench.read("a.json")).unwrap();
    let terminals = by_terminal(&report);
    assert!(terminals.len() > 100 && report["incidents"].as_array().unwrap().len() > 1);
    ndjson_is_the_terminals_of_the_json(&bench, &report);
    let csv = bench.read("a.csv");
    let rows = csv::Reader::from_reader(csv.as_bytes()).into_records();
    let rows: Vec<Vec<String>> = rows.map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    let header: Vec<_> = csv.lines().next().unwrap().split(',').collect();
    rows_are_the_terminals_of_the_json(&header, &rows, &report);
    let tsv = bench.read("a.tsv");
    let mut lines = tsv.lines().map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>());
    assert_eq!(lines.next().unwrap(), header);
    assert_eq!(lines.collect::<Vec<_>>(), rows);
    assert_eq!(of_table(&bench.read("a.txt")), terminals);
    assert_eq!(of_markdown(&bench.read("a.md")), terminals);
    assert_eq!(of_page(&bench.read("a.html")), terminals);
    prometheus_tells_the_totals(&bench.read("a.prom"), &report);
    for (form, text) in ["a.txt", "a.md"].map(|name| (name, bench.read(name))) {
        let totals = numbers(&report["totals"]);
        for told in [format!("attempts {}", totals.0), format!("failed {} (", totals.1)] {
            assert!(text.contains(&told), "{form}: {told}");
        }
        for incident in report["incidents"].as_array().unwrap() {
            let told = format!("{} failed, ", number(&incident["observed"]));
            assert!(text.contains(&told), "{form}: {told}");
        }
    }
}

fn ndjson_is_the_terminals_of_the_json(bench: &Bench, report: &Value) {
    let lines = bench.read("a.ndjson");
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(Value::from(lines), report["terminals"]);
}

/// Cell by cell, whatever a column is about.
fn rows_are_the_terminals_of_the_json(header: &[&str], rows: &[Vec<String>], report: &Value) {
    let terminals = report["terminals"].as_array().unwrap();
    assert_eq!(rows.len(), terminals.len());
    for (row, terminal) in rows.iter().zip(terminals) {
        for (column, cell) in header.iter().zip(row) {
            let (verdict, recurrence) = (&terminal["verdict"], &terminal["verdict"]["recurrence"]);
            let told = match *column {
                "recurrence" => &recurrence["state"],
                "recurrence_days" => &recurrence["days"],
                "recurrence_of" => &recurrence["of"],
                "recurrence_first" => &recurrence["first"],
                cause if CAUSES.contains(&cause) => &terminal["causes"][cause],
                name if terminal.get(name).is_some() => &terminal[name],
                name => verdict.get(name).unwrap_or_else(|| panic!("{name} is in no JSON")),
            };
            let same = match told {
                Value::Null => cell.is_empty(),
                Value::String(text) => cell == text,
                Value::Number(number) => cell.parse() == Ok(number.as_f64().unwrap()),
                Value::Bool(flag) => cell.parse() == Ok(*flag),
                Value::Array(ids) => {
                    cell.split_whitespace().eq(ids.iter().map(Value::to_string).collect::<Vec<_>>())
                }
                other => panic!("{column}: {other}"),
            };
            assert!(same, "{column}: {cell} {told}");
        }
    }
}

/// The cells of a line from the attempts on: a dot is none.
fn counted<'c>(cells: impl Iterator<Item = &'c str>) -> Numbers {
    let cells: Vec<u64> =
        cells.take(7).map(|cell| if cell == "·" { 0 } else { cell.parse().unwrap() }).collect();
    (cells[0], cells[1], cells[2..].try_into().unwrap())
}

fn of_table(text: &str) -> BTreeMap<String, Numbers> {
    let is_listed = |line: &&str| line.starts_with(|c: char| c.is_ascii_digit()) && line.contains("  ");
    let begin = text.lines().skip_while(|line| !line.starts_with("terminal ")).skip(1);
    let listed = begin.take_while(|line| !line.starts_with("What to do")).filter(is_listed);
    listed
        .map(|line| {
            let mut cells = line.split_whitespace();
            let id = cells.next().unwrap().to_owned();
            (id, counted(cells.skip(1)))
        })
        .collect()
}

fn of_markdown(text: &str) -> BTreeMap<String, Numbers> {
    let rows = text.lines().filter(|line| line.starts_with("| ") && line.matches('|').count() > 12);
    let rows = rows.map(|line| line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>());
    let rows = rows.filter(|cells| cells[0] != "terminal" && !cells[0].starts_with("---"));
    rows.map(|cells| (cells[0].to_owned(), counted(cells[2..].iter().copied()))).collect()
}

fn of_page(page: &str) -> BTreeMap<String, Numbers> {
    let begin = r#"<script type="application/json" id="data">"#;
    let data = page.split(begin).nth(1).unwrap().split("</script>").next().unwrap();
    let data: Value = serde_json::from_str(data).unwrap();
    let rows = data["rows"].as_array().unwrap().iter();
    rows.map(|row| {
        let causes = [4, 5, 6, 7, 8].map(|at| number(&row[at]));
        (row[0].as_str().unwrap().to_owned(), (number(&row[2]), number(&row[3]), causes))
    })
    .collect()
}

fn prometheus_tells_the_totals(text: &str, report: &Value) {
    let sample = |name: &str| -> u64 {
        let line = text.lines().find(|line| line.starts_with(&format!("{name} ")));
        line.unwrap_or_else(|| panic!("{name}")).rsplit(' ').next().unwrap().parse().unwrap()
    };
    for outcome in OUTCOMES {
        let told = sample(&format!("posmortem_attempts{{outcome=\"{outcome}\"}}"));
        assert_eq!(told, number(&report["totals"][outcome]), "{outcome}");
    }
    for cause in CAUSES {
        let told = sample(&format!("posmortem_failed_attempts{{cause=\"{cause}\"}}"));
        assert_eq!(told, number(&report["totals"]["causes"][cause]), "{cause}");
    }
    let states = report["terminals"].as_array().unwrap().iter().map(|one| &one["verdict"]["state"]);
    let own = states.filter(|state| *state == "own").count() as u64;
    assert_eq!(sample("posmortem_terminals{state=\"own\"}"), own);
    for (frames, count) in report["input"]["ledger"].as_object().unwrap() {
        if frames != "non_message" {
            assert_eq!(
                sample(&format!("posmortem_frames{{ledger=\"{frames}\"}}")),
                number(count),
                "{frames}"
            );
        }
    }
}
