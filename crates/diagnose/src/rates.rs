//! How often each mark is to be expected: the baseline's result, and what everything else divides by.
//!
//! A rate is a product of factors of its cell and its hour. Fitting them is `baseline.rs`.

use crate::Mark;

/// Milliseconds of an hour.
const HOUR_MS: i64 = 3_600_000;

/// Expected rates of marks by cell of the baseline and hour of the day.
#[derive(Clone, Debug)]
pub struct Rates {
    /// By cell and mark.
    by_cell: Vec<[f32; Mark::COUNT]>,
    /// By hour of the log's own clock and mark; one entry where hours do not differ.
    by_hour: Vec<[f32; Mark::COUNT]>,
}

/// No rate is below this: a code that was never seen is not impossible.
pub const LEAST_RATE: f64 = 1e-6;

/// The hour of a moment by the log's own clock, of 24.
#[inline]
pub(crate) fn hour_of_day(at: i64) -> usize {
    at.div_euclid(HOUR_MS).rem_euclid(24) as usize
}

impl Rates {
    /// Rates that are the product of both.
    ///
    /// # Panics
    /// When there is no hour.
    pub fn new(by_cell: Vec<[f32; Mark::COUNT]>, by_hour: Vec<[f32; Mark::COUNT]>) -> Self {
        assert!(!by_hour.is_empty(), "there is at least one hour");
        Self { by_cell, by_hour }
    }

    /// Cells.
    pub fn cells(&self) -> usize {
        self.by_cell.len()
    }

    /// Hours that differ: 24 or 1.
    pub fn hours(&self) -> usize {
        self.by_hour.len()
    }

    /// The hour of a moment, below [`Rates::hours`].
    pub fn hour(&self, at: i64) -> usize {
        match self.by_hour.len() {
            1 => 0,
            // A division by a constant takes a tenth of one by a variable.
            24 => hour_of_day(at),
            hours => at.div_euclid(HOUR_MS).rem_euclid(hours as i64) as usize,
        }
    }

    /// The rate of a cell before its hour is looked at.
    pub(crate) fn level(&self, cell: u32, mark: Mark) -> f64 {
        f64::from(self.by_cell[cell as usize][mark.index()])
    }

    /// The factor of an hour of the day.
    pub(crate) fn hour_factor(&self, hour: usize, mark: Mark) -> f64 {
        f64::from(self.by_hour[hour % self.by_hour.len()][mark.index()])
    }

    /// The share of the attempts of that cell at that hour which are expected to show the mark, from
    /// [`LEAST_RATE`] to 0.95.
    pub fn rate(&self, cell: u32, hour: usize, mark: Mark) -> f64 {
        let factor = f64::from(self.by_cell[cell as usize][mark.index()]);
        (factor * f64::from(self.by_hour[hour][mark.index()])).clamp(LEAST_RATE, 0.95)
    }
}
