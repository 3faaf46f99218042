//! The rows of `data/qualified-codes.tsv`: codes whose cause the message decides.
//!
//! Only what one message shows is here: MTI, kind, entry mode. A code whose cause shows in numbers (many
//! cards at one terminal) has no row; that is evidence.

use posmortem_iso8583::{EntryMode, Mti, ResponseCode};

use crate::data_error::{Place, rows};
use crate::{Circumstances, DataError, Dialect, Kind, Meaning};

pub(crate) const QUALIFIED_CODES: &str = include_str!("../data/qualified-codes.tsv");

/// One row: a code that means something else in some messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QualifiedCode {
    /// Whose code: names parted by `|`, a beginning such as `unionpay-*`, or `*` for every dialect
    /// whose codes have this code's length.
    pub dialects: &'static str,
    /// The code.
    pub code: &'static str,
    /// MTIs parted by `|`, `x` for any digit, or `-`.
    pub mti: &'static str,
    /// Kinds parted by `|`, or `-`.
    pub kind: &'static str,
    /// Entry modes parted by `|`, or `-`.
    pub entry_mode: &'static str,
    /// What the code means there.
    pub meaning: Meaning,
    /// Why, in a sentence.
    pub why: &'static str,
    pub(crate) when: When,
    pub(crate) response_code: ResponseCode,
}

/// How closely a row names a dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Naming {
    Name,
    Beginning,
    Any,
}

impl QualifiedCode {
    /// Whether the row is about this dialect, leaving its base aside.
    pub fn names(&self, dialect: Dialect) -> bool {
        self.naming(dialect).is_some()
    }

    pub(crate) fn naming(&self, dialect: Dialect) -> Option<Naming> {
        let of = |pattern: &str| match pattern.strip_suffix('*') {
            None => (pattern == dialect.name()).then_some(Naming::Name),
            Some("") => (self.code.len() == dialect.code_length()).then_some(Naming::Any),
            Some(beginning) => dialect.name().starts_with(beginning).then_some(Naming::Beginning),
        };
        self.dialects.split('|').filter_map(of).min()
    }
}

/// The messages in which a row holds. What is not asked for is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct When {
    mtis: Vec<[u8; 4]>,
    kinds: Option<u8>,
    entry_modes: Option<u16>,
}

impl When {
    /// Only in this message.
    pub(crate) fn message(mti: Mti) -> Self {
        Self { mtis: vec![spelled(mti)], ..Self::default() }
    }

    /// A message that does not show what is asked for is not one of them.
    pub(crate) fn holds(&self, circumstances: &Circumstances) -> bool {
        let mti = self.mtis.is_empty()
            || circumstances.mti.is_some_and(|mti| {
                let mti = spelled(mti);
                let fits = |pattern: &[u8; 4]| pattern.iter().zip(mti).all(|(&p, d)| p == b'x' || p == d);
                self.mtis.iter().any(fits)
            });
        mti && self.kinds.is_none_or(|kinds| kinds >> circumstances.kind as u8 & 1 == 1)
            && self.entry_modes.is_none_or(|modes| modes >> circumstances.entry_mode as u8 & 1 == 1)
    }

    /// How many things are asked for.
    pub(crate) fn count(&self) -> usize {
        [!self.mtis.is_empty(), self.kinds.is_some(), self.entry_modes.is_some()]
            .into_iter()
            .filter(|&asked| asked)
            .count()
    }

    fn read(place: Place, mti: &str, kind: &str, entry_mode: &str) -> Result<Self, DataError> {
        let mut when = Self::default();
        for pattern in parts(mti) {
            let bytes: Option<[u8; 4]> = pattern.as_bytes().try_into().ok();
            let bytes = bytes.filter(|bytes| bytes.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'x')));
            when.mtis.push(bytes.ok_or_else(|| place.unknown("MTI", pattern))?);
        }
        for name in parts(kind) {
            let kind = Kind::from_name(name).ok_or_else(|| place.unknown("kind", name))?;
            *when.kinds.get_or_insert(0) |= 1 << kind as u8;
        }
        for name in parts(entry_mode) {
            let mode = EntryMode::from_name(name).ok_or_else(|| place.unknown("entry mode", name))?;
            *when.entry_modes.get_or_insert(0) |= 1 << mode as u8;
        }
        if when == Self::default() { Err(place.unknown("condition", "-")) } else { Ok(when) }
    }
}

/// The digits of an MTI, the repeat digit dropped: an 0421 is an 0420.
fn spelled(mti: Mti) -> [u8; 4] {
    let mut digits = [0; 4];
    digits.copy_from_slice(mti.as_str().as_bytes());
    digits[3] &= !1;
    digits
}

fn parts(field: &str) -> impl Iterator<Item = &str> {
    field.split('|').filter(|&part| part != "-")
}

/// Reads the table.
pub(crate) fn read(text: &'static str) -> Result<Vec<QualifiedCode>, DataError> {
    let columns = ["dialect", "code", "mti", "kind", "entry_mode", "cause", "reason", "why"];
    rows("qualified-codes.tsv", text, columns)?
        .map(|(place, [dialects, code, mti, kind, entry_mode, cause, reason, why])| {
            let row = QualifiedCode {
                dialects,
                code,
                mti,
                kind,
                entry_mode,
                meaning: Meaning::from_names(cause, reason).ok_or_else(|| place.unknown("reason", reason))?,
                why,
                when: When::read(place, mti, kind, entry_mode)?,
                response_code: ResponseCode::parse(code.as_bytes())
                    .ok_or_else(|| place.unknown("code", code))?,
            };
            for pattern in dialects.split('|') {
                let alone = QualifiedCode { dialects: pattern, ..row.clone() };
                if !Dialect::all().any(|dialect| alone.names(dialect)) {
                    return Err(place.unknown("dialect", pattern));
                }
            }
            Ok(row)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn when(mti: &str, kind: &str, entry_mode: &str) -> Result<When, DataError> {
        When::read(Place { table: "", line: 1 }, mti, kind, entry_mode)
    }

    fn circumstances(mti: &str) -> Circumstances {
        Circumstances { mti: Mti::parse(mti.as_bytes()), ..Circumstances::default() }
    }

    #[test]
    fn patterns_match_messages_and_ignore_repeats() {
        let reversals = when("x40x|x42x", "-", "-").unwrap();
        for (mti, holds) in [("0400", true), ("0421", true), ("2420", true), ("0430", false), ("", false)] {
            assert_eq!(reversals.holds(&circumstances(mti)), holds, "{mti}");
        }
        assert!(When::message(Mti::parse(b"0420").unwrap()).holds(&circumstances("0421")));
    }

    #[test]
    fn every_condition_must_hold() {
        let both = when("-", "void|refund", "fallback").unwrap();
        let asked = |kind, entry_mode| both.holds(&Circumstances { mti: None, kind, entry_mode });
        assert!(asked(Kind::Refund, EntryMode::Fallback));
        assert!(!asked(Kind::Refund, EntryMode::Chip) && !asked(Kind::Sale, EntryMode::Fallback));
        assert_eq!(both.count(), 2);
    }

    #[test]
    fn each_dialect_of_a_row_is_known() {
        let rows = |dialects: &str| {
            let head = "dialect\tcode\tmti\tkind\tentry_mode\tcause\treason\twhy\n";
            read(format!("{head}{dialects}\t12\t-\tvoid\t-\tkey\tmac_invalid\tW\n").leak())
        };
        assert!(["visa", "visa|elo", "unionpay-*|elo", "*"].iter().all(|dialects| rows(dialects).is_ok()));
        assert!(
            ["nobody", "visa|nobody", "nobody|visa", "nobody-*"]
                .iter()
                .all(|dialects| rows(dialects).is_err())
        );
    }

    #[test]
    fn a_row_without_condition_or_with_an_unknown_name_is_refused() {
        for (mti, kind, entry_mode) in
            [("-", "-", "-"), ("08", "-", "-"), ("-", "gift", "-"), ("-", "-", "nfc")]
        {
            assert!(when(mti, kind, entry_mode).is_err());
        }
    }
}
