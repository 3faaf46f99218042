//! From the names in a header row to columns.
//!
//! Names are echoed only where they look like identifiers: a file without a header has card data
//! in its first row.

use std::collections::HashMap;

use crate::column::{Column, Meaning, plain_name};

/// What the names of a header row stand for.
pub(crate) struct Names {
    /// What each column holds; `None` for those that are ignored.
    pub(crate) columns: Vec<Option<Column>>,
    /// Names that mean nothing here, as they may be shown.
    pub(crate) unknown: Vec<String>,
    /// Two names for the same thing, as they may be shown.
    pub(crate) duplicate: Option<(Column, String, String)>,
}

impl Names {
    /// How many columns hold something.
    pub(crate) fn wanted(&self) -> usize {
        self.columns.iter().flatten().count()
    }

    /// What no row can be read without and no column holds.
    pub(crate) fn missing(&self) -> Vec<&'static str> {
        let has = |column| self.columns.contains(&Some(column));
        let mut missing = Vec::new();
        if ![Column::Time, Column::LocalTime, Column::TransmissionTime].into_iter().any(has) {
            missing.push("a time (time, or local_time with local_date, or transmission_time)");
        }
        if ![Column::ResponseCode, Column::Mti].into_iter().any(has) {
            missing.push("response_code or mti");
        }
        missing
    }
}

/// Gives each name its column. A byte order mark and the empty name behind a last separator must be
/// gone.
pub(crate) fn name_columns(names: &[String], aliases: &[(String, Option<Column>)]) -> Names {
    let aliases: HashMap<String, Option<Column>> =
        aliases.iter().map(|(name, column)| (plain_name(name), *column)).collect();
    let mut read = Names { columns: Vec::new(), unknown: Vec::new(), duplicate: None };
    let mut takers: HashMap<Column, (usize, Option<u8>)> = HashMap::new();
    for (at, name) in names.iter().enumerate() {
        let (column, rank) = match (aliases.get(&plain_name(name)), Meaning::of(name)) {
            (Some(&column), _) => (column, None),
            (None, Meaning::Name(column)) => (Some(column), None),
            (None, Meaning::Element { column, rank }) => (column, Some(rank)),
            (None, Meaning::Unknown) => {
                if !plain_name(name).is_empty() {
                    read.unknown.push(shown_name(name, at));
                }
                (None, None)
            }
        };
        read.columns.push(column);
        let Some(column) = column else { continue };
        match takers.get(&column).copied() {
            None => {
                takers.insert(column, (at, rank));
            }
            // Two data elements for one column, DE90 and DE56: the first of the table wins.
            Some((other, Some(other_rank))) if rank.is_some_and(|rank| rank != other_rank) => {
                let loser = if rank < Some(other_rank) { other } else { at };
                read.columns[loser] = None;
                if loser == other {
                    takers.insert(column, (at, rank));
                }
            }
            Some((other, _)) => {
                let pair = (column, shown_name(&names[other], other), shown_name(name, at));
                read.duplicate.get_or_insert(pair);
            }
        }
    }
    read
}

/// A name that looks like an identifier, else only its place and length.
fn shown_name(name: &str, at: usize) -> String {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ');
    let length = name.chars().count();
    let digits = name.chars().filter(|c| c.is_numeric()).count();
    if length <= 32 && digits < 6 && name.chars().all(allowed) {
        format!("`{name}`")
    } else {
        format!("column {} ({length} characters)", at + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(names: &[&str], aliases: &[(&str, Option<Column>)]) -> Names {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let aliases: Vec<_> = aliases.iter().map(|&(name, column)| (name.to_owned(), column)).collect();
        name_columns(&names, &aliases)
    }

    #[test]
    fn names_elements_and_the_users_aliases_are_columns() {
        let names = read(
            &["Time", "F39", "de5", "Händler-Nr", "host"],
            &[("händler nr", Some(Column::MerchantId)), ("HOST", None)],
        );
        let columns = [Some(Column::Time), Some(Column::ResponseCode), None, Some(Column::MerchantId), None];
        assert_eq!(names.columns, columns);
        assert!(names.unknown.is_empty() && names.duplicate.is_none() && names.missing().is_empty());
        assert_eq!(names.wanted(), 3);
    }

    #[test]
    fn the_same_column_twice_is_told() {
        let (column, first, second) = read(&["time", "rc", "DE39"], &[]).duplicate.expect("a duplicate");
        assert_eq!((column, &*first, &*second), (Column::ResponseCode, "`rc`", "`DE39`"));
        assert!(read(&["de39", "f39"], &[]).duplicate.is_some());
    }

    #[test]
    fn of_two_elements_for_one_column_the_first_of_the_table_wins() {
        for names in [["de56", "de90"], ["de90", "de56"]] {
            let read = read(&names, &[]);
            let kept = names.iter().position(|name| *name == "de90");
            assert_eq!(read.columns.iter().position(Option::is_some), kept);
            assert!(read.duplicate.is_none());
        }
    }

    #[test]
    fn names_that_could_be_card_data_are_not_echoed() {
        let names = read(&["4111111111111111", "colour", "a;b", "", "x1234567", &"n".repeat(33)], &[]);
        assert_eq!(
            names.unknown,
            [
                "column 1 (16 characters)",
                "`colour`",
                "column 3 (3 characters)",
                "column 5 (8 characters)",
                "column 6 (33 characters)"
            ]
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(read(&["stan"], &[]).missing().len(), 2);
        assert_eq!(read(&["de7", "mti"], &[]).missing().len(), 0);
        assert_eq!(read(&["local_date", "mti"], &[]).missing().len(), 1);
    }
}
