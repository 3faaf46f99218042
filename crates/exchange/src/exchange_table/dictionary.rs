//! Dense numbers for the values of one dimension, in the order in which they were first seen.

use foldhash::fast::RandomState;
use hashbrown::HashMap;
use std::hash::Hash;

#[derive(Clone)]
pub(super) struct Dictionary<T> {
    values: Vec<T>,
    ids: HashMap<T, u32, RandomState>,
    /// The value asked for last, which is often asked for again.
    last: Option<(T, u32)>,
}

impl<T> Default for Dictionary<T> {
    fn default() -> Self {
        Self { values: Vec::new(), ids: HashMap::default(), last: None }
    }
}

impl<T: Copy + Eq + Hash> Dictionary<T> {
    /// The number of a value.
    ///
    /// # Panics
    /// After 2^32 different values, which would need more memory than machines have.
    pub(super) fn id(&mut self, value: T) -> u32 {
        if let Some((last, id)) = self.last
            && last == value
        {
            return id;
        }
        let Self { values, ids, last } = self;
        let id = *ids.entry(value).or_insert_with(|| {
            values.push(value);
            u32::try_from(values.len() - 1).expect("fewer than 2^32 values")
        });
        *last = Some((value, id));
        id
    }

    pub(super) fn values(&self) -> &[T] {
        &self.values
    }

    pub(super) fn bytes(&self) -> usize {
        self.values.capacity() * size_of::<T>() + self.ids.allocation_size()
    }
}
