//! Which format an input has, by its first bytes.

use memchr::memmem;

use crate::column::{Column, plain_name};
use crate::delimited::{
    Names, QuotedRow, RowEnd, is_blank, name_columns, row_end, without_bom, without_line_end,
};
use crate::format::{Format, HeaderRow, Layout};
use crate::settings::{InputFormat, InputSettings};

/// Separators that are looked for, the more common first.
const SEPARATORS: [u8; 4] = [b',', b'\t', b'|', b';'];

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
    /// Nothing but blank lines.
    #[error("empty")]
    Empty,
    /// Two bytes a character.
    #[error("UTF-16 text; convert it to UTF-8")]
    Utf16,
    /// Neither format.
    #[error(
        "no known log format: looked for a header row with column names such as `time` and \
         `response_code`, separated by comma, tab, pipe or semicolon, and for jPOS records (`<log realm=`)"
    )]
    Unknown,
    /// The first row does not end.
    #[error("the header row does not end within the first {looked_at} bytes")]
    EndlessHeader {
        /// Bytes that were looked at.
        looked_at: usize,
    },
    /// A header row, but not for rows that can be read.
    #[error("the header row lacks {}{}", missing.join(" and "), unknown_note(unknown))]
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

/// The first row that is not blank.
struct FirstRow<'s> {
    offset: u64,
    row: &'s [u8],
    is_whole: bool,
}

impl<'s> FirstRow<'s> {
    fn find(sample: &'s [u8], separator: u8) -> Self {
        let mut start = 0;
        loop {
            let rest = &sample[start..];
            let (len, is_whole) = match row_end(rest, separator) {
                RowEnd::After(len) => (len, true),
                RowEnd::Missing { .. } => (rest.len(), false),
            };
            let row = without_bom(without_line_end(&rest[..len]));
            if !is_blank(row, separator) || !is_whole {
                return Self { offset: start as u64, row, is_whole };
            }
            start += len;
        }
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

    fn into_header(self) -> HeaderRow {
        HeaderRow { offset: self.offset, row: self.row.to_vec() }
    }
}

fn delimited(sample: &[u8], settings: &InputSettings) -> Result<Detection, DetectError> {
    let candidates = settings.separator.map_or(SEPARATORS.to_vec(), |separator| vec![separator]);
    match &settings.columns {
        Some(columns) => with_columns(sample, columns, &candidates, settings),
        None => with_header(sample, &candidates, settings),
    }
}

fn with_header(sample: &[u8], candidates: &[u8], settings: &InputSettings) -> Result<Detection, DetectError> {
    let read = |&separator: &u8| {
        let first = FirstRow::find(sample, separator);
        let names = name_columns(&first.names(separator), &settings.aliases);
        (separator, first, names)
    };
    // The earlier of equals, so that the order of the separators decides.
    let best = candidates.iter().map(read).rev().max_by_key(|(_, _, names)| names.wanted());
    let Some((separator, first, mut names)) = best else { return Err(DetectError::Unknown) };
    let is_certain = settings.forced_format.is_some() || names.wanted() >= 2;
    if !is_certain {
        return Err(DetectError::Unknown);
    }
    // With hardly a name that is known, the row is more likely one of values than a header.
    if names.wanted() < 2 {
        names.unknown.clear();
    }
    // A header alone, without line end, is a whole file with no rows; a full sample is not.
    if !first.is_whole && sample.len() >= crate::SAMPLE_SIZE {
        return Err(DetectError::EndlessHeader { looked_at: sample.len() });
    }
    finish(separator, names, Some(first.into_header()), settings)
}

fn with_columns(
    sample: &[u8],
    columns: &[String],
    candidates: &[u8],
    settings: &InputSettings,
) -> Result<Detection, DetectError> {
    let fields = |separator: u8| {
        let first = FirstRow::find(sample, separator);
        let fields = first.fields(separator);
        (separator, first, fields)
    };
    let rows: Vec<_> = candidates.iter().map(|&separator| fields(separator)).collect();
    let most = rows.iter().map(|(_, _, fields)| fields.len()).max().unwrap_or(0);
    let fits = |(_, _, fields): &(u8, FirstRow<'_>, Vec<String>)| {
        let trailing_separator =
            fields.len() == columns.len() + 1 && fields.last().is_some_and(String::is_empty);
        fields.len() == columns.len() || trailing_separator
    };
    let Some((separator, first, fields)) = rows.into_iter().find(fits) else {
        return Err(DetectError::ColumnCount { found: most, expected: columns.len() });
    };
    let plain = |names: &[String]| names.iter().map(|name| plain_name(name)).collect::<Vec<_>>();
    let names = first.names(separator);
    let own = name_columns(&names, &settings.aliases);
    let is_header = plain(&fields) == plain(columns)
        || plain(&names) == plain(columns)
        || (own.wanted() >= 2 && own.missing().is_empty() && own.duplicate.is_none());
    let header = is_header.then(|| first.into_header());
    finish(separator, name_columns(columns, &settings.aliases), header, settings)
}

fn finish(
    separator: u8,
    names: Names,
    header: Option<HeaderRow>,
    settings: &InputSettings,
) -> Result<Detection, DetectError> {
    if let Some((column, first, second)) = names.duplicate {
        return Err(DetectError::DuplicateColumn { column, first, second });
    }
    let missing = names.missing();
    if !missing.is_empty() {
        return Err(DetectError::MissingColumns { missing, unknown: names.unknown });
    }
    let layout = Layout::new(separator, names.columns, header, settings.time_rules());
    Ok(Detection { format: Format::Delimited(layout), unknown_columns: names.unknown })
}
