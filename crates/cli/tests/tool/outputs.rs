//! Standard output, files, pipes.

use crate::bench::{Bench, fixture, is_there, rows};
use std::io::Write;
use std::process::Stdio;

#[test]
fn many_outputs_come_from_one_pass() {
    let bench = Bench::new();
    let day = fixture("day.csv");
    let ended =
        bench.run(&["report", &day, "-o", "day.json", "-o", "day.csv", "-o", "day.txt", "-o", "day.TSV"]);
    assert_eq!(ended.with_code(0).0, "");
    assert_eq!(bench.names(), ["day.TSV", "day.csv", "day.json", "day.txt"]);
    let json: serde_json::Value = serde_json::from_str(&bench.read("day.json")).unwrap();
    assert_eq!((&json["schema"], json["tool"]["rules_sha256"].as_str().unwrap().len()), (&1.into(), 64));
    assert_eq!(bench.read("day.TSV"), bench.run(&["report", &day]).stdout);
    assert_eq!(rows(&bench.read("day.csv")), 12);
}

#[test]
fn files_silence_standard_output_unless_it_is_named() {
    let bench = Bench::new();
    let day = fixture("day.csv");
    let ended = bench.run(&["classify", &day, "-o", "rows.tsv", "-o", "-", "--format", "ndjson"]);
    assert!(ended.with_code(0).0.starts_with('{'));
    assert_eq!(rows(&bench.read("rows.tsv")), 170);
}

#[test]
fn an_output_that_cannot_be_written_is_5_at_once() {
    let bench = Bench::new().with("file", "");
    for path in ["no/such/folder/day.csv", "file/day.csv"] {
        // The input is never looked at.
        bench.run(&["report", "missing.log", "-o", path]).says_only(5, path);
        bench.run(&["classify", "missing.log", "-o", path]).says_only(5, path);
        bench.run(&["report", "missing.log", "--rejects", path]).says_only(5, path);
    }
    assert_eq!(bench.names(), ["file"]);
}

#[test]
fn one_bad_output_writes_none_and_is_told_as_it_was_named() {
    let bench = Bench::new();
    let day = fixture("day.csv");
    let ended = bench.run(&["report", &day, "-o", "a.json", "-o", "no/b.json"]);
    ended.says_only(5, "posmortem: no/b.json cannot be written: ");
    assert!(!ended.stderr.contains(".posmortem-"), "{ended:?}");
    assert_eq!(bench.names(), [""; 0]);
}

#[test]
fn a_name_that_tells_no_format_and_a_collision_are_2() {
    let bench = Bench::new().with("log.csv", "precious");
    bench.run(&["report", "log.csv", "-o", "day.xls"]).says_only(2, "day.xls: the name tells no format");
    bench.run(&["report", "log.csv", "-o", "./log.csv"]).says_only(2, "is an input");
    bench.run(&["report", "log.csv", "-o", "a.csv", "-o", "./a.csv"]).says_only(2, "two outputs");
    bench.run(&["report", "log.csv", "-o", "a.csv", "--rejects", "a.csv"]).says_only(2, "two outputs");
    assert_eq!(bench.read("log.csv"), "precious");
}

#[test]
fn a_device_that_is_full_is_5() {
    if !is_there("/dev/full") {
        return;
    }
    let bench = Bench::new();
    for command in ["report", "classify"] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let run = bench.tool().args([command, &fixture("day.csv")]).stdout(full).output().unwrap();
        assert_eq!(run.status.code(), Some(5), "{command}");
        let stderr = String::from_utf8(run.stderr).unwrap();
        assert!(stderr.starts_with("posmortem: standard output cannot be written: "), "{stderr}");
    }
}

/// The reader goes before the first byte comes.
#[test]
fn a_closed_pipe_ends_quietly() {
    let bench = Bench::new();
    let day = std::fs::read(fixture("day.csv")).unwrap();
    for arguments in [
        &["report"][..],
        &["report", "--format", "csv"],
        &["report", "--format", "table"],
        &["report", "--format", "json"],
        &["report", "--format", "prometheus"],
        &["classify", "--all"],
        &["classify", "--all", "--format", "tsv"],
        &["classify", "--all", "--format", "ndjson"],
    ] {
        let mut tool = bench.tool();
        tool.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut run = tool.spawn().unwrap();
        drop(run.stdout.take());
        // The tool may stop reading before the end.
        run.stdin.take().unwrap().write_all(&day).ok();
        let ended = run.wait_with_output().unwrap();
        assert_eq!((ended.status.code(), ended.stderr.as_slice()), (Some(0), &b""[..]), "{arguments:?}");
    }
}

#[test]
fn a_closed_pipe_does_not_stop_a_file() {
    let bench = Bench::new();
    let mut tool = bench.tool();
    tool.args(["classify", "--all", "-o", "rows.csv", "-o", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut run = tool.spawn().unwrap();
    drop(run.stdout.take());
    let day = std::fs::read(fixture("day.csv")).unwrap();
    run.stdin.take().unwrap().write_all(&day).unwrap();
    assert_eq!(run.wait().unwrap().code(), Some(0));
    assert_eq!(rows(&bench.read("rows.csv")), 422);
}

#[test]
fn tokens_are_comparable_between_runs_of_one_key() {
    let (bench, day) = (Bench::new(), fixture("day.csv"));
    let first = bench.run(&["classify", "-v", &day]);
    let (stdout, lines) = first.with_code(0);
    assert!(bench.path(".local/state/posmortem/token.key").exists());
    assert!(lines[0].contains("under the key "), "{lines:?}");
    assert_eq!(bench.run(&["classify", "-v", &day]).with_code(0), (stdout, lines));
    assert_ne!(Bench::new().run(&["classify", &day]).stdout, stdout);
}

#[test]
fn without_a_home_for_the_key_there_is_a_warning() {
    let bench = Bench::new().with("file", "");
    let bench = {
        let home = bench.path("file").display().to_string();
        bench.with_variable("HOME", home)
    };
    let ended = bench.run(&["classify", &fixture("day.csv")]);
    let (stdout, lines) = ended.with_code(0);
    assert_eq!(rows(stdout), 170);
    assert!(lines.len() == 1 && lines[0].contains("cannot be compared"), "{lines:?}");
}
