//! DE55: two of its tags, found without reading the rest.
//!
//! This is no BER-TLV parser: it steps over what stands in front of a tag and gives up where a length
//! leads beyond the field. Card data in other tags is stepped over and has no accessor. Meanings of
//! bits: EMV Book 3, Annex C.

/// Terminal verification results: five bytes that the terminal sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tvr([u8; 5]);

impl Tvr {
    /// Reads ten hexadecimal digits.
    pub fn parse(hex: &[u8]) -> Option<Self> {
        value(hex.trim_ascii()).map(Self)
    }

    /// The tag 95 of a DE55 in hexadecimal digits.
    pub fn of_icc_data(hex: &[u8]) -> Option<Self> {
        value(find(hex.trim_ascii(), 0x95)?).map(Self)
    }

    /// Byte 1, bit 6.
    pub fn icc_data_missing(self) -> bool {
        self.0[0] & 0x20 != 0
    }

    /// Byte 3, bit 5: PIN entry required, and the PIN pad is not there or not working.
    pub fn pin_pad_not_working(self) -> bool {
        self.0[2] & 0x10 != 0
    }

    /// Byte 3, bit 4: PIN entry required, the PIN pad is there, and no PIN was entered.
    pub fn pin_bypassed(self) -> bool {
        self.0[2] & 0x08 != 0
    }

    /// Byte 3, bit 3.
    pub fn online_pin_entered(self) -> bool {
        self.0[2] & 0x04 != 0
    }
}

/// The authorisation response code (tag 8A) of a DE55 in hexadecimal digits: `Y3` and `Z3` are the
/// terminal's own, where it could not go online.
pub fn authorisation_response(icc_data: &[u8]) -> Option<[u8; 2]> {
    value(find(icc_data.trim_ascii(), 0x8a)?)
}

/// The digits of a tag's value.
fn find(hex: &[u8], wanted: u32) -> Option<&[u8]> {
    let mut rest = hex;
    while !rest.is_empty() {
        let (first, behind) = byte(rest)?;
        rest = behind;
        let mut tag = u32::from(first);
        // Five low bits set: the tag goes on in a second byte. None of three bytes is in use.
        if first & 0x1f == 0x1f {
            let (second, behind) = byte(rest)?;
            tag = tag << 8 | u32::from(second);
            rest = behind;
        }
        let (length, behind) = byte(rest)?;
        rest = behind;
        let length = match length {
            0..=0x7f => usize::from(length),
            0x81 => {
                let (length, behind) = byte(rest)?;
                rest = behind;
                usize::from(length)
            }
            _ => return None,
        };
        let value = rest.get(..2 * length)?;
        if tag == wanted {
            return Some(value);
        }
        rest = &rest[2 * length..];
    }
    None
}

fn byte(hex: &[u8]) -> Option<(u8, &[u8])> {
    let (digits, rest) = hex.split_first_chunk::<2>()?;
    let digit = |at: usize| (digits[at] as char).to_digit(16);
    Some(((digit(0)? << 4 | digit(1)?) as u8, rest))
}

fn value<const N: usize>(hex: &[u8]) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let mut rest = hex;
    for place in &mut bytes {
        (*place, rest) = byte(rest)?;
    }
    rest.is_empty().then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_found_behind_others_and_not_inside_of_them() {
        // 9F26 holds bytes that look like the tag.
        let data = b"9F26089505FFFFFFFFFF009F2701809505200018000082025C00";
        let tvr = Tvr::of_icc_data(data).expect("tag 95");
        assert_eq!(tvr, Tvr([0x20, 0, 0x18, 0, 0]));
        assert!(tvr.icc_data_missing() && tvr.pin_pad_not_working() && tvr.pin_bypassed());
        assert!(!tvr.online_pin_entered());
        assert_eq!(Tvr::parse(b" 0000040000 "), Some(Tvr([0, 0, 4, 0, 0])));
        assert!(Tvr([0, 0, 4, 0, 0]).online_pin_entered());
        assert_eq!(authorisation_response(b"9F2701408A025933"), Some(*b"Y3"));
    }

    #[test]
    fn what_is_broken_has_no_tags() {
        for text in
            ["", "9", "95", "9505", "950500000000", "9504000000008A025A33", "zz05", "9F", "8405AA", "5A83"]
        {
            assert_eq!(Tvr::of_icc_data(text.as_bytes()), None, "{text}");
        }
        for text in ["", "00000000", "000000000000", "000000000g"] {
            assert_eq!(Tvr::parse(text.as_bytes()), None, "{text}");
        }
        // A long form of one byte is stepped over, any other ends the search.
        let long = format!("9F1081{:02X}{}95050000000000", 200, "00".repeat(200));
        assert!(Tvr::of_icc_data(long.as_bytes()).is_some());
        assert_eq!(Tvr::of_icc_data(b"9F10820001009505000000000"), None);
    }
}
