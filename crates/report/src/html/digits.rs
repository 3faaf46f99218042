//! Digits in groups of three, with a space between them that is narrow and does not break.

const SPACE: char = '\u{202f}';

/// Groups the digits before the decimal point of a number; any other text stays as it is.
pub(super) fn grouped(number: &str) -> String {
    let whole = number.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = number.split_at(whole);
    let mut shown = String::with_capacity(number.len() + whole);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (whole - at).is_multiple_of(3) {
            shown.push(SPACE);
        }
        shown.push(digit);
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_count_from_the_decimal_point() {
        for (number, shown) in [
            ("0", "0"),
            ("999", "999"),
            ("1000", "1\u{202f}000"),
            ("1234567.891", "1\u{202f}234\u{202f}567.891"),
            ("12.5000", "12.5000"),
            ("", ""),
            ("none", "none"),
        ] {
            assert_eq!(grouped(number), shown);
        }
    }
}
