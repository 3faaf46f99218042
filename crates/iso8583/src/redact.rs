//! Text from a log on its way to an eye or a file: control characters made visible, anything that
//! could be card data covered.
//!
//! This is the last wall, not the first: fields that hold card data never come here. It catches
//! numbers in places where they do not belong (a terminal id, a free text, a column mapped wrongly).

use std::borrow::Cow;

/// Whether these 13 to 19 digits could be a card number: they begin like one and Luhn's check holds.
/// One in ten numbers that begin so passes by chance, so ids may be covered needlessly; the reverse
/// would be worse.
pub fn looks_like_card(digits: &[u8]) -> bool {
    let begins_like_one = match digits {
        // 15 digits are American Express alone; merchant ids have that length too.
        _ if digits.len() == 15 => matches!(&digits[..2], b"34" | b"37"),
        // RuPay has 81 and 82 beside the international ranges, Troy 9792.
        [b'2'..=b'6', ..] | [b'8', b'1' | b'2', ..] | [b'9', b'7', b'9', b'2', ..] => true,
        _ => false,
    };
    (13..=19).contains(&digits.len()) && begins_like_one && luhn(digits)
}

/// Whether the last digit is the check digit of the others (ISO/IEC 7812-1 annex B).
pub(crate) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let digit = u32::from(digit.wrapping_sub(b'0'));
            match digit * 2 {
                _ if at.is_multiple_of(2) => digit,
                double @ 0..10 => double,
                double => double - 9,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Log text as it may be shown: invalid UTF-8 and control or direction characters escaped
/// (`\x1b`), runs of digits that could be a card number covered by `*` in place, together with
/// the track data behind them. Digits may be grouped.
pub fn screen(text: &[u8]) -> Cow<'_, str> {
    match cover_cards(text) {
        Some(covered) => Cow::Owned(escape_controls(&covered).into_owned()),
        None => escape_controls(text),
    }
}

/// `None` when there is nothing to cover, which is nearly always and costs no allocation.
fn cover_cards(text: &[u8]) -> Option<Vec<u8>> {
    if text.len() < 13 {
        return None;
    }
    // Ids of merchants, the commonest long text of all: one number, too short to hide another.
    if text.len() <= 16 && text.iter().all(u8::is_ascii_digit) && !looks_like_card(text) {
        return None;
    }
    let mut covered: Option<Vec<u8>> = None;
    let mut at = 0;
    while at < text.len() {
        if !text[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let run = DigitRun::at(text, at);
        if run.holds_card(&text[at..run.end]) {
            run.cover(&mut covered.get_or_insert_with(|| text.to_vec())[at..run.end]);
        }
        at = run.end;
    }
    covered
}

/// Digits from `start`, grouped or not, up to `end`; a track separator and its data belong to them.
struct DigitRun {
    digits: Vec<u8>,
    end: usize,
    is_track: bool,
}

impl DigitRun {
    fn at(text: &[u8], start: usize) -> Self {
        let mut digits = Vec::with_capacity(19);
        let mut end = start;
        while end < text.len() {
            if text[end].is_ascii_digit() {
                digits.push(text[end]);
                end += 1;
            } else {
                // Groups stand apart by one separator or two.
                let between = text[end..].iter().take(3).take_while(|byte| b" -./_".contains(byte)).count();
                if between == 0 || !text.get(end + between).is_some_and(u8::is_ascii_digit) {
                    break;
                }
                end += between;
            }
        }
        let data = if digits.len() >= 13 { track_data(&text[end..]) } else { 0 };
        Self { digits, end: end + data, is_track: data > 4 }
    }

    /// What looks like a track holds a card number, whatever its check digit says. In a run longer
    /// than sixteen digits one may stand with something before or behind it (a length, another
    /// number); a shorter one is tested as a whole, since ids of merchants and terminals have that
    /// length and some part of them would often pass by chance. A number that stands for itself is one, whatever
    /// follows: a date behind a space or a dash must not hide it.
    fn holds_card(&self, text: &[u8]) -> bool {
        let inside = |len: usize| self.digits.len() > 16 && self.digits.windows(len).any(looks_like_card);
        let alone = || text.split(|byte| !byte.is_ascii_digit()).any(looks_like_card);
        self.is_track
            || looks_like_card(&self.digits)
            || inside(16)
            || (self.digits.len() > 19 && inside(15))
            || (self.digits.len() > 13 && alone())
    }

    /// Covers a track whole, and a number but for its last four digits, which may be shown (PCI DSS
    /// 3.4.1) and keep one covered id apart from another.
    fn cover(&self, text: &mut [u8]) {
        let kept = if self.is_track { 0 } else { 4 };
        let digits_left = text.iter().filter(|byte| byte.is_ascii_digit()).count();
        let mut covered = 0;
        for byte in text {
            if byte.is_ascii_digit() {
                covered += 1;
            }
            if covered + kept <= digits_left || !byte.is_ascii_digit() {
                *byte = b'*';
            }
        }
    }
}

/// How many bytes behind a card number belong to its track: on track 2 the digits behind `=` or `D`,
/// on track 1 the name and all the rest up to `?`.
fn track_data(behind: &[u8]) -> usize {
    match behind.first() {
        Some(b'=' | b'D' | b'd') => {
            1 + behind[1..].iter().take_while(|byte| byte.is_ascii_digit() || b"_*".contains(byte)).count()
        }
        Some(b'^') => behind.iter().position(|&byte| byte == b'?').map_or(behind.len(), |end| end + 1),
        _ => 0,
    }
}

/// Whether a text is one word of a switch's own vocabulary, such as `card.not.found`: at most 40
/// small letters in parts joined by dots or underscores. Of what a switch says in its own words only
/// such a word may be kept: free text may hold anything, dates and names of the card among them.
pub fn is_switch_word(text: &[u8]) -> bool {
    let is_part = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_lowercase);
    let mut parts = text.split(|byte| matches!(byte, b'.' | b'_'));
    text.len() <= 40 && parts.clone().count() > 1 && parts.all(is_part)
}

/// Text with invalid UTF-8 as `\xNN` and control and direction characters as `\xNN` or `\u{NNNN}`,
/// so that a log can neither drive a terminal nor break a line of output.
pub fn escape_controls(text: &[u8]) -> Cow<'_, str> {
    let is_plain = text.iter().all(|byte| matches!(byte, b' '..=b'~'));
    match std::str::from_utf8(text) {
        Ok(clean) if is_plain => Cow::Borrowed(clean),
        Ok(clean) if !clean.chars().any(is_unsafe_to_show) => Cow::Borrowed(clean),
        _ => Cow::Owned(escaped(text)),
    }
}

fn escaped(text: &[u8]) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(text.len() + 8);
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            let written = match c {
                _ if !is_unsafe_to_show(c) => out.write_char(c),
                '\0'..='\x7f' => write!(out, "\\x{:02x}", u32::from(c)),
                _ => write!(out, "\\u{{{:x}}}", u32::from(c)),
            };
            debug_assert!(written.is_ok(), "a String takes every character");
        }
        for byte in chunk.invalid() {
            let written = write!(out, "\\x{byte:02x}");
            debug_assert!(written.is_ok(), "a String takes every character");
        }
    }
    out
}

/// Control characters (C0, DEL, C1) and the invisible ones that reorder or join text.
fn is_unsafe_to_show(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Whether a text has the form of a PIN block: sixteen hexadecimal digits, letters among them. In the place of
/// an id that is one in the wrong column; cryptograms look the same, and are told apart by where they stand.
pub fn looks_like_pin_block(text: &[u8]) -> bool {
    let is_hex = text.len() == 16 && text.iter().all(u8::is_ascii_hexdigit);
    is_hex && text.iter().any(u8::is_ascii_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_numbers_are_covered_wherever_they_stand() {
        for (text, shown) in [
            ("4111111111111111", "************1111"),
            ("no card 4111111111111111 found", "no card ************1111 found"),
            ("4111 1111 1111 1111!", "***************1111!"),
            ("4111-1111-1111-1111", "***************1111"),
            ("4111.1111.1111.1111", "***************1111"),
            ("4111  1111  1111  1111", "******************1111"),
            ("4111111111111111=49122010000", "****************************"),
            ("4111111111111111D49122010000.", "****************************."),
            ("4111111111111112=28122010000", "****************************"),
            ("%B4111111111111111^DOE/JANE^28122010000?.", "%B**************************************."),
            ("164111111111111111", "**************1111"),
            ("378282246310005", "***********0005"),
            ("4222222222222-11-21", "**************11*21"),
        ] {
            assert_eq!(screen(text.as_bytes()), shown);
        }
    }

    #[test]
    fn ids_and_references_stay() {
        for text in [
            "29110001",
            "180312760317",
            "898310154110001",
            "4111111111111112",
            "2026-11-21 00:00:00.000",
            "中国",
        ] {
            assert_eq!(screen(text.as_bytes()), text);
        }
        // Merchant ids of fifteen digits, of which none may be taken for a card number.
        let covered =
            (0..10_000).filter(|id| screen(format!("8983101541{id:05}").as_bytes()).contains('*')).count();
        assert_eq!(covered, 0);
    }

    #[test]
    fn only_words_of_a_vocabulary_are_switch_words() {
        for text in ["card.not.found", "extra_fields", "a.b"] {
            assert!(is_switch_word(text.as_bytes()), "{text}");
        }
        for text in ["", "declined", "Invalid CVV", "expiry.1001", "a..b", ".a", "doe-jane", "DOE.JANE"] {
            assert!(!is_switch_word(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn control_characters_become_visible() {
        assert_eq!(screen(b"T1\x1b[2J"), "T1\\x1b[2J");
        assert_eq!(screen(b"a\tb\nc\0"), "a\\x09b\\x0ac\\x00");
        assert_eq!(screen(b"\xff\xfeok"), "\\xff\\xfeok");
        assert_eq!(screen("x\u{202e}y".as_bytes()), "x\\u{202e}y");
    }
}
