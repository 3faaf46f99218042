//! Jobs of many tasks: logs are cut, each task saves a table, and the report over all tables is that of the logs.

use crate::bench::{Bench, fixture};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;

const WHOLE: [&str; 4] = ["report", "--all-terminals", "--format", "json"];

/// Short enough to cut a small day into many slices.
const READING: [&str; 4] = ["--horizon", "1m", "--timeout", "20s"];

/// Two hosts' rows of one day, whose requests and answers go to either; a jPOS log; a packed one of two hours.
fn bench() -> Bench {
    let day = fs::read_to_string(fixture("day.csv")).unwrap();
    let (header, rows) = day.split_once('\n').unwrap();
    let host = |of: usize| {
        let rows = rows.lines().enumerate().filter(|(at, _)| at % 2 == of).map(|(_, row)| format!("{row}\n"));
        format!("{header}\n{}", rows.collect::<String>())
    };
    let hours: String =
        rows.lines().filter(|row| row.contains("T10:")).map(|row| format!("{row}\n")).collect();
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(format!("{header}\n{hours}").replace("1001", "2001").as_bytes()).unwrap();
    let bench = Bench::new()
        .with("logs/host0.csv", host(0))
        .with("logs/host1.csv", host(1))
        .with("logs/day.log", fs::read(fixture("day.log")).unwrap())
        .with("logs/ten.csv.gz", packed.finish().unwrap())
        .with("key", "a key for these tests alone");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(bench.path("key"), fs::Permissions::from_mode(0o600)).unwrap();
    }
    bench
}

/// The lines of each task.
fn tasks(bench: &Bench, inputs: &[&str]) -> Vec<String> {
    let planned = bench.run(&[&["splits", "--size", "1K"], inputs, &READING].concat());
    let manifest = planned.with_code(0).0;
    let (header, lines) = manifest.split_once('\n').unwrap();
    assert_eq!(header, "path\tstart\tend\ttask");
    let mut tasks: BTreeMap<usize, String> = BTreeMap::new();
    for line in lines.lines() {
        let task = line.rsplit('\t').next().unwrap().parse().unwrap();
        *tasks.entry(task).or_default() += &format!("{line}\n");
    }
    assert!(tasks.keys().copied().eq(1..=tasks.len()), "{manifest}");
    tasks.into_values().collect()
}

/// Saves a task's table in `part`, and tells its name.
fn save(bench: &Bench, lines: &str) -> String {
    let task = [&["report", "--splits", "-", "--save", "part", "--token-key", "key"][..], &READING].concat();
    let ended = bench.run_on(lines, &task);
    ended.with_code(0);
    assert!(ended.stderr.is_empty(), "{ended:?}");
    let table = ended.stdout.strip_suffix('\n').unwrap().to_owned();
    assert!(table.starts_with("part/part-") && bench.path(&table).is_file(), "{table}");
    table
}

#[test]
fn a_job_of_many_tasks_says_what_one_process_says() {
    let bench = bench();
    let tasks = tasks(&bench, &["logs"]);
    assert!(tasks.len() >= 4, "{tasks:?}");
    // Every host is cut, and what cannot be is in one task.
    assert!(tasks.iter().filter(|lines| lines.contains("host0.csv")).count() >= 3, "{tasks:?}");
    assert!(tasks.iter().any(|lines| lines.contains("logs/ten.csv.gz\t0\t-\t")), "{tasks:?}");
    let tables: Vec<_> = tasks.iter().map(|lines| save(&bench, lines)).collect();
    let tables: Vec<_> = tables.iter().map(String::as_str).collect();
    for format in ["json", "tsv", "csv", "markdown"] {
        let report = ["report", "--all-terminals", "--format", format];
        let of_logs = bench.run(&[&report[..], &["logs"], &READING].concat());
        let of_tables = bench.run(&[&report[..], &tables].concat());
        assert_eq!(of_tables.code, Some(0), "{}", of_tables.stderr);
        assert!(of_tables.stdout == of_logs.with_code(0).0, "{format}");
    }
    // Pairs lie across cuts: tasks alone find fewer.
    let paired = |arguments: &[&str]| -> u64 {
        let report = bench.run(&[&WHOLE[..], arguments].concat()).stdout;
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        report["input"]["ledger"]["paired"].as_u64().unwrap()
    };
    let alone: u64 = (0..tables.len())
        .map(|task| {
            let lines = format!("{}\n", tasks[task].trim_end());
            let rows = bench.run_on(
                lines,
                &[&["report", "--splits", "-", "--save", "one", "--token-key", "key"][..], &READING].concat(),
            );
            let table = rows.stdout.trim_end().to_owned();
            let metadata = fs::read(bench.path(&table)).unwrap();
            let text = String::from_utf8_lossy(&metadata).into_owned();
            let told = text.rsplit("\"paired\":").next().unwrap();
            told.split(|letter: char| !letter.is_ascii_digit()).next().unwrap().parse::<u64>().unwrap()
        })
        .sum();
    assert!(alone < paired(&tables), "{alone} pairs in tasks alone");
}

#[test]
fn a_task_that_is_run_again_takes_its_own_place() {
    let bench = bench();
    let tasks = tasks(&bench, &["logs"]);
    let table = save(&bench, &tasks[1]);
    let bytes = fs::read(bench.path(&table)).unwrap();
    // In another order, and as pieces that lie end to end.
    let mut lines: Vec<_> = tasks[1].lines().rev().map(str::to_owned).collect();
    let [path, start, end, task] = lines[0].split('\t').collect::<Vec<_>>().try_into().unwrap();
    let middle = start.parse::<u64>().unwrap() + 100;
    let pieces = [format!("{path}\t{middle}\t{end}\t{task}"), format!("{path}\t{start}\t{middle}")];
    lines.splice(0..1, pieces);
    assert_eq!(save(&bench, &lines.join("\n")), table);
    assert_eq!(fs::read(bench.path(&table)).unwrap(), bytes);
    assert_eq!(fs::read_dir(bench.path("part")).unwrap().count(), 1);
}

#[test]
fn parts_that_do_not_make_a_file_are_2() {
    let bench = bench();
    let tasks = tasks(&bench, &["logs/host0.csv"]);
    let tables: Vec<_> = tasks.iter().map(|lines| save(&bench, lines)).collect();
    let other = save(&bench, &format!("{}{}", tasks[1], tasks[2]));
    let whole = bench.run(
        &[
            &["report", "logs/host0.csv", "--save", "whole", "--token-key", "key", "-o", "a.csv"],
            &READING[..],
        ]
        .concat(),
    );
    whole.with_code(0);
    let whole = fs::read_dir(bench.path("whole"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let whole = format!("whole/{}", whole.into_iter().find(|name| name.ends_with(".parquet")).unwrap());
    let all: Vec<_> = tables.iter().map(String::as_str).collect();
    let cut = |line: &str| line.split('\t').nth(1).unwrap().to_owned();
    let missing =
        format!("logs/host0.csv: no table holds it from byte {} to {}", cut(&tasks[1]), cut(&tasks[2]));
    let last = tables.len() - 1;
    let at_end = format!("from byte {} to -: read that part", cut(&tasks[last]));
    for (given, why) in [
        ([&all[..1], &all[2..]].concat(), &*missing),
        (all[..last].to_vec(), &at_end),
        (all[1..].to_vec(), "no table holds it from byte 0 to"),
        ([&all[..], &[&other]].concat(), "both hold its byte"),
        ([&all[..], &[&whole]].concat(), ""),
    ] {
        let ended = bench.run(&[&["report"], &given[..]].concat());
        ended.with_code(2);
        assert!(ended.stderr.contains(why) && ended.stdout.is_empty(), "{why}: {ended:?}");
    }
    bench.run(&[&["report", "-o", "b.csv"], &all[..1], &[&other], &all[3..]].concat()).with_code(0);
    assert_eq!(bench.read("b.csv"), bench.read("a.csv"));
}

#[test]
fn a_file_that_cannot_be_cut_is_named_with_what_to_do() {
    let row = |second: usize, text: &str| {
        format!("2026-11-21T08:{:02}:{:02},T1,{second},51,{text}\n", second / 60, second % 60)
    };
    let rows = |text: &str| (0..900).map(|second| row(second, text)).collect::<String>();
    let header = "time,terminal_id,stan,response_code,reason_text\n";
    let newest_first: String = (0..900).rev().map(|second| row(second, "")).collect();
    let bench = bench()
        .with("quoted.csv", format!("{header}{}", rows("\"two\nlines\"")))
        .with("export.csv", format!("{header}{newest_first}"));
    for (log, why) in
        [("quoted.csv", "it has line ends within quotes"), ("export.csv", "it is not in the order of time")]
    {
        let planned = bench.run(&["splits", log, "--size", "1K", "-v"]);
        assert_eq!(planned.with_code(0).0, format!("path\tstart\tend\ttask\n{log}\t0\t-\t1\n"));
        assert!(planned.stderr.contains(&format!("{log} is read in one piece: {why}")), "{planned:?}");
        let tables = [save(&bench, &format!("{log}\t0\t9000")), save(&bench, &format!("{log}\t9000\t-"))];
        let ended = bench.run(&["report", &tables[0], &tables[1]]);
        ended.with_code(2);
        let sentence =
            format!("{log}: {why}, so that it cannot be read in parts: read it from 0 to - in one");
        assert!(ended.stderr.contains(&sentence), "{ended:?}");
    }
}

#[test]
fn what_a_task_could_not_read_is_told_by_the_report() {
    let mut bad = fs::read_to_string(fixture("day.csv")).unwrap();
    let middle = bad.len() / 2 + bad[bad.len() / 2..].find('\n').unwrap() + 1;
    let line = 1 + bad[..middle].matches('\n').count();
    bad.insert_str(middle, "no time at all\n");
    let bench = bench().with("bad.csv", bad);
    let lines = format!("bad.csv\t0\t5000\nbad.csv\t5000\t{}\n", middle - 90);
    let tables = [
        save(&bench, &format!("{lines}logs/ten.csv.gz\t0\t-\n")),
        save(&bench, &format!("bad.csv\t{}\t-\n", middle - 90)),
        save(&bench, "gone.log\t0\t-\n"),
    ];
    let tables: Vec<_> = tables.iter().map(String::as_str).collect();
    let of_tables = bench.run(&[&WHOLE[..], &tables].concat());
    let of_logs = bench.run(&[&WHOLE[..], &["bad.csv", "logs/ten.csv.gz", "gone.log"], &READING].concat());
    assert_eq!((of_tables.with_code(4).0, &*of_tables.stdout), (&*of_tables.stdout, of_logs.with_code(4).0));
    assert!(of_tables.stderr.contains(&format!("bad.csv line {line}: ")), "{of_tables:?}");
    assert!(of_tables.stderr.contains("gone.log: "), "{of_tables:?}");
    let planned = bench.run(&["splits", "gone.log"]);
    assert_eq!(planned.with_code(0).0, "path\tstart\tend\ttask\ngone.log\t0\t-\t1\n");
    assert!(planned.stderr.contains("gone.log: "), "{planned:?}");
    // A part of a file that is not there is no table: whoever cut it could read it.
    let part = [&["report", "--splits", "-", "--save", "none", "--token-key", "key"][..], &READING].concat();
    let ended = bench.run_on("gone.log\t100\t-\n", &part);
    ended.with_code(3);
    assert!(ended.stderr.contains("gone.log: ") && ended.stdout.is_empty(), "{ended:?}");
    assert_eq!(fs::read_dir(bench.path("none")).unwrap().count(), 0);
    // Nothing at all is a table, too, and no report.
    let nothing = save(&bench, "gone.log\t0\t-\n");
    bench.run(&["report", &nothing]).with_code(3);
}

#[test]
fn a_job_keeps_a_history_as_a_day_does() {
    let bench = bench();
    let tables: Vec<_> = tasks(&bench, &["logs"]).iter().map(|lines| save(&bench, lines)).collect();
    let tables: Vec<_> = tables.iter().map(String::as_str).collect();
    let of_tables = [&["report", "--save", "kept", "--history", "kept"], &tables[..]].concat();
    let of_logs = ["report", "logs", "--save", "logged", "--history", "logged", "--token-key", "key"];
    fs::create_dir(bench.path("kept")).unwrap();
    fs::create_dir(bench.path("logged")).unwrap();
    let of_tables = bench.run(&of_tables);
    assert_eq!(of_tables.with_code(0).0, bench.run(&[&of_logs[..], &READING].concat()).with_code(0).0);
    let files = |folder: &str| {
        let names = fs::read_dir(bench.path(folder)).unwrap().map(|entry| entry.unwrap().file_name());
        names.map(|name| name.into_string().unwrap()).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(files("kept"), files("logged"));
    for name in files("kept").iter().filter(|name| name.ends_with(".findings.json")) {
        assert_eq!(bench.read(&format!("kept/{name}")), bench.read(&format!("logged/{name}")));
    }
}

/// A zstd frame that tells its size and can be checked.
fn frame(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.set_pledged_src_size(Some(bytes.len() as u64)).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn what_stands_behind_a_damaged_frame_is_not_added() {
    let day = fs::read(fixture("day.csv")).unwrap();
    let mut frames: Vec<_> = day.chunks(20_000).map(frame).collect();
    *frames[2].last_mut().unwrap() ^= 1;
    let bench = bench().with("day.csv.zst", frames.concat());
    let tables = |cuts: [usize; 2]| {
        let [one, two] = cuts;
        [format!("0\t{one}"), format!("{one}\t{two}"), format!("{two}\t-")]
            .map(|split| save(&bench, &format!("day.csv.zst\t{split}\n")))
    };
    // The last part begins in a frame that is whole, and one reading of the file does not come so far.
    let [one, two, three] = tables([30_000, 70_000]);
    let ended = bench.run(&["report", &one, &two, &three]);
    ended.with_code(2);
    let why =
        "day.csv.zst: it breaks off, and what stands behind that was read nevertheless, so that it cannot";
    assert!(ended.stderr.contains(why) && ended.stdout.is_empty(), "{ended:?}");
    // Here it begins in the damaged one, and has nothing.
    let [one, two, three] = tables([30_000, 50_000]);
    let of_tables = bench.run(&[&WHOLE[..], &[&one, &two, &three]].concat());
    let of_log = bench.run(&[&WHOLE[..], &["day.csv.zst"], &READING].concat());
    assert_eq!(of_tables.with_code(4).0, of_log.with_code(4).0);
}

#[test]
fn a_file_by_two_names_is_2() {
    let bench = bench();
    let task = ["report", "--splits", "-", "--save", "none", "--token-key", "key"];
    let ended = bench.run_on("logs/host0.csv\t0\t900\n./logs/host0.csv\t900\t-\n", &task);
    ended.with_code(2);
    let why = "./logs/host0.csv and logs/host0.csv are one file: leave the lines of one name out";
    assert!(ended.stderr.contains(why) && ended.stdout.is_empty(), "{ended:?}");
}
