//! Arguments to [`Args`], and what clap has to say to them, in one line like every message.

use super::Args;
use super::complaint::complaint;
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
            _ => NoCommand::Wrong(complaint(&error)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_is_no_complaint() {
        let asked = Args::read(["posmortem", "report", "--help"].map(OsString::from));
        assert!(matches!(asked, Err(NoCommand::Asked(_))));
        let asked = Args::read(["posmortem", "help", "report"].map(OsString::from));
        assert!(matches!(asked, Err(NoCommand::Asked(_))));
    }
}
