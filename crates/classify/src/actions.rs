//! What operations should do about a reason: in the user's words where a rule has some.
//!
//! What merchants should do, and what the scope of an incident asks for, is not here.

use std::collections::BTreeMap;

use crate::{Audience, Language, Reason};

/// The action for every reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Actions(BTreeMap<Reason, OwnAction>);

/// What a rule says is to be done; without a Chinese text the English one stands for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnAction {
    pub(crate) en: String,
    pub(crate) zh: Option<String>,
}

impl Actions {
    /// Sets what is to be done about a reason.
    pub(crate) fn set(&mut self, reason: Reason, action: OwnAction) {
        self.0.insert(reason, action);
    }

    /// What to do, in one sentence.
    pub fn of(&self, reason: Reason, language: Language) -> &str {
        match (self.0.get(&reason), language) {
            (Some(OwnAction { zh: Some(zh), .. }), Language::Zh) => zh,
            (Some(OwnAction { en, .. }), _) => en,
            (None, _) => reason.action(language, Audience::Operations),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_user_go_before_those_of_the_table() {
        let mut actions = Actions::default();
        let (own, both) = (Reason::PIN_INCORRECT, Reason::RESPONSE_TIMEOUT);
        let action =
            |zh: Option<&str>| OwnAction { en: "Ask the desk.".to_owned(), zh: zh.map(str::to_owned) };
        actions.set(own, action(None));
        actions.set(both, action(Some("联系服务台。")));
        for (reason, language, told) in [
            (own, Language::En, "Ask the desk."),
            (own, Language::Zh, "Ask the desk."),
            (both, Language::En, "Ask the desk."),
            (both, Language::Zh, "联系服务台。"),
        ] {
            assert_eq!(actions.of(reason, language), told);
        }
        let other = Reason::from_name("chip_damaged").expect("a reason");
        assert_eq!(actions.of(other, Language::Zh), other.action(Language::Zh, Audience::Operations));
    }
}
