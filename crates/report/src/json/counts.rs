//! The key `totals`, and the counts that terminals share with it.

use posmortem_classify::Cause;
use posmortem_exchange::{Counts, Outcome, Summary};
use schemars::JsonSchema;
use serde::Serialize;

#[derive(Serialize, JsonSchema)]
pub(super) struct Totals {
    #[serde(flatten)]
    outcomes: Outcomes,
    /// `paired`, `complete` (a row an exchange) or `responses_only` (time-outs cannot be seen).
    coverage: &'static str,
    /// Money by currency.
    amounts: Vec<Amounts>,
    /// Failed attempts by cause; with the unclassified ones they are all that failed.
    causes: Causes,
}

impl Totals {
    pub(super) fn of(summary: &Summary) -> Self {
        let amounts = summary.amounts.iter().map(|(currency, tally)| Amounts {
            currency: currency.is_known().then(|| currency.to_string()),
            failed: tally.failed,
            approved_then_lost: tally.approved_then_lost,
        });
        Self {
            outcomes: Outcomes::of(&summary.totals),
            coverage: summary.coverage.name(),
            amounts: amounts.collect(),
            causes: Causes::of(&summary.totals),
        }
    }
}

/// `exchanges` counts attempts; the others partition it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Outcomes {
    exchanges: u64,
    approved: u64,
    declined: u64,
    unanswered: u64,
    late: u64,
    reversed: u64,
    unclassified: u64,
    open: u64,
}

impl Outcomes {
    pub(crate) fn of(counts: &Counts) -> Self {
        Self {
            exchanges: counts.exchanges,
            approved: counts.with(Outcome::Approved),
            declined: counts.with(Outcome::Declined),
            unanswered: counts.with(Outcome::Unanswered),
            late: counts.with(Outcome::Late),
            reversed: counts.with(Outcome::Reversed),
            unclassified: counts.with(Outcome::Unclassified),
            open: counts.with(Outcome::Open),
        }
    }
}

/// Minor units.
#[derive(Serialize, JsonSchema)]
struct Amounts {
    /// ISO 4217, three digits.
    currency: Option<String>,
    /// Of attempts that failed.
    failed: u128,
    /// Of those among them that the issuer had approved.
    approved_then_lost: u128,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Causes {
    network: u64,
    account: u64,
    card: u64,
    key: u64,
    operator: u64,
}

impl Causes {
    pub(crate) fn of(counts: &Counts) -> Self {
        let of = |cause: Cause| counts.causes[cause.index()];
        Self {
            network: of(Cause::Network),
            account: of(Cause::Account),
            card: of(Cause::Card),
            key: of(Cause::Key),
            operator: of(Cause::Operator),
        }
    }
}
