//! `man`: one manual page to standard output, or all of them to a folder.

use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::output::Output;
use crate::plan::ManPlan;
use anyhow::Context;
use std::fs;

/// Runs the command.
pub(super) fn run(plan: &ManPlan) -> Result<ExitCode, Failure> {
    match plan {
        ManPlan::One(page) => Output::standard().write_whole(|out| out.write_all(&page.roff)),
        ManPlan::All(folder, pages) => {
            let made = fs::create_dir_all(folder);
            let made = made.with_context(|| format!("the folder {} cannot be made", folder.display()));
            made.and_then(|()| {
                pages.iter().try_for_each(|page| {
                    let output = Output::file(&folder.join(page.file_name()))?;
                    output.write_whole(|out| out.write_all(&page.roff))
                })
            })
        }
    }
    .map_err(Failure::not_written)?;
    Ok(ExitCode::Done)
}
