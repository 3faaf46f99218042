//! In which shares a fault shows the marks of its signature.
//!
//! The table's shares are a guess by ignorance. Most faults keep to one mark: a host that answers 55 to a
//! wrong PIN key answers 55 each time. A guess of a third for it would cost as much evidence as a third
//! of its hits, so a fault that one mark leads is weighed beside the table's. So is a fault that slows answers
//! down, or whose hits tell more than their mark, beside one that does not.

use super::level::ln_sum;
use super::runs::Runs;
use super::segments::{COMPONENTS, LEVELS, Sequence, Trial, Weighed};
use super::shape::{SLOW_SHARE, Shape, Slowed};
use crate::{Mark, Signature};

/// The weight of the table's shares; the marks share the rest as leaders.
const TABLE_WEIGHT: f64 = 0.5;
/// The share of a leading mark; the others have the rest, as the table has them.
const LEADING_SHARE: f64 = 0.85;
/// A mark that leads has this many hits at least: others would only be weighed for nothing.
const LEAST_HITS: usize = 2;

/// Of faults that may slow answers down, so many do.
const SLOWING: f64 = 0.5;
/// And are weighed where so many answers at least were slow, and so many times the usual.
const LEAST_SLOW: (usize, f64) = (3, 1.5);

/// Of faults that make cards fall back, the hits of so many tell more.
const TELLING: f64 = 0.5;

/// What a day's messages tell at all. What they do not, no fault is expected to show.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    /// How many times the usual share of slow answers good terminals may well show; `None` where nobody knows
    /// how long answers took.
    pub(super) slow_level: Option<f64>,
    /// Whether fall backs tell of missing data of the chip.
    pub(super) icc_missing: bool,
}

/// A shape and how likely it is.
pub(super) struct Profile {
    pub(super) shape: Shape,
    ln_weight: f64,
}

/// The profiles that a sequence is to be looked at with; the table's comes first.
pub(super) fn profiles(signature: &Signature, sequence: &Sequence, told: Told) -> Vec<Profile> {
    let mut profiles: Vec<_> = by_marks(signature, sequence)
        .into_iter()
        .map(|(shares, ln_weight)| Profile {
            shape: Shape { shares, slowed: None, telling: false },
            ln_weight,
        })
        .collect();
    if let Some(slow_level) = told.slow_level.filter(|_| signature.slows > 0.0) {
        let slow = sequence.shown.iter().filter(|(_, trial)| *trial == Trial::Slow).count();
        let usual = SLOW_SHARE * slow_level * sequence.len as f64;
        let is_slow = slow >= LEAST_SLOW.0 && slow as f64 > LEAST_SLOW.1 * usual;
        let slowed = Some(Slowed { times: signature.slows, level: slow_level });
        fork(&mut profiles, SLOWING, is_slow, |shape| Shape { slowed, ..shape });
    }
    if told.icc_missing && signature.marks.iter().any(|mark| mark.mark == Mark::FELL_BACK) {
        let tells = |(_, trial): &&(usize, Trial)| matches!(trial, Trial::Hit { rate, telling, .. } if telling < rate);
        let is_told = sequence.shown.iter().filter(tells).count() >= LEAST_HITS;
        fork(&mut profiles, TELLING, is_told, |shape| Shape { telling: true, ..shape });
    }
    profiles
}

/// Weighs faults of another shape beside each, so many of them; where the sequence shows nothing of the kind,
/// only those as they were.
fn fork(profiles: &mut Vec<Profile>, weight: f64, is_shown: bool, other: impl Fn(Shape) -> Shape) {
    let others: Vec<_> = profiles
        .iter()
        .filter(|_| is_shown)
        .map(|profile| Profile {
            shape: other(profile.shape.clone()),
            ln_weight: profile.ln_weight + libm::log(weight),
        })
        .collect();
    profiles.iter_mut().for_each(|profile| profile.ln_weight += libm::log(1.0 - weight));
    profiles.extend(others);
}

/// Shares of marks and the logarithm of how likely they are; the table's come first.
fn by_marks(signature: &Signature, sequence: &Sequence) -> Vec<(Vec<f64>, f64)> {
    let table: Vec<f64> = signature.marks.iter().map(|mark| mark.share).collect();
    if table.len() == 1 {
        return vec![(table, 0.0)];
    }
    let mut hits = vec![0; table.len()];
    for (_, trial) in &sequence.shown {
        if let Trial::Hit { place, .. } = trial {
            hits[*place] += 1;
        }
    }
    let ln_weight = libm::log((1.0 - TABLE_WEIGHT) / table.len() as f64);
    let mut profiles = vec![(table.clone(), libm::log(TABLE_WEIGHT))];
    for leader in (0..table.len()).filter(|&place| hits[place] >= LEAST_HITS) {
        let rest = (1.0 - LEADING_SHARE) / (1.0 - table[leader]);
        let share = |place| if place == leader { LEADING_SHARE } else { table[place] * rest };
        profiles.push(((0..table.len()).map(share).collect(), ln_weight));
    }
    profiles
}

impl Profile {
    /// The logarithms of the likelihood ratio by component and level, with the weights of both levels
    /// and profile.
    pub(super) fn ln_terms(
        &self,
        sequence: &Weighed,
        levels: &[f64; LEVELS],
        weights: &[f64; LEVELS],
        runs: &mut Runs,
    ) -> [[f64; LEVELS]; COMPONENTS] {
        sequence
            .ln_ratios(&self.shape, levels, runs)
            .map(|ratios| std::array::from_fn(|level| ratios[level] + weights[level] + self.ln_weight))
    }
}

/// The logarithms of the Bayes factor by component.
pub(super) fn ln_factors(
    profiles: &[Profile],
    sequence: &Weighed,
    levels: &[f64; LEVELS],
    weights: &[f64; LEVELS],
    runs: &mut Runs,
) -> [f64; COMPONENTS] {
    let of_profile = |profile: &Profile| profile.ln_terms(sequence, levels, weights, runs);
    let terms: Vec<_> = profiles.iter().map(of_profile).collect();
    std::array::from_fn(|component| {
        let of_component: Vec<f64> = terms.iter().flat_map(|terms| terms[component]).collect();
        ln_sum(&of_component)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Signatures;

    const NOTHING: Told = Told { slow_level: None, icc_missing: false };

    #[test]
    fn a_mark_that_leads_is_weighed_as_leader() {
        let signatures = Signatures::built_in();
        let signature = signatures.get(signatures.named("signal").unwrap());
        let hit = |place| Trial::Hit { place, rate: 0.001, telling: 0.001, in_incident: false };
        let sequence = Sequence::of(&[hit(0), Trial::Miss, hit(0), hit(1)], &[]);
        let profiles = profiles(signature, &sequence, NOTHING);
        assert_eq!(profiles.len(), 2, "one hit leads nothing");
        for profile in &profiles {
            assert!((profile.shape.shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
        assert_eq!(profiles[1].shape.shares[0], LEADING_SHARE);
    }

    #[test]
    fn one_mark_needs_no_profile() {
        let signatures = Signatures::built_in();
        let signature = signatures.get(signatures.named("software").unwrap());
        assert_eq!(profiles(signature, &Sequence::default(), NOTHING).len(), 1);
    }

    #[test]
    fn many_slow_answers_are_weighed_where_a_fault_may_cause_them() {
        let signatures = Signatures::built_in();
        let trials = |slow: usize| [vec![Trial::Slow; slow], vec![Trial::Miss; 100 - slow]].concat();
        let count = |name: &str, slow, level| {
            let sequence = Sequence::of(&trials(slow), &[]);
            profiles(
                signatures.get(signatures.named(name).unwrap()),
                &sequence,
                Told { slow_level: Some(level), ..NOTHING },
            )
            .len()
        };
        assert_eq!(count("signal", 2, 1.0), 1);
        assert_eq!(count("signal", 8, 1.0), 2);
        assert_eq!(count("signal", 8, 3.0), 1, "such a fleet has many slow terminals");
        assert_eq!(count("mac", 8, 1.0), 1);
    }

    /// The table's shares are half of what is believed; each of the marks as a leader has its part of the other half.
    #[test]
    fn profiles_weigh_what_the_rules_say() {
        let signatures = Signatures::built_in();
        let signature = signatures.get(signatures.named("reader").unwrap());
        let marks = signature.marks.len();
        let hit = |place| Trial::Hit { place, rate: 0.001, telling: 0.0005, in_incident: false };
        let twice = Sequence::of(&[hit(1), Trial::Miss, hit(0), hit(1), hit(0)], &[]);
        let weights = |sequence: &Sequence, told| {
            let profiles = profiles(signature, sequence, told);
            profiles.iter().map(|one| (one.shape.telling, libm::exp(one.ln_weight))).collect::<Vec<_>>()
        };
        let close = |got: &[(bool, f64)], right: &[(bool, f64)]| {
            assert_eq!(got.len(), right.len());
            assert!(got.iter().zip(right).all(|(a, b)| a.0 == b.0 && (a.1 - b.1).abs() < 1e-12), "{got:?}");
        };
        let each = 0.5 / marks as f64;
        close(&weights(&twice, NOTHING), &[(false, 0.5), (false, each), (false, each)]);
        // Half of the faults tell more, where the day tells of it and two hits do.
        let told = Told { icc_missing: true, ..NOTHING };
        let (half, part) = (0.25, each / 2.0);
        let both = [(false, half), (false, part), (false, part), (true, half), (true, part), (true, part)];
        close(&weights(&twice, told), &both);
        let as_usual = |place| Trial::Hit { place, rate: 0.001, telling: 0.001, in_incident: false };
        close(&weights(&Sequence::of(&[hit(0), as_usual(1), Trial::Miss], &[]), told), &[(false, half)]);
        let shares = &profiles(signature, &twice, NOTHING)[2].shape.shares;
        for (place, mark) in signature.marks.iter().enumerate() {
            let rest = mark.share * 0.15 / (1.0 - signature.marks[1].share);
            assert!((shares[place] - if place == 1 { 0.85 } else { rest }).abs() < 1e-12);
        }
    }

    #[test]
    fn three_slow_answers_and_half_as_many_again_as_usual_are_weighed() {
        let signatures = Signatures::built_in();
        let signature = signatures.get(signatures.named("signal").unwrap());
        let count = |slow: usize, all: usize, level| {
            let trials = [vec![Trial::Slow; slow], vec![Trial::Miss; all - slow]].concat();
            let told = Told { slow_level: Some(level), ..NOTHING };
            profiles(signature, &Sequence::of(&trials, &[]), told).len()
        };
        assert_eq!([count(2, 50, 1.0), count(3, 50, 1.0)], [1, 2]);
        // Six of 200 are half as many again as usual, of a fleet twice as slow twelve.
        assert_eq!([count(6, 200, 1.0), count(7, 200, 1.0)], [1, 2]);
        assert_eq!([count(12, 200, 2.0), count(13, 200, 2.0)], [1, 2]);
        let none = Sequence::of(&[Trial::Slow; 50], &[]);
        assert_eq!(profiles(signature, &none, NOTHING).len(), 1, "the log tells no times");
    }
}
