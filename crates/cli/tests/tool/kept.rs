//! `report --save` and `--history`: what is kept of a day, what the days before say of it, and what is thrown away.

use crate::bench::Bench;
use crate::made_days::{MadeDay, day, terminal};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;

const KEEPING: [&str; 4] = ["--save", "kept", "--history", "kept"];

/// Puts a day's log on the bench and keeps what is found in it.
fn keep(bench: Bench, name: &str, day: &MadeDay) -> Bench {
    let bench = bench.with(name, day.log());
    bench.run(&[&["report", name][..], &KEEPING].concat()).with_code(0);
    bench
}

/// A report as a value; what was said beside it must be as expected.
#[track_caller]
fn report(bench: &Bench, arguments: &[&str], told: &[&str]) -> Value {
    let ended = bench.run(&[&["report"], arguments, &["--format", "json"]].concat());
    let (report, lines) = ended.with_code(0);
    assert_eq!(lines, told);
    serde_json::from_str(report).unwrap()
}

/// By terminal at fault, how often it was so before: `1/2`, or `new`.
fn marks(report: &Value) -> BTreeMap<String, String> {
    let terminals = report["terminals"].as_array().unwrap().iter();
    let mark = |terminal: &Value| {
        let recurrence = &terminal["verdict"]["recurrence"];
        let mark = match recurrence["state"].as_str()? {
            "new" => "new".to_owned(),
            _ => {
                format!("{}/{} from {}", recurrence["days"], recurrence["of"], recurrence["first"].as_str()?)
            }
        };
        Some((terminal["terminal_id"].as_str()?.to_owned(), mark))
    };
    terminals.filter_map(mark).collect()
}

fn expected<const N: usize>(marks: [(u32, &str); N]) -> BTreeMap<String, String> {
    marks.into_iter().map(|(number, mark)| (terminal(number), mark.to_owned())).collect()
}

/// State and terminal of what is not found any more.
fn cleared(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let cleared = report["cleared"].as_array().unwrap().iter();
    cleared.map(|one| (text(&one["state"]), text(&one["terminal_id"]))).collect()
}

/// Every file of the folder, and its bytes.
fn folder(bench: &Bench) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(bench.path("kept")).unwrap().map(Result::unwrap);
    let files = entries.filter(|entry| entry.path().is_file());
    files.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())).collect()
}

fn names(bench: &Bench) -> Vec<String> {
    folder(bench).into_keys().collect()
}

/// The name of the findings of a day.
fn findings(bench: &Bench, day: u32) -> String {
    let begin = format!("202611{day:02}T");
    let name =
        names(bench).into_iter().find(|name| name.starts_with(&begin) && name.ends_with(".findings.json"));
    format!("kept/{}", name.unwrap())
}

#[test]
fn what_is_new_recurs_is_over_and_was_not_seen() {
    let bench = keep(Bench::new(), "18.csv", &day(18).mac(7).mac(5));
    let bench = keep(bench, "19.csv", &day(19));
    let bench = keep(bench, "20.csv", &day(20).mac(7).mac(4).mac(5).amount(3).issuer_down());
    let bench = bench.with("21.csv", day(21).mac(7).mac(3).mac(2).without(5).log());
    let report = report(&bench, &["21.csv", "--history", "kept"], &[]);
    assert_eq!(report["history"], json!({ "days": 30, "known": 3, "latest": "2026-11-20" }));
    // The third had wrong amounts the day before: the same terminal, and another trouble.
    assert_eq!(marks(&report), expected([(7, "2/3 from 2026-11-18"), (3, "new"), (2, "new")]));
    let told = |state: &str, id: String| (state.to_owned(), id);
    let over = [
        told("cleared", String::new()),
        told("cleared", terminal(3)),
        told("cleared", terminal(4)),
        told("not_seen", terminal(5)),
    ];
    assert_eq!(cleared(&report), over);
    assert_eq!(report["cleared"][0]["scope"], json!({ "issuer": "62284801" }));
    let since = &report["cleared"][3]["recurrence"];
    assert_eq!(*since, json!({ "state": "recurring", "days": 2, "of": 3, "first": "2026-11-18" }));
    // The table and the columns.
    let table = bench.run(&["report", "21.csv", "--history", "kept", "--format", "table"]);
    let table = table.with_code(0).0;
    assert!(
        table.contains("\nfindings of 3 of the 30 days before are known, the latest of 2026-11-20\n"),
        "{table}"
    );
    assert!(table.contains("\nCleared since 2026-11-20: 3 · not seen 1\n"), "{table}");
    let rows = bench.run(&["report", "21.csv", "--history", "kept"]);
    let row = rows.with_code(0).0.lines().find(|row| row.starts_with(&terminal(7))).unwrap();
    assert!(row.contains("\trecurring\t2\t3\t2026-11-18\t"), "{row}");
    // Of one terminal that was asked about, nothing of others.
    let one = ["21.csv", "--history", "kept", "--terminal", "10012304"];
    let one = self::report(&bench, &one, &[]);
    assert_eq!(cleared(&one), [told("cleared", terminal(4))]);
    // Without a history nothing is told.
    let alone = self::report(&bench, &["21.csv"], &[]);
    assert!(alone["history"].is_null() && alone["cleared"].is_null() && marks(&alone).is_empty(), "{alone}");
}

#[test]
fn an_incident_recurs_in_its_scope() {
    let bench = keep(Bench::new(), "20.csv", &day(20).issuer_down());
    let bench = bench.with("21.csv", day(21).issuer_down().log());
    let report = report(&bench, &["21.csv", "--history", "kept"], &[]);
    let recurrence = &report["incidents"][0]["recurrence"];
    assert_eq!(*recurrence, json!({ "state": "recurring", "days": 1, "of": 1, "first": "2026-11-20" }));
    let table = bench.run(&["report", "21.csv", "--history", "kept", "--format", "table"]);
    assert!(table.with_code(0).0.contains("on 1 of 1 day before\n"), "{table:?}");
}

#[test]
fn a_run_done_again_changes_nothing() {
    let outputs = ["-o", "day.json", "-o", "day.csv", "-o", "day.txt"];
    let all = |bench: &Bench| ["day.json", "day.csv", "day.txt"].map(|name| bench.read(name));
    // The first day of all, in a folder that is not there yet, and the day after.
    let mut bench = Bench::new();
    for (name, made) in [("20.csv", day(20).mac(7).issuer_down()), ("21.csv", day(21).mac(7).mac(4))] {
        bench = bench.with(name, made.log());
        let command = [&["report", name, "--keep-days", "30"][..], &KEEPING, &outputs].concat();
        bench.run(&command).with_code(0);
        let (told, kept) = (all(&bench), folder(&bench));
        bench.run(&command).with_code(0);
        assert_eq!((all(&bench), folder(&bench)), (told, kept), "{name}");
    }
    assert_eq!(folder(&bench).len(), 4);
}

/// What is thrown away afterwards tells nothing before either.
#[test]
fn a_run_done_again_does_not_miss_what_it_removed() {
    let outputs = ["-o", "day.json", "-o", "day.csv", "-o", "day.txt"];
    let all = |bench: &Bench| ["day.json", "day.csv", "day.txt"].map(|name| bench.read(name));
    // What is wrong on the first day is to be expected after it, as far as that day is known.
    let mut oldest = day(18).issuer_down();
    for number in 0..12 {
        oldest = oldest.mac(number);
    }
    // Some minutes of the evening before and after belong to the day's log.
    let past_midnight: String = (0..40)
        .map(|minute| {
            format!("2026-11-22T00:{minute:02}:00,10012301,M1,{minute},62220200,1,unionpay-pos,00\n")
        })
        .collect();
    for (name, log) in [("a.csv", day(21).mac(7).log()), ("b.csv", day(21).mac(7).log() + &past_midnight)] {
        let bench = keep(Bench::new(), "18.csv", &oldest);
        let bench = keep(bench, "19.csv", &day(19).mac(7).mac(5));
        let bench = keep(bench, "20.csv", &day(20).mac(7)).with(name, log);
        let command = [&["report", name, "--keep-days", "1"][..], &KEEPING, &outputs].concat();
        bench.run(&command).with_code(0);
        let (told, kept) = (all(&bench), folder(&bench));
        assert!(kept.len() == 4 && kept.keys().all(|file| file.starts_with("2026112")), "{:?}", kept.keys());
        bench.run(&command).with_code(0);
        assert_eq!((all(&bench), folder(&bench)), (told, kept), "{name}");
        let report: Value = serde_json::from_str(&bench.read("day.json")).unwrap();
        assert_eq!(marks(&report)[&terminal(7)], "1/1 from 2026-11-20");
    }
}

#[test]
fn days_after_are_no_days_before() {
    let bench = keep(Bench::new(), "22.csv", &day(22).mac(7));
    let bench = keep(bench, "20.csv", &day(20).mac(7));
    let bench = bench.with("21.csv", day(21).mac(7).log());
    let middle = report(&bench, &["21.csv", "--history", "kept"], &[]);
    assert_eq!(marks(&middle), expected([(7, "1/1 from 2026-11-20")]));
    let first = report(&bench, &["20.csv", "--history", "kept"], &[]);
    assert_eq!((&first["history"]["known"], marks(&first).len(), cleared(&first).len()), (&json!(0), 0, 0));
    let last = report(&bench, &["22.csv", "--history", "kept"], &[]);
    assert_eq!(marks(&last), expected([(7, "1/1 from 2026-11-20")]));
}

#[test]
fn parts_of_a_day_are_one_day() {
    let made = || day(20).mac(7);
    let bench = keep(Bench::new(), "a.csv", &made().hours(8, 13));
    let bench = keep(bench, "b.csv", &made().hours(13, 20));
    let bench = keep(bench, "19.csv", &day(19));
    let bench = bench.with("21.csv", day(21).mac(7).log());
    let report = report(&bench, &["21.csv", "--history", "kept"], &[]);
    assert_eq!((&report["history"]["known"], names(&bench).len()), (&json!(2), 6));
    assert_eq!(marks(&report), expected([(7, "1/2 from 2026-11-20")]));
}

#[test]
fn a_day_without_findings_is_unknown() {
    let bench = Bench::new().with("20.csv", day(20).mac(7).log()).with("21.csv", day(21).mac(7).log());
    bench.run(&["report", "20.csv", "--save", "kept", "--no-diagnosis", "-o", "told.tsv"]).with_code(0);
    let saved = names(&bench);
    assert!(saved.len() == 1 && saved[0].ends_with(".parquet"), "{saved:?}");
    let unknown = report(&bench, &["21.csv", "--history", "kept"], &[]);
    assert_eq!((&unknown["history"]["known"], marks(&unknown).len()), (&json!(0), 0));
    // A table can be judged later, and knows what it is called.
    let bench = keep(bench, "20.csv", &day(20).mac(7));
    assert_eq!(names(&bench).len(), 2);
    let known = report(&bench, &["21.csv", "--history", "kept"], &[]);
    assert_eq!(marks(&known), expected([(7, "1/1 from 2026-11-20")]));
}

#[test]
fn findings_that_cannot_be_read_are_told_and_left_out() {
    let bench = keep(Bench::new(), "19.csv", &day(19).mac(7));
    let bench = keep(bench, "20.csv", &day(20).mac(7)).with("21.csv", day(21).mac(7).log());
    let name = findings(&bench, 20);
    let whole = bench.read(&name);
    for (broken, why) in [
        (
            whole[..whole.len() - 9].to_owned(),
            "no findings as `report --save` writes them, or not all of them: save them again from their logs",
        ),
        (
            whole.replace("\"findings\":1", "\"findings\":2"),
            "findings of version 2, and this posmortem reads 1: save them again from their logs",
        ),
        (
            whole.replace("\"own\"", "\"odd\""),
            "findings that contradict themselves (`state`): save them again from their logs",
        ),
    ] {
        fs::write(bench.path(&name), broken).unwrap();
        let told = format!("posmortem: --history: {name} is left out: {why}");
        let report = report(&bench, &["21.csv", "--history", "kept"], &[&told]);
        assert_eq!(marks(&report), expected([(7, "1/1 from 2026-11-19")]));
    }
}

#[test]
fn a_terminal_that_nobody_judges_is_not_cleared() {
    let bench = keep(Bench::new(), "20.csv", &day(20).mac(7));
    let bench =
        bench.with("21.csv", day(21).log()).with("list.csv", "terminal_id,status\n10012307,maintenance\n");
    let arguments = ["21.csv", "--history", "kept", "--terminals", "list.csv"];
    let over = cleared(&report(&bench, &arguments, &[]));
    assert_eq!(over, [("undecided".to_owned(), terminal(7))]);
}

#[test]
fn findings_are_no_log() {
    let bench = keep(Bench::new(), "20.csv", &day(20).mac(7));
    let of_log = bench.run(&["report", "20.csv", "--format", "json"]).with_code(0).0.to_owned();
    assert_eq!(bench.run(&["report", "kept", "--format", "json"]).with_code(0).0, of_log);
    let name = findings(&bench, 20);
    bench.run(&["report", &name]).says_only(2, "holds what was found on a day, for --history and `compare`");
}

/// Four days are kept, and files that only look as if they were.
fn crowded_folder() -> Bench {
    let mut bench = Bench::new();
    for number in 17..=20 {
        bench = keep(bench, &format!("{number}.csv"), &day(number).mac(7));
    }
    let table = names(&bench)
        .into_iter()
        .find(|name| name.starts_with("20261117") && name.ends_with("parquet"))
        .unwrap();
    let bytes = fs::read(bench.path(&format!("kept/{table}"))).unwrap();
    let bench = bench
        .with("kept/notes.txt", "of mine")
        .with("kept/copy of a table.parquet", &bytes)
        .with("kept/20261116T080000-20261116T200000-0123abcd.parquet", &bytes[..bytes.len() - 99])
        .with("kept/20261116T080000-20261116T200000-0123abcd.findings.json", "{\"mine\": 1}")
        .with("kept/20261115T080000-20261115T200000-0123abcd.findings.json", "{\"findings\":9}")
        .with("kept/20261115T080000-20261115T200000-0123abcd.csv", "")
        .with("kept/older/20261114T080000-20261114T200000-0123abcd.findings.json", "{\"findings\":9}");
    #[cfg(unix)]
    std::os::unix::fs::symlink(
        bench.path(&format!("kept/{table}")),
        bench.path("kept/20261113T080000-20261113T200000-0123abcd.parquet"),
    )
    .unwrap();
    bench
}

#[test]
fn what_is_too_old_is_removed_and_nothing_else() {
    let bench = crowded_folder().with("21.csv", day(21).log());
    let before = fs::read_dir(bench.path("kept")).unwrap().count();
    let arguments = ["report", "21.csv", "--save", "kept", "--keep-days", "2", "-v", "-o", "told.tsv"];
    let ended = bench.run(&arguments);
    let told =
        ended.with_code(0).1.into_iter().filter(|line| line.contains("--keep-days")).collect::<Vec<_>>();
    let removed: Vec<_> = told.iter().filter(|line| line.ends_with(" is removed")).collect();
    // Two days with a table and findings, and findings of another version.
    assert_eq!((removed.len(), told.len()), (5, 7), "{told:?}");
    let left = names(&bench);
    let of = |day: &str| left.iter().filter(|name| name.starts_with(day)).count();
    assert_eq!(
        (of("20261117"), of("20261118"), of("20261119"), of("20261120"), of("20261121")),
        (0, 0, 2, 2, 2)
    );
    // What is damaged is told, too.
    let stays: Vec<_> = told.iter().filter(|line| line.contains(" is old and stays: ")).collect();
    assert!(stays.len() == 2 && stays.iter().all(|line| line.contains("20261116T080000")), "{told:?}");
    // Two came, five went.
    assert_eq!(fs::read_dir(bench.path("kept")).unwrap().count(), before + 2 - 5);
    assert!(bench.path("kept/older/20261114T080000-20261114T200000-0123abcd.findings.json").is_file());
    assert_eq!((of("20261115"), of("20261116")), (1, 2));
    // Done again, there is nothing to remove.
    let again = bench.run(&arguments);
    assert!(!again.stderr.contains(" is removed"), "{again:?}");
    assert_eq!(names(&bench), left);
}

#[test]
fn a_day_done_again_removes_nothing_that_came_after() {
    let bench = crowded_folder();
    bench.run(&["report", "18.csv", "--save", "kept", "--keep-days", "1", "-o", "told.tsv"]).with_code(0);
    let left = names(&bench);
    let of = |day: &str| left.iter().filter(|name| name.starts_with(day)).count();
    assert_eq!((of("20261117"), of("20261118"), of("20261119"), of("20261120")), (2, 2, 2, 2));
}

#[test]
fn a_wrong_date_clears_no_folder() {
    let stray = "2099-01-01T12:00:00,10012301,M1,9,62220200,1,unionpay-pos,00\n";
    let bench = crowded_folder().with("21.csv", day(21).mac(7).log() + stray);
    let kept = names(&bench);
    let arguments = [&["report", "21.csv", "--keep-days", "30", "--format", "json"][..], &KEEPING].concat();
    let ended = bench.run(&arguments);
    let report: Value = serde_json::from_str(ended.with_code(0).0).unwrap();
    let left = names(&bench);
    assert!(kept.iter().all(|name| left.contains(name)), "{left:?}");
    // Nor does it make the day another one.
    assert_eq!(marks(&report), expected([(7, "4/4 from 2026-11-17")]));
}

/// In a log of a few messages one with a wrong date could be any of them.
#[test]
fn a_small_log_with_a_wrong_date_clears_no_folder() {
    let stray = "2099-01-01T12:00:00,10012301,M1,9,62220200,1,unionpay-pos,00\n";
    let small = day(21).log().lines().take(12).map(|row| row.to_owned() + "\n").collect::<String>();
    let bench = crowded_folder().with("21.csv", small.clone() + stray).with("22.csv", small);
    let kept = names(&bench);
    for (log, told) in [("21.csv", true), ("22.csv", false)] {
        // Where nothing could be too old, nothing is said.
        let days = if told { "30" } else { "36500" };
        let ended = bench.run(&["report", log, "--save", "kept", "--keep-days", days, "-o", "told.tsv"]);
        let lines = ended.with_code(0).1;
        let why = "has too few messages to tell of which day it is: nothing is removed";
        assert_eq!(
            lines.iter().any(|line| line.starts_with("posmortem: --keep-days: ") && line.ends_with(why)),
            told
        );
        let left = names(&bench);
        assert!(kept.iter().all(|name| left.contains(name)), "{left:?}");
    }
}

#[test]
fn findings_tell_by_which_rules_they_were_found() {
    let rule = |code: &str| format!("[[rule]]\nname = 'ours'\ncode = '{code}'\nreason = 'hsm_fault'\n");
    let bench = Bench::new().with("ours.toml", rule("A0")).with("others.toml", rule("13"));
    let bench = bench.with("18.csv", day(18).mac(7).log());
    bench.run(&[&["report", "18.csv", "--rules", "ours.toml"][..], &KEEPING].concat()).with_code(0);
    let bench = keep(bench, "19.csv", &day(19).mac(7)).with("21.csv", day(21).mac(7).log());
    let limits = |arguments: &[&str]| {
        let arguments = [&["21.csv", "--history", "kept"], arguments].concat();
        let limits = report(&bench, &arguments, &[])["limits"].as_array().unwrap().clone();
        let is_told = |limit: &&Value| limit.as_str().unwrap().contains("judged by other rules");
        limits.iter().find(is_told).map(|limit| limit.as_str().unwrap()[..11].to_owned())
    };
    assert_eq!(limits(&[]).as_deref(), Some("1 of the 2 "));
    assert_eq!(limits(&["--rules", "ours.toml"]).as_deref(), Some("1 of the 2 "));
    assert_eq!(limits(&["--rules", "others.toml"]).as_deref(), Some("2 of the 2 "));
    // Two days of findings say it, too.
    let compare = ["compare", &findings(&bench, 18), &findings(&bench, 19)];
    let told = bench.run(&compare);
    let [told] = &told.with_code(0).1[..] else { panic!("{told:?}") };
    assert!(told.contains("were judged by different rules"), "{told}");
}

#[test]
fn keeping_asks_for_a_folder_and_a_day() {
    let bench = Bench::new().with("20.csv", day(20).log());
    bench.run(&["report", "20.csv", "--keep-days", "3"]).says_only(2, "--save <DIR>");
    bench.run(&["report", "20.csv", "--save", "kept", "--keep-days", "0"]).says_only(2, "0 is not in 1..");
    let too_many = ["report", "20.csv", "--save", "kept", "--keep-days", "999999"];
    bench.run(&too_many).says_only(2, "999999 is not in 1..=36500");
}
