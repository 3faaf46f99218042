//! How cards were read: by entry mode, and chip cards read by their stripe and numbers typed in against what schemes
//! accept.

use super::lens::Lens;
use super::terminals::named;
use crate::percent::Percent;
use crate::reads;
use crate::sheet::fallback::limit_words;
use posmortem_exchange::SiteReads;
use posmortem_iso8583::EntryMode;
use serde::Serialize;
use std::cmp::Reverse;

/// Sites where nobody asks for a number of them.
const SITES: usize = 20;

#[derive(Serialize)]
pub(super) struct Fallback {
    /// By entry mode, those that did not come left out; most first.
    modes: Vec<Mode>,
    schemes: Vec<Reads>,
    /// Those over a limit first, then those with most.
    sites: Vec<Reads>,
    left_out: usize,
}

#[derive(Serialize)]
struct Mode {
    name: &'static str,
    attempts: u64,
    share: String,
    /// Of the most frequent one, in hundredths.
    bar: u64,
}

#[derive(Serialize)]
struct Reads {
    site: String,
    scheme: Option<&'static str>,
    /// Chip cards read by their stripe, of those read electronically.
    fallback: Held,
    /// Numbers typed in, of all at terminals.
    keyed: Held,
}

/// A share beside its limit.
#[derive(Serialize)]
struct Held {
    count: u64,
    of: u64,
    share: String,
    limit: Option<String>,
    /// Its name, and what it is called.
    state: Option<(&'static str, &'static str)>,
}

impl Fallback {
    pub(super) fn of(lens: &Lens<'_>) -> Option<Self> {
        let breakdown = lens.judged.breakdown?;
        let schemes = reads::Reads::of_schemes(lens.judged, breakdown);
        let sites = reads::Reads::of_sites(lens.judged, breakdown);
        let shown = sites.len().min(lens.view.top.unwrap_or(SITES));
        Some(Self {
            modes: modes(&breakdown.schemes()),
            schemes: schemes.iter().map(|reads| told(lens, reads)).collect(),
            sites: sites[..shown].iter().map(|reads| told(lens, reads)).collect(),
            left_out: sites.len() - shown,
        })
    }
}

fn modes(schemes: &[SiteReads]) -> Vec<Mode> {
    let of_mode = |mode: EntryMode| (mode, schemes.iter().map(|reads| reads.with(mode)).sum());
    let mut modes: Vec<(EntryMode, u64)> = EntryMode::ALL.into_iter().map(of_mode).collect();
    modes.retain(|(_, attempts)| *attempts > 0);
    modes.sort_by_key(|(_, attempts)| Reverse(*attempts));
    let all = modes.iter().map(|(_, attempts)| attempts).sum();
    let most = modes.first().map_or(1, |(_, attempts)| *attempts);
    let told = |&(mode, attempts): &(EntryMode, u64)| Mode {
        name: mode.name(),
        attempts,
        share: Percent::of(attempts, all).tenths(),
        bar: (attempts * 100).div_ceil(most),
    };
    modes.iter().map(told).collect()
}

fn told(lens: &Lens<'_>, reads: &reads::Reads) -> Reads {
    let held = |count, of, held: Option<reads::Held>| Held {
        count,
        of,
        share: Percent::of(count, of).tenths(),
        limit: held.map(|(limit, _)| Percent::of(limit.fail.into(), 100_000).tenths()),
        state: held.map(|(_, state)| (state.name(), limit_words(state)[lens.language as usize])),
    };
    Reads {
        site: named(lens.summary.names.text(reads.of.site), lens.labels.unknown_issuer),
        scheme: reads.of.scheme,
        fallback: held(reads.fallbacks(), reads.of.read_electronically(), reads.fallback),
        keyed: held(reads.typed_in(), reads.of.at_terminals(), reads.keyed),
    }
}
