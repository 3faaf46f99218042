//! The figures of the scan: evidence in nats, what a hypothesis costs, where a run begins and ends.
//!
//! Pure functions of numbers; libm's logarithm, for the platform's differs in its last digit.

use libm::log;

/// What a share of 1 is in integers. Expected values are sums of these, so that they are the same in
/// whatever order they were added.
pub(crate) const ONE: u64 = 1 << 32;

/// A sum of shares as a number.
pub(crate) fn number(shares: u64) -> f64 {
    shares as f64 / ONE as f64
}

/// A number from 0 to below 1 as a share.
pub(crate) fn share(number: f64) -> u64 {
    ((number.clamp(0.0, 1.0) * ONE as f64) as u64).min(ONE - 1)
}

/// How much better a mean of `observed` explains `observed` than one of `expected` does, in nats, for
/// negative binomial counts of that concentration (infinite: Poisson). Nothing for a shortage.
pub(crate) fn kl(observed: f64, expected: f64, concentration: f64) -> f64 {
    if observed <= expected {
        return 0.0;
    }
    let surplus = observed * log(observed / expected);
    if concentration.is_infinite() {
        surplus - (observed - expected)
    } else {
        let r = concentration;
        surplus - (observed + r) * log((observed + r) / (expected + r))
    }
}

/// What a common rate explains of one part's count, in nats: Poisson with mean `rate` against
/// `expected`.
pub(crate) fn gain(observed: f64, expected: f64, rate: f64) -> f64 {
    let hits = if observed > 0.0 { observed * log(rate / expected) } else { 0.0 };
    hits - (rate - expected)
}

/// The run of consecutive values with the largest sum: its first index, the one after its last, and
/// the sum. The first and shortest of equals; none where nothing is positive.
pub(crate) fn largest_run(values: &[f64]) -> Option<(usize, usize, f64)> {
    let (mut begin, mut sum) = (0, 0.0);
    let mut best: Option<(usize, usize, f64)> = None;
    for (at, value) in values.iter().enumerate() {
        if sum <= 0.0 {
            (begin, sum) = (at, 0.0);
        }
        sum += value;
        if sum > best.map_or(0.0, |(.., best)| best) {
            best = Some((begin, at + 1, sum));
        }
    }
    best
}

/// The log-likelihood of `hits` among `attempts` at their own share.
fn bernoulli(hits: f64, attempts: f64) -> f64 {
    let part = |of: f64| if of > 0.0 { of * log(of / attempts) } else { 0.0 };
    part(hits) + part(attempts - hits)
}

/// Where a run of (hits, attempts) falls apart best: the number of entries on the left and what two
/// shares explain better than one, in nats. None for less than two entries.
pub(crate) fn change_point(runs: &[(u64, u64)]) -> Option<(usize, f64)> {
    let total = runs.iter().fold((0, 0), |sum, run| (sum.0 + run.0, sum.1 + run.1));
    let one = bernoulli(total.0 as f64, total.1 as f64);
    let mut left = (0, 0);
    let mut best: Option<(usize, f64)> = None;
    for (at, run) in runs.iter().enumerate().take(runs.len().saturating_sub(1)) {
        left = (left.0 + run.0, left.1 + run.1);
        let right = (total.0 - left.0, total.1 - left.1);
        let two = bernoulli(left.0 as f64, left.1 as f64) + bernoulli(right.0 as f64, right.1 as f64);
        if best.is_none_or(|(_, best)| two - one > best) {
            best = Some((at + 1, two - one));
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(left: f64, right: f64) {
        assert!((left - right).abs() < 1e-9, "{left} is not {right}");
    }

    #[test]
    fn evidence_is_that_of_the_counts() {
        near(kl(10.0, 5.0, f64::INFINITY), 10.0 * 2f64.ln() - 5.0);
        near(kl(10.0, 5.0, 100.0), 10.0 * 2f64.ln() - 110.0 * (110.0f64 / 105.0).ln());
        near(kl(5.0, 5.0, 100.0), 0.0);
        near(kl(0.0, 5.0, 100.0), 0.0);
        assert!((kl(10.0, 5.0, 1e9) - kl(10.0, 5.0, f64::INFINITY)).abs() < 1e-5);
        assert!(kl(10.0, 5.0, 10.0) < kl(10.0, 5.0, 100.0), "a loose norm makes less of an excess");
    }

    #[test]
    fn a_common_rate_at_the_count_explains_what_kl_says() {
        near(gain(8.0, 2.0, 8.0), kl(8.0, 2.0, f64::INFINITY));
        near(gain(0.0, 2.0, 3.0), -1.0);
    }

    #[test]
    fn the_largest_run_is_the_first_of_equals() {
        assert_eq!(largest_run(&[-1.0, 2.0, -1.0, 2.0, -5.0, 3.0]), Some((1, 4, 3.0)));
        assert_eq!(largest_run(&[0.0, 1.0, 0.0]), Some((1, 2, 1.0)));
        assert_eq!(largest_run(&[-1.0, 0.0]), None);
        assert_eq!(largest_run(&[]), None);
    }

    #[test]
    fn a_run_falls_apart_where_its_share_changes() {
        let (at, worth) = change_point(&[(1, 10), (1, 10), (9, 10), (9, 10)]).expect("four entries");
        assert_eq!(at, 2);
        near(worth, 2.0 * (18.0 * 0.9f64.ln() + 2.0 * 0.1f64.ln()) - 40.0 * 0.5f64.ln());
        assert_eq!(change_point(&[(1, 2)]), None);
        let (_, even) = change_point(&[(5, 10), (5, 10)]).expect("two entries");
        near(even, 0.0);
    }

    #[test]
    fn shares_keep_what_they_are_given() {
        near(number(share(0.25)), 0.25);
        assert_eq!(share(1.0), ONE - 1);
        assert_eq!(share(-1.0), 0);
    }
}
