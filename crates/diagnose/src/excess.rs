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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_is_more_and_spread_dampens() {
        assert_eq!(nats(3.0, 5.0, 20.0), 0.0);
        assert!(nats(20.0, 5.0, f64::INFINITY) > nats(12.0, 5.0, f64::INFINITY));
        assert!(nats(200.0, 50.0, 20.0) < nats(200.0, 50.0, f64::INFINITY));
        // 10 ln 2 - 5.
        assert!((nats(10.0, 5.0, f64::INFINITY) - (10.0 * 2.0_f64.ln() - 5.0)).abs() < 1e-12);
    }
}
