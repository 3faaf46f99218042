//! Days that are read by rules of a user: which ones is a part of the case.

use crate::cases::Case;
use posmortem::classify::Rules;
use proptest::prelude::*;
use std::sync::Arc;

/// Rules of which some are in force, in any order: each condition that rules have, and codes of all kinds.
const RULES: [(&str, &str); 8] = [
    ("link = 'east'\nentry_mode = 'chip'", "agreement_or_policy"),
    ("code = ['8Z', '05', '00', '10']", "issuer_refused"),
    ("mti = 'x1xx'", "switch_fault"),
    ("code = ['51', '91']\nlink = ['west', 'a-link-with-a-long-name']", "count_limit"),
    ("dialect = 'iso1987'\ncode = ['51', '55', 'A0']\ncurrency = 'CNY'", "amount_limit"),
    ("entry_mode = ['unknown', 'fallback', 'stripe']", "reader_interference"),
    ("code = ['51', '55', '0']\nmti = '0200'", "wrong_procedure"),
    // The last one keeps a run from glancing.
    ("currency = '156'\namount = '>=1000, <70000'", "over_terminal_limit"),
];

/// Which ones, as numbers of a case: now and then one that asks for amounts.
fn some_rules() -> impl Strategy<Value = Vec<usize>> {
    let all =
        |count: usize| prop::sample::subsequence((0..count).collect::<Vec<_>>(), 1..count).prop_shuffle();
    prop_oneof![2 => all(RULES.len() - 1), 1 => all(RULES.len())]
}

/// A day with some rules in force.
pub(crate) fn ruled(day: impl Strategy<Value = Case>) -> impl Strategy<Value = Case> {
    (day, some_rules()).prop_map(|(day, rules)| day.with("rules", &rules))
}

/// The rules that are in force, where the case tells some.
pub(crate) fn rules_of(case: &Case) -> Option<Arc<Rules>> {
    let (_, numbers) = case.inputs.iter().find(|(name, _)| name == "rules")?;
    let rules = numbers.iter().map(|number| {
        let (asked, reason) = RULES[*number];
        format!("[[rule]]\nname = '{number}'\n{asked}\nreason = '{reason}'\naction = 'See {number}.'\n")
    });
    Some(Arc::new(Rules::read(&[&rules.collect::<String>()]).expect("rules")))
}
