//! Reports of a diagnosed fleet.

use crate::day::clock;
use crate::diagnosed;
use posmortem_classify::{Audience, Language, Reason, Rules};
use posmortem_diagnose::{Diagnosis, State};
use posmortem_exchange::Summary;
use posmortem_report::{Content, Format, View, write_report};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use unicode_width::UnicodeWidthStr;

fn day() -> (Summary, Diagnosis) {
    let mut summary = diagnosed::counts();
    let diagnosis = diagnosed::diagnosis(&mut summary.names);
    (summary, diagnosis)
}

fn written(day: &(Summary, Diagnosis), format: Format, view: &View<'_>) -> String {
    let mut bytes = Vec::new();
    let content = Content { diagnosis: Some(&day.1), ..Content::of(&day.0) };
    write_report(&content, format, view, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn explained() -> (Summary, Diagnosis) {
    let (mut summary, mut diagnosis) = day();
    diagnosis.whys = vec![diagnosed::why(&mut summary.names)];
    (summary, diagnosis)
}

fn table(day: &(Summary, Diagnosis), view: &View<'_>) -> String {
    written(day, Format::Table, view)
}

/// The transcripts beside this file are what the table shows; with `POSMORTEM_BLESS=1` they are written.
#[track_caller]
pub(crate) fn check(name: &str, shown: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/report/shown").join(name);
    if std::env::var_os("POSMORTEM_BLESS").is_some() {
        fs::write(&path, shown).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap();
    assert!(shown == expected, "--- shown\n{shown}\n--- expected\n{expected}");
}

#[test]
fn tables_look_as_they_should() {
    let day = day();
    let wide = View { width: Some(120), ..View::default() };
    let narrow = View { width: Some(80), ..View::default() };
    check("day-120.txt", &table(&day, &wide));
    check("day-80-ascii.txt", &table(&day, &View { ascii: true, ..narrow }));
    check("day-120-zh.txt", &table(&day, &View { language: Language::Zh, ..wide }));
    check("day-80-zh-all.txt", &table(&day, &View { language: Language::Zh, all_terminals: true, ..narrow }));
}

#[test]
fn a_verdict_is_explained_step_by_step() {
    let day = explained();
    let narrow = View { width: Some(80), ..View::default() };
    check("why-80.txt", &table(&day, &narrow));
    check("why-80-ascii.txt", &table(&day, &View { ascii: true, ..narrow }));
    check("why-80-zh.txt", &table(&day, &View { language: Language::Zh, ..narrow }));
}

/// With a filter, the terminal may have no exchange among those counted.
#[test]
fn a_verdict_is_explained_whatever_is_counted() {
    let mut day = explained();
    let whole = table(&day, &View::default());
    day.0.terminals.clear();
    let alone = table(&day, &View::default());
    let chain = |text: &str| text[text.find("Terminal 29110003").unwrap()..].to_owned();
    assert_eq!(chain(&alone), chain(&whole));
}

#[test]
fn every_width_is_kept() {
    for mut day in [day(), explained()] {
        for two_days in [false, true] {
            day.0.last = Some(clock(if two_days { 30 } else { 21 }, 0, 0));
            for (language, ascii) in
                [(Language::En, false), (Language::En, true), (Language::Zh, false), (Language::Zh, true)]
            {
                for width in (60..=200).step_by(5) {
                    let view =
                        View { language, ascii, width: Some(width), all_terminals: true, ..View::default() };
                    let table = table(&day, &view);
                    assert!(!ascii || language == Language::Zh || table.is_ascii(), "{table}");
                    for line in table.lines() {
                        assert!(line.width() <= width.into(), "{width}: {line}");
                        assert_eq!(line.trim_end(), line, "{width}");
                    }
                }
            }
        }
    }
}

#[test]
fn colour_adds_nothing_but_colour() {
    for day in [day(), explained()] {
        let view = View { color: true, ..View::default() };
        let mut coloured = table(&day, &view);
        assert!(coloured.contains("\x1b[36m"));
        for code in [0, 1, 2, 31, 32, 33, 35, 36] {
            coloured = coloured.replace(&format!("\x1b[{code}m"), "");
        }
        assert_eq!(coloured, table(&day, &View { color: false, ..view }));
    }
}

/// Wherever a reason is told with what to do about it, a rule's words stand for those of the table. What is to be
/// done about a scope is no reason's.
#[test]
fn actions_of_rules_are_told_in_every_format() {
    let mut day = explained();
    let rule = |reason: Reason| {
        format!("[[rule]]\nname = '{reason}'\ncode = '51'\nreason = '{reason}'\naction = 'Ours: {reason}.'\n")
    };
    let rules = Reason::all().map(rule).collect::<String>();
    day.0.actions = Rules::read(&[&rules]).unwrap().actions().clone();
    let view = View { all_terminals: true, width: Some(400), ..View::default() };
    let check = |day: &(Summary, Diagnosis), format| {
        let shown = written(day, format, &view);
        let built_in = Reason::all().map(|reason| reason.action(Language::En, Audience::Operations));
        assert!(shown.contains("Ours: ") && !built_in.into_iter().any(|action| shown.contains(action)));
    };
    check(&day, Format::Table);
    day.1.whys.clear();
    let tells_actions = |format: &Format| *format != Format::Prometheus;
    Format::ALL.into_iter().filter(tells_actions).for_each(|format| check(&day, format));
    let report = json(&day, &view);
    let told = |one: &Value| one["action"] == json!(format!("Ours: {}.", one["reason"].as_str().unwrap()));
    let incidents = report["incidents"].as_array().unwrap();
    assert!(incidents.iter().any(told));
    let verdicts = report["terminals"].as_array().unwrap().iter().map(|terminal| &terminal["verdict"]);
    let own: Vec<_> = verdicts.filter(|verdict| verdict["state"] == "own").collect();
    assert!(!own.is_empty() && own.into_iter().all(told));
}

fn json(day: &(Summary, Diagnosis), view: &View<'_>) -> Value {
    serde_json::from_str(&written(day, Format::Json, view)).unwrap()
}

/// A column of the terminals, as texts.
fn column(report: &Value, name: &str) -> Vec<String> {
    let terminals = report["terminals"].as_array().unwrap().iter();
    terminals.map(|terminal| terminal["verdict"][name].to_string().trim_matches('"').to_owned()).collect()
}

#[test]
fn the_worst_come_first_and_the_normal_do_not_come() {
    let day = day();
    let report = json(&day, &View::default());
    let ids: Vec<_> = report["terminals"].as_array().unwrap().iter().map(|one| &one["terminal_id"]).collect();
    let worst = ["00029110002", "29110001", "29110003", "29110004", "29110005", "29110006", "29110007"];
    assert_eq!(ids, [&worst[..], &["29110008"]].concat());
    let states = ["own", "own", "mixed", "attack", "silent", "shared", "mix", "insufficient"];
    assert_eq!(column(&report, "state"), states);
    let all = json(&day, &View { all_terminals: true, ..View::default() });
    assert_eq!(column(&all, "state")[7..], ["insufficient", "insufficient", "normal"]);
    let top = json(&day, &View { top: Some(2), ..View::default() });
    assert_eq!(column(&top, "state"), ["own", "own"]);
    let busy = json(&day, &View { min_exchanges: 20, ..View::default() });
    assert_eq!(column(&busy, "state"), ["own", "mixed", "attack", "shared", "mix"]);
}

#[test]
fn a_terminal_without_a_verdict_is_unjudged_and_not_listed() {
    let mut day = day();
    let two = day.1.verdicts()[..2].to_vec();
    day.1 = Diagnosis::new(Vec::new(), two, Vec::new(), Vec::new());
    assert_eq!(column(&json(&day, &View::default()), "state"), ["own", "own"]);
    let all = json(&day, &View { all_terminals: true, ..View::default() });
    assert_eq!(column(&all, "state")[2..], ["unjudged"; 8]);
}

/// The table, TSV and CSV show the numbers of the JSON, digit by digit.
#[test]
fn all_formats_say_the_same_numbers() {
    let day = day();
    let view = View { all_terminals: true, width: Some(200), ..View::default() };
    let text = written(&day, Format::Json, &view);
    let report: Value = serde_json::from_str(&text).unwrap();
    let table = table(&day, &view);
    let rows = |format, delimiter| {
        let text = written(&day, format, &view);
        let mut rows = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
        let names: Vec<_> = rows.headers().unwrap().iter().map(str::to_owned).collect();
        let rows = rows.records().map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>());
        (names, rows.collect::<Vec<_>>())
    };
    let (names, cells) = rows(Format::Csv, b',');
    assert_eq!(rows(Format::Tsv, b'\t'), (names.clone(), cells.clone()));
    let at = |name: &str| names.iter().position(|other| other == name).unwrap();
    for (row, terminal) in cells.iter().zip(report["terminals"].as_array().unwrap()) {
        let verdict = &terminal["verdict"];
        for name in ["state", "cause", "reason", "start", "end", "owner", "action"] {
            assert_eq!(row[at(name)], verdict[name].as_str().unwrap_or_default(), "{name}");
        }
        for name in ["expected", "confidence"] {
            let number = verdict[name].as_f64().map(|number| format!("{number:.3}")).unwrap_or_default();
            assert_eq!(row[at(name)], number, "{name}");
            assert!(number.is_empty() || text.contains(&format!("\"{name}\": {number}")), "{name} {number}");
        }
        assert_eq!(row[at("observed")], verdict["observed"].to_string());
        assert_eq!(row[at("ongoing")], verdict["ongoing"].to_string());
        let line = table.lines().find(|line| line.starts_with(&row[0])).unwrap();
        for name in ["exchanges", "expected", "confidence"] {
            assert!(line.split_whitespace().any(|word| row[at(name)].is_empty() || word == row[at(name)]));
        }
        let observed = line.split_whitespace().any(|word| word == row[at("observed")]);
        assert!(observed || row[at("observed")] == "0", "{line}");
    }
    for incident in report["incidents"].as_array().unwrap() {
        // Whole failures: halves go up.
        let (observed, excess) =
            (&incident["observed"], (incident["excess"].as_f64().unwrap() + 0.5).floor());
        assert!(table.contains(&format!("{observed} failed, {excess:.0} more than expected")), "{table}");
    }
}

#[test]
fn json_tells_incidents_and_what_limits_the_diagnosis() {
    let report = json(&day(), &View::default());
    let [outage, rollout] = &report["incidents"].as_array().unwrap()[..] else { panic!("two incidents") };
    let names: Vec<_> = outage.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = "action attempts cause confidence end evidence excess expected id observed ongoing owner \
                    reason recurrence scope start terminals";
    assert_eq!(names, expected.split_whitespace().collect::<Vec<_>>());
    assert_eq!(outage["scope"], json!({ "issuer": "62284801" }));
    assert_eq!(rollout["scope"], json!({ "model": "V200\\x1b[2J", "firmware": "1.2" }));
    assert_eq!((&rollout["excess"], &rollout["ongoing"]), (&json!(38.75), &json!(true)));
    assert_eq!(rollout["evidence"][1], "16.7 % of the attempts inside failed so; 1.250 were to be expected");
    assert_eq!(
        report["limits"],
        json!(["12 terminals are too few to be each other's measure: published rates of 2024 stand in"])
    );
    let verdict = &report["terminals"][0]["verdict"];
    assert_eq!(verdict["evidence"][0], "12 different cards of 4 issuers");
    assert_eq!(verdict["samples"][0]["stan"], "71");
    assert_eq!(report["terminals"][2]["verdict"]["incidents"], json!([1, 2]));
    let chinese = json(&day(), &View { language: Language::Zh, ..View::default() });
    assert_eq!(chinese["terminals"][0]["verdict"]["evidence"][0], "涉及 4 家发卡行的 12 张不同卡片");
    assert_eq!(chinese["incidents"][0]["owner"], "issuer");
}

#[test]
fn json_explains_who_was_asked_about() {
    let report = json(&explained(), &View::default());
    let terminals = report["terminals"].as_array().unwrap();
    let explained: Vec<_> = terminals.iter().filter(|terminal| terminal.get("why").is_some()).collect();
    let [terminal] = &explained[..] else { panic!("one was asked about") };
    assert_eq!(terminal["terminal_id"], "29110003");
    let why = &terminal["why"];
    assert_eq!((&why["attempts"], &why["failed"]), (&json!(20), &json!(6)));
    let failure = json!({ "what": "response_timeout", "observed": 5, "fleet": 0.41, "mix": 0.12, "incidents": 1,
        "set_aside": 0, "left": 4 });
    assert_eq!(why["failures"][0], failure);
    let weighed = json!({ "signature": "mac", "start": "2026-11-21T09:14:00.000",
        "end": "2026-11-21T09:20:00.000", "attempts": 9, "observed": 4, "expected": 0.12, "ln_bayes": -0.7,
        "chance": 0.998 });
    assert_eq!(why["weighed"][1], weighed);
    assert_eq!(
        why["would_change"],
        json!(["with 2 fewer of these failures it would not have been told from chance"])
    );
}

#[test]
fn a_filter_leaves_the_incidents_of_its_terminals() {
    let mut day = day();
    day.0.terminals.retain(|terminal| day.0.names.text(terminal.terminal) == "29110006");
    let filtered = View { filtered: true, ..View::default() };
    let incidents = |view: &View<'_>| json(&day, view)["incidents"].as_array().unwrap().len();
    assert_eq!((incidents(&View::default()), incidents(&filtered)), (2, 1));
    let table = table(&day, &filtered);
    assert!(table.contains("#1 issuer 62284801") && !table.contains("#2 "), "{table}");
    assert!(table.contains("\nNo terminal was found at fault itself.\n"), "{table}");
    assert!(table.contains("\nOther terminals: hit by incidents alone 1\n"), "{table}");
}

#[test]
fn a_quiet_day_is_a_sentence() {
    let mut day = day();
    let normal = day.1.verdicts().iter().filter(|verdict| verdict.state == State::Normal).cloned().collect();
    day.1 = Diagnosis::new(Vec::new(), normal, Vec::new(), Vec::new());
    day.0.terminals.retain(|terminal| day.0.names.text(terminal.terminal) == "29110010");
    let table = table(&day, &View::default());
    let told = "\nNothing unusual was found: no shared cause, and no terminal at fault itself.\n\n\
                Other terminals: normal 1\n\n";
    assert!(table.contains(told), "{table}");
    assert!(!table.contains("What to do") && !table.contains("Incidents"), "{table}");
}

#[test]
fn top_limits_incidents_and_terminals_of_the_table() {
    let table = table(&day(), &View { top: Some(1), ..View::default() });
    assert!(table.contains("#1 ") && !table.contains("#2 "), "{table}");
    assert!(table.contains("\n00029110002 ") && !table.contains("\n29110001 "), "{table}");
    assert!(table.contains("\nand 1 more\n\nTerminals at fault themselves: 3\n"), "incidents: {table}");
    assert!(
        table.contains("\nand 2 more\n\nTerminals used to try card numbers: 1\nand 1 more\n\n"),
        "{table}"
    );
    assert!(table.contains("\nTerminals that fell silent: 1\nand 1 more\n\nOther terminals: "), "{table}");
}

/// Somebody would clean every reader of a model whose firmware spoils its reads, one by one.
#[test]
fn what_software_breaks_is_not_sent_to_the_field() {
    let mut day = day();
    let reader = Reason::from_name("reader_hardware_fault").unwrap();
    day.1.incidents[1].reason = reader;
    let mut verdicts = day.1.verdicts().to_vec();
    verdicts[5].incidents = vec![1, 2];
    verdicts[5].reason = Some(reader);
    verdicts[0].reason = Some(reader);
    day.1 = Diagnosis::new(day.1.incidents, verdicts, Vec::new(), Vec::new());
    for (language, software, hardware) in [
        (Language::En, "Compare these terminals' software versions", "Have this terminal's reader"),
        (Language::Zh, "先与其他终端比对程序版本", "派工清洁或更换本终端"),
    ] {
        let report = json(&day, &View { language, ..View::default() });
        let action = |of: &Value| of["action"].as_str().unwrap().to_owned();
        assert!(action(&report["incidents"][1]).starts_with(software), "{report}");
        let terminals = report["terminals"].as_array().unwrap();
        let of = |id: &str| terminals.iter().find(|one| one["terminal_id"] == id).unwrap();
        assert!(action(&of("29110006")["verdict"]).starts_with(software), "it shares the incident: {report}");
        assert!(action(&of("29110001")["verdict"]).starts_with(hardware), "its own: {report}");
    }
}
