//! What to do about an incident: what its reason says, unless `data/scope-actions.tsv` knows better for its
//! scope. Readers that fail by model or firmware are not cleaned one by one.

use crate::words::in_language;
use crate::{Attribute, Incident};
use posmortem_classify::{Audience, Language};

const ACTIONS: &str = include_str!("../data/scope-actions.tsv");

impl Incident {
    /// What operations should do about it.
    pub fn action(&self, language: Language) -> &'static str {
        let is_inside =
            |attribute: Option<Attribute>| self.scope.iter().any(|(of, _)| Some(*of) == attribute);
        let by_scope = rows().find(|[attribute, unless, ..]| {
            is_inside(Attribute::from_name(attribute)) && *unless != self.reason.name()
        });
        match by_scope {
            Some([.., en, zh]) => in_language(language, en, zh),
            None => self.reason.action(language, Audience::Operations),
        }
    }
}

fn rows() -> impl Iterator<Item = [&'static str; 4]> {
    let lines = ACTIONS.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines.filter_map(|line| line.split('\t').collect::<Vec<_>>().try_into().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use posmortem_classify::Reason;

    #[test]
    fn every_row_is_of_an_attribute_and_a_reason() {
        assert_eq!(rows().count(), ACTIONS.lines().count() - 2, "every row has four cells");
        for [attribute, unless, en, zh] in rows() {
            assert!(Attribute::from_name(attribute).is_some() && Reason::from_name(unless).is_some());
            assert!(en.ends_with('.') && zh.ends_with('。'), "{attribute}");
        }
    }
}
