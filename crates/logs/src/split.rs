//! A part of an input, and which frames belong to it.
//!
//! A split owns every frame whose first byte lies in it, and reads on behind its end to the end of the last one. So
//! splits that lie end to end own each frame once, wherever they are cut. What it takes is to find the first frame at or
//! behind any byte: frames that are known by a line end or by their first bytes are found from there; messages in wire
//! bytes are only found by walking from the start of the input, which is right and gains nothing. A row whose quotes hold
//! line ends cannot be told from several rows by who begins in its midst: a reader says that it met one
//! ([`BlockReader::has_line_ends_in_rows`](crate::BlockReader::has_line_ends_in_rows)), and whoever joins splits must ask.

use memchr::memmem;

use crate::delimited::{RowEnd, row_end};
use crate::format::Format;
use crate::frames::frame_starts;
use crate::framing::{After, Framing, next_start};
use crate::jpos::RECORD_START;

/// A range of bytes of an input, after decompression; not an empty one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Split {
    /// Its first byte.
    pub start: u64,
    /// The first byte behind it; none where it goes to the end of the input.
    pub end: Option<u64>,
}

impl Split {
    /// All of an input.
    pub const WHOLE: Self = Self { start: 0, end: None };

    /// From where on bytes must be read to find its frames.
    pub fn reads_from(self, format: &Format) -> u64 {
        if self.start <= format.start() { 0 } else { Framing::of(format).reads_from(self.start) }
    }

    pub(crate) fn end(self) -> u64 {
        self.end.unwrap_or(u64::MAX)
    }
}

impl Format {
    /// Whether a split finds its frames without reading what stands before it. Rows may still hold line ends in quotes.
    pub fn is_splittable(&self) -> bool {
        Framing::of(self).finds_frames()
    }
}

impl Framing {
    pub(crate) fn finds_frames(&self) -> bool {
        !matches!(self, Self::Wire(_))
    }

    /// From where on bytes must be read to find the first frame at or behind `start`, which is no frame's start for
    /// certain.
    fn reads_from(&self, start: u64) -> u64 {
        match self {
            Self::Wire(_) => 0,
            // Known by its own first bytes.
            Self::JposRecords => start,
            // Known by the line end before it.
            Self::Rows { .. } | Self::Lines | Self::Starts(_) => start.saturating_sub(1),
        }
    }

    /// Of bytes that are whole frames: where the first frame begins at `from` or behind it, else their end. `from` is not
    /// 0.
    pub(crate) fn first_start(&self, frames: &[u8], from: usize) -> usize {
        let Some(before) = from.checked_sub(1) else { return 0 };
        let behind = frames.get(before..).unwrap_or_default();
        let found = match self {
            Self::Rows { separator } => {
                row_starts(frames, *separator).find(|&row| row >= from).map(|row| row - before)
            }
            Self::Lines => memchr::memchr(b'\n', behind).map(|at| at + 1),
            Self::JposRecords => {
                behind.get(1..).and_then(|behind| memmem::find(behind, RECORD_START)).map(|at| at + 1)
            }
            Self::Starts(start) => {
                return next_start(frames, before, start, After::End).unwrap_or(frames.len());
            }
            Self::Wire(wire) => {
                frame_starts(frames, wire).find(|&frame| frame >= from).map(|frame| frame - before)
            }
        };
        found.map_or(frames.len(), |found| before + found)
    }

    /// Whether a row of these whole ones goes over several lines.
    pub(crate) fn has_line_ends_inside(&self, frames: &[u8]) -> bool {
        let Self::Rows { separator } = self else { return false };
        if memchr::memchr(b'"', frames).is_none() {
            return false;
        }
        let rows = row_starts(frames, *separator).count();
        let is_open = !frames.is_empty() && frames.last() != Some(&b'\n');
        memchr::memchr_iter(b'\n', frames).count() + usize::from(is_open) > rows
    }
}

/// Where rows begin, the first at 0.
fn row_starts(rows: &[u8], separator: u8) -> impl Iterator<Item = usize> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = rows.get(at..).filter(|rest| !rest.is_empty())?;
        let start = at;
        at = match row_end(rest, separator) {
            RowEnd::After(len) => at + len,
            RowEnd::Missing { .. } => rows.len(),
        };
        Some(start)
    })
}
