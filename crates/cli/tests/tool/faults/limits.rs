//! Limits of the system and of the user: an honest status, what to do next, and no panic.

use super::{as_somebody, rows_of, shell, shell_by, unfinished};
use crate::bench::{Bench, fixture};
use std::fs;

#[test]
fn few_open_files_are_enough_for_many_inputs_and_pages() {
    let log = |number: usize| {
        let row = |stan: usize| {
            format!("2026-11-21T08:{:02}:{:02},0210,{number:08},{stan:06},05\n", stan / 2, stan % 2 * 30)
        };
        "time,mti,terminal_id,stan,response_code\n".to_owned() + &(0..30).map(row).collect::<String>()
    };
    let mut bench = Bench::new();
    for number in 0..500 {
        bench = bench.with(&format!("logs/{number}.csv"), log(number));
    }
    let script = "ulimit -n 20; exec \"$TOOL\" report logs --all-terminals --no-diagnosis -q --per-terminal pages \
                  --save kept -o a.csv -o b.json -o c.html --rejects r.tsv";
    let (code, _, said) = shell(&bench, script);
    assert_eq!((code, said.as_str(), rows_of(&bench.path("a.csv"))), (Some(0), "", 500));
    assert_eq!(fs::read_dir(bench.path("pages")).unwrap().count(), 500);
    let many: String = (0..30).map(|number| format!(" -o {number}.csv")).collect();
    let (code, _, said) = shell(&bench, &format!("ulimit -n 20; exec \"$TOOL\" report logs/1.csv{many}"));
    let told = ".csv cannot be written: Too many open files (os error 24); name fewer outputs, or raise the limit of open files (ulimit -n)\n";
    assert!(code == Some(5) && said.ends_with(told), "{said}");
    assert!(unfinished(&bench).is_empty());
}

#[test]
#[cfg(target_os = "linux")]
fn no_threads_to_be_had_is_2_and_says_what_to_do() {
    let bench = Bench::new();
    // The limit is the user's: one who runs nothing else.
    let Some(somebody) = as_somebody(&bench) else { return };
    if shell_by(&somebody, &bench, "exec prlimit --nproc=1 sh -c '(true) && (true)'").0 == Some(0) {
        println!("skipped: threads are not limited here");
        return;
    }
    let script = "HOME=/nonexistent exec prlimit --nproc=1 \"$TOOL\" report - -o a.csv";
    let (code, _, said) = shell_by(&somebody, &bench, script);
    let told = "say --threads 1, or raise the limit of processes (ulimit -u)\n";
    assert!(
        code == Some(2)
            && said.starts_with("posmortem: the workers cannot be started: ")
            && said.ends_with(told),
        "{said}"
    );
    assert!(unfinished(&bench).is_empty());
}

/// What cannot be allocated ends the process as the system's own killer would: no status of ours.
#[test]
#[cfg(target_os = "linux")]
fn no_memory_leaves_what_was_there() {
    let bench = Bench::new().with("a.csv", "old");
    for kib in [30_000, 60_000, 120_000] {
        let (code, _, said) = shell(
            &bench,
            &format!("ulimit -c 0; ulimit -v {kib}; \"$TOOL\" report \"$DAY\" --threads 1 -o a.csv"),
        );
        assert!(!said.contains("panicked"), "{said}");
        assert!(code == Some(0) || bench.read("a.csv") == "old", "{kib}: {code:?}");
    }
}

#[test]
fn surroundings_that_are_missing_are_told_or_not_needed() {
    let bench = Bench::new().with("file", "");
    let whole = bench.run(&["report", &fixture("day.csv")]).stdout;
    for surroundings in [
        "env -i",
        "env -i HOME=",
        "env -i HOME=/nonexistent TMPDIR=/nonexistent",
        "env -i HOME=\"$PWD/file\" LC_ALL=xx_YY.KOI8-R LANG=tlh LANGUAGE=:",
        "env -i PATH= TERM=none COLUMNS=-1 RUST_BACKTRACE=full",
    ] {
        let (code, stdout, said) = shell(&bench, &format!("{surroundings} \"$TOOL\" report \"$DAY\""));
        assert_eq!((code, stdout.as_str(), said.as_str()), (Some(0), whole.as_str(), ""), "{surroundings}");
        let (code, stdout, said) = shell(&bench, &format!("{surroundings} \"$TOOL\" classify \"$DAY\""));
        assert_eq!((code, crate::bench::rows(&stdout)), (Some(0), 170), "{surroundings}");
        assert!(
            said.is_empty() || said.ends_with("tokens of this run cannot be compared with those of others\n"),
            "{said}"
        );
    }
}

#[test]
fn names_that_no_system_takes_are_told_in_a_line_that_can_be_read() {
    let bench = Bench::new();
    let (long, day) = ("x".repeat(100_000), fixture("day.csv"));
    for (arguments, code) in [
        (&["report", &long][..], 3),
        (&["classify", &long], 3),
        (&["inspect", &long], 3),
        (&["decode", &long], 3),
        (&["compare", &long, &day], 3),
        (&["report", &day, "-o", &format!("{long}.csv")], 5),
        (&["report", &day, "--save", &long], 5),
        (&["report", &day, "--per-terminal", &long], 5),
        (&["report", &day, "--rejects", &long], 5),
        (&["classify", &day, "-o", &format!("{long}.csv")], 5),
        (&["inspect", &day, "--write-config", &long], 5),
        (&["report", &day, "--history", &long], 2),
        (&["report", &day, "--config", &long], 2),
        (&["report", &day, "--rules", &format!("{long}.toml")], 2),
        (&["report", &day, "--terminals", &long], 2),
        (&["report", "--files-from", &long], 2),
        (&["classify", &day, "--token-key", &long], 2),
    ] {
        let ended = bench.run(arguments);
        let (_, lines) = ended.with_code(code);
        let told = lines.iter().find(|line| line.contains("File name too long"));
        assert!(told.is_some_and(|told| told.len() < 10_000), "{arguments:.20?}");
    }
    let list = bench.with("list", "y".repeat(1_000_000) + "\n");
    let ended = list.run(&["report", "--files-from", "list"]);
    let (_, lines) = ended.with_code(2);
    assert!(
        lines[0].len() < 10_000 && lines[0].ends_with("File name too long (os error 36)"),
        "{}",
        lines[0].len()
    );
}
