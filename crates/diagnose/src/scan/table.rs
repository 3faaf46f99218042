//! The candidates of one kind, counted together: each by the groups that it is a candidate for, and no others.

use super::scopes::Kind;
use super::series::{Candidate, Series};
use super::sheet::Tally;

/// The candidates of one kind, in the order of their values: their places.
pub(super) struct Table {
    pub(super) series: Series,
    /// By value: one more than its place, 0 for values that are no candidates.
    pub(super) places: Vec<u32>,
    /// By place and group: where the group stands in the list of all.
    columns: Vec<u32>,
    /// By place: where its columns begin, and where the last one's end.
    starts: Vec<usize>,
    bins: usize,
}

impl Table {
    pub(super) fn of<'c>(
        kind: &Kind<'_>,
        candidates: impl Iterator<Item = &'c Candidate>,
        groups: &[usize],
        bins: usize,
    ) -> Self {
        let mut places = vec![0; kind.values() as usize];
        let (mut columns, mut starts) = (Vec::new(), vec![0]);
        for candidate in candidates {
            places[candidate.value as usize] = starts.len() as u32;
            let column = |group: &usize| groups.partition_point(|other| other < group) as u32;
            columns.extend(candidate.groups.iter().map(column));
            starts.push(columns.len());
        }
        Self { series: Series::default(), places, columns, starts, bins }
    }

    pub(super) fn candidates(&self) -> usize {
        self.starts.len() - 1
    }

    /// How many different places there are, that of no candidate included.
    pub(super) fn sizes(&self) -> usize {
        self.candidates() + 1
    }

    /// A series of zeros for its candidates.
    pub(super) fn empty(&self) -> Series {
        Series::zeros(self.candidates() * self.bins, self.columns.len() * self.bins)
    }

    /// The place of a value, if it is a candidate.
    #[inline]
    pub(super) fn place(&self, value: u32) -> Option<usize> {
        (self.places[value as usize] as usize).checked_sub(1)
    }

    /// The groups of a candidate, and where the sums of one of its bins begin.
    #[inline]
    fn columns_in(&self, place: usize, bin: usize) -> (&[u32], usize) {
        let (start, end) = (self.starts[place], self.starts[place + 1]);
        (&self.columns[start..end], start * self.bins + bin * (end - start))
    }

    /// Adds to a series of its candidates what all groups expect of attempts, so many times.
    #[inline]
    pub(super) fn expect<T: Copy + Into<u64>>(
        &self,
        series: &mut Series,
        (place, bin): (usize, usize),
        attempts: u64,
        expected: &[T],
        times: u64,
    ) {
        let (columns, begin) = self.columns_in(place, bin);
        series.attempts[place * self.bins + bin] += attempts;
        let sums = &mut series.expected[begin..][..columns.len()];
        sums.iter_mut().zip(columns).for_each(|(sum, column)| {
            *sum += expected[*column as usize].into() * times;
        });
    }

    /// Adds hits of a group, where the candidate is one for it.
    pub(super) fn observe(&mut self, place: usize, bin: usize, column: u32, count: u32) {
        let (columns, begin) = self.columns_in(place, bin);
        if let Ok(at) = columns.binary_search(&column) {
            self.series.observed[begin + at] += count;
        }
    }

    /// The bins of each of a candidate's groups.
    pub(super) fn columns_of(&self, place: usize) -> Vec<Vec<Tally>> {
        let (columns, begin) = self.columns_in(place, 0);
        let (begins, groups) = ((place * self.bins, begin), columns.len());
        (0..groups).map(|column| self.series.column(begins, self.bins, column, groups)).collect()
    }
}
