//! Why a message cannot be decoded: which field, where, and what belonged there. Never its bytes.

use std::fmt;

/// A failure to decode. The message's offset counts from the first byte that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DecodeError {
    /// The data element; `None` in front of the first one (message type, bitmaps) and behind the last.
    pub element: Option<u8>,
    /// The byte at which something else was expected, counted from 0.
    pub offset: u32,
    /// What was expected there.
    pub expected: Expected,
}

/// What belonged where decoding failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Expected {
    /// Four digits of a known message type.
    Mti,
    /// So many bytes of the message type.
    MtiBytes(u32),
    /// So many bytes of a bitmap.
    BitmapBytes(u32),
    /// Hexadecimal digits of a bitmap.
    BitmapDigits,
    /// At most 192 elements: bits that announce a fourth bitmap are not read.
    NoFurtherBitmap,
    /// An element that the profile describes.
    KnownElement,
    /// So many bytes of a length.
    LengthBytes(u32),
    /// Decimal digits of a length.
    LengthDigits,
    /// A length of at most this.
    LengthAtMost(u32),
    /// So many bytes of a value.
    Bytes(u32),
    /// Nothing: the message has as many bytes too many.
    End(u32),
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.element {
            Some(element) => write!(f, "field {element} at byte {}: ", self.offset)?,
            None => write!(f, "byte {}: ", self.offset)?,
        }
        match self.expected {
            Expected::Mti => f.write_str("four digits of a message type expected"),
            Expected::MtiBytes(bytes) => {
                write!(f, "the {bytes} bytes of a message type expected, found fewer")
            }
            Expected::BitmapBytes(bytes) => write!(f, "the {bytes} bytes of a bitmap expected, found fewer"),
            Expected::BitmapDigits => f.write_str("hexadecimal digits of a bitmap expected"),
            Expected::NoFurtherBitmap => f.write_str("no further bitmap expected"),
            Expected::KnownElement => f.write_str("the profile has no such field"),
            Expected::LengthBytes(bytes) => write!(f, "the {bytes} bytes of a length expected, found fewer"),
            Expected::LengthDigits => f.write_str("a length in decimal digits expected"),
            Expected::LengthAtMost(most) => write!(f, "a length of at most {most}, found more"),
            Expected::Bytes(bytes) => write!(f, "{bytes} bytes of a value expected, found fewer"),
            Expected::End(bytes) => write!(f, "the end of the message expected, found {bytes} bytes more"),
        }
    }
}

impl std::error::Error for DecodeError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_stays_small() {
        assert!(size_of::<DecodeError>() <= 16, "{}", size_of::<DecodeError>());
    }

    #[test]
    fn an_error_is_a_sentence_with_field_and_place() {
        let error = DecodeError { element: Some(35), offset: 57, expected: Expected::LengthAtMost(37) };
        assert_eq!(error.to_string(), "field 35 at byte 57: a length of at most 37, found more");
        let error = DecodeError { element: None, offset: 0, expected: Expected::Mti };
        assert_eq!(error.to_string(), "byte 0: four digits of a message type expected");
    }
}
