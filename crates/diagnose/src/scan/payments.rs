//! How often each payment was made, whatever it was and wherever: counted once for all searches of a day.

use std::ops::Range;

use super::clock::Clock;
use super::sheet::Sheet;
use crate::baseline::HOURS;
use crate::rates::hour_of_day;
use crate::{Attempt, Day, Half};

/// They are counted by bin where these are so many sums at most: 8 MB.
const LARGEST: usize = 2 << 20;

/// Attempts that count at some time, by entry of the half of payments.
pub(super) struct Payments {
    by_entry: Vec<u32>,
    /// By entry and bin, where that is no large table.
    by_bin: Option<Vec<u32>>,
    clock: Clock,
}

/// Attempts by entry of the half of payments and bin.
pub(super) struct Counted<'s> {
    pub(super) by_bin: &'s [u32],
    /// By place there: so many of them that do not count.
    pub(super) set_aside: Vec<(usize, u32)>,
}

impl Payments {
    /// None where leaves are not parted.
    pub(super) fn of(day: &Day, clock: Clock) -> Option<Self> {
        if day.leaves.parts.is_empty() {
            return None;
        }
        let (entries, bins) = (day.leaves.entries(Some(Half::Payment)), clock.bins());
        let attempts = day.attempts.iter().filter(|attempt| Sheet::may_count(attempt));
        if entries * bins > LARGEST {
            let mut by_entry = vec![0; entries];
            attempts.for_each(|attempt| by_entry[entry(day, attempt)] += u32::from(attempt.count));
            return Some(Self { by_entry, by_bin: None, clock });
        }
        let mut by_bin = vec![0; entries * bins];
        for attempt in attempts {
            by_bin[entry(day, attempt) * bins + clock.bin(attempt.at)] += u32::from(attempt.count);
        }
        let by_entry = by_bin.chunks(bins).map(|bins| bins.iter().sum()).collect();
        Some(Self { by_entry, by_bin: Some(by_bin), clock })
    }

    /// Those that count now, where no attempts but those of these stretches are flagged as a terminal's own.
    pub(super) fn by_entry_but(&self, day: &Day, own: &[Range<usize>]) -> Vec<u32> {
        let mut payments = self.by_entry.clone();
        set_aside(day, own).for_each(|attempt| payments[entry(day, attempt)] -= u32::from(attempt.count));
        payments
    }

    /// The same by entry and bin.
    pub(super) fn by_bin_but(&self, day: &Day, own: &[Range<usize>]) -> Option<Counted<'_>> {
        let by_bin = self.by_bin.as_deref()?;
        let set_aside = set_aside(day, own).map(|attempt| {
            let place = entry(day, attempt) * self.clock.bins() + self.clock.bin(attempt.at);
            (place, u32::from(attempt.count))
        });
        Some(Counted { by_bin, set_aside: set_aside.collect() })
    }

    /// Attempts by cell of the baseline and hour, those of these stretches apart: bins lie within hours.
    pub(super) fn by_slot_but(&self, day: &Day, left_out: &[Range<usize>]) -> Option<Vec<u64>> {
        let (leaves, bins) = (&day.leaves, self.clock.bins());
        let hours: Vec<usize> = (0..bins).map(|bin| hour_of_day(self.clock.begin(bin))).collect();
        let cells = leaves.cells.iter().max().map_or(0, |last| *last as usize + 1);
        let mut slots = vec![0; cells * HOURS];
        for (attempts, cell) in self.by_bin.as_ref()?.chunks(bins).zip(&leaves.cells) {
            let slots = &mut slots[*cell as usize * HOURS..][..HOURS];
            attempts.iter().zip(&hours).for_each(|(attempts, hour)| slots[*hour] += u64::from(*attempts));
        }
        let attempts = left_out.iter().flat_map(|rows| &day.attempts[rows.clone()]);
        for attempt in attempts.filter(|attempt| Sheet::may_count(attempt)) {
            slots[leaves.cell(attempt.leaf) as usize * HOURS + hour_of_day(attempt.at)] -=
                u64::from(attempt.count);
        }
        Some(slots)
    }
}

fn entry(day: &Day, attempt: &Attempt) -> usize {
    day.leaves.entry(Some(Half::Payment), attempt.leaf) as usize
}

/// The attempts of these stretches that would count but for a fault of their terminal.
fn set_aside<'d>(day: &'d Day, own: &'d [Range<usize>]) -> impl Iterator<Item = &'d Attempt> {
    let attempts = own.iter().flat_map(|rows| &day.attempts[rows.clone()]);
    attempts.filter(|attempt| Sheet::may_count(attempt) && !Sheet::counts(attempt))
}
