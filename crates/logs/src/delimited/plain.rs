//! Rows without quotes, handed over as they lie, for sinks that know what to look for in them.
//!
//! Nothing is decided here that [`super::Rows`] does not decide the same way: a row with another
//! number of fields than the header, or without a readable time, is left to it.

use posmortem_iso8583::Timestamp;

use super::separators::Separators;
use crate::block::Block;
use crate::column::Column;
use crate::format::Layout;
use crate::record::Position;
use crate::time::TimeReader;

/// A row with as many fields as its header, none of them quoted, and a readable time.
///
/// Like [`crate::Record`] it may hold card data and cannot be shown.
#[derive(Clone, Copy)]
pub struct PlainRow<'b> {
    block: &'b [u8],
    /// The byte before the first field (a line feed, or none at the block's begin), and the byte behind
    /// each field.
    edges: &'b [u32],
    /// Where the text of the last field ends: before its line end.
    end: u32,
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

    /// A field of at most fifteen bytes as a number that no other text has: its bytes, the first one
    /// lowest, and its length as the highest byte. `None` for longer fields.
    #[inline(always)]
    pub fn word(&self, place: usize) -> Option<u128> {
        let (start, end) = self.span(place);
        let len = end.wrapping_sub(start);
        let mask = WORD_MASKS.get(len)?;
        let bytes = match self.block.get(start..start + 16).and_then(<[u8]>::first_chunk) {
            Some(bytes) => *bytes,
            None => self.last_bytes(start),
        };
        Some(u128::from_le_bytes(bytes) & mask | (len as u128) << 120)
    }

    #[inline(always)]
    fn eight_bytes(&self, start: usize) -> u64 {
        match self.block.get(start..start + 8).and_then(<[u8]>::first_chunk) {
            Some(bytes) => u64::from_le_bytes(*bytes),
            None => u128::from_le_bytes(self.last_bytes(start)) as u64,
        }
    }

    /// Sixteen bytes at the very end of a block, with zeros behind it.
    #[cold]
    fn last_bytes(&self, start: usize) -> [u8; 16] {
        let rest = self.block.get(start..).unwrap_or_default();
        std::array::from_fn(|at| rest.get(at).copied().unwrap_or_default())
    }

    /// A field of one to fifteen digits and nothing else as a number.
    #[inline(always)]
    pub fn number(&self, place: usize) -> Option<u64> {
        let (start, end) = self.span(place);
        let len = end.wrapping_sub(start);
        match len {
            // The last digit goes to the highest byte, zeros fill the lowest ones.
            1..=8 => {
                let gap = 8 * (8 - len);
                eight_digits(self.eight_bytes(start) << gap | ZEROS & ((1 << gap) - 1))
            }
            9..=15 => {
                let gap = 8 * (16 - len);
                let last = self.eight_bytes(end - 8) & (u64::MAX << gap) | ZEROS & ((1 << gap) - 1);
                Some(eight_digits(self.eight_bytes(start))? * POWERS[len - 8] + eight_digits(last)?)
            }
            _ => None,
        }
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

/// The bytes that words of 0 to 15 bytes have.
const WORD_MASKS: [u128; 16] = {
    let mut masks = [0; 16];
    let mut len = 1;
    while len < 16 {
        masks[len] = masks[len - 1] << 8 | 0xff;
        len += 1;
    }
    masks
};

const POWERS: [u64; 8] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];

const ZEROS: u64 = 0x3030_3030_3030_3030;

/// Eight digits, the first one in the lowest byte. Neighbours are joined three times: digits to
/// pairs, pairs to fours, fours to eight.
#[inline(always)]
fn eight_digits(digits: u64) -> Option<u64> {
    let values = digits ^ ZEROS;
    // A value above 9 carries into its high half or has bits there already.
    if (values | values.wrapping_add(0x0606_0606_0606_0606)) & 0xf0f0_f0f0_f0f0_f0f0 != 0 {
        return None;
    }
    let pairs = (values * 10 + (values >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    Some((fours * 10_000 + (fours >> 32)) & 0xffff_ffff)
}

/// Calls `each` for every row of a block without quotes: with its fields if it is plain, and with its
/// bytes. `false` when the block cannot be read this way at all.
pub(super) fn plain_rows<'b>(
    layout: &Layout,
    block: &'b Block,
    separators: &'b mut Separators,
    times: &mut TimeReader<'_>,
    mut each: impl FnMut(Option<PlainRow<'b>>, &'b [u8], Position, &mut TimeReader<'_>),
) -> bool {
    let bytes = block.bytes();
    let time = layout.columns().iter().position(|column| *column == Some(Column::Time));
    let Some(time) = time.filter(|_| separators.find(bytes, layout.separator())) else { return false };
    let Separators { ends, lines } = &mut *separators;
    // As if a line ended before the block, and one at its end.
    ends.insert(0, u32::MAX);
    if bytes.last().is_some_and(|&last| last != b'\n') {
        ends.push(bytes.len() as u32);
        lines.push(bytes.len() as u32);
    }
    let columns = layout.columns().len();
    let first = block.position();
    let mut clock = Clock::default();
    let mut edge = 0;
    for (line, &end) in (first.line..).zip(&*lines) {
        let start = ends.get(edge).map_or(0, |&before| before.wrapping_add(1) as usize);
        let position = Position { offset: first.offset + start as u64, line };
        let edges = ends.get(edge..=edge + columns).filter(|edges| edges.last() == Some(&end));
        let row = edges.and_then(|edges| {
            let is_before = |at: usize| bytes.get(at) == Some(&b'\r');
            let end = end - u32::from(end as usize > start && is_before(end as usize - 1));
            let at = Timestamp { millis: 0, offset_minutes: None };
            let row = PlainRow { block: bytes, edges, end, at, position };
            let at = clock.read(row.field(time), times)?;
            Some(PlainRow { at, ..row })
        });
        edge += match edges {
            Some(_) => columns,
            None => ends.get(edge + 1..).unwrap_or_default().partition_point(|&at| at < end) + 1,
        };
        each(row, bytes.get(start..end as usize).unwrap_or_default(), position, times);
    }
    true
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
    use proptest::prelude::*;

    /// A row with one field in the middle of a block, and the same at its end: both must read alike.
    fn with_row<T: PartialEq + std::fmt::Debug>(field: &[u8], read: impl Fn(&PlainRow<'_>) -> T) -> T {
        let read_before = |behind: &[u8]| {
            let block = [b"first,", field, behind].concat();
            let edges = [u32::MAX, 5, 6 + field.len() as u32, block.len() as u32 - 1];
            let at = Timestamp { millis: 0, offset_minutes: None };
            let position = Position { offset: 0, line: 1 };
            read(&PlainRow { block: &block, edges: &edges, end: block.len() as u32 - 1, at, position })
        };
        let (middle, end) = (read_before(b",last and more than sixteen bytes\n"), read_before(b",\n"));
        assert_eq!(middle, end);
        middle
    }

    proptest! {
        #[test]
        fn digits_are_read_as_std_reads_them(text in "[0-9]{1,15}") {
            prop_assert_eq!(with_row(text.as_bytes(), |row| row.number(1)), text.parse().ok());
        }

        #[test]
        fn nothing_else_is_a_number(bytes in prop::collection::vec(any::<u8>(), 0..=15)) {
            let expected = std::str::from_utf8(&bytes).ok().filter(|text| !text.starts_with('+'));
            let expected: Option<u64> = expected.and_then(|text| text.parse().ok());
            prop_assert_eq!(with_row(&bytes, |row| row.number(1)), expected);
        }

        #[test]
        fn words_hold_their_fields(bytes in prop::collection::vec(any::<u8>(), 0..20)) {
            let mut word = [0; 16];
            let expected = (bytes.len() < 16).then(|| {
                word[..bytes.len()].copy_from_slice(&bytes);
                word[15] = bytes.len() as u8;
                u128::from_le_bytes(word)
            });
            prop_assert_eq!(with_row(&bytes, |row| row.word(1)), expected);
            prop_assert_eq!(with_row(&bytes, |row| row.field(1).to_vec()), bytes);
        }
    }

    #[test]
    fn neighbours_of_digits_are_no_digits() {
        for byte in (0..=255).filter(|byte: &u8| !byte.is_ascii_digit()) {
            for at in 0..9 {
                let mut text = *b"123456789";
                text[at] = byte;
                assert_eq!(with_row(&text, |row| row.number(1)), None, "{byte:#x} at {at}");
            }
        }
    }
}
