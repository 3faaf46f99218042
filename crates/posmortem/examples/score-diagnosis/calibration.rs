//! Whether a confidence of 0.9 is right nine times out of ten.

use std::ops::AddAssign;

/// The lower ends of the bands.
pub(crate) const BANDS: [f64; 6] = [0.0, 0.5, 0.8, 0.9, 0.95, 0.99];

/// Claims with a confidence, and how many of them were right.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Calibration {
    /// By band: claims, right ones, sum of confidences.
    pub(crate) bands: [(u64, u64, f64); BANDS.len()],
    squares: f64,
}

impl Calibration {
    /// Adds a claim.
    pub(crate) fn add(&mut self, confidence: f64, is_right: bool) {
        let above = BANDS.iter().filter(|lowest| confidence >= **lowest).count();
        let band = &mut self.bands[above.saturating_sub(1)];
        *band = (band.0 + 1, band.1 + u64::from(is_right), band.2 + confidence);
        let error = confidence - if is_right { 1.0 } else { 0.0 };
        self.squares += error * error;
    }

    /// Claims in all.
    pub(crate) fn claims(&self) -> u64 {
        self.bands.iter().map(|band| band.0).sum()
    }

    /// The mean square of confidence less truth, if there were claims.
    pub(crate) fn brier(&self) -> Option<f64> {
        (self.claims() > 0).then(|| self.squares / self.claims() as f64)
    }
}

impl AddAssign<&Self> for Calibration {
    fn add_assign(&mut self, other: &Self) {
        for (band, more) in self.bands.iter_mut().zip(&other.bands) {
            *band = (band.0 + more.0, band.1 + more.1, band.2 + more.2);
        }
        self.squares += other.squares;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_fall_into_their_bands() {
        let mut calibration = Calibration::default();
        assert_eq!(calibration.brier(), None);
        for (confidence, is_right) in [(0.3, false), (0.9, true), (0.949, false), (0.95, true), (0.999, true)]
        {
            calibration.add(confidence, is_right);
        }
        let counts = calibration.bands.map(|band| (band.0, band.1));
        assert_eq!(counts, [(1, 0), (0, 0), (0, 0), (2, 1), (1, 1), (1, 1)]);
        let brier = (0.09 + 0.01 + 0.949 * 0.949 + 0.0025 + 1e-6) / 5.0;
        assert!((calibration.brier().unwrap() - brier).abs() < 1e-9);
        let mut twice = calibration.clone();
        twice += &calibration;
        assert_eq!((twice.claims(), twice.bands[3].0), (10, 4));
    }
}
