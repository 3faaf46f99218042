//! Why a data table was refused.

use posmortem_iso8583::TableError;

/// A table that does not follow its rules: which one, where, what.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DataError {
    /// Header or width are wrong.
    #[error("{table}: {error}")]
    Table {
        /// The table's file name.
        table: &'static str,
        /// What is wrong.
        #[source]
        error: TableError,
    },
    /// A field holds what it must not.
    #[error("{table}: line {line}: {what} `{found}` is not known")]
    Unknown {
        /// The table's file name.
        table: &'static str,
        /// The line, counted from 1.
        line: usize,
        /// What the field should name.
        what: &'static str,
        /// The field as it stands.
        found: String,
    },
    /// A row says again, or otherwise, what an earlier one said.
    #[error("{table}: line {line}: `{found}` has a row already")]
    Duplicate {
        /// The table's file name.
        table: &'static str,
        /// The line, counted from 1.
        line: usize,
        /// The repeated key.
        found: String,
    },
}

/// Where a reader stands in a table, to make errors of its fields.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) table: &'static str,
    pub(crate) line: usize,
}

impl Place {
    pub(crate) fn unknown(self, what: &'static str, found: &str) -> DataError {
        DataError::Unknown { table: self.table, line: self.line, what, found: found.to_owned() }
    }

    pub(crate) fn duplicate(self, found: &str) -> DataError {
        DataError::Duplicate { table: self.table, line: self.line, found: found.to_owned() }
    }
}

/// The rows of a table, each with its place.
pub(crate) fn rows<'t, const N: usize>(
    table: &'static str,
    text: &'t str,
    columns: [&str; N],
) -> Result<impl Iterator<Item = (Place, [&'t str; N])> + use<'t, N>, DataError> {
    let rows = posmortem_iso8583::rows(text, columns).map_err(|error| DataError::Table { table, error })?;
    Ok(rows.into_iter().map(move |row| (Place { table, line: row.line }, row.fields)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_sentences_with_their_place() {
        let place = Place { table: "response-codes.tsv", line: 7 };
        assert_eq!(
            place.unknown("reason", "x").to_string(),
            "response-codes.tsv: line 7: reason `x` is not known"
        );
        assert_eq!(
            place.duplicate("visa 05").to_string(),
            "response-codes.tsv: line 7: `visa 05` has a row already"
        );
        let Err(ragged) = rows("kinds.tsv", "a\tb\n1\n", ["a", "b"]) else { panic!("one field of two") };
        assert_eq!(ragged.to_string(), "kinds.tsv: line 2: 1 fields where the header has 2");
    }
}
