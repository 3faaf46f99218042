//! What an attempt is expected to show, all known things considered: baseline, incidents, and that a fall
//! back is refused more often than a chip.

use crate::{Attempt, Day, Flags, Leaves, Mark, Overlay, Rates};

/// Of fall backs that an incident brings about, so many may be refused.
const REFUSED_IN_INCIDENT: f64 = 0.3;
/// Fall backs that count as much as the fleet's own, before any is seen, and their refused share.
const PRIOR: (f64, f64) = (20.0, 0.02);

/// The expected share of attempts that show a mark.
pub(crate) struct Expectation<'d> {
    leaves: &'d Leaves,
    rates: &'d Rates,
    overlay: Overlay,
    /// By mark: the share of ordinary fall backs that show it, too.
    after_fall_back: [f64; Mark::COUNT],
}

impl<'d> Expectation<'d> {
    /// `is_ordinary` tells the attempts that the baseline learned from.
    pub(crate) fn new(
        day: &'d Day,
        rates: &'d Rates,
        overlay: Overlay,
        is_ordinary: impl Fn(&Attempt) -> bool,
    ) -> Self {
        let mut shown = [PRIOR.0 * PRIOR.1; Mark::COUNT];
        let mut fall_backs = PRIOR.0;
        let told = day.attempts.iter().filter(|attempt| attempt.flags.has(Flags::FELL_BACK));
        for attempt in told.filter(|attempt| is_ordinary(attempt)) {
            fall_backs += f64::from(attempt.count);
            if let Some(shown) = shown.get_mut(attempt.mark.index()) {
                *shown += f64::from(attempt.count);
            }
        }
        let after_fall_back = shown.map(|shown| shown / fall_backs);
        Self { leaves: &day.leaves, rates, overlay, after_fall_back }
    }

    /// The share of such attempts that is expected to show the mark. For a failure that followed a fall
    /// back, that of fall backs which end so.
    pub(crate) fn rate(&self, attempt: &Attempt, mark: Mark) -> f64 {
        let (_, rate) = self.with_and_without_incidents(attempt, mark);
        if mark != attempt.mark || !attempt.flags.has(Flags::FELL_BACK) {
            return rate;
        }
        // Inside an incident of fall backs, that they are refused belongs to it.
        let (base, fell_back) = self.with_and_without_incidents(attempt, Mark::FELL_BACK);
        let least = if fell_back > base { REFUSED_IN_INCIDENT } else { self.after_fall_back[mark.index()] };
        rate.max(least)
    }

    fn with_and_without_incidents(&self, attempt: &Attempt, mark: Mark) -> (f64, f64) {
        let cell = self.leaves.cells[attempt.leaf as usize];
        let base = self.rates.rate(cell, self.rates.hour(attempt.at), mark);
        (base, self.overlay.rate(self.leaves, attempt, mark, base))
    }
}
