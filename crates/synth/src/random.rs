//! Draws that are the same on every machine: integers, and floats by basic operations alone.
//!
//! The standard library's `exp` asks the platform and may differ in the last bit; the one here does not.

/// Steele, Lea and Flood's SplitMix64.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

/// How often something happens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    /// A share between 0 and 1.
    pub(crate) fn of(share: f64) -> Self {
        Self((share.clamp(0.0, 1.0) * 4_294_967_296.0) as u64)
    }
}

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: u32) -> u32 {
        ((u64::from(self.next() as u32) * u64::from(limit)) >> 32) as u32
    }

    /// A number of the range, both ends included.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high - low + 1)
    }

    /// Milliseconds between two times in seconds.
    pub(crate) fn seconds(&mut self, low: u32, high: u32) -> i64 {
        i64::from(self.between(low * 1000, high * 1000))
    }

    /// Whether something happens. What never happens costs no draw.
    pub(crate) fn chance(&mut self, chance: Chance) -> bool {
        chance.0 > 0 && (self.next() >> 32) < chance.0
    }

    /// A number from 0 up to 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Nearly normal: the sum of twelve uniform draws.
    pub(crate) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    /// Lognormal around 1.
    pub(crate) fn lognormal(&mut self, sigma: f64) -> f64 {
        exp(self.normal() * sigma)
    }
}

/// e to the power of `x`, for `x` of moderate size.
fn exp(x: f64) -> f64 {
    let mut small = x;
    let mut doublings = 0;
    while small.abs() > 0.125 {
        small /= 2.0;
        doublings += 1;
    }
    let (mut term, mut sum) = (1.0, 1.0);
    for n in 1..14 {
        term *= small / f64::from(n);
        sum += term;
    }
    (0..doublings).fold(sum, |power, _| power * power)
}

/// Draws by weight in constant time (Walker's method).
#[derive(Clone, Debug)]
pub(crate) struct Alias {
    /// Of each place: below which 32-bit number the place itself is meant, and which one otherwise.
    places: Vec<(u32, u32)>,
}

impl Alias {
    /// Weights that are not all zero.
    pub(crate) fn new(weights: &[f64]) -> Self {
        let total: f64 = weights.iter().sum();
        let mut shares: Vec<f64> =
            weights.iter().map(|weight| weight / total * weights.len() as f64).collect();
        let mut places: Vec<(u32, u32)> = (0..weights.len() as u32).map(|at| (u32::MAX, at)).collect();
        let (mut poor, mut rich): (Vec<usize>, Vec<usize>) =
            (0..weights.len()).partition(|&at| shares[at] < 1.0);
        while let (Some(&donor), Some(taker)) = (rich.last(), poor.pop()) {
            places[taker] = ((shares[taker] * 4_294_967_296.0) as u32, donor as u32);
            shares[donor] -= 1.0 - shares[taker];
            if shares[donor] < 1.0 {
                rich.pop();
                poor.push(donor);
            }
        }
        Self { places }
    }

    pub(crate) fn draw(&self, random: &mut Random) -> usize {
        let bits = random.next();
        let place = (((bits >> 32) * self.places.len() as u64) >> 32) as usize;
        let (below, other) = self.places[place];
        if (bits as u32) < below { place } else { other as usize }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_e_are_close() {
        for x in [-6.0, -1.0, 0.0, 0.3, 1.0, 4.5] {
            assert!((exp(x) / f64::exp(x) - 1.0).abs() < 1e-12, "{x}");
        }
    }

    #[test]
    fn weights_are_kept() {
        let mut random = Random::new(1);
        let alias = Alias::new(&[1.0, 0.0, 7.0, 2.0]);
        let mut counts = [0; 4];
        (0..100_000).for_each(|_| counts[alias.draw(&mut random)] += 1);
        assert_eq!(counts[1], 0);
        for (count, expected) in counts.into_iter().zip([10_000_i32, 0, 70_000, 20_000]) {
            assert!((count - expected).abs() < 1_000, "{counts:?}");
        }
    }

    #[test]
    fn chances_are_kept() {
        let mut random = Random::new(2);
        let half = Chance::of(0.5);
        let hits = (0..10_000).filter(|_| random.chance(half)).count();
        assert!((4_800..5_200).contains(&hits));
        assert!(!random.chance(Chance::of(0.0)) && random.chance(Chance::of(1.0)));
    }
}
