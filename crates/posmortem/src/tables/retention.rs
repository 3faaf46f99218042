//! Which tables and findings of a folder are older than somebody wants to keep them.
//!
//! Age is counted in days of the data, back from the day of the newest table: a clock that is wrong, or a job that did
//! not run for a week, must not cost a history. Nothing is removed here, and nothing is named that a run has not made: the
//! name must be one of ours, a table's seal whole, findings readable. The newest run's own files are never named.
//! Folders in the folder are not entered.

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
    /// Whether there may be some, and the newest table has too few messages to tell of which day it is.
    pub is_undated: bool,
}

/// Looks in the folder of `newest`, a table that tells `last` as its last moment, for files that ended more than
/// `keep_days` days before the day that it is of. `judged` is the day that its diagnosis is of, where there is one: what
/// that day was compared with is not listed.
///
/// # Errors
/// When the folder or that table cannot be read.
pub fn expired(
    newest: &Path,
    last: Timestamp,
    judged: Option<CalendarDate>,
    keep_days: u32,
) -> io::Result<Expired> {
    let folder = newest.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file_name = |path: &Path| path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
    let own = file_name(newest).and_then(|name| Some(RunFile::of(&name)?.1.to_owned()));
    let kept_from = CalendarDate::of(last).before(keep_days);
    let mut candidates = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        // A link is not ours, whatever it leads to.
        let is_file = fs::symlink_metadata(&path).is_ok_and(|file| file.is_file());
        let Some(name) = file_name(&path).filter(|_| is_file) else { continue };
        if let Some((kind, stem, ended)) = RunFile::of(&name)
            && ended < kept_from
            && own.as_deref() != Some(stem)
        {
            candidates.push((ended, kind, path));
        }
    }
    if candidates.is_empty() {
        return Ok(Expired::default());
    }
    // The newest table is looked into, to tell of which day it is indeed.
    let Some(date) = date_of(newest).map_err(io::Error::other)? else {
        return Ok(Expired { is_undated: true, ..Expired::default() });
    };
    let kept_from = judged.map_or(date, |judged| judged.min(date)).before(keep_days);
    candidates.retain(|(ended, ..)| *ended < kept_from);
    candidates.sort_by(|a, b| a.2.cmp(&b.2));
    let mut expired = Expired::default();
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

/// The day in the middle of a table. Fifteen messages at either end may have a wrong date; of fewer than sixteen in all
/// none is known to have a right one.
fn date_of(path: &Path) -> Result<Option<CalendarDate>, TableError> {
    let table = Table::open(File::open(path)?)?;
    let facts = &table.header().facts;
    // The clock on the wall is that of the last message, as it is in the file's name.
    let offset_minutes = facts.run.last.and_then(|last| last.offset_minutes);
    let at = |millis| Timestamp { millis, offset_minutes };
    // Of a few messages more, the sixteenth-earliest stands behind the sixteenth-latest, and may be the wrong one.
    Ok(facts.core.map(|(begins, ends)| CalendarDate::amid(at(begins.min(ends)), at(ends))))
}
