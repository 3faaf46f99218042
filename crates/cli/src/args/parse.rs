//! Arguments to [`Args`], and what clap has to say to them, in one line like every message.

use super::Args;
use clap::Parser;
use clap::error::ErrorKind;
use std::ffi::OsString;

/// What came of the arguments when it was no command.
#[derive(Debug)]
pub(crate) enum NoCommand {
    /// Help or version were asked for.
    Asked(clap::Error),
    /// They are wrong, and why.
    Wrong(String),
}

impl Args {
    /// Reads the command line, the tool's name first.
    pub(crate) fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, NoCommand> {
        Self::try_parse_from(arguments).map_err(|error| match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => NoCommand::Asked(error),
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => NoCommand::Wrong(
                "a command is missing: report, classify, inspect, explain, rules or config (see --help)"
                    .to_owned(),
            ),
            _ => NoCommand::Wrong(one_line(&error.render().to_string())),
        })
    }
}

/// clap's complaint and its tip without the usage below them.
fn one_line(rendered: &str) -> String {
    let lines = rendered.lines().map(str::trim).filter(|line| !line.is_empty());
    let told: Vec<_> =
        lines.take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more")).collect();
    told.join(" ").trim_start_matches("error: ").replace(" tip: ", "; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(arguments: &[&str]) -> String {
        match Args::read(arguments.iter().map(OsString::from)) {
            Err(NoCommand::Wrong(complaint)) => complaint,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn complaints_are_one_line_with_the_tip() {
        let unknown = complaint(&["posmortem", "report", "--formt", "csv"]);
        assert_eq!(unknown, "unexpected argument '--formt' found; a similar argument exists: '--format'");
        let missing = complaint(&["posmortem", "explain"]);
        assert_eq!(missing, "the following required arguments were not provided: <CODE|REASON>");
        let bad = complaint(&["posmortem", "report", "--format", "yaml"]);
        assert!(
            bad.starts_with("invalid value 'yaml' for '--format <FORMAT>' [possible values: table"),
            "{bad}"
        );
        assert!(complaint(&["posmortem"]).starts_with("a command is missing"));
    }

    #[test]
    fn help_is_no_complaint() {
        let asked = Args::read(["posmortem", "report", "--help"].map(OsString::from));
        assert!(matches!(asked, Err(NoCommand::Asked(_))));
        let asked = Args::read(["posmortem", "help", "report"].map(OsString::from));
        assert!(matches!(asked, Err(NoCommand::Asked(_))));
    }
}
