//! When a rule applies: what is asked of an attempt. What is not asked for is empty, and all else must hold.

use std::fmt;

use posmortem_iso8583::{Amount, Currency, EntryMode, Mti, ResponseCode};

use crate::Dialect;

/// An attempt that was answered, as far as rules ask.
#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    /// The table in which the code is looked up.
    pub dialect: Dialect,
    /// The code that gives the reason.
    pub code: ResponseCode,
    /// The MTI of the request or of the answer.
    pub mti: Option<Mti>,
    /// How the card was read.
    pub entry_mode: EntryMode,
    /// The name of the link, empty for none.
    pub link: &'a str,
    /// What was asked for.
    pub amount: Option<Amount>,
}

/// A pattern of MTIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MtiPattern([u8; 4]);

impl MtiPattern {
    /// Four digits or `x` for any.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 4] = text.as_bytes().try_into().ok()?;
        bytes.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'x')).then_some(Self(bytes))
    }

    /// Whether an attempt can have such a type.
    pub(super) fn is_of_attempts(self) -> bool {
        matches!(self.0[1], b'1' | b'2' | b'x') && matches!(self.0[2], b'0' | b'1' | b'x')
    }

    /// A request and its answer have one type here, and so have repeats: an 0211 is an 0200.
    fn plain(self) -> [u8; 4] {
        let [version, class, function, origin] = self.0;
        let even = |digit: u8| if digit == b'x' { digit } else { digit & !1 };
        [version, class, even(function), even(origin)]
    }

    fn holds(self, mti: Mti) -> bool {
        Self::parse(mti.as_str()).is_some_and(|mti| self.covers(mti))
    }

    /// Whether every MTI of the other one is one of this.
    fn covers(self, other: Self) -> bool {
        self.plain().into_iter().zip(other.plain()).all(|(own, other)| own == b'x' || own == other)
    }
}

/// Amounts in minor units, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AmountRange {
    from: u64,
    to: u64,
}

impl AmountRange {
    /// One comparison or several, parted by commas: `>=100000`, or `>0, <500`. `None` where nothing could pass.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut range = Self { from: 0, to: u64::MAX };
        for part in text.split(',') {
            let part = part.trim();
            let digits = part.trim_start_matches(['<', '>', '=']);
            let number = digits.trim_start();
            // A number has no sign.
            if !number.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            let number: u64 = number.parse().ok()?;
            let (from, to) = match &part[..part.len() - digits.len()] {
                ">=" => (number, u64::MAX),
                ">" => (number.checked_add(1)?, u64::MAX),
                "<=" => (0, number),
                "<" => (0, number.checked_sub(1)?),
                "=" => (number, number),
                _ => return None,
            };
            range = Self { from: range.from.max(from), to: range.to.min(to) };
        }
        (range.from <= range.to).then_some(range)
    }

    fn holds(self, minor: u64) -> bool {
        (self.from..=self.to).contains(&minor)
    }
}

impl fmt::Display for AmountRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.from, self.to) {
            (from, to) if from == to => write!(f, "={from}"),
            (from, u64::MAX) => write!(f, ">={from}"),
            (0, to) => write!(f, "<={to}"),
            (from, to) => write!(f, ">={from},<={to}"),
        }
    }
}

/// What a rule asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Conditions {
    pub(super) dialects: Vec<Dialect>,
    pub(super) codes: Vec<ResponseCode>,
    pub(super) mtis: Vec<MtiPattern>,
    pub(super) entry_modes: Vec<EntryMode>,
    pub(super) links: Vec<String>,
    pub(super) currency: Option<Currency>,
    pub(super) amount: Option<AmountRange>,
}

impl Conditions {
    /// Whether all of them hold; `spelled` is the code as the dialect's table has it. An attempt that does not show
    /// what is asked for is none of those.
    pub(super) fn hold(&self, answered: &Answered<'_>, spelled: ResponseCode) -> bool {
        let Self { dialects, codes, mtis, entry_modes, links, currency, amount } = self;
        let is_code = |code: &ResponseCode| *code == spelled || *code == answered.code.padded();
        let of_mti = |mti: Mti| mtis.iter().any(|pattern| pattern.holds(mti));
        let in_currency = |wanted: Currency| answered.amount.is_some_and(|told| told.currency == wanted);
        (dialects.is_empty() || dialects.contains(&answered.dialect))
            && (codes.is_empty() || codes.iter().any(is_code))
            && (mtis.is_empty() || answered.mti.is_some_and(of_mti))
            && (entry_modes.is_empty() || entry_modes.contains(&answered.entry_mode))
            && (links.is_empty() || links.iter().any(|link| link == answered.link))
            && currency.is_none_or(in_currency)
            && amount.is_none_or(|range| answered.amount.is_some_and(|told| range.holds(told.minor)))
    }

    /// Whether all attempts that the other ones take are taken by these.
    pub(super) fn cover(&self, other: &Self) -> bool {
        fn all<T: PartialEq>(own: &[T], other: &[T]) -> bool {
            own.is_empty() || !other.is_empty() && other.iter().all(|one| own.contains(one))
        }
        let of_mti = |other: &MtiPattern| self.mtis.iter().any(|own| own.covers(*other));
        let amounts = match (self.amount, other.amount) {
            (None, _) => true,
            (Some(own), Some(other)) => own.from <= other.from && other.to <= own.to,
            (Some(_), None) => false,
        };
        all(&self.dialects, &other.dialects)
            && all(&self.codes, &other.codes)
            && (self.mtis.is_empty() || !other.mtis.is_empty() && other.mtis.iter().all(of_mti))
            && all(&self.entry_modes, &other.entry_modes)
            && all(&self.links, &other.links)
            && (self.currency.is_none() || self.currency == other.currency)
            && amounts
    }

    pub(super) fn are_none(&self) -> bool {
        *self == Self::default()
    }

    /// What is asked for, in one spelling: the same for conditions that hold of the same attempts because they differ in
    /// the order of their lists, in doubles or in how a message type is written.
    pub(super) fn canonical(&self) -> String {
        let mtis = self.mtis.iter().map(|pattern| MtiPattern(pattern.plain())).collect();
        let mut asked = Self { mtis, ..self.clone() }.asked();
        for (_, texts) in &mut asked {
            texts.sort();
            texts.dedup();
        }
        told(&asked)
    }

    /// What is asked for, by key.
    fn asked(&self) -> [(&'static str, Vec<String>); 7] {
        let Self { dialects, codes, mtis, entry_modes, links, currency, amount } = self;
        let of_mti = |pattern: &MtiPattern| pattern.0.iter().map(|byte| char::from(*byte)).collect();
        [
            ("dialect", dialects.iter().map(Dialect::to_string).collect()),
            ("code", codes.iter().map(ResponseCode::to_string).collect()),
            ("mti", mtis.iter().map(of_mti).collect()),
            ("entry_mode", entry_modes.iter().map(|mode| mode.name().to_owned()).collect()),
            ("link", links.iter().map(|link| format!("{link:?}")).collect()),
            ("currency", currency.iter().map(Currency::to_string).collect()),
            ("amount", amount.iter().map(AmountRange::to_string).collect()),
        ]
    }
}

/// As a list of what is asked for, as it is written.
impl fmt::Display for Conditions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&told(&self.asked()))
    }
}

fn told(asked: &[(&str, Vec<String>)]) -> String {
    let asked = asked.iter().filter(|(_, texts)| !texts.is_empty());
    asked.map(|(name, texts)| format!("{name}={}", texts.join(","))).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> MtiPattern {
        MtiPattern::parse(text).unwrap()
    }

    #[test]
    fn a_request_and_its_answer_are_of_one_type() {
        for (text, mti, holds) in [
            ("0200", "0210", true),
            ("0210", "0200", true),
            ("02xx", "0210", true),
            ("x1xx", "1110", true),
            ("0200", "0211", true),
            ("0200", "0110", false),
            ("1xxx", "0210", false),
        ] {
            assert_eq!(pattern(text).holds(Mti::parse(mti.as_bytes()).unwrap()), holds, "{text} {mti}");
        }
        for text in ["08xx", "0420", "0220"] {
            assert!(!pattern(text).is_of_attempts(), "{text}");
        }
        for text in ["", "020", "02x", "02X0", "abcd"] {
            assert_eq!(MtiPattern::parse(text), None, "{text}");
        }
    }

    #[test]
    fn ranges_have_both_ends() {
        for (text, shown, inside, outside) in [
            (">=100000", ">=100000", vec![100_000, u64::MAX], vec![99_999]),
            (">99999", ">=100000", vec![100_000], vec![99_999]),
            ("< 500", "<=499", vec![0, 499], vec![500]),
            ("=0", "=0", vec![0], vec![1]),
            (">=0", ">=0", vec![0, u64::MAX], vec![]),
            (">0, <=500", ">=1,<=500", vec![1, 500], vec![0, 501]),
        ] {
            let range = AmountRange::parse(text).unwrap();
            assert_eq!(range.to_string(), shown);
            assert!(inside.into_iter().all(|minor| range.holds(minor)), "{text}");
            assert!(!outside.into_iter().any(|minor| range.holds(minor)), "{text}");
        }
        for text in [
            "",
            "100",
            ">=",
            ">=1e3",
            ">=1.50",
            "<0",
            ">5,<5",
            "=>5",
            ">=99999999999999999999",
            ">=+5",
            "<= -5",
        ] {
            assert_eq!(AmountRange::parse(text), None, "{text}");
        }
    }
}
