//! Why a command ended before its work was done, and with which status.
//!
//! One sentence for the user, with the place where it is about a text, and one status for the shell. A record or a file that cannot be read is
//! no failure: that is a finding, told beside the result.

use crate::exit_code::ExitCode;
use crate::messages::Messages;
use crate::pointed::Pointed;
use crate::rule_files::FaultyRules;
use anyhow::Error;

/// The end of a command that could not do its work.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: ExitCode,
    pub(crate) error: Error,
}

impl Failure {
    /// The command line or the configuration is wrong.
    pub(crate) fn usage(error: impl Into<Error>) -> Self {
        Self { code: ExitCode::Usage, error: error.into() }
    }

    /// Tells it, and where in a text the fault is.
    pub(crate) fn tell(&self, messages: Messages) {
        if let Some(faulty) = self.error.downcast_ref::<FaultyRules>() {
            return faulty.tell(messages);
        }
        match self.error.downcast_ref::<Pointed>() {
            Some(pointed) => pointed.tell(messages),
            None => messages.error(format_args!("{:#}", self.error)),
        }
    }

    /// The input asks for more than a limit allows.
    pub(crate) fn too_much(error: impl Into<Error>) -> Self {
        Self { code: ExitCode::TooMuch, error: error.into() }
    }

    /// What must be there to go on cannot be read.
    pub(crate) fn not_read(error: impl Into<Error>) -> Self {
        Self { code: ExitCode::NothingRead, error: error.into() }
    }

    /// An output cannot be written.
    pub(crate) fn not_written(error: impl Into<Error>) -> Self {
        Self { code: ExitCode::NotWritten, error: error.into() }
    }
}
