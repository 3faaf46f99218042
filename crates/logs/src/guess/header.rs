//! A header whose names mean nothing: what stands below them.

use super::{GuessedColumn, Likeness, guess_columns};
use crate::column::{Column, is_field_name, plain_name};
use crate::delimited::{QuotedRow, RowEnd, row_end, without_bom, without_line_end};
use crate::settings::InputSettings;

/// Separators that are looked for, the more common first.
const SEPARATORS: [u8; 4] = [b',', b'\t', b'|', b';'];

/// Rows that are looked at.
const MOST_ROWS: usize = 500;

/// What the columns of a sample of rows hold that the names in its first row do not tell. Nothing
/// where the sample is no rows below names.
///
/// A proposal: with each name as an alias of its column ([`InputSettings::aliases`]) the sample may be
/// recognised that was not.
pub fn guess_header(sample: &[u8], settings: &InputSettings) -> Vec<GuessedColumn> {
    let separators = settings.separator.map_or(SEPARATORS.to_vec(), |separator| vec![separator]);
    let tables = separators.into_iter().filter_map(|separator| Table::read(sample, separator));
    // `max_by_key` takes the last of equals; the more common separator goes first.
    let tables: Vec<_> = tables.collect();
    let best = tables.iter().rev().max_by_key(|table| table.rows * table.names.len());
    best.map_or_else(Vec::new, |table| table.guess(settings))
}

struct Table {
    names: Vec<String>,
    columns: Vec<Likeness>,
    rows: usize,
}

impl Table {
    /// Rows as wide as a first row of names; `None` for anything else.
    fn read(sample: &[u8], separator: u8) -> Option<Self> {
        let mut quoted = QuotedRow::new();
        let mut rest = without_bom(sample);
        let mut table: Option<Self> = None;
        let mut others = 0;
        while let RowEnd::After(len) = row_end(rest, separator) {
            let (row, behind) = rest.split_at(len);
            rest = behind;
            let row = without_line_end(row);
            if row.trim_ascii().is_empty() || row.starts_with(b"#") {
                continue;
            }
            quoted.parse(row, separator);
            match &mut table {
                None => table = Some(Self::of_names(&quoted)?),
                Some(table) if quoted.fields().len() == table.names.len() => table.add(&quoted),
                Some(_) => others += 1,
            }
            if table.as_ref().is_some_and(|table| table.rows == MOST_ROWS) {
                break;
            }
        }
        table.filter(|table| table.rows > 9 * others)
    }

    fn of_names(row: &QuotedRow) -> Option<Self> {
        let text = |field: &[u8]| Some(std::str::from_utf8(field).ok()?.trim().to_owned());
        let names: Vec<String> = row.fields().map(text).collect::<Option<_>>()?;
        let is_name = |name: &String| is_field_name(name) && name.chars().any(char::is_alphabetic);
        let is_header = names.len() >= 3 && names.iter().all(|name| name.is_empty() || is_name(name));
        let columns = vec![Likeness::default(); names.len()];
        is_header.then_some(Self { names, columns, rows: 0 })
    }

    fn add(&mut self, row: &QuotedRow) {
        self.rows += 1;
        self.columns.iter_mut().zip(row.fields()).for_each(|(likeness, value)| likeness.see(value));
    }

    fn guess(&self, settings: &InputSettings) -> Vec<GuessedColumn> {
        let alias = |name: &str| {
            let plain = plain_name(name);
            settings
                .aliases
                .iter()
                .rev()
                .find(|(alias, _)| plain_name(alias) == plain)
                .map(|(_, column)| *column)
        };
        let known = |name: &String| alias(name).unwrap_or_else(|| Column::from_name(name));
        let taken: Vec<Column> = self.names.iter().filter_map(known).collect();
        let is_open =
            |name: &str| !name.is_empty() && alias(name).is_none() && Column::from_name(name).is_none();
        let open: Vec<usize> = (0..self.names.len()).filter(|at| is_open(&self.names[*at])).collect();
        let likenesses: Vec<&Likeness> = open.iter().map(|at| &self.columns[*at]).collect();
        let guesses = guess_columns(&likenesses, &taken);
        let guessed = open.into_iter().zip(guesses).filter_map(|(at, guess)| {
            let (column, confidence) = guess?;
            Some(GuessedColumn { name: self.names[at].clone(), column, confidence })
        });
        guessed.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect;

    fn sample(header: &str) -> String {
        let row = |at: usize| {
            let code = if at.is_multiple_of(4) { "55" } else { "00" };
            format!(
                "2026-11-21 08:{:02}:{:02};0210;100123{:02};{:06};{code}\n",
                at / 60,
                at % 60,
                at % 9,
                4711 + at
            )
        };
        std::iter::once(header.to_owned()).chain((0..90).map(row)).collect()
    }

    #[test]
    fn a_header_in_another_language_is_understood_by_its_rows() {
        let sample = sample("Zeitpunkt;Nachricht;Kasse;Laufnummer;Antwort\n");
        let settings = InputSettings::default();
        assert!(detect(sample.as_bytes(), &settings).is_err());
        let guessed = guess_header(sample.as_bytes(), &settings);
        let columns: Vec<_> =
            guessed.iter().map(|guess| (&*guess.name, guess.column, guess.confidence)).collect();
        assert_eq!(
            columns,
            [
                ("Zeitpunkt", Column::Time, 1000),
                ("Nachricht", Column::Mti, 1000),
                ("Kasse", Column::TerminalId, 1000),
                ("Laufnummer", Column::Stan, 1000),
                ("Antwort", Column::ResponseCode, 1000),
            ]
        );
        let aliases = guessed.into_iter().map(|guess| (guess.name, Some(guess.column))).collect();
        assert!(detect(sample.as_bytes(), &InputSettings { aliases, ..settings }).is_ok());
    }

    #[test]
    fn names_that_are_known_or_ignored_stay_what_they_are() {
        let sample = sample("time;Nachricht;Kasse;Laufnummer;Antwort\n");
        let aliases = vec![("kasse".to_owned(), None), ("Antwort".to_owned(), Some(Column::ResponseCode))];
        let guessed = guess_header(sample.as_bytes(), &InputSettings { aliases, ..InputSettings::default() });
        let columns: Vec<_> = guessed.iter().map(|guess| guess.column).collect();
        assert_eq!(columns, [Column::Mti, Column::Stan]);
    }

    #[test]
    fn what_is_no_table_gives_nothing() {
        for text in [
            "",
            "one line",
            "4111111111111111;5555555555554444;x\n1;2;3\n",
            "a;b;c\n1;2\n3\n4;5;6\n",
            "<log realm=\"x\">\n<isomsg>\n",
        ] {
            assert_eq!(guess_header(text.as_bytes(), &InputSettings::default()), [], "{text}");
        }
    }
}
