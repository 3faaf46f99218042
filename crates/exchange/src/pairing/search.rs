//! Which open exchange a leg belongs to.
//!
//! Every answer follows from the leg and the exchanges of the last horizon alone, and from no more
//! than the newest `MOST_CANDIDATES` of them that share a key: beyond that nobody could tell them
//! apart, and a terminal that never counts its STAN must not make the search slow.

use super::REPEAT_MS;
use super::lookup::Lookup;
use super::open::Open;
use super::open_exchanges::{MOST_CANDIDATES, OpenExchanges};
use crate::{Leg, Reference, Traffic};

/// A reversal that names nothing but card and amount finds an original this far back.
const CARD_AND_AMOUNT_MS: i64 = 600_000;

/// Which neighbour of the switch an answer faces.
pub(super) enum Facing {
    Terminal,
    Upstream,
}

/// The families (see `Leg::family`) of rows without an MTI, of 0100 and of 0200.
const ATTEMPT_FAMILIES: [u8; 3] = [0, 2, 4];

impl OpenExchanges {
    /// The open exchange that `leg` belongs to and that `takes` it: by key; where a side does not
    /// tell its terminal by reference, then by the log's own id, then by STAN and link if only one
    /// exchange lies that close. A leg with neither STAN nor reference belongs to none.
    pub(super) fn partner(&mut self, leg: &Leg, takes: impl Fn(&Open) -> bool) -> Option<(u64, Facing)> {
        if leg.stan.is_none() && leg.rrn.is_absent() {
            return None;
        }
        let family = leg.family();
        let fits = |open: &Open| {
            open.family == family
                && open.terminal_agrees(leg.terminal_key)
                && open.reference_agrees(&leg.rrn)
                && takes(open)
        };
        let mut seen = 0;
        if let Some(stan) = leg.stan {
            let mut chain = self.found_by(Lookup::Key(family, leg.terminal_key, stan));
            if let Some((number, _)) = chain.find(|(_, open)| {
                seen += 1;
                open.stan_agrees(leg.stan) && fits(open)
            }) {
                return Some((number, Facing::Terminal));
            }
            if let Some(number) = self.by_alias(leg).filter(|number| self.is_hop_of(*number, leg)) {
                return Some((number, Facing::Upstream));
            }
        }
        let whole_key = !leg.lacks_key();
        // No exchange with another key can be meant, and all of those with this key have been looked at.
        if whole_key && self.all_have_keys() && seen < MOST_CANDIDATES {
            return None;
        }
        // Two whole keys that are equal were found above. So the shortcut changes nothing,
        // and no exchange of others decides whether it is taken.
        let lacks_key = |open: &Open| (!whole_key || open.began_without_key) && fits(open);
        let found = self.by_reference(leg, fits);
        let found = found.or_else(|| self.by_trace(leg, lacks_key));
        let found = found.or_else(|| self.only_one_near(leg, lacks_key));
        found.map(|number| (number, Facing::Terminal))
    }

    /// Makes exchanges findable by what a leg without a terminal looks for. To be called before anything
    /// is looked for.
    pub(super) fn prepare_for(&mut self, leg: &Leg) {
        if leg.terminal_key.is_absent() {
            let every_family = u32::MAX;
            if leg.stan.is_some() {
                self.index(Lookup::LINK, 1 << leg.family());
            }
            // A reversal may tell its original's reference alone.
            if !leg.rrn.is_absent() || !leg.original_rrn.is_absent() {
                self.index(Lookup::ANY_REFERENCE, every_family);
            }
            if leg.trace != 0 {
                self.index(Lookup::ANY_TRACE, every_family);
            }
        }
    }

    /// Whether a leg with the key of a hop belongs to that hop's exchange and not to a later one which
    /// came by the same number: while the exchange waits for its answer, and shortly after. Where no
    /// reference tells, the amount must; an answer approves a part of it at times.
    fn is_hop_of(&self, number: u64, leg: &Leg) -> bool {
        self.get(number).is_some_and(|open| {
            let same_reference = |request: &Leg| !leg.rrn.is_absent() && request.rrn == leg.rrn;
            open.terminal_agrees(leg.terminal_key)
                && open.reference_agrees(&leg.rrn)
                && open
                    .request
                    .as_ref()
                    .is_none_or(|request| same_reference(request) || super::amounts_agree(request, leg))
                && (open.answer.is_none() || leg.at.millis - open.last_activity() <= REPEAT_MS)
        })
    }

    fn by_reference(&self, leg: &Leg, fits: impl Fn(&Open) -> bool) -> Option<u64> {
        if leg.rrn.is_absent() {
            return None;
        }
        let one_number = |open: &Open| open.terminal_missing(leg.terminal_key) || open.stan_agrees(leg.stan);
        let mut chain = self.by_number(leg, leg.rrn);
        chain.find(|(_, open)| fits(open) && one_number(open)).map(|(number, _)| number)
    }

    /// The exchanges with this reference that `leg` may belong to.
    fn by_number(&self, leg: &Leg, rrn: Reference) -> impl Iterator<Item = (u64, &Open)> {
        let of = move |whose| Lookup::Reference(whose, rrn);
        self.sharing(leg.terminal_key, of, move || Lookup::AnyReference(rrn))
    }

    /// The exchanges with the log's own id of `leg`.
    fn by_log_id(&self, leg: &Leg) -> impl Iterator<Item = (u64, &Open)> {
        let trace = leg.trace;
        let of = move |whose| Lookup::Trace(whose, trace);
        self.sharing(leg.terminal_key, of, move || Lookup::AnyTrace(trace))
    }

    fn by_trace(&self, leg: &Leg, fits: impl Fn(&Open) -> bool) -> Option<u64> {
        if leg.trace == 0 {
            return None;
        }
        let mut chain = self.by_log_id(leg);
        chain.find(|(_, open)| fits(open) && open.stan_agrees(leg.stan)).map(|(number, _)| number)
    }

    /// The exchange with this STAN on this link, if there is exactly one close by and a side of it does
    /// not tell its terminal.
    fn only_one_near(&self, leg: &Leg, fits: impl Fn(&Open) -> bool) -> Option<u64> {
        let is_near = |open: &Open| leg.at.millis - open.last_activity() <= REPEAT_MS;
        let (family, stan) = (leg.family(), leg.stan?);
        let chain = self.found_by(match leg.terminal_key.is_absent() {
            true => Lookup::Link(family, stan, leg.link),
            false => Lookup::BareLink(family, stan, leg.link),
        });
        let mut near =
            chain.filter(|(_, open)| open.terminal_missing(leg.terminal_key) && fits(open) && is_near(open));
        let (number, _) = near.next()?;
        near.next().is_none().then_some(number)
    }

    /// The exchange of which this request is a hop further up: same reference or log id, same amount,
    /// another STAN or class, sent while the first request waits for its answer. Attempts and
    /// reversals pass hops.
    pub(super) fn outer_hop(&self, leg: &Leg) -> Option<u64> {
        let is_hop = |open: &Open| {
            let Some(request) = &open.request else { return false };
            open.traffic == leg.traffic()
                && open.answer.is_none()
                && open.terminal_agrees(leg.terminal_key)
                && request.amount.is_some()
                && request.amount == leg.amount
                && (request.stan != leg.stan || open.family != leg.family())
                && leg.at.millis - open.last_request <= REPEAT_MS
        };
        if !matches!(leg.traffic(), Traffic::Attempt | Traffic::Reversal) {
            return None;
        }
        let by_reference = (!leg.rrn.is_absent()).then(|| self.by_number(leg, leg.rrn));
        let by_trace = (leg.trace != 0).then(|| self.by_log_id(leg));
        let mut candidates = by_reference.into_iter().flatten().chain(by_trace.into_iter().flatten());
        candidates.find(|(_, open)| is_hop(open)).map(|(number, _)| number)
    }

    /// By the original's own numbers where the reversal tells them, else by terminal and STAN, else
    /// by reference, else by card and amount. An original that is told but not found is never
    /// replaced by a guess.
    pub(super) fn original_of(&mut self, leg: &Leg) -> Option<u64> {
        let by_stan = |stan: u64| self.original_by_stan(leg, stan);
        let by_reference = || self.original_by_reference(leg);
        match leg.original_stan {
            Some(stan) => by_stan(stan).or_else(by_reference),
            None => {
                let found = leg.stan.and_then(by_stan).or_else(by_reference);
                found.or_else(|| self.original_by_card(leg))
            }
        }
    }

    fn original_by_stan(&self, leg: &Leg, stan: u64) -> Option<u64> {
        let reference = original_reference(leg);
        let chains =
            ATTEMPT_FAMILIES.map(|family| self.found_by(Lookup::Key(family, leg.terminal_key, stan)));
        let is_it = |open: &Open| is_original(leg, open) && open.reference_agrees(&reference);
        chains.into_iter().flatten().filter(|(_, open)| is_it(open)).map(|(number, _)| number).max()
    }

    fn original_by_reference(&self, leg: &Leg) -> Option<u64> {
        let reference = original_reference(leg);
        if reference.is_absent() {
            return None;
        }
        let told = |open: &Open| leg.original_stan.is_none() || open.stan_agrees(leg.original_stan);
        let mut chain = self.by_number(leg, reference);
        chain.find(|(_, open)| is_original(leg, open) && told(open)).map(|(number, _)| number)
    }

    fn original_by_card(&mut self, leg: &Leg) -> Option<u64> {
        let (card, minor) = (leg.card?, leg.amount?.minor);
        let kind = if leg.terminal_key.is_absent() { Lookup::ANY_CARD } else { Lookup::CARD };
        self.index(kind, u32::MAX);
        let of = |whose| Lookup::Card(whose, card, minor);
        let mut chain = self.sharing(leg.terminal_key, of, || Lookup::AnyCard(card, minor));
        let near = |open: &Open| leg.at.millis - open.began <= CARD_AND_AMOUNT_MS;
        chain.find(|(_, open)| is_original(leg, open) && near(open)).map(|(number, _)| number)
    }
}

/// The reference by which a reversal's original can be known.
fn original_reference(leg: &Leg) -> Reference {
    if leg.original_rrn.is_absent() { leg.rrn } else { leg.original_rrn }
}

/// Whether a reversal may lie over an exchange.
fn is_original(leg: &Leg, open: &Open) -> bool {
    open.traffic == Traffic::Attempt && open.undo.is_none() && open.terminal_agrees(leg.terminal_key)
}
