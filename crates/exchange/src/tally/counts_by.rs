//! Counts by a key that takes few values: a terminal's merchants, the codes of its failures.

use foldhash::fast::RandomState;
use hashbrown::HashMap;
use std::hash::Hash;

/// Keys that are looked through one by one. A log with a column mapped wrongly may tell any number of
/// them, so more go into a map.
const FEW: usize = 32;

/// How often each key came. A handful takes no more room than it needs: a fleet has one for each
/// terminal.
#[derive(Clone, Debug)]
pub struct CountsBy<K>(Held<K>);

#[derive(Clone, Debug)]
enum Held<K> {
    Few(Vec<(K, u64)>),
    Many(Box<HashMap<K, u64, RandomState>>),
}

impl<K> Default for CountsBy<K> {
    fn default() -> Self {
        Self(Held::Few(Vec::new()))
    }
}

impl<K: Copy + Eq + Hash> CountsBy<K> {
    /// Counts a key so many times more.
    pub fn add(&mut self, key: K, count: u64) {
        match &mut self.0 {
            Held::Few(rows) => match rows.iter().position(|row| row.0 == key) {
                Some(at) => rows[at].1 += count,
                None if rows.len() < FEW => push_tightly(rows, (key, count)),
                None => {
                    let rows = rows.drain(..).chain([(key, count)]);
                    self.0 = Held::Many(Box::new(rows.collect()));
                }
            },
            Held::Many(rows) => *rows.entry(key).or_default() += count,
        }
    }

    /// Keys and counts, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (K, u64)> {
        let (few, many) = match &self.0 {
            Held::Few(rows) => (&rows[..], None),
            Held::Many(rows) => (&[][..], Some(rows.iter().map(|(key, count)| (*key, *count)))),
        };
        few.iter().copied().chain(many.into_iter().flatten())
    }
}

/// Pushes with little to spare: what doubles holds half of its memory for nothing, once a terminal.
pub(super) fn push_tightly<T>(rows: &mut Vec<T>, row: T) {
    if rows.len() == rows.capacity() {
        rows.reserve_exact(1 + rows.len() / 4);
    }
    rows.push(row);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_keys_are_counted_alike() {
        for keys in [1, FEW, FEW + 1, 1_000] {
            let mut counts = CountsBy::default();
            (0..3 * keys).for_each(|number| counts.add(number % keys, 1 + (number / keys) as u64));
            let mut rows: Vec<_> = counts.iter().collect();
            rows.sort_unstable();
            assert!(rows.into_iter().eq((0..keys).map(|key| (key, 6))), "{keys}");
            assert_eq!(matches!(counts.0, Held::Few(_)), keys <= FEW, "{keys}");
        }
    }

    /// A quarter and one at most, and all the same made in few steps.
    #[test]
    fn what_is_pushed_tightly_has_little_to_spare() {
        let (mut rows, mut steps, mut capacity) = (Vec::new(), 0, 0);
        for row in 0..10_000_u64 {
            push_tightly(&mut rows, row);
            steps += u32::from(rows.capacity() != capacity);
            capacity = rows.capacity();
            assert!(rows.len() <= capacity && capacity <= rows.len() + rows.len() / 4, "{row} in {capacity}");
        }
        assert!(rows.into_iter().eq(0..10_000));
        assert!(steps < 60, "{steps}");
    }
}
