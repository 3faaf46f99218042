//! What a fault looks like while it is on: which marks its hits show, and how many answers it slows down.
//!
//! Knows likelihood ratios of single attempts, and neither windows nor terminals.

use super::segments::{EFFECTS, LEVELS, Trial};
use super::sums::LANES;

/// The share of good answers that are flagged as slow: by the flag's making no more.
pub(super) const SLOW_SHARE: f64 = 0.02;
/// No fault slows more of its answers down.
const MOST_SLOWED: f64 = 0.6;
/// No hit may count for more: a code that was never seen is not impossible.
const MOST_ODDS: f64 = 1e4;

/// The look of a fault.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    /// By mark of the signature, its share among the hits.
    pub(super) shares: Vec<f64>,
    /// `None`: slow answers tell nothing.
    pub(super) slowed: Option<Slowed>,
    /// Whether its hits tell more than their mark.
    pub(super) telling: bool,
}

/// How a fault slows answers down.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slowed {
    /// Slow answers for each hit.
    pub(super) times: f64,
    /// How many times the usual share a good terminal may well show, all day long.
    pub(super) level: f64,
}

impl Slowed {
    /// The share of the answers of a fault that are slow.
    fn share(self, effect: f64) -> f64 {
        SLOW_SHARE + (1.0 - SLOW_SHARE) * (self.times * effect).min(MOST_SLOWED)
    }
}

impl Shape {
    /// One minus the likelihood ratio of a miss, under a fault that hits this share of attempts.
    pub(super) fn of_miss(&self, effect: f64) -> f64 {
        match self.slowed {
            None => effect,
            Some(slowed) => 1.0 - (1.0 - effect) * (1.0 - slowed.share(effect)) / (1.0 - SLOW_SHARE),
        }
    }

    /// The likelihood ratio of one attempt under such a fault, at a natural level of the terminal.
    #[inline]
    pub(super) fn factor(&self, trial: Trial, effect: f64, level: f64) -> f64 {
        match (trial, self.slowed) {
            (Trial::Miss, _) | (Trial::Slow, None) => 1.0 - self.of_miss(effect),
            (Trial::Slow, Some(slowed)) => {
                (1.0 - effect) * slowed.share(effect) / (SLOW_SHARE * slowed.level)
            }
            (Trial::Hit { place, rate, telling, in_incident }, _) => {
                let rate = if self.telling { telling } else { rate };
                let rate = if in_incident { rate } else { rate * level };
                (1.0 - effect + effect * self.shares[place] / rate).min(MOST_ODDS)
            }
        }
    }

    /// The same for every effect and level, as lanes of [`super::sums::Sums`].
    pub(super) fn factors(&self, trial: Trial, levels: &[f64; LEVELS]) -> [f64; LANES] {
        let mut factors = [0.0; LANES];
        for (of_level, level) in factors.chunks_exact_mut(EFFECTS.len()).zip(levels) {
            for (factor, effect) in of_level.iter_mut().zip(EFFECTS) {
                *factor = self.factor(trial, effect, *level);
            }
        }
        factors
    }

    /// Whether an attempt counts as a plain miss.
    pub(super) fn is_miss(&self, trial: Trial) -> bool {
        trial == Trial::Miss || trial == Trial::Slow && self.slowed.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_answers_speak_for_a_fault_that_slows_and_quick_ones_against_it() {
        let plain = Shape { shares: vec![1.0], slowed: None, telling: false };
        let slowing = Shape { slowed: Some(Slowed { times: 2.0, level: 1.0 }), ..plain.clone() };
        let restless = Shape { slowed: Some(Slowed { times: 2.0, level: 3.0 }), ..plain.clone() };
        let of = |shape: &Shape, trial| shape.factor(trial, 0.06, 1.0);
        assert!((of(&plain, Trial::Slow) - of(&plain, Trial::Miss)).abs() < 1e-12);
        assert!(of(&slowing, Trial::Slow) > 6.0 && of(&slowing, Trial::Miss) < of(&plain, Trial::Miss));
        assert!((of(&slowing, Trial::Slow) - 3.0 * of(&restless, Trial::Slow)).abs() < 1e-12);
        // Over good answers a fault is no likelier than none.
        let mean = SLOW_SHARE * of(&slowing, Trial::Slow) + (1.0 - SLOW_SHARE) * of(&slowing, Trial::Miss);
        assert!((mean - 0.94).abs() < 1e-12);
    }

    #[test]
    fn a_hit_that_tells_more_counts_more() {
        let hit = Trial::Hit { place: 0, rate: 0.01, telling: 0.001, in_incident: false };
        let shape = |telling| Shape { shares: vec![1.0], slowed: None, telling };
        let [plain, telling] = [false, true].map(|telling| shape(telling).factor(hit, 0.1, 1.0));
        assert!((plain - 10.9).abs() < 1e-9 && (telling - 100.9).abs() < 1e-9);
    }

    /// A fault that hits half of the attempts, or a tenth, and slows twice as many answers down, but 60 % at most:
    /// 0.02 + 0.98 * 0.6 of its answers are slow, or 0.02 + 0.98 * 0.2.
    #[test]
    fn ratios_are_those_of_the_law() {
        let close = |got: f64, right: f64| assert!((got - right).abs() < 1e-9, "{got} and not {right}");
        let plain = Shape { shares: vec![0.6, 0.4], slowed: None, telling: false };
        let slowing = Shape { slowed: Some(Slowed { times: 2.0, level: 3.0 }), ..plain.clone() };
        close(plain.of_miss(0.3), 0.3);
        close(slowing.of_miss(0.5), 1.0 - 0.5 * 0.392 / 0.98);
        close(slowing.of_miss(0.1), 1.0 - 0.9 * 0.784 / 0.98);
        close(plain.factor(Trial::Miss, 0.3, 2.0), 0.7);
        close(plain.factor(Trial::Slow, 0.3, 2.0), 0.7);
        close(slowing.factor(Trial::Miss, 0.1, 2.0), 0.72);
        close(slowing.factor(Trial::Slow, 0.5, 2.0), 0.5 * 0.608 / 0.06);
        close(slowing.factor(Trial::Slow, 0.1, 2.0), 0.9 * 0.216 / 0.06);
        let hit = |place, rate, in_incident| Trial::Hit { place, rate, telling: rate / 2.0, in_incident };
        close(plain.factor(hit(0, 0.02, false), 0.1, 3.0), 0.9 + 0.1 * 0.6 / 0.06);
        close(plain.factor(hit(1, 0.02, false), 0.1, 3.0), 0.9 + 0.1 * 0.4 / 0.06);
        // What an incident causes does not rise and fall with the terminal's level.
        close(plain.factor(hit(0, 0.02, true), 0.1, 3.0), 0.9 + 0.1 * 0.6 / 0.02);
        let telling = Shape { telling: true, ..plain.clone() };
        close(telling.factor(hit(0, 0.02, false), 0.1, 3.0), 0.9 + 0.1 * 0.6 / 0.03);
        // No hit counts for more than 10,000.
        close(plain.factor(hit(0, 1e-6, false), 0.9, 1.0), 1e4);
        close(plain.factor(hit(0, 1e-6, false), 0.016, 1.0), 0.984 + 9_600.0);
        let levels = [0.5, 1.0, 2.0, 3.0, 4.0];
        let factors = plain.factors(hit(0, 0.02, false), &levels);
        for (at, factor) in factors.into_iter().enumerate() {
            let (level, effect) = (levels[at / EFFECTS.len()], EFFECTS[at % EFFECTS.len()]);
            close(factor, 1.0 - effect + effect * 0.6 / (0.02 * level));
        }
        let is_miss = [Trial::Miss, Trial::Slow, hit(0, 0.1, false)]
            .map(|trial| [plain.is_miss(trial), slowing.is_miss(trial)]);
        assert_eq!(is_miss, [[true, true], [true, false], [false, false]]);
    }
}
