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

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(attempts: u64, observed: u64, norm: u64) -> Tally {
        Tally { attempts, observed, expected: norm * ONE }
    }

    /// Parts of those values, and the one that is looked at.
    fn parted(parts: &[(u32, Tally)], value: u32) -> Parted {
        let mut total = Tally::default();
        parts.iter().for_each(|(_, part)| total.add(*part));
        let part = parts.iter().find(|part| part.0 == value).expect("one of them").1;
        Parted { parts: parts.to_vec(), total, rest: total.without(part), part, value }
    }

    fn near(got: f64, right: f64) {
        assert!((got - right).abs() < 1e-9, "{got} and not {right}");
    }

    /// 27 of 200 fail besides: 16.5 and 15.5 are then to be expected of either hundred.
    #[test]
    fn a_part_explains_an_excess_alone_where_that_is_better_than_a_common_rate() {
        let parts = [(4, tally(100, 30, 3)), (7, tally(100, 2, 2))];
        let alone = |dearer| parted(&parts, 4).alone(dearer);
        let common = 30.0 * f64::ln(5.5) - 13.5 + 2.0 * f64::ln(7.75) - 13.5;
        let better = 30.0 * f64::ln(10.0) - 27.0 - common;
        near(gain_of_common_rate(&parts, tally(200, 32, 5)), common);
        let (value, least) = alone(0.0).expect("it is better");
        assert_eq!(value, 4);
        near(least, better);
        near(alone(5.0).expect("it is better still").1, better - 5.0);
        // As good is not better.
        assert_eq!([alone(least), alone(least + 1.0)], [None, None]);
        // It holds at least half of the excess, and is not all there is.
        let half = [(4, tally(100, 12, 2)), (7, tally(990, 20, 10))];
        assert!(parted(&half, 4).alone(-100.0).is_some());
        let less = [(4, tally(100, 12, 2)), (7, tally(990, 21, 10))];
        assert!(parted(&less, 4).alone(-100.0).is_none());
        assert!(parted(&parts[..1], 4).alone(-100.0).is_none());
    }

    #[test]
    fn an_excess_is_spread_where_half_of_the_other_parts_show_it() {
        let is_spread = |third: Tally, ratio| {
            let parts = [(1, tally(100, 30, 1)), (2, tally(100, 10, 1)), (3, third), (4, tally(100, 1, 1))];
            parted(&parts, 1).is_spread(100.0, ratio)
        };
        // Each of the three would show it for certain: one of them is too few, two are enough.
        assert!(!is_spread(tally(100, 1, 1), 1.6));
        assert!(is_spread(tally(100, 10, 1), 1.6));
        // Neither what is no more than drift nor a tenth of the common excess shows it.
        assert!(is_spread(tally(100, 16, 10), 1.6) && !is_spread(tally(100, 15, 10), 1.6));
        assert!(!is_spread(tally(1_000, 3, 1), 1.6));
        // The rest as a whole must show it: ten to one.
        let parts = |rest| [(1, tally(100, 30, 1)), (2, tally(100, rest, 4))];
        let rest = |observed: f64| {
            observed * f64::ln(observed / 4.0) - (observed + 100.0) * f64::ln((observed + 100.0) / 104.0)
        };
        assert!(rest(10.0) > f64::ln(10.0) && rest(9.0) < f64::ln(10.0));
        assert!(parted(&parts(10), 1).is_spread(100.0, 1.6) && !parted(&parts(9), 1).is_spread(100.0, 1.6));
    }

    fn row(at: i64, leaf: u32, attempts: u64, hits: u64, share: u64) -> Row {
        Row { at, leaf, attempts, hits, share }
    }

    /// Terminal by leaf; 0 is untold.
    fn leaves() -> Leaves {
        Leaves { columns: vec![vec![0, 1, 2, 3, 3]], cells: vec![0; 5], ..Leaves::default() }
    }

    #[test]
    fn rows_are_counted_by_value() {
        let leaves = leaves();
        let rows = [
            row(1, 4, 1, 1, ONE / 4),
            row(2, 1, 2, 0, ONE / 2),
            row(3, 3, 5, 2, ONE / 4),
            row(4, 0, 1, 1, 0),
        ];
        let told = tallies(&rows, |leaf| leaves.value(0, leaf));
        let of = |attempts, observed, expected| Tally { attempts, observed, expected };
        assert_eq!(told, [(0, of(1, 1, 0)), (1, of(2, 0, ONE)), (3, of(6, 3, ONE / 4 * 6))]);
        assert_eq!(total(&rows), of(9, 4, ONE + ONE / 4 * 6));
        assert_eq!(sequences_hit(&rows, 0, &leaves), 2);
        near(expected(total(&rows)), 2.5);
    }

    /// Rows of a hundred attempts, of which one is to be expected to fail.
    fn of_hundred(hits: &[(u32, u64)]) -> Vec<Row> {
        hits.iter().map(|(leaf, hits)| row(0, *leaf, 100, *hits, ONE / 100)).collect()
    }

    #[test]
    fn a_few_sequences_are_blamed_where_they_explain_more_than_a_common_rate() {
        let leaves = leaves();
        let blamed_at = |concentration: f64, hits: &[(u32, u64)]| {
            let blamed = blamed(&of_hundred(hits), 0, &leaves, concentration);
            blamed.into_iter().map(|(sequence, tally)| (sequence, tally.observed)).collect::<Vec<_>>()
        };
        let blamed = |hits: &[(u32, u64)]| blamed_at(100.0, hits);
        assert_eq!(blamed(&[(1, 40), (2, 1), (3, 1)]), [(1, 40)]);
        assert_eq!(blamed(&[(1, 40), (2, 1), (3, 45)]), [(1, 40), (3, 45)]);
        assert_eq!(blamed(&[(1, 20), (2, 21), (3, 19)]), [], "all of them alike");
        // Without its worst the scope must hold: 8 where 2 were expected are worth 4.92 nats, and 4.34 where counts are
        // looser; ln 100 is 4.61.
        assert_eq!(blamed(&[(1, 8), (2, 4), (3, 4)]), []);
        assert_eq!(blamed_at(20.0, &[(1, 8), (2, 4), (3, 4)]), [(1, 8)]);
        // Attempts of no terminal are nobody's own.
        assert_eq!(blamed(&[(0, 60), (2, 1), (3, 1)]), []);
    }

    #[test]
    fn an_incident_lasts_from_the_first_to_the_last_attempt_that_speaks_for_it() {
        // One in five fails anyway, half of the others inside: six in ten.
        let share = ONE / 5;
        let close = |got: f64, right: f64| assert!((got - right).abs() < 1e-8, "{got} and not {right}");
        let mixed = row(0, 1, 10, 4, share);
        close(weight(&mixed, 0.5), 4.0 * f64::ln(3.0) + 6.0 * f64::ln(0.5));
        close(weight(&row(0, 1, 10, 10, share), 0.5), 10.0 * f64::ln(3.0));
        close(weight(&row(0, 1, 10, 0, share), 0.5), 10.0 * f64::ln(0.5));
        close(weight_of(&[mixed, mixed], 0.5), 8.0 * f64::ln(3.0) + 12.0 * f64::ln(0.5));
        let hit = |at| row(at, 1, 1, 1, share);
        let good = |at| row(at, 1, 1, 0, share);
        let rows = [good(10), hit(20), hit(30), good(35), hit(40), hit(40), good(50), good(60), hit(70)];
        assert_eq!(edges(&rows, 0.5), Some((20, 41)));
        // What happened in one millisecond is one: a hit and two good ones speak against it.
        assert_eq!(edges(&[hit(20), hit(30), good(30), good(30), hit(50)], 0.5), Some((20, 51)));
        assert_eq!(edges(&[good(10), good(20)], 0.5), None);
    }
}
