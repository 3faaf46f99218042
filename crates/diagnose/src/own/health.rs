//! Whether a day bears the test of own faults: a null that is off shows here before it shows in verdicts.

use super::fleet::LEAST_HITS;
use super::groups::Likelihood;
use super::{Counts, Suspect};

/// The edges between the classes of [`Health::ln_factors`].
pub const LN_FACTOR_EDGES: [f64; 9] = [-6.0, -4.0, -2.0, 0.0, 1.0, 2.0, 3.0, 5.0, 10.0];

/// A signature carried by more of the fleet than this asks for a shared cause that was missed.
const MANY_TERMINALS: f64 = 0.01;
/// The upper 5 % of good terminals should lie below this.
const HIGH_LN_FACTOR: f64 = 3.0;

/// Figures by which to doubt the test.
#[derive(Clone, Debug, PartialEq)]
pub struct Health {
    /// Pairs of terminal and signature with two hits or more by the logarithm of their Bayes factor:
    /// below the first edge, between each two, from the last. Terminals that are blamed are not in it.
    /// Its bulk should lie below 0.
    pub ln_factors: [usize; LN_FACTOR_EDGES.len() + 1],
    /// The logarithm of the Bayes factor that 5 % of those pairs exceed; `None` where there are fewer
    /// than twenty.
    pub upper_ln_factor: Option<f64>,
    /// By signature, the share of the tested terminals that is blamed for it.
    pub blamed: Vec<f64>,
}

impl Health {
    pub(super) fn of(
        suspects: &[Suspect],
        likelihoods: &[Likelihood],
        counts: &[Counts],
        signatures: usize,
    ) -> Self {
        let pairs = counts.iter().filter(|counts| counts.observed >= LEAST_HITS).count();
        let mut blamed = vec![0usize; signatures];
        let own: Vec<u32> = suspects.iter().filter(|suspect| suspect.own).map(|one| one.terminal).collect();
        suspects.iter().filter(|suspect| suspect.own).for_each(|one| blamed[one.signature] += 1);
        let is_good = |one: &&Likelihood| own.binary_search(&one.terminal).is_err();
        let mut values: Vec<f64> =
            likelihoods.iter().filter(is_good).map(Likelihood::ln_bayes_factor).collect();
        values.sort_unstable_by(|a, b| b.total_cmp(a));
        let mut ln_factors = [0; LN_FACTOR_EDGES.len() + 1];
        // Pairs with hits and without excess were not looked at: they speak against a fault.
        ln_factors[0] = pairs - likelihoods.len();
        for value in &values {
            ln_factors[LN_FACTOR_EDGES.iter().take_while(|&edge| value >= edge).count()] += 1;
        }
        let good = pairs - (likelihoods.len() - values.len());
        let upper = values.get(good / 20).copied().unwrap_or(LN_FACTOR_EDGES[0]);
        let tested = counts.chunks(signatures.max(1)).filter(|of| of.iter().any(|one| one.attempts > 0));
        let tested = tested.count().max(1) as f64;
        Self {
            ln_factors,
            upper_ln_factor: (good >= 20).then_some(upper),
            blamed: blamed.into_iter().map(|blamed| blamed as f64 / tested).collect(),
        }
    }

    /// Whether good terminals look faulty too often: the baseline is off, or an incident was missed.
    pub fn null_is_off(&self) -> bool {
        self.upper_ln_factor.is_some_and(|upper| upper > HIGH_LN_FACTOR)
    }

    /// The signatures that more than 1 % of the fleet is blamed for: rather a missed incident.
    pub fn crowded(&self) -> impl Iterator<Item = usize> {
        (0..self.blamed.len()).filter(|&signature| self.blamed[signature] > MANY_TERMINALS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::own::segments::COMPONENTS;
    use crate::own::tests::suspect;

    /// Components that are alike have a Bayes factor of their own.
    fn likelihood(terminal: u32, ln_factor: f64) -> Likelihood {
        Likelihood { terminal, signature: 1, ln_factors: [ln_factor; COMPONENTS] }
    }

    fn counts(attempts: u32, observed: u32) -> Counts {
        Counts { attempts, observed, expected: 1.0 }
    }

    #[test]
    fn good_pairs_are_counted_by_their_bayes_factor() {
        let values = [-7.0, -5.0, -3.0, -1.0, 0.5, 1.5, 2.5, 4.0, 7.0, 11.0, 30.0, 40.0];
        let likelihoods: Vec<_> =
            (1..).zip(values).map(|(terminal, value)| likelihood(terminal, value)).collect();
        // The last two are blamed; a suspect that is not stays among the good.
        let suspects = [suspect(10, false), suspect(11, true), suspect(12, true)];
        // Two signatures each; three pairs more have two hits, and no excess.
        let mut all = vec![counts(0, 0); 2];
        (1..=12).for_each(|_| all.extend([counts(40, 1), counts(30, 2)]));
        (0..3).for_each(|_| all.extend([counts(9, 2), counts(0, 0)]));
        all.extend([counts(0, 0), counts(1, 0), counts(0, 0), counts(0, 0)]);
        let health = Health::of(&suspects, &likelihoods, &all, 2);
        assert_eq!(health.ln_factors, [4, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
        // Two of sixteen terminals with attempts.
        assert_eq!(health.blamed, [0.0, 0.125]);
        assert_eq!(health.crowded().collect::<Vec<_>>(), [1]);
        assert_eq!(health.upper_ln_factor, None, "thirteen good pairs are too few");
    }

    #[test]
    fn one_in_twenty_good_pairs_lies_above_the_upper_factor() {
        let upper = |pairs: usize, values: &[f64]| {
            let likelihoods: Vec<_> =
                (1..).zip(values).map(|(terminal, value)| likelihood(terminal, *value)).collect();
            let health = Health::of(&[], &likelihoods, &vec![counts(9, 2); pairs], 1);
            (health.upper_ln_factor.map(f64::round), health.null_is_off())
        };
        assert_eq!(upper(19, &[9.0, 8.0]), (None, false));
        assert_eq!(upper(20, &[2.0, 9.0, 4.0]), (Some(4.0), true));
        assert_eq!(upper(39, &[2.0, 9.0, 4.0]), (Some(4.0), true));
        assert_eq!(upper(40, &[2.0, 9.0, 4.0]), (Some(2.0), false));
        // Pairs that were not looked at lie below all others.
        assert_eq!(upper(60, &[2.0, 9.0, 4.0]), (Some(-6.0), false));
        let edge =
            |upper| Health { ln_factors: [0; 10], upper_ln_factor: Some(upper), blamed: vec![0.01, 0.011] };
        assert!(!edge(3.0).null_is_off() && edge(3.01).null_is_off());
        assert_eq!(edge(0.0).crowded().collect::<Vec<_>>(), [1], "more than one in a hundred");
    }
}
