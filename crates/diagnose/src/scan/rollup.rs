//! What is expected of all scopes of the kinds with few values, in one pass over the day.
//!
//! Kinds that have one value a sequence (terminal) part the sequences into a few *classes*, all others the
//! leaves. An attempt is added to its sequence's class, group by group, and counted for its leaf's class,
//! whose attempts expect the same in a bin; kinds are sums of classes. Sums are of integers, so that the
//! way they are taken does not show. Where classes are too many, each kind is added to on its own.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use rayon::prelude::*;

use super::scopes::Kind;
use super::series::{LARGEST_TABLE, Series, Table};
use super::sheet::Sheet;
use crate::{Attempt, Half, Leaves};

/// Pairs are numbered by a table where there are at most so many of them, else by a hash map.
const LARGEST_PAIRING: usize = 1 << 22;

/// Leaves told apart by the values of several kinds, or the entries of the half of them that has all of these.
struct ClassesOfLeaves {
    half: Option<Half>,
    classes: Classes,
}

impl ClassesOfLeaves {
    /// The class of a leaf.
    #[inline]
    fn of(&self, leaves: &Leaves, leaf: u32) -> usize {
        let thing = self.half.map_or(leaf, |half| leaves.entry(half, leaf));
        self.classes.of[thing as usize] as usize
    }
}

/// Things told apart by the values of several kinds.
struct Classes {
    of: Vec<u32>,
    count: usize,
}

impl Classes {
    fn one(things: usize) -> Self {
        Self { of: vec![0; things], count: 1 }
    }

    /// Told apart by one more kind of value, too; numbered as they occur.
    fn parted(mut self, values: usize, value: impl Fn(usize) -> u32) -> Self {
        const NEW: u32 = u32::MAX;
        let mut count = 0;
        let mut number = |number: &mut u32| {
            if *number == NEW {
                *number = count;
                count += 1;
            }
            *number
        };
        if self.count * values <= LARGEST_PAIRING {
            let mut numbers = vec![NEW; self.count * values];
            for (thing, class) in self.of.iter_mut().enumerate() {
                *class = number(&mut numbers[*class as usize * values + value(thing) as usize]);
            }
        } else {
            let mut numbers: HashMap<(u32, u32), u32, FixedState> = HashMap::default();
            for (thing, class) in self.of.iter_mut().enumerate() {
                *class = number(numbers.entry((*class, value(thing))).or_insert(NEW));
            }
        }
        self.count = count as usize;
        self
    }

    /// By class, the first thing of it.
    fn firsts(&self) -> Vec<usize> {
        let mut firsts = vec![0; self.count];
        for (thing, class) in self.of.iter().enumerate().rev() {
            firsts[*class as usize] = thing;
        }
        firsts
    }
}

/// The sums of one thread.
#[derive(Default)]
struct Sums {
    /// By class of sequences and bin: attempts, and what groups expect.
    sequences: Series,
    /// By class of leaves and bin: attempts.
    leaves: Vec<u64>,
    /// By kind that is added to on its own.
    apart: Vec<Option<Series>>,
}

impl Sums {
    fn merge(&mut self, other: &Self) {
        self.sequences.merge(&other.sequences);
        self.leaves.iter_mut().zip(&other.leaves).for_each(|(sum, other)| *sum += other);
        for (one, other) in self.apart.iter_mut().zip(&other.apart) {
            if let (Some(one), Some(other)) = (one, other) {
                one.merge(other);
            }
        }
    }
}

/// How a day's attempts are added up.
struct Plan<'a, 'd> {
    sheet: &'a Sheet<'d>,
    kinds: &'a [Kind<'d>],
    /// By hour, cell and wanted group: the expected share.
    shares: Vec<u64>,
    groups: usize,
    sequences: Option<Classes>,
    leaves: Option<ClassesOfLeaves>,
    /// By entry of the half that tells the class of a leaf, and bin: attempts, where they are counted already.
    counted: Option<&'a [u32]>,
    /// By kind, whether it is added to on its own.
    apart: Vec<bool>,
    tables: &'a [Option<Table>],
}

/// Adds what is expected of every attempt that counts to the series that there are.
pub(super) fn expect(sheet: &Sheet<'_>, kinds: &[Kind<'_>], groups: &[usize], by_kind: &mut [Option<Table>]) {
    if by_kind.iter().all(Option::is_none) {
        return;
    }
    let plan = Plan::new(sheet, kinds, groups, by_kind);
    let sequences = &sheet.day.sequences;
    let part = sequences.len().div_ceil(rayon::current_num_threads()).max(1);
    let asked = if plan.asks_for_attempts() { sequences.len() } else { 0 };
    let parts = (0..asked).into_par_iter().step_by(part);
    let sums = parts.map(|begin| plan.sums(begin..(begin + part).min(sequences.len())));
    let sums = sums.reduce_with(|mut one, other| {
        one.merge(&other);
        one
    });
    let mut sums = sums.unwrap_or_else(|| plan.sums(0..0));
    plan.add_counted(&mut sums);
    let series: Vec<_> = (0..kinds.len()).map(|number| plan.rolled_up(&mut sums, number)).collect();
    for (table, series) in by_kind.iter_mut().zip(series) {
        if let (Some(table), Some(series)) = (table, series) {
            table.series = series;
        }
    }
}

/// Leaves told apart by their cells and by the values of those kinds. Where the half with the cells has all of
/// the kinds as well, its entries are told apart: they are thousands, and leaves millions.
fn classes_of_leaves<'k, 'd: 'k, I>(sheet: &Sheet<'_>, kinds: impl Fn() -> I) -> ClassesOfLeaves
where
    I: Iterator<Item = (&'k Kind<'d>, &'k Table)>,
{
    let leaves = &sheet.day.leaves;
    let of_payments = !leaves.parts.is_empty() && kinds().all(|(kind, _)| kind.half() == Some(Half::Payment));
    if of_payments {
        let cells = Classes::one(leaves.entries(Half::Payment));
        let by_cell = cells.parted(sheet.cells(), |entry| leaves.cells[entry]);
        let classes = kinds().fold(by_cell, |classes, (kind, table)| {
            classes.parted(table.sizes(), |entry| table.places[kind.value_of_entry(entry) as usize])
        });
        return ClassesOfLeaves { half: Some(Half::Payment), classes };
    }
    let by_cell = Classes::one(leaves.count()).parted(sheet.cells(), |leaf| leaves.cell(leaf as u32));
    let classes = kinds().fold(by_cell, |classes, (kind, table)| {
        classes.parted(table.sizes(), |leaf| table.places[kind.value(leaf as u32) as usize])
    });
    ClassesOfLeaves { half: None, classes }
}

impl<'a, 'd> Plan<'a, 'd> {
    fn new(
        sheet: &'a Sheet<'d>,
        kinds: &'a [Kind<'d>],
        groups: &[usize],
        tables: &'a [Option<Table>],
    ) -> Self {
        let day = sheet.day;
        let wanted = |of_sequences: bool| {
            let wanted = kinds.iter().zip(tables).filter_map(|(kind, table)| Some((kind, table.as_ref()?)));
            wanted.filter(move |(kind, _)| kind.is_of_sequences() == of_sequences)
        };
        let value = |kind: &Kind<'_>, sequence: usize| {
            let first = day.attempts[day.sequences[sequence].clone()].first();
            first.map_or(crate::UNTOLD, |attempt| kind.value(attempt.leaf))
        };
        let sequences = wanted(true).fold(Classes::one(day.sequences.len()), |classes, (kind, table)| {
            classes.parted(table.sizes(), |sequence| table.places[value(kind, sequence) as usize])
        });
        let leaves = classes_of_leaves(sheet, || wanted(false));
        let bins = sheet.bins();
        let few_sequences =
            sequences.count * bins * groups.len() <= LARGEST_TABLE && wanted(true).count() > 0;
        let few_leaves = leaves.classes.count * bins <= LARGEST_TABLE && wanted(false).count() > 0;
        let is_apart = |(kind, table): (&Kind<'_>, &Option<Table>)| {
            table.is_some() && !if kind.is_of_sequences() { few_sequences } else { few_leaves }
        };
        Self {
            sheet,
            kinds,
            shares: sheet.all_shares(groups),
            groups: groups.len(),
            sequences: few_sequences.then_some(sequences),
            counted: sheet.payments.as_deref().filter(|_| leaves.half == Some(Half::Payment)),
            leaves: few_leaves.then_some(leaves),
            apart: kinds.iter().zip(tables).map(is_apart).collect(),
            tables,
        }
    }

    fn shares(&self, cell: u32, bin: usize) -> &[u64] {
        &self.shares[self.sheet.slot(cell, bin) * self.groups..][..self.groups]
    }

    /// Whether anything is to be added that is not counted already.
    fn asks_for_attempts(&self) -> bool {
        let asks_for_leaves = self.leaves.is_some() && self.counted.is_none();
        asks_for_leaves || self.sequences.is_some() || self.apart.contains(&true)
    }

    /// Adds what is counted already.
    fn add_counted(&self, sums: &mut Sums) {
        let (Some(ClassesOfLeaves { classes, .. }), Some(counted)) = (&self.leaves, self.counted) else {
            return;
        };
        let bins = self.sheet.bins();
        for (class, attempts) in classes.of.iter().zip(counted.chunks(bins)) {
            let sums = &mut sums.leaves[*class as usize * bins..][..bins];
            sums.iter_mut().zip(attempts).for_each(|(sum, attempts)| *sum += u64::from(*attempts));
        }
    }

    /// Adds up some sequences.
    fn sums(&self, sequences: std::ops::Range<usize>) -> Sums {
        let (bins, day) = (self.sheet.bins(), self.sheet.day);
        let mut sums = Sums::default();
        if let Some(classes) = &self.sequences {
            sums.sequences = Series::zeros(classes.count * bins, self.groups);
        }
        sums.leaves = vec![0; self.leaves.as_ref().map_or(0, |leaves| leaves.classes.count * bins)];
        let empty = |(table, apart): (&Option<Table>, &bool)| {
            table.as_ref().filter(|_| *apart).map(|table| table.empty(bins, self.groups))
        };
        sums.apart = self.tables.iter().zip(&self.apart).map(empty).collect();
        let any_apart = self.apart.contains(&true);
        let leaves = self.leaves.as_ref().filter(|_| self.counted.is_none());
        for sequence in sequences {
            let row = self.sequences.as_ref().map(|classes| classes.of[sequence] as usize * bins);
            for attempt in
                day.attempts[day.sequences[sequence].clone()].iter().filter(|one| Sheet::counts(one))
            {
                let (bin, count) = (self.sheet.bin(attempt.at), u64::from(attempt.count));
                if let Some(row) = row {
                    let shares = self.shares(day.leaves.cell(attempt.leaf), bin);
                    sums.sequences.expect(row + bin, count, shares, count);
                }
                if let Some(classes) = leaves {
                    sums.leaves[classes.of(&day.leaves, attempt.leaf) * bins + bin] += count;
                }
                if any_apart {
                    self.add_apart(attempt, bin, &mut sums.apart);
                }
            }
        }
        sums
    }

    fn add_apart(&self, attempt: &Attempt, bin: usize, apart: &mut [Option<Series>]) {
        let shares = self.shares(self.sheet.day.leaves.cell(attempt.leaf), bin);
        let count = u64::from(attempt.count);
        for ((kind, table), series) in self.kinds.iter().zip(self.tables).zip(apart) {
            let (Some(table), Some(series)) = (table, series) else { continue };
            if let Some(place) = table.place(kind.value(attempt.leaf)) {
                series.expect(place * self.sheet.bins() + bin, count, shares, count);
            }
        }
    }

    /// The series of a kind, if it has one.
    fn rolled_up(&self, sums: &mut Sums, number: usize) -> Option<Series> {
        let (kind, table) = (&self.kinds[number], self.tables[number].as_ref()?);
        let (bins, day) = (self.sheet.bins(), self.sheet.day);
        if let Some(apart) = sums.apart[number].take() {
            return Some(apart);
        }
        let mut series = table.empty(bins, self.groups);
        if kind.is_of_sequences() {
            for (class, first) in self.sequences.iter().flat_map(Classes::firsts).enumerate() {
                let first = day.attempts[day.sequences[first].clone()].first();
                let Some(place) = first.and_then(|first| table.place(kind.value(first.leaf))) else {
                    continue;
                };
                for bin in 0..bins {
                    let (attempts, expected) = sums.sequences.row(class * bins + bin, self.groups);
                    if attempts > 0 {
                        series.expect(place * bins + bin, attempts, expected, 1);
                    }
                }
            }
        } else {
            let Some(ClassesOfLeaves { half, classes }) = &self.leaves else { return Some(series) };
            for (class, first) in classes.firsts().into_iter().enumerate() {
                let (value, cell) = match half {
                    Some(_) => (kind.value_of_entry(first), day.leaves.cells[first]),
                    None => (kind.value(first as u32), day.leaves.cell(first as u32)),
                };
                let Some(place) = table.place(value) else { continue };
                for bin in 0..bins {
                    let attempts = sums.leaves[class * bins + bin];
                    if attempts > 0 {
                        let shares = self.shares(cell, bin);
                        series.expect(place * bins + bin, attempts, shares, attempts);
                    }
                }
            }
        }
        Some(series)
    }
}
