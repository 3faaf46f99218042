//! Which stretch of time is judged: the one that holds the log.
//!
//! A single record with a wrong date would otherwise stretch the day over years, in which an hour's outage
//! is nothing and every bin of time costs memory. What lies outside is counted and not judged.

use crate::Attempt;
use rayon::prelude::*;
use std::collections::BTreeMap;

const DAY_MS: i64 = 24 * 3_600_000;
/// Days without any attempt part what is judged from what is not.
const MOST_EMPTY_DAYS: i64 = 7;
/// No longer stretch is judged at once, the last days of it.
const MOST_DAYS: i64 = 40;
/// Attempts that are looked through in one go.
const AT_ONCE: usize = 1 << 16;

/// The stretch with the most attempts, the later of equal ones: its first moment, and the one after its last,
/// in whole days.
pub(super) fn judged_span(attempts: &[Attempt]) -> (i64, i64) {
    let joined = |mut days: BTreeMap<i64, u64>, more: BTreeMap<i64, u64>| {
        more.into_iter().for_each(|(day, count)| *days.entry(day).or_default() += count);
        days
    };
    let by_day = attempts.par_chunks(AT_ONCE).map(by_day).reduce(BTreeMap::new, joined);
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

/// The attempts of each day.
fn by_day(attempts: &[Attempt]) -> BTreeMap<i64, u64> {
    let mut by_day = BTreeMap::new();
    // Most attempts are of the day of the one before.
    for of_day in attempts.chunk_by(|one, next| day(one) == day(next)) {
        *by_day.entry(day(&of_day[0])).or_default() += of_day.len() as u64;
    }
    by_day
}

fn day(attempt: &Attempt) -> i64 {
    attempt.at.div_euclid(DAY_MS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Flags, Mark};

    fn span_of(times: impl IntoIterator<Item = i64>) -> (i64, i64) {
        let attempt = |at| Attempt { at, leaf: 0, count: 1, mark: Mark::NONE, flags: Flags::NONE };
        judged_span(&times.into_iter().map(attempt).collect::<Vec<_>>())
    }

    #[test]
    fn a_stray_record_stretches_nothing() {
        let day = |number: i64, count: usize| std::iter::repeat_n(number * DAY_MS + 5, count);
        let times = day(7_000, 1).chain(day(20_000, 50)).chain(day(20_001, 50)).chain(day(30_000, 99));
        assert_eq!(span_of(times), (20_000 * DAY_MS, 20_002 * DAY_MS));
    }

    #[test]
    fn a_quiet_week_parts_nothing_and_a_long_stretch_ends_with_its_last_days() {
        let times = [0, 8, 16, 24, 32, 40].map(|day| day * DAY_MS);
        assert_eq!(span_of(times), (DAY_MS, 41 * DAY_MS));
        assert_eq!(span_of([0, 9 * DAY_MS]), (9 * DAY_MS, 10 * DAY_MS));
        assert_eq!(span_of([]), (0, DAY_MS));
    }
}
