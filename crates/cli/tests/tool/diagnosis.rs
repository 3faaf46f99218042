//! What is asked of the diagnosis, and what of it is refused.

use crate::bench::{Bench, fixture};
use serde_json::{Value, json};

/// A report as a value.
#[track_caller]
fn report(bench: &Bench, arguments: &[&str]) -> Value {
    let day = fixture("day.csv");
    let ended = bench.run(&[&["report", &day, "--format", "json"], arguments].concat());
    serde_json::from_str(ended.with_code(0).0).unwrap()
}

/// What is said of each terminal, by its id.
fn verdicts(report: &Value) -> Vec<(&Value, &Value)> {
    let terminals = report["terminals"].as_array().unwrap().iter();
    terminals.map(|terminal| (&terminal["terminal_id"], &terminal["verdict"])).collect()
}

/// The key of 10012307 is out of step all day long, whatever else happens.
#[test]
fn a_terminal_at_fault_comes_first_and_can_be_explained() {
    let bench = Bench::new();
    let day = fixture("day.csv");
    let rows = bench.run(&["report", &day]);
    let (header, rows) = rows.with_code(0).0.split_once('\n').unwrap();
    let cause = header.split('\t').position(|name| name == "cause").unwrap();
    let of_key: Vec<_> = rows.lines().filter(|row| row.split('\t').nth(cause) == Some("key")).collect();
    assert!(of_key.iter().any(|row| row.starts_with("10012307\t") && row.contains("\town\t")), "{of_key:?}");
    let why = bench.run(&["report", &day, "--terminal", "0010012307", "--why"]);
    let told = why.with_code(0).0;
    for part in
        ["\nTerminal 10012307 · at fault itself\nkey · MAC key", "\nWhat failed", "\nWhat decided\n- "]
    {
        assert!(told.contains(part), "{told}");
    }
    let report = report(&bench, &["--terminal", "10012307", "--why"]);
    assert_eq!(report["terminals"][0]["why"]["attempts"], report["terminals"][0]["exchanges"]);
    assert!(!report["terminals"][0]["why"]["weighed"].as_array().unwrap().is_empty());
}

#[test]
fn filters_choose_what_is_listed_and_not_what_is_judged() {
    let bench = Bench::new();
    let whole = report(&bench, &["--all-terminals"]);
    for filter in [
        &["--cause", "operator"][..],
        &["--response-code", "91"],
        &["--since", "2026-11-21T16:00"],
        &["--terminal", "10012302,10012304"],
    ] {
        let some = report(&bench, &[filter, &["--all-terminals"]].concat());
        let some = verdicts(&some);
        assert!(!some.is_empty() && some.len() <= verdicts(&whole).len(), "{filter:?}");
        assert!(some.iter().all(|said| verdicts(&whole).contains(said)), "{filter:?}");
    }
}

#[test]
fn a_terminal_that_is_not_there_is_told_with_the_one_that_was_meant() {
    let day = fixture("day.csv");
    let ended = Bench::new().run(&["report", &day, "--terminal", "10012370", "--why"]);
    let lines = ended.with_code(0).1;
    assert!(lines.len() == 1 && lines[0].contains("`10012370` has no attempt in the input; did you mean"));
}

#[test]
fn a_terminal_on_test_is_not_at_fault() {
    let bench = Bench::new().with("list.csv", "tid,status\n0010012307,Test\n");
    let at_fault = |report: &Value| {
        verdicts(report).iter().any(|(id, verdict)| **id == "10012307" && verdict["state"] == "own")
    };
    assert!(at_fault(&report(&bench, &[])));
    assert!(!at_fault(&report(&bench, &["--terminals", "list.csv", "--all-terminals"])));
    let ended =
        bench.run(&["report", &fixture("day.csv"), "--terminals", "list.csv", "--terminal", "10012307"]);
    assert!(
        ended.with_code(0).1[0].ends_with("is not judged: its status in the list is `Test`"),
        "{ended:?}"
    );
}

#[test]
fn why_needs_a_terminal_and_a_form_that_holds_words() {
    let bench = Bench::new();
    let day = fixture("day.csv");
    for (arguments, why) in [
        (&["--why"][..], "say which, with --terminal ID"),
        (&["--why", "--cause", "key"], "say which, with --terminal ID"),
        (&["--why", "--terminal", "10012307", "--no-diagnosis"], "--no-diagnosis asks for none"),
        (&["--why", "--terminal", "10012307", "--format", "tsv"], "choose --format table or json"),
        (&["--why", "--terminal", "10012307", "-o", "a.csv"], "choose --format table or json"),
    ] {
        bench.run(&[&["report", &day], arguments].concat()).says_only(2, why);
    }
    assert!(bench.names().is_empty());
}

#[test]
fn a_list_of_terminals_that_cannot_be_used_is_2() {
    let bench = Bench::new()
        .with("no-id.csv", "site,region\n1,2\n")
        .with("twice.csv", "tid;region\n1;north\n2;north\n001;south\n")
        .with("short.csv", "tid\tregion\n1\n");
    let day = fixture("day.csv");
    for (list, why) in [
        ("missing.csv", "--terminals: missing.csv cannot be read"),
        ("no-id.csv", "--terminals: no-id.csv: line 1: no column is called terminal_id"),
        (
            "twice.csv",
            "--terminals: twice.csv: line 4: the terminal of line 2 is listed again, and otherwise",
        ),
        ("short.csv", "--terminals: short.csv: line 2: fields: 1, in the header: 2"),
    ] {
        bench.run(&["report", &day, "--terminals", list]).says_only(2, why);
    }
    let both = ["report", &day, "--terminals", "no-id.csv", "--no-diagnosis"];
    bench.run(&both).says_only(2, "leave one of them out");
}

#[test]
fn a_list_of_terminals_may_hold_more_than_is_asked_for() {
    let list =
        "\u{feff}Terminal ID,Owner,Site,Status\r\n0010012301,ann,Shop 1,live\r\n10012302,bob,,Test\r\n";
    let bench = Bench::new().with("list.csv", list);
    bench.run(&["report", &fixture("day.csv"), "--terminals", "list.csv"]).with_code(0);
}

#[test]
fn counts_alone_judge_nobody() {
    let report = report(&Bench::new(), &["--no-diagnosis"]);
    assert_eq!((&report["incidents"], report.get("limits")), (&json!([]), None));
    let verdicts = verdicts(&report);
    assert!(verdicts.iter().all(|(_, verdict)| verdict["state"] == "unjudged"));
    assert!(verdicts.iter().all(|(_, verdict)| verdict["expected"].is_null()));
}
