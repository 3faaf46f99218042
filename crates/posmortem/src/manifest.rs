//! The manifest of a job of many tasks: which task reads which splits, as lines of text.
//!
//! One split a line, separated by tabs: path, first byte, first byte behind it or `-` for the end of the file, and the
//! number of the task. Bytes are counted after decompression. Whoever reads splits passes over the columns behind the third
//! and the header, so that lines of one task are what a task is told. No path is looked at here.

use crate::InputSource;
use posmortem_logs::Split;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The first line of a manifest.
const HEADER: &str = "path\tstart\tend\ttask";

/// As much of it as is asked for.
const COLUMNS: &str = "path\tstart\tend";

/// Why a line of a manifest is none, or lines do not fit together.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Not three columns or more.
    #[error(
        "line {0}: write a path, its first byte and the first byte behind it (or -), with tabs between them"
    )]
    Columns(usize),
    /// No number, or an empty part.
    #[error(
        "line {0}: `{1}` to `{2}` is no part of a file: write two numbers of bytes, the second larger, or `-`"
    )]
    Range(usize, String, String),
    /// Standard input cannot be read in parts.
    #[error("line {0}: standard input is read whole or not at all: write it into a file")]
    Stdin(usize),
    /// A byte would be read twice.
    #[error("{0}: two splits hold its byte {1}: leave one of them out")]
    Twice(String, u64),
    /// A path that a line cannot hold.
    #[error(
        "{0}: a path with a tab or a line end, or one that is no UTF-8, cannot stand in a manifest: give the file \
         another name"
    )]
    Path(String),
    /// Nothing to be read.
    #[error(
        "no split: write a path, its first byte and the first byte behind it (or -), with tabs between them"
    )]
    Empty,
}

/// The splits of a manifest's lines as inputs, in the order of their paths and bytes. Splits that lie end to end are one,
/// and one that holds all of a file is the file.
///
/// ```
/// use posmortem::{InputSource, logs::Split, read_splits};
/// let lines = "path\tstart\tend\ttask\nday.csv\t4096\t-\t2\nhost.log\t0\t-\t2\n";
/// let day = InputSource::Split("day.csv".into(), Split { start: 4096, end: None });
/// assert_eq!(read_splits(lines)?, [day, InputSource::Path("host.log".into())]);
/// # Ok::<(), posmortem::ManifestError>(())
/// ```
///
/// # Errors
/// When a line cannot be read, a byte is named twice, or nothing is.
pub fn read_splits(lines: &str) -> Result<Vec<InputSource>, ManifestError> {
    let mut splits = Vec::new();
    for (number, line) in (1..).zip(lines.lines()) {
        if !line.is_empty() && !line.starts_with(COLUMNS) {
            splits.push(split_of(number, line)?);
        }
    }
    splits.sort();
    let mut joined: Vec<(PathBuf, Split)> = Vec::new();
    for (path, split) in splits {
        match joined.last_mut().filter(|(last, _)| *last == path) {
            Some((_, last)) if last.end == Some(split.start) => last.end = split.end,
            Some((_, last)) if last.end.is_none_or(|end| split.start < end) => {
                return Err(ManifestError::Twice(path.display().to_string(), split.start));
            }
            _ => joined.push((path, split)),
        }
    }
    if joined.is_empty() {
        return Err(ManifestError::Empty);
    }
    let source = |(path, split)| match split {
        Split::WHOLE => InputSource::Path(path),
        split => InputSource::Split(path, split),
    };
    Ok(joined.into_iter().map(source).collect())
}

fn split_of(number: usize, line: &str) -> Result<(PathBuf, Split), ManifestError> {
    let mut columns = line.split('\t');
    let mut next = || columns.next().filter(|column| !column.is_empty());
    let columns = next().and_then(|path| Some((path, next()?, next()?)));
    let (path, start, end) = columns.ok_or(ManifestError::Columns(number))?;
    if path == "-" {
        return Err(ManifestError::Stdin(number));
    }
    let range = || ManifestError::Range(number, start.to_owned(), end.to_owned());
    let of = |text: &str| text.parse::<u64>().map_err(|_| range());
    let split = Split { start: of(start)?, end: if end == "-" { None } else { Some(of(end)?) } };
    if split.end.is_some_and(|end| end <= split.start) {
        return Err(range());
    }
    Ok((PathBuf::from(path), split))
}

/// The manifest of these tasks, with a header line.
///
/// # Errors
/// When a path cannot stand in a line.
pub fn write_manifest(tasks: &[Vec<(PathBuf, Split)>]) -> Result<String, ManifestError> {
    let mut text = format!("{HEADER}\n");
    for (task, splits) in (1..).zip(tasks) {
        for (path, Split { start, end }) in splits {
            let path = path_text(path)?;
            let end = end.map_or("-".to_owned(), |end| end.to_string());
            let written = writeln!(text, "{path}\t{start}\t{end}\t{task}");
            debug_assert!(written.is_ok(), "a String takes every character");
        }
    }
    Ok(text)
}

fn path_text(path: &Path) -> Result<&str, ManifestError> {
    let text = path.to_str().filter(|text| !text.contains(['\t', '\n', '\r']));
    text.ok_or_else(|| ManifestError::Path(path.display().to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(path: &str, start: u64, end: Option<u64>) -> InputSource {
        InputSource::Split(path.into(), Split { start, end })
    }

    #[test]
    fn a_manifest_is_read_as_it_was_written() {
        let part = |path: &str, start, end| (PathBuf::from(path), Split { start, end });
        let tasks =
            [vec![part("b c.log", 5, None), part("a.log", 0, None)], vec![part("b c.log", 0, Some(5))]];
        let text = write_manifest(&tasks).unwrap();
        assert_eq!(text, "path\tstart\tend\ttask\nb c.log\t5\t-\t1\na.log\t0\t-\t1\nb c.log\t0\t5\t2\n");
        let whole = |path: &str| InputSource::Path(path.into());
        assert_eq!(read_splits(&text).unwrap(), [whole("a.log"), whole("b c.log")]);
        let of_task_2: String = text.lines().filter(|line| line.ends_with("\t2")).collect();
        assert_eq!(read_splits(&of_task_2).unwrap(), [split("b c.log", 0, Some(5))]);
        let bad = [vec![part("a\tb", 0, None)]];
        assert_eq!(write_manifest(&bad), Err(ManifestError::Path("a\tb".to_owned())));
    }

    #[test]
    fn splits_that_lie_end_to_end_are_one() {
        let read = read_splits("a\t7\t9\nb\t0\t1\na\t3\t7\na\t20\t-\n").unwrap();
        assert_eq!(read, [split("a", 3, Some(9)), split("a", 20, None), split("b", 0, Some(1))]);
    }

    #[test]
    fn what_is_no_split_is_refused_with_its_line() {
        let error = |lines| read_splits(lines).unwrap_err();
        assert_eq!(error("a\t0\t-\na\t0"), ManifestError::Columns(2));
        assert_eq!(error("\t0\t-"), ManifestError::Columns(1));
        let range =
            |line, start: &str, end: &str| ManifestError::Range(line, start.to_owned(), end.to_owned());
        assert_eq!(error("a\t5\t5"), range(1, "5", "5"));
        assert_eq!(error("a\t-1\t5"), range(1, "-1", "5"));
        assert_eq!(error("a\t1\tx"), range(1, "1", "x"));
        assert_eq!(error("-\t0\t-"), ManifestError::Stdin(1));
        assert_eq!(error("a\t0\t9\na\t8\t-"), ManifestError::Twice("a".to_owned(), 8));
        assert_eq!(error("a\t0\t-\na\t8\t-"), ManifestError::Twice("a".to_owned(), 8));
        assert_eq!(error("path\tstart\tend\ttask\n\n"), ManifestError::Empty);
    }
}
