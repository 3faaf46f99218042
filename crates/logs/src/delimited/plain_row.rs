//! One row without quotes as it lies, and how words and numbers are read from its bytes.

use crate::record::Position;
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

    /// A field of at most fifteen bytes as a number that no other text has: its bytes, the first one lowest, and
    /// its length as the highest byte, of the lower half where there is room. `None` for longer fields.
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

/// The word of so many bytes from `start` on, as [`PlainRow::word`] says.
#[inline(always)]
pub(crate) fn word_at(block: &[u8], start: usize, len: usize) -> Option<u128> {
    let shape = WORD_SHAPES.get(len)?;
    let bytes = match block.get(start..start + 16).and_then(<[u8]>::first_chunk) {
        Some(bytes) => u128::from_le_bytes(*bytes),
        None => u128::from_le_bytes(last_bytes(block, start)),
    };
    let low = bytes as u64 & shape.low | shape.low_len;
    let high = (bytes >> 64) as u64 & shape.high | shape.high_len;
    Some(u128::from(low) | u128::from(high) << 64)
}

/// So many digits from `start` on as a number, as [`PlainRow::number`] says.
#[inline(always)]
pub(crate) fn number_at(block: &[u8], start: usize, len: usize) -> Option<u64> {
    match len {
        // The last digit goes to the highest byte, zeros fill the lowest ones.
        1..=8 => {
            let gap = 8 * (8 - len);
            eight_digits(eight_bytes(block, start) << gap | ZEROS & ((1 << gap) - 1))
        }
        9..=15 => {
            let gap = 8 * (16 - len);
            let last = eight_bytes(block, start + len - 8) & (u64::MAX << gap) | ZEROS & ((1 << gap) - 1);
            Some(eight_digits(eight_bytes(block, start))? * POWERS[len & 7] + eight_digits(last)?)
        }
        _ => None,
    }
}

#[inline(always)]
fn eight_bytes(block: &[u8], start: usize) -> u64 {
    match block.get(start..start + 8).and_then(<[u8]>::first_chunk) {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => u128::from_le_bytes(last_bytes(block, start)) as u64,
    }
}

/// Sixteen bytes at the very end of a block, with zeros behind it.
#[cold]
pub(super) fn last_bytes(block: &[u8], start: usize) -> [u8; 16] {
    let rest = block.get(start..).unwrap_or_default();
    std::array::from_fn(|at| rest.get(at).copied().unwrap_or_default())
}

/// What makes a word of sixteen bytes: which of them belong to it, in halves, and what its length adds to both.
#[derive(Clone, Copy)]
pub(super) struct WordShape {
    pub(super) low: u64,
    pub(super) high: u64,
    pub(super) low_len: u64,
    pub(super) high_len: u64,
}

/// The shapes of words of 0 to 15 bytes.
pub(super) const WORD_SHAPES: [WordShape; 16] = {
    let mut shapes = [WordShape { low: 0, high: 0, low_len: 0, high_len: 0 }; 16];
    let mut len = 1;
    while len < 16 {
        let (low, high) = if len < 8 { (8 * len, 0) } else { (64, 8 * (len - 8)) };
        let shape = &mut shapes[len];
        shape.low = u64::MAX >> (64 - low);
        shape.high = (1 << high) - 1;
        let told = (len as u64) << 56;
        (shape.low_len, shape.high_len) = if len < 8 { (told, 0) } else { (0, told) };
        len += 1;
    }
    shapes
};

pub(super) const POWERS: [u64; 8] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];

pub(super) const ZEROS: u64 = 0x3030_3030_3030_3030;

/// Eight digits, the first one in the lowest byte. Neighbours are joined three times: digits to
/// pairs, pairs to fours, fours to eight.
#[inline(always)]
pub(super) fn eight_digits(digits: u64) -> Option<u64> {
    let values = digits ^ ZEROS;
    // A value above 9 carries into its high half or has bits there already.
    if (values | values.wrapping_add(0x0606_0606_0606_0606)) & 0xf0f0_f0f0_f0f0_f0f0 != 0 {
        return None;
    }
    let pairs = (values * 10 + (values >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    Some((fours * 10_000 + (fours >> 32)) & 0xffff_ffff)
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
                word[if bytes.len() < 8 { 7 } else { 15 }] = bytes.len() as u8;
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
