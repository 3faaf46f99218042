//! Lines in the order in which they are written.

use crate::flight::{Flight, Part};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A line that waits for its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Due {
    /// When it is written.
    pub(crate) written: i64,
    /// Decides between lines of one moment: the one that was planned first.
    number: u64,
    /// When it happened.
    pub(crate) at: i64,
    pub(crate) flight: u32,
    pub(crate) part: Part,
}

/// Transactions under way and their lines to come. Its size follows what is under way.
#[derive(Default)]
pub(crate) struct Queue {
    /// Whether lines tell whole seconds.
    is_whole: bool,
    due: BinaryHeap<Reverse<Due>>,
    flights: Vec<Flight>,
    free: Vec<u32>,
    number: u64,
}

impl Queue {
    pub(crate) fn new(is_whole: bool) -> Self {
        Self { is_whole, ..Self::default() }
    }

    pub(crate) fn add(&mut self, flight: Flight) -> u32 {
        match self.free.pop() {
            Some(place) => {
                self.flights[place as usize] = flight;
                place
            }
            None => {
                self.flights.push(flight);
                (self.flights.len() - 1) as u32
            }
        }
    }

    pub(crate) fn flight(&mut self, place: u32) -> &mut Flight {
        &mut self.flights[place as usize]
    }

    pub(crate) fn release(&mut self, place: u32) {
        self.free.push(place);
    }

    pub(crate) fn push(&mut self, flight: u32, part: Part, at: i64, delay: i64) {
        self.flights[flight as usize].left += 1;
        self.number += 1;
        let at = if self.is_whole { whole(at, part) } else { at };
        self.due.push(Reverse(Due { written: at + delay, number: self.number, at, flight, part }));
    }

    /// The next line to be written up to a moment.
    pub(crate) fn pop_until(&mut self, moment: i64) -> Option<Due> {
        if self.due.peek()?.0.written > moment {
            return None;
        }
        self.due.pop().map(|due| due.0)
    }
}

/// A moment as a log of whole seconds has it: the next one, so that nothing happens before its flight begins.
/// What follows something else within milliseconds comes a second later still: a hop's request behind the one
/// that it hands on, an answer behind what the hop said. Answers, reversals of them and requests that are sent
/// again lie a second apart at least and keep their order.
fn whole(at: i64, part: Part) -> i64 {
    let later = match part {
        Part::Begin => return at,
        Part::Request => 0,
        Part::Repeat | Part::HopRequest | Part::HopAnswer | Part::Upstream => 1,
        Part::Answer | Part::Undo | Part::UndoAgain => 2,
        Part::UndoHop | Part::UndoHopAnswer => 3,
        Part::UndoAnswer => 4,
    };
    (at + 999).div_euclid(1000) * 1000 + later * 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_seconds_keep_the_order() {
        assert_eq!(whole(10_001, Part::Request), 11_000);
        assert_eq!(whole(10_000, Part::Request), 10_000);
        // A hop says a few milliseconds before what the terminal hears; both may be copied.
        // A hop speaks a few milliseconds before what the terminal hears; both may be copied.
        assert!(whole(10_000, Part::Request) < whole(10_001, Part::HopRequest));
        assert!(whole(10_998, Part::HopAnswer) < whole(11_000, Part::Answer));
        assert!(whole(11_005, Part::HopAnswer) <= whole(11_003, Part::Answer));
        // Answers, reversals and requests that come again lie a second apart.
        assert!(whole(10_400, Part::Answer) < whole(11_400, Part::Undo));
        assert!(whole(10_400, Part::Undo) < whole(11_400, Part::Answer));
        assert!(whole(10_400, Part::Answer) < whole(12_400, Part::Repeat));
        assert!(whole(10_400, Part::Repeat) < whole(11_400, Part::Answer));
    }
}
