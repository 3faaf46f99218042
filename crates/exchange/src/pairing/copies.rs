//! Messages that say again what another one said: repeats, dumps, and what a hop shows of its own.

use super::Pairing;
use super::open::Open;
use crate::{Direction, Leg};

/// A copy of a request this long after the answer is no late line of a hop.
const SENT_AGAIN_MS: i64 = 1_000;

impl Pairing {
    /// Takes note of a message that was seen before.
    pub(super) fn see_again(&mut self, number: u64, leg: &Leg, first: impl Fn(&Open) -> Option<Leg>) {
        let Some(hops) = &mut self.hops else { return };
        if let Some(first) = self.open.get(number).and_then(first) {
            hops.count(&first, leg);
            hops.time(&first, leg);
        }
    }

    pub(super) fn copy_of_request(&mut self, number: u64, leg: &Leg) {
        self.ledger.duplicates += 1;
        self.see_again(number, leg, |open| open.request);
        if let Some(open) = self.open.get_mut(number) {
            open.last_request = leg.at.millis;
            if open.answer.is_none() {
                open.waits_since = leg.at.millis;
            } else if !leg.in_dump && leg.at.millis - open.last_answer >= SENT_AGAIN_MS {
                open.again = Some(Box::new(*leg));
            }
            if let Some(request) = &mut open.request {
                complete(request, leg);
            }
        }
        self.open.find_by(number, leg);
    }

    /// A further answer: the same again, or another hop's with another code. What goes out to the
    /// terminal is the outcome; what came in from further up gives the cause. Where the log does
    /// not tell directions, answers travel towards the terminal, so the last one faces it.
    pub(super) fn copy_of_answer(&mut self, number: u64, leg: &Leg) {
        self.ledger.duplicates += 1;
        self.see_again(number, leg, |open| open.answer);
        self.tell_original(number, leg);
        let Some(open) = self.open.get_mut(number) else { return };
        open.last_answer = leg.at.millis;
        let Some(answer) = &mut open.answer else { return };
        let is_same = leg.code.is_none() || answer.code == leg.code;
        let kept_faces_terminal =
            answer.direction == Direction::Outgoing && leg.direction == Direction::Incoming;
        if is_same {
            complete(answer, leg);
        } else if kept_faces_terminal {
            open.upstream.get_or_insert_with(|| Box::new(*leg));
        } else {
            let upstream = std::mem::replace(answer, *leg);
            complete(answer, &upstream);
            open.upstream.get_or_insert_with(|| Box::new(upstream));
        }
        self.open.find_by(number, leg);
    }
}

/// Fills what a leg does not tell from another copy of the same message.
fn complete(leg: &mut Leg, copy: &Leg) {
    let symbols = [
        (&mut leg.terminal, copy.terminal),
        (&mut leg.terminal_key, copy.terminal_key),
        (&mut leg.merchant, copy.merchant),
        (&mut leg.issuer, copy.issuer),
        (&mut leg.site, copy.site),
        (&mut leg.equipment, copy.equipment),
        (&mut leg.switch_reason, copy.switch_reason),
        (&mut leg.operator, copy.operator),
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
    leg.traces |= copy.traces;
    leg.management = leg.management.or(copy.management);
}
