//! How a day's time is cut into bins.

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
