//! A day in the scan's units: bins of time, groups of marks, and expected shares in integers.
//!
//! What an incident explains is an adjustment of those shares. Which incidents there are is decided
//! elsewhere.

use rayon::prelude::*;

use super::clock::Clock;
use super::known::{Effect, Known};
use super::payments::Counted;
use super::scopes::Kind;
use super::score::{ONE, number, share};
use super::{Groups, ScanSettings};
use crate::fleet::ShownCards;
use crate::{Attempt, Day, Flags, Mark, Rates};

/// No group.
const NO_GROUP: u8 = u8::MAX;

/// A day, its expected shares and how its time is cut.
pub(crate) struct Sheet<'d> {
    pub(crate) day: &'d Day,
    pub(crate) groups: &'d Groups,
    /// The attempts that show something, where somebody listed them.
    pub(crate) shown: Option<&'d ShownCards>,
    /// By entry of the half of payments and bin: the attempts that count, where somebody counted them.
    pub(super) payments: Option<Counted<'d>>,
    rates: &'d Rates,
    /// By group, hour and cell: the expected share, of [`ONE`]. A group's stand together, for most passes ask
    /// for one group, and an hour's, for a terminal's attempts come in the order of time.
    shares: Vec<u32>,
    hours: usize,
    /// By bin: the hour of its begin.
    hour: Vec<u32>,
    clock: Clock,
    group_of_mark: [u8; 256],
    fell_back: u8,
}

/// Counts of a scope in a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) attempts: u64,
    pub(crate) observed: u64,
    /// Of [`ONE`].
    pub(crate) expected: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.attempts += other.attempts;
        self.observed += other.observed;
        self.expected += other.expected;
    }

    pub(crate) fn without(self, other: Self) -> Self {
        Self {
            attempts: self.attempts - other.attempts,
            observed: self.observed - other.observed,
            expected: self.expected - other.expected,
        }
    }

    /// The same where so many times as many hits were to be expected.
    pub(crate) fn expecting(self, times: f64) -> Self {
        Self { expected: (self.expected as f64 * times) as u64, ..self }
    }

    pub(crate) fn hits(self) -> f64 {
        self.observed as f64
    }

    pub(crate) fn norm(self) -> f64 {
        number(self.expected)
    }

    pub(crate) fn excess(self) -> f64 {
        self.hits() - self.norm()
    }

    /// The share of attempts that fail besides those which fail anyway.
    pub(crate) fn hit_share(self) -> f64 {
        (self.excess() / (self.attempts as f64 - self.norm())).clamp(0.0, 0.999)
    }
}

/// One attempt of a scope as a group counts it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) at: i64,
    pub(crate) leaf: u32,
    pub(crate) attempts: u64,
    pub(crate) hits: u64,
    /// The expected share of one, of [`ONE`].
    pub(crate) share: u64,
}

impl Row {
    pub(crate) fn tally(&self) -> Tally {
        Tally { attempts: self.attempts, observed: self.hits, expected: self.share * self.attempts }
    }
}

impl<'d> Sheet<'d> {
    pub(crate) fn new(
        day: &'d Day,
        rates: &'d Rates,
        groups: &'d Groups,
        shown: Option<&'d ShownCards>,
        settings: &ScanSettings,
    ) -> Self {
        let clock = Clock::new(day.span, settings.bin_ms);
        let hour = (0..clock.bins()).map(|bin| rates.hour(clock.begin(bin)) as u32).collect();
        let mut group_of_mark = [NO_GROUP; 256];
        for mark in Mark::all() {
            group_of_mark[mark.index()] = groups.of(mark).map_or(NO_GROUP, |group| group as u8);
        }
        let fell_back = group_of_mark[Mark::FELL_BACK.index()];
        let shares = shares(rates, groups, settings.least_share);
        Self {
            day,
            groups,
            shown,
            payments: None,
            rates,
            shares,
            hours: rates.hours(),
            hour,
            clock,
            group_of_mark,
            fell_back,
        }
    }

    pub(crate) fn bins(&self) -> usize {
        self.hour.len()
    }

    pub(crate) fn bin(&self, at: i64) -> usize {
        self.clock.bin(at)
    }

    /// When a bin begins.
    pub(crate) fn begin(&self, bin: usize) -> i64 {
        self.clock.begin(bin)
    }

    /// Whether an attempt counts, or would but for a fault of its terminal that may not be found again.
    pub(crate) fn may_count(attempt: &Attempt) -> bool {
        !attempt.flags.has_any(Flags::NEUTRAL.with(Flags::ATTACK))
    }

    #[inline]
    pub(crate) fn counts(attempt: &Attempt) -> bool {
        !attempt.flags.has_any(Flags::NEUTRAL.with(Flags::ATTACK).with(Flags::OWN))
    }

    /// The groups that an attempt is a hit of: at most two, and never the same twice.
    pub(crate) fn groups_hit(&self, attempt: &Attempt) -> impl Iterator<Item = usize> + use<> {
        let of_mark = self.group_of_mark[attempt.mark.index()];
        let fell = if attempt.flags.has(Flags::FELL_BACK) { self.fell_back } else { NO_GROUP };
        let besides = if fell == of_mark { NO_GROUP } else { fell };
        [of_mark, besides].into_iter().filter(|&group| group != NO_GROUP).map(usize::from)
    }

    pub(crate) fn is_hit(&self, attempt: &Attempt, group: usize) -> bool {
        usize::from(self.group_of_mark[attempt.mark.index()]) == group
            || (attempt.flags.has(Flags::FELL_BACK) && usize::from(self.fell_back) == group)
    }

    /// Cells of the baseline.
    pub(crate) fn cells(&self) -> usize {
        self.rates.cells()
    }

    /// The number of the hour of a bin and a cell, as [`Sheet::all_shares`] has them.
    pub(crate) fn slot(&self, cell: u32, bin: usize) -> usize {
        self.hour[bin] as usize * self.cells() + cell as usize
    }

    /// By hour and cell, the expected shares of those groups.
    pub(crate) fn all_shares(&self, groups: &[usize]) -> Vec<u32> {
        let slots = self.cells() * self.hours;
        let mut shares = Vec::with_capacity(slots * groups.len());
        for slot in 0..slots {
            shares.extend(groups.iter().map(|group| self.shares[group * slots + slot]));
        }
        shares
    }

    /// The slot of an attempt in that bin.
    #[inline]
    pub(crate) fn slot_of_leaf(&self, leaf: u32, bin: usize) -> usize {
        self.slot(self.day.leaves.cell(leaf), bin)
    }

    /// The expected share of a group in a slot.
    #[inline]
    pub(crate) fn share_in(&self, slot: usize, group: usize) -> u64 {
        u64::from(self.shares[group * self.cells() * self.hours + slot])
    }

    /// The expected share of one mark.
    pub(crate) fn norm(&self, attempt: &Attempt, mark: Mark) -> u64 {
        let hour = self.hour[self.bin(attempt.at)] as usize;
        share(self.rates.rate(self.day.leaves.cell(attempt.leaf), hour, mark))
    }

    /// An attempt as a group counts it; none where it is set aside.
    pub(crate) fn row(
        &self,
        kinds: &[Kind<'_>],
        terminal: Option<usize>,
        attempt: &Attempt,
        group: usize,
        known: &Known,
    ) -> Option<Row> {
        if let Some(terminal) = terminal.filter(|_| known.sets_aside())
            && known.is_aside(self.day.leaves.value(terminal, attempt.leaf), attempt.at)
        {
            return None;
        }
        let mut share = self.share_in(self.slot_of_leaf(attempt.leaf, self.bin(attempt.at)), group);
        for change in known.changes().iter().filter(|change| change.covers(kinds, attempt)) {
            match change.effect {
                Effect::Incident(besides) => share += ((ONE - share) * besides) >> 32,
                Effect::Drift(factor) => share = ((share * factor) >> 16).min(ONE / 20 * 19),
                Effect::Aside(_) => {}
            }
        }
        let attempts = u64::from(attempt.count);
        let hits = if self.is_hit(attempt, group) { attempts } else { 0 };
        Some(Row { at: attempt.at, leaf: attempt.leaf, attempts, hits, share })
    }
}

/// By group, hour and cell: the sum of its marks' rates as an integer.
fn shares(rates: &Rates, groups: &Groups, least: f64) -> Vec<u32> {
    let slots = rates.cells() * rates.hours();
    let mut shares = vec![0; slots * groups.len()];
    shares.par_chunks_mut(slots.max(1)).enumerate().for_each(|(group, shares)| {
        let marks = groups.get(group).marks();
        for (hour, shares) in shares.chunks_mut(rates.cells().max(1)).enumerate() {
            for (cell, slot) in shares.iter_mut().enumerate() {
                let sum: f64 = marks.iter().map(|&mark| rates.rate(cell as u32, hour, mark)).sum();
                *slot = share(sum.clamp(least, 0.95)) as u32;
            }
        }
    });
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tallies_are_counts_and_what_they_leave() {
        let tally =
            |attempts, observed, expected: u64| Tally { attempts, observed, expected: expected << 32 };
        let mut sum = tally(100, 30, 5);
        sum.add(tally(40, 7, 2));
        assert_eq!(sum, tally(140, 37, 7));
        assert_eq!(sum.without(tally(40, 7, 2)), tally(100, 30, 5));
        assert_eq!(sum.expecting(3.0), tally(140, 37, 21));
        assert_eq!((sum.hits(), sum.norm(), sum.excess()), (37.0, 7.0, 30.0));
        // Thirty of the 133 that do not fail anyway.
        assert!((sum.hit_share() - 30.0 / 133.0).abs() < 1e-12);
        assert_eq!(tally(10, 10, 2).hit_share(), 0.999);
        assert_eq!(tally(10, 1, 2).hit_share(), 0.0);
        let row = Row { at: 5, leaf: 0, attempts: 3, hits: 2, share: ONE / 4 };
        assert_eq!(row.tally(), Tally { attempts: 3, observed: 2, expected: ONE / 4 * 3 });
    }
}
