//! Which attempts of a terminal are repeats of one payment, and so neither hits nor misses.
//!
//! A customer who tries a card three times tells no more than one who tries it once. Nothing is merged
//! or removed here: repeats are flagged, and tables may still show them.

use crate::{Flags, Mark};

/// Attempts further apart are different payments.
const EPISODE_MS: i64 = 120_000;
const DAY_MS: i64 = 86_400_000;

/// An attempt as far as it tells which payment it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Try {
    /// When it began, in milliseconds.
    pub at: i64,
    /// Its card, by any number that differs by card; an attempt without one is a payment of its own.
    pub card: Option<u32>,
    /// Its amount in minor units.
    pub amount: u64,
    /// What it shows.
    pub mark: Mark,
    /// Whether it failed.
    pub is_failure: bool,
    /// How it counts so far.
    pub flags: Flags,
}

/// How each attempt of one terminal counts; `tries` in the order of time.
///
/// Attempts of one card for one amount, each at most 120 s after the one before, are one episode. Its
/// first failure stands for it, else its first attempt; the others become [`Flags::NEUTRAL`]. If any fell
/// back, the one that stands for it did. So do later failures of the same card, amount and mark on the same
/// day. Where a log masks card numbers, different cards may look alike, but hardly for one amount.
pub fn episodes(tries: &[Try]) -> Vec<Flags> {
    let mut flags: Vec<Flags> = tries.iter().map(|one| one.flags).collect();
    let mut known: Vec<(u32, u64, usize)> =
        tries.iter().enumerate().filter_map(|(at, one)| Some((one.card?, one.amount, at))).collect();
    known.sort_unstable();
    for payment in known.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let is_same =
            |a: &(u32, u64, usize), b: &(u32, u64, usize)| tries[b.2].at - tries[a.2].at <= EPISODE_MS;
        let mut failed: Vec<(i64, Mark)> = Vec::new();
        for episode in payment.chunk_by(is_same) {
            let first = episode.iter().find(|one| tries[one.2].is_failure).unwrap_or(&episode[0]).2;
            let fell_back = episode.iter().any(|one| flags[one.2].has(Flags::FELL_BACK));
            for &(_, _, at) in episode.iter().filter(|one| one.2 != first) {
                flags[at] = flags[at].with(Flags::NEUTRAL);
            }
            if fell_back {
                flags[first] = flags[first].with(Flags::FELL_BACK);
            }
            let failure = (tries[first].at.div_euclid(DAY_MS), tries[first].mark);
            if tries[first].is_failure && failed.contains(&failure) {
                flags[first] = flags[first].with(Flags::NEUTRAL);
            } else if tries[first].is_failure {
                failed.push(failure);
            }
        }
    }
    flags
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000;

    fn failure(seconds: i64, card: u32, mark: &str) -> Try {
        let mark = Mark::from_name(mark).unwrap();
        let flags = Flags::default();
        Try { at: seconds * SECOND, card: Some(card), amount: 500, mark, is_failure: true, flags }
    }

    fn approval(seconds: i64, card: u32) -> Try {
        Try { mark: Mark::NONE, is_failure: false, ..failure(seconds, card, "wrong_amount") }
    }

    fn neutral(tries: &[Try]) -> Vec<bool> {
        episodes(tries).into_iter().map(|flags| flags.has(Flags::NEUTRAL)).collect()
    }

    #[test]
    fn the_first_failure_stands_for_the_payment() {
        let tries = [approval(0, 1), failure(60, 1, "pin_incorrect"), failure(170, 1, "issuer_refused")];
        assert_eq!(neutral(&tries), [true, false, true]);
        assert_eq!(neutral(&[approval(0, 1), approval(50, 1)]), [false, true]);
    }

    #[test]
    fn other_cards_and_amounts_and_later_payments_stand_for_themselves() {
        let dearer = Try { amount: 700, ..approval(20, 1) };
        let tries = [approval(0, 1), approval(10, 2), dearer, approval(121, 1)];
        assert_eq!(neutral(&tries), [false; 4]);
        let untold = Try { card: None, ..failure(0, 1, "pin_incorrect") };
        assert_eq!(neutral(&[untold, untold]), [false; 2]);
    }

    #[test]
    fn a_failure_that_comes_back_on_the_same_day_is_no_news() {
        let again = [
            failure(0, 1, "pin_incorrect"),
            failure(3_600, 1, "pin_incorrect"),
            failure(7_200, 1, "wrong_amount"),
            failure(90_000, 1, "pin_incorrect"),
        ];
        assert_eq!(neutral(&again), [false, true, false, false]);
    }

    #[test]
    fn a_storm_of_one_card_counts_once() {
        let storm: Vec<Try> = (0..30).map(|at| failure(at * 200, 9, "response_timeout")).collect();
        assert_eq!(neutral(&storm).iter().filter(|neutral| !**neutral).count(), 1);
    }

    #[test]
    fn a_payment_that_fell_back_did_so_as_a_whole() {
        let mut tries = [failure(0, 1, "card_auth_failed"), approval(30, 1)];
        tries[1].flags = Flags::FELL_BACK;
        let flags = episodes(&tries);
        assert_eq!(flags[0], Flags::FELL_BACK);
        assert_eq!(flags[1], Flags::FELL_BACK.with(Flags::NEUTRAL));
    }
}
