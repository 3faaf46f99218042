//! What can go wrong around a run, tried on the tool itself: signals, disks, inputs that change, pipes, clocks, limits, and
//! other runs.
//!
//! The rule is one: what was there before a run is as it was, or what the run writes is there whole. `docs/faults.md` has
//! the table of what is promised. What a machine does not let us try is skipped with a message.
#![allow(clippy::print_stdout)]

mod clocks;
mod disks;
mod inputs;
mod limits;
mod pipes;
mod signals;
mod together;

use crate::bench::{Bench, fixture};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A command that writes: its arguments before the input, and the files that it leaves.
struct Writing {
    arguments: &'static [&'static str],
    files: &'static [&'static str],
}

/// Every way to write a file. What begins with `=` is `-o` and the name.
const WRITING: [Writing; 12] = [
    Writing { arguments: &["report"], files: &["=day.json", "=day.csv", "=day.tsv", "=day.ndjson"] },
    Writing { arguments: &["report"], files: &["=day.html"] },
    Writing { arguments: &["report"], files: &["=day.txt", "=day.md", "=day.prom"] },
    Writing { arguments: &["report", "--rejects", "rejects.tsv"], files: &["=day.csv", "rejects.tsv"] },
    Writing { arguments: &["report", "--per-terminal", "pages"], files: &["pages/10012308.md"] },
    Writing { arguments: &["report", "--save", "kept"], files: &["=day.csv", TABLE, FINDINGS] },
    Writing {
        arguments: &["report", "--save", "kept", "--history", "kept", "--keep-days", "1"],
        files: &["=day.json", TABLE, FINDINGS],
    },
    Writing { arguments: &["classify"], files: &["=rows.csv", "=rows.tsv", "=rows.ndjson"] },
    Writing { arguments: &["classify", "--all"], files: &["=rows.parquet", "=rows.csv"] },
    Writing { arguments: &["compare", "old.csv"], files: &["=changes.csv", "=changes.json", "=changes.txt"] },
    Writing { arguments: &["inspect", "--force", "--write-config", "site.toml"], files: &["site.toml"] },
    Writing { arguments: &["inspect", "--rejects", "rejects.tsv"], files: &["rejects.tsv"] },
];

const TABLE: &str = "kept/20261121T080004-20261121T215343-61d1954b.parquet";
const FINDINGS: &str = "kept/20261121T080004-20261121T215343-61d1954b.findings.json";

/// What is there before a run.
const OLD: &str = "old\n";

impl Writing {
    fn name(&self) -> String {
        format!("{} {}", self.arguments.join(" "), self.files.join(" "))
    }

    /// Its outputs' paths below the bench.
    fn paths(&self) -> impl Iterator<Item = &'static str> {
        self.files.iter().map(|name| name.trim_start_matches('='))
    }

    /// The command on an input.
    fn command(&self, bench: &Bench, input: &str) -> Command {
        let mut tool = bench.tool();
        tool.arg(self.arguments[0]).arg("-q").args(&self.arguments[1..]).arg(input);
        for name in self.files.iter().filter_map(|name| name.strip_prefix('=')) {
            tool.args(["-o", name]);
        }
        tool.stdout(Stdio::null()).stderr(Stdio::null());
        tool
    }

    /// Puts something else in place of every output.
    fn make_old(&self, bench: &Bench) {
        for name in self.paths() {
            fs::create_dir_all(bench.path(name).parent().unwrap()).unwrap();
            fs::write(bench.path(name), OLD).unwrap();
        }
    }

    /// What stands in its outputs, without the one line that is of the machine's clock.
    fn outputs(&self, bench: &Bench) -> BTreeMap<&'static str, Vec<u8>> {
        let read = |name: &'static str| {
            let bytes = fs::read(bench.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, if name.ends_with(".prom") { without_clock(&bytes) } else { bytes })
        };
        self.paths().map(read).collect()
    }

    /// What the run leaves when nothing goes wrong.
    fn whole(&self, bench: &Bench, input: &str) -> BTreeMap<&'static str, Vec<u8>> {
        self.make_old(bench);
        let status = ended(self.command(bench, input).stdin(day()).spawn().unwrap(), &self.name());
        assert_eq!(status.code(), Some(0), "{}", self.name());
        let whole = self.outputs(bench);
        assert!(whole.values().all(|bytes| bytes != OLD.as_bytes()), "{}", self.name());
        whole
    }
}

fn without_clock(bytes: &[u8]) -> Vec<u8> {
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    lines.filter(|line| !line.starts_with(b"posmortem_report_timestamp_seconds")).flatten().copied().collect()
}

/// The day of fixtures on standard input.
fn day() -> fs::File {
    fs::File::open(fixture("day.csv")).unwrap()
}

/// A bench with what `compare` holds the day against.
fn bench() -> Bench {
    Bench::new().with("old.csv", fs::read(fixture("day.csv")).unwrap())
}

/// Each output is as it was, or whole; which ones are whole.
#[track_caller]
fn old_or_whole(
    writing: &Writing,
    bench: &Bench,
    whole: &BTreeMap<&'static str, Vec<u8>>,
    told: &str,
) -> Vec<&'static str> {
    let found = writing.outputs(bench);
    for (name, bytes) in &found {
        let is_one = bytes == OLD.as_bytes() || bytes == &whole[name];
        assert!(is_one, "{told}: {name} is neither old nor whole: {} bytes", bytes.len());
    }
    found.iter().filter(|(name, bytes)| **bytes == whole[*name]).map(|(name, _)| *name).collect()
}

/// Files that are not whole, anywhere below the bench.
fn unfinished(bench: &Bench) -> Vec<PathBuf> {
    let mut folders = vec![bench.path(".")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else if entry.file_name().to_str().unwrap().starts_with(".posmortem-") {
                found.push(entry.path());
            }
        }
    }
    found
}

/// Waits for a run to end, and not for ever.
#[track_caller]
fn ended(mut run: Child, told: &str) -> ExitStatus {
    let began = Instant::now();
    loop {
        match run.try_wait().unwrap() {
            Some(status) => return status,
            None if began.elapsed() > Duration::from_secs(60) => {
                run.kill().unwrap();
                panic!("{told}: still running");
            }
            None => thread::sleep(Duration::from_millis(1)),
        }
    }
}

/// Waits until something is so.
#[track_caller]
fn until(told: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(60), "{told}: never");
        thread::sleep(Duration::from_millis(1));
    }
}

/// Sends a signal by its name.
fn signal(run: &Child, name: &str) {
    let sent = Command::new("kill").args(["-s", name, &run.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// A program without the environment of the tests, which may set something for the tool.
fn bare(program: &str) -> Command {
    let mut command = Command::new(program);
    command.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    command
}

/// What a script in `sh` prints when it is run on a bench, the tool as `$TOOL` and the day as `$DAY`.
fn shell(bench: &Bench, script: &str) -> (Option<i32>, String, String) {
    shell_by(&["sh", "-c"], bench, script)
}

fn shell_by(program: &[&str], bench: &Bench, script: &str) -> (Option<i32>, String, String) {
    let mut run = bare(program[0]);
    run.args(&program[1..]).arg(script).current_dir(bench.path(".")).env("HOME", bench.path("."));
    run.env("TOOL", env!("CARGO_BIN_EXE_posmortem")).env("DAY", fixture("day.csv"));
    let output = run.stdin(Stdio::null()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// How to run a script as a user who may not do everything; none where that cannot be.
fn as_somebody(bench: &Bench) -> Option<Vec<&'static str>> {
    use std::os::unix::fs::PermissionsExt;
    let as_is = vec!["sh", "-c"];
    let probe = Bench::new().with("secret", "");
    fs::set_permissions(probe.path("secret"), fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(probe.path("secret")).is_err() {
        return Some(as_is);
    }
    fs::set_permissions(bench.path("."), fs::Permissions::from_mode(0o777)).unwrap();
    let somebody =
        [vec!["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"], as_is]
            .concat();
    let can = bare(somebody[0])
        .args(&somebody[1..])
        .arg("\"$TOOL\" explain 55 >/dev/null && touch touched")
        .current_dir(bench.path("."))
        .env("HOME", "/nonexistent")
        .env("TOOL", env!("CARGO_BIN_EXE_posmortem"))
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !can {
        println!("skipped: no other user to be had");
        return None;
    }
    fs::remove_file(bench.path("touched")).unwrap();
    Some(somebody)
}

/// Lines of a file that are no header.
fn rows_of(path: &Path) -> usize {
    crate::bench::rows(&fs::read_to_string(path).unwrap())
}
