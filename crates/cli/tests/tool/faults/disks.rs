//! Disks that are full, that fail, or that nobody may write to: status 5, what was there stays, the other outputs are
//! written, and the message names the file and what to do.

use super::{WRITING, day};
use super::{Writing, as_somebody, bare, bench, old_or_whole, shell, shell_by, unfinished};
use crate::bench::{Bench, fixture};
use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};

/// Runs with a limit of the size of files, which the system enforces for everybody, in units of 512 bytes.
fn run_with_limit(writing: &Writing, bench: &Bench, blocks: u32) -> (Option<i32>, String) {
    let tool = writing.command(bench, "-");
    let words: Vec<_> = tool.get_args().map(|word| format!("'{}'", word.to_str().unwrap())).collect();
    let script = format!("ulimit -f {blocks} && exec \"$TOOL\" {} <\"$DAY\"", words.join(" "));
    let (code, _, said) = shell(bench, &script);
    (code, said)
}

#[test]
fn an_output_that_does_not_fit_is_5_and_leaves_what_was_there() {
    let (mut failed, mut some) = (0, 0);
    for writing in &WRITING {
        let bench = bench();
        let whole = writing.whole(&bench, "-");
        for blocks in [0, 4, 40, 160] {
            writing.make_old(&bench);
            let (code, said) = run_with_limit(writing, &bench, blocks);
            let told = format!("{} within {blocks} blocks: {said}", writing.name());
            let made = old_or_whole(writing, &bench, &whole, &told);
            let fits = |bytes: &Vec<u8>| bytes.len() <= blocks as usize * 512;
            assert!(made.iter().all(|name| fits(&whole[name])), "{told}");
            let is_done = made.len() == whole.len();
            assert_eq!(code, Some(if is_done { 0 } else { 5 }), "{told}");
            if !is_done {
                let next_step = "raise the limit of the size of files (ulimit -f)";
                assert!(
                    said.lines().all(|line| line.starts_with("posmortem: ") && line.ends_with(next_step)),
                    "{told}"
                );
                failed += 1;
                some += u32::from(!made.is_empty());
            }
            assert!(unfinished(&bench).is_empty(), "{told}");
        }
    }
    assert!(failed > 20 && some > 3, "{failed} {some}");
}

/// Mounts a small disk that nobody else sees, which goes with the script. None where that is not allowed.
fn on_a_disk(bench: &Bench, options: &str, script: &str) -> Option<String> {
    fs::create_dir_all(bench.path("disk")).unwrap();
    let mount = format!("mount -t tmpfs -o {options} tmpfs disk");
    for unshare in [&["unshare", "-m"][..], &["unshare", "-Urm"]] {
        let program = [unshare, &["sh", "-c"]].concat();
        let can = Command::new(program[0])
            .args(&program[1..])
            .arg(&mount)
            .current_dir(bench.path("."))
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if can {
            let (_, stdout, stderr) = shell_by(&program, bench, &format!("{mount} && {script}"));
            return Some(stdout + &stderr);
        }
    }
    println!("skipped: no disk can be mounted");
    None
}

#[test]
fn a_full_disk_is_5_at_any_point() {
    let bench = Bench::new();
    let day = fixture("day.csv");
    bench.run(&["report", &day, "-o", "a.csv", "-o", "b.html", "-o", "c.json"]).with_code(0);
    let whole: BTreeMap<_, _> = ["a.csv", "b.html", "c.json"]
        .into_iter()
        .map(|name| (name, fs::read(bench.path(name)).unwrap()))
        .collect();
    for kib in [16, 24, 100, 180, 212, 1000] {
        let script = "cd disk && for f in a.csv b.html c.json; do echo old >$f; done && \
                      \"$TOOL\" report \"$DAY\" -o a.csv -o b.html -o c.json 2>../said; status=$?; cp * ..; \
                      echo $status; ls -A";
        let Some(told) = on_a_disk(&bench, &format!("size={kib}k"), script) else { return };
        let lines: Vec<_> = told.lines().collect();
        let status = lines.first().copied().unwrap_or_default();
        assert!(!told.contains(".posmortem-"), "{kib}: {told}");
        let made: Vec<_> = whole
            .keys()
            .filter(|name| {
                let found = fs::read(bench.path(name)).unwrap();
                assert!(found == b"old\n" || found == whole[*name], "{kib}: {name} is {} bytes", found.len());
                found == whole[*name]
            })
            .collect();
        assert_eq!(status, if made.len() == 3 { "0" } else { "5" }, "{kib}: {told}");
    }
    let said = on_a_disk(&bench, "size=8k", "\"$TOOL\" report \"$DAY\" -o disk/b.html -o a.csv").unwrap();
    assert_eq!(
        said,
        "posmortem: disk/b.html cannot be written: no storage space; make room there and run it again\n"
    );
    let said =
        on_a_disk(&bench, "size=8k", "\"$TOOL\" report \"$DAY\" --save disk -o a.csv; ls -A disk").unwrap();
    let told = "posmortem: the table in disk cannot be written: No space left on device (os error 28); make room there and run it again\n";
    assert_eq!(said, told);
    let said = on_a_disk(
        &bench,
        "size=4k",
        "\"$TOOL\" classify \"$DAY\" -o disk/rows.csv -o rows.csv; echo $?; ls -A disk",
    )
    .unwrap();
    assert!(said.starts_with("5\nposmortem: disk/rows.csv cannot be written: "), "{said}");
    assert_eq!(super::rows_of(&bench.path("rows.csv")), 170);
}

#[test]
fn a_disk_that_is_read_only_is_5_before_anything_is_read() {
    let bench = Bench::new();
    for arguments in [
        "report \"$DAY\" -o disk/a.csv",
        "report \"$DAY\" --save disk",
        "report \"$DAY\" --per-terminal disk/pages",
        "report \"$DAY\" --rejects disk/a",
        "classify \"$DAY\" -o disk/a.csv",
        "compare \"$DAY\" old.csv -o disk/a.csv",
        "inspect \"$DAY\" --write-config disk/a",
        "man --dir disk",
    ] {
        let script = format!("mount -o remount,ro disk && \"$TOOL\" {arguments}; echo status $?");
        let Some(told) = on_a_disk(&bench, "size=8k", &script) else { return };
        assert!(told.starts_with("status 5\n"), "{arguments}: {told}");
        assert!(
            told.contains("Read-only file system")
                && told.ends_with("; name a place that you may write to\n"),
            "{told}"
        );
    }
}

#[test]
fn a_folder_that_nobody_may_write_to_is_5() {
    let bench = Bench::new().with("closed/a.csv", "old");
    let set = |mode| {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(bench.path("closed"), fs::Permissions::from_mode(mode)).unwrap();
    };
    let Some(somebody) = as_somebody(&bench) else { return };
    set(0o555);
    let script = "HOME=/nonexistent \"$TOOL\" report -o closed/a.csv";
    let (code, _, said) = shell_by(&somebody, &bench, script);
    let told = "posmortem: closed/a.csv cannot be written: Permission denied (os error 13); name a place that you may write to\n";
    assert_eq!((code, said.as_str(), bench.read("closed/a.csv").as_str()), (Some(5), told, "old"));
    set(0o755);
}

/// What the disk says when it is asked to keep the file, and not before.
#[test]
#[cfg(target_os = "linux")]
fn a_disk_that_fails_at_the_end_is_5_and_the_others_are_written() {
    let bench = Bench::new();
    let day = fixture("day.csv");
    for (error, told) in [
        ("ENOSPC", "No space left on device (os error 28); make room there and run it again"),
        ("EDQUOT", "Disk quota exceeded (os error 122); make room there and run it again"),
        ("EIO", "Input/output error (os error 5)"),
    ] {
        for (failing, call) in [(1, "fsync"), (2, "fsync"), (1, "/rename"), (2, "/rename")] {
            let outputs = ["a.csv", "b.json"];
            outputs.iter().for_each(|name| fs::write(bench.path(name), "old").unwrap());
            let inject = format!("inject={call}:error={error}:when={failing}");
            let trace = format!("trace={call}");
            let traced = || {
                let mut run = bare("strace");
                run.args(["-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject]);
                run
            };
            if !traced().arg("true").status().is_ok_and(|status| status.success()) {
                println!("skipped: calls of the system cannot be made to fail here");
                return;
            }
            let run = traced()
                .args([env!("CARGO_BIN_EXE_posmortem"), "report", &day, "-o", "a.csv", "-o", "b.json"])
                .current_dir(bench.path("."))
                .stdin(Stdio::null())
                .output()
                .unwrap();
            assert_eq!(run.status.code(), Some(5), "{inject}: {run:?}");
            let failed = outputs[failing - 1];
            let said = String::from_utf8(run.stderr).unwrap();
            assert_eq!(said, format!("posmortem: {failed} cannot be written: {told}\n"));
            for name in outputs {
                assert_eq!(bench.read(name) == "old", name == failed, "{name}");
            }
            assert!(unfinished(&bench).is_empty());
        }
    }
}

/// An output that takes nothing is told, whatever else is asked.
#[test]
fn standard_output_that_takes_nothing_is_5() {
    if !crate::bench::is_there("/dev/full") {
        return;
    }
    let day_path = fixture("day.csv");
    for arguments in [
        &["--help"][..],
        &["report", "--help"],
        &["--version"],
        &["report", &day_path],
        &["report", &day_path, "--format", "html"],
        &["classify", &day_path],
        &["classify", &day_path, "--all", "--format", "parquet"],
        &["compare", &day_path, &day_path],
        &["inspect", &day_path],
        &["decode", &day_path],
        &["explain", "55"],
        &["man"],
        &["schema", "report"],
        &["config", "show"],
        &["completions", "bash"],
    ] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let run = Bench::new().tool().args(arguments).stdin(day()).stdout(full).output().unwrap();
        let said = String::from_utf8(run.stderr).unwrap();
        assert_eq!(run.status.code(), Some(5), "{arguments:?}: {said}");
        assert!(
            said.contains("cannot be written: ") && said.ends_with("make room there and run it again\n"),
            "{arguments:?}: {said}"
        );
    }
}

/// Of several statuses the first of 130, 2, 3, 5, 4, 1 is told; what happened besides is said all the same.
#[test]
fn the_status_of_several_faults_is_the_gravest() {
    let broken = fixture("malformed/truncated.csv.gz");
    let bench = Bench::new().with("empty.csv", "");
    let run = |input: &str, more: &str| {
        let script = format!("ulimit -f 0; exec \"$TOOL\" report '{input}' {more}");
        let (code, _, said) = shell(&bench, &script);
        (code, ["broken off", "cannot be written", "is crossed"].map(|told| said.contains(told)))
    };
    let (limit, output) = ("--fail-on 'attempts>=1'", "-o a.csv");
    let day = fixture("day.csv");
    assert_eq!(run(&day, &format!("{limit} >/dev/null")), (Some(1), [false, false, true]));
    assert_eq!(run(&broken, &format!("{limit} >/dev/null")), (Some(4), [true, false, true]));
    assert_eq!(run(&broken, &format!("{limit} {output}")), (Some(5), [true, true, true]));
    assert_eq!(run(&day, &format!("{limit} {output}")), (Some(5), [false, true, true]));
    assert_eq!(run("empty.csv", &format!("{limit} {output}")), (Some(3), [false; 3]));
    assert_eq!(run(&broken, &format!("{limit} {output} --top none")), (Some(2), [false; 3]));
    assert_eq!(bench.names(), ["empty.csv"]);
}
