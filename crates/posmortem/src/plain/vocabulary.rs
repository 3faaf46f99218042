//! What the words of plain rows stand for: terminals, merchants, issuers, links, kinds of answers.
//!
//! Words are learnt from rows that hold one for the first time, by the functions of
//! [`crate::leg_builder`], so a word means here what it means there. Workers look words up while
//! nothing is learnt; what they do not find comes back as a [`Lesson`].

use crate::Settings;
use crate::leg_builder::{LegBuilder, kind_of_codes, response_code, shown, told_value};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use posmortem_classify::{CodeTables, Dialect, Kind};
use posmortem_exchange::{Conclusion, Exchange, Leg, Names, Source, Symbol, conclude};
use posmortem_iso8583::{Currency, EntryMode, Mti, ResponseCode, Side, Timestamp};
use std::hash::Hash;

/// A word that a worker did not find. Not to be shown: a column mapped wrongly may hold card data.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Lesson {
    /// A terminal id, and the merchant id beside it.
    Terminal(u128, u128),
    /// A merchant id.
    Merchant(u128),
    /// The first digits of a card number.
    Issuer(u64),
    /// See [`Shape`].
    Shape(u128),
    /// A link's name.
    Link(u128),
    /// A currency.
    Currency(u64),
}

/// A terminal id as the log prints it.
#[derive(Clone, Copy)]
pub(super) struct Terminal {
    pub(super) key: Symbol,
    /// Its place among all terminals of the vocabulary.
    pub(super) place: u32,
    merchant: Symbol,
    merchant_word: u128,
}

/// What MTI, response code, processing code and entry mode of an answer say together: few of them in
/// any log.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) mti: Option<Mti>,
    pub(crate) code: Option<ResponseCode>,
    pub(crate) kind: Kind,
    pub(crate) entry_mode: EntryMode,
    /// What becomes of an attempt that it answers in time and that nothing takes back, by the dialect
    /// that holds for all links; none where it answers no attempt.
    pub(crate) conclusion: Option<Conclusion>,
}

/// A link.
#[derive(Clone, Copy)]
pub(crate) struct Link {
    pub(crate) name: Symbol,
    pub(crate) dialect: Option<Dialect>,
    /// After how many milliseconds an answer on it is late.
    pub(crate) timeout_ms: i64,
}

/// A table of at most 65,536 values; what does not fit is read the long way.
struct Small<K, T> {
    numbers: HashMap<K, u16, RandomState>,
    values: Vec<T>,
    /// In front of the map, one entry for each of so many hashes: a log has a handful of links and some
    /// hundred kinds of answers, and this is four times as fast.
    front: Vec<(K, Option<u16>)>,
}

const FRONT_BITS: u32 = 12;

/// Something that a word can be looked up by.
trait Word: Copy + Eq + Hash + Default {
    /// Its place in front.
    fn place(self) -> usize;
}

impl Word for u64 {
    #[inline(always)]
    fn place(self) -> usize {
        (self.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - FRONT_BITS)) as usize
    }
}

impl Word for u128 {
    #[inline(always)]
    fn place(self) -> usize {
        ((self as u64).rotate_left(29) ^ (self >> 64) as u64).place()
    }
}

impl<K: Word, T> Default for Small<K, T> {
    fn default() -> Self {
        Self {
            numbers: HashMap::default(),
            values: Vec::new(),
            front: vec![(K::default(), None); 1 << FRONT_BITS],
        }
    }
}

impl<K: Word, T> Small<K, T> {
    #[inline(always)]
    fn number(&self, word: K) -> Option<u16> {
        match self.front.get(word.place()) {
            Some((known, Some(number))) if *known == word => Some(*number),
            _ => self.look_up(word),
        }
    }

    #[inline(never)]
    fn look_up(&self, word: K) -> Option<u16> {
        self.numbers.get(&word).copied()
    }

    fn learn(&mut self, word: K, value: impl FnOnce() -> Option<T>) {
        let Ok(number) = u16::try_from(self.values.len()) else { return };
        if let hashbrown::hash_map::Entry::Vacant(entry) = self.numbers.entry(word)
            && let Some(value) = value()
        {
            entry.insert(number);
            self.values.push(value);
            if let Some((known, free @ None)) = self.front.get_mut(word.place()) {
                (*known, *free) = (word, Some(number));
            }
        }
    }
}

/// All words of a run.
#[derive(Default)]
pub(crate) struct Vocabulary {
    terminals: HashMap<u128, Terminal, RandomState>,
    /// Key, printed form and first merchant of each terminal, by its place.
    by_place: Vec<[Symbol; 3]>,
    merchants: HashMap<u128, Symbol, RandomState>,
    issuers: Small<u64, Symbol>,
    shapes: Small<u128, Shape>,
    links: Small<u128, Link>,
    currencies: Small<u64, Currency>,
}

impl Vocabulary {
    #[inline(always)]
    pub(super) fn terminal(&self, word: u128) -> Option<&Terminal> {
        self.terminals.get(&word)
    }

    /// Key, printed form and first merchant of the terminal at a place.
    pub(crate) fn terminal_at(&self, place: u32) -> [Symbol; 3] {
        self.by_place[place as usize]
    }

    /// A merchant that stands beside a terminal: nearly always the one it stood beside first.
    #[inline(always)]
    pub(super) fn merchant(&self, word: u128, beside: &Terminal) -> Option<Symbol> {
        if word == beside.merchant_word { Some(beside.merchant) } else { self.merchants.get(&word).copied() }
    }

    #[inline(always)]
    pub(super) fn issuer(&self, prefix: u64) -> Option<Symbol> {
        self.issuers.number(prefix).map(|number| self.issuers.values[usize::from(number)])
    }

    #[inline(always)]
    pub(super) fn shape_number(&self, word: u128) -> Option<u16> {
        self.shapes.number(word)
    }

    #[inline(always)]
    pub(super) fn link_number(&self, word: u128) -> Option<u16> {
        self.links.number(word)
    }

    #[inline(always)]
    pub(super) fn currency(&self, word: u64) -> Option<Currency> {
        self.currencies.number(word).map(|number| self.currencies.values[usize::from(number)])
    }

    pub(crate) fn shape(&self, number: u16) -> &Shape {
        &self.shapes.values[usize::from(number)]
    }

    pub(crate) fn link(&self, number: u16) -> &Link {
        &self.links.values[usize::from(number)]
    }

    /// Takes note of a word.
    pub(crate) fn learn(
        &mut self,
        lesson: Lesson,
        builder: &LegBuilder<'_>,
        settings: &Settings,
        names: &mut Names,
    ) {
        match lesson {
            Lesson::Terminal(word, merchant_word) => {
                if self.terminals.contains_key(&word) {
                    return;
                }
                let (printed, key) = builder.terminal(told_value(word_text(&bytes(word), word)), names);
                if !printed.is_absent() {
                    let merchant =
                        names.intern(&shown(told_value(word_text(&bytes(merchant_word), merchant_word))));
                    let place = self.by_place.len() as u32;
                    self.by_place.push([key, printed, merchant]);
                    self.terminals.insert(word, Terminal { key, place, merchant, merchant_word });
                }
            }
            Lesson::Merchant(word) => {
                let merchant = &mut || names.intern(&shown(told_value(word_text(&bytes(word), word))));
                self.merchants.entry(word).or_insert_with(merchant);
            }
            Lesson::Issuer(prefix) => {
                let digits = prefix.to_le_bytes();
                let end = digits.iter().position(|&byte| byte == 0).unwrap_or(digits.len());
                let text = std::str::from_utf8(&digits[..end]).unwrap_or_default();
                self.issuers.learn(prefix, || Some(names.intern(text)));
            }
            // Words for nothing (`NULL`) are no currency and not learnt.
            Lesson::Currency(word) => {
                let text = word.to_le_bytes();
                let text = text.get(..(word >> 56) as usize).unwrap_or_default();
                self.currencies.learn(word, || Currency::parse(text));
            }
            Lesson::Shape(word) => self.shapes.learn(word, || shape(word, settings)),
            Lesson::Link(word) => self.links.learn(word, || {
                let name = shown(told_value(word_text(&bytes(word), word))).into_owned();
                let timeout_ms = settings.pairing.timeout_of(&name);
                Some(Link { dialect: builder.dialect(&name, b""), timeout_ms, name: names.intern(&name) })
            }),
        }
    }
}

fn bytes(word: u128) -> [u8; 16] {
    word.to_le_bytes()
}

fn word_text(bytes: &[u8; 16], word: u128) -> &[u8] {
    bytes.get(..(word >> 120) as usize).unwrap_or_default()
}

/// MTI, response code, processing code and entry mode, each with its length in the highest byte, as
/// one word: `None` where one is longer than usual.
#[inline(always)]
pub(super) fn shape_word(mti: u64, code: u64, processing_code: u64, entry_mode: u64) -> Option<u128> {
    let [of_mti, of_code, of_processing, of_entry] =
        [mti, code, processing_code, entry_mode].map(|word| word >> 56);
    if !(of_mti == 4 || of_mti == 0) || of_code != 2 || of_processing > 6 || of_entry > 3 {
        return None;
    }
    let text = |word: u64| word & (u64::MAX >> 8);
    let low = text(mti) | text(code) << 32 | text(processing_code) << 48;
    let high = text(processing_code) >> 16 | text(entry_mode) << 32;
    let lengths = of_mti << 5 | of_processing << 2 | of_entry;
    Some(u128::from(low) | u128::from(high | lengths << 56) << 64)
}

fn shape(word: u128, settings: &Settings) -> Option<Shape> {
    let (text, lengths) = (word.to_le_bytes(), (word >> 120) as u32);
    let part = |start: usize, len: u32| told_value(&text[start..start + len as usize]);
    let mti = match lengths >> 5 {
        0 => None,
        _ => Some(
            Mti::parse(&text[..4]).filter(|mti| mti.side() == Side::Response && mti.asks_for_decision())?,
        ),
    };
    let code = response_code(part(4, 2), mti).ok()??;
    let kind = kind_of_codes(mti, part(6, lengths >> 2 & 7));
    let entry_mode = EntryMode::from_de22(part(12, lengths & 3));
    let shape = Shape { mti, code: Some(code), kind, entry_mode, conclusion: None };
    let is_attempt = mti.is_none_or(Mti::asks_for_decision);
    let answer = Leg { mti, code: Some(code), kind, entry_mode, dialect: settings.dialect, ..nothing() };
    let conclusion = is_attempt.then(|| conclude(&Exchange::alone(answer), CodeTables::built_in()));
    Some(Shape { conclusion, ..shape })
}

fn nothing() -> Leg {
    Leg::untold(Timestamp { millis: 0, offset_minutes: None }, Source::default())
}
