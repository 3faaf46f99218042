//! How a value stands on the wire, and how a length in front of it does.
//!
//! Lengths are counted in half bytes throughout: packed digits may be odd in number, and a count of
//! half bytes holds both the bytes and that oddness. Nothing here knows elements or bitmaps.

use super::ebcdic;
use super::hex::hex_into;

/// How the characters of a value stand on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// A byte a character, ASCII.
    Ascii,
    /// A byte a character, EBCDIC (code page 037).
    Ebcdic,
    /// Two digits a byte; an odd number is filled up in front.
    BcdLeft,
    /// Two digits a byte; an odd number is filled up behind.
    BcdRight,
    /// Bytes as they are.
    Binary,
    /// Two hexadecimal digits a byte, in ASCII.
    Hex,
    /// Two hexadecimal digits a byte, in EBCDIC.
    EbcdicHex,
}

impl Encoding {
    const NAMES: [(&'static str, Self); 7] = [
        ("ascii", Self::Ascii),
        ("ebcdic", Self::Ebcdic),
        ("bcd-left", Self::BcdLeft),
        ("bcd-right", Self::BcdRight),
        ("binary", Self::Binary),
        ("hex", Self::Hex),
        ("ebcdic-hex", Self::EbcdicHex),
    ];

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|&(_, encoding)| encoding)
    }

    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        Self::NAMES.iter().map(|&(name, _)| name)
    }

    /// Half bytes on the wire for one digit, character or byte of the value.
    pub(super) fn nibbles_per_unit(self) -> u32 {
        match self {
            Self::BcdLeft | Self::BcdRight => 1,
            Self::Ascii | Self::Ebcdic | Self::Binary => 2,
            Self::Hex | Self::EbcdicHex => 4,
        }
    }

    pub(super) fn is_bcd(self) -> bool {
        matches!(self, Self::BcdLeft | Self::BcdRight)
    }

    /// Appends the readable form of `bytes`, of which `nibbles` half bytes are meant: text as ASCII,
    /// digits as digits, binary as upper-case hexadecimal digits.
    pub(super) fn read(self, bytes: &[u8], nibbles: u32, out: &mut Vec<u8>) {
        match self {
            Self::Ascii => out.extend_from_slice(bytes),
            Self::Ebcdic => out.extend(bytes.iter().map(|&byte| ebcdic::to_ascii(byte))),
            Self::Hex => out.extend(bytes.iter().map(u8::to_ascii_uppercase)),
            Self::EbcdicHex => {
                out.extend(bytes.iter().map(|&byte| ebcdic::to_ascii(byte).to_ascii_uppercase()));
            }
            Self::Binary => hex_into(bytes, out),
            Self::BcdLeft | Self::BcdRight => {
                let start = out.len();
                hex_into(bytes, out);
                if nibbles % 2 == 1 && self == Self::BcdLeft && out.len() > start {
                    out.remove(start);
                } else if nibbles % 2 == 1 {
                    out.pop();
                }
            }
        }
    }

    /// Appends `text` as it stands on the wire. `false` when it holds what the encoding cannot.
    pub(super) fn write(self, text: &[u8], out: &mut Vec<u8>) -> bool {
        match self {
            Self::Ascii => out.extend_from_slice(text),
            Self::Ebcdic => {
                for &byte in text {
                    let Some(code) = ebcdic::from_ascii(byte) else { return false };
                    out.push(code);
                }
            }
            Self::Hex | Self::EbcdicHex => {
                if text.len() % 2 == 1 || !text.iter().all(u8::is_ascii_hexdigit) {
                    return false;
                }
                let form = if self == Self::Hex { Self::Ascii } else { Self::Ebcdic };
                return form.write(&text.to_ascii_uppercase(), out);
            }
            Self::Binary => return text.len().is_multiple_of(2) && pack(text, 0, out),
            Self::BcdLeft => return pack(text, text.len() % 2, out),
            Self::BcdRight => return pack(text, 0, out),
        }
        true
    }
}

/// Two digits a byte, behind `in_front` nibbles of zero; a missing last one is zero. A track's
/// separator `=` is packed as `D`.
fn pack(text: &[u8], in_front: usize, out: &mut Vec<u8>) -> bool {
    let mut high = None;
    if in_front == 1 {
        high = Some(0);
    }
    for &byte in text {
        let Some(nibble) = nibble(byte) else { return false };
        match high.take() {
            None => high = Some(nibble),
            Some(first) => out.push(first << 4 | nibble),
        }
    }
    if let Some(first) = high {
        out.push(first << 4);
    }
    true
}

pub(super) fn nibble(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'=' => Some(13),
        _ => None,
    }
}

/// How a length stands in front of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LengthEncoding {
    /// A byte a digit, ASCII.
    Ascii,
    /// A byte a digit, EBCDIC.
    Ebcdic,
    /// Two digits a byte, filled up in front.
    Bcd,
    /// A number, most significant byte first.
    Binary,
}

impl LengthEncoding {
    const NAMES: [(&'static str, Self); 4] =
        [("ascii", Self::Ascii), ("ebcdic", Self::Ebcdic), ("bcd", Self::Bcd), ("binary", Self::Binary)];

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|&(_, encoding)| encoding)
    }

    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        Self::NAMES.iter().map(|&(name, _)| name)
    }

    /// Bytes of a length that a specification writes with `digits` dots: `..` is one byte of BCD or
    /// of a binary number.
    pub(super) fn size(self, digits: u8) -> u8 {
        match self {
            Self::Ascii | Self::Ebcdic => digits,
            Self::Bcd | Self::Binary => digits.div_ceil(2),
        }
    }

    /// The largest length that `size` bytes can tell.
    pub(super) fn largest(self, size: u8) -> u32 {
        let digits = match self {
            Self::Ascii | Self::Ebcdic => size,
            Self::Bcd => 2 * size,
            Self::Binary => return u32::MAX.checked_shr(32 - 8 * u32::from(size.min(4))).unwrap_or(0),
        };
        10_u32.saturating_pow(u32::from(digits)) - 1
    }

    /// The length in `bytes`; `None` when they hold no digits. At most eight bytes.
    #[inline]
    pub(super) fn read(self, bytes: &[u8]) -> Option<u32> {
        let digits = |zero: u8| {
            bytes.iter().try_fold(0_u32, |length, &byte| {
                let digit = byte.wrapping_sub(zero);
                (digit < 10).then(|| length.wrapping_mul(10).wrapping_add(u32::from(digit)))
            })
        };
        match self {
            Self::Ascii => digits(b'0'),
            Self::Ebcdic => digits(0xf0),
            Self::Binary => Some(bytes.iter().fold(0, |length, &byte| length << 8 | u32::from(byte))),
            Self::Bcd => bytes.iter().try_fold(0_u32, |length, &byte| {
                let (high, low) = (byte >> 4, byte & 15);
                (high < 10 && low < 10)
                    .then(|| length.wrapping_mul(100).wrapping_add(u32::from(high * 10 + low)))
            }),
        }
    }

    /// Appends `length` in `size` bytes. The caller has checked that it is not above
    /// [`Self::largest`].
    pub(super) fn write(self, length: u32, size: u8, out: &mut Vec<u8>) {
        for place in (0..u32::from(size)).rev() {
            out.push(match self {
                Self::Ascii => b'0' + (length / 10_u32.pow(place) % 10) as u8,
                Self::Ebcdic => 0xf0 + (length / 10_u32.pow(place) % 10) as u8,
                Self::Bcd => {
                    let two = (length / 100_u32.pow(place) % 100) as u8;
                    ((two / 10) << 4) | (two % 10)
                }
                Self::Binary => (length >> (8 * place)) as u8,
            });
        }
    }
}

/// What a length counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LengthUnit {
    /// Digits of a number, characters of a text, bytes of a binary value, however they are encoded.
    Digits,
    /// Bytes on the wire.
    Bytes,
    /// Half bytes on the wire.
    Nibbles,
}

impl LengthUnit {
    const NAMES: [(&'static str, Self); 3] =
        [("digits", Self::Digits), ("bytes", Self::Bytes), ("nibbles", Self::Nibbles)];

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|&(_, unit)| unit)
    }

    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        Self::NAMES.iter().map(|&(name, _)| name)
    }

    /// Half bytes on the wire for a length of one.
    pub(super) fn nibbles(self, encoding: Encoding) -> u32 {
        match self {
            Self::Digits => encoding.nibbles_per_unit(),
            Self::Bytes => 2,
            Self::Nibbles => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(encoding: Encoding, text: &str) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        encoding.write(text.as_bytes(), &mut out).then_some(out)
    }

    fn read(encoding: Encoding, bytes: &[u8], nibbles: u32) -> String {
        let mut out = Vec::new();
        encoding.read(bytes, nibbles, &mut out);
        String::from_utf8(out).expect("ASCII")
    }

    #[test]
    fn an_odd_number_of_digits_is_filled_up_on_its_side() {
        assert_eq!(written(Encoding::BcdLeft, "123").as_deref(), Some(&b"\x01\x23"[..]));
        assert_eq!(written(Encoding::BcdRight, "123").as_deref(), Some(&b"\x12\x30"[..]));
        assert_eq!(read(Encoding::BcdLeft, b"\x01\x23", 3), "123");
        assert_eq!(read(Encoding::BcdRight, b"\x12\x3f", 3), "123");
        assert_eq!(written(Encoding::BcdRight, "41=49").as_deref(), Some(&b"\x41\xd4\x90"[..]));
    }

    #[test]
    fn what_an_encoding_lacks_is_refused() {
        assert_eq!(written(Encoding::BcdLeft, "1 2"), None);
        assert_eq!(written(Encoding::Binary, "123"), None);
        assert_eq!(written(Encoding::Hex, "1g"), None);
        assert_eq!(written(Encoding::Ebcdic, "\u{e9}"), None);
        assert_eq!(written(Encoding::EbcdicHex, "a1").as_deref(), Some(&b"\xc1\xf1"[..]));
    }

    #[test]
    fn lengths_in_every_encoding_go_there_and_back() {
        for encoding in
            [LengthEncoding::Ascii, LengthEncoding::Ebcdic, LengthEncoding::Bcd, LengthEncoding::Binary]
        {
            for digits in 1..=6 {
                let size = encoding.size(digits);
                for length in [0, 1, 9, encoding.largest(size) / 2, encoding.largest(size)] {
                    let mut out = Vec::new();
                    encoding.write(length, size, &mut out);
                    assert_eq!(out.len(), usize::from(size));
                    assert_eq!(encoding.read(&out), Some(length), "{encoding:?} {digits}");
                }
            }
        }
        assert_eq!(LengthEncoding::Ascii.read(b"1a"), None);
        assert_eq!(LengthEncoding::Bcd.read(b"\x1a"), None);
        assert_eq!(LengthEncoding::Ebcdic.read(b"11"), None);
    }
}
