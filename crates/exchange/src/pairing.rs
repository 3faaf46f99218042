//! Legs in canonical order become exchanges.
//!
//! The rules are those of `docs/semantics.md`, and all of them look at the legs alone: whether two
//! legs belong together, what is late and what nobody answered follows from their times and keys,
//! never from when a caller happens to hand them over. Memory follows the traffic within the
//! horizon. Sorting legs into canonical order is the caller's part.

mod links;
mod open;

use crate::{Direction, Exchange, Form, Ledger, Leg, Names, Symbol, Traffic, Undo};
use links::Links;
use open::{Lookup, Open, OpenExchanges};
use posmortem_iso8583::Side;
use std::collections::BTreeMap;

/// Equal legs this close to the one before are one message, printed or sent again.
const REPEAT_MS: i64 = 60_000;

/// A reversal that names nothing but card and amount finds an original this far back.
const CARD_AND_AMOUNT_MS: i64 = 600_000;

/// How long things may take.
#[derive(Clone, Debug)]
pub struct PairingSettings {
    /// How far apart in time the legs of one exchange and its reversal may lie, in milliseconds.
    pub horizon_ms: i64,
    /// After how many milliseconds an answer is late.
    pub timeout_ms: i64,
    /// The same for single links, by name.
    pub link_timeouts_ms: BTreeMap<String, i64>,
}

impl Default for PairingSettings {
    /// Ten minutes and sixty seconds.
    fn default() -> Self {
        Self { horizon_ms: 600_000, timeout_ms: 60_000, link_timeouts_ms: BTreeMap::new() }
    }
}

/// The state between two legs.
#[derive(Default)]
pub struct Pairing {
    settings: PairingSettings,
    open: OpenExchanges,
    links: Links,
    ledger: Ledger,
    orphan_reversals: u64,
    attempt_requests: u64,
}

impl Pairing {
    /// A pairing that has seen nothing.
    pub fn new(settings: PairingSettings) -> Self {
        Self { settings, ..Self::default() }
    }

    /// Takes the next leg in canonical order. Attempts whose horizon has passed go to `done`, in an
    /// order that depends on the legs alone: by their beginning, but for requests that had to wait
    /// until their link was heard again.
    pub fn push(&mut self, leg: &Leg, names: &Names, done: &mut impl FnMut(Exchange)) {
        for open in self.links.see(leg, self.settings.horizon_ms) {
            self.close(open, Form::RequestOnly, done);
        }
        self.settle_before(leg.at.millis - self.settings.horizon_ms, done);
        match (leg.mti, leg.side()) {
            (None, _) => self.row(leg, names),
            (_, Side::Request) => self.request(leg),
            (_, Side::Response) => self.answer(leg, names),
        }
    }

    /// Ends the input: everything still open is settled.
    pub fn finish(&mut self, done: &mut impl FnMut(Exchange)) {
        self.settle_before(i64::MAX, done);
        for open in self.links.take_waiting() {
            self.close(open, Form::Open, done);
        }
    }

    /// The ledger of all frames that were pushed and settled; rejects are the reader's.
    pub fn ledger(&self) -> Ledger {
        self.ledger
    }

    /// Reversals without an original within the horizon.
    pub fn orphan_reversals(&self) -> u64 {
        self.orphan_reversals
    }

    /// Requests of attempts seen so far, copies included.
    pub fn attempt_requests(&self) -> u64 {
        self.attempt_requests
    }

    /// A row that stands for a whole exchange.
    fn row(&mut self, leg: &Leg, names: &Names) {
        let same = |open: &Open| {
            open.answer.is_some_and(|answer| answer.code == leg.code && amounts_agree(&answer, leg))
                && leg.at.millis - open.last_answer <= REPEAT_MS
        };
        if let Some((number, _)) = self.partner(leg, same) {
            self.copy_of_answer(number, leg);
            return;
        }
        let late =
            leg.latency_ms.is_some_and(|latency| i64::from(latency) > self.timeout_ms(leg.link, names));
        self.open.add(Open { late, ..Open::new(*leg, false) });
    }

    fn request(&mut self, leg: &Leg) {
        let is_attempt = leg.traffic() == Traffic::Attempt;
        self.attempt_requests += u64::from(is_attempt);
        // Stored reversals and advices are sent again long after: within the horizon they are one.
        let window = if is_attempt { REPEAT_MS } else { self.settings.horizon_ms };
        let at = leg.at.millis;
        let same = |open: &Open| {
            let before = if leg.in_dump { open.last_activity() } else { open.last_request };
            open.request.is_some_and(|request| amounts_agree(&request, leg)) && at - before <= window
        };
        if let Some((number, _)) = self.partner(leg, same) {
            self.copy_of_request(number, leg);
        } else if let Some(number) = self.outer_hop(leg).filter(|_| is_attempt) {
            self.ledger.duplicates += 1;
            self.open.add_alias(number, leg);
        } else {
            let original = (leg.traffic() == Traffic::Reversal).then(|| self.undo(leg)).flatten();
            self.open.add(Open { original, ..Open::new(*leg, true) });
        }
    }

    fn answer(&mut self, leg: &Leg, names: &Names) {
        let at = leg.at.millis;
        let takes = |open: &Open| {
            let Some(answer) = &open.answer else { return true };
            let same = open.request.is_some() || amounts_agree(answer, leg);
            same && at - open.last_answer <= REPEAT_MS
        };
        match self.partner(leg, takes) {
            Some((number, Facing::Upstream)) => {
                self.ledger.duplicates += 1;
                if let Some(open) = self.open.get_mut(number) {
                    open.upstream = open.upstream.or(leg.code.map(|code| (code, leg.dialect)));
                }
            }
            Some((number, Facing::Terminal))
                if self.open.get(number).is_some_and(|open| open.answer.is_some()) =>
            {
                self.copy_of_answer(number, leg);
            }
            Some((number, Facing::Terminal)) => self.join(number, leg, names),
            None => {
                self.open.add(Open::new(*leg, false));
            }
        }
    }

    /// Gives a request its answer.
    fn join(&mut self, number: u64, leg: &Leg, names: &Names) {
        let timeout_ms = self.open.get(number).map_or(0, |open| self.timeout_ms(open.link(), names));
        let Some(open) = self.open.get_mut(number) else { return };
        let at = leg.at.millis;
        let told = leg.latency_ms.is_some_and(|latency| i64::from(latency) > timeout_ms);
        open.late =
            told || at - open.last_request > timeout_ms || open.undo.is_some_and(|undo| undo.at.millis <= at);
        open.answer = Some(*leg);
        open.last_answer = at;
        let original = open.original;
        self.open.find_by(number, leg);
        let undo = original.and_then(|number| self.open.get_mut(number)).and_then(|open| open.undo.as_mut());
        if let Some(undo) = undo {
            undo.answer = leg.code.map(|code| (code, leg.dialect));
        }
    }

    fn copy_of_request(&mut self, number: u64, leg: &Leg) {
        self.ledger.duplicates += 1;
        if let Some(open) = self.open.get_mut(number) {
            open.last_request = leg.at.millis;
            if let Some(request) = &mut open.request {
                complete(request, leg);
            }
        }
        self.open.find_by(number, leg);
    }

    /// A further answer: the same again, or another hop's with another code. What goes out to the
    /// terminal is the outcome; what came in from further up gives the cause. Where the log does
    /// not tell directions, answers travel towards the terminal, so the last one faces it.
    fn copy_of_answer(&mut self, number: u64, leg: &Leg) {
        self.ledger.duplicates += 1;
        let Some(open) = self.open.get_mut(number) else { return };
        open.last_answer = leg.at.millis;
        let Some(answer) = &mut open.answer else { return };
        if answer.code == leg.code {
            complete(answer, leg);
            return;
        }
        let faces_terminal = answer.direction == Direction::Outgoing && leg.direction == Direction::Incoming;
        let upstream = if faces_terminal { *leg } else { std::mem::replace(answer, *leg) };
        if !faces_terminal {
            complete(answer, &upstream);
        }
        open.upstream = open.upstream.or(upstream.code.map(|code| (code, upstream.dialect)));
    }

    /// The open exchange that `leg` belongs to and that `takes` it: by key; where a side does not
    /// tell its terminal by reference, then by the log's own id, then by STAN and link if only one
    /// exchange lies that close. A leg with neither STAN nor reference belongs to none.
    fn partner(&self, leg: &Leg, takes: impl Fn(&Open) -> bool) -> Option<(u64, Facing)> {
        if leg.stan.is_none() && leg.rrn.is_absent() {
            return None;
        }
        let fits = |open: &Open| {
            open.family == leg.family()
                && open.terminal_agrees(leg.terminal_key)
                && open.reference_agrees(&leg.rrn)
                && takes(open)
        };
        let facing_terminal = |number| Some((number, Facing::Terminal));
        if let Some(stan) = leg.stan {
            let key = Lookup::Key(leg.family(), leg.terminal_key, stan);
            if let Some((number, _)) = self.open.chain(key).find(|(_, open)| fits(open)) {
                return facing_terminal(number);
            }
            if let Some(number) = self.open.by_alias(key) {
                return Some((number, Facing::Upstream));
            }
        }
        if self.open.all_have_keys() && leg.stan.is_some() && !leg.terminal_key.is_absent() {
            return None;
        }
        let one_number = |open: &Open| open.terminal_missing(leg.terminal_key) || open.stan_agrees(leg.stan);
        let by_reference = (!leg.rrn.is_absent()).then(|| self.open.chain(Lookup::Reference(leg.rrn)));
        if let Some((number, _)) =
            by_reference.into_iter().flatten().find(|(_, open)| fits(open) && one_number(open))
        {
            return facing_terminal(number);
        }
        let by_trace = (leg.trace != 0).then(|| self.open.chain(Lookup::Trace(leg.trace)));
        let mut by_trace = by_trace.into_iter().flatten();
        if let Some((number, _)) = by_trace.find(|(_, open)| fits(open) && open.stan_agrees(leg.stan)) {
            return facing_terminal(number);
        }
        let is_near = |open: &Open| leg.at.millis - open.last_activity() <= REPEAT_MS;
        let chain = self.open.chain(Lookup::Link(leg.family(), leg.stan?, leg.link));
        let mut near =
            chain.filter(|(_, open)| open.terminal_missing(leg.terminal_key) && fits(open) && is_near(open));
        let (number, _) = near.next()?;
        near.next().is_none().then_some((number, Facing::Terminal))
    }

    /// The attempt of which this request is a hop further up: same reference or log id, same amount,
    /// another STAN or class, sent while the first request waits for its answer.
    fn outer_hop(&self, leg: &Leg) -> Option<u64> {
        let is_hop = |open: &Open| {
            let Some(request) = open.request.filter(|_| open.traffic == Traffic::Attempt) else {
                return false;
            };
            open.answer.is_none()
                && open.terminal_agrees(leg.terminal_key)
                && request.amount.is_some()
                && request.amount == leg.amount
                && (request.stan != leg.stan || open.family != leg.family())
                && leg.at.millis - open.last_request <= REPEAT_MS
        };
        let by_reference = (!leg.rrn.is_absent()).then(|| self.open.chain(Lookup::Reference(leg.rrn)));
        let by_trace = (leg.trace != 0).then(|| self.open.chain(Lookup::Trace(leg.trace)));
        let mut candidates = by_reference.into_iter().flatten().chain(by_trace.into_iter().flatten());
        candidates.find(|(_, open)| is_hop(open)).map(|(number, _)| number)
    }

    /// Lays a reversal over its original, and gives the original's number.
    fn undo(&mut self, leg: &Leg) -> Option<u64> {
        let Some(number) = self.original_of(leg) else {
            self.orphan_reversals += 1;
            return None;
        };
        let open = self.open.get_mut(number)?;
        let asked = open.request.or(open.answer).and_then(|leg| leg.amount);
        let smaller = leg
            .amount
            .zip(asked)
            .is_some_and(|(undone, asked)| undone.minor < asked.minor && undone.minor > 0);
        open.undo = Some(Undo {
            at: leg.at,
            reason: leg.reversal_reason,
            partial: leg.leaves_a_part || smaller,
            answer: None,
        });
        Some(number)
    }

    /// By the original's own numbers where the reversal tells them, else by terminal and STAN, else
    /// by reference, else by card and amount. An original that is told but not found is never
    /// replaced by a guess.
    fn original_of(&self, leg: &Leg) -> Option<u64> {
        let fits = |open: &Open| {
            open.traffic == Traffic::Attempt && open.undo.is_none() && open.terminal_agrees(leg.terminal_key)
        };
        let reference = if leg.original_rrn.is_absent() { leg.rrn } else { leg.original_rrn };
        let by_stan = |stan: u64| {
            let chains =
                ATTEMPT_FAMILIES.map(|family| self.open.chain(Lookup::Key(family, leg.terminal_key, stan)));
            let fitting = chains
                .into_iter()
                .flatten()
                .filter(|(_, open)| fits(open) && open.reference_agrees(&reference));
            fitting.map(|(number, _)| number).max()
        };
        let by_reference = || {
            let chain = (!reference.is_absent()).then(|| self.open.chain(Lookup::Reference(reference)));
            chain.into_iter().flatten().find(|(_, open)| fits(open)).map(|(number, _)| number)
        };
        let by_card = || {
            let chain = self.open.chain(Lookup::Card(leg.card?, leg.amount?.minor));
            let near = |open: &Open| leg.at.millis - open.began <= CARD_AND_AMOUNT_MS;
            chain.filter(|(_, open)| fits(open) && near(open)).map(|(number, _)| number).next()
        };
        match leg.original_stan {
            Some(stan) => by_stan(stan).or_else(by_reference),
            None => leg.stan.and_then(by_stan).or_else(by_reference).or_else(by_card),
        }
    }

    /// Settles every exchange that began before `began`.
    fn settle_before(&mut self, began: i64, done: &mut impl FnMut(Exchange)) {
        while let Some(open) = self.open.pop_before(began) {
            let horizon_ms = self.settings.horizon_ms;
            match (open.traffic, &open.request, &open.answer) {
                (Traffic::Advice, ..) => self.ledger.advice += open.frames(),
                (Traffic::Reversal, ..) => self.ledger.reversal += open.frames(),
                (Traffic::Administrative, ..) => self.ledger.administrative += open.frames(),
                (_, Some(_), Some(_)) => self.close(open, Form::Paired, done),
                (_, None, Some(answer)) if answer.mti.is_none() => self.close(open, Form::Complete, done),
                (_, None, _) if self.links.may_begin_before(&open, horizon_ms) => {
                    self.close(open, Form::Open, done);
                }
                (_, None, _) => self.close(open, Form::ResponseOnly, done),
                // An export that writes the answer's code into the request's row.
                (_, Some(request), None) if request.is_row && request.code.is_some() => {
                    let whole = Open { answer: open.request, request: None, ..open };
                    self.close(whole, Form::Complete, done);
                }
                // A terminal that sent a reversal has given up waiting.
                (_, Some(_), None) if open.undo.is_some() || self.links.goes_on_after(&open, horizon_ms) => {
                    self.close(open, Form::RequestOnly, done);
                }
                (_, Some(_), None) => self.links.wait(open),
            }
        }
    }

    fn close(&mut self, open: Open, form: Form, done: &mut impl FnMut(Exchange)) {
        let count = match form {
            Form::Paired => &mut self.ledger.paired,
            Form::Complete => &mut self.ledger.complete,
            Form::RequestOnly => &mut self.ledger.request_only,
            Form::ResponseOnly => &mut self.ledger.response_only,
            Form::Open => &mut self.ledger.open,
        };
        *count += open.frames();
        done(open.into_exchange(form));
    }

    fn timeout_ms(&self, link: Symbol, names: &Names) -> i64 {
        self.settings.link_timeouts_ms.get(names.text(link)).copied().unwrap_or(self.settings.timeout_ms)
    }
}

/// Which neighbour of the switch an answer faces.
enum Facing {
    Terminal,
    Upstream,
}

/// The families (see `Leg::family`) of rows without an MTI, of 0100 and of 0200.
const ATTEMPT_FAMILIES: [u8; 3] = [0, 2, 4];

/// Equal, or not told on one side.
fn amounts_agree(a: &Leg, b: &Leg) -> bool {
    a.amount.zip(b.amount).is_none_or(|(a, b)| a.minor == b.minor)
}

/// Fills what a leg does not tell from another copy of the same message.
fn complete(leg: &mut Leg, copy: &Leg) {
    let symbols = [
        (&mut leg.terminal, copy.terminal),
        (&mut leg.terminal_key, copy.terminal_key),
        (&mut leg.merchant, copy.merchant),
        (&mut leg.issuer, copy.issuer),
        (&mut leg.site, copy.site),
    ];
    for (symbol, from) in symbols {
        if symbol.is_absent() {
            *symbol = from;
        }
    }
    if leg.rrn.is_absent() {
        leg.rrn = copy.rrn;
    }
    leg.card = leg.card.or(copy.card);
    leg.token = leg.token.or(copy.token);
    leg.amount = leg.amount.or(copy.amount);
    leg.stan = leg.stan.or(copy.stan);
}
