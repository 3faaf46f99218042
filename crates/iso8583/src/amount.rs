//! Amounts (DE4) in minor units and currencies (DE49).
//!
//! Exponents come from `data/currencies.tsv` (ISO 4217). Nothing here converts between currencies.

use std::fmt;
use std::sync::OnceLock;

/// A currency as its ISO 4217 number, 1 to 999; 0 stands for a currency that the log does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(u16);

impl Currency {
    /// The currency that a log does not tell.
    pub const UNKNOWN: Self = Self(0);

    /// Reads a number (`156`, `8` for `008`) or a three-letter code (`CNY`), spaces ignored.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text.trim_ascii()).ok()?;
        if (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().ok().filter(|number| (1..1000).contains(number)).map(Self);
        }
        if text.len() != 3 {
            return None;
        }
        let row = currencies().iter().find(|row| row.alpha.eq_ignore_ascii_case(text))?;
        Some(Self(row.number))
    }

    /// Digits after the decimal point; two where the table has no row.
    pub fn decimals(self) -> u8 {
        let found = currencies().binary_search_by_key(&self.0, |row| row.number);
        found.map_or(2, |at| currencies()[at].decimals)
    }

    /// Whether the table has it. Three digits that are no currency can be read as one, too.
    pub fn is_listed(self) -> bool {
        currencies().binary_search_by_key(&self.0, |row| row.number).is_ok()
    }

    /// Whether the log told the currency.
    pub fn is_known(self) -> bool {
        self != Self::UNKNOWN
    }
}

/// Three digits, or nothing for an unknown currency.
impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_known() { write!(f, "{:03}", self.0) } else { Ok(()) }
    }
}

/// How a bare number is to be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AmountUnit {
    /// An integer is minor units, a decimal point means major units.
    #[default]
    ByPoint,
    /// Always minor units (cents).
    Minor,
    /// Always major units.
    Major,
}

/// An amount in minor units, with its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount {
    /// Minor units of `currency`; never negative.
    pub minor: u64,
    /// The currency, unknown where neither DE49 nor the amount tells it.
    pub currency: Currency,
}

impl Amount {
    /// Reads DE4 beside the currency of DE49.
    ///
    /// Sixteen digits under a 2003 MTI are currency (3), exponent (1) and minor units (12), as
    /// ISO 8583:2003 has them. `None` for anything else than digits with at most one point.
    pub fn parse(text: &[u8], currency: Option<Currency>, unit: AmountUnit, version: u8) -> Option<Self> {
        let text = text.trim_ascii();
        if version == 2 && text.len() == 16 && text.iter().all(u8::is_ascii_digit) {
            return Self::parse_2003(text);
        }
        let currency = currency.unwrap_or_default();
        let point = text.iter().position(|&byte| byte == b'.');
        let (whole, fraction) = point.map_or((text, &[][..]), |at| (&text[..at], &text[at + 1..]));
        let major = match unit {
            AmountUnit::ByPoint => point.is_some(),
            AmountUnit::Minor => false,
            AmountUnit::Major => true,
        };
        let decimals = if major { usize::from(currency.decimals()) } else { 0 };
        let whole = number(whole)?;
        // Digits beyond the exponent must be zeros: `40.000` is 40.00, `40.005` is no amount.
        let (kept, beyond) = fraction.split_at(fraction.len().min(decimals));
        if beyond.iter().any(|&byte| byte != b'0') {
            return None;
        }
        let missing = u32::try_from(decimals - kept.len()).ok()?;
        let kept = if kept.is_empty() { 0 } else { number(kept)? };
        let fraction = kept.checked_mul(10u64.checked_pow(missing)?)?;
        let minor = whole.checked_mul(10u64.checked_pow(decimals as u32)?)?.checked_add(fraction)?;
        Some(Self { minor, currency })
    }

    fn parse_2003(text: &[u8]) -> Option<Self> {
        // A card number would pass for one of these, but hardly with a currency and its exponent.
        let currency =
            Currency::parse(&text[..3]).filter(|currency| text[3] - b'0' == currency.decimals())?;
        Some(Self { minor: number(&text[4..])?, currency })
    }
}

/// DE4 has twelve digits; more are no amount and may be a card number in the wrong column.
fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 12 {
        return None;
    }
    digits
        .iter()
        .try_fold(0u64, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u64::from(digit - b'0')))
}

struct CurrencyRow {
    number: u16,
    alpha: &'static str,
    decimals: u8,
}

fn currencies() -> &'static [CurrencyRow] {
    static ROWS: OnceLock<Vec<CurrencyRow>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let rows = crate::rows(include_str!("../data/currencies.tsv"), ["numeric", "alpha", "decimals"]);
        let read = |[number, alpha, decimals]: [&'static str; 3]| {
            Some(CurrencyRow { number: number.parse().ok()?, alpha, decimals: decimals.parse().ok()? })
        };
        rows.unwrap_or_default().into_iter().filter_map(|row| read(row.fields)).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minor(text: &str, currency: &str) -> Option<u64> {
        let currency = Currency::parse(currency.as_bytes());
        Amount::parse(text.as_bytes(), currency, AmountUnit::ByPoint, 0).map(|amount| amount.minor)
    }

    #[test]
    fn the_currency_table_is_whole_and_sorted() {
        let lines = include_str!("../data/currencies.tsv").lines().count() - 1;
        assert_eq!(currencies().len(), lines);
        assert!(currencies().is_sorted_by(|a, b| a.number < b.number));
    }

    #[test]
    fn integers_are_minor_units_and_a_point_means_major_units() {
        assert_eq!(minor("000000004000", "156"), Some(4000));
        assert_eq!(minor("40.00", "858"), Some(4000));
        assert_eq!(minor("40.5", "CNY"), Some(4050));
        assert_eq!(minor("40.", "CNY"), Some(4000));
        assert_eq!(minor("1500.0", "JPY"), Some(1500));
        assert_eq!(minor("1.234", "KWD"), Some(1234));
        for text in ["", "-5", "4,000", "1.2.3", "40.005", "9999999999999999", "!CURRENCY"] {
            assert_eq!(minor(text, "CNY"), None, "{text}");
        }
    }

    #[test]
    fn a_2003_amount_carries_its_currency() {
        let amount = Amount::parse(b"8582000000004000", None, AmountUnit::ByPoint, 2).unwrap();
        assert_eq!((amount.minor, amount.currency.to_string().as_str()), (4000, "858"));
        // A card number in the wrong column.
        assert_eq!(Amount::parse(b"4111113100002012", None, AmountUnit::ByPoint, 2), None);
        assert_eq!(Amount::parse(b"378282310000201", None, AmountUnit::ByPoint, 0), None);
    }

    #[test]
    fn the_unit_can_be_forced() {
        let cny = Currency::parse(b"156");
        assert_eq!(Amount::parse(b"40", cny, AmountUnit::Major, 0).unwrap().minor, 4000);
        assert_eq!(Amount::parse(b"40", cny, AmountUnit::Minor, 0).unwrap().minor, 40);
        assert_eq!(Amount::parse(b"40.5", cny, AmountUnit::Minor, 0), None);
    }
}
