//! Messages as rows of comma-separated columns. No cell needs quotes.

use crate::message::Message;
use crate::row::{Width, cells, columns};
use std::io::{self, Write};

/// Appends the names of the columns.
pub(crate) fn write_header(out: &mut Vec<u8>, width: Width) -> io::Result<()> {
    for (at, name) in columns(width).enumerate() {
        write!(out, "{}{name}", if at == 0 { "" } else { "," })?;
    }
    writeln!(out)
}

/// Appends one row.
pub(crate) fn write(out: &mut Vec<u8>, message: &Message<'_>, width: Width) -> io::Result<()> {
    let mut is_first = true;
    cells(message, width, |cell| {
        if !std::mem::take(&mut is_first) {
            out.push(b',');
        }
        out.write_fmt(cell)
    })?;
    writeln!(out)
}
