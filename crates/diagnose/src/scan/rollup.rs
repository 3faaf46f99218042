//! What is expected of all scopes of the kinds with few values, in one pass over the day.
//!
//! Kinds that have one value a sequence (terminal) part the sequences into a few *classes*, all others the
//! leaves. An attempt is added to its sequence's class, group by group, and counted for its leaf's class,
//! whose attempts expect the same in a bin; kinds are sums of classes. Classes of sequences come some at a
//! time, so that the sums of all never stand beside those of the kinds. Sums are of integers, so that the
//! way they are taken does not show. Where classes are too many, each kind is added to on its own.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use rayon::prelude::*;

use super::payments::Counted;
use super::scopes::Kind;
use super::series::{LARGEST_TABLE, Series};
use super::sheet::Sheet;
use super::table::Table;
use crate::{Attempt, Half, Leaves};

/// Pairs are numbered by a table where there are at most so many of them, else by a hash map.
const LARGEST_PAIRING: usize = 1 << 22;

/// Sequences of a class that are added up together at most: a large class is many workers' work.
const SEQUENCES: usize = 256;
/// So many sums of such sequences stand at a time: 58 KB each, with 24 groups and 288 bins.
const PARTS: usize = 32;

/// Leaves told apart by the values of several kinds, or the entries of the half of them that has all of these.
struct ClassesOfLeaves {
    half: Option<Half>,
    classes: Classes,
}

impl ClassesOfLeaves {
    /// The class of a leaf.
    #[inline]
    fn of(&self, leaves: &Leaves, leaf: u32) -> usize {
        self.classes.of[leaves.entry(self.half, leaf) as usize] as usize
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
    /// By class of leaves and bin: attempts.
    leaves: Vec<u32>,
    /// By kind that is added to on its own.
    apart: Vec<Option<Series>>,
}

impl Sums {
    fn merge(&mut self, other: &Self) {
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
    shares: Vec<u32>,
    groups: usize,
    sequences: Option<Classes>,
    leaves: Option<ClassesOfLeaves>,
    /// By entry of the half that tells the class of a leaf, and bin: attempts, where they are counted already.
    counted: Option<&'a Counted<'d>>,
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
    let mut sums = plan.sums();
    let mut series: Vec<_> = (0..kinds.len()).map(|number| plan.rolled_up(&mut sums, number)).collect();
    drop(sums);
    plan.add_sequences(&mut series);
    drop(plan);
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
        let cells = Classes::one(leaves.entries(Some(Half::Payment)));
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
            counted: sheet.payments.as_ref().filter(|_| leaves.half == Some(Half::Payment)),
            leaves: few_leaves.then_some(leaves),
            apart: kinds.iter().zip(tables).map(is_apart).collect(),
            tables,
        }
    }

    fn shares(&self, cell: u32, bin: usize) -> &[u32] {
        &self.shares[self.sheet.slot(cell, bin) * self.groups..][..self.groups]
    }

    /// Whether anything but classes of sequences is to be added that is not counted already.
    fn asks_for_attempts(&self) -> bool {
        let asks_for_leaves = self.leaves.is_some() && self.counted.is_none();
        asks_for_leaves || self.apart.contains(&true)
    }

    /// Attempts by class of leaves, and kinds that are added to on their own.
    fn sums(&self) -> Sums {
        let sequences = self.sheet.day.sequences.len();
        let part = sequences.div_ceil(rayon::current_num_threads()).max(1);
        let asked = if self.asks_for_attempts() { sequences } else { 0 };
        let parts = (0..asked).into_par_iter().step_by(part);
        let sums = parts.map(|begin| self.sums_of(begin..(begin + part).min(sequences)));
        let sums = sums.reduce_with(|mut one, other| {
            one.merge(&other);
            one
        });
        let mut sums = sums.unwrap_or_else(|| self.sums_of(0..0));
        self.add_counted(&mut sums);
        sums
    }

    /// Adds what is counted already.
    fn add_counted(&self, sums: &mut Sums) {
        let (Some(ClassesOfLeaves { classes, .. }), Some(counted)) = (&self.leaves, self.counted) else {
            return;
        };
        let bins = self.sheet.bins();
        sums.leaves = vec![0; classes.count * bins];
        for (class, attempts) in classes.of.iter().zip(counted.by_bin.chunks(bins)) {
            let sums = &mut sums.leaves[*class as usize * bins..][..bins];
            sums.iter_mut().zip(attempts).for_each(|(sum, attempts)| *sum += attempts);
        }
        for (place, count) in &counted.set_aside {
            sums.leaves[classes.of[place / bins] as usize * bins + place % bins] -= count;
        }
    }

    /// Adds up some sequences for leaves, and for kinds on their own.
    fn sums_of(&self, sequences: std::ops::Range<usize>) -> Sums {
        let (bins, day) = (self.sheet.bins(), self.sheet.day);
        let leaves = self.leaves.as_ref().filter(|_| self.counted.is_none());
        let empty =
            |(table, apart): (&Option<Table>, &bool)| table.as_ref().filter(|_| *apart).map(Table::empty);
        let mut sums = Sums {
            leaves: vec![0; leaves.map_or(0, |leaves| leaves.classes.count * bins)],
            apart: self.tables.iter().zip(&self.apart).map(empty).collect(),
        };
        let any_apart = self.apart.contains(&true);
        for sequence in sequences {
            for attempt in self.attempts(sequence) {
                let bin = self.sheet.bin(attempt.at);
                if let Some(classes) = leaves {
                    let row = classes.of(&day.leaves, attempt.leaf) * bins + bin;
                    sums.leaves[row] += u32::from(attempt.count);
                }
                if any_apart {
                    self.add_apart(attempt, bin, &mut sums.apart);
                }
            }
        }
        sums
    }

    /// The attempts of a sequence that count.
    fn attempts(&self, sequence: usize) -> impl Iterator<Item = &'d Attempt> {
        let day = self.sheet.day;
        day.attempts[day.sequences[sequence].clone()].iter().filter(|one| Sheet::counts(one))
    }

    fn add_apart(&self, attempt: &Attempt, bin: usize, apart: &mut [Option<Series>]) {
        let shares = self.shares(self.sheet.day.leaves.cell(attempt.leaf), bin);
        let count = u64::from(attempt.count);
        for ((kind, table), series) in self.kinds.iter().zip(self.tables).zip(apart) {
            let (Some(table), Some(series)) = (table, series) else { continue };
            if let Some(place) = table.place(kind.value(attempt.leaf)) {
                table.expect(series, (place, bin), count, shares, count);
            }
        }
    }

    /// The series of a kind, if it has one, without what classes of sequences add.
    fn rolled_up(&self, sums: &mut Sums, number: usize) -> Option<Series> {
        let (kind, table) = (&self.kinds[number], self.tables[number].as_ref()?);
        let (bins, day) = (self.sheet.bins(), self.sheet.day);
        if let Some(apart) = sums.apart[number].take() {
            return Some(apart);
        }
        let mut series = table.empty();
        let of_leaves = self.leaves.as_ref().filter(|_| !kind.is_of_sequences());
        let Some(ClassesOfLeaves { half, classes }) = of_leaves else { return Some(series) };
        for (class, first) in classes.firsts().into_iter().enumerate() {
            let (value, cell) = match half {
                Some(_) => (kind.value_of_entry(first), day.leaves.cells[first]),
                None => (kind.value(first as u32), day.leaves.cell(first as u32)),
            };
            let Some(place) = table.place(value) else { continue };
            for bin in 0..bins {
                let attempts = u64::from(sums.leaves[class * bins + bin]);
                if attempts > 0 {
                    table.expect(&mut series, (place, bin), attempts, self.shares(cell, bin), attempts);
                }
            }
        }
        Some(series)
    }

    /// Adds what classes of sequences expect to the kinds of whole sequences, some at a time.
    fn add_sequences(&self, series: &mut [Option<Series>]) {
        let Some(Classes { of, .. }) = &self.sequences else { return };
        let of_classes = |number: usize| self.kinds[number].is_of_sequences() && !self.apart[number];
        let mut order: Vec<usize> = (0..of.len()).collect();
        order.sort_by_key(|sequence| of[*sequence]);
        let is_asked = |sequence: usize| {
            (0..self.kinds.len()).any(|number| of_classes(number) && self.place(number, sequence).is_some())
        };
        let classes = order.chunk_by(|one, other| of[*one] == of[*other]).filter(|class| is_asked(class[0]));
        let parts: Vec<&[usize]> = classes.flat_map(|class| class.chunks(SEQUENCES)).collect();
        for parts in parts.chunks(PARTS) {
            let sums: Vec<Series> = parts.par_iter().map(|part| self.expected(part)).collect();
            series.par_iter_mut().enumerate().filter(|(number, _)| of_classes(*number)).for_each(
                |(number, series)| {
                    let Some(series) = series else { return };
                    for (part, sums) in parts.iter().zip(&sums) {
                        self.add_part(number, part[0], sums, series);
                    }
                },
            );
        }
    }

    /// The place in a kind's table of a sequence, if it is one of a candidate.
    fn place(&self, number: usize, sequence: usize) -> Option<usize> {
        let day = self.sheet.day;
        let first = day.attempts[day.sequences[sequence].clone()].first()?;
        self.tables[number].as_ref()?.place(self.kinds[number].value(first.leaf))
    }

    /// What all groups expect of some sequences.
    fn expected(&self, sequences: &[usize]) -> Series {
        let bins = self.sheet.bins();
        let mut sums = Series::zeros(bins, bins * self.groups);
        for attempt in sequences.iter().flat_map(|sequence| self.attempts(*sequence)) {
            let bin = self.sheet.bin(attempt.at);
            let shares = self.shares(self.sheet.day.leaves.cell(attempt.leaf), bin);
            sums.expect(bin, u64::from(attempt.count), shares);
        }
        sums
    }

    /// Adds the sums of sequences of a class, of which this is one, to the series of a kind.
    fn add_part(&self, number: usize, sequence: usize, sums: &Series, series: &mut Series) {
        let (Some(table), Some(place)) = (&self.tables[number], self.place(number, sequence)) else { return };
        for bin in 0..self.sheet.bins() {
            let (attempts, expected) = sums.row(bin, self.groups);
            if attempts > 0 {
                table.expect(series, (place, bin), attempts, expected, 1);
            }
        }
    }
}
