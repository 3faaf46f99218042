//! The best window of one group in one scope, and what windows and scopes cost.
//!
//! Knows counts by bin only.

use libm::log;

use super::scopes::Kind;
use super::score::{change_point, gain, kl, number};
use super::sheet::{Sheet, Tally};
use super::{ScanSettings, ScopeKind};

/// A change of share inside a window that is worth more than this, in nats, parts it: two incidents
/// that follow one another in overlapping scopes otherwise become one.
const PARTS: f64 = 15.0;

/// What hypotheses of a kind of scope cost, and how loose its counts are.
pub(crate) struct Price {
    fixed: f64,
    /// By length in bins.
    by_length: Vec<f64>,
    pub(crate) concentration: f64,
}

impl Price {
    pub(crate) fn new(
        sheet: &Sheet<'_>,
        kind: &ScopeKind,
        on_day: &Kind<'_>,
        beliefs: f64,
        settings: &ScanSettings,
    ) -> Self {
        let groups =
            (0..sheet.groups.len()).filter(|&group| sheet.groups.get(group).may_be_shared(&kind.dimensions));
        let choices = on_day.occurring.max(1) as f64 * groups.count().max(1) as f64;
        let fixed = log(choices) - log(kind.weight / beliefs) + kind.extra;
        Self::fixed(fixed, sheet.bins(), settings.lengths.len(), kind.concentration)
    }

    /// A scope and group of that price: of windows, a long one is one of few and a short one of many.
    fn fixed(fixed: f64, bins: usize, lengths: usize, concentration: f64) -> Self {
        let windows = (lengths * 3 * bins) as f64;
        let window = |length: usize| if bins == 1 { 0.0 } else { log(windows / length.max(1) as f64) };
        Self { fixed, by_length: (0..=bins).map(window).collect(), concentration }
    }

    /// What a window of that many bins costs in nats.
    pub(crate) fn of(&self, length: usize) -> f64 {
        self.fixed + self.by_length[length.min(self.by_length.len() - 1)]
    }

    pub(crate) fn score(&self, tally: Tally, length: usize) -> f64 {
        kl(tally.hits(), tally.norm(), self.concentration) - self.of(length)
    }
}

/// A window of bins and what it scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Window {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) score: f64,
    pub(crate) tally: Tally,
}

/// The window of the highest score; the earliest and shortest of equals. Windows begin and end at
/// bins with a hit.
pub(crate) fn best_window(bins: &[Tally], price: &Price, settings: &ScanSettings) -> Option<Window> {
    let mut sums = Vec::with_capacity(bins.len() + 1);
    let mut sum = Tally::default();
    // By bin: one past the last bin with a hit before it.
    let mut ends = vec![0; bins.len() + 1];
    sums.push(sum);
    for (at, bin) in bins.iter().enumerate() {
        sum.add(*bin);
        sums.push(sum);
        ends[at + 1] = if bin.observed > 0 { at + 1 } else { ends[at] };
    }
    let mut best: Option<Window> = None;
    for start in (0..bins.len()).filter(|&start| bins[start].observed > 0) {
        let mut before = 0;
        for &length in &settings.lengths {
            let end = ends[(start + length as usize).min(bins.len())];
            if end == before {
                continue;
            }
            before = end;
            let observed = sums[end].observed - sums[start].observed;
            let expected = sums[end].expected - sums[start].expected;
            if observed < settings.least_hits || observed << 32 <= expected {
                continue;
            }
            // No logarithm without need: (O - E)^2 / E is never below the evidence.
            let (excess, norm) = (observed as f64 - number(expected), number(expected));
            let least = best.map_or(0.0, |best| best.score);
            if excess * excess < (least + price.of(end - start)) * norm {
                continue;
            }
            let tally = sums[end].without(sums[start]);
            let score = price.score(tally, end - start);
            if score > least {
                best = Some(Window { start, end, score, tally });
            }
        }
    }
    best
}

/// A bin at an end of a window is part of what happened where it has so many times the expected failures.
const PARTIAL: f64 = 2.0;

/// Good reason to think that two neighbouring parts are two, in nats and given that counts are loose: ten to
/// one.
const UNLIKE: f64 = std::f64::consts::LN_10;

/// The window with what lies beside it and shows its share as well. Large counts are worth no more than
/// loose ones can be, so that the best window of a long incident ends anywhere within it.
pub(crate) fn grown(bins: &[Tally], window: Window, price: &Price, accept: f64) -> Window {
    let besides = window.tally.hit_share();
    let weights: Vec<_> = bins.iter().map(|bin| weight_of_bin(bin, besides)).collect();
    let until = window.end + longest_gain(weights[window.end..].iter());
    let from = window.start - longest_gain(weights[..window.start].iter().rev());
    let mut grown = window;
    for (start, end) in [(from, window.start), (window.end, until)] {
        let whole = (start.min(grown.start), end.max(grown.end));
        let added = trimmed(bins, start, end, price);
        if added.is_some_and(|added| !are_unlike(grown.tally, added.tally, price)) {
            let larger = trimmed(bins, whole.0, whole.1, price);
            grown = larger.filter(|larger| larger.score > accept).unwrap_or(grown);
        }
    }
    grown
}

/// What a bin says for an incident that hits a share of its attempts besides, in nats.
fn weight_of_bin(bin: &Tally, besides: f64) -> f64 {
    let more = besides * (bin.attempts as f64 - bin.norm()).max(0.0);
    gain(bin.hits(), bin.norm(), bin.norm() + more)
}

/// How many values from the first on have the largest sum; none where no sum is positive.
fn longest_gain<'a>(weights: impl Iterator<Item = &'a f64>) -> usize {
    let (mut sum, mut best, mut count) = (0.0, 0.0, 0);
    for (at, weight) in weights.enumerate() {
        sum += weight;
        if sum > best {
            (best, count) = (sum, at + 1);
        }
    }
    count
}

/// Whether the stronger of two neighbours shows more than a level common to both, as loosely as counts of
/// the kind are.
fn are_unlike(one: Tally, other: Tally, price: &Price) -> bool {
    let level = (one.hits() + other.hits()) / (one.norm() + other.norm());
    let beyond = |of: Tally| kl(of.hits(), level * of.norm(), price.concentration);
    beyond(one).max(beyond(other)) > UNLIKE
}

/// The stronger part of a window whose share changes inside, as long as it does.
pub(crate) fn strongest_part(bins: &[Tally], mut window: Window, price: &Price, accept: f64) -> Window {
    loop {
        let inside = &bins[window.start..window.end];
        let runs = whole_bins(inside);
        let Some((left, worth)) = change_point(&runs.0) else { return window };
        let left = left + runs.1;
        if worth <= PARTS {
            return window;
        }
        let parts = [(window.start, window.start + left), (window.start + left, window.end)];
        let [early, late] = parts.map(|(start, end)| trimmed(bins, start, end, price));
        if let (Some(early), Some(late)) = (early, late)
            && !are_unlike(early.tally, late.tally, price)
        {
            return window;
        }
        let stronger = match (early, late) {
            (Some(early), Some(late)) => Some(if late.score > early.score { late } else { early }),
            (one, other) => one.or(other),
        };
        match stronger {
            Some(part) if part.score > accept => window = part,
            _ => return window,
        }
    }
}

/// Failures and attempts by bin, and how many bins the first of them joins to its own. A bin at an end that
/// shows the excess belongs to its neighbour: the incident begins or ends somewhere inside it, which makes
/// its share another one.
fn whole_bins(bins: &[Tally]) -> (Vec<(u64, u64)>, usize) {
    let mut runs: Vec<_> = bins.iter().map(|bin| (bin.observed, bin.attempts)).collect();
    let shows = |bin: &Tally| bin.hits() > PARTIAL * bin.norm();
    if runs.len() > 2 && bins.last().is_some_and(shows) {
        let last = runs.pop().unwrap_or_default();
        if let Some(neighbour) = runs.last_mut() {
            *neighbour = (neighbour.0 + last.0, neighbour.1 + last.1);
        }
    }
    if runs.len() > 1 && bins.len() > 2 && shows(&bins[0]) {
        let first = runs.remove(0);
        runs[0] = (runs[0].0 + first.0, runs[0].1 + first.1);
        return (runs, 1);
    }
    (runs, 0)
}

/// A window without the bins at its ends that have no hit.
fn trimmed(bins: &[Tally], start: usize, end: usize, price: &Price) -> Option<Window> {
    let start = (start..end).find(|&bin| bins[bin].observed > 0)?;
    let end = (start..end).rev().find(|&bin| bins[bin].observed > 0)? + 1;
    let mut tally = Tally::default();
    bins[start..end].iter().for_each(|bin| tally.add(*bin));
    Some(Window { start, end, score: price.score(tally, end - start), tally })
}

#[cfg(test)]
mod tests {
    use super::super::score::share;
    use super::*;

    fn settings() -> ScanSettings {
        ScanSettings { lengths: vec![1, 2, 4, 8], ..ScanSettings::day(0) }
    }

    /// Bins of 100 attempts, of which 2 are to be expected to fail.
    fn bins(hits: &[u64]) -> Vec<Tally> {
        let bin = |&observed: &u64| Tally { attempts: 100, observed, expected: 100 * share(0.02) };
        hits.iter().map(bin).collect()
    }

    #[test]
    fn a_short_window_costs_more_than_a_long_one() {
        let price = Price::fixed(3.0, 288, 15, 100.0);
        assert!((price.of(1) - 3.0 - (15.0f64 * 3.0 * 288.0).ln()).abs() < 1e-9);
        assert!((price.of(1) - price.of(288) - 288f64.ln()).abs() < 1e-9);
        assert!((Price::fixed(3.0, 1, 15, 100.0).of(1) - 3.0).abs() < 1e-12, "one bin leaves no choice");
        let tally = Tally { attempts: 100, observed: 30, expected: 100 * share(0.02) };
        assert!((price.score(tally, 1) - (kl(30.0, tally.norm(), 100.0) - price.of(1))).abs() < 1e-9);
    }

    #[test]
    fn the_best_window_is_that_of_the_excess() {
        let price = Price::fixed(1.0, 12, 4, f64::INFINITY);
        let bins = bins(&[2, 0, 3, 1, 20, 25, 0, 22, 2, 1, 0, 2]);
        let best = best_window(&bins, &price, &settings()).expect("an excess");
        assert_eq!((best.start, best.end, best.tally.observed), (4, 8, 67));
        assert!((best.score - price.score(best.tally, 4)).abs() < 1e-12);
    }

    #[test]
    fn no_excess_has_no_window() {
        let price = Price::fixed(1.0, 6, 4, 100.0);
        assert_eq!(best_window(&bins(&[2, 1, 3, 2, 0, 2]), &price, &settings()), None);
        assert_eq!(
            best_window(&bins(&[0, 0, 3, 0, 0, 0]), &price, &settings()),
            None,
            "three hits are too few"
        );
    }

    #[test]
    fn a_window_with_two_shares_is_parted() {
        let price = Price::fixed(1.0, 8, 4, 100.0);
        let uneven = bins(&[0, 15, 15, 15, 80, 80, 80, 0]);
        let best = best_window(&uneven, &price, &settings()).expect("an excess");
        let part = strongest_part(&uneven, best, &price, 2.0);
        assert_eq!((part.start, part.end), (4, 7));
        let even = bins(&[0, 40, 45, 38, 41, 44, 39, 0]);
        let best = best_window(&even, &price, &settings()).expect("an excess");
        assert_eq!(strongest_part(&even, best, &price, 2.0), best);
    }

    fn bin(attempts: u64, observed: u64, norm: u64) -> Tally {
        Tally { attempts, observed, expected: norm << 32 }
    }

    fn near(got: f64, right: f64) {
        assert!((got - right).abs() < 1e-6, "{got} and not {right}");
    }

    /// Of 98 attempts that do not fail anyway a tenth is hit: 11.8 where 2 were expected.
    #[test]
    fn a_bin_speaks_for_an_incident_that_explains_it_better() {
        near(weight_of_bin(&bin(100, 10, 2), 0.1), 10.0 * f64::ln(5.9) - 9.8);
        near(weight_of_bin(&bin(100, 0, 2), 0.5), -49.0);
        near(weight_of_bin(&bin(2, 1, 4), 0.5), 0.0);
        let longest = |weights: &[f64]| longest_gain(weights.iter());
        assert_eq!([longest(&[1.0, -3.0, 2.0, 2.0, -1.0]), longest(&[1.0, -1.0, 1.0])], [4, 1]);
        assert_eq!([longest(&[-1.0, 0.5]), longest(&[0.0]), longest(&[])], [0, 0, 0]);
    }

    #[test]
    fn a_window_grows_by_what_shows_its_share_beside_it() {
        let price = Price::fixed(1.0, 9, 4, 100.0);
        let grown = |hits: &[u64], start: usize, end: usize| {
            let bins = bins(hits);
            let window = trimmed(&bins, start, end, &price).expect("it has hits");
            let grown = grown(&bins, window, &price, 2.0);
            assert_eq!(grown.tally.observed, hits[grown.start..grown.end].iter().sum::<u64>());
            (grown.start, grown.end)
        };
        assert_eq!(grown(&[2, 2, 10, 11, 9, 10, 2, 2], 3, 5), (2, 6));
        assert_eq!(grown(&[2, 2, 2, 11, 9, 10, 0, 9], 3, 5), (3, 6), "a bin without any lies between");
        assert_eq!(grown(&[0, 10, 10, 10, 10, 0, 0, 2], 1, 3), (1, 5));
        // What shows far more is another incident.
        assert_eq!(grown(&[2, 2, 10, 10, 90, 95, 2, 2], 2, 4), (2, 4));
    }

    #[test]
    fn neighbours_are_unlike_where_a_common_level_is_ten_times_less_likely() {
        let price = Price::fixed(1.0, 9, 4, 100.0);
        // 40 where 25 of both, 40 where 30 of both were to be expected: 2.94 and 1.13 nats.
        let unlike = |one: u64, other: u64| are_unlike(bin(900, one, 10), bin(900, other, 10), &price);
        assert_eq!(
            [unlike(40, 10), unlike(10, 40), unlike(40, 20), unlike(30, 30)],
            [true, true, false, false]
        );
    }

    /// Bins at the ends of which twice the expected fail belong to their neighbours.
    #[test]
    fn a_bin_in_which_an_incident_begins_or_ends_belongs_to_its_neighbour() {
        let runs = |hits: &[u64]| {
            let bins: Vec<_> = hits.iter().map(|hits| bin(100, *hits, 2)).collect();
            whole_bins(&bins)
        };
        assert_eq!(runs(&[20, 3, 7, 30]), (vec![(23, 200), (37, 200)], 1));
        assert_eq!(runs(&[4, 3, 7, 4]), (vec![(4, 100), (3, 100), (7, 100), (4, 100)], 0));
        assert_eq!(runs(&[5, 3, 7, 4]), (vec![(8, 200), (7, 100), (4, 100)], 1));
        assert_eq!(runs(&[4, 3, 7, 5]), (vec![(4, 100), (3, 100), (12, 200)], 0));
        assert_eq!(runs(&[20, 3, 30]), (vec![(53, 300)], 1));
        assert_eq!(runs(&[20, 30]), (vec![(20, 100), (30, 100)], 0));
        assert_eq!(runs(&[20]), (vec![(20, 100)], 0));
    }

    #[test]
    fn a_window_begins_and_ends_with_a_hit() {
        let price = Price::fixed(1.0, 9, 4, 100.0);
        let bins = bins(&[0, 3, 0, 5, 0, 0, 7]);
        let told = |start, end| {
            trimmed(&bins, start, end, &price).map(|one| (one.start, one.end, one.tally.observed))
        };
        assert_eq!([told(0, 6), told(2, 3), told(1, 2)], [Some((1, 4, 8)), None, Some((1, 2, 3))]);
        assert_eq!(told(0, 7), Some((1, 7, 15)));
    }

    /// Of two windows that score the same the earlier one is told; hits that are too few tell nothing.
    #[test]
    fn of_equal_windows_the_earliest_is_best() {
        let price = Price::fixed(1.0, 9, 4, f64::INFINITY);
        let best =
            |hits: &[u64]| best_window(&bins(hits), &price, &settings()).map(|one| (one.start, one.end));
        assert_eq!(best(&[0, 30, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 30, 0]), Some((1, 2)));
        assert_eq!([best(&[0, 4, 0]), best(&[0, 3, 0])], [None, None]);
        let rare = |observed| {
            let bins = [bin(1, 0, 0), Tally { expected: 1 << 20, ..bin(9, observed, 0) }];
            best_window(&bins, &price, &settings()).map(|one| (one.start, one.end))
        };
        assert_eq!([rare(4), rare(3)], [Some((1, 2)), None]);
    }
}
