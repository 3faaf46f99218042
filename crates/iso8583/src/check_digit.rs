//! Whether digits are a card number: by the check digit, and by what numbers begin with.
//!
//! There are two answers, for two errors: what is *told* of ([`is_card_number`]) and what is *covered* ([`looks_like_card`]).

use crate::issuer_range::is_issued;

/// Whether these digits are a number of some issuer's range, as long as its numbers are, and Luhn's check holds.
pub(crate) fn is_card_number(digits: &[u8]) -> bool {
    is_issued(digits) && luhn(digits)
}

/// Whether these 13 to 19 digits could be a card number: they begin like one and Luhn's check holds.
/// One in ten numbers that begin so passes by chance, so ids may be covered needlessly; the reverse
/// would be worse.
pub fn looks_like_card(digits: &[u8]) -> bool {
    let begins_like_one = || match digits {
        // 15 digits are American Express alone; merchant ids have that length too.
        _ if digits.len() == 15 => matches!(&digits[..2], b"34" | b"37"),
        // RuPay has 81 and 82 beside the international ranges, Troy 9792, UnionPay 9558.
        [b'2'..=b'6', ..] | [b'8', b'1' | b'2', ..] | [b'9', b'7', b'9', b'2', ..] => true,
        [b'9', b'5', b'5', b'8', ..] => true,
        _ => is_issued(digits),
    };
    (13..=19).contains(&digits.len()) && luhn(digits) && begins_like_one()
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
