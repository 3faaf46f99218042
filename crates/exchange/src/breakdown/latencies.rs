//! How long answers took, class by class.

use crate::LatencyClass;

/// Answers by how long they took. What is read from it is exact below 8 ms, and beyond that a fifth too small
/// at most ([`LatencyClass`]).
///
/// There is one an issuer, and a log may tell 10^5 of them; most have a few classes that lie close together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Latencies {
    /// The class of the first count.
    first: usize,
    /// By class from the first on; both ends hold an answer. A table holds no more than 2^32 attempts.
    counts: Vec<u32>,
}

impl Latencies {
    /// Counts an answer of the class with that number; 0 is none.
    #[inline]
    pub(super) fn record(&mut self, class: usize) {
        *self.count_of(class) += 1;
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (class, count) in (other.first..).zip(&other.counts).filter(|(_, count)| **count > 0) {
            *self.count_of(class) += count;
        }
    }

    #[inline]
    fn count_of(&mut self, class: usize) -> &mut u32 {
        let Self { first, counts } = self;
        if counts.is_empty() {
            *first = class;
        }
        if class < *first {
            counts.splice(0..0, std::iter::repeat_n(0, *first - class));
            *first = class;
        }
        let at = class - *first;
        if at >= counts.len() {
            counts.resize(at + 1, 0);
        }
        &mut counts[at]
    }

    /// Answers with a latency.
    pub fn answers(&self) -> u64 {
        self.classes().map(|(_, count)| count).sum()
    }

    /// Classes that hold an answer, the fastest first.
    pub fn classes(&self) -> impl Iterator<Item = (LatencyClass, u64)> {
        let counts = (self.first as u64..).zip(&self.counts).filter(|(_, count)| **count > 0);
        counts.filter_map(|(number, count)| Some((LatencyClass::from_number(number)?, u64::from(*count))))
    }

    /// Milliseconds within which so many answers in a thousand came (nearest rank), told as the beginning of
    /// their class. `None` where there is no answer.
    pub fn quantile_ms(&self, permille: u64) -> Option<u64> {
        let rank = (u128::from(self.answers()) * u128::from(permille)).div_ceil(1000).max(1);
        let mut passed = 0;
        let class = self.classes().find(|(_, count)| {
            passed += u128::from(*count);
            passed >= rank
        });
        class.map(|(class, _)| class.least_ms())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(latencies: impl IntoIterator<Item = u64>) -> Latencies {
        let mut all = Latencies::default();
        latencies.into_iter().for_each(|ms| all.record(LatencyClass::of(ms).number() as usize));
        all
    }

    #[test]
    fn quantiles_are_nearest_ranks() {
        let ten = of([1, 2, 3, 4, 5, 6, 7, 100, 200, 300]);
        assert_eq!(
            [1, 100, 500, 510, 700, 800, 1000].map(|p| ten.quantile_ms(p).unwrap()),
            [1, 1, 5, 6, 7, 96, 256]
        );
        assert_eq!(of([]).quantile_ms(500), None);
        let mut both = of([1, 1]);
        both.add(&of([5000]));
        assert_eq!((both.answers(), both.quantile_ms(990)), (3, Some(4096)));
        assert_eq!(
            both.classes().map(|(class, count)| (class.least_ms(), count)).collect::<Vec<_>>(),
            [(1, 2), (4096, 1)]
        );
    }

    /// Whatever the order in which they come, and however they are split: slower first, faster first, with gaps.
    #[test]
    fn every_answer_is_in_its_class() {
        let answers = [100, 3, 100, 7, 0, 5_000, 3, 3];
        let expected = [(0, 1), (3, 3), (7, 1), (96, 2), (4_096, 1)];
        let classes = |of: &Latencies| -> Vec<_> {
            of.classes().map(|(class, count)| (class.least_ms(), count)).collect()
        };
        for turns in 0..answers.len() {
            let mut turned = answers;
            turned.rotate_left(turns);
            for at in 0..=turned.len() {
                let (mut both, rest) = (of(turned[..at].iter().copied()), of(turned[at..].iter().copied()));
                both.add(&rest);
                assert_eq!((classes(&both), both.answers()), (expected.to_vec(), 8), "{turned:?} {at}");
                assert_eq!(both, of(turned), "both ends hold an answer");
            }
        }
    }
}
