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

    /// As a number from 0 to 1 with so many places: `0.58333`.
    pub(crate) fn number(self, places: usize) -> String {
        let scale = 10u128.pow(places as u32);
        let number = self.times(scale);
        format!("{}.{:0places$}", number / scale, number % scale)
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
    fn shares_as_numbers_have_the_places_asked_for() {
        for (part, whole, places, number) in [
            (0, 7, 5, "0.00000"),
            (1, 3, 5, "0.33333"),
            (2, 3, 6, "0.666667"),
            (7, 7, 6, "1.000000"),
            (1, 200_000, 5, "0.00001"),
            (1, 200_001, 5, "0.00000"),
            (1, 2_000_000, 6, "0.000001"),
            (1, 2_000_001, 6, "0.000000"),
            (u64::MAX, u64::MAX, 6, "1.000000"),
        ] {
            assert_eq!(Percent::of(part, whole).number(places), number);
        }
    }

    #[test]
    fn small_shares_have_two_decimals() {
        for (part, whole, hundredths) in [(1, 2_500, "0.04 %"), (1, 3, "33.33 %"), (72, 422, "17.06 %")] {
            assert_eq!(Percent::of(part, whole).hundredths(), hundredths);
        }
    }
}
