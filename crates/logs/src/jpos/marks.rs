//! Where tags, quotes, escapes and line ends stand in a block, found 64 bytes at a time.
//!
//! Knows nothing of XML. The masks come from `fearless_simd`, which chooses the widest registers of
//! the machine at run time; they do not depend on that choice.

use fearless_simd::{Level, Simd, SimdBase, dispatch, mask8x64, prelude::*, u8x64};

/// Bytes looked at together: one bit each in a mask.
const CHUNK: usize = 64;

/// What stands in one chunk, the first byte in the lowest bit.
#[derive(Clone, Copy, Default)]
struct Chunk {
    /// `<`, but for those that another one follows at once: no tag begins so, and a log of nothing else would
    /// take six times as long a byte as others.
    tags: u64,
    /// `"`.
    quotes: u64,
    /// `&` and `\`: what a value has to be rewritten for.
    escapes: u64,
    line_ends: u64,
    /// Line ends in all chunks before.
    lines_before: u64,
}

/// The marks of one block.
#[derive(Default)]
pub(crate) struct Marks {
    chunks: Vec<Chunk>,
}

impl Marks {
    /// Finds the marks of a block.
    pub(super) fn find(&mut self, bytes: &[u8]) {
        let (chunks, rest) = bytes.as_chunks::<CHUNK>();
        let mut last = [0; CHUNK];
        last[..rest.len()].copy_from_slice(rest);
        // One more than there are, since a window may reach beyond the last one.
        self.chunks.resize(chunks.len() + 2, Chunk::default());
        dispatch!(Level::new(), simd => self.find_in(simd, chunks, &last));
    }

    #[inline(always)]
    fn find_in<S: Simd>(&mut self, simd: S, chunks: &[[u8; CHUNK]], last: &[u8; CHUNK]) {
        let splat = [b'<', b'"', b'&', b'\\', b'\n'].map(|byte| u8x64::splat(simd, byte));
        let [tag, quote, ampersand, backslash, line_end] = splat;
        let mut lines_before = 0;
        let all = chunks.iter().chain([last, &[0; CHUNK]]);
        for (found, chunk) in self.chunks.iter_mut().zip(all) {
            let bytes = u8x64::from_slice(simd, chunk);
            let tags = equal(bytes, tag);
            *found = Chunk {
                tags: tags & !(tags >> 1),
                quotes: equal(bytes, quote),
                escapes: equal(bytes, ampersand) | equal(bytes, backslash),
                line_ends: equal(bytes, line_end),
                lines_before,
            };
            lines_before += u64::from(found.line_ends.count_ones());
        }
    }

    /// Line ends before an offset.
    #[inline]
    pub(super) fn line_ends_before(&self, offset: usize) -> u64 {
        let Some(chunk) = self.chunks.get(offset / CHUNK) else { return 0 };
        let before = chunk.line_ends & !(u64::MAX << (offset % CHUNK));
        chunk.lines_before + u64::from(before.count_ones())
    }

    /// The first quote of the 64 bytes from an offset on, where no tag stands before it.
    #[inline(always)]
    pub(super) fn value_end(&self, offset: usize) -> Option<usize> {
        let index = offset / CHUNK;
        let Some([one, two]) = self.chunks.get(index..index + 2) else { return None };
        let within = offset % CHUNK;
        let window = |one: u64, two: u64| one >> within | two << 1 << (CHUNK - 1 - within);
        let (quotes, tags) = (window(one.quotes, two.quotes), window(one.tags, two.tags));
        let up_to_quote = quotes ^ quotes.wrapping_sub(1);
        (quotes != 0 && tags & up_to_quote == 0).then(|| offset + quotes.trailing_zeros() as usize)
    }

    /// The first quote at or behind an offset.
    #[inline]
    pub(super) fn next_quote(&self, offset: usize) -> Option<usize> {
        self.next(offset, |chunk| chunk.quotes)
    }

    /// The first escape at or behind an offset.
    #[cold]
    pub(super) fn next_escape(&self, offset: usize) -> Option<usize> {
        self.next(offset, |chunk| chunk.escapes)
    }

    #[inline(always)]
    fn next(&self, offset: usize, mask: impl Fn(&Chunk) -> u64) -> Option<usize> {
        let mut index = offset / CHUNK;
        let mut found = mask(self.chunks.get(index)?) & u64::MAX << (offset % CHUNK);
        while found == 0 {
            index += 1;
            found = mask(self.chunks.get(index)?);
        }
        Some(index * CHUNK + found.trailing_zeros() as usize)
    }

    /// All tags from an offset on.
    #[inline]
    pub(super) fn tags_from(&self, offset: usize) -> Tags<'_> {
        let index = offset / CHUNK;
        let left = self.chunks.get(index).map_or(0, |chunk| chunk.tags & u64::MAX << (offset % CHUNK));
        Tags { chunks: &self.chunks, index, left }
    }
}

#[inline(always)]
fn equal<S: Simd>(bytes: u8x64<S>, wanted: u8x64<S>) -> u64 {
    let mask: mask8x64<S> = bytes.simd_eq(wanted);
    mask.to_bitmask()
}

/// Walks over the offsets of tags.
pub(super) struct Tags<'m> {
    chunks: &'m [Chunk],
    index: usize,
    /// Those of the chunk at `index` that were not told.
    left: u64,
}

impl Iterator for Tags<'_> {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        while self.left == 0 {
            self.index += 1;
            self.left = self.chunks.get(self.index)?.tags;
        }
        let at = self.index * CHUNK + self.left.trailing_zeros() as usize;
        self.left &= self.left - 1;
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_mark_is_found(
            bytes in prop::collection::vec(prop::sample::select(&b"aaaa<\"&\\\n"[..]), 0..400),
            from in 0..400_usize,
        ) {
            let mut marks = Marks::default();
            marks.find(&bytes);
            let from = from.min(bytes.len());
            let behind = |wanted: &'static [u8]| {
                let positions = bytes.iter().enumerate().skip(from);
                positions.filter(|(_, byte)| wanted.contains(byte)).map(|(at, _)| at)
            };
            // The last one of a chunk stays, whatever the next one begins with.
            let begins_tag = |at: &usize| bytes.get(at + 1) != Some(&b'<') || at % CHUNK == CHUNK - 1;
            let tags: Vec<usize> = behind(b"<").filter(begins_tag).collect();
            prop_assert_eq!(&marks.tags_from(from).collect::<Vec<_>>(), &tags);
            prop_assert_eq!(marks.next_quote(from), behind(b"\"").next());
            prop_assert_eq!(marks.next_escape(from), behind(b"&\\").next());
            let end = behind(b"\"").next().filter(|end| end - from < 64);
            prop_assert_eq!(marks.value_end(from), end.filter(|end| tags.first().is_none_or(|tag| tag > end)));
            let lines = bytes[..from].iter().filter(|byte| **byte == b'\n').count() as u64;
            prop_assert_eq!(marks.line_ends_before(from), lines);
        }
    }
}
