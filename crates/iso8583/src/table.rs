//! Reads the tab-separated data tables that the crates embed.
//!
//! Deliberately less than CSV: no quotes, no escapes, a header row, `#` comment lines. Tables of
//! unknown origin go through the crate `csv` instead.

/// One row: its fields in the header's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRow<'t, const N: usize> {
    /// The line in the file, counted from 1.
    pub line: usize,
    /// The fields; an absent last field is empty.
    pub fields: [&'t str; N],
}

/// Why a table cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// The first line does not name the expected columns.
    #[error("the header must be: {expected}")]
    Header {
        /// The columns that belong there, space-separated.
        expected: String,
    },
    /// A row has more or fewer fields than the header.
    #[error("line {line}: {found} fields where the header has {expected}")]
    Width {
        /// The line, counted from 1.
        line: usize,
        /// Fields in the row.
        found: usize,
        /// Fields in the header.
        expected: usize,
    },
}

/// The rows of a table whose header is `columns`.
///
/// # Errors
/// When the header differs or a row has another number of fields.
pub fn rows<'t, const N: usize>(
    text: &'t str,
    columns: [&str; N],
) -> Result<Vec<TableRow<'t, N>>, TableError> {
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let header = lines.next().map(|(_, line)| line).unwrap_or_default();
    if !header.split('\t').eq(columns) {
        return Err(TableError::Header { expected: columns.join(" ") });
    }
    lines
        .map(|(index, line)| {
            let mut fields = [""; N];
            let mut found = 0;
            for field in line.split('\t') {
                if let Some(place) = fields.get_mut(found) {
                    *place = field;
                }
                found += 1;
            }
            if found != N {
                return Err(TableError::Width { line: index + 1, found, expected: N });
            }
            Ok(TableRow { line: index + 1, fields })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_rows_with_their_lines() {
        let read = rows("# note\na\tb\n1\t2\n\n3\t\n", ["a", "b"]).unwrap();
        assert_eq!(read[0], TableRow { line: 3, fields: ["1", "2"] });
        assert_eq!(read[1], TableRow { line: 5, fields: ["3", ""] });
    }

    #[test]
    fn a_ragged_row_is_told_with_its_line() {
        assert_eq!(rows("a\tb\n1\n", ["a", "b"]), Err(TableError::Width { line: 2, found: 1, expected: 2 }));
        assert!(matches!(rows("a\n", ["b"]), Err(TableError::Header { .. })));
    }
}
