//! What may be the scope of an incident, and the attempts in each.
//!
//! A kind of scope is a set of dimensions; its values are the combinations that occur. Nothing here
//! counts failures.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::clock::Clock;
use super::sheet::Sheet;
use crate::{Attempt, Day, Dimension, Half, Leaves, UNTOLD};

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
    /// Whether an excess that lasts all day is an incident here, and no level that nobody knew.
    pub all_day: bool,
}

/// The attempts of each value: whole sequences where a sequence has one value, else single rows.
enum Members {
    Sequences {
        lists: Lists,
        /// By sequence.
        values: Vec<u32>,
    },
    /// In the order of their bins; listed when somebody asks.
    Rows { by_time: Arc<OnceLock<Vec<(u32, u32)>>>, lists: OnceLock<Lists> },
}

/// No sequence, of a leaf that none has; and more than one.
const NO_SEQUENCE: u32 = u32::MAX;
const SEVERAL: u32 = u32::MAX - 1;

/// Which leaves occur where: told once for all kinds.
pub(crate) struct Uses {
    /// By leaf: the sequence that it belongs to.
    sequence: Vec<u32>,
    /// By leaf: whether an attempt of it counts.
    counts: Vec<bool>,
    /// Attempts that count and their leaves, bin by bin; listed when somebody asks.
    by_time: Arc<OnceLock<Vec<(u32, u32)>>>,
}

impl Uses {
    pub(crate) fn of(day: &Day) -> Self {
        let leaves = day.leaves.count();
        let mut uses = Self {
            sequence: vec![NO_SEQUENCE; leaves],
            counts: vec![false; leaves],
            by_time: Arc::default(),
        };
        for (number, range) in (0..).zip(&day.sequences) {
            for attempt in &day.attempts[range.clone()] {
                let sequence = &mut uses.sequence[attempt.leaf as usize];
                *sequence = if [NO_SEQUENCE, number].contains(sequence) { number } else { SEVERAL };
                uses.counts[attempt.leaf as usize] |= Sheet::counts(attempt);
            }
        }
        uses
    }
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
    values: Values<'d>,
    /// By value and dimension.
    told: Vec<u32>,
    dimensions: usize,
    members: Members,
    clock: Clock,
    /// Values with attempts.
    pub(crate) occurring: usize,
}

impl<'d> Kind<'d> {
    pub(crate) fn new(day: &'d Day, kind: &ScopeKind, clock: Clock, uses: &Uses) -> Self {
        let (values, told) = values(day, &kind.dimensions);
        let width = kind.dimensions.len();
        let (members, occurring) = members(day, &values, told.len() / width, uses);
        Self { values, told, dimensions: width, members, clock, occurring }
    }

    /// How many values there are, [`UNTOLD`] included.
    pub(crate) fn values(&self) -> u32 {
        (self.told.len() / self.dimensions) as u32
    }

    #[inline]
    pub(crate) fn value(&self, leaf: u32) -> u32 {
        self.values.of(leaf)
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
            Members::Sequences { lists, .. } => (lists.of(value), &[]),
            Members::Rows { by_time, lists } => (&[], self.rows(day, by_time, lists).of(value)),
        };
        let inside = move |&sequence: &u32| {
            let sequence = day.sequences[sequence as usize].clone();
            // Most look at the whole day: no sequence has to be searched for its edges.
            if window == (i64::MIN, i64::MAX) {
                return &day.attempts[sequence];
            }
            day.within(sequence, window.0..window.1)
        };
        let clock = self.clock;
        let bin = |row: &u32| clock.bin(day.attempts[*row as usize].at);
        let begin = rows.partition_point(|row| bin(row) < clock.bin(window.0));
        let length = rows[begin..].partition_point(|row| bin(row) <= clock.bin(window.1));
        let rows = rows[begin..begin + length].iter().map(|&row| &day.attempts[row as usize]);
        let rows = rows.filter(move |attempt| attempt.at >= window.0 && attempt.at < window.1);
        sequences.iter().flat_map(inside).chain(rows)
    }

    /// Attempts that count by value.
    fn rows<'s>(
        &self,
        day: &Day,
        by_time: &OnceLock<Vec<(u32, u32)>>,
        lists: &'s OnceLock<Lists>,
    ) -> &'s Lists {
        lists.get_or_init(|| {
            let by_time = by_time.get_or_init(|| self.clock.by_bin(day, Sheet::counts));
            let rows = by_time.iter().map(|&(row, leaf)| (self.value(leaf), row));
            Lists::new(self.values() as usize, rows)
        })
    }

    /// Whether each of its values is one of whole sequences.
    pub(crate) fn is_of_sequences(&self) -> bool {
        matches!(self.members, Members::Sequences { .. })
    }

    /// Whether each of its values lies within one of the other kind.
    pub(crate) fn is_within(&self, other: &Kind<'_>) -> bool {
        let mut outer = vec![None; self.values() as usize];
        let mut agrees = |value: u32, around: u32| {
            value == UNTOLD || *outer[value as usize].get_or_insert(around) == around
        };
        let (one, two) = (&self.values, &other.values);
        let (inner, around): (&[u32], &[u32]) = match (&self.members, &other.members) {
            // Sequences are fewer than leaves, and so are the entries of a half.
            (Members::Sequences { values, .. }, Members::Sequences { values: around, .. }) => {
                (values, around)
            }
            _ if one.half == two.half => (&one.entries, &two.entries),
            _ => return (0..one.leaves.count() as u32).all(|leaf| agrees(one.of(leaf), two.of(leaf))),
        };
        inner.iter().zip(around).all(|(&value, &around)| agrees(value, around))
    }
}

/// By leaf: the number of its value, [`UNTOLD`] where a dimension is not told.
struct Values<'d> {
    leaves: &'d Leaves,
    /// The half of leaves that has the value, if one has all of it.
    half: Option<Half>,
    /// By entry of that half, else by leaf.
    entries: Cow<'d, [u32]>,
}

impl Values<'_> {
    #[inline]
    fn of(&self, leaf: u32) -> u32 {
        let entry = self.half.map_or(leaf, |half| self.leaves.parts[leaf as usize][half as usize]);
        self.entries[entry as usize]
    }
}

/// The values of a set of dimensions by leaf, and what each is made of. Numbered in the order of the
/// numbers of their parts.
fn values<'d>(day: &'d Day, dimensions: &[Dimension]) -> (Values<'d>, Vec<u32>) {
    let leaves = &day.leaves;
    let half = leaves.half_of(dimensions);
    if let &[dimension] = dimensions {
        let entries = Cow::Borrowed(&leaves.columns[dimension][..]);
        return (Values { leaves, half, entries }, (0..day.values[dimension]).collect());
    }
    let entries = if half.is_some() { leaves.columns[dimensions[0]].len() } else { leaves.count() };
    let key = |entry: u32| {
        dimensions.iter().try_fold(0u64, |key, &dimension| {
            let value = match half {
                Some(_) => leaves.columns[dimension][entry as usize],
                None => leaves.value(dimension, entry),
            };
            (value != UNTOLD).then(|| key * u64::from(day.values[dimension]) + u64::from(value))
        })
    };
    let keys: Vec<_> = (0..entries as u32).map(|entry| key(entry).unwrap_or(0)).collect();
    let mut distinct: Vec<_> = keys.clone();
    distinct.push(0);
    distinct.sort_unstable();
    distinct.dedup();
    let number = |key: &u64| distinct.partition_point(|other| other < key) as u32;
    let entries = Cow::Owned(keys.iter().map(number).collect());
    let mut told = vec![UNTOLD; distinct.len() * dimensions.len()];
    for (parts, &key) in told.chunks_mut(dimensions.len()).zip(&distinct).skip(1) {
        let mut key = key;
        for (part, &dimension) in parts.iter_mut().zip(dimensions).rev() {
            *part = (key % u64::from(day.values[dimension])) as u32;
            key /= u64::from(day.values[dimension]);
        }
    }
    (Values { leaves, half, entries }, told)
}

/// The attempts of each value, and how many values have some.
fn members(day: &Day, of_leaves: &Values<'_>, values: usize, uses: &Uses) -> (Members, usize) {
    if let Some(of_sequences) = values_of_sequences(day, of_leaves, uses) {
        let lists = Lists::new(values, of_sequences.iter().copied().zip(0..));
        let occurring = lists.starts.windows(2).filter(|ends| ends[0] < ends[1]).count();
        return (Members::Sequences { lists, values: of_sequences }, occurring);
    }
    let mut occurs = vec![false; values];
    for (leaf, _) in (0..).zip(&uses.counts).filter(|(_, counts)| **counts) {
        occurs[of_leaves.of(leaf) as usize] = true;
    }
    occurs[UNTOLD as usize] = false;
    let occurring = occurs.iter().filter(|occurs| **occurs).count();
    (Members::Rows { by_time: uses.by_time.clone(), lists: OnceLock::new() }, occurring)
}

/// By sequence, its value; none where a sequence has several.
fn values_of_sequences(day: &Day, of_leaves: &Values<'_>, uses: &Uses) -> Option<Vec<u32>> {
    // A few long sequences are no terminals: rows serve them better.
    if day.sequences.len() < 2 {
        return None;
    }
    if uses.sequence.contains(&SEVERAL) {
        let value = |attempt: &Attempt| of_leaves.of(attempt.leaf);
        let one_value = |range: &Range<usize>| {
            let attempts = &day.attempts[range.clone()];
            let first = attempts.first().map_or(UNTOLD, value);
            attempts.iter().all(|attempt| value(attempt) == first).then_some(first)
        };
        return day.sequences.iter().map(one_value).collect();
    }
    let mut of_sequences = vec![None; day.sequences.len()];
    for (leaf, &sequence) in (0..).zip(&uses.sequence) {
        let value = of_leaves.of(leaf);
        if sequence != NO_SEQUENCE && *of_sequences[sequence as usize].get_or_insert(value) != value {
            return None;
        }
    }
    Some(of_sequences.into_iter().map(|value| value.unwrap_or(UNTOLD)).collect())
}
