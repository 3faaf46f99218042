//! What is wrong with a file of rules, and where.

use std::ops::Range;
use std::sync::Arc;

use crate::{Cause, Reason};

/// A fault of a file of rules.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct RuleFault {
    /// The file, by its place among those that were read.
    pub file: usize,
    /// The bytes of the file that are to blame.
    pub span: Range<usize>,
    /// Why.
    pub what: WrongRule,
}

/// What can be wrong with a rule or a test.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrongRule {
    /// The file is no TOML.
    #[error("{0}")]
    Toml(String),
    /// A word that nobody knows.
    #[error("`{found}` is no {what}")]
    Unknown {
        /// What it should be.
        what: &'static str,
        /// The word.
        found: String,
        /// The words that could stand there.
        known: Arc<[String]>,
    },
    /// A value of another type.
    #[error("{wanted} is wanted here, not {found}")]
    Type {
        /// The type that is wanted.
        wanted: &'static str,
        /// The one that is there.
        found: &'static str,
    },
    /// A value that cannot be one.
    #[error("`{found}` is no {what}: write {example}")]
    Value {
        /// What it should be.
        what: &'static str,
        /// The text.
        found: String,
        /// How one looks.
        example: &'static str,
    },
    /// A text that reports would have to cover or escape: it is not repeated here either.
    #[error(
        "reports could not show this text as it stands: leave out what looks like a card number, and characters that \
         control a screen or the direction of writing"
    )]
    NotToBeShown,
    /// A key is missing.
    #[error("a {table} needs its `{key}`")]
    Missing {
        /// `rule` or `test`.
        table: &'static str,
        /// The key.
        key: &'static str,
    },
    /// It asks for nothing and says nothing.
    #[error(
        "without a condition this rule takes no attempt: say which it takes, for example by `code`, or an `action`"
    )]
    Unconditional,
    /// A cause alone.
    #[error("a cause does not tell what to do: say a `reason` of `{}`, one of {}", .0.name(), reasons_of(*.0))]
    CauseAlone(Cause),
    /// A cause where a reason is wanted.
    #[error("`{}` is a cause; its reasons are {}", .0.name(), reasons_of(*.0))]
    CauseAsReason(Cause),
    /// A cause that is not the reason's.
    #[error("`{reason}` is a reason of `{}`, not of `{}`", .reason.cause().name(), .cause.name())]
    OtherCause {
        /// The reason.
        reason: Reason,
        /// The cause beside it.
        cause: Cause,
    },
    /// No attempt has such a type.
    #[error("`{0}` is no type of an attempt: rules see x1xx and x2xx, requests and their answers")]
    NoAttempt(String),
    /// Minor units mean nothing by themselves.
    #[error("an amount is in minor units of a currency: say which by `currency`")]
    AmountWithoutCurrency,
    /// A currency of no amount.
    #[error("a log tells a currency with an amount: say the `amount` too")]
    CurrencyWithoutAmount,
    /// A Chinese action alone.
    #[error("`action_zh` stands beside an `action`, which is missing")]
    TranslationAlone,
    /// A second rule of the same name.
    #[error("a second rule of the name `{0}`")]
    SecondName(String),
    /// Reports could not tell both.
    #[error("the rule `{rule}` has another action for `{reason}`: one reason has one action")]
    OtherAction {
        /// The earlier rule.
        rule: String,
        /// The reason of both.
        reason: Reason,
    },
    /// A test that expects nothing.
    #[error("a test says what it expects: `rule`, `reason` or `cause`")]
    ExpectsNothing,
    /// A test that fails.
    #[error("expected the {what} `{expected}`, found `{found}`")]
    Failed {
        /// `rule`, `reason` or `cause`.
        what: &'static str,
        /// What the test says.
        expected: String,
        /// What the rules say.
        found: String,
    },
}

fn reasons_of(cause: Cause) -> String {
    let reasons = Reason::all().filter(|reason| reason.cause() == cause);
    reasons.map(Reason::name).collect::<Vec<_>>().join(", ")
}
