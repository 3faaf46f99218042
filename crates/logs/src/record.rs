//! What a log says about one message, and who is told of it.

use std::fmt;

use posmortem_iso8583::Timestamp;
use posmortem_iso8583::wire::DecodeError;

use crate::column::Column;
use crate::delimited::PlainTile;
use crate::plain_message::PlainMessage;

/// A place in the decompressed stream of one input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Bytes before it.
    pub offset: u64,
    /// Its line, counted from 1.
    pub line: u64,
}

/// The values of one message, by column; empty where the log has none.
pub(crate) type Cells<'b> = [&'b [u8]; Column::COUNT];

/// No values at all.
pub(crate) const NO_CELLS: Cells<'static> = [&[]; Column::COUNT];

/// What a log says about one message. Values are borrowed from the block, or from a scratch buffer
/// where they had to be unescaped; they live as long as the call of [`RecordSink::record`].
///
/// Values may be card data, so there is no `Debug` and no `Display` here, and there must never be:
///
/// ```compile_fail,E0277
/// fn show(record: &posmortem_logs::Record<'_>) {
///     println!("{record:?}");
/// }
/// ```
#[derive(Clone, Copy)]
pub struct Record<'b> {
    pub(crate) cells: &'b Cells<'b>,
    /// When the message was logged.
    pub at: Timestamp,
    /// Where the message begins.
    pub position: Position,
    /// Set when one log record holds several messages: the byte offset of that log record, the same
    /// for all of them.
    pub group: Option<u64>,
}

impl<'b> Record<'b> {
    /// The value of a column without surrounding white space; empty when absent.
    pub fn get(&self, column: Column) -> &'b [u8] {
        self.cells[column as usize].trim_ascii()
    }
}

/// Which field of a message a value is of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum FieldName<'b> {
    /// A data element; 0 is the MTI.
    Element(u8),
    /// A part of a data element that the log tells apart: `22` of `127.22`, `9F26` of `55.9F26`.
    Part {
        /// The element.
        element: u8,
        /// What stands behind its number, without the dot.
        part: &'b [u8],
    },
    /// A column that is no data element, such as the time or the link.
    Column(Column),
    /// A name that means nothing here. It may hold anything, card data included.
    Other(&'b [u8]),
}

impl FieldName<'_> {
    /// The field that a column holds: its own data element, or the column where it has none.
    pub(crate) fn of(column: Column) -> Self {
        column.element().map_or(Self::Column(column), Self::Element)
    }
}

/// Takes what [`read_block`](crate::read_block()) finds, in the order of the log.
pub trait RecordSink {
    /// Whether [`RecordSink::field`] is worth calling.
    fn takes_fields(&self) -> bool {
        false
    }
    /// A field of the message that the next [`RecordSink::record`] or [`RecordSink::rejected`] is about,
    /// whether a column takes it or not; of a message that cannot be read, the fields up to where it
    /// breaks, and none of a row with another number of fields than its header, where no field can be
    /// named. Fields without a value are left out. Binary values are hexadecimal digits.
    fn field(&mut self, name: FieldName<'_>, value: &[u8]) {
        let _ = (name, value);
    }
    /// Before the fields of a message in wire bytes, where fields are asked for: how many bytes it has,
    /// and what a profile does not understand of it, which may stand behind all that is wanted.
    fn wire_message(&mut self, len: usize, fault: Option<DecodeError>) {
        let _ = (len, fault);
    }
    /// Whether [`RecordSink::plain_rows`] is worth calling.
    fn takes_plain_rows(&self) -> bool {
        false
    }
    /// Rows without quotes, before they are taken apart. Those that the sink leaves, told by bits, come again as
    /// records or rejects, before any other row.
    fn plain_rows(&mut self, rows: &PlainTile<'_>) -> u64 {
        rows.rows()
    }
    /// Whether [`RecordSink::plain_message`] is worth calling.
    fn takes_plain_messages(&self) -> bool {
        false
    }
    /// A message as its values lie. One that the sink leaves (`false`) comes again as a record at once.
    fn plain_message(&mut self, message: &PlainMessage<'_>) -> bool {
        let _ = message;
        false
    }
    /// A message.
    fn record(&mut self, record: &Record<'_>);
    /// A frame or message that cannot be read.
    fn rejected(&mut self, position: Position, reason: RejectReason);
    /// A frame that holds no message: a connect, a stack trace, a repeated header.
    fn non_message(&mut self, position: Position);
}

/// Why a frame or message cannot be read. Never holds bytes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RejectReason {
    /// It is longer than the largest record that is read.
    TooLong,
    /// A row has another number of fields than the header.
    FieldCount {
        /// Fields in the row.
        found: u32,
        /// Fields in the header.
        expected: u32,
    },
    /// A quoted field begins here and does not end.
    UnbalancedQuote,
    /// A message without MTI.
    NoMti,
    /// The MTI stands for nothing.
    BadMti,
    /// There is no time, or none that can be read.
    BadTime,
    /// The response code is none: too long, or of other characters than letters and digits.
    BadCode,
    /// It stops in the middle, or something else was written into it.
    BrokenOff,
    /// A data element occurs twice, as when two messages are written into each other.
    FieldTwice(u8),
    /// Bytes between frames that begin none.
    NoFrame,
    /// The bytes of the message are not as its wire profile says.
    Undecodable(DecodeError),
    /// A line begins as a JSON object and is none.
    BadJson,
}

impl fmt::Display for RejectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => f.write_str("longer than a record may be (max_record)"),
            Self::FieldCount { found, expected } => {
                write!(f, "{found} fields where the header has {expected}")
            }
            Self::UnbalancedQuote => f.write_str("a quoted field begins here and does not end"),
            Self::NoMti => f.write_str("no message type (field 0)"),
            Self::BadMti => f.write_str("the message type is not one of ISO 8583"),
            Self::BadTime => f.write_str("no readable time"),
            Self::BadCode => f.write_str("the response code is not one of letters and digits"),
            Self::BrokenOff => f.write_str("broken off before its end"),
            Self::BadJson => f.write_str("not one whole JSON object"),
            Self::FieldTwice(element) => write!(f, "field {element} occurs twice"),
            Self::NoFrame => f.write_str("bytes that begin no frame"),
            Self::Undecodable(error) => error.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_sentences_and_small() {
        assert!(size_of::<RejectReason>() <= 20);
        let reason = RejectReason::FieldCount { found: 3, expected: 9 };
        assert_eq!(reason.to_string(), "3 fields where the header has 9");
    }

    #[test]
    fn values_come_without_surrounding_space() {
        let mut cells = NO_CELLS;
        cells[Column::TerminalId as usize] = b"29110001        ";
        let record = Record {
            cells: &cells,
            at: Timestamp { millis: 0, offset_minutes: None },
            position: Position { offset: 0, line: 1 },
            group: None,
        };
        assert_eq!(record.get(Column::TerminalId), b"29110001");
        assert_eq!(record.get(Column::Stan), b"");
    }
}
