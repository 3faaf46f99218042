//! A terminal's own fault: does its sequence of attempts look like one of the signatures, more than its
//! mix, its site and chance explain?
//!
//! Each terminal with enough hits gets a Bayes factor for every signature, over every window and effect;
//! two groups learned over the fleet turn it into a local false discovery rate. Shared incidents enter
//! only through the expected rate, which inside one is the incident's own: who merely suffers shows no
//! excess. What to call a terminal in the end (`mixed`, `silent`, `attack`) is not decided here.

mod evidence;
mod fleet;
mod groups;
mod health;
mod lanes;
mod level;
mod profiles;
mod runs;
mod segments;
mod shape;
mod signatures;
mod standing;
mod sums;

pub use evidence::Counts;
pub use health::{Health, LN_FACTOR_EDGES};
pub use level::Spread;
pub use segments::Family;
pub use signatures::{Signature, SignatureMark, Signatures};
pub use standing::Standing;

use crate::{Attempt, Day, Mark, UNTOLD};
use evidence::{Answers, Reader, Set, Shown};
use fleet::Fleet;
use groups::{Groups, Likelihood, Posterior};
use posmortem_classify::Reason;
use posmortem_iso8583::EntryMode;
use profiles::{ln_factors, profiles};
use rayon::prelude::*;
use runs::Runs;
use segments::{COMPONENTS, LEVELS, Sequence};
use std::ops::{Range, RangeInclusive};

/// When a terminal is blamed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OwnSettings {
    /// The largest probability that it has no fault after all. 0.5 gives the best balance of precision
    /// and recall, 0.2 suits where sending somebody out is dear, 0.05 is as good as confirmed.
    pub local_fdr: f64,
    /// The fewest distinct cards among its hits in the window.
    pub cards: usize,
}

impl Default for OwnSettings {
    fn default() -> Self {
        Self { local_fdr: 0.5, cards: 2 }
    }
}

/// What the test found.
#[derive(Clone, Debug)]
pub struct OwnTest {
    /// Terminals with more hits of a signature than expected, faulty or not, in their order; each once,
    /// with the signature that explains it best.
    pub suspects: Vec<Suspect>,
    /// Terminals with hardly any attempts that stand still for one reason, in their order.
    pub standing: Vec<Standing>,
    /// By signature, how much good terminals differ.
    pub spreads: Vec<Spread>,
    /// By signature, the share of terminals that is believed to have such a fault.
    pub prevalence: Vec<f64>,
    /// Whether the day bears the test.
    pub health: Health,
    counts: Vec<Counts>,
}

/// A terminal that may be at fault.
#[derive(Clone, Debug, PartialEq)]
pub struct Suspect {
    /// Its value in the dimension of terminals.
    pub terminal: u32,
    /// Whether it is blamed.
    pub own: bool,
    /// The place of the signature in [`Signatures`].
    pub signature: usize,
    /// What the fault is called, by the mark that leads in the window; of equal ones the first in the
    /// table.
    pub reason: Reason,
    /// The kind of window that explains it best.
    pub family: Family,
    /// The attempts from the first to the last in the window, in [`Day::attempts`].
    pub rows: Range<usize>,
    /// When the first attempt in the window began, and the last, in milliseconds.
    pub window: (i64, i64),
    /// What the terminal shows of the signature in the window.
    pub inside: Counts,
    /// The share of its attempts that the fault hit, by what was observed and expected in the window.
    pub effect: f64,
    /// Distinct cards among the hits in the window; a card that the log does not tell is its own.
    pub cards: usize,
    /// The logarithm of the signature's Bayes factor at fixed weights: those of several days add up.
    pub ln_bayes_factor: f64,
    /// The probability that it has none of the faults.
    pub local_fdr: f64,
    /// The marks of the hits in the window, in the order of the table.
    pub marks: Vec<(Mark, u32)>,
    /// The signature that explains it second best, with that signature's probability.
    pub runner_up: Option<(usize, f64)>,
}

impl OwnTest {
    /// The terminals that are blamed, in their order.
    pub fn own(&self) -> impl Iterator<Item = &Suspect> {
        self.suspects.iter().filter(|suspect| suspect.own)
    }

    /// What a terminal shows of a signature over the whole day.
    ///
    /// # Panics
    /// When there is no such terminal or signature.
    pub fn counts(&self, terminal: u32, signature: usize) -> Counts {
        assert!(signature < self.spreads.len(), "there is such a signature");
        self.counts[terminal as usize * self.spreads.len() + signature]
    }

    /// The smallest share of a terminal's attempts that a fault all day long would have had to hit to be
    /// blamed; `None` where it has too few attempts for any.
    ///
    /// # Panics
    /// When there is no such terminal or signature.
    pub fn least_effect(&self, terminal: u32, signature: usize) -> Option<f64> {
        let counts = self.counts(terminal, signature);
        let attempts = f64::from(counts.attempts);
        let rate = counts.expected / attempts.max(1.0);
        let price = -libm::log(self.prevalence[signature]) + libm::log(COMPONENTS as f64);
        let is_seen = |effect: f64| {
            let hits = attempts * effect;
            hits >= 2.0 && hits * (libm::log(effect / rate) - 1.0) >= price
        };
        // In steps of half a percent: finer than anybody can act on.
        (6..=190).map(|step| f64::from(step) / 200.0).find(|&effect| is_seen(effect))
    }
}

/// What attempts are expected to show: inside a shared incident at that incident's own rate.
///
/// A closure over attempt and mark is one. What knows that most attempts fall into few classes says so, and
/// spares the test most of its sums.
pub trait Expected: Sync {
    /// The share of such attempts that is expected to show the mark.
    fn rate(&self, attempt: &Attempt, mark: Mark) -> f64;

    /// The share of such fall backs that tell that data of the chip were missing, without any fault of the
    /// terminal; `None` where nobody knows.
    fn icc_missing(&self, _: &Attempt) -> Option<f64> {
        None
    }

    /// The class of an attempt, if its rates are those of the class; below [`Expected::classes`]. Only the rate of
    /// the mark that a fall back ends with may be another.
    fn class(&self, _: &Attempt) -> Option<usize> {
        None
    }

    /// How many classes there are.
    fn classes(&self) -> usize {
        0
    }

    /// The rate of a mark in a class, below [`Expected::classes`].
    fn rate_of_class(&self, _: usize, _: Mark) -> f64 {
        0.0
    }
}

impl<F: Fn(&Attempt, Mark) -> f64 + Sync> Expected for F {
    fn rate(&self, attempt: &Attempt, mark: Mark) -> f64 {
        self(attempt, mark)
    }
}

/// Which suspects are described.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Described {
    /// All of them.
    All,
    /// Those that may be blamed: who is not is not even listed.
    Blamed,
}

/// Tests every terminal of a day.
///
/// `entry_modes` tells what the values of `Attribute::EntryMode` are. `expected` is the share of such
/// attempts that is expected to show a mark, inside a shared incident that of the incident. `cards` tells
/// the card of an attempt by its place in [`Day::attempts`]; any number serves that differs by card.
/// Attempts without a terminal are not tested.
pub fn own_faults<E, C>(
    day: &Day,
    signatures: &Signatures,
    entry_modes: &[EntryMode],
    settings: &OwnSettings,
    expected: &E,
    cards: &C,
) -> OwnTest
where
    E: Expected,
    C: Fn(usize) -> Option<u64> + Sync,
{
    test(day, signatures, entry_modes, settings, Described::All, expected, cards)
}

/// The same, with the suspects that are asked for.
pub(crate) fn test<E, C>(
    day: &Day,
    signatures: &Signatures,
    entry_modes: &[EntryMode],
    settings: &OwnSettings,
    described: Described,
    expected: &E,
    cards: &C,
) -> OwnTest
where
    E: Expected,
    C: Fn(usize) -> Option<u64> + Sync,
{
    let reader = Reader::new(day, signatures, entry_modes, expected, cards);
    // What a terminal shows of all signatures takes more room than all else that is held of it: it is written once.
    // A table may have no signatures.
    let room = signatures.len().max(1);
    let mut shown = vec![Shown::default(); day.sequences.len() * room];
    let answers: Vec<Answers> = day
        .sequences
        .par_iter()
        .zip(shown.par_chunks_mut(room))
        .enumerate()
        .map(|(terminal, (range, shown))| match terminal == UNTOLD as usize {
            true => reader.untold(range.clone()),
            false => reader.counts(range.clone(), &mut shown[..signatures.len()]),
        })
        .collect();
    let fleet = Fleet::new(day, signatures, &shown, &answers);
    let likelihoods: Vec<Likelihood> = fleet
        .candidates(&shown)
        .into_par_iter()
        .map_init(Runs::default, |runs, (terminal, signature)| {
            let sequence = reader.sequence(day.sequences[terminal as usize].clone(), signature);
            let (levels, weights) = fleet.levels(terminal, signature, &shown);
            let profiles = profiles(signatures.get(signature), &sequence, fleet.told);
            let ln_factors = ln_factors(&profiles, &sequence.weighed(), &levels, &weights, runs);
            Likelihood { terminal, signature, ln_factors }
        })
        .collect();
    let groups = Groups::learn(&likelihoods, fleet.terminals, signatures.len());
    let of_terminals: Vec<&[Likelihood]> = likelihoods.chunk_by(|a, b| a.terminal == b.terminal).collect();
    let suspects: Vec<Suspect> = of_terminals
        .into_par_iter()
        .map_init(Runs::default, |runs, likelihoods| {
            let found = Found { day, reader: &reader, signatures, fleet: &fleet, shown: &shown };
            found.suspect(&groups, likelihoods, settings, described, runs)
        })
        .collect::<Vec<Option<Suspect>>>()
        .into_iter()
        .flatten()
        .collect();
    let mut counts: Vec<Counts> = shown.into_iter().map(|shown| shown.all).collect();
    // They are collected where `shown` was, which takes twice the room.
    counts.shrink_to_fit();
    let health = Health::of(&suspects, &likelihoods, &counts, signatures.len());
    let standing = standing::standing(day, signatures, expected, cards);
    OwnTest { suspects, standing, spreads: fleet.spreads, prevalence: groups.prevalence, health, counts }
}

/// What a suspect is described from.
struct Found<'a, E, C> {
    day: &'a Day,
    reader: &'a Reader<'a, E, C>,
    signatures: &'a Signatures,
    fleet: &'a Fleet,
    shown: &'a [Shown],
}

impl<E, C> Found<'_, E, C>
where
    E: Expected,
    C: Fn(usize) -> Option<u64>,
{
    /// Describes a terminal by its leading signature, if that is asked for.
    fn suspect(
        &self,
        groups: &Groups,
        likelihoods: &[Likelihood],
        settings: &OwnSettings,
        described: Described,
        runs: &mut Runs,
    ) -> Option<Suspect> {
        let Posterior { none, by_signature } = groups.posterior(likelihoods);
        if described == Described::Blamed && none > settings.local_fdr {
            return None;
        }
        let leading = largest(&by_signature, None).expect("a suspect has a signature");
        let runner_up = largest(&by_signature, Some(leading));
        let likelihood = &likelihoods[leading];
        let component = groups.leading_component(likelihood);
        let evidence = self
            .reader
            .evidence(self.day.sequences[likelihood.terminal as usize].clone(), likelihood.signature);
        let inside = self.peak(likelihood, component, &evidence.sequence, runs);
        let rows = &evidence.rows[inside];
        let mut suspect = self.describe(likelihood, rows);
        suspect.own = none <= settings.local_fdr && suspect.cards >= settings.cards;
        suspect.local_fdr = none;
        suspect.family = Family::of(component);
        suspect.runner_up = runner_up.map(|at| (likelihoods[at].signature, by_signature[at]));
        Some(suspect)
    }

    /// The window with the largest term, at the shares and the level that are most likely; the first
    /// of equal ones.
    fn peak(
        &self,
        likelihood: &Likelihood,
        component: usize,
        sequence: &Sequence,
        runs: &mut Runs,
    ) -> RangeInclusive<usize> {
        let (levels, weights) = self.fleet.levels(likelihood.terminal, likelihood.signature, self.shown);
        let profiles = profiles(self.signatures.get(likelihood.signature), sequence, self.fleet.told);
        let weighed = sequence.weighed();
        let terms = profiles.iter().flat_map(|of| of.ln_terms(&weighed, &levels, &weights, runs)[component]);
        let terms: Vec<f64> = terms.collect();
        let best = largest(&terms, None).expect("there are levels");
        weighed.peak(component, &profiles[best / LEVELS].shape, levels[best % LEVELS])
    }

    fn describe(&self, likelihood: &Likelihood, rows: &[usize]) -> Suspect {
        let signature = self.signatures.get(likelihood.signature);
        let mut inside = Counts::default();
        let mut hits = vec![0; signature.marks.len()];
        let mut known = Set::default();
        let mut untold = 0;
        for &row in rows {
            let attempt = &self.day.attempts[row];
            inside.attempts += 1;
            inside.expected += self.reader.rate(attempt, likelihood.signature);
            if let Some(place) = self.reader.hit(attempt, likelihood.signature) {
                inside.observed += 1;
                hits[place] += 1;
                match self.reader.card(row) {
                    Some(card) => _ = known.insert(card),
                    None => untold += 1,
                }
            }
        }
        let most = hits.iter().max().copied().unwrap_or(0);
        let leading = hits.iter().position(|&hits| hits == most).unwrap_or(0);
        let marks = signature.marks.iter().zip(&hits).filter(|(_, hits)| **hits > 0);
        let (first, last) = (rows[0], rows[rows.len() - 1]);
        let excess = f64::from(inside.observed) - inside.expected;
        Suspect {
            terminal: likelihood.terminal,
            own: false,
            signature: likelihood.signature,
            reason: signature.marks[leading].reason,
            family: Family::WholeDay,
            rows: first..last + 1,
            window: (self.day.attempts[first].at, self.day.attempts[last].at),
            effect: (excess / (f64::from(inside.attempts) - inside.expected).max(1.0)).clamp(0.0, 1.0),
            inside,
            cards: known.len() + untold,
            ln_bayes_factor: likelihood.ln_bayes_factor(),
            local_fdr: 1.0,
            marks: marks.map(|(mark, &hits)| (mark.mark, hits)).collect(),
            runner_up: None,
        }
    }
}

/// The place of the largest value but that one; of equal ones the first.
fn largest(values: &[f64], but: Option<usize>) -> Option<usize> {
    let others = (0..values.len()).filter(|&at| Some(at) != but);
    others.reduce(|best, at| if values[at] > values[best] { at } else { best })
}

#[cfg(test)]
pub(crate) mod tests;
