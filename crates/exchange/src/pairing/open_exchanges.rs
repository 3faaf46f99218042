//! Open exchanges and the ways to find them again.

use super::lookup::{Lookup, Seal};
use super::open::{NONE, Open};
use crate::{Leg, Symbol};
use foldhash::fast::RandomState;
use hashbrown::hash_table::Entry;
use hashbrown::{HashMap, HashTable};
use std::collections::{BTreeSet, VecDeque, btree_set};

/// Exchanges of one chain that are looked at, the newest first, and that may be newer than one which
/// enters late.
pub(crate) const MOST_CANDIDATES: usize = 64;

/// Below so many keys a sweep is not worth its while.
const FEWEST_KEYS: usize = 1 << 12;

/// The newest exchange of a chain.
struct Newest {
    key: u64,
    number: u64,
}

/// Open exchanges in the order in which they began, numbered without gaps, and the ways to find them.
///
/// What nearly every leg looks for is chained: chains run from the newest to older ones, and since an exchange
/// leaves only at the front, as the oldest of all, a chain needs no repair; it ends where the numbers fall
/// below the front's. What only odd legs look for is indexed when the first of them does, from what every
/// exchange keeps in `told`: so whether and when it comes changes nothing for any other.
#[derive(Default)]
pub(super) struct OpenExchanges {
    queue: VecDeque<Open>,
    front: u64,
    /// What began before this moment can be found no more. It may still stand in the queue: a further
    /// attempt enters late, behind exchanges that began after it, and how long they stay must not
    /// decide what it meets.
    floor: Option<i64>,
    seal: Seal,
    newest: HashTable<Newest>,
    aliases: HashMap<(u8, Symbol, u64), u64, RandomState>,
    /// Exchanges by what few look for, with their numbers.
    indexed: BTreeSet<(u64, u64)>,
    /// Of each such kind, the families of which every exchange is indexed, one bit each.
    indexed_families: [u32; Lookup::KINDS],
    /// Exchanges of which a leg lacks its terminal or STAN.
    lacking: usize,
    /// How many keys to hold before those of exchanges that have left are forgotten.
    sweep_at: usize,
    /// Looked through in place of chains and index, where a test asks for it.
    #[cfg(test)]
    pub(super) scan: Option<super::scan::Scan>,
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

    /// Takes in a new exchange that begins with `leg`, and gives its number. On a reversal, `original` is the
    /// number of the exchange that it undoes.
    pub(super) fn add(&mut self, leg: &Leg, is_request: bool, original: Option<u64>) -> u64 {
        let number = self.front + self.queue.len() as u64;
        self.queue.push_back(Open { number, original, ..Open::new(leg, is_request) });
        self.find_by(number, leg);
        if self.newest.len() + self.aliases.len() + self.indexed.len() >= self.sweep_at {
            self.sweep();
        }
        number
    }

    /// Forgets the keys of exchanges that have left. Done now and then for all at once, which costs a
    /// fraction of finding the keys of each one again when it leaves.
    fn sweep(&mut self) {
        let front = self.front;
        self.newest.retain(|newest| newest.number >= front);
        self.aliases.retain(|_, number| *number >= front);
        self.indexed.retain(|(_, number)| *number >= front);
        self.sweep_at = 2 * (self.newest.len() + self.aliases.len() + self.indexed.len()) + FEWEST_KEYS;
    }

    /// Makes an exchange findable by what a further leg tells, where it told nothing of the kind
    /// before (a reference that only the answer has).
    pub(super) fn find_by(&mut self, number: u64, leg: &Leg) {
        let Some(open) = self.get_mut(number) else { return };
        let (whose, told) = (open.terminal_key(), open.told_kinds);
        if leg.lacks_key() && !open.lacks_key {
            open.lacks_key = true;
            self.lacking += 1;
        }
        Lookup::all_of(leg, whose, told, |lookup| self.enter(number, lookup));
    }

    #[inline]
    fn enter(&mut self, number: u64, lookup: Lookup) {
        let (kind, key) = (lookup.kind(), self.seal.of(lookup));
        let Some(open) = self.queue.get_mut((number - self.front) as usize) else { return };
        open.told[kind] = key;
        open.told_kinds |= 1 << kind;
        if kind < Lookup::CHAINED {
            self.enter_chain(number, kind, key);
        } else if Lookup::is_rarely_told(kind) || self.indexed_families[kind] & 1 << open.family != 0 {
            self.indexed.insert((key, number));
        }
        #[cfg(test)]
        if let Some(scan) = &mut self.scan
            && self.queue[(number - self.front) as usize].told_kinds & 1 << kind != 0
        {
            scan.enter(number, lookup);
        }
    }

    /// Puts an exchange into a chain, behind the newer ones that may stand there already.
    fn enter_chain(&mut self, number: u64, kind: usize, key: u64) {
        let front = self.front;
        let Some(open) = self.queue.get_mut((number - front) as usize) else { return };
        match self.newest.entry(key, |newest| newest.key == key, |newest| newest.key) {
            Entry::Vacant(place) => {
                place.insert(Newest { key, number });
            }
            Entry::Occupied(mut newest) if newest.get().number < number => {
                open.before[kind] = std::mem::replace(&mut newest.get_mut().number, number);
            }
            Entry::Occupied(_) => self.enter_late(number, kind, key),
        }
    }

    fn enter_late(&mut self, number: u64, kind: usize, key: u64) {
        let newer = self.chain(kind, key).take(MOST_CANDIDATES).map(|(other, _)| other);
        let newer = newer.take_while(|other| *other > number);
        let (newer, count) = newer.fold((None, 0), |(_, count), other| (Some(other), count + 1));
        let older = match newer.and_then(|newer| self.get_mut(newer)) {
            // Nobody would look at it.
            _ if count == MOST_CANDIDATES => {
                self.forget(number, kind);
                return;
            }
            Some(newer) => std::mem::replace(&mut newer.before[kind], number),
            None => match self.newest.find_mut(key, |newest| newest.key == key) {
                Some(newest) => std::mem::replace(&mut newest.number, number),
                None => NONE,
            },
        };
        if let Some(open) = self.get_mut(number) {
            open.before[kind] = older;
        }
    }

    /// As if it had told nothing of the kind.
    fn forget(&mut self, number: u64, kind: usize) {
        if let Some(open) = self.get_mut(number) {
            open.told_kinds &= !(1 << kind);
        }
    }

    /// Makes exchanges of these families findable by a kind that few look for.
    pub(super) fn index(&mut self, kind: usize, families: u32) {
        let new = families & !self.indexed_families[kind];
        if new == 0 {
            return;
        }
        self.indexed_families[kind] |= new;
        let of_families = |open: &&Open| new & 1 << open.family != 0 && open.told_kinds & 1 << kind != 0;
        self.indexed.extend(self.queue.iter().filter(of_families).map(|open| (open.told[kind], open.number)));
    }

    /// Makes an exchange findable by the key of a hop that renumbered it.
    pub(super) fn add_alias(&mut self, number: u64, hop: &Leg) {
        if let Some(stan) = hop.stan {
            self.aliases.insert((hop.family(), hop.terminal_key, stan), number);
        }
    }

    /// Whether every leg of every exchange has a whole key, so that nothing with another key can belong to a
    /// leg that has a whole key, too. True of most logs at most times, and saves all searches but one.
    pub(super) fn all_have_keys(&self) -> bool {
        #[cfg(test)]
        if self.scan.is_some() {
            return false;
        }
        self.lacking == 0
    }

    /// The exchange whose hop has the key of `leg`.
    pub(super) fn by_alias(&self, leg: &Leg) -> Option<u64> {
        if self.aliases.is_empty() {
            return None;
        }
        let number = self.aliases.get(&(leg.family(), leg.terminal_key, leg.stan?));
        number.copied().filter(|&number| self.get(number).is_some())
    }

    /// The newest exchanges that can be found by something, newest first.
    #[inline]
    pub(super) fn found_by(&self, lookup: Lookup) -> impl Iterator<Item = (u64, &Open)> {
        self.all_by(lookup).take(MOST_CANDIDATES)
    }

    /// The newest exchanges that share a number with a leg: of the leg's terminal and of none, or of all
    /// where the leg tells none.
    pub(super) fn sharing(
        &self,
        terminal: Symbol,
        of: impl Fn(Symbol) -> Lookup,
        of_any: impl Fn() -> Lookup,
    ) -> impl Iterator<Item = (u64, &Open)> {
        let (first, second) = match terminal.is_absent() {
            true => (of_any(), None),
            // What stands under no terminal began with a leg that lacks it.
            false => (of(terminal), (!self.all_have_keys()).then(|| of(Symbol::ABSENT))),
        };
        let mut first = self.all_by(first).peekable();
        let mut second = second.map(|lookup| self.all_by(lookup).peekable());
        let newer = move || {
            let Some(second) = &mut second else { return first.next() };
            match (first.peek(), second.peek()) {
                (Some((a, _)), Some((b, _))) if b > a => second.next(),
                (None, _) => second.next(),
                _ => first.next(),
            }
        };
        std::iter::from_fn(newer).take(MOST_CANDIDATES)
    }

    #[inline]
    fn all_by(&self, lookup: Lookup) -> Candidates<'_> {
        let (kind, key) = (lookup.kind(), self.seal.of(lookup));
        #[cfg(test)]
        if let Some(scan) = &self.scan {
            return Candidates { exchanges: self, from: From::Scan(scan.newest_first(lookup)) };
        }
        if kind < Lookup::CHAINED {
            return self.chain(kind, key);
        }
        Candidates { exchanges: self, from: From::Index(self.indexed.range((key, 0)..=(key, u64::MAX))) }
    }

    fn chain(&self, kind: usize, key: u64) -> Candidates<'_> {
        let next = self.newest.find(key, |newest| newest.key == key).map_or(NONE, |newest| newest.number);
        Candidates { exchanges: self, from: From::Chain(kind, next) }
    }

    /// Takes out the oldest exchange if it began before `began`; none that did is found any more.
    pub(super) fn pop_before(&mut self, began: i64) -> Option<Open> {
        self.floor = self.floor.max(Some(began));
        if self.queue.front()?.began >= began {
            return None;
        }
        let open = self.queue.pop_front()?;
        self.front += 1;
        self.lacking -= usize::from(open.lacks_key);
        Some(open)
    }
}

/// Exchanges, the newest first.
struct Candidates<'e> {
    exchanges: &'e OpenExchanges,
    from: From<'e>,
}

enum From<'e> {
    /// The chain's kind, and the next of it.
    Chain(usize, u64),
    Index(btree_set::Range<'e, (u64, u64)>),
    #[cfg(test)]
    Scan(std::vec::IntoIter<u64>),
}

impl<'e> Iterator for Candidates<'e> {
    type Item = (u64, &'e Open);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let Self { exchanges, from } = self;
        loop {
            let (number, open) = match from {
                From::Chain(kind, next) => {
                    let number = *next;
                    let open = exchanges.queued(number)?;
                    *next = open.before[*kind];
                    (number, open)
                }
                From::Index(range) => {
                    let number = range.next_back()?.1;
                    (number, exchanges.queued(number)?)
                }
                #[cfg(test)]
                From::Scan(numbers) => {
                    let number = numbers.next()?;
                    (number, exchanges.queued(number)?)
                }
            };
            if Some(open.began) >= exchanges.floor {
                return Some((number, open));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Names, Source};
    use posmortem_iso8583::{Mti, Timestamp};

    fn leg(at: i64, stan: Option<u64>, terminal_key: Symbol) -> Leg {
        let at = Timestamp { millis: at, offset_minutes: None };
        let mti = Mti::parse(b"0200");
        Leg { mti, stan, terminal_key, ..Leg::untold(at, Source::default()) }
    }

    #[test]
    fn keys_are_whole_until_a_leg_lacks_one_and_again_when_it_has_left() {
        let terminal = Names::default().intern("T1");
        let mut open = OpenExchanges::default();
        assert!(open.all_have_keys());
        let first = open.add(&leg(0, Some(1), terminal), true, None);
        open.find_by(first, &leg(1, Some(1), terminal));
        assert!(open.all_have_keys());
        for lacking in [leg(2, None, terminal), leg(2, Some(1), Symbol::ABSENT)] {
            // Said twice, it is one exchange all the same.
            open.find_by(first, &lacking);
            assert!(!open.all_have_keys());
        }
        let second = open.add(&leg(3, None, terminal), true, None);
        open.find_by(second, &leg(4, Some(2), terminal));
        assert_eq!(open.pop_before(3).map(|open| open.number), Some(first));
        assert!(!open.all_have_keys());
        assert_eq!(open.pop_before(4).map(|open| open.number), Some(second));
        assert!(open.all_have_keys() && open.pop_before(i64::MAX).is_none());
    }

    /// Two keys are told by each: its STAN and its reference stand in a chain, and its link is indexed.
    #[test]
    fn keys_of_exchanges_that_have_left_are_forgotten() {
        let terminal = Names::default().intern("T1");
        let mut open = OpenExchanges::default();
        open.index(Lookup::LINK, u32::MAX);
        for number in 0..30 {
            let leg = leg(number, Some(number as u64), terminal);
            let leg = Leg { rrn: crate::Reference::new(&format!("R{number}")), ..leg };
            let added = open.add(&leg, true, None);
            open.add_alias(added, &Leg { stan: Some(1_000 + number as u64), ..leg });
        }
        let held = |open: &OpenExchanges| (open.newest.len(), open.aliases.len(), open.indexed.len());
        assert_eq!(held(&open), (60, 30, 30));
        (0..19).for_each(|_| _ = open.pop_before(19));
        open.sweep();
        assert_eq!(held(&open), (22, 11, 11));
        // Twice as many as are left, and room for a few.
        assert_eq!(open.sweep_at, 2 * 44 + FEWEST_KEYS);
        // In the long run there are no more than that, however many come and go.
        for number in 100..100_000 {
            open.add(&leg(number, Some(number as u64), terminal), true, None);
            while open.pop_before(number - 50).is_some() {}
            assert!(
                open.newest.len() + open.aliases.len() + open.indexed.len() <= 3 * FEWEST_KEYS,
                "{number}"
            );
        }
    }
}
