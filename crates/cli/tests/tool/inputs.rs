//! Files, standard input, and what is chosen of them.

use crate::bench::{Bench, fixture, rows};
use std::fs;

#[test]
fn standard_input_is_read_by_name_and_by_default() {
    let bench = Bench::new();
    let day = fs::read(fixture("day.csv")).unwrap();
    let by_path = bench.run(&["report", &fixture("day.csv")]);
    for arguments in [&["report"][..], &["report", "-"]] {
        let ended = bench.run_on(&day, arguments);
        assert_eq!(ended.with_code(0).0, by_path.stdout);
    }
    bench.run(&["report"]).with_code(3);
}

#[test]
fn a_file_named_twice_is_read_once() {
    let day = fixture("day.csv");
    let ended = Bench::new().run(&["report", &day, &day]);
    let (stdout, lines) = ended.with_code(0);
    assert_eq!(stdout, Bench::new().run(&["report", &day]).stdout);
    assert!(lines.len() == 1 && lines[0].contains("named twice"), "{lines:?}");
}

const LISTING: &str = "[[listing]]\nname = 'acme'\nstart = '^MSG (?<mti>[0-9]{4}) at (?<time>.*)$'\n\
                       lines = ['^(?<name>[a-z]+): (?<value>.*)$']\n";

#[test]
fn inputs_of_several_formats_are_one_run() {
    let pairs = "2026-11-21 08:15:30.250 INFO mti=0200 stan=000123 tid=10012345\n\
                 2026-11-21 08:15:30.900 INFO mti=0210 stan=000123 tid=10012345 rc=51\n";
    let objects = "{\"time\":\"2026-11-21T08:15:31\",\"tid\":\"10012345\",\"stan\":124,\"rc\":\"55\"}\n";
    let blocks = "26.11.21 08:15:32 [ FromIso:1]*** INBOUND MESSAGE ID[] ***\nmsgno[ 0]<210>\n in[ 11: ]<125>\n \
                  in[ 39: ]<5>\n in[ 41: ]<10012345>\n";
    let listing = "MSG 0210 at 2026-11-21 08:15:33\nstan: 126\ntid: 10012345\nrc: 91\n";
    let bench = Bench::new()
        .with("a.log", pairs)
        .with("b.log", objects)
        .with("c.log", blocks)
        .with("d.log", listing)
        .with("posmortem.toml", LISTING);
    let ended = bench.run(&["classify", "--all", "--format", "csv", "a.log", "b.log", "c.log", "d.log"]);
    let table = ended.with_code(0).0;
    let codes: Vec<_> = table.lines().skip(1).map(|row| row.split(',').nth(13).unwrap_or_default()).collect();
    assert_eq!(codes, ["51", "55", "05", "91"], "{table}");
    // Without the user's listing the last one is refused, and the run goes on.
    fs::remove_file(bench.path("posmortem.toml")).unwrap();
    let ended = bench.run(&["classify", "--format", "csv", "a.log", "d.log"]);
    let (table, lines) = ended.with_code(4);
    assert_eq!(rows(table), 1);
    assert!(lines.iter().any(|line| line.contains("d.log: no known log format: not ")), "{lines:?}");
    // Two formats in one input are told apart by nobody but the user.
    let mixed = format!("{pairs}{}", objects.replace("}", ",\"mti\":\"0210\"}").repeat(2)).repeat(20);
    let ended = bench.run_on(&mixed, &["classify"]);
    let (table, lines) = ended.with_code(3);
    assert!(table.is_empty() && lines[0].contains("standard input: it could be ndjson ("), "{lines:?}");
    bench.run_on(&mixed, &["classify", "--input-format", "keyvalue"]).with_code(0);
}

#[test]
fn folders_and_lists_give_what_their_files_give() {
    let bench = Bench::new();
    let logs = Bench::new().with("b.csv", fs::read(fixture("day.csv")).unwrap()).with(".hidden", "no log");
    let folder = logs.path(".").display().to_string();
    let by_name = bench.run(&["report", &fixture("day.csv")]);
    let ended = bench.run(&["report", &folder]);
    assert_eq!(ended.with_code(0), (&*by_name.stdout, vec![]));
    let listed = format!("{folder}\n");
    assert_eq!(
        bench.run_on(listed.as_bytes(), &["report", "--files-from", "-"]).with_code(0).0,
        by_name.stdout
    );
    let zeros = format!("{}\0", fixture("day.csv"));
    let bench = bench.with("list", zeros);
    assert_eq!(bench.run(&["report", "--files-from", "list"]).with_code(0).0, by_name.stdout);
    let bench = bench.with("list", format!("{folder}\nno/such.log\n"));
    bench.run(&["report", "--files-from", "list"]).says_only(2, "list: line 2: no/such.log: ");
    bench
        .run_on(b"", &["report", "--files-from", "-"])
        .says_only(2, "the list standard input names no input");
}

#[test]
fn a_table_in_a_folder_of_logs_is_told() {
    let logs = Bench::new().with("a.csv", fs::read(fixture("day.csv")).unwrap()).with("b.parquet", "PAR1");
    let ended = logs.run(&["report", "."]);
    let (_, lines) = ended.with_code(0);
    assert_eq!(lines, ["posmortem: ./b.parquet is a table among logs and passed over"]);
}

#[test]
fn one_row_comes_for_every_failure() {
    let bench = Bench::new();
    let day = fixture("day.csv");
    let failed = bench.run(&["classify", &day]);
    let (stdout, lines) = failed.with_code(0);
    assert!(stdout.starts_with("time,terminal_id,merchant_id,"), "{stdout}");
    // 154 declined, 9 unanswered, 3 late, 3 reversed by a fault, 1 unclassified.
    assert_eq!((rows(stdout), lines.len()), (170, 0));
    let all = bench.run(&["classify", "--all", "--format", "ndjson", &day]);
    assert_eq!(all.with_code(0).0.lines().count(), 422);
}

#[test]
fn the_number_of_workers_changes_nothing() {
    let (bench, day) = (Bench::new(), fixture("day.log"));
    let config = fixture("posmortem.toml");
    let run = |command: &str, threads: &str| {
        bench.run(&[command, &day, "--config", &config, "--threads", threads]).with_code(0).0.to_owned()
    };
    for command in ["report", "classify"] {
        assert_eq!(run(command, "1"), run(command, "4"), "{command}");
    }
}

#[test]
fn filters_choose_exchanges_on_all_ways_out() {
    let (bench, day) = (Bench::new(), fixture("day.csv"));
    let count = |filters: &[&str]| rows(bench.run(&[&["classify", &day], filters].concat()).with_code(0).0);
    assert_eq!(count(&["--cause", "key"]), 29);
    assert_eq!(count(&["--cause", "key,operator"]), 29 + 47);
    assert_eq!(count(&["--cause", "KEY"]), 29);
    assert_eq!(count(&["--cause", "key", "--cause", "operator"]), 29 + 47);
    assert_eq!(count(&["--terminal", "0010012308"]), 33);
    assert_eq!(count(&["--response-code", "a0"]), 29);
    assert_eq!(count(&["--since", "2026-11-21"]), 170);
    assert_eq!(count(&["--since", "2026-11-21T10:00", "--until", "2026-11-21T10:00:00.001"]), 0);
}

#[test]
fn a_filter_is_told_with_the_counts() {
    let (bench, day) = (Bench::new(), fixture("day.csv"));
    let notes = |filters: &[&str]| {
        let ended = bench.run(&[&["report", &day, "--format", "json"], filters].concat());
        let report: serde_json::Value = serde_json::from_str(ended.with_code(0).0).unwrap();
        report["notes"].as_array().unwrap().iter().any(|note| note.as_str().unwrap().starts_with("Filters"))
    };
    assert!(notes(&["--merchant", "M1"]) && notes(&["--until", "2026-11-22"]) && !notes(&[]));
}

#[test]
fn dialects_are_known_in_any_case() {
    let (bench, day) = (Bench::new(), fixture("day.csv"));
    let run = |name: &str| bench.run(&["report", &day, "--dialect", name]).with_code(0).0.to_owned();
    assert_eq!(run("UNIONPAY_POS"), run("unionpay-pos"));
}

#[test]
fn rows_without_a_header_take_their_columns_from_the_command_line() {
    let bench = Bench::new();
    let file = fixture("malformed/no-header.csv");
    let columns = "time,mti,terminal_id,merchant_id,stan,rrn,amount,currency,response_code";
    let ended = bench.run(&["classify", &file, "--columns", columns]);
    assert_eq!(rows(ended.with_code(0).0), 2);
    let ended = bench.run(&["classify", &file, "--columns", &columns.replace("rrn", "rnr")]);
    assert!(ended.with_code(0).1[0].contains("`rnr` is no column"), "{ended:?}");
}

#[test]
fn planted_card_data_comes_out_nowhere() {
    let bench = Bench::new();
    let planted = fs::read_to_string(fixture("malformed/planted.txt")).unwrap();
    // A PIN block in the place of a reference number is sixteen characters like any others.
    let is_pin_block = |line: &str| line.len() == 16 && line.bytes().any(|byte| byte.is_ascii_alphabetic());
    let planted: Vec<_> = planted.lines().filter(|line| line.len() > 4 && !is_pin_block(line)).collect();
    for file in ["malformed/planted-card-data.csv", "malformed/planted-card-data.log"] {
        for command in [
            &["report", "--all-terminals", "--format", "json"][..],
            &["report", "--format", "table"],
            &["classify", "--all"],
        ] {
            let ended = bench.run(&[command, &["-v", "--rejects", "rejects.tsv", &fixture(file)]].concat());
            let told =
                [&ended.stdout, &ended.stderr, &bench.read("rejects.tsv")].map(String::as_str).concat();
            for value in &planted {
                assert!(!told.contains(value), "{command:?} {file}");
            }
        }
    }
}

#[test]
fn a_second_format_in_a_file_is_told_and_two_alike_are_refused() {
    let object = |at: u32| {
        let time = format!("2026-11-21T08:15:{at:02}");
        format!(
            "{{\"time\":\"{time}\",\"mti\":\"0210\",\"stan\":\"{at:06}\",\"tid\":\"10012345\",\"rc\":\"51\"}}\n"
        )
    };
    let pair = |at: u32| format!("time=2026-11-21T08:16:{at:02} mti=0210 stan={at:06} tid=10012345 rc=51\n");
    let objects: String = (0..60).map(object).collect();
    let [few, many]: [String; 2] = [10, 60].map(|count| (0..count).map(pair).collect());
    let bench = Bench::new()
        .with("one.log", &objects)
        .with("mixed.log", format!("{objects}{few}"))
        .with("even.log", format!("{objects}{many}"));
    let ended = bench.run(&["report", "mixed.log"]);
    let (_, lines) = ended.with_code(0);
    let told = "mixed.log: read as ndjson, though a part of it looks like keyvalue, which is passed over";
    assert!(lines.iter().any(|line| line.contains(told)), "{ended:?}");
    let ended = bench.run(&["report", "one.log"]);
    assert!(!ended.stderr.contains("passed over"), "{ended:?}");
    let ended = bench.run(&["report", "even.log"]);
    let (_, lines) = ended.with_code(3);
    assert!(lines[0].contains("it could be ndjson") && lines[0].contains("or keyvalue"), "{ended:?}");
}

#[test]
fn a_card_number_in_a_file_s_name_is_covered() {
    let name = "card-4111111111111111.csv";
    let bench = Bench::new().with(name, "time,tid,rc\n2026-11-21T08:15:30,10012345,51\nx,y,z\n");
    for arguments in [
        &["report", name, "--format", "json"][..],
        &["report", name, "--format", "table"],
        &["classify", name],
        &["inspect", name],
        &["inspect", name, "--format", "json"],
        &["report", name, "--rejects", "rejects.tsv"],
        &["decode", name],
    ] {
        let ended = bench.run(arguments);
        assert!(
            !ended.stdout.contains("411111111111") && !ended.stderr.contains("411111111111"),
            "{ended:?}"
        );
    }
    let listed = bench.read("rejects.tsv");
    assert!(listed.contains("card-************1111.csv"), "{listed}");
}

/// Standard input is no path that leads nowhere.
#[test]
fn nobody_means_another_file_than_standard_input() {
    let bench = Bench::new().with("st", "").with("standard input.log", "");
    let ended = bench.run_on("this is no log\n", &["report", "-"]);
    let lines = ended.with_code(3).1;
    assert!(!lines.is_empty() && !ended.stderr.contains("did you mean"), "{lines:?}");
}
