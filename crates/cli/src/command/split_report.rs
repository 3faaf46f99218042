//! `report --splits`: reads a task's part of a job, and saves its table.
//!
//! What could not be read stands in the table and is told by the report over all tables, so that a status other than 0
//! says that there is no table, and whoever runs the job may try again. So does a part of a file that cannot be opened:
//! whoever cut the file could read it, and another machine may.

use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::messages::Messages;
use crate::obtain_key::obtain_key;
use crate::output::Output;
use crate::plan::SplitReportPlan;
use crate::reading::save_alone;
use anyhow::anyhow;
use posmortem::exchange::{FileState, Summary};
use posmortem::{InputSource, part_name};
use std::collections::BTreeSet;

/// Runs the command.
pub(super) fn run(plan: &SplitReportPlan, messages: Messages) -> Result<ExitCode, Failure> {
    let key = obtain_key(&plan.token_key, messages)?;
    let out = Output::in_folder(&plan.folder).map_err(Failure::not_written)?;
    let (run, table) = save_alone(&plan.reading, &key, out)?;
    if let Some((path, why)) = unreadable_part(&plan.reading.sources, &run.summary) {
        return Err(Failure::not_read(anyhow!(
            "{path}: {why}: a part of it was to be read, and no table is left"
        )));
    }
    let name = part_name(&plan.reading.sources);
    table.end_as(&name).map_err(Failure::not_written)?;
    let path = plan.folder.join(&name);
    Output::standard()
        .write_whole(|out| writeln!(out, "{}", path.display()))
        .map_err(Failure::not_written)?;
    Ok(ExitCode::Done)
}

/// A file that could not be opened for a part of it, and why.
fn unreadable_part<'s>(sources: &[InputSource], summary: &'s Summary) -> Option<(&'s str, &'s str)> {
    let are_parts: BTreeSet<String> = sources
        .iter()
        .filter(|source| matches!(source, InputSource::Split(..)))
        .map(InputSource::label)
        .collect();
    let mut files = summary.files.iter().filter(|file| are_parts.contains(&file.path));
    files.find_map(|file| match &file.state {
        FileState::Unreadable(why) => Some((&*file.path, &**why)),
        _ => None,
    })
}
