//! DE39 as it stands in a message. What a code means is the business of the crate `classify`.

use std::fmt;

use crate::Mti;

/// A response code: one to eight letters or digits, as the log has it, letters raised.
///
/// Eight characters cover every published table (the longest is five) and are too short for a card
/// number, so that a column mapped wrongly cannot carry one into a report.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResponseCode([u8; 8]);

impl ResponseCode {
    /// The longest code in characters.
    pub const MAX: usize = 8;

    /// Reads a code, surrounding spaces ignored. `None` when it is empty, too long or has another
    /// character than a letter or a digit.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let text = text.trim_ascii();
        if text.is_empty() || text.len() > Self::MAX || !text.iter().all(u8::is_ascii_alphanumeric) {
            return None;
        }
        let mut code = [0; Self::MAX];
        code[..text.len()].copy_from_slice(text);
        code.make_ascii_uppercase();
        Some(Self(code))
    }

    /// A lone digit with the leading zero that a spreadsheet took from it, as codes of two characters
    /// have it; any other code as it is.
    #[must_use]
    pub fn padded(self) -> Self {
        match self.0 {
            [digit @ b'0'..=b'9', 0, ..] => {
                let mut code = [0; Self::MAX];
                (code[0], code[1]) = (b'0', digit);
                Self(code)
            }
            _ => self,
        }
    }

    /// The code as messages of the MTI's version have it: those of 1993 and 2003 have more than two characters, so that
    /// a lone digit has lost nothing there. Without an MTI it is read as of 1987.
    #[must_use]
    pub fn in_message(self, mti: Option<Mti>) -> Self {
        if mti.map_or(0, Mti::version) == 0 { self.padded() } else { self }
    }

    /// The code's characters.
    pub fn as_str(&self) -> &str {
        let len = self.0.iter().position(|&byte| byte == 0).unwrap_or(Self::MAX);
        std::str::from_utf8(&self.0[..len]).unwrap_or_default()
    }
}

impl fmt::Display for ResponseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for ResponseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResponseCode({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_keep_their_characters() {
        for (text, code) in
            [("00", "00"), (" 51 ", "51"), ("n7", "N7"), ("1803", "1803"), ("20512345", "20512345")]
        {
            assert_eq!(ResponseCode::parse(text.as_bytes()).unwrap().as_str(), code);
        }
    }

    #[test]
    fn lone_digits_get_their_zero_back() {
        let padded = |text: &str| ResponseCode::parse(text.as_bytes()).unwrap().padded().as_str().to_owned();
        assert_eq!(["5", "05", "51", "N"].map(padded), ["05", "05", "51", "N"]);
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for text in ["", "  ", "4111111111111111", "5-1", "!RC", "123456789"] {
            assert_eq!(ResponseCode::parse(text.as_bytes()), None, "{text}");
        }
    }
}
