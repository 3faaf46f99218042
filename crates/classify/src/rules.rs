//! Rules of the user: what a code means in certain attempts, and what is to be done about a reason.
//!
//! A rule is a row of the code table that knows more of the message: its link, and how much was asked for. It
//! gives a decline its reason, or makes a decline of a code that the table lacks. Approvals are never touched, nor
//! are time-outs and reversals, which have no code to ask about. Nothing here reads a file.

mod conditions;
mod fault;
mod read;
mod rule_test;
mod table;

use std::collections::HashMap;

use posmortem_iso8583::ResponseCode;
use sha2::{Digest, Sha256};

use crate::actions::OwnAction;
use crate::{Actions, Circumstances, CodeTables, Meaning, Reason};
pub use conditions::Answered;
use conditions::Conditions;
pub use fault::{RuleFault, WrongRule};
use rule_test::RuleTest;

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    name: String,
    conditions: Conditions,
    reason: Reason,
    action: Option<OwnAction>,
    file: usize,
    line: usize,
}

impl Rule {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it asks for, as `code=51,65 link="up-north"`. A rule that asks for nothing takes no attempt: it only says
    /// what is to be done about its reason.
    pub fn conditions(&self) -> String {
        self.conditions.to_string()
    }

    /// The reason that it gives.
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// What it says is to be done, in English.
    pub fn action(&self) -> Option<&str> {
        self.action.as_ref().map(|action| &*action.en)
    }

    fn takes(&self, answered: &Answered<'_>, spelled: ResponseCode) -> bool {
        !self.conditions.are_none() && self.conditions.hold(answered, spelled)
    }

    /// Whether all attempts that another one takes are taken by this.
    fn hides(&self, other: &Self) -> bool {
        let takes_some = |rule: &Self| !rule.conditions.are_none();
        takes_some(self) && takes_some(other) && self.conditions.cover(&other.conditions)
    }

    /// The file in which it stands, by its place among those that were read, and its line.
    pub fn place(&self) -> (usize, usize) {
        (self.file, self.line)
    }
}

/// Each rule is compared with so many earlier ones about its code, and about none: thousands of rules must not take
/// minutes to be checked.
const MOST_COMPARED: usize = 1_000;

/// Rules in force, in their order: the first that applies decides.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    rules: Vec<Rule>,
    tests: Vec<RuleTest>,
    actions: Actions,
}

impl Rules {
    /// Reads the texts of files that are in force together.
    ///
    /// # Errors
    /// All that is wrong with them, in the order of files and places. Tests are not run.
    pub fn read(texts: &[&str]) -> Result<Self, Vec<RuleFault>> {
        read::read(texts)
    }

    /// The rules, in the order in which they are asked.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// What operations should do about each reason.
    pub fn actions(&self) -> &Actions {
        &self.actions
    }

    /// How many tests stand beside them.
    pub fn tests(&self) -> usize {
        self.tests.len()
    }

    /// Runs the tests: what is otherwise than they expect.
    pub fn failures(&self, tables: &CodeTables) -> Vec<RuleFault> {
        self.tests.iter().flat_map(|test| test.failures(self, tables)).collect()
    }

    /// What a code means in its message, by rules before the table.
    pub fn meaning(
        &self,
        tables: &CodeTables,
        circumstances: &Circumstances,
        answered: &Answered<'_>,
    ) -> Meaning {
        self.decide(tables, circumstances, answered).0
    }

    /// The same, with the rule that decided.
    fn decide(
        &self,
        tables: &CodeTables,
        circumstances: &Circumstances,
        answered: &Answered<'_>,
    ) -> (Meaning, Option<&Rule>) {
        let Answered { dialect, code, .. } = *answered;
        let meaning = tables.meaning(dialect, code, circumstances);
        if meaning.is_approved() {
            return (meaning, None);
        }
        let spelled = tables.spelled(dialect, code);
        match self.rules.iter().find(|rule| rule.takes(answered, spelled)) {
            Some(rule) => (Meaning::Declined(rule.reason), Some(rule)),
            None => (meaning, None),
        }
    }

    /// Whether any rule asks how much was asked for.
    pub fn ask_for_amounts(&self) -> bool {
        self.rules.iter().any(|rule| rule.conditions.amount.is_some())
    }

    /// Rules that can never apply, each with the first that takes all of theirs. Several earlier rules that do so together
    /// are not found, nor is one behind a thousand others about the same code.
    pub fn hidden(&self) -> Vec<(&Rule, &Rule)> {
        // A rule about codes is hidden by one about all of them, or about none in particular.
        let mut by_code: HashMap<Option<ResponseCode>, Vec<usize>> = HashMap::new();
        let mut hidden = Vec::new();
        for (at, rule) in self.rules.iter().enumerate() {
            let codes = &rule.conditions.codes;
            let of_code = |code| by_code.get(&code).into_iter().flatten().copied().take(MOST_COMPARED);
            let of_first = codes.first().into_iter().flat_map(|code| of_code(Some(*code)));
            let hides = |earlier: &usize| self.rules[*earlier].hides(rule);
            if let Some(hider) = of_code(None).chain(of_first).filter(hides).min() {
                hidden.push((rule, &self.rules[hider]));
            }
            if codes.is_empty() {
                by_code.entry(None).or_default().push(at);
            }
            for code in codes {
                by_code.entry(Some(*code)).or_default().push(at);
            }
        }
        hidden
    }

    /// SHA-256, in hex, over what the rules do: conditions, reasons and actions in the order of the rules, and not names,
    /// tests and comments, nor how a condition is spelled.
    pub fn sha256(&self) -> String {
        let mut hash = Sha256::new();
        for Rule { conditions, reason, action, .. } in &self.rules {
            let texts =
                |action: &OwnAction| format!("{}\t{}", action.en, action.zh.as_deref().unwrap_or_default());
            let action = action.as_ref().map(texts).unwrap_or_default();
            hash.update(format!("{}\t{reason}\t{action}\n", conditions.canonical()));
        }
        const_hex::encode(hash.finalize())
    }

    /// The same over what decides reasons alone, without actions; `None` where no rule takes an attempt.
    pub fn decisions_sha256(&self) -> Option<String> {
        let mut deciding = self.rules.iter().filter(|rule| !rule.conditions.are_none()).peekable();
        deciding.peek()?;
        let mut hash = Sha256::new();
        for Rule { conditions, reason, .. } in deciding {
            hash.update(format!("{}\t{reason}\n", conditions.canonical()));
        }
        Some(const_hex::encode(hash.finalize()))
    }
}

#[cfg(test)]
mod tests;
