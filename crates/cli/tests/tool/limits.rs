//! `--fail-on`: what crosses a limit, what is said of it, and which status wins.

use crate::bench::{Bench, fixture, rows};
use posmortem_report::Measure;

/// A report of the included day that is held to limits.
fn held(bench: &Bench, limits: &[&str], others: &[&str]) -> crate::bench::Ended {
    let limits: Vec<_> = limits.iter().flat_map(|limit| ["--fail-on", limit]).collect();
    bench.run(&[&["report", &fixture("day.csv")], &limits[..], others].concat())
}

#[test]
fn a_crossed_limit_is_1_and_told_with_its_value() {
    let bench = Bench::new();
    let limits = ["technical_rate>1%", "own_terminals>=5", "incidents>1", "failed<170"];
    let ended = held(&bench, &limits, &[]);
    let (stdout, lines) = ended.with_code(1);
    let told = [
        "posmortem: --fail-on: `technical_rate>1%` is crossed: technical_rate is 17.06 % (72 of 422)",
        "posmortem: --fail-on: `own_terminals>=5` is crossed: own_terminals is 5",
    ];
    assert_eq!((rows(stdout), lines), (12, told.to_vec()));
    // Whoever wants no warnings wants to know why the status is 1.
    assert_eq!(held(&bench, &limits, &["-q", "-o", "day.json"]).with_code(1), ("", told.to_vec()));
    assert_eq!(bench.names(), ["day.json"]);
}

#[test]
fn limits_that_hold_say_nothing() {
    let bench = Bench::new();
    let held = held(&bench, &["failed>170", "failed_rate>=50%", "own_terminals<5"], &[]);
    let (stdout, lines) = held.with_code(0);
    assert_eq!((rows(stdout), lines.len()), (12, 0));
}

#[test]
fn limits_with_and_must_all_be_crossed() {
    let bench = Bench::new();
    held(&bench, &["failed_rate>10% and attempts>=423"], &[]).with_code(0);
    let ended = held(&bench, &[" failed_rate>10% and attempts>=422 "], &[]);
    let told = "posmortem: --fail-on: `failed_rate>10% and attempts>=422` is crossed: \
                failed_rate is 40.28 % (170 of 422), attempts is 422";
    assert_eq!(ended.with_code(1).1, [told]);
    let ended = held(&bench, &["attempts>1 and attempts<1000"], &[]);
    assert!(ended.with_code(1).1[0].ends_with(" is crossed: attempts is 422"), "{ended:?}");
}

#[test]
fn filters_choose_what_is_held_to_limits() {
    let bench = Bench::new();
    let terminal = ["--terminal", "10012307"];
    held(&bench, &["own_terminals>1", "key>29", "attempts>35"], &terminal).with_code(0);
    held(&bench, &["key>=29 and own_terminals>=1 and frames>=904"], &terminal).with_code(1);
    // Of nothing there is no share, and no attempt.
    let nothing = ["-q", "--since", "2030-01-01"];
    held(&bench, &["approved_rate<90%"], &nothing).with_code(0);
    held(&bench, &["attempts<1"], &nothing).with_code(1);
}

#[test]
fn what_weighs_more_than_a_limit_decides_the_status() {
    let broken = fixture("malformed/truncated.csv.gz");
    let bench = Bench::new();
    let ended = bench.run(&["report", &broken, "--fail-on", "attempts>=1"]);
    let (_, lines) = ended.with_code(4);
    assert!(lines.last().unwrap().contains("`attempts>=1` is crossed: attempts is "), "{lines:?}");
    let rejects = bench.run(&["report", &broken, &fixture("day.csv"), "--fail-on", "attempts<1"]);
    assert!(!rejects.stderr.contains("is crossed"), "{rejects:?}");
    bench.run(&["report", &fixture("malformed/empty.csv"), "--fail-on", "attempts<1"]).with_code(3);
    if crate::bench::is_there("/dev/full") {
        held(&bench, &["attempts>=1"], &["-o", "/dev/full", "--format", "json"]).with_code(5);
    }
}

#[test]
fn a_wrong_limit_is_2_with_its_place_before_any_work() {
    let bench = Bench::new();
    let fail = |limit: &str| bench.run(&["report", "missing.log", "-o", "day.json", "--fail-on", limit]);
    let ended = fail("attempts>5 and technical_rat>1%");
    let (stdout, lines) = ended.with_code(2);
    let told = [
        "posmortem: --fail-on: `technical_rat` is no measure; did you mean `technical_rate`?",
        "posmortem:   attempts>5 and technical_rat>1%",
        "posmortem:                  ^^^^^^^^^^^^^",
    ];
    assert_eq!((stdout, lines), ("", told.to_vec()));
    assert_eq!(bench.names(), [""; 0]);
    let card = fail("4111111111111111>5");
    assert!(!card.stderr.contains("4111111111111111"), "{card:?}");
    card.with_code(2);
}

#[test]
fn verdicts_cannot_be_held_to_limits_without_a_diagnosis() {
    let bench = Bench::new();
    let ended = held(&bench, &["attempts>5", "own_terminals>=5"], &["--no-diagnosis"]);
    ended.says_only(2, "`own_terminals` needs verdicts, and --no-diagnosis asks for counts");
    held(&bench, &["technical_rate>1%"], &["--no-diagnosis"]).with_code(1);
}

#[test]
fn every_measure_can_be_a_limit_and_stands_in_the_help_and_in_the_documentation() {
    let bench = Bench::new();
    let help = bench.run(&["report", "--help"]).stdout;
    let listed = &help[help.find("Measures that are counts:").unwrap()..];
    let words: Vec<_> = listed.split(|c: char| !c.is_ascii_lowercase() && c != '_').collect();
    let path = format!("{}/../../docs/operations.md", env!("CARGO_MANIFEST_DIR"));
    let document = std::fs::read_to_string(path).unwrap();
    for measure in Measure::all() {
        assert!(words.contains(&measure.name()), "{measure:?}");
        let meaning = measure.meaning(Default::default());
        assert!(document.contains(&format!("| `{}` | {meaning} |\n", measure.name())), "{measure:?}");
    }
}
