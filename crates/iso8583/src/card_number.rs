//! The card number (DE2), in a type that cannot show it.
//!
//! There is no `Display`, no `Debug` and no `Serialize` here, and there must never be: the number
//! leaves this type as a hash, as a keyed token or as its issuer prefix (the first six or eight
//! digits, which PCI DSS 3.4.1 allows), and in no other way.
//!
//! ```compile_fail,E0277
//! let card = posmortem_iso8583::CardNumber::parse(b"4111111111111111").expect("a test number");
//! println!("{card}");
//! ```
//! ```compile_fail,E0277
//! let card = posmortem_iso8583::CardNumber::parse(b"4111111111111111").expect("a test number");
//! println!("{card:?}");
//! ```

/// How much of the number the log shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// Every digit.
    Whole,
    /// First and last digits with a mask between them, as jPOS `protect` writes them.
    Masked,
}

/// A card number borrowed from its record: 12 to 19 digits, or the masked form of that length.
#[derive(Clone, Copy)]
pub struct CardNumber<'b> {
    text: &'b [u8],
    visibility: Visibility,
    leading: u8,
}

impl<'b> CardNumber<'b> {
    /// Reads a number, surrounding spaces ignored. Mask characters are `_`, `*`, `x`, `X`, `.`, `#`
    /// and `?`; at least four digits must show. `None` for anything else (`[WIPED]`, a script).
    #[inline]
    pub fn parse(text: &'b [u8]) -> Option<Self> {
        // Nearly all of them, and worth no second look at any digit.
        if (12..=19).contains(&text.len()) && all_digits(text) {
            return Some(Self { text, visibility: Visibility::Whole, leading: text.len() as u8 });
        }
        if text.is_empty() { None } else { Self::parse_unusual(text) }
    }

    fn parse_unusual(text: &'b [u8]) -> Option<Self> {
        let text = text.trim_ascii();
        if !(8..=19).contains(&text.len()) {
            return None;
        }
        let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
        let masked = text.iter().filter(|byte| b"_*xX.#?".contains(byte)).count();
        if digits + masked != text.len() || digits < 4 || (masked == 0 && digits < 12) {
            return None;
        }
        let visibility = if masked == 0 { Visibility::Whole } else { Visibility::Masked };
        let leading = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        Some(Self { text, visibility, leading: leading as u8 })
    }

    /// Whether every digit shows.
    pub fn visibility(&self) -> Visibility {
        self.visibility
    }

    /// The issuer prefix: the first `digits` digits, or eight where the log shows them and else six
    /// when `digits` is `None`. `None` when the mask begins earlier.
    ///
    /// At most eight digits ever leave: more is not a prefix but part of the account number.
    pub fn issuer_prefix(&self, digits: Option<u8>) -> Option<&'b str> {
        let wanted = match digits {
            Some(digits) => digits.min(8),
            None if self.leading >= 8 => 8,
            None => 6,
        };
        let prefix = self.text.get(..usize::from(wanted)).filter(|_| self.leading >= wanted)?;
        std::str::from_utf8(prefix).ok()
    }

    /// The same as a number: the first digit in the lowest byte, 0 for none. For those who look it up often.
    #[inline]
    pub fn issuer_word(&self, digits: Option<u8>) -> u64 {
        let wanted = u32::from(match digits {
            Some(digits) => digits.min(8),
            None if self.leading >= 8 => 8,
            None => 6,
        });
        // No number has fewer than eight characters.
        match self.text.first_chunk::<8>() {
            Some(first) if u32::from(self.leading) >= wanted => {
                u64::from_le_bytes(*first) & u64::MAX.checked_shr(64 - 8 * wanted).unwrap_or(0)
            }
            _ => 0,
        }
    }

    /// A hash of the visible digits by the caller's keyed function, which must not keep them; `extra`
    /// joins it for masked numbers (the expiry date, where the log shows one), since six plus four
    /// digits alone collide.
    #[inline]
    pub fn hash_with(&self, keyed: impl Fn(&[u8]) -> u64, extra: &[u8]) -> u64 {
        match self.visibility {
            Visibility::Whole => keyed(self.text),
            Visibility::Masked => keyed(&self.masked_identity(extra)),
        }
    }

    /// Feeds the number to a keyed one-way function (HMAC), every mask character as `*`. The closure
    /// must not keep what it is given.
    pub fn feed(&self, mut one_way: impl FnMut(&[u8])) {
        match self.visibility {
            Visibility::Whole => one_way(self.text),
            Visibility::Masked => {
                for byte in self.text {
                    one_way(if byte.is_ascii_digit() { std::slice::from_ref(byte) } else { b"*" });
                }
            }
        }
    }

    /// Length, digits before and after the mask, and what else tells numbers apart; a byte that is no
    /// digit stands first, so that no whole number is mistaken for it.
    fn masked_identity(&self, extra: &[u8]) -> Vec<u8> {
        let (before, behind) = self.visible_ends();
        [&[b'*', self.text.len() as u8], before, b"*", behind, b"*", extra].concat()
    }

    /// The digits before and after the mask. Logs differ in the mask's character, not in these.
    fn visible_ends(&self) -> (&'b [u8], &'b [u8]) {
        let tail = self.text.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        (&self.text[..usize::from(self.leading)], &self.text[self.text.len() - tail..])
    }
}

/// Whether eight bytes or more are digits, eight at a time: the last eight overlap those before.
#[inline]
fn all_digits(text: &[u8]) -> bool {
    let strange = |word: &[u8; 8]| {
        let values = u64::from_le_bytes(*word) ^ 0x3030_3030_3030_3030;
        // A value above 9 carries into its high half or has bits there already.
        (values | values.wrapping_add(0x0606_0606_0606_0606)) & 0xf0f0_f0f0_f0f0_f0f0
    };
    let Some(last) = text.last_chunk() else { return false };
    text.as_chunks().0.iter().fold(strange(last), |any, word| any | strange(word)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hash::{BuildHasher, RandomState};

    fn card(text: &str) -> CardNumber<'_> {
        CardNumber::parse(text.as_bytes()).unwrap_or_else(|| panic!("not read: {} characters", text.len()))
    }

    #[test]
    fn a_prefix_as_a_word_is_its_text() {
        for text in ["4111111111111111", "411111______1112", "41111*******1112", "411111111111"] {
            let card = CardNumber::parse(text.as_bytes()).expect("a test number");
            for digits in [None, Some(0), Some(5), Some(6), Some(8), Some(9)] {
                let mut word = [0; 8];
                let prefix = card.issuer_prefix(digits).unwrap_or_default();
                word[..prefix.len()].copy_from_slice(prefix.as_bytes());
                assert_eq!(card.issuer_word(digits), u64::from_le_bytes(word), "{text} {digits:?}");
            }
        }
    }

    #[test]
    fn whole_and_masked_numbers_are_told_apart() {
        assert_eq!(card("4111111111111111").visibility(), Visibility::Whole);
        assert_eq!(card(" 411111______1111 ").visibility(), Visibility::Masked);
        assert_eq!(card("411111******1111").visibility(), Visibility::Masked);
        for text in [
            "",
            "[WIPED]",
            "!PAN ",
            "12345678",
            "41111111111111111111",
            "________________",
            "4111-1111-1111-1111",
        ] {
            assert!(CardNumber::parse(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn the_prefix_is_eight_digits_where_they_show_and_else_six() {
        assert_eq!(card("4111111111111111").issuer_prefix(None), Some("41111111"));
        assert_eq!(card("411111______1111").issuer_prefix(None), Some("411111"));
        assert_eq!(card("41111111____1111").issuer_prefix(Some(6)), Some("411111"));
        assert_eq!(card("411111______1111").issuer_prefix(Some(8)), None);
        assert_eq!(card("4111111111111111").issuer_prefix(Some(19)), Some("41111111"));
    }

    #[test]
    fn every_digit_and_the_length_decide_the_identity() {
        let state = RandomState::new();
        let key = |bytes: &[u8]| state.hash_one(bytes);
        let mut seen = std::collections::HashSet::new();
        for len in 12..=19 {
            let digits = vec![b'4'; len];
            assert!(seen.insert(CardNumber::parse(&digits).unwrap().hash_with(key, b"")));
            for at in 0..len {
                let mut other = digits.clone();
                other[at] = b'7';
                assert!(seen.insert(CardNumber::parse(&other).unwrap().hash_with(key, b"")), "{at} of {len}");
            }
        }
    }

    #[test]
    fn masks_of_every_make_give_one_identity() {
        let state = RandomState::new();
        let key = |bytes: &[u8]| state.hash_one(bytes);
        let identity = |text| card(text).hash_with(key, b"2812");
        assert_eq!(identity("411111______1111"), identity("411111******1111"));
        assert_ne!(identity("411111______1111"), identity("411111______1112"));
        assert_ne!(card("411111______1111").hash_with(key, b"2901"), identity("411111______1111"));
        assert_ne!(identity("4111111111111111"), identity("411111______1111"));
    }
}
