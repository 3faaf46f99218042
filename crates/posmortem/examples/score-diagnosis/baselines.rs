//! What others would do: three simpler ways to find faulty terminals in the same table.
//!
//! Each tests every terminal and holds the share of false discoveries to 5 %. None knows windows, shared
//! incidents or attacks: that is what they are here to show.

use crate::coverage::{brought, fell_back};
use crate::significance::{
    benjamini_hochberg, binomial_tail, negative_binomial_tail, poisson_tail, robust_tau2,
};
use posmortem::classify::Cause;
use posmortem::diagnose::{Mark, Signatures};
use posmortem::exchange::{ExchangeTable, Names, Outcome};
use posmortem::iso8583::EntryMode;
use std::collections::{BTreeMap, BTreeSet};

/// The share of discoveries that may be false.
const FALSE_SHARE: f64 = 0.05;
/// Times that factors are fitted in turn, and the counts that hold them back.
const PASSES: usize = 6;
const HELD: f64 = 4.0;

/// Their names, in the order of [`blamed`].
pub(crate) const BASELINES: [&str; 3] =
    ["raw decline rate, BH", "causes by mix, Poisson, BH", "signatures by mix, robust tau, NB, BH"];

/// An attempt as a baseline reads it.
struct Attempt {
    terminal: u32,
    /// Issuer, manner and hour, by which customers are alike.
    factors: [u32; 3],
    entry_mode: EntryMode,
    failed: bool,
    cause: Option<Cause>,
    fell_back: bool,
    mark: Mark,
}

struct Sheet<'a> {
    terminals: Vec<&'a str>,
    attempts: Vec<Attempt>,
    /// How many values each factor has.
    values: [usize; 3],
}

/// The terminals that each baseline blames.
pub(crate) fn blamed<'a>(table: &ExchangeTable, names: &'a Names) -> [BTreeSet<&'a str>; 3] {
    let sheet = Sheet::of(table, names);
    [sheet.by_raw_rate(), sheet.by_causes(), sheet.by_signatures()]
}

impl<'a> Sheet<'a> {
    fn of(table: &ExchangeTable, names: &'a Names) -> Self {
        let mut numbers: BTreeMap<&str, u32> =
            table.places().iter().map(|place| (names.text(place.terminal), 0)).collect();
        numbers.values_mut().zip(0..).for_each(|(number, at)| *number = at);
        let of_place: Vec<u32> =
            table.places().iter().map(|place| numbers[names.text(place.terminal)]).collect();
        let mut attempts = Vec::with_capacity(table.len());
        for chunk in table.chunks() {
            for row in 0..chunk.len() {
                let conclusion = &table.endings()[chunk.endings().id(row)];
                if conclusion.outcome == Outcome::Open {
                    continue;
                }
                let manner = &table.manners()[chunk.manners().id(row)];
                let issuer = chunk.issuers().id(row) as u32;
                let hour = (chunk.millis(row).rem_euclid(86_400_000) / 3_600_000) as u32;
                attempts.push(Attempt {
                    terminal: of_place[chunk.places().id(row)],
                    factors: [issuer, brought(manner) as u32, hour],
                    entry_mode: manner.entry_mode,
                    failed: conclusion.failed(),
                    cause: conclusion.cause(),
                    fell_back: fell_back(manner),
                    mark: conclusion.reason.map_or(Mark::NONE, Mark::of),
                });
            }
        }
        let values = [table.issuers().len(), EntryMode::ALL.len(), 24];
        Self { terminals: numbers.into_keys().collect(), attempts, values }
    }

    /// Failures of any kind against the fleet's rate.
    fn by_raw_rate(&self) -> BTreeSet<&'a str> {
        let mut counts = vec![(0_u64, 0_u64); self.terminals.len()];
        for attempt in &self.attempts {
            let count = &mut counts[attempt.terminal as usize];
            *count = (count.0 + u64::from(attempt.failed), count.1 + 1);
        }
        let failed: u64 = counts.iter().map(|count| count.0).sum();
        let rate = failed as f64 / self.attempts.len().max(1) as f64;
        self.significant(&[counts.iter().map(|count| binomial_tail(count.0, count.1, rate)).collect()])
    }

    /// Failures by cause against what the terminal's customers and hours let expect.
    fn by_causes(&self) -> BTreeSet<&'a str> {
        let of_cause = |cause: Cause| {
            let counts = self.counts(|_| true, |attempt| attempt.cause == Some(cause));
            counts.iter().map(|(hits, expected)| poisson_tail(*hits, *expected)).collect()
        };
        self.significant(&Cause::ALL.map(of_cause))
    }

    /// The same by signature, where good terminals may differ.
    fn by_signatures(&self) -> BTreeSet<&'a str> {
        let signatures = Signatures::built_in();
        let tails = signatures.iter().map(|signature| {
            let shows = |mark: Mark| signature.marks.iter().any(|of| of.mark == mark);
            let counts = self.counts(
                |attempt| signature.is_eligible(attempt.entry_mode),
                |attempt| shows(attempt.mark) || (attempt.fell_back && shows(Mark::FELL_BACK)),
            );
            let tau2 = robust_tau2(&counts);
            counts.iter().map(|(hits, expected)| negative_binomial_tail(*hits, *expected, tau2)).collect()
        });
        self.significant(&tails.collect::<Vec<_>>())
    }

    /// Terminals with one significant tail at least.
    fn significant(&self, tails: &[Vec<f64>]) -> BTreeSet<&'a str> {
        let is = benjamini_hochberg(&tails.concat(), FALSE_SHARE);
        let hits = is.iter().enumerate().filter(|(_, is)| **is);
        hits.map(|(at, _)| self.terminals[at % self.terminals.len()]).collect()
    }

    /// By terminal, hits and what was to be expected by a product of one factor an issuer, one a manner and
    /// one an hour.
    fn counts(
        &self,
        is_eligible: impl Fn(&Attempt) -> bool,
        is_hit: impl Fn(&Attempt) -> bool,
    ) -> Vec<(u64, f64)> {
        let [_, manners, hours] = self.values;
        let cell = |[issuer, manner, hour]: [u32; 3]| {
            (issuer as usize * manners + manner as usize) * hours + hour as usize
        };
        let mut cells = vec![(0.0, 0.0); self.values.iter().product()];
        for attempt in self.attempts.iter().filter(|attempt| is_eligible(attempt)) {
            let cell: &mut (f64, f64) = &mut cells[cell(attempt.factors)];
            *cell = (cell.0 + f64::from(u8::from(is_hit(attempt))), cell.1 + 1.0);
        }
        let rates = self.fit(&cells);
        let mut counts = vec![(0, 0.0); self.terminals.len()];
        for attempt in self.attempts.iter().filter(|attempt| is_eligible(attempt)) {
            let count: &mut (u64, f64) = &mut counts[attempt.terminal as usize];
            *count = (count.0 + u64::from(is_hit(attempt)), count.1 + rates[cell(attempt.factors)]);
        }
        counts
    }

    /// The rate of each cell, of its hits and attempts.
    fn fit(&self, cells: &[(f64, f64)]) -> Vec<f64> {
        let [_, manners, hours] = self.values;
        let factors_of = |cell: usize| [cell / hours / manners, cell / hours % manners, cell % hours];
        let (hits, all) = cells.iter().fold((0.0, 0.0), |sums, cell| (sums.0 + cell.0, sums.1 + cell.1));
        let rate: f64 = if all > 0.0 { hits / all } else { 0.0 };
        let mut factors = self.values.map(|values| vec![1.0; values]);
        let product = |factors: &[Vec<f64>; 3], cell: usize| -> f64 {
            factors_of(cell).into_iter().zip(factors).map(|(value, factors)| factors[value]).product()
        };
        for _ in 0..PASSES {
            for dimension in 0..3 {
                let mut sums = vec![(HELD, HELD); self.values[dimension]];
                for (at, (hits, attempts)) in cells.iter().enumerate().filter(|(_, cell)| cell.1 > 0.0) {
                    let value = factors_of(at)[dimension];
                    let others = product(&factors, at) / factors[dimension][value];
                    let sum = &mut sums[value];
                    *sum = (sum.0 + hits, sum.1 + rate * attempts * others);
                }
                factors[dimension] = sums.iter().map(|(hits, expected)| hits / expected).collect();
            }
        }
        (0..cells.len()).map(|cell| rate * product(&factors, cell)).collect()
    }
}
