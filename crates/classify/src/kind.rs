//! The kind of an attempt: what the customer or the merchant wanted.
//!
//! `data/kinds.tsv` decides, by MTI class, processing code, DE25 and UnionPay's DE60.1. Whether a
//! message is an attempt at all is the MTI's matter ([`Mti::asks_for_decision`]).

use std::sync::OnceLock;

use posmortem_iso8583::{Class, Mti};

use crate::DataError;
use crate::data_error::rows;

pub(crate) const KINDS: &str = include_str!("../data/kinds.tsv");

/// What an attempt asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// A purchase, with or without cashback, and whatever no row of the table names.
    #[default]
    Sale,
    /// An amount held for later.
    Preauth,
    /// The purchase that uses a held amount.
    Completion,
    /// An earlier transaction taken back whole, as an attempt of its own.
    Void,
    /// Money given back.
    Refund,
    /// Cash handed out.
    Cash,
    /// A balance or another question.
    Inquiry,
}

impl Kind {
    /// Every kind, in the order of their numbers.
    pub const ALL: [Self; 7] =
        [Self::Sale, Self::Preauth, Self::Completion, Self::Void, Self::Refund, Self::Cash, Self::Inquiry];

    /// The name used in tables and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sale => "sale",
            Self::Preauth => "preauth",
            Self::Completion => "completion",
            Self::Void => "void",
            Self::Refund => "refund",
            Self::Cash => "cash",
            Self::Inquiry => "inquiry",
        }
    }

    /// The kind of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The kind of a message. Pass empty slices for what the log does not show.
    ///
    /// `processing_code` is DE3, its leading zeros lost or not, or its first two digits alone;
    /// `condition` is DE25 (the four digits of 1993 say nothing here); `unionpay_type` is the first
    /// two characters of DE60 and must be empty where the log is not UnionPay's, since DE60 is
    /// private use.
    pub fn of(mti: Option<Mti>, processing_code: &[u8], condition: &[u8], unionpay_type: &[u8]) -> Self {
        let table = table();
        let asked = Asked {
            class: match mti.map(Mti::class) {
                Some(Class::Authorisation) => 1,
                Some(Class::Financial) => 2,
                _ => 0,
            },
            processing_code: processing_prefix(processing_code),
            condition: pair(condition),
            unionpay_type: pair(unionpay_type),
        };
        if table.conditions.contains(asked.condition) || table.unionpay_types.contains(asked.unionpay_type) {
            return table.find(asked);
        }
        table.plain[asked.class][usize::from(asked.processing_code)]
    }
}

/// A pair of digits that a field lacks or that the table does not name.
const NONE: u8 = 100;

#[derive(Clone, Copy)]
struct Asked {
    class: usize,
    processing_code: u8,
    condition: u8,
    unionpay_type: u8,
}

fn digits(text: &[u8]) -> Option<u32> {
    let is_number = text.len() <= 6 && text.iter().all(u8::is_ascii_digit);
    is_number.then(|| text.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0')))
}

fn pair(text: &[u8]) -> u8 {
    match *text.trim_ascii() {
        [tens, ones] if tens.is_ascii_digit() && ones.is_ascii_digit() => (tens - b'0') * 10 + (ones - b'0'),
        [digit] if digit.is_ascii_digit() => digit - b'0',
        _ => NONE,
    }
}

fn processing_prefix(text: &[u8]) -> u8 {
    let text = text.trim_ascii();
    match text.len() {
        ..=2 => pair(text),
        // Types of accounts, behind the first two, have letters in 2003 (`an 6`), and may be masked.
        6 => pair(&text[..2]),
        _ => digits(text).map_or(NONE, |number| (number / 10_000) as u8),
    }
}

/// A set of pairs of digits.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Pairs(u128);

impl Pairs {
    fn contains(self, pair: u8) -> bool {
        self.0 >> pair & 1 == 1
    }

    /// `-` stands for any pair and for none: the empty set.
    fn read(field: &str) -> Option<Self> {
        if field == "-" {
            return Some(Self::default());
        }
        field.split('|').try_fold(Self::default(), |set, text| {
            let number = (text.len() == 2).then(|| digits(text.as_bytes())).flatten()?;
            Some(Self(set.0 | 1 << number))
        })
    }

    fn allows(self, pair: u8) -> bool {
        self == Self::default() || self.contains(pair)
    }
}

struct Row {
    class: usize,
    processing_code: Pairs,
    condition: Pairs,
    unionpay_type: Pairs,
    kind: Kind,
}

/// The rows, and their answers worked out for messages whose DE25 and DE60.1 no row names: nearly all.
struct Table {
    rows: Vec<Row>,
    conditions: Pairs,
    unionpay_types: Pairs,
    plain: [[Kind; NONE as usize + 1]; 3],
}

impl Table {
    fn find(&self, asked: Asked) -> Kind {
        let matches = |row: &&Row| {
            (row.class == 0 || row.class == asked.class)
                && row.processing_code.allows(asked.processing_code)
                && row.condition.allows(asked.condition)
                && row.unionpay_type.allows(asked.unionpay_type)
        };
        self.rows.iter().find(matches).map_or(Kind::Sale, |row| row.kind)
    }
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| read(KINDS).expect("kinds.tsv is checked by tests"))
}

fn read(text: &str) -> Result<Table, DataError> {
    let columns = ["class", "processing_code", "condition", "unionpay_type", "kind"];
    let mut table = Table {
        rows: Vec::new(),
        conditions: Pairs::default(),
        unionpay_types: Pairs::default(),
        plain: [[Kind::Sale; NONE as usize + 1]; 3],
    };
    for (place, [class, processing_code, condition, unionpay_type, kind]) in rows("kinds.tsv", text, columns)?
    {
        let pairs = |what, field| Pairs::read(field).ok_or_else(|| place.unknown(what, field));
        let row = Row {
            class: match class {
                "-" => 0,
                "1" => 1,
                "2" => 2,
                _ => return Err(place.unknown("class", class)),
            },
            processing_code: pairs("processing code", processing_code)?,
            condition: pairs("condition", condition)?,
            unionpay_type: pairs("type", unionpay_type)?,
            kind: Kind::from_name(kind).ok_or_else(|| place.unknown("kind", kind))?,
        };
        table.conditions.0 |= row.condition.0;
        table.unionpay_types.0 |= row.unionpay_type.0;
        table.rows.push(row);
    }
    for class in 0..table.plain.len() {
        for processing_code in 0..=NONE {
            let asked = Asked { class, processing_code, condition: NONE, unionpay_type: NONE };
            table.plain[class][usize::from(processing_code)] = table.find(asked);
        }
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_follow_the_table() {
        for (mti, processing_code, condition, unionpay_type, kind) in [
            ("0200", "000000", "00", "22", Kind::Sale),
            ("0200", "000000", "", "", Kind::Sale),
            ("0200", "0", "0", "", Kind::Sale),
            ("0200", "90000", "00", "", Kind::Sale),
            ("0200", "010000", "00", "", Kind::Cash),
            ("0200", "10000", "00", "", Kind::Cash),
            ("1200", "170000", "", "", Kind::Cash),
            ("0200", "31", "", "01", Kind::Inquiry),
            ("0100", "300000", "", "", Kind::Inquiry),
            ("0200", "020000", "", "", Kind::Void),
            ("0200", "220000", "", "", Kind::Void),
            ("0200", "200000", "00", "23", Kind::Void),
            ("0220", "200000", "00", "25", Kind::Refund),
            ("0200", "200000", "00", "", Kind::Refund),
            ("0100", "030000", "06", "10", Kind::Preauth),
            ("0100", "000000", "06", "", Kind::Preauth),
            ("0100", "000000", "00", "", Kind::Sale),
            ("0100", "200000", "06", "11", Kind::Void),
            ("0200", "000000", "06", "20", Kind::Completion),
            ("0200", "000000", "6", "", Kind::Completion),
            ("0200", "200000", "06", "", Kind::Void),
            ("0200", "", "", "20", Kind::Completion),
            ("0200", "", "", "23", Kind::Void),
            ("", "000000", "06", "", Kind::Preauth),
            ("", "200000", "", "", Kind::Refund),
            ("1200", "000000", "4021", "", Kind::Sale),
            ("", "", "", "", Kind::Sale),
            ("0200", "AB0000", "x", "\u{ff}", Kind::Sale),
            ("0100", "030000", "00", "", Kind::Preauth),
            ("0200", "030000", "00", "", Kind::Sale),
            ("0200", "31", "", "", Kind::Inquiry),
            ("0200", "2", "", "", Kind::Void),
            ("2200", "20A000", "", "", Kind::Refund),
            ("0200", "31****", "", "", Kind::Inquiry),
            // What no processing code, condition or type can be says nothing.
            ("0200", "2000000", "", "", Kind::Sale),
            ("0200", "G0000", "", "", Kind::Sale),
            ("0200", "*", "-", "*", Kind::Sale),
            ("0200", "A0", "0A", "2B", Kind::Sale),
        ] {
            let [de3, de25, de60] = [processing_code, condition, unionpay_type].map(str::as_bytes);
            let read = Kind::of(Mti::parse(mti.as_bytes()), de3, de25, de60);
            assert_eq!(read, kind, "{mti} {processing_code} {condition} {unionpay_type}");
        }
    }

    #[test]
    fn a_pair_that_a_row_names_twice_is_named() {
        let pairs = Pairs::read("02|22|02").unwrap();
        assert_eq!([2, 22, 20].map(|pair| pairs.contains(pair)), [true, true, false]);
    }

    #[test]
    fn names_come_back_and_every_kind_but_sale_has_a_row() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_name(kind.name()), Some(kind));
            assert!(kind == Kind::Sale || table().rows.iter().any(|row| row.kind == kind));
        }
    }

    #[test]
    fn no_row_hides_behind_an_earlier_one() {
        let rows = &table().rows;
        for (at, row) in rows.iter().enumerate() {
            let within = |inner: Pairs, outer: Pairs| {
                outer == Pairs::default() || inner != Pairs::default() && inner.0 & !outer.0 == 0
            };
            let hidden = rows[..at].iter().any(|above| {
                (above.class == 0 || above.class == row.class)
                    && within(row.processing_code, above.processing_code)
                    && within(row.condition, above.condition)
                    && within(row.unionpay_type, above.unionpay_type)
            });
            assert!(!hidden, "row {at}");
        }
    }
}
