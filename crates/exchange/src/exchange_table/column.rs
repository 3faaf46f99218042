//! Whole numbers of one meaning, as wide as the largest of them asks for.

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
