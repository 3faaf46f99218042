//! Legs in canonical order become exchanges.
//!
//! The rules are those of `docs/semantics.md`, and all of them look at the legs alone: whether two
//! legs belong together, what is late and what nobody answered follows from their times and keys,
//! never from when a caller happens to hand them over. Memory follows the traffic within the
//! horizon. Sorting legs into canonical order is the caller's part.

mod asides;
mod copies;
mod hops;
mod links;
mod lookup;
mod open;
mod open_exchanges;
#[cfg(test)]
mod scan;
mod search;
mod settings;
mod settling;

use crate::{Aside, Exchange, Form, Hop, Ledger, Leg, Names, Source, Symbol, Traffic, Undo};
use hops::Hops;
use links::Links;
pub use links::{LinkSpan, SilentLink};
use open::Open;
pub(crate) use open_exchanges::MOST_CANDIDATES;
use open_exchanges::OpenExchanges;
use posmortem_iso8583::Side;
use search::Facing;
pub use settings::PairingSettings;

/// Equal legs this close to the one before are one message, printed or sent again.
pub(crate) const REPEAT_MS: i64 = Pairing::REPEAT_MS;

/// The state between two legs.
#[derive(Default)]
pub struct Pairing {
    settings: PairingSettings,
    open: OpenExchanges,
    links: Links,
    ledger: Ledger,
    orphan_reversals: u64,
    attempt_requests: u64,
    attempt_answers: u64,
    /// Links of requests that another run has left open.
    left_open: Vec<Symbol>,
    silent_links: Vec<SilentLink>,
    /// What was settled and is no attempt.
    asides: Vec<Aside>,
    /// Where messages were seen again, where somebody asks.
    hops: Option<Box<Hops>>,
}

impl Pairing {
    /// Equal legs this close to the one before, in milliseconds, are one message, printed or sent
    /// again.
    pub const REPEAT_MS: i64 = 60_000;

    /// A pairing that has seen nothing.
    pub fn new(settings: PairingSettings) -> Self {
        Self { settings, ..Self::default() }
    }

    /// Counts from now on where messages are seen again ([`Pairing::take_hops`]).
    pub fn count_hops(&mut self) {
        self.hops = Some(Box::default());
    }

    /// Where messages were seen again, by the names of links, if it was counted.
    pub fn take_hops(&mut self, names: &Names) -> Vec<Hop> {
        self.hops.take().map_or_else(Vec::new, |hops| hops.named(names))
    }

    /// Takes note of when a link is heard, by legs that do not come through [`Pairing::push`].
    pub fn hear(&mut self, link: Symbol, span: LinkSpan, names: &Names) {
        self.links.hear(link, span, || self.settings.timeout_of(names.text(link)));
    }

    /// Takes the next leg in canonical order. Attempts whose horizon has passed go to `done`, in an
    /// order that depends on the legs alone: by their beginning, but for requests that had to wait
    /// until their link was heard again.
    pub fn push(&mut self, leg: &Leg, names: &Names, done: &mut impl FnMut(Exchange)) {
        let settings = &self.settings;
        let (horizon_ms, timeout_ms) = (settings.horizon_ms, || settings.timeout_of(names.text(leg.link)));
        for open in self.links.see(leg, horizon_ms, timeout_ms) {
            self.close(open, Form::RequestOnly, done);
        }
        self.settle_before(leg.at.millis.saturating_sub(horizon_ms), done);
        self.open.prepare_for(leg);
        match (leg.mti, leg.side()) {
            (None, _) => self.row(leg),
            (_, Side::Request) => self.request(leg),
            (_, Side::Response) => self.answer(leg),
        }
    }

    /// Takes an answer, or a row that stands for a whole exchange, that shares no key with any leg
    /// within the horizon: what [`Pairing::push`] would make of it, at once.
    pub fn push_alone(&mut self, leg: &Leg, done: &mut impl FnMut(Exchange)) {
        self.attempt_answers += u64::from(leg.mti.is_some() && leg.traffic() == Traffic::Attempt);
        self.settle(Open::new(leg, false), done);
    }

    /// Whether an answer without its request, which came at `at` on a link, stands at the edge of its link's
    /// log, so that nothing can be said of it: as far as the link was heard.
    pub fn begins_before(&self, link: Symbol, at: i64) -> bool {
        self.links.may_begin_before(link, at, self.settings.horizon_ms)
    }

    /// Takes note of attempts that are counted elsewhere: rows that stand for whole exchanges, answers
    /// without a request, and requests with their answers.
    pub fn count_alone(&mut self, complete: u64, response_only: u64, pairs: u64) {
        self.attempt_requests += pairs;
        self.attempt_answers += response_only + pairs;
        self.ledger.complete += complete;
        self.ledger.response_only += response_only;
        self.ledger.paired += 2 * pairs;
    }

    /// Ends the input: everything still open is settled.
    pub fn finish(&mut self, done: &mut impl FnMut(Exchange)) {
        self.settle_before(i64::MAX, done);
        let mut left_open = std::mem::take(&mut self.left_open);
        for (open, link_goes_on) in self.links.take_waiting(self.settings.horizon_ms) {
            if !link_goes_on {
                left_open.push(open.link());
            }
            self.close(open, if link_goes_on { Form::RequestOnly } else { Form::Open }, done);
        }
        self.silent_links = self.links.silent(&left_open, self.settings.horizon_ms);
    }

    /// Takes an exchange that another run has settled. Only whether a missing half can be missed is
    /// decided again, by all that has been heard of its link ([`Pairing::hear`]).
    pub fn resume(&mut self, exchange: Exchange, done: &mut impl FnMut(Exchange)) {
        let link = exchange.main().link;
        let began = exchange.began;
        let form = match exchange.form {
            Form::Paired | Form::Complete => exchange.form,
            _ if exchange.request.is_none() => self.form_of_answer(link, began),
            _ if self.is_unanswered(link, began, exchange.undo.is_some()) => Form::RequestOnly,
            _ => {
                self.left_open.push(link);
                Form::Open
            }
        };
        let legs = [&exchange.request, &exchange.answer].into_iter().flatten().count();
        *self.ledger.count_of(form) += legs as u64;
        done(Exchange { form, ..exchange });
    }

    /// Takes what has been settled since the last time and is no attempt, in the order in which it
    /// began. Whoever lets no legs through for long asks for it, or it piles up.
    pub fn take_asides(&mut self) -> impl Iterator<Item = Aside> + use<'_> {
        self.asides.drain(..)
    }

    /// Whether the log of a link, as far as it has been heard, goes on past the horizon of what began
    /// at `began`, in milliseconds.
    pub fn link_goes_on_after(&self, link: Symbol, began: i64) -> bool {
        self.links.goes_on_after(link, began, self.settings.horizon_ms)
    }

    /// Where the requests stand that wait until their link is heard again.
    pub fn waiting(&self) -> impl Iterator<Item = Source> {
        self.links.waiting()
    }

    /// The spans of all links, in no particular order.
    pub fn spans(&self) -> impl Iterator<Item = (Symbol, LinkSpan)> {
        self.links.spans()
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

    /// Answers of attempts seen so far, copies included; rows without an MTI are none.
    pub fn attempt_answers(&self) -> u64 {
        self.attempt_answers
    }

    /// After the end: links that fell silent with requests open while other links went on, by name.
    pub fn silent_links(&self, names: &Names) -> Vec<SilentLink> {
        let mut silent = self.silent_links.clone();
        silent.sort_by(|a, b| names.text(a.link).cmp(names.text(b.link)));
        silent
    }

    /// Whether the input names any link.
    pub fn hears_links(&self) -> bool {
        self.links.has_names()
    }

    /// A row that stands for a whole exchange.
    fn row(&mut self, leg: &Leg) {
        let same = |open: &Open| {
            let is_same = |answer: &Leg| answer.code == leg.code && amounts_agree(answer, leg);
            open.answer.as_ref().is_some_and(is_same) && leg.at.millis - open.last_answer <= REPEAT_MS
        };
        if let Some((number, _)) = self.open.partner(leg, same) {
            self.copy_of_answer(number, leg);
            return;
        }
        self.open.add(leg, false, None);
    }

    fn request(&mut self, leg: &Leg) {
        let traffic = leg.traffic();
        self.attempt_requests += u64::from(traffic == Traffic::Attempt);
        let window = self.repeats_within(traffic);
        let at = leg.at.millis;
        let same = |open: &Open| {
            let before = if leg.in_dump { open.last_activity() } else { open.last_request };
            let is_copy = |request: &Leg| request.code == leg.code && amounts_agree(request, leg);
            open.request.as_ref().is_some_and(is_copy) && at - before <= window
        };
        if let Some((number, _)) = self.open.partner(leg, same) {
            self.copy_of_request(number, leg);
        } else if let Some(number) = self.open.outer_hop(leg) {
            self.ledger.duplicates += 1;
            self.see_again(number, leg, |open| open.request);
            self.open.add_alias(number, leg);
        } else {
            let original = (traffic == Traffic::Reversal).then(|| self.undo(leg)).flatten();
            self.open.add(leg, true, original);
        }
    }

    /// How long after the one before an equal leg is the same again. Stored reversals and advices are
    /// sent, and answered, again long after: within the horizon they are one.
    fn repeats_within(&self, traffic: Traffic) -> i64 {
        match traffic {
            Traffic::Reversal | Traffic::Advice => self.settings.horizon_ms,
            Traffic::Attempt | Traffic::Administrative => REPEAT_MS,
        }
    }

    /// An answer belongs to a request that waits for it, and else repeats one that was given.
    fn answer(&mut self, leg: &Leg) {
        self.attempt_answers += u64::from(leg.traffic() == Traffic::Attempt);
        let (at, window) = (leg.at.millis, self.repeats_within(leg.traffic()));
        let waits = |open: &Open| {
            open.answer.is_none() && open.request.as_ref().is_some_and(|request| amounts_agree(request, leg))
        };
        let takes = |open: &Open| {
            let Some(answer) = &open.answer else { return true };
            let same = open.request.is_some() || amounts_agree(answer, leg);
            same && at - open.last_answer <= window
        };
        // A request that still waits goes before an answer that cannot be the same again.
        let waits_or_repeats =
            |open: &Open| takes(open) && open.answer.as_ref().is_none_or(|answer| amounts_agree(answer, leg));
        let mut partner = self.open.partner(leg, takes);
        if let Some((number, Facing::Terminal)) = partner
            && !self.open.get(number).is_some_and(waits)
        {
            let better = self.open.partner(leg, waits).or_else(|| self.open.partner(leg, waits_or_repeats));
            partner = better.or(partner);
        }
        match partner {
            Some((number, Facing::Upstream)) => {
                self.ledger.duplicates += 1;
                if let (Some(hops), Some(open)) = (&mut self.hops, self.open.get(number)) {
                    open.request.iter().for_each(|request| hops.count(request, leg));
                }
                if let Some(open) = self.open.get_mut(number) {
                    open.upstream.get_or_insert_with(|| Box::new(*leg));
                }
            }
            Some((number, Facing::Terminal))
                if self.open.get(number).is_some_and(|open| open.answer.is_some()) =>
            {
                match self.attempt_again(number, leg) {
                    Some(again) => self.join(again, leg),
                    None => self.copy_of_answer(number, leg),
                }
            }
            Some((number, Facing::Terminal)) => self.join(number, leg),
            None => {
                self.open.add(leg, false, None);
            }
        }
    }

    /// A request that was sent again after its answer, and is now answered otherwise, was a further
    /// attempt (a second try of the PIN under a STAN that does not count): it gets an exchange of its
    /// own.
    fn attempt_again(&mut self, number: u64, leg: &Leg) -> Option<u64> {
        let open = self.open.get_mut(number)?;
        let is_attempt = open.traffic == Traffic::Attempt;
        let otherwise = is_attempt
            && leg.code.is_some()
            && open.answer.as_ref().is_some_and(|answer| answer.code != leg.code);
        let again = open.again.take_if(|_| otherwise)?;
        self.ledger.duplicates -= 1;
        if let (Some(hops), Some(request)) = (&mut self.hops, &open.request) {
            hops.forget(request, &again);
        }
        Some(self.open.add(&again, true, None))
    }

    /// Gives a request its answer.
    fn join(&mut self, number: u64, leg: &Leg) {
        let Some(open) = self.open.get_mut(number) else { return };
        if let (Some(hops), Some(upstream)) = (&mut self.hops, &open.upstream) {
            hops.time(upstream, leg);
        }
        open.answer = Some(*leg);
        open.last_answer = leg.at.millis;
        self.open.find_by(number, leg);
        self.tell_original(number, leg);
    }

    /// Lets the original know how its reversal was answered.
    fn tell_original(&mut self, number: u64, leg: &Leg) {
        let original = self.open.get(number).and_then(|open| open.original);
        let undo = original.and_then(|number| self.open.get_mut(number)).and_then(|open| open.undo.as_mut());
        if let Some(undo) = undo {
            let told = leg.code.map(|code| (code, leg.dialect));
            if undo.answer.is_none() {
                undo.answer = told;
            } else {
                undo.last_answer = told.or(undo.last_answer);
            }
        }
    }

    /// Lays a reversal over its original, and gives the original's number.
    fn undo(&mut self, leg: &Leg) -> Option<u64> {
        let Some(number) = self.open.original_of(leg) else {
            self.orphan_reversals += 1;
            return None;
        };
        let open = self.open.get_mut(number)?;
        let asked = open.request.as_ref().or(open.answer.as_ref()).and_then(|leg| leg.amount);
        let smaller = leg
            .amount
            .zip(asked)
            .is_some_and(|(undone, asked)| undone.minor < asked.minor && undone.minor > 0);
        open.undo = Some(Undo {
            at: leg.at,
            reason: leg.reversal_reason,
            partial: leg.leaves_a_part || smaller,
            answer: None,
            last_answer: None,
        });
        Some(number)
    }
}

/// Equal, or not told on one side.
fn amounts_agree(a: &Leg, b: &Leg) -> bool {
    a.amount.zip(b.amount).is_none_or(|(a, b)| a.minor == b.minor)
}
