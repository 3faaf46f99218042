//! Whether decoded values look like what their elements hold: the second half of detection, since
//! wrong profiles sometimes consume a message exactly.
//!
//! Every check asks only for what holds in any network. A value that fails is no error.

use super::ebcdic::is_printable;
use super::element::Content;
use super::encoding::Encoding;
use super::fields::Fields;
use super::profile::Profile;
use crate::icc_data::IccData;
use crate::{Currency, EntryMode, Mti, ResponseCode, looks_like_card};

/// Checks of a message, or of many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Checks {
    passed: u64,
    made: u64,
}

impl Checks {
    fn check(&mut self, passes: bool) {
        self.made += 1;
        self.passed += u64::from(passes);
    }

    /// The share that passed, in thousandths. A message without any is as good as its message type.
    pub(super) fn thousandths(self) -> u32 {
        (1000 * (self.passed + 1) / (self.made + 1)) as u32
    }

    /// Looks at every value of a message that `profile` has decoded.
    pub(super) fn of(profile: &Profile, message: &[u8], fields: &Fields, scratch: &mut Vec<u8>) -> Self {
        let mut checks = Self::default();
        if let Some(mti) = fields.mti() {
            // 9 is for private use, in any version.
            checks.check(mti.version() == profile.version() || mti.version() == 9);
        }
        for element in fields.present().iter() {
            let Some(value) = profile.value(message, fields, element) else { continue };
            if element == 55 && value.content() == Content::Binary {
                checks.check(is_tlv(value.bytes()));
                continue;
            }
            let content = value.content();
            // What EBCDIC has no character for reads as `?`, which would fit nearly everywhere.
            let readable =
                value.encoding() != Encoding::Ebcdic || value.bytes().iter().all(|&byte| is_printable(byte));
            let text = value.text(scratch);
            checks.check(readable && fits(content, text));
            if let Some(passes) = means_something(element, text) {
                checks.check(passes);
            }
        }
        checks
    }
}

/// Whether the characters are those of the content.
fn fits(content: Content, text: &[u8]) -> bool {
    let all = |fits: fn(&u8) -> bool| text.iter().all(fits);
    match content {
        Content::Numeric | Content::Amount => all(u8::is_ascii_digit),
        Content::Signed => text.split_first().is_some_and(|(sign, digits)| {
            b"CDcdXx+-".contains(sign) && digits.iter().all(u8::is_ascii_digit)
        }),
        Content::Alphabetic => all(|byte| byte.is_ascii_alphabetic() || *byte == b' '),
        Content::Alphanumeric => all(|byte| byte.is_ascii_alphanumeric() || *byte == b' '),
        // Names are written in many encodings above ASCII; control characters belong to none.
        Content::Text => all(|byte| *byte >= b' ' && *byte != 0x7f),
        Content::Track => {
            let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
            digits >= 8 || text.starts_with(b";") || text.starts_with(b"%")
        }
        Content::Binary => true,
    }
}

/// Whether a value is possible for its element. `None` where nothing is known of it.
fn means_something(element: u8, text: &[u8]) -> Option<bool> {
    Some(match element {
        2 => looks_like_card(text),
        3 => {
            // Account types end in 0 nearly everywhere.
            text.get(3) == Some(&b'0') && text.get(5) == Some(&b'0')
        }
        7 => text.len() == 10 && is_month_and_day(&text[..4]) && is_time(&text[4..]),
        12 => match text.len() {
            6 => is_time(text),
            12 => is_month_and_day(&text[2..6]) && is_time(&text[6..]),
            14 => is_month_and_day(&text[4..8]) && is_time(&text[8..]),
            _ => false,
        },
        // The day, or in 1993 a month behind its year.
        13 if text.len() == 4 => is_month_and_day(text) || is_month(&text[2..]),
        14 => text.len() == 4 && is_month(&text[2..]),
        15 | 17 if text.len() == 4 => is_month_and_day(text) || text == b"0000",
        22 if text.len() <= 12 => EntryMode::from_de22(text) != EntryMode::Unknown,
        37 => text.iter().filter(|byte| byte.is_ascii_alphanumeric()).count() >= 4,
        39 => ResponseCode::parse(text).is_some(),
        41 | 42 => {
            text.iter().all(|byte| matches!(byte, b' '..=b'~')) && text.iter().any(|byte| *byte != b' ')
        }
        49..=51 if text.len() == 3 => Currency::parse(text).is_some_and(Currency::is_known),
        90 if text.len() == 42 => Mti::parse(&text[..4]).is_some(),
        _ => return None,
    })
}

fn is_tlv(bytes: &[u8]) -> bool {
    let mut scratch = Vec::new();
    IccData::new(bytes, &mut scratch).tags().all(|tag| tag.is_ok())
}

fn is_month(digits: &[u8]) -> bool {
    two(digits).is_some_and(|month| (1..=12).contains(&month))
}

fn is_month_and_day(digits: &[u8]) -> bool {
    is_month(&digits[..2]) && two(&digits[2..]).is_some_and(|day| (1..=31).contains(&day))
}

fn is_time(digits: &[u8]) -> bool {
    let below = |at: usize, limit: u8| two(&digits[at..]).is_some_and(|number| number < limit);
    digits.len() == 6 && below(0, 24) && below(2, 60) && below(4, 60)
}

fn two(digits: &[u8]) -> Option<u8> {
    match digits {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9', ..] => Some((tens - b'0') * 10 + (ones - b'0')),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_held_against_what_their_elements_mean() {
        for (element, good, bad) in [
            (2, "4111111111111111", "4111111111111112"),
            (3, "310000", "123456"),
            (7, "1231235959", "1232235959"),
            (12, "235959", "246060"),
            (12, "261231235959", "261331235959"),
            (13, "1231", "0000"),
            (14, "3012", "3013"),
            (22, "051", "777"),
            (49, "156", "000"),
            (90, "020012345612312359590000000000000000000000", "990012345612312359590000000000000000000000"),
        ] {
            assert_eq!(means_something(element, good.as_bytes()), Some(true), "{element} {good}");
            assert_eq!(means_something(element, bad.as_bytes()), Some(false), "{element} {bad}");
        }
        assert_eq!(means_something(60, b"anything"), None);
    }
}
