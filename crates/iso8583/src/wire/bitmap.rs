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
        let hex = |to_ascii: fn(u8) -> u8| {
            bytes.iter().try_fold(0, |bits, &byte| {
                let digit = nibble(to_ascii(byte)).filter(|_| to_ascii(byte) != b'=')?;
                Some(bits << 4 | u64::from(digit))
            })
        };
        match self {
            Self::Binary => Some(u64::from_be_bytes(bytes.try_into().ok()?)),
            Self::Hex => hex(|byte| byte),
            Self::EbcdicHex => hex(ebcdic::to_ascii),
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
