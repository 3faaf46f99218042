//! The search itself: the best candidate is accepted, blamed on sequences or absorbed, what it
//! explains is taken from all others, and the next best follows.
//!
//! Scores only fall as more is explained, so a score that was computed before is a bound: a candidate
//! is computed again only when it comes to the top of the heap. How findings are reported is told in
//! `report.rs`.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use rayon::prelude::*;

use super::evidence::{Parted, blamed, edges, is_hit, tallies, total};
use super::scopes::Kind;
use super::score::share;
use super::series::{Candidate, Series, Tables, candidates};
use super::sheet::{Adjustment, Effect, Row, Sheet, Tally};
use super::window::{Price, Window, best_window, strongest_part};
use super::{Aside, ScanSettings, ScopeKind};
use crate::UNTOLD;

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
struct Ranked {
    subject: Subject,
    window: Window,
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
    pub(crate) adjustments: Vec<Vec<Adjustment>>,
    pub(crate) incidents: Vec<Incident>,
    pub(crate) asides: Vec<Aside>,
    /// By subject: its bins, as everything known leaves them. Never walked, so that the order in which
    /// it holds them does not matter.
    columns: HashMap<Subject, Vec<Tally>, FixedState>,
    /// How often a window was dealt with: an identical one would be dealt with for ever.
    settled: BTreeMap<(Subject, usize, usize), u32>,
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
        let adjustments = vec![Vec::new(); sheet.groups.len()];
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
            self.columns.retain(|subject, _| !dropped.contains(&subject.group));
            heap = first.iter().filter(again).map(|ranked| Ranked { known: usize::MAX, ..*ranked }).collect();
        }
    }

    /// Every subject with enough hits and a window that is worth anything.
    fn first_look(&self) -> Vec<(Ranked, Vec<Tally>)> {
        let may_be_shared = |kind: usize, group: usize| self.may_be_shared(kind, group);
        let candidates = candidates(self.sheet, self.kinds, self.settings.least_hits, may_be_shared);
        let tables = Tables::new(self.sheet, self.kinds, &candidates);
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
        adjustments: &[Adjustment],
    ) -> impl Iterator<Item = Row> {
        let attempts = self.kinds[subject.kind].attempts_within(self.sheet.day, subject.value, window);
        let counted = attempts.filter(|attempt| Sheet::counts(attempt));
        let terminal = self.settings.terminal;
        counted.filter_map(move |attempt| {
            self.sheet.row(self.kinds, terminal, attempt, subject.group, adjustments)
        })
    }

    /// The same, kept.
    pub(crate) fn rows(&self, subject: Subject, window: (i64, i64), adjustments: &[Adjustment]) -> Vec<Row> {
        self.each_row(subject, window, adjustments).collect()
    }

    /// The best window of a subject, as everything known leaves it.
    fn look(&mut self, subject: Subject) -> Option<Ranked> {
        let known = self.adjustments[subject.group].len();
        if !self.columns.contains_key(&subject) {
            let mut bins = vec![Tally::default(); self.sheet.bins()];
            for row in self.each_row(subject, (i64::MIN, i64::MAX), &self.adjustments[subject.group]) {
                bins[self.sheet.bin(row.at)].add(row.tally());
            }
            self.columns.insert(subject, bins);
        }
        let window = self.window(subject.kind, &self.columns[&subject])?;
        Some(Ranked { subject, window, known })
    }

    /// Takes note of what explains failures, and corrects the bins of all it touches: only attempts
    /// that it explains are looked at.
    fn note(&mut self, group: usize, adjustment: Adjustment) {
        self.adjustments[group].push(adjustment);
        let (sheet, kinds) = (self.sheet, self.kinds);
        let explained: Vec<_> = match adjustment.effect {
            Effect::Aside(sequence) => {
                let sequence = &sheet.day.attempts[sheet.day.sequences[sequence as usize].clone()];
                let (from, until) = adjustment.window;
                sequence.iter().filter(|attempt| attempt.at >= from && attempt.at < until).collect()
            }
            Effect::Incident(_) | Effect::Drift(_) => kinds[adjustment.kind]
                .attempts_within(sheet.day, adjustment.value, adjustment.window)
                .collect(),
        };
        let after = &self.adjustments[group];
        let before = &after[..after.len() - 1];
        for attempt in explained.into_iter().filter(|attempt| Sheet::counts(attempt)) {
            let row = |known: &[Adjustment]| sheet.row(kinds, self.settings.terminal, attempt, group, known);
            let Some(old) = row(before).map(|row| row.tally()) else { continue };
            let new = row(after).map(|row| row.tally()).unwrap_or_default();
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
        Some(strongest_part(bins, window, price, self.settings.accept))
    }

    fn is_banned(&self, ranked: &Ranked) -> bool {
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

    /// Decides what a candidate is. Whatever it is, its window is not looked at again.
    fn settle(&mut self, candidate: Ranked) {
        let mut candidate = self.wider(&candidate).unwrap_or(candidate);
        loop {
            let Ranked { subject, window, .. } = candidate;
            *self.settled.entry((subject, window.start, window.end)).or_default() += 1;
            let span = (self.sheet.begin(window.start), self.sheet.begin(window.end));
            let rows = self.rows(subject, span, &self.adjustments[subject.group]);
            if window.tally.hits() < self.settings.least_ratio * window.tally.norm() {
                return self.absorb(subject, span, window.tally);
            }
            if let Some(narrower) = self.narrower(&candidate, &rows) {
                candidate = narrower;
                continue;
            }
            let blamed = self.blamed(subject, &rows);
            if blamed.is_empty() {
                return self.accept(&candidate);
            }
            match self.common_scope(subject, &blamed, &rows) {
                Some(common) => candidate = common,
                None => return self.set_aside(subject, span, &blamed),
            }
        }
    }

    fn absorb(&mut self, subject: Subject, window: (i64, i64), tally: Tally) {
        let factor = (tally.hits() / tally.norm() * 65_536.0) as u64;
        let (kind, value) = (subject.kind, subject.value);
        self.note(subject.group, Adjustment { kind, value, window, effect: Effect::Drift(factor) });
    }

    /// A candidate of a narrower kind that explains this one's excess alone.
    fn narrower(&mut self, candidate: &Ranked, rows: &[Row]) -> Option<Ranked> {
        let Subject { kind, group, .. } = candidate.subject;
        let length = candidate.window.end - candidate.window.start;
        let concentration = self.prices[kind].concentration;
        let kinds = self.within[kind].iter().filter(|&&inner| self.may_be_shared(inner, group));
        let better = kinds.filter_map(|&inner| {
            let dearer = self.prices[inner].of(length) - self.prices[kind].of(length);
            let parted = Parted::new(rows, &self.kinds[inner], None)?;
            let (value, better) = parted.alone(dearer)?;
            let spread = parted.is_spread(concentration);
            (!spread).then_some((better, Subject { kind: inner, value, group }))
        });
        let best = better.min_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
        self.worth_it(best?.1)
    }

    /// A candidate of a wider kind, when what lies around this one shows the same. Scores of unlike
    /// counts do not compare: a loose norm lets the part with the highest ratio win over the whole.
    fn wider(&mut self, candidate: &Ranked) -> Option<Ranked> {
        let Ranked { subject, window, .. } = *candidate;
        let span = (self.sheet.begin(window.start), self.sheet.begin(window.end));
        let leaf = self.each_row(subject, span, &[]).next()?.leaf;
        let outer = (0..self.kinds.len()).filter(|&outer| {
            self.within[outer].contains(&subject.kind) && self.may_be_shared(outer, subject.group)
        });
        let spread = outer.filter_map(|outer| {
            let around = Subject { kind: outer, value: self.kinds[outer].value(leaf), ..subject };
            if around.value == UNTOLD {
                return None;
            }
            // The sum of its bins tells cheaply that there is nothing around, as it mostly does.
            let bins = self.columns.get(&around)?;
            let mut sum = Tally::default();
            bins[window.start..window.end].iter().for_each(|bin| sum.add(*bin));
            if !is_hit(sum.without(window.tally), self.prices[outer].concentration) {
                return None;
            }
            let rows = self.rows(around, span, &self.adjustments[subject.group]);
            let parted = Parted::new(&rows, &self.kinds[subject.kind], Some(subject.value))?;
            let concentration = self.prices[outer].concentration;
            parted.is_spread(concentration).then_some(around)
        });
        let spread: Vec<_> = spread.collect();
        spread.into_iter().filter_map(|around| self.worth_it(around)).max()
    }

    fn worth_it(&mut self, subject: Subject) -> Option<Ranked> {
        let found = self.look(subject)?;
        (found.window.score > self.settings.accept && !self.is_banned(&found)).then_some(found)
    }

    fn blamed(&self, subject: Subject, rows: &[Row]) -> Vec<(u32, Tally)> {
        match self.settings.terminal {
            Some(terminal) if self.described[subject.kind].blames_sequences => {
                let concentration = self.prices[subject.kind].concentration;
                blamed(rows, terminal, &self.sheet.day.leaves, concentration)
            }
            _ => Vec::new(),
        }
    }

    /// A narrower scope in which at least two of the blamed lie: it competes before they are blamed.
    fn common_scope(&mut self, subject: Subject, blamed: &[(u32, Tally)], rows: &[Row]) -> Option<Ranked> {
        let terminal = self.settings.terminal?;
        let leaves = &self.sheet.day.leaves;
        let is_blamed = |row: &&Row| {
            let sequence = leaves.value(terminal, row.leaf);
            blamed.binary_search_by_key(&sequence, |&(blamed, _)| blamed).is_ok()
        };
        let of_blamed: Vec<_> = rows.iter().filter(is_blamed).copied().collect();
        let mut common = Vec::new();
        for &inner in
            self.within[subject.kind].iter().filter(|&&inner| self.may_be_shared(inner, subject.group))
        {
            let kind = &self.kinds[inner];
            for (value, _) in
                tallies(&of_blamed, |leaf| kind.value(leaf)).into_iter().filter(|&(value, _)| value != 0)
            {
                let members: Vec<_> =
                    of_blamed.iter().filter(|row| kind.value(row.leaf) == value).copied().collect();
                if tallies(&members, |leaf| leaves.value(terminal, leaf)).len() >= 2 {
                    common.push(Subject { kind: inner, value, ..subject });
                }
            }
        }
        common.into_iter().filter_map(|subject| self.worth_it(subject)).max()
    }

    fn set_aside(&mut self, subject: Subject, window: (i64, i64), blamed: &[(u32, Tally)]) {
        for &(sequence, tally) in blamed {
            let (kind, value) = (subject.kind, subject.value);
            let effect = Effect::Aside(sequence);
            self.note(subject.group, Adjustment { kind, value, window, effect });
            self.asides.push(Aside {
                sequence,
                group: subject.group,
                start: window.0,
                end: window.1,
                observed: tally.observed,
                attempts: tally.attempts,
                expected: tally.norm(),
            });
        }
    }

    fn accept(&mut self, candidate: &Ranked) {
        let Ranked { subject, window, .. } = *candidate;
        let adjustments = &self.adjustments[subject.group];
        let span = (self.sheet.begin(window.start), self.sheet.begin(window.end));
        let (start, end, tally) = self.exact(subject, span, window.tally.hit_share(), adjustments);
        let incident = Incident { subject, start, end, tally, score: window.score };
        let explained = self.explained_by(&incident);
        self.note(subject.group, explained);
        self.incidents.push(incident);
    }

    /// The exact edges of an incident that was seen in bins, and its counts.
    fn exact(
        &self,
        subject: Subject,
        span: (i64, i64),
        besides: f64,
        adjustments: &[Adjustment],
    ) -> (i64, i64, Tally) {
        let margin = i64::from(self.settings.bin_ms);
        let mut rows = self.rows(subject, (span.0 - margin, span.1 + margin), adjustments);
        rows.sort_by_key(|row| row.at);
        let (start, end) = edges(&rows, besides).unwrap_or(span);
        let inside: Vec<_> = rows.iter().filter(|row| row.at >= start && row.at < end).copied().collect();
        (start, end, total(&inside))
    }

    fn explained_by(&self, incident: &Incident) -> Adjustment {
        let pad = self.settings.pad_ms;
        Adjustment {
            kind: incident.subject.kind,
            value: incident.subject.value,
            window: (incident.start - pad, incident.end + pad),
            effect: Effect::Incident(share(incident.tally.hit_share())),
        }
    }

    /// Drops incidents that are no longer worth it given all others of their group, the weakest first;
    /// what remains is measured anew. The groups in which one was dropped.
    fn drop_explained(&mut self) -> BTreeSet<usize> {
        let mut order: Vec<_> = (0..self.incidents.len()).collect();
        order.sort_by(|&one, &other| {
            let (one, other) = (&self.incidents[one], &self.incidents[other]);
            one.score
                .total_cmp(&other.score)
                .then(one.subject.cmp(&other.subject))
                .then(one.start.cmp(&other.start))
        });
        let mut kept: Vec<_> = self.incidents.iter().copied().map(Some).collect();
        for number in order {
            let Some(incident) = kept[number] else { continue };
            let rivals: Vec<_> =
                (0..kept.len()).filter(|&rival| rival != number && overlap(kept[rival], incident)).collect();
            if rivals.is_empty() {
                continue;
            }
            let mut without = kept.clone();
            without[number] = None;
            for rival in rivals {
                without[rival] = self.measured_anew(&without, rival);
            }
            let rows = self.rows(
                incident.subject,
                (incident.start, incident.end),
                &self.all_but(&without, number, incident.subject.group),
            );
            let length = 1 + self.sheet.bin(incident.end - 1) - self.sheet.bin(incident.start);
            if self.prices[incident.subject.kind].score(total(&rows), length) <= self.settings.accept {
                kept = without;
            }
        }
        let dropped = kept.iter().zip(&self.incidents).filter(|(kept, _)| kept.is_none());
        let groups: BTreeSet<_> = dropped.map(|(_, incident)| incident.subject.group).collect();
        for &group in &groups {
            self.adjustments[group] = self.all_but(&kept, usize::MAX, group);
        }
        self.incidents = kept.into_iter().flatten().collect();
        groups
    }

    /// An incident with its edges and counts as the others of a set leave them.
    fn measured_anew(&self, set: &[Option<Incident>], number: usize) -> Option<Incident> {
        let incident = set[number]?;
        let others = self.all_but(set, number, incident.subject.group);
        let span = (incident.start, incident.end);
        let before = total(&self.rows(incident.subject, span, &others));
        let (start, end, tally) = self.exact(incident.subject, span, before.hit_share(), &others);
        Some(Incident { start, end, tally, ..incident })
    }

    /// What is known of a group: what is no incident, and the incidents of a set but one.
    pub(crate) fn all_but(&self, set: &[Option<Incident>], number: usize, group: usize) -> Vec<Adjustment> {
        let known = self.adjustments[group].iter();
        let others = known.filter(|adjustment| !matches!(adjustment.effect, Effect::Incident(_))).copied();
        let incidents = set.iter().enumerate().filter(|&(other, _)| other != number);
        let explained = incidents.filter_map(|(_, incident)| incident.as_ref());
        others
            .chain(
                explained
                    .filter(|incident| incident.subject.group == group)
                    .map(|incident| self.explained_by(incident)),
            )
            .collect()
    }
}

fn overlap(rival: Option<Incident>, incident: Incident) -> bool {
    rival.is_some_and(|rival| {
        rival.subject.group == incident.subject.group
            && rival.start < incident.end
            && incident.start < rival.end
    })
}
