//! `splits`: looks where logs can be cut, and writes the manifest of a job.

use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::messages::Messages;
use crate::output::Output;
use crate::plan::SplitsPlan;
use crate::reading::workers;
use posmortem::{InputSource, SplitPlan, plan_splits, write_manifest};
use std::fs::File;
use std::path::PathBuf;

/// Runs the command.
pub(super) fn run(plan: &SplitsPlan, messages: Messages) -> Result<ExitCode, Failure> {
    let paths: Vec<PathBuf> =
        plan.reading.sources.iter().filter_map(InputSource::path).map(PathBuf::from).collect();
    for path in &paths {
        if let Err(error) = File::open(path) {
            messages
                .warn(format_args!("{}: {error}: see to it, or the report goes without it", path.display()));
        }
    }
    let planned = workers(plan.reading.threads)?
        .install(|| plan_splits(&paths, &plan.reading.settings, plan.task_bytes));
    let SplitPlan { tasks, whole } = planned;
    for (path, why) in whole {
        messages.note(format_args!("{} is read in one piece: {why}", path.display()));
    }
    let manifest = write_manifest(&tasks).map_err(Failure::usage)?;
    Output::standard().write_whole(|out| out.write_all(manifest.as_bytes())).map_err(Failure::not_written)?;
    Ok(ExitCode::Done)
}
