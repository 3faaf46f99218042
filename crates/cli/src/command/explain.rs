//! `explain`: one code in every dialect, or one reason.

use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::output::Output;
use crate::plan::{ExplainPlan, Subject, unknown};
use posmortem::classify::CodeTables;
use posmortem_report::{explain_code, explain_reason};

/// Runs the command. A code that no table has is a usage error.
pub(super) fn run(plan: &ExplainPlan) -> Result<ExitCode, Failure> {
    let tables = CodeTables::built_in();
    let mut is_known = true;
    let explained = Output::standard().write_whole(|out| {
        match &plan.subject {
            Subject::Code(code) => is_known = explain_code(code, tables, plan.format, plan.language, out)?,
            Subject::Reason(reason) => explain_reason(*reason, tables, plan.format, plan.language, out)?,
        }
        Ok(())
    });
    explained.map_err(Failure::not_written)?;
    match &plan.subject {
        Subject::Code(code) if !is_known => Err(Failure::usage(unknown(code))),
        _ => Ok(ExitCode::Done),
    }
}
