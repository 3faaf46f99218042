//! Sums over a terminal's attempts for all signatures at once.
//!
//! Nine in ten attempts show nothing and count for every signature that they could have shown. They are
//! added eight signatures at a time; what shows something is added one by one. Each signature's sum has
//! the order of the attempts.

use super::Counts;
use super::evidence::{INCIDENT_RATE, Shown};

/// Signatures that are added at a time: a cache line of them.
pub(super) const WIDTH: usize = 8;

/// A number for each of [`WIDTH`] signatures; 0 beyond the last.
pub(super) type Lanes = [f64; WIDTH];

/// Which of [`WIDTH`] signatures an attempt could have shown: 1 or 0, as both kinds of number.
#[derive(Clone, Copy)]
pub(super) struct Eligible {
    counts: [u32; WIDTH],
    rates: Lanes,
}

/// Eligibility by signature as lanes.
pub(super) fn eligible(signatures: &[bool]) -> Vec<Eligible> {
    let block = |of: &[bool]| {
        let counts = std::array::from_fn(|at| u32::from(of.get(at).copied().unwrap_or(false)));
        Eligible { counts, rates: counts.map(f64::from) }
    };
    signatures.chunks(WIDTH).map(block).collect()
}

/// Numbers by signature as lanes.
pub(super) fn lanes(numbers: impl Iterator<Item = f64>) -> Vec<Lanes> {
    let numbers: Vec<f64> = numbers.collect();
    let block = |of: &[f64]| std::array::from_fn(|at| of.get(at).copied().unwrap_or(0.0));
    numbers.chunks(WIDTH).map(block).collect()
}

#[derive(Clone, Copy, Default)]
struct Block {
    attempts: [u32; WIDTH],
    observed: [u32; WIDTH],
    expected: Lanes,
}

/// What a terminal shows, signature by signature.
pub(super) struct Sums {
    all: Vec<Block>,
    /// Outside of shared incidents; none as long as nothing lay inside one.
    calm: Option<Vec<Block>>,
}

impl Sums {
    pub(super) fn new(signatures: usize) -> Self {
        Self { all: vec![Block::default(); signatures.div_ceil(WIDTH)], calm: None }
    }

    /// How many blocks of lanes there are.
    pub(super) fn blocks(&self) -> usize {
        self.all.len()
    }

    /// Adds attempts that show nothing.
    #[inline]
    pub(super) fn add(&mut self, count: u16, rates: &[Lanes], eligible: &[Eligible]) {
        let is_calm = |rates: &Lanes| rates.iter().fold(true, |calm, rate| calm & (*rate < INCIDENT_RATE));
        if self.calm.is_none() && !rates.iter().all(is_calm) {
            self.calm = Some(self.all.clone());
        }
        for ((block, rates), eligible) in self.all.iter_mut().zip(rates).zip(eligible) {
            block.add(count, rates, eligible);
        }
        if let Some(calm) = &mut self.calm {
            for ((block, rates), eligible) in calm.iter_mut().zip(rates).zip(eligible) {
                let counts: [u32; WIDTH] =
                    std::array::from_fn(|at| eligible.counts[at] * u32::from(rates[at] < INCIDENT_RATE));
                block.add(count, rates, &Eligible { counts, rates: counts.map(f64::from) });
            }
        }
    }

    /// Adds attempts of one signature.
    pub(super) fn add_one(&mut self, signature: usize, count: u16, hit: bool, rate: f64) {
        if self.calm.is_none() && rate >= INCIDENT_RATE {
            self.calm = Some(self.all.clone());
        }
        let (block, lane) = (signature / WIDTH, signature % WIDTH);
        self.all[block].add_one(lane, count, hit, rate);
        if let Some(calm) = self.calm.as_mut().filter(|_| rate < INCIDENT_RATE) {
            calm[block].add_one(lane, count, hit, rate);
        }
    }

    /// By signature.
    pub(super) fn shown(&self, signatures: usize) -> Vec<Shown> {
        let counts = |blocks: &[Block], at: usize| blocks[at / WIDTH].counts(at % WIDTH);
        let calm = self.calm.as_ref().unwrap_or(&self.all);
        (0..signatures).map(|at| Shown { all: counts(&self.all, at), calm: counts(calm, at) }).collect()
    }
}

impl Block {
    #[inline]
    fn add(&mut self, count: u16, rates: &Lanes, eligible: &Eligible) {
        let times = f64::from(count);
        for (sum, (rate, eligible)) in self.expected.iter_mut().zip(rates.iter().zip(&eligible.rates)) {
            // What is not eligible adds 0, which changes no sum.
            *sum += times * rate * eligible;
        }
        for (sum, eligible) in self.attempts.iter_mut().zip(&eligible.counts) {
            *sum += u32::from(count) * eligible;
        }
    }

    #[inline]
    fn add_one(&mut self, lane: usize, count: u16, hit: bool, rate: f64) {
        self.attempts[lane] += u32::from(count);
        self.observed[lane] += u32::from(count) * u32::from(hit);
        self.expected[lane] += f64::from(count) * rate;
    }

    fn counts(&self, lane: usize) -> Counts {
        Counts { attempts: self.attempts[lane], observed: self.observed[lane], expected: self.expected[lane] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_count_as_one_by_one() {
        let rates: Vec<f64> = (0..11).map(|at| 0.01 + f64::from(at) * 0.01).collect();
        let could: Vec<bool> = (0..11).map(|at| at % 3 != 1).collect();
        let (of_rates, of_eligible) = (lanes(rates.iter().copied()), eligible(&could));
        let (mut together, mut apart) = (Sums::new(11), Sums::new(11));
        for count in [1, 3, 1] {
            together.add(count, &of_rates, &of_eligible);
            together.add_one(4, 1, true, 0.02);
            for (at, rate) in rates.iter().enumerate().filter(|(at, _)| could[*at]) {
                apart.add_one(at, count, false, *rate);
            }
            apart.add_one(4, 1, true, 0.02);
        }
        for (one, other) in together.shown(11).iter().zip(apart.shown(11)) {
            assert_eq!((one.all, one.calm), (other.all, other.calm));
        }
        let shown = together.shown(11);
        assert_eq!((shown[3].calm.attempts, shown[9].calm.attempts, shown[9].all.attempts), (5, 0, 5));
    }
}
