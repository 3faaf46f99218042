//! What time the attempts of a day cover: from when until when they leave no gap.
//!
//! A log of several days may lack one of them, and so may the logs of several days beside each other.
//! What did not happen in such a gap nobody knows. Which sequence paused is not asked here.

use crate::Day;

/// A night in which nobody trades is no gap; a day that is missing is one.
const GAP_MS: i64 = 12 * 3_600_000;

/// The first moment of each stretch without a gap and the one after its last, in the order of time.
pub(crate) fn covered(day: &Day) -> Vec<(i64, i64)> {
    // Each sequence is in the order of time, so that its own stretches are found without sorting.
    let of_sequence = |range: &std::ops::Range<usize>| {
        let attempts = &day.attempts[range.clone()];
        attempts
            .chunk_by(|one, next| next.at - one.at <= GAP_MS)
            .filter_map(|stretch| Some((stretch.first()?.at, stretch.last()?.at + 1)))
            .collect::<Vec<_>>()
    };
    joined(day.sequences.iter().flat_map(of_sequence).collect())
}

/// Stretches in any order, those with no gap between them as one.
pub(crate) fn joined(mut stretches: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    stretches.sort_unstable();
    let mut joined: Vec<(i64, i64)> = Vec::new();
    for (begin, end) in stretches {
        match joined.last_mut() {
            Some(last) if begin - last.1 <= GAP_MS => last.1 = last.1.max(end),
            _ => joined.push((begin, end)),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Attempt, Flags, Mark};

    const HOUR_MS: i64 = 3_600_000;

    #[test]
    fn logs_are_one_as_far_as_they_leave_no_gap() {
        let day = |number: i64| (number * 24 * HOUR_MS + 7 * HOUR_MS, number * 24 * HOUR_MS + 22 * HOUR_MS);
        assert_eq!(joined(vec![]), []);
        assert_eq!(joined(vec![day(8), day(7), day(9)]), [(day(7).0, day(9).1)]);
        assert_eq!(
            joined(vec![day(9), day(5), day(6), day(8)]),
            [(day(5).0, day(6).1), (day(8).0, day(9).1)]
        );
        // A table of several days, within which lies another.
        assert_eq!(joined(vec![(day(4).0, day(8).1), day(6), day(9)]), [(day(4).0, day(9).1)]);
    }

    #[test]
    fn a_gap_is_one_that_all_sequences_leave() {
        let hours: [&[i64]; 3] = [&[8, 20, 80], &[21, 30, 82], &[68, 79, 95]];
        let (mut attempts, mut sequences) = (Vec::new(), Vec::new());
        for of_sequence in hours {
            let begin = attempts.len();
            attempts.extend(of_sequence.iter().map(|hour| Attempt {
                at: hour * HOUR_MS,
                leaf: 0,
                count: 1,
                mark: Mark::NONE,
                flags: Flags::default(),
            }));
            sequences.push(begin..attempts.len());
        }
        let day = Day { attempts, sequences, ..Day::default() };
        let hours = |from, until| (from * HOUR_MS, until * HOUR_MS + 1);
        assert_eq!(covered(&day), [hours(8, 30), hours(68, 82), hours(95, 95)]);
    }
}
