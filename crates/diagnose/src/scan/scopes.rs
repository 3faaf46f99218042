//! What may be the scope of an incident, and the attempts in each.
//!
//! A kind of scope is a set of dimensions; its values are the combinations that occur. Nothing here
//! counts failures.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::clock::Clock;
use super::lists::Lists;
use super::payments::{Counted, Payments};
use super::sheet::Sheet;
use super::values::{Entries, Values, values};
use crate::{Attempt, Day, Dimension, Half, UNTOLD};

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
    Sequences(Sequences),
    /// In the order of their bins; listed when somebody asks.
    Rows(OnceLock<Lists>),
}

/// The sequences of each value, and by sequence its value.
#[derive(Clone)]
struct Sequences {
    lists: Arc<Lists>,
    values: Arc<[u32]>,
}

/// No sequence, of a leaf that none has; and more than one.
const NO_SEQUENCE: u32 = u32::MAX;
const SEVERAL: u32 = u32::MAX - 1;

/// Rows are put to their values and bins at once where there are so many of these at most (8 MB), else sorted.
const LARGEST_LISTING: usize = 1 << 19;

/// Kinds of scopes on a day, told once for all searches of it: which attempts count may change between them.
pub(crate) struct Scopes {
    kinds: Vec<Scope>,
    /// By kind: the kinds whose values lie within its own.
    within: Vec<Vec<usize>>,
    clock: Clock,
    /// None where leaves are not parted.
    payments: Option<Payments>,
}

/// A kind of scope on a day, whatever of it counts.
struct Scope {
    half: Option<Half>,
    entries: Entries,
    told: Arc<[u32]>,
    dimensions: usize,
    /// None where a sequence has several values.
    sequences: Option<Sequences>,
}

impl Scopes {
    pub(crate) fn of(day: &Day, kinds: &[ScopeKind], bin_ms: u32) -> Self {
        let clock = Clock::new(day.span, bin_ms);
        let (sequences, payments) = rayon::join(|| sequence_of_leaves(day), || Payments::of(day, clock));
        let scope = |kind: &ScopeKind| {
            let (half, entries, told) = values(day, &kind.dimensions);
            let dimensions = kind.dimensions.len();
            let on_day = Values::new(&day.leaves, half, &entries);
            let sequences = values_of_sequences(day, &on_day, &sequences).map(|values| {
                let lists = Lists::new(told.len() / dimensions, values.iter().copied().zip(0..));
                Sequences { lists: Arc::new(lists), values: values.into() }
            });
            Scope { half, entries, told: told.into(), dimensions, sequences }
        };
        let kinds: Vec<Scope> = kinds.par_iter().map(scope).collect();
        let mut scopes = Self { kinds, within: Vec::new(), clock, payments };
        let on_day = scopes.on_day(day, |_| 0);
        let inner = |outer: usize| {
            let narrower = |inner: &usize| *inner != outer && on_day[*inner].is_within(&on_day[outer]);
            // Two kinds that part the attempts alike contain one another: the first stands for both.
            let strictly = |inner: &usize| !on_day[outer].is_within(&on_day[*inner]);
            (0..on_day.len()).filter(narrower).filter(strictly).collect()
        };
        scopes.within = (0..on_day.len()).into_par_iter().map(inner).collect();
        scopes
    }

    /// By kind: the kinds whose values lie within its own.
    pub(crate) fn within(&self) -> &[Vec<usize>] {
        &self.within
    }

    /// The kinds, as those attempts of the day that count now fill them.
    pub(crate) fn on<'d>(&self, day: &'d Day) -> Vec<Kind<'d>> {
        let mut counts = vec![false; day.leaves.count()];
        for attempt in day.attempts.iter().filter(|attempt| Sheet::counts(attempt)) {
            counts[attempt.leaf as usize] = true;
        }
        self.on_day(day, |values| {
            let leaves = (0..).zip(&counts).filter(|(_, counts)| **counts);
            values.occurring(leaves.map(|(leaf, _)| values.of(leaf)))
        })
    }

    /// The same where no attempts but those of these stretches are flagged as a terminal's own.
    pub(crate) fn on_but<'d>(&self, day: &'d Day, own: &[Range<usize>]) -> Vec<Kind<'d>> {
        let is_of_payments = |scope: &Scope| scope.half == Some(Half::Payment) || scope.sequences.is_some();
        let Some(payments) = self.payments.as_ref().filter(|_| self.kinds.iter().all(is_of_payments)) else {
            return self.on(day);
        };
        let payments = payments.by_entry_but(day, own);
        self.on_day(day, |values| {
            let entries = values.entries().iter().zip(&payments).filter(|(_, attempts)| **attempts > 0);
            values.occurring(entries.map(|(value, _)| *value))
        })
    }

    /// By entry of the half of payments and bin: the attempts that count now, where no attempts but those of these
    /// stretches are flagged as a terminal's own.
    pub(super) fn payments_but(&self, day: &Day, own: &[Range<usize>]) -> Option<Counted<'_>> {
        self.payments.as_ref()?.by_bin_but(day, own)
    }

    /// Attempts that count by cell of the baseline and hour, those of these stretches apart; none where they are
    /// not counted so.
    pub(crate) fn slots_but(&self, day: &Day, left_out: &[Range<usize>]) -> Option<Vec<u64>> {
        self.payments.as_ref()?.by_slot_but(day, left_out)
    }

    /// The kinds, those of rows with as many values as they are told to have.
    fn on_day<'d>(&self, day: &'d Day, occurring: impl Fn(&Values<'_>) -> usize) -> Vec<Kind<'d>> {
        // Lists of rows are the largest thing here: a search makes those that it asks for, and gives them back.
        let kind = |scope: &Scope| {
            let values = Values::new(&day.leaves, scope.half, &scope.entries);
            let (occurring, members) = match &scope.sequences {
                Some(sequences) => (sequences.lists.filled(), Members::Sequences(sequences.clone())),
                None => (occurring(&values), Members::Rows(OnceLock::new())),
            };
            let (told, dimensions) = (scope.told.clone(), scope.dimensions);
            Kind { values, told, dimensions, members, clock: self.clock, occurring }
        };
        self.kinds.iter().map(kind).collect()
    }
}

/// By leaf: the sequence that it belongs to.
fn sequence_of_leaves(day: &Day) -> Vec<u32> {
    let mut sequences = vec![NO_SEQUENCE; day.leaves.count()];
    for (number, range) in (0..).zip(&day.sequences) {
        for attempt in &day.attempts[range.clone()] {
            let sequence = &mut sequences[attempt.leaf as usize];
            *sequence = if [NO_SEQUENCE, number].contains(sequence) { number } else { SEVERAL };
        }
    }
    sequences
}

/// A kind of scope on a day.
pub(crate) struct Kind<'d> {
    values: Values<'d>,
    /// By value and dimension.
    told: Arc<[u32]>,
    dimensions: usize,
    members: Members,
    clock: Clock,
    /// Values with attempts.
    pub(crate) occurring: usize,
}

impl<'d> Kind<'d> {
    /// How many values there are, [`UNTOLD`] included.
    pub(crate) fn values(&self) -> u32 {
        (self.told.len() / self.dimensions) as u32
    }

    #[inline]
    pub(crate) fn value(&self, leaf: u32) -> u32 {
        self.values.of(leaf)
    }

    /// The half of leaves that tells its values, if one does.
    pub(crate) fn half(&self) -> Option<Half> {
        self.values.half
    }

    /// The value of an entry of that half.
    #[inline]
    pub(crate) fn value_of_entry(&self, entry: usize) -> u32 {
        self.values.entries()[entry]
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
            Members::Sequences(of) => (of.lists.of(value), &[]),
            Members::Rows(lists) => (&[], self.rows(day, lists).of(value)),
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
        let inside_now = move |attempt: &&Attempt| {
            attempt.at >= window.0 && attempt.at < window.1 && Sheet::counts(attempt)
        };
        let rows = rows.filter(inside_now);
        sequences.iter().flat_map(inside).chain(rows)
    }

    /// Attempts by value that count at some time: those in the window of an own fault may count later.
    /// On one thread, for they may be asked for by many at once, who wait for one.
    fn rows<'s>(&self, day: &Day, lists: &'s OnceLock<Lists>) -> &'s Lists {
        lists.get_or_init(|| {
            let (values, bins) = (self.values() as usize, self.clock.bins());
            let bin = |row: u32| self.clock.bin(day.attempts[row as usize].at);
            let counting = day.attempts.iter().zip(0..).filter(|(attempt, _)| Sheet::may_count(attempt));
            let rows = counting.map(|(attempt, row)| (self.value(attempt.leaf), row));
            if values * bins > LARGEST_LISTING {
                return Lists::new(values, rows).each_by_key(bin);
            }
            let of_bin = |(value, row)| ((value as usize * bins + bin(row)) as u32, row);
            Lists::new(values * bins, rows.filter(|(value, _)| *value != UNTOLD).map(of_bin)).joined(bins)
        })
    }

    /// Whether each of its values is one of whole sequences.
    pub(crate) fn is_of_sequences(&self) -> bool {
        matches!(self.members, Members::Sequences(_))
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
            (Members::Sequences(inner), Members::Sequences(around)) => (&inner.values, &around.values),
            _ if one.half == two.half => (one.entries(), two.entries()),
            _ => return (0..one.leaves() as u32).all(|leaf| agrees(one.of(leaf), two.of(leaf))),
        };
        inner.iter().zip(around).all(|(&value, &around)| agrees(value, around))
    }
}

/// By sequence, its value; none where a sequence has several.
fn values_of_sequences(day: &Day, of_leaves: &Values<'_>, sequence_of_leaves: &[u32]) -> Option<Vec<u32>> {
    // A few long sequences are no terminals: rows serve them better.
    if day.sequences.len() < 2 {
        return None;
    }
    if sequence_of_leaves.contains(&SEVERAL) {
        let value = |attempt: &Attempt| of_leaves.of(attempt.leaf);
        let one_value = |range: &Range<usize>| {
            let attempts = &day.attempts[range.clone()];
            let first = attempts.first().map_or(UNTOLD, value);
            attempts.iter().all(|attempt| value(attempt) == first).then_some(first)
        };
        return day.sequences.iter().map(one_value).collect();
    }
    let mut of_sequences = vec![None; day.sequences.len()];
    for (leaf, &sequence) in (0..).zip(sequence_of_leaves) {
        let value = of_leaves.of(leaf);
        if sequence != NO_SEQUENCE && *of_sequences[sequence as usize].get_or_insert(value) != value {
            return None;
        }
    }
    Some(of_sequences.into_iter().map(|value| value.unwrap_or(UNTOLD)).collect())
}
