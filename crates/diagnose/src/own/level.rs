//! How much good terminals differ: the natural level of a signature at each of them.
//!
//! A level is what a terminal's expected count is to be multiplied by before any fault is thought of. It
//! is lognormal about the level of its site; how wide, is learned from the bulk of the fleet, so that
//! faulty terminals cannot hide themselves in it.

use super::segments::LEVELS;
use std::collections::BTreeMap;

/// Fewer terminals tell nothing about how much terminals differ.
const LEAST_TERMINALS: usize = 50;
/// The share of the spread between terminals that those of a site have in common.
const SITE_SHARE: f64 = 0.65;
/// Points and weights of Gauss and Hermite for the standard normal law.
const POINTS: [f64; LEVELS] =
    [-2.856_970_013_872_806, -1.355_626_179_974_266, 0.0, 1.355_626_179_974_266, 2.856_970_013_872_806];
const WEIGHTS: [f64; LEVELS] = [
    0.011_257_411_327_720_7,
    0.222_075_922_005_612_6,
    0.533_333_333_333_333_3,
    0.222_075_922_005_612_6,
    0.011_257_411_327_720_7,
];

/// The law of the level in a fleet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The middle level: observed over expected in the bulk of the fleet.
    pub mean: f64,
    /// Squared coefficient of variation between terminals.
    pub tau2: f64,
}

impl Spread {
    /// The law under which the counts of the bulk are most likely.
    ///
    /// Only counts up to each terminal's own 97 % quantile are looked at, renormalised by the mass up to
    /// there. `default` is where it starts and the middle of a wide prior, and the answer of small fleets.
    pub(super) fn fit(counts: impl Iterator<Item = (u32, f64)>, default: f64) -> Self {
        let mut spread = Self { mean: 1.0, tau2: default };
        let buckets = buckets(counts);
        if buckets.iter().map(|bucket| bucket.terminals).sum::<usize>() < LEAST_TERMINALS {
            return spread;
        }
        for _ in 0..3 {
            let most: Vec<_> = buckets.iter().map(|bucket| spread.quantile(bucket.expected, 0.97)).collect();
            let mut best = f64::NEG_INFINITY;
            let mut next = spread;
            for mean in MEANS {
                for tau2 in TAUS {
                    let candidate = Self { mean, tau2 };
                    let likelihoods = buckets
                        .iter()
                        .zip(&most)
                        .map(|(bucket, &most)| candidate.ln_likelihood(bucket, most));
                    let value = candidate.ln_prior(default) + likelihoods.sum::<f64>();
                    if value > best {
                        (best, next) = (value, candidate);
                    }
                }
            }
            spread = next;
        }
        spread
    }

    /// Keeps signatures that hardly occur from telling anything: one doubling of either counts as
    /// about half a standard deviation.
    fn ln_prior(self, default: f64) -> f64 {
        let of_mean = libm::log(self.mean) / 0.7;
        let of_tau2 = libm::log((self.tau2 + 0.05) / (default + 0.05)) / 1.0;
        -0.5 * (of_mean * of_mean + of_tau2 * of_tau2)
    }

    fn ln_likelihood(self, bucket: &Bucket, most: u32) -> f64 {
        let mut masses = self.masses(bucket.expected);
        let mut counts = bucket.by_count.iter().peekable();
        let (mut sum, mut seen, mut value) = (0.0, 0usize, 0.0);
        for count in 0..=most {
            let mass = masses.next().unwrap_or(0.0).max(1e-300);
            sum += mass;
            if let Some((_, &terminals)) = counts.next_if(|(of, _)| **of == count) {
                value += terminals as f64 * libm::log(mass);
                seen += terminals;
            }
        }
        value - seen as f64 * libm::log(sum)
    }

    /// The probabilities of the counts 0, 1, 2, ... at a terminal that expects `expected`: negative
    /// binomial.
    fn masses(self, expected: f64) -> impl Iterator<Item = f64> {
        let mean = self.mean * expected;
        let size = 1.0 / self.tau2.max(1e-6);
        let ratio = mean / (size + mean);
        let first = libm::exp(-size * libm::log1p(mean / size));
        let next = move |&(count, mass): &(f64, f64)| {
            Some((count + 1.0, mass * (count + size) / (count + 1.0) * ratio))
        };
        std::iter::successors(Some((0.0, first)), next).map(|(_, mass)| mass)
    }

    /// The smallest count with at least that share of the probability at or below it.
    pub(super) fn quantile(self, expected: f64, share: f64) -> u32 {
        // Beyond this many expected hits the sum is long and its first terms underflow.
        const MANY: f64 = 400.0;
        let mean = self.mean * expected;
        if mean > MANY {
            let deviation = libm::sqrt(mean + self.tau2 * mean * mean);
            return libm::ceil(mean + 2.4 * deviation) as u32;
        }
        let mut sum = 0.0;
        let reached = self.masses(expected).take(100_000).position(|mass| {
            sum += mass;
            sum >= share
        });
        reached.unwrap_or(100_000) as u32
    }

    /// How much the siblings of a terminal move the middle of its level.
    pub(super) fn site_centre(self, observed: f64, expected: f64) -> f64 {
        let weight = 1.0 / (SITE_SHARE * self.tau2.max(0.01));
        (weight + observed) / (weight + expected)
    }

    /// The levels at which a terminal is looked at, with the logarithm of how likely its counts are
    /// there without a fault; the latter are normalised.
    pub(super) fn levels(self, centre: f64, observed: f64, expected: f64) -> ([f64; LEVELS], [f64; LEVELS]) {
        // A middle below 1 comes from the floors of rates; a terminal is not asked to be better than them.
        let middle = centre * self.mean.max(1.0);
        let variance = libm::log1p(self.tau2);
        let deviation = libm::sqrt(variance);
        let levels = POINTS.map(|point| middle * libm::exp(deviation * point - 0.5 * variance));
        let mut weights: [f64; LEVELS] = std::array::from_fn(|at| {
            libm::log(WEIGHTS[at]) + observed * libm::log(levels[at]) - levels[at] * expected
        });
        let total = ln_sum(&weights);
        weights.iter_mut().for_each(|weight| *weight -= total);
        (levels, weights)
    }
}

const MEANS: [f64; 12] = [0.25, 0.35, 0.5, 0.65, 0.8, 0.9, 1.0, 1.15, 1.35, 1.6, 2.0, 2.6];
const TAUS: [f64; 11] = [0.0, 0.02, 0.05, 0.08, 0.12, 0.17, 0.25, 0.35, 0.5, 0.7, 1.0];

/// The logarithm of the sum of the exponentials.
pub(super) fn ln_sum(values: &[f64]) -> f64 {
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if most == f64::NEG_INFINITY {
        return most;
    }
    most + libm::log(values.iter().map(|value| libm::exp(value - most)).sum())
}

/// Terminals that expect about the same.
struct Bucket {
    /// The mean of what they expect.
    expected: f64,
    terminals: usize,
    by_count: BTreeMap<u32, usize>,
}

/// Eight buckets to each doubling of what is expected: within 9 %, finer than any level.
fn buckets(counts: impl Iterator<Item = (u32, f64)>) -> Vec<Bucket> {
    let mut buckets: BTreeMap<i32, Bucket> = BTreeMap::new();
    for (observed, expected) in counts.filter(|count| count.1 > 1e-3) {
        let key = libm::floor(8.0 * libm::log2(expected)) as i32;
        let bucket = buckets.entry(key).or_insert_with(|| Bucket {
            expected: 0.0,
            terminals: 0,
            by_count: BTreeMap::new(),
        });
        bucket.expected += expected;
        bucket.terminals += 1;
        *bucket.by_count.entry(observed).or_default() += 1;
    }
    let mut buckets: Vec<_> = buckets.into_values().collect();
    buckets.iter_mut().for_each(|bucket| bucket.expected /= bucket.terminals as f64);
    buckets
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::rngs::Xoshiro256PlusPlus;
    use rand::{RngExt, SeedableRng};

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn masses_are_a_law_with_mean_and_variance() {
        for (tau2, expected) in [(0.0, 2.0), (0.3, 0.5), (1.0, 7.0)] {
            let law = Spread { mean: 1.5, tau2 };
            let masses: Vec<_> = law.masses(expected).take(2_000).collect();
            let mean: f64 = masses.iter().zip(0..).map(|(mass, count)| mass * f64::from(count)).sum();
            let square: f64 =
                masses.iter().zip(0..).map(|(mass, count)| mass * f64::from(count * count)).sum();
            assert!(close(masses.iter().sum(), 1.0));
            assert!((mean - 1.5 * expected).abs() < 1e-3);
            assert!((square - mean * mean - mean - tau2 * mean * mean).abs() < 0.01 * square);
        }
    }

    #[test]
    fn quantiles_hold_their_share() {
        let law = Spread { mean: 1.0, tau2: 0.0 };
        assert_eq!(law.quantile(1e-4, 0.97), 0);
        assert_eq!(law.quantile(1.0, 0.97), 3);
        assert!((450..700).contains(&law.quantile(500.0, 0.97)));
    }

    #[test]
    fn levels_weigh_to_one_and_follow_what_is_seen() {
        let law = Spread { mean: 1.0, tau2: 0.3 };
        let (levels, weights) = law.levels(1.0, 0.0, 0.0);
        let total: f64 = weights.iter().map(|&weight| libm::exp(weight)).sum();
        let mean: f64 = weights.iter().zip(levels).map(|(&weight, level)| libm::exp(weight) * level).sum();
        assert!(close(total, 1.0) && (mean - 1.0).abs() < 0.01);
        let (_, seen) = law.levels(1.0, 60.0, 20.0);
        assert!(seen[4] > seen[2], "three times what was expected is a high level");
        assert!(law.site_centre(0.0, 0.0) == 1.0 && law.site_centre(30.0, 10.0) > 1.5);
    }

    #[test]
    fn the_spread_is_learned_from_the_bulk() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(7);
        let mut draw = |faulty: f64| -> Vec<(u32, f64)> {
            (0..3_000)
                .map(|_| {
                    let expected = random.random_range(0.5..6.0);
                    let law = Spread { mean: 1.0, tau2: 0.2 };
                    let share = random.random_range(0.0..1.0);
                    let extra = if random.random_range(0.0..1.0) < faulty { 20 } else { 0 };
                    (law.quantile(expected, share) + extra, expected)
                })
                .collect()
        };
        for faulty in [0.0, 0.02] {
            let fit = Spread::fit(draw(faulty).into_iter(), 0.1);
            assert!((0.9..=1.15).contains(&fit.mean), "{fit:?}");
            assert!((0.12..=0.35).contains(&fit.tau2), "{fit:?}");
        }
        let few = Spread::fit(draw(0.0).into_iter().take(30), 0.1);
        assert_eq!(few, Spread { mean: 1.0, tau2: 0.1 });
    }

    /// Chances of a count of size 2 and mean 4: 1/9, 4/27, 4/27, 32/243.
    const FOUR: Spread = Spread { mean: 2.0, tau2: 0.5 };

    #[test]
    fn masses_and_quantiles_are_those_of_the_law() {
        let masses: Vec<f64> = FOUR.masses(2.0).take(4).collect();
        for (mass, right) in masses.iter().zip([27.0, 36.0, 36.0, 32.0]) {
            assert!(close(*mass, right / 243.0), "{masses:?}");
        }
        for (count, reached) in [(0, 27.0), (1, 63.0), (2, 99.0), (3, 131.0)] {
            assert_eq!(FOUR.quantile(2.0, (reached - 0.01) / 243.0), count);
            assert_eq!(FOUR.quantile(2.0, (reached + 0.01) / 243.0), count + 1);
        }
        // Beyond 400 the normal law: 401 + 2.4 sqrt(401), and with 0.01 * 401^2 more variance; at 400 the sum.
        let law = |mean, tau2| Spread { mean, tau2 };
        assert_eq!([law(1.0, 0.0).quantile(401.0, 0.97), law(2.0, 0.01).quantile(200.5, 0.97)], [450, 509]);
        assert_eq!(law(1.0, 0.0).quantile(400.0, 0.5), 400);
    }

    #[test]
    fn siblings_move_the_middle_by_what_they_have_in_common() {
        // 1 / (0.65 * 0.2), and at least 1 / (0.65 * 0.01).
        for (tau2, weight) in [(0.2, 1.0 / 0.13), (0.0, 1.0 / 0.0065), (0.005, 1.0 / 0.0065)] {
            let centre = Spread { mean: 1.0, tau2 }.site_centre(30.0, 10.0);
            assert!(close(centre, (weight + 30.0) / (weight + 10.0)), "{tau2}: {centre}");
        }
    }

    /// With tau2 = e - 1 the deviation of the logarithm is 1, and its middle half below.
    #[test]
    fn levels_are_points_of_a_lognormal_law() {
        let tau2 = std::f64::consts::E - 1.0;
        let (levels, weights) = Spread { mean: 1.5, tau2 }.levels(2.0, 3.0, 4.0);
        let (low, _) = Spread { mean: 0.5, tau2 }.levels(2.0, 3.0, 4.0);
        let likelihood = |at: usize| WEIGHTS[at] * levels[at].powi(3) * f64::exp(-4.0 * levels[at]);
        let total: f64 = (0..LEVELS).map(likelihood).sum();
        for at in 0..LEVELS {
            assert!(close(levels[at], 3.0 * f64::exp(POINTS[at] - 0.5)), "{levels:?}");
            // No terminal is asked to be better than the floors of rates.
            assert!(close(low[at], 2.0 * f64::exp(POINTS[at] - 0.5)), "{low:?}");
            assert!((weights[at].exp() - likelihood(at) / total).abs() < 1e-12);
        }
        assert!(close(ln_sum(&[0.0, f64::ln(2.0), f64::ln(3.0)]), f64::ln(6.0)));
        assert!(close(ln_sum(&[-2_000.0, -2_000.0]), f64::ln(2.0) - 2_000.0));
        assert_eq!(ln_sum(&[]), f64::NEG_INFINITY);
    }

    /// Counts beyond the quantile are not looked at, and the mass up to there is renormalised.
    #[test]
    fn a_bucket_s_likelihood_is_that_of_its_bulk() {
        let bucket = Bucket { expected: 2.0, terminals: 9, by_count: [(0, 2), (2, 1), (5, 6)].into() };
        let right = 2.0 * f64::ln(27.0 / 99.0) + f64::ln(36.0 / 99.0);
        assert!(close(FOUR.ln_likelihood(&bucket, 2), right));
        assert!(close(FOUR.ln_likelihood(&bucket, 4).exp(), {
            // 40/243 more for a count of four: (5/4 * 2/3) of 32/243 before.
            let all = 131.0 + 32.0 * 5.0 / 6.0;
            (27.0f64 / all).powi(2) * 36.0 / all
        }));
        let prior = |mean, tau2, default| Spread { mean, tau2 }.ln_prior(default);
        assert!(close(prior(1.0, 0.3, 0.3), 0.0));
        assert!(close(prior(2.0, 0.3, 0.3), -0.5 * (f64::ln(2.0) / 0.7).powi(2)));
        assert!(close(prior(1.0, 1.0, 0.05), -0.5 * f64::ln(1.05 / 0.1).powi(2)));
        assert!(close(prior(0.5, 0.0, 0.2), -0.5 * ((f64::ln(2.0) / 0.7).powi(2) + f64::ln(5.0).powi(2))));
    }

    #[test]
    fn terminals_that_expect_about_the_same_share_a_bucket() {
        let counts = [(3, 1.0), (3, 1.08), (1, 1.0), (7, 1.1), (5, 0.99), (9, 1e-3), (2, 2e-3)];
        let buckets = buckets(counts.into_iter());
        let told: Vec<_> = buckets
            .iter()
            .map(|one| {
                (one.terminals, one.by_count.iter().map(|(count, of)| (*count, *of)).collect::<Vec<_>>())
            })
            .collect();
        // An eighth of a doubling ends at 1.0905.
        assert_eq!(
            told,
            [(1, vec![(2, 1)]), (1, vec![(5, 1)]), (3, vec![(1, 1), (3, 2)]), (1, vec![(7, 1)])]
        );
        assert!(close(buckets[2].expected, 3.08 / 3.0));
    }

    #[test]
    fn fifty_terminals_tell_how_much_terminals_differ() {
        let counts =
            |terminals: usize| (0..terminals).map(|at| (if at.is_multiple_of(2) { 0 } else { 10 }, 6.0));
        assert_eq!(Spread::fit(counts(49), 0.02), Spread { mean: 1.0, tau2: 0.02 });
        assert!(Spread::fit(counts(50), 0.02).tau2 >= 0.5);
    }
}
