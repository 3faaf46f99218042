//! Why a command ended before its work was done, and with which status.
//!
//! One sentence for the user and one status for the shell. A record or a file that cannot be read is
//! no failure: that is a finding, told beside the result.

use crate::exit_code::ExitCode;
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

    /// An output cannot be written.
    pub(crate) fn not_written(error: impl Into<Error>) -> Self {
        Self { code: ExitCode::NotWritten, error: error.into() }
    }
}
