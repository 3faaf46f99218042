//! Crowds: terminals found at fault alike that have more in common than chance lets expect.
//!
//! Forty readers of one model that die on one afternoon are one firmware, not forty readers, and three of
//! one site are the site. A crowd is no verdict: it is put back, so that the shared cause competes again,
//! and meanwhile the baseline does not learn from it.

use crate::excess::nats;
use crate::fleet::Fleet;
use crate::own::Suspect;
use crate::{Attribute, UNTOLD};
use foldhash::fast::FixedState;
use hashbrown::HashMap;

/// Two may meet by chance.
const FEWEST: usize = 3;
/// Nats by which a crowd is more than chance.
const MORE_THAN_CHANCE: f64 = 8.0;
/// What a crowd may have in common: what belongs to the terminal.
const COMMON: [&[Attribute]; 6] = [
    &[Attribute::Site],
    &[Attribute::Region],
    &[Attribute::Link],
    &[Attribute::Model],
    &[Attribute::Firmware],
    &[Attribute::Model, Attribute::Firmware],
];

/// By suspect, whether it belongs to a crowd.
pub(crate) fn crowded(fleet: &Fleet<'_>, suspects: &[&Suspect]) -> Vec<bool> {
    crowded_by(fleet, suspects, &COMMON)
}

/// The same where the crowd is larger than a site: the terminals of one site may well share its bad wiring.
pub(crate) fn crowded_beyond_sites(fleet: &Fleet<'_>, suspects: &[&Suspect]) -> Vec<bool> {
    crowded_by(fleet, suspects, &COMMON[1..])
}

fn crowded_by(fleet: &Fleet<'_>, suspects: &[&Suspect], commons: &[&[Attribute]]) -> Vec<bool> {
    let mut crowded = vec![false; suspects.len()];
    if suspects.len() < FEWEST {
        return crowded;
    }
    let by_leaf = attempts_by_leaf(fleet);
    for common in commons {
        let shares = shares(fleet, common, &by_leaf);
        let mut alike: HashMap<(usize, Vec<u32>), Vec<usize>, FixedState> = HashMap::default();
        let mut of_signature: HashMap<usize, usize, FixedState> = HashMap::default();
        for (at, suspect) in suspects.iter().enumerate() {
            let value = value(fleet, common, fleet.day.attempts[suspect.rows.end - 1].leaf);
            *of_signature.entry(suspect.signature).or_default() += 1;
            if !value.contains(&UNTOLD) {
                alike.entry((suspect.signature, value)).or_default().push(at);
            }
        }
        for ((signature, value), members) in alike {
            let chance = of_signature[&signature] as f64 * shares.get(&value).copied().unwrap_or(0.0);
            let evidence = nats(members.len() as f64, chance, f64::INFINITY);
            if members.len() >= FEWEST && evidence > MORE_THAN_CHANCE {
                members.into_iter().for_each(|at| crowded[at] = true);
            }
        }
    }
    crowded
}

fn value(fleet: &Fleet<'_>, common: &[Attribute], leaf: u32) -> Vec<u32> {
    common.iter().map(|attribute| fleet.day.leaves.value(attribute.dimension(), leaf)).collect()
}

fn attempts_by_leaf(fleet: &Fleet<'_>) -> Vec<u64> {
    let mut by_leaf = vec![0; fleet.day.leaves.cells.len()];
    fleet.day.attempts.iter().for_each(|attempt| by_leaf[attempt.leaf as usize] += 1);
    by_leaf
}

/// By value, its share of the fleet's attempts.
fn shares(fleet: &Fleet<'_>, common: &[Attribute], by_leaf: &[u64]) -> HashMap<Vec<u32>, f64, FixedState> {
    let all = fleet.day.attempts.len().max(1) as f64;
    let mut shares: HashMap<Vec<u32>, f64, FixedState> = HashMap::default();
    for (leaf, count) in (0..).zip(by_leaf) {
        *shares.entry(value(fleet, common, leaf)).or_default() += *count as f64 / all;
    }
    shares
}
