//! Sums over a terminal's attempts for all signatures at once.
//!
//! Nine in ten attempts show nothing and count for every signature that they could have shown. They are
//! added eight signatures at a time; what shows something is added one by one. Each signature's sum has
//! the order of the attempts.

use super::Counts;
use super::evidence::{Shown, is_calm};

/// Signatures that are added at a time: a cache line of them.
pub(super) const WIDTH: usize = 8;

/// A number for each of [`WIDTH`] signatures; 0 beyond the last.
pub(super) type Lanes = [f64; WIDTH];

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

/// Some attempts of a terminal.
#[derive(Clone)]
struct Part {
    blocks: Vec<Block>,
    /// By entry mode, those that show nothing and count for every signature that they could have shown.
    misses: Vec<u32>,
}

/// What a terminal shows, signature by signature.
pub(super) struct Sums {
    all: Part,
    /// Outside of shared incidents; none as long as nothing lay inside one.
    calm: Option<Part>,
}

impl Sums {
    pub(super) fn new(signatures: usize, modes: usize) -> Self {
        let blocks = vec![Block::default(); signatures.div_ceil(WIDTH)];
        Self { all: Part { blocks, misses: vec![0; modes] }, calm: None }
    }

    /// How many blocks of lanes there are.
    pub(super) fn blocks(&self) -> usize {
        self.all.blocks.len()
    }

    /// Adds attempts that show nothing: of an entry mode, which could have shown the signatures that have 1 there.
    /// `calm` tells whether all rates are those outside of incidents.
    #[inline]
    pub(super) fn add(&mut self, count: u16, rates: &[Lanes], calm: bool, mode: (usize, &[Lanes])) {
        if calm {
            self.all.add(count, rates, mode);
            if let Some(part) = &mut self.calm {
                part.add(count, rates, mode);
            }
        } else {
            self.add_apart(count, rates, mode.1);
        }
    }

    /// The same one by one.
    #[cold]
    fn add_apart(&mut self, count: u16, rates: &[Lanes], eligible: &[Lanes]) {
        let lanes = rates.iter().flatten().zip(eligible.iter().flatten()).enumerate();
        for (signature, (rate, _)) in lanes.filter(|(_, (_, eligible))| **eligible > 0.0) {
            self.add_one(signature, count, false, *rate);
        }
    }

    /// Adds attempts of one signature.
    pub(super) fn add_one(&mut self, signature: usize, count: u16, hit: bool, rate: f64) {
        if self.calm.is_none() && !is_calm(rate) {
            self.calm = Some(self.all.clone());
        }
        let (block, lane) = (signature / WIDTH, signature % WIDTH);
        self.all.blocks[block].add_one(lane, count, hit, rate);
        if let Some(calm) = self.calm.as_mut().filter(|_| is_calm(rate)) {
            calm.blocks[block].add_one(lane, count, hit, rate);
        }
    }

    /// Writes what was shown of each signature. `eligible` are the signatures by entry mode.
    pub(super) fn write(&self, eligible: &[Vec<bool>], shown: &mut [Shown]) {
        let calm = self.calm.as_ref().unwrap_or(&self.all);
        for (at, shown) in shown.iter_mut().enumerate() {
            *shown = Shown { all: self.all.counts(at, eligible), calm: calm.counts(at, eligible) };
        }
    }
}

impl Part {
    #[inline]
    fn add(&mut self, count: u16, rates: &[Lanes], (mode, eligible): (usize, &[Lanes])) {
        self.misses[mode] += u32::from(count);
        let times = f64::from(count);
        for ((block, rates), eligible) in self.blocks.iter_mut().zip(rates).zip(eligible) {
            for (sum, (rate, eligible)) in block.expected.iter_mut().zip(rates.iter().zip(eligible)) {
                // What is not eligible adds 0, which changes no sum.
                *sum += times * rate * eligible;
            }
        }
    }

    fn counts(&self, signature: usize, eligible: &[Vec<bool>]) -> Counts {
        let mut counts = self.blocks[signature / WIDTH].counts(signature % WIDTH);
        let could = self.misses.iter().zip(eligible).filter(|(_, eligible)| eligible[signature]);
        counts.attempts += could.map(|(misses, _)| misses).sum::<u32>();
        counts
    }
}

impl Block {
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
        let could: Vec<Vec<bool>> = [0, 1].map(|mode| (0..11).map(|at| at % 3 != mode).collect()).to_vec();
        let of_rates = lanes(rates.iter().copied());
        let quiet = lanes(rates.iter().map(|rate| rate / 10.0));
        let (mut together, mut apart) = (Sums::new(11, 2), Sums::new(11, 2));
        for (count, mode, rates, calm) in
            [(2, 1, &quiet, true), (1, 1, &of_rates, false), (3, 1, &of_rates, false), (1, 0, &quiet, true)]
        {
            let eligible = lanes(could[mode].iter().map(|could| f64::from(u8::from(*could))));
            together.add(count, rates, calm, (mode, &eligible));
            together.add_one(4, 1, true, 0.02);
            for (at, rate) in rates.iter().flatten().take(11).enumerate().filter(|(at, _)| could[mode][*at]) {
                apart.add_one(at, count, false, *rate);
            }
            apart.add_one(4, 1, true, 0.02);
        }
        let shown = |sums: &Sums| {
            let mut shown = [Shown::default(); 11];
            sums.write(&could, &mut shown);
            shown
        };
        for (one, other) in shown(&together).iter().zip(shown(&apart)) {
            assert_eq!((one.all, one.calm), (other.all, other.calm));
        }
        let shown = shown(&together);
        assert_eq!((shown[3].calm.attempts, shown[8].calm.attempts, shown[8].all.attempts), (6, 3, 7));
    }
}
