//! Earlier days, as far as a baseline needs them: attempts and hits by issuer, manner and hour.
//!
//! A day alone cannot tell an issuer that is down all day from one that always declines so often. The
//! days before can. Of terminals nothing is kept but when they signed on and were first seen (`key_age.rs`): whether one was
//! faulty yesterday is not asked here.

use crate::baseline::{Cells, HOURS, MannerKey, Slots, fit};
use crate::coverage::covered;
use crate::fleet::Fleet;
use crate::key_age::first_seen;
use crate::{Flags, LEAST_RATE, Mark, Rates, Settings};
use posmortem_exchange::{ExchangeTable, Names};
use std::collections::BTreeMap;

/// Sums of other days. Adding them in another order gives the same.
#[derive(Clone, Debug, Default)]
pub struct History {
    days: Vec<PastDay>,
    /// By terminal: when it signed on or changed keys, in no order.
    sign_ons: BTreeMap<String, Vec<i64>>,
    /// By terminal: when it was first seen in each stretch that a table covers, in no order.
    first_seen: BTreeMap<String, Vec<i64>>,
}

/// What one table tells.
#[derive(Clone, Debug)]
struct PastDay {
    /// Its first moment and the one after its last.
    span: (i64, i64),
    /// What of that its attempts cover without a gap.
    covered: Vec<(i64, i64)>,
    by_cell: BTreeMap<(String, MannerKey), Hours>,
}

/// One issuer and manner.
#[derive(Clone, Debug, Default)]
struct Hours {
    attempts: [u64; HOURS],
    /// Hits by mark and hour, in the units of [`Slots`].
    hits: BTreeMap<(Mark, usize), u64>,
}

impl History {
    /// Adds what one table tells. Attacks and repeats are left out as on the day itself; what was wrong
    /// with single terminals or for an hour weighs little in the sum of many days.
    pub fn add(&mut self, table: &ExchangeTable, names: &Names, settings: &Settings) {
        let fleet = Fleet::of(table, names, settings);
        let covered = covered(&fleet.day);
        for (terminal, symbol) in (0_u32..).zip(&fleet.terminals).skip(1) {
            let seen = first_seen(&fleet, terminal, &covered);
            self.first_seen.entry(names.text(*symbol).to_owned()).or_default().extend(seen);
            let times: Vec<i64> = fleet.sign_ons(terminal).collect();
            if !times.is_empty() {
                self.sign_ons.entry(names.text(*symbol).to_owned()).or_default().extend(times);
            }
        }
        let left_out = Flags::NEUTRAL.with(Flags::ATTACK);
        let slots = Slots::of(
            &fleet.day,
            &fleet.cells,
            fleet.shown(),
            |attempt| !attempt.flags.has_any(left_out),
            None,
        );
        let Cells { of, issuers, manners } = &fleet.cells;
        let key = |cell: usize| {
            let (issuer, manner) = of[cell];
            (issuers[issuer as usize].clone(), manners[manner as usize])
        };
        let mut by_cell: BTreeMap<_, Hours> = BTreeMap::new();
        for (cell, attempts) in slots.attempts().chunks(HOURS).enumerate() {
            let hours = by_cell.entry(key(cell)).or_default();
            hours.attempts.iter_mut().zip(attempts).for_each(|(sum, attempts)| *sum += attempts);
        }
        for mark in Mark::all() {
            for (slot, units) in slots.hits(mark) {
                let (cell, hour) = (*slot as usize / HOURS, *slot as usize % HOURS);
                let hours = by_cell.entry(key(cell)).or_default();
                *hours.hits.entry((mark, hour)).or_default() += units;
            }
        }
        self.days.push(PastDay { span: fleet.day.span, covered, by_cell });
    }

    /// Tables added.
    pub fn days(&self) -> usize {
        self.days.len()
    }

    /// When a terminal signed on or changed keys, in no order.
    pub(crate) fn sign_ons(&self, terminal: &str) -> &[i64] {
        self.sign_ons.get(terminal).map_or(&[], Vec::as_slice)
    }

    /// When a terminal was first seen in each stretch that a table covers, in no order.
    pub(crate) fn first_seen(&self, terminal: &str) -> &[i64] {
        self.first_seen.get(terminal).map_or(&[], Vec::as_slice)
    }

    /// What the tables cover without a gap, each by itself (`coverage.rs`).
    pub(crate) fn covered(&self) -> impl Iterator<Item = (i64, i64)> {
        self.days.iter().flat_map(|day| day.covered.iter().copied())
    }

    /// What these days let expect in the cells of another one; none where there are no days. Issuers and
    /// manners that they never saw are expected at the fleet's own level. A table of the very day that is
    /// judged (a run done again) is passed over.
    pub(crate) fn rates(&self, cells: &Cells, span: (i64, i64)) -> Option<Rates> {
        let others: Vec<&PastDay> = self.days.iter().filter(|day| !is_same_day(day.span, span)).collect();
        if others.is_empty() {
            return None;
        }
        let (all, slots) = cells_and_slots(&others, cells);
        let rates = fit(&all, &slots, None);
        let levels = (0..cells.of.len() as u32).map(|cell| {
            let mut levels = [LEAST_RATE as f32; Mark::COUNT];
            for mark in Mark::all() {
                levels[mark.index()] = rates.level(cell, mark) as f32;
            }
            levels
        });
        let hours = (0..HOURS).map(|hour| {
            let mut factors = [1.0; Mark::COUNT];
            for mark in Mark::all() {
                factors[mark.index()] = rates.hour_factor(hour, mark) as f32;
            }
            factors
        });
        Some(Rates::new(levels.collect(), hours.collect()))
    }
}

/// Whether two spans share more than half of the shorter one: days of a log overlap by a few minutes.
pub(crate) fn is_same_day(one: (i64, i64), other: (i64, i64)) -> bool {
    let common = one.1.min(other.1) - one.0.max(other.0);
    common * 2 > (one.1 - one.0).min(other.1 - other.0)
}

/// The cells of the day that is judged first, under their numbers, then those that only the others know.
fn cells_and_slots(days: &[&PastDay], cells: &Cells) -> (Cells, Slots) {
    let mut all = cells.clone();
    let mut numbers: BTreeMap<(u32, u32), usize> =
        all.of.iter().enumerate().map(|(cell, key)| (*key, cell)).collect();
    let mut attempts = vec![0; all.of.len() * HOURS];
    let mut hits: Vec<Vec<(u32, u64)>> = vec![Vec::new(); Mark::COUNT];
    let mut issuers = places(&all.issuers);
    let mut manners = places(&all.manners);
    for ((issuer, manner), hours) in days.iter().flat_map(|day| &day.by_cell) {
        let key =
            (place(&mut issuers, &mut all.issuers, issuer), place(&mut manners, &mut all.manners, manner));
        let cell = *numbers.entry(key).or_insert_with(|| {
            all.of.push(key);
            attempts.resize(all.of.len() * HOURS, 0);
            all.of.len() - 1
        });
        for (hour, count) in hours.attempts.iter().enumerate() {
            attempts[cell * HOURS + hour] += count;
        }
        for ((mark, hour), units) in &hours.hits {
            hits[mark.index()].push(((cell * HOURS + hour) as u32, *units));
        }
    }
    (all, Slots::from_counts(attempts, hits))
}

fn places<T: Ord + Clone>(list: &[T]) -> BTreeMap<T, u32> {
    list.iter().cloned().zip(0..).collect()
}

/// The place of a value in a list, at its end where it is new.
fn place<T: Ord + Clone>(places: &mut BTreeMap<T, u32>, list: &mut Vec<T>, value: &T) -> u32 {
    if let Some(place) = places.get(value) {
        return *place;
    }
    list.push(value.clone());
    places.insert(value.clone(), list.len() as u32 - 1);
    list.len() as u32 - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_done_again_is_no_history() {
        let day = (0, 86_400_000);
        assert!(is_same_day(day, day));
        assert!(is_same_day(day, (3_600_000, 86_400_000)));
        assert!(!is_same_day(day, (86_000_000, 172_800_000)));
    }
}
