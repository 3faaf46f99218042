//! Exit statuses, and what is said with each.

use crate::bench::{Bench, fixture, rows};

const HEADER: &str = "time,mti,terminal_id,merchant_id,stan,rrn,amount,currency,response_code\n";

/// A log of complete pairs, and as many rows that cannot be read.
fn log(pairs: usize, unreadable: usize) -> String {
    let mut log = HEADER.to_owned();
    for stan in 1..=pairs {
        let at = format!("2026-11-21T08:{:02}:{:02}", stan / 60, stan % 60);
        let tail = format!("10012345,M1,{stan:06},{stan:012},1000,156");
        log += &format!("{at}.000,0200,{tail},\n{at}.200,0210,{tail},55\n");
    }
    log + &"not-a-time,0210,10012345,M1,1,1,1000,156,00\n".repeat(unreadable)
}

#[test]
fn a_day_is_0_and_its_failures_are_counted() {
    let ended = Bench::new().run(&["report", &fixture("day.csv")]);
    let (stdout, lines) = ended.with_code(0);
    assert!(stdout.starts_with("terminal_id\tmerchant_id\texchanges\t"), "{stdout}");
    assert_eq!((rows(stdout), lines.len()), (12, 0));
}

#[test]
fn a_key_that_is_not_there_and_zones_that_are_none_are_2() {
    let bench = Bench::new();
    let ended = bench.run(&["classify", "x", "--token-key", "no.key"]);
    ended.says_only(2, "no.key: the token key cannot be read or made: ");
    assert_eq!(ended.stderr.matches("os error").count(), 1, "{ended:?}");
    for zone in ["EST5EDT4", "UTC+15", "-14:30"] {
        bench.run(&["report", "x", "--timezone", zone]).says_only(2, "such as +08:00 or UTC+8");
    }
}

#[test]
fn help_and_version_are_answers() {
    let bench = Bench::new();
    let ended = bench.run(&["report", "--help"]);
    let (help, lines) = ended.with_code(0);
    assert!(help.contains("Examples:") && help.contains("--max-rejects") && lines.is_empty());
    let asked = bench.run(&["help"]);
    assert_eq!(asked.with_code(0).0, bench.run(&["--help"]).with_code(0).0);
    assert_eq!(bench.run(&["help", "report"]).with_code(0).0, help);
    let version = bench.run(&["--version"]);
    assert_eq!(version.with_code(0).0, concat!("posmortem ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn no_message_at_all_is_3_and_no_report() {
    for name in ["empty.csv", "header-only.csv", "noise.bin", "not-a-log.txt"] {
        let file = fixture(&format!("malformed/{name}"));
        let bench = Bench::new().with("old.json", "old");
        let ended = bench.run(&["report", &file, "-o", "old.json", "-o", "-"]);
        let (stdout, lines) = ended.with_code(3);
        assert_eq!((stdout, bench.read("old.json").as_str()), ("", "old"), "{name}");
        assert!(lines[0].contains(name), "{lines:?}");
        assert_eq!(*lines.last().unwrap(), "posmortem: no message could be read");
        assert_eq!(bench.run(&["classify", &file]).with_code(3).0, "", "{name}");
    }
    let ended = Bench::new().run(&["report", "-q", "missing.log"]);
    let (_, lines) = ended.with_code(3);
    assert!(lines[0].starts_with("posmortem: missing.log"), "{lines:?}");
}

#[test]
fn all_records_rejected_is_3() {
    let ended = Bench::new().with("bad.csv", log(0, 3)).run(&["report", "bad.csv"]);
    let (stdout, lines) = ended.with_code(3);
    assert_eq!(stdout, "");
    let told = "bad.csv: none of its 3 records can be read (line 2: ";
    assert!(lines.iter().any(|line| line.contains(told)), "{lines:?}");
}

#[test]
fn an_empty_file_among_good_ones_is_a_note() {
    let bench = Bench::new().with("empty.csv", "");
    let day = fixture("day.csv");
    let ended = bench.run(&["report", "empty.csv", &day]);
    let (stdout, lines) = ended.with_code(0);
    assert_eq!((rows(stdout), lines), (12, vec!["posmortem: empty.csv is empty"]));
    let quiet = bench.run(&["report", "-q", "empty.csv", &day]);
    assert_eq!(quiet.with_code(0).1.len(), 0);
}

#[test]
fn an_input_that_breaks_off_is_4_after_the_report() {
    let bench = Bench::new();
    let broken = fixture("malformed/truncated.csv.gz");
    let ended = bench.run(&["report", "--all-terminals", &broken]);
    let (stdout, lines) = ended.with_code(4);
    assert!(rows(stdout) > 0 && lines[0].contains("truncated.csv.gz: broken off after byte "), "{ended:?}");
    let ended = bench.run(&["report", "missing.log", &fixture("day.csv")]);
    let (stdout, lines) = ended.with_code(4);
    assert!(rows(stdout) == 12 && lines[0].contains("missing.log"), "{ended:?}");
}

#[test]
fn rejects_are_told_and_too_many_are_4() {
    let bench = Bench::new().with("some.csv", log(20, 10)).with("many.csv", log(20, 11));
    let ended = bench.run(&["report", "some.csv"]);
    let (_, lines) = ended.with_code(0);
    let begins = "posmortem: 10 of 50 records could not be read, first some.csv line 42: ";
    assert!(lines.len() == 1 && lines[0].starts_with(begins), "{lines:?}");
    assert!(lines[0].ends_with(" (--rejects FILE lists them)"), "{lines:?}");
    for arguments in [
        &["report", "many.csv"][..],
        &["report", "some.csv", "--max-rejects", "9"],
        &["report", "-q", "some.csv", "--max-rejects=5%"],
    ] {
        let ended = bench.run(arguments);
        let (stdout, lines) = ended.with_code(4);
        assert_eq!(rows(stdout), 1);
        assert!(lines[0].contains("more than --max-rejects allows"), "{lines:?}");
    }
    bench.run(&["report", "-q", "many.csv", "--max-rejects", "11"]).with_code(0);
}

#[test]
fn messages_out_of_order_count_like_rejects() {
    // So far down that nobody looks there to find out whether the log is in order.
    let pair = |stan: usize| {
        let (hour, minute, second) = (8 + stan / 3600, stan / 60 % 60, stan % 60);
        let at = format!("2026-11-21T{hour:02}:{minute:02}:{second:02}");
        let tail = format!("10012345,M1,{stan:06},{stan:012},1000,156");
        format!("{at}.000,0200,{tail},\n{at}.200,0210,{tail},55\n")
    };
    let sorted: String = (1..=10_000).map(pair).collect();
    let late = log(11, 0).replace("T08:", "T05:");
    let bench = Bench::new().with("log.csv", [HEADER, &sorted, &late[HEADER.len()..]].concat());
    let told = "22 of 20,022 messages stand too far out of the order of time to be paired";
    let ended = bench.run(&["report", "-q", "log.csv"]);
    let (stdout, lines) = ended.with_code(4);
    let expected = format!("posmortem: {told}, more than --max-rejects allows: sort the log by time");
    assert_eq!((rows(stdout), lines), (1, vec![expected.as_str()]));
    let ended = bench.run(&["report", "log.csv", "--max-rejects", "22"]);
    let (_, lines) = ended.with_code(0);
    assert!(lines.contains(&format!("posmortem: {told}: sort the log by time").as_str()), "{lines:?}");
}

#[test]
fn doubts_about_the_numbers_are_told_once() {
    // Times of two kinds: what lies between them is a guess.
    let bench = Bench::new().with("log.csv", log(2, 0).replace(":02.000,", ":02.000Z,"));
    let ended = bench.run(&["report", "log.csv", "--format", "json"]);
    let (stdout, told) = ended.with_code(0);
    let report: serde_json::Value = serde_json::from_str(stdout).unwrap();
    let warnings = report["warnings"].as_array().unwrap().iter().map(|text| text.as_str().unwrap());
    let lines: Vec<_> = warnings.clone().map(|warning| format!("posmortem: {warning}")).collect();
    assert!(!lines.is_empty() && told == lines, "{ended:?}");
    for arguments in [&["report", "log.csv", "-o", "day.txt"][..], &["classify", "log.csv"]] {
        assert_eq!(bench.run(arguments).with_code(0).1, lines, "{arguments:?}");
    }
    let ended = bench.run(&["report", "log.csv", "--format", "table"]);
    let (table, told) = ended.with_code(0);
    assert_eq!(told.len(), 0, "{told:?}");
    assert!(table.contains("\nWarnings\n! "), "{table}");
    assert_eq!(bench.run(&["classify", "-q", "log.csv"]).with_code(0).1.len(), 0);
}

#[test]
fn a_time_out_beyond_the_horizon_is_2() {
    let bench = Bench::new().with("posmortem.toml", "[link.north]\ntimeout = '4m'\n");
    let told = "--timeout: `20m` is longer than the horizon of 10m";
    bench.run(&["report", "x", "--timeout", "20m"]).says_only(2, told);
    let told = "posmortem.toml:2: link.\"north\".timeout: `4m` is longer than the horizon of 3m";
    bench.run(&["classify", "x", "--horizon", "3m"]).says_only(2, told);
    let told = "--horizon: `30s` is shorter than the time-out of 60s";
    bench.run(&["report", "x", "--horizon", "30s"]).says_only(2, told);
    let day = fixture("day.csv");
    bench.run(&["report", &day, "--horizon", "4m", "--timeout", "4m"]).with_code(0);
}

#[test]
fn rejects_are_listed_by_place_and_reason() {
    let bench = Bench::new().with("a.csv", log(1, 2));
    bench.run(&["report", "-q", "a.csv", "--rejects", "rejects.tsv"]).with_code(0);
    let list = bench.read("rejects.tsv");
    let lines: Vec<_> = list.lines().map(|line| line.split('\t').collect::<Vec<_>>()).collect();
    assert_eq!(lines[0], ["file", "offset", "line", "reason"]);
    assert_eq!((lines.len(), lines[1][0], lines[1][2], lines[2][2]), (3, "a.csv", "4", "5"));
    assert!(!list.contains("not-a-time"));
}

#[test]
fn a_filter_that_matches_nothing_is_0_with_a_warning() {
    let bench = Bench::new();
    let day = fixture("day.csv");
    let nothing =
        |flag| format!("posmortem: the filter matches nothing: leave out --{flag} to see what there is");
    for (filter, told) in [
        ("--terminal=99999999", "posmortem: terminal `99999999` has no attempt in the input".to_owned()),
        ("--since=2030-01-01", nothing("since")),
        ("--response-code=ZZ", nothing("response-code")),
    ] {
        let ended = bench.run(&["report", &day, filter]);
        let (stdout, lines) = ended.with_code(0);
        assert_eq!((rows(stdout), lines), (0, vec![told.as_str()]));
    }
    let ended = bench.run(&["report", &day, "--no-diagnosis", "--terminal=99999999"]);
    assert_eq!(ended.with_code(0).1, [nothing("terminal")]);
    let ended = bench.run(&["report", &day, "--terminal=99999999", "--format", "table"]);
    let (stdout, _) = ended.with_code(0);
    assert!(stdout.contains("\nFilters are on: ") && stdout.contains("\nNo attempts.\n"), "{stdout}");
    let ended = bench.run(&["classify", "-q", &day, "--until", "2026-11-21"]);
    let (stdout, lines) = ended.with_code(0);
    assert_eq!((rows(stdout), lines.len()), (0, 0));
}

#[test]
#[cfg(unix)]
fn an_interruption_ends_the_run_and_leaves_no_files() {
    use std::io::Write;
    use std::os::unix::process::ExitStatusExt;
    use std::process::Stdio;
    let bench = Bench::new();
    let mut tool = bench.tool();
    tool.args(["classify", "--all", "-o", "rows.csv"]).stdin(Stdio::piped()).stderr(Stdio::null());
    let mut run = tool.spawn().unwrap();
    let mut stdin = run.stdin.take().unwrap();
    stdin.write_all(log(1, 0).as_bytes()).unwrap();
    // The temporary file shows that the run has begun.
    while !bench.names().iter().any(|name| name.ends_with(".tmp")) {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    std::thread::sleep(std::time::Duration::from_millis(100));
    let id = run.id().to_string();
    std::process::Command::new("kill").args(["-INT", &id]).status().unwrap();
    drop(stdin);
    assert_eq!(run.wait().unwrap().signal(), Some(2));
    assert_eq!(bench.names(), [""; 0]);
}
