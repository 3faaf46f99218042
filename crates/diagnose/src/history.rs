//! Earlier days, as far as a baseline needs them: attempts and hits by issuer, manner and hour.
//!
//! A day alone cannot tell an issuer that is down all day from one that always declines so often. The
//! days before can. Of terminals nothing is kept but when they signed on and were first seen (`key_age.rs`): whether one was
//! faulty yesterday is not asked here.
//!
//! Which tables count depends on the day that is judged: what lies too far back does not, since a run that is done
//! again may not find it any more.

use crate::baseline::{Cells, HOURS, MannerKey, Slots, fit};
use crate::coverage::covered;
use crate::fleet::Fleet;
use crate::key_age::first_seen;
use crate::{CalendarDate, Flags, LEAST_RATE, Mark, Rates, Settings};
use posmortem_exchange::{ExchangeTable, Names};
use std::collections::BTreeMap;

/// Sums of other days. Adding them in another order gives the same.
#[derive(Clone, Debug, Default)]
pub struct History {
    days: Vec<PastDay>,
}

/// What one table tells.
#[derive(Clone, Debug)]
struct PastDay {
    /// What was read, as in [`DayFindings::inputs`](crate::DayFindings::inputs).
    inputs: String,
    /// The day in its middle.
    date: CalendarDate,
    /// Its first moment and the one after its last.
    span: (i64, i64),
    /// What of that its attempts cover without a gap.
    covered: Vec<(i64, i64)>,
    by_cell: BTreeMap<(String, MannerKey), Hours>,
    /// By terminal: when it signed on or changed keys, in no order.
    sign_ons: BTreeMap<String, Vec<i64>>,
    /// By terminal: when it was first seen in each stretch that is covered.
    first_seen: BTreeMap<String, Vec<i64>>,
}

/// One issuer and manner.
#[derive(Clone, Debug, Default)]
struct Hours {
    attempts: [u64; HOURS],
    /// Hits by mark and hour, in the units of [`Slots`].
    hits: BTreeMap<(Mark, usize), u64>,
}

impl History {
    /// Adds what one table tells; `inputs` is [`DayFindings::inputs`](crate::DayFindings::inputs) of its run. Attacks and
    /// repeats are left out as on the day itself; what was wrong with single terminals or for an hour weighs little in
    /// the sum of many days. A table without attempts tells nothing.
    pub fn add(&mut self, table: &ExchangeTable, names: &Names, inputs: String, settings: &Settings) {
        let fleet = Fleet::of(table, names, settings);
        let Some(date) = date_of(&fleet) else { return };
        let covered = covered(&fleet.day);
        let (mut sign_ons, mut seen_first) = (BTreeMap::new(), BTreeMap::new());
        for (terminal, symbol) in (0_u32..).zip(&fleet.terminals).skip(1) {
            let id = names.text(*symbol);
            let seen: Vec<i64> = first_seen(&fleet, terminal, &covered).collect();
            seen_first.insert(id.to_owned(), seen);
            let times: Vec<i64> = fleet.sign_ons(terminal).collect();
            if !times.is_empty() {
                sign_ons.insert(id.to_owned(), times);
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
        let span = fleet.day.span;
        self.days.push(PastDay { inputs, date, span, covered, by_cell, sign_ons, first_seen: seen_first });
    }

    /// Tables added.
    pub fn days(&self) -> usize {
        self.days.len()
    }

    /// What of it counts for a day that is judged: no table of more than so many days before.
    pub(crate) fn since(&self, fleet: &Fleet<'_>, days: u32) -> Since<'_> {
        let date = date_of(fleet);
        let is_near = |day: &&PastDay| date.is_none_or(|date| day.date >= date.before(days));
        Since { days: self.days.iter().filter(is_near).collect(), date, span: fleet.day.span }
    }
}

/// The tables of a history that are not too old for a day that is judged.
pub(crate) struct Since<'h> {
    days: Vec<&'h PastDay>,
    /// The day that is judged.
    date: Option<CalendarDate>,
    span: (i64, i64),
}

impl Since<'_> {
    /// When a terminal signed on or changed keys, in no order.
    pub(crate) fn sign_ons(&self, terminal: &str) -> impl Iterator<Item = i64> {
        self.days.iter().filter_map(move |day| day.sign_ons.get(terminal)).flatten().copied()
    }

    /// When a terminal was first seen in each stretch that a table covers, in no order.
    pub(crate) fn first_seen(&self, terminal: &str) -> impl Iterator<Item = i64> {
        self.days.iter().filter_map(move |day| day.first_seen.get(terminal)).flatten().copied()
    }

    /// What the tables cover without a gap, each by itself (`coverage.rs`).
    pub(crate) fn covered(&self) -> impl Iterator<Item = (i64, i64)> {
        self.days.iter().flat_map(|day| day.covered.iter().copied())
    }

    /// What the days before let expect in the cells of the day that is judged; none where there are no such days.
    /// Issuers and manners that they never saw are expected at the fleet's own level. Passed over are tables of that
    /// very day (a run done again, or a part of it), of days after, and of a log that was read again when it had grown.
    pub(crate) fn rates(&self, cells: &Cells) -> Option<Rates> {
        let is_before = |day: &&&PastDay| {
            self.date.is_some_and(|date| day.date < date) && !is_same_day(day.span, self.span)
        };
        let before: Vec<&PastDay> = self.days.iter().filter(is_before).copied().collect();
        let logs: Vec<_> = before.iter().map(|day| (day.inputs.as_str(), day.span)).collect();
        let outgrown = outgrown(&logs);
        let whole = before.into_iter().zip(outgrown).filter(|(_, outgrown)| !outgrown);
        let whole: Vec<&PastDay> = whole.map(|(day, _)| day).collect();
        if whole.is_empty() {
            return None;
        }
        let (all, slots) = cells_and_slots(&whole, cells);
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

/// Which of these logs, each told by what was read and its span, were read again when they had grown: the longest
/// counts.
pub(crate) fn outgrown(logs: &[(&str, (i64, i64))]) -> Vec<bool> {
    let outgrows = |(longer_at, longer): (usize, &(&str, (i64, i64))),
                    (at, log): (usize, &(&str, (i64, i64)))| {
        let holds = longer.1.0 <= log.1.0 && log.1.1 <= longer.1.1;
        longer_at != at && longer.0 == log.0 && holds && (longer.1 != log.1 || longer_at < at)
    };
    let is_outgrown = |log| logs.iter().enumerate().any(|longer| outgrows(longer, log));
    logs.iter().enumerate().map(is_outgrown).collect()
}

/// The day of a fleet's log; none where it has no attempt.
fn date_of(fleet: &Fleet<'_>) -> Option<CalendarDate> {
    let (first, after_last) = fleet.day.span;
    (first < after_last).then(|| CalendarDate::amid(fleet.moment(first), fleet.moment(after_last - 1)))
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

    #[test]
    fn of_a_log_that_grew_the_longest_counts() {
        let (noon, evening) = ((0, 12), (0, 20));
        assert_eq!(outgrown(&[("log", noon), ("log", evening), ("other", noon)]), [true, false, false]);
        // A copy is one log, and a log that goes on elsewhere is another part.
        assert_eq!(outgrown(&[("log", noon), ("log", noon), ("log", (6, 20))]), [false, true, false]);
    }

    #[test]
    fn what_is_new_gets_the_next_place() {
        let mut list = vec!["b", "a"];
        let mut known = places(&list);
        let placed = ["a", "c", "b", "d", "c"].map(|value| place(&mut known, &mut list, &value));
        assert_eq!((placed, list), ([1, 2, 0, 3, 2], vec!["b", "a", "c", "d"]));
    }
}
