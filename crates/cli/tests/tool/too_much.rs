//! What a log may ask for, and what is said when it asks for more.

use crate::bench::{Bench, fixture, rows};

/// A log of answers, one from each of these terminals.
fn log(terminals: impl IntoIterator<Item = String>) -> String {
    let mut log = "time,mti,terminal_id,stan,response_code\n".to_owned();
    for (stan, terminal) in (1..).zip(terminals) {
        let stan: u32 = stan;
        log += &format!("2026-11-21T08:{:02}:{:02},0210,{terminal},{stan:06},91\n", stan / 60, stan % 60);
    }
    log
}

fn numbered(terminals: std::ops::Range<u32>) -> impl Iterator<Item = String> {
    terminals.map(|number| format!("T{number:04}"))
}

#[test]
fn more_terminals_than_allowed_end_without_a_result() {
    let bench = Bench::new().with("day.csv", log(numbered(0..40)));
    let old = |name: &str| std::fs::write(bench.path(name), "old").unwrap();
    for (arguments, output) in [
        (&["report", "day.csv", "-o", "-"][..], Some("old.json")),
        (&["report", "day.csv", "--no-diagnosis"], None),
        (&["report", "day.csv", "--terminal", "T0001"], None),
        (&["inspect", "day.csv"], None),
        (&["classify", "day.csv"], Some("old.csv")),
    ] {
        output.into_iter().for_each(old);
        let arguments = [arguments, output.map(|name| ["-o", name]).as_slice().as_flattened()].concat();
        let ended = bench.run(&[&arguments[..], &["--max-terminals", "39"]].concat());
        ended.says_only(6, "more than 39 terminals: if that is right, --max-terminals allows more");
        assert!(output.is_none_or(|name| bench.read(name) == "old"), "{arguments:?}");
        assert_eq!(bench.names().len(), 1 + usize::from(output.is_some()), "{arguments:?}");
        let enough = bench.run(&[&arguments[..], &["--max-terminals", "40"]].concat());
        assert_eq!(enough.code, Some(0), "{enough:?}");
        output.into_iter().for_each(|name| std::fs::remove_file(bench.path(name)).unwrap());
    }
}

/// Neither the files that they are in nor zeros on the left make more terminals of one.
#[test]
fn terminals_are_counted_once_in_all_inputs() {
    let padded = numbered(0..30).map(|terminal| format!("00{terminal}"));
    let bench = Bench::new().with("a.csv", log(numbered(0..30))).with("b.csv", log(padded));
    for (most, code) in [("29", 6), ("30", 0)] {
        for inputs in [["a.csv", "b.csv"], ["b.csv", "a.csv"]] {
            let ended = bench.run(&[&["report", "--max-terminals", most], &inputs[..]].concat());
            assert_eq!(ended.code, Some(code), "{ended:?}");
        }
    }
}

#[cfg(feature = "tables")]
#[test]
fn tables_have_terminals_too() {
    // Those that only sign on are terminals, too.
    let signing_on = "2026-11-21T09:00:00,0800,T0039,1,\n2026-11-21T09:00:01,0810,T0039,1,00\n";
    let bench =
        Bench::new().with("a.csv", log(numbered(0..20))).with("b.csv", log(numbered(10..39)) + signing_on);
    bench.run(&["report", "a.csv", "b.csv", "--max-terminals", "39"]).says_only(6, "more than 39 terminals");
    for (day, table) in [("a.csv", "a"), ("b.csv", "b")] {
        bench.run(&["report", day, "--save", table, "-o", "report.json"]).with_code(0);
    }
    let tables = || {
        ["a", "b"].map(|folder| {
            let mut files = std::fs::read_dir(bench.path(folder)).unwrap().map(|file| file.unwrap().path());
            files
                .find(|path| path.extension().is_some_and(|end| end == "parquet"))
                .unwrap()
                .display()
                .to_string()
        })
    };
    let [a, b] = tables();
    bench.run(&["report", &a, &b, "--max-terminals", "39"]).says_only(6, "more than 39 terminals");
    let all = bench.run(&["report", &a, &b, "--max-terminals", "40", "--all-terminals"]);
    assert_eq!(rows(all.with_code(0).0), 39, "with attempts");
}

/// It decides nothing else: the rest of the log is read.
#[test]
fn a_longer_record_than_allowed_is_a_reject() {
    let long = format!("T{}", "9".repeat(300));
    let bench = Bench::new().with("day.csv", log(numbered(0..20).chain([long])));
    let (table, lines) = {
        let ended = bench.run(&["report", "day.csv", "--max-record", "200", "--rejects", "rejects.tsv"]);
        let (table, lines) = ended.with_code(0);
        (table.to_owned(), lines.join("\n"))
    };
    assert_eq!(rows(&table), 20);
    assert!(lines.contains("1 of 21 records could not be read, first day.csv line 22: "), "{lines}");
    let listed = bench.read("rejects.tsv");
    assert!(listed.contains("longer than a record may be (max_record)"), "{listed}");
    assert!(!listed.contains("999") && !lines.contains("999"));
    let whole = bench.run(&["report", "day.csv", "--max-record", "1K"]);
    assert_eq!((rows(whole.with_code(0).0), whole.stderr.as_str()), (21, ""));
}

#[test]
fn limits_that_are_none_are_wrong_usage() {
    let (bench, day) = (Bench::new(), fixture("day.csv"));
    for (flag, value, told) in [
        ("--max-record", "1T", "`1T` is no size: write a number of bytes, or one such as 256K, 4M or 2G"),
        ("--max-record", "1G", "`1G` is not between 64 and 64M"),
        ("--max-memory", "31M", "`31M` is less than 32M"),
        ("--max-terminals", "0", "`0` is no number of terminals, such as 5000000"),
    ] {
        bench.run(&["report", &day, flag, value]).says_only(2, told);
    }
}

/// More terminals than 32 MiB can name.
#[cfg(target_os = "linux")]
#[test]
fn a_run_that_takes_more_memory_than_allowed_ends_without_a_result() {
    let names = (0..120_000_u32).map(|number| format!("{number:06}{}", "x".repeat(50)));
    let mut day = "time,mti,terminal_id,stan,response_code\n".to_owned();
    for (stan, name) in (1..).zip(names) {
        let stan: u32 = stan;
        day += &format!("2026-11-21T08:{:02}:{:02},0210,{name},{stan:06},91\n", stan / 2400, stan / 40 % 60);
    }
    let bench = Bench::new().with("day.csv", day).with("old.json", "old");
    for arguments in
        [&["report", "day.csv", "-o", "old.json"][..], &["report", "day.csv", "--ask", "declines"]]
    {
        let ended = bench.run(&[arguments, &["--max-memory", "32M"]].concat());
        ended.says_only(6, "the run takes more than 32.00 MiB of memory: --max-memory allows more");
        assert_eq!((bench.read("old.json").as_str(), bench.names().len()), ("old", 2));
    }
    // A limit that is not reached shows nowhere.
    let whole = bench.run(&["report", &fixture("day.csv")]);
    let limited = bench.run(&["report", &fixture("day.csv"), "--max-memory", "2G"]);
    assert_eq!(whole.with_code(0).0, limited.with_code(0).0);
}
