//! One row without quotes as it lies.

use crate::record::Position;
use crate::word::{number_at, word_at};
use posmortem_iso8583::Timestamp;

/// A row with as many fields as its header, none of them quoted, and a readable time.
///
/// Like [`crate::Record`] it may hold card data and cannot be shown.
#[derive(Clone, Copy)]
pub struct PlainRow<'b> {
    pub(super) block: &'b [u8],
    /// The byte before the first field (a line feed, or none at the block's begin), and the byte behind
    /// each field.
    pub(super) edges: &'b [u32],
    /// Where the text of the last field ends: before its line end.
    pub(super) end: u32,
    /// When the message was logged.
    pub at: Timestamp,
    /// Where the row begins.
    pub position: Position,
}

impl<'b> PlainRow<'b> {
    /// The bytes of the field at this place, counted from 0, spaces included; empty beyond the last.
    #[inline(always)]
    pub fn field(&self, place: usize) -> &'b [u8] {
        let (start, end) = self.span(place);
        self.block.get(start..end).unwrap_or_default()
    }

    /// The word of a field ([`crate::word_of`]); `None` for longer ones.
    #[inline(always)]
    pub fn word(&self, place: usize) -> Option<u128> {
        let (start, end) = self.span(place);
        word_at(self.block, start, end.wrapping_sub(start))
    }

    /// A field of one to fifteen digits and nothing else as a number.
    #[inline(always)]
    pub fn number(&self, place: usize) -> Option<u64> {
        let (start, end) = self.span(place);
        number_at(self.block, start, end.wrapping_sub(start))
    }

    /// Bytes of the field at this place.
    #[inline(always)]
    pub fn len(&self, place: usize) -> usize {
        let (start, end) = self.span(place);
        end.wrapping_sub(start)
    }

    #[inline(always)]
    fn span(&self, place: usize) -> (usize, usize) {
        match self.edges.get(place..place + 2) {
            Some(&[before, behind]) => (before.wrapping_add(1) as usize, behind.min(self.end) as usize),
            _ => (0, 0),
        }
    }
}
