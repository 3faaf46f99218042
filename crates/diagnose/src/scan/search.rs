//! The search itself: the best candidate is accepted, blamed on sequences or absorbed, what it
//! explains is taken from all others, and the next best follows.
//!
//! Scores only fall as more is explained, so a score that was computed before is a bound: a candidate
//! is computed again only when it comes to the top of the heap. How findings are reported is told in
//! `report.rs`.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BinaryHeap};
use std::ops::Range;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use rayon::prelude::*;

use super::known::{Adjustment, Effect, Known};
use super::scopes::Kind;
use super::series::{Candidate, Series, Tables, candidates, failed};
use super::sheet::{Row, Sheet, Tally};
use super::window::{Price, Window, best_window, grown, strongest_part};
use super::{Aside, ScanSettings, ScopeKind};
use crate::Attempt;

/// How often one window may be dealt with: after a narrower scope was found in it, it may come again.
const REPEATS: u32 = 2;

/// A scope and a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Subject {
    pub(crate) kind: usize,
    pub(crate) value: u32,
    pub(crate) group: usize,
}

/// A subject in the heap: the larger score first, then the lower numbers, the earlier and shorter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ranked {
    pub(super) subject: Subject,
    pub(super) window: Window,
    /// How many adjustments its group had when it was computed.
    known: usize,
}

impl Ranked {
    fn key(&self) -> Reverse<(Subject, usize, usize)> {
        Reverse((self.subject, self.window.start, self.window.end))
    }
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        self.window.score.total_cmp(&other.window.score).then_with(|| self.key().cmp(&other.key()))
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ranked {}

/// An accepted incident.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Incident {
    pub(crate) subject: Subject,
    pub(crate) start: i64,
    pub(crate) end: i64,
    pub(crate) tally: Tally,
    pub(crate) score: f64,
}

/// The state of a search.
pub(crate) struct Search<'s> {
    pub(crate) sheet: &'s Sheet<'s>,
    pub(crate) kinds: &'s [Kind<'s>],
    pub(crate) described: &'s [ScopeKind],
    pub(crate) prices: &'s [Price],
    /// By kind: the kinds whose values lie within its own.
    pub(crate) within: &'s [Vec<usize>],
    pub(crate) settings: &'s ScanSettings,
    /// By group.
    pub(crate) adjustments: Vec<Known>,
    pub(crate) incidents: Vec<Incident>,
    pub(crate) asides: Vec<Aside>,
    /// By subject: its bins, as everything known leaves them. Never walked, so that the order in which
    /// it holds them does not matter.
    columns: HashMap<Subject, Vec<Tally>, FixedState>,
    /// How often a window was dealt with: an identical one would be dealt with for ever.
    pub(super) settled: BTreeMap<(Subject, usize, usize), u32>,
}

impl<'s> Search<'s> {
    pub(crate) fn new(
        sheet: &'s Sheet<'s>,
        kinds: &'s [Kind<'s>],
        described: &'s [ScopeKind],
        prices: &'s [Price],
        within: &'s [Vec<usize>],
        settings: &'s ScanSettings,
    ) -> Self {
        let adjustments = vec![Known::default(); sheet.groups.len()];
        let (incidents, asides) = (Vec::new(), Vec::new());
        let (columns, settled) = (HashMap::default(), BTreeMap::new());
        Self {
            sheet,
            kinds,
            described,
            prices,
            within,
            settings,
            adjustments,
            incidents,
            asides,
            columns,
            settled,
        }
    }

    /// Accepts incidents until none is worth it, drops those that the others explain, and looks again
    /// where one was dropped.
    pub(crate) fn run(&mut self) {
        let (first, columns): (Vec<_>, Vec<_>) = self.first_look().into_iter().unzip();
        let subjects = first.iter().map(|ranked| ranked.subject);
        self.columns = subjects.zip(columns).collect();
        let mut heap: BinaryHeap<_> = first.iter().copied().collect();
        // Each round drops an incident or is the last; a few are enough.
        for _ in 0..4 {
            self.accept_all(&mut heap);
            let dropped = self.drop_explained();
            if dropped.is_empty() {
                break;
            }
            let again = |ranked: &&Ranked| dropped.contains(&ranked.subject.group);
            self.settled.retain(|(subject, ..), _| !dropped.contains(&subject.group));
            heap = first.iter().filter(again).map(|ranked| Ranked { known: usize::MAX, ..*ranked }).collect();
        }
    }

    /// Every subject with enough hits and a window that is worth anything.
    fn first_look(&self) -> Vec<(Ranked, Vec<Tally>)> {
        let may_be_shared = |kind: usize, group: usize| self.may_be_shared(kind, group);
        let failed = failed(self.sheet);
        let candidates = candidates(self.sheet, self.kinds, &failed, self.settings.least_hits, may_be_shared);
        let tables = Tables::new(self.sheet, self.kinds, &candidates, &failed);
        let look = |scratch: &mut Series, candidate: &Candidate| {
            let (kind, value) = (candidate.kind, candidate.value);
            let columns = tables.columns(self.sheet, &self.kinds[kind], candidate, scratch);
            let window = |(bins, &group): (Vec<Tally>, &usize)| {
                let window = self.window(kind, &bins)?;
                Some((Ranked { subject: Subject { kind, value, group }, window, known: 0 }, bins))
            };
            columns.into_iter().zip(&candidate.groups).filter_map(window).collect::<Vec<_>>()
        };
        let found: Vec<_> = candidates.par_iter().map_init(Series::default, look).collect();
        found.into_iter().flatten().collect()
    }

    pub(crate) fn may_be_shared(&self, kind: usize, group: usize) -> bool {
        self.sheet.groups.get(group).may_be_shared(&self.described[kind].dimensions)
    }

    /// The attempts of a subject in a window, in the order of the day, as everything known leaves them.
    pub(crate) fn each_row(
        &self,
        subject: Subject,
        window: (i64, i64),
        known: &Known,
    ) -> impl Iterator<Item = Row> {
        let known = known.within(window);
        let attempts = self.kinds[subject.kind].attempts_within(self.sheet.day, subject.value, window);
        let counted = attempts.filter(|attempt| Sheet::counts(attempt));
        let terminal = self.settings.terminal;
        counted
            .filter_map(move |attempt| self.sheet.row(self.kinds, terminal, attempt, subject.group, &known))
    }

    /// The same, kept.
    pub(crate) fn rows(&self, subject: Subject, window: (i64, i64), known: &Known) -> Vec<Row> {
        self.each_row(subject, window, known).collect()
    }

    /// The best window of a subject, as everything known leaves it.
    pub(super) fn look(&mut self, subject: Subject) -> Option<Ranked> {
        let known = self.adjustments[subject.group].len();
        self.count(subject);
        let window = self.window(subject.kind, &self.columns[&subject])?;
        Some(Ranked { subject, window, known })
    }

    /// Counts a subject's bins, unless they are held.
    fn count(&mut self, subject: Subject) {
        if !self.columns.contains_key(&subject) {
            let mut bins = vec![Tally::default(); self.sheet.bins()];
            for row in self.each_row(subject, (i64::MIN, i64::MAX), &self.adjustments[subject.group]) {
                bins[self.sheet.bin(row.at)].add(row.tally());
            }
            self.columns.insert(subject, bins);
        }
    }

    /// The counts of a subject in a window of bins.
    pub(super) fn counted(&mut self, subject: Subject, bins: Range<usize>) -> Tally {
        self.count(subject);
        let mut sum = Tally::default();
        self.columns[&subject][bins].iter().for_each(|bin| sum.add(*bin));
        sum
    }

    /// Takes note of what explains failures, and corrects the bins of all it touches: only attempts
    /// that it explains are looked at.
    pub(super) fn note(&mut self, group: usize, adjustment: Adjustment) {
        let sheet = self.sheet;
        let explained: Vec<&Attempt> = match adjustment.effect {
            Effect::Aside(sequence) => {
                let sequence = sheet.day.sequences[sequence as usize].clone();
                sheet.day.within(sequence, adjustment.window.0..adjustment.window.1).iter().collect()
            }
            Effect::Incident(_) | Effect::Drift(_) => self.kinds[adjustment.kind]
                .attempts_within(sheet.day, adjustment.value, adjustment.window)
                .collect(),
        };
        let before = self.counted_as(group, explained.into_iter());
        self.adjustments[group].push(adjustment);
        self.correct(group, &before);
    }

    /// Replaces what is known of a group where that differs in its incidents alone, and corrects the bins
    /// of all that either touches.
    pub(super) fn replace(&mut self, group: usize, known: Known) {
        let incidents: Vec<Adjustment> =
            self.adjustments[group].incidents().chain(known.incidents()).copied().collect();
        let (sheet, kinds) = (self.sheet, self.kinds);
        let explained = incidents.iter().enumerate().flat_map(|(number, incident)| {
            let earlier = &incidents[..number];
            let attempts = kinds[incident.kind].attempts_within(sheet.day, incident.value, incident.window);
            attempts.filter(|attempt| !earlier.iter().any(|earlier| earlier.covers(kinds, attempt)))
        });
        let before = self.counted_as(group, explained);
        self.adjustments[group] = known;
        self.correct(group, &before);
    }

    /// How attempts count by what is known; none where they are set aside.
    fn counted_as<'a>(
        &self,
        group: usize,
        attempts: impl Iterator<Item = &'a Attempt>,
    ) -> Vec<(&'a Attempt, Tally)> {
        let counted = attempts.filter(|attempt| Sheet::counts(attempt));
        counted.map(|attempt| (attempt, self.tally(group, attempt))).collect()
    }

    fn tally(&self, group: usize, attempt: &Attempt) -> Tally {
        let known = &self.adjustments[group];
        let row = self.sheet.row(self.kinds, self.settings.terminal, attempt, group, known);
        row.map(|row| row.tally()).unwrap_or_default()
    }

    /// Corrects the bins of attempts that counted so before something became known, each once.
    fn correct(&mut self, group: usize, before: &[(&Attempt, Tally)]) {
        let (sheet, kinds) = (self.sheet, self.kinds);
        for &(attempt, old) in before {
            let new = self.tally(group, attempt);
            if old == new {
                continue;
            }
            let bin = sheet.bin(attempt.at);
            for (number, kind) in kinds.iter().enumerate() {
                let subject = Subject { kind: number, value: kind.value(attempt.leaf), group };
                if let Some(bins) = self.columns.get_mut(&subject) {
                    bins[bin] = bins[bin].without(old);
                    bins[bin].add(new);
                }
            }
        }
    }

    fn window(&self, kind: usize, bins: &[Tally]) -> Option<Window> {
        let price = &self.prices[kind];
        let window = best_window(bins, price, self.settings)?;
        let accept = self.settings.accept;
        Some(grown(bins, strongest_part(bins, window, price, accept), price, accept))
    }

    pub(super) fn is_banned(&self, ranked: &Ranked) -> bool {
        let window = (ranked.subject, ranked.window.start, ranked.window.end);
        self.settled.get(&window).is_some_and(|&times| times >= REPEATS)
    }

    fn accept_all(&mut self, heap: &mut BinaryHeap<Ranked>) {
        while let Some(top) = heap.pop() {
            if top.window.score <= self.settings.accept {
                break;
            }
            if top.known != self.adjustments[top.subject.group].len() {
                let found = self.look(top.subject);
                heap.extend(found);
                continue;
            }
            if !self.is_banned(&top) {
                self.settle(top);
                let found = self.look(top.subject);
                heap.extend(found);
            }
        }
    }
}
