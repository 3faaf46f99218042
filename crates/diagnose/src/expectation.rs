//! What an attempt is expected to show, all known things considered: baseline, incidents, and that a fall
//! back is refused more often than a chip.

use crate::overlay::PAD_MS;
use crate::{Attempt, Expected, Finding, Flags, Leaves, Mark, Overlay, Rates};

/// Of fall backs that an incident brings about, so many may be refused.
const REFUSED_IN_INCIDENT: f64 = 0.3;
/// Fall backs that count as much as the fleet's own, before any is seen, and their refused share.
const PRIOR: (f64, f64) = (20.0, 0.02);
/// Of the fall backs that a broken reader brings about, so many tell that data of the chip were missing; the
/// others tell nothing. Our choice.
pub(crate) const ICC_MISSING_BY_FAULT: f64 = 0.4;

/// The expected share of attempts that show a mark.
pub(crate) struct Expectation<'d> {
    leaves: &'d Leaves,
    rates: &'d Rates,
    overlay: Overlay,
    /// By leaf: the stretch of time beyond which no incident is about its values, by its place in
    /// `stretches`.
    in_scope: Vec<u32>,
    /// From and until, in milliseconds; the first is empty.
    stretches: Vec<(i64, i64)>,
    /// By mark: the share of ordinary fall backs that show it, too.
    after_fall_back: [f64; Mark::COUNT],
    /// The share of ordinary fall backs that tell of missing data of the chip.
    icc_missing: f64,
}

impl<'d> Expectation<'d> {
    /// `shown_by_any` are the attempts that show something; `is_ordinary` tells those that the baseline learned from.
    pub(crate) fn new<'a>(
        leaves: &'d Leaves,
        rates: &'d Rates,
        findings: &[Finding],
        shown_by_any: impl Iterator<Item = &'a Attempt>,
        is_ordinary: impl Fn(&Attempt) -> bool,
    ) -> Self {
        let mut shown = [PRIOR.0 * PRIOR.1; Mark::COUNT];
        let (mut fall_backs, mut icc_missing) = (PRIOR.0, PRIOR.0 * PRIOR.1);
        let told = shown_by_any.filter(|attempt| attempt.flags.has(Flags::FELL_BACK));
        for attempt in told.filter(|attempt| is_ordinary(attempt)) {
            fall_backs += f64::from(attempt.count);
            icc_missing += if attempt.flags.has(Flags::ICC_MISSING) { f64::from(attempt.count) } else { 0.0 };
            if let Some(shown) = shown.get_mut(attempt.mark.index()) {
                *shown += f64::from(attempt.count);
            }
        }
        let after_fall_back = shown.map(|shown| shown / fall_backs);
        let icc_missing = icc_missing / fall_backs;
        let mut stretches = vec![(i64::MAX, i64::MIN)];
        let told = |leaf| {
            let about = findings.iter().filter(|finding| finding.is_about(leaves, leaf));
            let stretch = about.fold((i64::MAX, i64::MIN), |hull, finding| {
                (hull.0.min(finding.start - PAD_MS), hull.1.max(finding.end + PAD_MS))
            });
            let known = stretches.iter().position(|other| *other == stretch);
            known.unwrap_or_else(|| {
                stretches.push(stretch);
                stretches.len() - 1
            }) as u32
        };
        let in_scope = (0..leaves.count() as u32).map(told).collect();
        Self {
            leaves,
            rates,
            overlay: Overlay::new(findings),
            in_scope,
            stretches,
            after_fall_back,
            icc_missing,
        }
    }

    fn with_and_without_incidents(&self, attempt: &Attempt, mark: Mark) -> (f64, f64) {
        let cell = self.leaves.cell(attempt.leaf);
        let base = self.rates.rate(cell, self.rates.hour(attempt.at), mark);
        (base, self.overlay.rate(self.leaves, attempt, mark, base))
    }
}

impl Expected for Expectation<'_> {
    /// For a failure that followed a fall back, the share of fall backs that end so.
    fn rate(&self, attempt: &Attempt, mark: Mark) -> f64 {
        let (_, rate) = self.with_and_without_incidents(attempt, mark);
        if mark != attempt.mark || !attempt.flags.has(Flags::FELL_BACK) {
            return rate;
        }
        // Inside an incident of fall backs, that they are refused belongs to it.
        let (base, fell_back) = self.with_and_without_incidents(attempt, Mark::FELL_BACK);
        let least = if fell_back > base { REFUSED_IN_INCIDENT } else { self.after_fall_back[mark.index()] };
        rate.max(least)
    }

    /// Inside an incident of fall backs those of the incident are as those of a broken reader.
    fn icc_missing(&self, attempt: &Attempt) -> Option<f64> {
        let (base, rate) = self.with_and_without_incidents(attempt, Mark::FELL_BACK);
        let of_incident = ((rate - base) / rate).clamp(0.0, 1.0);
        Some(self.icc_missing * (1.0 - of_incident) + ICC_MISSING_BY_FAULT * of_incident)
    }

    /// A cell of the baseline at an hour, unless an incident makes a case of it. An hour's stand together, for
    /// attempts come in the order of time.
    fn class(&self, attempt: &Attempt) -> Option<usize> {
        let (from, until) = self.stretches[self.in_scope[attempt.leaf as usize] as usize];
        if (from..until).contains(&attempt.at) {
            return None;
        }
        let cell = self.leaves.cell(attempt.leaf) as usize;
        Some(self.rates.hour(attempt.at) * self.rates.cells() + cell)
    }

    fn classes(&self) -> usize {
        self.rates.cells() * self.rates.hours()
    }

    fn rate_of_class(&self, class: usize, mark: Mark) -> f64 {
        self.rates.rate((class % self.rates.cells()) as u32, class / self.rates.cells(), mark)
    }
}
