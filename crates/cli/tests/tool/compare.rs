//! `compare`: two days, whatever they are read from.

use crate::bench::{Bench, rows};
use crate::made_days::{day, terminal};
use serde_json::Value;

fn bench() -> Bench {
    Bench::new()
        .with("old.csv", day(20).mac(7).mac(4).mac(5).issuer_down().log())
        .with("new.csv", day(21).mac(7).mac(3).without(5).log())
}

/// A comparison without the paths of its days.
#[track_caller]
fn compared(bench: &Bench, old: &str, new: &str) -> Value {
    let ended = bench.run(&["compare", old, new, "--format", "json"]);
    let (json, told) = ended.with_code(0);
    assert!(told.is_empty(), "{told:?}");
    let mut report: Value = serde_json::from_str(json).unwrap();
    for day in ["old", "new"] {
        report[day]["path"].take();
    }
    report
}

#[test]
fn what_changed_is_told_of_terminals_and_incidents() {
    let bench = bench();
    let report = compared(&bench, "old.csv", "new.csv");
    let terminals = report["terminals"].as_array().unwrap().iter();
    let changes: Vec<_> =
        terminals.map(|one| (one["change"].as_str().unwrap(), one["terminal_id"].clone())).collect();
    let expected = [("new", 3), ("persisting", 7), ("cleared", 4), ("not_seen", 5)];
    assert_eq!(changes, expected.map(|(change, number)| (change, terminal(number).into())));
    let [incident] = &report["incidents"].as_array().unwrap()[..] else { panic!("{report}") };
    assert_eq!(
        (incident["change"].as_str(), incident["scope"]["issuer"].as_str()),
        (Some("cleared"), Some("62284801"))
    );
    assert_eq!(
        (&report["old"]["totals"]["exchanges"], &report["new"]["totals"]["exchanges"]),
        (&720.into(), &660.into())
    );
    // The other way round, what was new is over.
    let back = compared(&bench, "new.csv", "old.csv");
    let back: Vec<_> =
        back["terminals"].as_array().unwrap().iter().map(|one| one["change"].clone()).collect();
    assert_eq!(back, ["new", "new", "persisting", "cleared"]);
    // A day is as it was.
    let same = compared(&bench, "old.csv", "old.csv");
    let all = ["terminals", "incidents"].map(|key| same[key].as_array().unwrap().clone()).concat();
    assert!(all.len() == 4 && all.iter().all(|one| one["change"] == "persisting"), "{same}");
}

#[test]
#[cfg(feature = "tables")]
fn logs_tables_folders_and_findings_say_the_same() {
    let bench = bench();
    for day in ["old", "new"] {
        let (log, folder) = (format!("{day}.csv"), format!("{day}-kept"));
        bench.run(&["report", &log, "--save", &folder, "-o", "told.tsv"]).with_code(0);
        std::fs::create_dir(bench.path(day)).unwrap();
        std::fs::copy(bench.path(&log), bench.path(&format!("{day}/a.csv"))).unwrap();
    }
    let in_folder = |folder: &str, ending: &str| {
        let mut entries =
            std::fs::read_dir(bench.path(folder)).unwrap().map(|entry| entry.unwrap().file_name());
        let name = entries.find(|name| name.to_str().unwrap().ends_with(ending)).unwrap();
        format!("{folder}/{}", name.to_str().unwrap())
    };
    let expected = compared(&bench, "old.csv", "new.csv");
    let forms = |day: &str| {
        let kept = format!("{day}-kept");
        [day.to_owned(), in_folder(&kept, ".parquet"), in_folder(&kept, ".findings.json"), kept]
    };
    for (old, new) in forms("old").into_iter().zip(forms("new").into_iter().rev()) {
        assert_eq!(compared(&bench, &old, &new), expected, "{old} {new}");
    }
    // Findings are known by what they begin with, too.
    std::fs::copy(bench.path(&in_folder("old-kept", ".json")), bench.path("monday")).unwrap();
    assert_eq!(compared(&bench, "monday", "new.csv"), expected);
    // What says how logs are read is for the log of the two.
    let table = in_folder("old-kept", ".parquet");
    bench.run(&["compare", &table, "new.csv", "--dialect", "unionpay-pos"]).with_code(0);
    let both = ["compare", &table, &in_folder("new-kept", ".parquet"), "--dialect", "visa"];
    bench.run(&both).says_only(2, "--dialect belongs to the reading of logs");
}

#[test]
fn every_format_goes_where_it_is_told() {
    let bench = bench();
    let outputs = ["-o", "a.txt", "-o", "a.tsv", "-o", "a.csv", "-o", "a.json"];
    assert_eq!(bench.run(&[&["compare", "old.csv", "new.csv"][..], &outputs].concat()).with_code(0).0, "");
    assert_eq!((rows(&bench.read("a.tsv")), rows(&bench.read("a.csv"))), (5, 5));
    assert!(bench.read("a.txt").contains("\nTerminals newly at fault: 1\n"));
    // On a pipe it is rows; from standard input, one of the two.
    assert_eq!(bench.run(&["compare", "old.csv", "new.csv"]).with_code(0).0, bench.read("a.tsv"));
    let piped = bench.run_on(bench.read("old.csv"), &["compare", "-", "new.csv"]);
    assert_eq!(piped.with_code(0).0, bench.read("a.tsv"));
    let top = bench.run(&["compare", "old.csv", "new.csv", "--top", "1"]);
    assert_eq!(rows(top.with_code(0).0), 2);
}

/// What was found is found: nothing that helps to judge changes it.
#[test]
#[cfg(feature = "tables")]
fn findings_are_not_judged_again() {
    let rule = "[[rule]]\nname = 'ours'\ncode = 'A0'\nreason = 'hsm_fault'\n";
    let list = "terminal_id,status\n10012307,maintenance\n";
    let bench =
        bench().with("ours.toml", rule).with("list.csv", list).with("site.toml", "rules = 'ours.toml'\n");
    for day in ["old", "new"] {
        let log = format!("{day}.csv");
        bench.run(&["report", &log, "--save", "kept", "-o", "told.tsv"]).with_code(0);
    }
    let mut kept: Vec<_> = std::fs::read_dir(bench.path("kept"))
        .unwrap()
        .map(|entry| format!("kept/{}", entry.unwrap().file_name().into_string().unwrap()))
        .filter(|name| name.ends_with(".json"))
        .collect();
    kept.sort();
    let [old, new] = &kept[..] else { panic!("{kept:?}") };
    for [flag, file] in [["--rules", "ours.toml"], ["--terminals", "list.csv"]] {
        let told = format!("{flag} helps to judge, and both sides are findings");
        bench.run(&["compare", old, new, flag, file]).says_only(2, &told);
        bench.run(&["compare", old, "new.csv", flag, file]).with_code(0);
        bench.run(&["compare", "old.csv", new, flag, file]).with_code(0);
    }
    // A configuration is for all runs.
    bench.run(&["compare", old, new, "--config", "site.toml"]).with_code(0);
    // Its rules are not asked for either, though they be gone.
    std::fs::remove_file(bench.path("ours.toml")).unwrap();
    bench.run(&["compare", old, new, "--config", "site.toml"]).with_code(0);
    bench.run(&["compare", old, "new.csv", "--config", "site.toml"]).says_only(2, "ours.toml");
    // Standard input, whatever lies there under that name.
    let bench = bench.with("-", "{\"findings\":1,");
    let piped = bench.run_on(bench.read("old.csv"), &["compare", "-", "new.csv"]);
    let named = bench.run(&["compare", "old.csv", "new.csv"]);
    assert_eq!(piped.with_code(0).0, named.with_code(0).0);
}

#[test]
fn what_cannot_be_compared_is_told() {
    let bench = bench()
        .with("noise.log", "this is no log\n")
        .with("torn.findings.json", "{\"findings\":1,\"inputs\":")
        .with("later.findings.json", "{\"findings\":2}");
    bench.run(&["compare", "-", "-"]).says_only(2, "standard input is one day: name the other one");
    bench.run(&["compare", "old.csv"]).says_only(2, "<NEW>");
    bench
        .run(&["compare", "old.csv", "new.csv", "-o", "new.csv"])
        .says_only(2, "is an input and cannot be an output");
    // Findings are inputs like any other.
    let bench = bench.with("kept.findings.json", "{\"findings\":1}").with("kept", "{\"findings\":1}");
    for (old, new, output) in [
        ("old.csv", "kept.findings.json", "kept.findings.json"),
        ("kept", "new.csv", "./kept"),
        ("kept", "kept.findings.json", "./kept"),
        ("kept", "kept.findings.json", "./kept.findings.json"),
    ] {
        let ended = bench.run(&["compare", old, new, "--format", "json", "-o", output]);
        ended.says_only(2, "is an input and cannot be an output");
    }
    for (old, new) in [("old.csv", "new.csv"), ("kept", "new.csv"), ("kept", "kept.findings.json")] {
        let ended = bench.run(&["compare", old, new, "-o", "a.json", "-o", "./a.json"]);
        ended.says_only(2, "./a.json is named for two outputs");
    }
    assert_eq!(bench.read("kept.findings.json"), bench.read("kept"));
    bench.run(&["compare", "torn.findings.json", "new.csv"]).says_only(3, "torn.findings.json: no findings");
    bench.run(&["compare", "old.csv", "later.findings.json"]).says_only(3, "findings of version 2");
    bench.run(&["compare", "old.csv", "gone.findings.json"]).says_only(3, "gone.findings.json: ");
    for pair in [["noise.log", "new.csv"], ["old.csv", "noise.log"], ["old.csv", "gone.log"]] {
        let ended = bench.run(&["compare", pair[0], pair[1]]);
        assert_eq!(ended.with_code(3).0, "");
    }
}
