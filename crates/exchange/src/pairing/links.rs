//! What each link's log shows of its own beginning and end.
//!
//! A request is unanswered only when its link's log goes on past the horizon; until then it waits
//! here. Otherwise every midnight cut would look like a row of time-outs.

use super::open::Open;
use crate::{Leg, Symbol, Traffic};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use posmortem_iso8583::Side;

/// One link's log.
#[derive(Default)]
struct LinkLog {
    first: i64,
    last: i64,
    has_requests: bool,
    /// Requests past the horizon whose link has not been heard since, oldest first.
    waiting: Vec<Open>,
}

/// All links, the unnamed one among them.
#[derive(Default)]
pub(super) struct Links(HashMap<Symbol, LinkLog, RandomState>);

impl Links {
    /// Takes note of a leg, and hands back the requests of its link that are unanswered now.
    pub(super) fn see(&mut self, leg: &Leg, horizon_ms: i64) -> Vec<Open> {
        let at = leg.at.millis;
        let log = self.0.entry(leg.link).or_insert_with(|| LinkLog { first: at, ..LinkLog::default() });
        log.last = at;
        log.has_requests |= leg.traffic() == Traffic::Attempt && leg.side() == Side::Request;
        let decided = log.waiting.partition_point(|open| open.began + horizon_ms < at);
        if decided == 0 { Vec::new() } else { log.waiting.drain(..decided).collect() }
    }

    /// Whether the link's log goes on past the horizon of `open`.
    pub(super) fn goes_on_after(&self, open: &Open, horizon_ms: i64) -> bool {
        self.0.get(&open.link()).is_some_and(|log| log.last > open.began + horizon_ms)
    }

    /// Whether an answer's request may have been logged before the link's log begins. A link that
    /// shows no requests at all is a log of answers, whose every line is an exchange.
    pub(super) fn may_begin_before(&self, open: &Open, horizon_ms: i64) -> bool {
        self.0.get(&open.link()).is_some_and(|log| log.has_requests && open.began <= log.first + horizon_ms)
    }

    /// Keeps a request until its link is heard again.
    pub(super) fn wait(&mut self, open: Open) {
        self.0.entry(open.link()).or_default().waiting.push(open);
    }

    /// At the end of the input: the requests that still wait, in the order of their time.
    pub(super) fn take_waiting(&mut self) -> Vec<Open> {
        let mut waiting: Vec<Open> =
            self.0.values_mut().flat_map(|log| std::mem::take(&mut log.waiting)).collect();
        waiting.sort_by_key(|open| open.began);
        waiting
    }
}
