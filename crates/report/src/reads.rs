//! How cards were read, held against what schemes accept on the day of the log: the sites that the answer to
//! `fallback` and the page show, in one order.

use crate::judged::Judged;
use posmortem_diagnose::{LimitState, LimitedShare, SchemeLimit};
use posmortem_exchange::{Breakdown, SiteReads};
use posmortem_iso8583::EntryMode;
use std::cmp::Reverse;

/// A limit, and how a share stands to it.
pub(crate) type Held = (&'static SchemeLimit, LimitState);

/// How a scheme's cards were read at a site, beside what the scheme accepts.
pub(crate) struct Reads {
    pub(crate) of: SiteReads,
    /// Chip cards read by their stripe, of those read electronically.
    pub(crate) fallback: Option<Held>,
    /// Numbers typed in, of all at terminals.
    pub(crate) keyed: Option<Held>,
}

impl Reads {
    fn new(of: SiteReads, day: &str) -> Self {
        let against = |share, part, whole| {
            let limit = SchemeLimit::of(of.scheme, share, day)?;
            Some((limit, limit.state(part, whole)))
        };
        let fallback =
            against(LimitedShare::Fallback, of.with(EntryMode::Fallback), of.read_electronically());
        let keyed = against(LimitedShare::Keyed, of.with(EntryMode::Manual), of.at_terminals());
        Self { of, fallback, keyed }
    }

    /// Each scheme at all sites, those without a card at a terminal left out.
    pub(crate) fn of_schemes(judged: &Judged<'_>, breakdown: &Breakdown) -> Vec<Self> {
        let day = day(judged);
        let schemes = breakdown.schemes().into_iter().filter(|reads| reads.at_terminals() > 0);
        schemes.map(|reads| Self::new(reads, &day)).collect()
    }

    /// Sites where either happened: those over a limit first, then those with most.
    pub(crate) fn of_sites(judged: &Judged<'_>, breakdown: &Breakdown) -> Vec<Self> {
        let day = day(judged);
        let sites = breakdown.sites.iter().map(|reads| Self::new(reads.clone(), &day));
        let mut sites: Vec<_> = sites.filter(|reads| reads.fallbacks() + reads.typed_in() > 0).collect();
        sites.sort_by_key(|reads| {
            (Reverse(reads.worst()), Reverse(reads.fallbacks()), Reverse(reads.typed_in()))
        });
        sites
    }

    pub(crate) fn fallbacks(&self) -> u64 {
        self.of.with(EntryMode::Fallback)
    }

    pub(crate) fn typed_in(&self) -> u64 {
        self.of.with(EntryMode::Manual)
    }

    fn worst(&self) -> Option<LimitState> {
        [self.fallback, self.keyed].into_iter().flatten().map(|(_, state)| state).max()
    }
}

/// The day whose limits count: the last of the log.
fn day(judged: &Judged<'_>) -> String {
    let last = judged.summary.last.map(|last| last.to_string()).unwrap_or_default();
    last.get(..10).unwrap_or_default().to_owned()
}
