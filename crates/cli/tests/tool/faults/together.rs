//! Runs at the same time over the same outputs, history and home.

use super::{ended, unfinished};
use crate::bench::{Bench, fixture};
use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;

#[test]
fn runs_beside_each_other_leave_what_one_leaves() {
    let arguments = ["report", &fixture("day.csv"), "-q", "--save", "kept", "--history", "kept"];
    let outputs = ["-o", "day.json", "-o", "day.html", "--per-terminal", "pages", "--rejects", "rejects.tsv"];
    let all = |bench: &Bench| {
        let mut files = Vec::new();
        for folder in ["", "kept", "pages"] {
            for entry in fs::read_dir(bench.path(folder)).unwrap().map(Result::unwrap) {
                // The table's tokens are those of the key, which every home makes for itself.
                let is_table = entry.path().extension().is_some_and(|extension| extension == "parquet");
                let bytes = if is_table { Vec::new() } else { fs::read(entry.path()).unwrap_or_default() };
                files.push((entry.file_name(), bytes));
            }
        }
        files.sort();
        files
    };
    let alone = Bench::new();
    for _ in 0..2 {
        alone.run(&[&arguments[..], &outputs].concat()).with_code(0);
    }
    let bench = Bench::new();
    let start = || {
        let mut tool = bench.tool();
        tool.args(arguments).args(outputs).stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let runs: Vec<_> = (0..6).map(|_| start()).collect();
    for run in runs {
        assert_eq!(ended(run, "beside others").code(), Some(0));
    }
    assert_eq!(all(&bench), all(&alone));
    assert!(unfinished(&bench).is_empty());
}

#[test]
fn runs_that_make_the_token_key_at_once_have_one() {
    for _ in 0..5 {
        let bench = Bench::new();
        let start = || {
            let mut tool = bench.tool();
            tool.args(["classify", "-v", &fixture("malformed/crlf.csv")]);
            tool.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let runs: Vec<_> = (0..6).map(|_| start()).collect();
        let ended: Vec<_> = runs.into_iter().map(|run| run.wait_with_output().unwrap()).collect();
        assert!(ended.iter().all(|run| run.status.code() == Some(0)));
        let rows: BTreeSet<_> = ended.iter().map(|run| run.stdout.clone()).collect();
        let keys: BTreeSet<_> =
            ended.iter().map(|run| String::from_utf8(run.stderr.clone()).unwrap()).collect();
        assert_eq!((rows.len(), keys.len()), (1, 1), "{keys:?}");
        let names: Vec<_> = fs::read_dir(bench.path(".local/state/posmortem")).unwrap().collect();
        assert_eq!(names.len(), 1, "the key alone");
    }
}
