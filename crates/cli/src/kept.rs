//! What `report --save` leaves in its folder: the table, what was found beside it, and nothing that is older than
//! the user wants to keep.
//!
//! The table comes first and what is too old goes last: whoever stops a run on the way loses nothing.

use crate::messages::Messages;
use crate::output::{Output, cannot_write};
use crate::tables::{self, Expired};
use anyhow::{Context, Result};
use posmortem::classify::Rules;
use posmortem::diagnose::{CalendarDate, DayFindings};
use posmortem::{Run, findings_name, findings_of, write_findings};
use std::fs;
use std::path::Path;

/// Ends the table of a run under its name, and keeps house in the folder. Findings of a run that judged nothing are not
/// written; those of an earlier run over the same inputs stay. `rules` are those in force.
pub(crate) fn keep(
    folder: &Path,
    keep_days: Option<u32>,
    run: &Run,
    rules: Option<&Rules>,
    table: Result<Output>,
    messages: Messages,
) -> Result<()> {
    let name = tables::file_name(&run.summary);
    table?.end_as(&name)?;
    let found = run.diagnosis.as_ref().and_then(|said| findings_of(&run.summary, said, rules));
    if let Some(found) = &found {
        let mut output = Output::in_folder(folder)?;
        let name = findings_name(&run.summary);
        let path = folder.join(&name).display().to_string();
        write_findings(found, &mut output).map_err(|error| cannot_write(&path, &error))?;
        output.end_as(&name)?;
    }
    match keep_days {
        Some(days) => remove_older(folder, days, &name, run, found.as_ref().map(DayFindings::date), messages),
        None => Ok(()),
    }
}

/// Removes what is too old beside the table of that name, which was judged as of that day.
fn remove_older(
    folder: &Path,
    days: u32,
    name: &str,
    run: &Run,
    judged: Option<CalendarDate>,
    messages: Messages,
) -> Result<()> {
    let Some(last) = run.summary.last else { return Ok(()) };
    let Expired { files, doubtful, is_undated } = tables::expired(&folder.join(name), last, judged, days)
        .with_context(|| format!("--keep-days: {} cannot be looked through", folder.display()))?;
    if is_undated {
        let why = "has too few messages to tell of which day it is";
        messages.warn(format_args!("--keep-days: {name} {why}: nothing is removed"));
    }
    for (path, why) in doubtful {
        messages.note(format_args!("--keep-days: {} is old and stays: {why}", path.display()));
    }
    for path in files {
        match fs::remove_file(&path) {
            Ok(()) => messages.note(format_args!("--keep-days: {} is removed", path.display())),
            Err(error) => {
                messages.warn(format_args!("--keep-days: {} cannot be removed: {error}", path.display()));
            }
        }
    }
    Ok(())
}
