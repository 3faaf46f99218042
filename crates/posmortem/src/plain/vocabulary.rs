//! What the words of plain messages stand for: who was at a terminal, what a message is, whose card it was.
//!
//! Words are learnt from messages that hold one for the first time, by what the long way has made of them,
//! so a word means here what it means there. Workers look words up while nothing is learnt; what they do
//! not find comes back as a [`Lesson`].

use super::Role;
use super::cells::text_of;
use super::reader::{CURRENCY, Lesson};
use crate::Settings;
use crate::leg_builder::told_value;
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use posmortem_classify::{Dialect, Kind};
use posmortem_exchange::{Direction, Leg, Names, Symbol, Traces};
use posmortem_iso8583::{Currency, EntryMode, Mti, ResponseCode, Side};

/// Words beside the terminal's that tell who was there.
pub(super) const WHO_WORDS: usize = 6;

/// Words that tell what a message is.
pub(super) const WHAT_WORDS: usize = 15;

/// The words of who was at a terminal.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct WhoKey {
    pub(super) terminal: u128,
    pub(super) rest: [u128; WHO_WORDS],
}

/// The words of what a message is.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct WhatKey(pub(super) [u128; WHAT_WORDS]);

impl WhatKey {
    /// A number that few others share.
    #[inline(always)]
    fn mixed(&self) -> u64 {
        // Multiplied once: a chain of multiplications would take longer than the look-up itself.
        let (low, high) = self.0.iter().fold((0_u64, 0_u64), |(low, high), word| {
            (low.rotate_left(11) ^ *word as u64, high.rotate_left(19) ^ (*word >> 64) as u64)
        });
        (low ^ high.rotate_left(32)).wrapping_mul(ODD)
    }
}

/// Who was at a terminal.
#[derive(Clone, Copy)]
pub(crate) struct Who {
    pub(crate) terminal: Symbol,
    pub(crate) terminal_key: Symbol,
    pub(crate) merchant: Symbol,
    pub(crate) site: Symbol,
    pub(crate) equipment: Symbol,
    pub(crate) operator: Symbol,
    /// The number of the terminal, however it is printed; none where none is told: such a leg may belong
    /// to any terminal.
    pub(super) number: Option<u32>,
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

/// All words of a run.
pub(crate) struct Vocabulary {
    /// Who was met first at a terminal, by the terminal's word: nearly always the one who is met again.
    terminals: HashMap<u128, u32, RandomState>,
    whos: HashMap<WhoKey, u32, RandomState>,
    who_rests: Vec<[u128; WHO_WORDS]>,
    who: Vec<Who>,
    /// Numbers of terminals, by their key's [`Symbol::index`], from 1.
    terminal_numbers: Vec<u32>,
    terminal_count: u32,
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
            terminals: HashMap::default(),
            whos: HashMap::default(),
            who_rests: Vec::new(),
            who: Vec::new(),
            terminal_numbers: Vec::new(),
            terminal_count: 0,
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
    #[inline(always)]
    pub(super) fn who_number(&self, key: &WhoKey) -> Option<u32> {
        let first = *self.terminals.get(&key.terminal)?;
        match self.who_rests.get(first as usize) {
            Some(rest) if *rest == key.rest => Some(first),
            _ => self.other_who(key),
        }
    }

    #[inline(never)]
    fn other_who(&self, key: &WhoKey) -> Option<u32> {
        self.whos.get(key).copied()
    }

    #[inline(always)]
    pub(super) fn what_number(&self, key: &WhatKey) -> Option<u32> {
        let number = *self.what_front.get(key.mixed() as usize >> (64 - FRONT.ilog2()))?;
        match self.what_keys.get(number as usize) {
            Some(known) if known == key => Some(number),
            _ => self.other_what(key),
        }
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

    /// Takes note of the words of a message, whose symbols are those of the run.
    pub(crate) fn learn(&mut self, lesson: &Lesson, settings: &Settings, names: &Names) {
        let Lesson { keys, leg } = lesson;
        if !self.issuers.contains_key(&keys.issuer) && self.issuers.len() < MOST_ISSUERS {
            self.issuers.insert(keys.issuer, leg.issuer);
            let place = &mut self.issuer_front[issuer_place(keys.issuer)];
            if place.0 == 0 {
                *place = (keys.issuer, leg.issuer);
            }
        }
        if !self.whos.contains_key(&keys.who) && self.who.len() < MOST_WHOS {
            let number = self.who.len() as u32;
            let who = self.who_of(leg);
            self.who.push(who);
            self.who_rests.push(keys.who.rest);
            self.whos.insert(keys.who, number);
            self.terminals.entry(keys.who.terminal).or_insert(number);
        }
        if !self.whats.contains_key(&keys.what) && self.what.len() < MOST_WHATS {
            let number = self.what.len() as u32;
            let word = keys.what.0[CURRENCY].to_le_bytes();
            let currency = Currency::parse(told_value(text_of(&word))).unwrap_or_default();
            self.what.push(what_of(leg, currency, settings, names));
            self.what_keys.push(keys.what);
            self.whats.insert(keys.what, number);
            self.what_front[keys.what.mixed() as usize >> (64 - FRONT.ilog2())] = number;
        }
    }

    fn who_of(&mut self, leg: &Leg) -> Who {
        let &Leg { terminal, terminal_key, merchant, site, equipment, operator, .. } = leg;
        let place = terminal_key.index();
        if self.terminal_numbers.len() <= place {
            self.terminal_numbers.resize((place + 1).next_power_of_two(), 0);
        }
        let number = (!terminal_key.is_absent()).then(|| {
            let number = &mut self.terminal_numbers[place];
            if *number == 0 {
                self.terminal_count += 1;
                *number = self.terminal_count;
            }
            *number - 1
        });
        Who { terminal, terminal_key, merchant, site, equipment, operator, number }
    }
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
        role,
        plain_role: is_plain.then_some(role),
        timeout_ms: settings.pairing.timeout_of(names.text(link)),
    }
}
