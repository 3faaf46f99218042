//! What the reader of a report must know to judge its numbers, in sentences.
//!
//! Warnings say that numbers may be wrong and what to do about it; notes say how they came about.
//! What the ledger and the states of the files tell is not told again.

use posmortem_exchange::{Names, Pairing, SilentLink, Summary};
use posmortem_iso8583::Timestamp;

/// Silent links that are named; more would bury the rest.
const NAMED_LINKS: usize = 5;

/// Which kinds of times a run has seen.
#[derive(Default)]
pub(crate) struct Zones {
    told: bool,
    untold: bool,
}

impl Zones {
    pub(crate) fn see(&mut self, at: Timestamp) {
        match at.offset_minutes {
            Some(_) => self.told = true,
            None => self.untold = true,
        }
    }
}

/// What makes the numbers doubtful, the weightiest first.
pub(crate) fn warnings(summary: &Summary, pairing: &Pairing, names: &Names, zones: &Zones) -> Vec<String> {
    let mut warnings = Vec::new();
    let (requests, answers) = (pairing.attempt_requests(), pairing.attempt_answers());
    if summary.ledger.paired == 0 && requests > 1 && answers > 1 {
        let hint = "name the columns of STAN (de11) or reference number (de37)";
        warnings.push(format!("none of {requests} requests found its answer among {answers}: {hint}"));
    }
    if zones.told && zones.untold {
        let hint = "say with --timezone which one they mean";
        warnings.push(format!("some times tell their zone and some do not, which are taken as UTC: {hint}"));
    }
    let silent = pairing.silent_links(names);
    for SilentLink { link, last, open } in silent.iter().take(NAMED_LINKS) {
        let link = match names.text(*link) {
            "" => "a link without name",
            link => link,
        };
        warnings.push(format!(
            "{link} was last heard at {last}, while the log goes on: {open} requests are left open"
        ));
    }
    warnings
}

/// How the numbers came about.
pub(crate) fn notes(summary: &Summary, masked_cards: u64, unsorted: &[String]) -> Vec<String> {
    let mut notes = Vec::new();
    counted(
        &mut notes,
        summary.orphan_reversals,
        "reversal found no original within the horizon",
        "reversals found no original within the horizon",
    );
    counted(
        &mut notes,
        masked_cards,
        "message shows its card number masked: different cards may look like one",
        "messages show their card number masked: different cards may look like one",
    );
    for path in unsorted {
        notes.push(format!("{path} is not in the order of time, so all messages were held in memory"));
    }
    notes
}

fn counted(sentences: &mut Vec<String>, count: u64, one: &str, many: &str) {
    match count {
        0 => {}
        1 => sentences.push(format!("1 {one}")),
        _ => sentences.push(format!("{count} {many}")),
    }
}
