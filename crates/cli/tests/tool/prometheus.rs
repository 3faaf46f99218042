//! `--format prometheus`: the numbers of the JSON report, in a file that a collector reads.

use crate::bench::{Bench, Ended, fixture};
use serde_json::Value;
use std::time::{SystemTime, UNIX_EPOCH};

/// The lines that are no comments and do not tell when the report was made.
fn samples(text: &str) -> Vec<&str> {
    let is_sample = |line: &&str| !line.starts_with('#') && !line.starts_with("posmortem_report_timestamp_");
    text.lines().filter(is_sample).collect()
}

#[track_caller]
fn value(text: &str, name: &str) -> f64 {
    let found = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    found.unwrap_or_else(|| panic!("{name} in {text}")).parse().unwrap()
}

fn told(bench: &Bench, options: &[&str]) -> Ended {
    bench.run(&[&["report", &fixture("day.csv"), "--format", "prometheus"], options].concat())
}

#[test]
fn the_included_day_is_told_as_in_the_json() {
    let bench = Bench::new();
    let day = fixture("day.csv");
    bench.run(&["report", &day, "-o", "day.prom", "-o", "day.json"]).with_code(0);
    let (text, json) = (bench.read("day.prom"), bench.read("day.json"));
    let report: Value = serde_json::from_str(&json).unwrap();
    let count = |value: &Value| value.as_u64().unwrap() as f64;
    for outcome in ["approved", "declined", "unanswered", "late", "reversed", "unclassified", "open"] {
        let name = format!("posmortem_attempts{{outcome=\"{outcome}\"}}");
        assert_eq!(value(&text, &name), count(&report["totals"][outcome]), "{outcome}");
    }
    for (cause, failed) in report["totals"]["causes"].as_object().unwrap() {
        assert_eq!(value(&text, &format!("posmortem_failed_attempts{{cause=\"{cause}\"}}")), count(failed));
    }
    for (line, frames) in report["input"]["ledger"].as_object().unwrap() {
        let name = format!("posmortem_frames{{ledger=\"{line}\"}}");
        let name = if line == "non_message" { "posmortem_non_message_records" } else { &name };
        assert_eq!(value(&text, name), count(frames), "{line}");
    }
    let incident = &report["incidents"][0];
    let scope = incident["scope"]["issuer"].as_str().unwrap();
    let labels = format!("{{cause=\"network\",reason=\"issuer_unavailable\",scope=\"issuer={scope}\"}}");
    let excess = format!("posmortem_incident_excess_attempts{labels}");
    assert_eq!(value(&text, &excess), incident["excess"].as_f64().unwrap());
    assert_eq!(value(&text, "posmortem_technical_ratio"), 0.170616);
    assert_eq!(value(&text, "posmortem_log_last_timestamp_seconds"), 1_795_298_023.628);
    let worst: Vec<_> =
        text.lines().filter(|line| line.starts_with("posmortem_terminal_failed_attempts{")).collect();
    let first = &report["terminals"][0]["terminal_id"];
    assert!(worst.len() == 12 && worst[0].contains(&format!("{{terminal_id={first},")), "{worst:?}");
}

/// An alert on a report that is missing rests on it.
#[test]
fn the_time_of_the_report_is_the_one_of_the_run() {
    let seconds = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as f64;
    let before = seconds();
    let ended = told(&Bench::new(), &[]);
    let made = value(ended.with_code(0).0, "posmortem_report_timestamp_seconds");
    assert!((before..=seconds()).contains(&made), "{made}");
}

#[test]
fn all_but_the_time_of_the_report_is_the_same_in_every_run() {
    let bench = Bench::new();
    let one = told(&bench, &["--threads", "1"]);
    let two = told(&bench, &["--threads", "3"]);
    assert_eq!(samples(one.with_code(0).0), samples(two.with_code(0).0));
    let chosen = told(&bench, &["--top", "2"]);
    let of_terminals =
        samples(chosen.with_code(0).0).into_iter().filter(|line| line.contains("{terminal_id="));
    assert_eq!(of_terminals.count(), 4, "two measures of two terminals");
}

#[test]
fn names_from_a_log_cannot_break_out_of_their_label() {
    let header = "time,mti,terminal_id,merchant_id,stan,rrn,response_code\n";
    let name = r#""T""} 1"\n"#;
    let row = |stan: usize| {
        let at = format!("2026-11-21T08:{stan:02}:00");
        let tail = format!("{name},\"a\\b\",{stan:06},{stan:012}");
        format!("{at}.000,0200,{tail},\n{at}.300,0210,{tail},51\n")
    };
    let log: String = (1..30).map(row).collect();
    let bench = Bench::new().with("log.csv", [header, &log].concat());
    let ended = bench.run(&["report", "-q", "log.csv", "--format", "prometheus", "--all-terminals"]);
    let (text, _) = ended.with_code(0);
    let told =
        samples(text).into_iter().find(|line| line.starts_with("posmortem_terminal_attempts{")).unwrap();
    assert!(told.ends_with("} 29"), "{told}");
    // Out of its quotes, a label is a name, `=` and nothing else.
    let unescaped = told.replace(r"\\", "").replace(r#"\""#, "");
    let outside: String = unescaped.split('"').step_by(2).collect();
    let labels = "posmortem_terminal_attempts{terminal_id=,merchant_id=,state=,cause=,reason=} 29";
    assert_eq!(outside, labels, "{told}");
}

/// The table as the body of a mail: seventy-two columns of ASCII, and nothing but text.
#[test]
fn a_table_can_be_mailed() {
    for options in [&[][..], &["--no-diagnosis"], &["--all-terminals"], &["--terminal", "10012307", "--why"]]
    {
        let bench = Bench::new().with_variable("COLUMNS", "72").with_variable("TERM", "xterm");
        let day = fixture("day.csv");
        let ended = bench.run(&[&["report", &day, "--format", "table", "--ascii"], options].concat());
        let (table, _) = ended.with_code(0);
        assert!(table.len() > 1000, "{table}");
        for line in table.lines() {
            let is_text = line.bytes().all(|byte| matches!(byte, b' '..=b'~'));
            assert!(is_text && line.len() <= 72 && line.trim_end() == line, "{line}");
        }
    }
}
