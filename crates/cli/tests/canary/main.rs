//! Card data that is planted in logs comes out nowhere: not on standard output or standard error,
//! not in a file, whatever the command, the format and the mistake of the user.
//!
//! What is promised depends on where a value stands. In the columns of its kind, in free text and in
//! columns that are not read nothing of it ever comes out. In the place of an id or a number it is
//! covered when its form gives it away: card numbers and tracks are, names, CVVs and PIN blocks
//! cannot be.
// Clippy takes the functions beside the tests for something else than tests.
#![allow(clippy::unwrap_used)]

mod commands;
mod hostile;
mod killed;
mod logs;
mod planted;
mod repository;
mod search;
mod secrets;
#[path = "../support/mod.rs"]
mod support;
mod table;
mod told;

use commands::{COMPARED, EVERY_FORMAT, WITHOUT_A_LOG};
use planted::{canaries, has_no_cvv, of_log, of_rows, of_the_day, planted};
use std::fs;
use support::{Bench, fixture};
use told::{files, told, told_of, told_of_bytes};

#[test]
fn nothing_of_the_day_comes_out() {
    let canaries = of_the_day();
    canaries.are_not_in(&told_of(&fixture("day.csv"), &[]), "day.csv");
    for options in [&[][..], &["--config", &fixture("posmortem.toml")]] {
        canaries.are_not_in(&told_of(&fixture("day.log"), options), "day.log");
    }
}

#[test]
fn nothing_that_is_planted_comes_out() {
    let canaries = canaries(&planted());
    for name in ["malformed/planted-card-data.csv", "malformed/planted-card-data.log"] {
        for options in [&[][..], &["--bin-digits", "8"], &["--dialect", "visa"], &["--max-rejects", "0"]] {
            let told = told_of(&fixture(name), options);
            canaries.are_not_in(&told, name);
            has_no_cvv(&told, name);
        }
    }
}

#[test]
fn a_planted_list_is_no_log_and_is_not_repeated() {
    let told = told_of(&fixture("malformed/planted.txt"), &[]);
    canaries(&planted()).are_not_in(&told, "planted.txt");
    has_no_cvv(&told, "planted.txt");
}

/// A folder of files with each data row of a file, and all of them, without the header: each command reads
/// them in one run, for what is told of an input follows from that input.
fn without_header(name: &str) -> Bench {
    let text = fs::read_to_string(fixture(name)).unwrap();
    let rows: Vec<_> = text.lines().skip(1).collect();
    let parts = rows.iter().map(|row| format!("{row}\n")).chain([rows.join("\n")]);
    (0..).zip(parts).fold(Bench::new(), |bench, (at, part)| bench.with(&format!("{at}.csv"), part))
}

#[test]
fn rows_that_stand_where_a_header_should_are_not_repeated() {
    let canaries = canaries(&planted());
    let rows = without_header("malformed/planted-card-data.csv");
    for options in [
        &[][..],
        &["--input-format", "jpos"],
        &["--separator", "semicolon"],
        &["--columns", "time,mti,response_code"],
        &["--columns", "time,link,mti"],
    ] {
        let told = told_of(rows.path("").to_str().unwrap(), options);
        canaries.are_not_in(&told, &format!("{options:?}"));
        has_no_cvv(&told, &format!("{options:?}"));
    }
}

/// The user insists on rows, so that the first one is taken for the header.
#[test]
fn a_row_that_is_taken_for_the_header_by_force_is_not_repeated() {
    let canaries = canaries(&planted());
    let rows = without_header("malformed/planted-card-data.csv");
    let told = told_of(rows.path("").to_str().unwrap(), &["--input-format", "delimited"]);
    canaries.are_not_in(&told, "--input-format delimited");
    has_no_cvv(&told, "--input-format delimited");
}

#[test]
fn a_log_given_for_another_file_is_not_repeated() {
    let (canaries, day) = (canaries(&planted()), fixture("day.csv"));
    for name in ["planted-card-data.csv", "planted-card-data.log", "planted.txt"] {
        let log = fixture(&format!("malformed/{name}"));
        for arguments in [
            &["report", &day, "--config", &log][..],
            &["report", &day, "--terminals", &log],
            &["config", "show", "--config", &log],
            &["explain", "55", "--config", &log],
            &["classify", &day, "--token-key", &log],
            &["config", "show", "--token-key", &log],
            &["report", &day, "--rules", &log],
            &["rules", "check", &log],
            &["rules", "list", &log],
            &["compare", &day, &day, "--terminals", &log],
            &["report", &day, "--history", &log],
        ] {
            let bench = Bench::new();
            let ended = bench.run(arguments);
            canaries.are_not_in(&told(&bench, &ended), &format!("{arguments:?}"));
        }
    }
}

#[test]
fn commands_without_a_log_know_no_card() {
    let all = canaries(&[planted(), of_rows(), of_log()].concat());
    let (config, rules) = (fixture("posmortem.toml"), fixture("rules.toml"));
    for command in WITHOUT_A_LOG {
        let words = command.split(' ').map(|word| match word {
            "CONFIG" => &config,
            "RULES" => &rules,
            _ => word,
        });
        let bench = Bench::new();
        let ended = bench.run(&words.chain(["-v"]).collect::<Vec<_>>());
        ended.with_code(0);
        all.are_not_in(&told(&bench, &ended), command);
    }
}

/// The columns of a file, the one called `source` taken for `target`.
fn mapped(name: &str, source: &str, target: &str) -> String {
    let text = fs::read_to_string(fixture(name)).unwrap();
    let taken = |column| match column {
        _ if column == source => target,
        _ if column == target => "-",
        _ => column,
    };
    text.lines().next().unwrap().split(',').map(taken).collect::<Vec<_>>().join(",")
}

/// Card numbers stand where findings and recurrence tell ids and scopes.
#[test]
fn what_is_kept_of_one_day_is_covered_on_the_next() {
    let canaries = canaries(&of_rows());
    let day = fs::read_to_string(fixture("day.csv")).unwrap();
    let logs =
        Bench::new().with("before.csv", day.replace("2026-11-21", "2026-11-20")).with("after.csv", day);
    let [before, after] = ["before.csv", "after.csv"].map(|name| logs.path(name).display().to_string());
    for target in ["pan", "terminal_id", "merchant_id", "link", "issuer"] {
        let columns = mapped("day.csv", "pan", target);
        let bench = Bench::new();
        let tell = |command: &str, inputs: &[&str]| {
            let words: Vec<_> = command.split(' ').collect();
            let ended = bench.run(&[&words[..], inputs, &["--columns", &columns]].concat());
            assert!(matches!(ended.code, Some(0 | 4)), "{ended:?}");
            canaries.are_not_in(&told(&bench, &ended), &format!("pan as {target}: {command}"));
        };
        tell("report --save kept -o a.json", &[&before]);
        tell(EVERY_FORMAT[0], &["--history", "kept", &after]);
        assert!(bench.read("a.json").contains("\"recurrence\": {"), "pan as {target}");
        let found = files(&bench, "kept/").into_iter().find(|name| name.ends_with(".findings.json")).unwrap();
        tell(COMPARED, &[&found, &after]);
    }
}

#[test]
fn a_broken_off_and_a_binary_log_are_not_repeated() {
    let log = fs::read_to_string(fixture("malformed/planted-card-data.log")).unwrap();
    let canaries = canaries(&planted());
    // All cuts in one run of each command: what is told of an input follows from that input.
    let cuts = || (0..log.len()).step_by(log.len() / 40);
    let with = |bench: Bench, cut: usize, part: &str| bench.with(&format!("{cut}.log"), part);
    let heads = cuts().fold(Bench::new(), |bench, cut| with(bench, cut, &log[..cut]));
    let tails = cuts().fold(Bench::new(), |bench, cut| with(bench, cut, &log[cut..]));
    for (parts, name) in [(heads, "what stands before a cut"), (tails, "what stands behind a cut")] {
        canaries.are_not_in(&told_of(parts.path("").to_str().unwrap(), &[]), name);
    }
    canaries.are_not_in(&told_of_bytes(&log.replace('\n', "\0"), &[]), "NUL for line feed");
}
