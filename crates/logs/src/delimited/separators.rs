//! Where separators and line ends stand in a block, found 64 bytes at a time.
//!
//! Knows nothing of rows. The masks come from `fearless_simd`, which chooses the widest registers of
//! the machine at run time; the positions do not depend on that choice.

use fearless_simd::{Level, Simd, SimdBase, dispatch, mask8x64, prelude::*, u8x64};

/// Bytes looked at together: one bit each in a mask.
const CHUNK: usize = 64;

/// Positions of one block, ascending.
#[derive(Default)]
pub(crate) struct Separators {
    /// Separators between fields, and line feeds.
    pub(super) ends: Vec<u32>,
    /// Line feeds alone.
    pub(super) lines: Vec<u32>,
}

impl Separators {
    /// Finds them all. `false` for a block that is too large for 32 bits, of which nothing is found.
    pub(super) fn find(&mut self, bytes: &[u8], separator: u8) -> bool {
        self.ends.clear();
        self.lines.clear();
        if u32::try_from(bytes.len()).is_err() {
            return false;
        }
        let (chunks, rest) = bytes.as_chunks::<CHUNK>();
        dispatch!(Level::new(), simd => self.find_in(simd, chunks, separator));
        let base = (bytes.len() - rest.len()) as u32;
        for (at, &byte) in (base..).zip(rest) {
            if byte == separator || byte == b'\n' {
                self.ends.push(at);
            }
            if byte == b'\n' {
                self.lines.push(at);
            }
        }
        true
    }

    #[inline(always)]
    fn find_in<S: Simd>(&mut self, simd: S, chunks: &[[u8; CHUNK]], separator: u8) {
        let (separator, line_feed) = (u8x64::splat(simd, separator), u8x64::splat(simd, b'\n'));
        let (mut base, mut found) = (0, 0);
        for chunk in chunks {
            let bytes = u8x64::from_slice(simd, chunk);
            let fields: mask8x64<S> = bytes.simd_eq(separator);
            let lines: mask8x64<S> = bytes.simd_eq(line_feed);
            let (fields, mut lines) = (fields.to_bitmask(), lines.to_bitmask());
            if self.ends.len() < found + CHUNK {
                self.ends.resize(2 * (found + CHUNK), 0);
            }
            if let Some(free) = self.ends.get_mut(found..found + CHUNK) {
                found += write_positions(free, base, fields | lines);
            }
            while lines != 0 {
                self.lines.push(base + lines.trailing_zeros());
                lines &= lines - 1;
            }
            base += CHUNK as u32;
        }
        self.ends.truncate(found);
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
            let mut found = Separators::default();
            prop_assert!(found.find(&bytes, b','));
            prop_assert_eq!(&found.ends, &positions(b",\n"));
            prop_assert_eq!(&found.lines, &positions(b"\n"));
        }
    }
}
