//! Time as the fleet lives it: it runs where the fleet is busy and hardly at night.

use crate::{Attempt, Day, Flags};

const BIN_MS: i64 = 15 * 60_000;
/// Attempts that every bin has besides its own. In a small fleet they keep time running through a gap of
/// a terminal that makes up most of the fleet; a large one does not notice them.
const BIN_PRIOR: f64 = 20.0;

/// Operational time from the start of a day.
pub(super) struct OperationalTime {
    begin: i64,
    /// By bin, what has passed before it.
    before: Vec<f64>,
}

impl OperationalTime {
    /// The time of a day's attempts; attacks count for nothing.
    pub(super) fn of(day: &Day) -> Self {
        let (from, until) = day.span;
        let counted = || {
            let inside = |attempt: &&Attempt| (from..until).contains(&attempt.at);
            day.attempts.iter().filter(inside).filter(|attempt| !attempt.flags.has(Flags::ATTACK))
        };
        let begin = from.div_euclid(BIN_MS) * BIN_MS;
        let bins = ((until - begin) / BIN_MS).max(0) as usize + 1;
        let mut counts = vec![0u64; bins];
        for attempt in counted() {
            counts[((attempt.at - begin) / BIN_MS) as usize] += u64::from(attempt.count);
        }
        let mut before = vec![0.0];
        for count in counts {
            before.push(before[before.len() - 1] + count as f64 + BIN_PRIOR);
        }
        Self { begin, before }
    }

    /// Those times in operational time.
    pub(super) fn paced(&self, times: &[i64]) -> Vec<f64> {
        let pace = |&at: &i64| {
            let since = at - self.begin;
            let bin = (since / BIN_MS) as usize;
            let share = (since % BIN_MS) as f64 / BIN_MS as f64;
            self.before[bin] + share * (self.before[bin + 1] - self.before[bin])
        };
        times.iter().map(pace).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Mark;

    fn day(times: &[i64]) -> Day {
        let attempt =
            |&at: &i64| Attempt { at, leaf: 0, count: 1, mark: Mark::NONE, flags: Flags::default() };
        let span = (times.iter().min().copied().unwrap_or(0), times.iter().max().map_or(0, |last| last + 1));
        Day { attempts: times.iter().map(attempt).collect(), span, ..Day::default() }
    }

    #[test]
    fn it_runs_with_the_fleet() {
        let mut times = vec![BIN_MS / 2; 980];
        times.push(3 * BIN_MS + 1);
        let time = OperationalTime::of(&day(&times));
        assert_eq!(time.paced(&[0, BIN_MS / 2, BIN_MS, 2 * BIN_MS]), [0.0, 500.0, 1_000.0, 1_020.0]);
    }

    #[test]
    fn an_empty_day_has_none() {
        assert!(OperationalTime::of(&day(&[])).paced(&[]).is_empty());
    }
}
