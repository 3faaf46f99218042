//! Everything that the process finds around it: environment, folders, terminals.
//!
//! Read once, here, and nowhere below; tests make their own.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What surrounds the process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surroundings {
    /// The environment; text that is not UTF-8 is replaced.
    pub(crate) variables: BTreeMap<String, String>,
    /// The folder in which `posmortem.toml` is looked for; empty for the current one.
    pub(crate) folder: PathBuf,
    /// The configuration of the machine.
    pub(crate) machine_config: PathBuf,
    /// The time of day at which the process began.
    pub(crate) now: Option<SystemTime>,
    pub(crate) stdin_is_terminal: bool,
    pub(crate) stdout_is_terminal: bool,
    pub(crate) stderr_is_terminal: bool,
    /// Columns of the terminal that standard output goes to.
    pub(crate) terminal_width: Option<u16>,
}

impl Surroundings {
    /// Those of this process.
    pub(crate) fn of_process() -> Self {
        let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        Self {
            variables: std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect(),
            folder: PathBuf::new(),
            machine_config: PathBuf::from("/etc/posmortem/posmortem.toml"),
            now: Some(SystemTime::now()),
            stdin_is_terminal: io::stdin().is_terminal(),
            stdout_is_terminal: io::stdout().is_terminal(),
            stderr_is_terminal: io::stderr().is_terminal(),
            terminal_width: terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| width.0),
        }
    }

    /// A variable that is set to something.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The user's configuration file.
    pub(crate) fn user_config(&self) -> Option<PathBuf> {
        Some(self.base_folder("XDG_CONFIG_HOME", ".config")?.join("posmortem/config.toml"))
    }

    /// Where the token key is kept unless the user keeps it elsewhere.
    pub(crate) fn token_key(&self) -> Option<PathBuf> {
        Some(self.base_folder("XDG_STATE_HOME", ".local/state")?.join("posmortem/token.key"))
    }

    /// A base folder by the XDG rules: the variable where it holds an absolute path, else a folder
    /// below the user's home.
    fn base_folder(&self, variable: &str, below_home: &str) -> Option<PathBuf> {
        let told = self.variable(variable).map(PathBuf::from).filter(|path| path.is_absolute());
        told.or_else(|| self.variable("HOME").map(|home| Path::new(home).join(below_home)))
    }

    /// Whether standard output takes colours, where the user does not say.
    pub(crate) fn takes_color(&self) -> bool {
        let can = self.stdout_is_terminal && self.variable("TERM") != Some("dumb");
        can && self.variable("NO_COLOR").is_none()
    }

    /// Columns of a table on standard output, where there is a limit.
    pub(crate) fn width(&self) -> Option<u16> {
        let told =
            self.variable("COLUMNS").and_then(|columns| columns.parse().ok()).filter(|&width| width > 0);
        told.or(self.terminal_width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)]) -> Surroundings {
        let owned = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Surroundings { variables: owned.collect(), stdout_is_terminal: true, ..Surroundings::default() }
    }

    #[test]
    fn base_folders_follow_the_xdg_rules() {
        let home =
            with(&[("HOME", "/home/ops"), ("XDG_CONFIG_HOME", "relative"), ("XDG_STATE_HOME", "/state")]);
        assert_eq!(home.user_config().unwrap(), Path::new("/home/ops/.config/posmortem/config.toml"));
        assert_eq!(home.token_key().unwrap(), Path::new("/state/posmortem/token.key"));
        assert_eq!(with(&[]).token_key(), None);
    }

    #[test]
    fn colours_need_a_terminal_that_wants_them() {
        assert!(with(&[]).takes_color());
        assert!(with(&[("NO_COLOR", "")]).takes_color());
        assert!(!with(&[("NO_COLOR", "1")]).takes_color());
        assert!(!with(&[("TERM", "dumb")]).takes_color());
        assert!(!Surroundings { stdout_is_terminal: false, ..with(&[]) }.takes_color());
    }
}
