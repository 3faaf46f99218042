//! Attempts counted by something else than their terminal: by minute, issuer, link, scheme and site, by how
//! long the answer took; and what happened to keys and approvals.
//!
//! One pass over a finished [`ExchangeTable`](crate::ExchangeTable), chunk by chunk, for who asks: a run whose report shows nothing of
//! it does without. Nothing is judged here and nothing left out; what is worth showing is the report's business.
//! Sums are integers, so chunks may be counted in any order and on any thread.

mod counter;
mod latencies;
mod timeline;

use crate::{Counts, Reply, Symbol};
pub use counter::{BreakdownCounter, BreakdownPart};
pub use latencies::Latencies;
use posmortem_classify::Reason;
use posmortem_iso8583::{Currency, EntryMode};
use std::collections::BTreeMap;
pub use timeline::{Minutes, Timeline};

/// Attempts that have something in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Attempts, outcomes, causes.
    pub counts: Counts,
    /// Failures for a technical reason ([`Reason::is_technical`]).
    pub technical: u64,
    /// How long answers took.
    pub latencies: Latencies,
}

impl Group {
    /// Failures for a business reason: those that are neither technical nor unclassified.
    pub fn business(&self) -> u64 {
        self.counts.causes.iter().sum::<u64>() - self.technical
    }
}

/// How cards of one scheme were read at one site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteReads {
    /// The site, else the merchant; absent where neither is told.
    pub site: Symbol,
    /// The scheme by the issuer's prefix; none where issuers have names, or the prefix is nobody's.
    pub scheme: Option<&'static str>,
    /// Attempts by entry mode, in the order of [`EntryMode::ALL`].
    pub reads: [u64; EntryMode::ALL.len()],
}

impl SiteReads {
    /// Cards read by their chip, contactless, by their stripe or by it in place of the chip.
    pub fn read_electronically(&self) -> u64 {
        use EntryMode::{Chip, Contactless, Fallback, Stripe};
        [Contactless, Chip, Stripe, Fallback].into_iter().map(|mode| self.with(mode)).sum()
    }

    /// Attempts whose card was read or typed in at a terminal.
    pub fn at_terminals(&self) -> u64 {
        self.read_electronically() + self.with(EntryMode::Manual)
    }

    /// Attempts of that entry mode.
    pub fn with(&self, mode: EntryMode) -> u64 {
        self.reads[mode as usize]
    }
}

/// Attempts that the issuer approved and the customer did not get: answered too late, or taken back by a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostApprovals {
    /// The terminal without left zeros.
    pub terminal: Symbol,
    /// Why.
    pub reason: Reason,
    /// The currency of the amounts; none where no amount is told.
    pub currency: Option<Currency>,
    /// How many.
    pub count: u64,
    /// What they asked for, in minor units.
    pub minor: u128,
}

/// Network management of one terminal, and its reversals that found nothing, each message once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Management {
    /// The terminal without left zeros: as the log prints it is not kept, for what befalls terminals beside their
    /// attempts is told by this alone.
    pub terminal: Symbol,
    /// Sign-ons by how they were answered, in the order of [`Reply::ALL`].
    pub sign_ons: [u64; Reply::ALL.len()],
    /// Changes of working keys by how they were answered.
    pub key_changes: [u64; Reply::ALL.len()],
    /// Reversals of which nobody knows the original.
    pub orphan_reversals: u64,
}

/// What a run's attempts come to, counted by something else than their terminal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Breakdown {
    /// The fleet.
    pub fleet: Group,
    /// By minute of the log's own clock.
    pub minutes: Minutes,
    /// By issuer, in the order of their texts; absent is an issuer that the log does not tell.
    pub issuers: Vec<(Symbol, Group)>,
    /// By link, in the order of their texts.
    pub links: Vec<(Symbol, Group)>,
    /// By site and scheme, in the order of their texts.
    pub sites: Vec<SiteReads>,
    /// By terminal, reason and currency, in the order of their texts.
    pub lost: Vec<LostApprovals>,
    /// Terminals with network management or reversals that found nothing, in the order of their texts.
    pub management: Vec<Management>,
}

impl Breakdown {
    /// How cards of each scheme were read at all sites, in the order of the schemes' names; their site is absent.
    pub fn schemes(&self) -> Vec<SiteReads> {
        let mut schemes = BTreeMap::<_, [u64; EntryMode::ALL.len()]>::new();
        for site in &self.sites {
            let sum = schemes.entry(site.scheme).or_default();
            sum.iter_mut().zip(site.reads).for_each(|(sum, more)| *sum += more);
        }
        let site = Symbol::ABSENT;
        schemes.into_iter().map(|(scheme, reads)| SiteReads { site, scheme, reads }).collect()
    }
}

#[cfg(test)]
mod tests;
