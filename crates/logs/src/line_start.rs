//! Lines that begin a record of several lines, told by themselves alone.
//!
//! A line is judged by at most [`LineStart::LOOKED_AT`] of its bytes and never by its neighbours, so
//! that blocks of any size hold the same frames, and so that a reader finds the frames of a block
//! again.

use crate::block::Block;
use crate::block_lines::BlockLines;
use crate::block_reader::line_ends;
use crate::delimited::{without_bom, without_line_end};
use crate::hexlines::HexStyle;
use crate::labelled::Listing;
use crate::record::Position;
use crate::{ist, table};

/// How the first line of a record is known.
#[derive(Clone)]
pub(crate) enum LineStart {
    /// Before or at the start of a hexdump.
    HexDump(HexStyle),
    /// The head of a block of IST/Switch.
    Ist,
    /// A line with the time above rows of a table.
    Table,
    /// A line that a listing begins at.
    Listing(Listing),
}

impl LineStart {
    /// Bytes of a line that are looked at.
    pub(crate) const LOOKED_AT: usize = 1024;

    /// As [`Self::is_at`], of a whole line.
    #[inline]
    fn is_at_front_of(&self, line: &[u8]) -> bool {
        self.is_at(line.get(..Self::LOOKED_AT).unwrap_or(line))
    }

    /// Whether this line, its end left out, begins a record.
    #[inline]
    pub(crate) fn is_at(&self, line: &[u8]) -> bool {
        let line = without_bom(line);
        match self {
            Self::HexDump(style) => style.begins_record(line),
            Self::Ist => ist::is_start(line),
            Self::Table => table::is_start(line),
            Self::Listing(listing) => listing.starts_at(line),
        }
    }
}

/// As much of the first line as is looked at, without its end; `None` when more bytes must be read to
/// know it. `is_all` says that there are none.
pub(crate) fn line_at(bytes: &[u8], is_all: bool) -> Option<&[u8]> {
    let within = bytes.get(..LineStart::LOOKED_AT).unwrap_or(bytes);
    match memchr::memchr(b'\n', within) {
        Some(end) => {
            let line = within.get(..end).unwrap_or_default();
            Some(line.strip_suffix(b"\r").unwrap_or(line))
        }
        None => (is_all || within.len() == LineStart::LOOKED_AT).then_some(within),
    }
}

/// The frames of a block, each with its place and whether it begins a record: the first one of an input
/// may be what stands before all records.
pub(crate) fn frames<'b>(
    block: &'b Block,
    start: &LineStart,
) -> impl Iterator<Item = (Position, &'b [u8], bool)> {
    let mut rest = block.bytes();
    let mut position = block.position();
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let begins = |line: usize| {
            rest.get(line..).and_then(|rest| line_at(rest, true)).is_some_and(|line| start.is_at(line))
        };
        let end = memchr::memchr_iter(b'\n', rest).map(|at| at + 1).find(|&line| begins(line));
        let is_record = begins(0);
        let (frame, behind) = rest.split_at(end.unwrap_or(rest.len()));
        let found = (position, frame, is_record);
        position.offset += frame.len() as u64;
        position.line += line_ends(frame);
        rest = behind;
        Some(found)
    })
}

/// A frame of a block, its place, and whether it begins a record.
pub(crate) struct Frame<'b> {
    pub(crate) position: Position,
    pub(crate) bytes: &'b [u8],
    pub(crate) begins: bool,
}

/// The same frames as [`frames`] gives, in one pass: each line is handed out as it is passed.
pub(crate) struct Frames<'b> {
    block: &'b [u8],
    start: LineStart,
    lines: BlockLines<'b>,
    /// The line that the next frame begins with, if it was met.
    met: Option<(usize, &'b [u8])>,
    begins: bool,
    position: Position,
}

impl<'b> Frames<'b> {
    pub(crate) fn of(block: &'b Block, start: LineStart) -> Self {
        let mut lines = BlockLines::of(block.bytes());
        let met = lines.next();
        let begins = met.is_some_and(|(_, line)| start.is_at_front_of(line));
        Self { block: block.bytes(), start, lines, met, begins, position: block.position() }
    }

    /// The next frame, after `visit` was told of all of its lines.
    #[inline]
    pub(crate) fn next_frame<B>(
        &mut self,
        buffer: &mut B,
        mut visit: impl FnMut(&'b [u8], &mut B),
    ) -> Option<Frame<'b>> {
        let (first, line) = self.met.take()?;
        let (position, begins) = (self.position, self.begins);
        visit(line, buffer);
        let mut end = self.block.len();
        self.position.line += 1;
        for (at, line) in self.lines.by_ref() {
            if self.start.is_at_front_of(line) {
                (self.met, self.begins, end) = (Some((at, line)), true, at);
                break;
            }
            visit(line, buffer);
            self.position.line += 1;
        }
        self.position.offset += (end - first) as u64;
        Some(Frame { position, bytes: self.block.get(first..end)?, begins })
    }
}

/// The lines of a frame with their offsets, without their ends.
pub(crate) fn lines(frame: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = frame.get(at..).filter(|rest| !rest.is_empty())?;
        let len = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        let (start, line) = (at, rest.get(..len).unwrap_or_default());
        at += len;
        Some((start, without_line_end(line)))
    })
}
