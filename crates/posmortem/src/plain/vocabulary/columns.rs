//! The words of many rows looked up at once, column by column.

use super::{NOBODY, Vocabulary, WhoKey};
use crate::plain::columns::ROWS;
use crate::plain::reader::FORMAT;
use posmortem_exchange::Symbol;
use posmortem_logs::WordLane;

impl Vocabulary {
    /// The numbers of what rows are, by their words and the sums over these; which of them are known.
    #[inline(always)]
    pub(in crate::plain) fn what_numbers<'l>(
        &self,
        mixed: &[u64],
        lanes: impl Iterator<Item = (usize, &'l WordLane)> + Clone,
        format: u128,
        numbers: &mut [u32; ROWS],
    ) -> u64 {
        let used = lanes.clone().fold(1 << FORMAT, |used, (slot, _)| used | 1_u32 << slot);
        let mut known = 0;
        for (row, (mixed, number)) in mixed.iter().zip(&mut *numbers).enumerate() {
            let (found, key) = self.what_in_front(*mixed);
            let is_known = key.is_some_and(|key| key.told & !used == 0 && key.words[FORMAT] == format);
            *number = if is_known { found } else { 0 };
            known |= u64::from(is_known) << row;
        }
        let mut differ = [0; ROWS];
        for (slot, lane) in lanes {
            let words = lane.low.iter().zip(&lane.high).zip(&*numbers);
            for (differ, ((low, high), number)) in differ.iter_mut().zip(words).take(mixed.len()) {
                let word = self.what_keys.get(*number as usize).map_or(0, |key| key.words[slot]);
                *differ |= (word as u64 ^ low) | ((word >> 64) as u64 ^ high);
            }
        }
        for (row, differ) in differ.iter().enumerate() {
            known &= !(u64::from(*differ != 0) << row);
        }
        known
    }

    /// The numbers of who was at the terminals, and those without left zeros, by the words of rows; which of them
    /// are known.
    #[inline(always)]
    pub(in crate::plain) fn who_numbers<'l>(
        &self,
        terminals: &WordLane,
        lanes: &(impl Iterator<Item = (usize, &'l WordLane)> + Clone),
        numbers: &mut [(u32, Symbol)],
    ) -> u64 {
        let mut merchants = None;
        let mut others = 0;
        for (slot, lane) in lanes.clone() {
            match slot {
                0 => merchants = Some(lane),
                _ => others |= lane.filled(),
            }
        }
        // Each pass asks for what the next one waits for, of all rows at once.
        let (mut hashes, mut likely) = ([0; ROWS], [0; ROWS]);
        for (row, hash) in hashes.iter_mut().enumerate().take(numbers.len()) {
            *hash = self.terminals.hash(terminals.word(row));
        }
        for (likely, hash) in likely.iter_mut().zip(hashes).take(numbers.len()) {
            *likely = self.terminals.likely(hash);
        }
        let mut known = 0;
        for (row, (number, likely)) in numbers.iter_mut().zip(likely).enumerate() {
            let word = terminals.word(row);
            let Some(first) = self.terminals.entry(likely, word).or_else(|| self.terminals.get(word)) else {
                continue;
            };
            let merchant = merchants.map_or(0, |lane| lane.word(row));
            let is_first = first.merchant == merchant && first.more == NOBODY && others >> row & 1 == 0;
            let found = match is_first {
                true => Some((first.who, first.terminal_key)),
                false => {
                    let mut key = WhoKey { terminal: word, ..WhoKey::default() };
                    lanes.clone().for_each(|(slot, lane)| key.set(slot, lane.word(row)));
                    self.unusual_who(&key, first)
                }
            };
            if let Some(found) = found {
                *number = found;
                known |= 1 << row;
            }
        }
        known
    }
}
