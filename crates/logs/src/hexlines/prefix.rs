//! What stands before the digits of a line: a time, and words that tell the direction.
//!
//! The lines of a log have few prefixes, but for their times: what is behind those is kept with what it
//! tells.

use std::ops::Range;

use posmortem_iso8583::Timestamp;

use crate::record::Position;
use crate::wire_message::Told;
use crate::word::word_of;

/// What the last lines had between their times and their digits.
#[derive(Default)]
pub(super) struct Tails {
    known: [Tail; 4],
    /// The one that is forgotten next.
    next: usize,
}

#[derive(Default)]
struct Tail {
    text: [u8; Tails::LONGEST],
    /// 0 for none.
    len: usize,
    direction: Direction,
}

/// The word that tells the direction.
#[derive(Clone, Default)]
pub(super) struct Direction {
    /// Where it stands.
    place: Range<usize>,
    word: Option<u128>,
}

impl Direction {
    /// What a line tells, in whose tail this was found.
    #[inline(always)]
    pub(super) fn told<'b>(&self, tail: &'b [u8], at: Option<Timestamp>, position: Position) -> Told<'b> {
        let direction = tail.get(self.place.clone()).unwrap_or_default();
        Told { position, at, direction, direction_word: self.word }
    }
}

impl Tails {
    const LONGEST: usize = 32;

    /// The length of the tail that a text begins with, and the direction in it.
    #[inline(always)]
    pub(super) fn at_front_of(&self, text: &[u8]) -> Option<(usize, &Direction)> {
        let begins = |tail: &&Tail| tail.len > 0 && text.starts_with(&tail.text[..tail.len]);
        self.known.iter().find(begins).map(|tail| (tail.len, &tail.direction))
    }

    /// The direction in a tail, which is kept where it ends with a space: what is behind it begins there whatever
    /// it is.
    pub(super) fn learn(&mut self, text: &[u8]) -> Direction {
        let place = direction(text);
        let word = word_of(text.get(place.clone()).unwrap_or_default());
        let direction = Direction { place, word };
        if text.len() <= Self::LONGEST && text.ends_with(b" ") {
            let tail = &mut self.known[self.next];
            tail.text[..text.len()].copy_from_slice(text);
            (tail.len, tail.direction) = (text.len(), direction.clone());
            self.next = (self.next + 1) % self.known.len();
        }
        direction
    }
}

/// Words that tell in which direction a message went. `INFO` is none of them.
const DIRECTIONS: [u64; 12] = [
    small_word(b"in"),
    small_word(b"incoming"),
    small_word(b"inbound"),
    small_word(b"recv"),
    small_word(b"received"),
    small_word(b"receive"),
    small_word(b"rx"),
    small_word(b"out"),
    small_word(b"outgoing"),
    small_word(b"send"),
    small_word(b"sent"),
    small_word(b"tx"),
];

/// At most eight letters as a number, whatever their case; 0 for more of them.
const fn small_word(letters: &[u8]) -> u64 {
    let (mut word, mut at) = (0, 0);
    while at < letters.len() && letters.len() <= 8 {
        word = word << 8 | letters[at].to_ascii_lowercase() as u64;
        at += 1;
    }
    word
}

/// Where the first word of a prefix stands that tells the direction; empty where none does.
fn direction(prefix: &[u8]) -> Range<usize> {
    // Most of a prefix is digits: no word is looked for between them.
    let mut rest = prefix;
    while let Some(start) = rest.iter().position(u8::is_ascii_alphabetic) {
        let from = rest.get(start..).unwrap_or_default();
        let len = from.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(from.len());
        let (word, behind) = from.split_at(len);
        if DIRECTIONS.contains(&small_word(word)) {
            let start = prefix.len() - from.len();
            return start..start + len;
        }
        rest = behind;
    }
    0..0
}
