//! The likelihood ratio of a fault over every window that it may have had, in one pass.
//!
//! A terminal's sequence is a row of misses and hits. Three families of windows are weighed: the whole
//! day, from some attempt to the end, and any segment. Their sums run over all windows, not over the
//! best one, so that a search needs no price of its own. Nothing here knows marks or terminals.

use super::shape::Shape;
use super::sums::Sums;
use std::ops::RangeInclusive;

/// The shares of a terminal's attempts that a fault may hit. The least is the floor under the effect:
/// what a terminal shows above its norm by less than 3 % of its attempts is no fault.
pub(super) const EFFECTS: [f64; 6] = [0.03, 0.06, 0.12, 0.25, 0.5, 0.9];
/// Points at which the natural level of a terminal is integrated.
pub(super) const LEVELS: usize = 5;
/// Kinds of windows, in the order of [`Family`].
pub(super) const FAMILIES: usize = 3;
/// A component is a family and an effect: `family * EFFECTS.len() + effect`.
pub(super) const COMPONENTS: usize = FAMILIES * EFFECTS.len();

/// The weight of the sequence's first attempt as a start, and of its last as an end.
const OUTER_EDGE: f64 = 0.3;
/// The weight shared by the attempts next to a sign-on, where there is one.
const SIGN_ON_EDGE: f64 = 0.3;

/// Which windows a component sums over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// From the first attempt to the last.
    WholeDay,
    /// From some attempt to the last.
    ToTheEnd,
    /// From some attempt to another.
    Segment,
}

impl Family {
    /// The family of a component.
    pub(super) fn of(component: usize) -> Self {
        match component / EFFECTS.len() {
            0 => Self::WholeDay,
            1 => Self::ToTheEnd,
            _ => Self::Segment,
        }
    }
}

/// What one attempt shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Trial {
    /// Nothing of the signature.
    Miss,
    /// The same, and its answer took long.
    Slow,
    /// A hit.
    Hit {
        /// The place of its mark in the signature.
        place: usize,
        /// The rate that was expected of the mark.
        rate: f64,
        /// `rate` times how much seldomer a good terminal's hit tells what this one does than a fault's:
        /// the rate to take for a fault whose hits tell more than their mark.
        telling: f64,
        /// Whether it lies in a shared incident: what that causes does not rise and fall with the
        /// terminal's natural level.
        in_incident: bool,
    },
}

/// A terminal's attempts that could have shown a signature, in the order of time.
#[derive(Clone, Debug, Default)]
pub(super) struct Sequence {
    /// By attempt.
    pub(super) trials: Vec<Trial>,
    /// The attempts that follow a sign-on, ascending.
    pub(super) after_sign_on: Vec<usize>,
}

/// Prior weights of the edges of a window; each sums to 1.
struct Edges {
    open: Vec<f64>,
    close: Vec<f64>,
    /// What all but a few attempts weigh.
    plain: (f64, f64),
}

impl Edges {
    fn is_plain(&self, at: usize) -> bool {
        (self.open[at], self.close[at]) == self.plain
    }
}

impl Sequence {
    fn edges(&self) -> Edges {
        let n = self.trials.len();
        let beside = |at: Vec<usize>| {
            let extra = if at.is_empty() { 0.0 } else { SIGN_ON_EDGE };
            let plain = (1.0 - OUTER_EDGE - extra) / n as f64;
            let mut weights = vec![plain; n];
            let each = extra / at.len().max(1) as f64;
            at.into_iter().for_each(|at| weights[at] += each);
            (weights, plain)
        };
        let (mut open, plain_open) = beside(self.after_sign_on.clone());
        let before = self.after_sign_on.iter().filter_map(|at| at.checked_sub(1));
        let (mut close, plain_close) = beside(before.collect());
        if let (Some(first), Some(last)) = (open.first_mut(), close.last_mut()) {
            *first += OUTER_EDGE;
            *last += OUTER_EDGE;
        }
        Edges { open, close, plain: (plain_open, plain_close) }
    }

    /// The natural logarithms of the likelihood ratio, by component and level, for a fault of that shape.
    pub(super) fn ln_ratios(&self, shape: &Shape, levels: &[f64; LEVELS]) -> [[f64; LEVELS]; COMPONENTS] {
        let edges = self.edges();
        let mut sums = Sums::new(EFFECTS.map(|effect| shape.of_miss(effect)));
        let (mut opened, mut pairs) = (0.0, 0.0);
        let mut run = 0;
        for (at, &trial) in self.trials.iter().enumerate() {
            opened += edges.open[at];
            pairs += opened * edges.close[at];
            let is_miss = shape.is_miss(trial);
            if is_miss && edges.is_plain(at) {
                run += 1;
                continue;
            }
            sums.push_misses(std::mem::take(&mut run), edges.plain);
            if is_miss {
                sums.push_misses(1, (edges.open[at], edges.close[at]));
            } else {
                let factor = |lane| shape.factor(trial, EFFECTS[lane / LEVELS], levels[lane % LEVELS]);
                sums.push_hit(&std::array::from_fn(factor), (edges.open[at], edges.close[at]));
            }
        }
        sums.push_misses(run, edges.plain);
        sums.ln_ratios(pairs)
    }

    /// The window with the largest term of a component at one level; of equal ones that which ends
    /// first, then that which begins first.
    ///
    /// # Panics
    /// When there is no attempt.
    pub(super) fn peak(&self, component: usize, shape: &Shape, level: f64) -> RangeInclusive<usize> {
        let effect = EFFECTS[component % EFFECTS.len()];
        let last = self.trials.len() - 1;
        let family = Family::of(component);
        if family == Family::WholeDay {
            return 0..=last;
        }
        let edges = self.edges();
        let miss = libm::log1p(-shape.of_miss(effect));
        let plain = (libm::log(edges.plain.0), libm::log(edges.plain.1));
        let (mut sum, mut start) = (f64::NEG_INFINITY, 0);
        let (mut best, mut window) = (f64::NEG_INFINITY, 0..=last);
        for (at, &trial) in self.trials.iter().enumerate() {
            let (opening, closing) = if edges.is_plain(at) {
                plain
            } else {
                (libm::log(edges.open[at]), libm::log(edges.close[at]))
            };
            if opening > sum {
                (sum, start) = (opening, at);
            }
            let is_miss = shape.is_miss(trial);
            sum += if is_miss { miss } else { libm::log(shape.factor(trial, effect, level)) };
            let term = sum + closing;
            if family == Family::Segment && term > best {
                (best, window) = (term, start..=at);
            }
        }
        if family == Family::ToTheEnd { start..=last } else { window }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::own::shape::Slowed;
    use proptest::prelude::*;

    const FLAT: [f64; LEVELS] = [0.3, 0.7, 1.0, 1.6, 3.5];
    /// A fault that slows answers down, and one that does not.
    fn shapes() -> [Shape; 2] {
        let slowed = Some(Slowed { times: 2.0, level: 1.3 });
        [(None, false), (slowed, true)].map(|(slowed, telling)| Shape {
            shares: vec![0.75, 0.25],
            slowed,
            telling,
        })
    }

    /// The logarithms of the terms of every window on its own, and of the sum of their weights.
    fn naive(
        sequence: &Sequence,
        shape: &Shape,
        component: usize,
        level: f64,
    ) -> (Vec<(f64, RangeInclusive<usize>)>, f64) {
        let edges = sequence.edges();
        let effect = EFFECTS[component % EFFECTS.len()];
        let last = sequence.trials.len() - 1;
        let (mut terms, mut weights) = (Vec::new(), 0.0);
        for end in 0..=last {
            for start in 0..=end {
                let weight = match Family::of(component) {
                    Family::WholeDay => f64::from(u8::from((start, end) == (0, last))),
                    Family::ToTheEnd => edges.open[start] * f64::from(u8::from(end == last)),
                    Family::Segment => edges.open[start] * edges.close[end],
                };
                if weight > 0.0 {
                    weights += weight;
                    let factors =
                        sequence.trials[start..=end].iter().map(|trial| shape.factor(*trial, effect, level));
                    let ln: f64 = factors.map(libm::log).sum();
                    terms.push((libm::log(weight) + ln, start..=end));
                }
            }
        }
        (terms, libm::log(weights))
    }

    fn most(terms: &[(f64, RangeInclusive<usize>)]) -> f64 {
        terms.iter().map(|term| term.0).fold(f64::NEG_INFINITY, f64::max)
    }

    fn naive_sum(sequence: &Sequence, shape: &Shape, component: usize, level: f64) -> f64 {
        let (terms, weights) = naive(sequence, shape, component, level);
        let most = most(&terms);
        let sum: f64 = terms.iter().map(|term| libm::exp(term.0 - most)).sum();
        most + libm::log(sum) - weights
    }

    fn sequences() -> impl Strategy<Value = Sequence> {
        let trial = prop_oneof![
            6 => Just(Trial::Miss),
            1 => Just(Trial::Slow),
            1 => (0..2usize, 1e-5..0.05f64).prop_map(|(place, rate)| Trial::Hit { place, rate, telling: rate / 3.0, in_incident: false }),
            1 => (0..2usize, 0.1..0.9f64).prop_map(|(place, rate)| Trial::Hit { place, rate, telling: rate, in_incident: true }),
        ];
        prop::collection::vec((trial, prop::bool::weighted(0.05)), 1..50).prop_map(|rows| Sequence {
            trials: rows.iter().map(|row| row.0).collect(),
            after_sign_on: (0..rows.len()).filter(|&at| rows[at].1).collect(),
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn one_pass_sums_what_every_window_on_its_own_sums(sequence in sequences()) {
            for shape in shapes() {
                let fast = sequence.ln_ratios(&shape, &FLAT);
                for component in 0..COMPONENTS {
                    for (level, &at_level) in FLAT.iter().enumerate() {
                        let slow = naive_sum(&sequence, &shape, component, at_level);
                        let fast = fast[component][level];
                        prop_assert!((fast - slow).abs() < 1e-8 * (1.0 + slow.abs()), "{fast} {slow}");
                    }
                }
            }
        }

        #[test]
        fn the_peak_is_the_largest_term(sequence in sequences(), component in 0..COMPONENTS) {
            for shape in shapes() {
                let (terms, _) = naive(&sequence, &shape, component, 1.0);
                let peak = sequence.peak(component, &shape, 1.0);
                let found = terms.iter().find(|term| term.1 == peak).map(|term| term.0);
                prop_assert!(found.is_some_and(|found| found > most(&terms) - 1e-9));
            }
        }
    }

    #[test]
    fn long_sequences_of_hits_or_misses_stay_within_range() {
        let hit = Trial::Hit { place: 0, rate: 1e-6, telling: 1e-6, in_incident: false };
        let [shape, _] = shapes();
        for trial in [Trial::Miss, hit] {
            let sequence = Sequence { trials: vec![trial; 5_000], after_sign_on: vec![] };
            for component in sequence.ln_ratios(&shape, &FLAT) {
                assert!(component.into_iter().all(f64::is_finite));
            }
        }
        let hits = Sequence { trials: vec![hit; 300], after_sign_on: vec![] };
        let last = COMPONENTS - 1;
        let slow = naive_sum(&hits, &shape, last, FLAT[2]);
        assert!((hits.ln_ratios(&shape, &FLAT)[last][2] - slow).abs() < 1e-6);
    }

    #[test]
    fn edges_sum_to_one() {
        for after_sign_on in [vec![], vec![0], vec![3, 9]] {
            let sequence = Sequence { trials: vec![Trial::Miss; 10], after_sign_on };
            let edges = sequence.edges();
            for weights in [edges.open, edges.close] {
                assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            }
        }
    }
}
