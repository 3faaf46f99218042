//! What the fleet tells before any sequence is looked at: how much good terminals differ, what a terminal's
//! siblings show, and which terminals are worth a look.
//!
//! Says of no terminal that it is at fault.

use super::evidence::{Answers, Counts, Shown};
use super::level::Spread;
use super::profiles::Told;
use super::segments::LEVELS;
use super::shape::SLOW_SHARE;
use super::signatures::Signatures;
use crate::{Attempt, Attribute, Day, UNTOLD};
use rayon::prelude::*;
use std::ops::Range;

/// Nine good terminals of ten have no more than so many standard deviations above the middle.
const USUAL_DEVIATIONS: f64 = 1.28;
/// How much good terminals differ in their slow answers, where the fleet is too small to tell.
const SLOW_TAU2: f64 = 0.3;
/// A candidate has this many hits, and more of them than this many times what was expected.
pub(super) const LEAST_HITS: u32 = 2;
const LEAST_EXCESS: f64 = 1.3;
/// No sibling counts for more than its own quantile of this share.
const SIBLING_QUANTILE: f64 = 0.99;

/// What the test knows of the fleet before it looks at any sequence.
pub(super) struct Fleet {
    pub(super) spreads: Vec<Spread>,
    /// What messages tell beyond marks.
    pub(super) told: Told,
    /// Terminals with an attempt.
    pub(super) terminals: usize,
    /// By terminal, its site.
    sites: Vec<u32>,
    /// By site and signature, counts (winsorised) and expected hits of all its terminals.
    by_site: Vec<(f64, f64)>,
}

/// How many times the usual share of slow answers nine good terminals of ten stay below; `None` where no
/// answer is slow. Lines of a fleet differ; where they differ much, slow answers say little. `answers` are those of
/// each terminal.
fn slow_level(answers: &[Answers]) -> Option<f64> {
    if answers.iter().all(|answers| answers.slow == 0) {
        return None;
    }
    let counts = answers.iter().map(|answers| (answers.slow, SLOW_SHARE * f64::from(answers.all)));
    let spread = Spread::fit(counts, SLOW_TAU2);
    let deviation = libm::sqrt(libm::log1p(spread.tau2));
    Some((spread.mean * libm::exp(USUAL_DEVIATIONS * deviation)).max(1.0))
}

impl Fleet {
    /// `answers` and `shown` are those of each sequence, the first one's, which is no terminal, included.
    pub(super) fn new(day: &Day, signatures: &Signatures, shown: &[Shown], answers: &[Answers]) -> Self {
        let width = signatures.len();
        let spreads: Vec<Spread> = (0..width)
            .into_par_iter()
            .map(|at| {
                let signature = signatures.get(at);
                let of_signature = shown.iter().skip(at).step_by(width).map(|shown| shown.calm);
                Spread::fit(of_signature.map(|counts| (counts.observed, counts.expected)), signature.tau2)
            })
            .collect();
        let told = Told {
            slow_level: slow_level(answers.get(UNTOLD as usize + 1..).unwrap_or_default()),
            icc_missing: answers.iter().any(|answers| answers.icc_missing),
        };
        let first = |range: &Range<usize>| day.attempts[range.clone()].first();
        let of = |attempt: &Attempt| day.leaves.value(Attribute::Site.dimension(), attempt.leaf);
        let site = |range| first(range).map_or(UNTOLD, of);
        let sites: Vec<u32> = day.sequences.iter().map(site).collect();
        let count = sites.iter().max().map_or(1, |&site| site as usize + 1);
        let mut fleet = Self {
            spreads,
            told,
            terminals: day.sequences.iter().skip(1).filter(|range| !range.is_empty()).count(),
            sites,
            by_site: vec![(0.0, 0.0); count * width],
        };
        for terminal in 1..fleet.sites.len() {
            for signature in 0..width {
                let (observed, expected) =
                    fleet.winsorised(signature, shown[terminal * width + signature].calm);
                let site = fleet.sites[terminal] as usize * width + signature;
                fleet.by_site[site].0 += observed;
                fleet.by_site[site].1 += expected;
            }
        }
        fleet
    }

    fn winsorised(&self, signature: usize, counts: Counts) -> (f64, f64) {
        let spread = self.spreads[signature];
        let most = match counts.observed {
            // The quantile is not asked for where it cannot bind.
            0 => 0,
            observed => observed.min(spread.quantile(counts.expected, SIBLING_QUANTILE).max(1)),
        };
        (f64::from(most), counts.expected * spread.mean.max(1.0))
    }

    /// Terminals and signatures that are worth a look, in their order.
    pub(super) fn candidates(&self, shown: &[Shown]) -> Vec<(u32, usize)> {
        let width = self.spreads.len();
        let is_candidate = |counts: &Counts| {
            counts.observed >= LEAST_HITS && f64::from(counts.observed) > LEAST_EXCESS * counts.expected
        };
        let found = shown.iter().enumerate().filter(|(_, shown)| is_candidate(&shown.all));
        found.map(|(at, _)| ((at / width) as u32, at % width)).collect()
    }

    /// The natural levels of a terminal, and how likely its counts are at each without a fault.
    pub(super) fn levels(
        &self,
        terminal: u32,
        signature: usize,
        shown: &[Shown],
    ) -> ([f64; LEVELS], [f64; LEVELS]) {
        let width = self.spreads.len();
        let spread = self.spreads[signature];
        let own = shown[terminal as usize * width + signature].calm;
        let site = self.sites[terminal as usize];
        let centre = if site == UNTOLD {
            1.0
        } else {
            let all = self.by_site[site as usize * width + signature];
            let this = self.winsorised(signature, own);
            spread.site_centre(all.0 - this.0, (all.1 - this.1).max(0.0))
        };
        spread.levels(centre, f64::from(own.observed), own.expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(attempts: u32, observed: u32, expected: f64) -> Shown {
        let counts = Counts { attempts, observed, expected };
        Shown { all: counts, calm: counts }
    }

    /// Two signatures; terminals of one site have an untold one before them.
    fn fleet(by_site: Vec<(f64, f64)>) -> Fleet {
        Fleet {
            spreads: vec![Spread { mean: 1.0, tau2: 0.2 }, Spread { mean: 1.5, tau2: 0.0 }],
            told: Told { slow_level: None, icc_missing: false },
            terminals: 2,
            sites: vec![UNTOLD, 1, 1, UNTOLD],
            by_site,
        }
    }

    #[test]
    fn two_hits_and_three_tenths_more_than_expected_are_worth_a_look() {
        let all = [
            shown(9, 2, 1.5),
            shown(9, 2, 1.54),
            shown(9, 1, 0.1),
            shown(9, 14, 10.0),
            shown(9, 13, 10.0),
            shown(9, 2, 0.0),
        ];
        assert_eq!(fleet(Vec::new()).candidates(&all), [(0, 0), (1, 1), (2, 1)]);
    }

    #[test]
    fn siblings_move_a_terminal_s_level_and_it_does_not_move_its_own() {
        let all = [
            [shown(0, 0, 0.0), shown(0, 0, 0.0)],
            [shown(50, 4, 2.0), shown(50, 1, 2.0)],
            [shown(50, 3, 1.0), shown(50, 0, 0.0)],
            [shown(50, 4, 2.0), shown(50, 0, 0.0)],
        ]
        .concat();
        let fleet = fleet(vec![(0.0, 0.0), (0.0, 0.0), (7.0, 3.0), (6.0, 8.0)]);
        let spread = Spread { mean: 1.0, tau2: 0.2 };
        // The other terminal had three hits where one was expected.
        let right = spread.levels(spread.site_centre(3.0, 1.0), 4.0, 2.0);
        assert_eq!(fleet.levels(1, 0, &all), right);
        // A middle above 1 is expected of siblings, too: 8 less 1.5 times 2.
        let other = Spread { mean: 1.5, tau2: 0.0 };
        assert_eq!(fleet.levels(1, 1, &all), other.levels(other.site_centre(5.0, 5.0), 1.0, 2.0));
        assert_eq!(fleet.levels(3, 0, &all), spread.levels(1.0, 4.0, 2.0), "its site is not told");
        // No sibling counts for more than its own 99 %: of a Poisson mean of 3 eight hits.
        let counts = |observed| Counts { attempts: 90, observed, expected: 2.0 };
        let of = |observed| fleet.winsorised(1, counts(observed)).0;
        assert_eq!([of(0), of(7), of(8), of(9), of(40)], [0.0, 7.0, 8.0, 8.0, 8.0]);
        let rare = Counts { attempts: 9, observed: 5, expected: 1e-5 };
        assert_eq!(fleet.winsorised(0, rare), (1.0, 1e-5));
    }
}
