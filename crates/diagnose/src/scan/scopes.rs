//! What may be the scope of an incident, and the attempts in each.
//!
//! A kind of scope is a set of dimensions; its values are the combinations that occur. Nothing here
//! counts failures.

use std::borrow::Cow;
use std::ops::Range;

use super::clock::Clock;
use crate::{Attempt, Day, Dimension, UNTOLD};

/// A kind of scope that the scan searches.
#[derive(Clone, Debug)]
pub struct ScopeKind {
    /// What its attempts have in common, in rising order.
    pub dimensions: Vec<Dimension>,
    /// How much of the prior belief it has, relative to the other kinds.
    pub weight: f64,
    /// The concentration of its counts (negative binomial) where nothing is wrong.
    pub concentration: f64,
    /// What such a scope costs beyond its prior, in nats.
    pub extra: f64,
    /// Scopes of this kind differ in their level by so much, all day or for hours, and are not at fault for
    /// it: an excess below this ratio is drift.
    pub level: f64,
    /// Whether a few sequences (terminals) may explain an excess here instead.
    pub blames_sequences: bool,
}

/// The attempts of each value: whole sequences where a sequence has one value, else single rows.
enum Members {
    Sequences(Lists),
    /// In the order of their bins.
    Rows(Lists),
}

/// Lists of numbers, one after the other.
#[derive(Default)]
struct Lists {
    starts: Vec<usize>,
    items: Vec<u32>,
}

impl Lists {
    /// Items by value; those of [`UNTOLD`] are left out.
    fn new(values: usize, items: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
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

    fn of(&self, value: u32) -> &[u32] {
        &self.items[self.starts[value as usize]..self.starts[value as usize + 1]]
    }
}

/// A kind of scope on a day.
pub(crate) struct Kind<'d> {
    /// By leaf: the number of its value, [`UNTOLD`] where a dimension is not told.
    by_leaf: Cow<'d, [u32]>,
    /// By value and dimension.
    told: Vec<u32>,
    dimensions: usize,
    members: Members,
    clock: Clock,
    /// Values with attempts.
    pub(crate) occurring: usize,
}

impl<'d> Kind<'d> {
    /// `by_time` are the attempts that count, bin by bin.
    pub(crate) fn new(day: &'d Day, kind: &ScopeKind, clock: Clock, by_time: &[u32]) -> Self {
        let (by_leaf, told) = values(day, &kind.dimensions);
        let width = kind.dimensions.len();
        let values = told.len() / width;
        let members = members(day, &by_leaf, values, by_time);
        let (Members::Sequences(lists) | Members::Rows(lists)) = &members;
        let occurring = lists.starts.windows(2).filter(|ends| ends[0] < ends[1]).count();
        Self { by_leaf, told, dimensions: width, members, clock, occurring }
    }

    /// How many values there are, [`UNTOLD`] included.
    pub(crate) fn values(&self) -> u32 {
        (self.told.len() / self.dimensions) as u32
    }

    pub(crate) fn value(&self, leaf: u32) -> u32 {
        self.by_leaf[leaf as usize]
    }

    /// The values of its dimensions.
    pub(crate) fn told(&self, value: u32) -> &[u32] {
        &self.told[value as usize * self.dimensions..][..self.dimensions]
    }

    /// The attempts of a value, in an order that depends on nothing but the day.
    pub(crate) fn attempts<'s>(&'s self, day: &'s Day, value: u32) -> impl Iterator<Item = &'s Attempt> + 's {
        self.attempts_within(day, value, (i64::MIN, i64::MAX))
    }

    /// Those that began from the first until before the second moment.
    pub(crate) fn attempts_within<'s>(
        &'s self,
        day: &'s Day,
        value: u32,
        window: (i64, i64),
    ) -> impl Iterator<Item = &'s Attempt> + 's {
        let (sequences, rows): (&[u32], &[u32]) = match &self.members {
            Members::Sequences(lists) => (lists.of(value), &[]),
            Members::Rows(lists) => (&[], lists.of(value)),
        };
        let inside = move |&sequence: &u32| {
            let attempts = &day.attempts[day.sequences[sequence as usize].clone()];
            let begin = attempts.partition_point(|attempt| attempt.at < window.0);
            let length = attempts[begin..].partition_point(|attempt| attempt.at < window.1);
            &attempts[begin..begin + length]
        };
        let clock = self.clock;
        let bin = |row: &u32| clock.bin(day.attempts[*row as usize].at);
        let begin = rows.partition_point(|row| bin(row) < clock.bin(window.0));
        let length = rows[begin..].partition_point(|row| bin(row) <= clock.bin(window.1));
        let rows = rows[begin..begin + length].iter().map(|&row| &day.attempts[row as usize]);
        let rows = rows.filter(move |attempt| attempt.at >= window.0 && attempt.at < window.1);
        sequences.iter().flat_map(inside).chain(rows)
    }

    /// Whether each of its values lies within one of the other kind.
    pub(crate) fn is_within(&self, other: &Kind<'_>) -> bool {
        let mut outer = vec![None; self.values() as usize];
        self.by_leaf.iter().zip(other.by_leaf.iter()).all(|(&value, &around)| {
            value == UNTOLD || *outer[value as usize].get_or_insert(around) == around
        })
    }
}

/// The values of a set of dimensions by leaf, and what each is made of. Numbered in the order of the
/// numbers of their parts.
fn values<'d>(day: &'d Day, dimensions: &[Dimension]) -> (Cow<'d, [u32]>, Vec<u32>) {
    if let &[dimension] = dimensions {
        return (Cow::Borrowed(&day.leaves.columns[dimension]), (0..day.values[dimension]).collect());
    }
    let leaves = day.leaves.cells.len() as u32;
    let key = |leaf: u32| {
        dimensions.iter().try_fold(0u64, |key, &dimension| {
            let value = day.leaves.value(dimension, leaf);
            (value != UNTOLD).then(|| key * u64::from(day.values[dimension]) + u64::from(value))
        })
    };
    let keys: Vec<_> = (0..leaves).map(|leaf| key(leaf).unwrap_or(0)).collect();
    let mut distinct: Vec<_> = keys.clone();
    distinct.push(0);
    distinct.sort_unstable();
    distinct.dedup();
    let numbers = keys.iter().map(|key| distinct.partition_point(|other| other < key) as u32).collect();
    let mut told = vec![UNTOLD; distinct.len() * dimensions.len()];
    for (parts, &key) in told.chunks_mut(dimensions.len()).zip(&distinct).skip(1) {
        let mut key = key;
        for (part, &dimension) in parts.iter_mut().zip(dimensions).rev() {
            *part = (key % u64::from(day.values[dimension])) as u32;
            key /= u64::from(day.values[dimension]);
        }
    }
    (Cow::Owned(numbers), told)
}

fn members(day: &Day, by_leaf: &[u32], values: usize, by_time: &[u32]) -> Members {
    let value = |attempt: &Attempt| by_leaf[attempt.leaf as usize];
    let one_value = |range: &Range<usize>| {
        let attempts = &day.attempts[range.clone()];
        let first = attempts.first().map_or(UNTOLD, value);
        attempts.iter().all(|attempt| value(attempt) == first).then_some(first)
    };
    // A few long sequences are no terminals: rows serve them better.
    let of_sequences: Option<Vec<_>> = match day.sequences.len() {
        0..2 => None,
        _ => day.sequences.iter().map(one_value).collect(),
    };
    if let Some(of_sequences) = of_sequences {
        return Members::Sequences(Lists::new(values, of_sequences.iter().copied().zip(0..)));
    }
    let rows = by_time.iter().map(|&row| (value(&day.attempts[row as usize]), row));
    Members::Rows(Lists::new(values, rows))
}
