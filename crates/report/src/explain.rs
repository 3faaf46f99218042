//! What a code says in every dialect, and what a reason stands for.
//!
//! Only what the tables hold is told; what a code would mean in a given message is the business of
//! `CodeTables::meaning`.

mod json;
mod text;

use crate::ExplainFormat;
pub(crate) use json::Document;
use posmortem_classify::{CodeTables, Entry, Language, QualifiedCode, Reason};
use posmortem_iso8583::ResponseCode;
use std::io::{self, BufWriter, Write};

/// Explains a response code: the rows of every dialect that lists it, those for certain messages, and
/// what to do about each reason among them. A range such as `45-50` is explained by the rows that have
/// it as it stands. `false`, and nothing written, when no row speaks of it.
///
/// # Errors
/// When `out` does not take the bytes.
pub fn explain_code(
    code: &str,
    tables: &CodeTables,
    format: ExplainFormat,
    language: Language,
    out: &mut dyn Write,
) -> io::Result<bool> {
    let asked = code.trim().to_ascii_uppercase();
    let is_range = |entry: &&Entry| entry.range().is_some() && entry.code == asked;
    let (entries, qualified) = match ResponseCode::parse(asked.as_bytes()) {
        Some(_) => (tables.entries(&asked).collect(), tables.qualified_entries(&asked).collect()),
        None => (tables.all_entries().iter().filter(is_range).collect(), Vec::new()),
    };
    let mut explanation = Explanation { entries, qualified, reasons: Vec::new(), of: Subject::Code(asked) };
    let of_entries = explanation.entries.iter().filter_map(|entry| entry.reason());
    let of_qualified = explanation.qualified.iter().filter_map(|row| row.meaning.reason());
    explanation.reasons = of_entries.chain(of_qualified).collect();
    explanation.reasons.sort_unstable();
    explanation.reasons.dedup();
    if explanation.entries.is_empty() && explanation.qualified.is_empty() {
        return Ok(false);
    }
    explanation.write(format, language, out)?;
    Ok(true)
}

/// Explains a reason: titles, owner, what to do for everyone concerned, and the codes that give it.
///
/// # Errors
/// When `out` does not take the bytes.
pub fn explain_reason(
    reason: Reason,
    tables: &CodeTables,
    format: ExplainFormat,
    language: Language,
    out: &mut dyn Write,
) -> io::Result<()> {
    let qualified = tables.all_qualified_entries().iter();
    let explanation = Explanation {
        of: Subject::Reason(reason),
        entries: tables.entries_with_reason(reason).collect(),
        qualified: qualified.filter(|row| row.meaning.reason() == Some(reason)).collect(),
        reasons: vec![reason],
    };
    explanation.write(format, language, out)
}

/// What was asked about.
enum Subject {
    /// A code or a range.
    Code(String),
    Reason(Reason),
}

/// The answer, before it has a format.
struct Explanation<'t> {
    of: Subject,
    /// By the dialect's name, then by code.
    entries: Vec<&'t Entry>,
    qualified: Vec<&'t QualifiedCode>,
    /// In the order of the taxonomy.
    reasons: Vec<Reason>,
}

impl Explanation<'_> {
    fn write(mut self, format: ExplainFormat, language: Language, out: &mut dyn Write) -> io::Result<()> {
        self.entries.sort_by_key(|entry| (entry.dialect.name(), entry.code, entry.mti));
        let mut out = BufWriter::new(out);
        match format {
            ExplainFormat::Text => text::write(&self, language, &mut out)?,
            ExplainFormat::Json => json::write(&self, &mut out)?,
        }
        out.flush()
    }
}
