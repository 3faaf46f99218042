//! Whole numbers of one meaning, as wide as the largest of them asks for.

use std::ops::Range;

/// A column of one chunk. It starts with one byte a row and widens when a number comes that does not
/// fit, so that no number is ever cut.
#[derive(Clone, Debug)]
pub struct Column(Width);

#[derive(Clone, Debug)]
enum Width {
    One(Vec<u8>),
    Two(Vec<u16>),
    Four(Vec<u32>),
    Eight(Vec<u64>),
}

impl Default for Column {
    fn default() -> Self {
        Self(Width::One(Vec::new()))
    }
}

impl Column {
    /// The number of a row; rows beyond the last one are 0.
    #[inline]
    pub fn get(&self, row: usize) -> u64 {
        match &self.0 {
            Width::One(rows) => rows.get(row).copied().map_or(0, u64::from),
            Width::Two(rows) => rows.get(row).copied().map_or(0, u64::from),
            Width::Four(rows) => rows.get(row).copied().map_or(0, u64::from),
            Width::Eight(rows) => rows.get(row).copied().unwrap_or_default(),
        }
    }

    /// The same for a number that is known to be small: an id.
    #[inline]
    pub fn id(&self, row: usize) -> usize {
        self.get(row) as usize
    }

    /// Bytes that a row takes here.
    pub(super) fn width(&self) -> usize {
        match self.0 {
            Width::One(_) => 1,
            Width::Two(_) => 2,
            Width::Four(_) => 4,
            Width::Eight(_) => 8,
        }
    }

    pub(super) fn push(&mut self, number: u64) {
        let fits = match &mut self.0 {
            Width::One(rows) => u8::try_from(number).map(|number| rows.push(number)).is_ok(),
            Width::Two(rows) => u16::try_from(number).map(|number| rows.push(number)).is_ok(),
            Width::Four(rows) => u32::try_from(number).map(|number| rows.push(number)).is_ok(),
            Width::Eight(rows) => {
                rows.push(number);
                true
            }
        };
        if !fits {
            self.widen(number);
            self.push(number);
        }
    }

    /// Adds numbers, which are looked at twice: how wide they are, and what they are.
    pub(super) fn extend(&mut self, numbers: impl Iterator<Item = u64> + Clone) {
        let widest = numbers.clone().fold(0, |bits, number| bits | number);
        if widest.checked_ilog2().unwrap_or(0) >= 8 * self.width() as u32 {
            self.widen(widest);
        }
        match &mut self.0 {
            Width::One(rows) => rows.extend(numbers.map(|number| number as u8)),
            Width::Two(rows) => rows.extend(numbers.map(|number| number as u16)),
            Width::Four(rows) => rows.extend(numbers.map(|number| number as u32)),
            Width::Eight(rows) => rows.extend(numbers),
        }
    }

    /// Adds rows of another column.
    pub(super) fn extend_from(&mut self, other: &Self, rows: Range<usize>) {
        match (&mut self.0, &other.0) {
            (Width::One(to), Width::One(from)) => to.extend_from_slice(&from[rows]),
            (Width::Two(to), Width::Two(from)) => to.extend_from_slice(&from[rows]),
            (Width::Four(to), Width::Four(from)) => to.extend_from_slice(&from[rows]),
            (Width::Eight(to), Width::Eight(from)) => to.extend_from_slice(&from[rows]),
            _ => self.extend(rows.map(|row| other.get(row))),
        }
    }

    /// Makes room for a number that does not fit.
    #[cold]
    fn widen(&mut self, number: u64) {
        let old = std::mem::take(self);
        let len = old.len();
        let numbers = (0..len).map(|row| old.get(row));
        // Every number that is held already fits into what a larger one needs.
        self.0 = if number <= u64::from(u16::MAX) {
            Width::Two(numbers.map(|number| number as u16).collect())
        } else if number <= u64::from(u32::MAX) {
            Width::Four(numbers.map(|number| number as u32).collect())
        } else {
            Width::Eight(numbers.collect())
        };
    }

    pub(super) fn len(&self) -> usize {
        match &self.0 {
            Width::One(rows) => rows.len(),
            Width::Two(rows) => rows.len(),
            Width::Four(rows) => rows.len(),
            Width::Eight(rows) => rows.len(),
        }
    }

    /// Gives back what no further row will use.
    pub(super) fn shrink(&mut self) {
        match &mut self.0 {
            Width::One(rows) => rows.shrink_to_fit(),
            Width::Two(rows) => rows.shrink_to_fit(),
            Width::Four(rows) => rows.shrink_to_fit(),
            Width::Eight(rows) => rows.shrink_to_fit(),
        }
    }

    /// Bytes held, used or not.
    pub(super) fn bytes(&self) -> usize {
        let capacity = match &self.0 {
            Width::One(rows) => rows.capacity(),
            Width::Two(rows) => rows.capacity(),
            Width::Four(rows) => rows.capacity(),
            Width::Eight(rows) => rows.capacity(),
        };
        capacity * self.width()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_at_every_edge_come_back() {
        let edges = [0, 1, 255, 256, 65_535, 65_536, u64::from(u32::MAX), 1 << 32, u64::MAX];
        for first in edges {
            let mut column = Column::default();
            column.push(first);
            edges.iter().chain(edges.iter().rev()).for_each(|number| column.push(*number));
            let back: Vec<u64> = (0..column.len()).map(|row| column.get(row)).collect();
            let pushed: Vec<u64> =
                std::iter::once(first).chain(edges).chain(edges.into_iter().rev()).collect();
            assert_eq!(back, pushed);
        }
    }

    #[test]
    fn numbers_that_come_together_are_as_those_that_come_alone() {
        let edges = [0, 255, 7, 65_535, 256, 1 << 32, 65_536, u64::MAX, 1];
        for first in 0..edges.len() {
            for count in 0..edges.len() - first {
                let rows = first..first + count;
                let (mut alone, mut together, mut taken) =
                    (Column::default(), Column::default(), Column::default());
                let mut all = Column::default();
                all.extend(edges.into_iter());
                for _ in 0..2 {
                    edges[rows.clone()].iter().for_each(|number| alone.push(*number));
                    together.extend(edges[rows.clone()].iter().copied());
                    taken.extend_from(&all, rows.clone());
                }
                for column in [together, taken] {
                    assert_eq!(column.width(), alone.width());
                    assert_eq!(column.len(), alone.len());
                    assert!((0..alone.len()).all(|row| column.get(row) == alone.get(row)));
                }
            }
        }
    }

    #[test]
    fn a_column_is_as_wide_as_its_largest_number() {
        for (largest, width) in
            [(255, 1), (256, 2), (65_535, 2), (65_536, 4), (u64::from(u32::MAX), 4), (1 << 32, 8)]
        {
            let mut column = Column::default();
            [3, largest, 7].into_iter().for_each(|number| column.push(number));
            column.shrink();
            assert_eq!((column.width(), column.bytes()), (width, 3 * width), "{largest}");
        }
    }
}
