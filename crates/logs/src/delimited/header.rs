//! From the names in a header row to columns.
//!
//! Names are echoed only where they look like identifiers: a file without a header has card data
//! in its first row.

use std::collections::HashMap;

use crate::column::{Column, is_field_name};
use crate::names::{Claim, NameRules, Named};

/// What the names of a header row stand for.
pub(crate) struct Names {
    /// What each column holds; `None` for those that are ignored.
    pub(crate) columns: Vec<Option<Column>>,
    /// What each column is called, and how sinks are told of it.
    pub(crate) fields: Vec<(Named, String)>,
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

    /// Whether rows can be read by these names: the row that has them is a header beyond doubt.
    pub(crate) fn is_complete(&self) -> bool {
        self.wanted() >= 2 && self.missing().is_empty() && self.duplicate.is_none()
    }

    /// What no row can be read without and no column holds.
    pub(crate) fn missing(&self) -> Vec<&'static str> {
        let has = |column| self.columns.contains(&Some(column));
        let mut missing = Vec::new();
        let times = [Column::Time, Column::Date, Column::LocalTime, Column::TransmissionTime];
        if !times.into_iter().any(has) {
            missing.push(
                "a time (time, or date with time, or local_time with local_date, or transmission_time)",
            );
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
    let rules = NameRules::new(aliases);
    let mut read = Names { columns: Vec::new(), fields: Vec::new(), unknown: Vec::new(), duplicate: None };
    let mut takers: HashMap<Column, (usize, Claim)> = HashMap::new();
    for (at, name) in names.iter().enumerate() {
        let named = rules.read(name);
        let Named { column, claim, is_known, .. } = named;
        read.fields.push((named, name.clone()));
        if !is_known && !is_blank_name(name) {
            read.unknown.push(shown_name(name, at));
        }
        read.columns.push(column);
        let Some(column) = column else { continue };
        let Some(&(other, other_claim)) = takers.get(&column) else {
            takers.insert(column, (at, claim));
            continue;
        };
        match claim.goes_before(other_claim) {
            Some(true) => {
                read.columns[other] = None;
                takers.insert(column, (at, claim));
            }
            Some(false) => read.columns[at] = None,
            None => {
                let pair = (column, shown_name(&names[other], other), shown_name(name, at));
                read.duplicate.get_or_insert(pair);
            }
        }
    }
    read
}

/// Whether nothing of a name is left where names are compared.
fn is_blank_name(name: &str) -> bool {
    name.chars().all(|c| matches!(c, '-' | '_') || c.is_whitespace())
}

/// A name that looks like an identifier, else only its place and length.
fn shown_name(name: &str, at: usize) -> String {
    if is_field_name(name) {
        format!("`{name}`")
    } else {
        format!("column {} ({} characters)", at + 1, name.chars().count())
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
    fn fallbacks_give_way_to_every_other_name() {
        for names in [["device_id", "tid"], ["tid", "device_id"], ["term id", "de41"], ["pos-id", "catid"]] {
            let read = read(&names, &[]);
            let kept = names.iter().position(|name| ["tid", "de41", "catid"].contains(name));
            assert_eq!(read.columns.iter().position(Option::is_some), kept, "{names:?}");
            assert!(read.duplicate.is_none() && read.unknown.is_empty());
        }
        let three = read(&["pos_id", "catid", "tid"], &[]);
        assert_eq!(three.columns, [None, None, Some(Column::TerminalId)]);
        let own = read(&["Kasse", "device_id"], &[("kasse", Some(Column::TerminalId))]);
        assert_eq!(own.columns, [Some(Column::TerminalId), None]);
        assert!(read(&["device_id", "Device-ID"], &[]).duplicate.is_some());
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
        assert_eq!(read(&["txn_date", "mti"], &[]).missing().len(), 0);
    }
}
