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

    #[test]
    fn more_is_more_and_spread_dampens() {
        assert_eq!(nats(3.0, 5.0, 20.0), 0.0);
        assert!(nats(20.0, 5.0, f64::INFINITY) > nats(12.0, 5.0, f64::INFINITY));
        assert!(nats(200.0, 50.0, 20.0) < nats(200.0, 50.0, f64::INFINITY));
        // 10 ln 2 - 5.
        assert!((nats(10.0, 5.0, f64::INFINITY) - (10.0 * 2.0_f64.ln() - 5.0)).abs() < 1e-12);
    }
}
