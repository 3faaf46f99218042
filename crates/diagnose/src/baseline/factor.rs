//! The factors of one mark: raking that leaves out what stands out.

use super::slots::UNITS;
use super::{Cells, HOURS, Slots};
use crate::excess::{nats, nats_at_most};
use crate::{Mark, Rates};
use std::borrow::Cow;

/// Passes over all factors. Six bring them within a per cent of where they end.
const PASSES: usize = 6;
/// Counts at which a factor lies half-way between 1 and what it shows, by axis.
const SHRINKAGE: [f64; 3] = [4.0, 4.0, 20.0];
/// The same where earlier days have told the factors: the day alone weighs less.
const SHRINKAGE_AFTER: [f64; 3] = [20.0, 20.0, 50.0];
/// Hours differ by this factor at most, and so does anything from earlier days: more is an incident.
const MOST: f64 = 2.0;
/// A slot counts with `PULL.0 * E + PULL.1` hits at most.
const PULL: (f64, f64) = (3.0, 2.0);
/// A partner is left out whose excess over the others has so many nats, at a spread of 1 / 20 among
/// partners.
const STANDS_OUT: f64 = 6.0;
const SPREAD: f64 = 20.0;
/// How much evidence may be off its bound by rounding, and more.
const ROUNDING: f64 = 0.01;
/// Counts at which a rest weighs as much as the whole, in telling what is ordinary.
const DOUBT: f64 = 4.0;

/// The axes of the product.
#[derive(Clone, Copy)]
enum Axis {
    Issuer,
    Manner,
    Hour,
}

/// Slots with attempts, and where they stand on the axes.
pub(super) struct Grid {
    places: Vec<[u32; 3]>,
    cells: Vec<u32>,
    attempts: Vec<f64>,
    /// By slot number, the place in `places`.
    of_slot: Vec<u32>,
    sizes: [usize; 3],
    /// By axis and class: its slots, in rising order.
    by_class: [Vec<Vec<u32>>; 3],
}

impl Grid {
    /// `classes` tells, by manner, which manners share a factor.
    pub(super) fn new(cells: &Cells, slots: &Slots, classes: &[u32]) -> Self {
        let mut grid = Self {
            places: Vec::new(),
            cells: Vec::new(),
            attempts: Vec::new(),
            of_slot: vec![u32::MAX; slots.attempts.len()],
            sizes: [cells.issuers.len(), cells.manners.len(), HOURS],
            by_class: [cells.issuers.len(), cells.manners.len(), HOURS].map(|size| vec![Vec::new(); size]),
        };
        for (slot, attempts) in slots.attempts.iter().enumerate().filter(|(_, attempts)| **attempts > 0) {
            let (issuer, manner) = cells.of[slot / HOURS];
            grid.of_slot[slot] = grid.places.len() as u32;
            grid.cells.push((slot / HOURS) as u32);
            let places = [issuer, classes[manner as usize], (slot % HOURS) as u32];
            for (by_class, place) in grid.by_class.iter_mut().zip(places) {
                by_class[place as usize].push(grid.places.len() as u32);
            }
            grid.places.push(places);
            grid.attempts.push(*attempts as f64);
        }
        grid
    }
}

/// A mark's rate is the product of these.
pub(super) struct Factors {
    pub(super) fleet: f64,
    pub(super) issuers: Vec<f64>,
    pub(super) manners: Vec<f64>,
    pub(super) hours: Vec<f64>,
}

/// Fits one mark, from the rates of earlier days where there are any; none where it never occurs.
pub(super) fn fit_mark(grid: &Grid, hits: &[(u32, u64)], before: Option<(&Rates, Mark)>) -> Option<Factors> {
    if hits.is_empty() && before.is_none() {
        return None;
    }
    let mut observed = vec![0.0; grid.places.len()];
    for (slot, units) in hits {
        observed[grid.of_slot[*slot as usize] as usize] += *units as f64 / UNITS as f64;
    }
    let slots = grid.attempts.iter().zip(&grid.cells).zip(&grid.places);
    let exposure: Vec<f64> = slots
        .map(|((attempts, cell), place)| {
            let rate = before.map_or(1.0, |(rates, mark)| rates.rate(*cell, place[2] as usize, mark));
            attempts * rate
        })
        .collect();
    let total: f64 = observed.iter().sum();
    let fleet = if before.is_some() { 1.0 } else { total / exposure.iter().sum::<f64>() };
    let factors = grid.sizes.map(|size| vec![1.0; size]);
    let expected = vec![0.0; grid.places.len()];
    let mut fit = Fit { grid, exposure, observed, fleet, factors, expected, is_after: before.is_some() };
    for _ in 0..PASSES {
        fit.rake(Axis::Issuer, &[Axis::Manner, Axis::Hour]);
        fit.rake(Axis::Manner, &[Axis::Issuer, Axis::Hour]);
        fit.rake(Axis::Hour, &[Axis::Issuer]);
        fit.level();
    }
    let [issuers, manners, hours] = fit.factors;
    Some(Factors { fleet: fit.fleet, issuers, manners, hours })
}

struct Fit<'g> {
    grid: &'g Grid,
    /// By slot: attempts, times the rate of earlier days.
    exposure: Vec<f64>,
    observed: Vec<f64>,
    fleet: f64,
    factors: [Vec<f64>; 3],
    /// By slot, as the factors were before the axis that is being fitted: its classes share no slot, so
    /// that a new factor of one changes nothing for the next.
    expected: Vec<f64>,
    is_after: bool,
}

/// Observed and expected.
type Sums = (f64, f64);

impl Fit<'_> {
    /// Computes what is expected by the factors as they are.
    fn expect(&mut self) {
        let [issuers, manners, hours] = &self.factors;
        let slots = self.expected.iter_mut().zip(&self.exposure).zip(&self.grid.places);
        for ((expected, exposure), [issuer, manner, hour]) in slots {
            let factor = issuers[*issuer as usize] * manners[*manner as usize] * hours[*hour as usize];
            *expected = exposure * self.fleet * factor;
        }
    }

    /// Hits of a slot, as far as they may pull.
    fn pull(&self, at: usize, expected: f64) -> f64 {
        self.observed[at].min(PULL.0 * expected + PULL.1)
    }

    /// Fits the factors of one axis; the classes of each partner axis that stand out for a factor are
    /// left out of it.
    fn rake(&mut self, axis: Axis, partners: &[Axis]) {
        self.expect();
        let grid = self.grid;
        let shrinkage = if self.is_after { SHRINKAGE_AFTER } else { SHRINKAGE }[axis as usize];
        for (class, slots) in grid.by_class[axis as usize].iter().enumerate() {
            let kept = partners
                .iter()
                .fold(Cow::Borrowed(&slots[..]), |kept, partner| self.without_outliers(kept, *partner));
            let (observed, expected) = self.sums(&kept);
            let before = self.factors[axis as usize][class];
            let mut factor = before * (observed + shrinkage) / (expected + shrinkage);
            if self.is_after || matches!(axis, Axis::Hour) {
                factor = factor.clamp(1.0 / MOST, MOST);
            }
            self.factors[axis as usize][class] = factor;
        }
    }

    fn sums(&self, slots: &[u32]) -> Sums {
        slots.iter().fold((0.0, 0.0), |(observed, expected), at| {
            let here = self.expected[*at as usize];
            (observed + self.pull(*at as usize, here), expected + here)
        })
    }

    /// The slots without the classes of an axis that stand out against the rest, worst first.
    fn without_outliers<'s>(&self, slots: Cow<'s, [u32]>, axis: Axis) -> Cow<'s, [u32]> {
        let mut classes: Vec<Sums> = vec![(0.0, 0.0); self.grid.sizes[axis as usize]];
        for at in slots.iter().map(|at| *at as usize) {
            let class = &mut classes[self.grid.places[at][axis as usize] as usize];
            class.0 += self.observed[at];
            class.1 += self.expected[at];
        }
        let (mut observed, mut expected) =
            classes.iter().fold((0.0, 0.0), |sums, class| (sums.0 + class.0, sums.1 + class.1));
        let mut left_out = vec![false; classes.len()];
        // At most half of the classes: what most of them show is the rule.
        let told = classes.iter().filter(|class| class.1 > 0.0).count();
        for _ in 0..told / 2 {
            let against_rest = |class: &Sums| {
                let (o, e) = (observed - class.0, expected - class.1);
                // A rest that tells little (all cards of an issuer are tapped) contradicts nobody.
                let all = observed / expected.max(1e-9);
                class.1 * (o + DOUBT * all) / (e + DOUBT)
            };
            let mut worst = (0, 0.0);
            for (at, class) in classes.iter().enumerate().filter(|(at, _)| !left_out[*at]) {
                let rest = against_rest(class);
                // No logarithm without need: most classes are ordinary.
                if nats_at_most(class.0, rest) + ROUNDING < STANDS_OUT.max(worst.1) {
                    continue;
                }
                let score = nats(class.0, rest, SPREAD);
                if score > worst.1 {
                    worst = (at, score);
                }
            }
            if worst.1 <= STANDS_OUT {
                break;
            }
            left_out[worst.0] = true;
            observed -= classes[worst.0].0;
            expected -= classes[worst.0].1;
        }
        if left_out.contains(&true) {
            let class = |at: u32| self.grid.places[at as usize][axis as usize] as usize;
            return slots.iter().copied().filter(|at| !left_out[class(*at)]).collect();
        }
        slots
    }

    /// Fits the fleet's own rate: issuers and hours that stand out after all do not decide it.
    fn level(&mut self) {
        self.expect();
        let all: Vec<u32> = (0..self.grid.places.len() as u32).collect();
        let kept = self.without_outliers(self.without_outliers(all.into(), Axis::Issuer), Axis::Hour);
        let (observed, expected) = self.sums(&kept);
        self.fleet *= (observed + 1.0) / (expected + 1.0);
        if self.is_after {
            self.fleet = self.fleet.clamp(1.0 / MOST, MOST);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::MannerKey;
    use super::*;
    use posmortem_classify::Kind;
    use posmortem_iso8583::EntryMode;

    /// Slots of so many attempts: issuer, manner and hour of each. Issuers and manners make up all cells.
    fn grid(issuers: u32, manners: u32, slots: &[((u32, u32, usize), u64)]) -> (Grid, Cells) {
        let manner = |_| MannerKey { entry_mode: EntryMode::Chip, kind: Kind::Sale, dialect: None };
        let cells = Cells {
            of: (0..issuers).flat_map(|issuer| (0..manners).map(move |manner| (issuer, manner))).collect(),
            issuers: (0..issuers).map(|issuer| issuer.to_string()).collect(),
            manners: (0..manners).map(manner).collect(),
        };
        let mut attempts = vec![0; cells.of.len() * HOURS];
        for ((issuer, manner, hour), count) in slots {
            attempts[(issuer * manners + manner) as usize * HOURS + hour] = *count;
        }
        let slots = Slots::from_counts(attempts, Vec::new());
        (Grid::new(&cells, &slots, &(0..manners).collect::<Vec<_>>()), cells)
    }

    fn fit<'g>(grid: &'g Grid, observed: &[f64], fleet: f64, is_after: bool) -> Fit<'g> {
        Fit {
            grid,
            exposure: grid.attempts.clone(),
            observed: observed.to_vec(),
            fleet,
            factors: grid.sizes.map(|size| vec![1.0; size]),
            expected: grid.attempts.iter().map(|attempts| attempts * fleet).collect(),
            is_after,
        }
    }

    fn close(got: f64, right: f64) {
        assert!((got - right).abs() < 1e-9, "{got} and not {right}");
    }

    /// 16 hits where 10 were expected.
    #[test]
    fn a_factor_is_what_was_seen_over_what_was_expected_and_both_are_held_back() {
        let (grid, _) = grid(1, 1, &[((0, 0, 5), 100)]);
        let mut first = fit(&grid, &[16.0], 0.1, false);
        first.rake(Axis::Issuer, &[]);
        close(first.factors[0][0], 20.0 / 14.0);
        first.rake(Axis::Manner, &[]);
        close(first.factors[1][0], 20.0 / (100.0 / 7.0 + 4.0));
        let mut hours = fit(&grid, &[16.0], 0.1, false);
        hours.rake(Axis::Hour, &[]);
        close(hours.factors[2][5], 36.0 / 30.0);
        close(hours.factors[2][4], 1.0);
        // The same, with the hour's factor known.
        hours.rake(Axis::Hour, &[]);
        close(hours.factors[2][5], 1.2 * 36.0 / 32.0);
        hours.level();
        close(hours.fleet, 0.1 * 17.0 / (10.0 * 1.2 * 36.0 / 32.0 + 1.0));
        // Earlier days weigh more.
        let mut after = fit(&grid, &[16.0], 0.1, true);
        after.rake(Axis::Issuer, &[]);
        close(after.factors[0][0], 36.0 / 30.0);
        let mut after = fit(&grid, &[16.0], 0.1, true);
        after.rake(Axis::Hour, &[]);
        close(after.factors[2][5], 66.0 / 60.0);
    }

    /// Of 10,000 attempts 3,000 hits count where 1,000 were expected, and two more.
    #[test]
    fn hours_and_days_after_others_move_by_a_factor_of_two_at_most() {
        let (grid, _) = grid(1, 1, &[((0, 0, 5), 10_000)]);
        for (observed, most) in [(9_000.0, 2.0), (0.0, 0.5)] {
            let mut hours = fit(&grid, &[observed], 0.1, false);
            hours.rake(Axis::Hour, &[]);
            close(hours.factors[2][5], most);
            let mut after = fit(&grid, &[observed], 0.1, true);
            after.rake(Axis::Issuer, &[]);
            close(after.factors[0][0], most);
            after.fleet = 1.0;
            after.exposure = vec![1_000.0];
            after.factors[0][0] = 1.0;
            after.level();
            close(after.fleet, most);
        }
        let mut issuer = fit(&grid, &[9_000.0], 0.1, false);
        issuer.rake(Axis::Issuer, &[]);
        close(issuer.factors[0][0], 3_006.0 / 1_004.0);
        close(issuer.pull(0, 2.0), 8.0);
        let few = fit(&grid, &[7.0], 0.1, false);
        close(few.pull(0, 2.0), 7.0);
    }

    /// The issuers that are kept, of which 10 hits each are expected, or so many.
    fn kept(observed: &[f64], expected: &[f64]) -> Vec<u32> {
        let slots: Vec<_> = (0..observed.len() as u32).map(|issuer| ((issuer, 0, 0), 100)).collect();
        let (grid, _) = grid(observed.len() as u32, 1, &slots);
        let mut fit = fit(&grid, observed, 0.1, false);
        fit.expected = expected.to_vec();
        let all: Vec<u32> = (0..observed.len() as u32).collect();
        fit.without_outliers(all.into(), Axis::Issuer).to_vec()
    }

    #[test]
    fn partners_that_stand_out_are_left_out_and_never_more_than_half() {
        assert_eq!(kept(&[10.0, 12.0, 8.0, 10.0], &[10.0; 4]), [0, 1, 2, 3]);
        assert_eq!(kept(&[10.0, 10.0, 40.0, 10.0], &[10.0; 4]), [0, 1, 3]);
        // The second one is seen when the first is gone.
        assert_eq!(kept(&[100.0, 5.0, 100.0, 5.0], &[10.0; 4]), [1, 3]);
        // What most of them show is the rule.
        assert_eq!(kept(&[100.0, 100.0, 100.0, 5.0], &[10.0; 4]), [0, 1, 2, 3]);
        // Of three one may go, though two show nothing like the third.
        assert_eq!(kept(&[1_000.0, 100.0, 1.0], &[10.0; 3]), [1, 2]);
        // A rest that tells little contradicts nobody: 62 are expected where the whole shows twice the rate.
        assert_eq!(kept(&[80.0, 0.0], &[40.0, 1.0]), [0, 1]);
        assert_eq!(kept(&[80.0, 20.0], &[20.0, 20.0]), [1]);
    }

    /// A day like those before it changes nothing; one with ten times as many failures of a mark doubles the factors of
    /// each axis, one after the other, and leaves 10 / 8 to the fleet.
    #[test]
    fn days_before_tell_what_is_expected() {
        let mark = Mark::from_name("issuer_unavailable").expect("a mark");
        let hours = [5, 6, 7];
        let slots: Vec<_> =
            (0..6).flat_map(|cell| hours.map(|hour| ((cell / 2, cell % 2, hour), 10_000))).collect();
        let (grid, _) = grid(3, 2, &slots);
        let mut by_hour = vec![[1.0; Mark::COUNT]; HOURS];
        by_hour[6] = [2.0; Mark::COUNT];
        let by_cell = [0.01, 0.02, 0.04, 0.01, 0.02, 0.04].map(|rate| [rate; Mark::COUNT]);
        let before = Rates::new(by_cell.to_vec(), by_hour);
        let hits = |times: u64| -> Vec<(u32, u64)> {
            let of_slot = |cell: u64, hour: usize| {
                let expected = [100, 200, 400, 100, 200, 400][cell as usize] * if hour == 6 { 2 } else { 1 };
                ((cell as usize * HOURS + hour) as u32, times * expected * UNITS)
            };
            (0..6).flat_map(|cell| hours.map(|hour| of_slot(cell, hour))).collect()
        };
        let usual = fit_mark(&grid, &hits(1), Some((&before, mark))).expect("there are rates");
        let all = [usual.issuers, usual.manners, usual.hours, vec![usual.fleet]].concat();
        assert!(all.iter().all(|factor| (factor - 1.0).abs() < 1e-6), "{all:?}");
        let none = fit_mark(&grid, &[], Some((&before, mark))).expect("there are rates");
        assert!(none.issuers.iter().chain([&none.fleet]).all(|factor| (factor - 0.5).abs() < 1e-6));
        assert!(fit_mark(&grid, &[], None).is_none());
        let more = fit_mark(&grid, &hits(10), Some((&before, mark))).expect("there are rates");
        let axes = more.issuers.iter().chain(&more.manners).chain(&more.hours[5..8]);
        assert!(axes.into_iter().all(|factor| (factor - 2.0).abs() < 1e-6));
        assert!((more.fleet - 1.25).abs() < 0.01, "{}", more.fleet);
    }
}
