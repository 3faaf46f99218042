//! The kinds of scopes that payments are searched by: `data/scopes.tsv`.

use crate::{Attribute, ScopeKind};
use posmortem_iso8583::TableRow;

impl ScopeKind {
    /// The kinds of scopes in which payments fail together, in the order of the table.
    ///
    /// # Panics
    /// Never: a test reads the table.
    pub fn payments() -> Vec<Self> {
        read(include_str!("../data/scopes.tsv")).expect("the table of scopes is checked by a test")
    }
}

const COLUMNS: [&str; 7] =
    ["attributes", "weight", "concentration", "extra", "level", "terminals", "all_day"];

fn read(text: &str) -> Option<Vec<ScopeKind>> {
    let kind = |row: TableRow<'_, 7>| {
        let [attributes, weight, concentration, extra, level, terminals, all_day] = row.fields;
        let attributes = attributes.split('+').map(Attribute::from_name);
        let mut dimensions: Vec<_> = attributes.map(|told| Some(told?.dimension())).collect::<Option<_>>()?;
        dimensions.sort_unstable();
        Some(ScopeKind {
            dimensions,
            weight: weight.parse().ok()?,
            concentration: concentration.parse().ok()?,
            extra: extra.parse().ok()?,
            level: level.parse().ok()?,
            blames_sequences: yes(terminals)?,
            all_day: yes(all_day)?,
        })
    };
    posmortem_iso8583::rows(text, COLUMNS).ok()?.into_iter().map(kind).collect()
}

fn yes(text: &str) -> Option<bool> {
    match text {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_attribute_but_the_terminal_is_searched() {
        let kinds = read(include_str!("../data/scopes.tsv")).expect("every row is well formed");
        let distinct: BTreeSet<_> = kinds.iter().map(|kind| &kind.dimensions).collect();
        assert_eq!(distinct.len(), kinds.len());
        for attribute in Attribute::ALL.into_iter().filter(|attribute| *attribute != Attribute::Terminal) {
            let told = kinds.iter().any(|kind| kind.dimensions.contains(&attribute.dimension()));
            assert!(told, "{}", attribute.name());
        }
        assert!(kinds.iter().all(|kind| kind.weight > 0.0
            && kind.concentration >= 4.0
            && kind.extra >= 0.0
            && kind.level >= 1.0));
    }
}
