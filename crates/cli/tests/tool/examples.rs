//! Every example of every help page runs, on files that stand under the names in it.
#![allow(clippy::print_stdout)]

use crate::bench::{Bench, fixture};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Files of all names that examples have.
fn bench() -> Bench {
    let day = fs::read_to_string(fixture("day.csv")).unwrap();
    let log = fs::read(fixture("day.log")).unwrap();
    let hex = concat!(env!("CARGO_MANIFEST_DIR"), "/../logs/tests/data/hex-lines.log");
    let pair = "2026-11-21T08:15:00,0200,10012345,1,\n2026-11-21T08:15:01,0210,10012345,1,55\n";
    let inventory = "terminal_id,site,model\n10012307,Harbour,QR65\n";
    let bench = Bench::new()
        .with("day.csv", &day)
        .with("new.csv", day.replacen("timestamp", "moment", 1))
        .with("day.log", &log)
        .with("new.log", &log)
        .with("logs/day.log.gz", gzip(&log))
        .with("hex.log", fs::read(hex).unwrap())
        .with("capture.bin", capture())
        .with("old.txt", pair)
        .with("inventory.csv", inventory)
        .with("ours.toml", fs::read(fixture("rules.toml")).unwrap())
        .with("monday.csv", day.replace("2026-11-21", "2026-11-20"))
        .with("tuesday.csv", &day)
        .with("acquirer.toml", "timezone = 'Asia/Shanghai'\n")
        .with("tokens.key", "0123456789abcdef0123456789abcdef")
        .with(".zfunc/keep", "")
        .with(".config/fish/completions/keep", "");
    // What two mornings have kept.
    for day in ["monday.csv", "tuesday.csv"] {
        bench.run(&["report", day, "--save", "kept", "-o", "kept.tsv"]).with_code(0);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(bench.path("tokens.key"), fs::Permissions::from_mode(0o600)).unwrap();
    }
    bench
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// Answers with a length before each, as they are sent.
fn capture() -> Vec<u8> {
    let message = |stan: u8| {
        let mut bytes = vec![0x02, 0x10, 0x20, 0x38, 0, 0, 0x02, 0x80, 0, 0, 0, 0, 0, 0, 0, stan, 0x08, 0x15];
        bytes.extend([stan, 0x11, 0x21]);
        bytes.extend(b"5510012345");
        bytes
    };
    (1..=40).flat_map(|stan| [vec![0, 31], message(stan % 10)].concat()).collect()
}

/// The words of every command, by its manual page.
fn commands() -> Vec<Vec<String>> {
    let bench = Bench::new();
    bench.run(&["man", "--dir", "."]).with_code(0);
    let names = bench.names();
    let words = |name: &String| {
        let words = name.trim_start_matches("posmortem").trim_end_matches(".1").split('-');
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    names.iter().map(words).collect()
}

/// The examples of all help pages, in their order on each.
fn examples(bench: &Bench) -> Vec<String> {
    let mut examples = Vec::new();
    for words in commands() {
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        let asked = bench.run(&[&["help"], &words[..]].concat());
        let shown = asked.with_code(0).0.lines().filter_map(|line| line.strip_prefix("  posmortem "));
        let before = examples.len();
        examples.extend(shown.map(|line| line.split("  ").next().unwrap().to_owned()));
        assert!(examples.len() > before, "{words:?}");
    }
    examples
}

/// Runs a line in a shell, in the folder of a bench.
fn run(bench: &Bench, line: &str) -> Output {
    let tools = Path::new(env!("CARGO_BIN_EXE_posmortem")).parent().unwrap();
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell.args(["-c", line]).current_dir(bench.path(".")).env_clear().env("PATH", path);
    shell.env("HOME", bench.path(".")).stdin(Stdio::null()).output().unwrap()
}

#[test]
fn every_example_runs() {
    let bench = bench();
    let examples = examples(&bench);
    let mut skipped = BTreeSet::new();
    for example in &examples {
        let other = example.split(" | ").nth(1).and_then(|other| other.split(' ').next());
        if let Some(other) =
            other.filter(|other| !run(&bench, &format!("command -v {other}")).status.success())
        {
            println!("skipped, no {other} on this machine: {example}");
            skipped.insert(example);
            continue;
        }
        let line = format!("set -e\nposmortem {example}").replace("man -l -", "cat");
        let ended = run(&bench, &line);
        assert!(ended.status.success(), "{example}: {ended:?}");
        let goes_elsewhere = example.contains(" > ") || example.contains("--dir ");
        let is_silent = goes_elsewhere || example.contains(" -o ") && !example.ends_with(" -o -");
        assert_eq!(ended.stdout.is_empty(), is_silent, "{example}: {ended:?}");
    }
    assert!(examples.len() > 30 && skipped.len() < 8);
    for file in ["day.json", "all.json", "failed.csv", "all.csv", "day.parquet", "site.toml"] {
        assert!(fs::metadata(bench.path(file)).unwrap().len() > 0, "{file}");
    }
}

#[test]
fn the_configuration_that_is_brought_along_is_one() {
    let example = format!("{}/../../contrib/posmortem.toml", env!("CARGO_MANIFEST_DIR"));
    let example = fs::read_to_string(example).unwrap();
    let bench = Bench::new().with("example.toml", &example);
    let shown = bench.run(&["config", "show", "--config", "example.toml"]);
    let stated = shown.with_code(0).0.lines().filter(|line| line.contains("example.toml:")).count();
    let settings = example.lines().filter(|line| line.contains(" = ") && !line.starts_with('#')).count();
    assert_eq!(stated, settings);
}
