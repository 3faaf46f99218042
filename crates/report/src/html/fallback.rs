//! How cards were read: by entry mode, and chip cards read by their stripe against what schemes accept.

use super::lens::Lens;
use super::terminals::named;
use crate::percent::Percent;
use crate::sheet::fallback::limit_words;
use posmortem_diagnose::{LimitState, LimitedShare, SchemeLimit};
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
    electronic: u64,
    fallback: u64,
    share: String,
    limit: Option<String>,
    /// Its name, and what it is called.
    state: Option<(&'static str, &'static str)>,
}

impl Fallback {
    pub(super) fn of(lens: &Lens<'_>) -> Option<Self> {
        let breakdown = lens.judged.breakdown?;
        let day = lens.summary.last.map(|last| last.to_string()).unwrap_or_default();
        let day = day.get(..10).unwrap_or_default();
        let schemes = breakdown.schemes();
        let of_schemes = schemes.iter().filter(|reads| reads.read_electronically() > 0);
        let mut sites: Vec<_> =
            breakdown.sites.iter().filter(|reads| reads.with(EntryMode::Fallback) > 0).collect();
        sites.sort_by_key(|reads| {
            let state = limit(reads, day).map(|(_, state)| state);
            (Reverse(state), Reverse(reads.with(EntryMode::Fallback)))
        });
        let shown = sites.len().min(lens.view.top.unwrap_or(SITES));
        Some(Self {
            modes: modes(&schemes),
            schemes: of_schemes.map(|reads| told(lens, reads, day)).collect(),
            sites: sites[..shown].iter().map(|reads| told(lens, reads, day)).collect(),
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

fn limit(reads: &SiteReads, day: &str) -> Option<(&'static SchemeLimit, LimitState)> {
    let limit = SchemeLimit::of(reads.scheme, LimitedShare::Fallback, day)?;
    Some((limit, limit.state(reads.with(EntryMode::Fallback), reads.read_electronically())))
}

fn told(lens: &Lens<'_>, reads: &SiteReads, day: &str) -> Reads {
    let (fallback, electronic) = (reads.with(EntryMode::Fallback), reads.read_electronically());
    let limit = limit(reads, day);
    Reads {
        site: named(lens.summary.names.text(reads.site), ""),
        scheme: reads.scheme,
        electronic,
        fallback,
        share: Percent::of(fallback, electronic).tenths(),
        limit: limit.map(|(limit, _)| Percent::of(limit.fail.into(), 100_000).tenths()),
        state: limit.map(|(_, state)| (state.name(), limit_words(state)[lens.language as usize])),
    }
}
