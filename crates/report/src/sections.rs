//! Sections of text with an empty line between them.

use std::io::{self, Write};

/// Writes the sections that hold a line.
pub(crate) fn write_sections<W: Write + ?Sized>(sections: &[Vec<String>], out: &mut W) -> io::Result<()> {
    for (at, section) in sections.iter().filter(|section| !section.is_empty()).enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        for line in section {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}
