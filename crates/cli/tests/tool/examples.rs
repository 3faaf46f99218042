//! Every example of every help page runs, on files that stand under the names in it.

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
        .with("acquirer.toml", "timezone = 'Asia/Shanghai'\n")
        .with("tokens.key", "0123456789abcdef0123456789abcdef")
        .with(".zfunc/keep", "")
        .with(".config/fish/completions/keep", "");
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

/// Examples in the order in which help pages show them.
fn examples(bench: &Bench) -> Vec<String> {
    let mut examples = Vec::new();
    for words in [
        &[][..],
        &["report"],
        &["classify"],
        &["inspect"],
        &["decode"],
        &["explain"],
        &["config"],
        &["config", "show"],
        &["completions"],
        &["man"],
    ] {
        let asked = bench.run(&[&["help"], words].concat());
        let lines = asked.with_code(0).0.lines();
        let shown = lines.filter_map(|line| line.strip_prefix("  posmortem "));
        let commands = shown.map(|line| line.split("  ").next().unwrap().to_owned());
        let before = examples.len();
        examples.extend(commands);
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
    let mut passed_over = BTreeSet::new();
    for example in &examples {
        let other = example.split(" | ").nth(1).and_then(|other| other.split(' ').next());
        if let Some(other) =
            other.filter(|other| !run(&bench, &format!("command -v {other}")).status.success())
        {
            println!("passed over, there is no {other} on this machine: {example}");
            passed_over.insert(example);
            continue;
        }
        let line = format!("set -e\nposmortem {example}").replace("man -l -", "cat");
        let ended = run(&bench, &line);
        assert!(ended.status.success(), "{example}: {ended:?}");
        let goes_elsewhere =
            example.contains(" > ") || example.contains(" >> ") || example.contains("--dir ");
        let is_silent = goes_elsewhere || example.contains(" -o ") && !example.ends_with(" -o -");
        assert_eq!(ended.stdout.is_empty(), is_silent, "{example}: {ended:?}");
    }
    assert!(examples.len() > 30 && passed_over.len() < 8);
    for file in
        ["day.json", "all.json", "failed.csv", "all.csv", "day.parquet", "site.toml", ".bash_completion"]
    {
        assert!(fs::metadata(bench.path(file)).unwrap().len() > 0, "{file}");
    }
}
