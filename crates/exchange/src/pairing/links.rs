//! What each link's log shows of its own beginning and end.
//!
//! A request is unanswered only when its link's log goes on past the horizon; until then it waits
//! here. Otherwise every midnight cut would look like a row of time-outs.

use super::open::Open;
use crate::{Leg, Source, Symbol, Traffic};
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

/// From when to when a link is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkSpan {
    /// Its first message.
    pub first: Timestamp,
    /// Its last message.
    pub last: Timestamp,
    /// Its first request of an attempt, in milliseconds: a link without any shows answers alone.
    pub first_request: Option<i64>,
}

impl LinkSpan {
    /// What one leg tells of its link.
    pub fn of(leg: &Leg) -> Self {
        let is_request = leg.traffic() == Traffic::Attempt && leg.side() == Side::Request;
        Self { first: leg.at, last: leg.at, first_request: is_request.then_some(leg.at.millis) }
    }

    /// Widens the span by another one of the same link.
    pub fn widen(&mut self, other: Self) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        let requests = [self.first_request, other.first_request];
        self.first_request = requests.into_iter().flatten().min();
    }
}

/// One link's log.
pub(super) struct LinkLog {
    link: Symbol,
    span: LinkSpan,
    timeout_ms: i64,
    /// Requests past the horizon whose link has not been heard since, oldest first.
    waiting: Vec<Open>,
}

/// All links, the unnamed one among them.
#[derive(Default)]
pub(super) struct Links {
    logs: Vec<LinkLog>,
    /// Where in `logs` a link stands, by [`Symbol::index`]; 0 is nowhere, 1 the first.
    places: Vec<u32>,
}

impl Links {
    /// Takes note of when a link is heard, with its time-out when that is the first time.
    pub(super) fn hear(
        &mut self,
        link: Symbol,
        span: LinkSpan,
        timeout_ms: impl FnOnce() -> i64,
    ) -> &mut LinkLog {
        let Self { logs, places } = self;
        if places.len() <= link.index() {
            places.resize(link.index() + 1, 0);
        }
        let place = &mut places[link.index()];
        if *place == 0 {
            logs.push(LinkLog { link, span, timeout_ms: timeout_ms(), waiting: Vec::new() });
            // No more of them than symbols.
            *place = logs.len() as u32;
        }
        let log = &mut logs[*place as usize - 1];
        log.span.widen(span);
        log
    }

    fn log(&self, link: Symbol) -> Option<&LinkLog> {
        let place = self.places.get(link.index())?.checked_sub(1)?;
        self.logs.get(place as usize)
    }

    /// Takes note of a leg, and hands back the requests of its link that waited for one: legs come in the order of time, so
    /// that it lies past the horizon of them all.
    pub(super) fn see(&mut self, leg: &Leg, horizon_ms: i64, timeout_ms: impl FnOnce() -> i64) -> Vec<Open> {
        let log = self.hear(leg.link, LinkSpan::of(leg), timeout_ms);
        debug_assert!(
            log.waiting.iter().all(|open| open.began + horizon_ms < leg.at.millis),
            "legs in their order"
        );
        std::mem::take(&mut log.waiting)
    }

    /// Whether any of them has a name.
    pub(super) fn has_names(&self) -> bool {
        self.logs.iter().any(|log| !log.link.is_absent())
    }

    /// After how many milliseconds an answer on the link is late.
    pub(super) fn timeout_ms(&self, link: Symbol) -> i64 {
        self.log(link).map_or(i64::MAX, |log| log.timeout_ms)
    }

    /// Whether the link's log goes on past the horizon of what began at `began`.
    pub(super) fn goes_on_after(&self, link: Symbol, began: i64, horizon_ms: i64) -> bool {
        self.log(link).is_some_and(|log| log.span.last.millis > began + horizon_ms)
    }

    /// Whether an answer's request may have been logged before the link's log begins. A link that
    /// shows no requests within the horizon is a log of answers, whose every line is an exchange.
    pub(super) fn may_begin_before(&self, link: Symbol, began: i64, horizon_ms: i64) -> bool {
        self.log(link).is_some_and(|log| {
            log.span.first_request.is_some_and(|request| request <= began + horizon_ms)
                && began <= log.span.first.millis + horizon_ms
        })
    }

    /// Where the requests stand that wait.
    pub(super) fn waiting(&self) -> impl Iterator<Item = Source> {
        self.logs.iter().flat_map(|log| &log.waiting).filter_map(|open| Some(open.request.as_ref()?.source))
    }

    /// The spans of all links.
    pub(super) fn spans(&self) -> impl Iterator<Item = (Symbol, LinkSpan)> {
        self.logs.iter().map(|log| (log.link, log.span))
    }

    /// Keeps a request until its link is heard again.
    pub(super) fn wait(&mut self, open: Open) {
        let place = self.places.get(open.link().index()).and_then(|place| place.checked_sub(1));
        if let Some(log) = place.and_then(|place| self.logs.get_mut(place as usize)) {
            log.waiting.push(open);
        }
    }

    /// At the end of the input: the requests that still wait, in the order in which they began, and
    /// whether their link was heard past their horizon after all.
    pub(super) fn take_waiting(&mut self, horizon_ms: i64) -> Vec<(Open, bool)> {
        let mut waiting: Vec<Open> =
            self.logs.iter_mut().flat_map(|log| std::mem::take(&mut log.waiting)).collect();
        waiting.sort_by_key(|open| open.number);
        let decide = |open: Open| {
            let goes_on = self.goes_on_after(open.link(), open.began, horizon_ms);
            (open, goes_on)
        };
        waiting.into_iter().map(decide).collect()
    }

    /// Of these requests left open, those on links that were last heard more than the horizon before
    /// the log's end.
    pub(super) fn silent(&self, left_open: &[Symbol], horizon_ms: i64) -> Vec<SilentLink> {
        let end = self.logs.iter().map(|log| log.span.last.millis).max().unwrap_or_default();
        let mut counts: HashMap<Symbol, u64, RandomState> = HashMap::default();
        for link in left_open {
            *counts.entry(*link).or_default() += 1;
        }
        let silent = counts.into_iter().filter_map(|(link, open)| {
            let last = self.log(link)?.span.last;
            Some(SilentLink { link, last, open })
        });
        silent.filter(|link| link.last.millis + horizon_ms < end).collect()
    }
}
