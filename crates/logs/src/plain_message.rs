//! One message whose values lie in one piece of bytes, before it is made a record.

use crate::column::Column;
use crate::record::{Cells, Position};
use crate::word::{number_at, word_at};
use posmortem_iso8583::Timestamp;

/// Where the values of a message lie, by column; of no length where it has none.
pub(crate) struct Spans {
    starts: [u32; Self::PLACES],
    lens: [u16; Self::PLACES],
    /// A bit for each column that was put.
    put: u64,
}

impl Spans {
    /// A power of two, and one more than columns at least: a place for what no column takes.
    const PLACES: usize = 64;

    /// Values of more bytes, or beyond so many, have no span.
    pub(crate) const LONGEST: usize = u16::MAX as usize;

    pub(crate) const NONE: Self = Self { starts: [0; Self::PLACES], lens: [0; Self::PLACES], put: 0 };

    /// Forgets all values. Where they began does not matter.
    #[inline(always)]
    pub(crate) fn clear(&mut self) {
        (self.lens, self.put) = ([0; Self::PLACES], 0);
    }

    /// Puts a value of at most [`Self::LONGEST`] bytes.
    #[inline(always)]
    pub(crate) fn set(&mut self, column: u8, start: usize, len: usize) {
        let place = usize::from(column) % Self::PLACES;
        (self.starts[place], self.lens[place]) = (start as u32, len as u16);
        self.put |= 1 << place;
    }

    /// Leaves the first bytes of a value.
    pub(crate) fn cut(&mut self, column: Column, len: usize) {
        let known = &mut self.lens[column as usize];
        *known = (*known).min(len as u16);
    }

    /// Where a value begins, and its length.
    #[inline(always)]
    pub(crate) fn of(&self, column: Column) -> (usize, usize) {
        (self.starts[column as usize] as usize, usize::from(self.lens[column as usize]))
    }

    /// A value among those that lie in `bytes`.
    #[inline(always)]
    pub(crate) fn text<'b>(&self, bytes: &'b [u8], column: Column) -> &'b [u8] {
        let (start, len) = self.of(column);
        bytes.get(start..start + len).unwrap_or_default()
    }

    /// Puts all values into cells that are empty: where they are, since a copy of them costs as much as
    /// finding the values does.
    #[inline(always)]
    pub(crate) fn fill<'b>(&self, cells: &mut Cells<'b>, bytes: &'b [u8]) {
        // Two in three are empty.
        let mut left = self.put;
        while left != 0 {
            let place = left.trailing_zeros() as usize;
            left &= left - 1;
            let start = self.starts[place] as usize;
            let value = bytes.get(start..start + usize::from(self.lens[place]));
            if let (Some(cell), Some(value)) = (cells.get_mut(place), value) {
                *cell = value;
            }
        }
    }
}

const _: () = assert!(Column::COUNT < Spans::PLACES);

/// A message whose values lie in its block, or in a copy with those behind it that had to be written anew.
///
/// Like [`crate::Record`] it may hold card data and cannot be shown.
pub struct PlainMessage<'b> {
    pub(crate) bytes: &'b [u8],
    pub(crate) spans: &'b Spans,
    /// Words of what does not stand among the bytes.
    pub(crate) direction: Option<u128>,
    pub(crate) dialect: Option<u128>,
    /// When the message was logged.
    pub at: Timestamp,
    /// Where it begins.
    pub position: Position,
}

impl<'b> PlainMessage<'b> {
    /// A message whose direction stands among its values, and that has no dialect.
    #[inline(always)]
    pub(crate) fn within(bytes: &'b [u8], spans: &'b Spans, at: Timestamp, position: Position) -> Self {
        let (start, len) = spans.of(Column::Direction);
        let direction = word_at(bytes, start, len);
        Self { bytes, spans, direction, dialect: Some(0), at, position }
    }

    /// The bytes of a value, spaces included; empty where the message has none. Not of direction and dialect.
    #[inline(always)]
    pub fn value(&self, column: Column) -> &'b [u8] {
        self.spans.text(self.bytes, column)
    }

    /// The word of a value ([`crate::word_of`]), of one that is too long without the spaces around it.
    #[inline(always)]
    pub fn word(&self, column: Column) -> Option<u128> {
        match column {
            Column::Direction => self.direction,
            Column::Dialect => self.dialect,
            _ => {
                let (start, len) = self.spans.of(column);
                word_at(self.bytes, start, len).or_else(|| self.trimmed_word(column))
            }
        }
    }

    /// The word of a value that is too long by the spaces around it alone.
    #[inline(never)]
    fn trimmed_word(&self, column: Column) -> Option<u128> {
        let text = self.value(column).trim_ascii_start();
        let (start, len) = self.spans.of(column);
        word_at(self.bytes, start + len - text.len(), text.trim_ascii_end().len())
    }

    /// A value of one to fifteen digits and nothing else as a number.
    #[inline(always)]
    pub fn number(&self, column: Column) -> Option<u64> {
        let (start, len) = self.spans.of(column);
        number_at(self.bytes, start, len)
    }

    /// Bytes of a value.
    #[inline(always)]
    pub fn len(&self, column: Column) -> usize {
        self.spans.of(column).1
    }
}
