//! Messages as `name=value` pairs behind their time, one message a line. What a message does not tell is left out.

use crate::message::Message;
use crate::row::{Width, cells, columns};
use std::io::{self, Write};

/// Appends one line.
pub(crate) fn write(out: &mut Vec<u8>, message: &Message<'_>, width: Width) -> io::Result<()> {
    let mut names = columns(width);
    cells(message, width, |cell| {
        let name = names.next().expect("a name for each cell");
        let start = out.len();
        if name != "time" {
            write!(out, " {name}=")?;
        }
        let value = out.len();
        out.write_fmt(cell)?;
        if out.len() == value {
            out.truncate(start);
        }
        Ok(())
    })?;
    writeln!(out)
}
