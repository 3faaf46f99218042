//! The lines of a block, whose ends are found 64 bytes at a time: lines of a field each are so short that
//! looking for every end by itself would cost more than reading them.

use fearless_simd::{Level, Simd, SimdBase, dispatch, mask8x64, prelude::*, u8x64};

use crate::delimited::without_line_end;

/// Bytes looked at together: one bit each in a mask.
const CHUNK: usize = 64;

/// Bytes whose line ends are kept at a time.
const TILE: usize = 1 << 14;

/// Gives each line of a block with its offset, without its end.
pub(crate) struct BlockLines<'b> {
    bytes: &'b [u8],
    /// Where the next line begins.
    at: usize,
    /// What was looked through.
    looked_at: usize,
    /// The ends of lines in the last tile, behind each its line feed, and how many of them were given.
    ends: Vec<usize>,
    given: usize,
}

impl<'b> BlockLines<'b> {
    pub(crate) fn of(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0, looked_at: 0, ends: Vec::new(), given: 0 }
    }

    /// The end of the line that begins at `at`.
    #[inline]
    fn next_end(&mut self) -> usize {
        loop {
            if let Some(&end) = self.ends.get(self.given) {
                self.given += 1;
                return end;
            }
            let rest = self.bytes.get(self.looked_at..).unwrap_or_default();
            if rest.is_empty() {
                return self.bytes.len();
            }
            let tile = rest.get(..TILE).unwrap_or(rest);
            self.ends.clear();
            self.given = 0;
            let (chunks, odd) = tile.as_chunks::<CHUNK>();
            dispatch!(Level::new(), simd => find_ends(simd, chunks, self.looked_at, &mut self.ends));
            let base = self.looked_at + tile.len() - odd.len();
            self.ends.extend(memchr::memchr_iter(b'\n', odd).map(|at| base + at + 1));
            self.looked_at += tile.len();
        }
    }
}

#[inline(always)]
fn find_ends<S: Simd>(simd: S, chunks: &[[u8; CHUNK]], mut base: usize, ends: &mut Vec<usize>) {
    let line_feed = u8x64::splat(simd, b'\n');
    for chunk in chunks {
        let lines: mask8x64<S> = u8x64::from_slice(simd, chunk).simd_eq(line_feed);
        let mut lines = lines.to_bitmask();
        while lines != 0 {
            ends.push(base + lines.trailing_zeros() as usize + 1);
            lines &= lines - 1;
        }
        base += CHUNK;
    }
}

impl<'b> Iterator for BlockLines<'b> {
    type Item = (usize, &'b [u8]);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let start = self.at;
        if start >= self.bytes.len() {
            return None;
        }
        let end = self.next_end();
        self.at = end;
        Some((start, without_line_end(self.bytes.get(start..end)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line_start::lines;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lines_are_those_that_are_found_one_by_one(
            bytes in prop::collection::vec(prop::sample::select(&b"ab\r\n"[..]), 0..600),
            longer in 0..3_usize,
        ) {
            let bytes = [&b"x".repeat(longer * (TILE - 300)), &bytes[..], &bytes[..]].concat();
            prop_assert!(BlockLines::of(&bytes).eq(lines(&bytes)));
        }
    }
}
