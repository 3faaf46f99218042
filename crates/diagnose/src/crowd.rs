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
    for common in commons {
        let mut alike: HashMap<(usize, Vec<u32>), Vec<usize>, FixedState> = HashMap::default();
        let mut of_signature: HashMap<usize, usize, FixedState> = HashMap::default();
        for (at, suspect) in suspects.iter().enumerate() {
            let value = value(fleet, common, fleet.day.attempts[suspect.rows.end - 1].leaf);
            *of_signature.entry(suspect.signature).or_default() += 1;
            if !value.contains(&UNTOLD) {
                alike.entry((suspect.signature, value)).or_default().push(at);
            }
        }
        alike.retain(|_, members| members.len() >= FEWEST);
        let shares = shares(fleet, common, alike.keys().map(|(_, value)| value));
        for ((signature, value), members) in alike {
            let chance = of_signature[&signature] as f64 * shares[&value];
            let evidence = nats(members.len() as f64, chance, f64::INFINITY);
            if evidence > MORE_THAN_CHANCE {
                members.into_iter().for_each(|at| crowded[at] = true);
            }
        }
    }
    crowded
}

fn value(fleet: &Fleet<'_>, common: &[Attribute], leaf: u32) -> Vec<u32> {
    common.iter().map(|attribute| fleet.day.leaves.value(attribute.dimension(), leaf)).collect()
}

/// By each of those values, its share of the fleet's attempts.
fn shares<'v>(
    fleet: &Fleet<'_>,
    common: &[Attribute],
    values: impl Iterator<Item = &'v Vec<u32>>,
) -> HashMap<Vec<u32>, f64, FixedState> {
    let all = fleet.day.attempts.len().max(1) as f64;
    let mut wanted: HashMap<&Vec<u32>, usize, FixedState> = HashMap::default();
    for value in values {
        let next = wanted.len();
        wanted.entry(value).or_insert(next);
    }
    if wanted.is_empty() {
        return HashMap::default();
    }
    // By the first attribute's value: which of the wanted begin so. Most leaves end there.
    let mut beginning = vec![Vec::new(); fleet.day.values[common[0].dimension()] as usize];
    wanted.iter().for_each(|(value, at)| beginning[value[0] as usize].push((&value[1..], *at)));
    let mut sums = vec![0.0; wanted.len()];
    for (leaf, count) in (0..).zip(&fleet.attempts_by_leaf) {
        let first = fleet.day.leaves.value(common[0].dimension(), leaf);
        for (rest, at) in &beginning[first as usize] {
            let mut others = common[1..].iter().zip(*rest);
            if others.all(|(attribute, value)| fleet.day.leaves.value(attribute.dimension(), leaf) == *value)
            {
                sums[*at] += *count as f64 / all;
            }
        }
    }
    wanted.into_iter().map(|(value, at)| (value.clone(), sums[at])).collect()
}
