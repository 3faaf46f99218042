//! Reports: a run's [`Summary`], its [`Diagnosis`] and its classified exchanges, written as bytes.
//!
//! This crate exists to forbid deciding. Every function is pure: what is in the result and in the
//! [`View`] decides each byte, and nothing is counted, judged or looked up that the result does not
//! already say. It does no I/O but writing to the writer it is given, and knows no clock, no
//! environment and no terminal. The types behind the JSON live here alone and only serialise.
//!
//! ```
//! use posmortem_exchange::Summary;
//! use posmortem_report::{Format, View, write_summary};
//! let view = View { version: "0.1.0", ..View::default() };
//! let mut bytes = Vec::new();
//! write_summary(&Summary::default(), Format::Tsv, &view, &mut bytes)?;
//! assert!(bytes.starts_with(b"terminal_id\tmerchant_id\texchanges\t"));
//! # std::io::Result::Ok(())
//! ```
#![forbid(unsafe_code)]

mod csv;
mod decimal;
mod decoded;
mod evidence;
mod exchange_rows;
mod explain;
mod format;
mod grid;
mod inspection;
mod json;
mod judged;
mod labels;
mod moment;
mod pen;
mod percent;
mod rules;
mod scope;
mod sections;
mod shown;
mod table;
mod terminal_row;
mod trouble;
mod tsv;
mod verdict;
mod view;
mod wrap;

pub use decoded::{DecodeFormat, DecodeView, write_decoded};
pub use exchange_rows::ExchangeRows;
pub use explain::{explain_code, explain_reason};
pub use format::{ExplainFormat, Format, RowFormat};
pub use inspection::{InspectionFormat, write_configuration, write_inspection};
pub use rules::{RulesFormat, write_rules};
pub use view::View;

use judged::Judged;
use posmortem_diagnose::Diagnosis;
use posmortem_exchange::Summary;
use std::io::{self, BufWriter, Write};

/// Writes the result of a run that has judged nothing: counts, and for each terminal its most frequent
/// cause.
///
/// # Errors
/// When `out` does not take the bytes.
pub fn write_summary(
    summary: &Summary,
    format: Format,
    view: &View<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    write_report(summary, None, format, view, out)
}

/// Writes the result of a run, and what a diagnosis says of it.
///
/// # Errors
/// When `out` does not take the bytes.
pub fn write_report(
    summary: &Summary,
    diagnosis: Option<&Diagnosis>,
    format: Format,
    view: &View<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let judged = Judged::of(summary, diagnosis);
    let mut out = BufWriter::new(out);
    match format {
        Format::Table => table::write(&judged, view, &mut out)?,
        Format::Tsv => tsv::write(&judged, view, &mut out)?,
        Format::Csv => csv::write(&judged, view, &mut out)?,
        Format::Json => json::write(&judged, view, &mut out)?,
    }
    out.flush()
}
