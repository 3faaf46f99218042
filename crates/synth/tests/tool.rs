//! The program: what it writes where, and what it refuses.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by its panic")]

use assert_cmd::Command;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

fn synth(folder: &Path, args: &[&str]) -> (bool, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_posmortem-synth"));
    let output = command
        .current_dir(folder)
        .args(["--attempts", "50", "--terminals", "3"])
        .args(args)
        .output()
        .unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.success(), out, err)
}

#[test]
fn a_day_and_its_truth_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let files = ["day.log", "truth.tsv", "attempts.tsv", "posmortem.toml"];
    let args = ["-o", files[0], "--truth", files[1], "--truth-attempts", files[2], "--config", files[3]];
    let (ended_well, out, err) = synth(folder.path(), &args);
    assert!(ended_well && out.is_empty() && err.contains(" messages of "), "{err}");
    let [log, truth, attempts, config] =
        files.map(|name| fs::read_to_string(folder.path().join(name)).unwrap());
    assert!(log.starts_with("time,mti,") && truth.starts_with("#log\t") && config.starts_with("[link.\""));
    // Each row of a day of answers is an attempt unless it is a copy of another or of a reversal.
    assert!(attempts.lines().count() > 50 && log.lines().count() >= attempts.lines().count());
    assert_eq!(synth(folder.path(), &[]).1, log);
    assert_eq!(log.lines().next().unwrap().split(',').count(), 14);
}

#[test]
fn a_configuration_tells_each_link_once() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, links) in [(&["--bare"][..], 1), (&["--bare", "--link", "north"], 1)] {
        let (ended_well, _, err) = synth(folder.path(), &[arguments, &["--config", "site.toml"]].concat());
        assert!(ended_well, "{err}");
        let config = fs::read_to_string(folder.path().join("site.toml")).unwrap();
        assert_eq!(config.matches("[link.").count(), links, "{config}");
    }
}

#[test]
fn two_outputs_in_one_file_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("there"), "as it was").unwrap();
    fs::create_dir(folder.path().join("deep")).unwrap();
    for args in [
        ["-o", "there", "--truth", "there"],
        ["-o", "there", "--truth", "deep/../there"],
        ["--truth", "new", "--truth-attempts", "./new"],
        ["--config", "new", "--truth", "new"],
        ["-o", "new", "--config", "deep/../new"],
        ["--labels", "new", "--truth", "new"],
    ] {
        let (ended_well, out, err) = synth(folder.path(), &args);
        assert!(!ended_well && out.is_empty() && err.contains("named for two outputs"), "{args:?}: {err}");
    }
    assert_eq!(fs::read_to_string(folder.path().join("there")).unwrap(), "as it was");
    assert!(!folder.path().join("new").exists());
    let devices = ["--truth", "/dev/null", "--config", "/dev/null"];
    assert!(!cfg!(unix) || synth(folder.path(), &devices).0);
}

#[test]
fn labels_are_written_beside_a_labelled_day() {
    let folder = tempfile::tempdir().unwrap();
    let labels = |args: &[&str]| {
        let beside = ["-o", "day.csv", "--world", "city", "--form", "both", "--labels", "labels.jsonl"];
        let (ended_well, _, err) = synth(folder.path(), &[&beside, args].concat());
        assert!(ended_well, "{err}");
        fs::read_to_string(folder.path().join("labels.jsonl")).unwrap()
    };
    let null =
        ["--null", "--count", "mix=0", "--count", "storm=0", "--count", "busy=0", "--count", "rollout=0"];
    assert_eq!(labels(&null).lines().count(), 1);
    let one = labels(&[&null[..], &["--count", "clock=0", "--count", "issuer_outage=1"]].concat());
    let of = "{\"kind\":\"incident\",\"fault\":\"issuer_outage\",\"cause\":\"network\",";
    assert!(one.starts_with(of) && one.contains(",\"scope\":{\"issuer\":"), "{one}");
    let header = fs::read_to_string(folder.path().join("day.csv")).unwrap();
    assert!(
        header
            .lines()
            .next()
            .unwrap()
            .ends_with(",site,region,model,firmware,service_code,tvr,chip_condition")
    );
    for wrong in [["--count", "flood=1"], ["--count", "mix"], ["--effect", "-1"], ["--world", "sea"]] {
        assert!(!synth(folder.path(), &wrong).0, "{wrong:?}");
    }
}

#[test]
fn a_reader_may_go_before_the_end() {
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_posmortem-synth"))
        .args(["--attempts", "50000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(line.starts_with("time,mti,") && output.status.success());
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}
