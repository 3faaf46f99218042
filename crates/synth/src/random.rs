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
    let normal = (0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0;
    libm::exp(normal * sigma)
}
