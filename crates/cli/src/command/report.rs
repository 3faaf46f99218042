//! `report`: reads everything, then writes the result in every form that was asked for.

use super::open;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::messages::Messages;
use crate::plan::ReportPlan;
use crate::reading::{Reading, read};
use posmortem::classify::CodeTables;
use posmortem_report::{View, write_summary};
use std::ops::ControlFlow;

/// Runs the command. A result is written whatever was rejected, but not when there is none.
pub(super) fn run(plan: &ReportPlan, messages: Messages) -> Result<ExitCode, Failure> {
    let outputs = open(&plan.written)?;
    let Reading { run, mut code } = read(&plan.reading, messages, |_, _, _| ControlFlow::Continue(()))?;
    if matches!(code, ExitCode::NothingRead | ExitCode::Interrupted) {
        return Ok(code);
    }
    let rules_sha256 = CodeTables::built_in().sha256();
    for (output, format) in outputs {
        let on_screen = View { rules_sha256: &rules_sha256, ..plan.view };
        let in_file = View { color: false, width: None, ..on_screen };
        let view = if output.is_standard() { on_screen } else { in_file };
        if let Err(error) = output.write_whole(|out| write_summary(&run.summary, format, &view, out)) {
            messages.error(format_args!("{error:#}"));
            code = code.and(ExitCode::NotWritten);
        }
    }
    Ok(code)
}
