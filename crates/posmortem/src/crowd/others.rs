//! Legs that go the long way, by the keys that lead from them to plain legs.

use crate::plain::{PlainLeg, Vocabulary};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use posmortem_exchange::{Leg, Reference, Symbol, Traffic};
use posmortem_iso8583::Side;
use std::hash::BuildHasher;

/// Fewer keys are not worth forgetting.
const FEWEST: usize = 1 << 12;

/// Bits of hints for each key that may be held before some are forgotten.
const HINTS: usize = 8;

pub(super) struct Others {
    horizon_ms: i64,
    /// No plain leg that waits or will come is earlier.
    pub(super) settled: i64,
    /// The first and last time at which each key was seen.
    seen: HashMap<u64, (i64, i64), RandomState>,
    /// A bit for every key, so that one look tells most legs that they have none.
    hints: Vec<u64>,
    forget_at: usize,
    /// The latest time of those that tell no terminal.
    until: i64,
    /// The latest time of those of a terminal, by its symbol's index.
    terminals_until: Vec<i64>,
    /// Whether there are keys of card and amount, or of link and STAN.
    with_cards: bool,
    with_links: bool,
    hasher: RandomState,
}

impl Others {
    pub(super) fn new(horizon_ms: i64) -> Self {
        Self {
            horizon_ms,
            settled: i64::MIN,
            seen: HashMap::default(),
            hints: vec![0; HINTS * FEWEST / 64],
            forget_at: FEWEST,
            until: i64::MIN,
            terminals_until: Vec::new(),
            with_cards: false,
            with_links: false,
            hasher: RandomState::default(),
        }
    }

    pub(super) fn see(&mut self, leg: &Leg) {
        let at = leg.at.millis;
        let terminal = leg.terminal_key.index();
        if self.terminals_until.len() <= terminal {
            self.terminals_until.resize((terminal + 1).next_power_of_two(), i64::MIN);
        }
        let until =
            if leg.terminal_key.is_absent() { &mut self.until } else { &mut self.terminals_until[terminal] };
        *until = at.max(*until);
        for stan in [leg.stan, leg.original_stan].into_iter().flatten() {
            self.see_key(self.key(leg.terminal_key, stan), at);
        }
        // Plain legs have references of twelve digits, and no other can be equal to one of theirs.
        for rrn in [leg.rrn, leg.original_rrn].iter().filter_map(Reference::twelve_digits) {
            self.see_key(self.reference(rrn), at);
        }
        if let (true, Some(stan)) = (leg.terminal_key.is_absent(), leg.stan) {
            self.with_links = true;
            self.see_key(self.link(leg.link, stan), at);
        }
        let is_reversal = leg.traffic() == Traffic::Reversal && leg.side() == Side::Request;
        if let (true, Some(card), Some(amount)) = (is_reversal, leg.card, leg.amount) {
            self.with_cards = true;
            self.see_key(self.hasher.hash_one((card, amount.minor)), at);
        }
        if self.seen.len() >= self.forget_at {
            self.forget();
        }
    }

    fn see_key(&mut self, key: u64, at: i64) {
        hint(&mut self.hints, key);
        let (from, to) = self.seen.entry(key).or_insert((at, at));
        (*from, *to) = ((*from).min(at), (*to).max(at));
    }

    /// Forgets keys that no plain leg can meet any more.
    fn forget(&mut self) {
        let earliest = self.settled.saturating_sub(2 * self.horizon_ms);
        self.seen.retain(|_, (_, to)| *to >= earliest);
        self.forget_at = (2 * self.seen.len()).next_power_of_two().max(FEWEST);
        self.hints.clear();
        self.hints.resize(HINTS * self.forget_at / 64, 0);
        self.seen.keys().for_each(|key| hint(&mut self.hints, *key));
    }

    /// Whether any shares a key with a plain leg within the horizon of it. Those of another terminal never
    /// belong to it.
    #[inline(always)]
    pub(super) fn are_near(&self, leg: &PlainLeg, words: &Vocabulary) -> bool {
        let of_terminal = self.terminals_until.get(leg.terminal.index()).copied().unwrap_or(i64::MIN);
        leg.at.saturating_sub(self.horizon_ms) <= of_terminal.max(self.until) && self.have_key_of(leg, words)
    }

    fn have_key_of(&self, leg: &PlainLeg, words: &Vocabulary) -> bool {
        let is_near = |key: u64| {
            let [at, bit] = hint_of(key, self.hints.len());
            self.hints.get(at).is_some_and(|bits| bits >> bit & 1 == 1)
                && self.seen.get(&key).is_some_and(|(from, to)| {
                    let at = leg.at;
                    at.saturating_add(self.horizon_ms) >= *from && at.saturating_sub(self.horizon_ms) <= *to
                })
        };
        let stan = u64::from(leg.stan);
        is_near(self.key(leg.terminal, stan))
            || (leg.rrn != 0 && is_near(self.reference(leg.rrn)))
            || (self.with_links
                && (is_near(self.link(words.what(leg.what).link, stan))
                    || is_near(self.key(Symbol::ABSENT, stan))))
            || (self.with_cards
                && leg.card_and_amount().is_some_and(|key| is_near(self.hasher.hash_one(key))))
    }

    /// Terminal and STAN, whatever the class: reversals find attempts of several.
    #[inline]
    fn key(&self, terminal: Symbol, stan: u64) -> u64 {
        self.hasher.hash_one((terminal.index() as u64, stan))
    }

    #[inline]
    fn reference(&self, rrn: u64) -> u64 {
        self.hasher.hash_one((u64::MAX, rrn))
    }

    fn link(&self, link: Symbol, stan: u64) -> u64 {
        self.hasher.hash_one((link.index() as u64, stan, true))
    }
}

/// The word and the bit of a key, where there are so many words, a power of two.
fn hint_of(key: u64, words: usize) -> [usize; 2] {
    let bit = key as usize & (64 * words - 1);
    [bit / 64, bit % 64]
}

fn hint(hints: &mut [u64], key: u64) {
    let [at, bit] = hint_of(key, hints.len());
    if let Some(bits) = hints.get_mut(at) {
        *bits |= 1 << bit;
    }
}
