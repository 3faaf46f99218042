//! `report --splits`: reads a task's part of a job, and saves its table.
//!
//! What could not be read stands in the table and is told by the report over all tables, so that a status other than 0
//! says that there is no table, and whoever runs the job may try again.

use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::messages::Messages;
use crate::obtain_key::obtain_key;
use crate::output::Output;
use crate::plan::SplitReportPlan;
use crate::reading::save_alone;
use crate::tables;

/// Runs the command.
pub(super) fn run(plan: &SplitReportPlan, messages: Messages) -> Result<ExitCode, Failure> {
    let key = obtain_key(&plan.token_key, messages)?;
    let out = Output::in_folder(&plan.folder).map_err(Failure::not_written)?;
    let table = save_alone(&plan.reading, &key, out)?;
    let name = tables::part_name(&plan.reading.sources);
    table.end_as(&name).map_err(Failure::not_written)?;
    let path = plan.folder.join(&name);
    Output::standard()
        .write_whole(|out| writeln!(out, "{}", path.display()))
        .map_err(Failure::not_written)?;
    Ok(ExitCode::Done)
}
