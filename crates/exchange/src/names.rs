//! Ids instead of strings: terminals, merchants, issuers, links and the like.
//!
//! Only for sets that stay small beside the log. Reference numbers, different in every exchange,
//! are [`crate::Reference`]s. A symbol's number depends on what was seen first and must never
//! decide an order in any output; its text may.

use crate::leg::terminal_key;
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::borrow::Cow;
use std::hash::{BuildHasher, Hasher};

/// An interned text; the default stands for one that the log does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Symbol(u32);

impl Symbol {
    /// The text that the log does not tell.
    pub const ABSENT: Self = Self(0);

    /// Whether the log does not tell it.
    pub fn is_absent(self) -> bool {
        self == Self::ABSENT
    }

    /// Equal, or not told on one side.
    pub fn agrees_with(self, other: Self) -> bool {
        self == other || self.is_absent() || other.is_absent()
    }

    /// The symbol with this number.
    pub(crate) fn of_index(index: usize) -> Self {
        Self(index as u32)
    }

    /// A dense number for tables, 0 being [`Symbol::ABSENT`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Room for so many names is made with the first: a block has as many.
const FEWEST: usize = 1 << 10;

/// Texts of a worker that are looked up together.
const AT_ONCE: usize = 16;

/// What is known of a text.
#[derive(Clone, Copy)]
struct Known {
    /// Where it ends in `texts`; it begins where the one before ends.
    end: usize,
    /// Its first eight bytes, in the order of texts as far as they differ.
    beginning: u64,
    /// Whether a log that writes it so may be shown so.
    is_shown: bool,
    /// What it is without left zeros, once somebody has asked.
    terminal_key: Symbol,
}

/// The number of a text, with its hash: who makes room for more of them need not read all texts again.
#[derive(Clone, Copy)]
struct Place {
    at: u32,
    hash: u32,
}

impl Place {
    /// The hash of the table, which tells places apart by its lowest and its highest bits.
    fn spread(self) -> u64 {
        spread(self.hash)
    }
}

/// The texts behind the symbols.
#[derive(Clone, Default)]
pub struct Names {
    /// Hashes are seeded at random: ids come from logs, and a log must not choose its collisions.
    index: HashTable<Place>,
    /// One behind the other: texts of their own would cost an allocation each, block for block.
    texts: String,
    /// What is known of each text.
    known: Vec<Known>,
    hasher: RandomState,
}

impl Names {
    /// The symbol of `text`; the empty text is [`Symbol::ABSENT`].
    ///
    /// # Panics
    /// After 2^32 - 1 different texts, which would need more memory than machines have.
    pub fn intern(&mut self, text: &str) -> Symbol {
        if text.is_empty() {
            return Symbol::ABSENT;
        }
        let hash = hash_of(&self.hasher, text.as_bytes());
        self.find(hash, text).unwrap_or_else(|| self.add(hash, text))
    }

    #[inline(always)]
    fn find(&self, hash: u32, text: &str) -> Option<Symbol> {
        let Self { index, texts, known, .. } = self;
        let same = |place: &Place| place.hash == hash && bytes_of(texts, known, place.at) == text.as_bytes();
        index.find(spread(hash), same).map(|place| Symbol(place.at + 1))
    }

    /// Takes a text that is not there yet.
    fn add(&mut self, hash: u32, text: &str) -> Symbol {
        let Self { index, texts, known, .. } = self;
        let at = u32::try_from(known.len()).ok().filter(|&at| at < u32::MAX).expect("fewer than 2^32 names");
        if at == 0 {
            index.reserve(FEWEST, |_| 0);
        }
        texts.push_str(text);
        let beginning = beginning(text);
        known.push(Known { end: texts.len(), beginning, is_shown: false, terminal_key: Symbol::ABSENT });
        index.insert_unique(spread(hash), Place { at, hash }, |place| place.spread());
        Symbol(at + 1)
    }

    /// The symbol of log text that `shown` makes fit to be shown. Where it has left a text just as it was, it is
    /// not asked again; what it changed is never kept.
    #[inline]
    pub fn intern_shown<'t>(
        &mut self,
        raw: &'t [u8],
        shown: impl FnOnce(&'t [u8]) -> Cow<'t, str>,
    ) -> Symbol {
        if raw.is_empty() {
            return Symbol::ABSENT;
        }
        let Self { index, texts, known, hasher } = self;
        let hash = hash_of(hasher, raw);
        let same = |&Place { at, hash: of_known }: &Place| {
            of_known == hash && known[at as usize].is_shown && bytes_of(texts, known, at) == raw
        };
        if let Some(place) = index.find(spread(hash), same) {
            return Symbol(place.at + 1);
        }
        let text = shown(raw);
        let symbol = self.intern(&text);
        if !symbol.is_absent() && text.as_bytes() == raw {
            self.known[symbol.index() - 1].is_shown = true;
        }
        symbol
    }

    /// The symbol of a terminal without left zeros ([`terminal_key`]).
    pub fn terminal_key(&mut self, terminal: Symbol) -> Symbol {
        let Some(at) = terminal.index().checked_sub(1) else { return Symbol::ABSENT };
        let known = self.known[at].terminal_key;
        if !known.is_absent() {
            return known;
        }
        let printed = self.text(terminal).to_owned();
        let key = self.intern(terminal_key(&printed));
        self.known[at].terminal_key = key;
        key
    }

    /// The text, empty for [`Symbol::ABSENT`].
    pub fn text(&self, symbol: Symbol) -> &str {
        let Some(at) = symbol.index().checked_sub(1).filter(|at| *at < self.known.len()) else { return "" };
        &self.texts[start_of(&self.known, at)..self.known[at].end]
    }

    /// The first eight bytes of the text as a number: of two texts whose numbers differ, the smaller number's
    /// comes first.
    pub fn beginning(&self, symbol: Symbol) -> u64 {
        symbol.index().checked_sub(1).and_then(|at| self.known.get(at)).map_or(0, |known| known.beginning)
    }

    /// Takes over the names of a worker; the result maps its symbols (by [`Symbol::index`]) to
    /// symbols of this set.
    pub fn absorb(&mut self, worker: &Self) -> Vec<Symbol> {
        let mut map = Vec::with_capacity(worker.known.len() + 1);
        map.push(Symbol::ABSENT);
        for first in (0..worker.known.len()).step_by(AT_ONCE) {
            let some = first..worker.known.len().min(first + AT_ONCE);
            // A worker has each text once, so that none of these is found because another was added. Asked for
            // together, the places of many of them are on their way from memory at the same time.
            let mut found = [(0, None); AT_ONCE];
            for (found, at) in found.iter_mut().zip(some.clone()) {
                let text = worker.text(Symbol::of_index(at + 1));
                let hash = hash_of(&self.hasher, text.as_bytes());
                *found = (hash, self.find(hash, text));
            }
            map.extend(found.into_iter().zip(some).map(|((hash, symbol), at)| {
                symbol.unwrap_or_else(|| self.add(hash, worker.text(Symbol::of_index(at + 1))))
            }));
        }
        map
    }
}

fn start_of(known: &[Known], at: usize) -> usize {
    at.checked_sub(1).map_or(0, |before| known[before].end)
}

fn bytes_of<'t>(texts: &'t str, known: &[Known], at: u32) -> &'t [u8] {
    &texts.as_bytes()[start_of(known, at as usize)..known[at as usize].end]
}

fn hash_of(hasher: &RandomState, text: &[u8]) -> u32 {
    let mut state = hasher.build_hasher();
    state.write(text);
    (state.finish() >> 32) as u32
}

fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn beginning(text: &str) -> u64 {
    let mut bytes = [0; 8];
    let shown = text.len().min(bytes.len());
    bytes[..shown].copy_from_slice(&text.as_bytes()[..shown]);
    u64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_are_in_the_order_of_texts() {
        let texts =
            ["", "\0", "0", "01", "1", "12345678", "123456789", "1234568", "T1", "é", "中国", "中国银行"];
        let mut names = Names::default();
        for (a, b) in texts.iter().flat_map(|a| texts.iter().map(move |b| (a, b))) {
            let [of_a, of_b] = [a, b].map(|text| names.intern(text)).map(|symbol| names.beginning(symbol));
            assert!(of_a == of_b || of_a.cmp(&of_b) == a.cmp(b), "{a} {b}");
        }
        let beginning = |text| names.beginning(names.clone().intern(text));
        assert_eq!(beginning("12345678"), u64::from_be_bytes(*b"12345678"));
        assert_eq!((beginning("123456789"), beginning("")), (beginning("12345678"), 0));
    }

    #[test]
    fn one_text_has_one_symbol() {
        let mut names = Names::default();
        let first = names.intern("10012301");
        assert_eq!(names.intern("10012301"), first);
        assert_ne!(names.intern("10012302"), first);
        assert_eq!(names.text(first), "10012301");
        assert_eq!(names.intern(""), Symbol::ABSENT);
        assert_eq!(names.text(Symbol::ABSENT), "");
    }

    /// More than there is room for at first, several times over.
    #[test]
    fn names_are_found_again_however_many_there_are() {
        let mut names = Names::default();
        let texts: Vec<String> = (0..5 * FEWEST).map(|number| format!("T{number}")).collect();
        let symbols: Vec<Symbol> = texts.iter().map(|text| names.intern(text)).collect();
        assert!((1..=5 * FEWEST).eq(symbols.iter().map(|symbol| symbol.index())), "dense");
        for (text, symbol) in texts.iter().zip(&symbols) {
            assert_eq!((names.intern(text), names.text(*symbol)), (*symbol, text.as_str()));
        }
        // One that another set gave.
        assert_eq!(names.text(Symbol::of_index(5 * FEWEST + 1)), "");
        assert_eq!(names.beginning(Symbol::of_index(5 * FEWEST + 1)), 0);
    }

    #[test]
    fn a_block_makes_room_for_its_names_once() {
        let mut names = Names::default();
        names.intern("first");
        let room = names.index.capacity();
        assert!(room >= FEWEST);
        (1..FEWEST).for_each(|number| _ = names.intern(&number.to_string()));
        assert_eq!(names.index.capacity(), room);
    }

    /// Places are told apart by the lowest and the highest bits of their hash.
    #[test]
    fn hashes_are_spread_over_all_bits() {
        let hashes: Vec<u64> = (0..256).map(|hash| Place { at: 0, hash }.spread()).collect();
        for shift in [0, 57] {
            let seen: std::collections::BTreeSet<u64> =
                hashes.iter().map(|hash| hash >> shift & 127).collect();
            assert!(seen.len() > 64, "{} values of the seven bits from {shift} on", seen.len());
        }
        assert!(hashes.iter().zip(0..).all(|(of_place, hash)| *of_place == spread(hash)));
    }

    #[test]
    fn texts_of_one_hash_are_two() {
        let mut names = Names::default();
        let hash = hash_of(&names.hasher, b"b");
        let [a, other] = [names.add(hash, "a"), names.add(hash ^ 1 << 31, "c")];
        assert_eq!(
            (names.find(hash, "a"), names.find(hash, "b"), names.find(hash, "c")),
            (Some(a), None, None)
        );
        names.known[a.index() - 1].is_shown = true;
        names.known[other.index() - 1].is_shown = true;
        let b = names.intern_shown(b"b", |_| Cow::Borrowed("b"));
        assert_eq!((names.intern("b"), names.text(b)), (b, "b"));
    }

    #[test]
    fn symbols_agree_when_equal_or_not_told() {
        let [none, a, b] = [0, 1, 2].map(Symbol::of_index);
        assert!(none.is_absent() && !a.is_absent());
        for (one, other, agrees) in
            [(a, a, true), (a, b, false), (b, a, false), (none, a, true), (a, none, true), (none, none, true)]
        {
            assert_eq!(one.agrees_with(other), agrees, "{one:?} {other:?}");
        }
    }

    #[test]
    fn text_that_must_be_changed_is_changed_every_time() {
        let covered = |raw: &'static [u8]| match raw {
            b"secret" => Cow::Borrowed("***"),
            raw => Cow::Borrowed(std::str::from_utf8(raw).expect("text")),
        };
        let mut names = Names::default();
        // Known for another reason, and no less to be covered.
        let plain = names.intern("secret");
        for _ in 0..2 {
            let symbol = names.intern_shown(b"secret", covered);
            assert_ne!(symbol, plain);
            assert_eq!(names.text(symbol), "***");
        }
        // What has come of the change is asked about like any other.
        let mut asked = 0;
        let stars = names.intern_shown(b"***", |_| {
            asked += 1;
            Cow::Borrowed("stars")
        });
        assert_eq!((names.text(stars), asked), ("stars", 1));
        let open = names.intern_shown(b"open", covered);
        assert_eq!(names.intern_shown(b"open", |_| panic!("asked again")), open);
        assert_eq!(names.intern("open"), open);
        assert_eq!(names.intern_shown(b"", covered), Symbol::ABSENT);
    }

    #[test]
    fn terminals_lose_left_zeros() {
        let mut names = Names::default();
        let printed = names.intern("0012");
        for _ in 0..2 {
            let key = names.terminal_key(printed);
            assert_eq!(names.text(key), "12");
            assert_eq!(names.terminal_key(key), key);
        }
        assert_eq!(names.terminal_key(Symbol::ABSENT), Symbol::ABSENT);
    }

    #[test]
    fn a_workers_names_are_mapped() {
        let (mut all, mut worker) = (Names::default(), Names::default());
        let known = all.intern("b");
        let (a, b) = (worker.intern("a"), worker.intern("b"));
        let map = all.absorb(&worker);
        assert_eq!(all.text(map[a.index()]), "a");
        assert_eq!(map[b.index()], known);
        assert_eq!(map[0], Symbol::ABSENT);
        // Of any number, whether it fills the last of those that are looked up together or not.
        for count in [0, 1, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 3 * AT_ONCE, 3 * AT_ONCE + 5] {
            let (mut all, mut worker) = (Names::default(), Names::default());
            // Every third is known already, in the other order.
            (0..count).rev().step_by(3).for_each(|number| _ = all.intern(&number.to_string()));
            (0..count).for_each(|number| _ = worker.intern(&number.to_string()));
            let map = all.absorb(&worker);
            let texts = map.iter().map(|symbol| all.text(*symbol).to_owned());
            let expected = std::iter::once(String::new()).chain((0..count).map(|number| number.to_string()));
            assert!(texts.eq(expected), "{count}");
            assert!((0..count).all(|number| all.intern(&number.to_string()) == map[number + 1]), "{count}");
        }
    }
}
