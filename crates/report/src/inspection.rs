//! What is in a log, written as a table, as JSON, or as a configuration that proposes what to tell of
//! it.
//!
//! Only what an inspection has counted is told. Names stand there that the inspection deems fit to be
//! shown, values of fields nowhere.

mod config;
mod json;
mod page;
mod table;

use crate::View;
pub(crate) use json::Document;
use posmortem_exchange::{Field, Inspection, Ledger, Summary};
use std::io::{self, BufWriter, Write};

/// A format of inspections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InspectionFormat {
    /// For eyes: the only one that may change from version to version.
    Table,
    /// Everything.
    Json,
}

impl InspectionFormat {
    /// Every format.
    pub const ALL: [Self; 2] = [Self::Table, Self::Json];

    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
        }
    }

    /// The format of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

/// Writes what an inspection has found.
///
/// # Errors
/// When `out` does not take the bytes.
pub fn write_inspection(
    summary: &Summary,
    inspection: &Inspection,
    format: InspectionFormat,
    view: &View<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    match format {
        InspectionFormat::Table => table::write(summary, inspection, view, &mut out)?,
        InspectionFormat::Json => json::write(summary, inspection, view, &mut out)?,
    }
    out.flush()
}

/// Writes a configuration that proposes what the log does not tell by itself: columns, the zone of its
/// times, whose code table each link speaks. Comments say what each line rests on. `profile` is what the user
/// called the wire profile by which all of it was read, where that was told: its name, or the file of one.
///
/// # Errors
/// When `out` does not take the bytes.
pub fn write_configuration(
    summary: &Summary,
    inspection: &Inspection,
    profile: Option<&str>,
    view: &View<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    config::write(summary, inspection, profile, view, &mut out)?;
    out.flush()
}

/// A field as data formats name it: `mti`, `de41`, `de55.9F26`, `link`, or the name that the log has;
/// `None` where it has none that may be shown, or none at all.
fn field_name(field: &Field) -> Option<String> {
    match field {
        Field::Element(0) => Some("mti".to_owned()),
        Field::Element(element) => Some(format!("de{element}")),
        Field::Part(element, part) => Some(format!("de{element}.{part}")),
        Field::Column(name) => Some((*name).to_owned()),
        Field::Other(name) => Some(name.clone()),
        Field::Unshown | Field::Outside => None,
    }
}

/// Messages of attempts that found their other half, of those that should have one.
fn pairing_of(ledger: &Ledger) -> (u64, u64) {
    let Ledger { paired, request_only, response_only, .. } = *ledger;
    (paired, paired + request_only + response_only)
}
