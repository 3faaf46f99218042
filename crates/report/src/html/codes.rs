//! Answers that were no approval, what they mean, and who sent them.

use super::lens::Lens;
use super::terminals::named;
use crate::table::codes::{ISSUERS, meaning};
use posmortem_classify::{Cause, Dialect, Reason};
use posmortem_exchange::CodeSummary;
use serde::Serialize;

/// Codes that a page shows where nobody asks for a number of them. A day has some dozens.
const CODES: usize = 200;

#[derive(Serialize)]
pub(super) struct Codes {
    rows: Vec<Code>,
    left_out: usize,
}

#[derive(Serialize)]
struct Code {
    dialect: Option<&'static str>,
    code: String,
    title: &'static str,
    cause: Option<&'static str>,
    /// The cause, or what there is in its place.
    cause_title: &'static str,
    count: u64,
    issuers: Vec<(String, u64)>,
    more_issuers: usize,
}

impl Codes {
    pub(super) fn of(lens: &Lens<'_>) -> Self {
        let codes = &lens.summary.codes;
        let shown = codes.len().min(lens.view.top.unwrap_or(CODES));
        Self {
            rows: codes[..shown].iter().map(|code| told(lens, code)).collect(),
            left_out: codes.len() - shown,
        }
    }
}

fn told(lens: &Lens<'_>, code: &CodeSummary) -> Code {
    let (title, instead) = meaning(code, lens.language);
    let issuers = code.issuers.iter().take(ISSUERS);
    let cause = code.reason.map(Reason::cause);
    Code {
        dialect: code.dialect.map(Dialect::name),
        code: code.code.map_or_else(|| lens.labels.no_code.to_owned(), |code| code.to_string()),
        title,
        cause: cause.map(Cause::name),
        cause_title: cause.map_or(instead, |cause| cause.title(lens.language)),
        count: code.count,
        issuers: issuers
            .map(|issuer| {
                let name = named(lens.summary.names.text(issuer.issuer), lens.labels.unknown_issuer);
                (name, issuer.count)
            })
            .collect(),
        more_issuers: code.issuers.len().saturating_sub(ISSUERS),
    }
}
