//! Whether an input is rows of columns, by its first row.

use crate::column::plain_name;
use crate::delimited::{
    Names, QuotedRow, RowEnd, is_hollow, name_columns, row_end, without_bom, without_line_end,
};
use crate::detect::DetectError;
use crate::format::Layout;
use crate::input::breaks_off;
use crate::settings::{InputFormat, InputSettings};

/// Separators that are looked for, the more common first.
const SEPARATORS: [u8; 4] = [b',', b'\t', b'|', b';'];

/// Rows that can be read.
pub(crate) struct Recognised {
    pub(crate) layout: Layout,
    /// Columns that nothing here knows, as they may be shown.
    pub(crate) unknown_columns: Vec<String>,
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
        let field = |field: &[u8]| String::from_utf8_lossy(field.trim_ascii()).into_owned();
        // Making the parser of quotes costs more than many a header.
        if memchr::memchr(b'"', self.row).is_none() {
            let fields = self.row.split(|byte| *byte == separator).map(field);
            return if self.row.is_empty() { Vec::new() } else { fields.collect() };
        }
        let mut quoted = QuotedRow::new();
        quoted.parse(self.row, separator);
        quoted.fields().map(field).collect()
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
        if !self.is_whole && breaks_off(sample) {
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

/// Recognises rows by the names in their header, or by as many columns as the user named.
///
/// # Errors
/// When the first row is no header, or one that rows cannot be read by.
pub(crate) fn recognise(sample: &[u8], settings: &InputSettings) -> Result<Recognised, DetectError> {
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

fn no_header() -> DetectError {
    DetectError::unlike(
        InputFormat::Delimited,
        "no header row with column names such as `time` and `response_code`, separated by comma, tab, pipe or \
         semicolon",
    )
}

impl Search<'_> {
    fn with_header(&self) -> Result<Recognised, DetectError> {
        let read = |&separator: &u8| {
            let is_row = |row: &FirstRow<'_>| self.names(row, separator).is_complete();
            let first = FirstRow::find(self.sample, self.start, separator, is_row);
            let names = self.names(&first, separator);
            (separator, first, names)
        };
        // The earlier of equals, so that the order of the separators decides.
        let best = self.separators.iter().map(read).rev().max_by_key(|(_, _, names)| names.wanted());
        let Some((separator, first, mut names)) = best else { return Err(no_header()) };
        let fault = first.fault(separator, self.sample);
        if fault == Some(DetectError::Empty) {
            return Err(DetectError::Empty);
        }
        // With hardly a name that is known, the row is more likely one of values than a header.
        if names.wanted() < 2 {
            if self.settings.forced_format.is_none() {
                return Err(no_header());
            }
            names.unknown.clear();
        }
        match fault {
            Some(fault) => Err(fault),
            None => self.finish(separator, names, &first, true),
        }
    }

    fn with_columns(&self, columns: &[String]) -> Result<Recognised, DetectError> {
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
        mut names: Names,
        first: &FirstRow<'_>,
        is_header: bool,
    ) -> Result<Recognised, DetectError> {
        if let Some((column, first, second)) = names.duplicate {
            return Err(DetectError::DuplicateColumn { column, first, second });
        }
        let missing = names.missing();
        if !missing.is_empty() {
            return Err(DetectError::MissingColumns { missing, unknown: names.unknown });
        }
        let header = is_header.then(|| first.row.to_vec());
        let times = self.settings.time_rules();
        let unknown_columns = std::mem::take(&mut names.unknown);
        let layout = Layout::new(separator, names, first.offset as u64, header, times);
        Ok(Recognised { layout, unknown_columns })
    }
}
