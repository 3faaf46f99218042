//! Attacks on card numbers: many cards of one issuer keyed at one terminal within minutes, most refused.
//!
//! What an attack touched says nothing about terminals, issuers or hours, so it is found before anything
//! is counted. Failures of the path are no refusals: a shop that keys its orders in while an issuer is
//! down is not under attack.

use crate::Mark;
use posmortem_classify::Cause;

/// This many entries ...
pub(crate) const RUN: usize = 20;
/// ... within this time ...
const RUN_MS: i64 = 600_000;
/// ... with as many refused (60 %) ...
const LEAST_REFUSED: usize = 12;
/// ... and as many distinct cards are an attack.
const LEAST_CARDS: usize = 15;

/// A card that was keyed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyedEntry {
    /// When, in milliseconds.
    pub at: i64,
    /// The issuer, by the prefix of the card number.
    pub issuer: u32,
    /// The card, by any number that differs by card. Entries without one prove no distinct cards.
    pub card: Option<u32>,
    /// What it showed.
    pub mark: Mark,
}

/// An attack on one issuer's cards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttackRun {
    /// The issuer.
    pub issuer: u32,
    /// The places of its entries among those given, ascending.
    pub entries: Vec<usize>,
    /// How many of them the issuer refused for the card or the account.
    pub refused: usize,
    /// Distinct cards.
    pub cards: usize,
}

/// The attacks among the keyed entries of one terminal, given in the order of time; by issuer, then time.
pub fn attacks(entries: &[KeyedEntry]) -> Vec<AttackRun> {
    let mut by_issuer: Vec<(u32, usize)> =
        entries.iter().enumerate().map(|(at, entry)| (entry.issuer, at)).collect();
    by_issuer.sort_unstable();
    let mut runs = Vec::new();
    for of_issuer in by_issuer.chunk_by(|a, b| a.0 == b.0) {
        let places: Vec<usize> = of_issuer.iter().map(|one| one.1).collect();
        // The end of the run that is being extended, if any: overlapping runs are one attack.
        let mut open: Option<(usize, usize)> = None;
        for (start, run) in places.windows(RUN).enumerate().filter(|(_, run)| is_attack(entries, run)) {
            let end = start + run.len();
            match &mut open {
                Some((_, reached)) if start < *reached => *reached = end,
                _ => {
                    runs.extend(open.map(|(start, end)| describe(entries, &places[start..end])));
                    open = Some((start, end));
                }
            }
        }
        runs.extend(open.map(|(start, end)| describe(entries, &places[start..end])));
    }
    runs
}

fn is_attack(entries: &[KeyedEntry], run: &[usize]) -> bool {
    entries[run[RUN - 1]].at - entries[run[0]].at <= RUN_MS
        && refused(entries, run) >= LEAST_REFUSED
        && cards(entries, run) >= LEAST_CARDS
}

fn refused(entries: &[KeyedEntry], places: &[usize]) -> usize {
    let of = |place: &usize| entries[*place].mark.reason().map(posmortem_classify::Reason::cause);
    places.iter().filter(|place| matches!(of(place), Some(Cause::Account | Cause::Card))).count()
}

fn cards(entries: &[KeyedEntry], places: &[usize]) -> usize {
    let mut cards: Vec<u32> = places.iter().filter_map(|&place| entries[place].card).collect();
    cards.sort_unstable();
    cards.dedup();
    cards.len()
}

fn describe(entries: &[KeyedEntry], places: &[usize]) -> AttackRun {
    AttackRun {
        issuer: entries[places[0]].issuer,
        entries: places.to_vec(),
        refused: refused(entries, places),
        cards: cards(entries, places),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyed(seconds: i64, issuer: u32, card: u32, mark: &str) -> KeyedEntry {
        let mark = Mark::from_name(mark).unwrap_or(Mark::NONE);
        KeyedEntry { at: seconds * 1_000, issuer, card: Some(card), mark }
    }

    #[test]
    fn many_refused_cards_of_one_issuer_are_one_attack() {
        let mut entries: Vec<_> =
            (0..60).map(|at| keyed(at * 10, 4, at as u32, "card_number_wrong")).collect();
        entries.insert(30, keyed(295, 5, 999, "approved"));
        let runs = attacks(&entries);
        assert_eq!(runs.len(), 1);
        assert_eq!((runs[0].issuer, runs[0].refused, runs[0].cards), (4, 60, 60));
        assert!(!runs[0].entries.contains(&30) && runs[0].entries.len() == 60);
    }

    #[test]
    fn attacks_apart_are_two() {
        let burst =
            |from: i64| (0..20).map(move |at| keyed(from + at * 5, 4, (from + at) as u32, "issuer_refused"));
        let entries: Vec<_> = burst(0).chain(burst(7_200)).collect();
        let runs = attacks(&entries);
        assert_eq!(runs.iter().map(|run| run.entries.len()).collect::<Vec<_>>(), [20, 20]);
    }

    #[test]
    fn a_keyed_shop_in_an_outage_is_no_attack() {
        for mark in ["issuer_unavailable", "response_timeout", "wrong_procedure", "approved"] {
            let entries: Vec<_> = (0..80).map(|at| keyed(at * 10, 4, at as u32, mark)).collect();
            assert_eq!(attacks(&entries), [], "{mark}");
        }
    }

    #[test]
    fn neither_slow_nor_few_nor_one_card_is_an_attack() {
        let slow: Vec<_> = (0..60).map(|at| keyed(at * 60, 4, at as u32, "issuer_refused")).collect();
        let few: Vec<_> = (0..19).map(|at| keyed(at, 4, at as u32, "issuer_refused")).collect();
        let storm: Vec<_> = (0..30).map(|at| keyed(at * 4, 4, 77, "issuer_refused")).collect();
        let mixed: Vec<_> =
            (0..60).map(|at| keyed(at * 10, at as u32, at as u32, "issuer_refused")).collect();
        let half: Vec<_> = (0..60)
            .map(|at| keyed(at * 10, 4, at as u32, if at % 2 == 0 { "issuer_refused" } else { "approved" }))
            .collect();
        for entries in [slow, few, storm, mixed, half] {
            assert_eq!(attacks(&entries), []);
        }
    }

    /// Twenty entries, each a second after the one before; `change` is told the place of each.
    fn twenty(change: impl Fn(usize, &mut KeyedEntry)) -> Vec<KeyedEntry> {
        let mut entries: Vec<_> = (0..20).map(|at| keyed(at, 4, at as u32, "issuer_refused")).collect();
        entries.iter_mut().enumerate().for_each(|(at, entry)| change(at, entry));
        entries
    }

    #[test]
    fn every_limit_holds_its_last_value() {
        let last_at =
            |at| attacks(&twenty(|place, entry| entry.at = if place == 19 { at } else { entry.at }));
        assert_eq!((last_at(600_000).len(), last_at(600_001).len()), (1, 0));
        let refused = |many| {
            attacks(&twenty(|place, entry| entry.mark = if place < many { entry.mark } else { Mark::NONE }))
        };
        assert_eq!((refused(12).len(), refused(12)[0].refused, refused(11).len()), (1, 12, 0));
        let cards = |many: u32| attacks(&twenty(|_, entry| entry.card = entry.card.map(|card| card % many)));
        assert_eq!((cards(15).len(), cards(15)[0].cards, cards(14).len()), (1, 15, 0));
        // Entries without a card prove no distinct cards.
        let known = |many| attacks(&twenty(|place, entry| entry.card = entry.card.filter(|_| place < many)));
        assert_eq!((known(15).len(), known(14).len()), (1, 0));
    }

    /// One entry in common makes two runs one attack, none leaves them two.
    #[test]
    fn runs_that_overlap_are_one_attack() {
        let pause = |at: i64| if at >= 20 { 600 } else { 0 };
        let entry = |at: i64| keyed(at + pause(at), 4, at as u32, "issuer_refused");
        let apart: Vec<_> = (0..40).map(entry).collect();
        let found: Vec<Vec<usize>> = attacks(&apart).into_iter().map(|run| run.entries).collect();
        assert_eq!(found, [(0..20).collect::<Vec<_>>(), (20..40).collect()]);
        // The twentieth lies within ten minutes of the 19 before it and of the 19 behind it.
        let shared: Vec<_> = (0..39).map(|at| keyed(at * 31, 4, at as u32, "issuer_refused")).collect();
        let found: Vec<Vec<usize>> = attacks(&shared).into_iter().map(|run| run.entries).collect();
        assert_eq!(found, [(0..39).collect::<Vec<_>>()]);
    }
}
