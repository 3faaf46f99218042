//! Terminals as NDJSON: a line each, the objects of the JSON's `terminals`.

use crate::View;
use crate::json::Terminal;
use crate::judged::Judged;
use std::io::{self, Write};

pub(crate) fn write(judged: &Judged<'_>, view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    for line in judged.listed(view).terminals {
        serde_json::to_writer(&mut *out, &Terminal::of(judged, line, view.language))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
