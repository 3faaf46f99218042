//! Counts of every scope by bin and group, for the first look: nothing is known yet, so nothing is
//! adjusted.
//!
//! Kinds with few values are counted in one pass over the day, all at once. A kind with many (sites,
//! prefixes by entry mode) would need too large a table: its values are counted one by one. In the common
//! pass an attempt is added twice at most (`rollup.rs`); what kinds need is rolled up from that.

use rayon::prelude::*;

use super::rollup;
use super::scopes::Kind;
use super::sheet::{Sheet, Tally};
use super::table::Table;
use crate::{Attempt, Half};

/// A kind is counted in the common pass when its table has at most so many sums: 32 MB.
pub(super) const LARGEST_TABLE: usize = 4 << 20;

/// A scope with groups that have hits enough to be looked at, in rising order.
pub(crate) struct Candidate {
    pub(crate) kind: usize,
    pub(crate) value: u32,
    pub(crate) groups: Vec<usize>,
}

/// An attempt that is a hit of some group: what is counted of it.
#[derive(Clone, Copy)]
pub(crate) struct Failure {
    leaf: u32,
    bin: u32,
    count: u16,
    /// The groups; [`NO_GROUP`] where there are fewer.
    groups: [u8; 2],
}

const NO_GROUP: u8 = u8::MAX;

impl Failure {
    fn groups(&self) -> impl Iterator<Item = usize> + use<> {
        self.groups.into_iter().filter(|group| *group != NO_GROUP).map(usize::from)
    }
}

/// The attempts that are a hit of some group.
pub(crate) fn failed(sheet: &Sheet<'_>) -> Vec<Failure> {
    let attempts = &sheet.day.attempts;
    let failure = |attempt: &Attempt| {
        if !attempt.shows() || !Sheet::counts(attempt) {
            return None;
        }
        let mut hit = sheet.groups_hit(attempt).map(|group| group as u8);
        let groups = [hit.next()?, hit.next().unwrap_or(NO_GROUP)];
        let bin = sheet.bin(attempt.at) as u32;
        Some(Failure { leaf: attempt.leaf, bin, count: attempt.count, groups })
    };
    match sheet.shown {
        Some(shown) => shown.attempts().filter_map(|at| failure(&attempts[at])).collect(),
        None => attempts.iter().filter_map(failure).collect(),
    }
}

/// Hits by entry of a half of leaves, group by group.
fn hits_by_entry(sheet: &Sheet<'_>, half: Option<Half>, failed: &[Failure]) -> Vec<u32> {
    let (leaves, groups) = (&sheet.day.leaves, sheet.groups.len());
    let mut hits = vec![0_u32; leaves.entries(half) * groups];
    for failure in failed {
        for group in failure.groups() {
            let hits = &mut hits[leaves.entry(half, failure.leaf) as usize * groups + group];
            *hits = hits.saturating_add(u32::from(failure.count));
        }
    }
    hits
}

/// By kind: which values and groups have at least that many hits. `may_be_shared` tells the groups of
/// a kind.
pub(crate) fn candidates(
    sheet: &Sheet<'_>,
    kinds: &[Kind<'_>],
    failed: &[Failure],
    least_hits: u64,
    may_be_shared: impl Fn(usize, usize) -> bool + Sync,
) -> Vec<Candidate> {
    let groups = sheet.groups.len();
    let of_halves = [Half::Terminal, Half::Payment].map(|half| {
        let half = Some(half);
        let is_asked = kinds.iter().any(|kind| kind.half() == half);
        if is_asked { hits_by_entry(sheet, half, failed) } else { Vec::new() }
    });
    let of_kind = |(number, kind): (usize, &Kind<'_>)| {
        let mut hits = vec![0u32; kind.values() as usize * groups];
        match kind.half() {
            Some(half) => {
                for (entry, of_entry) in of_halves[half as usize].chunks(groups).enumerate() {
                    let hits = &mut hits[kind.value_of_entry(entry) as usize * groups..][..groups];
                    hits.iter_mut().zip(of_entry).for_each(|(sum, hits)| *sum = sum.saturating_add(*hits));
                }
            }
            None => {
                for failure in failed {
                    for group in failure.groups() {
                        let hits = &mut hits[kind.value(failure.leaf) as usize * groups + group];
                        *hits = hits.saturating_add(u32::from(failure.count));
                    }
                }
            }
        }
        let enough = |hits: &[u32]| {
            let enough =
                |group: &usize| u64::from(hits[*group]) >= least_hits && may_be_shared(number, *group);
            (0..groups).filter(enough).collect::<Vec<_>>()
        };
        let values = hits.chunks(groups).zip(0u32..).skip(1);
        let candidates = values.map(|(hits, value)| Candidate { kind: number, value, groups: enough(hits) });
        candidates.filter(|candidate| !candidate.groups.is_empty()).collect()
    };
    let by_kind: Vec<Vec<_>> = kinds.par_iter().enumerate().map(of_kind).collect();
    by_kind.into_iter().flatten().collect()
}

/// Attempts and expected hits of one or more scopes: by scope and bin, and by group besides. A scope's groups
/// stand together in each of its bins.
#[derive(Default)]
pub(crate) struct Series {
    pub(super) attempts: Vec<u64>,
    pub(super) expected: Vec<u64>,
    /// Empty as long as nothing was observed.
    pub(super) observed: Vec<u32>,
}

impl Series {
    pub(super) fn zeros(rows: usize, sums: usize) -> Self {
        Self { attempts: vec![0; rows], expected: vec![0; sums], observed: Vec::new() }
    }

    fn clear(&mut self, rows: usize, sums: usize) {
        self.attempts.clear();
        self.attempts.resize(rows, 0);
        self.expected.clear();
        self.expected.resize(sums, 0);
        self.observed.clear();
        self.observed.resize(sums, 0);
    }

    /// Adds an attempt, whatever it is a hit of.
    fn add(&mut self, row: usize, count: u64, groups: &[usize], share: impl Fn(usize) -> u64) {
        self.attempts[row] += count;
        let slots = self.expected[row * groups.len()..][..groups.len()].iter_mut();
        slots.zip(groups).for_each(|(slot, &group)| *slot += share(group) * count);
    }

    /// Adds what is expected of the same, where nothing was observed.
    pub(super) fn merge(&mut self, other: &Self) {
        let pairs = [(&mut self.attempts, &other.attempts), (&mut self.expected, &other.expected)];
        for (sums, others) in pairs {
            sums.iter_mut().zip(others).for_each(|(sum, other)| *sum += other);
        }
    }

    /// Attempts of a scope in a bin, and what so many groups expect there.
    pub(super) fn row(&self, row: usize, groups: usize) -> (u64, &[u64]) {
        (self.attempts[row], &self.expected[row * groups..][..groups])
    }

    /// Adds what each of so many groups expects of attempts: their shares.
    #[inline]
    pub(super) fn expect(&mut self, row: usize, attempts: u64, shares: &[u32]) {
        self.attempts[row] += attempts;
        let sums = &mut self.expected[row * shares.len()..][..shares.len()];
        sums.iter_mut().zip(shares).for_each(|(sum, share)| *sum += u64::from(*share) * attempts);
    }

    fn observe(&mut self, row: usize, count: u32, groups: usize, hits: &[Option<usize>; 2]) {
        for column in hits.iter().flatten() {
            self.observed[row * groups + column] += count;
        }
    }

    /// The bins of a scope and one of its groups; its rows and its sums begin at these.
    pub(super) fn column(
        &self,
        (row, sum): (usize, usize),
        bins: usize,
        column: usize,
        groups: usize,
    ) -> Vec<Tally> {
        let tally = |bin: usize| Tally {
            attempts: self.attempts[row + bin],
            observed: u64::from(self.observed[sum + bin * groups + column]),
            expected: self.expected[sum + bin * groups + column],
        };
        (0..bins).map(tally).collect()
    }
}

/// Where the groups that an attempt is a hit of stand in a list of groups.
fn columns_hit(sheet: &Sheet<'_>, attempt: &Attempt, groups: &[usize]) -> [Option<usize>; 2] {
    let mut hits = sheet.groups_hit(attempt).map(|hit| groups.iter().position(|&group| group == hit));
    [hits.next().flatten(), hits.next().flatten()]
}

/// The tables of the kinds with few values, by kind.
pub(crate) struct Tables(Vec<Option<Table>>);

impl Tables {
    pub(crate) fn new(
        sheet: &Sheet<'_>,
        kinds: &[Kind<'_>],
        candidates: &[Candidate],
        failed: &[Failure],
    ) -> Self {
        let mut groups: Vec<_> = candidates.iter().flat_map(|candidate| &candidate.groups).copied().collect();
        groups.sort_unstable();
        groups.dedup();
        let is_small =
            |kind: &Kind<'_>| kind.values() as usize * sheet.bins() * groups.len() <= LARGEST_TABLE;
        let table = |(number, kind): (usize, &Kind<'_>)| {
            let of_kind = candidates.iter().filter(|candidate| candidate.kind == number);
            let table = is_small(kind).then(|| Table::of(kind, of_kind, &groups, sheet.bins()));
            table.filter(|table| table.candidates() > 0)
        };
        let mut by_kind: Vec<_> = kinds.iter().enumerate().map(table).collect();
        rollup::expect(sheet, kinds, &groups, &mut by_kind);
        let column = |group: usize| groups.binary_search(&group).ok();
        let column_of: Vec<Option<usize>> = (0..sheet.groups.len()).map(column).collect();
        for (kind, table) in kinds.iter().zip(&mut by_kind) {
            let Some(table) = table else { continue };
            table.series.observed = vec![0; table.series.expected.len()];
            for failure in failed {
                let Some(place) = table.place(kind.value(failure.leaf)) else { continue };
                for column in failure.groups().filter_map(|group| column_of[group]) {
                    table.observe(place, failure.bin as usize, column as u32, u32::from(failure.count));
                }
            }
        }
        Self(by_kind)
    }

    /// The bins of each group of a candidate, in the order of its groups. `scratch` is used for those
    /// that are counted one by one.
    pub(crate) fn columns(
        &self,
        sheet: &Sheet<'_>,
        kind: &Kind<'_>,
        candidate: &Candidate,
        scratch: &mut Series,
    ) -> Vec<Vec<Tally>> {
        if let Some(table) = &self.0[candidate.kind] {
            let place = table.place(candidate.value).expect("all candidates of the kind are in its table");
            return table.columns_of(place);
        }
        let (bins, groups) = (sheet.bins(), &candidate.groups);
        scratch.clear(bins, bins * groups.len());
        for attempt in kind.attempts(sheet.day, candidate.value).filter(|attempt| Sheet::counts(attempt)) {
            let bin = sheet.bin(attempt.at);
            let (slot, count) = (sheet.slot_of_leaf(attempt.leaf, bin), u64::from(attempt.count));
            scratch.add(bin, count, groups, |group| sheet.share_in(slot, group));
            if attempt.shows() {
                let hits = columns_hit(sheet, attempt, groups);
                scratch.observe(bin, u32::from(attempt.count), groups.len(), &hits);
            }
        }
        (0..groups.len()).map(|column| scratch.column((0, 0), bins, column, groups.len())).collect()
    }
}
