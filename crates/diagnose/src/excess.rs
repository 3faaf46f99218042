//! How much more than expected: log-likelihood ratios of counts, in nats.

/// The evidence that a count is above its expectation, 0 where it is not. `spread` is how much
/// expectations themselves may be off: they vary with a squared coefficient of 1 / `spread`;
/// infinity takes them as exact.
pub(crate) fn nats(observed: f64, expected: f64, spread: f64) -> f64 {
    if observed <= expected || observed <= 0.0 {
        return 0.0;
    }
    let expected = expected.max(1e-12);
    let own = observed * libm::log(observed / expected);
    if spread.is_infinite() {
        return own - (observed - expected);
    }
    own - (observed + spread) * libm::log((observed + spread) / (expected + spread))
}

/// A bound of [`nats`] that takes no logarithm, whatever the spread: it is never below.
pub(crate) fn nats_at_most(observed: f64, expected: f64) -> f64 {
    if observed <= expected {
        return 0.0;
    }
    let excess = observed - expected;
    excess * excess / expected.max(1e-12)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_is_never_below() {
        for observed in [0.0, 0.5, 1.0, 3.0, 40.0, 5_000.0, 2e6] {
            for expected in [0.0, 1e-9, 0.2, 1.0, 3.0, 39.5, 4_990.0, 1.9e6] {
                for spread in [0.5, 20.0, f64::INFINITY] {
                    let most = nats_at_most(observed, expected);
                    assert!(
                        nats(observed, expected, spread) <= most + 1e-6,
                        "{observed} {expected} {spread}"
                    );
                }
            }
        }
    }

    /// `o ln(o / e) - (o - e)` where expectations are exact, else `o ln(o / e) - (o + s) ln((o + s) / (e + s))`.
    #[test]
    fn evidence_is_the_logarithm_of_a_likelihood_ratio() {
        let ln = f64::ln;
        for (observed, expected, spread, right) in [
            (6.0, 2.0, f64::INFINITY, 6.0 * ln(3.0) - 4.0),
            (6.0, 2.0, 3.0, 6.0 * ln(3.0) - 9.0 * ln(9.0 / 5.0)),
            (2.0, 0.5, 0.5, 2.0 * ln(4.0) - 2.5 * ln(2.5)),
            // What is expected hardly ever is not impossible: 1e-12.
            (1.0, 0.0, f64::INFINITY, 12.0 * ln(10.0) - 1.0),
            // As many as expected, or none, say nothing.
            (5.0, 5.0, 20.0, 0.0),
            (0.0, -1.0, 20.0, 0.0),
            (0.0, 0.0, f64::INFINITY, 0.0),
        ] {
            let got = nats(observed, expected, spread);
            assert!((got - right).abs() < 1e-9, "{observed} {expected} {spread}: {got} and not {right}");
        }
        // (o - e)^2 / e.
        assert_eq!([nats_at_most(6.0, 2.0), nats_at_most(3.0, 1.0), nats_at_most(2.0, 2.0)], [8.0, 4.0, 0.0]);
        assert_eq!(nats_at_most(1.0, 0.0), 1e12);
    }

    #[test]
    fn more_is_more_and_spread_dampens() {
        assert_eq!(nats(3.0, 5.0, 20.0), 0.0);
        assert!(nats(20.0, 5.0, f64::INFINITY) > nats(12.0, 5.0, f64::INFINITY));
        assert!(nats(200.0, 50.0, 20.0) < nats(200.0, 50.0, f64::INFINITY));
        // 10 ln 2 - 5.
        assert!((nats(10.0, 5.0, f64::INFINITY) - (10.0 * 2.0_f64.ln() - 5.0)).abs() < 1e-12);
    }
}
