//! Opens one table, and tells what stands in its place where it cannot be read.

use super::JoinError;
use crate::run::InputSource;
use posmortem_classify::CodeTables;
use posmortem_exchange::{FileFacts, FileState, FileSummary};
use posmortem_tables::{Table, TableError};
use std::fs::File;

/// What is missing may stand in a table that cannot be read: that is what must be told.
pub(super) fn with_cause(error: JoinError, unread: Option<FileSummary>) -> JoinError {
    match (error, unread) {
        (
            missing @ JoinError::Missing { .. },
            Some(FileSummary { path, state: FileState::Unreadable(why), .. }),
        ) => JoinError::Unread { table: path, why, missing: Box::new(missing) },
        (error, _) => error,
    }
}

pub(super) fn open(source: &InputSource) -> Result<Table, FileState> {
    let unreadable = |error: TableError| FileState::Unreadable(error.to_string());
    let InputSource::Path(path) = source else {
        let why = "an exchange table is read from its end: give its file by name";
        return Err(FileState::Unreadable(why.to_owned()));
    };
    let table = File::open(path).map_err(TableError::from).and_then(Table::open).map_err(unreadable)?;
    let rules = CodeTables::built_in().sha256();
    if table.header().rules_sha256 != rules {
        let version = &table.header().version;
        return Err(FileState::Unreadable(format!(
            "its codes were judged by other rules, those of version {version}: save it again from its logs"
        )));
    }
    Ok(table)
}

/// The format of a file that stands for a table itself: one that could not be read.
pub(super) const TABLE_FORMAT: &str = "exchanges";

pub(super) fn file_of_table(path: String, state: FileState) -> FileFacts {
    let summary = FileSummary {
        path,
        format: TABLE_FORMAT.into(),
        bytes: 0,
        frames: 0,
        rejected: 0,
        first_reject: None,
        state,
    };
    FileFacts {
        summary,
        is_unsorted: false,
        unknown_columns: Vec::new(),
        other_formats: Vec::new(),
        split: None,
    }
}
