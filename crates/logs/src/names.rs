//! Names of fields as logs have them, to columns and data elements: the rule that headers, JSON keys and
//! pairs share.

use std::collections::HashMap;
use std::sync::LazyLock;

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
        match Plain::of(name) {
            Some(plain) => self.read_plain(plain.as_str()),
            None => self.read_plain(&plain_name(name)),
        }
    }

    fn read_plain(&self, plain: &str) -> Named {
        let named = |column: Option<Column>, claim, element: Option<u8>| {
            let element = element.or_else(|| column.and_then(Column::element));
            Named { column, claim, element, is_known: true }
        };
        let alias = if self.aliases.is_empty() { None } else { self.aliases.get(plain) };
        if let Some(&column) = alias {
            return named(column, Claim::Name, None);
        }
        let meaning = BUILT_IN.get(plain.as_bytes()).unwrap_or_else(|| Meaning::of_element(plain));
        match meaning {
            Meaning::Name(column) => named(Some(column), Claim::Name, None),
            Meaning::Fallback { column, rank } => named(Some(column), Claim::Fallback(rank), None),
            Meaning::Element { element, column, rank } => named(column, Claim::Element(rank), Some(element)),
            Meaning::Unknown => Named::UNKNOWN,
        }
    }
}

/// The names of the table of columns, for a look-up that a log which makes names up cannot make dear.
static BUILT_IN: LazyLock<Words<Meaning>> = LazyLock::new(|| {
    let mut words = Words::new(1024);
    for (name, meaning) in Meaning::of_all_names() {
        words.insert(name.as_bytes(), meaning);
    }
    words
});

/// A name as names are compared, where it is short enough to need no memory of its own.
struct Plain {
    bytes: [u8; Self::LONGEST],
    len: usize,
}

impl Plain {
    const LONGEST: usize = 64;

    /// The same as [`plain_name`].
    fn of(name: &str) -> Option<Self> {
        let mut plain = Self { bytes: [0; Self::LONGEST], len: 0 };
        for c in name.chars() {
            if matches!(c, '-' | '_') || c.is_whitespace() {
                continue;
            }
            if c.is_ascii() {
                plain.push(&[(c as u8).to_ascii_lowercase()])?;
            } else {
                for c in c.to_lowercase() {
                    plain.push(c.encode_utf8(&mut [0; 4]).as_bytes())?;
                }
            }
        }
        Some(plain)
    }

    #[inline]
    fn push(&mut self, bytes: &[u8]) -> Option<()> {
        self.bytes.get_mut(self.len..self.len + bytes.len())?.copy_from_slice(bytes);
        self.len += bytes.len();
        Some(())
    }

    fn as_str(&self) -> &str {
        self.bytes.get(..self.len).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

/// Names of one block that were read already. Names repeat on every line, and in the same order: the one
/// that came behind the last one before is tried first.
pub(crate) struct NameCache<'r> {
    rules: &'r NameRules,
    read: Words<Named>,
    /// By name: the one that came behind it.
    behind: Vec<usize>,
    last: usize,
}

impl<'r> NameCache<'r> {
    /// A log may make up names without end, and needs no more memory for it.
    const MOST: usize = 1024;

    /// Bytes of the longest name that may mean anything.
    pub(crate) const LONGEST: usize = 128;

    pub(crate) fn new(rules: &'r NameRules) -> Self {
        Self { rules, read: Words::new(2 * Self::MOST), behind: Vec::new(), last: 0 }
    }

    /// What a name stands for: whole, as the user may have named it, or what is behind its last dot, which
    /// gives way to the names without one.
    #[inline]
    pub(crate) fn read(&mut self, name: &[u8]) -> Named {
        let next = self.behind.get(self.last).copied().unwrap_or_default();
        if let Some(named) = self.read.at(next, name) {
            self.last = next;
            return named;
        }
        self.look_up(name)
    }

    fn look_up(&mut self, name: &[u8]) -> Named {
        if name.len() > Self::LONGEST {
            return Named::UNKNOWN;
        }
        let (place, named) = match self.read.find(name) {
            Some(place) => (Some(place), self.read.at(place, name)),
            None => {
                let named = self.read_anew(name);
                let place = if self.behind.len() < Self::MOST { self.read.insert(name, named) } else { None };
                if place.is_some() {
                    self.behind.push(0);
                }
                (place, Some(named))
            }
        };
        if let Some(place) = place {
            if let Some(behind) = self.behind.get_mut(self.last) {
                *behind = place;
            }
            self.last = place;
        }
        named.unwrap_or_else(|| self.read_anew(name))
    }

    fn read_anew(&self, name: &[u8]) -> Named {
        let text = String::from_utf8_lossy(name);
        let whole = self.rules.read(&text);
        match text.rsplit_once('.') {
            Some((_, last)) if !whole.is_known => {
                let inner = self.rules.read(last);
                Named { claim: inner.claim.below(), ..inner }
            }
            _ => whole,
        }
    }
}

/// A map of words that looks at a few places at most, whoever chose the words.
struct Words<V> {
    /// Places in `words`, from 1; 0 is free.
    slots: Box<[u32]>,
    words: Vec<(Box<[u8]>, V)>,
}

impl<V: Copy> Words<V> {
    /// Slots that are tried for a word.
    const TRIED: usize = 8;

    /// With a power of two of slots.
    fn new(slots: usize) -> Self {
        Self { slots: vec![0; slots].into(), words: Vec::new() }
    }

    fn slots_of(&self, word: &[u8]) -> impl Iterator<Item = usize> + use<V> {
        let last = self.slots.len() - 1;
        let first = (hash(word) >> 32) as usize;
        (0..Self::TRIED).map(move |step| (first + step) & last)
    }

    /// The place of a word.
    fn find(&self, word: &[u8]) -> Option<usize> {
        for slot in self.slots_of(word) {
            let place = (self.slots[slot] as usize).checked_sub(1)?;
            if self.words.get(place).is_some_and(|(own, _)| **own == *word) {
                return Some(place);
            }
        }
        None
    }

    fn get(&self, word: &[u8]) -> Option<V> {
        self.at(self.find(word)?, word)
    }

    /// What a word stands for, if that is its place.
    #[inline]
    fn at(&self, place: usize, word: &[u8]) -> Option<V> {
        self.words.get(place).filter(|(own, _)| **own == *word).map(|&(_, value)| value)
    }

    /// Takes a word in that is not there; its place, unless too many others stand where it should.
    fn insert(&mut self, word: &[u8], value: V) -> Option<usize> {
        let slot = self.slots_of(word).find(|&slot| self.slots[slot] == 0)?;
        self.words.push((word.into(), value));
        self.slots[slot] = self.words.len() as u32;
        Some(self.words.len() - 1)
    }
}

/// Spreads words over slots; nothing else rests on it.
fn hash(word: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let (eights, rest) = word.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let mix = |hash: u64, eight: &[u8; 8]| {
        let mixed = (hash ^ u64::from_le_bytes(*eight)).wrapping_mul(FACTOR);
        mixed ^ mixed >> 29
    };
    mix(eights.iter().fold(word.len() as u64, mix), &last).wrapping_mul(FACTOR)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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

    #[test]
    fn every_name_of_the_table_is_found_in_it() {
        for (name, meaning) in Meaning::of_all_names() {
            assert_eq!(BUILT_IN.get(name.as_bytes()), Some(meaning), "{name}");
            assert!(name.len() < Plain::LONGEST);
        }
    }

    #[test]
    fn a_cache_of_names_knows_no_more_than_its_rules() {
        let rules = NameRules::new(&[("Kasse".to_owned(), Some(Column::TerminalId))]);
        let mut cache = NameCache::new(&rules);
        for round in 0..3 {
            for number in 0..3000 {
                for name in ["mti", "x.stan", "de39", "kasse", "colour", &format!("name{number}")] {
                    let inner = name.rsplit_once('.').map(|(_, last)| rules.read(last));
                    let expected = inner.map_or_else(
                        || rules.read(name),
                        |inner| Named { claim: inner.claim.below(), ..inner },
                    );
                    assert_eq!(cache.read(name.as_bytes()), expected, "{name} {round}");
                }
            }
        }
        assert!(cache.read.words.len() <= NameCache::MOST);
        assert!(!cache.read(&[b'x'; NameCache::LONGEST + 1]).is_known);
    }

    proptest! {
        #[test]
        fn names_are_made_plain_in_either_way(name in "[a-zA-Z_ \\-\u{130}\u{212a}\u{a0}\u{e9}.0-9]{0,70}") {
            if let Some(plain) = Plain::of(&name) {
                prop_assert_eq!(plain.as_str(), plain_name(&name));
            } else {
                prop_assert!(plain_name(&name).len() > Plain::LONGEST);
            }
        }
    }
}
