//! Where separators and line ends stand in a block, found 64 bytes at a time.
//!
//! Knows nothing of rows. The masks come from `fearless_simd`, which chooses the widest registers of
//! the machine at run time; the positions do not depend on that choice.

use super::plain_tile::PlainTile;
use fearless_simd::{Level, Simd, SimdBase, dispatch, mask8x64, prelude::*, u8x64};

/// Bytes looked at together: one bit each in a mask.
const CHUNK: usize = 64;

/// Positions of one block, ascending.
#[derive(Default)]
pub(crate) struct Separators {
    /// Separators between fields, and line feeds, behind a first one that stands for a line feed before the block.
    /// Only the first of them count: room is filled once and not emptied for the next block.
    ends: Vec<u32>,
    found: usize,
    /// Line feeds alone.
    lines: Vec<u32>,
    /// Room for those of a tile by column.
    grid: Vec<[u32; PlainTile::MOST]>,
}

/// What [`Separators`] hold, and their room.
pub(super) struct Found<'s> {
    pub(super) ends: &'s [u32],
    pub(super) lines: &'s [u32],
    pub(super) grid: &'s mut Vec<[u32; PlainTile::MOST]>,
}

impl Separators {
    /// Finds them all, as if a line ended before the block and one at its end. `None` for a block that is too large
    /// for 32 bits.
    pub(super) fn find(&mut self, bytes: &[u8], separator: u8) -> Option<Found<'_>> {
        u32::try_from(bytes.len()).ok()?;
        self.lines.clear();
        self.found = 0;
        self.make_room();
        self.push(u32::MAX);
        let (chunks, rest) = bytes.as_chunks::<CHUNK>();
        dispatch!(Level::new(), simd => self.find_in(simd, chunks, separator));
        let base = (bytes.len() - rest.len()) as u32;
        let is_end = |byte: u8| byte == separator || byte == b'\n';
        let is_open = bytes.last().is_some_and(|&last| last != b'\n');
        let last = is_open.then_some((bytes.len() as u32, b'\n'));
        for (at, byte) in (base..).zip(rest.iter().copied()).filter(|(_, byte)| is_end(*byte)).chain(last) {
            self.push(at);
            if byte == b'\n' {
                self.lines.push(at);
            }
        }
        let Self { ends, found, lines, grid } = self;
        Some(Found { ends: ends.get(..*found)?, lines, grid })
    }

    /// Makes room for what a chunk may hold.
    #[inline(always)]
    fn make_room(&mut self) {
        if self.ends.len() < self.found + CHUNK {
            self.ends.resize(2 * (self.found + CHUNK), 0);
        }
    }

    fn push(&mut self, at: u32) {
        self.make_room();
        self.ends[self.found] = at;
        self.found += 1;
    }

    #[inline(always)]
    fn find_in<S: Simd>(&mut self, simd: S, chunks: &[[u8; CHUNK]], separator: u8) {
        let (separator, line_feed) = (u8x64::splat(simd, separator), u8x64::splat(simd, b'\n'));
        let mut base = 0;
        for chunk in chunks {
            let bytes = u8x64::from_slice(simd, chunk);
            let fields: mask8x64<S> = bytes.simd_eq(separator);
            let lines: mask8x64<S> = bytes.simd_eq(line_feed);
            let (fields, mut lines) = (fields.to_bitmask(), lines.to_bitmask());
            self.make_room();
            if let Some(free) = self.ends.get_mut(self.found..self.found + CHUNK) {
                self.found += write_positions(free, base, fields | lines);
            }
            while lines != 0 {
                self.lines.push(base + lines.trailing_zeros());
                lines &= lines - 1;
            }
            base += CHUNK as u32;
        }
    }
}

/// Positions written at once, whether the mask has so many bits or not: rows of cards have six or
/// seven separators in 64 bytes, and a loop that asks for each one is slower by half.
const AT_ONCE: usize = 8;

#[inline(always)]
fn write_positions(free: &mut [u32], base: u32, mut mask: u64) -> usize {
    let count = mask.count_ones() as usize;
    let (groups, _) = free.as_chunks_mut::<AT_ONCE>();
    for group in groups {
        for position in group {
            *position = base + mask.trailing_zeros();
            mask &= mask.wrapping_sub(1);
        }
        if mask == 0 {
            break;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_separator_is_found(bytes in prop::collection::vec(prop::sample::select(&b"ab,\n;"[..]), 0..600)) {
            let positions = |wanted: &[u8]| -> Vec<u32> {
                (0..).zip(&bytes).filter(|(_, byte)| wanted.contains(byte)).map(|(at, _)| at).collect()
            };
            let end = (bytes.last().is_some_and(|last| *last != b'\n')).then_some(bytes.len() as u32);
            let mut separators = Separators::default();
            // The second time, room is used again.
            for bytes in [&bytes[bytes.len() / 2..], &bytes] {
                separators.find(bytes, b',');
            }
            let Some(found) = separators.find(&bytes, b',') else { return Err(TestCaseError::fail("too large")) };
            let with_ends = |wanted| positions(wanted).into_iter().chain(end);
            prop_assert_eq!(found.ends, &[u32::MAX].into_iter().chain(with_ends(b",\n")).collect::<Vec<_>>());
            prop_assert_eq!(found.lines, &with_ends(b"\n").collect::<Vec<_>>());
        }
    }
}
