//! What files of a run are called in a folder that keeps many: by when the run begins and ends, and by a digest of
//! the names of its inputs.
//!
//! So a run that is done again replaces its own files, and parts of one day do not replace each other's. Who
//! clears a folder up knows by the name which files are of this tool, and looks into those alone.

use crate::InputSource;
#[cfg(feature = "tables")]
use posmortem_diagnose::CalendarDate;
use posmortem_exchange::Summary;
use posmortem_iso8583::Timestamp;
use posmortem_logs::Split;
#[cfg(feature = "tables")]
use posmortem_logs::parse_time;
use sha2::{Digest, Sha256};
use std::path::Path;

/// How the name of a table ends.
const TABLE: &str = ".parquet";

/// How the name of findings ends.
const FINDINGS: &str = ".findings.json";

/// What a run's files have in common: `20261121T000015-20261121T235955-1a2b3c4d`.
fn stem(summary: &Summary) -> String {
    let moment = |at: Option<Timestamp>| -> String {
        let text = at.map(|at| at.to_string()).unwrap_or_default();
        text.chars().take(19).filter(|c| *c != '-' && *c != ':').collect()
    };
    format!("{}-{}-{}", moment(summary.first), moment(summary.last), inputs_digest(summary))
}

/// The first digits of a digest of the inputs' names.
pub(crate) fn inputs_digest(summary: &Summary) -> String {
    let mut digest = Sha256::new();
    for file in &summary.files {
        digest.update(file.path.as_bytes());
        digest.update(b"\n");
    }
    const_hex::encode(&digest.finalize()[..4])
}

/// The name of a run's table in a folder of tables: from when to when, and the first digits of a digest
/// of the inputs' names.
pub fn table_name(summary: &Summary) -> String {
    stem(summary) + TABLE
}

/// The name of the table of splits of a job: a digest of which they are, so that a task that is run again replaces its own
/// table. None of [`table_name`]'s, which are of days and are kept by their dates.
pub fn part_name(splits: &[InputSource]) -> String {
    let mut digest = Sha256::new();
    let mut splits: Vec<_> = splits.iter().collect();
    splits.sort();
    for split in splits {
        let part = match split {
            InputSource::Split(_, part) => *part,
            InputSource::Path(_) | InputSource::Stdin => Split::WHOLE,
        };
        let path = split.path().map(|path| path.as_os_str().as_encoded_bytes()).unwrap_or_default();
        digest.update(path);
        digest.update(format!("\t{}\t{:?}\n", part.start, part.end));
    }
    format!("part-{}{TABLE}", const_hex::encode(&digest.finalize()[..12]))
}

/// The name of a run's findings beside its table.
pub fn findings_name(summary: &Summary) -> String {
    stem(summary) + FINDINGS
}

/// Whether a file is called as findings are.
pub fn is_findings_path(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.ends_with(FINDINGS))
}

/// A file of a run, by its name.
#[cfg(feature = "tables")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RunFile {
    /// [`table_name`]
    Table,
    /// [`findings_name`]
    Findings,
}

#[cfg(feature = "tables")]
impl RunFile {
    /// What a name says, what the names of that run begin with, and on which day it ended; none where no run has made it.
    pub(crate) fn of(name: &str) -> Option<(Self, &str, CalendarDate)> {
        let (kind, stem) = match (name.strip_suffix(TABLE), name.strip_suffix(FINDINGS)) {
            (Some(stem), _) => (Self::Table, stem),
            (None, Some(stem)) => (Self::Findings, stem),
            (None, None) => return None,
        };
        let [first, last, digest] = stem.split('-').collect::<Vec<_>>().try_into().ok()?;
        let are_digits =
            |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
        let is_moment = |text: &str| {
            text.split_once('T').is_some_and(|(day, clock)| are_digits(day, 8) && are_digits(clock, 6))
        };
        let is_digest =
            digest.len() == 8 && digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !(is_moment(first) && is_moment(last) && is_digest) {
            return None;
        }
        Some((kind, stem, CalendarDate::of(parse_time(last.as_bytes())?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(last: i64) -> Summary {
        let at = |millis| Some(Timestamp { millis, offset_minutes: None });
        Summary { first: at(0), last: at(last), ..Summary::default() }
    }

    #[test]
    fn files_of_a_run_have_one_stem() {
        let summary = summary(86_399_999);
        assert_eq!(table_name(&summary), "19700101T000000-19700101T235959-e3b0c442.parquet");
        assert_eq!(findings_name(&summary), "19700101T000000-19700101T235959-e3b0c442.findings.json");
        let is_findings = |name: String| is_findings_path(&Path::new("kept").join(name));
        assert!(is_findings(findings_name(&summary)) && !is_findings(table_name(&summary)));
    }

    #[cfg(feature = "tables")]
    #[test]
    fn names_of_other_makers_are_seen_through() {
        let summary = summary(2 * 86_400_000);
        let (stem, day) =
            ("19700101T000000-19700103T000000-e3b0c442", summary.last.map(CalendarDate::of).unwrap());
        assert_eq!(RunFile::of(&table_name(&summary)), Some((RunFile::Table, stem, day)));
        assert_eq!(RunFile::of(&findings_name(&summary)), Some((RunFile::Findings, stem, day)));
        for name in [
            "day.parquet",
            "19700101T000000-19700101T235959-e3b0c442.csv",
            "19700101T000000-19700101T235959-e3b0c44.parquet",
            "19700101T000000-19700101T235959-E3B0C442.parquet",
            "19700101T000000-19700101T235959-e3b0c442 (copy).parquet",
            "1970-01-01T000000-19700101T235959-e3b0c442.parquet",
            "--e3b0c442.parquet",
            "19700101T000000-1970010éT35959-e3b0c442.parquet",
            "19700101T000000-19701301T235959-e3b0c442.parquet",
        ] {
            assert_eq!(RunFile::of(name), None, "{name}");
        }
    }
}
