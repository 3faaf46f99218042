//! Who was met first at each terminal, by the terminal's word.
//!
//! A fleet's terminals do not fit a near cache, and rows meet them in no order: so a look-up can be made in steps
//! ([`Terminals::hash`], [`Terminals::likely`], [`Terminals::entry`]), and who looks up many makes each step of all of
//! them before the next, for then what they wait for is on its way from memory at the same time.

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use posmortem_exchange::Symbol;
use std::hash::BuildHasher;

/// Who was met first at a terminal: all that a look-up needs, in one cache line.
#[derive(Clone, Copy)]
pub(super) struct First {
    pub(super) terminal: u128,
    /// The first word beside the terminal's, nearly always the only one or followed by few.
    pub(super) merchant: u128,
    pub(super) who: u32,
    /// The terminal without left zeros; absent where none is told.
    pub(super) terminal_key: Symbol,
    /// Where the further words stand in [`super::Vocabulary::more`]; [`super::NOBODY`] where there are none.
    pub(super) more: u32,
}

/// The number of an entry, with a part of its hash, so that most others are told from it without a look at them.
struct Place {
    number: u32,
    hash: u32,
}

/// A map from words of terminals.
#[derive(Default)]
pub(super) struct Terminals {
    hasher: RandomState,
    places: HashTable<Place>,
    entries: Vec<First>,
}

impl Terminals {
    #[inline(always)]
    pub(super) fn hash(&self, terminal: u128) -> u64 {
        self.hasher.hash_one(terminal)
    }

    /// The number of the entry that has this hash, nearly always that of the terminal; of none where there is none.
    #[inline(always)]
    pub(super) fn likely(&self, hash: u64) -> u32 {
        self.places
            .find(hash, |place| place.hash == (hash >> 32) as u32)
            .map_or(u32::MAX, |place| place.number)
    }

    /// The entry of a number, if it is that of a terminal.
    #[inline(always)]
    pub(super) fn entry(&self, number: u32, terminal: u128) -> Option<&First> {
        self.entries.get(number as usize).filter(|first| first.terminal == terminal)
    }

    /// The entry of a terminal.
    #[inline]
    pub(super) fn get(&self, terminal: u128) -> Option<&First> {
        let is_it = |place: &Place| self.entry(place.number, terminal).is_some();
        let place = self.places.find(self.hash(terminal), is_it)?;
        self.entries.get(place.number as usize)
    }

    /// Takes an entry for a terminal that has none.
    pub(super) fn insert(&mut self, first: First) {
        let hash = self.hash(first.terminal);
        // No more of them than who was met: see `MOST_WHOS`.
        let place = Place { number: self.entries.len() as u32, hash: (hash >> 32) as u32 };
        self.entries.push(first);
        let Self { hasher, places, entries } = self;
        places.insert_unique(hash, place, |place| hasher.hash_one(entries[place.number as usize].terminal));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_is_found_and_nothing_else() {
        let mut terminals = Terminals::default();
        for terminal in 0..5_000 {
            assert!(terminals.get(terminal).is_none());
            let who = terminal as u32;
            terminals.insert(First { terminal, merchant: 0, who, terminal_key: Symbol::ABSENT, more: 0 });
        }
        let likely = |terminal: u128| terminals.entry(terminals.likely(terminals.hash(terminal)), terminal);
        for terminal in 0..5_000 {
            let found = terminals.get(terminal).map(|first| first.who);
            assert_eq!(found, Some(terminal as u32));
            // Two may have the same part of a hash; then the steps find none, and never another's.
            assert!(likely(terminal).is_none_or(|first| first.who == terminal as u32));
        }
        assert!((0..5_000).filter(|terminal| likely(*terminal).is_some()).count() > 4_990);
        assert!(
            (5_000..10_000).all(|terminal| terminals.get(terminal).is_none() && likely(terminal).is_none())
        );
    }
}
