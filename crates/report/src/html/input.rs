//! What was read, where every frame went, and what the result says of itself.

use super::lens::{Lens, safe};
use crate::table::ledger::terms;
use crate::trouble::trouble;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Input {
    files: Vec<File>,
    bytes: u64,
    frames: u64,
    /// The terms of the sum that is `frames`, those of nothing left out.
    terms: Vec<(&'static str, u64)>,
    /// What is counted beside it.
    apart: Vec<(&'static str, u64)>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct File {
    path: String,
    format: String,
    bytes: u64,
    frames: u64,
    rejected: u64,
    trouble: Option<String>,
}

impl Input {
    pub(super) fn of(lens: &Lens<'_>) -> Self {
        let (summary, labels) = (lens.summary, lens.labels);
        let some = |(_, count): &(&str, u64)| *count > 0;
        let files = summary.files.iter().map(|file| File {
            path: safe(&file.path),
            format: safe(&file.format),
            bytes: file.bytes,
            frames: file.frames,
            rejected: file.rejected,
            trouble: trouble(&file.state, lens.language).map(|trouble| safe(&trouble)),
        });
        let apart = [
            (labels.non_message, summary.ledger.non_message),
            (labels.orphan_reversals, summary.orphan_reversals),
        ];
        Self {
            files: files.collect(),
            bytes: summary.files.iter().map(|file| file.bytes).sum(),
            frames: summary.ledger.frames(),
            terms: terms(labels, &summary.ledger).into_iter().filter(some).collect(),
            apart: apart.into_iter().filter(some).collect(),
            notes: summary.notes.iter().map(|note| safe(note)).collect(),
        }
    }
}
