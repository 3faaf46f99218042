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

#[cfg(test)]
mod tests {
    use super::*;
    use posmortem_classify::Language;
    use posmortem_exchange::{Names, Reply, Symbol};

    /// A gap from 10 to 40 minutes.
    fn after(events: &[(i64, TerminalEventKind)]) -> After {
        let silence = Silence {
            terminal: 1,
            start: 600_000,
            end: 2_400_000,
            strays: 0,
            expected: 9.0,
            ln_p: -20.0,
            margin: 1.0,
            signed_on: false,
            restarted: false,
        };
        let events: Vec<_> = events
            .iter()
            .map(|(at, what)| TerminalEvent { at: *at, terminal: Symbol::ABSENT, what: *what })
            .collect();
        After::of(&events, &silence)
    }

    #[test]
    fn what_a_terminal_does_up_to_ten_minutes_after_the_gap_tells_why() {
        let sign_on = TerminalEventKind::SignOn(Reply::Accepted);
        let told = |events: &[(i64, TerminalEventKind)]| {
            let after = after(events);
            let texts: Vec<_> =
                after.evidence().map(|one| one.text(Language::En, &Names::default())).collect();
            (after.reason(false), texts)
        };
        let nothing = ("link_outage", Vec::<String>::new());
        for (at, counts) in [(599_999, false), (600_000, true), (3_000_000, true), (3_000_001, false)] {
            let signed = ("power_unstable", vec!["signed on at the end of the gap".to_owned()]);
            assert_eq!(told(&[(at, sign_on)]), if counts { signed } else { nothing.clone() }, "{at}");
        }
        let network = TerminalEventKind::NetworkManagement(Reply::Untold);
        assert_eq!(told(&[(900_000, network)]).0, "power_unstable");
        let anew = TerminalEventKind::StanFellBack;
        let texts = vec!["the STAN began anew 2 times".to_owned()];
        assert_eq!(told(&[(900_000, anew), (950_000, anew)]), ("power_unstable", texts));
        // A line that was down lets go what was stored.
        let advice = TerminalEventKind::StoredAdvice;
        let texts = vec!["3 stored messages afterwards".to_owned()];
        assert_eq!(told(&[(2_500_000, advice); 3]), ("link_outage", texts));
        assert_eq!(told(&[(900_000, TerminalEventKind::StanJumped(4))]), nothing);
        // The whole site fell silent: that is power, whatever else came.
        assert_eq!(after(&[]).reason(true), "power_unstable");
        let all = told(&[(700_000, sign_on), (800_000, anew), (900_000, advice)]);
        assert_eq!((all.0, all.1.len()), ("power_unstable", 3));
    }
}
