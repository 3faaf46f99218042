//! The retrieval reference number (DE37), short enough to travel inside a leg.

use std::fmt;
use std::hash::{Hash, Hasher};

/// A reference number of at most 23 bytes; empty when the log does not tell one.
///
/// Twelve are usual. A longer one keeps its last 23 bytes, where the counting digits stand.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    len: u8,
    bytes: [u8; Self::MAX],
}

impl Reference {
    /// The longest reference in bytes.
    pub const MAX: usize = 23;

    /// Reads a reference from text that is safe to show (see `iso8583::screen`). Nothing but zeros
    /// is none at all: terminals that do not number print them.
    pub fn new(text: &str) -> Self {
        let text = text.trim();
        if text.bytes().all(|byte| byte == b'0') {
            return Self::default();
        }
        let mut start = text.len().saturating_sub(Self::MAX);
        while !text.is_char_boundary(start) {
            start += 1;
        }
        let kept = &text.as_bytes()[start..];
        let mut bytes = [0; Self::MAX];
        bytes[..kept.len()].copy_from_slice(kept);
        Self { len: kept.len() as u8, bytes }
    }

    /// The same of at most twelve digits, as nearly all references are: too few to need a screen. `None` for
    /// anything else.
    #[inline]
    pub fn of_digits(text: &[u8]) -> Option<Self> {
        if text.len() > 12 || !text.iter().all(u8::is_ascii_digit) {
            return None;
        }
        if text.iter().all(|byte| *byte == b'0') {
            return Some(Self::default());
        }
        let mut bytes = [0; Self::MAX];
        bytes[..text.len()].copy_from_slice(text);
        Some(Self { len: text.len() as u8, bytes })
    }

    /// A reference that was one before, just as it was; `None` when it is too long to have been one.
    pub fn kept(text: &str) -> Option<Self> {
        let mut bytes = [0; Self::MAX];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Self { len: text.len() as u8, bytes })
    }

    /// The reference's text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.len)]).unwrap_or_default()
    }

    /// Whether the log tells none.
    pub fn is_absent(&self) -> bool {
        self.len == 0
    }

    /// The number that it is, if it is one of twelve digits as most are; no other reference gives the
    /// same.
    pub fn twelve_digits(&self) -> Option<u64> {
        let text = self.as_str();
        let is_plain = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        is_plain.then(|| text.parse().ok()).flatten()
    }

    /// The reference that was this number ([`Reference::twelve_digits`]).
    pub fn of_twelve_digits(number: u64) -> Self {
        const DIGITS: usize = 12;
        let (mut bytes, mut rest) = ([0; Self::MAX], number);
        for digit in bytes[..DIGITS].iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        Self { len: DIGITS as u8, bytes }
    }

    /// All its bytes, for hashing.
    pub(crate) fn words(&self) -> [u64; 3] {
        [0, 8, 15].map(|at| {
            let mut word = [0; 8];
            word.copy_from_slice(&self.bytes[at..at + 8]);
            u64::from_le_bytes(word)
        })
    }

    /// Equal, or not told on one side.
    pub fn agrees_with(&self, other: &Self) -> bool {
        self == other || self.is_absent() || other.is_absent()
    }
}

/// As three words: hashing 23 bytes one slice at a time took a twentieth of a whole run.
impl Hash for Reference {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [first, second, third] = self.words();
        state.write_u64(first);
        state.write_u64(second);
        state.write_u64(third);
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reference({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_end_of_long_references() {
        assert_eq!(Reference::new(" 180312760317 ").as_str(), "180312760317");
        assert_eq!(Reference::new("abcdefghijklmnopqrstuvwxyz").as_str(), "defghijklmnopqrstuvwxyz");
        assert!(!Reference::new("é".repeat(20).as_str()).as_str().is_empty());
        let odd = Reference::new("x 00000000000000000000000");
        assert_eq!(Reference::kept(odd.as_str()), Some(odd));
        assert_eq!(Reference::kept("abcdefghijklmnopqrstuvwxyz"), None);
    }

    #[test]
    fn twelve_digits_come_back_from_their_number() {
        for (text, number) in [("000000000001", 1), ("180312760317", 180_312_760_317)] {
            assert_eq!(Reference::new(text).twelve_digits(), Some(number));
            assert_eq!(Reference::of_twelve_digits(number).as_str(), text);
        }
        for text in ["", "18031276031", "1803127603170", "18031276031A"] {
            assert_eq!(Reference::new(text).twelve_digits(), None, "{text}");
        }
    }

    #[test]
    fn digits_are_read_as_any_text_is() {
        for text in ["", "0", "000000000000", "1", "000000000012", "180312760317"] {
            assert_eq!(Reference::of_digits(text.as_bytes()), Some(Reference::new(text)), "{text}");
        }
        for text in ["1803127603170", "18031276031A", " 1"] {
            assert_eq!(Reference::of_digits(text.as_bytes()), None, "{text}");
        }
    }

    /// What decides which bucket it is in: all of its bytes, and no others.
    #[test]
    fn references_that_differ_in_any_byte_differ_in_their_words() {
        let text = "ABCDEFGHIJKLMNOPQRSTUVW";
        let reference = Reference::new(text);
        assert_eq!(text.len(), Reference::MAX);
        assert_eq!(reference.words(), Reference::new(text).words());
        for at in 0..Reference::MAX {
            let mut other = text.as_bytes().to_vec();
            other[at] = b'x';
            let other = Reference::new(std::str::from_utf8(&other).expect("ASCII"));
            assert_ne!(other.words(), reference.words(), "byte {at}");
        }
        assert_eq!(Reference::new("ABCDEFGH").words(), [u64::from_le_bytes(*b"ABCDEFGH"), 0, 0]);
        let hash = |of: &str| {
            use std::hash::BuildHasher;
            foldhash::fast::FixedState::with_seed(1).hash_one(Reference::new(of))
        };
        assert!(hash("1") != hash("2") && hash("1") == hash(" 1"));
    }

    #[test]
    fn a_reference_is_shown_as_it_is() {
        let shown = |text: &str| (Reference::new(text).to_string(), format!("{:?}", Reference::new(text)));
        assert_eq!(shown("180312760317"), ("180312760317".to_owned(), "Reference(180312760317)".to_owned()));
        assert_eq!(shown(""), (String::new(), "Reference()".to_owned()));
    }

    #[test]
    fn references_agree_when_equal_or_not_told() {
        let [none, a, b] = ["", "1", "2"].map(Reference::new);
        assert!(none.is_absent() && !a.is_absent());
        for (one, other, agrees) in
            [(a, a, true), (a, b, false), (b, a, false), (none, a, true), (a, none, true), (none, none, true)]
        {
            assert_eq!(one.agrees_with(&other), agrees, "{one} {other}");
        }
    }

    #[test]
    fn zeros_are_no_reference() {
        assert!(Reference::new("000000000000").is_absent());
        assert!(Reference::new("").agrees_with(&Reference::new("1")));
        assert!(!Reference::new("2").agrees_with(&Reference::new("1")));
    }
}
