//! Lists of numbers by value.

use crate::UNTOLD;

/// Lists of numbers, one after the other.
#[derive(Default)]
pub(super) struct Lists {
    starts: Vec<usize>,
    items: Vec<u32>,
}

impl Lists {
    /// Items by value; those of [`UNTOLD`] are left out.
    pub(super) fn new(values: usize, items: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        let mut starts = vec![0; values + 1];
        for (value, _) in items.clone() {
            starts[value as usize + 1] += 1;
        }
        starts[UNTOLD as usize + 1] = 0;
        for value in 0..values {
            starts[value + 1] += starts[value];
        }
        let mut next = starts.clone();
        let mut sorted = vec![0; starts[values]];
        for (value, item) in items.filter(|&(value, _)| value != UNTOLD) {
            sorted[next[value as usize]] = item;
            next[value as usize] += 1;
        }
        Self { starts, items: sorted }
    }

    /// Each list in the order of that key; of those that are alike in it, as they stand.
    pub(super) fn each_by_key(mut self, key: impl Fn(u32) -> usize) -> Self {
        for ends in self.starts.windows(2) {
            self.items[ends[0]..ends[1]].sort_by_key(|item| key(*item));
        }
        self
    }

    /// So many neighbours as one list.
    pub(super) fn joined(mut self, neighbours: usize) -> Self {
        self.starts = self.starts.iter().copied().step_by(neighbours).collect();
        self
    }

    /// How many values have items.
    pub(super) fn filled(&self) -> usize {
        self.starts.windows(2).filter(|ends| ends[0] < ends[1]).count()
    }

    pub(super) fn of(&self, value: u32) -> &[u32] {
        &self.items[self.starts[value as usize]..self.starts[value as usize + 1]]
    }
}
