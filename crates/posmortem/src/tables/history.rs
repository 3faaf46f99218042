//! Saved tables of other days as what a diagnosis expects.

use super::Tables;
use crate::run_name::inputs_digest;
use crate::{InputSource, Settings};
use posmortem_classify::Rules;
use posmortem_diagnose::History;
use posmortem_exchange::FileState;
use std::path::PathBuf;
use std::sync::Arc;

/// Reads one table after the other, each a history of its own. What could not be read, and why, comes back
/// beside: a history of fewer days is still one. `settings` tells the inventory. The exchanges are concluded by `rules`,
/// whichever were in force when they were saved: what to expect is said in the terms of the day that is judged.
pub fn read_history(
    paths: &[PathBuf],
    settings: &posmortem_diagnose::Settings,
    rules: Option<&Arc<Rules>>,
) -> (History, Vec<(PathBuf, String)>) {
    let (mut history, mut unread) = (History::default(), Vec::new());
    let wanted = Settings { keep_table: true, rules: rules.cloned(), ..Settings::default() };
    for path in paths {
        let table = Tables::open(&[InputSource::Path(path.clone())]);
        let run = table.and_then(|table| table.analyse_anew(&wanted, &mut ()));
        let run = run.map_err(|error| error.to_string());
        let told = run.and_then(|run| match run.summary.files.iter().find_map(|file| trouble(&file.state)) {
            Some(trouble) => Err(trouble),
            None => Ok(run),
        });
        match told {
            Ok(run) => {
                if let Some(table) = &run.table {
                    history.add(table, &run.summary.names, inputs_digest(&run.summary), settings);
                }
            }
            Err(why) => unread.push((path.clone(), why)),
        }
    }
    (history, unread)
}

/// Why a table was not read whole.
fn trouble(state: &FileState) -> Option<String> {
    match state {
        FileState::Unreadable(why) | FileState::BrokenOff(why) => Some(why.clone()),
        _ => None,
    }
}
