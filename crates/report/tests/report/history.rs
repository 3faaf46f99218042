//! A day of which earlier days are known, and two days side by side.

use crate::diagnosed;
use crate::verdicts::check;
use posmortem_classify::{Language, Reason};
use posmortem_diagnose::{
    Attribute, Comparison, DayFindings, Diagnosis, FaultyTerminal, Recurrences, SharedCause, State,
};
use posmortem_exchange::Summary;
use posmortem_iso8583::Timestamp;
use posmortem_report::{Compared, ComparisonFormat, Content, Format, View, write_comparison, write_report};
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

fn reason(name: &str) -> Reason {
    Reason::from_name(name).unwrap()
}

fn faulty(terminal: &str, state: State, name: &str, observed: u64) -> FaultyTerminal {
    let reason = reason(name);
    let (cause, reason) = (Some(reason.cause()), Some(reason));
    FaultyTerminal { terminal: terminal.to_owned(), state, cause, reason, observed }
}

fn shared(attribute: Attribute, value: &str, name: &str) -> SharedCause {
    SharedCause {
        reason: reason(name),
        scope: vec![(attribute, value.to_owned())],
        observed: 33,
        terminals: 7,
    }
}

fn today() -> (Summary, Diagnosis, DayFindings) {
    let mut summary = diagnosed::counts();
    let diagnosis = diagnosed::diagnosis(&mut summary.names);
    let findings = DayFindings::of(&summary, &diagnosis, "today".to_owned(), None).unwrap();
    (summary, diagnosis, findings)
}

/// So many days before: the same, with other troubles.
fn before(days: i64, terminals: Vec<FaultyTerminal>, incidents: Vec<SharedCause>) -> DayFindings {
    let earlier = |at: Timestamp| Timestamp { millis: at.millis - days * 86_400_000, ..at };
    let (_, _, DayFindings { span, totals, .. }) = today();
    DayFindings {
        span: (earlier(span.0), earlier(span.1)),
        inputs: days.to_string(),
        rules: None,
        totals,
        terminals,
        incidents,
        faultless: vec!["29110004".to_owned()],
        undecided: Vec::new(),
    }
}

fn yesterday() -> DayFindings {
    before(
        1,
        vec![
            faulty("29110001", State::Own, "pin_key_out_of_sync", 9),
            faulty("29110002", State::Own, "weak_signal", 4),
            faulty("29110008", State::Own, "reader_hardware_fault", 7),
            faulty("29110010", State::Silent, "power_unstable", 3),
            faulty("29119999", State::Own, "wrong_amount", 21),
        ],
        vec![
            shared(Attribute::Issuer, "62284801", "issuer_unavailable"),
            shared(Attribute::Link, "up-a", "link_outage"),
        ],
    )
}

fn the_day_before() -> DayFindings {
    before(2, vec![faulty("29110001", State::Mixed, "pin_block_invalid", 5)], Vec::new())
}

fn with_history(past: &[DayFindings]) -> (Summary, Diagnosis) {
    let (summary, mut diagnosis, findings) = today();
    diagnosis.recurrences = Some(Recurrences::of(&findings, past, Recurrences::DAYS));
    (summary, diagnosis)
}

fn written((summary, diagnosis): &(Summary, Diagnosis), format: Format, view: &View<'_>) -> String {
    let mut bytes = Vec::new();
    write_report(&Content { diagnosis: Some(diagnosis), ..Content::of(summary) }, format, view, &mut bytes)
        .unwrap();
    String::from_utf8(bytes).unwrap()
}

fn json_of(day: &(Summary, Diagnosis), view: &View<'_>) -> Value {
    serde_json::from_str(&written(day, Format::Json, view)).unwrap()
}

#[test]
fn tables_tell_what_recurs_and_what_is_over() {
    let day = with_history(&[yesterday(), the_day_before()]);
    let wide = View { width: Some(120), ..View::default() };
    check("history-120.txt", &written(&day, Format::Table, &wide));
    let narrow = View { width: Some(80), language: Language::Zh, ..View::default() };
    check("history-80-zh.txt", &written(&day, Format::Table, &narrow));
    for (language, ascii) in [(Language::En, true), (Language::En, false), (Language::Zh, false)] {
        for width in (60..=140).step_by(5) {
            let table = written(
                &day,
                Format::Table,
                &View { language, ascii, width: Some(width), ..View::default() },
            );
            assert!(!ascii || table.is_ascii(), "{table}");
            assert!(
                table.lines().all(|line| line.width() <= width.into() && line.trim_end() == line),
                "{table}"
            );
        }
    }
}

/// In the words of the table.
#[test]
fn the_page_tells_what_recurs_and_what_is_over() {
    let page = written(&with_history(&[yesterday(), the_day_before()]), Format::Html, &View::default());
    assert!(page.contains("findings of 2 of the 30 days before are known, the latest of 2026-11-20"));
    let section = |begin: &str, end: &str| {
        let from = page.find(begin).unwrap();
        page[from..from + page[from..].find(end).unwrap()].to_owned()
    };
    assert!(section("id=\"incident-1\"", "</article>").contains("<li>on 1 of 2 days before</li>"));
    assert!(section("id=\"incident-2\"", "</article>").contains("<li>new</li>"));
    let cleared = section("<section id=\"cleared\"", "</section>");
    let rows: Vec<_> = cleared.split("<tr>").skip(2).collect();
    assert_eq!(rows.len(), 5, "{cleared}");
    assert!(rows[0].contains("link up-a") && rows[0].contains("cleared") && rows[0].contains("Link down"));
    assert!(rows[4].contains("29119999") && rows[4].contains("not seen"));
    let first = written(&with_history(&[]), Format::Html, &View::default());
    assert!(
        first.contains("no earlier day is known: new and recurring cannot be told yet")
            && !first.contains("id=\"cleared\"")
    );
}

#[test]
fn nothing_known_is_no_news() {
    let day = with_history(&[]);
    let table = written(&day, Format::Table, &View::default());
    let told = "! no earlier day is known: new and recurring cannot be told yet";
    assert!(table.contains(told) && !table.contains("Cleared") && !table.contains("  days\n"), "{table}");
    let report = json_of(&day, &View::default());
    assert_eq!(report["history"], json!({ "days": 30, "known": 0, "latest": null }));
    assert_eq!(report["cleared"], json!([]));
    assert!(report["terminals"].as_array().unwrap().iter().all(|one| one["verdict"]["recurrence"].is_null()));
}

/// Whether it is over and whether it is new is what a screen of 72 columns keeps of a verdict.
#[test]
fn a_narrow_table_keeps_window_and_days() {
    let day = with_history(&[yesterday(), the_day_before()]);
    for width in [72, 80] {
        let table = written(&day, Format::Table, &View { width: Some(width), ..View::default() });
        let header = table.lines().find(|line| line.starts_with("terminal ")).unwrap();
        let has = |title: &str| header.split_whitespace().any(|word| word == title);
        assert!(has("until") && has("days") && has("seen"), "{width}: {header}");
        assert!(!has("conf.") || has("exp."), "{width}: {header}");
    }
}

#[test]
fn json_and_columns_tell_the_same_recurrence() {
    let day = with_history(&[yesterday(), the_day_before()]);
    let report = json_of(&day, &View::default());
    assert_eq!(report["history"], json!({ "days": 30, "known": 2, "latest": "2026-11-20" }));
    let terminals = report["terminals"].as_array().unwrap();
    let of = |id: &str| {
        let terminal = terminals.iter().find(|one| one["terminal_id"] == id).unwrap();
        terminal["verdict"]["recurrence"].clone()
    };
    let new = json!({ "state": "new", "days": 0, "of": 2, "first": null });
    assert_eq!(of("29110001"), json!({ "state": "recurring", "days": 2, "of": 2, "first": "2026-11-19" }));
    // It had another cause yesterday.
    assert_eq!(of("00029110002"), new);
    // Who only suffers has nothing of its own that could recur.
    assert!(of("29110006").is_null() && of("29110008").is_null());
    let incidents = report["incidents"].as_array().unwrap();
    let yesterday_too = json!({ "state": "recurring", "days": 1, "of": 2, "first": "2026-11-20" });
    assert_eq!((&incidents[0]["recurrence"], &incidents[1]["recurrence"]), (&yesterday_too, &new));
    let text = written(&day, Format::Csv, &View::default());
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let names = rows.headers().unwrap().clone();
    let at = |name: &str| names.iter().position(|other| other == name).unwrap();
    for row in rows.records().map(Result::unwrap) {
        let told = of(&row[at("terminal_id")]);
        let text = |key: &str| match &told[key] {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        assert_eq!(row[at("recurrence")], text("state"));
        for key in ["days", "of", "first"] {
            assert_eq!(row[at(&format!("recurrence_{key}"))], text(key), "{row:?}");
        }
    }
}

#[test]
fn what_is_over_is_told_apart_from_what_was_not_seen() {
    let day = with_history(&[yesterday(), the_day_before()]);
    let over = |view: &View<'_>| -> Vec<(String, String)> {
        let report = json_of(&day, view);
        let told = |one: &Value| (one["state"].as_str().unwrap().to_owned(), one["terminal_id"].to_string());
        report["cleared"].as_array().unwrap().iter().map(told).collect()
    };
    let told = |state: &str, id: &str| (state.to_owned(), id.to_owned());
    let expected = [
        told("cleared", "null"),
        told("undecided", "\"29110008\""),
        told("cleared", "\"29110002\""),
        told("cleared", "\"29110010\""),
        told("not_seen", "\"29119999\""),
    ];
    assert_eq!(over(&View::default()), expected);
    let report = json_of(&day, &View::default());
    let yesterday_alone = json!({ "state": "recurring", "days": 1, "of": 2, "first": "2026-11-20" });
    let owner = reason("link_outage").owner();
    let incident = json!({ "state": "cleared", "terminal_id": null, "scope": { "link": "up-a" }, "cause": "network",
        "reason": "link_outage", "owner": owner, "recurrence": yesterday_alone });
    assert_eq!(report["cleared"][0], incident);
    // Of a filtered report, those terminals that it is about.
    let mut one = with_history(&[yesterday()]);
    one.0.terminals.retain(|terminal| one.0.names.text(terminal.terminal) == "29110010");
    let filtered = View { filtered: true, ..View::default() };
    let report = json_of(&one, &filtered);
    let [over] = &report["cleared"].as_array().unwrap()[..] else { panic!("{report}") };
    assert_eq!(over["terminal_id"], "29110010");
}

fn compared(format: ComparisonFormat, view: &View<'_>) -> String {
    let (old, (_, _, new)) = (yesterday(), today());
    let comparison = Comparison::of(&old, &new);
    let compared = Compared { old: ("kept/old.log", &old), new: ("new.log", &new), comparison: &comparison };
    let mut bytes = Vec::new();
    write_comparison(&compared, format, view, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn two_days_stand_side_by_side() {
    check("comparison-100.txt", &compared(ComparisonFormat::Table, &View::default()));
    let narrow = View { width: Some(70), language: Language::Zh, ..View::default() };
    check("comparison-70-zh.txt", &compared(ComparisonFormat::Table, &narrow));
    let top = compared(ComparisonFormat::Table, &View { top: Some(1), ..View::default() });
    assert!(top.contains("Terminals newly at fault: 4\n") && top.contains("and 3 more\n"), "{top}");
    let ascii = compared(ComparisonFormat::Table, &View { ascii: true, ..View::default() });
    assert!(ascii.is_ascii(), "{ascii}");
}

#[test]
fn rows_and_document_tell_the_same_changes() {
    let report: Value = serde_json::from_str(&compared(ComparisonFormat::Json, &View::default())).unwrap();
    let keys: Vec<_> = report.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["incidents", "new", "old", "schema", "terminals", "tool"]);
    assert_eq!(
        (&report["old"]["path"], &report["new"]["totals"]["failed"]),
        (&json!("kept/old.log"), &json!(64))
    );
    let csv_text = compared(ComparisonFormat::Csv, &View::default());
    let tsv_text = compared(ComparisonFormat::Tsv, &View::default());
    let rows = |text: &str, delimiter| {
        let mut rows = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
        let names = rows.headers().unwrap().iter().collect::<Vec<_>>().join(" ");
        assert_eq!(
            names,
            "change terminal_id scope cause old_reason new_reason old_state new_state old_observed new_observed \
             old_terminals new_terminals"
        );
        rows.records()
            .map(|row| row.unwrap().iter().map(str::to_owned).collect())
            .collect::<Vec<Vec<String>>>()
    };
    let cells = rows(&csv_text, b',');
    assert_eq!(rows(&tsv_text, b'\t'), cells);
    let terminals = report["terminals"].as_array().unwrap();
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    for (row, one) in cells.iter().zip(terminals) {
        let (old, new) = (&one["old"], &one["new"]);
        let expected = [
            &one["change"],
            &one["terminal_id"],
            &Value::Null,
            &one["cause"],
            &old["reason"],
            &new["reason"],
            &old["state"],
            &new["state"],
            &old["observed"],
            &new["observed"],
            &Value::Null,
            &Value::Null,
        ];
        assert_eq!(*row, expected.map(text));
    }
    let incidents = report["incidents"].as_array().unwrap();
    let changes: Vec<_> = incidents.iter().map(|one| one["change"].as_str().unwrap()).collect();
    assert_eq!(changes, ["new", "persisting", "cleared"]);
    let of_incidents: Vec<_> = cells[terminals.len()..].iter().map(|row| row[0].as_str()).collect();
    assert_eq!(of_incidents, changes);
    assert_eq!(cells[terminals.len() + 1][2], "issuer 62284801");
    assert_eq!(cells[terminals.len() + 1][8..], ["33", "212", "7", "48"]);
}

#[test]
fn two_quiet_days_are_a_sentence() {
    let quiet = before(1, Vec::new(), Vec::new());
    let comparison = Comparison::of(&quiet, &quiet);
    let compared = Compared { old: ("a", &quiet), new: ("b", &quiet), comparison: &comparison };
    let mut bytes = Vec::new();
    write_comparison(&compared, ComparisonFormat::Table, &View::default(), &mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.ends_with("\n\nNeither terminals at fault nor shared causes on either day.\n"), "{text}");
}
