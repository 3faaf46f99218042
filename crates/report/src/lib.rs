//! Reports: a run's [`Summary`], its [`Diagnosis`](posmortem_diagnose::Diagnosis) and its classified exchanges, written as bytes.
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

mod answer;
mod comparison;
mod content;
mod csv;
mod decimal;
mod decoded;
mod evidence;
mod exchange_rows;
mod explain;
mod format;
mod grid;
mod html;
mod inspection;
mod json;
mod judged;
mod labels;
mod look_up;
mod markdown;
mod measures;
mod moment;
mod ndjson;
mod nothing;
mod outcomes;
mod over;
mod pen;
mod percent;
mod prometheus;
mod question;
mod reads;
mod recurrence;
mod rules;
mod schema;
mod scope;
mod sections;
mod sheet;
mod shown;
mod spreadsheet;
mod table;
mod terminal_page;
mod terminal_row;
mod trouble;
mod tsv;
mod verdict;
mod view;
mod wrap;

pub use comparison::{Compared, ComparisonFormat, write_comparison};
pub use content::Content;
pub use decoded::{DecodeFormat, DecodeView, write_decoded};
pub use exchange_rows::ExchangeRows;
pub use explain::{explain_code, explain_reason};
pub use format::{ExplainFormat, Format, RowFormat};
pub use inspection::{InspectionFormat, write_configuration, write_inspection};
pub use measures::{Measure, Measured, Measures, Unit};
pub use question::Question;
pub use rules::{RulesFormat, write_rules};
pub use schema::JsonDocument;
pub use spreadsheet::spreadsheet_text;
pub use terminal_page::TerminalPages;
pub use view::View;

use judged::Judged;
use posmortem_exchange::Summary;
use sheet::Sheet;
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
    write_report(&Content::of(summary), format, view, out)
}

/// Writes the result of a run, and what else is known of it.
///
/// # Errors
/// When `out` does not take the bytes.
pub fn write_report(
    content: &Content<'_>,
    format: Format,
    view: &View<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let judged = Judged::of(content);
    let mut out = BufWriter::new(out);
    let (out, sheet) = (&mut out, |question| Sheet::of(question, &judged, view).top(view.top));
    match (format, view.question) {
        (Format::Table, None) => table::write(&judged, view, out)?,
        (Format::Table, Some(asked)) => table::write_answer(&judged, &sheet(asked), view, out)?,
        (Format::Tsv, None) => tsv::write(&judged, view, out)?,
        (Format::Tsv, Some(asked)) => answer::write_tsv(&sheet(asked), out)?,
        (Format::Csv, None) => csv::write(&judged, view, out)?,
        (Format::Csv, Some(asked)) => answer::write_csv(&sheet(asked), out)?,
        (Format::Json, None) => json::write(&judged, view, out)?,
        (Format::Json, Some(asked)) => answer::write_json(&sheet(asked), out)?,
        (Format::Ndjson, None) => ndjson::write(&judged, view, out)?,
        (Format::Ndjson, Some(asked)) => answer::write_ndjson(&sheet(asked), out)?,
        (Format::Markdown, None) => markdown::write(&judged, view, out)?,
        (Format::Markdown, Some(asked)) => markdown::write_answer(&judged, &sheet(asked), view, out)?,
        // The page has room for all answers.
        (Format::Html, _) => html::write(&judged, view, out)?,
        // A monitor asks for the same every day.
        (Format::Prometheus, _) => prometheus::write(&judged, view, out)?,
    }
    out.flush()
}
