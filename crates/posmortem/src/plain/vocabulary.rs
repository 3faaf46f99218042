//! What the words of plain messages stand for: who was at a terminal, what a message is, whose card it was.
//!
//! Words are learnt from messages that hold one for the first time, by what the long way has made of them,
//! so a word means here what it means there. Workers look words up while nothing is learnt; what they do
//! not find comes back as a [`Lesson`].

mod columns;
mod terminals;

use super::Role;
use super::reader::{CURRENCY, Lesson};
use crate::Settings;
use crate::leg_builder::told_value;
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use posmortem_classify::{Dialect, Kind};
use posmortem_exchange::{Direction, Leg, Names, Symbol, Traces};
use posmortem_iso8583::{Currency, EntryMode, Mti, ResponseCode, Side};
use posmortem_logs::text_of;
use terminals::{First, Terminals};

/// Words beside the terminal's that tell who was there.
pub(super) const WHO_WORDS: usize = 6;

/// Words that tell what a message is.
pub(super) const WHAT_WORDS: usize = 16;

/// The words of who was at a terminal.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct WhoKey {
    pub(super) terminal: u128,
    rest: [u128; WHO_WORDS],
}

impl WhoKey {
    #[inline(always)]
    pub(super) fn set(&mut self, slot: usize, word: u128) {
        self.rest[slot] = word;
    }
}

/// The words of what a message is: 0 for those that it does not tell.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct WhatKey {
    /// The ones that most logs fill come first.
    words: [u128; WHAT_WORDS],
    /// A sum over the words, so that its parts can be added in any order and empty ones left out.
    mixed: u64,
    /// The words that are there, a bit for each.
    told: u32,
}

/// So many words are compared at any rate.
const USUAL_WORDS: usize = 6;

impl WhatKey {
    /// Forgets all words: `unusual` ones at once, for the others are set again.
    #[inline(always)]
    pub(super) fn begin(&mut self, unusual: [usize; 3]) {
        (self.mixed, self.told) = (0, 0);
        unusual.into_iter().for_each(|slot| self.words[slot] = 0);
    }

    /// Sets a word, once.
    #[inline(always)]
    pub(super) fn set(&mut self, slot: usize, word: u128) {
        self.words[slot] = word;
        self.told |= u32::from(word != 0) << slot;
        self.mixed = self.mixed.wrapping_add(mixed_word(slot, word as u64, (word >> 64) as u64));
    }

    /// Whether both are equal, without a call: keys are longer than what the compiler compares in place.
    #[inline(always)]
    fn is(&self, other: &Self) -> bool {
        let ((usual, more), (others_usual, others_more)) =
            (self.words.split_at(USUAL_WORDS), other.words.split_at(USUAL_WORDS));
        let differ = |differ: u128, (a, b): (&u128, &u128)| differ | (a ^ b);
        (self.mixed, self.told) == (other.mixed, other.told)
            && usual.iter().zip(others_usual).fold(0, differ) == 0
            && (self.told >> USUAL_WORDS == 0 || more == others_more)
    }
}

/// What a word, in halves, adds to the sum over a key.
#[inline(always)]
pub(super) fn mixed_word(slot: usize, low: u64, high: u64) -> u64 {
    (low ^ high.rotate_left(23)).wrapping_mul(FACTORS[slot])
}

/// The places in front of the map of whats, the first one nearly always.
#[inline(always)]
fn places_of(mixed: u64) -> impl Iterator<Item = usize> {
    let first = (mixed >> (64 - FRONT.ilog2())) as usize;
    (0..4).map(move |next| (first + next) & (FRONT - 1))
}

/// Odd numbers without a pattern, one for each word.
const FACTORS: [u64; WHAT_WORDS] = {
    let mut factors = [ODD; WHAT_WORDS];
    let mut slot = 1;
    while slot < WHAT_WORDS {
        factors[slot] = (factors[slot - 1] ^ factors[slot - 1] >> 29).wrapping_mul(ODD) | 1;
        slot += 1;
    }
    factors
};

/// Who was at a terminal.
#[derive(Clone, Copy)]
pub(crate) struct Who {
    pub(crate) terminal: Symbol,
    pub(crate) terminal_key: Symbol,
    pub(crate) merchant: Symbol,
    pub(crate) site: Symbol,
    pub(crate) equipment: Symbol,
    pub(crate) operator: Symbol,
}

/// What a message is.
#[derive(Clone, Copy)]
pub(crate) struct What {
    pub(crate) mti: Option<Mti>,
    pub(crate) code: Option<ResponseCode>,
    pub(crate) kind: Kind,
    pub(crate) entry_mode: EntryMode,
    pub(crate) dialect: Option<Dialect>,
    pub(crate) link: Symbol,
    pub(crate) direction: Direction,
    pub(crate) currency: Currency,
    pub(crate) traces: Traces,
    pub(crate) is_row: bool,
    /// The zone of its time.
    pub(crate) offset_minutes: Option<i16>,
    /// What it can be to others.
    pub(crate) role: Role,
    /// The same, where it is plain.
    pub(super) plain_role: Option<Role>,
    /// After how many milliseconds an answer on its link is late.
    pub(crate) timeout_ms: i64,
}

/// More of them are left to the long way, so that a log of nothing but strange words cannot fill memory.
const MOST_WHATS: usize = 1 << 16;
const MOST_WHOS: usize = 1 << 22;
const MOST_ISSUERS: usize = 1 << 20;

/// In front of the map of whats, one entry for each of so many hashes: a log has some hundred of them.
const FRONT: usize = 1 << 13;

/// The words beside a terminal's but the first.
type More = [u128; WHO_WORDS - 1];

/// All words of a run.
pub(crate) struct Vocabulary {
    /// Who was met first at a terminal: nearly always the one who is met again.
    terminals: Terminals,
    /// Further words of those.
    more: Vec<More>,
    /// The others at each terminal. A fleet has many terminals, and most of them no others.
    others: HashMap<WhoKey, u32, RandomState>,
    who: Vec<Who>,
    whats: HashMap<WhatKey, u32, RandomState>,
    what_front: Vec<u32>,
    what_keys: Vec<WhatKey>,
    what: Vec<What>,
    issuers: HashMap<u128, Symbol, RandomState>,
    issuer_front: Vec<(u128, Symbol)>,
}

/// Spreads what it is multiplied with over the upper bits.
const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

/// No entry yet.
const NOBODY: u32 = u32::MAX;

impl Default for Vocabulary {
    fn default() -> Self {
        Self {
            terminals: Terminals::default(),
            more: Vec::new(),
            others: HashMap::default(),
            who: Vec::new(),
            whats: HashMap::default(),
            what_front: vec![NOBODY; FRONT],
            what_keys: Vec::new(),
            what: Vec::new(),
            issuers: HashMap::from_iter([(0, Symbol::ABSENT)]),
            issuer_front: vec![(0, Symbol::ABSENT); FRONT],
        }
    }
}

impl Vocabulary {
    /// The number of who was at a terminal, and the terminal without left zeros.
    #[inline(always)]
    pub(super) fn who_number(&self, key: &WhoKey) -> Option<(u32, Symbol)> {
        let first = self.terminals.get(key.terminal)?;
        let [merchant, more @ ..] = &key.rest;
        let has_more = more.iter().fold(0, |any, word| any | word) != 0;
        if first.merchant == *merchant && !has_more && first.more == NOBODY {
            return Some((first.who, first.terminal_key));
        }
        self.unusual_who(key, first)
    }

    #[inline(never)]
    fn unusual_who(&self, key: &WhoKey, first: &First) -> Option<(u32, Symbol)> {
        let who = if self.is_first(key, first) { first.who } else { *self.others.get(key)? };
        Some((who, self.who(who).terminal_key))
    }

    /// Whether these are the words of who was met first at a terminal.
    fn is_first(&self, key: &WhoKey, first: &First) -> bool {
        let [merchant, more @ ..] = key.rest;
        first.merchant == merchant && self.more.get(first.more as usize).copied().unwrap_or_default() == more
    }

    #[inline(always)]
    pub(super) fn what_number(&self, key: &WhatKey) -> Option<u32> {
        match self.what_in_front(key.mixed) {
            (number, Some(known)) if known.is(key) => Some(number),
            _ => self.other_what(key),
        }
    }

    /// What has this sum, if it stands at its place in front of the map or at one of the next.
    #[inline(always)]
    fn what_in_front(&self, mixed: u64) -> (u32, Option<&WhatKey>) {
        for place in places_of(mixed) {
            let number = self.what_front[place];
            match self.what_keys.get(number as usize) {
                Some(key) if key.mixed == mixed => return (number, Some(key)),
                Some(_) => {}
                None => break,
            }
        }
        (NOBODY, None)
    }

    #[inline(never)]
    fn other_what(&self, key: &WhatKey) -> Option<u32> {
        self.whats.get(key).copied()
    }

    #[inline(always)]
    pub(super) fn issuer(&self, word: u128) -> Option<Symbol> {
        match self.issuer_front.get(issuer_place(word)) {
            Some((known, issuer)) if *known == word => Some(*issuer),
            _ => self.issuers.get(&word).copied(),
        }
    }

    #[inline(always)]
    pub(crate) fn who(&self, number: u32) -> &Who {
        &self.who[number as usize]
    }

    #[inline(always)]
    pub(crate) fn what(&self, number: u32) -> &What {
        &self.what[number as usize]
    }

    /// What a message of this number can be to others, where it is plain.
    #[inline(always)]
    pub(super) fn plain_role(&self, number: u32) -> Option<Role> {
        self.what.get(number as usize)?.plain_role
    }

    /// Takes note of the words of a message by its leg, whose symbols are those of the run.
    pub(crate) fn learn(&mut self, lesson: &Lesson, leg: &Leg, settings: &Settings, names: &Names) {
        let Lesson { keys, .. } = lesson;
        if !self.issuers.contains_key(&keys.issuer) && self.issuers.len() < MOST_ISSUERS {
            self.issuers.insert(keys.issuer, leg.issuer);
            let place = &mut self.issuer_front[issuer_place(keys.issuer)];
            if place.0 == 0 {
                *place = (keys.issuer, leg.issuer);
            }
        }
        if self.who_number(&keys.who).is_none() && self.who.len() < MOST_WHOS {
            self.learn_who(&keys.who, leg);
        }
        if !self.whats.contains_key(&keys.what) && self.what.len() < MOST_WHATS {
            let number = self.what.len() as u32;
            let word = keys.what.words[CURRENCY].to_le_bytes();
            let currency = Currency::parse(told_value(text_of(&word))).unwrap_or_default();
            self.what.push(what_of(leg, currency, settings, names));
            self.what_keys.push(keys.what);
            self.whats.insert(keys.what, number);
            let front = &mut self.what_front;
            if let Some(free) = places_of(keys.what.mixed).find(|place| front[*place] == NOBODY) {
                front[free] = number;
            }
        }
    }

    fn learn_who(&mut self, key: &WhoKey, leg: &Leg) {
        let number = self.who.len() as u32;
        let who = who_of(leg);
        self.who.push(who);
        if self.terminals.get(key.terminal).is_some() {
            self.others.insert(*key, number);
            return;
        }
        let [merchant, more @ ..] = key.rest;
        let place = if more == More::default() { NOBODY } else { self.more.len() as u32 };
        if place != NOBODY {
            self.more.push(more);
        }
        let terminal_key = who.terminal_key;
        self.terminals.insert(First {
            terminal: key.terminal,
            merchant,
            who: number,
            terminal_key,
            more: place,
        });
    }
}

fn who_of(leg: &Leg) -> Who {
    let &Leg { terminal, terminal_key, merchant, site, equipment, operator, .. } = leg;
    Who { terminal, terminal_key, merchant, site, equipment, operator }
}

#[inline(always)]
fn issuer_place(word: u128) -> usize {
    let mixed = (word as u64 ^ ((word >> 64) as u64).rotate_left(29)).wrapping_mul(ODD);
    mixed as usize >> (64 - FRONT.ilog2())
}

fn what_of(leg: &Leg, currency: Currency, settings: &Settings, names: &Names) -> What {
    let &Leg { mti, code, kind, entry_mode, dialect, link, direction, traces, is_row, .. } = leg;
    let class = mti.map(|mti| mti.class() as u8);
    let role = match (class, leg.side()) {
        (None, _) => Role::WHOLE,
        (Some(class), Side::Request) => Role::request(class),
        (Some(class), Side::Response) => Role::answer(class),
    };
    // Advices and reversals find others by other rules, a code in a request's row makes it an answer, and
    // amounts of 2003 have a form of their own.
    let is_attempt = mti.is_none_or(|mti| mti.asks_for_decision() && mti.version() < 2);
    let is_plain = is_attempt && role.is_request() != code.is_some();
    What {
        mti,
        code,
        kind,
        entry_mode,
        dialect,
        link,
        direction,
        currency,
        traces,
        is_row,
        offset_minutes: leg.at.offset_minutes,
        role,
        plain_role: is_plain.then_some(role),
        timeout_ms: settings.pairing.timeout_of(names.text(link)),
    }
}
