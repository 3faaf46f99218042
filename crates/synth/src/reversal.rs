//! How something is taken back.

use crate::flight::{Flight, Names, Part, Role, Undo};
use crate::plan::Planner;
use crate::random::seconds;
use rand::RngExt;
use rand::distr::Distribution;

/// What came before a reversal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// No answer in time.
    Lost,
    Approved,
    /// Nothing that could be taken back.
    InVain,
}

impl Planner {
    /// A reversal, and its answer unless nobody answers it either.
    pub(crate) fn undo(&mut self, place: u32, flight: &mut Flight, at: i64, after: Why) {
        let begin = flight.begin;
        let is_mute = self.fleet.terminals[flight.terminal as usize].is_mute;
        // A customer who came twice has two attempts of one card and amount.
        let is_approved = flight.code == Some(self.fleet.link_of(flight.terminal).approval);
        let by_card = flight.role == Role::Attempt && is_approved && !is_mute;
        let names = match self.random.random_range(0..10) {
            _ if flight.role == Role::Orphan => Names::Original,
            0 | 1 => Names::Original,
            2 => Names::Reference,
            3 if by_card => Names::Card,
            _ => Names::SameStan,
        };
        let why = if after == Why::Lost { &self.lost_why } else { &self.answered_why };
        let why = why.sample(&mut self.random) as u8;
        let first_advice = self.random.random_range(0..3) == 0;
        let tells = self.facts.reversals[usize::from(why)].reason.is_some();
        let stored = self.draw(self.rates.stored);
        let refused = !stored && self.draw(self.rates.refused);
        let passes_hop = names != Names::Card && !is_mute && !self.is_near_edge(begin);
        let passes_hop = passes_hop && self.draw(self.rates.renumbered);
        flight.undo = Undo {
            names,
            stan: if names == Names::SameStan { flight.stan } else { self.next_stan(flight.terminal) },
            hop_stan: if passes_hop { self.next_hop_stan() } else { 0 },
            why,
            refused,
            partial: !tells && names != Names::Card && self.random.random_range(0..3) == 0,
            first_advice,
            again_advice: first_advice || self.random.random_range(0..2) == 0,
        };
        self.line(place, begin, Part::Undo, at);
        if passes_hop {
            let after = i64::from(self.random.random_range(1..=5));
            self.line(place, begin, Part::UndoHop, at + after);
        }
        let is_answered = if stored {
            self.random.random_range(0..2) == 0 && !self.is_near_edge(begin)
        } else {
            refused || self.random.random_range(0..20) > 0
        };
        if is_answered {
            let answered = at + seconds(&mut self.random, 1, 3) - 900;
            self.undo_answer(place, begin, answered, passes_hop);
        }
        if stored {
            let mut sent = at;
            for _ in 0..self.random.random_range(1..=2) {
                sent += seconds(&mut self.random, 65, 200);
                self.line(place, begin, Part::UndoAgain, sent);
            }
            let answered = sent + seconds(&mut self.random, 1, 3);
            self.undo_answer(place, begin, answered, passes_hop && !is_answered);
        }
    }

    fn undo_answer(&mut self, place: u32, begin: i64, answered: i64, passes_hop: bool) {
        if passes_hop {
            let before = i64::from(self.random.random_range(2..=6));
            self.line(place, begin, Part::UndoHopAnswer, answered - before);
        }
        self.line(place, begin, Part::UndoAnswer, answered);
    }
}
