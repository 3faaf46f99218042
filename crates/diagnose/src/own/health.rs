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
