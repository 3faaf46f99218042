//! So many of so many, and what precision and recall make of it.

use std::ops::AddAssign;

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Of {
    pub(crate) hits: u64,
    pub(crate) all: u64,
}

impl Of {
    pub(crate) fn add(&mut self, is_hit: bool) {
        self.all += 1;
        self.hits += u64::from(is_hit);
    }

    /// The share; 1 of nothing, for nothing was done wrong.
    pub(crate) fn share(self) -> f64 {
        if self.all == 0 { 1.0 } else { self.hits as f64 / self.all as f64 }
    }
}

impl AddAssign for Of {
    fn add_assign(&mut self, other: Self) {
        self.hits += other.hits;
        self.all += other.all;
    }
}

/// How much of what was claimed is so, and how much of what is so was claimed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Accuracy {
    /// Right claims of all claims.
    pub(crate) precision: Of,
    /// Found of what was to be found.
    pub(crate) recall: Of,
}

impl Accuracy {
    /// Precision, recall and their harmonic mean.
    pub(crate) fn figures(&self) -> [f64; 3] {
        let (precision, recall) = (self.precision.share(), self.recall.share());
        let sum = precision + recall;
        [precision, recall, if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 }]
    }
}

impl AddAssign for Accuracy {
    fn add_assign(&mut self, other: Self) {
        self.precision += other.precision;
        self.recall += other.recall;
    }
}

/// The accuracy of several days.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Accuracies(pub(crate) Vec<Accuracy>);

impl Accuracies {
    /// All days as one.
    pub(crate) fn together(&self) -> Accuracy {
        let mut all = Accuracy::default();
        self.0.iter().for_each(|day| all += *day);
        all
    }

    /// The mean of the days' figures; those of no day are 0.
    pub(crate) fn mean(&self) -> [f64; 3] {
        let days = self.0.len().max(1) as f64;
        let figures = self.0.iter().map(Accuracy::figures);
        figures.fold([0.0; 3], |sums, day| std::array::from_fn(|at| sums[at] + day[at] / days))
    }

    /// The worst of the days, by its F1.
    pub(crate) fn worst(&self) -> [f64; 3] {
        let figures = self.0.iter().map(Accuracy::figures);
        figures.min_by(|a, b| a[2].total_cmp(&b[2])).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accuracy(precision: (u64, u64), recall: (u64, u64)) -> Accuracy {
        let of = |(hits, all)| Of { hits, all };
        Accuracy { precision: of(precision), recall: of(recall) }
    }

    #[test]
    fn figures_follow_from_counts() {
        assert_eq!(accuracy((1, 2), (1, 1)).figures(), [0.5, 1.0, 2.0 / 3.0]);
        assert_eq!(accuracy((0, 0), (0, 4)).figures(), [1.0, 0.0, 0.0]);
        assert_eq!(Accuracy::default().figures(), [1.0, 1.0, 1.0]);
    }

    #[test]
    fn days_are_averaged_and_the_worst_is_told() {
        let days = Accuracies(vec![accuracy((4, 4), (4, 4)), accuracy((1, 2), (1, 1))]);
        assert_eq!(days.mean(), [0.75, 1.0, 0.5 + (2.0 / 3.0) / 2.0]);
        assert_eq!(days.worst(), [0.5, 1.0, 2.0 / 3.0]);
        assert_eq!(days.together(), accuracy((5, 6), (5, 5)));
        assert_eq!(Accuracies::default().mean(), [0.0; 3]);
    }
}
