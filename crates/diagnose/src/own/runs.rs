//! What runs of misses add up to: geometric series, whose lengths come again and again.

use super::segments::EFFECTS;
use super::shape::Shape;

/// Longer runs are computed each time.
const LONGEST: usize = 1 << 10;

/// A number for each effect.
pub(super) type ByEffect = [f64; EFFECTS.len()];

/// By effect, for a run of misses.
#[derive(Clone, Copy)]
pub(super) struct Run {
    /// The likelihood ratio of all of it.
    pub(super) all: ByEffect,
    /// The sum of the ratios of its beginnings, from one miss to all of them.
    pub(super) powers: ByEffect,
    /// The sum of the sums up to each of them.
    pub(super) of_powers: ByEffect,
}

/// The runs that were met so far, by what a miss weighs under a fault.
#[derive(Default)]
pub(super) struct Runs {
    of_shapes: Vec<Misses>,
}

/// Runs of misses that weigh the same.
pub(super) struct Misses {
    /// One minus the likelihood ratio of a miss.
    of_miss: ByEffect,
    /// The logarithm of that ratio.
    pub(super) ln_miss: ByEffect,
    /// By length.
    runs: Vec<Option<Run>>,
}

impl Runs {
    /// Those under a fault of that shape.
    pub(super) fn of(&mut self, shape: &Shape) -> &mut Misses {
        let of_miss = EFFECTS.map(|effect| shape.of_miss(effect));
        let known = self.of_shapes.iter().position(|misses| misses.of_miss == of_miss);
        let at = known.unwrap_or_else(|| {
            self.of_shapes.push(Misses::new(of_miss));
            self.of_shapes.len() - 1
        });
        &mut self.of_shapes[at]
    }
}

impl Misses {
    fn new(of_miss: ByEffect) -> Self {
        Self { of_miss, ln_miss: of_miss.map(|of_miss| libm::log1p(-of_miss)), runs: Vec::new() }
    }

    pub(super) fn run(&mut self, length: usize) -> Run {
        if let Some(Some(run)) = self.runs.get(length) {
            return *run;
        }
        let run = self.compute(length);
        if length < LONGEST {
            self.runs.resize(self.runs.len().max(length + 1), None);
            self.runs[length] = Some(run);
        }
        run
    }

    fn compute(&self, length: usize) -> Run {
        let Self { of_miss, ln_miss, .. } = self;
        let length = length as f64;
        let all = ln_miss.map(|ln_miss| libm::exp(length * ln_miss));
        let powers: ByEffect = std::array::from_fn(|at| (1.0 - of_miss[at]) * (1.0 - all[at]) / of_miss[at]);
        let of_powers = std::array::from_fn(|at| (1.0 - of_miss[at]) * (length - powers[at]) / of_miss[at]);
        Run { all, powers, of_powers }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::own::shape::Slowed;
    use proptest::prelude::*;

    /// The same, one miss after the other.
    fn one_by_one(of_miss: f64, length: usize) -> (f64, f64, f64) {
        let (mut all, mut powers, mut of_powers) = (1.0, 0.0, 0.0);
        for _ in 0..length {
            all *= 1.0 - of_miss;
            powers += all;
            of_powers += powers;
        }
        (all, powers, of_powers)
    }

    proptest! {
        #[test]
        fn runs_are_what_their_misses_add_up_to_however_often_they_are_asked_for(
            asked in prop::collection::vec((0..3_usize, prop_oneof![1..60_usize, 1..3 * LONGEST]), 1..40),
        ) {
            let slowed = [1.5, 3.0].map(|times| Some(Slowed { times, level: 1.3 }));
            let shapes = [None, slowed[0], slowed[1]]
                .map(|slowed| Shape { shares: vec![1.0], slowed, telling: false });
            let mut runs = Runs::default();
            for (shape, length) in asked {
                let run = runs.of(&shapes[shape]).run(length);
                for (at, effect) in EFFECTS.into_iter().enumerate() {
                    let (all, powers, of_powers) = one_by_one(shapes[shape].of_miss(effect), length);
                    for (fast, slow) in [(run.all, all), (run.powers, powers), (run.of_powers, of_powers)] {
                        let fast = fast[at];
                        prop_assert!((fast - slow).abs() <= 1e-9 * slow + f64::MIN_POSITIVE, "{shape} {length} {fast} {slow}");
                    }
                }
            }
        }
    }
}
