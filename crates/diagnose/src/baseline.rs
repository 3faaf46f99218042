//! How often each mark is to be expected, fitted to the day itself.
//!
//! A rate is a product: the fleet's, times a factor of the issuer, times one of the manner (entry mode,
//! kind, dialect), times one of the hour. The day is counted once into slots of issuer, manner and
//! hour; fitting never sees an attempt. What is wrong with a terminal, a link or a region is not the
//! baseline's business: it must not learn it.
//!
//! Days hold what they are searched for, so each factor leaves out the partners that stand out (an
//! issuer's level does not contain its own outage, nor an entry mode's a single issuer's new policy),
//! one slot may pull only so far, and one terminal's failures count up to a bound.

mod factor;
mod slots;

use crate::{LEAST_RATE, Mark, Rates};
use factor::{Grid, fit_mark};
use rayon::prelude::*;
pub(crate) use slots::Slots;

/// The issuer and the manner of each cell: the two things by which attempts' rates differ beside the
/// hour.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cells {
    /// By cell: a dense number of the issuer (small ones pooled) and of the manner.
    pub(crate) of: Vec<(u32, u32)>,
    /// Issuers, pooled ones counted as one.
    pub(crate) issuers: usize,
    /// Manners.
    pub(crate) manners: usize,
}

/// Hours of a day.
pub(crate) const HOURS: usize = 24;

/// Rates fitted to the slots.
pub(crate) fn fit(cells: &Cells, slots: &Slots) -> Rates {
    let grid = Grid::new(cells, slots);
    let fitted: Vec<_> = Mark::all()
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|mark| fit_mark(&grid, slots.hits(mark)))
        .collect();
    let mut by_cell = vec![[LEAST_RATE as f32; Mark::COUNT]; cells.of.len()];
    let mut by_hour = vec![[1.0; Mark::COUNT]; HOURS];
    for (mark, factors) in Mark::all().zip(&fitted) {
        let Some(factors) = factors else { continue };
        for (rates, (issuer, manner)) in by_cell.iter_mut().zip(&cells.of) {
            let rate = factors.fleet * factors.issuers[*issuer as usize] * factors.manners[*manner as usize];
            rates[mark.index()] = rate as f32;
        }
        for (rates, factor) in by_hour.iter_mut().zip(&factors.hours) {
            rates[mark.index()] = *factor as f32;
        }
    }
    Rates::new(by_cell, by_hour)
}

#[cfg(test)]
mod tests;
