//! How a day's time is cut into bins.

use crate::{Attempt, Day};

/// Bins of one length; what lies outside of the day's span belongs to the first or the last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    origin: i64,
    bin_ms: u32,
    bins: usize,
}

impl Clock {
    pub(crate) fn new(span: (i64, i64), bin_ms: u32) -> Self {
        let length = i64::from(bin_ms);
        let origin = span.0.div_euclid(length) * length;
        let whole = (span.1 - origin).max(1);
        let bins = (whole + length - 1).div_euclid(length) as usize;
        Self { origin, bin_ms, bins }
    }

    pub(crate) fn bins(self) -> usize {
        self.bins
    }

    pub(crate) fn bin(self, at: i64) -> usize {
        // 32 bits divide in a third of the time; 49 days is the longest span.
        let bin = at.saturating_sub(self.origin).clamp(0, i64::from(u32::MAX)) as u32 / self.bin_ms;
        (bin as usize).min(self.bins - 1)
    }

    /// When a bin begins.
    pub(crate) fn begin(self, bin: usize) -> i64 {
        self.origin + bin as i64 * i64::from(self.bin_ms)
    }

    /// The numbers and leaves of the attempts that are wanted, bin by bin and in their order within each. On one
    /// thread, for it may be asked for by many at once, who wait for one.
    pub(crate) fn by_bin(self, day: &Day, is_wanted: impl Fn(&Attempt) -> bool) -> Vec<(u32, u32)> {
        let mut next = vec![0; self.bins + 1];
        let wanted = || day.attempts.iter().zip(0..).filter(|(attempt, _)| is_wanted(attempt));
        wanted().for_each(|(attempt, _)| next[self.bin(attempt.at) + 1] += 1);
        (0..self.bins).for_each(|bin| next[bin + 1] += next[bin]);
        let mut sorted = vec![(0, 0); next[self.bins]];
        for (attempt, row) in wanted() {
            let next = &mut next[self.bin(attempt.at)];
            sorted[*next] = (row, attempt.leaf);
            *next += 1;
        }
        sorted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_cover_the_span_and_no_more() {
        let clock = Clock::new((0, 86_400_000), 300_000);
        assert_eq!((clock.bins(), clock.bin(0), clock.bin(299_999), clock.bin(300_000)), (288, 0, 0, 1));
        assert_eq!((clock.bin(86_399_999), clock.bin(86_400_000), clock.bin(-1)), (287, 287, 0));
        assert_eq!(Clock::new((300_000, 300_000), 300_000).bins(), 1);
        let late = Clock::new((450_000, 910_000), 300_000);
        assert_eq!((late.begin(0), late.bins(), late.bin(909_999)), (300_000, 3, 2));
    }
}
