//! The tests that stand beside rules: an attempt, and what is expected of it.

use std::sync::Arc;

use posmortem_iso8583::{Amount, EntryMode, Mti, ResponseCode};

use super::conditions::Answered;
use super::fault::{RuleFault, WrongRule};
use super::table::Text;
use super::{Rule, Rules};
use crate::{Circumstances, CodeTables, Dialect, Reason};

/// What a test calls no rule, no reason and no cause.
pub(super) const NONE: &str = "none";

/// What a test expects; what it does not say may be anything.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    pub(super) rule: Option<Text>,
    pub(super) reason: Option<Text>,
    pub(super) cause: Option<Text>,
}

/// One `[[test]]`.
#[derive(Clone, Debug)]
pub(super) struct RuleTest {
    pub(super) file: usize,
    pub(super) dialect: Option<Dialect>,
    pub(super) code: ResponseCode,
    pub(super) mti: Option<Mti>,
    pub(super) entry_mode: EntryMode,
    pub(super) link: String,
    pub(super) amount: Option<Amount>,
    pub(super) expected: Expected,
}

impl RuleTest {
    /// The fault of a test that expects a rule which is not there.
    pub(super) fn names_no_rule(
        &self,
        is_known: impl Fn(&str) -> bool,
        known: &Arc<[String]>,
    ) -> Option<RuleFault> {
        let Text { text, span } = self.expected.rule.as_ref()?;
        if text == NONE || is_known(text) {
            return None;
        }
        let (found, known) = (text.clone(), Arc::clone(known));
        let what = WrongRule::Unknown { what: "rule of these files", found, known };
        Some(RuleFault { file: self.file, span: span.clone(), what })
    }

    /// What is otherwise than expected.
    pub(super) fn failures(&self, rules: &Rules, tables: &CodeTables) -> Vec<RuleFault> {
        let Self { code, mti, entry_mode, link, amount, .. } = self;
        // As it is read from a log.
        let code = code.in_message(*mti);
        let dialect = tables.resolve(self.dialect, code, *mti);
        let circumstances = Circumstances { mti: *mti, entry_mode: *entry_mode, ..Circumstances::default() };
        let (mti, entry_mode, amount) = (*mti, *entry_mode, *amount);
        let answered = Answered { dialect, code, mti, entry_mode, link, amount };
        let (meaning, rule) = rules.decide(tables, &circumstances, &answered);
        let reason = meaning.reason();
        let found = [
            ("rule", &self.expected.rule, rule.map(Rule::name)),
            ("reason", &self.expected.reason, reason.map(Reason::name)),
            ("cause", &self.expected.cause, reason.map(|reason| reason.cause().name())),
        ];
        let failed = found.into_iter().filter_map(|(what, expected, found)| {
            let (expected, found) = (expected.as_ref()?, found.unwrap_or(NONE));
            (expected.text != found).then(|| RuleFault {
                file: self.file,
                span: expected.span.clone(),
                what: WrongRule::Failed { what, expected: expected.text.clone(), found: found.to_owned() },
            })
        });
        failed.collect()
    }
}
