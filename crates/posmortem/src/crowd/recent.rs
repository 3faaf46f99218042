//! What plain legs at one terminal share with those that were there shortly before.
//!
//! Terminals count: nearly always a STAN or a reference is higher than all that the terminal has shown
//! lately, and two comparisons tell that it is new. An answer looks at the leg before it, which nearly always
//! is its request. Where neither tells, all recent legs of the terminal are put into maps, which tell exactly.

use super::Waiting;
use crate::plain::PlainLeg;
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use posmortem_exchange::Pairing;

/// The legs of one terminal that are recent.
#[derive(Clone, Copy)]
struct Recent {
    /// When its last leg was.
    at: i64,
    /// The number of its last leg.
    last: u64,
    /// The lowest and highest reference.
    references: (u64, u64),
    /// The lowest and highest STAN.
    stans: (u32, u32),
    /// Whether a request is among them: then all within the horizon may matter.
    has_request: bool,
    /// Whether they are in the maps.
    is_mapped: bool,
}

const NEVER: Recent = Recent {
    at: i64::MIN,
    last: 0,
    references: (u64::MAX, 0),
    stans: (u32::MAX, 0),
    has_request: false,
    is_mapped: false,
};

/// Fewer entries are not worth forgetting.
const FEWEST_ENTRIES: usize = 1 << 12;

/// The recent legs of all terminals.
pub(super) struct Recents {
    horizon_ms: i64,
    /// By the number of the terminal.
    terminals: Vec<Recent>,
    /// The last leg of a terminal with a STAN.
    stans: HashMap<(u32, u32), u64, RandomState>,
    /// The last leg of a terminal with a reference.
    references: HashMap<(u32, u64), u64, RandomState>,
    forget_at: usize,
}

impl Recents {
    pub(super) fn new(horizon_ms: i64) -> Self {
        Self {
            horizon_ms,
            terminals: Vec::new(),
            stans: HashMap::default(),
            references: HashMap::default(),
            forget_at: FEWEST_ENTRIES,
        }
    }

    /// Lets a leg meet those before it at its terminal.
    #[inline(always)]
    pub(super) fn meet(&mut self, number: u64, waiting: &mut Waiting) {
        let Some(leg) = waiting.get(number) else { return };
        let place = leg.terminal as usize;
        if self.terminals.len() <= place {
            self.terminals.resize((place + 1).next_power_of_two(), NEVER);
        }
        let recent = &mut self.terminals[place];
        let reach = if recent.has_request { self.horizon_ms } else { Pairing::REPEAT_MS };
        if leg.at.millis.saturating_sub(recent.at) > reach {
            *recent = NEVER.with(leg, number);
            return;
        }
        let is_new_stan = leg.stan < recent.stans.0 || leg.stan > recent.stans.1;
        let is_new_reference = leg.rrn == 0 || leg.rrn < recent.references.0 || leg.rrn > recent.references.1;
        let last = recent.last;
        if recent.is_mapped {
            self.meet_mapped(number, waiting);
        } else if !(is_new_stan && is_new_reference) {
            let is_pair = waiting
                .get(last)
                .is_some_and(|request| is_pair(request, leg) && (is_new_reference || leg.rrn == request.rrn));
            if is_pair {
                pair(last, number, waiting);
            } else {
                self.map(number, waiting);
                self.meet_mapped(number, waiting);
            }
        }
        if let Some(leg) = waiting.get_mut(number) {
            // Beyond so many legs between, the walk back ends early: those before it are recent no more.
            leg.standing.before = u32::try_from(number - last).unwrap_or(0);
            self.terminals[place] = self.terminals[place].with(leg, number);
        }
    }

    /// Lets a leg meet those before it in the maps, and puts it there.
    #[cold]
    fn meet_mapped(&mut self, number: u64, waiting: &mut Waiting) {
        let Some(leg) = waiting.get(number).copied() else { return };
        let alike = |other: &u64| {
            waiting.get(*other).is_some_and(|other| {
                let apart = leg.at.millis.saturating_sub(other.at.millis);
                let are_answers = !leg.role.is_request() && !other.role.is_request();
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
        let recent = &mut self.terminals[leg.terminal as usize];
        recent.is_mapped = true;
        let mut number = recent.last;
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

impl Recent {
    /// With one leg more.
    #[inline(always)]
    fn with(self, leg: &PlainLeg, number: u64) -> Self {
        let Self { references, stans, has_request, is_mapped, .. } = self;
        Self {
            at: leg.at.millis,
            last: number,
            references: match leg.rrn {
                0 => references,
                rrn => (references.0.min(rrn), references.1.max(rrn)),
            },
            stans: (stans.0.min(leg.stan), stans.1.max(leg.stan)),
            has_request: has_request | leg.role.is_request(),
            is_mapped,
        }
    }
}

/// Whether these are a request that waits and an answer to it.
#[inline(always)]
fn is_pair(request: &PlainLeg, answer: &PlainLeg) -> bool {
    let standing = &request.standing;
    answer.role.answers(request.role)
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
