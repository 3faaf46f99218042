//! What a report must say of a written day: counted from the world, never from the log.
//!
//! Outcomes, causes and the ledger have words of their own here and are not those of the crates `exchange`
//! and `classify`: a truth that asked the code which it checks would be wrong together with it. The names
//! are those that reports print; `crates/posmortem/tests/truth.rs` compares them, too.

use crate::facts::{CAUSES, Reason};
use std::collections::BTreeMap;

/// The outcomes, in the order of reports.
pub const OUTCOMES: [&str; 7] =
    ["approved", "declined", "unanswered", "late", "reversed", "unclassified", "open"];

/// An outcome's place in [`OUTCOMES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Approved,
    Declined,
    Unanswered,
    Late,
    Reversed,
    Unclassified,
    Open,
}

/// Attempts, their outcomes and causes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All attempts.
    pub exchanges: u64,
    /// By outcome, in the order of [`OUTCOMES`].
    pub outcomes: [u64; OUTCOMES.len()],
    /// Failures by cause, in the order of [`CAUSES`].
    pub causes: [u64; CAUSES.len()],
}

/// One terminal.
#[derive(Clone, Debug, Default)]
pub struct TerminalTruth {
    /// As the form prints it; empty for answers whose terminal nobody can know.
    pub terminal: String,
    /// Its merchant, where it had attempts.
    pub merchant: String,
    /// Its link.
    pub link: String,
    /// Its site, which rows of both sides tell, as they do the following.
    pub site: String,
    /// Its site's region, its model, and its firmware as the first day begins.
    pub place: [&'static str; 3],
    /// What became of its attempts.
    pub counts: Counts,
    /// Failures by reason, in the order of [`Truth::reasons`].
    pub reasons: Vec<u64>,
    /// When its first failed attempt began, in milliseconds since 1970.
    pub first_failed: Option<i64>,
    /// When its last approved attempt began.
    pub last_approved: Option<i64>,
}

/// Where the lines went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LedgerTruth {
    /// Requests and answers of attempts that belong together.
    pub paired: u64,
    /// Requests that nobody answered.
    pub request_only: u64,
    /// Answers without their requests.
    pub response_only: u64,
    /// Lines that say again what another one said.
    pub duplicates: u64,
    /// Reversals and their answers.
    pub reversal: u64,
    /// Advices and their answers.
    pub advice: u64,
    /// Sign-ons, key changes and their answers.
    pub administrative: u64,
    /// Halves at the edges of a link's log.
    pub open: u64,
}

impl LedgerTruth {
    /// Names and counts, in the order of reports.
    pub fn rows(&self) -> [(&'static str, u64); 8] {
        [
            ("paired", self.paired),
            ("request_only", self.request_only),
            ("response_only", self.response_only),
            ("duplicates", self.duplicates),
            ("reversal", self.reversal),
            ("advice", self.advice),
            ("administrative", self.administrative),
            ("open", self.open),
        ]
    }

    /// All lines with a message.
    pub fn lines(&self) -> u64 {
        self.rows().iter().map(|(_, count)| count).sum()
    }
}

/// Money of one currency, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Money {
    /// Asked for in failed attempts.
    pub failed: u64,
    /// Approved by the issuer and lost all the same.
    pub approved_then_lost: u64,
}

/// The truth of a written day.
#[derive(Clone, Debug, Default)]
pub struct Truth {
    /// Terminals with attempts, by their number, the unknown one last.
    pub terminals: Vec<TerminalTruth>,
    /// All terminals together.
    pub totals: Counts,
    /// Where the lines went.
    pub ledger: LedgerTruth,
    /// Declined and unclassified attempts by dialect and code; both empty for answers without one.
    pub codes: BTreeMap<(&'static str, &'static str), u64>,
    /// Money by currency.
    pub amounts: BTreeMap<&'static str, Money>,
    /// Reversals of nothing.
    pub orphan_reversals: u64,
    /// `paired` or `responses_only`.
    pub coverage: &'static str,
    /// All reasons of this world.
    pub reasons: Vec<Reason>,
    /// Bytes written.
    pub bytes: u64,
    /// Lines with a message.
    pub lines: u64,
}

/// One attempt as the written lines show it.
#[derive(Clone, Debug)]
pub(crate) struct AttemptTruth {
    /// When it began.
    pub(crate) at: i64,
    /// Its terminal's place in the fleet; none when nobody can know.
    pub(crate) terminal: Option<u32>,
    pub(crate) stan: u32,
    pub(crate) rrn: u64,
    pub(crate) outcome: Outcome,
    pub(crate) reason: Option<u8>,
    pub(crate) code: Option<(&'static str, &'static str)>,
    pub(crate) currency: &'static str,
    pub(crate) amount: u64,
    pub(crate) is_approval_lost: bool,
    pub(crate) ledger: &'static str,
}

impl Truth {
    pub(crate) fn record(&mut self, attempt: &AttemptTruth, place: usize) {
        let reason = attempt.reason.map(usize::from);
        let cause = reason.map(|reason| self.reasons[reason].cause);
        let terminal = &mut self.terminals[place];
        for counts in [&mut self.totals, &mut terminal.counts] {
            counts.exchanges += 1;
            counts.outcomes[attempt.outcome as usize] += 1;
            if let Some(cause) = cause {
                counts.causes[cause] += 1;
            }
        }
        if attempt.outcome == Outcome::Approved {
            terminal.last_approved = terminal.last_approved.max(Some(attempt.at));
        }
        let failed = reason.is_some() || attempt.outcome == Outcome::Unclassified;
        if !failed {
            return;
        }
        terminal.first_failed = Some(terminal.first_failed.map_or(attempt.at, |first| first.min(attempt.at)));
        if let Some(reason) = reason {
            terminal.reasons.resize(self.reasons.len(), 0);
            terminal.reasons[reason] += 1;
        }
        if matches!(attempt.outcome, Outcome::Declined | Outcome::Unclassified) {
            *self.codes.entry(attempt.code.unwrap_or_default()).or_default() += 1;
        }
        if attempt.amount > 0 {
            let money = self.amounts.entry(attempt.currency).or_default();
            money.failed += attempt.amount;
            if attempt.is_approval_lost {
                money.approved_then_lost += attempt.amount;
            }
        }
    }
}
