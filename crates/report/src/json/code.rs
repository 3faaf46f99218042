//! The key `codes`: answers that were no approval, and who sent them.

use crate::shown::{Shown, told};
use posmortem_classify::{Dialect, Reason};
use posmortem_exchange::{CodeSummary, Summary};
use posmortem_iso8583::ResponseCode;
use schemars::JsonSchema;
use serde::Serialize;

/// Issuers named under a code.
const ISSUERS: usize = 10;

#[derive(Serialize, JsonSchema)]
pub(super) struct Code<'s> {
    dialect: Option<&'static str>,
    response_code: Option<Shown<ResponseCode>>,
    cause: Option<&'static str>,
    reason: Option<&'static str>,
    count: u64,
    issuers: Vec<Issuer<'s>>,
}

impl<'s> Code<'s> {
    pub(super) fn of(summary: &'s Summary, code: &'s CodeSummary) -> Self {
        let issuers = code.issuers.iter().take(ISSUERS);
        Self {
            dialect: code.dialect.map(Dialect::name),
            response_code: code.code.map(Shown),
            cause: code.reason.map(|reason| reason.cause().name()),
            reason: code.reason.map(Reason::name),
            count: code.count,
            issuers: issuers
                .map(|issuer| Issuer { issuer: told(summary.names.text(issuer.issuer)), count: issuer.count })
                .collect(),
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct Issuer<'s> {
    issuer: Option<&'s str>,
    count: u64,
}
