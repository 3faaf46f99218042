//! Signals: a run ends at once, whatever it waits for, as the signal would have ended it anyway.

use super::{WRITING, Writing, bare, bench, day, ended, old_or_whole, signal, unfinished, until};
use crate::bench::{Bench, fixture};
use std::fs;
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

/// A signal, and how the shell sees a run that it has ended.
const SIGNALS: [(&str, i32); 6] =
    [("INT", 130), ("TERM", 143), ("HUP", 129), ("QUIT", 131), ("XCPU", 152), ("KILL", 137)];

/// What `$?` is.
fn seen_by_a_shell(status: ExitStatus) -> i32 {
    status.code().or(status.signal().map(|signal| 128 + signal)).unwrap()
}

/// Signals that this process was started to ignore, which its children do as well.
fn is_ignored_here(name: &str) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap_or("0").trim().to_owned();
    let number = SIGNALS.iter().find(|(signal, _)| *signal == name).unwrap().1 - 128;
    let is_ignored = u64::from_str_radix(&mask, 16).unwrap() >> (number - 1) & 1 == 1;
    if is_ignored {
        println!("skipped: SIG{name} is ignored here");
    }
    is_ignored
}

/// A run that has begun and waits for more of a day than it gets.
fn waiting(writing: &Writing, bench: &Bench) -> Child {
    let mut run = writing.command(bench, "-").stdin(Stdio::piped()).spawn().unwrap();
    let mut begin = vec![0; 20_000];
    day().read_exact(&mut begin).unwrap();
    // The pipe stays open with the child.
    run.stdin.as_mut().unwrap().write_all(&begin).unwrap();
    run
}

#[test]
fn the_documentation_tells_the_same_statuses() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/faults.md");
    let page = fs::read_to_string(page).unwrap();
    for (name, status) in SIGNALS {
        // The first table is that of signals.
        let row = page.lines().find(|line| line.starts_with(&format!("| SIG{name}"))).unwrap();
        assert_eq!(row.split('|').nth(2).unwrap().trim(), status.to_string(), "SIG{name}");
    }
}

#[test]
fn while_it_reads_every_signal_leaves_what_was_there() {
    for writing in &WRITING {
        let bench = bench();
        let whole = writing.whole(&bench, "-");
        for (name, status) in SIGNALS {
            if is_ignored_here(name) {
                continue;
            }
            let told = format!("{} SIG{name}", writing.name());
            writing.make_old(&bench);
            let run = waiting(writing, &bench);
            let has_begun = || !unfinished(&bench).is_empty();
            match writing.arguments.contains(&"--per-terminal") {
                // Nothing is open before there is a page.
                true => thread::sleep(Duration::from_millis(100)),
                false => until(&told, has_begun),
            }
            signal(&run, name);
            assert_eq!(seen_by_a_shell(ended(run, &told)), status, "{told}");
            let made = old_or_whole(writing, &bench, &whole, &told);
            assert!(made.is_empty(), "{told}: {made:?}");
            let left = unfinished(&bench);
            assert!(name == "KILL" || left.is_empty(), "{told}: {left:?}");
        }
        // What the killed run left is gone after the next one, and was nothing to it.
        assert_eq!(writing.whole(&bench, "-"), whole);
        assert!(unfinished(&bench).is_empty(), "{}: {:?}", writing.name(), unfinished(&bench));
    }
}

#[test]
fn at_any_moment_outputs_are_old_or_whole() {
    let mut state = 20_261_121_u64;
    // Numbers that are the same in every run (Knuth's MMIX).
    let mut below = |most: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % most
    };
    let (mut cut_short, mut some) = (0, 0);
    for writing in &WRITING {
        let bench = bench();
        let whole = writing.whole(&bench, "-");
        let began = std::time::Instant::now();
        writing.whole(&bench, "-");
        let micros = u64::try_from(began.elapsed().as_micros()).unwrap();
        for turn in 0..3 {
            let (name, _) = SIGNALS[usize::try_from(below(SIGNALS.len() as u64)).unwrap()];
            if is_ignored_here(name) {
                continue;
            }
            writing.make_old(&bench);
            // A run that ends before it writes clears nothing up.
            unfinished(&bench).iter().for_each(|left| fs::remove_file(left).unwrap());
            let run = writing.command(&bench, "-").stdin(day()).spawn().unwrap();
            // Half of them towards the end, where it writes.
            let after = if turn % 2 == 0 { below(micros) } else { micros / 2 + below(micros / 2) };
            thread::sleep(Duration::from_micros(after));
            signal(&run, name);
            let told = format!("{} SIG{name} after {after} µs", writing.name());
            let is_whole = seen_by_a_shell(ended(run, &told)) == 0;
            let made = old_or_whole(writing, &bench, &whole, &told);
            assert!(!is_whole || made.len() == whole.len(), "{told}: {made:?}");
            assert!(name == "KILL" || unfinished(&bench).is_empty(), "{told}: {:?}", unfinished(&bench));
            cut_short += u32::from(!is_whole);
            some += u32::from(!made.is_empty() && made.len() < whole.len());
        }
    }
    println!("{cut_short} runs were cut short, {some} of them between two outputs");
    assert!(cut_short > 0);
}

/// The page goes to a pipe that nobody reads, between two files.
#[test]
fn while_it_writes_every_signal_leaves_whole_files() {
    let fifo = |bench: &Bench| {
        assert!(Command::new("mkfifo").arg(bench.path("page")).status().unwrap().success());
    };
    for (name, status) in SIGNALS {
        if is_ignored_here(name) {
            continue;
        }
        let bench = Bench::new().with("a.csv", "old").with("b.csv", "old");
        fifo(&bench);
        let mut tool = bench.tool();
        tool.args([
            "report",
            &fixture("day.csv"),
            "--format",
            "html",
            "-o",
            "a.csv",
            "-o",
            "page",
            "-o",
            "b.csv",
        ]);
        let run = tool.spawn().unwrap();
        let reader = fs::File::open(bench.path("page")).unwrap();
        until(name, || bench.read("a.csv") != "old");
        signal(&run, name);
        assert_eq!(seen_by_a_shell(ended(run, name)), status);
        assert_eq!((super::rows_of(&bench.path("a.csv")), bench.read("b.csv")), (12, "old".to_owned()));
        assert!(name == "KILL" || unfinished(&bench).is_empty());
        drop(reader);
    }
}

/// Nothing comes, not even a first byte; or the pipe that is to be written has no reader.
#[test]
fn a_run_that_waits_for_others_ends_too() {
    let bench = Bench::new();
    for name in ["in", "out.csv"] {
        assert!(Command::new("mkfifo").arg(bench.path(name)).status().unwrap().success());
    }
    let day = fixture("day.csv");
    for arguments in [
        &["report"][..],
        &["classify", "-"],
        &["inspect", "-"],
        &["decode", "-"],
        &["compare", "-", &day],
        &["report", "in"],
        &["report", &day, "in"],
        &["decode", "in"],
        &["report", &day, "--files-from", "in"],
        &["report", &day, "-o", "out.csv"],
        &["report", &day, "--terminals", "in"],
    ] {
        let run = bench.tool().args(arguments).stdin(Stdio::piped()).spawn().unwrap();
        thread::sleep(Duration::from_millis(50));
        signal(&run, "TERM");
        assert_eq!(seen_by_a_shell(ended(run, &arguments.join(" "))), 143, "{arguments:?}");
    }
}

/// Rows of a stream that never ends are those that were there: `tail -f | posmortem classify`, and Ctrl-C.
#[test]
fn a_stream_without_end_is_ended_by_a_signal() {
    if is_ignored_here("INT") {
        return;
    }
    let bench = Bench::new();
    for command in ["report", "classify", "inspect", "decode"] {
        let mut run = bench.tool().arg(command).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let mut log = run.stdin.take().unwrap();
        let header = "time,mti,terminal_id,stan,response_code\n";
        log.write_all(header.as_bytes()).unwrap();
        let feeding = thread::spawn(move || {
            let row = |at: usize| {
                format!(
                    "2026-11-21T{:02}:{:02}:{:02},0210,T{},{at:06},00\n",
                    at / 3600 % 24,
                    at / 60 % 60,
                    at % 60,
                    at % 9
                )
            };
            // Until nobody reads.
            (0..).take_while(|at| log.write_all(row(*at).as_bytes()).is_ok()).count()
        });
        thread::sleep(Duration::from_millis(100));
        signal(&run, "INT");
        assert_eq!(seen_by_a_shell(ended(run, command)), 130, "{command}");
        feeding.join().unwrap();
    }
}

/// `nohup`, and what a shell starts in the background, ask for signals to be ignored.
#[test]
#[cfg(target_os = "linux")]
fn signals_that_are_to_be_ignored_are() {
    let bench = Bench::new();
    let script = "trap '' HUP INT QUIT; exec \"$TOOL\" report -o day.csv";
    let mut shell = bare("sh");
    shell.args(["-c", script]).current_dir(bench.path(".")).env("TOOL", env!("CARGO_BIN_EXE_posmortem"));
    let mut run = shell.stdin(Stdio::piped()).spawn().unwrap();
    until("it has begun", || !unfinished(&bench).is_empty());
    for name in ["HUP", "INT", "QUIT"] {
        signal(&run, name);
    }
    let mut whole = Vec::new();
    day().read_to_end(&mut whole).unwrap();
    run.stdin.take().unwrap().write_all(&whole).unwrap();
    assert_eq!(ended(run, "nohup").code(), Some(0));
    assert_eq!(super::rows_of(&bench.path("day.csv")), 12);
}

/// `timeout` sends its signal to the process and then to its group, the process among them; a user presses Ctrl-C again.
#[test]
fn a_signal_that_comes_again_and_again_leaves_nothing_either() {
    let bench = Bench::new();
    let outputs = ["-o", "a.csv", "-o", "b.json", "-o", "c.html", "-o", "d.md", "--rejects", "e.tsv"];
    for _ in 0..5 {
        let mut run = bench.tool().arg("report").args(outputs).stdin(Stdio::piped()).spawn().unwrap();
        until("all have begun", || unfinished(&bench).len() == 5);
        // One process sends them all, one right after another.
        let id = run.id();
        let again = format!("kill -TERM {id} && kill -TERM {id} && kill -TERM {id}");
        bare("sh").args(["-c", &again]).stderr(Stdio::null()).status().unwrap();
        let held = run.stdin.take();
        assert_eq!(seen_by_a_shell(ended(run, "TERM again")), 143);
        assert_eq!(bench.names(), [""; 0]);
        drop(held);
    }
}

/// A closed pipe is told by what cannot be written, not by the signal.
#[test]
fn the_signal_of_closed_pipes_ends_nothing() {
    let bench = Bench::new();
    let mut run = bench.tool().args(["report", "-o", "day.csv"]).stdin(Stdio::piped()).spawn().unwrap();
    until("it has begun", || !unfinished(&bench).is_empty());
    signal(&run, "PIPE");
    let mut whole = Vec::new();
    day().read_to_end(&mut whole).unwrap();
    run.stdin.take().unwrap().write_all(&whole).unwrap();
    assert_eq!(ended(run, "PIPE").code(), Some(0));
}

/// A killed run leaves a file that grew for hours, and nobody sees it. One that is still being written is another matter.
#[test]
fn what_killed_runs_left_is_cleared_up_and_what_others_write_is_not() {
    let (day, bench) = (fixture("day.csv"), Bench::new());
    bench.run(&["report", &day, "--save", "kept", "-q", "-o", "first.json"]).with_code(0);
    let table = fs::read_dir(bench.path("kept")).unwrap().map(|entry| entry.unwrap().path());
    let table =
        fs::read(table.filter(|path| path.extension().unwrap() == "parquet").last().unwrap()).unwrap();
    let bench = bench
        .with("kept/.posmortem-killed.tmp", &table)
        .with("kept/.posmortem-alive.tmp", &table)
        .with("kept/.posmortem-mine", "another's")
        .with("kept/other.tmp", "another's");
    let alive = fs::File::open(bench.path("kept/.posmortem-alive.tmp")).unwrap();
    alive.lock().unwrap();
    let again = ["report", &day, "--save", "kept", "--history", "kept", "-o", "again.json"];
    assert_eq!(bench.run(&again).with_code(0).1, [""; 0]);
    let is_there = |name: &str| bench.path(&format!("kept/{name}")).exists();
    assert!(!is_there(".posmortem-killed.tmp"));
    assert!(is_there(".posmortem-alive.tmp") && is_there(".posmortem-mine") && is_there("other.tmp"));
    assert_eq!(fs::read_dir(bench.path("kept")).unwrap().count(), 5);
    drop(alive);
    bench.run(&["report", &day, "-q", "-o", "kept/day.json"]).with_code(0);
    assert!(!is_there(".posmortem-alive.tmp"));
}
