//! Names of fields as logs have them, to columns and data elements: the rule that headers, JSON keys and
//! pairs share.

use std::collections::HashMap;

use crate::column::{Column, Meaning, plain_name};
use crate::record::FieldName;

/// By what right a name stands for its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    /// It is the column's own, or the user said so.
    Name,
    /// A data element, with its rank among those of the column.
    Element(u8),
    /// Only when nothing else does, with its rank among those of the column.
    Fallback(u8),
}

impl Claim {
    /// The claim of a name in an inner object: after all that stand beside it, the same among
    /// themselves.
    fn below(self) -> Self {
        match self {
            Self::Name => Self::Fallback(100),
            Self::Element(rank) => Self::Fallback(rank.saturating_add(100)),
            Self::Fallback(rank) => Self::Fallback(rank.saturating_add(200)),
        }
    }

    /// Whether it goes before another one for the same column; `None` when neither does.
    pub(crate) fn goes_before(self, other: Self) -> Option<bool> {
        match (self, other) {
            // DE90 and DE56: the first of the table wins.
            (Self::Element(own), Self::Element(other)) | (Self::Fallback(own), Self::Fallback(other)) => {
                (own != other).then_some(own < other)
            }
            (Self::Fallback(_), _) => Some(false),
            (_, Self::Fallback(_)) => Some(true),
            _ => None,
        }
    }
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// The column, unless it is ignored.
    pub(crate) column: Option<Column>,
    pub(crate) claim: Claim,
    /// The data element, where the name or its column is one.
    element: Option<u8>,
    /// Whether the name means anything, be it only to be ignored.
    pub(crate) is_known: bool,
}

impl Named {
    /// Nothing.
    const UNKNOWN: Self = Self { column: None, claim: Claim::Name, element: None, is_known: false };

    /// As sinks are told of a field of this name.
    pub(crate) fn field<'n>(&self, name: &'n [u8]) -> FieldName<'n> {
        match (self.element, self.column) {
            (Some(element), _) => FieldName::Element(element),
            (None, Some(column)) => FieldName::Column(column),
            (None, None) => FieldName::Other(name),
        }
    }
}

/// How names are read: the built-in table, and before it the names of the user.
#[derive(Debug, Default)]
pub(crate) struct NameRules {
    aliases: HashMap<String, Option<Column>>,
    /// Bytes of the longest alias.
    longest_alias: usize,
}

impl NameRules {
    pub(crate) fn new(aliases: &[(String, Option<Column>)]) -> Self {
        let longest_alias = aliases.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        let aliases = aliases.iter().map(|(name, column)| (plain_name(name), *column)).collect();
        Self { aliases, longest_alias }
    }

    /// What a name stands for. One that is longer than names are means nothing, whatever is in it: the
    /// first line of an input may be all of it.
    pub(crate) fn read(&self, name: &str) -> Named {
        if name.len() > NameCache::LONGEST.max(self.longest_alias) {
            return Named::UNKNOWN;
        }
        let plain = plain_name(name);
        let named = |column: Option<Column>, claim, element: Option<u8>| {
            let element = element.or_else(|| column.and_then(Column::element));
            Named { column, claim, element, is_known: true }
        };
        match (self.aliases.get(&plain), Meaning::of_plain(&plain)) {
            (Some(&column), _) => named(column, Claim::Name, None),
            (None, Meaning::Name(column)) => named(Some(column), Claim::Name, None),
            (None, Meaning::Fallback { column, rank }) => named(Some(column), Claim::Fallback(rank), None),
            (None, Meaning::Element { element, column, rank }) => {
                named(column, Claim::Element(rank), Some(element))
            }
            (None, Meaning::Unknown) => Named::UNKNOWN,
        }
    }
}

/// Names of one block that were read already. Names repeat on every line, and reading one takes longer
/// than reading its value.
pub(crate) struct NameCache<'r> {
    rules: &'r NameRules,
    read: HashMap<Box<[u8]>, Named>,
}

impl<'r> NameCache<'r> {
    /// A log may make up names without end, and needs no more memory for it.
    const MOST: usize = 1024;

    /// Bytes of the longest name that may mean anything.
    pub(crate) const LONGEST: usize = 128;

    pub(crate) fn new(rules: &'r NameRules) -> Self {
        Self { rules, read: HashMap::new() }
    }

    /// What a name stands for: whole, as the user may have named it, or what is behind its last dot, which
    /// gives way to the names without one.
    pub(crate) fn read(&mut self, name: &[u8]) -> Named {
        if let Some(&named) = self.read.get(name) {
            return named;
        }
        if name.len() > Self::LONGEST {
            return Named::UNKNOWN;
        }
        let text = String::from_utf8_lossy(name);
        let whole = self.rules.read(&text);
        let named = match text.rsplit_once('.') {
            Some((_, last)) if !whole.is_known => {
                let inner = self.rules.read(last);
                Named { claim: inner.claim.below(), ..inner }
            }
            _ => whole,
        };
        if self.read.len() < Self::MOST {
            self.read.insert(name.into(), named);
        }
        named
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_told_by_element_before_column_before_name() {
        let rules =
            NameRules::new(&[("Kasse".to_owned(), Some(Column::TerminalId)), ("host".to_owned(), None)]);
        let field = |name: &'static str| rules.read(name).field(name.as_bytes());
        assert!(field("stan") == FieldName::Element(11));
        assert!(field("de5") == FieldName::Element(5));
        assert!(field("de56") == FieldName::Element(56));
        assert!(field("kasse") == FieldName::Element(41));
        assert!(field("realm") == FieldName::Column(Column::Link));
        assert!(field("host") == FieldName::Other(b"host"));
        assert!(field("colour") == FieldName::Other(b"colour"));
        assert!(rules.read("host").is_known && !rules.read("colour").is_known);
    }
}
