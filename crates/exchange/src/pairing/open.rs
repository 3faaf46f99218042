//! An exchange that may still grow.

use super::lookup::Lookup;
use crate::{Exchange, Form, Leg, Reference, Symbol, Traffic, Undo};

/// No exchange: the end of a chain.
pub(super) const NONE: u64 = u64::MAX;

/// An exchange within the horizon of its first leg.
pub(super) struct Open {
    pub(super) traffic: Traffic,
    pub(super) family: u8,
    /// Its place among all exchanges, which follows from their legs alone.
    pub(super) number: u64,
    /// Time of the first leg; all that belongs here comes within the horizon of it.
    pub(super) began: i64,
    pub(super) request: Option<Leg>,
    /// Time of the last copy of the request.
    pub(super) last_request: i64,
    /// Time of the last copy of the request before any answer: an answer's delay counts from here.
    pub(super) waits_since: i64,
    pub(super) answer: Option<Leg>,
    /// Time of the last copy of the answer.
    pub(super) last_answer: i64,
    /// A copy of the request that came well after the answer: sent again, or, as another answer will
    /// tell, a further attempt under the same number.
    pub(super) again: Option<Box<Leg>>,
    /// The answer of a hop further up. On its own it is all the answer that the log shows.
    pub(super) upstream: Option<Box<Leg>>,
    pub(super) undo: Option<Undo>,
    /// On a reversal: the number of the exchange that it undoes.
    pub(super) original: Option<u64>,
    /// Whether its first leg lacks its terminal or STAN.
    pub(super) began_without_key: bool,
    /// Whether any of its legs lacks its terminal or STAN.
    pub(super) lacks_key: bool,
    /// What it can be found by, of each kind, as the first leg told it that told any ([`Seal`]).
    ///
    /// [`Seal`]: super::lookup::Seal
    pub(super) told: [u64; Lookup::KINDS],
    /// Of which kinds there is any, one bit each.
    pub(super) told_kinds: u32,
    /// The exchange before this one in each chain.
    pub(super) before: [u64; Lookup::CHAINED],
}

impl Open {
    pub(super) fn new(leg: &Leg, is_request: bool) -> Self {
        let at = leg.at.millis;
        Self {
            traffic: leg.traffic(),
            family: leg.family(),
            number: 0,
            began: at,
            request: is_request.then_some(*leg),
            last_request: at,
            waits_since: at,
            answer: (!is_request).then_some(*leg),
            last_answer: at,
            again: None,
            upstream: None,
            undo: None,
            original: None,
            began_without_key: leg.lacks_key(),
            lacks_key: false,
            told: [0; Lookup::KINDS],
            told_kinds: 0,
            before: [NONE; Lookup::CHAINED],
        }
    }

    pub(super) fn legs(&self) -> impl Iterator<Item = &Leg> {
        [&self.request, &self.answer].into_iter().flatten()
    }

    /// Frames that this exchange accounts for itself, duplicates apart.
    pub(super) fn frames(&self) -> u64 {
        self.legs().count() as u64
    }

    pub(super) fn last_activity(&self) -> i64 {
        self.last_request.max(self.last_answer)
    }

    /// The link on which it began.
    pub(super) fn link(&self) -> Symbol {
        self.legs().next().map_or(Symbol::ABSENT, |leg| leg.link)
    }

    /// The terminal, from whichever side tells it.
    pub(super) fn terminal_key(&self) -> Symbol {
        self.legs().map(|leg| leg.terminal_key).find(|key| !key.is_absent()).unwrap_or_default()
    }

    pub(super) fn terminal_agrees(&self, terminal: Symbol) -> bool {
        self.legs().all(|leg| leg.terminal_key.agrees_with(terminal))
    }

    /// Whether one of both sides does not tell its terminal.
    pub(super) fn terminal_missing(&self, terminal: Symbol) -> bool {
        terminal.is_absent() || self.legs().any(|leg| leg.terminal_key.is_absent())
    }

    pub(super) fn reference_agrees(&self, reference: &Reference) -> bool {
        self.legs().all(|leg| leg.rrn.agrees_with(reference))
    }

    pub(super) fn stan_agrees(&self, stan: Option<u64>) -> bool {
        self.legs().all(|leg| leg.stan.is_none() || stan.is_none() || leg.stan == stan)
    }

    /// Answered after the time-out, as the log says itself or as its times do, or after its own
    /// reversal.
    pub(super) fn is_late(&self, timeout_ms: i64) -> bool {
        let Some(answer) = &self.answer else { return false };
        let at = answer.at.millis;
        let told = answer.latency_ms.is_some_and(|latency| i64::from(latency) > timeout_ms);
        let waited = self.request.is_some() && at - self.waits_since > timeout_ms;
        let given_up = self.request.is_some() && self.undo.is_some_and(|undo| undo.at.millis <= at);
        told || waited || given_up
    }

    /// As it leaves the pairing.
    pub(super) fn into_exchange(self, form: Form, late: bool) -> Exchange {
        let Self { began, request, answer, upstream, undo, .. } = self;
        let upstream = upstream.filter(|leg| answer.as_ref().is_none_or(|answer| answer.code != leg.code));
        let upstream = upstream.and_then(|leg| Some((leg.code?, leg.dialect)));
        Exchange { form, began, request, answer, upstream, late, undo }
    }
}
