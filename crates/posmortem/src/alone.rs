//! Attempts that stand alone, gathered so that the tally is asked seldom.
//!
//! What is counted is what [`Tally::record`] would count, and sums do not depend on the order. Only the
//! order of memory does: a tally of twenty thousand terminals is larger than what a processor keeps at
//! hand.

use crate::plain::{PlainLeg, Vocabulary};
use posmortem_exchange::{Approvals, Conclusion, Exchange, Names, Outcome, Tally};
use posmortem_iso8583::Timestamp;

/// Failed attempts that are gathered before they are counted, terminal by terminal.
const MOST_FAILED: usize = 1 << 16;

/// Approved attempts of one terminal at its first merchant.
#[derive(Clone, Copy)]
struct Approved {
    count: u64,
    last: Timestamp,
}

/// Attempts that are not in the tally yet.
#[derive(Default)]
pub(crate) struct Alone {
    /// By the terminal's place in the vocabulary.
    approved: Vec<Approved>,
    failed: Vec<(PlainLeg, Conclusion)>,
}

impl Alone {
    /// Takes an attempt of which its leg tells everything.
    #[inline]
    pub(crate) fn add(
        &mut self,
        leg: &PlainLeg,
        conclusion: &Conclusion,
        names: &Names,
        words: &Vocabulary,
        tally: &mut Tally,
    ) {
        if conclusion.outcome != Outcome::Approved {
            self.failed.push((*leg, *conclusion));
            if self.failed.len() >= MOST_FAILED {
                self.count_failed(names, words, tally);
            }
            return;
        }
        let place = leg.terminal as usize;
        if self.approved.len() <= place {
            let none = Approved { count: 0, last: leg.at };
            self.approved.resize((place + 1).next_power_of_two(), none);
        }
        let [key, terminal, merchant] = words.terminal_at(leg.terminal);
        if leg.merchant == merchant {
            let approved = &mut self.approved[place];
            approved.last = if approved.count == 0 { leg.at } else { approved.last.max(leg.at) };
            approved.count += 1;
        } else {
            let one = Approvals { key, terminal, merchant: leg.merchant, count: 1, last: leg.at };
            tally.record_approvals(&one, names);
        }
    }

    /// Puts everything into the tally.
    pub(crate) fn count(&mut self, names: &Names, words: &Vocabulary, tally: &mut Tally) {
        self.count_failed(names, words, tally);
        for (place, Approved { count, last }) in (0..).zip(std::mem::take(&mut self.approved)) {
            if count > 0 {
                let [key, terminal, merchant] = words.terminal_at(place);
                tally.record_approvals(&Approvals { key, terminal, merchant, count, last }, names);
            }
        }
    }

    fn count_failed(&mut self, names: &Names, words: &Vocabulary, tally: &mut Tally) {
        self.failed.sort_unstable_by_key(|(leg, _)| leg.terminal);
        for (leg, conclusion) in self.failed.drain(..) {
            tally.record(&Exchange::alone(leg.unfold(words)), &conclusion, names);
        }
    }
}
