//! Rows without quotes, handed over as they lie, many at a time, for sinks that know what to look for in them.
//!
//! Nothing is decided here that [`super::Rows`] does not decide the same way: a row with another
//! number of fields than the header, or without a readable time, is left to it.

use posmortem_iso8583::Timestamp;

use super::plain_tile::PlainTile;
use super::separators::{Found, Separators};
use super::{Rows, without_line_end};
use crate::block::Block;
use crate::column::Column;
use crate::record::{Position, RecordSink};
use crate::time::TimeReader;

/// Reads all rows of a block without quotes: those that are plain by tiles, and what the sink does not take of
/// them one by one, as all others. `false`, and nothing is read, when the block cannot be read this way.
pub(super) fn plain_rows<'b, S: RecordSink>(
    rows: &mut Rows<'b, S>,
    block: &'b Block,
    separators: &'b mut Separators,
    times: &mut TimeReader<'_>,
) -> bool {
    let (bytes, layout) = (block.bytes(), rows.layout);
    let time = layout.columns().iter().position(|column| *column == Some(Column::Time));
    let Some(time) = time else { return false };
    let Some(Found { ends, lines, grid }) = separators.find(bytes, layout.separator()) else { return false };
    let columns = layout.columns().len();
    grid.resize(columns + 1, [0; PlainTile::MOST]);
    let mut clock = Clock::default();
    let (mut line, mut edge) = (0, 0);
    let start_of = |edge: usize| ends.get(edge).map_or(0, |&before| before.wrapping_add(1) as usize);
    let position_of = |line: usize, edge: usize| {
        let Position { offset, line: first } = block.position();
        Position { offset: offset + start_of(edge) as u64, line: first + line as u64 }
    };
    while let Some(rest) = lines.get(line..).filter(|rest| !rest.is_empty()) {
        let is_whole = |(row, end): (usize, &u32)| ends.get(edge + (row + 1) * columns) == Some(end);
        let whole = rest.iter().take(PlainTile::MOST).enumerate().take_while(|row| is_whole(*row)).count();
        // Lines that are no rows, one after the other, would pay for a tile each.
        let taken = if whole == 0 {
            0
        } else {
            let edges = ends.get(edge..=edge + whole * columns).unwrap_or_default();
            let first = position_of(line, edge);
            let tile = PlainTile::new(bytes, edges, grid, first, time, |text| clock.read(text, times));
            let mut left = if tile.len() > 0 { rows.sink.plain_rows(&tile) & tile.rows() } else { 0 };
            while left != 0 {
                let row = left.trailing_zeros() as usize;
                left &= left - 1;
                let (edge, end) = (edge + row * columns, rest.get(row).copied().unwrap_or_default());
                let text = bytes.get(start_of(edge)..end as usize).unwrap_or_default();
                rows.read(without_line_end(text), None, position_of(line + row, edge), times);
            }
            tile.len()
        };
        line += taken;
        edge += taken * columns;
        // What ended the tile.
        if taken < PlainTile::MOST
            && let Some(&end) = lines.get(line)
        {
            let row = bytes.get(start_of(edge)..end as usize).unwrap_or_default();
            rows.read(without_line_end(row), None, position_of(line, edge), times);
            edge += match taken < whole {
                true => columns,
                false => separators_before(ends.get(edge + 1..).unwrap_or_default(), |at| at < end) + 1,
            };
            line += 1;
        }
    }
    true
}

/// How many of these places stand before the end of their line, which is among the first of them: a look at all that are
/// left of a block, for each line that is no row, would be most of what an empty line costs.
fn separators_before(places: &[u32], mut is_before: impl FnMut(u32) -> bool) -> usize {
    let mut near = 8;
    while places.get(near).is_some_and(|&at| is_before(at)) {
        near *= 2;
    }
    places[..near.min(places.len())].partition_point(|&at| is_before(at))
}

/// The second that was read last. A busy log has a hundred rows in each.
#[derive(Default)]
struct Clock {
    /// `2026-11-21T08:15:30.` as it was written.
    text: [u8; 20],
    /// What it stands for.
    second: Option<Timestamp>,
}

impl Clock {
    /// As the reader of times says, asked once a second where times have three decimals.
    #[inline(always)]
    fn read(&mut self, text: &[u8], times: &mut TimeReader<'_>) -> Option<Timestamp> {
        let Some((&second, &[hundreds, tens, ones])) = text.split_first_chunk::<20>() else {
            return times.read(text.trim_ascii());
        };
        let digits = [hundreds, tens, ones].map(|digit| digit.wrapping_sub(b'0'));
        if second[19] != b'.' || digits.iter().any(|digit| *digit > 9) {
            return times.read(text.trim_ascii());
        }
        let millis = digits.iter().fold(0, |sum, digit| sum * 10 + i64::from(*digit));
        if let Some(known) = self.second.filter(|_| self.text == second) {
            return Some(Timestamp { millis: known.millis + millis, ..known });
        }
        let at = times.read(text)?;
        self.text = second;
        self.second = Some(Timestamp { millis: at.millis - millis, ..at });
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_no_row_costs_a_look_at_few_of_the_separators_behind_it() {
        let places: Vec<u32> = (0..1 << 20).collect();
        for (count, most) in [(0, 6), (1, 6), (7, 6), (8, 8), (1_000, 20)] {
            let (end, mut looks) = (count, 0);
            let found = separators_before(&places, |at| {
                looks += 1;
                at < end
            });
            assert_eq!(found, count as usize);
            assert!(looks <= most, "{looks} looks to pass {count} separators");
        }
        assert_eq!(separators_before(&places[..3], |_| true), 3);
        assert_eq!(separators_before(&[], |_| true), 0);
    }
}
