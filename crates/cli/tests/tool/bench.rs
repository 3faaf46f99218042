//! A folder of its own for every test, and the tool in it with no environment but what is given.

use assert_cmd::Command;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder with files, where the tool is run.
pub(crate) struct Bench {
    folder: TempDir,
    variables: Vec<(&'static str, String)>,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The day of fixtures, or one of the files beside it.
pub(crate) fn fixture(name: &str) -> String {
    format!("{}/../../fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), variables: Vec::new() }
    }

    /// Puts a file into the folder.
    pub(crate) fn with(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    /// Sets an environment variable.
    pub(crate) fn with_variable(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The names in the folder, sorted; what the tool keeps in the home is not counted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.filter(|name| name != ".local").collect();
        names.sort();
        names
    }

    /// The tool, ready to run.
    pub(crate) fn tool(&self) -> std::process::Command {
        let mut tool = std::process::Command::new(env!("CARGO_BIN_EXE_posmortem"));
        tool.current_dir(self.folder.path()).env_clear().env("HOME", self.folder.path());
        tool.envs(self.variables.iter().map(|(name, value)| (*name, value)));
        tool
    }

    /// Runs the tool with these arguments and nothing on standard input.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        self.run_on("", arguments)
    }

    /// Runs the tool with a text on standard input.
    pub(crate) fn run_on(&self, stdin: impl AsRef<[u8]>, arguments: &[&str]) -> Ended {
        let mut tool = Command::from_std(self.tool());
        let output = tool.args(arguments).write_stdin(stdin.as_ref()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

impl Ended {
    /// Checks the status and hands back standard output and the lines on standard error.
    #[track_caller]
    pub(crate) fn with_code(&self, code: i32) -> (&str, Vec<&str>) {
        assert_eq!(self.code, Some(code), "{self:?}");
        let lines: Vec<_> = self.stderr.lines().collect();
        assert!(lines.iter().all(|line| line.starts_with("posmortem: ")), "{self:?}");
        (&self.stdout, lines)
    }

    /// Checks the status, and that standard output is empty and standard error has one line that
    /// holds `told`.
    #[track_caller]
    pub(crate) fn says_only(&self, code: i32, told: &str) {
        let (stdout, lines) = self.with_code(code);
        assert_eq!(stdout, "", "{self:?}");
        assert!(lines.len() == 1 && lines[0].contains(told), "{self:?}");
    }
}

/// Rows of a table below its header.
pub(crate) fn rows(table: &str) -> usize {
    table.lines().count().saturating_sub(1)
}

/// Whether a text is a path that is there.
pub(crate) fn is_there(path: &str) -> bool {
    Path::new(path).exists()
}
