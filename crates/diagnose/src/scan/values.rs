//! The values of a kind of scope: what each leaf has in a set of dimensions, by numbers.

use std::sync::Arc;

use crate::{Day, Dimension, Half, Leaves, UNTOLD};

/// The values by entry of a half, or by leaf: those of a dimension, or of several.
pub(super) enum Entries {
    Of(Dimension),
    OfSeveral(Arc<[u32]>),
}

/// By leaf: the number of its value, [`UNTOLD`] where a dimension is not told.
pub(super) struct Values<'d> {
    leaves: &'d Leaves,
    /// The half of leaves that has the value, if one has all of it.
    pub(super) half: Option<Half>,
    /// By entry of that half, else by leaf.
    entries: Borrowed<'d>,
}

enum Borrowed<'d> {
    Column(&'d [u32]),
    Shared(Arc<[u32]>),
}

impl<'d> Values<'d> {
    pub(super) fn new(leaves: &'d Leaves, half: Option<Half>, entries: &Entries) -> Self {
        let entries = match entries {
            Entries::Of(dimension) => Borrowed::Column(&leaves.columns[*dimension]),
            Entries::OfSeveral(entries) => Borrowed::Shared(entries.clone()),
        };
        Self { leaves, half, entries }
    }

    #[inline]
    pub(super) fn entries(&self) -> &[u32] {
        match &self.entries {
            Borrowed::Column(entries) => entries,
            Borrowed::Shared(entries) => entries,
        }
    }

    #[inline]
    pub(super) fn of(&self, leaf: u32) -> u32 {
        self.entries()[self.leaves.entry(self.half, leaf) as usize]
    }

    /// How many leaves there are.
    pub(super) fn leaves(&self) -> usize {
        self.leaves.count()
    }

    /// How many of its values there are among those, [`UNTOLD`] apart.
    pub(super) fn occurring(&self, values: impl Iterator<Item = u32>) -> usize {
        let largest = self.entries().iter().copied().max().unwrap_or(UNTOLD);
        let mut occurs = vec![false; largest as usize + 1];
        values.for_each(|value| occurs[value as usize] = true);
        occurs[UNTOLD as usize] = false;
        occurs.into_iter().filter(|occurs| *occurs).count()
    }
}

/// The half that has a set of dimensions, their values by its entries or by leaf, and what each is made of.
/// Numbered in the order of the numbers of their parts.
pub(super) fn values(day: &Day, dimensions: &[Dimension]) -> (Option<Half>, Entries, Vec<u32>) {
    let leaves = &day.leaves;
    let half = leaves.half_of(dimensions);
    if let &[dimension] = dimensions {
        return (half, Entries::Of(dimension), (0..day.values[dimension]).collect());
    }
    let key = |entry: u32| {
        dimensions.iter().try_fold(0u64, |key, &dimension| {
            let value = leaves.value_of_entry(dimension, half, entry);
            (value != UNTOLD).then(|| key * u64::from(day.values[dimension]) + u64::from(value))
        })
    };
    let keys: Vec<_> = (0..leaves.entries(half) as u32).map(|entry| key(entry).unwrap_or(0)).collect();
    let mut distinct: Vec<_> = keys.clone();
    distinct.push(0);
    distinct.sort_unstable();
    distinct.dedup();
    let number = |key: &u64| distinct.partition_point(|other| other < key) as u32;
    let entries = Entries::OfSeveral(keys.iter().map(number).collect());
    let mut told = vec![UNTOLD; distinct.len() * dimensions.len()];
    for (parts, &key) in told.chunks_mut(dimensions.len()).zip(&distinct).skip(1) {
        let mut key = key;
        for (part, &dimension) in parts.iter_mut().zip(dimensions).rev() {
            *part = (key % u64::from(day.values[dimension])) as u32;
            key /= u64::from(day.values[dimension]);
        }
    }
    (half, entries, told)
}
