//! Bitmaps: 64 bits that tell which elements follow, the first of them the lowest element.

use super::ebcdic;
use super::encoding::nibble;

/// How a bitmap stands on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BitmapForm {
    /// Eight bytes.
    Binary,
    /// Sixteen hexadecimal digits, ASCII.
    Hex,
    /// Sixteen hexadecimal digits, EBCDIC.
    EbcdicHex,
}

impl BitmapForm {
    pub(super) const NAMES: [(&'static str, Self); 3] =
        [("binary", Self::Binary), ("hex", Self::Hex), ("ebcdic-hex", Self::EbcdicHex)];

    /// Bytes of 64 bits.
    pub(super) fn size(self) -> u32 {
        if self == Self::Binary { 8 } else { 16 }
    }

    #[inline]
    pub(super) fn read(self, bytes: &[u8]) -> Option<u64> {
        match self {
            Self::Binary => Some(u64::from_be_bytes(bytes.try_into().ok()?)),
            Self::Hex => {
                let (high, low) = bytes.split_first_chunk::<8>()?;
                Some(u64::from(of_hex(high)?) << 32 | u64::from(of_hex(low.try_into().ok()?)?))
            }
            Self::EbcdicHex => of_nibbles(bytes, ebcdic::to_ascii),
        }
    }

    pub(super) fn write(self, bits: u64, out: &mut Vec<u8>) {
        for at in (0..16).rev() {
            let digit = b"0123456789ABCDEF"[(bits >> (4 * at) & 15) as usize];
            match self {
                Self::Binary if at % 2 == 1 => out.push((bits >> (4 * (at - 1))) as u8),
                Self::Binary => {}
                Self::Hex => out.push(digit),
                Self::EbcdicHex => out.extend(ebcdic::from_ascii(digit)),
            }
        }
    }
}

fn of_nibbles(bytes: &[u8], to_ascii: fn(u8) -> u8) -> Option<u64> {
    bytes.iter().try_fold(0, |bits, &byte| {
        let digit = nibble(to_ascii(byte)).filter(|_| to_ascii(byte) != b'=')?;
        Some(bits << 4 | u64::from(digit))
    })
}

/// Eight hexadecimal digits, all at once: a bitmap is read twice for every frame.
#[inline]
fn of_hex(digits: &[u8; 8]) -> Option<u32> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x80 * ONES;
    let digits = u64::from_be_bytes(*digits);
    let seven_bits = digits & !TOPS;
    // The top bit of each byte that is at least `least`, which is below 128 as the byte is.
    let at_least = |bytes: u64, least: u8| bytes + u64::from(0x80 - least) * ONES;
    let letters = seven_bits | (0x20 * ONES);
    let is_letter = at_least(letters, b'a') & !at_least(letters, b'g') & TOPS;
    let is_digit = at_least(seven_bits, b'0') & !at_least(seven_bits, b'9' + 1) & TOPS;
    if digits & TOPS != 0 || is_letter | is_digit != TOPS {
        return None;
    }
    let nibbles = (digits & (0x0f * ONES)) + 9 * (is_letter >> 7);
    let pairs = (nibbles | nibbles >> 4) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs | pairs >> 8) & 0x0000_ffff_0000_ffff;
    Some((fours | fours >> 16) as u32)
}

/// Where elements 129 to 192 are announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThirdBitmap {
    /// Nowhere: bit 65 is an element like others.
    Never,
    /// In element 65, at its place behind element 64.
    Element65,
    /// Directly behind the second bitmap, when bit 65 is set.
    BehindSecond,
}

impl ThirdBitmap {
    pub(super) const NAMES: [(&'static str, Self); 3] =
        [("never", Self::Never), ("element-65", Self::Element65), ("behind-second", Self::BehindSecond)];
}

/// The bitmaps of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BitmapRule {
    /// How they stand on the wire.
    pub form: BitmapForm,
    /// Whether the second always follows the first; else bit 1 tells.
    pub always_128: bool,
    /// Where the third is.
    pub third: ThirdBitmap,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_byte_is_a_digit_or_none_at_every_place() {
        for byte in 0..=u8::MAX {
            for at in 0..8 {
                let mut digits = *b"0aF93c7B";
                digits[at] = byte;
                let expected = of_nibbles(&digits, |byte| byte);
                assert_eq!(of_hex(&digits).map(u64::from), expected, "{byte} at {at}");
            }
        }
    }

    proptest! {
        #[test]
        fn bitmaps_in_digits_are_read_as_their_digits(bits in any::<u64>(), bytes in any::<[u8; 16]>()) {
            let mut digits = Vec::new();
            BitmapForm::Hex.write(bits, &mut digits);
            prop_assert_eq!(BitmapForm::Hex.read(&digits), Some(bits));
            prop_assert_eq!(BitmapForm::Hex.read(&digits.to_ascii_lowercase()), Some(bits));
            prop_assert_eq!(BitmapForm::Hex.read(&bytes), of_nibbles(&bytes, |byte| byte));
        }
    }
}
