//! Incidents: windows in which attempts of a common scope fail more often than the rates tell.
//!
//! Searches kinds of scopes, groups of marks and windows of time at once, explains what it accepts
//! away as an override, and lets every narrower scope and every single sequence (terminal) compete.
//! It knows nothing of payments: dimensions, kinds and groups are given. Silence, the shortage of
//! attempts, is not searched here, and who is at fault is not said.

mod clock;
mod evidence;
mod explained;
mod groups;
mod known;
mod lists;
mod payments;
mod report;
mod rollup;
mod scopes;
mod score;
mod search;
mod series;
mod settle;
mod sheet;
mod table;
mod values;
mod window;

use libm::exp;
use std::ops::Range;

pub use groups::{Group, Groups};
pub use scopes::ScopeKind;

use crate::fleet::Fleet;
use crate::{Attempt, Day, Dimension, Leaves, Mark, Rates};
use scopes::Kind;
pub(crate) use scopes::Scopes;
use search::Search;
use sheet::Sheet;
use window::Price;

/// How finely and how far to look.
#[derive(Clone, Debug)]
pub struct ScanSettings {
    /// The step of time, in milliseconds; a divisor of an hour, so that a bin has one hour.
    pub bin_ms: u32,
    /// Lengths of windows in bins, in rising order.
    pub lengths: Vec<u32>,
    /// The score from which on an incident is accepted, in nats.
    pub accept: f64,
    /// A subject with fewer hits is not looked at.
    pub least_hits: u64,
    /// Hits fewer times the expected are drift: the norm is corrected, and nothing reported.
    pub least_ratio: f64,
    /// The least expected share of a group.
    pub least_share: f64,
    /// How far beyond its edges an incident explains failures, in milliseconds.
    pub pad_ms: i64,
    /// The dimension whose values are sequences, where a few of them can explain an excess.
    pub terminal: Option<Dimension>,
}

impl ScanSettings {
    /// Five minutes, windows of up to the whole day, accepted at ten to one.
    pub fn day(terminal: Dimension) -> Self {
        Self {
            bin_ms: 300_000,
            lengths: vec![1, 2, 3, 4, 6, 9, 12, 18, 24, 36, 48, 72, 108, 168, 288],
            accept: std::f64::consts::LN_10,
            least_hits: 4,
            least_ratio: 1.6,
            least_share: 2e-5,
            pad_ms: 60_000,
            terminal: Some(terminal),
        }
    }
}

/// What a mark counts inside a finding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MarkCount {
    /// The mark.
    pub mark: Mark,
    /// The number of its group.
    pub group: usize,
    /// How many attempts show it.
    pub observed: u64,
    /// How many were to be expected.
    pub expected: f64,
}

/// An incident: a scope, a window and what failed there.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What its attempts have in common, by rising dimension.
    pub scope: Vec<(Dimension, u32)>,
    /// The kind of the scope, by its place in the list that was searched.
    pub kind: usize,
    /// The group that shows it most clearly.
    pub group: usize,
    /// Further groups of the same mechanism that show it, in rising order.
    pub joined: Vec<usize>,
    /// The first moment, in milliseconds.
    pub start: i64,
    /// The moment after the last.
    pub end: i64,
    /// Hits of all its groups.
    pub observed: u64,
    /// Attempts of the scope in the window.
    pub attempts: u64,
    /// Hits that were to be expected without the incident.
    pub expected: f64,
    /// Evidence less the price of the hypothesis, in nats.
    pub score: f64,
    /// Terminals with a hit; 0 where there are no terminals.
    pub sequences: u32,
    /// Counts by mark of its groups, in the order of the marks.
    pub marks: Vec<MarkCount>,
}

impl Finding {
    /// Whether an attempt lies in its scope and window.
    ///
    /// # Panics
    /// For a leaf that is not in `leaves`.
    pub fn covers(&self, leaves: &Leaves, attempt: &Attempt) -> bool {
        (self.start..self.end).contains(&attempt.at) && self.is_about(leaves, attempt.leaf)
    }

    /// Whether a leaf has the values of its scope.
    ///
    /// # Panics
    /// For a leaf that is not in `leaves`.
    pub fn is_about(&self, leaves: &Leaves, leaf: u32) -> bool {
        self.scope.iter().all(|(dimension, value)| leaves.value(*dimension, leaf) == *value)
    }

    /// Whether a mark belongs to what it shows.
    pub fn shows(&self, groups: &Groups, mark: Mark) -> bool {
        groups.of(mark).is_some_and(|group| group == self.group || self.joined.contains(&group))
    }

    /// How sure it is, from 0 to 0.999: 1 - M e^-s, the number of hypotheses M being in the score.
    pub fn confidence(&self) -> f64 {
        (1.0 - exp(-self.score)).clamp(0.0, 0.999)
    }
}

/// Hits of one sequence that explain an excess better than any scope does: not searched further.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Aside {
    /// The value of the sequence in the dimension of terminals.
    pub sequence: u32,
    /// The group.
    pub group: usize,
    /// From, in milliseconds and in whole bins.
    pub start: i64,
    /// Until.
    pub end: i64,
    /// Its hits in the scope that was looked at.
    pub observed: u64,
    /// Its attempts there.
    pub attempts: u64,
    /// Its expected hits there.
    pub expected: f64,
}

/// What a scan found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scanned {
    /// Incidents, in the order of time.
    pub findings: Vec<Finding>,
    /// What was set aside as terminals' own, in the order of sequence, group and time.
    pub asides: Vec<Aside>,
}

/// A day ready to be searched.
pub struct Scan<'d> {
    sheet: Sheet<'d>,
    described: &'d [ScopeKind],
    kinds: Vec<Kind<'d>>,
    prices: Vec<Price>,
    within: Vec<Vec<usize>>,
    settings: ScanSettings,
}

impl<'d> Scan<'d> {
    /// Lists what can be searched. Attempts that are neutral, part of an attack or in the window of
    /// a fault of their own do not count.
    ///
    /// # Panics
    /// When there are 2^32 attempts or more: they are counted in four bytes. A table has never so many.
    pub fn new(
        day: &'d Day,
        rates: &'d Rates,
        groups: &'d Groups,
        kinds: &'d [ScopeKind],
        settings: ScanSettings,
    ) -> Self {
        let attempts: u64 = day.attempts.iter().map(|attempt| u64::from(attempt.count)).sum();
        assert!(attempts <= u64::from(u32::MAX), "fewer than 2^32 attempts");
        let scopes = Scopes::of(day, kinds, settings.bin_ms);
        let (on_day, sheet) = (scopes.on(day), Sheet::new(day, rates, groups, None, &settings));
        Self::with(&scopes, on_day, sheet, kinds, settings)
    }

    /// The same of a fleet, whose scopes are known: `scopes` are those of its day, of the kinds and of the settings'
    /// bins. `own` are the windows of own faults, the only ones that are flagged as such.
    pub(crate) fn of_fleet(
        scopes: &'d Scopes,
        fleet: &'d Fleet<'_>,
        own: &[Range<usize>],
        rates: &'d Rates,
        groups: &'d Groups,
        kinds: &'d [ScopeKind],
        settings: ScanSettings,
    ) -> Self {
        let mut sheet = Sheet::new(&fleet.day, rates, groups, Some(&fleet.cards), &settings);
        sheet.payments = scopes.payments_but(&fleet.day, own);
        Self::with(scopes, scopes.on_but(&fleet.day, own), sheet, kinds, settings)
    }

    fn with(
        scopes: &Scopes,
        on_day: Vec<Kind<'d>>,
        sheet: Sheet<'d>,
        kinds: &'d [ScopeKind],
        settings: ScanSettings,
    ) -> Self {
        let beliefs: f64 = kinds.iter().map(|kind| kind.weight).sum();
        let prices = kinds
            .iter()
            .zip(&on_day)
            .map(|(kind, on_day)| Price::new(&sheet, kind, on_day, beliefs, &settings))
            .collect();
        Self { sheet, described: kinds, kinds: on_day, prices, within: scopes.within().to_vec(), settings }
    }

    /// Searches. The same day gives the same findings at any number of threads.
    pub fn search(&self) -> Scanned {
        let mut search =
            Search::new(&self.sheet, &self.kinds, self.described, &self.prices, &self.within, &self.settings);
        search.run();
        let findings = report::findings(&search);
        let mut asides = search.asides;
        asides.sort_by(|one, other| {
            let key = |aside: &Aside| (aside.sequence, aside.group, aside.start, aside.end);
            key(one).cmp(&key(other))
        });
        Scanned { findings, asides }
    }
}

#[cfg(test)]
mod tests;
