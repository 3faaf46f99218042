//! Text from a log on its way to an eye or a file: control characters made visible, anything that
//! could be card data covered.
//!
//! This is the last wall, not the first: fields that hold card data never come here. It catches
//! numbers in places where they do not belong (a terminal id, a free text, a column mapped wrongly).

use crate::digit_run::{DigitRun, holds_number};
use crate::masked_run::MaskedRun;
use crate::writing::{Plain, find_encoded, find_packed, read_inside};
use std::borrow::Cow;
use std::ops::Range;

/// Log text as it may be shown: invalid UTF-8 and control or direction characters escaped
/// (`\x1b`), runs of digits that could be a card number covered by `*` in place, together with
/// the track data behind them. Digits may be grouped, of another script, escaped, or encoded: hexadecimal digits,
/// base64, EBCDIC, packed. Of a masked number that shows too much, what is too much is covered.
pub fn screen(text: &[u8]) -> Cow<'_, str> {
    match cover_cards(text) {
        Some(covered) => Cow::Owned(escape_controls(&covered).into_owned()),
        None => escape_controls(text),
    }
}

/// `None` when there is nothing to cover, which is nearly always and costs no allocation.
fn cover_cards(text: &[u8]) -> Option<Vec<u8>> {
    // Packed digits are half as long, and no text.
    if text.len() < 7 || text.len() < 13 && text.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        return None;
    }
    // Ids of merchants, the commonest long text of all: one number, too short to hide another.
    if text.len() <= 16 && text.iter().all(u8::is_ascii_digit) && !holds_number(text) {
        return None;
    }
    let plain = Plain::of(text);
    let read = plain.as_ref().map_or(text, |plain| &plain.bytes);
    let mut covered: Option<Vec<u8>> = None;
    let mut cover = |place: Range<usize>| covered.get_or_insert_with(|| text.to_vec())[place].fill(b'*');
    find_card_like(read, |place| {
        cover(plain.as_ref().map_or(place.clone(), |plain| plain.place(place)));
    });
    // As it stands, too: what is read from an escape must not join a number and hide it.
    if plain.is_some() {
        find_card_like(text, &mut cover);
    }
    find_packed(text, |read, place| {
        if is_read_as_card(read) {
            cover(place);
        }
    });
    covered
}

/// Tells every piece of a text in plain writing that must not be shown.
fn find_card_like(text: &[u8], mut tell: impl FnMut(Range<usize>)) {
    let mut at = 0;
    while let Some(start) = text[at..].iter().position(u8::is_ascii_digit).map(|found| at + found) {
        at = match MaskedRun::at(text, start) {
            Some(masked) => {
                masked.tell_shown(&mut tell);
                masked.end
            }
            None => {
                let run = DigitRun::at(text, start);
                if run.holds_card() {
                    run.tell_covered(text, &mut tell);
                }
                run.end
            }
        };
    }
    find_encoded(text, |read, place| {
        if is_read_as_card(read) {
            tell(place);
        }
    });
}

/// Whether plain text holds what must not be shown.
fn holds_card_like(text: &[u8]) -> bool {
    let mut at = 0;
    while let Some(start) = text[at..].iter().position(u8::is_ascii_digit).map(|found| at + found) {
        let (is_card, end) = match MaskedRun::at(text, start) {
            Some(masked) => (masked.shows_too_much() || masked.shows_track(), masked.end),
            None => {
                let run = DigitRun::at(text, start);
                (run.holds_card(), run.end)
            }
        };
        if is_card {
            return true;
        }
        at = end;
    }
    false
}

fn is_read_as_card(text: &[u8]) -> bool {
    read_inside(text, &|plain| holds_card_like(plain).then_some(())).is_some()
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

/// Control characters (C0, DEL, C1) and the invisible ones that reorder, join or hide text.
fn is_unsafe_to_show(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
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
            ("0378282246310005", "************0005"),
            ("0000378282246310005", "***************0005"),
            ("8600490000000000", "************0000"),
            ("343131312d313131312d313131312d31313131", &"*".repeat(38)),
            ("NDExMSAxMTExIDExMTEgMTExMQ==", "**************************=="),
            ("1 4111:1111:1111:1111", "*****************1111"),
            ("05 134222222222222", "**************2222"),
            ("134222222222222", "***********2222"),
            ("15378282246310005", "*************0005"),
            ("4111:1111:1111:1111", "***************1111"),
            ("4111\u{a0}1111\u{2011}1111\u{200b}1111", "********************1111"),
            ("４１１１１１１１１１１１１１１１.", "************************************１１１１."),
            ("pan \\u0034111111111111111", "pan *****************1111"),
            ("&#52;378282246310005", "&#52;***********0005"),
            ("id=34313131313131313131313131313131;", "id=********************************;"),
            ("F4F1F1F1F1F1F1F1F1F1F1F1F1F1F1F1", "********************************"),
            ("NDExMTExMTExMTExMTExMQ==", "**********************=="),
            ("33343331333133313331333133313331333133313331333133313331333133313331", &"*".repeat(68)),
            ("41111111111*1111", "411111******1111"),
            ("4111 1111 111* 1111", "4111 11** **** 1111"),
            ("411111******1111D49122010000", "411111******1111************"),
            ("A\u{11}\u{11}\u{11}\u{11}\u{11}\u{11}\u{11}", "********"),
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
        assert_eq!(screen(b"4012\xbc8888 8888 1881"), "***************1881");
        assert_eq!(screen(b"\xff\xfeok"), "\\xff\\xfeok");
        assert_eq!(screen("x\u{202e}y\u{61c}\u{e0041}".as_bytes()), "x\\u{202e}y\\u{61c}\\u{e0041}");
        assert_eq!(screen("\u{9b}31m\u{1b}]8;;http://x\u{7}".as_bytes()), "\\u{9b}31m\\x1b]8;;http://x\\x07");
        assert_eq!(screen(b"\x9b31m"), "\\x9b31m");
    }
}
