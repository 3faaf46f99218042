//! Which stretch of time is judged: the one that holds the log.
//!
//! A single record with a wrong date would otherwise stretch the day over years, in which an hour's outage
//! is nothing and every bin of time costs memory. What lies outside is counted and not judged.

use std::collections::BTreeMap;

const DAY_MS: i64 = 24 * 3_600_000;
/// Days without any attempt part what is judged from what is not.
const MOST_EMPTY_DAYS: i64 = 7;
/// No longer stretch is judged at once, the last days of it.
const MOST_DAYS: i64 = 40;

/// The stretch with the most attempts, the later of equal ones: its first moment, and the one after its last,
/// in whole days.
pub(super) fn judged_span(times: impl Iterator<Item = i64>) -> (i64, i64) {
    let mut by_day: BTreeMap<i64, u64> = BTreeMap::new();
    let mut last = None;
    for at in times {
        let day = at.div_euclid(DAY_MS);
        match &mut last {
            // Most attempts are of the day of the one before.
            Some((of, count)) if *of == day => *count += 1,
            _ => {
                if let Some((of, count)) = last.replace((day, 1)) {
                    *by_day.entry(of).or_default() += count;
                }
            }
        }
    }
    if let Some((of, count)) = last {
        *by_day.entry(of).or_default() += count;
    }
    let mut best = (0, 0, 0);
    let mut run: Option<(i64, i64, u64)> = None;
    for (day, count) in by_day {
        run = match run {
            Some((first, before, sum)) if day - before <= MOST_EMPTY_DAYS + 1 => {
                Some((first, day, sum + count))
            }
            _ => Some((day, day, count)),
        };
        best = run.filter(|run| run.2 >= best.2).unwrap_or(best);
    }
    let (first, last, _) = best;
    (first.max(last - MOST_DAYS + 1) * DAY_MS, (last + 1) * DAY_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stray_record_stretches_nothing() {
        let day = |number: i64, count: usize| std::iter::repeat_n(number * DAY_MS + 5, count);
        let times = day(7_000, 1).chain(day(20_000, 50)).chain(day(20_001, 50)).chain(day(30_000, 99));
        assert_eq!(judged_span(times), (20_000 * DAY_MS, 20_002 * DAY_MS));
    }

    #[test]
    fn a_quiet_week_parts_nothing_and_a_long_stretch_ends_with_its_last_days() {
        let times = [0, 8, 16, 24, 32, 40].map(|day| day * DAY_MS);
        assert_eq!(judged_span(times.into_iter()), (DAY_MS, 41 * DAY_MS));
        assert_eq!(judged_span([0, 9 * DAY_MS].into_iter()), (9 * DAY_MS, 10 * DAY_MS));
        assert_eq!(judged_span([].into_iter()), (0, DAY_MS));
    }
}
