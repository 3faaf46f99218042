//! What is asked of the diagnosis, and what of it is refused.

use crate::bench::{Bench, fixture};

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

/// Counts are those of the filter; without a diagnosis nobody is judged.
#[test]
fn counts_alone_judge_nobody() {
    let bench = Bench::new();
    let ended = bench.run(&["report", &fixture("day.csv"), "--no-diagnosis", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(ended.with_code(0).0).unwrap();
    assert_eq!(report["incidents"], serde_json::json!([]));
    assert!(report.get("limits").is_none());
    let terminals = report["terminals"].as_array().unwrap();
    assert!(terminals.iter().all(|terminal| terminal["verdict"]["state"] == "unjudged"));
    assert!(terminals.iter().all(|terminal| terminal["verdict"]["expected"].is_null()));
}
