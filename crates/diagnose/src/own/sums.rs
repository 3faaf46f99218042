//! Running sums over all windows of a sequence, for every effect and level at once.
//!
//! Takes likelihood ratios and the weights of edges as they come, and says what they add up to; what an
//! attempt shows, and what its ratio is, it does not know.

use super::runs::{Misses, Run};
use super::segments::{COMPONENTS, EFFECTS, Family, LEVELS};

/// `level * EFFECTS.len() + effect`.
pub(super) const LANES: usize = EFFECTS.len() * LEVELS;
/// Sums that grow beyond this are scaled down by it: hundreds of hits would leave the range of a double.
const STEP: f64 = 1e100;

/// Running sums, a lane for each effect and level, as multiples of a power of [`STEP`].
pub(super) struct Sums<'r> {
    runs: &'r mut Misses,
    /// The product over all hits so far.
    hits: [f64; LANES],
    hits_steps: [i32; LANES],
    misses: usize,
    /// The sum over the windows that end here, by their starts' weights.
    ending: [f64; LANES],
    /// The sum over all windows so far, by both edges' weights.
    segments: [f64; LANES],
    /// What a weight is multiplied by to be of the same scale as the two sums.
    scale: [f64; LANES],
    steps: [i32; LANES],
}

impl<'r> Sums<'r> {
    pub(super) fn new(runs: &'r mut Misses) -> Self {
        Self {
            runs,
            hits: [1.0; LANES],
            hits_steps: [0; LANES],
            misses: 0,
            ending: [0.0; LANES],
            segments: [0.0; LANES],
            scale: [1.0; LANES],
            steps: [0; LANES],
        }
    }

    pub(super) fn push_hit(&mut self, factors: &[f64; LANES], (open, close): (f64, f64)) {
        let mut in_range = true;
        for (lane, factor) in factors.iter().enumerate() {
            let hits = self.hits[lane] * factor;
            let ending = (self.ending[lane] + open * self.scale[lane]) * factor;
            let segments = self.segments[lane] + ending * close;
            (self.hits[lane], self.ending[lane], self.segments[lane]) = (hits, ending, segments);
            in_range &= (1.0 / STEP..=STEP).contains(&hits) & (ending <= STEP) & (segments <= STEP);
        }
        if !in_range {
            self.rescale();
        }
    }

    /// A run of misses whose edges weigh the same: geometric series.
    pub(super) fn push_misses(&mut self, run: usize, (open, close): (f64, f64)) {
        if run == 0 {
            return;
        }
        self.misses += run;
        let Run { all, powers, of_powers } = self.runs.run(run);
        for begin in (0..LANES).step_by(EFFECTS.len()) {
            for at in 0..EFFECTS.len() {
                let lane = begin + at;
                let opening = open * self.scale[lane];
                self.segments[lane] += close * (self.ending[lane] * powers[at] + opening * of_powers[at]);
                self.ending[lane] = self.ending[lane] * all[at] + opening * powers[at];
            }
        }
    }

    fn rescale(&mut self) {
        for lane in 0..LANES {
            if self.hits[lane] > STEP {
                self.hits[lane] /= STEP;
                self.hits_steps[lane] += 1;
            } else if self.hits[lane] < 1.0 / STEP {
                self.hits[lane] *= STEP;
                self.hits_steps[lane] -= 1;
            }
            if self.ending[lane].max(self.segments[lane]) > STEP {
                self.ending[lane] /= STEP;
                self.segments[lane] /= STEP;
                // Reaches zero after four steps; windows that open later are then beyond 1e-300 of the sum.
                self.scale[lane] /= STEP;
                self.steps[lane] += 1;
            }
        }
    }

    pub(super) fn ln_ratios(&self, pairs: f64) -> [[f64; LEVELS]; COMPONENTS] {
        let step = libm::log(STEP);
        let ln = |value: f64, steps: i32| libm::log(value) + step * f64::from(steps);
        std::array::from_fn(|component| {
            std::array::from_fn(|level| {
                let lane = level * EFFECTS.len() + component % EFFECTS.len();
                match Family::of(component) {
                    Family::WholeDay => {
                        let misses = self.misses as f64 * self.runs.ln_miss[component % EFFECTS.len()];
                        ln(self.hits[lane], self.hits_steps[lane]) + misses
                    }
                    Family::ToTheEnd => ln(self.ending[lane], self.steps[lane]),
                    Family::Segment => ln(self.segments[lane] / pairs, self.steps[lane]),
                }
            })
        })
    }
}
