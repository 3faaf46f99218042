//! How cards that failed at a terminal with a fault fared at others.
//!
//! One card at many terminals is the card, many cards at one terminal are the terminal. So the failures
//! of a card count against it only at terminals that are not at fault themselves: those read others.

use crate::fleet::Fleet;
use crate::own::Suspect;
use crate::{Attribute, Flags, Mark, UNTOLD};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use posmortem_iso8583::EntryMode;
use rayon::prelude::*;

/// A row is told by its chunk and 16 bits.
const WORDS_OF_CHUNK: usize = (1 << 16) / 64;
/// A bit for each of so many hashes of cards: 32 KB.
const HASH_BITS: u32 = 18;

/// What of a card is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Chip,
    Stripe,
}

/// How one part of a card fared all over the fleet.
#[derive(Clone, Copy, Default)]
struct Fared {
    /// The first two terminals, in their order, where it was read well; [`UNTOLD`] where there are fewer.
    /// Two tell of any terminal whether there is another.
    well: [u32; 2],
    /// Whether it failed at a terminal that is not at fault.
    badly: bool,
}

impl Fared {
    fn read_well_at(&mut self, terminal: u32) {
        match self.well {
            [UNTOLD, _] => self.well[0] = terminal,
            [first, UNTOLD] if first != terminal => self.well[1] = terminal,
            _ => {}
        }
    }
}

#[derive(Clone, Copy, Default)]
struct Fate {
    chip: Fared,
    stripe: Fared,
}

/// How the cards that failed at terminals with a fault fared at others.
#[derive(Default)]
pub(crate) struct CardsElsewhere {
    by_card: HashMap<u64, Fate, FixedState>,
}

impl CardsElsewhere {
    /// Looks for the cards that `suspects`, in the order of their terminals, failed with all over the
    /// fleet.
    pub(crate) fn of(fleet: &Fleet<'_>, suspects: &[&Suspect]) -> Self {
        let rows = suspects.iter().flat_map(|suspect| suspect.rows.clone());
        let failed = rows.filter(|at| {
            let attempt = &fleet.day.attempts[*at];
            !attempt.mark.is_none() || attempt.flags.has(Flags::FELL_BACK)
        });
        let mut by_card: HashMap<u64, Fate, FixedState> =
            failed.filter_map(|at| fleet.card(at)).map(|card| (card, Fate::default())).collect();
        if by_card.is_empty() {
            return Self { by_card };
        }
        let stripe_damaged = Mark::from_name("stripe_damaged");
        let asked = rows_with(fleet, &by_card);
        for (terminal, range) in (0_u32..).zip(&fleet.day.sequences).skip(1) {
            let is_at_fault = suspects.binary_search_by_key(&terminal, |suspect| suspect.terminal).is_ok();
            for at in range.clone().filter(|at| asked.has(fleet.rows[*at])) {
                let Some(fate) = fleet.card(at).and_then(|card| by_card.get_mut(&card)) else { continue };
                let attempt = &fleet.day.attempts[at];
                let (fell_back, is_good) = (attempt.flags.has(Flags::FELL_BACK), attempt.mark.is_none());
                fate.chip.badly |= fell_back && !is_at_fault;
                fate.stripe.badly |= Some(attempt.mark) == stripe_damaged && !is_at_fault;
                let mode = fleet.day.leaves.value(Attribute::EntryMode.dimension(), attempt.leaf);
                let fared = match fleet.entry_modes[mode as usize] {
                    _ if !is_good => continue,
                    _ if fell_back => &mut fate.stripe,
                    EntryMode::Stripe => &mut fate.stripe,
                    EntryMode::Chip | EntryMode::Contactless => &mut fate.chip,
                    _ => continue,
                };
                fared.read_well_at(terminal);
            }
        }
        Self { by_card }
    }

    /// Whether that part of a card was read well at a terminal `but` this one.
    pub(super) fn read_well(&self, part: Part, card: u64, but: u32) -> bool {
        self.fared(part, card).well.iter().any(|at| *at != UNTOLD && *at != but)
    }

    /// Whether it failed at a terminal that is not at fault.
    pub(super) fn failed(&self, part: Part, card: u64) -> bool {
        self.fared(part, card).badly
    }

    fn fared(&self, part: Part, card: u64) -> Fared {
        let fate = self.by_card.get(&card).copied().unwrap_or_default();
        match part {
            Part::Chip => fate.chip,
            Part::Stripe => fate.stripe,
        }
    }
}

/// Rows of the table, a bit each.
struct Rows {
    bits: Vec<u64>,
}

impl Rows {
    fn has(&self, row: u32) -> bool {
        self.bits[row as usize / 64] >> (row % 64) & 1 == 1
    }
}

/// The rows with one of those cards. The table is read in its own order: asking for the card of each attempt
/// terminal by terminal would cost a miss of the cache each.
fn rows_with(fleet: &Fleet<'_>, cards: &HashMap<u64, Fate, FixedState>) -> Rows {
    let chunks = fleet.table.chunks();
    let hash = |card: u64| (card.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - HASH_BITS)) as usize;
    // Most cards are ruled out before the map is asked.
    let mut hashes = vec![0_u64; (1 << HASH_BITS) / 64];
    cards.keys().for_each(|card| hashes[hash(*card) / 64] |= 1 << (hash(*card) % 64));
    let is_asked =
        |card: u64| hashes[hash(card) / 64] >> (hash(card) % 64) & 1 == 1 && cards.contains_key(&card);
    let mut bits = vec![0; chunks.len() * WORDS_OF_CHUNK];
    bits.par_chunks_mut(WORDS_OF_CHUNK).zip(chunks).for_each(|(bits, chunk)| {
        for row in (0..chunk.len()).filter(|row| is_asked(chunk.cards().get(*row))) {
            bits[row / 64] |= 1 << (row % 64);
        }
    });
    Rows { bits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_two_terminals_are_kept() {
        let mut fared = Fared::default();
        for (terminal, kept) in [(4, [4, UNTOLD]), (4, [4, UNTOLD]), (6, [4, 6]), (9, [4, 6]), (4, [4, 6])] {
            fared.read_well_at(terminal);
            assert_eq!(fared.well, kept);
        }
    }
}
