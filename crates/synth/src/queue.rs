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
    due: BinaryHeap<Reverse<Due>>,
    flights: Vec<Flight>,
    free: Vec<u32>,
    number: u64,
}

impl Queue {
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
