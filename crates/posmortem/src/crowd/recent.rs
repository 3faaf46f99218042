//! What plain legs at one terminal share with those that were there shortly before.
//!
//! Terminals count: nearly always a STAN or a reference is higher than all that the terminal has shown
//! lately, or one of those that were left out just before, and a few comparisons tell that it is new
//! ([`super::seen`]). An answer looks at the few legs before it, one of which nearly always is its request.
//! Where neither tells, all recent legs of the terminal are put into maps, which tell exactly.

use super::Waiting;
use super::seen::Seen;
use crate::plain::PlainLeg;
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use posmortem_exchange::{Pairing, Symbol};

/// The legs of one terminal that are recent.
#[derive(Clone, Copy)]
struct Recent {
    /// When its last leg was.
    at: i64,
    /// The number of its last leg, the upper bits left out: it waits, or nobody asks for it.
    last: u32,
    references: Seen<u64>,
    stans: Seen<u32>,
    /// Whether a request is among them: then all within the horizon may matter.
    has_request: bool,
    /// Whether they are in the maps.
    is_mapped: bool,
}

const NEVER: Recent = Recent {
    at: i64::MIN,
    last: 0,
    references: Seen::<u64>::NONE,
    stans: Seen::<u32>::NONE,
    has_request: false,
    is_mapped: false,
};

/// Fewer entries are not worth forgetting.
const FEWEST_ENTRIES: usize = 1 << 12;

/// The recent legs of all terminals.
pub(super) struct Recents {
    horizon_ms: i64,
    /// One more than a terminal's place, by the index of its symbol; 0 for none.
    places: Vec<u32>,
    terminals: Vec<Recent>,
    /// The last leg of a terminal with a STAN.
    stans: HashMap<(Symbol, u32), u64, RandomState>,
    /// The last leg of a terminal with a reference.
    references: HashMap<(Symbol, u64), u64, RandomState>,
    forget_at: usize,
}

impl Recents {
    pub(super) fn new(horizon_ms: i64) -> Self {
        Self {
            horizon_ms,
            places: Vec::new(),
            terminals: Vec::new(),
            stans: HashMap::default(),
            references: HashMap::default(),
            forget_at: FEWEST_ENTRIES,
        }
    }

    /// Brings what is known of some terminals near, in one go: a fleet's do not fit a near cache, and one that
    /// is waited for alone costs as much as all else of its leg. Tells how many they are.
    #[inline(always)]
    pub(super) fn fetch(&mut self, terminals: impl Iterator<Item = Symbol>) -> usize {
        let Self { places, terminals: known, .. } = self;
        let seen = terminals.fold((0, i64::MIN), |(count, latest), terminal| {
            let place = place_of(places, known, terminal);
            (count + 1, latest.max(known[place].at))
        });
        std::hint::black_box(seen).0
    }

    /// Lets a leg meet those before it at its terminal.
    #[inline(always)]
    pub(super) fn meet(&mut self, number: u64, waiting: &mut Waiting) {
        let Some(leg) = waiting.get(number) else { return };
        let place = place_of(&mut self.places, &mut self.terminals, leg.terminal);
        let recent = &mut self.terminals[place];
        let reach = if recent.has_request { self.horizon_ms } else { Pairing::REPEAT_MS };
        if leg.at.saturating_sub(recent.at) > reach {
            *recent = NEVER;
            recent.take(leg, number);
            return;
        }
        let is_new_stan = !recent.stans.may_hold(leg.stan);
        let is_new_reference = leg.rrn == 0 || !recent.references.may_hold(leg.rrn);
        let last = recent.last_before(number);
        if recent.is_mapped {
            self.meet_mapped(number, waiting);
        } else if !(is_new_stan && is_new_reference) {
            match request_of(leg, last, waiting) {
                Some((request, rrn)) if is_new_reference || leg.rrn == rrn => pair(request, number, waiting),
                _ => {
                    self.map(number, waiting);
                    self.meet_mapped(number, waiting);
                }
            }
        }
        if let Some(leg) = waiting.get_mut(number) {
            // Beyond so many legs between, the walk back ends early: those before it are recent no more.
            leg.standing.before = u32::try_from(number - last).unwrap_or(0);
            self.terminals[place].take(leg, number);
        }
    }

    /// Lets a leg meet those before it in the maps, and puts it there.
    #[cold]
    fn meet_mapped(&mut self, number: u64, waiting: &mut Waiting) {
        let Some(leg) = waiting.get(number).copied() else { return };
        let alike = |other: &u64| {
            waiting.get(*other).is_some_and(|other| {
                let apart = leg.at.saturating_sub(other.at);
                let are_answers = !leg.standing.role.is_request() && !other.standing.role.is_request();
                let is_alone = other.standing.partner == 0;
                let reach = if are_answers && is_alone { Pairing::REPEAT_MS } else { self.horizon_ms };
                apart <= reach && !other.standing.is_done
            })
        };
        let by_stan = self.stans.insert((leg.terminal, leg.stan), number).filter(alike);
        let by_reference = match leg.rrn {
            0 => None,
            rrn => self.references.insert((leg.terminal, rrn), number).filter(alike),
        };
        let other = by_stan.or(by_reference);
        let is_only = by_reference.is_none() || by_stan == by_reference;
        if let Some(other) = other {
            if is_only && waiting.get(other).is_some_and(|request| is_pair(request, &leg)) {
                pair(other, number, waiting);
            } else {
                [by_stan, by_reference].into_iter().flatten().for_each(|other| waiting.crowd(other));
                waiting.crowd(number);
            }
        }
        if self.stans.len() + self.references.len() >= self.forget_at {
            self.forget(waiting.first);
        }
    }

    /// Puts the recent legs of a leg's terminal into the maps.
    #[cold]
    fn map(&mut self, number: u64, waiting: &Waiting) {
        let Some(leg) = waiting.get(number) else { return };
        let place = place_of(&mut self.places, &mut self.terminals, leg.terminal);
        let recent = &mut self.terminals[place];
        recent.is_mapped = true;
        let mut number = recent.last_before(number);
        while let Some(other) = waiting.get(number) {
            // A later one stands for those before it, some of them from when the terminal was here last.
            let known = self.stans.entry((other.terminal, other.stan)).or_insert(number);
            *known = number.max(*known);
            if other.rrn != 0 {
                let known = self.references.entry((other.terminal, other.rrn)).or_insert(number);
                *known = number.max(*known);
            }
            match u64::from(other.standing.before) {
                0 => break,
                before => number -= before,
            }
        }
    }

    /// Forgets legs that wait no more.
    fn forget(&mut self, first: u64) {
        self.stans.retain(|_, number| *number >= first);
        self.references.retain(|_, number| *number >= first);
        self.forget_at = (2 * (self.stans.len() + self.references.len())).max(FEWEST_ENTRIES);
    }
}

/// The place of a terminal, a new one with its first leg.
#[inline(always)]
fn place_of(places: &mut Vec<u32>, terminals: &mut Vec<Recent>, terminal: Symbol) -> usize {
    let index = terminal.index();
    if places.len() <= index {
        places.resize((index + 1).next_power_of_two(), 0);
    }
    let place = &mut places[index];
    if *place == 0 {
        terminals.push(NEVER);
        // No more of them than symbols.
        *place = terminals.len() as u32;
    }
    *place as usize - 1
}

impl Recent {
    /// The number of its last leg, as long as that waits with the leg of this number.
    #[inline(always)]
    fn last_before(&self, number: u64) -> u64 {
        number - u64::from((number as u32).wrapping_sub(self.last))
    }

    /// Takes in one leg more.
    #[inline(always)]
    fn take(&mut self, leg: &PlainLeg, number: u64) {
        (self.at, self.last) = (leg.at, number as u32);
        self.stans.insert(leg.stan);
        if leg.rrn != 0 {
            self.references.insert(leg.rrn);
        }
        self.has_request |= leg.standing.role.is_request();
    }
}

/// Legs before an answer among which its request is looked for.
const NEAR: usize = 4;

/// The request that waits for an answer among the few legs before it at its terminal, the last of which is
/// number `last`, and its reference.
#[inline(always)]
fn request_of(answer: &PlainLeg, last: u64, waiting: &Waiting) -> Option<(u64, u64)> {
    let mut number = last;
    for _ in 0..NEAR {
        let leg = waiting.get(number)?;
        if is_pair(leg, answer) {
            return Some((number, leg.rrn));
        }
        number -= u64::from(std::num::NonZero::new(leg.standing.before)?.get());
    }
    None
}

/// Whether these are a request that waits and an answer to it.
#[inline(always)]
fn is_pair(request: &PlainLeg, answer: &PlainLeg) -> bool {
    let standing = &request.standing;
    answer.standing.role.answers(standing.role)
        && request.stan == answer.stan
        && (request.rrn == answer.rrn || request.rrn == 0 || answer.rrn == 0)
        && request.agrees_on_amount(answer)
        && standing.partner == 0
        && !standing.is_crowded
}

#[inline(always)]
fn pair(request: u64, answer: u64, waiting: &mut Waiting) {
    // A pair too far apart for its numbers is left to the long way.
    let Ok(apart) = u32::try_from(answer - request) else {
        waiting.crowd(request);
        waiting.crowd(answer);
        return;
    };
    for number in [request, answer] {
        if let Some(leg) = waiting.get_mut(number) {
            leg.standing.partner = apart;
        }
    }
}
