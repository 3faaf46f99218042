//! Terminals as CSV: RFC 4180 quoting, line feeds, a header always. A spreadsheet finds no formula in it.

use crate::View;
use crate::judged::Judged;
use crate::spreadsheet::spreadsheet_text;
use crate::terminal_row::{COLUMNS, cells};
use std::io::{self, Write};

pub(crate) fn write(judged: &Judged<'_>, view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut rows = ::csv::Writer::from_writer(out);
    rows.write_record(COLUMNS).map_err(io_error)?;
    for line in judged.listed(view).terminals {
        write_record(&mut rows, cells(judged.summary, &line, view))?;
    }
    rows.flush()
}

/// Writes a line.
pub(crate) fn write_record<T: AsRef<str>>(
    rows: &mut ::csv::Writer<impl Write>,
    cells: impl IntoIterator<Item = T>,
) -> io::Result<()> {
    for cell in cells {
        rows.write_field(spreadsheet_text(cell.as_ref()).as_bytes()).map_err(io_error)?;
    }
    rows.write_record(None::<&[u8]>).map_err(io_error)
}

/// The writer's own error: its kind tells a closed pipe from a full disk, and the conversion that the
/// crate `csv` offers hides it.
pub(crate) fn io_error(error: ::csv::Error) -> io::Error {
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => error,
        // Rows of one width and valid text give no other.
        _ => io::ErrorKind::InvalidData.into(),
    }
}
