//! Which tables and findings of a folder are older than somebody wants to keep them.
//!
//! Age is counted in days of the data, from the day on which the newest table ends: a clock that is wrong, or a job that did
//! not run for a week, must not cost a history. Nothing is removed here, and nothing is named that a run has not made: the
//! name must be one of ours, a table's seal whole, findings readable. Folders in the folder are not entered.

use crate::findings_file::{FindingsError, read_findings};
use crate::run_name::RunFile;
use posmortem_diagnose::CalendarDate;
use posmortem_iso8583::Timestamp;
use posmortem_tables::{Table, TableError};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// What is older than is wanted.
#[derive(Debug, Default)]
pub struct Expired {
    /// Tables and findings, by name.
    pub files: Vec<PathBuf>,
    /// What is called like one, is as old, and stays because it is none that is whole: which, and why.
    pub doubtful: Vec<(PathBuf, String)>,
}

/// Looks in the folder of `newest`, a table that tells `last` as its last moment, for files that ended more than
/// `keep_days` days before it does.
///
/// # Errors
/// When the folder or that table cannot be read.
pub fn expired(newest: &Path, last: Timestamp, keep_days: u32) -> io::Result<Expired> {
    let folder = newest.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let kept_from = compact(CalendarDate::of(last).before(keep_days));
    let mut candidates = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        // A link is not ours, whatever it leads to.
        let is_file = fs::symlink_metadata(&path).is_ok_and(|file| file.is_file());
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if let (true, Some((kind, ended))) = (is_file, RunFile::of(name)) {
            candidates.push((ended.to_owned(), kind, path));
        }
    }
    candidates.retain(|(ended, ..)| *ended < kept_from);
    let mut expired = Expired::default();
    if candidates.is_empty() {
        return Ok(expired);
    }
    // The newest table is read through, to tell where it ends indeed.
    let kept_from = compact(last_date(newest).map_err(io::Error::other)?.before(keep_days));
    candidates.retain(|(ended, ..)| *ended < kept_from);
    candidates.sort_by(|a, b| a.2.cmp(&b.2));
    for (_, kind, path) in candidates {
        match doubt(kind, &path) {
            None => expired.files.push(path),
            Some(why) => expired.doubtful.push((path, why)),
        }
    }
    Ok(expired)
}

/// Why a file is not what its name says. Another version of this tool has made it as well as this one.
fn doubt(kind: RunFile, path: &Path) -> Option<String> {
    match kind {
        RunFile::Table => match File::open(path).map_err(TableError::from).and_then(Table::open) {
            Ok(_) | Err(TableError::OtherSchema(_)) => None,
            Err(error) => Some(error.to_string()),
        },
        RunFile::Findings => match fs::read(path).map(|bytes| read_findings(&bytes)) {
            Ok(Ok(_) | Err(FindingsError::OtherVersion(_))) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(error) => Some(error.to_string()),
        },
    }
}

/// The day on which a table ends: by its sixteenth-latest leg, since a single record may have a wrong date.
fn last_date(path: &Path) -> Result<CalendarDate, TableError> {
    let table = Table::open(File::open(path)?)?;
    let facts = &table.header().facts;
    let last = facts.run.last.unwrap_or(Timestamp { millis: 0, offset_minutes: None });
    let millis = facts.core.map_or(last.millis, |(_, ends)| ends.min(last.millis));
    Ok(CalendarDate::of(Timestamp { millis, ..last }))
}

/// As it stands in names of files.
fn compact(date: CalendarDate) -> String {
    date.to_string().replace('-', "")
}
