//! A set of numbers that are counted upwards, told by a few of its edges.
//!
//! Holds the lowest and the highest number, and the gap between that was left last. What lies between the
//! edges and not in the gap may have been seen: no number that was seen is ever taken for a new one.

/// Numbers that were seen.
#[derive(Clone, Copy)]
pub(super) struct Seen<T> {
    low: T,
    high: T,
    /// From and to, both included.
    gap: (T, T),
}

/// Stamps the same code on both widths: STANs have six digits and references twelve.
macro_rules! seen {
    ($number:ty) => {
        impl Seen<$number> {
            const NO_GAP: ($number, $number) = (<$number>::MAX, 0);

            /// No number at all.
            pub(super) const NONE: Self = Self { low: <$number>::MAX, high: 0, gap: Self::NO_GAP };

            /// Whether a number may have been seen.
            #[inline(always)]
            pub(super) fn may_hold(&self, number: $number) -> bool {
                let (from, to) = self.gap;
                number <= self.high && number >= self.low && !(from..=to).contains(&number)
            }

            /// Takes note of a number.
            #[inline(always)]
            pub(super) fn insert(&mut self, number: $number) {
                if self.low > self.high {
                    (self.low, self.high) = (number, number);
                } else if number > self.high {
                    self.leave(self.high + 1, number - 1);
                    self.high = number;
                } else if number < self.low {
                    self.leave(number + 1, self.low - 1);
                    self.low = number;
                } else if (self.gap.0..=self.gap.1).contains(&number) {
                    // The upper part stays: numbers that come late mostly come in their order.
                    let (from, to) = self.gap;
                    self.gap = if number < to {
                        (number + 1, to)
                    } else if from < number {
                        (from, number - 1)
                    } else {
                        Self::NO_GAP
                    };
                }
            }

            #[inline(always)]
            fn leave(&mut self, from: $number, to: $number) {
                if from <= to {
                    self.gap = (from, to);
                }
            }
        }
    };
}

seen!(u32);
seen!(u64);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn what_was_seen_is_never_new(numbers in prop::collection::vec(prop_oneof![0..40_u32, Just(u32::MAX), Just(u32::MAX - 1)], 1..60)) {
            let (mut seen, mut all) = (Seen::<u32>::NONE, BTreeSet::new());
            for number in numbers {
                prop_assert!(seen.may_hold(number) || !all.contains(&number));
                seen.insert(number);
                all.insert(number);
                prop_assert!(all.iter().all(|number| seen.may_hold(*number)));
            }
        }
    }

    #[test]
    fn numbers_that_come_late_are_new() {
        let mut seen = Seen::<u64>::NONE;
        for number in [10, 11, 14, 12, 13, 20, 17] {
            assert!(!seen.may_hold(number), "{number}");
            seen.insert(number);
            assert!(seen.may_hold(number), "{number}");
        }
    }
}
