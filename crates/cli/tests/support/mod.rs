//! What the tests over whole logs share: the bench of the other tests, and the report as a value.
// Each of these tests uses a part of it.
#![allow(dead_code, unused_imports)]

#[path = "../tool/bench.rs"]
mod bench;

pub(crate) use bench::{Bench, Ended, fixture};

use serde_json::Value;
use std::collections::BTreeMap;

/// The arguments of a report that holds everything.
pub(crate) const WHOLE_REPORT: [&str; 4] = ["report", "--all-terminals", "--format", "json"];

/// Runs a whole report over inputs and options, checks its status and reads it.
#[track_caller]
pub(crate) fn report(bench: &Bench, code: i32, arguments: &[&str]) -> Value {
    let ended = bench.run(&[&WHOLE_REPORT, arguments].concat());
    read_report(ended.with_code(code).0)
}

/// Reads a report and checks that it adds up.
#[track_caller]
pub(crate) fn read_report(json: &str) -> Value {
    let report: Value = serde_json::from_str(json).unwrap();
    let frames: u64 = ledger(&report).into_iter().map(|(_, count)| count).sum();
    assert_eq!(number(&report["input"]["frames"]), frames, "the ledger sums to the frames");
    let of_files: u64 = list(&report["input"]["files"]).iter().map(|file| number(&file["frames"])).sum();
    assert_eq!(of_files, frames, "and so do the files");
    let mut sums = BTreeMap::new();
    for terminal in list(&report["terminals"]) {
        for (name, count) in counts(terminal) {
            *sums.entry(name).or_default() += count;
        }
    }
    for (name, count) in counts(&report["totals"]) {
        assert_eq!(sums.get(name).copied().unwrap_or(0), count, "terminals sum to the totals: {name}");
    }
    report
}

/// The ledger's lines that are part of its sum.
pub(crate) fn ledger(report: &Value) -> Vec<(&str, u64)> {
    let lines = report["input"]["ledger"].as_object().unwrap().iter();
    lines.filter(|(name, _)| *name != "non_message").map(|(name, count)| (&**name, number(count))).collect()
}

const OUTCOMES: [&str; 7] =
    ["approved", "declined", "unanswered", "late", "reversed", "unclassified", "open"];
const CAUSES: [&str; 5] = ["network", "account", "card", "key", "operator"];

/// Attempts, outcomes and causes of a terminal or of the totals; outcomes partition the attempts.
#[track_caller]
pub(crate) fn counts(of: &Value) -> Vec<(&'static str, u64)> {
    let exchanges = ("exchanges", number(&of["exchanges"]));
    let outcomes = OUTCOMES.map(|name| (name, number(&of[name])));
    assert_eq!(outcomes.iter().map(|(_, count)| count).sum::<u64>(), exchanges.1, "{of}");
    let causes = CAUSES.map(|name| (name, number(&of["causes"][name])));
    [&[exchanges][..], &outcomes, &causes].concat()
}

#[track_caller]
pub(crate) fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

#[track_caller]
pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

/// The terminals apart from where their samples stand.
pub(crate) fn terminals_without_places(report: &Value) -> Value {
    let mut terminals = report["terminals"].clone();
    for terminal in terminals.as_array_mut().unwrap() {
        for sample in terminal["verdict"]["samples"].as_array_mut().unwrap() {
            sample["file"].take();
            sample["offset"].take();
        }
    }
    terminals
}
