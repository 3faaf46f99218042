//! What a network management message (class 8) is about.
//!
//! `data/network-management.tsv` holds the codes. Which field a log fills, and under which dialect
//! DE60 may be read, is for the caller to know.

use crate::{TableError, rows};
use std::sync::OnceLock;

/// What a message of class 8 is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum NetworkManagement {
    /// The terminal or its host begins a session. With UnionPay it fetches its working keys, too.
    SignOn,
    /// Working keys are changed.
    KeyChange,
    /// Asks whether the other side is there.
    Echo,
    /// Something else, such as a sign-off or a cutover, or a code without a row in the table.
    Other,
}

/// The field that tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManagementField {
    /// DE70, three digits of 1987.
    Information,
    /// DE24, the function code of 1993 and 2003.
    Function,
    /// DE60.3 of UnionPay.
    UnionPay,
}

impl NetworkManagement {
    /// Every meaning.
    pub const ALL: [Self; 4] = [Self::SignOn, Self::KeyChange, Self::Echo, Self::Other];

    /// The name used in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::SignOn => "sign_on",
            Self::KeyChange => "key_change",
            Self::Echo => "echo",
            Self::Other => "other",
        }
    }

    /// The meaning of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|meaning| meaning.name() == name)
    }

    /// Reads a code of up to three digits; zeros may be missing on the left. `None` for what is no
    /// code.
    pub fn from_code(field: ManagementField, code: &[u8]) -> Option<Self> {
        let code = code.trim_ascii();
        if !(1..=3).contains(&code.len()) || !code.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let number = code.iter().fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'));
        let known = table().iter().find(|row| row.0 == field && row.1 == number);
        Some(known.map_or(Self::Other, |row| row.2))
    }
}

type Row = (ManagementField, u16, NetworkManagement);

fn table() -> &'static [Row] {
    static TABLE: OnceLock<Vec<Row>> = OnceLock::new();
    TABLE.get_or_init(|| {
        read().map(|rows| rows.into_iter().flatten().collect()).expect("the table is checked by its test")
    })
}

/// The rows; `None` for one that does not fit.
fn read() -> Result<Vec<Option<Row>>, TableError> {
    let text = include_str!("../data/network-management.tsv");
    let rows = rows(text, ["field", "code", "meaning", "note"])?;
    let read = rows.into_iter().map(|row| {
        let [field, code, meaning, _] = row.fields;
        let field = match field {
            "de70" => ManagementField::Information,
            "de24" => ManagementField::Function,
            "de60.3" => ManagementField::UnionPay,
            _ => return None,
        };
        Some((field, code.parse().ok()?, NetworkManagement::from_name(meaning)?))
    });
    Ok(read.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ManagementField::{Function, Information, UnionPay};

    #[test]
    fn every_row_fits_and_no_code_is_listed_twice() {
        let rows: Vec<Row> = read().unwrap().into_iter().map(|row| row.expect("a row that fits")).collect();
        for (at, row) in rows.iter().enumerate() {
            assert!(row.1 < 1_000);
            assert!(rows[..at].iter().all(|other| (other.0, other.1) != (row.0, row.1)), "{row:?}");
        }
        assert!(NetworkManagement::ALL.iter().all(|meaning| rows.iter().any(|row| row.2 == *meaning)));
    }

    #[test]
    fn a_code_means_what_its_field_makes_of_it() {
        for (field, code, meaning) in [
            (Information, "001", Some(NetworkManagement::SignOn)),
            (Information, "1", Some(NetworkManagement::SignOn)),
            (Information, "161", Some(NetworkManagement::KeyChange)),
            (Information, "301", Some(NetworkManagement::Echo)),
            (Information, "002", Some(NetworkManagement::Other)),
            (Information, "777", Some(NetworkManagement::Other)),
            (Function, "801", Some(NetworkManagement::SignOn)),
            (Function, "811", Some(NetworkManagement::KeyChange)),
            (UnionPay, "003", Some(NetworkManagement::SignOn)),
            (UnionPay, "202", Some(NetworkManagement::Other)),
            (Information, "", None),
            (Information, "0001", None),
            (Information, "999999", None),
            (Information, "00A", None),
        ] {
            assert_eq!(NetworkManagement::from_code(field, code.as_bytes()), meaning, "{field:?} {code}");
        }
    }
}
