//! Every transcript in the documentation is what the tool really prints.
//!
//! A ```` ```console ```` block holds commands behind `$ ` and, after each, its output. Run with
//! `POSMORTEM_BLESS=1` to write the outputs into the documents; read the change before it is
//! committed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by its panic")]

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What `command` prints in a shell at the repository's root, with the tool on its path.
fn output_of(command: &str) -> String {
    let tool = Path::new(env!("CARGO_BIN_EXE_posmortem"));
    let path = format!("{}:{}", tool.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let state = tempfile::tempdir().unwrap();
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(root())
        .env_clear()
        .env("PATH", path)
        .env("HOME", state.path())
        .output()
        .unwrap();
    assert!(output.stderr.is_empty(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command}: {}", output.status);
    String::from_utf8(output.stdout).unwrap()
}

/// The document with the output of every command as it is now.
fn refreshed(document: &str) -> String {
    let mut fresh = String::new();
    let mut in_console = false;
    for line in document.lines() {
        let fence = line.starts_with("```");
        if !in_console || fence || line.starts_with("$ ") {
            writeln!(fresh, "{line}").unwrap();
        }
        if fence {
            in_console = line == "```console" && !in_console;
        }
        if let Some(command) = line.strip_prefix("$ ").filter(|_| in_console) {
            fresh.push_str(&output_of(command));
        }
    }
    fresh
}

#[test]
fn the_readme_prints_what_the_tool_prints() {
    let readme = root().join("README.md");
    let document = fs::read_to_string(&readme).unwrap();
    assert!(document.matches("\n$ posmortem ").count() >= 8, "the README shows the tool at work");
    check(&readme);
}

#[test]
fn the_documentation_prints_what_the_tool_prints() {
    let documents = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    // Its transcripts are of measurements, which take minutes and come out otherwise every time.
    let is_measured = |path: &Path| path.ends_with("peers.md");
    let is_document = |path: &PathBuf| path.extension().is_some_and(|end| end == "md") && !is_measured(path);
    documents.filter(is_document).for_each(|path| check(&path));
}

#[track_caller]
fn check(path: &Path) {
    let document = fs::read_to_string(path).unwrap();
    let fresh = refreshed(&document);
    if std::env::var_os("POSMORTEM_BLESS").is_some() {
        fs::write(path, &fresh).unwrap();
    }
    let first_difference = document.lines().zip(fresh.lines()).find(|(old, new)| old != new);
    assert!(
        document == fresh || std::env::var_os("POSMORTEM_BLESS").is_some(),
        "{path:?}: {first_difference:?}"
    );
}
