//! Which prefixes issuers have, and how long their card numbers are.
//!
//! Rows of `data/issuer-ranges.tsv`. Not which bank issued a card: only the scheme that a prefix belongs to.

use std::sync::OnceLock;

use crate::rows;

const ISSUER_RANGES: &str = include_str!("../data/issuer-ranges.tsv");

/// Digits by which prefixes are compared; none is longer.
const PREFIX: u32 = 6;

/// Digits that a card number has in no scheme but these.
pub(crate) const LENGTHS: std::ops::RangeInclusive<usize> = 12..=19;

struct IssuerRange {
    scheme: &'static str,
    /// The first six digits of the lowest and of the highest number.
    from: u32,
    to: u32,
    /// Bit N is set when numbers may have N digits.
    lengths: u32,
}

/// Whether these digits begin like a card number that some issuer may have given out, and are as long
/// as one. The check digit is not looked at; packed digits may have fillers among them, and are none.
pub(crate) fn is_issued(digits: &[u8]) -> bool {
    if !LENGTHS.contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let prefix =
        digits[..PREFIX as usize].iter().fold(0, |prefix, digit| prefix * 10 + u32::from(digit - b'0'));
    let fits = |range: &IssuerRange| {
        (range.from..=range.to).contains(&prefix) && range.lengths & (1 << digits.len()) != 0
    };
    table().iter().any(fits)
}

/// The scheme whose cards begin so, by its name in `data/issuer-ranges.tsv`; of ranges inside each other the
/// narrowest. `None` for what is no prefix of at least six digits (issuers may have names) or nobody's.
///
/// ```
/// use posmortem_iso8583::scheme_of;
/// assert_eq!(scheme_of("62284801"), Some("unionpay"));
/// assert_eq!(scheme_of("ICBC"), None);
/// ```
pub fn scheme_of(prefix: &str) -> Option<&'static str> {
    let six = prefix.get(..PREFIX as usize).filter(|_| prefix.bytes().all(|byte| byte.is_ascii_digit()))?;
    let six: u32 = six.parse().ok()?;
    let holding = table().iter().filter(|range| (range.from..=range.to).contains(&six));
    holding.min_by_key(|range| range.to - range.from).map(|range| range.scheme)
}

fn table() -> &'static [IssuerRange] {
    static TABLE: OnceLock<Vec<IssuerRange>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let rows = rows(ISSUER_RANGES, ["scheme", "from", "to", "lengths"]);
        let rows = rows.expect("issuer-ranges.tsv is checked by tests");
        let range = |[scheme, from, to, lengths]: [&'static str; 4]| read(scheme, from, to, lengths);
        rows.iter().map(|row| range(row.fields).expect("issuer-ranges.tsv is checked by tests")).collect()
    })
}

fn read(scheme: &'static str, from: &str, to: &str, lengths: &str) -> Option<IssuerRange> {
    let scale = |prefix: &str| {
        let missing = PREFIX.checked_sub(u32::try_from(prefix.len()).ok()?)?;
        Some((prefix.parse::<u32>().ok()?, 10_u32.pow(missing)))
    };
    let ((from, from_scale), (to, to_scale)) = (scale(from)?, scale(to)?);
    let mut bits = 0;
    for length in lengths.split(' ') {
        let (first, last) = length.split_once('-').unwrap_or((length, length));
        let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
        if first > last || !LENGTHS.contains(&first) || !LENGTHS.contains(&last) {
            return None;
        }
        bits |= (first..=last).fold(0, |bits, length| bits | 1 << length);
    }
    let (from, to) = (from * from_scale, (to + 1) * to_scale - 1);
    (from <= to).then_some(IssuerRange { scheme, from, to, lengths: bits })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_a_range() {
        for row in rows(ISSUER_RANGES, ["scheme", "from", "to", "lengths"]).unwrap() {
            let [scheme, from, to, lengths] = row.fields;
            assert!(!scheme.is_empty() && from.len() == to.len(), "line {}", row.line);
            assert!(read(scheme, from, to, lengths).is_some(), "line {}", row.line);
        }
    }

    /// What is found by its range is covered by its look, but for lengths that ids have.
    #[test]
    fn every_range_looks_like_a_card() {
        use crate::check_digit::{looks_like_card, luhn};
        for range in table() {
            for length in (13..=19).filter(|length| range.lengths & (1 << length) != 0 && *length != 15) {
                let numbers =
                    (0..10).map(|last| format!("{:06}{}{last}", range.from, "0".repeat(length - 7)));
                let number = numbers.into_iter().find(|number| luhn(number.as_bytes())).unwrap();
                assert!(looks_like_card(number.as_bytes()), "{} of {length} digits", range.scheme);
            }
        }
    }

    #[test]
    fn prefixes_and_lengths_decide_together() {
        for digits in [
            "4111111111111111",
            "4222222222222",
            "5555555555554444",
            "2221000000000009",
            "2720999999999996",
            "378282246310005",
            "6212345678901265",
            "3530111333300000",
            "30569309025904",
            "6759649826438453",
            "9792030000000000",
        ] {
            assert!(is_issued(digits.as_bytes()), "{} digits", digits.len());
        }
        for digits in [
            "411111111111111",
            "1111111111111111",
            "2720999",
            "2721000000000000",
            "898310154110001",
            "180312760317",
            "20261121080004",
            "41111111111111111111",
            "",
        ] {
            assert!(!is_issued(digits.as_bytes()), "{digits}");
        }
    }

    #[test]
    fn the_narrowest_range_tells_the_scheme() {
        for (prefix, scheme) in [
            ("411111", Some("visa")),
            ("22210012", Some("mastercard")),
            ("52", None),
            ("601100", Some("discover")),
            ("606282", Some("hipercard")),
            ("60000000", Some("rupay")),
            // Discover's network takes them, UnionPay's issuers gave them out.
            ("622126", Some("unionpay")),
            ("100000", None),
            ("Bank of 4", None),
            ("411111…", None),
            ("", None),
        ] {
            assert_eq!(scheme_of(prefix), scheme, "{prefix}");
        }
    }
}
