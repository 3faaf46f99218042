//! Decimals with three places, as reports print them.

use std::fmt;

/// A number of thousandths. What is compared or summed in a report is one of these and no float.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Thousandths(pub u64);

impl Thousandths {
    /// The nearest, 0 for what is negative or no number.
    pub fn round(number: f64) -> Self {
        Self((number * 1000.0).round() as u64)
    }
}

/// `12.345`
impl fmt::Display for Thousandths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}", self.0 / 1000, self.0 % 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_places_whatever_the_number() {
        let shown = |number| Thousandths::round(number).to_string();
        assert_eq!(shown(0.0), "0.000");
        assert_eq!(shown(12.3456), "12.346");
        assert_eq!(shown(-3.0), "0.000");
        assert_eq!(shown(f64::NAN), "0.000");
    }
}
