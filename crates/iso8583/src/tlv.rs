//! BER-TLV, borrowed: the tags of field 55 one after another, without allocation.
//!
//! Tags of one to three bytes, lengths of up to four bytes behind their first; a length is held against
//! the bytes that are there. What is constructed (70, 71, 72, 77) is one value here, into which the
//! caller may go down with [`Tlvs::new`]. Values have no `Debug`: some are card data.

use std::fmt;

/// The data objects in some bytes, in their order. Ends after the first error.
#[derive(Clone)]
pub struct Tlvs<'b> {
    bytes: &'b [u8],
    at: usize,
}

/// One data object.
#[derive(Clone, Copy)]
pub struct Tlv<'b> {
    /// Its bytes as a number: 0x95, 0x9F26, 0xDF8129.
    pub tag: u32,
    /// Its value.
    pub value: &'b [u8],
}

/// Where bytes are no BER-TLV, counted from 0, and why. Never the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlvError {
    /// The first byte of the data object at fault.
    pub offset: u32,
    /// Its tag, where that could be read.
    pub tag: Option<u32>,
    /// What is wrong with it.
    pub fault: TlvFault,
}

/// What is wrong with a data object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlvFault {
    /// The tag does not end, or has more than three bytes.
    Tag,
    /// The length does not end, or is in a form that EMV does not have.
    Length,
    /// The length leads beyond the bytes that are there.
    Value,
}

impl<'b> Tlvs<'b> {
    /// Reads `bytes` from their beginning.
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn read(&mut self) -> Result<Tlv<'b>, TlvError> {
        let offset = self.at as u32;
        let fail = |tag, fault| TlvError { offset, tag, fault };
        let tag = self.tag().ok_or(fail(None, TlvFault::Tag))?;
        let length = self.length().ok_or(fail(Some(tag), TlvFault::Length))?;
        let value = self.bytes[self.at..].get(..length).ok_or(fail(Some(tag), TlvFault::Value))?;
        self.at += length;
        Ok(Tlv { tag, value })
    }

    fn tag(&mut self) -> Option<u32> {
        let mut tag = u32::from(self.byte()?);
        if tag & 0x1f != 0x1f {
            return Some(tag);
        }
        for _ in 0..2 {
            let byte = self.byte()?;
            tag = tag << 8 | u32::from(byte);
            if byte & 0x80 == 0 {
                return Some(tag);
            }
        }
        None
    }

    fn length(&mut self) -> Option<usize> {
        match self.byte()? {
            length @ 0..=0x7f => Some(usize::from(length)),
            long @ 0x81..=0x84 => {
                let mut length = 0_u32;
                for _ in 0..long & 0x7f {
                    length = length << 8 | u32::from(self.byte()?);
                }
                usize::try_from(length).ok()
            }
            _ => None,
        }
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.at).copied()?;
        self.at += 1;
        Some(byte)
    }
}

impl<'b> Iterator for Tlvs<'b> {
    type Item = Result<Tlv<'b>, TlvError>;

    fn next(&mut self) -> Option<Self::Item> {
        // Zeros may stand before, between and behind data objects (EMV Book 3, Annex B).
        self.at += self.bytes[self.at..].iter().take_while(|&&byte| byte == 0).count();
        if self.at == self.bytes.len() {
            return None;
        }
        let read = self.read();
        if read.is_err() {
            self.at = self.bytes.len();
        }
        Some(read)
    }
}

impl Tlv<'_> {
    /// Whether the value is made of data objects itself.
    pub fn is_constructed(&self) -> bool {
        let first = match self.tag {
            tag @ 0..=0xff => tag,
            tag @ 0x100..=0xffff => tag >> 8,
            tag => tag >> 16,
        };
        first & 0x20 != 0
    }
}

impl fmt::Display for TlvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.tag {
            Some(tag) => write!(f, "tag {tag:02X} at byte {}: ", self.offset)?,
            None => write!(f, "byte {}: ", self.offset)?,
        }
        f.write_str(match self.fault {
            TlvFault::Tag => "a tag of one to three bytes expected",
            TlvFault::Length => "a length of one to five bytes expected",
            TlvFault::Value => "as many bytes as the length says expected, found fewer",
        })
    }
}

impl std::error::Error for TlvError {}

#[cfg(test)]
mod tests {
    use super::*;

    type Read<'b> = Result<(u32, &'b [u8]), (u32, TlvFault)>;

    fn read(bytes: &[u8]) -> Vec<Read<'_>> {
        Tlvs::new(bytes)
            .map(|tlv| tlv.map(|tlv| (tlv.tag, tlv.value)).map_err(|error| (error.offset, error.fault)))
            .collect()
    }

    #[test]
    fn tags_and_lengths_of_every_size() {
        assert_eq!(read(b"\x95\x01\xaa\0\0\x9f\x26\0"), [Ok((0x95, &b"\xaa"[..])), Ok((0x9f26, &b""[..]))]);
        assert_eq!(read(b"\xdf\x81\x29\x81\x01\x05"), [Ok((0xdf8129, &b"\x05"[..]))]);
        assert_eq!(read(b"\x71\x84\0\0\0\x02\x01\x02\0"), [Ok((0x71, &b"\x01\x02"[..]))]);
        assert_eq!(read(b""), []);
        assert!(Tlv { tag: 0x71, value: b"" }.is_constructed());
        assert!(!Tlv { tag: 0x9f26, value: b"" }.is_constructed());
        assert!(Tlv { tag: 0xff8105, value: b"" }.is_constructed());
    }

    #[test]
    fn lengths_are_never_trusted() {
        assert_eq!(read(b"\x82\0\x95\x05\0"), [Ok((0x82, &b""[..])), Err((2, TlvFault::Value))]);
        assert_eq!(read(b"\x95\x84\xff\xff\xff\xff\0"), [Err((0, TlvFault::Value))]);
        assert_eq!(read(b"\x95\x80"), [Err((0, TlvFault::Length))]);
        assert_eq!(read(b"\x95\x85\0\0\0\0\0"), [Err((0, TlvFault::Length))]);
        assert_eq!(read(b"\x95\x82\0"), [Err((0, TlvFault::Length))]);
        assert_eq!(read(b"\x9f"), [Err((0, TlvFault::Tag))]);
        assert_eq!(read(b"\x9f\x81\x81\x01"), [Err((0, TlvFault::Tag))]);
        let error = Tlvs::new(b"\x9f\x26\x05").next().expect("one").err().expect("an error");
        assert_eq!(
            error.to_string(),
            "tag 9F26 at byte 0: as many bytes as the length says expected, found fewer"
        );
    }
}
