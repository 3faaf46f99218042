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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MarkCount;

    const WRONG_PIN: &str = "pin_incorrect";

    /// Half of the fall backs of the first leaf between 10 and 20 minutes.
    fn incident() -> Finding {
        Finding {
            scope: vec![(0, 1)],
            kind: 0,
            group: 0,
            joined: Vec::new(),
            start: 600_000,
            end: 1_200_000,
            observed: 60,
            attempts: 110,
            expected: 10.0,
            score: 9.0,
            sequences: 9,
            marks: vec![MarkCount { mark: Mark::FELL_BACK, group: 0, observed: 60, expected: 10.0 }],
        }
    }

    /// Twenty fall backs are believed in beforehand, of which 2 % show any mark and any trace.
    #[test]
    fn what_follows_a_fall_back_is_learned_from_ordinary_ones() {
        let pin = Mark::from_name(WRONG_PIN).expect("a mark");
        let other = Mark::from_name("issuer_refused").expect("a mark");
        let leaves = Leaves { columns: vec![vec![1, 2]], cells: vec![0, 0], ..Leaves::default() };
        let attempt = |at, leaf, count, mark, flags| Attempt { at, leaf, count, mark, flags };
        let told = Flags::FELL_BACK.with(Flags::ICC_MISSING);
        let day = [
            attempt(0, 1, 7, pin, Flags::FELL_BACK),
            attempt(0, 1, 3, pin, told),
            attempt(0, 1, 5, Mark::NONE, told),
            attempt(0, 1, 65, Mark::NONE, Flags::FELL_BACK),
            // No fall back, and none that is ordinary.
            attempt(0, 1, 1_000, pin, Flags::NONE),
            attempt(0, 1, 1_000, pin, told.with(Flags::OWN)),
        ];
        let rates = Rates::new(vec![[0.05; Mark::COUNT]], vec![[1.0; Mark::COUNT]]);
        let is_ordinary = |attempt: &Attempt| !attempt.flags.has(Flags::OWN);
        let findings = [incident()];
        let expectation = Expectation::new(&leaves, &rates, &findings, day.iter(), is_ordinary);
        let close = |got: f64, right: f64| assert!((got - right).abs() < 1e-6, "{got} and not {right}");
        // Ten and a prior of 0.4 among 80 and 20.
        let rate =
            |leaf, of: Mark, flags, mark| expectation.rate(&attempt(900_000, leaf, 1, of, flags), mark);
        close(rate(1, pin, Flags::FELL_BACK, pin), 10.4 / 100.0);
        // Where the mark is commoner than that, its own rate stands.
        close(rate(1, other, Flags::FELL_BACK, other), 0.05);
        close(rate(1, pin, Flags::NONE, pin), 0.05);
        close(rate(1, other, Flags::FELL_BACK, pin), 0.05);
        // Inside an incident of fall backs three in ten may be refused, and half of the others fall back besides.
        close(rate(0, pin, Flags::FELL_BACK, pin), 0.3);
        close(rate(0, other, Flags::FELL_BACK, other), 0.3);
        close(rate(0, pin, Flags::FELL_BACK, Mark::FELL_BACK), 0.525);

        let missing =
            |at, leaf| expectation.icc_missing(&attempt(at, leaf, 1, Mark::NONE, told)).expect("known");
        close(missing(900_000, 1), 8.4 / 100.0);
        // 0.475 of 0.525 are the incident's, which are as those of a broken reader.
        let of_incident = 0.475 / 0.525;
        close(missing(900_000, 0), 0.084 * (1.0 - of_incident) + 0.4 * of_incident);
        close(missing(600_000 - PAD_MS - 1, 0), 0.084);
    }

    /// Only what lies in no incident, padded by a minute and a half, is told by its cell and hour.
    #[test]
    fn classes_are_cells_by_hour_outside_of_incidents() {
        let leaves = Leaves { columns: vec![vec![1, 2, 2]], cells: vec![0, 1, 2], ..Leaves::default() };
        let mut by_hour = vec![[1.0; Mark::COUNT]; 24];
        by_hour[2] = [2.0; Mark::COUNT];
        let rates = Rates::new([0.01, 0.02, 0.04].map(|rate| [rate; Mark::COUNT]).to_vec(), by_hour);
        let later = Finding { start: 2_000_000, end: 2_100_000, ..incident() };
        let findings = [incident(), later];
        let expectation = Expectation::new(&leaves, &rates, &findings, [].iter(), |_| true);
        let class = |at, leaf| {
            let attempt = Attempt { at, leaf, count: 1, mark: Mark::NONE, flags: Flags::NONE };
            expectation.class(&attempt)
        };
        assert_eq!(expectation.classes(), 72);
        assert_eq!([class(600_000 - PAD_MS - 1, 0), class(600_000 - PAD_MS, 0)], [Some(0), None]);
        assert_eq!([class(2_100_000 + PAD_MS - 1, 0), class(2_100_000 + PAD_MS, 0)], [None, Some(0)]);
        // Between both is no class either, and of other values every moment is.
        assert_eq!([class(1_500_000, 0), class(900_000, 1)], [None, Some(1)]);
        assert_eq!([class(2 * 3_600_000, 0), class(2 * 3_600_000 + 5, 2)], [Some(6), Some(8)]);
        let rate = |class| expectation.rate_of_class(class, Mark::FELL_BACK);
        assert!(
            (rate(8) - 0.08).abs() < 1e-6 && (rate(5) - 0.04).abs() < 1e-6 && (rate(6) - 0.02).abs() < 1e-6
        );
    }
}
