//! Files that are half written: a run is killed while it writes, and what it leaves is searched as whole outputs are.

use crate::commands::of_a_log;
use crate::logs::{Log, Wall, logs};
use crate::support::Bench;
use crate::table::canaries;
use crate::told::files;
use std::fs;
use std::io::Write;
use std::process::{Child, Stdio};
use std::thread;

/// How much of a file stands before the run is killed: the first that is written, and the middle of one.
const WRITTEN: [u64; 2] = [1, 100_000];

/// Rows with every plant, of so many terminals that what is told of them is not written at once.
fn day() -> (Vec<Log>, Vec<u8>) {
    let rows: Vec<Log> = [Wall::Whole, Wall::ByForm]
        .into_iter()
        .flat_map(|wall| logs(wall).into_iter().filter(|log| log.format == "delimited"))
        .collect();
    let texts = rows.iter().map(|log| String::from_utf8_lossy(&log.bytes).into_owned());
    let texts: Vec<String> = texts.collect();
    let header = texts[0].split_inclusive('\n').next().unwrap();
    let mut day = header.to_owned();
    for site in 0..15 {
        for text in &texts {
            day += &text[header.len()..].replace("10012301", &format!("1001{site:02}01"));
        }
    }
    (rows, day.into_bytes())
}

/// The bytes of the longest file that is not whole.
fn longest(bench: &Bench) -> u64 {
    let unfinished = files(bench, "").into_iter().filter(|name| is_unfinished(name));
    // It may have its name by now.
    unfinished
        .filter_map(|name| fs::metadata(bench.path(&name)).ok())
        .map(|file| file.len())
        .max()
        .unwrap_or(0)
}

fn is_unfinished(name: &str) -> bool {
    name.rsplit('/').next().unwrap().starts_with(".posmortem-")
}

/// A run on a day from a pipe.
fn started(bench: &Bench, command: &str, day: &[u8]) -> Child {
    let words = command.split(' ').chain(["--rejects", "rejects.tsv", "-"]);
    let mut tool = bench.tool();
    tool.args(words).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut run = tool.spawn().unwrap();
    let (mut pipe, day) = (run.stdin.take().unwrap(), day.to_owned());
    // Nobody reads the rest once the run is killed.
    thread::spawn(move || pipe.write_all(&day).ok());
    run
}

/// Everything that a killed run leaves, and whether some of it is half written.
fn left(command: &str, day: &[u8], written: u64) -> (String, bool) {
    let bench = Bench::new();
    let mut run = started(&bench, command, day);
    while longest(&bench) < written && run.try_wait().unwrap().is_none() {}
    run.kill().unwrap();
    run.wait().unwrap();
    let names = files(&bench, "");
    let is_half = |name: &String| is_unfinished(name) && fs::metadata(bench.path(name)).unwrap().len() > 0;
    let texts =
        names.iter().map(|name| String::from_utf8_lossy(&fs::read(bench.path(name)).unwrap()).into_owned());
    (texts.collect::<Vec<_>>().join("\n"), names.iter().any(is_half))
}

#[test]
fn nothing_comes_out_of_files_that_are_half_written() {
    let (rows, day) = day();
    let canaries = canaries(&rows, Wall::ByForm);
    // Those that write files beside the rejects.
    let commands = of_a_log().into_iter().filter(|command| {
        command.contains(" -o a") && !command.starts_with("compare") && !command.contains("--ask")
    });
    let mut half_written = 0;
    for command in commands {
        for written in WRITTEN {
            let (left, is_half) = left(&command, &day, written);
            canaries.are_not_in(&left, &format!("{command}, {written} bytes"));
            half_written += usize::from(is_half);
        }
    }
    // Rows and rejects come as the log does; the others may be whole before anybody looks.
    assert!(half_written >= 4, "{half_written}");
}
