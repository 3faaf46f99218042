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

/// Runs a document's commands and compares, or writes what they print.
#[track_caller]
fn check(path: &Path, document: &str) {
    let fresh = refreshed(document);
    if std::env::var_os("POSMORTEM_BLESS").is_some() {
        fs::write(path, &fresh).unwrap();
        return;
    }
    let first_difference = document.lines().zip(fresh.lines()).find(|(old, new)| old != new);
    assert!(document == fresh, "{}: {first_difference:?}", path.display());
}

#[test]
fn the_readme_prints_what_the_tool_prints() {
    let path = root().join("README.md");
    let document = fs::read_to_string(&path).unwrap();
    assert!(document.matches("\n$ posmortem ").count() >= 8, "the README shows the tool at work");
    check(&path, &document);
}

#[test]
fn the_documents_print_what_the_tool_prints() {
    let documents = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut documents: Vec<_> = documents.filter(|path| path.extension() == Some("md".as_ref())).collect();
    documents.sort();
    let mut checked = 0;
    for path in documents {
        let document = fs::read_to_string(&path).unwrap();
        if document.contains("\n```console\n") {
            check(&path, &document);
            checked += 1;
        }
    }
    assert!(checked > 0, "some documents show the tool at work");
}
