//! What a part of a file tells for itself, so that all parts together say what the file says.
//!
//! A leg is out of order when sixteen legs before it in its file are later by more than the horizon. A part does not see
//! what stands before it: it leaves out what it knows to be out of order, and lists what a few more legs would put there.
//! Nothing is decided about it here; `tables/parts.rs` does, when all parts have met.

use crate::frontier::{DEPTH, Frontier};
use crate::read_ahead::Passed;
use posmortem_exchange::{DoubtfulLeg, SplitFacts};
use posmortem_logs::Split;

/// Legs that are listed. A log in order has none; behind one wrong clock of the future all are.
const LISTED: usize = 64;

/// A part of a file on its way through the run.
pub(crate) struct Part {
    split: Split,
    doubtful: Vec<DoubtfulLeg>,
    more_doubtful: Option<(i64, u8)>,
}

impl Part {
    pub(crate) fn new(split: Split) -> Self {
        Self { split, doubtful: Vec::new(), more_doubtful: None }
    }

    /// Takes note of a leg that `ahead` legs before it are later than, fewer than [`DEPTH`].
    pub(crate) fn doubt(&mut self, offset: u64, millis: i64, ahead: usize) {
        debug_assert!(ahead < DEPTH, "it is out of order for certain");
        let ahead = u8::try_from(ahead).unwrap_or(u8::MAX);
        if self.doubtful.len() < LISTED {
            self.doubtful.push(DoubtfulLeg { offset, millis, ahead });
            return;
        }
        let (earliest, most) = self.more_doubtful.unwrap_or((millis, ahead));
        self.more_doubtful = Some((earliest.min(millis), most.max(ahead)));
    }

    pub(crate) fn into_facts(self, frontier: &Frontier, passed: Passed) -> SplitFacts {
        let Self { split: Split { start, end }, doubtful, more_doubtful } = self;
        let Passed { lines, line_ends_in_rows: has_line_ends_in_rows } = passed;
        let latest = frontier.latest().to_vec();
        SplitFacts { start, end, lines, has_line_ends_in_rows, latest, doubtful, more_doubtful }
    }
}
