//! Terminals as tab-separated values: no quotes, so that awk and cut need none; a header always. A spreadsheet finds no
//! formula in them.

use crate::View;
use crate::judged::Judged;
use crate::spreadsheet::spreadsheet_text;
use crate::terminal_row::{COLUMNS, cells};
use std::io::{self, Write};

pub(crate) fn write(judged: &Judged<'_>, view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    write_row(out, COLUMNS)?;
    for line in judged.listed(view).terminals {
        write_row(out, cells(judged.summary, &line, view))?;
    }
    Ok(())
}

/// Writes a line. Names come escaped; a tab or line break that is left all the same becomes a
/// space, since there is no quoting that would keep it.
pub(crate) fn write_row<T: AsRef<str>>(
    out: &mut dyn Write,
    cells: impl IntoIterator<Item = T>,
) -> io::Result<()> {
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            out.write_all(b"\t")?;
        }
        for (part_at, part) in spreadsheet_text(cell.as_ref()).split(['\t', '\n', '\r']).enumerate() {
            if part_at > 0 {
                out.write_all(b" ")?;
            }
            out.write_all(part.as_bytes())?;
        }
    }
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_value_ends_it() {
        let mut line = Vec::new();
        write_row(&mut line, ["a\tb", "c\r\nd", "\"e\"", "", "=1+1"]).unwrap();
        assert_eq!(line, b"a b\tc  d\t\"e\"\t\t'=1+1\n");
    }
}
