//! Legs in canonical order become exchanges.
//!
//! The rules are those of `docs/semantics.md`, and all of them look at the legs alone: whether two
//! legs belong together, what is late and what nobody answered follows from their times and keys,
//! never from when a caller happens to hand them over. Memory follows the traffic within the
//! horizon. Sorting legs into canonical order is the caller's part.

mod links;
mod open;
mod search;

use crate::{Direction, Exchange, Form, Ledger, Leg, Names, Symbol, Traffic, Undo};
use links::Links;
use open::{Open, OpenExchanges};
use posmortem_iso8583::Side;
use search::Facing;
use std::collections::BTreeMap;

/// Equal legs this close to the one before are one message, printed or sent again.
const REPEAT_MS: i64 = 60_000;

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
        if let Some((number, _)) = self.open.partner(leg, same) {
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
            open.request.is_some_and(|request| request.code == leg.code && amounts_agree(&request, leg))
                && at - before <= window
        };
        if let Some((number, _)) = self.open.partner(leg, same) {
            self.copy_of_request(number, leg);
        } else if let Some(number) = self.open.outer_hop(leg).filter(|_| is_attempt) {
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
        match self.open.partner(leg, takes) {
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

    /// Lays a reversal over its original, and gives the original's number.
    fn undo(&mut self, leg: &Leg) -> Option<u64> {
        let Some(number) = self.open.original_of(leg) else {
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
        (&mut leg.switch_reason, copy.switch_reason),
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
