//! What a candidate is: drift, a part of something wider or narrower, the matter of a few sequences, or
//! an incident.
//!
//! Which candidate comes next is told in `search.rs`.

use super::Aside;
use super::evidence::{Parted, blamed, is_hit};
use super::known::{Adjustment, Effect, Known};
use super::search::{Incident, Ranked, Search, Subject};
use super::sheet::{Row, Tally};
use super::window::Window;
use crate::UNTOLD;

/// Counts at which the rest of a subject's day says as much as the rates.
const DOUBT: f64 = 4.0;
impl Search<'_> {
    /// Decides what a candidate is. Whatever it is, its window is not looked at again.
    pub(super) fn settle(&mut self, candidate: Ranked) {
        let mut candidate = self.wider(&candidate).unwrap_or(candidate);
        loop {
            let Ranked { subject, window, .. } = candidate;
            *self.settled.entry((subject, window.start, window.end)).or_default() += 1;
            let span = (self.sheet.begin(window.start), self.sheet.begin(window.end));
            let rows = self.rows(subject, span, &self.adjustments[subject.group]);
            if self.is_drift(&candidate) {
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

    /// Whether a candidate is no more than its subject's own level. What it shows besides is what the rest
    /// of its day leads to expect, and scopes of a kind differ.
    fn is_drift(&mut self, candidate: &Ranked) -> bool {
        let Ranked { subject, window, .. } = *candidate;
        let rest = self.counted(subject, 0..self.sheet.bins()).without(window.tally);
        let level = (rest.hits() + DOUBT) / (rest.norm() + DOUBT);
        let ratio = self.described[subject.kind].level.max(self.settings.least_ratio);
        let scaled = window.tally.expecting(level.max(1.0));
        let score = self.prices[subject.kind].score(scaled, window.end - window.start);
        scaled.hits() < ratio * scaled.norm()
            || level > 1.0 && score <= self.settings.accept
            || !self.described[subject.kind].all_day && self.lasts_all_day(&window)
    }

    /// Most of the day: nights are quiet, and edges are seen at attempts.
    fn lasts_all_day(&self, window: &Window) -> bool {
        let bins = self.sheet.bins();
        bins > 1 && (window.end - window.start) * 4 >= bins * 3
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
            let spread = parted.is_spread(concentration, self.settings.least_ratio);
            (!spread).then_some((better, Subject { kind: inner, value, group }))
        });
        let best = better.min_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
        self.worth_it(best?.1)
    }

    /// A candidate of a wider kind, when what lies around this one shows the same. Scores of unlike
    /// counts do not compare: a loose norm lets the part with the highest ratio win over the whole.
    fn wider(&mut self, candidate: &Ranked) -> Option<Ranked> {
        let outer = (0..self.kinds.len()).filter(|&outer| {
            self.within[outer].contains(&candidate.subject.kind)
                && self.may_be_shared(outer, candidate.subject.group)
        });
        let outer: Vec<_> = outer.collect();
        outer.into_iter().filter_map(|outer| self.around(candidate, outer)).max()
    }

    /// The value of a wider kind around a candidate, if the rest of it shows the same.
    fn around(&mut self, candidate: &Ranked, kind: usize) -> Option<Ranked> {
        let Ranked { subject, window, .. } = *candidate;
        let span = (self.sheet.begin(window.start), self.sheet.begin(window.end));
        let leaf = self.each_row(subject, span, &Known::default()).next()?.leaf;
        let around = Subject { kind, value: self.kinds[kind].value(leaf), ..subject };
        if around.value == UNTOLD {
            return None;
        }
        // The sums of bins tell cheaply that nothing is around, as it mostly is.
        let rest = self.counted(around, window.start..window.end).without(window.tally);
        let concentration = self.prices[kind].concentration;
        if !is_hit(rest, concentration) {
            return None;
        }
        let rows = self.rows(around, span, &self.adjustments[subject.group]);
        let parted = Parted::new(&rows, &self.kinds[subject.kind], Some(subject.value))?;
        if parted.is_spread(concentration, self.settings.least_ratio) { self.worth_it(around) } else { None }
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
            let mut pairs: Vec<(u32, u32)> = of_blamed
                .iter()
                .map(|row| (kind.value(row.leaf), leaves.value(terminal, row.leaf)))
                .filter(|(value, _)| *value != UNTOLD)
                .collect();
            pairs.sort_unstable();
            pairs.dedup();
            let several = pairs.chunk_by(|one, other| one.0 == other.0).filter(|pairs| pairs.len() >= 2);
            common.extend(several.map(|pairs| Subject { kind: inner, value: pairs[0].0, ..subject }));
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
}
