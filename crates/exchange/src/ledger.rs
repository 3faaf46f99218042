//! Where every input frame went.

use crate::Form;
use std::ops::AddAssign;

/// Counts of frames. All but `non_message` sum to the number of frames that hold a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Requests and answers of attempts that found each other: two frames an exchange.
    pub paired: u64,
    /// Rows that hold a whole exchange.
    pub complete: u64,
    /// Requests of attempts that nobody answered.
    pub request_only: u64,
    /// Answers of attempts without a request.
    pub response_only: u64,
    /// Frames that say again what another one said: hops, repeats, dumps.
    pub duplicates: u64,
    /// Reversals and their answers.
    pub reversal: u64,
    /// Advices and their answers.
    pub advice: u64,
    /// Sign-ons, key exchanges, batches, settlement and the like.
    pub administrative: u64,
    /// Legs too far from their place in time to be paired.
    pub out_of_order: u64,
    /// Requests near the end and answers near the beginning of their link's log.
    pub open: u64,
    /// Frames that could not be read.
    pub rejected: u64,
    /// Records that are no message: connects, exceptions, prose. Not part of the sum.
    pub non_message: u64,
}

impl Ledger {
    /// The line in which the frames of an exchange of that form stand.
    pub(crate) fn count_of(&mut self, form: Form) -> &mut u64 {
        match form {
            Form::Paired => &mut self.paired,
            Form::Complete => &mut self.complete,
            Form::RequestOnly => &mut self.request_only,
            Form::ResponseOnly => &mut self.response_only,
            Form::Open => &mut self.open,
        }
    }

    /// The terms of the sum that is [`Ledger::frames`], by their names in reports.
    pub fn terms(&self) -> [(&'static str, u64); 11] {
        [
            ("paired", self.paired),
            ("complete", self.complete),
            ("request_only", self.request_only),
            ("response_only", self.response_only),
            ("duplicates", self.duplicates),
            ("reversal", self.reversal),
            ("advice", self.advice),
            ("administrative", self.administrative),
            ("out_of_order", self.out_of_order),
            ("open", self.open),
            ("rejected", self.rejected),
        ]
    }

    /// Frames with a message, readable or not: the sum of all counts but `non_message`.
    pub fn frames(&self) -> u64 {
        self.terms().into_iter().map(|(_, count)| count).sum()
    }
}

impl AddAssign for Ledger {
    fn add_assign(&mut self, other: Self) {
        self.paired += other.paired;
        self.complete += other.complete;
        self.request_only += other.request_only;
        self.response_only += other.response_only;
        self.duplicates += other.duplicates;
        self.reversal += other.reversal;
        self.advice += other.advice;
        self.administrative += other.administrative;
        self.out_of_order += other.out_of_order;
        self.open += other.open;
        self.rejected += other.rejected;
        self.non_message += other.non_message;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Its counts in the order of its fields, from `first` on, each twice the one before.
    fn doubling(first: u64) -> Ledger {
        let count = |place: u32| first << place;
        Ledger {
            paired: count(0),
            complete: count(1),
            request_only: count(2),
            response_only: count(3),
            duplicates: count(4),
            reversal: count(5),
            advice: count(6),
            administrative: count(7),
            out_of_order: count(8),
            open: count(9),
            rejected: count(10),
            non_message: count(11),
        }
    }

    #[test]
    fn every_count_but_that_of_no_messages_is_a_term_of_the_frames() {
        let names = "paired complete request_only response_only duplicates reversal advice administrative \
                     out_of_order open rejected";
        let expected: Vec<(&str, u64)> = names.split(' ').zip((0..).map(|place| 1 << place)).collect();
        assert_eq!(doubling(1).terms().to_vec(), expected);
        assert_eq!(doubling(1).frames(), (1 << 11) - 1);
    }

    #[test]
    fn each_count_is_added_to_its_own() {
        let mut sum = doubling(3);
        sum += doubling(4);
        assert_eq!(sum, doubling(7));
    }

    #[test]
    fn each_form_of_an_exchange_has_its_own_line() {
        let forms = [Form::Paired, Form::Complete, Form::RequestOnly, Form::ResponseOnly, Form::Open];
        let mut ledger = Ledger::default();
        (1..).zip(forms).for_each(|(count, form)| *ledger.count_of(form) += count);
        let expected = Ledger {
            paired: 1,
            complete: 2,
            request_only: 3,
            response_only: 4,
            open: 5,
            ..Ledger::default()
        };
        assert_eq!(ledger, expected);
    }
}
