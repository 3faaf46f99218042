//! A terminal that fell silent, and what its first messages afterwards say of why.

use super::{Judge, confidence};
use crate::silence::Silence;
use crate::{Evidence, State, Thousandths, Value, Verdict};
use posmortem_exchange::{TerminalEvent, TerminalEventKind};

/// Of gaps that just suffice, so many may be none. Our choice: on 120 drawn days 23 terminals were told silent
/// wrongly, beside 290 losses of power that were found.
const DOUBT: f64 = 0.1;
/// What stands so soon after a gap belongs to its end.
const AFTER_GAP_MS: i64 = 10 * 60_000;

impl Judge<'_, '_> {
    pub(super) fn silent(&self, terminal: u32, verdict: &Verdict) -> Option<Verdict> {
        let of_terminal = self.silences.gaps.iter().filter(|silence| silence.terminal == terminal);
        let silence = of_terminal.min_by(|a, b| a.ln_p.total_cmp(&b.ln_p))?;
        let with_it = self.silences.sites.iter().filter(|site| {
            site.terminals.contains(&terminal) && site.window.0 < silence.end && silence.start < site.window.1
        });
        let of_site = with_it.map(|site| site.terminals.len() as u64).max().unwrap_or(0);
        let minutes = ((silence.end - silence.start) / 60_000).max(0) as u64;
        let mut evidence = vec![Evidence::new(
            "silent_for",
            [Value::Minutes(minutes), Value::Decimal(Thousandths::round(silence.expected))],
        )];
        if of_site > 0 {
            evidence.push(Evidence::new("site_silent", [Value::Count(of_site)]));
        }
        let after = After::of(&self.fleet.events[terminal as usize], silence);
        evidence.extend(after.evidence());
        Some(Verdict {
            state: State::Silent,
            observed: silence.strays as u64,
            expected: Thousandths::round(silence.expected),
            confidence: confidence(1.0 - DOUBT * libm::exp(-silence.margin / 2.0)),
            start: Some(self.fleet.moment(silence.start)),
            end: Some(self.fleet.moment(silence.end)),
            ongoing: self.lasts(terminal, silence.start),
            evidence,
            ..verdict.for_reason(after.reason(of_site > 0))
        })
    }
}

/// What a terminal did when it came back.
#[derive(Default)]
struct After {
    sign_ons: u64,
    restarts: u64,
    stored: u64,
}

impl After {
    fn of(events: &[TerminalEvent], silence: &Silence) -> Self {
        let mut after = Self::default();
        let near = silence.start..=silence.end.saturating_add(AFTER_GAP_MS);
        for event in events.iter().filter(|event| near.contains(&event.at)) {
            match event.what {
                TerminalEventKind::SignOn(_) | TerminalEventKind::NetworkManagement(_) => after.sign_ons += 1,
                TerminalEventKind::StanFellBack => after.restarts += 1,
                TerminalEventKind::StoredAdvice
                | TerminalEventKind::Reversal(_)
                | TerminalEventKind::OrphanReversal(_) => after.stored += 1,
                _ => {}
            }
        }
        after
    }

    fn evidence(&self) -> impl Iterator<Item = Evidence> {
        let sign_on = (self.sign_ons > 0).then(|| Evidence::new("sign_on_after_gap", []));
        let restarts =
            (self.restarts > 0).then(|| Evidence::new("stan_restarts", [Value::Count(self.restarts)]));
        let stored = (self.stored > 0).then(|| Evidence::new("stored_messages", [Value::Count(self.stored)]));
        sign_on.into_iter().chain(restarts).chain(stored)
    }

    /// A reboot signs on and may count anew; a line that was down lets go what was stored.
    fn reason(&self, with_its_site: bool) -> &'static str {
        let rebooted = self.sign_ons > 0 || self.restarts > 0 || with_its_site;
        if rebooted { "power_unstable" } else { "link_outage" }
    }
}
