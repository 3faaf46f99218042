//! Running sums over all windows of a sequence, for every effect and level at once.
//!
//! Takes likelihood ratios and the weights of edges as they come, and says what they add up to; what an
//! attempt shows, and what its ratio is, it does not know.

use super::segments::{COMPONENTS, EFFECTS, Family, LEVELS};

/// `effect * LEVELS + level`.
const LANES: usize = EFFECTS.len() * LEVELS;
/// Sums that grow beyond this are scaled down by it: hundreds of hits would leave the range of a double.
const STEP: f64 = 1e100;

/// Running sums, a lane for each effect and level, as multiples of a power of [`STEP`].
pub(super) struct Sums {
    /// By effect: one minus the likelihood ratio of a miss.
    of_miss: [f64; EFFECTS.len()],
    /// The logarithm of that ratio.
    ln_miss: [f64; EFFECTS.len()],
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

impl Sums {
    pub(super) fn new(of_miss: [f64; EFFECTS.len()]) -> Self {
        Self {
            of_miss,
            ln_miss: of_miss.map(|of_miss| libm::log1p(-of_miss)),
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
        for (lane, factor) in factors.iter().enumerate() {
            self.hits[lane] *= factor;
            let ending = (self.ending[lane] + open * self.scale[lane]) * factor;
            self.ending[lane] = ending;
            self.segments[lane] += ending * close;
        }
        self.rescale();
    }

    /// A run of misses whose edges weigh the same: geometric series.
    pub(super) fn push_misses(&mut self, run: usize, (open, close): (f64, f64)) {
        if run == 0 {
            return;
        }
        self.misses += run;
        let effects = self.of_miss.into_iter().zip(self.ln_miss);
        for ((of_miss, ln_miss), lanes) in effects.zip((0..LANES).step_by(LEVELS)) {
            let miss = 1.0 - of_miss;
            let all = libm::exp(run as f64 * ln_miss);
            // The sums of the first `run` powers of `miss`, and of the sums up to each of them.
            let powers = miss * (1.0 - all) / of_miss;
            let of_powers = miss * (run as f64 - powers) / of_miss;
            for lane in lanes..lanes + LEVELS {
                let opening = open * self.scale[lane];
                self.segments[lane] += close * (self.ending[lane] * powers + opening * of_powers);
                self.ending[lane] = self.ending[lane] * all + opening * powers;
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
                let lane = component % EFFECTS.len() * LEVELS + level;
                match Family::of(component) {
                    Family::WholeDay => {
                        let misses = self.misses as f64 * self.ln_miss[component % EFFECTS.len()];
                        ln(self.hits[lane], self.hits_steps[lane]) + misses
                    }
                    Family::ToTheEnd => ln(self.ending[lane], self.steps[lane]),
                    Family::Segment => ln(self.segments[lane] / pairs, self.steps[lane]),
                }
            })
        })
    }
}
