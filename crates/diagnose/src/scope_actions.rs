//! What to do about an incident: what its reason says, unless `data/scope-actions.tsv` knows better for its
//! scope. Readers that fail by model or firmware are not cleaned one by one, and what an issuer refuses is its to tell.

use crate::words::in_language;
use crate::{Attribute, Incident};
use posmortem_classify::{Actions, Cause, Language, Reason};
use posmortem_iso8583::TableRow;
use std::sync::OnceLock;

const COLUMNS: [&str; 5] = ["attribute", "cause", "unless", "en", "zh"];

/// A row of `data/scope-actions.tsv`.
struct ScopeAction {
    attribute: Attribute,
    /// Of that cause alone.
    cause: Option<Cause>,
    unless: Option<Reason>,
    en: &'static str,
    zh: &'static str,
}

impl Incident {
    /// What operations should do about it, `actions` being what they should do about its reason.
    pub fn action<'a>(&self, language: Language, actions: &'a Actions) -> &'a str {
        let fits = |action: &&ScopeAction| {
            self.scope.iter().any(|(of, _)| *of == action.attribute)
                && action.cause.is_none_or(|cause| cause == self.cause)
                && action.unless != Some(self.reason)
        };
        match scope_actions().iter().find(fits) {
            Some(action) => in_language(language, action.en, action.zh),
            None => actions.of(self.reason, language),
        }
    }
}

fn scope_actions() -> &'static [ScopeAction] {
    static ACTIONS: OnceLock<Vec<ScopeAction>> = OnceLock::new();
    ACTIONS.get_or_init(|| read_scope_actions().expect("the table of actions is checked by a test"))
}

fn read_scope_actions() -> Option<Vec<ScopeAction>> {
    let rows = posmortem_iso8583::rows(include_str!("../data/scope-actions.tsv"), COLUMNS).ok()?;
    let action = |row: TableRow<'static, 5>| {
        let [attribute, cause, unless, en, zh] = row.fields;
        let attribute = Attribute::from_name(attribute)?;
        let cause = if cause == "-" { None } else { Some(Cause::from_name(cause)?) };
        let unless = if unless == "-" { None } else { Some(Reason::from_name(unless)?) };
        Some(ScopeAction { attribute, cause, unless, en, zh })
    };
    rows.into_iter().map(action).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_of_an_attribute_and_a_reason() {
        let actions = read_scope_actions().expect("every row is well formed");
        assert!(!actions.is_empty());
        for action in &actions {
            let name = action.attribute.name();
            assert!(action.en.ends_with('.') && action.zh.ends_with('。'), "{name}");
            let of = |action: &ScopeAction| (action.attribute, action.cause, action.unless);
            let alike = actions.iter().filter(|other| of(other) == of(action));
            assert_eq!(alike.count(), 1, "{name}: the first row hides the others");
        }
    }
}
