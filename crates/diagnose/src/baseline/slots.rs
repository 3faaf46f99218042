//! A day counted by cell, hour and mark.

use super::{Cells, HOURS};
use crate::day::Flags;
use crate::rates::hour_of_day;
use crate::{Attempt, Day, Mark};
use rayon::prelude::*;
use std::ops::Range;

/// Units of a hit: a terminal that has many counts with a fraction of each.
pub(super) const UNITS: u64 = 1 << 16;

/// No terminal counts with more hits of a mark than this share of the day's, and at least
/// [`FEWEST_OF_ONE`]: one dead reader must not teach the fleet that readers die.
const MOST_OF_ONE: f64 = 0.005;
const FEWEST_OF_ONE: f64 = 3.0;

/// Attempts and hits by slot: cell and hour.
pub(crate) struct Slots {
    /// By slot.
    pub(super) attempts: Vec<u64>,
    /// By mark: slots with hits, and how many, in [`UNITS`].
    hits: Vec<Vec<(u32, u64)>>,
}

impl Slots {
    /// Counts the attempts that `counts` lets through; `shown` are those that show something, and maybe others;
    /// `attempts` are those by slot, where they are counted already. Counts are integers: how sequences are shared
    /// out among threads does not show.
    pub(crate) fn of<'a>(
        day: &Day,
        cells: &Cells,
        shown: impl Iterator<Item = &'a Attempt>,
        counts: impl Fn(&Attempt) -> bool + Sync,
        attempts: Option<Vec<u64>>,
    ) -> Self {
        let totals = marks_of_fleet(shown, &counts);
        let is_asked = |attempt: &Attempt| attempts.is_none() || attempt.shows();
        let is_counted = |attempt: &Attempt| is_asked(attempt) && counts(attempt);
        let part = day.sequences.len().div_ceil(rayon::current_num_threads()).max(1);
        let of_part = |sequences| Self::of_part(day, sequences, cells.of.len(), &totals, &is_counted);
        let parts: Vec<Self> = day.sequences.par_chunks(part).map(of_part).collect();
        let mut all = Self { attempts: vec![0; cells.of.len() * HOURS], hits: vec![Vec::new(); Mark::COUNT] };
        for part in parts {
            all.attempts.iter_mut().zip(part.attempts).for_each(|(sum, count)| *sum += count);
            all.hits.iter_mut().zip(part.hits).for_each(|(hits, part)| hits.extend(part));
        }
        all.hits.iter_mut().for_each(sum_by_slot);
        all.attempts = attempts.unwrap_or(all.attempts);
        all
    }

    fn of_part(
        day: &Day,
        sequences: &[Range<usize>],
        cells: usize,
        totals: &[u64; Mark::COUNT],
        counts: &impl Fn(&Attempt) -> bool,
    ) -> Self {
        let mut attempts = vec![0; cells * HOURS];
        let mut hits: Vec<Vec<(u32, u64)>> = vec![Vec::new(); Mark::COUNT];
        for sequence in sequences {
            let sequence = &day.attempts[sequence.clone()];
            let mut of_one = [0_u64; Mark::COUNT];
            let mut any = false;
            for attempt in sequence.iter().filter(|attempt| counts(attempt)) {
                attempts[slot(day, attempt)] += u64::from(attempt.count);
                shown(attempt, |mark| {
                    any = true;
                    of_one[mark.index()] += u64::from(attempt.count);
                });
            }
            if !any {
                continue;
            }
            let weight = |mark: Mark| {
                let most = (totals[mark.index()] as f64 * MOST_OF_ONE).max(FEWEST_OF_ONE);
                ((most / of_one[mark.index()] as f64).min(1.0) * UNITS as f64) as u64
            };
            for attempt in sequence.iter().filter(|attempt| attempt.shows() && counts(attempt)) {
                let at = slot(day, attempt) as u32;
                shown(attempt, |mark| {
                    hits[mark.index()].push((at, weight(mark) * u64::from(attempt.count)));
                });
            }
        }
        hits.iter_mut().for_each(sum_by_slot);
        Self { attempts, hits }
    }

    /// Those counts: attempts by slot, and by mark slots with hits.
    pub(crate) fn from_counts(attempts: Vec<u64>, mut hits: Vec<Vec<(u32, u64)>>) -> Self {
        hits.iter_mut().for_each(sum_by_slot);
        Self { attempts, hits }
    }

    /// Attempts by slot: a cell's hours stand together.
    pub(crate) fn attempts(&self) -> &[u64] {
        &self.attempts
    }

    /// Slots with hits of that mark.
    pub(crate) fn hits(&self, mark: Mark) -> &[(u32, u64)] {
        &self.hits[mark.index()]
    }
}

/// Puts hits into the order of slots, one entry each.
fn sum_by_slot(hits: &mut Vec<(u32, u64)>) {
    hits.sort_unstable();
    hits.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
}

fn marks_of_fleet<'a>(
    attempts: impl Iterator<Item = &'a Attempt>,
    counts: &impl Fn(&Attempt) -> bool,
) -> [u64; Mark::COUNT] {
    let mut totals = [0; Mark::COUNT];
    for attempt in attempts.filter(|attempt| attempt.shows() && counts(attempt)) {
        shown(attempt, |mark| totals[mark.index()] += u64::from(attempt.count));
    }
    totals
}

/// The marks that an attempt shows: at most one of its failure, and that it fell back.
fn shown(attempt: &Attempt, mut each: impl FnMut(Mark)) {
    if !attempt.mark.is_none() {
        each(attempt.mark);
    }
    if attempt.flags.has(Flags::FELL_BACK) {
        each(Mark::FELL_BACK);
    }
}

fn slot(day: &Day, attempt: &Attempt) -> usize {
    day.leaves.cell(attempt.leaf) as usize * HOURS + hour_of_day(attempt.at)
}
