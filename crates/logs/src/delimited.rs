//! Rows of separated columns: comma, tab, pipe or semicolon, with the quotes of RFC 4180.
//!
//! A row without a quote is split where it lies. Rows with quotes go through `csv-core`, whose
//! reading of odd quotes is followed everywhere: a quote opens a field only at its start, and text
//! behind a closing quote belongs to the field. Rows end at line feeds alone.

mod header;
mod plain;
mod plain_row;
mod plain_tile;
mod quoted;
mod recognise;
mod separators;
mod widened;

use posmortem_iso8583::Mti;

use crate::block::Block;
use crate::block_reader::line_ends;
use crate::column::Column;
use crate::format::Layout;
use crate::record::{Cells, NO_CELLS, Position, Record, RecordSink, RejectReason};
use crate::time::TimeReader;

pub(crate) use header::Names;
use header::name_columns;
use plain::plain_rows;
pub use plain_row::PlainRow;
pub use plain_tile::{NumberLane, PlainTile, WordLane};
pub(crate) use quoted::QuotedRow;
pub(crate) use recognise::recognise;
pub(crate) use separators::Separators;
pub use widened::widened;

/// Where the first row of some bytes ends.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum RowEnd {
    /// Behind so many bytes, the line feed included.
    After(usize),
    /// Not within these bytes.
    Missing {
        /// The quote that is still open, if the bytes end inside a quoted field.
        open_quote: Option<usize>,
    },
}

/// The end of the first row. Line feeds inside of quotes do not end it.
pub(crate) fn row_end(bytes: &[u8], separator: u8) -> RowEnd {
    let bom = bytes.len() - without_bom(bytes).len();
    let mut at = bom;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\n', rest)) {
        let mark = at + found;
        if bytes.get(mark) == Some(&b'\n') {
            return RowEnd::After(mark + 1);
        }
        let starts_field =
            mark == bom || mark.checked_sub(1).and_then(|before| bytes.get(before)) == Some(&separator);
        at = mark + 1;
        if starts_field {
            match closing_quote(bytes, at) {
                Some(closing) => at = closing + 1,
                None => return RowEnd::Missing { open_quote: Some(mark) },
            }
        }
    }
    RowEnd::Missing { open_quote: None }
}

/// The quote that closes a quoted field, from the byte behind its opening quote; doubled quotes do
/// not.
fn closing_quote(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let quote = at + memchr::memchr(b'"', bytes.get(at..)?)?;
        if bytes.get(quote + 1) != Some(&b'"') {
            return Some(quote);
        }
        at = quote + 2;
    }
}

/// A row or file without the byte order mark that some editors put before it.
pub(crate) fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// A row without its line end.
pub(crate) fn without_line_end(row: &[u8]) -> &[u8] {
    let row = row.strip_suffix(b"\n").unwrap_or(row);
    row.strip_suffix(b"\r").unwrap_or(row)
}

/// Whether a row is an empty line. A row of separators alone is not, even where those are tabs.
fn is_blank(row: &[u8], separator: u8) -> bool {
    row.iter().all(|byte| byte.is_ascii_whitespace() && *byte != separator)
}

/// Whether a row has nothing in its fields, as spreadsheets leave rows at the end: separators, blanks
/// and quotes alone.
pub(crate) fn is_hollow(row: &[u8], separator: u8) -> bool {
    row.iter().all(|byte| byte.is_ascii_whitespace() || *byte == separator || *byte == b'"')
}

/// Reads all rows of a block.
pub(crate) fn read_rows(layout: &Layout, block: &Block, buffers: &mut Buffers, sink: &mut impl RecordSink) {
    let Buffers { quoted, separators } = buffers;
    let bytes = block.bytes();
    let has_quotes = memchr::memchr(b'"', bytes).is_some();
    let mut times = TimeReader::new(layout.times());
    let mut rows = Rows { layout, cells: NO_CELLS, sink };
    if !has_quotes && rows.sink.takes_plain_rows() && plain_rows(&mut rows, block, separators, &mut times) {
        return;
    }
    let mut position = block.position();
    let mut rest = bytes;
    while !rest.is_empty() {
        let end = match has_quotes {
            true => row_end(rest, layout.separator()),
            false => memchr::memchr(b'\n', rest)
                .map_or(RowEnd::Missing { open_quote: None }, |at| RowEnd::After(at + 1)),
        };
        let len = match end {
            RowEnd::After(len) => len,
            RowEnd::Missing { .. } => rest.len(),
        };
        let (row, behind) = rest.split_at(len);
        let is_quoted = has_quotes && memchr::memchr(b'"', row).is_some();
        rows.read(without_line_end(row), is_quoted.then_some(&mut *quoted), position, &mut times);
        position.offset += len as u64;
        position.line += if is_quoted { line_ends(row) } else { 1 };
        rest = behind;
    }
}

/// What reading rows needs, used again for every block.
pub(crate) struct Buffers {
    quoted: QuotedRow,
    separators: Separators,
}

impl Default for Buffers {
    fn default() -> Self {
        Self { quoted: QuotedRow::new(), separators: Separators::default() }
    }
}

struct Rows<'b, S> {
    layout: &'b Layout,
    cells: Cells<'b>,
    sink: &'b mut S,
}

impl<'b, S: RecordSink> Rows<'b, S> {
    /// Reads a row, its line end left out.
    fn read(
        &mut self,
        row: &'b [u8],
        quoted: Option<&mut QuotedRow>,
        position: Position,
        times: &mut TimeReader<'_>,
    ) {
        let row = if row.first() == Some(&0xef) { without_bom(row) } else { row };
        if is_hollow(row, self.layout.separator()) {
            if !is_blank(row, self.layout.separator()) {
                self.sink.non_message(position);
            }
            return;
        }
        if self.layout.header() == Some(row) {
            // The header itself is no frame; its repetitions, in files joined end to end, are.
            if position.offset != self.layout.start() {
                self.sink.non_message(position);
            }
            return;
        }
        let read = match quoted {
            None => self.split(row).and_then(|()| {
                self.tell_fields(row.split(|byte| *byte == self.layout.separator()));
                emit(&self.cells, times, position, self.sink)
            }),
            Some(quoted) => {
                let mut cells = NO_CELLS;
                quoted.parse(row, self.layout.separator());
                quoted.fill(self.layout, &mut cells).and_then(|()| {
                    self.tell_fields(quoted.fields());
                    emit(&cells, times, position, self.sink)
                })
            }
        };
        if let Err(reason) = read {
            self.sink.rejected(position, reason);
        }
    }

    fn tell_fields<'v>(&mut self, values: impl Iterator<Item = &'v [u8]>) {
        if !self.sink.takes_fields() {
            return;
        }
        for (name, value) in self.layout.fields().zip(values) {
            if !value.trim_ascii().is_empty() {
                self.sink.field(name, value);
            }
        }
    }

    /// Cuts a row without quotes at its separators.
    fn split(&mut self, row: &'b [u8]) -> Result<(), RejectReason> {
        let columns = self.layout.columns();
        let mut wanted = columns.iter();
        let mut start = 0;
        for end in memchr::memchr_iter(self.layout.separator(), row) {
            match wanted.next() {
                Some(Some(column)) => self.cells[*column as usize] = &row[start..end],
                Some(None) => {}
                None => return Err(field_count(row, self.layout)),
            }
            start = end + 1;
        }
        let last = &row[start..];
        match (wanted.next(), wanted.next()) {
            (Some(column), None) => {
                if let Some(column) = column {
                    self.cells[*column as usize] = last;
                }
                Ok(())
            }
            // A separator behind the last column.
            (None, _) if last.trim_ascii().is_empty() => Ok(()),
            _ => Err(field_count(row, self.layout)),
        }
    }
}

#[cold]
fn field_count(row: &[u8], layout: &Layout) -> RejectReason {
    let found = memchr::memchr_iter(layout.separator(), row).count() + 1;
    mismatch(found, layout.columns().len())
}

fn mismatch(found: usize, expected: usize) -> RejectReason {
    let number = |count| u32::try_from(count).unwrap_or(u32::MAX);
    RejectReason::FieldCount { found: number(found), expected: number(expected) }
}

/// Makes a record of a row's cells.
fn emit(
    cells: &Cells<'_>,
    times: &mut TimeReader<'_>,
    position: Position,
    sink: &mut impl RecordSink,
) -> Result<(), RejectReason> {
    let mti = cells[Column::Mti as usize].trim_ascii();
    // Without MTI a row is a whole exchange.
    if !mti.is_empty() && Mti::parse(mti).is_none() {
        return Err(RejectReason::BadMti);
    }
    let at = times.read_row(cells).ok_or(RejectReason::BadTime)?;
    sink.record(&Record { cells, at, position, group: None });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_open_fields_at_their_start_only() {
        for (bytes, end) in [
            (&b"a,b\nc"[..], 4),
            (b"a,b\"\n", 5),
            (b"\"a\nb\",c\n", 8),
            (b"a,\"b\"\"\n\",c\n", 11),
            (b"a,\"b\"c\"\n", 8),
            (b"\xef\xbb\xbf\"a\nb\"\n", 9),
            (b"\n", 1),
        ] {
            assert_eq!(row_end(bytes, b','), RowEnd::After(end));
        }
        for (bytes, open_quote) in [
            (&b""[..], None),
            (b"a,b", None),
            (b"a,\"b\n", Some(2)),
            (b"a,\"b\"", None),
            (b"a,\"b\"\"", Some(2)),
            (b"\"", Some(0)),
        ] {
            assert_eq!(row_end(bytes, b','), RowEnd::Missing { open_quote });
        }
    }

    #[test]
    fn hollow_rows_hold_separators_blanks_and_quotes() {
        for row in [&b",,,,"[..], b", ,\t", b"\"\",\"\"", b"\" \",", b"\"\"", b""] {
            assert!(is_hollow(row, b','));
        }
        for row in [&b",,x"[..], b"\"x\",", b";;"] {
            assert!(!is_hollow(row, b','));
        }
    }
}
