//! How far clocks lie apart: a histogram of differences in milliseconds, and its median.

use std::collections::BTreeMap;

/// Differences, counted by their value. Merging is adding, so the order of what is seen decides
/// nothing. Memory follows the number of different values: whoever sees differences of a wide range
/// rounds them first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offsets {
    counts: BTreeMap<i64, u64>,
}

impl Offsets {
    /// Takes note of one difference.
    pub fn see(&mut self, millis: i64) {
        *self.counts.entry(millis).or_default() += 1;
    }

    /// Adds what another one has seen.
    pub fn merge(&mut self, other: Self) {
        for (millis, count) in other.counts {
            *self.counts.entry(millis).or_default() += count;
        }
    }

    /// The same differences seen from the other side.
    #[must_use]
    pub fn negated(self) -> Self {
        Self { counts: self.counts.into_iter().map(|(millis, count)| (-millis, count)).collect() }
    }

    /// How many were seen.
    pub fn count(&self) -> u64 {
        self.counts.values().sum()
    }

    /// The median, of two in the middle the lower one.
    pub fn median(&self) -> Option<i64> {
        let middle = self.count().checked_sub(1)? / 2;
        let mut before = 0;
        let reached = |(_, count): &(&i64, &u64)| {
            before += *count;
            before > middle
        };
        self.counts.iter().find(reached).map(|(millis, _)| *millis)
    }

    /// How many of them `takes` holds for.
    pub fn count_of(&self, takes: impl Fn(i64) -> bool) -> u64 {
        self.counts.iter().filter(|(millis, _)| takes(**millis)).map(|(_, count)| count).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_lower_of_two_and_order_decides_nothing() {
        let of = |values: &[i64]| {
            let mut offsets = Offsets::default();
            values.iter().for_each(|value| offsets.see(*value));
            offsets
        };
        assert_eq!(of(&[]).median(), None);
        assert_eq!(of(&[7]).median(), Some(7));
        assert_eq!(of(&[9, -3, 9, -3]).median(), Some(-3));
        assert_eq!(of(&[100, 1, 2]).negated().median(), Some(-2));
        let (mut left, right) = (of(&[1, 5]), of(&[5, -2]));
        left.merge(right);
        assert_eq!(left, of(&[5, -2, 1, 5]));
        assert_eq!((left.count(), left.count_of(|millis| millis > 0)), (4, 3));
    }
}
