//! A terminal at fault: its evidence beyond codes, and the reason that the evidence makes it.
//!
//! The test of own faults has decided that there is one and which signature it has. What other traces
//! say (`data/traces.tsv`) may name the reason more closely; it never makes a fault of none.

use super::{Judge, MIXED, confidence, share};
use crate::fleet::Fleet;
use crate::own::Suspect;
use crate::terminal_counts::explaining;
use crate::{Attribute, Evidence, Flags, State, Thousandths, UNTOLD, Value, Verdict};
use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};
use posmortem_classify::Reason;
use posmortem_exchange::{Outcome, TerminalEventKind, Traces};
use posmortem_iso8583::{EntryMode, ResponseCode};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// A window that begins within so many minutes of a sign-on is said to begin with it.
const WITH_SIGN_ON_MS: i64 = 15 * 60_000;
/// Terminals of a site with a read fault at the same time that make it interference.
const FEWEST_DISTURBED: usize = 2;

/// How the cards that failed at terminals with a fault fared at others.
#[derive(Default)]
pub(crate) struct CardsElsewhere {
    /// By card: terminals where it was read well, and where it fell back, the first two of each.
    by_card: HashMap<u64, ([u32; 2], [u32; 2]), FixedState>,
}

impl CardsElsewhere {
    /// Looks for the cards that `suspects` failed with all over the fleet.
    pub(crate) fn of(fleet: &Fleet<'_>, suspects: &[&Suspect]) -> Self {
        let rows = suspects.iter().flat_map(|suspect| suspect.rows.clone());
        let failed = rows.filter(|at| {
            let attempt = &fleet.day.attempts[*at];
            !attempt.mark.is_none() || attempt.flags.has(Flags::FELL_BACK)
        });
        let mut by_card: HashMap<u64, ([u32; 2], [u32; 2]), FixedState> =
            failed.filter_map(|at| fleet.card(at)).map(|card| (card, Default::default())).collect();
        if by_card.is_empty() {
            return Self { by_card };
        }
        for (terminal, range) in (0_u32..).zip(&fleet.day.sequences).skip(1) {
            for at in range.clone() {
                let Some(places) = fleet.card(at).and_then(|card| by_card.get_mut(&card)) else { continue };
                let attempt = &fleet.day.attempts[at];
                let mode = fleet.day.leaves.value(Attribute::EntryMode.dimension(), attempt.leaf);
                let by_chip =
                    matches!(fleet.entry_modes[mode as usize], EntryMode::Chip | EntryMode::Contactless);
                let places = match attempt.flags.has(Flags::FELL_BACK) {
                    true => &mut places.1,
                    false if by_chip && attempt.mark.is_none() => &mut places.0,
                    false => continue,
                };
                if !places.contains(&terminal) {
                    *places = [terminal, places[0]];
                }
            }
        }
        Self { by_card }
    }

    fn read_well(&self, card: u64, but: u32) -> bool {
        self.by_card.get(&card).is_some_and(|places| places.0.iter().any(|at| *at != UNTOLD && *at != but))
    }

    fn failed(&self, card: u64, but: u32) -> bool {
        self.by_card.get(&card).is_some_and(|places| places.1.iter().any(|at| *at != UNTOLD && *at != but))
    }
}

/// What the hits of a fault show.
struct Hits {
    rows: Vec<usize>,
    /// By code; answers that came too late apart.
    codes: BTreeMap<Option<ResponseCode>, u64>,
    late: u64,
    cards: HashSet<u64, FixedState>,
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
        let state = if explained >= MIXED * hits.rows.len() as f64 { State::Mixed } else { State::Own };
        let (reason, named) = self.reason(suspect, &hits);
        let mut evidence = self.evidence(suspect, &hits);
        evidence.extend(named);
        Some(Verdict {
            state,
            observed: u64::from(suspect.inside.observed),
            expected: Thousandths::round(suspect.inside.expected),
            confidence: confidence(1.0 - suspect.local_fdr),
            start: Some(self.fleet.moment(suspect.window.0)),
            end: Some(self.fleet.moment(suspect.window.1)),
            ongoing: self.lasts(terminal, suspect.window.1),
            evidence,
            samples: self.samples(hits.rows.iter().copied()),
            ..verdict.for_reason(reason.name())
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
            hits.rows.push(at);
            let ending = self.fleet.ending(at);
            if ending.outcome == Outcome::Late {
                hits.late += 1;
            } else if shows(attempt.mark) {
                *hits.codes.entry(ending.code).or_default() += 1;
            }
            hits.cards.extend(self.fleet.card(at));
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

    /// Cards that were read well, or not, at other terminals.
    fn elsewhere(&self, suspect: &Suspect, hits: &Hits) -> impl Iterator<Item = Evidence> {
        let count = |test: &dyn Fn(u64) -> bool| hits.cards.iter().filter(|card| test(**card)).count() as u64;
        let well = count(&|card| self.cards_elsewhere.read_well(card, suspect.terminal));
        let badly = count(&|card| self.cards_elsewhere.failed(card, suspect.terminal));
        let told = [("read_elsewhere", well), ("cards_fail_elsewhere", badly)];
        let reads = hits.fell_back > 0;
        told.into_iter()
            .filter(move |(_, count)| reads && *count > 0)
            .map(|(rule, count)| Evidence::new(rule, [Value::Count(count)]))
    }

    /// The other terminals of its site in the same time.
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
        let timed_out = |what: &TerminalEventKind| matches!(what, TerminalEventKind::Reversal(Some(why)) if why.reason.is_some_and(is_time_out));
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

    /// The reason, and the traces that name it more closely.
    fn reason(&self, suspect: &Suspect, hits: &Hits) -> (Reason, Vec<Evidence>) {
        let signature = self.signatures.get(suspect.signature).name;
        let mut evidence = Vec::new();
        let mut reason = suspect.reason;
        for rule in rules().iter().filter(|rule| rule.signature == signature) {
            let count = self.holding(rule.trace, suspect, hits);
            let of = hits.rows.len() as u64;
            if count > 0 && count * 100 >= of * rule.least_percent {
                evidence.push(Evidence::new(rule.evidence, [Value::Count(count), share(count, of)]));
                reason = rule.reason;
                break;
            }
        }
        (reason, evidence)
    }

    fn holding(&self, trace: Trace, suspect: &Suspect, hits: &Hits) -> u64 {
        let with =
            |traces: Traces| hits.rows.iter().filter(|at| self.fleet.traces(**at).has(traces)).count() as u64;
        match trace {
            Trace::Told(traces) => with(traces),
            Trace::SwipedThoughFine => {
                let swiped = hits.rows.iter().filter(|at| {
                    let traces = self.fleet.traces(**at);
                    traces.has(Traces::CHIP_CARD) && traces.has(Traces::CHIP_READ_FINE)
                });
                swiped.count() as u64
            }
            Trace::CardsFailElsewhere => {
                let failing = hits.cards.iter().filter(|card| {
                    self.cards_elsewhere.failed(**card, suspect.terminal)
                        && !self.cards_elsewhere.read_well(**card, suspect.terminal)
                });
                failing.count() as u64
            }
            Trace::SiteDisturbed => match self.disturbed(suspect) >= FEWEST_DISTURBED {
                true => hits.rows.len() as u64,
                false => 0,
            },
            Trace::Restarts => {
                let (start, end) = suspect.window;
                let events = self.fleet.events[suspect.terminal as usize].iter();
                let restarts = events.filter(|event| {
                    event.what == TerminalEventKind::StanFellBack && (start..=end).contains(&event.at)
                });
                restarts.count() as u64
            }
        }
    }

    /// Terminals of its site that are at fault with the same signature in an overlapping window.
    fn disturbed(&self, suspect: &Suspect) -> usize {
        let day = &self.fleet.day;
        let site = day.leaves.value(Attribute::Site.dimension(), day.attempts[suspect.rows.start].leaf);
        if site == UNTOLD {
            return 0;
        }
        let others = self.fleet.of_site(site).iter().filter_map(|terminal| self.suspect(*terminal));
        let same = others.filter(|other| {
            other.own
                && other.signature == suspect.signature
                && other.window.0 <= suspect.window.1
                && suspect.window.0 <= other.window.1
        });
        same.count()
    }
}

fn is_time_out(reason: Reason) -> bool {
    reason.name() == "response_timeout"
}

/// Something that a fault's attempts may show beyond codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trace {
    /// Told by their messages.
    Told(Traces),
    /// A chip card's stripe was read though the chip had just been read well.
    SwipedThoughFine,
    /// Their cards fail at other terminals, and are read well at none.
    CardsFailElsewhere,
    /// Another terminal of the site has it at the same time.
    SiteDisturbed,
    /// The STAN began anew.
    Restarts,
}

/// A row of `data/traces.tsv`.
struct TraceRule {
    signature: &'static str,
    trace: Trace,
    /// Of the hits.
    least_percent: u64,
    reason: Reason,
    evidence: &'static str,
}

fn rules() -> &'static [TraceRule] {
    static RULES: OnceLock<Vec<TraceRule>> = OnceLock::new();
    RULES.get_or_init(|| read_rules().expect("the table of traces is checked by a test"))
}

fn read_rules() -> Option<Vec<TraceRule>> {
    let lines = include_str!("../../data/traces.tsv").lines().filter(|line| !line.starts_with('#')).skip(1);
    let rule = |line: &'static str| {
        let cells: Vec<&'static str> = line.split('\t').collect();
        let &[signature, trace, least_percent, reason, evidence] = cells.as_slice() else { return None };
        let trace = match trace {
            "swiped_though_fine" => Trace::SwipedThoughFine,
            "cards_fail_elsewhere" => Trace::CardsFailElsewhere,
            "site_disturbed" => Trace::SiteDisturbed,
            "restarts" => Trace::Restarts,
            told => Trace::Told(Traces::ALL.iter().find(|(_, name)| *name == told)?.0),
        };
        Some(TraceRule {
            signature,
            trace,
            least_percent: least_percent.parse().ok()?,
            reason: Reason::from_name(reason)?,
            evidence,
        })
    };
    lines.map(rule).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Signatures;

    #[test]
    fn every_rule_names_what_exists() {
        let rules = read_rules().expect("every row is well formed");
        assert!(rules.len() >= 5);
        for rule in rules {
            assert!(Signatures::built_in().named(rule.signature).is_some(), "{}", rule.signature);
            assert!(rule.least_percent <= 100);
            Evidence::new(rule.evidence, []);
        }
    }
}
