//! Attempts by minute of the log's own clock, and the wider slots that a chart has room for.

use crate::Counts;
use std::collections::BTreeMap;

/// Widths of a slot in minutes. Each divides a day or is whole days, so that slots begin at round times.
const WIDTHS: [i64; 15] = [1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 720, 1440, 7 * 1440];
const DAY: i64 = 1440;
const HOUR: i64 = 60;
/// So many attempts in a thousand may lie outside of a timeline on either side: records with a wrong date would
/// stretch it over years.
const OUTSIDE_PERMILLE: u128 = 1;

/// Attempts by minute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Minutes(BTreeMap<i64, Counts>);

/// Slots of equal width, in the order of time, those without an attempt too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// When the first slot begins, in milliseconds as the log's clock showed them ([`Timestamp::civil_millis`]).
    ///
    /// [`Timestamp::civil_millis`]: posmortem_iso8583::Timestamp::civil_millis
    pub begin: i64,
    /// Milliseconds of a slot.
    pub width: i64,
    /// What was attempted in each.
    pub slots: Vec<Counts>,
    /// Attempts before the first or after the last slot: of wrong dates.
    pub outside: u64,
}

impl Minutes {
    /// Counts attempts of a minute; none leave no trace.
    pub(super) fn add_to(&mut self, minute: i64, counts: Counts) {
        if counts.exchanges > 0 {
            *self.0.entry(minute).or_default() += counts;
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        other.0.into_iter().for_each(|(minute, counts)| self.add_to(minute, counts));
    }

    /// The hours of the day, from midnight on.
    pub fn hours(&self) -> [Counts; 24] {
        let mut hours = [Counts::default(); 24];
        for (minute, counts) in &self.0 {
            hours[(minute.rem_euclid(DAY) / HOUR) as usize] += *counts;
        }
        hours
    }

    /// The day in at most `most` slots; `None` without an attempt.
    pub fn timeline(&self, most: usize) -> Option<Timeline> {
        let all: u128 = self.0.values().map(|counts| u128::from(counts.exchanges)).sum();
        let spare = all * OUTSIDE_PERMILLE / 1000;
        let (first, last) = (beyond(self.0.iter(), spare)?, beyond(self.0.iter().rev(), spare)?);
        let (first, last) = (
            reach(first, self.0.range(..first).rev().map(|(minute, _)| *minute)),
            reach(last, self.0.range(last..).map(|(minute, _)| *minute)),
        );
        let most = i64::try_from(most.max(1)).unwrap_or(i64::MAX);
        let slots_of = |width: i64| last.div_euclid(width) - first.div_euclid(width) + 1;
        let fitting = WIDTHS.into_iter().find(|width| slots_of(*width) <= most);
        // The first and the last slot may reach beyond the first and the last minute.
        let width = fitting.unwrap_or_else(|| ((last - first) / (most - 1).max(1) / DAY + 1) * DAY);
        let begin = first.div_euclid(width);
        let mut slots = vec![Counts::default(); slots_of(width) as usize];
        let mut outside = 0;
        for (minute, counts) in &self.0 {
            let at = usize::try_from(minute.div_euclid(width) - begin).ok();
            match at.and_then(|at| slots.get_mut(at)) {
                Some(slot) => *slot += *counts,
                None => outside += counts.exchanges,
            }
        }
        let ms = |minutes: i64| minutes.saturating_mul(60_000);
        Some(Timeline { begin: ms(begin.saturating_mul(width)), width: ms(width), slots, outside })
    }
}

/// How far minutes go on from an end without a gap of more than a day: a quiet night is no wrong date.
fn reach(end: i64, minutes: impl Iterator<Item = i64>) -> i64 {
    let mut reached = end;
    for minute in minutes {
        if reached.abs_diff(minute) > DAY.unsigned_abs() {
            break;
        }
        reached = minute;
    }
    reached
}

/// The first minute with which more than `spare` attempts have passed.
fn beyond<'m>(minutes: impl Iterator<Item = (&'m i64, &'m Counts)>, spare: u128) -> Option<i64> {
    let mut passed = 0;
    let mut minutes = minutes;
    let found = minutes.find(|(_, counts)| {
        passed += u128::from(counts.exchanges);
        passed > spare
    });
    found.map(|(minute, _)| *minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(of: &[(i64, u64)]) -> Minutes {
        let mut minutes = Minutes::default();
        of.iter().for_each(|(minute, count)| {
            minutes.add_to(*minute, Counts { exchanges: *count, ..Counts::default() });
        });
        minutes
    }

    #[test]
    fn a_day_has_round_slots_that_hold_every_attempt() {
        let day = minutes(&[(7 * DAY + 3, 5), (7 * DAY + 14, 2), (7 * DAY + 1439, 1)]);
        let timeline = day.timeline(150).unwrap();
        assert_eq!((timeline.begin, timeline.width), (7 * DAY * 60_000, 600_000));
        assert_eq!((timeline.slots.len(), timeline.outside), (144, 0));
        let counts: Vec<_> = timeline.slots.iter().map(|slot| slot.exchanges).collect();
        assert_eq!((counts[0], counts[1], counts[143]), (5, 2, 1));
        assert_eq!(day.hours()[0].exchanges, 7);
        assert_eq!(day.hours()[23].exchanges, 1);
        assert_eq!(Minutes::default().timeline(150), None);
    }

    #[test]
    fn wrong_dates_do_not_stretch_it_unless_they_are_many() {
        let wrong = minutes(&[(-50_000_000, 1), (7 * DAY, 2000), (7 * DAY + 59, 2000), (90_000_000, 3)]);
        let timeline = wrong.timeline(60).unwrap();
        assert_eq!((timeline.width, timeline.slots.len(), timeline.outside), (60_000, 60, 4));
        let spread = minutes(&[(0, 5), (10_000 * DAY, 5)]);
        let timeline = spread.timeline(60).unwrap();
        assert!(timeline.slots.len() <= 60 && timeline.outside == 0, "{timeline:?}");
        assert_eq!(timeline.slots.iter().map(|slot| slot.exchanges).sum::<u64>(), 10);
    }

    #[test]
    fn a_quiet_night_belongs_to_its_day() {
        let quiet = minutes(&[(-9 * DAY, 1), (3, 1), (600, 5000), (900, 5000), (1439, 2)]);
        let timeline = quiet.timeline(150).unwrap();
        assert_eq!((timeline.begin, timeline.slots.len(), timeline.outside), (0, 144, 1));
    }

    #[test]
    fn no_more_slots_than_asked_for() {
        for last in [0, 1, 59, 60, 61, 1439, 1440, 10_081, 100_000, 5_000_000, i64::MAX / 60_000] {
            for most in [1, 2, 24, 150] {
                let timeline = minutes(&[(-1, 1), (last, 1)]).timeline(most).unwrap();
                assert!(timeline.slots.len() <= most.max(2), "{last} {most} {}", timeline.slots.len());
            }
        }
    }

    /// The last minute that fits into ten slots of each width, and the first one that does not.
    #[test]
    fn slots_are_the_narrowest_that_fit() {
        let widths = [1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 720, 1440, 10_080];
        for (at, width) in widths.into_iter().enumerate() {
            let timeline = |last| minutes(&[(0, 1), (last, 2)]).timeline(10).unwrap();
            let fits = timeline(10 * width - 1);
            assert_eq!((fits.begin, fits.width, fits.slots.len()), (0, width * 60_000, 10));
            assert_eq!((fits.slots[0].exchanges, fits.slots[9].exchanges, fits.outside), (1, 2, 0));
            // Seventy days, less the first slot, are seven and a bit a slot.
            let next = widths.get(at + 1).copied().unwrap_or(8 * 1440);
            assert_eq!(timeline(10 * width).width, next * 60_000, "{width}");
        }
        // Beyond seventy days by whole days: 20 days in each of nine gaps, and one more.
        let longer = minutes(&[(0, 1), (9 * 20 * DAY, 1)]).timeline(10).unwrap();
        assert_eq!((longer.width, longer.slots.len()), (21 * DAY * 60_000, 9));
        let one = minutes(&[(0, 1), (100 * DAY, 1)]).timeline(1).unwrap();
        assert_eq!((one.width, one.slots.len()), (101 * DAY * 60_000, 1));
        // Slots begin at round times, before the zero of clocks too.
        let early = minutes(&[(-7, 3), (4, 1)]).timeline(3).unwrap();
        assert_eq!((early.begin, early.width), (-10 * 60_000, 5 * 60_000));
        assert_eq!(early.slots.iter().map(|slot| slot.exchanges).collect::<Vec<_>>(), [3, 0, 1]);
    }

    #[test]
    fn one_in_a_thousand_may_lie_outside_on_either_side() {
        for (end, inside) in [(-1_000_000, 0), (1_000_000, 9)] {
            let outside =
                |wrong, right| minutes(&[(end, wrong), (inside, right)]).timeline(10).unwrap().outside;
            assert_eq!((outside(1, 999), outside(1, 998)), (1, 0));
            assert_eq!((outside(2, 1_998), outside(2, 1_997)), (2, 0));
        }
        let both = minutes(&[(-1_000_000, 2), (0, 1_996), (1_000_000, 2)]).timeline(10).unwrap();
        assert_eq!((both.outside, both.slots.len(), both.begin), (4, 1, 0));
    }

    #[test]
    fn a_day_without_an_attempt_is_no_wrong_date_and_more_is() {
        for side in [-1, 1] {
            let outside = |gap: i64| {
                let of = [(side * (gap + DAY), 1), (side * gap, 1), (0, 5_000)];
                minutes(&of).timeline(100).unwrap().outside
            };
            assert_eq!((outside(DAY), outside(DAY + 1)), (0, 2), "{side}");
        }
    }

    #[test]
    fn hours_count_from_midnight_on_every_day() {
        let of =
            [(-1, 2), (0, 3), (59, 5), (60, 7), (1439, 11), (1440, 13), (-1440, 17), (5 * DAY + 750, 19)];
        let mut hours = [0; 24];
        [(0, 3 + 5 + 13 + 17), (1, 7), (12, 19), (23, 2 + 11)]
            .into_iter()
            .for_each(|(at, count)| hours[at] = count);
        assert_eq!(minutes(&of).hours().map(|hour| hour.exchanges), hours);
    }
}
