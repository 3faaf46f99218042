//! Card data in places where it should not stand: numbers in clear and tracks, found by their form.
//!
//! A number begins as some issuer's do, is as long, and has the right check digit; a track is a number
//! with expiry date and service code behind it, and needs no check digit. One in ten numbers that
//! begin so passes the check by chance, so both are told: what begins like a card, and what passes.
//! PIN blocks and card verification values cannot be told by their form (sixteen hexadecimal digits,
//! three or four digits) and are not looked for, nor is a name without its track. Masked numbers are
//! no leak unless they show more than the issuer's eight digits and the last four. Where something is found is told, what was
//! found never.

use std::cell::Cell;
use std::ops::Range;

use crate::check_digit::{is_card_number, luhn};
use crate::digit_run::{behind_length, grouped};
use crate::issuer_range::{LENGTHS, is_issued};
use crate::masked_run::MaskedRun;
use crate::tlv::Tlvs;
use crate::wire::{hex_into, unhex_into};
use crate::writing::{Plain, find_encoded, find_packed, read_inside};

/// Card data by its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CardData {
    /// Digits that begin and are as long as a card number.
    Number {
        /// Whether the check digit is right, too. Without it the digits are most likely an id, and
        /// count only to tell what chance would give.
        passes: bool,
    },
    /// Number, name, expiry date and service code.
    Track1,
    /// Number, expiry date and service code.
    Track2,
}

/// Looks for card data in a text and tells of each piece, and where its number stands (each writing
/// from left to right). Numbers may be grouped (`4111 1111 1111 1111`), stand behind their length (`16` or, in
/// bytes, `08`), be masked too little, and be written otherwise: in digits of another script, in escapes, in hexadecimal
/// digits of characters (`34313131`, `F4F1F1F1`), in base64, in EBCDIC or packed.
pub fn find_card_data(text: &[u8], mut tell: impl FnMut(CardData, Range<usize>)) {
    find_packed(text, |read, place| {
        if let Some(data) = first_inside(read) {
            tell(data, place);
        }
    });
    find_in_characters(text, tell);
}

/// The same of characters, whatever they stand for.
fn find_in_characters(text: &[u8], mut tell: impl FnMut(CardData, Range<usize>)) {
    let plain = Plain::of(text);
    let read = plain.as_ref().map_or(text, |plain| &plain.bytes);
    let mut tell = |data, place: Range<usize>| {
        tell(data, plain.as_ref().map_or(place.clone(), |plain| plain.place(place)));
    };
    find_in_plain(read, &mut tell);
    find_encoded(read, |read, place| {
        if let Some(data) = first_inside(read) {
            tell(data, place);
        }
    });
}

/// Of what an encoded text reads as, the first piece that is card data.
fn first_inside(text: &[u8]) -> Option<CardData> {
    read_inside(text, &|plain| {
        let mut first = None;
        find_in_plain(plain, &mut |data, _| {
            if data != (CardData::Number { passes: false }) {
                first = first.or(Some(data));
            }
        });
        first.or_else(|| holds_number(plain).then_some(CardData::Number { passes: true }))
    })
}

/// Among packed digits nothing tells where a number begins.
fn holds_number(text: &[u8]) -> bool {
    let mut runs = text.chunk_by(|a, b| a.is_ascii_digit() && b.is_ascii_digit());
    runs.any(|run| {
        run[0].is_ascii_digit() && LENGTHS.clone().any(|length| run.windows(length).any(is_card_number))
    })
}

fn find_in_plain(text: &[u8], tell: &mut impl FnMut(CardData, Range<usize>)) {
    let mut at = 0;
    while let Some(start) = text[at..].iter().position(u8::is_ascii_digit).map(|found| at + found) {
        if let Some(masked) = MaskedRun::at(text, start) {
            at = masked.end;
            if masked.shows_track() {
                tell(CardData::Track2, start..at);
            } else if masked.shows_too_much() {
                tell(CardData::Number { passes: true }, start..at);
            }
            continue;
        }
        if let Some(end) = data_object_at(text, start) {
            at = end;
            tell(CardData::Number { passes: true }, start..end);
            continue;
        }
        let end = digits_from(text, start);
        at = end;
        if let Some(behind) = grouped_from(text, start, end) {
            at = behind;
            tell(CardData::Number { passes: true }, start..behind);
        } else if let Some(track) = track_at(text, start, end) {
            at = end + 1;
            tell(track, start..end);
        } else if let Some(data) = number_in(&text[start..end]) {
            tell(data, start..end);
        }
    }
}

/// Tags of the chip's data whose values are a card number (5A) or track 2 (57, 9F6B), in packed digits.
const CARD_TAGS: [u32; 3] = [0x5a, 0x57, 0x9f6b];

/// Looks for card data in field 55, given in hexadecimal digits, and tells of each piece. A text does not tell
/// where its data objects begin and end, so they are taken apart; what is no BER-TLV is looked through as
/// a text, and so is what stands behind a data object at fault, or all where nothing else was found.
pub fn find_card_data_of_chip(digits: &[u8], mut tell: impl FnMut(CardData)) {
    let mut bytes = Vec::new();
    // A digit too many is half a byte that was cut.
    let whole = &digits[..digits.len() & !1];
    if !unhex_into(whole, &mut bytes) {
        return find_card_data(digits, |data, _| tell(data));
    }
    let is_found = Cell::new(false);
    let mut tell = |data| {
        is_found.set(is_found.get() || data != (CardData::Number { passes: false }));
        tell(data);
    };
    let mut is_at_fault = false;
    for read in Tlvs::new(&bytes) {
        match read {
            Ok(tlv) if CARD_TAGS.contains(&tlv.tag) => find_in_packed(tlv.value, &mut tell),
            // A number in characters; what is packed is as likely a cryptogram.
            Ok(tlv) => find_in_characters(tlv.value, |data, _| tell(data)),
            Err(error) => {
                is_at_fault = true;
                let rest = digits.get(2 * error.offset as usize..).unwrap_or_default();
                find_card_data(rest, |data, _| tell(data));
            }
        }
    }
    if is_at_fault && !is_found.get() {
        find_card_data(digits, |data, _| tell(data));
    }
}

/// Two digits a byte; what fills them up ends the last run of digits.
fn find_in_packed(value: &[u8], tell: &mut impl FnMut(CardData)) {
    let mut digits = Vec::new();
    hex_into(value, &mut digits);
    find_card_data(&digits, |data, _| tell(data));
}

/// The end of the digits that begin at `start`.
fn digits_from(text: &[u8], start: usize) -> usize {
    start + text[start..].iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// A run of digits as a number: as it is, behind its length, or as hexadecimal digits.
fn number_in(run: &[u8]) -> Option<CardData> {
    let number = |digits: &[u8]| is_issued(digits).then(|| CardData::Number { passes: luhn(digits) });
    if LENGTHS.contains(&run.len())
        && let Some(found) = number(run)
    {
        return Some(found);
    }
    behind_length(run).and_then(number)
}

/// The end of a number in groups that begins with these digits.
fn grouped_from(text: &[u8], start: usize, end: usize) -> Option<usize> {
    // A name such as `x4111` or the middle of a UUID is no beginning.
    let before = start.checked_sub(1).and_then(|before| text.get(before));
    if end - start != 4 || before.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'-') {
        return None;
    }
    grouped(text, start, |byte| b" -./_:\t\n".contains(&byte), is_card_number).map(|(_, end)| end)
}

/// The end of a card number in chip data that stands in a text, in hexadecimal digits: behind the tag 5A and a length of
/// seven to ten bytes, of which `start` is the first digit.
fn data_object_at(text: &[u8], start: usize) -> Option<usize> {
    let tag = text.get(start.checked_sub(2)?..start)?;
    let bytes = match text.get(start..start + 2)? {
        [b'0', digit @ b'7'..=b'9'] => usize::from(digit - b'0'),
        b"0A" | b"0a" => 10,
        _ => return None,
    };
    let end = start + 2 + 2 * bytes;
    let value = text.get(start + 2..end)?;
    let digits = value.strip_suffix(b"F").or(value.strip_suffix(b"f")).unwrap_or(value);
    (tag.eq_ignore_ascii_case(b"5A") && is_card_number(digits)).then_some(end)
}

/// The track whose number these digits are, or end with.
fn track_at(text: &[u8], start: usize, end: usize) -> Option<CardData> {
    let run = &text[start..end];
    let behind = text.get(end + 1..)?;
    let track = match text.get(end)? {
        b'=' | b'D' | b'd' => has_expiry(behind).then_some(CardData::Track2),
        b'^' if start > 0 && text[start - 1].eq_ignore_ascii_case(&b'B') => {
            let name = behind.iter().take(27).position(|byte| *byte == b'^')?;
            (name >= 2 && has_expiry(&behind[name + 1..])).then_some(CardData::Track1)
        }
        _ => None,
    }?;
    let is_number = || LENGTHS.contains(&run.len()) && is_issued(run);
    // Its length in digits, or chip data with the length in bytes: hexadecimal digits all of them.
    let behind_length = || match run {
        [b'2' | b'3', _, number @ ..] => is_card_number(number),
        _ => false,
    };
    let in_chip_data = || {
        let splits = LENGTHS.filter_map(|length| run.split_at_checked(run.len().checked_sub(length)?));
        splits.into_iter().any(|(before, number)| matches!(before, [.., b'1', _]) && is_card_number(number))
    };
    (is_number() || behind_length() || in_chip_data()).then_some(track)
}

/// Year, month and service code.
fn has_expiry(behind: &[u8]) -> bool {
    let is_month = |month: &[u8]| matches!(month, [b'0', b'1'..=b'9'] | [b'1', b'0'..=b'2']);
    behind.get(..7).is_some_and(|data| data.iter().all(u8::is_ascii_digit) && is_month(&data[2..4]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSES: CardData = CardData::Number { passes: true };
    const FAILS: CardData = CardData::Number { passes: false };

    fn found(text: &str) -> Vec<CardData> {
        let mut found = Vec::new();
        find_card_data(text.as_bytes(), |data, place| {
            assert!(place.start < place.end && place.end <= text.len());
            found.push(data);
        });
        found
    }

    #[test]
    fn numbers_are_found_in_every_writing() {
        for text in [
            "4111111111111111",
            "<pan>5555555555554444</pan>",
            "card 4012 8888 8888 1881 declined",
            "6212-3456-7890-1265",
            "3782 822463 10005",
            "164111111111111111",
            "5A084111111111111111",
            "9F2701805A08378282246310005F9F2701",
            "34313131313131313131313131313131",
            "pan=378282246310005;",
        ] {
            assert_eq!(found(text), [PASSES], "{text}");
        }
        assert_eq!(found("4111111111111111,4111111111111112,5555555555554444"), [PASSES, FAILS, PASSES]);
    }

    #[test]
    fn tracks_need_no_check_digit() {
        for text in
            ["4111111111111111=49122010000", "4111111111111112D28122010000", ";4111111111111111=4912201?"]
        {
            assert_eq!(found(text), [CardData::Track2], "{text}");
        }
        assert_eq!(found("57134111111111111111D49122010000"), [CardData::Track2]);
        assert_eq!(found("374111111111111111D49122010000"), [CardData::Track2]);
        assert_eq!(found("9F2701809F6B114111111111111111D49122010000"), [CardData::Track2]);
        assert_eq!(found("%B4111111111111111^DOE/JANE^28122010000?"), [CardData::Track1]);
        assert_eq!(found("411111******1111=2812*******"), []);
        // A mask that forgot the track.
        assert_eq!(found("411111******1111=28122010000"), [CardData::Track2]);
        assert_eq!(found("400001______________8375"), [PASSES]);
        assert_eq!((found("4111 1111 111* 1111"), found("4111 11** **** 1111")), (vec![PASSES], vec![]));
    }

    #[test]
    fn data_objects_are_looked_into_wherever_they_stand() {
        let found = |digits: &str| {
            let mut found = Vec::new();
            find_card_data_of_chip(digits.as_bytes(), |data| found.push(data));
            found
        };
        assert_eq!(found("9F2701805A0841111111111111115F340101"), [PASSES]);
        assert_eq!(found("9F02060000000010005A0841111111111111115F2403281231"), [PASSES]);
        assert_eq!(found("5A08378282246310005F9F270180"), [PASSES]);
        assert_eq!(found("9505000000800057114111111111111111D49122010000000000F"), [CardData::Track2]);
        assert_eq!(found("9505000000800057114111111111111111D49122010000000000"), [CardData::Track2]);
        assert_eq!(found("9F6B114111111111111111D49122010000000000"), [CardData::Track2]);
        // Eight bytes of a cryptogram are no number, whatever they look like.
        assert_eq!(found("9F26084111111111111111"), []);
        // What is no BER-TLV is text.
        assert_eq!(found("pan 4111111111111111"), [PASSES]);
        assert_eq!(found("9F2701805A084111111111111111950540"), [PASSES], "cut short");
    }

    #[test]
    fn what_is_no_card_is_not_told() {
        for text in [
            "",
            "2026-11-21 08:00:04.000",
            "20261121080004000",
            "102911054110011",
            "898310154110001",
            "411111******1111",
            "411111______1111",
            "f47ac10b-58cc-4372-a567-0e02b2c3d479",
            "4111-1111-1111-1112",
            "41111111111111111111111",
            "1732176004125000",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
        assert_eq!(found("1234567890123456=1312201"), [], "no issuer has it");
    }

    /// Merchant ids of a town whose numbers begin like cards of American Express.
    #[test]
    fn one_id_in_ten_passes_by_chance() {
        let all: Vec<_> = (0..1000).flat_map(|id| found(&format!("370000000{id:06}"))).collect();
        assert_eq!((all.len(), all.iter().filter(|data| **data == PASSES).count()), (1000, 100));
    }
}
