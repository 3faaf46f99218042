//! Tables: saved, read again, refused.

use crate::bench::{Bench, fixture, rows};
use std::fs;

const WHOLE: [&str; 4] = ["report", "--all-terminals", "--format", "json"];

/// A bench with a token key of its own.
fn bench() -> Bench {
    let bench =
        Bench::new().with("key", "a key for these tests alone").with("other", "another key for these tests");
    #[cfg(unix)]
    for name in ["key", "other"] {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(bench.path(name), fs::Permissions::from_mode(0o600)).unwrap();
    }
    bench
}

/// The only table in a folder; what was found may stand beside it.
fn table_in(bench: &Bench, folder: &str) -> String {
    let names: Vec<_> = fs::read_dir(bench.path(folder))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with(".findings.json"))
        .collect();
    assert_eq!(names.len(), 1, "{names:?}");
    assert!(names[0].ends_with(".parquet"), "{names:?}");
    format!("{folder}/{}", names[0])
}

fn save(bench: &Bench, log: &str, folder: &str, options: &[&str]) -> String {
    let save = [&WHOLE[..], &[log, "--save", folder, "--token-key", "key"], options].concat();
    bench.run(&save).with_code(0);
    table_in(bench, folder)
}

/// The day's rows, split in two under one header.
fn halves(bench: Bench) -> Bench {
    let day = fs::read_to_string(fixture("day.csv")).unwrap();
    let (header, rows) = day.split_once('\n').unwrap();
    let cut = rows.len() / 2 + rows[rows.len() / 2..].find('\n').unwrap() + 1;
    let (early, late) = rows.split_at(cut);
    bench.with("early.csv", format!("{header}\n{early}")).with("late.csv", format!("{header}\n{late}"))
}

#[test]
fn a_table_says_what_its_log_says() {
    let bench = bench();
    for log in [fixture("day.csv"), fixture("day.log")] {
        let folder = if log.ends_with("csv") { "rows" } else { "xml" };
        let of_log = bench.run(&[&WHOLE[..], &[&log]].concat()).with_code(0).0.to_owned();
        let saving = bench.run(&[&WHOLE[..], &[&log, "--save", folder, "--token-key", "key"]].concat());
        assert_eq!(saving.with_code(0).0, of_log);
        let table = table_in(&bench, folder);
        assert_eq!(bench.run(&[&WHOLE[..], &[&table]].concat()).with_code(0).0, of_log);
        // Saved again, it takes its own place.
        assert_eq!(save(&bench, &log, folder, &[]), table);
        // Filters choose when it is read.
        let filtered = ["report", "--cause", "key", "--format", "csv"];
        let of_log = bench.run(&[&filtered[..], &[&log]].concat()).with_code(0).0.to_owned();
        assert_eq!(bench.run(&[&filtered[..], &[&table]].concat()).with_code(0).0, of_log);
    }
}

#[test]
fn halves_of_a_day_are_the_day() {
    let bench = halves(bench());
    let tables = [save(&bench, "early.csv", "a", &[]), save(&bench, "late.csv", "b", &[])];
    let of_logs = bench.run(&[&WHOLE[..], &["early.csv", "late.csv"]].concat()).with_code(0).0.to_owned();
    for order in [[0, 1], [1, 0]] {
        let joined = bench.run(&[&WHOLE[..], &[&tables[order[0]], &tables[order[1]]]].concat());
        assert_eq!(joined.with_code(0).0, of_logs);
    }
}

#[test]
fn a_table_of_tables_says_what_they_say() {
    let bench = halves(bench());
    let [early, late] = [save(&bench, "early.csv", "a", &[]), save(&bench, "late.csv", "b", &[])];
    let of_logs = bench.run(&[&WHOLE[..], &["early.csv", "late.csv"]].concat()).with_code(0).0.to_owned();
    let joined = bench.run(&[&WHOLE[..], &[&late, &early, "--save", "all"]].concat());
    assert_eq!(joined.with_code(0).0, of_logs);
    let all = table_in(&bench, "all");
    assert_eq!(bench.run(&[&WHOLE[..], &[&all]].concat()).with_code(0).0, of_logs);
    // Called and judged as the table of the logs is.
    bench.run(&["report", "early.csv", "late.csv", "--save", "logs", "--token-key", "key"]).with_code(0);
    let names = |folder: &str| {
        let names = fs::read_dir(bench.path(folder)).unwrap().map(|entry| entry.unwrap().file_name());
        names.collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(names("all"), names("logs"));
    let broken = fs::read(bench.path(&early)).unwrap();
    fs::write(bench.path("broken.parquet"), &broken[..broken.len() / 2]).unwrap();
    let ended = bench.run(&["report", "broken.parquet", &late, "--save", "none"]);
    ended.with_code(5);
    assert!(ended.stderr.contains("one of the tables cannot be read"), "{ended:?}");
    assert_eq!(fs::read_dir(bench.path("none")).unwrap().count(), 0);
}

#[test]
fn classify_writes_the_same_table_and_reads_it() {
    let bench = bench();
    let day = fixture("day.csv");
    let key = ["--token-key", "key"];
    let write = ["classify", "--all", &day, "-o", "day.parquet", "-o", "day.csv"];
    bench.run(&[&write[..], &key].concat()).with_code(0);
    let saved = save(&bench, &day, "saved", &[]);
    assert_eq!(fs::read(bench.path("day.parquet")).unwrap(), fs::read(bench.path(&saved)).unwrap());
    let mut of_table: Vec<_> =
        bench.run(&["classify", "--all", "day.parquet"]).stdout.lines().map(str::to_owned).collect();
    let of_log = bench.read("day.csv");
    let mut of_log: Vec<_> = of_log.lines().map(str::to_owned).collect();
    of_table.sort();
    of_log.sort();
    assert_eq!(of_table, of_log);
    assert_eq!(rows(&bench.run(&["classify", "day.parquet"]).stdout), 170);
}

#[test]
fn what_cannot_be_saved_is_2() {
    let bench = bench();
    let day = fixture("day.csv");
    let table = save(&bench, &day, "saved", &[]);
    for (arguments, why) in [
        (&["classify", &day, "-o", "a.parquet"][..], "say --all"),
        (&["classify", "--all", &day, "-o", "a.parquet", "-o", "b.parquet"], "one run writes one table"),
        (&["classify", "--all", &day, "-o", "a.parquet", "--cause", "key"], "filter when you read it"),
        (&["report", &day, "--save", "more", "--terminal", "1"], "filter when you read it"),
        (&["report", &table, "--save", "more", "--cause", "key"], "filter when you read it"),
        (&["report", &table, &day], "save the logs first"),
        (&["report", &table, "--timezone", "+08:00"], "--timezone belongs to the reading of logs"),
        (&["report", &table, "--columns", "time"], "--columns belongs to the reading of logs"),
        (&["report", &table, "--rejects", "r.tsv"], "--rejects belongs to the reading of logs"),
    ] {
        let ended = bench.run(arguments);
        ended.with_code(2);
        assert!(ended.stderr.contains(why), "{arguments:?}: {ended:?}");
    }
    assert!(!bench.names().iter().any(|name| name.starts_with("more") || name.ends_with(".parquet")));
}

#[test]
fn tables_that_do_not_fit_are_2() {
    let bench = halves(bench());
    let day = save(&bench, &fixture("day.csv"), "day", &[]);
    let early = save(&bench, "early.csv", "early", &[]);
    let late = save(&bench, "late.csv", "late", &["--horizon", "9m"]);
    fs::copy(bench.path(&day), bench.path("copy.parquet")).unwrap();
    let other = ["report", "late.csv", "--save", "others", "--token-key", "other"];
    bench.run(&other).with_code(0);
    let other = table_in(&bench, "others");
    for (one, two, why) in [
        (&*day, "copy.parquet", "hold the same log: leave one of them out"),
        (&early, &late, "with different settings"),
        (&early, &other, "under different token keys"),
        (&day, &early, "overlap in time by more than the horizon"),
    ] {
        let ended = bench.run(&["report", one, two]);
        ended.with_code(2);
        assert!(ended.stderr.contains(why) && ended.stdout.is_empty(), "{ended:?}");
    }
}

#[test]
fn a_broken_table_is_told_and_the_others_are_read() {
    let bench = halves(bench());
    let good = save(&bench, "early.csv", "good", &[]);
    let bytes = fs::read(bench.path(&good)).unwrap();
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 4;
    for (name, bytes, why) in [
        ("flipped.parquet", &flipped[..], "a damaged exchange table"),
        ("cut.parquet", &bytes[..bytes.len() / 2], "a Parquet file without its end"),
        ("alien.parquet", &[&bytes[..bytes.len() / 3], &bytes[bytes.len() - 900..]].concat(), "Parquet"),
        ("magic.parquet", b"PAR1", "without its end"),
    ] {
        fs::write(bench.path(name), bytes).unwrap();
        let alone = bench.run(&["report", name]);
        alone.with_code(3);
        assert!(alone.stderr.contains(why) && !alone.stderr.contains("panicked"), "{alone:?}");
        let beside = bench.run(&["report", name, &good]);
        assert!(!beside.with_code(4).0.is_empty(), "{beside:?}");
    }
}

#[test]
fn nothing_read_leaves_no_table() {
    let bench = bench().with("noise.log", "this is no log\n");
    bench.run(&["report", "noise.log", "--save", "tables", "--token-key", "key"]).with_code(3);
    assert_eq!(fs::read_dir(bench.path("tables")).unwrap().count(), 0);
    let taken = ["report", &fixture("day.csv"), "--save", "noise.log", "--token-key", "key"];
    bench.run(&taken).with_code(5);
}

#[test]
fn a_table_on_standard_input_is_no_log() {
    let bench = bench();
    let table = save(&bench, &fixture("day.csv"), "saved", &[]);
    let ended = bench.run_on(fs::read(bench.path(&table)).unwrap(), &["report"]);
    ended.with_code(3);
    assert!(ended.stderr.contains("give its file by name"), "{ended:?}");
}

/// The part that is missing is the one that stands in the broken table: its own trouble is told.
#[test]
fn a_job_of_which_a_table_cannot_be_read_tells_why() {
    let bench = bench();
    let day = fixture("day.csv");
    let saved = |split: String| {
        let read = ["report", "--splits", "-", "--save", "tables", "--token-key", "key"];
        bench.run_on(split, &read).with_code(0).0.trim().to_owned()
    };
    let tables = [saved(format!("{day}\t0\t40000")), saved(format!("{day}\t40000\t-"))];
    bench.run(&["report", &tables[0], &tables[1]]).with_code(0);
    fs::write(bench.path(&tables[1]), "PAR1").unwrap();
    let refused = bench.run(&["report", &tables[0], &tables[1]]);
    let missing = format!("{day}: no table holds it from byte 40000 to -");
    refused.with_code(2);
    assert!(refused.stderr.contains(&format!("{}: ", tables[1])), "{refused:?}");
    assert!(refused.stderr.contains("without its end"), "{refused:?}");
    assert!(refused.stderr.contains(&missing), "{refused:?}");
}
