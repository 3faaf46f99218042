//! The attempts of one scope and group in a window, and what their parts say: a narrower scope, a few
//! sequences, and where exactly the incident begins and ends.
//!
//! Decides nothing about other scopes.

use libm::{exp, log};

use super::scopes::Kind;
use super::score::{ONE, gain, kl, largest_run, number};
use super::sheet::{Row, Tally};
use crate::{Dimension, Leaves, UNTOLD};

/// What a rate common to all costs, in nats: its value and that there is one.
const COMMON_RATE: f64 = 9.4;

/// What the rest of a scope must show, in nats, for the excess to be the scope's and not a part's: ten
/// to one.
const REST: f64 = std::f64::consts::LN_10;

/// A part shows an excess with this share of what the scope's common one would be there: a fault need
/// not hit all of its scope alike.
const SHOWS: f64 = 0.1;

/// What a sequence's own rate costs, in nats.
const OWN_RATE: f64 = 6.0;

/// The scope without its worst sequence must hold this much, or that sequence is to blame: ln 100.
const WITHOUT_WORST: f64 = 4.605_170_185_988_092;

/// Counts by value of something, in rising order of the values.
pub(crate) fn tallies(rows: &[Row], value: impl Fn(u32) -> u32) -> Vec<(u32, Tally)> {
    let mut parts: Vec<_> = rows.iter().map(|row| (value(row.leaf), row.tally())).collect();
    parts.sort_by_key(|&(value, _)| value);
    parts.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1.add(next.1);
        }
        same
    });
    parts
}

/// All counts.
pub(crate) fn total(rows: &[Row]) -> Tally {
    let mut total = Tally::default();
    rows.iter().for_each(|row| total.add(row.tally()));
    total
}

/// What one rate, common to all parts, explains of their counts, in nats.
fn gain_of_common_rate(parts: &[(u32, Tally)], total: Tally) -> f64 {
    let besides = total.excess() / total.attempts as f64;
    let of_part = |part: &Tally| gain(part.hits(), part.norm(), part.norm() + besides * part.attempts as f64);
    parts.iter().map(|(_, part)| of_part(part)).sum()
}

/// Whether the rest of a scope shows an excess of its own.
pub(crate) fn is_hit(rest: Tally, concentration: f64) -> bool {
    kl(rest.hits(), rest.norm(), concentration) >= REST
}

/// How a scope's excess lies in one of its parts.
pub(crate) struct Parted {
    parts: Vec<(u32, Tally)>,
    total: Tally,
    rest: Tally,
    part: Tally,
    value: u32,
}

impl Parted {
    /// By the part of that value, or else by the one with most of the excess.
    pub(crate) fn new(rows: &[Row], kind: &Kind<'_>, value: Option<u32>) -> Option<Self> {
        let parts = tallies(rows, |leaf| kind.value(leaf));
        let total = total(rows);
        let told = parts.iter().filter(|part| part.0 != UNTOLD && value.is_none_or(|value| value == part.0));
        let &(value, part) =
            told.min_by(|one, other| other.1.excess().total_cmp(&one.1.excess()).then(one.0.cmp(&other.0)))?;
        Some(Self { rest: total.without(part), total, part, value, parts })
    }

    /// Whether the rest shows the excess as well: significantly, and in half as many of its parts as
    /// would show it at a rate common to all. What is no more than drift shows nothing.
    pub(crate) fn is_spread(&self, concentration: f64, least_ratio: f64) -> bool {
        if !is_hit(self.rest, concentration) {
            return false;
        }
        let besides = self.total.excess() / self.total.attempts as f64;
        let (mut shown, mut due) = (0.0, 0.0);
        for (_, part) in self.parts.iter().filter(|(value, _)| *value != self.value) {
            let shows = part.observed > 0
                && part.hits() >= least_ratio * part.norm()
                && part.excess() >= SHOWS * besides * part.attempts as f64;
            shown += if shows { 1.0 } else { 0.0 };
            due += 1.0 - exp(-(part.norm() + besides * part.attempts as f64));
        }
        shown >= due / 2.0
    }

    /// The value of the part if it explains the excess alone, and by how much better than the whole
    /// does, in nats, when it costs so much more. It holds at least half of the excess.
    pub(crate) fn alone(&self, dearer: f64) -> Option<(u32, f64)> {
        if self.part.excess() * 2.0 < self.total.excess() || self.rest.attempts == 0 {
            return None;
        }
        let alone = kl(self.part.hits(), self.part.norm(), f64::INFINITY) - dearer;
        let better = alone - gain_of_common_rate(&self.parts, self.total);
        (better > 0.0).then_some((self.value, better))
    }
}

/// The sequences that explain the excess better than the scope as a whole: none where it is shared.
/// In rising order. Attempts whose terminal is not told are nobody's own.
pub(crate) fn blamed(
    rows: &[Row],
    terminal: Dimension,
    leaves: &Leaves,
    concentration: f64,
) -> Vec<(u32, Tally)> {
    let parts = tallies(rows, |leaf| leaves.value(terminal, leaf));
    let total = total(rows);
    let common = gain_of_common_rate(&parts, total) - COMMON_RATE;
    let own = |part: &Tally| kl(part.hits(), part.norm(), f64::INFINITY) - OWN_RATE;
    let mut told: Vec<_> = parts.into_iter().filter(|&(sequence, _)| sequence != UNTOLD).collect();
    let gain_own: f64 = told.iter().map(|(_, part)| own(part).max(0.0)).sum();
    if gain_own > common {
        told.retain(|(_, part)| own(part) > 0.0);
        return told;
    }
    let worst =
        told.into_iter().min_by(|one, other| own(&other.1).total_cmp(&own(&one.1)).then(one.0.cmp(&other.0)));
    let Some((sequence, part)) = worst else { return Vec::new() };
    let rest = total.without(part);
    if kl(rest.hits(), rest.norm(), concentration) < WITHOUT_WORST {
        vec![(sequence, part)]
    } else {
        Vec::new()
    }
}

/// What an attempt says for an incident that hits a share of the others besides, in nats.
pub(crate) fn weight(row: &Row, besides: f64) -> f64 {
    let norm = row.share as f64 / ONE as f64;
    let inside = norm + (1.0 - norm) * besides;
    let hits = row.hits as f64;
    let misses = (row.attempts - row.hits) as f64;
    let of_hits = if row.hits > 0 { hits * log(inside / norm) } else { 0.0 };
    let of_misses = if row.attempts > row.hits { misses * log((1.0 - inside) / (1.0 - norm)) } else { 0.0 };
    of_hits + of_misses
}

/// From the first to after the last attempt of the run that speaks most for the incident; rows are in
/// the order of time. None where nothing does.
pub(crate) fn edges(rows: &[Row], besides: f64) -> Option<(i64, i64)> {
    // What happened in the same millisecond is one: no order among them is told.
    let mut moments: Vec<(i64, f64)> = Vec::new();
    for row in rows {
        match moments.last_mut() {
            Some((at, sum)) if *at == row.at => *sum += weight(row, besides),
            _ => moments.push((row.at, weight(row, besides))),
        }
    }
    let weights: Vec<_> = moments.iter().map(|&(_, weight)| weight).collect();
    largest_run(&weights).map(|(start, end, _)| (moments[start].0, moments[end - 1].0 + 1))
}

/// Sequences with a hit.
pub(crate) fn sequences_hit(rows: &[Row], terminal: Dimension, leaves: &Leaves) -> u32 {
    let hit: Vec<_> = rows.iter().filter(|row| row.hits > 0).copied().collect();
    tallies(&hit, |leaf| leaves.value(terminal, leaf)).len() as u32
}

/// The sum of what all attempts say for an incident.
pub(crate) fn weight_of(rows: &[Row], besides: f64) -> f64 {
    rows.iter().map(|row| weight(row, besides)).sum()
}

/// The expected number, for reports.
pub(crate) fn expected(tally: Tally) -> f64 {
    number(tally.expected)
}
