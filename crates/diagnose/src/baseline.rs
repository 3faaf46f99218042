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
mod published;
mod slots;

use crate::{LEAST_RATE, Mark, Rates};
use factor::{Grid, fit_mark};
use posmortem_classify::Kind;
use posmortem_iso8583::EntryMode;
pub(crate) use published::{PUBLISHED_YEAR, published};
use rayon::prelude::*;
pub(crate) use slots::Slots;

/// How an attempt is made, as far as rates differ by it: entry mode (a fall back counts as chip), kind,
/// and the dialect that its link speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct MannerKey {
    pub(crate) entry_mode: EntryMode,
    pub(crate) kind: Kind,
    pub(crate) dialect: Option<&'static str>,
}

/// The issuer and the manner of each cell: the two things by which attempts' rates differ beside the
/// hour.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cells {
    /// By cell: its issuer and its manner.
    pub(crate) of: Vec<(u32, u32)>,
    /// The issuers' names; the first stands for all small ones.
    pub(crate) issuers: Vec<String>,
    /// The manners.
    pub(crate) manners: Vec<MannerKey>,
}

/// Hours of a day.
pub(crate) const HOURS: usize = 24;

/// Rates fitted to the slots. `before` are those of earlier days: the day then moves them by a factor of
/// two at most, so that an issuer which is down all day does not come to be expected to be.
pub(crate) fn fit(cells: &Cells, slots: &Slots, before: Option<&Rates>) -> Rates {
    let (alike, apart) = (reading_alike(cells), (0..cells.manners.len() as u32).collect::<Vec<_>>());
    let grids = [Grid::new(cells, slots, &apart), Grid::new(cells, slots, &alike)];
    let classes = |mark: Mark| usize::from(mark == Mark::FELL_BACK);
    let fitted: Vec<_> = Mark::all()
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|mark| fit_mark(&grids[classes(mark)], slots.hits(mark), before.map(|rates| (rates, mark))))
        .collect();
    let mut by_cell = vec![[LEAST_RATE as f32; Mark::COUNT]; cells.of.len()];
    let mut by_hour = vec![[1.0; Mark::COUNT]; HOURS];
    for (mark, factors) in Mark::all().zip(&fitted) {
        let Some(factors) = factors else { continue };
        for (cell, (issuer, manner)) in (0..).zip(&cells.of) {
            let manner = [&apart, &alike][classes(mark)][*manner as usize];
            let rate = factors.fleet * factors.issuers[*issuer as usize] * factors.manners[manner as usize];
            let level = before.map_or(1.0, |before| before.level(cell, mark));
            by_cell[cell as usize][mark.index()] = (rate * level) as f32;
        }
        for ((hour, rates), factor) in by_hour.iter_mut().enumerate().zip(&factors.hours) {
            let hour = before.map_or(1.0, |before| before.hour_factor(hour, mark));
            rates[mark.index()] = (*factor * hour) as f32;
        }
    }
    Rates::new(by_cell, by_hour)
}

/// By manner: the class that it shares with others whose cards are read by their chip. A tapped card that
/// falls back is told as a fall back of a chip and no more as tapped, so that neither has a rate of its own.
fn reading_alike(cells: &Cells) -> Vec<u32> {
    let as_chip = |manner: &MannerKey| match manner.entry_mode {
        EntryMode::Contactless => MannerKey { entry_mode: EntryMode::Chip, ..*manner },
        _ => *manner,
    };
    let class = |manner: &MannerKey| {
        let same = cells.manners.iter().position(|other| as_chip(other) == as_chip(manner));
        same.expect("a manner is like itself") as u32
    };
    cells.manners.iter().map(class).collect()
}

#[cfg(test)]
mod tests;
