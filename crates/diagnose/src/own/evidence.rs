//! Which attempts of a terminal could have shown a signature, and which did.
//!
//! Repeats of a failed payment and attacks count neither way. Nor does a card that hit before: a card
//! that fails again tells of the card.

use super::Expected;
use super::lanes::{Lanes, Sums, WIDTH, lanes};
use super::segments::{Sequence, Trial};
use crate::expectation::ICC_MISSING_BY_FAULT;
use crate::{Attempt, Attribute, Day, Flags, Half, Leaves, Mark, SignatureMark, Signatures};
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
const INCIDENT_RATE: f64 = 0.08;

/// Whether an attempt with that expected rate lies in none.
pub(super) fn is_calm(rate: f64) -> bool {
    rate < INCIDENT_RATE
}

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
    eligible_lanes: Vec<Lanes>,
    /// The half of leaves that tells entry modes, if one does; and by its entry, else by leaf, the place of the
    /// entry mode in `eligible`.
    modes: (Option<Half>, Vec<u32>),
    /// By class of attempts: by signature the sum of its marks' rates, as lanes of [`Sums`].
    by_class: Vec<Lanes>,
    /// By class of attempts: whether it lies outside of incidents by all of those rates.
    is_calm: Vec<bool>,
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
        let eligible_lanes =
            eligible.iter().flat_map(|of| lanes(of.iter().map(|is| f64::from(u8::from(*is))))).collect();
        let of_mark = Mark::all().map(|mark| signatures.of_mark(mark)).collect();
        let of_class = |class| {
            let rate = move |mark: &SignatureMark| expected.rate_of_class(class, mark.mark).max(mark.floor);
            lanes(signatures.iter().map(move |signature| signature.marks.iter().map(rate).sum::<f64>()))
        };
        let blocks = signatures.len().div_ceil(WIDTH).max(1);
        let mut by_class: Vec<Lanes> = Vec::with_capacity(expected.classes() * blocks);
        (0..expected.classes()).for_each(|class| by_class.extend(of_class(class)));
        let is_calm = by_class.chunks(blocks).map(|rates| rates.iter().flatten().all(|rate| is_calm(*rate)));
        Self {
            is_calm: is_calm.collect(),
            modes: modes(&day.leaves, eligible.len()),
            day,
            signatures,
            eligible,
            of_mark,
            eligible_lanes,
            by_class,
            expected,
            cards,
        }
    }

    /// What the messages of attempts without a terminal tell.
    pub(super) fn untold(&self, range: Range<usize>) -> Answers {
        let is_told = |attempt: &Attempt| attempt.flags.has(Flags::ICC_MISSING);
        Answers { icc_missing: self.day.attempts[range].iter().any(is_told), ..Answers::default() }
    }

    /// What the messages of the attempts of that range tell; and, written to `shown`, what they show of each
    /// signature.
    pub(super) fn counts(&self, range: Range<usize>, shown: &mut [Shown]) -> Answers {
        let mut answers = Answers::default();
        let mut sums = Sums::new(self.signatures.len(), self.eligible.len());
        let mut seen = Set::default();
        for row in range {
            let attempt = &self.day.attempts[row];
            answers.icc_missing |= attempt.flags.has(Flags::ICC_MISSING);
            if attempt.flags.has_any(UNCOUNTED) {
                continue;
            }
            answers.slow += if attempt.flags.has(Flags::SLOW) { u32::from(attempt.count) } else { 0 };
            answers.all += u32::from(attempt.count);
            let (class, mode) = (self.expected.class(attempt), self.mode(attempt));
            match class {
                Some(class) if !self.may_hit(attempt) => {
                    let blocks = sums.blocks();
                    let rates = &self.by_class[class * blocks..][..blocks];
                    let eligible = &self.eligible_lanes[mode * blocks..][..blocks];
                    sums.add(attempt.count, rates, self.is_calm[class], (mode, eligible));
                }
                _ => {
                    for signature in (0..self.signatures.len()).filter(|at| self.eligible[mode][*at]) {
                        let hit = self.hit(attempt, signature).is_some();
                        if hit && self.hit_before(row, signature, &mut seen) {
                            continue;
                        }
                        sums.add_one(signature, attempt.count, hit, self.rate_in(class, attempt, signature));
                    }
                }
            }
        }
        sums.write(&self.eligible, shown);
        answers
    }

    /// What the attempts of that range show of one signature, one by one.
    pub(super) fn evidence(&self, range: Range<usize>, signature: usize) -> Evidence {
        let mut rows = Vec::with_capacity(range.len());
        let sequence = self.walk(range, signature, |row| rows.push(row));
        Evidence { sequence, rows }
    }

    /// The same without their places in the day.
    pub(super) fn sequence(&self, range: Range<usize>, signature: usize) -> Sequence {
        self.walk(range, signature, |_| ())
    }

    fn walk(&self, range: Range<usize>, signature: usize, mut each: impl FnMut(usize)) -> Sequence {
        let eligible: Vec<bool> = self.eligible.iter().map(|of| of[signature]).collect();
        let slows = self.signatures.get(signature).slows > 0.0;
        let mut sequence = Sequence::default();
        let mut seen = Set::default();
        let mut after_sign_on = false;
        for row in range {
            let attempt = &self.day.attempts[row];
            after_sign_on |= attempt.flags.has(Flags::AFTER_SIGN_ON);
            if attempt.flags.has_any(UNCOUNTED) || !eligible[self.mode(attempt)] {
                continue;
            }
            let hit = self.hit(attempt, signature);
            if hit.is_some() && self.hit_before(row, signature, &mut seen) {
                continue;
            }
            if std::mem::take(&mut after_sign_on) {
                sequence.after_sign_on.push(sequence.len);
            }
            let miss = if slows && attempt.flags.has(Flags::SLOW) { Trial::Slow } else { Trial::Miss };
            let trial = hit.map_or(miss, |place| self.trial(attempt, signature, place));
            for _ in 0..attempt.count {
                if trial != Trial::Miss {
                    sequence.shown.push((sequence.len, trial));
                }
                sequence.len += 1;
                each(row);
            }
        }
        sequence
    }

    /// The card of an attempt.
    pub(super) fn card(&self, row: usize) -> Option<u64> {
        (self.cards)(row)
    }

    /// Whether an attempt is a hit of any signature.
    #[inline]
    fn may_hit(&self, attempt: &Attempt) -> bool {
        attempt.shows() && (attempt.flags.has(Flags::FELL_BACK) || self.of(attempt.mark).is_some())
    }

    /// The place of the mark that an attempt shows, in the signature.
    pub(super) fn hit(&self, attempt: &Attempt, signature: usize) -> Option<usize> {
        if !attempt.shows() {
            return None;
        }
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
        let is_refused = || self.of(attempt.mark).is_some_and(|of| of.0 == signature);
        // That a fall back is refused is no matter of its class.
        if let Some(class) = class.filter(|_| !(attempt.flags.has(Flags::FELL_BACK) && is_refused())) {
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
        Trial::Hit { place, rate, telling, in_incident: !is_calm(self.rate(attempt, signature)) }
    }

    #[inline]
    fn mode(&self, attempt: &Attempt) -> usize {
        let (half, modes) = &self.modes;
        modes[self.day.leaves.entry(*half, attempt.leaf) as usize] as usize
    }

    fn hit_before(&self, row: usize, signature: usize, seen: &mut Set<(usize, u64)>) -> bool {
        (self.cards)(row).is_some_and(|card| !seen.insert((signature, card)))
    }
}

/// The half of leaves that tells entry modes, and by its entry the value, else by leaf: the last of so many
/// stands for values that nobody named.
fn modes(leaves: &Leaves, values: usize) -> (Option<Half>, Vec<u32>) {
    let dimension = Attribute::EntryMode.dimension();
    let half = leaves.half_of(&[dimension]);
    let value = |entry| leaves.value_of_entry(dimension, half, entry).min(values as u32 - 1);
    (half, (0..leaves.entries(half) as u32).map(value).collect())
}

/// A set that only answers whether something is in it: its order never shows.
pub(super) type Set<T> = hashbrown::HashSet<T, FixedState>;

/// The share of a faulty reader's fall backs that are refused with one of its signature's codes, taken
/// from none too many: more would make each of them say less.
const REFUSED_BY_FAULT: f64 = 0.3;

/// Neither hits nor misses.
pub(super) const UNCOUNTED: Flags = Flags::NEUTRAL.with(Flags::ATTACK);

#[cfg(test)]
mod tests;
