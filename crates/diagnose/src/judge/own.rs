//! A terminal at fault: its evidence beyond codes.
//!
//! The test of own faults has decided that there is one and which signature it has. What it is called is
//! for `named.rs`.

use super::cards::Part;
use super::named::Blamed;
use super::{Judge, MIXED, confidence};
use crate::own::Suspect;
use crate::terminal_counts::explaining;
use crate::{Attribute, Evidence, Flags, State, Thousandths, UNTOLD, Value, Verdict};
use foldhash::fast::FixedState;
use hashbrown::HashSet;
use posmortem_classify::Reason;
use posmortem_exchange::{Outcome, TerminalEventKind};
use posmortem_iso8583::ResponseCode;
use std::collections::BTreeMap;

/// A window that begins within so many minutes of a sign-on is said to begin with it.
const WITH_SIGN_ON_MS: i64 = 15 * 60_000;

/// Fewer slow answers, or a lower share of all, are not worth a line: two in a hundred are usual.
const FEWEST_SLOW: u64 = 3;
const SLOW_PERCENT: u64 = 5;

/// What the hits of a fault show.
pub(super) struct Hits {
    pub(super) rows: Vec<usize>,
    /// By code; answers that came too late apart.
    codes: BTreeMap<Option<ResponseCode>, u64>,
    late: u64,
    pub(super) cards: HashSet<u64, FixedState>,
    issuers: HashSet<u32, FixedState>,
    fell_back: u64,
}

impl Judge<'_, '_> {
    pub(super) fn at_fault(&self, terminal: u32, verdict: &Verdict) -> Option<Verdict> {
        let suspect = self.suspect(terminal).filter(|suspect| suspect.own && !self.is_crowded(terminal))?;
        let hits = self.hits(suspect);
        let explained = hits.rows.iter().filter(|at| {
            explaining(self.fleet, self.findings, self.groups, &self.fleet.day.attempts[**at]).is_some()
        });
        let explained = explained.count() as f64;
        let named = self.named(suspect, &hits);
        let state = match named.blamed {
            Blamed::Cards => State::Mix,
            Blamed::Terminal if explained >= MIXED * hits.rows.len() as f64 => State::Mixed,
            Blamed::Terminal => State::Own,
        };
        let mut evidence = self.evidence(suspect, &hits);
        evidence.extend(named.evidence);
        Some(Verdict {
            state,
            observed: u64::from(suspect.inside.observed),
            expected: Thousandths::round(suspect.inside.expected),
            // What customers bring claims nothing about the terminal.
            confidence: confidence(1.0 - suspect.local_fdr).filter(|_| state != State::Mix),
            start: Some(self.fleet.moment(suspect.window.0)),
            end: Some(self.fleet.moment(suspect.window.1)),
            ongoing: self.lasts(terminal, suspect.window.1),
            evidence,
            samples: self.samples(hits.rows.iter().copied()),
            ..verdict.for_reason(named.reason.name())
        })
    }

    fn hits(&self, suspect: &Suspect) -> Hits {
        let day = &self.fleet.day;
        let mut hits = Hits {
            rows: Vec::new(),
            codes: BTreeMap::new(),
            late: 0,
            cards: HashSet::default(),
            issuers: HashSet::default(),
            fell_back: 0,
        };
        for at in suspect.rows.clone() {
            let attempt = &day.attempts[at];
            let fell_back = attempt.flags.has(Flags::FELL_BACK);
            let shows = |mark| self.signatures.of_mark(mark).is_some_and(|(of, _)| of == suspect.signature);
            let is_hit = shows(attempt.mark) || fell_back && shows(crate::Mark::FELL_BACK);
            if !is_hit || attempt.flags.has_any(Flags::NEUTRAL.with(Flags::ATTACK)) {
                continue;
            }
            // A card that fails again tells of the card, as in the test.
            if self.fleet.card(at).is_some_and(|card| !hits.cards.insert(card)) {
                continue;
            }
            hits.rows.push(at);
            let ending = self.fleet.ending(at);
            if ending.outcome == Outcome::Late {
                hits.late += 1;
            } else if shows(attempt.mark) {
                *hits.codes.entry(ending.code).or_default() += 1;
            }
            hits.issuers.insert(day.leaves.value(Attribute::Issuer.dimension(), attempt.leaf));
            hits.fell_back += u64::from(fell_back);
        }
        hits
    }

    fn evidence(&self, suspect: &Suspect, hits: &Hits) -> Vec<Evidence> {
        let inside = &suspect.inside;
        let mut evidence = vec![Evidence::new(
            "more_than_expected",
            [Value::Count(u64::from(inside.observed)), Value::Decimal(Thousandths::round(inside.expected))],
        )];
        let mut codes: Vec<_> = hits.codes.iter().collect();
        codes.sort_by_key(|(code, count)| (std::cmp::Reverse(**count), **code));
        evidence.extend(codes.into_iter().take(3).map(|(code, count)| match code {
            Some(code) => Evidence::new("failed_with", [Value::Count(*count), Value::Code(*code)]),
            None => Evidence::new("unanswered", [Value::Count(*count)]),
        }));
        if hits.late > 0 {
            evidence.push(Evidence::new("late", [Value::Count(hits.late)]));
        }
        evidence.extend(self.slow_answers(suspect));
        if !hits.cards.is_empty() {
            let (cards, issuers) = (hits.cards.len() as u64, hits.issuers.len() as u64);
            evidence.push(Evidence::new("cards", [Value::Count(cards), Value::Count(issuers)]));
        }
        if hits.fell_back > 0 {
            let all = Value::Count(u64::from(inside.attempts));
            evidence.push(Evidence::new("fell_back", [Value::Count(hits.fell_back), all]));
        }
        evidence.extend(self.elsewhere(suspect, hits));
        evidence.extend(self.siblings(suspect));
        evidence.extend(self.around(suspect));
        evidence
    }

    /// Answers in the window that took long, where the fault may be what slowed them down.
    fn slow_answers(&self, suspect: &Suspect) -> Option<Evidence> {
        let attempts = &self.fleet.day.attempts[suspect.rows.clone()];
        let slow = attempts.iter().filter(|attempt| attempt.flags.has(Flags::SLOW)).count() as u64;
        let slows = self.signatures.get(suspect.signature).slows > 0.0;
        let all = attempts.len() as u64;
        (slows && slow >= FEWEST_SLOW && slow * 100 >= SLOW_PERCENT * all)
            .then(|| Evidence::new("slow_answers", [Value::Count(slow), Value::Count(all)]))
    }

    /// Cards that were read well, or not, at other terminals.
    fn elsewhere(&self, suspect: &Suspect, hits: &Hits) -> impl Iterator<Item = Evidence> {
        let count = |test: &dyn Fn(u64) -> bool| hits.cards.iter().filter(|card| test(**card)).count() as u64;
        let well = count(&|card| self.cards_elsewhere.read_well(Part::Chip, card, suspect.terminal));
        let badly = count(&|card| self.cards_elsewhere.failed(Part::Chip, card));
        let told = [("read_elsewhere", well), ("cards_fail_elsewhere", badly)];
        let reads = hits.fell_back > 0;
        told.into_iter()
            .filter(move |(_, count)| reads && *count > 0)
            .map(|(rule, count)| Evidence::new(rule, [Value::Count(count)]))
    }

    /// The other terminals of its site, over the whole day.
    fn siblings(&self, suspect: &Suspect) -> Option<Evidence> {
        let day = &self.fleet.day;
        let site_of = |at: usize| day.leaves.value(Attribute::Site.dimension(), day.attempts[at].leaf);
        let site = site_of(suspect.rows.start);
        if site == UNTOLD {
            return None;
        }
        let (mut terminals, mut attempts, mut failed) = (0, 0, 0);
        for sibling in self.fleet.of_site(site).iter().filter(|sibling| **sibling != suspect.terminal) {
            let counts = self.own.counts(*sibling, suspect.signature);
            terminals += 1;
            attempts += u64::from(counts.attempts);
            failed += u64::from(counts.observed);
        }
        Some(match terminals {
            0 => Evidence::new("only_of_site", []),
            _ => Evidence::new(
                "site_is_fine",
                [Value::Count(terminals), Value::Count(failed), Value::Count(attempts)],
            ),
        })
    }

    /// Sign-ons at the edges of the window, time-outs taken back, attempts that nobody saw.
    fn around(&self, suspect: &Suspect) -> Vec<Evidence> {
        let (start, end) = suspect.window;
        let mut evidence = Vec::new();
        let before = self.fleet.sign_ons(suspect.terminal).filter(|at| *at <= start).last();
        if let Some(at) = before.filter(|at| start - at <= WITH_SIGN_ON_MS) {
            evidence.push(Evidence::new("after_sign_on", [Value::Minutes((start - at) as u64 / 60_000)]));
        }
        let next = self.attempts(suspect.terminal).iter().find(|attempt| attempt.at > end);
        if next.is_some_and(|attempt| attempt.flags.has(Flags::AFTER_SIGN_ON)) {
            evidence.push(Evidence::new("ended_at_sign_on", []));
        }
        let timed_out = |what: &TerminalEventKind| {
            what.reversal_reason().is_some_and(|why| why.reason.is_some_and(is_time_out))
        };
        let events = self.fleet.events[suspect.terminal as usize].iter();
        let inside: Vec<_> = events.filter(|event| (start..=end).contains(&event.at)).collect();
        let undone = inside.iter().filter(|event| timed_out(&event.what)).count() as u64;
        let missing: u64 = inside
            .iter()
            .map(|event| match event.what {
                TerminalEventKind::StanJumped(gap) => u64::from(gap),
                _ => 0,
            })
            .sum();
        let counted = [("undone", undone), ("stan_gaps", missing)];
        let told = counted.into_iter().filter(|(_, count)| *count > 0);
        evidence.extend(told.map(|(rule, count)| Evidence::new(rule, [Value::Count(count)])));
        evidence
    }
}

fn is_time_out(reason: Reason) -> bool {
    reason.name() == "response_timeout"
}
