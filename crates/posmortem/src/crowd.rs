//! Which plain legs stand alone, or with their other half alone: nothing else can belong to the exchange
//! that they are.
//!
//! Every plain leg tells its terminal, so it meets other plain legs at that terminal alone
//! ([`crate::crowd::recent`]). It stands alone when none there, and no leg of another kind, shares a key with
//! it within the time in which that could matter: an answer takes no part in the exchange of another answer
//! that came more than a minute before ([`posmortem_exchange::Pairing::REPEAT_MS`]); around a request and around legs of other
//! kinds it is the horizon. A request and its answer make a pair when each is all that the other shares a key
//! with. A plain leg that stands otherwise counts as one of another kind for those behind it.
//!
//! Nothing is lost by taking a leg for crowded that is not: it goes the long way.

mod others;
mod recent;
mod seen;

use crate::plain::{PlainBlock, PlainLeg, Vocabulary};
use others::Others;
use posmortem_exchange::Leg;
use recent::Recents;
use std::cmp::Ordering;
use std::collections::VecDeque;

/// What waits, by number: legs in the order of time, numbered without gaps.
#[derive(Default)]
struct Waiting {
    legs: VecDeque<PlainLeg>,
    /// The number of the first leg that waits.
    first: u64,
}

impl Waiting {
    #[inline(always)]
    fn get(&self, number: u64) -> Option<&PlainLeg> {
        self.legs.get(number.checked_sub(self.first)? as usize)
    }

    #[inline(always)]
    fn get_mut(&mut self, number: u64) -> Option<&mut PlainLeg> {
        self.legs.get_mut(number.checked_sub(self.first)? as usize)
    }

    /// Takes note that others may belong to a leg and to its other half.
    fn crowd(&mut self, number: u64) {
        let Some(leg) = self.get_mut(number) else { return };
        leg.standing.is_crowded = true;
        let partner = u64::from(leg.standing.partner);
        let partner = match leg.standing.role.is_request() {
            _ if partner == 0 => return,
            true => number + partner,
            false => number - partner,
        };
        if let Some(partner) = self.get_mut(partner) {
            partner.standing.is_crowded = true;
        }
    }
}

/// Legs whose terminals are fetched at once: so many cache lines are on their way at the same time.
const AT_ONCE: usize = 16;

/// Plain legs that wait until all legs within their horizon are known.
pub(crate) struct Crowd {
    horizon_ms: i64,
    waiting: Waiting,
    /// The number of the first leg that has not met those before it, since others may still come
    /// between.
    unmet: u64,
    recents: Recents,
    others: Others,
}

/// An order of legs of one moment.
pub(crate) type Compare<'c> = dyn Fn(&PlainLeg, &PlainLeg) -> Ordering + 'c;

/// What a leg turned out to be whose horizon has passed.
pub(crate) enum Settled<'l> {
    /// Others may belong to it.
    Crowded(&'l PlainLeg),
    /// An answer, or a row that stands for a whole exchange.
    Alone(&'l PlainLeg),
    /// A request and its answer.
    Pair(&'l PlainLeg, &'l PlainLeg),
}

impl Crowd {
    pub(crate) fn new(horizon_ms: i64) -> Self {
        Self {
            horizon_ms,
            waiting: Waiting::default(),
            unmet: 0,
            recents: Recents::new(horizon_ms),
            others: Others::new(horizon_ms),
        }
    }

    /// Takes in plain legs of one block.
    pub(crate) fn add(&mut self, block: &PlainBlock) {
        let at = |leg: &PlainLeg| leg.at;
        let PlainBlock { legs, earliest, is_sorted, .. } = block;
        let waiting = &mut self.waiting.legs;
        if waiting.capacity() - waiting.len() < legs.len() {
            // They are the most that counts alone hold: not twice the room that they need.
            waiting.reserve_exact(legs.len().max(waiting.len() / 4));
        }
        if *is_sorted && waiting.back().is_none_or(|last| last.at <= *earliest) {
            waiting.extend(legs);
            return;
        }
        // Lines that are written a little late, or the log of another link.
        let before = waiting.partition_point(|leg| leg.at <= *earliest);
        let mut mixed: Vec<_> = waiting.drain(before..).collect();
        mixed.extend(legs);
        mixed.sort_by_key(at);
        waiting.extend(mixed);
    }

    /// Takes note of a leg that goes the long way.
    pub(crate) fn see(&mut self, leg: &Leg) {
        self.others.see(leg);
    }

    /// Lets the legs before `millis` meet each other: nothing can come between them any more.
    fn meet_before(&mut self, millis: i64) {
        let Self { waiting, unmet, recents, .. } = self;
        loop {
            let begin = unmet.saturating_sub(waiting.first) as usize;
            let next = waiting.legs.range(begin.min(waiting.legs.len())..).take(AT_ONCE);
            let terminals = next.take_while(|leg| leg.at < millis).map(|leg| leg.terminal);
            let count = recents.fetch(terminals);
            if count == 0 {
                return;
            }
            for _ in 0..count {
                recents.meet(*unmet, waiting);
                *unmet += 1;
            }
        }
    }

    /// Hands out the legs whose whole horizon lies before `millis`, before which no leg can come any
    /// more: in the order of time, and those of one moment as `compare` orders them, if it is there.
    pub(crate) fn settle_before(
        &mut self,
        millis: i64,
        words: &Vocabulary,
        compare: Option<&Compare<'_>>,
        mut each: impl FnMut(Settled<'_>),
    ) {
        self.meet_before(millis);
        let whole = millis.saturating_sub(self.horizon_ms);
        let mut place = 0;
        while let Some(first) = self.waiting.legs.get(place).filter(|leg| leg.at < whole) {
            let at = first.at;
            self.others.settled = at;
            let mut end = place + 1;
            while self.waiting.legs.get(end).is_some_and(|leg| leg.at == at) {
                end += 1;
            }
            // A leg that goes the long way may lead others there, those of its own moment among them.
            while (place..end).fold(false, |found, place| found | self.goes_long_way(place, words)) {}
            if let Some(compare) = compare.filter(|_| end > place + 1) {
                let leg = |place: usize| &self.waiting.legs[place];
                let mut order: Vec<usize> = (place..end).collect();
                order.sort_by(|a, b| compare(leg(*a), leg(*b)));
                order.into_iter().for_each(|place| self.settle(place, &mut each));
            } else {
                (place..end).for_each(|place| self.settle(place, &mut each));
            }
            place = end;
        }
        self.waiting.legs.drain(..place);
        self.waiting.first += place as u64;
        if self.waiting.legs.is_empty() {
            self.others.settled = millis;
        }
    }

    #[inline(always)]
    fn settle(&mut self, place: usize, each: &mut impl FnMut(Settled<'_>)) {
        let legs = &mut self.waiting.legs;
        let leg = &legs[place];
        if leg.standing.is_done {
            return;
        }
        if leg.standing.is_crowded {
            each(Settled::Crowded(leg));
        } else if leg.standing.partner == 0 {
            each(Settled::Alone(leg));
        } else if let Some(answer) = legs.get(place + leg.standing.partner as usize) {
            each(Settled::Pair(leg, answer));
            let answer = place + leg.standing.partner as usize;
            legs[answer].standing.is_done = true;
        }
    }

    /// Asks for legs of other kinds around one that waits, or around its other half; whether that has changed
    /// what is known.
    #[inline(always)]
    fn goes_long_way(&mut self, place: usize, words: &Vocabulary) -> bool {
        let Some(leg) = self.waiting.legs.get(place) else { return false };
        if leg.standing.is_seen || leg.standing.is_done {
            return false;
        }
        // A request that nobody answers may be missed, or wait for its link.
        let is_crowded =
            leg.standing.is_crowded || (leg.standing.role.is_request() && leg.standing.partner == 0);
        if !is_crowded && !self.others.are_near(leg, words) {
            let answer = match leg.standing.role.is_request() {
                true => self.waiting.legs.get(place + leg.standing.partner as usize),
                false => None,
            };
            if answer.is_none_or(|answer| !self.others.are_near(answer, words)) {
                return false;
            }
        }
        let leg = leg.unfold(words);
        self.others.see(&leg);
        self.waiting.crowd(self.waiting.first + place as u64);
        if let Some(leg) = self.waiting.legs.get_mut(place) {
            leg.standing.is_seen = true;
        }
        true
    }
}
