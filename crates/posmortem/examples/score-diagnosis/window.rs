//! Stretches of time, in milliseconds: the first moment and the one after the last.

/// From the first moment on, until before the second.
pub(crate) type Window = (i64, i64);

/// Whether two windows share a moment.
pub(crate) fn overlap(a: Window, b: Window) -> bool {
    common(a, b) > 0
}

/// What two windows share over what they cover together; 0 where both are empty.
pub(crate) fn intersection_over_union(a: Window, b: Window) -> f64 {
    let common = common(a, b);
    let all = length(a) + length(b) - common;
    if all > 0 { common as f64 / all as f64 } else { 0.0 }
}

fn common(a: Window, b: Window) -> i64 {
    length((a.0.max(b.0), a.1.min(b.1)))
}

fn length((start, end): Window) -> i64 {
    (end - start).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_meet_in_what_they_share() {
        for (a, b, shared) in [
            ((0, 10), (0, 10), 1.0),
            ((0, 10), (5, 15), 1.0 / 3.0),
            ((0, 10), (10, 20), 0.0),
            ((0, 100), (40, 60), 0.2),
            ((7, 7), (7, 7), 0.0),
            ((10, 0), (0, 10), 0.0),
        ] {
            assert!((intersection_over_union(a, b) - shared).abs() < 1e-12, "{a:?} {b:?}");
            assert_eq!(intersection_over_union(a, b), intersection_over_union(b, a));
            assert_eq!(overlap(a, b), shared > 0.0);
        }
    }
}
