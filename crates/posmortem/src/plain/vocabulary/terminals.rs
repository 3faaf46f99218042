//! Who was met first at each terminal, by the terminal's word.
//!
//! A fleet's terminals do not fit a near cache, and rows meet them in no order: so places are told apart from what
//! stands there, and whoever looks up many asks for all places before the first answer ([`Terminals::place`]).

use foldhash::fast::RandomState;
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

/// Bits of a slot that number an entry; the others are of its hash.
const NUMBER_BITS: u32 = 22;
const NUMBER: u32 = (1 << NUMBER_BITS) - 1;

/// More entries have no number.
pub(super) const MOST: usize = NUMBER as usize;

/// A slot without an entry.
const FREE: u32 = u32::MAX;

/// Fewer slots are not worth to grow from.
const FEWEST_SLOTS: usize = 1 << 10;

/// A map that is never more than half full.
pub(super) struct Terminals {
    hasher: RandomState,
    /// Numbers of entries, at the first free slot from a hash on.
    slots: Vec<u32>,
    entries: Vec<First>,
}

impl Default for Terminals {
    fn default() -> Self {
        Self { hasher: RandomState::default(), slots: vec![FREE; FEWEST_SLOTS], entries: Vec::new() }
    }
}

impl Terminals {
    /// Where to look for a terminal: the hash of its word.
    #[inline(always)]
    pub(super) fn place(&self, terminal: u128) -> u64 {
        self.hasher.hash_one(terminal)
    }

    /// The number of what stands at a place, likely the one that is looked for; [`FREE`] for nothing.
    #[inline(always)]
    pub(super) fn likely(&self, place: u64) -> u32 {
        let tag = tag_of(place);
        for slot in self.slots_from(place) {
            if slot == FREE || slot & !NUMBER == tag {
                return slot & NUMBER;
            }
        }
        NUMBER
    }

    /// The entry of a number, if it is that of a terminal.
    #[inline(always)]
    pub(super) fn entry(&self, number: u32, terminal: u128) -> Option<&First> {
        self.entries.get(number as usize).filter(|first| first.terminal == terminal)
    }

    /// The entry of a terminal.
    pub(super) fn get(&self, terminal: u128) -> Option<&First> {
        let place = self.place(terminal);
        self.slots_from(place)
            .take_while(|slot| *slot != FREE)
            .find_map(|slot| self.entry(slot & NUMBER, terminal))
    }

    /// Takes an entry for a terminal that has none.
    pub(super) fn insert(&mut self, first: First) {
        if 2 * (self.entries.len() + 1) > self.slots.len() {
            self.slots = vec![FREE; 2 * self.slots.len()];
            for number in 0..self.entries.len() {
                self.seat(number);
            }
        }
        self.entries.push(first);
        self.seat(self.entries.len() - 1);
    }

    fn seat(&mut self, number: usize) {
        let place = self.place(self.entries[number].terminal);
        let mask = self.slots.len() - 1;
        let mut slot = place as usize & mask;
        while self.slots[slot] != FREE {
            slot = (slot + 1) & mask;
        }
        self.slots[slot] = number as u32 | tag_of(place);
    }

    /// The slots from a place on, round to it again.
    #[inline(always)]
    fn slots_from(&self, place: u64) -> impl Iterator<Item = u32> {
        let mask = self.slots.len() - 1;
        (0..self.slots.len()).map(move |next| self.slots[(place as usize).wrapping_add(next) & mask])
    }
}

/// The upper bits of a hash, where a slot has them. All ones stand for [`FREE`] alone.
#[inline(always)]
fn tag_of(place: u64) -> u32 {
    let tag = (place >> 32) as u32 & !NUMBER;
    if tag == !NUMBER { 0 } else { tag }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(terminal: u128) -> First {
        First { terminal, merchant: 0, who: terminal as u32, terminal_key: Symbol::ABSENT, more: 0 }
    }

    #[test]
    fn what_was_put_in_is_found_and_nothing_else() {
        let mut terminals = Terminals::default();
        for terminal in 0..5_000 {
            assert!(terminals.get(terminal).is_none());
            terminals.insert(first(terminal));
        }
        for terminal in 0..5_000 {
            assert_eq!(terminals.get(terminal).map(|first| first.who), Some(terminal as u32));
        }
        assert!((5_000..10_000).all(|terminal| terminals.get(terminal).is_none()));
    }

    #[test]
    fn likely_entries_are_of_the_terminal_or_nobodys_in_most_cases() {
        let mut terminals = Terminals::default();
        (0..5_000).for_each(|terminal| terminals.insert(first(terminal)));
        let likely = |terminal: u128| terminals.entry(terminals.likely(terminals.place(terminal)), terminal);
        let found = (0..5_000).filter(|terminal| likely(*terminal).is_some()).count();
        assert!(found > 4_900, "{found}");
        assert!((5_000..10_000).all(|terminal| likely(terminal).is_none()));
    }
}
