//! How issuers of the labelled worlds decline.

use crate::facts::{CAUSES, Code, Facts};
use crate::fleet::{Link, weighted};
use crate::make::Make;
use crate::random::{Random, Spread};
use rand::RngExt;
use rand::distr::Distribution;
use rand::distr::weighted::WeightedIndex;

/// The places of causes in [`CAUSES`].
pub(crate) const NETWORK: usize = 0;
pub(crate) const ACCOUNT: usize = 1;
pub(crate) const CARD: usize = 2;
pub(crate) const OPERATOR: usize = 4;

/// Codes of one cause in one dialect; none where it has none.
type Refusal = Option<(WeightedIndex<f64>, Vec<u8>)>;

/// What an issuer does when it declines.
pub(crate) struct Bank {
    /// How often attempts fail, by cause, against the average.
    pub(crate) rates: [f64; CAUSES.len()],
    /// By link and cause.
    refusals: Vec<[Refusal; CAUSES.len()]>,
}

impl Bank {
    pub(crate) fn draw(make: &Make, links: &[Link], facts: &Facts, random: &mut Random) -> Self {
        let mut rates = [1.0; CAUSES.len()];
        rates[ACCOUNT] = make.issuer_rates.draw(random);
        rates[CARD] = make.issuer_rates.draw(random);
        // Issuers differ by more than an order of magnitude in how often they are not there.
        rates[NETWORK] = Spread::Gamma(1.3).draw(random);
        let taste: Vec<f64> = facts.codes.iter().map(|_| Spread::Gamma(5.0).draw(random)).collect();
        let refusals = links.iter().map(|link| {
            std::array::from_fn(|cause| {
                let is_listed = |(at, code): &(usize, &Code)| {
                    let is_cause = facts.cause(*at as u8) == Some(cause);
                    is_cause && code.dialect == link.dialect && code.weight > 0.0
                };
                let listed: Vec<(usize, &Code)> = facts.codes.iter().enumerate().filter(is_listed).collect();
                let codes: Vec<u8> = listed.iter().map(|(at, _)| *at as u8).collect();
                let weights = listed.iter().map(|(at, code)| code.weight * taste[*at]);
                (!codes.is_empty()).then(|| (weighted(weights), codes))
            })
        });
        Self { rates, refusals: refusals.collect() }
    }

    /// A code of that cause; none where the link's dialect has none.
    pub(crate) fn refuse(&self, link: u32, cause: usize, random: &mut Random) -> Option<u8> {
        let (weights, codes) = self.refusals[link as usize][cause].as_ref()?;
        Some(codes[weights.sample(random)])
    }
}

/// How often customers' first attempts fail, by cause, drawn by the day. Published for cards at terminals, of
/// all attempts: network 0.2 to 0.5 %, account 1.2 to 3 %, card 0.3 to 0.6 %, key 0.05 to 0.15 %, operator 0.2
/// to 0.4 %. Retries that fail again, and sales that are cancelled, add the rest.
pub(crate) const BASE: [(f64, f64); CAUSES.len()] =
    [(0.0018, 0.0044), (0.0105, 0.025), (0.0026, 0.005), (0.0005, 0.0014), (0.0014, 0.003)];

/// What a failure of the path looks like.
pub(crate) enum Lost {
    Unanswered,
    Late,
    Told,
}

impl Lost {
    pub(crate) fn draw(random: &mut Random) -> Self {
        match random.random_range(0..100) {
            0..32 => Self::Unanswered,
            32..40 => Self::Late,
            _ => Self::Told,
        }
    }
}
