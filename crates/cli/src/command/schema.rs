//! `schema`: what is written as JSON, described.

use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::output::Output;
use posmortem_report::JsonDocument;

/// Runs the command.
pub(super) fn run(document: JsonDocument) -> Result<ExitCode, Failure> {
    Output::standard().write_whole(|out| document.write_schema(out)).map_err(Failure::not_written)?;
    Ok(ExitCode::Done)
}
