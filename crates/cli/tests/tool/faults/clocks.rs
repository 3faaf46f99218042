//! The clock and the zone of the machine, and days on which zones change.

use crate::bench::{Bench, fixture};
use crate::made_days::day;
use serde_json::Value;
use std::fs;
use std::time::{Duration, SystemTime};

#[test]
fn the_zone_of_the_machine_shows_in_no_result() {
    let day = fixture("day.csv");
    for command in [
        &["report", &day, "--format", "json"][..],
        &["classify", &day],
        &["inspect", &day],
        &["report", &day, "--format", "html"],
    ] {
        let of = |zone: &str| {
            Bench::new()
                .with_variable("TZ", zone)
                .with(".local/state/posmortem/token.key", "")
                .run(command)
                .with_code(0)
                .0
                .to_owned()
        };
        let of = |zone| without_tokens(&of(zone));
        let here = of("UTC");
        for zone in
            ["Asia/Shanghai", "America/St_Johns", ":/no/such/zone", "EST5EDT,M3.2.0,M11.1.0", "garbage"]
        {
            assert_eq!(of(zone), here, "{command:?} {zone}");
        }
    }
}

/// Tokens are those of a key that every bench makes for itself.
fn without_tokens(rows: &str) -> Vec<String> {
    let is_token = |cell: &&str| cell.len() == 32 && cell.bytes().all(|byte| byte.is_ascii_hexdigit());
    rows.lines()
        .map(|line| line.split(',').filter(|cell| !is_token(cell)).collect::<Vec<_>>().join(","))
        .collect()
}

/// Attempts every five minutes by the clock on the wall, around a change of it.
fn around(day: &str, hours: std::ops::Range<u32>, twice: Option<u32>) -> String {
    let mut log = "time,terminal_id,stan,response_code\n".to_owned();
    let mut stan = 0;
    let hours = hours.flat_map(|hour| std::iter::repeat_n(hour, if twice == Some(hour) { 2 } else { 1 }));
    for hour in hours {
        for minute in (0..60).step_by(5) {
            stan += 1;
            log += &format!("{day} {hour:02}:{minute:02}:00,T1,{stan},00\n");
        }
    }
    log
}

#[test]
fn every_attempt_of_a_day_on_which_the_clock_changes_is_counted_once() {
    for (zone, spring, autumn) in [
        ("Europe/Berlin", "2026-03-29", "2026-10-25"),
        ("America/New_York", "2026-03-08", "2026-11-01"),
        ("Asia/Shanghai", "2026-03-29", "2026-10-25"),
    ] {
        let changes = zone != "Asia/Shanghai";
        // An hour that no clock showed, all the same in the log of a machine that did not know of the change; and one that
        // came twice.
        for (day, log) in [
            (spring, around(spring, 0..6, None)),
            (autumn, around(autumn, 0..6, changes.then_some(if zone == "Europe/Berlin" { 2 } else { 1 }))),
        ] {
            let attempts = log.lines().count() - 1;
            let bench = Bench::new().with("day.csv", &log);
            let told = |arguments: &[&str]| -> Value {
                let ended = bench.run(&[&["report", "day.csv", "--format", "json"], arguments].concat());
                serde_json::from_str(ended.with_code(0).0).unwrap()
            };
            for report in [told(&[]), told(&["--timezone", zone]), told(&["--timezone", "+00:00"])] {
                assert_eq!(report["totals"]["exchanges"], attempts, "{zone} {day}");
                assert_eq!(report["input"]["ledger"]["out_of_order"], 0, "{zone} {day}");
            }
        }
    }
}

/// What is kept and what is thrown away follows the days of the data: neither the machine's clock nor the dates of files.
#[test]
fn a_history_does_not_know_what_the_machine_calls_today() {
    let mut bench = Bench::new();
    for number in 18..=20 {
        bench = bench.with("day.csv", day(number).mac(7).log());
        bench.run(&["report", "day.csv", "--save", "kept", "-o", "told.csv"]).with_code(0);
    }
    let kept = || fs::read_dir(bench.path("kept")).unwrap().count();
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(86_400);
    for entry in fs::read_dir(bench.path("kept")).unwrap() {
        let file = fs::File::options().write(true).open(entry.unwrap().path()).unwrap();
        file.set_modified(long_ago).unwrap();
    }
    let arguments =
        ["report", "day.csv", "--save", "kept", "--history", "kept", "--keep-days", "2", "--format", "json"];
    let first = bench.run(&arguments);
    let report: Value = serde_json::from_str(first.with_code(0).0).unwrap();
    assert_eq!((&report["history"]["known"], kept()), (&2.into(), 6));
    // A clock that is far off, where the machine has something to tell another one.
    for clock in ["1969-12-31 12:00:00", "1970-01-01 00:00:01", "2100-02-28 23:59:59", "2400-01-01 00:00:00"]
    {
        let Some(library) = fake_clock() else {
            println!("skipped: no libfaketime on this machine");
            return;
        };
        let mut tool = bench.tool();
        tool.env("LD_PRELOAD", library).env("FAKETIME", clock).env("NO_FAKE_STAT", "1");
        let run = tool.args(arguments).output().unwrap();
        assert_eq!((run.status.code(), kept()), (Some(0), 6), "{clock}");
        assert_eq!(String::from_utf8(run.stdout).unwrap(), first.stdout, "{clock}");
    }
}

fn fake_clock() -> Option<String> {
    let folders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"];
    let paths = folders.map(|folder| format!("{folder}/faketime/libfaketime.so.1"));
    paths.into_iter().find(|path| crate::bench::is_there(path))
}

/// A month ends between the days, and a leap day stands between others.
#[test]
fn days_before_are_told_across_the_ends_of_months() {
    for days in [["2026-11-30", "2026-12-01"], ["2024-02-29", "2024-03-01"], ["2026-12-31", "2027-01-01"]] {
        let mut bench = Bench::new();
        for on in days {
            let log = day(21).mac(7).log().replace("2026-11-21", on);
            bench = bench.with("day.csv", log);
            let arguments = [
                "report",
                "day.csv",
                "--save",
                "kept",
                "--history",
                "kept",
                "--keep-days",
                "1",
                "-o",
                "day.json",
            ];
            bench.run(&arguments).with_code(0);
        }
        let report: Value = serde_json::from_str(&bench.read("day.json")).unwrap();
        assert_eq!((&report["history"]["known"], &report["history"]["latest"]), (&1.into(), &days[0].into()));
        assert_eq!(fs::read_dir(bench.path("kept")).unwrap().count(), 4, "{days:?}");
    }
}

/// What comes from the future is of its own day, and removes nothing that it does not know to be older.
#[test]
fn a_log_from_the_future_is_no_reason_to_forget_today() {
    let bench = Bench::new().with("day.csv", day(21).mac(7).log());
    bench.run(&["report", "day.csv", "--save", "kept", "-o", "told.csv"]).with_code(0);
    // A few records of a terminal whose clock is decades ahead.
    let ahead: String = (0..9)
        .map(|stan| format!("2099-11-21T10:00:0{stan},10012301,M1,9{stan},62220200,1,unionpay-pos,00\n"))
        .collect();
    let bench = bench.with("next.csv", day(22).mac(7).log() + &ahead);
    let arguments = [
        "report",
        "next.csv",
        "--save",
        "kept",
        "--history",
        "kept",
        "--keep-days",
        "30",
        "--format",
        "json",
    ];
    let ended = bench.run(&arguments);
    let report: Value = serde_json::from_str(ended.with_code(0).0).unwrap();
    assert_eq!(report["history"]["known"], 1);
    assert_eq!(fs::read_dir(bench.path("kept")).unwrap().count(), 4);
}
