//! The key `input`: what was read, and where every frame went.

use crate::shown::{Shown, told};
use crate::trouble::trouble;
use posmortem_classify::Language;
use posmortem_exchange::{FileSummary, Summary};
use posmortem_iso8583::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

#[derive(Serialize, JsonSchema)]
pub(super) struct Input<'s> {
    bytes: u64,
    frames: u64,
    files: Vec<File<'s>>,
    ledger: Ledger,
    first: Option<Shown<Timestamp>>,
    last: Option<Shown<Timestamp>>,
}

impl<'s> Input<'s> {
    pub(super) fn of(summary: &'s Summary, language: Language) -> Self {
        Self {
            bytes: summary.files.iter().map(|file| file.bytes).sum(),
            frames: summary.ledger.frames(),
            files: summary.files.iter().map(|file| File::of(file, language)).collect(),
            ledger: Ledger::of(&summary.ledger),
            first: summary.first.map(Shown),
            last: summary.last.map(Shown),
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct File<'s> {
    path: &'s str,
    format: Option<&'s str>,
    frames: u64,
    rejected: u64,
    trouble: Option<String>,
}

impl<'s> File<'s> {
    fn of(file: &'s FileSummary, language: Language) -> Self {
        let &FileSummary { ref path, ref format, frames, rejected, ref state, .. } = file;
        Self { path, format: told(format), frames, rejected, trouble: trouble(state, language) }
    }
}

/// Where every frame went.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Ledger {
    paired: u64,
    complete: u64,
    request_only: u64,
    response_only: u64,
    duplicates: u64,
    reversal: u64,
    advice: u64,
    administrative: u64,
    out_of_order: u64,
    open: u64,
    rejected: u64,
    non_message: u64,
}

impl Ledger {
    pub(crate) fn of(ledger: &posmortem_exchange::Ledger) -> Self {
        let &posmortem_exchange::Ledger { paired, complete, request_only, response_only, .. } = ledger;
        let &posmortem_exchange::Ledger { duplicates, reversal, advice, administrative, .. } = ledger;
        let &posmortem_exchange::Ledger { out_of_order, open, rejected, non_message, .. } = ledger;
        Self {
            paired,
            complete,
            request_only,
            response_only,
            duplicates,
            reversal,
            advice,
            administrative,
            out_of_order,
            open,
            rejected,
            non_message,
        }
    }
}
