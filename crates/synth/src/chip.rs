//! What terminals of the labelled worlds tell with a request about a card's chip.
//!
//! Draws come from a generator of their own, so that days are what they would be if nothing was told. What
//! becomes of an attempt is never decided here.

use crate::fleet::{ENTRY_MODES, Link, weighted};
use crate::random::Random;
use posmortem_iso8583::rows;
use rand::SeedableRng;
use rand::distr::Distribution;
use rand::distr::weighted::WeightedIndex;
use std::collections::BTreeMap;

const TELLS: &str = include_str!("../data/chip-tells.tsv");
const WELL_FORMED: &str = "the crate's own tables are checked by a test";
/// The dialects that have a chip condition code.
const TELL_CONDITION: [&str; 2] = ["unionpay-pos", "visa"];
/// How the table calls the way in which a faulty reader reads.
const FAULTY: &str = "reader";

/// Cells of a row; empty where it tells nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Chip {
    /// Terminal verification results: five bytes in hexadecimal digits.
    pub(crate) tvr: &'static str,
    /// The chip condition code.
    pub(crate) condition: &'static str,
}

/// What is told, by the way of reading.
pub(crate) struct Chips {
    tells: BTreeMap<&'static str, (WeightedIndex<f64>, Vec<Chip>)>,
    random: Random,
}

impl Chips {
    pub(crate) fn new(seed: u64) -> Self {
        let mut listed: BTreeMap<&str, (Vec<f64>, Vec<Chip>)> = BTreeMap::new();
        for row in rows(TELLS, ["read", "tvr", "condition", "weight"]).expect(WELL_FORMED) {
            let [read, tvr, condition, weight] = row.fields;
            let (weights, chips) = listed.entry(read).or_default();
            weights.push(weight.parse().expect(WELL_FORMED));
            chips.push(Chip { tvr: if tvr == "-" { "" } else { tvr }, condition });
        }
        let tells = listed.into_iter().map(|(read, (weights, chips))| (read, (weighted(weights), chips)));
        Self { tells: tells.collect(), random: Random::seed_from_u64(seed ^ 0x6368_6970_7321) }
    }

    /// What is told of a chip card that was read in such a way.
    pub(crate) fn told(&mut self, entry: u8, is_reader_faulty: bool, link: &Link) -> Chip {
        let read = if is_reader_faulty { FAULTY } else { ENTRY_MODES[usize::from(entry)].0 };
        let Some((weights, chips)) = self.tells.get(read) else { return Chip::default() };
        let chip = chips[weights.sample(&mut self.random)];
        if TELL_CONDITION.contains(&link.dialect) { chip } else { Chip { condition: "", ..chip } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use posmortem_iso8583::Tvr;

    #[test]
    fn the_table_is_of_ways_to_read_and_of_what_can_be_read() {
        let chips = Chips::new(1);
        for (read, (_, told)) in &chips.tells {
            assert!(*read == FAULTY || ENTRY_MODES.iter().any(|(mode, _)| mode == read), "{read}");
            for Chip { tvr, condition } in told {
                assert!(tvr.is_empty() || Tvr::parse(tvr.as_bytes()).is_some(), "{read} {tvr}");
                assert!(["0", "1", "2"].contains(condition), "{read} {condition}");
                // Where the chip was read, there are results, and no PIN where DE22 says that none can be entered.
                let is_read = !matches!(*read, "901" | "021" | "801" | FAULTY);
                assert!(!is_read || (!tvr.is_empty() && *condition == "0"), "{read}");
                let pin = Tvr::parse(tvr.as_bytes()).is_some_and(Tvr::online_pin_entered);
                assert!(tvr.is_empty() || pin != read.ends_with('2'), "{read} {tvr}");
            }
        }
        assert_eq!(chips.tells.len(), 7);
    }
}
