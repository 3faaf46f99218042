//! Which plain legs stand alone: nothing else can belong to the exchange that each of them is.
//!
//! Plain legs are answers, and an answer takes no part in the exchange of another answer that came
//! more than a minute before ([`Pairing::REPEAT_MS`]). So a plain leg stands alone when no plain leg
//! within a minute and no leg of another kind within the horizon shares a key with it. A plain leg that
//! does not stand alone counts as one of another kind for those behind it.
//!
//! Nothing is lost by taking a leg for crowded that is not: it goes the long way. So the table below
//! may confuse keys, and never overlooks two that are equal.

use crate::plain::{PlainLeg, Vocabulary};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use posmortem_exchange::{Leg, Pairing, Reference, Symbol, Traffic};
use posmortem_iso8583::Side;
use std::collections::VecDeque;
use std::hash::BuildHasher;

/// Entries that are looked at together: one cache line.
const WAYS: usize = 8;

/// Bits of an entry that number a leg, its highest ones left out; the others are a part of its key's
/// hash, so that one search in a thousand takes a strange leg for a like one.
const NUMBER_BITS: u32 = 22;

/// So many legs may be recent before numbers are confused.
const MOST_RECENT: u64 = 1 << NUMBER_BITS;

/// The bits of an entry that number a leg.
const NUMBER: u32 = (1 << NUMBER_BITS) - 1;

/// Legs of the other kinds, by the keys that lead from them to plain legs, with the first and last
/// time at which each was seen.
type Others = HashMap<u64, (i64, i64), RandomState>;

/// Fewer keys of other legs are not worth forgetting.
const FEWEST_OTHERS: usize = 1 << 12;

/// Plain legs that wait until all legs within their horizon are known.
pub(crate) struct Crowd {
    horizon_ms: i64,
    /// Legs in the order of time.
    waiting: VecDeque<PlainLeg>,
    /// The number of the first leg that waits.
    first: u64,
    /// The number of the first leg that a further one may repeat.
    recent: u64,
    /// The number of the first leg that has not met those before it, since others may still come
    /// between.
    unmet: u64,
    /// Keys of the recent legs: a part of the hash, and the end of the leg's number.
    table: Vec<[u32; WAYS]>,
    /// Legs before this number are crowded: too many were recent at once.
    crowded_before: u64,
    others: Others,
    /// A bit for every key among the others, so that one look tells most legs that they have none.
    hints: Vec<u64>,
    others_due: usize,
    /// The latest time of any of them.
    others_until: i64,
    /// Whether `others` holds keys of card and amount, or of link and STAN.
    with_cards: bool,
    with_links: bool,
    hasher: RandomState,
}

impl Crowd {
    pub(crate) fn new(horizon_ms: i64) -> Self {
        Self {
            horizon_ms,
            waiting: VecDeque::new(),
            first: 1,
            recent: 1,
            unmet: 1,
            table: vec![[0; WAYS]; 1 << 10],
            crowded_before: 0,
            others: Others::default(),
            hints: vec![0; HINTS / 64],
            others_due: FEWEST_OTHERS,
            others_until: i64::MIN,
            with_cards: false,
            with_links: false,
            hasher: RandomState::default(),
        }
    }

    /// Takes in plain legs of one block.
    pub(crate) fn add(&mut self, legs: &[PlainLeg]) {
        let at = |leg: &PlainLeg| leg.at.millis;
        let Some(earliest) = legs.iter().map(at).min() else { return };
        let before = self.waiting.partition_point(|leg| leg.at.millis <= earliest);
        let is_sorted = legs.is_sorted_by_key(at);
        if is_sorted && before == self.waiting.len() {
            self.waiting.extend(legs);
            return;
        }
        // Lines that are written a little late, or the log of another link.
        let mut mixed: Vec<_> = self.waiting.drain(before..).collect();
        mixed.extend(legs);
        mixed.sort_by_key(at);
        self.waiting.extend(mixed);
    }

    fn leg(&self, number: u64) -> Option<&PlainLeg> {
        self.waiting.get((number - self.first) as usize)
    }

    /// Lets the legs before `millis` meet each other: nothing can come between them any more.
    fn meet_before(&mut self, millis: i64) {
        while let Some(leg) = self.leg(self.unmet).filter(|leg| leg.at.millis < millis).copied() {
            let number = self.unmet;
            self.unmet += 1;
            let begins = leg.at.millis.saturating_sub(Pairing::REPEAT_MS);
            while self.leg(self.recent).is_some_and(|leg| leg.at.millis < begins) {
                self.recent += 1;
            }
            if number - self.recent + 1 >= MOST_RECENT {
                self.crowded_before = number + 1;
            }
            // A line that is a third full overflows once in five hundred, one that is a sixth full
            // hardly ever.
            if ((self.table.len() * WAYS) as u64) < (number - self.recent) * 6 {
                self.grow(number);
            }
            if self.meet_others(&leg, number) {
                self.mark(number);
            }
        }
    }

    fn mark(&mut self, number: u64) {
        if let Some(leg) = self.waiting.get_mut((number - self.first) as usize) {
            leg.is_crowded = true;
        }
    }

    /// Whether another leg that is recent has a key of this one.
    #[inline]
    fn meet_others(&mut self, leg: &PlainLeg, number: u64) -> bool {
        let by_key = self.meet(self.key(leg.terminal_key, u64::from(leg.stan)), number);
        let by_reference = leg.rrn != 0 && self.meet(self.reference(leg.rrn), number);
        by_key || by_reference
    }

    /// Puts a leg under one of its keys, and tells whether another that is recent has the same.
    #[inline]
    fn meet(&mut self, hash: u64, number: u64) -> bool {
        let Self { table, waiting, first, recent, .. } = self;
        let at = hash as usize & (table.len() - 1);
        let Some(line) = table.get_mut(at) else { return true };
        let entry = ((hash >> 32) as u32 >> NUMBER_BITS << NUMBER_BITS) | (number as u32 & NUMBER);
        // How many legs before this one it was; those that are gone are further back than the recent.
        let age = |known: u32| (number as u32).wrapping_sub(known) & NUMBER;
        let oldest = (number - *recent) as u32;
        let (mut alike, mut free) = (0_u32, 0_u32);
        for (way, &known) in line.iter().enumerate() {
            let is_here = age(known).wrapping_sub(1) < oldest;
            alike |= u32::from((known ^ entry) >> NUMBER_BITS == 0 && is_here) << way;
            free |= u32::from(!is_here) << way;
        }
        // In a full line some entry makes room, and may have met its like: both go the long way.
        let is_met = alike != 0 || free == 0;
        let ways = if alike != 0 { alike } else { free | 1 << WAYS >> 1 };
        let Some(place) = line.get_mut(ways.trailing_zeros() as usize) else { return true };
        let known = std::mem::replace(place, entry);
        if is_met
            && let Some(other) = (number - *first).checked_sub(u64::from(age(known)))
            && let Some(other) = waiting.get_mut(other as usize)
        {
            other.is_crowded = true;
        }
        is_met
    }

    /// Puts the recent legs before this one into a larger table.
    #[cold]
    fn grow(&mut self, before: u64) {
        self.table = vec![[0; WAYS]; self.table.len() * 2];
        for number in self.recent..before {
            if let Some(leg) = self.leg(number).copied()
                && self.meet_others(&leg, number)
            {
                self.mark(number);
            }
        }
    }

    /// Takes note of a leg that goes the long way.
    pub(crate) fn see(&mut self, leg: &Leg) {
        let at = leg.at.millis;
        let stans = [leg.stan, leg.original_stan];
        for stan in stans.into_iter().flatten() {
            self.see_key(self.key(leg.terminal_key, stan), at);
        }
        // Plain rows have references of twelve digits, and no other can be equal to one of theirs.
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
        if self.others.len() >= self.others_due {
            self.forget_others();
        }
    }

    fn see_key(&mut self, key: u64, at: i64) {
        self.others_until = self.others_until.max(at);
        hint(&mut self.hints, key);
        let (from, to) = self.others.entry(key).or_insert((at, at));
        (*from, *to) = ((*from).min(at), (*to).max(at));
    }

    /// Forgets keys that no leg can meet any more: all that wait or will come are later than the
    /// earliest of those that wait.
    fn forget_others(&mut self) {
        let earliest = self.waiting.front().map(|leg| leg.at.millis);
        let horizon_ms = self.horizon_ms;
        if let Some(earliest) = earliest {
            self.others.retain(|_, (_, to)| *to >= earliest.saturating_sub(2 * horizon_ms));
            self.hints.fill(0);
            self.others.keys().for_each(|key| hint(&mut self.hints, *key));
        }
        self.others_due = (2 * self.others.len()).max(FEWEST_OTHERS);
    }

    /// Hands out the legs whose whole horizon lies before `millis`, before which no leg can come any
    /// more.
    pub(crate) fn settle_before(&mut self, millis: i64, words: &Vocabulary, mut each: impl FnMut(&PlainLeg)) {
        self.meet_before(millis);
        let whole = millis.saturating_sub(self.horizon_ms);
        while let Some(first) = self.waiting.front().filter(|leg| leg.at.millis < whole) {
            let moment = first.at.millis;
            let of_moment = self.waiting.iter().take_while(|leg| leg.at.millis == moment).count();
            // A leg that goes the long way may lead others there, those of its own moment among them.
            while (0..of_moment).fold(false, |found, place| found | self.goes_long_way(place, words)) {}
            for leg in self.waiting.drain(..of_moment) {
                each(&leg);
            }
            self.first += of_moment as u64;
        }
        self.recent = self.recent.max(self.first);
    }

    /// Asks for legs of other kinds around one that waits; whether that has changed what is known.
    #[inline]
    fn goes_long_way(&mut self, place: usize, words: &Vocabulary) -> bool {
        let Some(leg) = self.waiting.get(place) else { return false };
        let is_due = self.first + (place as u64) < self.crowded_before;
        if leg.is_seen || !(leg.is_crowded || is_due || self.has_others(leg, words)) {
            return false;
        }
        let leg = leg.unfold(words);
        self.see(&leg);
        if let Some(leg) = self.waiting.get_mut(place) {
            (leg.is_crowded, leg.is_seen) = (true, true);
        }
        true
    }

    #[inline]
    fn has_others(&self, leg: &PlainLeg, words: &Vocabulary) -> bool {
        if leg.at.millis.saturating_sub(self.horizon_ms) > self.others_until {
            return false;
        }
        let is_near = |key: u64| {
            let [at, bit] = hint_of(key);
            self.hints.get(at).is_some_and(|bits| bits >> bit & 1 == 1)
                && self.others.get(&key).is_some_and(|(from, to)| {
                    let at = leg.at.millis;
                    at.saturating_add(self.horizon_ms) >= *from && at.saturating_sub(self.horizon_ms) <= *to
                })
        };
        let stan = u64::from(leg.stan);
        is_near(self.key(leg.terminal_key, stan))
            || (leg.rrn != 0 && is_near(self.reference(leg.rrn)))
            || (self.with_links
                && (is_near(self.link(words.link(leg.link()).name, stan))
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

/// Bits of the hints: eight for each of the fewest others that are worth forgetting.
const HINTS: usize = 1 << 15;

fn hint_of(key: u64) -> [usize; 2] {
    let bit = key as usize % HINTS;
    [bit / 64, bit % 64]
}

fn hint(hints: &mut [u64], key: u64) {
    let [at, bit] = hint_of(key);
    if let Some(bits) = hints.get_mut(at) {
        *bits |= 1 << bit;
    }
}
