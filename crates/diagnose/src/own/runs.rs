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
