//! The acquirer's list of terminals, from delimited text with a header row.
//!
//! Names of columns are those that logs use (`terminal_id`, `TID`, `de41` ...), and `status`; columns
//! that nothing here knows are passed over, for such lists have many. Unlike a log, the list is the
//! user's own: a line that cannot be understood is an error and no reject.

use posmortem_diagnose::{Inventory, Listed};
use posmortem_iso8583::screen;
use posmortem_logs::Column;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Why a list of terminals cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum InventoryError {
    /// There is not even a header.
    #[error("it is empty")]
    Empty,
    /// The header names no column of ids.
    #[error("line 1: no column is called terminal_id (or tid, terminal, de41)")]
    NoTerminalColumn,
    /// The header names a column twice.
    #[error("line 1: two columns hold the {0}")]
    TwoColumns(&'static str),
    /// A line in another encoding.
    #[error("line {0}: it is not in UTF-8: save the list as UTF-8")]
    NotUtf8(u64),
    /// A line with another number of fields than the header.
    #[error("line {line}: fields: {found}, in the header: {expected}")]
    Fields {
        /// The line, counted from 1.
        line: u64,
        /// Fields in the line.
        found: u64,
        /// Fields in the header.
        expected: u64,
    },
    /// A line about nobody.
    #[error("line {0}: the terminal id is empty")]
    NoTerminal(u64),
    /// Two lines about one terminal, which tell different things.
    #[error("line {line}: the terminal of line {first} is listed again, and otherwise")]
    Twice {
        /// The second line.
        line: u64,
        /// The first line.
        first: u64,
    },
}

/// What separates columns; the one that the header has most of does.
const SEPARATORS: [u8; 4] = *b",\t;|";

/// A column that is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    Terminal,
    Site,
    Region,
    Model,
    Firmware,
    Link,
    Status,
}

impl Told {
    fn from_name(name: &str) -> Option<Self> {
        if name.trim().eq_ignore_ascii_case("status") {
            return Some(Self::Status);
        }
        Some(match Column::from_name(name)? {
            Column::TerminalId => Self::Terminal,
            Column::Site => Self::Site,
            Column::Region => Self::Region,
            Column::Model => Self::Model,
            Column::Firmware => Self::Firmware,
            Column::Link => Self::Link,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Terminal => "terminal_id",
            Self::Site => "site",
            Self::Region => "region",
            Self::Model => "model",
            Self::Firmware => "firmware",
            Self::Link => "link",
            Self::Status => "status",
        }
    }
}

/// Reads a list of terminals. Its texts pass the screen that names of logs pass, so that both can be
/// compared and shown.
///
/// # Errors
/// At the first line that cannot be understood.
pub fn read_inventory(text: &[u8]) -> Result<Inventory, InventoryError> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut rows =
        csv::ReaderBuilder::new().delimiter(separator(text)).trim(csv::Trim::All).from_reader(text);
    let columns = columns(rows.headers().map_err(|error| line_error(&error))?)?;
    let mut inventory = Inventory::default();
    let mut lines: HashMap<String, u64> = HashMap::new();
    for row in rows.records() {
        let row = row.map_err(|error| line_error(&error))?;
        let line = row.position().map_or(0, csv::Position::line);
        let of = |told: Told| {
            let field = columns.iter().zip(&row).find(|(column, _)| **column == Some(told));
            field.map_or_else(String::new, |(_, field)| screen(field.as_bytes()).into_owned())
        };
        let terminal = of(Told::Terminal);
        if terminal.is_empty() {
            return Err(InventoryError::NoTerminal(line));
        }
        let listed = Listed {
            site: of(Told::Site),
            region: of(Told::Region),
            model: of(Told::Model),
            firmware: of(Told::Firmware),
            link: of(Told::Link),
            status: of(Told::Status),
        };
        let before = inventory.insert(&terminal, listed.clone());
        match lines.entry(posmortem_exchange::terminal_key(&terminal).to_owned()) {
            Entry::Occupied(first) if before.as_ref() != Some(&listed) => {
                return Err(InventoryError::Twice { line, first: *first.get() });
            }
            Entry::Occupied(_) => {}
            Entry::Vacant(place) => {
                place.insert(line);
            }
        }
    }
    Ok(inventory)
}

/// By the header; a comma where it has one column alone.
fn separator(text: &[u8]) -> u8 {
    let header = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |separator: u8| header.iter().filter(|byte| **byte == separator).count();
    let most =
        SEPARATORS.into_iter().reduce(|best, next| if count(next) > count(best) { next } else { best });
    most.unwrap_or(b',')
}

fn columns(header: &csv::StringRecord) -> Result<Vec<Option<Told>>, InventoryError> {
    if header.iter().all(str::is_empty) {
        return Err(InventoryError::Empty);
    }
    let columns: Vec<_> = header.iter().map(Told::from_name).collect();
    let known = || columns.iter().flatten();
    if let Some(twice) = known().find(|told| known().filter(|other| other == told).count() > 1) {
        return Err(InventoryError::TwoColumns(twice.name()));
    }
    if !columns.contains(&Some(Told::Terminal)) {
        return Err(InventoryError::NoTerminalColumn);
    }
    Ok(columns)
}

fn line_error(error: &csv::Error) -> InventoryError {
    let line = error.position().map_or(1, csv::Position::line);
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            InventoryError::Fields { line, found: *len, expected: *expected_len }
        }
        // From bytes in memory there is no other error.
        _ => InventoryError::NotUtf8(line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Inventory, InventoryError> {
        read_inventory(text.as_bytes())
    }

    #[test]
    fn names_of_columns_are_those_of_logs() {
        let text = "\u{feff}TID;Site;owner;REGION;model;Firmware;host;Status\r\n\
                    0010012301; 店 1 ;ann;north;V200;1.2;up-north;Test\r\n10012302;;;;;;;\r\n";
        let inventory = read(text).unwrap();
        let listed = Listed {
            site: "店 1".to_owned(),
            region: "north".to_owned(),
            model: "V200".to_owned(),
            firmware: "1.2".to_owned(),
            link: "up-north".to_owned(),
            status: "Test".to_owned(),
        };
        assert_eq!(inventory.terminal("10012301"), Some(&listed));
        assert!(inventory.silences("0010012301") && !inventory.silences("10012302"));
        assert_eq!((inventory.len(), inventory.terminal("10012302")), (2, Some(&Listed::default())));
    }

    #[test]
    fn every_separator_is_seen() {
        for separator in [",", "\t", ";", "|"] {
            let text = format!("de41{separator}region\n1{separator}\"a, b\"\n");
            assert_eq!(read(&text).unwrap().terminal("1").unwrap().region, "a, b", "{separator}");
        }
        assert_eq!(read("terminal_id\n7\n8\n").unwrap().len(), 2);
    }

    #[test]
    fn a_bad_line_is_told_with_its_number() {
        for (text, told) in [
            ("", "it is empty"),
            ("\n\n", "it is empty"),
            ("site,region\n", "line 1: no column is called terminal_id (or tid, terminal, de41)"),
            ("tid,de41\n", "line 1: two columns hold the terminal_id"),
            ("tid,region\n1,n\n2\n", "line 3: fields: 1, in the header: 2"),
            ("tid,region\n1,n\n ,n\n", "line 3: the terminal id is empty"),
            (
                "tid,region\n1,n\n2,n\n001,s\n",
                "line 4: the terminal of line 2 is listed again, and otherwise",
            ),
        ] {
            assert_eq!(read(text).unwrap_err().to_string(), told, "{text:?}");
        }
        let gbk = read_inventory(b"tid,site\n1,\xb5\xea\n").unwrap_err();
        assert_eq!(gbk.to_string(), "line 2: it is not in UTF-8: save the list as UTF-8");
        assert_eq!(read("tid,region\n1,n\n01,n\n").unwrap().len(), 1);
    }

    #[test]
    fn what_could_be_a_card_is_covered() {
        let inventory = read("tid,site\n1,4111111111111111\n").unwrap();
        let site = &inventory.terminal("1").unwrap().site;
        assert!(!site.contains("4111111111") && site.contains('*'), "{site}");
    }
}
