//! What became of an attempt, and why.
//!
//! One exchange at a time: causes that only show across exchanges (a PIN key out of step, an issuer
//! that is down) are not decided here.

use crate::{Exchange, Form, Names};
use posmortem_classify::{Answered, Cause, Circumstances, CodeTables, Dialect, Meaning, Reason, Rules};
use posmortem_iso8583::{Mti, ResponseCode};

/// What became of an attempt. Every attempt has exactly one outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Approved, in full or in part.
    Approved,
    /// Declined by a code that the dialect lists.
    Declined,
    /// Nobody answered in the horizon.
    Unanswered,
    /// Answered after the time-out or after its own reversal.
    Late,
    /// Approved, then taken back.
    Reversed,
    /// Answered with a code that the dialect does not list as a decision.
    Unclassified,
    /// At the edge of its link's log.
    Open,
}

impl Outcome {
    /// Every outcome, in the order in which reports name them.
    pub const ALL: [Self; 7] = [
        Self::Approved,
        Self::Declined,
        Self::Unanswered,
        Self::Late,
        Self::Reversed,
        Self::Unclassified,
        Self::Open,
    ];

    /// The name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::Unanswered => "unanswered",
            Self::Late => "late",
            Self::Reversed => "reversed",
            Self::Unclassified => "unclassified",
            Self::Open => "open",
        }
    }
}

/// An exchange's outcome and cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Conclusion {
    /// What became of it.
    pub outcome: Outcome,
    /// Why it failed; every failure but an unclassified one has a reason.
    pub reason: Option<Reason>,
    /// The code on which the outcome rests: the terminal-facing DE39.
    pub code: Option<ResponseCode>,
    /// The table in which that code was looked up; none without a code.
    pub dialect: Option<Dialect>,
    /// Approved for less than was asked, or taken back in part.
    pub partial: bool,
    /// Approved by someone who stood in for the issuer.
    pub stand_in: bool,
    /// The issuer approved, and the attempt failed all the same: late, or reversed by a fault.
    pub approval_lost: bool,
}

impl Conclusion {
    /// Declined, unanswered, late, reversed by a fault, or unclassified.
    pub fn failed(&self) -> bool {
        self.reason.is_some() || self.outcome == Outcome::Unclassified
    }

    /// Whether an attempt that ended so has an entry in the side table of
    /// [`ExchangeTable`](crate::ExchangeTable).
    pub fn has_detail(&self) -> bool {
        !matches!(self.outcome, Outcome::Approved | Outcome::Open)
    }

    /// The cause of the failure.
    pub fn cause(&self) -> Option<Cause> {
        self.reason.map(Reason::cause)
    }
}

/// Concludes an exchange by the code tables.
pub fn conclude(exchange: &Exchange, tables: &CodeTables) -> Conclusion {
    let meaning = |coded, mti| meaning_of(exchange, tables, coded, mti);
    conclude_with(exchange, tables, meaning)
}

/// Concludes an exchange by rules of the user before the code tables. Rules are asked about the answer's code and
/// the one further up; the answers to reversals are no attempts.
pub fn conclude_by_rules(
    exchange: &Exchange,
    tables: &CodeTables,
    rules: &Rules,
    names: &Names,
) -> Conclusion {
    let (link, amount) = (names.text(exchange.symbol(|leg| leg.link)), exchange.amount());
    let meaning = |(code, told), mti| {
        let dialect = tables.resolve(told, code, mti);
        let circumstances = circumstances(exchange, mti);
        let entry_mode = circumstances.entry_mode;
        rules.meaning(tables, &circumstances, &Answered { dialect, code, mti, entry_mode, link, amount })
    };
    conclude_with(exchange, tables, meaning)
}

/// A code and the dialect that is told of it.
type Coded = (ResponseCode, Option<Dialect>);

/// Concludes an exchange by what a code means in the attempt.
#[inline(always)]
fn conclude_with(
    exchange: &Exchange,
    tables: &CodeTables,
    meaning_of: impl Fn(Coded, Option<Mti>) -> Meaning,
) -> Conclusion {
    let answer = exchange.answer.as_ref();
    let code = answer.and_then(|leg| leg.code);
    let told = answer.and_then(|leg| leg.dialect);
    let mti = answer.and_then(|leg| leg.mti);
    let dialect = code.map(|code| tables.resolve(told, code, mti));
    let meaning = code.map_or(Meaning::Unlisted, |code| meaning_of((code, told), mti));
    let (approved, partial, stand_in) = match meaning {
        Meaning::Approved { partial, stand_in } => (true, partial, stand_in),
        _ => (false, false, false),
    };
    let conclusion = Conclusion {
        outcome: Outcome::Open,
        reason: None,
        code,
        dialect,
        partial,
        stand_in,
        approval_lost: false,
    };
    let lost = |outcome| Conclusion {
        outcome,
        reason: Some(why_lost(exchange)),
        approval_lost: approved,
        ..conclusion
    };
    match exchange.form {
        Form::Open => return conclusion,
        Form::RequestOnly => return lost(Outcome::Unanswered),
        Form::Complete if code.is_none() => return lost(Outcome::Unanswered),
        _ if exchange.late => return lost(Outcome::Late),
        _ => {}
    }
    match meaning {
        Meaning::Approved { .. } => {
            approval(exchange, tables, Conclusion { outcome: Outcome::Approved, ..conclusion })
        }
        Meaning::Declined(reason) => {
            let upstream = exchange.upstream.map(|coded| meaning_of(coded, mti));
            let reason = if let Some(Meaning::Declined(upstream)) = upstream { upstream } else { reason };
            Conclusion { outcome: Outcome::Declined, reason: Some(reason), ..conclusion }
        }
        Meaning::NoDecline(_) | Meaning::Unlisted => {
            Conclusion { outcome: Outcome::Unclassified, ..conclusion }
        }
    }
}

/// An approval stands unless a reversal took it back. One that was refused took nothing back.
fn approval(exchange: &Exchange, tables: &CodeTables, approval: Conclusion) -> Conclusion {
    let Some(undo) = &exchange.undo else { return approval };
    let answers = [undo.answer, undo.last_answer].into_iter().flatten();
    let mut answers = answers.map(|coded| meaning_of(exchange, tables, coded, None)).peekable();
    if answers.peek().is_some() && answers.all(|answer| matches!(answer, Meaning::Declined(_))) {
        return approval;
    }
    let reason = undo.reason.and_then(|told| told.reason);
    let approval_lost = reason.is_some();
    Conclusion { outcome: Outcome::Reversed, reason, partial: undo.partial, approval_lost, ..approval }
}

/// Why an answer came late or never: as its reversal tells, else a time-out.
fn why_lost(exchange: &Exchange) -> Reason {
    let told = exchange.undo.and_then(|undo| undo.reason).and_then(|told| told.reason);
    told.unwrap_or(Reason::RESPONSE_TIMEOUT)
}

fn meaning_of(exchange: &Exchange, tables: &CodeTables, (code, told): Coded, mti: Option<Mti>) -> Meaning {
    tables.meaning(tables.resolve(told, code, mti), code, &circumstances(exchange, mti))
}

fn circumstances(exchange: &Exchange, mti: Option<Mti>) -> Circumstances {
    Circumstances { mti, kind: exchange.main().kind, entry_mode: exchange.entry_mode() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Declined, unanswered, late and reversed by a fault have a reason; unclassified is a failure without one.
    #[test]
    fn what_failed_has_a_reason_or_is_unclassified() {
        let is = |outcome, reason, failed, has_detail, cause| {
            let of = Conclusion {
                outcome,
                reason,
                code: None,
                dialect: None,
                partial: false,
                stand_in: false,
                approval_lost: false,
            };
            assert_eq!((of.failed(), of.has_detail(), of.cause()), (failed, has_detail, cause), "{of:?}");
        };
        let (timeout, network) = (Some(Reason::RESPONSE_TIMEOUT), Some(Cause::Network));
        is(Outcome::Approved, None, false, false, None);
        is(Outcome::Open, None, false, false, None);
        for outcome in [Outcome::Declined, Outcome::Unanswered, Outcome::Late, Outcome::Reversed] {
            is(outcome, timeout, true, true, network);
        }
        // Taken back without a fault: no failure, and of interest all the same.
        is(Outcome::Reversed, None, false, true, None);
        is(Outcome::Unclassified, None, true, true, None);
    }

    #[test]
    fn outcomes_have_their_names() {
        let names = "approved declined unanswered late reversed unclassified open";
        assert!(Outcome::ALL.map(Outcome::name).into_iter().eq(names.split(' ')));
    }
}
