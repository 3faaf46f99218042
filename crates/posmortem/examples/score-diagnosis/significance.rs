//! Tails of counts, and which of many are significant.

use libm::{exp, lgamma, log, log1p};

/// P(X >= `hits`) of so many trials.
pub(crate) fn binomial_tail(hits: u64, trials: u64, p: f64) -> f64 {
    let (k, n) = (hits as f64, trials as f64);
    if k <= n * p {
        return 1.0;
    }
    let ln_first = ln_choose(n, k) + k * log(p) + (n - k) * log1p(-p);
    tail(hits, ln_first, |k| (n - k) / (k + 1.0) * p / (1.0 - p))
}

/// P(X >= `hits`) where so many are expected.
pub(crate) fn poisson_tail(hits: u64, expected: f64) -> f64 {
    let k = hits as f64;
    if k <= expected {
        return 1.0;
    }
    tail(hits, k * log(expected) - expected - lgamma(k + 1.0), |k| expected / (k + 1.0))
}

/// The same of a negative binomial, whose rates vary with that squared coefficient.
pub(crate) fn negative_binomial_tail(hits: u64, expected: f64, tau2: f64) -> f64 {
    if tau2 <= 0.0 {
        return poisson_tail(hits, expected);
    }
    let (k, r) = (hits as f64, 1.0 / tau2);
    if k <= expected {
        return 1.0;
    }
    let ln_first = lgamma(k + r) - lgamma(r) - lgamma(k + 1.0)
        + r * log(r / (r + expected))
        + k * log(expected / (r + expected));
    tail(hits, ln_first, |k| (k + r) / (k + 1.0) * expected / (r + expected))
}

/// A tail from its first term on, by the ratio of each term to the one before; beyond the mean, where
/// ratios are below 1.
fn tail(hits: u64, ln_first: f64, ratio: impl Fn(f64) -> f64) -> f64 {
    let (mut term, mut sum, mut k) = (1.0, 1.0, hits as f64);
    while term > 1e-12 * sum {
        term *= ratio(k);
        sum += term;
        k += 1.0;
    }
    exp(ln_first + log(sum)).min(1.0)
}

fn ln_choose(n: f64, k: f64) -> f64 {
    lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0)
}

/// Which of these are significant when a share `q` of them may be false (Benjamini and Hochberg 1995).
pub(crate) fn benjamini_hochberg(p: &[f64], q: f64) -> Vec<bool> {
    let mut sorted = p.to_vec();
    sorted.sort_by(f64::total_cmp);
    let count = sorted.len() as f64;
    let passes = |(rank, p): (usize, &f64)| *p <= q * (rank + 1) as f64 / count;
    let limit = sorted.iter().enumerate().rev().find(|(rank, p)| passes((*rank, p)));
    p.iter().map(|p| limit.is_some_and(|(_, limit)| p <= limit)).collect()
}

/// How much the rates of good terminals differ, out of what they showed and what was expected: the squared
/// coefficient of variation that makes the counts below each one's own 97 % quantile likeliest. What is
/// above may be a fault and is left out, and the likelihood knows it.
pub(crate) fn robust_tau2(counts: &[(u64, f64)]) -> f64 {
    const GRID: [f64; 8] = [0.0, 0.02, 0.05, 0.1, 0.2, 0.35, 0.6, 1.0];
    const LEVELS: [f64; 7] = [0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.35];
    let (mut level, mut tau2) = (1.0, 0.1);
    for _ in 0..3 {
        let kept: Vec<(u64, u64, f64)> = counts
            .iter()
            .map(|(hits, expected)| (*hits, quantile(expected * level, tau2), *expected))
            .filter(|(hits, most, expected)| hits <= most && *expected > 0.01)
            .collect();
        let likelihood = |level: f64, tau2: f64| -> f64 {
            let of_one = |(hits, most, expected): &(u64, u64, f64)| {
                let mass = masses(expected * level, tau2).take(*most as usize + 1);
                let (mut hit, mut all) = (0.0, 0.0);
                for (count, mass) in (0..).zip(mass) {
                    all += mass;
                    hit = if count == *hits { mass } else { hit };
                }
                log(hit.max(1e-300)) - log(all.max(1e-300))
            };
            kept.iter().map(of_one).sum()
        };
        let grid = LEVELS.into_iter().flat_map(|level| GRID.map(|tau2| (level, tau2)));
        let best = grid.map(|of| (likelihood(of.0, of.1), of)).max_by(|a, b| a.0.total_cmp(&b.0));
        (level, tau2) = best.map_or((1.0, 0.1), |best| best.1);
    }
    tau2
}

/// The least count at or below which 97 % lie.
fn quantile(expected: f64, tau2: f64) -> u64 {
    let mut all = 0.0;
    let beyond = masses(expected, tau2).position(|mass| {
        all += mass;
        all >= 0.97
    });
    beyond.unwrap_or(0) as u64
}

/// The probabilities of 0, 1, 2 and so on.
fn masses(expected: f64, tau2: f64) -> impl Iterator<Item = f64> {
    let r = 1.0 / tau2.max(1e-9);
    let none = if tau2 > 0.0 { -r * log1p(expected / r) } else { -expected };
    let mut mass = exp(none);
    // No count that is looked at comes near; a rate so high that its masses vanish ends here, too.
    (0..100_000_u32).map(move |count| {
        let k = f64::from(count);
        let now = mass;
        mass *=
            if tau2 > 0.0 { (k + r) / (k + 1.0) * expected / (r + expected) } else { expected / (k + 1.0) };
        now
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_are_those_of_tables() {
        for (tail, known) in [
            (binomial_tail(8, 10, 0.5), 56.0 / 1024.0),
            (binomial_tail(0, 10, 0.5), 1.0),
            (binomial_tail(10, 10, 0.1), 1e-10),
            (poisson_tail(3, 1.0), 0.080_301_397_07),
            (poisson_tail(20, 2.0), 6.443_7e-14),
            // Geometric: r = 1 and mean 1 halves with each step.
            (negative_binomial_tail(3, 1.0, 1.0), 0.125),
            (negative_binomial_tail(3, 1.0, 0.0), 0.080_301_397_07),
        ] {
            assert!((tail - known).abs() < 1e-5 * known, "{tail} for {known}");
        }
    }

    #[test]
    fn false_discoveries_are_held_to_their_share() {
        let p = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216];
        let significant = benjamini_hochberg(&p, 0.05);
        assert_eq!(significant.iter().filter(|is| **is).count(), 2);
        assert!(significant[0] && significant[1]);
        // A later one that passes takes the earlier ones with it.
        assert_eq!(benjamini_hochberg(&[0.04, 0.03, 0.9], 0.06), [true, true, false]);
        assert_eq!(benjamini_hochberg(&[0.9], 0.05), [false]);
        assert!(benjamini_hochberg(&[], 0.05).is_empty());
    }

    #[test]
    fn faults_do_not_widen_what_is_normal() {
        // Counts of a Poisson with mean 2, as often as they are to be expected, and one faulty terminal in 40.
        let often = [135, 271, 271, 180, 90, 36, 12, 3, 1];
        let mut counts: Vec<(u64, f64)> =
            (0..).zip(often).flat_map(|(hits, times)| vec![(hits, 2.0); times]).collect();
        assert!(robust_tau2(&counts) <= 0.02);
        counts.extend(vec![(25, 2.0); 25]);
        assert!(robust_tau2(&counts) <= 0.05, "{}", robust_tau2(&counts));
    }
}
