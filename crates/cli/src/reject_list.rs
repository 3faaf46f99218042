//! The list of records that could not be read: where they stand and why, never what is in them.

use posmortem::Run;
use posmortem_report::spreadsheet_text;
use std::io::{self, Write};

/// One tab-separated line a record, below a header.
pub(crate) fn write(run: &Run, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"file\toffset\tline\treason\n")?;
    for reject in &run.rejects {
        let file = run.summary.files.get(reject.input as usize).map_or("", |file| &file.path);
        let file = spreadsheet_text(file).into_owned();
        writeln!(out, "{file}\t{}\t{}\t{}", reject.offset, reject.line, reject.reason)?;
    }
    Ok(())
}
