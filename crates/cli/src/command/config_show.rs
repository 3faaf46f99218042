//! `config show`.

use crate::config::{write_json, write_text};
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::output::Output;
use crate::plan::ConfigShowPlan;
use posmortem_report::ExplainFormat;

/// Runs the command.
pub(super) fn run(plan: &ConfigShowPlan) -> Result<ExitCode, Failure> {
    let shown = Output::standard().write_whole(|out| match plan.format {
        ExplainFormat::Text => write_text(&plan.config, out),
        ExplainFormat::Json => write_json(&plan.config, out),
    });
    shown.map_err(Failure::not_written)?;
    Ok(ExitCode::Done)
}
