//! An attempt's lines: request, answer, and what either side does when the other is silent.

use crate::bank::{ACCOUNT, CARD};
use crate::fate::Fate;
use crate::flight::{Flight, Kind, Part, Role};
use crate::plan::{People, Planner};
use crate::random::seconds;
use crate::reversal::Why;
use rand::RngExt;

impl Planner {
    /// Plans the lines of an attempt, and what follows it.
    pub(crate) fn attempt(&mut self, place: u32, mut flight: Flight) {
        let begin = flight.begin;
        let plain = self.is_near_edge(begin);
        let fate = self.fate(&mut flight);
        let Fate { declined, unanswered, late, is_partial, latency, repeated, .. } = fate;
        flight.code = fate.code;
        if is_partial {
            flight.approved = flight.amount * 2 / 3;
        }
        let link = self.fleet.link_of(flight.terminal);
        let (approval, dialect) = (link.approval, link.dialect);
        let is_mute = self.fleet.terminals[flight.terminal as usize].is_mute;
        // When the request was last sent before its answer.
        let mut sent = 0;
        self.line(place, begin, Part::Request, 0);
        let renumbered = !plain && !is_mute && flight.amount > 0 && self.draw(self.rates.renumbered);
        if renumbered {
            flight.hop_stan = self.next_hop_stan();
            flight.hop_changes_class = self.random.random_range(0..4) == 0;
            let after = i64::from(self.random.random_range(1..=5));
            self.line(place, begin, Part::HopRequest, after);
        }
        if repeated {
            for _ in 0..self.random.random_range(1..=2) {
                sent += seconds(&mut self.random, 12, 24);
                self.line(place, begin, Part::Repeat, sent);
            }
        }
        let mut gives_up = (unanswered || late) && flight.amount > 0 && self.draw(self.rates.given_up);
        gives_up &= !plain || unanswered;
        let given_up_at = sent + seconds(&mut self.random, 30, 55);
        let after_undo = gives_up && self.random.random_range(0..2) == 0;
        let mut answered = match (late, after_undo) {
            (false, _) if repeated => sent + latency.min(40_000) + 1_000,
            (false, _) => latency,
            (true, true) => given_up_at + seconds(&mut self.random, 1, 100),
            (true, false) => sent + seconds(&mut self.random, 62, 240),
        };
        answered = answered.max(20);
        flight.latency = (answered - sent) as u32;
        let is_approved = flight.code == Some(approval);
        let mut is_masked = false;
        if !unanswered {
            let masked = declined && !late && !plain && !fate.is_struck && self.draw(self.rates.masked);
            flight.upstream_code = flight.code;
            if masked {
                is_masked = true;
                let at = self.random.random_range(0..self.facts.masked.len());
                let (upstream, shown) = self.facts.masked[at];
                flight.upstream_code = self.facts.code(dialect, upstream);
                flight.code = self.facts.code(dialect, shown);
            }
            let before = answered - i64::from(self.random.random_range(2..=6));
            if renumbered {
                self.line(place, begin, Part::HopAnswer, before);
            } else if masked {
                self.line(place, begin, Part::Upstream, before);
            }
            self.line(place, begin, Part::Answer, answered);
        }
        if !plain && !unanswered && !late && !is_masked && !repeated && self.draw(self.rates.answer_lost) {
            let again = answered + seconds(&mut self.random, 2, 40);
            self.line(place, begin, Part::Repeat, again);
            let latency = i64::from(self.random.random_range(30..=2_000));
            self.line(place, begin, Part::Answer, again + latency);
        } else if gives_up {
            let at =
                if late && !after_undo { answered + seconds(&mut self.random, 1, 20) } else { given_up_at };
            self.undo(place, &mut flight, at, Why::Lost);
        } else if !unanswered && !late && !is_partial && flight.amount > 0 {
            let chance = if is_approved { self.rates.reversed } else { self.rates.reversed_in_vain };
            // Beyond a cut, the second try of the same card would be all that is left to take back.
            if (is_approved || !plain) && self.draw(chance) {
                let at = answered + seconds(&mut self.random, 1, 200);
                self.undo(place, &mut flight, at, if is_approved { Why::Approved } else { Why::InVain });
            } else if is_approved && flight.kind == Kind::Preauth && !plain && self.draw(self.rates.completed)
            {
                let begin = flight.begin + answered + seconds(&mut self.random, 5, 400);
                self.follow(Flight { role: Role::Advice, begin, rrn: flight.rrn, ..next(&flight) });
            }
        }
        if declined && !unanswered && flight.scene == 0 && self.draw(self.rates.retried) {
            let begin = flight.begin + answered + seconds(&mut self.random, 8, 110);
            let script = if fate.is_struck { None } else { self.insists(&flight) };
            self.follow(Flight { role: Role::Retry, begin, script, ..next(&flight) });
        }
        // Lines have been counted meanwhile.
        flight.left = self.queue.flight(place).left;
        *self.queue.flight(place) = flight;
    }

    /// The code that a customer of a labelled world meets again: what a card or an account lacks, it lacks
    /// a minute later, too.
    fn insists(&mut self, flight: &Flight) -> Option<u8> {
        let cause = flight.upstream_code.and_then(|code| self.facts.cause(code));
        let is_lasting = matches!(cause, Some(ACCOUNT | CARD)) && matches!(self.people, People::Town(_));
        if is_lasting && self.draw(0.55) { flight.upstream_code } else { None }
    }
}

/// The same customer at the same terminal, later.
fn next(flight: &Flight) -> Flight {
    let Flight { kind, terminal, issuer, entry, card, amount, .. } = *flight;
    Flight { kind, terminal, issuer, entry, card, amount, approved: amount, ..Flight::default() }
}
