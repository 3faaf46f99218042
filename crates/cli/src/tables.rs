//! Exchange tables, where they are built in.
//!
//! `tables/absent.rs` is the twin of this file for builds without the feature `tables`, so that nobody
//! else asks for it.

use crate::output::{Output, cannot_write};
use anyhow::{Error, Result};
use posmortem::classify::Rules;
use posmortem::diagnose::{self, CalendarDate, History};
use posmortem::exchange::Summary;
use posmortem::iso8583::Timestamp;
pub(crate) use posmortem::{Expired, Tables};
use posmortem::{InputSource, Observer, Run, Settings, TableError, TokenKey};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Whether tables are built in.
pub(crate) const ARE_BUILT_IN: bool = true;

/// What there is to say where they are not.
pub(crate) const NOT_BUILT_IN: &str = "";

/// Opens tables that were saved by the rules in force.
pub(crate) fn open(sources: &[InputSource], settings: &Settings) -> Result<Tables> {
    let tables = Tables::open(sources)?;
    tables.check_rules(settings)?;
    Ok(tables)
}

/// What tables of other days let expect, and those that could not be read.
pub(crate) fn history(
    paths: &[PathBuf],
    settings: &diagnose::Settings,
    rules: Option<&Arc<Rules>>,
) -> Result<(History, Vec<(PathBuf, String)>)> {
    Ok(posmortem::read_history(paths, settings, rules))
}

/// Reads logs and writes a table on the way.
pub(crate) fn save(
    sources: &[InputSource],
    settings: &Settings,
    key: &TokenKey,
    observer: &mut dyn Observer,
    out: Output,
) -> (Run, Result<Output>) {
    let name = out.name().to_owned();
    let (run, written) = posmortem::save_table(sources, settings, key, observer, out);
    (run, written.map_err(|error| cannot_save(&name, error)))
}

/// Reads tables and writes one of all of them on the way.
pub(crate) fn join(
    tables: Tables,
    settings: &Settings,
    observer: &mut dyn Observer,
    out: Output,
) -> Result<(Run, Result<Output>)> {
    let name = out.name().to_owned();
    let (run, written) = tables.save(settings, observer, out)?;
    Ok((run, written.map_err(|error| cannot_save(&name, error))))
}

/// What the encoder says of a full disk is told as for any other output.
fn cannot_save(name: &str, error: TableError) -> Error {
    let name = format!("the table in {name}");
    if let TableError::Io(error) = &error {
        return cannot_write(&name, error);
    }
    let error = Error::from(error);
    match error.root_cause().downcast_ref::<io::Error>() {
        Some(cause) => cannot_write(&name, cause),
        None => error.context(format!("{name} cannot be written")),
    }
}

/// Files of other runs in the folder of a table that ended more than so many days before its day, and what only looks
/// like one of them.
pub(crate) fn expired(
    newest: &Path,
    last: Timestamp,
    judged: Option<CalendarDate>,
    keep_days: u32,
) -> Result<Expired> {
    Ok(posmortem::expired(newest, last, judged, keep_days)?)
}

/// The name of a saved table.
pub(crate) fn file_name(summary: &Summary) -> String {
    posmortem::table_name(summary)
}
