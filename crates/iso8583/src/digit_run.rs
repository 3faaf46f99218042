//! Runs of digits in plain text: which could be a card number.
//!
//! Only what stands side by side is joined; other writings of digits are `writing`'s, numbers under a mask `masked_run`'s.

use crate::check_digit::{is_card_number, looks_like_card};
use std::ops::Range;

/// What stands between groups of a number, wherever else it stands.
const BETWEEN: &[u8] = b" -./_\t\r\n";

/// Digits from `start`, grouped or not, up to `end`; a track separator and its data belong to them.
pub(crate) struct DigitRun {
    start: usize,
    pub(crate) end: usize,
    digits: Vec<u8>,
    is_track: bool,
    /// Whether some of its groups are a number, whatever stands beside them: a date behind a space or a dash must not
    /// hide one.
    has_number_in_groups: bool,
}

impl DigitRun {
    pub(crate) fn at(text: &[u8], start: usize) -> Self {
        let (mut digits, mut end) = loosely_grouped(text, start);
        let last = text[start..end].iter().rposition(|byte| !byte.is_ascii_digit());
        let last = last.map_or(start, |before| start + before + 1);
        let in_groups = || grouped(text, last, |byte| byte.is_ascii_punctuation(), looks_like_card);
        if end - last == 4
            && let Some((of_groups, behind)) = in_groups()
        {
            (digits, end) = (of_groups, behind);
        }
        let data = if digits.len() >= 13 { track_data(&text[end..]) } else { 0 };
        let has_groups = digits.len() > 13 && end - start > digits.len();
        let has_number_in_groups = has_groups && holds_number_in_groups(&text[start..end]);
        Self { start, digits, end: end + data, is_track: data > 4, has_number_in_groups }
    }

    /// What looks like a track holds a card number, whatever its check digit says. In a run longer
    /// than sixteen digits one may stand with something before or behind it (a length, another
    /// number); a shorter one is tested as a whole or behind its length, since ids of merchants and terminals have
    /// that length and some part of them would often pass by chance.
    pub(crate) fn holds_card(&self) -> bool {
        let digits = &self.digits[..];
        let inside = |len: usize| digits.windows(len).any(looks_like_card);
        let issued_inside = |len: usize| digits.windows(len).any(is_card_number);
        self.is_track
            || self.has_number_in_groups
            || holds_number(digits)
            || digits.len() > 16 && (inside(16) || inside(15))
            || digits.len() > 19 && ([13, 14, 19].into_iter().any(issued_inside))
    }

    /// Tells a track whole, and a number but for its last four digits, which may be shown (PCI DSS
    /// 3.4.1) and keep one covered id apart from another.
    pub(crate) fn tell_covered(&self, text: &[u8], tell: &mut impl FnMut(Range<usize>)) {
        let run = self.start..self.end;
        let mut digits_left = text[run.clone()].iter().filter(|byte| byte.is_ascii_digit()).count();
        for at in run {
            let is_digit = text[at].is_ascii_digit();
            if self.is_track || !is_digit || digits_left > 4 {
                tell(at..at + 1);
            }
            digits_left -= usize::from(is_digit);
        }
    }
}

/// Groups of any length, which stand apart by one separator or two.
fn loosely_grouped(text: &[u8], start: usize) -> (Vec<u8>, usize) {
    let mut digits = Vec::with_capacity(19);
    let mut end = start;
    while end < text.len() {
        if text[end].is_ascii_digit() {
            digits.push(text[end]);
            end += 1;
        } else {
            let between = text[end..].iter().take(3).take_while(|byte| BETWEEN.contains(byte)).count();
            if between == 0 || !text.get(end + between).is_some_and(u8::is_ascii_digit) {
                break;
            }
            end += between;
        }
    }
    (digits, end)
}

/// Whether digits are a card number, by itself, behind its length or filled up with zeros in front.
pub(crate) fn holds_number(digits: &[u8]) -> bool {
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    let bare = &digits[zeros..];
    let is_filled = zeros > 0 && bare.len() >= 13 && is_card_number(bare);
    is_filled || looks_like_card(digits) || behind_length(digits).is_some_and(looks_like_card)
}

/// Whether some groups of digits that stand side by side are a number: one by itself, or several as numbers are grouped.
fn holds_number_in_groups(run: &[u8]) -> bool {
    let mut at = 0;
    run.split(|byte| !byte.is_ascii_digit()).any(|group| {
        let start = at;
        at += group.len() + 1;
        let in_groups = || grouped(run, start, |byte| BETWEEN.contains(&byte), looks_like_card).is_some();
        holds_number(group) || group.len() == 4 && in_groups()
    })
}

/// The digits of a number in groups of four, or of four, six and five, that begins with a group of four, and its
/// end. All groups stand apart by the same separator; groups behind the number do not belong to it.
pub(crate) fn grouped(
    text: &[u8],
    start: usize,
    may_separate: impl Fn(u8) -> bool,
    is_number: impl Fn(&[u8]) -> bool,
) -> Option<(Vec<u8>, usize)> {
    let count = |from: usize| text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (mut digits, mut groups, mut at) = (text[start..start + 4].to_vec(), vec![4], start + 4);
    let separator = *text.get(at).filter(|byte| may_separate(**byte))?;
    while groups.len() < 5 && text.get(at) == Some(&separator) {
        let length = count(at + 1);
        if length == 0 {
            break;
        }
        digits.extend_from_slice(&text[at + 1..at + 1 + length]);
        groups.push(length);
        at += 1 + length;
        let is_grouping =
            matches!(groups[..], [4, 4, 4, 4] | [4, 4, 4, 4, 1..=3] | [4, 4, 4, 1..=3] | [4, 6, 4..=5]);
        if is_grouping && is_number(&digits) {
            return Some((digits, at));
        }
    }
    None
}

/// The digits behind their length: two digits of it or three, of characters or, packed, of bytes.
pub(crate) fn behind_length(digits: &[u8]) -> Option<&[u8]> {
    [2, 3].into_iter().find_map(|width| {
        let (length, rest) = digits.split_at_checked(width)?;
        let length =
            length.iter().fold(0, |length, digit| 10 * length + usize::from(digit.wrapping_sub(b'0')));
        (length == rest.len() || length == rest.len().div_ceil(2)).then_some(rest)
    })
}

/// How many bytes behind a card number belong to its track: on track 2 the digits behind `=` or `D`,
/// on track 1 the name and all the rest up to `?`.
pub(crate) fn track_data(behind: &[u8]) -> usize {
    match behind.first() {
        Some(b'=' | b'D' | b'd') => {
            1 + behind[1..].iter().take_while(|byte| byte.is_ascii_digit() || b"_*".contains(byte)).count()
        }
        Some(b'^') => behind.iter().position(|&byte| byte == b'?').map_or(behind.len(), |end| end + 1),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_card(text: &str) -> bool {
        DigitRun::at(text.as_bytes(), 0).holds_card()
    }

    #[test]
    fn numbers_are_known_behind_their_length_and_in_groups() {
        for text in [
            "4111111111111111",
            "134222222222222",
            "15378282246310005",
            "01430569309025904",
            "196212345678900000003",
            "084111111111111111",
            "4111:1111:1111:1111",
            "4111|1111|1111|1111",
            "4111\t1111\r\n1111 1111",
            "3782,822463,10005",
            "00000000000000000004222222222222200000",
            "4222222222222-11-21",
            "11-21 4222222222222",
            "3714 496353 98431 11/27",
            "4222 2222 2222 2 11-21",
            "21-11-2026 4111-1111-1111-1111-11-27",
        ] {
            assert!(is_card(text), "{text}");
        }
        for text in ["20261121100003125", "4111:1111,1111:1111", "102911054110011", "134222222222223"] {
            assert!(!is_card(text), "{text}");
        }
    }
}
