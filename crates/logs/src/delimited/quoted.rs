//! Rows with quotes, taken apart by `csv-core` into a buffer that is used again and again.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder, Terminator};

use super::mismatch;
use crate::format::Layout;
use crate::record::{Cells, RejectReason};

/// The fields of one row without their quotes.
pub(crate) struct QuotedRow {
    parser: Option<(u8, Box<Reader>)>,
    text: Vec<u8>,
    ends: Vec<usize>,
    fields: usize,
}

impl QuotedRow {
    pub(crate) fn new() -> Self {
        Self { parser: None, text: Vec::new(), ends: Vec::new(), fields: 0 }
    }

    /// Takes a row apart. The row has no line end.
    pub(crate) fn parse(&mut self, row: &[u8], separator: u8) {
        let parser = match &mut self.parser {
            Some((own, parser)) if *own == separator => {
                parser.reset();
                parser
            }
            parser => {
                let mut builder = ReaderBuilder::new();
                let built = builder.delimiter(separator).terminator(Terminator::Any(b'\n')).build();
                &mut parser.insert((separator, Box::new(built))).1
            }
        };
        // Without quotes and separators, fields are never longer than their row.
        if self.text.len() < row.len() {
            self.text.resize(row.len(), 0);
        }
        let (mut input, mut written, mut fields) = (row, 0, 0);
        loop {
            if self.ends.len() == fields {
                self.ends.resize(fields.max(32) * 2, 0);
            }
            let (text, ends) = (&mut self.text[written..], &mut self.ends[fields..]);
            let (result, taken, wrote, ended) = parser.read_record(input, text, ends);
            input = &input[taken..];
            written += wrote;
            fields += ended;
            match result {
                // The second call, with nothing left, tells the parser that this is the end.
                ReadRecordResult::InputEmpty | ReadRecordResult::OutputEndsFull => {}
                ReadRecordResult::Record | ReadRecordResult::End | ReadRecordResult::OutputFull => break,
            }
        }
        self.fields = fields;
    }

    /// The fields in their order.
    pub(crate) fn fields(&self) -> impl DoubleEndedIterator<Item = &[u8]> + ExactSizeIterator {
        let ends = self.ends.get(..self.fields).unwrap_or_default();
        ends.iter().enumerate().map(move |(at, &end)| {
            let start = at.checked_sub(1).map_or(0, |before| ends[before]);
            self.text.get(start..end).unwrap_or_default()
        })
    }

    /// Puts the fields of the row that was taken apart under their columns.
    pub(super) fn fill<'s>(&'s self, layout: &Layout, cells: &mut Cells<'s>) -> Result<(), RejectReason> {
        let columns = layout.columns();
        let (found, expected) = (self.fields, columns.len());
        let trailing_separator = || {
            found == expected + 1
                && self.fields().next_back().is_some_and(|last| last.trim_ascii().is_empty())
        };
        if found != expected && !trailing_separator() {
            return Err(mismatch(found, expected));
        }
        for (field, column) in self.fields().zip(columns) {
            if let Some(column) = column {
                cells[*column as usize] = field;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_taken_off() {
        let mut row = QuotedRow::new();
        for (text, fields) in [
            ("a,\"b,c\",d", vec!["a", "b,c", "d"]),
            ("\"a\"\"b\",\"\"", vec!["a\"b", ""]),
            ("\"a\nb\"c,d", vec!["a\nbc", "d"]),
            ("a\"b\",c", vec!["a\"b\"", "c"]),
            ("\"open", vec!["open"]),
            ("\"\"", vec![""]),
            ("\u{feff}\"a\",", vec!["a", ""]),
        ] {
            row.parse(text.as_bytes(), b',');
            let read: Vec<_> = row.fields().map(String::from_utf8_lossy).collect();
            assert_eq!(read, fields, "{text}");
        }
    }

    #[test]
    fn a_row_of_many_fields_grows_the_buffers() {
        let mut row = QuotedRow::new();
        row.parse("\"x\",".repeat(1000).as_bytes(), b',');
        assert_eq!(row.fields().len(), 1001);
        row.parse(b"a;\"b\"", b';');
        assert_eq!(row.fields().collect::<Vec<_>>(), [b"a", b"b"]);
    }
}
