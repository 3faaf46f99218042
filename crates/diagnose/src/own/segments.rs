//! The likelihood ratio of a fault over every window that it may have had, in one pass.
//!
//! A terminal's sequence is a row of misses and hits. Three families of windows are weighed: the whole
//! day, from some attempt to the end, and any segment. Their sums run over all windows, not over the
//! best one, so that a search needs no price of its own. Nothing here knows marks or terminals.

use super::runs::Runs;
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
    /// How many there are.
    pub(super) len: usize,
    /// Those that are no [`Trial::Miss`], with their places: one in twenty on most days.
    pub(super) shown: Vec<(usize, Trial)>,
    /// The attempts that follow a sign-on, ascending.
    pub(super) after_sign_on: Vec<usize>,
}

/// An attempt that is not as most are, a miss whose edges weigh the same as those of others.
struct Stop {
    at: usize,
    trial: Trial,
    edges: (f64, f64),
}

/// A sequence with the prior weights of its windows, whatever the fault looks like. The weights of the edges
/// of all windows sum to 1.
pub(super) struct Weighed {
    len: usize,
    stops: Vec<Stop>,
    /// What the edges of all but a few attempts weigh.
    plain: (f64, f64),
    /// The weight of all segments.
    pairs: f64,
}

impl Sequence {
    pub(super) fn weighed(&self) -> Weighed {
        let n = self.len;
        let before: Vec<usize> = self.after_sign_on.iter().filter_map(|at| at.checked_sub(1)).collect();
        let weights = |beside: &[usize]| {
            let extra = if beside.is_empty() { 0.0 } else { SIGN_ON_EDGE };
            ((1.0 - OUTER_EDGE - extra) / n as f64, extra / beside.len().max(1) as f64)
        };
        let (open, close) = (weights(&self.after_sign_on), weights(&before));
        let weight = |(plain, each): (f64, f64), beside: &[usize], at: usize, outer: usize| {
            let near = if beside.binary_search(&at).is_ok() { plain + each } else { plain };
            if at == outer { near + OUTER_EDGE } else { near }
        };
        let plain = (open.0, close.0);
        let mut places: Vec<usize> = before.iter().chain(&self.after_sign_on).copied().collect();
        places.extend(n.checked_sub(1).into_iter().flat_map(|last| [0, last]));
        places.extend(self.shown.iter().map(|(at, _)| *at));
        places.sort_unstable();
        places.dedup();
        let mut shown = self.shown.iter().peekable();
        let stop = |at: usize| {
            let trial = shown.next_if(|shown| shown.0 == at).map_or(Trial::Miss, |shown| shown.1);
            let opening = weight(open, &self.after_sign_on, at, 0);
            Stop { at, trial, edges: (opening, weight(close, &before, at, n - 1)) }
        };
        let mut weighed =
            Weighed { len: n, stops: places.into_iter().map(stop).collect(), plain, pairs: 0.0 };
        weighed.pairs = weighed.pairs();
        weighed
    }
}

impl Weighed {
    fn pairs(&self) -> f64 {
        let (mut opened, mut pairs) = (0.0, 0.0);
        let mut add = |(open, close): (f64, f64)| {
            opened += open;
            pairs += opened * close;
        };
        let mut next = 0;
        for stop in &self.stops {
            (next..stop.at).for_each(|_| add(self.plain));
            add(stop.edges);
            next = stop.at + 1;
        }
        pairs
    }

    /// The natural logarithms of the likelihood ratio, by component and level, for a fault of that shape.
    pub(super) fn ln_ratios(
        &self,
        shape: &Shape,
        levels: &[f64; LEVELS],
        runs: &mut Runs,
    ) -> [[f64; LEVELS]; COMPONENTS] {
        let mut sums = Sums::new(runs.of(shape));
        let mut next = 0;
        for stop in &self.stops {
            let is_miss = shape.is_miss(stop.trial);
            if is_miss && stop.edges == self.plain {
                continue;
            }
            sums.push_misses(stop.at - next, self.plain);
            if is_miss {
                sums.push_misses(1, stop.edges);
            } else {
                sums.push_hit(&shape.factors(stop.trial, levels), stop.edges);
            }
            next = stop.at + 1;
        }
        sums.push_misses(self.len - next, self.plain);
        sums.ln_ratios(self.pairs)
    }

    /// The window with the largest term of a component at one level; of equal ones that which ends
    /// first, then that which begins first.
    ///
    /// # Panics
    /// When there is no attempt.
    pub(super) fn peak(&self, component: usize, shape: &Shape, level: f64) -> RangeInclusive<usize> {
        let effect = EFFECTS[component % EFFECTS.len()];
        let last = self.len - 1;
        let family = Family::of(component);
        if family == Family::WholeDay {
            return 0..=last;
        }
        let miss = libm::log1p(-shape.of_miss(effect));
        let ln = |(open, close): (f64, f64)| (libm::log(open), libm::log(close));
        let plain = ln(self.plain);
        let (mut sum, mut start) = (f64::NEG_INFINITY, 0);
        let (mut best, mut window) = (f64::NEG_INFINITY, 0..=last);
        let mut stops = self.stops.iter().peekable();
        for at in 0..self.len {
            let stop = stops.next_if(|stop| stop.at == at);
            let (opening, closing) = match stop.filter(|stop| stop.edges != self.plain) {
                Some(stop) => ln(stop.edges),
                None => plain,
            };
            if opening > sum {
                (sum, start) = (opening, at);
            }
            sum += match stop.filter(|stop| !shape.is_miss(stop.trial)) {
                Some(stop) => libm::log(shape.factor(stop.trial, effect, level)),
                None => miss,
            };
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

    impl Sequence {
        pub(in crate::own) fn of(trials: &[Trial], after_sign_on: &[usize]) -> Self {
            let places = trials.iter().copied().enumerate();
            Self {
                len: trials.len(),
                shown: places.filter(|(_, trial)| *trial != Trial::Miss).collect(),
                after_sign_on: after_sign_on.to_vec(),
            }
        }

        /// By attempt: what it shows.
        fn trials(&self) -> Vec<Trial> {
            let mut trials = vec![Trial::Miss; self.len];
            self.shown.iter().for_each(|(at, trial)| trials[*at] = *trial);
            trials
        }

        /// By attempt: what it weighs as a start and as an end.
        fn edges(&self) -> [Vec<f64>; 2] {
            let weights = |outer: usize, is_near: &dyn Fn(usize) -> bool| {
                let near = (0..self.len).filter(|at| is_near(*at)).count();
                let of_near = if near == 0 { 0.0 } else { SIGN_ON_EDGE };
                let weight = |at: usize| {
                    let outer = if at == outer { OUTER_EDGE } else { 0.0 };
                    let near = if is_near(at) { of_near / near as f64 } else { 0.0 };
                    (1.0 - OUTER_EDGE - of_near) / self.len as f64 + outer + near
                };
                (0..self.len).map(weight).collect()
            };
            let follows = |at: usize| self.after_sign_on.contains(&at);
            [weights(0, &follows), weights(self.len - 1, &|at| follows(at + 1))]
        }
    }

    /// The logarithms of the terms of every window on its own, and of the sum of their weights.
    fn naive(
        sequence: &Sequence,
        shape: &Shape,
        component: usize,
        level: f64,
    ) -> (Vec<(f64, RangeInclusive<usize>)>, f64) {
        let (trials, [open, close]) = (sequence.trials(), sequence.edges());
        let effect = EFFECTS[component % EFFECTS.len()];
        let last = sequence.len - 1;
        let (mut terms, mut weights) = (Vec::new(), 0.0);
        for end in 0..=last {
            for start in 0..=end {
                let weight = match Family::of(component) {
                    Family::WholeDay => f64::from(u8::from((start, end) == (0, last))),
                    Family::ToTheEnd => open[start] * f64::from(u8::from(end == last)),
                    Family::Segment => open[start] * close[end],
                };
                if weight > 0.0 {
                    weights += weight;
                    let factors = trials[start..=end].iter().map(|trial| shape.factor(*trial, effect, level));
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
        prop::collection::vec((trial, prop::bool::weighted(0.05)), 1..50).prop_map(|rows| {
            let trials: Vec<Trial> = rows.iter().map(|row| row.0).collect();
            let after_sign_on: Vec<usize> = (0..rows.len()).filter(|&at| rows[at].1).collect();
            Sequence::of(&trials, &after_sign_on)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn one_pass_sums_what_every_window_on_its_own_sums(sequence in sequences()) {
            for shape in shapes() {
                let fast = sequence.weighed().ln_ratios(&shape, &FLAT, &mut Runs::default());
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
                let peak = sequence.weighed().peak(component, &shape, 1.0);
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
            let sequence = Sequence::of(&vec![trial; 5_000], &[]);
            for component in sequence.weighed().ln_ratios(&shape, &FLAT, &mut Runs::default()) {
                assert!(component.into_iter().all(f64::is_finite));
            }
        }
        let hits = Sequence::of(&vec![hit; 300], &[]);
        let last = COMPONENTS - 1;
        let slow = naive_sum(&hits, &shape, last, FLAT[2]);
        assert!((hits.weighed().ln_ratios(&shape, &FLAT, &mut Runs::default())[last][2] - slow).abs() < 1e-6);
    }

    #[test]
    fn edges_sum_to_one() {
        for after_sign_on in [vec![], vec![0], vec![3, 9]] {
            let sequence = Sequence::of(&[Trial::Miss; 10], &after_sign_on);
            let weighed = sequence.weighed();
            let [mut open, mut close] = [weighed.plain.0, weighed.plain.1].map(|plain| vec![plain; 10]);
            for stop in &weighed.stops {
                (open[stop.at], close[stop.at]) = stop.edges;
            }
            for (weights, expected) in [open, close].iter().zip(sequence.edges()) {
                assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
                assert!(weights.iter().zip(expected).all(|(one, other)| (one - other).abs() < 1e-15));
            }
        }
    }

    /// A hit that says nothing (its rate is as it is under the fault) makes windows with and without it alike.
    #[test]
    fn of_equal_windows_the_first_to_end_and_then_the_first_to_begin_is_told() {
        let [shape, _] = shapes();
        let nothing = Trial::Hit { place: 0, rate: 0.75, telling: 0.75, in_incident: true };
        let strong = Trial::Hit { place: 0, rate: 0.001, telling: 0.001, in_incident: true };
        let mut trials = [Trial::Miss; 10];
        trials[3..6].copy_from_slice(&[nothing, strong, nothing]);
        let sequence = Sequence::of(&trials, &[]);
        // Segments, and windows to the end, that hit half of the attempts.
        assert_eq!(sequence.weighed().peak(16, &shape, 1.0), 3..=4);
        assert_eq!(sequence.weighed().peak(10, &shape, 1.0), 3..=9);
        assert_eq!(sequence.weighed().peak(4, &shape, 1.0), 0..=9);
    }

    /// A thousand hits of which each speaks against the fault leave the range of a double downwards.
    #[test]
    fn long_sequences_of_likely_hits_stay_within_range() {
        let [shape, _] = shapes();
        let likely = Trial::Hit { place: 1, rate: 0.9, telling: 0.9, in_incident: true };
        let sequence = Sequence::of(&vec![likely; 1_000], &[]);
        let ratios = sequence.weighed().ln_ratios(&shape, &FLAT, &mut Runs::default());
        for (component, effect) in EFFECTS.into_iter().enumerate() {
            let whole = 1_000.0 * f64::ln(1.0 - effect + effect * 0.25 / 0.9);
            assert!((ratios[component][2] - whole).abs() < 1e-6, "{effect}: {}", ratios[component][2]);
        }
    }
}
