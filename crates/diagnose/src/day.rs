//! A fleet's day as diagnosis reads it: attempts in the order of their terminals, and what they share.
//!
//! Holds numbers only. What they count is decided elsewhere: nothing here knows what a good terminal is.

use crate::Mark;
use std::ops::Range;

/// Something in which attempts can agree, by its place in [`Leaves`].
pub type Dimension = usize;

/// The value of a dimension that the log does not tell. It is no scope of anything.
pub const UNTOLD: u32 = 0;

/// One attempt, or several alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// When it began, in milliseconds of the log's own clock.
    pub at: i64,
    /// Its row in [`Leaves`].
    pub leaf: u32,
    /// How many: 1 in a log.
    pub count: u16,
    /// What it shows.
    pub mark: Mark,
    /// How it counts.
    pub flags: Flags,
}

/// How an attempt counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(u8);

impl Attempt {
    /// Whether it failed or fell back: it may be a hit of something.
    #[inline]
    pub(crate) fn shows(&self) -> bool {
        !self.mark.is_none() || self.flags.has(Flags::FELL_BACK)
    }
}

impl Flags {
    /// None of them.
    pub(crate) const NONE: Self = Self(0);
    /// A chip card was read by its stripe.
    pub const FELL_BACK: Self = Self(1);
    /// Repeats a failure of the same card, amount and terminal: neither a hit nor a miss.
    pub const NEUTRAL: Self = Self(2);
    /// Part of an attack on card numbers: out of everything.
    pub const ATTACK: Self = Self(4);
    /// In the window of a fault of its terminal, as the round before found it.
    pub const OWN: Self = Self(8);
    /// A sign-on or a key change of its terminal stands between the attempt before and this one.
    pub const AFTER_SIGN_ON: Self = Self(16);

    /// In the window of a fault that a crowd of terminals has (`crowd.rs`): searched, but not learned from.
    pub const CROWD: Self = Self(32);
    /// Its answer took longer than all but 2 % at most of those that are like it (`fleet/slowness.rs`).
    pub const SLOW: Self = Self(64);
    /// A fall back whose messages tell that data of the chip were missing (TVR byte 1 bit 6).
    pub const ICC_MISSING: Self = Self(128);

    /// Whether all of those are set.
    pub fn has(self, flags: Self) -> bool {
        self.0 & flags.0 == flags.0
    }

    /// Whether one of those is set.
    pub fn has_any(self, flags: Self) -> bool {
        self.0 & flags.0 != 0
    }

    /// With those, too.
    #[must_use]
    pub const fn with(self, flags: Self) -> Self {
        Self(self.0 | flags.0)
    }

    /// Without those.
    #[must_use]
    pub fn without(self, flags: Self) -> Self {
        Self(self.0 & !flags.0)
    }
}

/// The combinations of values that occur: one row (a leaf) each.
///
/// Terminals are many and so are combinations, but what terminals have and what payments have repeats:
/// where leaves have [`Leaves::parts`], each half is written down once, and a leaf takes eight bytes.
#[derive(Clone, Debug, Default)]
pub struct Leaves {
    /// By dimension, the value of each leaf, or of each entry of the half that has it; [`UNTOLD`] where
    /// there is none.
    pub columns: Vec<Vec<u32>>,
    /// By leaf, or by entry of the second half: the cell of the baseline that it belongs to.
    pub cells: Vec<u32>,
    /// By leaf, the entries of both halves that it is made of; empty where leaves are not parted.
    pub parts: Vec<[u32; 2]>,
    /// By dimension, which half has it, where leaves are parted.
    pub halves: Vec<Half>,
}

/// Which half of a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// What belongs to a terminal.
    Terminal,
    /// What belongs to a payment, wherever it is made: the baseline's cells do, too.
    Payment,
}

impl Leaves {
    /// How many there are.
    pub fn count(&self) -> usize {
        if self.parts.is_empty() { self.cells.len() } else { self.parts.len() }
    }

    /// The value of a leaf.
    #[inline]
    pub fn value(&self, dimension: Dimension, leaf: u32) -> u32 {
        let entry = match self.parts.get(leaf as usize) {
            Some(parts) => parts[self.halves[dimension] as usize],
            None => leaf,
        };
        self.columns[dimension][entry as usize]
    }

    /// The cell of the baseline that a leaf belongs to.
    #[inline]
    pub fn cell(&self, leaf: u32) -> u32 {
        let entry = self.parts.get(leaf as usize).map_or(leaf, |parts| parts[Half::Payment as usize]);
        self.cells[entry as usize]
    }

    /// The entry of a leaf in one of its halves; of no half, the leaf itself.
    #[inline]
    pub(crate) fn entry(&self, half: Option<Half>, leaf: u32) -> u32 {
        half.map_or(leaf, |half| self.parts[leaf as usize][half as usize])
    }

    /// How many entries a half has, or how many leaves there are.
    pub(crate) fn entries(&self, half: Option<Half>) -> usize {
        match half {
            None => self.count(),
            Some(Half::Payment) => self.cells.len(),
            Some(half) => {
                let of_half = self.columns.iter().zip(&self.halves).find(|(_, of)| **of == half);
                of_half.map_or(0, |(column, _)| column.len())
            }
        }
    }

    /// The value of an entry of that half, which has the dimension, or of a leaf.
    pub(crate) fn value_of_entry(&self, dimension: Dimension, half: Option<Half>, entry: u32) -> u32 {
        match half {
            Some(_) => self.columns[dimension][entry as usize],
            None => self.value(dimension, entry),
        }
    }

    /// The half that has all of those dimensions; none where leaves are not parted, or no half has.
    pub(crate) fn half_of(&self, dimensions: &[Dimension]) -> Option<Half> {
        let first = *self.halves.get(*dimensions.first()?)?;
        dimensions.iter().all(|dimension| self.halves[*dimension] == first).then_some(first)
    }
}

/// Attempts and what they share.
#[derive(Clone, Debug, Default)]
pub struct Day {
    /// All attempts, sequence by sequence, each in the order of time.
    pub attempts: Vec<Attempt>,
    /// The attempts of each terminal, by its value in the dimension of terminals: [`UNTOLD`] comes
    /// first. Days without terminals are one sequence.
    pub sequences: Vec<Range<usize>>,
    /// What attempts share.
    pub leaves: Leaves,
    /// By dimension, the number of its values, [`UNTOLD`] included. Values are numbered in the order
    /// of their texts, so that a number can break a tie.
    pub values: Vec<u32>,
    /// The first moment and the one after the last, in milliseconds.
    pub span: (i64, i64),
}

impl Day {
    /// The attempts of a sequence within a window of time.
    pub(crate) fn within(&self, sequence: Range<usize>, window: Range<i64>) -> &[Attempt] {
        let attempts = &self.attempts[sequence];
        let before = |moment: i64| attempts.partition_point(|attempt| attempt.at < moment);
        let begin = before(window.start);
        &attempts[begin..before(window.end).max(begin)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_has_its_begin_and_not_its_end() {
        let attempt = |at| Attempt { at, leaf: 0, count: 1, mark: Mark::NONE, flags: Flags::default() };
        let attempts = [5, 10, 10, 20, 30, 1, 20, 90].map(attempt).to_vec();
        let day = Day { attempts, sequences: vec![0..5, 5..8], ..Day::default() };
        let within = |sequence: usize, window| -> Vec<i64> {
            day.within(day.sequences[sequence].clone(), window).iter().map(|attempt| attempt.at).collect()
        };
        assert_eq!(within(0, 10..30), [10, 10, 20]);
        assert_eq!(within(1, 10..30), [20]);
        assert_eq!(within(0, 0..100), [5, 10, 10, 20, 30]);
        assert!(within(1, 30..90).is_empty());
    }
}
