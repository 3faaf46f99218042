//! Plain rows that follow each other, read column by column: one tight loop for each wanted column, which costs a
//! third of what the same values cost row by row.
//!
//! Rows are told by bits, the first one lowest. What does not fit a loop is only pointed out here; [`PlainRow`]
//! reads it.

use super::plain_row::PlainRow;
use crate::record::Position;
use crate::word::{WORD_SHAPES, eight_bytes, few_digits, many_digits, word_of_shape};
use posmortem_iso8583::Timestamp;
use std::ops::RangeInclusive;

/// Rows with as many fields as their header, none of them quoted, and a readable time: [`PlainTile::MOST`] at
/// most.
///
/// Like [`crate::Record`] it may hold card data and cannot be shown.
pub struct PlainTile<'b> {
    block: &'b [u8],
    /// The byte before the first field (a line feed, or none at the block's begin), and the byte behind each
    /// field of all rows.
    edges: &'b [u32],
    /// The same by column, each row's line end left out: one more than there are fields.
    grid: &'b [[u32; PlainTile::MOST]],
    times: [Timestamp; PlainTile::MOST],
    len: usize,
    first: Position,
}

/// The words of one column: what [`PlainRow::word`] tells, in halves.
#[derive(Clone)]
pub struct WordLane {
    /// Their lower halves, by row.
    pub low: [u64; PlainTile::MOST],
    /// Their upper halves: 0 for words of at most seven bytes.
    pub high: [u64; PlainTile::MOST],
    /// Whether words of more bytes were met before, and will be met again.
    is_wide: bool,
}

impl Default for WordLane {
    fn default() -> Self {
        Self { low: [0; PlainTile::MOST], high: [0; PlainTile::MOST], is_wide: false }
    }
}

impl WordLane {
    /// A row's word.
    #[inline(always)]
    pub fn word(&self, row: usize) -> u128 {
        let row = row & (PlainTile::MOST - 1);
        u128::from(self.low[row]) | u128::from(self.high[row]) << 64
    }

    /// Which rows have any, and rows beyond the tile's perhaps.
    #[inline(always)]
    pub fn filled(&self) -> u64 {
        let words = self.low.iter().zip(&self.high).enumerate();
        words.fold(0, |filled, (row, (low, high))| filled | u64::from(low | high != 0) << row)
    }
}

/// The numbers of one column.
#[derive(Clone)]
pub struct NumberLane {
    /// By row; of no meaning where [`NumberLane::empty`] or [`NumberLane::strange`] tells so.
    pub numbers: [u64; PlainTile::MOST],
    /// Rows without anything here.
    pub empty: u64,
    /// Rows with something else, or a number of another length than was asked for.
    pub strange: u64,
}

impl Default for NumberLane {
    fn default() -> Self {
        Self { numbers: [0; PlainTile::MOST], empty: 0, strange: 0 }
    }
}

/// Words of fewer bytes are one number.
const SHORT: usize = 8;

impl<'b> PlainTile<'b> {
    /// So many rows have a bit each in one word, and 64 values of a column fit the first cache many times.
    pub const MOST: usize = 64;

    /// As many of the rows between these edges as have a readable time, in the column at `time`. The grid is room
    /// with a column more than the rows have.
    pub(super) fn new(
        block: &'b [u8],
        edges: &'b [u32],
        grid: &'b mut [[u32; PlainTile::MOST]],
        first: Position,
        time: usize,
        mut read: impl FnMut(&'b [u8]) -> Option<Timestamp>,
    ) -> Self {
        let columns = grid.len() - 1;
        for (row, edges) in edges.windows(columns + 1).step_by(columns).take(Self::MOST).enumerate() {
            for (column, edge) in grid.iter_mut().zip(edges) {
                column[row] = *edge;
            }
            let [.., before, behind] = edges else { continue };
            if *behind > before.wrapping_add(1) && block.get(*behind as usize - 1) == Some(&b'\r') {
                grid[columns][row] -= 1;
            }
        }
        let mut times = [Timestamp { millis: 0, offset_minutes: None }; Self::MOST];
        let rows = edges.len().saturating_sub(1) / columns;
        let mut len = 0;
        if let Some([before, behind]) = grid.get(time..time + 2) {
            for ((at, before), behind) in times.iter_mut().zip(before).zip(behind).take(rows) {
                let text = block.get(before.wrapping_add(1) as usize..*behind as usize);
                let Some(read) = read(text.unwrap_or_default()) else { break };
                *at = read;
                len += 1;
            }
        }
        Self { block, edges, grid, times, len, first }
    }

    /// How many rows these are.
    #[expect(clippy::len_without_is_empty, reason = "a sink never gets an empty one")]
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// A bit for every row.
    #[inline(always)]
    pub fn rows(&self) -> u64 {
        u64::MAX.checked_shr((Self::MOST - self.len) as u32).unwrap_or(0)
    }

    /// When the messages were logged, by row.
    #[inline(always)]
    pub fn times(&self) -> &[Timestamp] {
        &self.times[..self.len]
    }

    /// Where a row begins in its input.
    #[inline(always)]
    pub fn offset(&self, row: usize) -> u64 {
        let start = |row: usize| u64::from(self.grid[0][row & (Self::MOST - 1)].wrapping_add(1));
        self.first.offset + start(row) - start(0)
    }

    /// One row, alone.
    pub fn row(&self, row: usize) -> PlainRow<'b> {
        let (row, columns) = (row & (Self::MOST - 1), self.grid.len() - 1);
        let edges = self.edges.get(row * columns..=(row + 1) * columns).unwrap_or_default();
        let Position { line, .. } = self.first;
        let position = Position { offset: self.offset(row), line: line + row as u64 };
        PlainRow { block: self.block, edges, end: self.grid[columns][row], at: self.times[row], position }
    }

    /// Where the field at this place begins, less one, and ends, by row.
    #[inline(always)]
    fn edges_of(&self, place: usize) -> [&[u32]; 2] {
        match self.grid.get(place..place + 2) {
            Some([before, behind]) => [&before[..self.len], &behind[..self.len]],
            _ => [&[], &[]],
        }
    }

    /// Where the field at this place begins and ends, by row.
    #[inline(always)]
    fn spans(&self, place: usize) -> impl ExactSizeIterator<Item = (usize, usize)> {
        let [before, behind] = self.edges_of(place);
        before.iter().zip(behind).map(|(before, behind)| (before.wrapping_add(1) as usize, *behind as usize))
    }

    /// The bytes of the fields at this place, by row, spaces included.
    #[inline(always)]
    pub fn fields(&self, place: usize) -> impl Iterator<Item = &'b [u8]> {
        self.spans(place).map(|(start, end)| self.block.get(start..end).unwrap_or_default())
    }

    /// Which rows have anything at this place.
    #[inline(always)]
    pub fn filled(&self, place: usize) -> u64 {
        let spans = self.spans(place).enumerate();
        spans.fold(0, |filled, (row, (start, end))| filled | u64::from(end > start) << row)
    }

    /// The words at this place, and which rows have a longer text than a word holds.
    #[inline(always)]
    pub fn words(&self, place: usize, lane: &mut WordLane) -> u64 {
        if !lane.is_wide && self.short_words(place, lane) {
            return 0;
        }
        lane.is_wide = true;
        self.all_words(place, lane)
    }

    /// How long all fields at this place are, if they are equally long: then their loop asks for it once.
    #[inline(always)]
    fn common_len(&self, place: usize) -> Option<usize> {
        let [before, behind] = self.edges_of(place);
        let len = behind.first()?.wrapping_sub(before.first()?.wrapping_add(1));
        let differ = before
            .iter()
            .zip(behind)
            .fold(0, |differ, (before, behind)| differ | (behind.wrapping_sub(before.wrapping_add(1)) ^ len));
        (differ == 0).then_some(len as usize)
    }

    /// Words of at most seven bytes; whether all are.
    #[inline(always)]
    fn short_words(&self, place: usize, lane: &mut WordLane) -> bool {
        if let Some(shape) = self.common_len(place).and_then(|len| WORD_SHAPES[..SHORT].get(len)) {
            for ((start, _), low) in self.spans(place).zip(&mut lane.low) {
                *low = eight_bytes(self.block, start) & shape.low | shape.low_len;
            }
            return true;
        }
        let mut longest = 0;
        for ((start, end), low) in self.spans(place).zip(&mut lane.low) {
            let len = end.wrapping_sub(start);
            longest = longest.max(len);
            let shape = &WORD_SHAPES[len & (SHORT - 1)];
            *low = eight_bytes(self.block, start) & shape.low | shape.low_len;
        }
        longest < SHORT
    }

    #[inline(always)]
    fn all_words(&self, place: usize, lane: &mut WordLane) -> u64 {
        let WordLane { low, high, .. } = lane;
        let words = low.iter_mut().zip(high);
        if let Some(shape) = self.common_len(place).and_then(|len| WORD_SHAPES.get(len)) {
            for ((start, _), (low, high)) in self.spans(place).zip(words) {
                (*low, *high) = word_of_shape(self.block, start, shape);
            }
            return 0;
        }
        let mut long = 0;
        for (row, ((start, end), (low, high))) in self.spans(place).zip(words).enumerate() {
            let len = end.wrapping_sub(start);
            long |= u64::from(len > 15) << row;
            (*low, *high) = word_of_shape(self.block, start, &WORD_SHAPES[len & 15]);
        }
        long
    }

    /// The numbers at this place: plain digits, and of these as many as `lens` tells, from one to fifteen.
    #[inline(always)]
    pub fn numbers(&self, place: usize, lens: RangeInclusive<usize>, lane: &mut NumberLane) {
        let NumberLane { numbers, empty, strange } = lane;
        (*empty, *strange) = (0, 0);
        let fits = |len: usize| (1..=15).contains(&len) && lens.contains(&len);
        let spans = self.spans(place).zip(numbers).enumerate();
        match self.common_len(place) {
            Some(len @ ..=8) if fits(len) => {
                for (row, ((start, _), number)) in spans {
                    let read = few_digits(self.block, start, len);
                    (*number, *strange) = (read.unwrap_or(0), *strange | u64::from(read.is_none()) << row);
                }
            }
            Some(len) if fits(len) => {
                for (row, ((start, _), number)) in spans {
                    let read = many_digits(self.block, start, len);
                    (*number, *strange) = (read.unwrap_or(0), *strange | u64::from(read.is_none()) << row);
                }
            }
            _ => {
                for (row, ((start, end), number)) in spans {
                    let len = end.wrapping_sub(start);
                    let read = match len {
                        _ if !fits(len) => None,
                        ..=8 => few_digits(self.block, start, len),
                        _ => many_digits(self.block, start, len),
                    };
                    *empty |= u64::from(len == 0) << row;
                    (*number, *strange) =
                        (read.unwrap_or(0), *strange | u64::from(len != 0 && read.is_none()) << row);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FIRST: Position = Position { offset: 70, line: 3 };

    /// The edges of rows of three fields, the first of which is the time.
    fn edges(block: &[u8]) -> Vec<u32> {
        let ends = (0..).zip(block).filter(|(_, byte)| b",\n".contains(byte)).map(|(at, _)| at);
        [u32::MAX].into_iter().chain(ends).collect()
    }

    fn tile<'b>(
        block: &'b [u8],
        edges: &'b [u32],
        grid: &'b mut [[u32; PlainTile::MOST]; 4],
    ) -> PlainTile<'b> {
        let read = |text: &[u8]| {
            let millis = std::str::from_utf8(text).ok()?.parse().ok()?;
            Some(Timestamp { millis, offset_minutes: None })
        };
        PlainTile::new(block, edges, grid, FIRST, 0, read)
    }

    proptest! {
        #[test]
        fn columns_read_as_rows_do(
            rows in prop::collection::vec(
                (0..2_000_i64, "[0-9]{0,16}|[a-z]{0,18}", "[0-9]{0,9}|[0-9x]{0,8}", any::<bool>()),
                1..=PlainTile::MOST,
            ),
            common in prop::option::of(0..16_usize),
            lens in (1..=15_usize, 1..=15_usize),
        ) {
            let rows = rows.iter().map(|(at, a, b, crlf)| {
                // Columns of one length have loops of their own.
                let a = common.map_or(a.clone(), |len| format!("{a:0>len$}")[..len].to_owned());
                format!("{at},{a},{b}{}\n", if *crlf { "\r" } else { "" })
            });
            let block: String = rows.clone().collect();
            let edges = edges(block.as_bytes());
            let mut grid = [[0; PlainTile::MOST]; 4];
            let tile = tile(block.as_bytes(), &edges, &mut grid);
            prop_assert_eq!(tile.len(), rows.len());
            let (mut words, mut numbers) = (WordLane::default(), NumberLane::default());
            for place in [1, 2] {
                let long = tile.words(place, &mut words);
                tile.numbers(place, lens.0..=lens.1, &mut numbers);
                for (row, text) in rows.clone().enumerate() {
                    let is = |bits: u64| bits >> row & 1 == 1;
                    let plain = tile.row(row);
                    prop_assert_eq!(plain.position.offset, FIRST.offset + rows.clone().take(row).map(|row| row.len() as u64).sum::<u64>());
                    prop_assert_eq!(plain.position.line, FIRST.line + row as u64);
                    prop_assert_eq!(plain.at.millis, text.split(',').next().and_then(|at| at.parse().ok()).unwrap_or(-1));
                    let fields: Vec<_> = tile.fields(place).collect();
                    prop_assert_eq!(fields[row], text.trim_end().split(',').nth(place).unwrap_or("?").as_bytes());
                    prop_assert_eq!(plain.field(place), fields[row]);
                    prop_assert_eq!(is(tile.filled(place)), !fields[row].is_empty());
                    let word = words.word(row);
                    prop_assert_eq!((!is(long)).then_some(word), plain.word(place));
                    let number = plain.number(place).filter(|_| (lens.0..=lens.1).contains(&fields[row].len()));
                    prop_assert_eq!(is(numbers.empty), fields[row].is_empty());
                    prop_assert_eq!(is(numbers.strange), number.is_none() && !fields[row].is_empty());
                    prop_assert!(number.is_none_or(|number| number == numbers.numbers[row]));
                }
            }
        }
    }

    #[test]
    fn a_tile_ends_before_a_time_that_cannot_be_read() {
        let block = b"1,a,b\n2,a,b\nx,a,b\n4,a,b\n";
        let edges = edges(block);
        let mut grid = [[0; PlainTile::MOST]; 4];
        let tile = tile(block, &edges, &mut grid);
        assert_eq!((tile.len(), tile.rows()), (2, 0b11));
        assert_eq!(tile.times().iter().map(|at| at.millis).collect::<Vec<_>>(), [1, 2]);
    }
}
