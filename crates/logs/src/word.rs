//! Short values as numbers: words, which no other text has, and plain digits.
//!
//! Read in place, eight or sixteen bytes at a time, wherever a value lies in its block. What a value means is not
//! asked.

/// The longest text that has a word, in bytes.
pub const WORD: usize = 15;

/// A text of at most [`WORD`] bytes as a number that no other text has, 0 for an empty one: its bytes, the first one
/// lowest, and its length as the highest byte, of the lower half where there is room. `None` for longer ones.
#[inline(always)]
pub(crate) fn word_at(block: &[u8], start: usize, len: usize) -> Option<u128> {
    let shape = WORD_SHAPES.get(len)?;
    let (low, high) = word_of_shape(block, start, shape);
    Some(u128::from(low) | u128::from(high) << 64)
}

/// So many digits from `start` on and nothing else as a number, one to fifteen.
#[inline(always)]
pub(crate) fn number_at(block: &[u8], start: usize, len: usize) -> Option<u64> {
    match len {
        1..=8 => few_digits(block, start, len),
        9..=15 => many_digits(block, start, len),
        _ => None,
    }
}

/// One to eight digits.
#[inline(always)]
pub(crate) fn few_digits(block: &[u8], start: usize, len: usize) -> Option<u64> {
    // The last digit goes to the highest byte, zeros fill the lowest ones.
    let gap = (8 * 8_usize.wrapping_sub(len)) & 63;
    eight_digits(eight_bytes(block, start) << gap | ZEROS & ((1 << gap) - 1))
}

/// Nine to fifteen digits.
#[inline(always)]
pub(crate) fn many_digits(block: &[u8], start: usize, len: usize) -> Option<u64> {
    let gap = (8 * 16_usize.wrapping_sub(len)) & 63;
    let last = eight_bytes(block, start + len - 8) & (u64::MAX << gap) | ZEROS & ((1 << gap) - 1);
    Some(eight_digits(eight_bytes(block, start))? * POWERS[len & 7] + eight_digits(last)?)
}

/// The word of a text that lies alone: that of a value of at most [`WORD`] bytes, which no other value has.
#[inline(always)]
pub fn word_of(text: &[u8]) -> Option<u128> {
    let len = text.len();
    // Two overlapping words instead of a copy of unknown length.
    let bytes = match len {
        0 => 0,
        1..=3 => {
            let [first, middle, last] = [text[0], text[len / 2], text[len - 1]].map(u128::from);
            first | middle << (8 * (len / 2)) | last << (8 * (len - 1))
        }
        4..=7 => {
            let word = |at: usize| text[at..].first_chunk().map(|word| u128::from(u32::from_le_bytes(*word)));
            word(0)? | word(len - 4)? << (8 * (len - 4))
        }
        8..=WORD => {
            let word = |at: usize| text[at..].first_chunk().map(|word| u128::from(u64::from_le_bytes(*word)));
            word(0)? | word(len - 8)? << (8 * (len - 8))
        }
        _ => return None,
    };
    Some(bytes | (len as u128) << if len < 8 { 56 } else { 120 })
}

/// The text of a word, given as its bytes, the lowest one first.
pub fn text_of(bytes: &[u8; 16]) -> &[u8] {
    let len = if bytes[15] == 0 { bytes[7] } else { bytes[15] };
    bytes.get(..usize::from(len)).unwrap_or_default()
}

/// Eight bytes from `start` on, the first one lowest, with zeros behind the end of the block.
#[inline(always)]
pub(crate) fn eight_bytes(block: &[u8], start: usize) -> u64 {
    match block.get(start..start + 8).and_then(<[u8]>::first_chunk) {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => u128::from_le_bytes(last_bytes(block, start)) as u64,
    }
}

/// A word of this shape, in halves.
#[inline(always)]
pub(crate) fn word_of_shape(block: &[u8], start: usize, shape: &WordShape) -> (u64, u64) {
    let bytes = match block.get(start..start + 16).and_then(<[u8]>::first_chunk) {
        Some(bytes) => u128::from_le_bytes(*bytes),
        None => u128::from_le_bytes(last_bytes(block, start)),
    };
    (bytes as u64 & shape.low | shape.low_len, (bytes >> 64) as u64 & shape.high | shape.high_len)
}

/// Sixteen bytes at the very end of a block, with zeros behind it.
#[cold]
fn last_bytes(block: &[u8], start: usize) -> [u8; 16] {
    let rest = block.get(start..).unwrap_or_default();
    std::array::from_fn(|at| rest.get(at).copied().unwrap_or_default())
}

/// What makes a word of sixteen bytes: which of them belong to it, in halves, and what its length adds to both.
#[derive(Clone, Copy)]
pub(crate) struct WordShape {
    pub(crate) low: u64,
    high: u64,
    pub(crate) low_len: u64,
    high_len: u64,
}

/// The shapes of words of 0 to 15 bytes.
pub(crate) const WORD_SHAPES: [WordShape; 16] = {
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A text in the middle of a block, and the same at its end: both must read alike.
    fn of<T: PartialEq + std::fmt::Debug>(text: &[u8], read: impl Fn(&[u8], usize, usize) -> T) -> T {
        let read_before = |behind: &[u8]| {
            let block = [b"first,", text, behind].concat();
            read(&block, 6, text.len())
        };
        let (middle, end) = (read_before(b",last and more than sixteen bytes\n"), read_before(b",\n"));
        assert_eq!(middle, end);
        middle
    }

    proptest! {
        #[test]
        fn digits_are_read_as_std_reads_them(text in "[0-9]{1,15}") {
            prop_assert_eq!(of(text.as_bytes(), number_at), text.parse().ok());
        }

        #[test]
        fn nothing_else_is_a_number(bytes in prop::collection::vec(any::<u8>(), 0..=15)) {
            let expected = std::str::from_utf8(&bytes).ok().filter(|text| !text.starts_with('+'));
            let expected: Option<u64> = expected.and_then(|text| text.parse().ok());
            prop_assert_eq!(of(&bytes, number_at), expected);
        }

        #[test]
        fn words_hold_their_texts(bytes in prop::collection::vec(any::<u8>(), 0..20)) {
            let mut word = [0; 16];
            let expected = (bytes.len() < 16).then(|| {
                word[..bytes.len()].copy_from_slice(&bytes);
                word[if bytes.len() < 8 { 7 } else { 15 }] = bytes.len() as u8;
                u128::from_le_bytes(word)
            });
            prop_assert_eq!(of(&bytes, word_at), expected);
            prop_assert_eq!(word_of(&bytes), expected);
            if let Some(word) = expected.map(u128::to_le_bytes) {
                prop_assert_eq!(text_of(&word), &bytes[..]);
            }
        }
    }

    #[test]
    fn neighbours_of_digits_are_no_digits() {
        for byte in (0..=255).filter(|byte: &u8| !byte.is_ascii_digit()) {
            for at in 0..9 {
                let mut text = *b"123456789";
                text[at] = byte;
                assert_eq!(of(&text, number_at), None, "{byte:#x} at {at}");
            }
        }
    }
}
