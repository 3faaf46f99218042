//! Two days side by side: what is new, what persists and what is over, as table, TSV, CSV or JSON.

mod json;
mod rows;
mod table;

use crate::View;
use crate::csv::{io_error, write_record};
use crate::tsv::write_row;
pub(crate) use json::Document;
use posmortem_diagnose::{Comparison, DayFindings};
use std::io::{self, BufWriter, Write};

/// A format of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComparisonFormat {
    /// For eyes: the only one that may change from version to version.
    Table,
    /// Changes, tab-separated, without quotes.
    Tsv,
    /// Changes as RFC 4180 has it, with line feeds.
    Csv,
    /// Everything.
    Json,
}

impl ComparisonFormat {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Table, Self::Tsv, Self::Csv, Self::Json];

    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Tsv => "tsv",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// The format of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The format of files that end so; the extension is given without its dot.
    pub fn from_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "txt" => Some(Self::Table),
            "table" => None,
            name => Self::from_name(name),
        }
    }
}

/// Two days and what changed between them.
#[derive(Clone, Copy)]
pub struct Compared<'c> {
    /// The path that the old day was read from, and what was found on it.
    pub old: (&'c str, &'c DayFindings),
    /// The same of the new one.
    pub new: (&'c str, &'c DayFindings),
    /// What changed.
    pub comparison: &'c Comparison,
}

/// Writes a comparison.
///
/// # Errors
/// When `out` does not take the bytes.
pub fn write_comparison(
    compared: &Compared<'_>,
    format: ComparisonFormat,
    view: &View<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    match format {
        ComparisonFormat::Table => table::write(compared, view, &mut out)?,
        ComparisonFormat::Tsv => {
            write_row(&mut out, rows::COLUMNS)?;
            for row in rows::rows(compared, view) {
                write_row(&mut out, row)?;
            }
        }
        ComparisonFormat::Csv => {
            let mut records = ::csv::Writer::from_writer(&mut out);
            records.write_record(rows::COLUMNS).map_err(io_error)?;
            for row in rows::rows(compared, view) {
                write_record(&mut records, row)?;
            }
            records.flush()?;
        }
        ComparisonFormat::Json => json::write(compared, view, &mut out)?,
    }
    out.flush()
}
