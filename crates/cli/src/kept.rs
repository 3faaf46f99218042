//! What `report --save` leaves in its folder: the table, what was found beside it, and nothing that is older than
//! the user wants to keep.
//!
//! The table comes first and what is too old goes last: whoever stops a run on the way loses nothing.

use crate::messages::Messages;
use crate::output::Output;
use crate::tables::{self, Expired};
use anyhow::{Context, Result};
use posmortem::{Run, findings_name, findings_of, write_findings};
use std::fs;
use std::path::Path;

/// Ends the table of a run under its name, and keeps house in the folder. Findings of a run that judged nothing are not
/// written; those of an earlier run over the same inputs stay.
pub(crate) fn keep(
    folder: &Path,
    keep_days: Option<u32>,
    run: &Run,
    table: Result<Output>,
    messages: Messages,
) -> Result<()> {
    let name = tables::file_name(&run.summary);
    table?.end_as(&name)?;
    if let Some(found) = run.diagnosis.as_ref().and_then(|said| findings_of(&run.summary, said)) {
        let mut output = Output::in_folder(folder)?;
        let name = findings_name(&run.summary);
        let cannot = || format!("{} cannot be written", folder.join(&name).display());
        write_findings(&found, &mut output).with_context(cannot)?;
        output.end_as(&name)?;
    }
    if let (Some(days), Some(last)) = (keep_days, run.summary.last) {
        let Expired { files, doubtful } = tables::expired(&folder.join(&name), last, days)
            .with_context(|| format!("--keep-days: {} cannot be looked through", folder.display()))?;
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
    }
    Ok(())
}
