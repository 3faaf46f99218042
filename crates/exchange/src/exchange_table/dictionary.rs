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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_dense_numbers_and_stand_there_twice() {
        let value = |number: u32| [number; 250];
        let mut dictionary = Dictionary::default();
        for number in (0..100).chain((0..100).rev()) {
            assert_eq!(dictionary.id(value(number)), number);
        }
        assert!(dictionary.values().iter().copied().eq((0..100).map(value)));
        // By number, and with its number: 1,000 bytes each.
        let bytes = dictionary.bytes();
        assert!((200_000..800_000).contains(&bytes), "{bytes}");
    }
}
