//! Messages as JSON objects, one a line: the time, and what the transaction tells nested under it. Amounts and
//! latencies are numbers, anything else is text. What a message does not tell is left out.

use crate::message::Message;
use crate::row::{Width, cells, columns};
use std::io::{self, Write};

/// Columns that are written without quotes.
const NUMBERS: [&str; 2] = ["amount", "latency_ms"];

/// Appends one line.
pub(crate) fn write(out: &mut Vec<u8>, message: &Message<'_>, width: Width) -> io::Result<()> {
    let mut names = columns(width);
    let mut before = "{";
    cells(message, width, |cell| {
        let name = names.next().expect("a name for each cell");
        if cell.as_str() == Some("") {
            return Ok(());
        }
        let start = out.len();
        let quote = if NUMBERS.contains(&name) { "" } else { "\"" };
        write!(out, "{before}\"{name}\":{quote}")?;
        let value = out.len();
        out.write_fmt(cell)?;
        if out.len() == value {
            out.truncate(start);
            return Ok(());
        }
        before = if name == "time" { ",\"transaction\":{" } else { "," };
        out.extend_from_slice(quote.as_bytes());
        Ok(())
    })?;
    writeln!(out, "}}}}")
}
