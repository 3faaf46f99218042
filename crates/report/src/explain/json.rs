//! An explanation as one JSON document, in both languages.

use super::{Explanation, Subject};
use crate::shown::{Shown, told};
use posmortem_classify::{Audience, Entry, Language, QualifiedCode, Reason, source_title};
use posmortem_iso8583::Mti;
use schemars::JsonSchema;
use serde::Serialize;
use std::io::{self, Write};

pub(super) fn write(explanation: &Explanation<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (code, reason) = match &explanation.of {
        Subject::Code(code) => (Some(code.as_str()), None),
        Subject::Reason(reason) => (None, Some(reason.name())),
    };
    let document = Document {
        code,
        reason,
        entries: explanation.entries.iter().map(|entry| Listed::of(entry)).collect(),
        qualified: explanation.qualified.iter().map(|row| Qualified::of(row)).collect(),
        reasons: explanation.reasons.iter().map(|reason| Remedy::of(*reason)).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

/// One of `code` and `reason` is there: what was asked about.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Document<'t> {
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'t str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    entries: Vec<Listed>,
    qualified: Vec<Qualified<'t>>,
    reasons: Vec<Remedy>,
}

/// `cause` and `reason` as in the tables: approvals and other codes that decline nothing have words
/// of their own there.
#[derive(Serialize, JsonSchema)]
struct Listed {
    dialect: &'static str,
    code: &'static str,
    mti: Option<Shown<Mti>>,
    cause: &'static str,
    reason: &'static str,
    retry: &'static str,
    title_en: &'static str,
    title_zh: Option<&'static str>,
    source: &'static str,
}

impl Listed {
    fn of(entry: &Entry) -> Self {
        let (cause, reason) = entry.meaning.names();
        Self {
            dialect: entry.dialect.name(),
            code: entry.code,
            mti: entry.mti.map(Shown),
            cause,
            reason,
            retry: entry.retry.name(),
            title_en: entry.title_en,
            title_zh: told(entry.title_zh),
            source: source_title(entry.source).unwrap_or(entry.source),
        }
    }
}

/// A meaning that holds in some messages only; the conditions are patterns, null where there is none.
#[derive(Serialize, JsonSchema)]
struct Qualified<'t> {
    dialects: &'t str,
    code: &'t str,
    mti: Option<&'t str>,
    kind: Option<&'t str>,
    entry_mode: Option<&'t str>,
    cause: &'static str,
    reason: &'static str,
    why: &'t str,
}

impl<'t> Qualified<'t> {
    fn of(row: &'t QualifiedCode) -> Self {
        let (cause, reason) = row.meaning.names();
        let asked = |pattern: &'t str| Some(pattern).filter(|pattern| *pattern != "-");
        Self {
            dialects: row.dialects,
            code: row.code,
            mti: asked(row.mti),
            kind: asked(row.kind),
            entry_mode: asked(row.entry_mode),
            cause,
            reason,
            why: row.why,
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct Remedy {
    reason: &'static str,
    cause: &'static str,
    title_en: &'static str,
    title_zh: &'static str,
    owner: &'static str,
    action_en: &'static str,
    action_zh: &'static str,
    merchant_en: &'static str,
    merchant_zh: &'static str,
}

impl Remedy {
    fn of(reason: Reason) -> Self {
        Self {
            reason: reason.name(),
            cause: reason.cause().name(),
            title_en: reason.title(Language::En),
            title_zh: reason.title(Language::Zh),
            owner: reason.owner(),
            action_en: reason.action(Language::En, Audience::Operations),
            action_zh: reason.action(Language::Zh, Audience::Operations),
            merchant_en: reason.action(Language::En, Audience::Merchant),
            merchant_zh: reason.action(Language::Zh, Audience::Merchant),
        }
    }
}
