//! One verdict a terminal, from what the stages before found.
//!
//! Nothing is tested here. The order of states is the order of what a terminal is told first: that it
//! was attacked, that it is at fault, that it fell silent, that it suffered with others, that its
//! customers are unusual, that nobody can tell, that it is fine.

mod cards;
mod foreign;
mod named;
mod own;
mod silent;

use crate::attack::AttackRun;
use crate::excess::nats;
use crate::fleet::Fleet;
use crate::key_age::KeyAges;
use crate::own::{OwnTest, Standing, Suspect};
use crate::scan::{Finding, Groups};
use crate::silence::Silences;
use crate::terminal_counts::{TerminalCounts, explaining};
use crate::{Attempt, Evidence, Incident, Signatures, State, Thousandths, UNTOLD, Value, Verdict};
use posmortem_classify::Reason;
use posmortem_exchange::{Sample, Symbol};
use posmortem_iso8583::Timestamp;
use std::ops::Range;

/// Fewer attempts are too few to judge (docs/diagnosis.md, What a verdict says).
pub(crate) const FEWEST_ATTEMPTS: u64 = 30;
/// From this chance of being none on, a suspect is not even told as undecided.
const DOUBTFUL: f64 = 0.9;
/// A fault of its own is `mixed` where incidents explain such a share of what fits it.
const MIXED: f64 = 1.0 / 3.0;
/// Nats by which a raw count is unusual, and by which one adjusted to the mix still is.
const UNUSUAL: (f64, f64) = (6.0, 3.0);
/// How much terminals' rates vary for no reason that anyone knows: a spread for [`nats`].
const SPREAD: f64 = 20.0;
/// Samples of a verdict.
const SAMPLES: usize = 3;
/// No claim is surer.
const MOST_CONFIDENCE: f64 = 0.999;

/// What the stages found.
pub(crate) struct Judge<'f, 't> {
    pub(crate) fleet: &'f Fleet<'t>,
    pub(crate) groups: &'f Groups,
    pub(crate) signatures: &'f Signatures,
    pub(crate) findings: &'f [Finding],
    pub(crate) incidents: &'f [Incident],
    pub(crate) own: &'f OwnTest,
    /// Terminals found at fault in a crowd, in their order: rather an incident that was missed.
    pub(crate) crowd: Vec<u32>,
    pub(crate) silences: &'f Silences,
    pub(crate) counts: &'f [TerminalCounts],
    /// Share of all attempts that failed.
    pub(crate) fleet_rate: f64,
    pub(crate) cards_elsewhere: &'f CardsElsewhere,
    pub(crate) key_ages: &'f KeyAges,
}

pub(crate) use cards::CardsElsewhere;

/// Something that may be said of a terminal: the verdict, made of one that says nothing yet.
type Claim<'f, 't> = fn(&Judge<'f, 't>, u32, &Verdict) -> Option<Verdict>;

impl<'f, 't> Judge<'f, 't> {
    /// The verdict of a terminal with attempts.
    pub(crate) fn verdict(&self, terminal: u32) -> Verdict {
        let verdict = Verdict {
            terminal: self.fleet.terminals[terminal as usize],
            incidents: self.counts[terminal as usize]
                .incidents
                .iter()
                .map(|(at, _)| self.incidents[*at].id)
                .collect(),
            ..Verdict::of(Symbol::ABSENT, State::Normal)
        };
        if terminal == UNTOLD {
            return verdict;
        }
        let claims: [Claim<'f, 't>; 8] = [
            Self::attacked,
            Self::at_fault,
            Self::standing_still,
            Self::silent,
            Self::suffering,
            Self::unusual,
            Self::undecided,
            Self::too_few,
        ];
        let claimed = claims.iter().find_map(|claim| claim(self, terminal, &verdict));
        let mut verdict = claimed.unwrap_or(verdict);
        // Whatever is said of it.
        verdict.evidence.extend(self.foreign_stream(terminal));
        verdict
    }

    fn attempts(&self, terminal: u32) -> &[Attempt] {
        &self.fleet.day.attempts[self.range(terminal)]
    }

    fn range(&self, terminal: u32) -> Range<usize> {
        self.fleet.day.sequences[terminal as usize].clone()
    }

    fn suspect(&self, terminal: u32) -> Option<&Suspect> {
        let at = self.own.suspects.binary_search_by_key(&terminal, |suspect| suspect.terminal);
        at.ok().map(|at| &self.own.suspects[at])
    }

    fn is_crowded(&self, terminal: u32) -> bool {
        self.crowd.binary_search(&terminal).is_ok()
    }

    fn attacked(&self, terminal: u32, verdict: &Verdict) -> Option<Verdict> {
        let attacks: Vec<&AttackRun> =
            self.fleet.attacks.iter().filter(|(of, _)| *of == terminal).map(|(_, attack)| attack).collect();
        let mut entries: Vec<usize> =
            attacks.iter().flat_map(|attack| attack.entries.iter().copied()).collect();
        entries.sort_unstable();
        let (first, last) = (*entries.first()?, *entries.last()?);
        let (start, end) = (self.fleet.day.attempts[first].at, self.fleet.day.attempts[last].at);
        let failed = entries.iter().copied().filter(|at| !self.fleet.day.attempts[*at].mark.is_none());
        let failed: Vec<usize> = failed.collect();
        let cards = attacks.iter().map(|attack| attack.cards as u64).sum();
        let (entries, minutes) = (entries.len() as u64, (end - start) as u64 / 60_000 + 1);
        Some(Verdict {
            state: State::Attack,
            observed: failed.len() as u64,
            expected: Thousandths::round(self.fleet_rate * entries as f64),
            confidence: Some(Thousandths::round(MOST_CONFIDENCE)),
            start: Some(self.fleet.moment(start)),
            end: Some(self.fleet.moment(end)),
            ongoing: self.lasts(terminal, end),
            evidence: vec![
                Evidence::new(
                    "keyed_run",
                    [Value::Count(entries), Value::Count(cards), Value::Minutes(minutes)],
                ),
                Evidence::new("refused_share", [share(failed.len() as u64, entries)]),
            ],
            samples: self.samples(failed.into_iter()),
            ..verdict.for_reason("suspected_fraud")
        })
    }

    fn standing_still(&self, terminal: u32, verdict: &Verdict) -> Option<Verdict> {
        let standing: &Standing = self.own.standing.iter().find(|standing| standing.terminal == terminal)?;
        let rows = || standing.rows.clone().filter(|at| self.fleet.day.attempts[*at].mark == standing.mark);
        Some(Verdict {
            state: State::Own,
            observed: standing.episodes as u64,
            expected: Thousandths::default(),
            // A few in a row of two cards: strong, and yet not a statistic.
            confidence: Some(Thousandths(900)),
            start: rows().next().map(|at| self.moment(at)),
            end: rows().next_back().map(|at| self.moment(at)),
            ongoing: true,
            evidence: vec![Evidence::new("in_a_row", [Value::Count(standing.episodes as u64)])],
            samples: self.samples(rows()),
            ..verdict.for_reason(standing.reason.name())
        })
    }

    fn suffering(&self, terminal: u32, verdict: &Verdict) -> Option<Verdict> {
        let counts = &self.counts[terminal as usize];
        let most = counts.incidents.iter().fold(None::<(usize, u64)>, |best, next| match best {
            Some((_, hits)) if hits >= next.1 => best,
            _ => Some(*next),
        });
        let incident = &self.incidents[most?.0];
        let rows = || {
            let range = self.range(terminal);
            range.filter(|at| {
                let attempt = &self.fleet.day.attempts[*at];
                !attempt.mark.is_none()
                    && explaining(self.fleet, self.findings, self.groups, attempt).is_some()
            })
        };
        let evidence = counts.incidents.iter().map(|(at, hits)| {
            let id = u64::from(self.incidents[*at].id);
            Evidence::new(
                "inside_incident",
                [Value::Count(*hits), Value::Count(counts.failed), Value::Count(id)],
            )
        });
        Some(Verdict {
            state: State::Shared,
            observed: counts.explained(),
            expected: Thousandths::round(
                counts.expected * counts.explained() as f64 / counts.failed.max(1) as f64,
            ),
            confidence: Some(incident.confidence),
            start: rows().next().map(|at| self.moment(at)),
            end: rows().next_back().map(|at| self.moment(at)),
            ongoing: incident.ongoing,
            evidence: evidence.collect(),
            samples: self.samples(rows()),
            ..verdict.for_reason(incident.reason.name())
        })
    }

    /// Many failures, but not more than these customers bring.
    fn unusual(&self, terminal: u32, verdict: &Verdict) -> Option<Verdict> {
        let counts = &self.counts[terminal as usize];
        let failed = counts.failed as f64;
        let raw = nats(failed, self.fleet_rate * counts.attempts as f64, SPREAD);
        let adjusted = nats(failed, counts.expected, SPREAD);
        (raw > UNUSUAL.0 && adjusted < UNUSUAL.1).then(|| Verdict {
            state: State::Mix,
            observed: counts.failed,
            expected: Thousandths::round(counts.expected),
            evidence: vec![Evidence::new(
                "explained_by_mix",
                [Value::Count(counts.failed), Value::Decimal(Thousandths::round(counts.expected))],
            )],
            ..verdict.clone()
        })
    }

    /// A fault was weighed, and neither found nor ruled out.
    fn undecided(&self, terminal: u32, verdict: &Verdict) -> Option<Verdict> {
        let suspect = self.suspect(terminal).filter(|suspect| suspect.local_fdr < DOUBTFUL)?;
        let expected = Thousandths::round(suspect.inside.expected);
        let in_crowd = self.is_crowded(terminal).then(|| Evidence::new("in_a_crowd", []));
        Some(Verdict {
            state: State::Insufficient,
            observed: u64::from(suspect.inside.observed),
            expected,
            start: Some(self.fleet.moment(suspect.window.0)),
            end: Some(self.fleet.moment(suspect.window.1)),
            evidence: std::iter::once(Evidence::new(
                "more_than_expected",
                [Value::Count(u64::from(suspect.inside.observed)), Value::Decimal(expected)],
            ))
            .chain(in_crowd)
            .collect(),
            ..verdict.clone()
        })
    }

    fn too_few(&self, terminal: u32, verdict: &Verdict) -> Option<Verdict> {
        let counts = &self.counts[terminal as usize];
        (counts.attempts < FEWEST_ATTEMPTS).then(|| Verdict {
            state: State::Insufficient,
            observed: counts.failed,
            expected: Thousandths::round(counts.expected),
            evidence: vec![Evidence::new("too_few", [Value::Count(counts.attempts)])],
            ..verdict.clone()
        })
    }

    /// The first three of those attempts, as a help desk looks them up.
    fn samples(&self, attempts: impl Iterator<Item = usize>) -> Vec<Sample> {
        let failed = attempts.filter_map(|at| {
            let detail = self.fleet.table.detail(self.fleet.rows[at])?;
            Some(Sample {
                at: self.moment(at),
                stan: detail.stan,
                rrn: detail.rrn,
                code: self.fleet.ending(at).code,
                source: detail.source,
            })
        });
        failed.take(SAMPLES).collect()
    }

    fn moment(&self, attempt: usize) -> Timestamp {
        self.fleet.moment(self.fleet.day.attempts[attempt].at)
    }

    /// Whether nothing good came of that terminal after a moment, and its log shows no more.
    fn lasts(&self, terminal: u32, end: i64) -> bool {
        self.attempts(terminal).last().is_some_and(|attempt| attempt.at <= end)
    }
}

impl Verdict {
    /// The same with that reason and its cause.
    fn for_reason(&self, name: &str) -> Self {
        let reason = Reason::from_name(name);
        Self { reason, cause: reason.map(Reason::cause), ..self.clone() }
    }
}

fn share(part: u64, of: u64) -> Value {
    Value::Share(Thousandths::round(part as f64 / of.max(1) as f64))
}

/// A probability as a verdict's confidence.
fn confidence(probability: f64) -> Option<Thousandths> {
    Some(Thousandths::round(probability.clamp(0.0, MOST_CONFIDENCE)))
}
