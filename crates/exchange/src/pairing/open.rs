//! An exchange that may still grow, and the ways to find it again.

use crate::{CardKey, Exchange};
use crate::{Form, Leg, Reference, Symbol, Traffic, Undo};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use std::collections::VecDeque;

/// No exchange: the end of a chain.
const NONE: u64 = u64::MAX;

/// In place of the next exchange of a chain: this one stands in no chain of the kind.
const OUTSIDE: u64 = u64::MAX - 1;

/// Exchanges of one chain that are looked at, the newest first, and that may be newer than one which
/// enters late.
pub(crate) const MOST_CANDIDATES: usize = 64;

/// Below so many keys a sweep is not worth its while.
const FEWEST_KEYS: usize = 1 << 12;

/// What an exchange can be found by. Each open exchange stands in at most one chain of each kind.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Lookup {
    /// The key proper: family of the MTI, terminal (or none), STAN.
    Key(u8, Symbol, u64),
    /// The reference number, whatever the class: hops may turn 0200 into 0100.
    Reference(Whose, Reference),
    /// The same for legs that do not tell their terminal.
    AnyReference(Reference),
    /// The log's own id of the transaction.
    Trace(Whose, u64),
    /// The same for legs that do not tell their terminal.
    AnyTrace(u64),
    /// STAN and link, for legs that do not tell their terminal.
    Link(u8, u64, Symbol),
    /// The same, of sides alone that do not tell their terminal.
    BareLink(u8, u64, Symbol),
    /// Card and amount in minor units, for reversals that tell nothing better.
    Card(Whose, CardKey, u64),
    /// The same for reversals that do not tell their terminal.
    AnyCard(CardKey, u64),
}

/// The terminal of an exchange when it first told something, or [`Symbol::ABSENT`]. What a leg with a
/// terminal finds hangs on exchanges of that terminal and of none, and never on how many exchanges of
/// others share its numbers.
type Whose = Symbol;

impl Lookup {
    pub(super) const KINDS: usize = 9;

    fn kind(self) -> usize {
        match self {
            Self::Key(..) => 0,
            Self::Reference(..) => 1,
            Self::AnyReference(_) => 2,
            Self::Trace(..) => 3,
            Self::AnyTrace(_) => 4,
            Self::Link(..) => 5,
            Self::BareLink(..) => 6,
            Self::Card(..) => 7,
            Self::AnyCard(..) => 8,
        }
    }

    /// Everything that an exchange of `whose` terminal can be found by through `leg`.
    fn all_of(leg: &Leg, whose: Whose) -> impl Iterator<Item = Self> {
        let family = leg.family();
        let rrn = Some(leg.rrn).filter(|rrn| !rrn.is_absent());
        let trace = Some(leg.trace).filter(|trace| *trace != 0);
        let card = leg.card.filter(|_| leg.traffic() == Traffic::Attempt).zip(leg.amount);
        [
            leg.stan.map(|stan| Self::Key(family, leg.terminal_key, stan)),
            rrn.map(|rrn| Self::Reference(whose, rrn)),
            rrn.map(Self::AnyReference),
            trace.map(|trace| Self::Trace(whose, trace)),
            trace.map(Self::AnyTrace),
            leg.stan.map(|stan| Self::Link(family, stan, leg.link)),
            leg.stan
                .filter(|_| leg.terminal_key.is_absent())
                .map(|stan| Self::BareLink(family, stan, leg.link)),
            card.map(|(card, amount)| Self::Card(whose, card, amount.minor)),
            card.map(|(card, amount)| Self::AnyCard(card, amount.minor)),
        ]
        .into_iter()
        .flatten()
    }
}

/// An exchange within the horizon of its first leg.
pub(super) struct Open {
    pub(super) traffic: Traffic,
    pub(super) family: u8,
    /// Its place among all exchanges, which follows from their legs alone.
    pub(super) number: u64,
    /// Time of the first leg; all that belongs here comes within the horizon of it.
    pub(super) began: i64,
    pub(super) request: Option<Leg>,
    /// Time of the last copy of the request.
    pub(super) last_request: i64,
    /// Time of the last copy of the request before any answer: an answer's delay counts from here.
    pub(super) waits_since: i64,
    pub(super) answer: Option<Leg>,
    /// Time of the last copy of the answer.
    pub(super) last_answer: i64,
    /// A copy of the request that came well after the answer: sent again, or, as another answer will
    /// tell, a further attempt under the same number.
    pub(super) again: Option<Box<Leg>>,
    /// The answer of a hop further up. On its own it is all the answer that the log shows.
    pub(super) upstream: Option<Box<Leg>>,
    pub(super) undo: Option<Undo>,
    /// On a reversal: the number of the exchange that it undoes.
    pub(super) original: Option<u64>,
    /// Whether its first leg lacks its terminal or STAN.
    pub(super) began_without_key: bool,
    /// The exchange before this one in each chain.
    pub(super) before: [u64; Lookup::KINDS],
}

impl Open {
    pub(super) fn new(leg: Leg, is_request: bool) -> Self {
        let at = leg.at.millis;
        Self {
            traffic: leg.traffic(),
            family: leg.family(),
            number: 0,
            began: at,
            request: is_request.then_some(leg),
            last_request: at,
            waits_since: at,
            answer: (!is_request).then_some(leg),
            last_answer: at,
            again: None,
            upstream: None,
            undo: None,
            original: None,
            began_without_key: leg.stan.is_none() || leg.terminal_key.is_absent(),
            before: [OUTSIDE; Lookup::KINDS],
        }
    }

    fn legs(&self) -> impl Iterator<Item = &Leg> {
        [&self.request, &self.answer].into_iter().flatten()
    }

    /// Frames that this exchange accounts for itself, duplicates apart.
    pub(super) fn frames(&self) -> u64 {
        self.legs().count() as u64
    }

    pub(super) fn last_activity(&self) -> i64 {
        self.last_request.max(self.last_answer)
    }

    /// The link on which it began.
    pub(super) fn link(&self) -> Symbol {
        self.legs().next().map_or(Symbol::ABSENT, |leg| leg.link)
    }

    /// The terminal, from whichever side tells it.
    fn terminal_key(&self) -> Symbol {
        self.legs().map(|leg| leg.terminal_key).find(|key| !key.is_absent()).unwrap_or_default()
    }

    pub(super) fn terminal_agrees(&self, terminal: Symbol) -> bool {
        self.legs().all(|leg| leg.terminal_key.agrees_with(terminal))
    }

    /// Whether one of both sides does not tell its terminal.
    pub(super) fn terminal_missing(&self, terminal: Symbol) -> bool {
        terminal.is_absent() || self.legs().any(|leg| leg.terminal_key.is_absent())
    }

    pub(super) fn reference_agrees(&self, reference: &Reference) -> bool {
        self.legs().all(|leg| leg.rrn.agrees_with(reference))
    }

    pub(super) fn stan_agrees(&self, stan: Option<u64>) -> bool {
        self.legs().all(|leg| leg.stan.is_none() || stan.is_none() || leg.stan == stan)
    }

    /// Answered after the time-out, as the log says itself or as its times do, or after its own
    /// reversal.
    pub(super) fn is_late(&self, timeout_ms: i64) -> bool {
        let Some(answer) = &self.answer else { return false };
        let at = answer.at.millis;
        let told = answer.latency_ms.is_some_and(|latency| i64::from(latency) > timeout_ms);
        let waited = self.request.is_some() && at - self.waits_since > timeout_ms;
        let given_up = self.request.is_some() && self.undo.is_some_and(|undo| undo.at.millis <= at);
        told || waited || given_up
    }

    /// As it leaves the pairing.
    pub(super) fn into_exchange(self, form: Form, late: bool) -> Exchange {
        let Self { began, request, answer, upstream, undo, .. } = self;
        let upstream = upstream.filter(|leg| answer.is_none_or(|answer| answer.code != leg.code));
        let upstream = upstream.and_then(|leg| Some((leg.code?, leg.dialect)));
        Exchange { form, began, request, answer, upstream, late, undo }
    }
}

/// Open exchanges in the order in which they began, numbered without gaps, and their chains.
///
/// Chains run from the newest to older ones. An exchange leaves only at the front, as the oldest of
/// all, so a chain needs no repair: it ends where the numbers fall below the front's.
#[derive(Default)]
pub(super) struct OpenExchanges {
    queue: VecDeque<Open>,
    front: u64,
    /// What began before this moment can be found no more. It may still stand in the queue: a further
    /// attempt enters late, behind exchanges that began after it, and how long they stay must not
    /// decide what it meets.
    floor: Option<i64>,
    newest: HashMap<Lookup, u64, RandomState>,
    aliases: HashMap<Lookup, u64, RandomState>,
    /// Exchanges whose first leg lacks its terminal or STAN.
    without_key: usize,
    /// How many keys to hold before those of exchanges that have left are forgotten.
    sweep_at: usize,
}

impl OpenExchanges {
    pub(super) fn get(&self, number: u64) -> Option<&Open> {
        self.queued(number).filter(|open| Some(open.began) >= self.floor)
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut Open> {
        let floor = self.floor;
        let at = usize::try_from(number.checked_sub(self.front)?).ok()?;
        self.queue.get_mut(at).filter(|open| Some(open.began) >= floor)
    }

    /// Also one that can be found no more.
    fn queued(&self, number: u64) -> Option<&Open> {
        self.queue.get(usize::try_from(number.checked_sub(self.front)?).ok()?)
    }

    /// Takes in a new exchange and gives its number.
    pub(super) fn add(&mut self, open: Open) -> u64 {
        let number = self.front + self.queue.len() as u64;
        let leg = open.legs().next().copied();
        let open = Open { number, ..open };
        self.without_key += usize::from(open.began_without_key);
        self.queue.push_back(open);
        if let Some(leg) = leg {
            self.find_by(number, &leg);
        }
        if self.newest.len() + self.aliases.len() >= self.sweep_at {
            self.sweep();
        }
        number
    }

    /// Forgets the keys of exchanges that have left. Done now and then for all at once, which costs a
    /// fraction of finding the keys of each one again when it leaves.
    fn sweep(&mut self) {
        let front = self.front;
        self.newest.retain(|_, number| *number >= front);
        self.aliases.retain(|_, number| *number >= front);
        self.sweep_at = 2 * (self.newest.len() + self.aliases.len()) + FEWEST_KEYS;
    }

    /// Makes an exchange findable by what a further leg tells, where it told nothing of the kind
    /// before (a reference that only the answer has).
    pub(super) fn find_by(&mut self, number: u64, leg: &Leg) {
        let whose = self.get(number).map_or(leg.terminal_key, Open::terminal_key);
        for lookup in Lookup::all_of(leg, whose) {
            if self.get(number).is_some_and(|open| open.before[lookup.kind()] == OUTSIDE) {
                self.enter_chain(number, lookup);
            }
        }
    }

    /// Puts an exchange into a chain, behind the newer ones that may stand there already.
    fn enter_chain(&mut self, number: u64, lookup: Lookup) {
        let kind = lookup.kind();
        let newest = self.newest.get(&lookup).copied().unwrap_or(NONE);
        let newer = self.chain(lookup).map(|(other, _)| other).take_while(|other| *other > number);
        let (newer, count) = newer.fold((None, 0), |(_, count), other| (Some(other), count + 1));
        if count == MOST_CANDIDATES {
            return;
        }
        let older = match newer.and_then(|newer| self.get_mut(newer)) {
            Some(newer) => std::mem::replace(&mut newer.before[kind], number),
            None => {
                self.newest.insert(lookup, number);
                newest
            }
        };
        if let Some(open) = self.get_mut(number) {
            open.before[kind] = older;
        }
    }

    /// Makes an exchange findable by the key of a hop that renumbered it.
    pub(super) fn add_alias(&mut self, number: u64, hop: &Leg) {
        let Some(stan) = hop.stan else { return };
        let alias = Lookup::Key(hop.family(), hop.terminal_key, stan);
        self.aliases.insert(alias, number);
    }

    /// Whether every exchange has a whole key, so that none with another key can belong to a leg
    /// that has a whole key, too. True of most logs at most times, and saves two searches a leg.
    pub(super) fn all_have_keys(&self) -> bool {
        self.without_key == 0
    }

    /// The exchange whose hop has this key.
    pub(super) fn by_alias(&self, lookup: Lookup) -> Option<u64> {
        if self.aliases.is_empty() {
            return None;
        }
        self.aliases.get(&lookup).copied().filter(|&number| self.get(number).is_some())
    }

    /// The newest exchanges of a chain, newest first.
    pub(super) fn chain(&self, lookup: Lookup) -> impl Iterator<Item = (u64, &Open)> {
        let mut next = self.newest.get(&lookup).copied().unwrap_or(NONE);
        std::iter::from_fn(move || {
            let number = next;
            let open = self.queued(number)?;
            next = open.before[lookup.kind()];
            Some((number, open))
        })
        .filter(|(_, open)| Some(open.began) >= self.floor)
        .take(MOST_CANDIDATES)
    }

    /// The newest exchanges that share a number with a leg: of the leg's terminal and of none, or of all
    /// where the leg tells none.
    pub(super) fn sharing(
        &self,
        terminal: Symbol,
        of: impl Fn(Symbol) -> Lookup,
        of_any: Lookup,
    ) -> impl Iterator<Item = (u64, &Open)> {
        let (first, second) = match terminal.is_absent() {
            true => (of_any, None),
            false => (of(terminal), Some(of(Symbol::ABSENT))),
        };
        let mut first = self.chain(first).peekable();
        let mut second = second.map(|lookup| self.chain(lookup)).into_iter().flatten().peekable();
        let newer = move || match (first.peek(), second.peek()) {
            (Some((a, _)), Some((b, _))) if b > a => second.next(),
            (None, _) => second.next(),
            _ => first.next(),
        };
        std::iter::from_fn(newer).take(MOST_CANDIDATES)
    }

    /// Takes out the oldest exchange if it began before `began`; none that did is found any more.
    pub(super) fn pop_before(&mut self, began: i64) -> Option<Open> {
        self.floor = self.floor.max(Some(began));
        if self.queue.front()?.began >= began {
            return None;
        }
        let open = self.queue.pop_front()?;
        self.front += 1;
        self.without_key -= usize::from(open.began_without_key);
        Some(open)
    }
}
