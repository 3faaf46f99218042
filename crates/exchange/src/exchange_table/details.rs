//! The side table: what somebody who looks up a failed attempt wants to know of it.

use super::column::Column;
use crate::{Exchange, Reference, Source, Symbol};
use std::ops::Range;

/// What the table tells of an attempt that failed or was taken back, beyond its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detail {
    /// Its STAN.
    pub stan: Option<u64>,
    /// Its reference number.
    pub rrn: Reference,
    /// Where it stands in the input.
    pub source: Source,
    /// DE42.
    pub merchant: Symbol,
    /// Why the switch refused, in its own word.
    pub switch_reason: Symbol,
    /// Who keyed it in.
    pub operator: Symbol,
    /// Milliseconds from the request to the answer.
    pub latency_ms: Option<u64>,
}

impl Detail {
    /// What an attempt tells.
    pub fn of(exchange: &Exchange) -> Self {
        let rrn = exchange.either(|leg| Some(leg.rrn).filter(|rrn| !rrn.is_absent()));
        Self {
            stan: exchange.either(|leg| leg.stan),
            rrn: rrn.unwrap_or_default(),
            source: exchange.source(),
            merchant: exchange.symbol(|leg| leg.merchant),
            switch_reason: exchange.symbol(|leg| leg.switch_reason),
            operator: exchange.symbol(|leg| leg.operator),
            latency_ms: exchange.latency_ms(),
        }
    }
}

/// The details of one chunk, in the order of its rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Details {
    /// Which row of the chunk.
    rows: Column,
    /// Which of the numbers that may be missing are there.
    told: Column,
    stans: Column,
    /// References of twelve digits as a number, others by their place in `odd`.
    references: Column,
    inputs: Column,
    offsets: Column,
    merchants: Column,
    switch_reasons: Column,
    operators: Column,
    latencies: Column,
    odd: Vec<Reference>,
}

const STAN: u64 = 1;
const LATENCY: u64 = 2;

/// Twelve digits are fewer than this bit.
const ODD: u64 = 1 << 40;

impl Details {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn row(&self, at: usize) -> usize {
        self.rows.id(at)
    }

    /// The place of the first detail of that row or a later one.
    fn place(&self, row: usize) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.row(middle) < row { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// The detail of a row, if it has one.
    pub(super) fn of_row(&self, row: usize) -> Option<Detail> {
        let place = self.place(row);
        (place < self.len() && self.row(place) == row).then(|| self.get(place))
    }

    /// Takes over the details of some rows, of which the first becomes the row `begin`.
    pub(super) fn take(&mut self, from: &Self, rows: Range<usize>, begin: usize) {
        let first = from.place(rows.start);
        for at in (first..from.len()).take_while(|at| from.row(*at) < rows.end) {
            self.push(begin + from.row(at) - rows.start, &from.get(at));
        }
    }

    pub(super) fn push(&mut self, row: usize, detail: &Detail) {
        let Detail { stan, rrn, source, merchant, switch_reason, operator, latency_ms } = detail;
        let told = if stan.is_some() { STAN } else { 0 } | if latency_ms.is_some() { LATENCY } else { 0 };
        self.rows.push(row as u64);
        self.told.push(told);
        self.stans.push(stan.unwrap_or_default());
        let reference = rrn.twelve_digits().unwrap_or_else(|| self.odd_place(*rrn));
        self.references.push(reference);
        self.inputs.push(u64::from(source.input));
        self.offsets.push(source.offset);
        self.merchants.push(merchant.index() as u64);
        self.switch_reasons.push(switch_reason.index() as u64);
        self.operators.push(operator.index() as u64);
        self.latencies.push(latency_ms.unwrap_or_default());
    }

    /// No reference at all is the first odd one.
    fn odd_place(&mut self, rrn: Reference) -> u64 {
        if rrn.is_absent() {
            return ODD;
        }
        self.odd.push(rrn);
        ODD + self.odd.len() as u64
    }

    pub(super) fn get(&self, at: usize) -> Detail {
        let told = |bit| self.told.get(at) & bit != 0;
        Detail {
            stan: told(STAN).then(|| self.stans.get(at)),
            rrn: self.reference(self.references.get(at)),
            source: Source { input: self.inputs.get(at) as u32, offset: self.offsets.get(at) },
            merchant: Symbol::of_index(self.merchants.id(at)),
            switch_reason: Symbol::of_index(self.switch_reasons.id(at)),
            operator: Symbol::of_index(self.operators.id(at)),
            latency_ms: told(LATENCY).then(|| self.latencies.get(at)),
        }
    }

    fn reference(&self, told: u64) -> Reference {
        match told.checked_sub(ODD) {
            None => Reference::of_twelve_digits(told),
            Some(place) => {
                let odd = (place as usize).checked_sub(1).and_then(|place| self.odd.get(place));
                odd.copied().unwrap_or_default()
            }
        }
    }

    pub(super) fn columns_mut(&mut self) -> [&mut Column; 10] {
        let Self {
            rows,
            told,
            stans,
            references,
            inputs,
            offsets,
            merchants,
            switch_reasons,
            operators,
            latencies,
            ..
        } = self;
        [rows, told, stans, references, inputs, offsets, merchants, switch_reasons, operators, latencies]
    }

    pub(super) fn bytes(&self) -> usize {
        let Self {
            rows,
            told,
            stans,
            references,
            inputs,
            offsets,
            merchants,
            switch_reasons,
            operators,
            latencies,
            odd,
        } = self;
        let columns =
            [rows, told, stans, references, inputs, offsets, merchants, switch_reasons, operators, latencies];
        columns.into_iter().map(Column::bytes).sum::<usize>() + odd.capacity() * size_of::<Reference>()
    }
}
