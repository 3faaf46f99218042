//! Which attempts of a terminal could have shown a signature, and which did.
//!
//! Repeats of a failed payment and attacks count neither way. Nor does a card that hit before: a card
//! that fails again tells of the card.

use super::Expected;
use super::lanes::{self, Eligible, Lanes, Sums, WIDTH, lanes};
use super::segments::{Sequence, Trial};
use crate::expectation::ICC_MISSING_BY_FAULT;
use crate::{Attempt, Attribute, Day, Flags, Mark, SignatureMark, Signatures};
use foldhash::fast::FixedState;
use posmortem_iso8583::EntryMode;
use std::ops::Range;

/// What a terminal shows of a signature.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    /// Attempts that could have shown it.
    pub attempts: u32,
    /// Those that did.
    pub observed: u32,
    /// How many were to be expected, by the rates of its mix and of shared incidents.
    pub expected: f64,
}

/// The counts of a terminal and a signature.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shown {
    pub(super) all: Counts,
    /// Those outside of shared incidents, which tell of the terminal's natural level.
    pub(super) calm: Counts,
}

/// What a terminal's messages tell beyond marks.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Answers {
    /// Those that took long.
    pub(super) slow: u32,
    /// All that count.
    pub(super) all: u32,
    /// Whether one, counting or not, tells of missing data of the chip.
    pub(super) icc_missing: bool,
}

/// From this expected rate on an attempt lies in a shared incident. Rates of good days are 2 % at the
/// most (fall backs).
pub(super) const INCIDENT_RATE: f64 = 0.08;

/// A terminal's attempts as evidence of one signature.
pub(super) struct Evidence {
    pub(super) sequence: Sequence,
    /// By element of the sequence: its place in [`Day::attempts`].
    pub(super) rows: Vec<usize>,
}

/// Reads evidence out of a day.
pub(super) struct Reader<'a, E, C> {
    day: &'a Day,
    signatures: &'a Signatures,
    /// By value of the entry mode and signature.
    eligible: Vec<Vec<bool>>,
    /// By mark: signature and place.
    of_mark: Vec<Option<(usize, usize)>>,
    /// By value of the entry mode: the same as lanes of [`Sums`].
    eligible_lanes: Vec<Eligible>,
    /// By class of attempts: by signature the sum of its marks' rates, as lanes of [`Sums`].
    by_class: Vec<Lanes>,
    expected: &'a E,
    cards: &'a C,
}

impl<'a, E, C> Reader<'a, E, C>
where
    E: Expected,
    C: Fn(usize) -> Option<u64>,
{
    pub(super) fn new(
        day: &'a Day,
        signatures: &'a Signatures,
        entry_modes: &[EntryMode],
        expected: &'a E,
        cards: &'a C,
    ) -> Self {
        let values = entry_modes.iter().copied().chain([EntryMode::Unknown]);
        let eligible: Vec<Vec<bool>> = values
            .map(|mode| signatures.iter().map(|signature| signature.is_eligible(mode)).collect())
            .collect();
        let eligible_lanes = eligible.iter().flat_map(|of| lanes::eligible(of)).collect();
        let of_mark = Mark::all().map(|mark| signatures.of_mark(mark)).collect();
        let of_class = |class| {
            let rate = move |mark: &SignatureMark| expected.rate_of_class(class, mark.mark).max(mark.floor);
            lanes(signatures.iter().map(move |signature| signature.marks.iter().map(rate).sum::<f64>()))
        };
        let by_class = (0..expected.classes()).flat_map(of_class).collect();
        Self { day, signatures, eligible, of_mark, eligible_lanes, by_class, expected, cards }
    }

    /// What the messages of attempts without a terminal tell.
    pub(super) fn untold(&self, range: Range<usize>) -> Answers {
        let is_told = |attempt: &Attempt| attempt.flags.has(Flags::ICC_MISSING);
        Answers { icc_missing: self.day.attempts[range].iter().any(is_told), ..Answers::default() }
    }

    /// By signature, what the attempts of that range show, and what their messages tell.
    pub(super) fn counts(&self, range: Range<usize>) -> (Vec<Shown>, Answers) {
        let mut answers = Answers::default();
        let mut sums = Sums::new(self.signatures.len());
        let mut seen = Set::default();
        for row in range {
            let attempt = &self.day.attempts[row];
            answers.icc_missing |= attempt.flags.has(Flags::ICC_MISSING);
            if attempt.flags.has_any(UNCOUNTED) {
                continue;
            }
            answers.slow += if attempt.flags.has(Flags::SLOW) { u32::from(attempt.count) } else { 0 };
            answers.all += u32::from(attempt.count);
            let class = self.expected.class(attempt);
            let shows_something = !attempt.mark.is_none() || attempt.flags.has(Flags::FELL_BACK);
            match class {
                Some(class) if !shows_something => {
                    let blocks = sums.blocks();
                    let rates = &self.by_class[class * blocks..][..blocks];
                    sums.add(
                        attempt.count,
                        rates,
                        &self.eligible_lanes[self.mode(attempt) * blocks..][..blocks],
                    );
                }
                _ => {
                    for signature in 0..self.signatures.len() {
                        if !self.eligible(attempt)[signature] {
                            continue;
                        }
                        let hit = shows_something && self.hit(attempt, signature).is_some();
                        if hit && self.hit_before(row, signature, &mut seen) {
                            continue;
                        }
                        sums.add_one(signature, attempt.count, hit, self.rate_in(class, attempt, signature));
                    }
                }
            }
        }
        (sums.shown(self.signatures.len()), answers)
    }

    /// What the attempts of that range show of one signature, one by one.
    pub(super) fn evidence(&self, range: Range<usize>, signature: usize) -> Evidence {
        let mut evidence = Evidence { sequence: Sequence::default(), rows: Vec::with_capacity(range.len()) };
        evidence.sequence.trials.reserve(range.len());
        let mut seen = Set::default();
        let mut after_sign_on = false;
        for row in range {
            let attempt = &self.day.attempts[row];
            after_sign_on |= attempt.flags.has(Flags::AFTER_SIGN_ON);
            if attempt.flags.has_any(UNCOUNTED) || !self.eligible(attempt)[signature] {
                continue;
            }
            let hit = self.hit(attempt, signature);
            if hit.is_some() && self.hit_before(row, signature, &mut seen) {
                continue;
            }
            if std::mem::take(&mut after_sign_on) {
                evidence.sequence.after_sign_on.push(evidence.rows.len());
            }
            let is_slow = attempt.flags.has(Flags::SLOW) && self.signatures.get(signature).slows > 0.0;
            let miss = if is_slow { Trial::Slow } else { Trial::Miss };
            let trial = hit.map_or(miss, |place| self.trial(attempt, signature, place));
            for _ in 0..attempt.count {
                evidence.sequence.trials.push(trial);
                evidence.rows.push(row);
            }
        }
        evidence
    }

    /// The card of an attempt.
    pub(super) fn card(&self, row: usize) -> Option<u64> {
        (self.cards)(row)
    }

    /// The place of the mark that an attempt shows, in the signature.
    pub(super) fn hit(&self, attempt: &Attempt, signature: usize) -> Option<usize> {
        let of = |mark: Mark| self.of(mark).filter(|hit| hit.0 == signature).map(|hit| hit.1);
        let fell_back = attempt.flags.has(Flags::FELL_BACK).then(|| of(Mark::FELL_BACK)).flatten();
        fell_back.or_else(|| of(attempt.mark))
    }

    /// The signature that a mark belongs to, and its place there.
    fn of(&self, mark: Mark) -> Option<(usize, usize)> {
        self.of_mark.get(mark.index()).copied().flatten()
    }

    /// The expected share of such attempts that show the signature.
    pub(super) fn rate(&self, attempt: &Attempt, signature: usize) -> f64 {
        self.rate_in(self.expected.class(attempt), attempt, signature)
    }

    /// The same for an attempt whose class is known.
    fn rate_in(&self, class: Option<usize>, attempt: &Attempt, signature: usize) -> f64 {
        if let Some(class) = class {
            let blocks = self.signatures.len().div_ceil(WIDTH);
            return self.by_class[class * blocks + signature / WIDTH][signature % WIDTH];
        }
        let marks = &self.signatures.get(signature).marks;
        marks.iter().map(|mark| self.expected.rate(attempt, mark.mark).max(mark.floor)).sum()
    }

    fn trial(&self, attempt: &Attempt, signature: usize, place: usize) -> Trial {
        let mark = self.signatures.get(signature).marks[place];
        let mut rate = self.expected.rate(attempt, mark.mark).max(mark.floor);
        if mark.mark == Mark::FELL_BACK && self.of(attempt.mark).is_some_and(|of| of.0 == signature) {
            // Two marks at once: how often a good reader's fall back is refused so is in the rates.
            rate *= (self.expected.rate(attempt, attempt.mark) / REFUSED_BY_FAULT).min(1.0);
        }
        let mut telling = rate;
        if let Some(usual) =
            self.expected.icc_missing(attempt).filter(|_| attempt.flags.has(Flags::FELL_BACK))
        {
            let told = attempt.flags.has(Flags::ICC_MISSING);
            let of = |share: f64| if told { share } else { 1.0 - share };
            telling *= of(usual) / of(ICC_MISSING_BY_FAULT);
        }
        Trial::Hit { place, rate, telling, in_incident: self.rate(attempt, signature) >= INCIDENT_RATE }
    }

    fn eligible(&self, attempt: &Attempt) -> &[bool] {
        &self.eligible[self.mode(attempt)]
    }

    fn mode(&self, attempt: &Attempt) -> usize {
        let value = self.day.leaves.value(Attribute::EntryMode.dimension(), attempt.leaf) as usize;
        // The last stands for values that nobody named.
        value.min(self.eligible.len() - 1)
    }

    fn hit_before(&self, row: usize, signature: usize, seen: &mut Set<(usize, u64)>) -> bool {
        (self.cards)(row).is_some_and(|card| !seen.insert((signature, card)))
    }
}

/// A set that only answers whether something is in it: its order never shows.
pub(super) type Set<T> = hashbrown::HashSet<T, FixedState>;

/// The share of a faulty reader's fall backs that are refused with one of its signature's codes, taken
/// from none too many: more would make each of them say less.
const REFUSED_BY_FAULT: f64 = 0.3;

/// Neither hits nor misses.
pub(super) const UNCOUNTED: Flags = Flags::NEUTRAL.with(Flags::ATTACK);
