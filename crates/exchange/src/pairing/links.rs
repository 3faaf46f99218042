//! What each link's log shows of its own beginning and end.
//!
//! A request is unanswered only when its link's log goes on past the horizon; until then it waits
//! here. Otherwise every midnight cut would look like a row of time-outs.

use super::open::Open;
use crate::{Leg, Symbol, Traffic};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use posmortem_iso8583::{Side, Timestamp};

/// A link whose log stops with requests open while others go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SilentLink {
    /// The link.
    pub link: Symbol,
    /// When it was last heard.
    pub last: Timestamp,
    /// Requests left open.
    pub open: u64,
}

/// One link's log.
struct LinkLog {
    first: i64,
    last: Timestamp,
    has_requests: bool,
    timeout_ms: i64,
    /// Requests past the horizon whose link has not been heard since, oldest first.
    waiting: Vec<Open>,
}

/// All links, the unnamed one among them.
#[derive(Default)]
pub(super) struct Links(HashMap<Symbol, LinkLog, RandomState>);

impl Links {
    /// Takes note of a leg (with its link's time-out when it is the link's first), and hands back the requests of its link that are unanswered now.
    pub(super) fn see(&mut self, leg: &Leg, horizon_ms: i64, timeout_ms: impl FnOnce() -> i64) -> Vec<Open> {
        let at = leg.at.millis;
        let new = || LinkLog {
            first: at,
            last: leg.at,
            has_requests: false,
            timeout_ms: timeout_ms(),
            waiting: Vec::new(),
        };
        let log = self.0.entry(leg.link).or_insert_with(new);
        log.last = leg.at;
        log.has_requests |= leg.traffic() == Traffic::Attempt && leg.side() == Side::Request;
        let decided = log.waiting.partition_point(|open| open.began + horizon_ms < at);
        if decided == 0 { Vec::new() } else { log.waiting.drain(..decided).collect() }
    }

    /// After how many milliseconds an answer on the link is late.
    pub(super) fn timeout_ms(&self, link: Symbol) -> i64 {
        self.0.get(&link).map_or(i64::MAX, |log| log.timeout_ms)
    }

    /// Whether the link's log goes on past the horizon of `open`.
    pub(super) fn goes_on_after(&self, open: &Open, horizon_ms: i64) -> bool {
        self.0.get(&open.link()).is_some_and(|log| log.last.millis > open.began + horizon_ms)
    }

    /// Whether an answer's request may have been logged before the link's log begins. A link that
    /// shows no requests at all is a log of answers, whose every line is an exchange.
    pub(super) fn may_begin_before(&self, open: &Open, horizon_ms: i64) -> bool {
        self.0.get(&open.link()).is_some_and(|log| log.has_requests && open.began <= log.first + horizon_ms)
    }

    /// Keeps a request until its link is heard again.
    pub(super) fn wait(&mut self, open: Open) {
        if let Some(log) = self.0.get_mut(&open.link()) {
            log.waiting.push(open);
        }
    }

    /// Links with requests waiting that were last heard more than the horizon before the log's end.
    pub(super) fn silent(&self, horizon_ms: i64) -> Vec<SilentLink> {
        let end = self.0.values().map(|log| log.last.millis).max().unwrap_or_default();
        let silent =
            self.0.iter().filter(|(_, log)| !log.waiting.is_empty() && log.last.millis + horizon_ms < end);
        silent
            .map(|(link, log)| SilentLink { link: *link, last: log.last, open: log.waiting.len() as u64 })
            .collect()
    }

    /// At the end of the input: the requests that still wait, in the order in which they began.
    pub(super) fn take_waiting(&mut self) -> Vec<Open> {
        let mut waiting: Vec<Open> =
            self.0.values_mut().flat_map(|log| std::mem::take(&mut log.waiting)).collect();
        waiting.sort_by_key(|open| open.number);
        waiting
    }
}
