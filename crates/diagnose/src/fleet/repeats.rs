//! Which attempts of a terminal may repeat one payment.

/// What is told of an attempt's payment until its terminal is taken over, in the place of its count: in the
/// lowest bits the hash of card and amount, 0 without a card.
#[derive(Clone, Copy)]
pub(super) struct Payment(pub(super) u16);

impl Payment {
    /// Its card was keyed in.
    const KEYED: u16 = 1 << 15;

    pub(super) fn new(card: u64, amount: u64, is_keyed: bool) -> Self {
        let hash = (card ^ amount.rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 49;
        let hash = if card_number(card).is_some() { (hash as u16).max(1) } else { 0 };
        Self(hash | if is_keyed { Self::KEYED } else { 0 })
    }

    fn hash(self) -> u16 {
        self.0 & !Self::KEYED
    }

    pub(super) fn is_keyed(self) -> bool {
        self.0 & Self::KEYED != 0
    }
}

/// A card as the table numbers it, 0 where the log does not tell it.
pub(super) fn card_number(card: u64) -> Option<u32> {
    u32::try_from(card).ok().filter(|card| *card != 0)
}

/// Finds the attempts of a terminal whose card and amount may come more than once, by their hash: all others
/// are payments of their own, whatever became of them.
pub(super) struct Repeats {
    /// A bit for each hash: one attempt has it, and more than one. None between terminals.
    one: Vec<u64>,
    more: Vec<u64>,
    repeated: Vec<u32>,
}

impl Default for Repeats {
    fn default() -> Self {
        let none = vec![0; usize::from(Payment::KEYED) / 64];
        Self { one: none.clone(), more: none, repeated: Vec::new() }
    }
}

impl Repeats {
    /// Their places among the payments, ascending.
    pub(super) fn among(&mut self, payments: &[Payment]) -> &[u32] {
        let Self { one, more, repeated } = self;
        repeated.clear();
        let place = |payment: &Payment| (usize::from(payment.hash() / 64), 1_u64 << (payment.hash() % 64));
        let told = |payment: &&Payment| payment.hash() != 0;
        for (word, bit) in payments.iter().filter(told).map(place) {
            more[word] |= one[word] & bit;
            one[word] |= bit;
        }
        // Without a card the hash is 0, which none has.
        let come_again = |(_, payment): &(u32, &Payment)| {
            let (word, bit) = place(payment);
            more[word] & bit != 0
        };
        repeated.extend((0..).zip(payments).filter(come_again).map(|(at, _)| at));
        // Most terminals have fewer payments than there are words.
        for (word, _) in payments.iter().map(place) {
            (one[word], more[word]) = (0, 0);
        }
        repeated
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::episodes::{Try, episodes};
    use crate::{Flags, Mark};
    use proptest::prelude::*;

    #[test]
    fn cards_and_amounts_that_come_again_are_found_wherever_they_stand() {
        let told = [(7, 100), (8, 100), (0, 100), (7, 100), (7, 200), (0, 100), (9, 100), (7, 200)];
        let payments = told.map(|(card, amount)| Payment::new(card, amount, card == 9));
        let mut repeats = Repeats::default();
        assert_eq!(repeats.among(&payments), [0, 3, 4, 7]);
        assert!(repeats.among(&payments[4..7]).is_empty(), "nothing is kept of another terminal");
        assert!(payments[6].is_keyed() && !payments[0].is_keyed());
    }

    /// A card that has one hash with the card 1, for that amount.
    fn like_the_first(amount: u64) -> u64 {
        let hash = |card| Payment::new(card, amount, false).hash();
        (2..).find(|card| hash(*card) == hash(1)).expect("hashes are few")
    }

    proptest! {
        /// Those of like hash are more than those of like card and amount, and change nothing.
        #[test]
        fn those_that_may_repeat_are_flagged_as_among_all(
            made in prop::collection::vec(
                (0..5_usize, 0..2_u64, 0..300_000_i64, 0..3_usize, any::<[bool; 2]>()),
                0..40,
            ),
        ) {
            let marks = [Mark::NONE, Mark::from_name("pin_incorrect").unwrap(), Mark::UNCLASSIFIED];
            let (mut tries, mut payments) = (Vec::new(), Vec::new());
            let mut at = 0;
            for (card, amount, later, mark, [fell_back, is_keyed]) in made {
                let card = [0, 1, like_the_first(amount), 2, 1 << 32][card];
                at += later;
                tries.push(Try {
                    at,
                    card: card_number(card),
                    amount,
                    mark: marks[mark],
                    is_failure: mark > 0,
                    flags: if fell_back { Flags::FELL_BACK } else { Flags::NONE },
                });
                payments.push(Payment::new(card, amount, is_keyed));
            }
            let mut flags: Vec<Flags> = tries.iter().map(|one| one.flags).collect();
            let repeated = Repeats::default().among(&payments).to_vec();
            prop_assert!(repeated.is_sorted());
            let asked: Vec<Try> = repeated.iter().map(|at| tries[*at as usize]).collect();
            for (at, of_one) in repeated.iter().zip(episodes(&asked)) {
                flags[*at as usize] = of_one;
            }
            prop_assert_eq!(flags, episodes(&tries));
        }
    }
}
