//! Shares in per cent by integer arithmetic, so that every machine prints the same digit.

/// A part of a whole; half a digit rounds up. A share of nothing is nothing.
#[derive(Clone, Copy)]
pub(crate) struct Percent {
    part: u64,
    whole: u64,
}

impl Percent {
    pub(crate) fn of(part: u64, whole: u64) -> Self {
        Self { part, whole }
    }

    /// With one decimal: `58.3 %`.
    pub(crate) fn tenths(self) -> String {
        let tenths = self.times(1000);
        format!("{}.{} %", tenths / 10, tenths % 10)
    }

    /// With two decimals: `58.33 %`.
    pub(crate) fn hundredths(self) -> String {
        let hundredths = self.times(10_000);
        format!("{}.{:02} %", hundredths / 100, hundredths % 100)
    }

    /// Without decimals: `58 %`.
    pub(crate) fn rounded(self) -> String {
        format!("{} %", self.times(100))
    }

    fn times(self, scale: u128) -> u128 {
        let (part, whole) = (u128::from(self.part), u128::from(self.whole).max(1));
        (part * scale * 2 + whole) / (whole * 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_round_up() {
        for (part, whole, tenths, rounded) in [
            (7, 12, "58.3 %", "58 %"),
            (1, 8, "12.5 %", "13 %"),
            (1, 16, "6.3 %", "6 %"),
            (1, 3, "33.3 %", "33 %"),
            (2, 3, "66.7 %", "67 %"),
            (0, 5, "0.0 %", "0 %"),
            (5, 5, "100.0 %", "100 %"),
            (0, 0, "0.0 %", "0 %"),
            (u64::MAX, u64::MAX, "100.0 %", "100 %"),
        ] {
            let share = Percent::of(part, whole);
            assert_eq!((share.tenths().as_str(), share.rounded().as_str()), (tenths, rounded));
        }
    }

    #[test]
    fn small_shares_have_two_decimals() {
        for (part, whole, hundredths) in [(1, 2_500, "0.04 %"), (1, 3, "33.33 %"), (72, 422, "17.06 %")] {
            assert_eq!(Percent::of(part, whole).hundredths(), hundredths);
        }
    }
}
