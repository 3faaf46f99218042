//! Draws that are the same on every machine.
//!
//! The generator is named and its ranges are portable; floats know basic operations and `libm`, since
//! the standard library's `exp` asks the platform and may differ in the last bit.

use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;

pub(crate) type Random = Xoshiro256PlusPlus;

/// Whether something happens that has a chance between 0 and 1.
pub(crate) fn happens(random: &mut Random, chance: f64) -> bool {
    random.random::<f64>() < chance
}

/// Milliseconds between two times in seconds.
pub(crate) fn seconds(random: &mut Random, low: u32, high: u32) -> i64 {
    i64::from(random.random_range(low * 1000..=high * 1000))
}

/// Lognormal around 1. Nearly: for a normal number stands the sum of twelve uniform draws.
pub(crate) fn lognormal(random: &mut Random, sigma: f64) -> f64 {
    libm::exp(normal(random) * sigma)
}

/// Nearly normal, of mean 0 and variance 1.
pub(crate) fn normal(random: &mut Random) -> f64 {
    (0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0
}

/// Evenly between two numbers.
pub(crate) fn between(random: &mut Random, (low, high): (f64, f64)) -> f64 {
    low + (high - low) * random.random::<f64>()
}

/// Between two positive numbers, evenly on a logarithmic scale.
pub(crate) fn log_between(random: &mut Random, (low, high): (f64, f64)) -> f64 {
    libm::exp(between(random, (libm::log(low), libm::log(high))))
}

/// A family of positive numbers around 1.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Spread {
    /// Mean 1, squared coefficient of variation 1 / shape.
    Gamma(f64),
    /// A tail of that exponent above 1, cut at some multiple of the least. Its mean is above 1.
    Pareto { exponent: f64, most: f64 },
    /// Most are lognormal and narrow; that share is so many times as large, and wide.
    Mixture { narrow: f64, share: f64, lift: f64, wide: f64 },
}

impl Spread {
    pub(crate) fn draw(self, random: &mut Random) -> f64 {
        match self {
            Self::Gamma(shape) => gamma(random, shape) / shape,
            Self::Pareto { exponent, most } => {
                libm::pow(1.0 - random.random::<f64>(), -1.0 / exponent).min(most)
            }
            Self::Mixture { narrow, share, lift, wide } => {
                if happens(random, share) {
                    lift * lognormal(random, wide)
                } else {
                    lognormal(random, narrow)
                }
            }
        }
    }
}

/// By Marsaglia and Tsang.
fn gamma(random: &mut Random, shape: f64) -> f64 {
    if shape < 1.0 {
        let boost = libm::pow(1.0 - random.random::<f64>(), 1.0 / shape);
        return gamma(random, shape + 1.0) * boost;
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / libm::sqrt(9.0 * d);
    loop {
        let x = normal(random);
        let root = 1.0 + c * x;
        let v = root * root * root;
        let u = 1.0 - random.random::<f64>();
        if v > 0.0 && libm::log(u) < 0.5 * x * x + d - d * v + d * libm::log(v) {
            return d * v;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn gammas_have_their_mean_and_variance() {
        let mut random = Random::seed_from_u64(5);
        for shape in [0.4, 1.0, 6.0] {
            let draws: Vec<f64> = (0..20_000).map(|_| Spread::Gamma(shape).draw(&mut random)).collect();
            let mean = draws.iter().sum::<f64>() / 20_000.0;
            let variance = draws.iter().map(|draw| (draw - mean) * (draw - mean)).sum::<f64>() / 20_000.0;
            assert!((mean - 1.0).abs() < 0.05 && (variance * shape - 1.0).abs() < 0.15, "{mean} {variance}");
        }
    }
}
