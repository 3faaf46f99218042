//! DE22: how the card was read, in the forms of 1987, 1993 and 2003.
//!
//! The table `data/entry-modes.tsv` holds the meanings; this file knows only which part of DE22
//! each form looks at. Whether a stripe read hides a fallback (service code 2 or 6) is evidence
//! across fields and not decided here.

use std::sync::OnceLock;

/// How the card's data reached the terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum EntryMode {
    /// Not told, or a value without a row in the table.
    #[default]
    Unknown,
    /// Contactless chip or contactless stripe.
    Contactless,
    /// Contact chip.
    Chip,
    /// Magnetic stripe.
    Stripe,
    /// A chip card at a chip terminal that was swiped or keyed after the chip failed.
    Fallback,
    /// Keyed at the terminal.
    Manual,
    /// QR or bar code.
    Qr,
    /// E-commerce.
    Ecommerce,
    /// Credential on file.
    Stored,
}

impl EntryMode {
    /// Every mode, in the order of their numbers.
    pub const ALL: [Self; 9] = [
        Self::Unknown,
        Self::Contactless,
        Self::Chip,
        Self::Stripe,
        Self::Fallback,
        Self::Manual,
        Self::Qr,
        Self::Ecommerce,
        Self::Stored,
    ];

    /// The name used in reports and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Contactless => "contactless",
            Self::Chip => "chip",
            Self::Stripe => "stripe",
            Self::Fallback => "fallback",
            Self::Manual => "manual",
            Self::Qr => "qr",
            Self::Ecommerce => "ecommerce",
            Self::Stored => "stored",
        }
    }

    /// The mode of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }

    /// Reads DE22. Its length tells the form: up to 4 digits are the 1987 code (n3, or its first
    /// two digits alone, or n4 with a pad digit), 12 characters the 1993 code (position 7), 32 hex
    /// digits the 2003 bit set (first two bytes, least significant bit first); letters are a name
    /// such as `CHIP`.
    pub fn from_de22(text: &[u8]) -> Self {
        let text = text.trim_ascii();
        let digits = text.iter().all(u8::is_ascii_digit);
        match text.len() {
            1 if digits => table().n3[usize::from(text[0] - b'0')],
            2 | 3 if digits => table().n3[two_digits(&text[..2])],
            // Filled up in front (`0051`), or behind as Visa does (`0510`).
            4 if digits => {
                let in_front = table().n3[two_digits(&text[1..3])];
                let is_filled_behind = text[0] != b'0' || in_front == Self::Unknown;
                if is_filled_behind { table().n3[two_digits(&text[..2])] } else { in_front }
            }
            12 if text[0].is_ascii_digit() => table().an12[usize::from(text[6].to_ascii_uppercase() & 0x7f)],
            32 => from_bits(text),
            _ => {
                let names = &table().names;
                names
                    .iter()
                    .find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(text))
                    .map_or(Self::Unknown, |row| row.1)
            }
        }
    }
}

fn two_digits(text: &[u8]) -> usize {
    usize::from(text[0] - b'0') * 10 + usize::from(text[1] - b'0')
}

/// The 2003 form: several reading methods may be set; a failed chip tells more than the stripe that
/// followed it, so the table's last row that matches wins.
fn from_bits(hex: &[u8]) -> EntryMode {
    let nibble = |at: usize| (hex[at] as char).to_digit(16);
    let byte = |at: usize| Some(nibble(at)? << 4 | nibble(at + 1)?);
    let (Some(low), Some(high)) = (byte(0), byte(2)) else { return EntryMode::Unknown };
    let bits = low | high << 8;
    table().b16.iter().rev().find(|(bit, _)| bits >> bit & 1 == 1).map_or(EntryMode::Unknown, |row| row.1)
}

struct Table {
    n3: [EntryMode; 100],
    an12: [EntryMode; 128],
    b16: Vec<(u32, EntryMode)>,
    names: Vec<(&'static str, EntryMode)>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| read_table(include_str!("../data/entry-modes.tsv")))
}

/// Rows that do not fit are left out here; `every_row_fits` makes sure that there are none.
fn read_table(text: &'static str) -> Table {
    let mut table = Table {
        n3: [EntryMode::Unknown; 100],
        an12: [EntryMode::Unknown; 128],
        b16: Vec::new(),
        names: Vec::new(),
    };
    for row in crate::rows(text, ["form", "value", "mode"]).unwrap_or_default() {
        let [form, value, mode] = row.fields;
        let Some(mode) = EntryMode::from_name(mode) else { continue };
        match (form, value.parse::<usize>()) {
            ("n3", Ok(code @ 0..100)) => table.n3[code] = mode,
            ("an12", _) if value.len() == 1 => table.an12[usize::from(value.as_bytes()[0] & 0x7f)] = mode,
            ("b16", Ok(bit @ 0..16)) => table.b16.push((bit as u32, mode)),
            ("name", _) => table.names.push((value, mode)),
            _ => {}
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_fits() {
        let rows = crate::rows(include_str!("../data/entry-modes.tsv"), ["form", "value", "mode"]).unwrap();
        for row in &rows {
            let [form, value, mode] = row.fields;
            assert!(EntryMode::from_name(mode).is_some(), "line {}: {mode}", row.line);
            let fits = match form {
                "n3" => value.len() == 2 && value.parse::<u8>().is_ok(),
                "an12" => value.len() == 1,
                "b16" => value.parse::<u32>().is_ok_and(|bit| bit < 16),
                "name" => value.chars().all(|c| c.is_ascii_uppercase()),
                _ => false,
            };
            assert!(fits, "line {}: {form} {value}", row.line);
        }
        assert!(rows.len() > 40);
    }

    #[test]
    fn reads_each_form() {
        for (de22, mode) in [
            ("051", EntryMode::Chip),
            ("05", EntryMode::Chip),
            ("0051", EntryMode::Chip),
            ("0510", EntryMode::Chip),
            ("9010", EntryMode::Stripe),
            ("071", EntryMode::Contactless),
            ("022", EntryMode::Stripe),
            ("801", EntryMode::Fallback),
            ("012", EntryMode::Manual),
            ("031", EntryMode::Qr),
            ("51010151114C", EntryMode::Chip),
            ("510101111141", EntryMode::Manual),
            ("51010121314C", EntryMode::Stripe),
            ("510101d1114C", EntryMode::Contactless),
            ("510101X1114C", EntryMode::Unknown),
            ("10000000080000000004000001000000", EntryMode::Stripe),
            ("20000000080000000004000001000000", EntryMode::Chip),
            ("02000000080000000004000001000000", EntryMode::Contactless),
            ("80000000080000000004000001000000", EntryMode::Fallback),
            ("10020000080000000004000001000000", EntryMode::Fallback),
            ("chip", EntryMode::Chip),
            ("", EntryMode::Unknown),
            ("999", EntryMode::Unknown),
            ("??", EntryMode::Unknown),
        ] {
            assert_eq!(EntryMode::from_de22(de22.as_bytes()), mode, "{de22}");
        }
    }
}
