//! Which format an input has, by its first bytes.

use memchr::memmem;

use crate::column::{Column, plain_name};
use crate::delimited::{
    Names, QuotedRow, RowEnd, is_hollow, name_columns, row_end, without_bom, without_line_end,
};
use crate::format::{Format, Layout};
use crate::settings::{InputFormat, InputSettings};

/// Separators that are looked for, the more common first.
const SEPARATORS: [u8; 4] = [b',', b'\t', b'|', b';'];

/// How to go on when the names of columns are not understood.
const HOW_TO_NAME: &str = "if it is rows of columns, name them with `--columns`, or say what the names of its \
     header stand for in the configuration's `[columns]` table";

/// A recognised input.
#[derive(Clone, Debug)]
pub struct Detection {
    /// How to read it.
    pub format: Format,
    /// Columns that nothing here knows, as they may be shown: worth a note, since a misspelt name
    /// looks like that.
    pub unknown_columns: Vec<String>,
}

/// Why an input was not recognised. Messages never hold what could be card data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DetectError {
    /// Nothing but blank lines and comments.
    #[error("empty")]
    Empty,
    /// Two bytes a character.
    #[error("UTF-16 text; convert it to UTF-8")]
    Utf16,
    /// Neither format.
    #[error(
        "no known log format: looked for a header row with column names such as `time` and \
         `response_code`, separated by comma, tab, pipe or semicolon, and for jPOS records \
         (`<log realm=`); {HOW_TO_NAME}"
    )]
    Unknown,
    /// The first row does not end.
    #[error("the header row does not end within the first {looked_at} bytes")]
    EndlessHeader {
        /// Bytes that were looked at.
        looked_at: usize,
    },
    /// A header row, but not for rows that can be read.
    #[error("the header row lacks {}{}; {HOW_TO_NAME}", missing.join(" and "), unknown_note(unknown))]
    MissingColumns {
        /// What is missing.
        missing: Vec<&'static str>,
        /// Names that mean nothing here, as they may be shown.
        unknown: Vec<String>,
    },
    /// Two columns of the same meaning.
    #[error("{first} and {second} both stand for the column `{column}`")]
    DuplicateColumn {
        /// The meaning.
        column: Column,
        /// The first name, as it may be shown.
        first: String,
        /// The second name, as it may be shown.
        second: String,
    },
    /// Rows do not have as many columns as were named.
    #[error("the first row has {found} columns where {expected} were named")]
    ColumnCount {
        /// Columns of the first row.
        found: usize,
        /// Names given.
        expected: usize,
    },
}

fn unknown_note(unknown: &[String]) -> String {
    match unknown {
        [] => String::new(),
        _ => format!("; unknown columns: {}", unknown.join(", ")),
    }
}

/// Recognises an input by a sample from its start, of which the first 64 KiB are enough.
///
/// # Errors
/// When the sample fits no format, or the settings do not fit the sample.
pub fn detect(sample: &[u8], settings: &InputSettings) -> Result<Detection, DetectError> {
    if without_bom(sample).trim_ascii().is_empty() {
        return Err(DetectError::Empty);
    }
    if sample.starts_with(b"\xff\xfe") || sample.starts_with(b"\xfe\xff") {
        return Err(DetectError::Utf16);
    }
    match settings.forced_format {
        Some(InputFormat::Jpos) => Ok(jpos(settings)),
        Some(InputFormat::Delimited) => delimited(sample, settings),
        None if looks_like_jpos(sample) => Ok(jpos(settings)),
        None => delimited(sample, settings),
    }
}

fn jpos(settings: &InputSettings) -> Detection {
    let format = Format::Jpos(settings.time_rules().into());
    Detection { format, unknown_columns: Vec::new() }
}

/// A record of a Q2 log begins with its realm or its time. Not in a row of a delimited file, whose
/// first line has names of columns and no tag.
fn looks_like_jpos(sample: &[u8]) -> bool {
    let at = memmem::find_iter(sample, b"<log ");
    at.take(64).any(|at| {
        let tag = &sample[at..];
        let tag = memchr::memchr(b'>', tag).map_or(tag, |end| &tag[..end]);
        [&b" realm="[..], b" at="].into_iter().any(|attribute| memmem::find(tag, attribute).is_some())
    })
}

/// The first row that holds something and is no comment.
struct FirstRow<'s> {
    offset: usize,
    row: &'s [u8],
    is_whole: bool,
}

impl<'s> FirstRow<'s> {
    /// Looks from `start` on. A line that begins with `#` is a comment, up to its end whatever quotes
    /// it has, unless it is a row of one line that `is_row` knows. At the end of the sample the row
    /// is empty.
    fn find(sample: &'s [u8], start: usize, separator: u8, is_row: impl Fn(&Self) -> bool) -> Self {
        let mut start = start;
        loop {
            let (first, len) = Self::at(sample, start, separator);
            let line = line_len(&sample[start..]);
            start += match first.row {
                [b'#', ..] if line < len || !is_row(&first) => line,
                row if is_hollow(row, separator) && first.is_whole => len,
                _ => return first,
            };
        }
    }

    /// The row at an offset, and its length with its line end.
    fn at(sample: &'s [u8], offset: usize, separator: u8) -> (Self, usize) {
        let rest = &sample[offset..];
        let (len, is_whole) = match row_end(rest, separator) {
            RowEnd::After(len) => (len, true),
            RowEnd::Missing { .. } => (rest.len(), false),
        };
        let row = without_bom(without_line_end(&rest[..len]));
        (Self { offset, row, is_whole }, len)
    }

    fn fields(&self, separator: u8) -> Vec<String> {
        let mut quoted = QuotedRow::new();
        quoted.parse(self.row, separator);
        quoted.fields().map(|field| String::from_utf8_lossy(field.trim_ascii()).into_owned()).collect()
    }

    /// The fields of a header row: without the empty one behind a last separator.
    fn names(&self, separator: u8) -> Vec<String> {
        let mut names = self.fields(separator);
        if names.len() > 1 {
            names.pop_if(|last| last.is_empty());
        }
        names
    }

    /// What is wrong with it as a row that must be whole. A row alone, without line end, is a whole
    /// file; in a full sample it is not.
    fn fault(&self, separator: u8, sample: &[u8]) -> Option<DetectError> {
        if !self.is_whole && sample.len() >= crate::SAMPLE_SIZE {
            return Some(DetectError::EndlessHeader { looked_at: sample.len() });
        }
        is_hollow(self.row, separator).then_some(DetectError::Empty)
    }
}

/// Bytes of the first line, its end included.
fn line_len(bytes: &[u8]) -> usize {
    memchr::memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1)
}

/// The separator that a first line such as `sep=;` declares, as Excel writes it, and the line's
/// length.
fn declared_separator(sample: &[u8]) -> Option<(u8, usize)> {
    let len = line_len(sample);
    let line = without_bom(without_line_end(&sample[..len]));
    let unquoted = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\""));
    let &[s, e, p, b'=', separator] = unquoted.unwrap_or(line) else { return None };
    let is_separator = separator == b'\t' || (separator.is_ascii_punctuation() && separator != b'"');
    ([s, e, p].eq_ignore_ascii_case(b"sep") && is_separator).then_some((separator, len))
}

/// A sample of a delimited input as it is looked at.
struct Search<'s> {
    sample: &'s [u8],
    /// Behind a line that declares the separator.
    start: usize,
    /// Separators to try.
    separators: Vec<u8>,
    settings: &'s InputSettings,
}

fn delimited(sample: &[u8], settings: &InputSettings) -> Result<Detection, DetectError> {
    let declared = declared_separator(sample);
    let known = settings.separator.or(declared.map(|(separator, _)| separator));
    let search = Search {
        sample,
        start: declared.map_or(0, |(_, len)| len),
        separators: known.map_or(SEPARATORS.to_vec(), |separator| vec![separator]),
        settings,
    };
    match &settings.columns {
        Some(columns) => search.with_columns(columns),
        None => search.with_header(),
    }
}

impl Search<'_> {
    fn with_header(&self) -> Result<Detection, DetectError> {
        let read = |&separator: &u8| {
            let is_row = |row: &FirstRow<'_>| self.names(row, separator).is_complete();
            let first = FirstRow::find(self.sample, self.start, separator, is_row);
            let names = self.names(&first, separator);
            (separator, first, names)
        };
        // The earlier of equals, so that the order of the separators decides.
        let best = self.separators.iter().map(read).rev().max_by_key(|(_, _, names)| names.wanted());
        let Some((separator, first, mut names)) = best else { return Err(DetectError::Unknown) };
        let fault = first.fault(separator, self.sample);
        if fault == Some(DetectError::Empty) {
            return Err(DetectError::Empty);
        }
        // With hardly a name that is known, the row is more likely one of values than a header.
        if names.wanted() < 2 {
            if self.settings.forced_format.is_none() {
                return Err(DetectError::Unknown);
            }
            names.unknown.clear();
        }
        match fault {
            Some(fault) => Err(fault),
            None => self.finish(separator, names, &first, true),
        }
    }

    fn with_columns(&self, columns: &[String]) -> Result<Detection, DetectError> {
        let fits = |fields: &[String]| {
            let trailing_separator =
                fields.len() == columns.len() + 1 && fields.last().is_some_and(String::is_empty);
            fields.len() == columns.len() || trailing_separator
        };
        let read = |&separator: &u8| {
            // Values such as `#1` are not lost to a comment, nor is a comment of two clauses a row.
            let is_row = |row: &FirstRow<'_>| !row.row.starts_with(b"# ") && fits(&row.fields(separator));
            let first = FirstRow::find(self.sample, self.start, separator, is_row);
            let fields = first.fields(separator);
            (separator, first, fields)
        };
        let rows: Vec<_> = self.separators.iter().map(read).collect();
        let most = rows.iter().map(|(_, _, fields)| fields.len()).max().unwrap_or(0);
        let Some((separator, first, fields)) = rows.into_iter().find(|(_, _, fields)| fits(fields)) else {
            return Err(match most {
                // Nothing but comments; a row has one field at least.
                0 => DetectError::Empty,
                _ => DetectError::ColumnCount { found: most, expected: columns.len() },
            });
        };
        let plain = |names: &[String]| names.iter().map(|name| plain_name(name)).collect::<Vec<_>>();
        let is_header = plain(&fields) == plain(columns)
            || plain(&first.names(separator)) == plain(columns)
            || self.names(&first, separator).is_complete();
        self.finish(separator, name_columns(columns, &self.settings.aliases), &first, is_header)
    }

    /// What a row's fields stand for if they are names.
    fn names(&self, row: &FirstRow<'_>, separator: u8) -> Names {
        name_columns(&row.names(separator), &self.settings.aliases)
    }

    fn finish(
        &self,
        separator: u8,
        names: Names,
        first: &FirstRow<'_>,
        is_header: bool,
    ) -> Result<Detection, DetectError> {
        if let Some((column, first, second)) = names.duplicate {
            return Err(DetectError::DuplicateColumn { column, first, second });
        }
        let missing = names.missing();
        if !missing.is_empty() {
            return Err(DetectError::MissingColumns { missing, unknown: names.unknown });
        }
        let header = is_header.then(|| first.row.to_vec());
        let times = self.settings.time_rules();
        let layout = Layout::new(separator, names.columns, first.offset as u64, header, times);
        Ok(Detection { format: Format::Delimited(layout), unknown_columns: names.unknown })
    }
}
