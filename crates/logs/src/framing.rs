//! Where frames end. Everything about cutting an input into blocks that depends on its format.
//!
//! A decision is made on the bytes of one frame and at most a fixed number behind it, never on
//! where a block happens to end, so that blocks of any size hold the same frames.

use memchr::memmem;

use crate::delimited::{RowEnd, row_end};
use crate::format::Format;
use crate::frames::{cut_wire, resume_at_frame};
use crate::hexlines::HexStyle;
use crate::jpos::RECORD_START;
use crate::line_start::{LineStart, line_at};
use crate::record::RejectReason;
use crate::wire_message::WireFormat;

/// What follows the bytes at hand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    /// More bytes.
    More,
    /// The end of the input.
    End,
    /// An error: the last frame may lack its end.
    Break,
}

/// What the front of the bytes at hand is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// So many bytes of whole frames.
    Frames(usize),
    /// A frame of so many bytes that cannot be read.
    Bad(usize, RejectReason),
    /// A frame beyond the limit, with at least so many bytes before its end is worth looking for.
    TooLong(usize),
    /// No frame that can be read begins here, for this reason; the next one does behind at least one byte.
    Astray(RejectReason),
    /// Too little to tell. Only when more bytes follow, and never when there are more than the
    /// limit and a few.
    Nothing,
}

/// How frames of one format end.
#[derive(Clone)]
pub(crate) enum Framing {
    Rows {
        separator: u8,
    },
    JposRecords,
    /// One record a line, whatever stands in it.
    Lines,
    /// A record begins at a line that is told by itself, and ends before the next such line. What stands
    /// before the first one is a frame, too.
    Starts(LineStart),
    /// Messages in wire bytes, each with its length.
    Wire(WireFormat),
}

impl Framing {
    pub(crate) fn of(format: &Format) -> Self {
        match format {
            Format::Delimited(layout) => Self::Rows { separator: layout.separator() },
            Format::Jpos(_) => Self::JposRecords,
            Format::HexLines(layout) if layout.style == HexStyle::Whole => Self::Lines,
            Format::HexLines(layout) => Self::Starts(LineStart::HexDump(layout.style)),
            Format::Frames(layout) => Self::Wire(layout.wire.clone()),
            Format::JposJsonl(_) | Format::Ndjson(_) | Format::KeyValue(_) => Self::Lines,
            Format::Ist(_) => Self::Starts(LineStart::Ist),
            Format::Table(_) => Self::Starts(LineStart::Table),
            Format::Labelled(labelled) => Self::Starts(LineStart::Listing(labelled.listing().clone())),
        }
    }

    /// Looks at the front of `bytes`, which is the start of a frame.
    pub(crate) fn cut(&self, bytes: &[u8], limit: usize, after: After) -> Cut {
        match self {
            _ if bytes.is_empty() => Cut::Nothing,
            Self::Rows { separator } => cut_rows(bytes, *separator, limit, after),
            Self::JposRecords => cut_records(bytes, limit, after),
            Self::Lines => cut_lines(bytes, limit, after),
            Self::Starts(start) => cut_at_starts(bytes, start, limit, after),
            Self::Wire(wire) => cut_wire(bytes, wire, limit, after),
        }
    }

    /// Inside a frame that is too long: the bytes to leave out, and whether a new frame begins
    /// behind them.
    pub(crate) fn resume(&self, bytes: &[u8], limit: usize, after: After) -> (usize, bool) {
        match self {
            Self::Rows { .. } | Self::Lines => match memchr::memchr(b'\n', bytes) {
                Some(at) => (at + 1, true),
                None => (bytes.len(), false),
            },
            Self::JposRecords => match memmem::find(bytes, RECORD_START) {
                Some(at) => (at, true),
                // The start of a record may stand across the end of what was read.
                None => (bytes.len().saturating_sub(RECORD_START.len() - 1), false),
            },
            Self::Starts(start) => resume_at_start(bytes, start, after),
            Self::Wire(wire) => resume_at_frame(bytes, wire, limit, after),
        }
    }
}

/// Whole rows if there are any, else what the first row turned out to be.
pub(crate) fn frames_or(whole: usize, first: Cut) -> Cut {
    if whole > 0 { Cut::Frames(whole) } else { first }
}

fn cut_rows(bytes: &[u8], separator: u8, limit: usize, after: After) -> Cut {
    if bytes.len() <= limit && memchr::memchr(b'"', bytes).is_none() {
        let whole = memchr::memrchr(b'\n', bytes).map_or(0, |at| at + 1);
        return match after {
            After::End => Cut::Frames(bytes.len()),
            _ if whole > 0 => Cut::Frames(whole),
            After::More => Cut::Nothing,
            After::Break => Cut::Bad(bytes.len(), RejectReason::BrokenOff),
        };
    }
    let mut whole = 0;
    loop {
        let rest = bytes.get(whole..).unwrap_or_default();
        if rest.is_empty() {
            return frames_or(whole, Cut::Nothing);
        }
        let within = rest.get(..limit).unwrap_or(rest);
        let open_quote = match row_end(within, separator) {
            RowEnd::After(len) => {
                whole += len;
                continue;
            }
            RowEnd::Missing { open_quote } => open_quote,
        };
        let unbalanced = |within: &[u8]| {
            let quote = open_quote?;
            let line_end = memchr::memchr(b'\n', within.get(quote..)?)?;
            Some(Cut::Bad(quote + line_end + 1, RejectReason::UnbalancedQuote))
        };
        if rest.len() > limit {
            return frames_or(whole, unbalanced(within).unwrap_or(Cut::TooLong(limit)));
        }
        return match after {
            After::More => frames_or(whole, Cut::Nothing),
            After::Break => frames_or(whole, Cut::Bad(rest.len(), RejectReason::BrokenOff)),
            After::End if open_quote.is_none() => Cut::Frames(bytes.len()),
            After::End => {
                let whole_rest = Cut::Bad(rest.len(), RejectReason::UnbalancedQuote);
                frames_or(whole, unbalanced(rest).unwrap_or(whole_rest))
            }
        };
    }
}

fn cut_records(bytes: &[u8], limit: usize, after: After) -> Cut {
    let next_record =
        |from: usize| memmem::find(bytes.get(from + 1..)?, RECORD_START).map(|at| from + 1 + at);
    let mut whole = 0;
    if bytes.len() <= limit {
        whole = bytes.get(1..).and_then(last_record).map_or(0, |at| at + 1);
    } else {
        while let Some(next) = next_record(whole) {
            if next - whole > limit {
                return frames_or(whole, Cut::TooLong(limit + 1));
            }
            whole = next;
        }
    }
    let rest = bytes.get(whole..).unwrap_or_default();
    match after {
        // A record's start may stand across the limit.
        After::More if rest.len() < limit.saturating_add(RECORD_START.len()) => {
            frames_or(whole, Cut::Nothing)
        }
        _ if rest.len() > limit => frames_or(whole, Cut::TooLong(limit + 1)),
        After::Break if memmem::find(rest, b"</log>").is_none() => {
            frames_or(whole, Cut::Bad(rest.len(), RejectReason::BrokenOff))
        }
        _ => Cut::Frames(bytes.len()),
    }
}

/// Where the last record begins. Looked for forwards, in ever longer parts from the end: backwards, a log of
/// nothing but `<` took a hundred instructions a byte.
fn last_record(bytes: &[u8]) -> Option<usize> {
    let (mut end, mut len) = (bytes.len(), 1 << 12);
    loop {
        let start = end.saturating_sub(len);
        let part = bytes.get(start..bytes.len().min(end + RECORD_START.len() - 1))?;
        match memmem::find_iter(part, RECORD_START).last() {
            Some(at) => return Some(start + at),
            None if start == 0 => return None,
            None => (end, len) = (start, 2 * len),
        }
    }
}

fn cut_lines(bytes: &[u8], limit: usize, after: After) -> Cut {
    let mut whole = 0;
    if bytes.len() <= limit {
        whole = memchr::memrchr(b'\n', bytes).map_or(0, |at| at + 1);
    } else {
        for at in memchr::memchr_iter(b'\n', bytes) {
            if at + 1 - whole > limit {
                return frames_or(whole, Cut::TooLong(limit));
            }
            whole = at + 1;
        }
    }
    let rest = bytes.len() - whole;
    match after {
        _ if rest > limit => frames_or(whole, Cut::TooLong(limit)),
        After::End => Cut::Frames(bytes.len()),
        After::Break if rest > 0 => frames_or(whole, Cut::Bad(rest, RejectReason::BrokenOff)),
        _ => frames_or(whole, Cut::Nothing),
    }
}

/// A frame is longer than the limit when no start stands at most so many bytes behind its own.
fn cut_at_starts(bytes: &[u8], start: &LineStart, limit: usize, after: After) -> Cut {
    let mut whole = 0;
    if bytes.len() <= limit {
        whole = last_start(bytes, start, after).unwrap_or(0);
    } else {
        while let Some(next) = next_start(bytes, whole, start, after) {
            if next - whole > limit {
                return frames_or(whole, Cut::TooLong(limit));
            }
            whole = next;
        }
    }
    let rest = bytes.len() - whole;
    match after {
        // A line that begins within the limit may have to be seen beyond it.
        After::More if rest <= limit.saturating_add(LineStart::LOOKED_AT) => frames_or(whole, Cut::Nothing),
        _ if rest > limit => frames_or(whole, Cut::TooLong(limit)),
        // Nothing but the next start tells that a record is whole.
        After::Break => frames_or(whole, Cut::Bad(rest, RejectReason::BrokenOff)),
        After::More | After::End => Cut::Frames(bytes.len()),
    }
}

/// The first line behind `from` that begins a record.
pub(crate) fn next_start(bytes: &[u8], from: usize, start: &LineStart, after: After) -> Option<usize> {
    let behind = bytes.get(from..)?;
    let mut lines = memchr::memchr_iter(b'\n', behind).map(|at| from + at + 1);
    lines.find(|&line| is_start(bytes, line, start, after) == Some(true))
}

/// The last line that begins a record, other than the first.
fn last_start(bytes: &[u8], start: &LineStart, after: After) -> Option<usize> {
    let mut lines = memchr::memrchr_iter(b'\n', bytes).map(|at| at + 1);
    lines.find(|&line| is_start(bytes, line, start, after) == Some(true))
}

/// Whether the line at an offset begins a record; `None` when too little of it was read.
fn is_start(bytes: &[u8], line: usize, start: &LineStart, after: After) -> Option<bool> {
    let is_all = after != After::More;
    Some(start.is_at(line_at(bytes.get(line..)?, is_all)?))
}

/// The bytes belong to a frame that is too long up to their first line end, and so do all lines behind
/// it that begin no record.
fn resume_at_start(bytes: &[u8], start: &LineStart, after: After) -> (usize, bool) {
    for at in memchr::memchr_iter(b'\n', bytes) {
        match is_start(bytes, at + 1, start, after) {
            Some(true) => return (at + 1, true),
            Some(false) => {}
            // The line end stays, so that its line is looked at again.
            None => return (at, false),
        }
    }
    (bytes.len(), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: Framing = Framing::Rows { separator: b',' };

    #[test]
    fn the_last_record_is_found_wherever_it_stands() {
        for filling in [&b"x"[..], b"<", b"<log"] {
            for at in [0, 1, 4_091, 4_092, 4_095, 4_096, 4_097, 12_288, 20_000] {
                let mut bytes = filling.repeat(20_010)[..20_010].to_vec();
                assert_eq!(last_record(&bytes), None);
                bytes[at..at + 5].copy_from_slice(RECORD_START);
                assert_eq!(last_record(&bytes), Some(at));
            }
        }
    }

    #[test]
    fn rows_end_at_line_ends_outside_of_quotes() {
        assert_eq!(ROWS.cut(b"a,b\nc,d\ne", 99, After::More), Cut::Frames(8));
        assert_eq!(ROWS.cut(b"a,b\nc,d\ne", 99, After::End), Cut::Frames(9));
        assert_eq!(ROWS.cut(b"a,\"b\nc\"\n\"", 99, After::More), Cut::Frames(8));
        assert_eq!(ROWS.cut(b"a,\"b\nc", 99, After::More), Cut::Nothing);
        assert_eq!(ROWS.cut(b"a,\"b\n\"", 99, After::End), Cut::Frames(6));
        assert_eq!(ROWS.cut(b"a,\"b\nc", 99, After::End), Cut::Bad(5, RejectReason::UnbalancedQuote));
        assert_eq!(ROWS.cut(b"a,\"b\nc", 99, After::Break), Cut::Bad(6, RejectReason::BrokenOff));
        assert_eq!(ROWS.cut(b"a,b", 99, After::Break), Cut::Bad(3, RejectReason::BrokenOff));
    }

    #[test]
    fn rows_beyond_the_limit_are_told_apart() {
        assert_eq!(ROWS.cut(b"abcd", 4, After::More), Cut::Nothing);
        assert_eq!(ROWS.cut(b"abcde", 4, After::More), Cut::TooLong(4));
        assert_eq!(ROWS.cut(b"ab\ncdefg", 4, After::More), Cut::Frames(3));
        assert_eq!(ROWS.cut(b"\"b\ncd", 4, After::More), Cut::Bad(3, RejectReason::UnbalancedQuote));
        assert_eq!(ROWS.cut(b"\"bcde\n", 4, After::More), Cut::TooLong(4));
    }

    #[test]
    fn lines_end_at_line_ends_and_nowhere_else() {
        let framing = Framing::Lines;
        assert_eq!(framing.cut(b"a \"b\nc", 99, After::More), Cut::Frames(5));
        assert_eq!(framing.cut(b"a", 99, After::More), Cut::Nothing);
        assert_eq!(framing.cut(b"a", 99, After::End), Cut::Frames(1));
        assert_eq!(framing.cut(b"a", 99, After::Break), Cut::Bad(1, RejectReason::BrokenOff));
        assert_eq!(framing.cut(b"a\nb", 99, After::Break), Cut::Frames(2));
        assert_eq!(framing.cut(b"abc\n", 3, After::More), Cut::TooLong(3));
        assert_eq!(framing.cut(b"ab\nabcd", 3, After::More), Cut::Frames(3));
        assert_eq!(framing.resume(b"cd\ne", 99, After::More), (3, true));
    }

    #[test]
    fn frames_with_starts_end_before_the_next_start() {
        let framing = Framing::Starts(LineStart::Table);
        let line = "07-10-25 00:00:04 x\n";
        let (one, two) = (format!("{line}row\n"), format!("{line}row\n{line}"));
        assert_eq!(framing.cut(one.as_bytes(), 99, After::More), Cut::Nothing);
        assert_eq!(framing.cut(one.as_bytes(), 99, After::End), Cut::Frames(24));
        assert_eq!(framing.cut(one.as_bytes(), 99, After::Break), Cut::Bad(24, RejectReason::BrokenOff));
        assert_eq!(framing.cut(two.as_bytes(), 99, After::More), Cut::Frames(24));
        // A start is known once its line is whole.
        assert_eq!(framing.cut(&two.as_bytes()[..43], 99, After::More), Cut::Nothing);
        assert_eq!(framing.cut(&two.as_bytes()[..43], 99, After::Break), Cut::Frames(24));
        assert_eq!(framing.cut(two.as_bytes(), 24, After::End), Cut::Frames(44));
        assert_eq!(framing.cut(two.as_bytes(), 23, After::End), Cut::TooLong(23));
        assert_eq!(framing.resume(&two.as_bytes()[23..], 99, After::More), (1, true));
        assert_eq!(framing.resume(&two.as_bytes()[23..40], 99, After::More), (0, false));
        assert_eq!(framing.resume(&two.as_bytes()[1..24], 99, After::End), (23, false));
    }

    #[test]
    fn records_end_before_the_next() {
        let framing = Framing::JposRecords;
        assert_eq!(framing.cut(b"<log 1<log 2<lo", 99, After::More), Cut::Frames(6));
        assert_eq!(framing.cut(b"<log 1<lo", 99, After::More), Cut::Nothing);
        assert_eq!(framing.cut(b"<log 1<lo", 99, After::End), Cut::Frames(9));
        assert_eq!(framing.cut(b"<log 1", 99, After::Break), Cut::Bad(6, RejectReason::BrokenOff));
        assert_eq!(framing.cut(b"<log 1</log>\n", 99, After::Break), Cut::Frames(13));
        assert_eq!(framing.cut(b"<log 1<log 23", 6, After::More), Cut::Frames(6));
        assert_eq!(framing.cut(b"<log 12<log 3", 6, After::More), Cut::TooLong(7));
        assert_eq!(framing.resume(b"xx<log 3", 99, After::More), (2, true));
        assert_eq!(framing.resume(b"xx<lo", 99, After::More), (1, false));
    }
}
