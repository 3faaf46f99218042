//! Faulty or not: two groups of terminals, whose sizes the fleet itself tells.
//!
//! A terminal belongs to none of the faults or to one of the components (signature, family of windows,
//! effect). How frequent each is, is learned by expectation and maximisation over the whole fleet: a day
//! with many weak signals makes the next one easier to believe, a day without faults teaches nothing.

use super::level::ln_sum;
use super::segments::{COMPONENTS, EFFECTS, FAMILIES};

/// Fewer terminals have too few faults to learn from: prevalence and weights stay at their priors.
const LEAST_TERMINALS: usize = 500;
/// How many terminals have a fault of one signature, before anything was seen.
const PRIOR_PREVALENCE: f64 = 1.0 / 800.0;
const LEAST_PREVALENCE: f64 = 1e-4;
/// Or one bad baseline makes half of the fleet faulty.
const MOST_PREVALENCE: f64 = 0.03;
/// Faults of a signature that are believed in without having been seen.
const PSEUDO_FAULTS: f64 = 0.1;
/// Faults of a signature that are spread over its components as the prior has it.
const PSEUDO_COMPONENTS: f64 = 2.0;
/// A fixed number and no tolerance, for the same bytes everywhere.
const ITERATIONS: usize = 100;

/// The components of a signature before anything was seen: families alike, effects alike.
pub(super) const PRIOR_WEIGHT: f64 = 1.0 / (FAMILIES * EFFECTS.len()) as f64;

/// One terminal and one signature that it may be at fault with.
#[derive(Clone, Debug)]
pub(super) struct Likelihood {
    pub(super) terminal: u32,
    pub(super) signature: usize,
    /// The logarithms of the Bayes factor by component.
    pub(super) ln_factors: [f64; COMPONENTS],
}

impl Likelihood {
    /// The logarithm of the Bayes factor of the signature at the prior weights, which no other terminal
    /// and no other day moves: those of several days may be added.
    pub(super) fn ln_bayes_factor(&self) -> f64 {
        ln_sum(&self.ln_factors) + libm::log(PRIOR_WEIGHT)
    }
}

/// How frequent faults are.
#[derive(Clone, Debug)]
pub(super) struct Groups {
    /// By signature, the share of terminals.
    pub(super) prevalence: Vec<f64>,
    /// By signature and component, the share of its faults.
    weights: Vec<[f64; COMPONENTS]>,
    /// What was learned, and from how many terminals; `None` where the priors stand.
    learned: Option<Learned>,
}

/// Sums of probabilities over a fleet.
#[derive(Clone, Debug)]
struct Learned {
    /// By signature and component, in units of 2^-40.
    sums: Vec<[u64; COMPONENTS]>,
    terminals: usize,
}

/// What one terminal is, given what was seen of it.
#[derive(Clone, Debug)]
pub(super) struct Posterior {
    /// The probability of no fault: the local false discovery rate.
    pub(super) none: f64,
    /// The probabilities of its likelihoods' signatures, in their order.
    pub(super) by_signature: Vec<f64>,
}

impl Groups {
    fn prior(signatures: usize) -> Self {
        Self {
            prevalence: vec![PRIOR_PREVALENCE; signatures],
            weights: vec![[PRIOR_WEIGHT; COMPONENTS]; signatures],
            learned: None,
        }
    }

    /// Learns from likelihoods in the order of their terminals; `terminals` counts those without, too.
    pub(super) fn learn(likelihoods: &[Likelihood], terminals: usize, signatures: usize) -> Self {
        let mut groups = Self::prior(signatures);
        if terminals < LEAST_TERMINALS {
            return groups;
        }
        let scaled: Vec<Vec<Scaled>> =
            likelihoods.chunk_by(|a, b| a.terminal == b.terminal).map(scale).collect();
        for _ in 0..ITERATIONS {
            let mut sums = vec![[0u64; COMPONENTS]; signatures];
            for of_terminal in &scaled {
                groups.add_posteriors(of_terminal, &mut sums);
            }
            groups.follow(&sums, terminals);
            groups.learned = Some(Learned { sums, terminals });
        }
        groups
    }

    /// Adds the probabilities of a terminal's components in units of 2^-40, so that the order of
    /// terminals cannot show.
    fn add_posteriors(&self, of_terminal: &[Scaled], sums: &mut [[u64; COMPONENTS]]) {
        let total =
            self.none() * of_terminal[0].none + of_terminal.iter().map(|one| self.mass(one)).sum::<f64>();
        for one in of_terminal {
            let prevalence = self.prevalence[one.signature] / total;
            let weights = &self.weights[one.signature];
            for component in 0..COMPONENTS {
                let posterior = prevalence * weights[component] * one.factors[component];
                // Signed numbers take half the time to come to.
                sums[one.signature][component] += (posterior * UNIT + 0.5) as i64 as u64;
            }
        }
    }

    fn follow(&mut self, sums: &[[u64; COMPONENTS]], terminals: usize) {
        for (signature, sums) in sums.iter().enumerate() {
            let faults = sums.iter().sum::<u64>() as f64 / UNIT;
            self.prevalence[signature] =
                ((PSEUDO_FAULTS + faults) / terminals as f64).clamp(LEAST_PREVALENCE, MOST_PREVALENCE);
            let weights = self.weights[signature].iter_mut();
            for (weight, &sum) in weights.zip(sums) {
                *weight =
                    (PSEUDO_COMPONENTS * PRIOR_WEIGHT + sum as f64 / UNIT) / (PSEUDO_COMPONENTS + faults);
            }
        }
    }

    /// What a terminal is.
    ///
    /// It is judged by what the others taught: a single terminal that looks odd by chance would else raise
    /// the prevalence that it is judged by.
    pub(super) fn posterior(&self, of_terminal: &[Likelihood]) -> Posterior {
        let scaled = scale(of_terminal);
        let others = self.learned.as_ref().map(|learned| {
            let mut sums = learned.sums.clone();
            let mut own = vec![[0; COMPONENTS]; sums.len()];
            self.add_posteriors(&scaled, &mut own);
            for (sum, own) in sums.iter_mut().flatten().zip(own.iter().flatten()) {
                *sum = sum.saturating_sub(*own);
            }
            let mut others = Self::prior(sums.len());
            others.follow(&sums, learned.terminals);
            others
        });
        let groups = others.as_ref().unwrap_or(self);
        let masses: Vec<f64> = scaled.iter().map(|one| groups.mass(one)).collect();
        let none = groups.none() * scaled.first().map_or(1.0, |one| one.none);
        let total = none + masses.iter().sum::<f64>();
        Posterior { none: none / total, by_signature: masses.iter().map(|mass| mass / total).collect() }
    }

    /// The component of a signature that explains a terminal best; the first of equal ones.
    pub(super) fn leading_component(&self, likelihood: &Likelihood) -> usize {
        let weights = &self.weights[likelihood.signature];
        let values = (0..COMPONENTS).map(|at| libm::log(weights[at]) + likelihood.ln_factors[at]);
        let best = values.enumerate().fold(
            (0, f64::NEG_INFINITY),
            |best, next| {
                if next.1 > best.1 { next } else { best }
            },
        );
        best.0
    }

    fn none(&self) -> f64 {
        1.0 - self.prevalence.iter().sum::<f64>()
    }

    fn mass(&self, one: &Scaled) -> f64 {
        let weights = &self.weights[one.signature];
        let factors: f64 = weights.iter().zip(&one.factors).map(|(weight, factor)| weight * factor).sum();
        self.prevalence[one.signature] * factors
    }
}

const UNIT: f64 = (1u64 << 40) as f64;

/// The Bayes factors of a terminal over the largest of them.
struct Scaled {
    signature: usize,
    factors: [f64; COMPONENTS],
    none: f64,
}

fn scale(of_terminal: &[Likelihood]) -> Vec<Scaled> {
    let all = of_terminal.iter().flat_map(|one| one.ln_factors);
    let most = all.fold(0.0, f64::max);
    let scaled = |one: &Likelihood| Scaled {
        signature: one.signature,
        factors: one.ln_factors.map(|ln| libm::exp(ln - most)),
        none: libm::exp(-most),
    };
    of_terminal.iter().map(scaled).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fleet(faulty: u32, ln_factor: f64) -> Vec<Likelihood> {
        let mut ln_factors = [-5.0; COMPONENTS];
        ln_factors[7] = ln_factor;
        (0..faulty).map(|terminal| Likelihood { terminal, signature: 1, ln_factors }).collect()
    }

    #[test]
    fn many_faults_make_a_weak_one_easier_to_believe() {
        let weak = fleet(1, 6.0).remove(0);
        let alone = Groups::learn(&fleet(1, 6.0), 4_000, 8).posterior(std::slice::from_ref(&weak));
        let among = Groups::learn(&fleet(60, 12.0), 4_000, 8).posterior(&[weak]);
        assert!(among.none < 0.5 * alone.none, "{among:?} {alone:?}");
        assert!((among.none + among.by_signature[0] - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_day_without_faults_teaches_to_believe_less() {
        let groups = Groups::learn(&fleet(300, -1.0), 4_000, 8);
        assert!(groups.prevalence.iter().all(|&prevalence| prevalence < PRIOR_PREVALENCE));
    }

    #[test]
    fn prevalence_is_capped_and_small_fleets_keep_the_prior() {
        assert_eq!(Groups::learn(&fleet(900, 40.0), 1_000, 8).prevalence[1], MOST_PREVALENCE);
        assert_eq!(Groups::learn(&fleet(90, 40.0), 499, 8).prevalence[1], PRIOR_PREVALENCE);
    }

    #[test]
    fn the_leading_component_is_the_best_explained() {
        let groups = Groups::learn(&fleet(3, 20.0), 1_000, 8);
        assert_eq!(groups.leading_component(&fleet(1, 20.0)[0]), 7);
    }

    fn alike(terminal: u32, signature: usize, factor: f64) -> Likelihood {
        Likelihood { terminal, signature, ln_factors: [f64::ln(factor); COMPONENTS] }
    }

    fn close(got: f64, right: f64) {
        assert!((got - right).abs() < 1e-9, "{got} and not {right}");
    }

    /// One terminal in 800 has each of eight faults: 0.99 have none.
    #[test]
    fn small_fleets_are_judged_by_the_prior() {
        let groups = Groups::learn(&[], 499, 8);
        let found = groups.posterior(&[alike(1, 2, 1_000.0), alike(1, 5, 200.0)]);
        let total = 0.99 + 1.25 + 0.25;
        close(found.none, 0.99 / total);
        close(found.by_signature[0], 1.25 / total);
        close(found.by_signature[1], 0.25 / total);
        let weak = groups.posterior(&[alike(1, 2, 0.5)]);
        close(weak.none, 0.99 / (0.99 + 0.5 / 800.0));
        close(alike(1, 2, 1_000.0).ln_bayes_factor(), f64::ln(1_000.0));
    }

    /// A tenth of a fault is believed in without having been seen: of 500 terminals two in 10,000 for each signature.
    #[test]
    fn a_terminal_is_judged_by_what_the_others_taught() {
        let one = alike(7, 1, 1_000.0);
        let groups = Groups::learn(std::slice::from_ref(&one), 500, 8);
        let found = groups.posterior(&[one]);
        let (none, fault) = (1.0 - 8.0 * 0.0002, 0.0002 * 1_000.0);
        assert!((found.none - none / (none + fault)).abs() < 1e-6, "{found:?}");
        // Sure faults of others are counted one by one.
        let many: Vec<_> = (1..=4).map(|terminal| alike(terminal, 1, 1e15)).collect();
        let groups = Groups::learn(&many, 500, 8);
        assert!((groups.prevalence[1] - 4.1 / 500.0).abs() < 1e-6, "{:?}", groups.prevalence);
        assert!((groups.prevalence[0] - 0.0002).abs() < 1e-12);
        let found = groups.posterior(&[alike(9, 1, 1_000.0)]);
        let (none, fault) = (1.0 - 7.0 * 0.0002 - 4.1 / 500.0, 4.1 / 500.0 * 1_000.0);
        // That terminal did not teach: what it would have taught itself is taken away nevertheless.
        let own = fault / (none + fault);
        let (none, fault) = (none + own / 500.0, fault - own / 500.0 * 1_000.0);
        assert!((found.none - none / (none + fault)).abs() < 1e-4, "{found:?}");
        // No fewer than one in 10,000.
        close(Groups::learn(&[], 5_000, 2).prevalence[0], 1e-4);
        close(Groups::learn(&[], 800, 2).prevalence[0], 0.1 / 800.0);
    }

    /// Two faults are believed to be spread over all components alike.
    #[test]
    fn components_are_learned_with_their_faults() {
        let mut groups = Groups::prior(1);
        let unit = 1_u64 << 40;
        let mut sums = [0; COMPONENTS];
        (sums[3], sums[4]) = (3 * unit, unit / 2);
        groups.follow(&[sums], 1_000);
        close(groups.prevalence[0], 3.6 / 1_000.0);
        for (component, weight) in groups.weights[0].iter().enumerate() {
            let seen = [(3, 3.0), (4, 0.5)].iter().find(|of| of.0 == component).map_or(0.0, |of| of.1);
            close(*weight, (2.0 / COMPONENTS as f64 + seen) / 5.5);
        }
        // The best of factors weighed by what was learned, the first of equal ones.
        let mut ln_factors = [0.0; COMPONENTS];
        assert_eq!(groups.leading_component(&Likelihood { terminal: 1, signature: 0, ln_factors }), 3);
        ln_factors[9] = 4.0;
        assert_eq!(groups.leading_component(&Likelihood { terminal: 1, signature: 0, ln_factors }), 9);
        ln_factors[12] = 4.0;
        assert_eq!(groups.leading_component(&Likelihood { terminal: 1, signature: 0, ln_factors }), 9);
    }
}
