//! The attempts that show something, one in twenty on most days, and their cards: both are asked for in every
//! round. Looking through all attempts would take as long as the memory does, and in the table each card would be
//! a miss of the cache, for its rows lie in the order of time.

/// Attempts with a card to tell, in their order: a bit for each attempt, and the cards of those that have it.
#[derive(Default)]
pub(crate) struct ShownCards {
    /// By 64 attempts.
    words: Vec<Word>,
    cards: Vec<u64>,
}

#[derive(Clone, Copy, Default)]
struct Word {
    shown: u64,
    /// Cards before the first of them.
    before: u32,
}

impl ShownCards {
    /// Takes over the card of an attempt, 0 for none; attempts come in their order.
    pub(super) fn push(&mut self, attempt: usize, card: u64) {
        let word = Word { shown: 0, before: self.cards.len() as u32 };
        if self.words.len() <= attempt / 64 {
            self.words.resize(attempt / 64 + 1, word);
        }
        self.words[attempt / 64].shown |= 1 << (attempt % 64);
        self.cards.push(card);
    }

    /// The attempts, in their order.
    pub(crate) fn attempts(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(number, word)| {
            let begin = number * 64;
            std::iter::successors(Some(word.shown), |rest| Some(rest & rest.wrapping_sub(1)))
                .take_while(|rest| *rest != 0)
                .map(move |rest| begin + rest.trailing_zeros() as usize)
        })
    }

    /// The card of an attempt, 0 for none; nothing where the attempt shows nothing.
    pub(super) fn get(&self, attempt: usize) -> Option<u64> {
        let word = self.words.get(attempt / 64)?;
        let bit = 1 << (attempt % 64);
        if word.shown & bit == 0 {
            return None;
        }
        Some(self.cards[word.before as usize + (word.shown & (bit - 1)).count_ones() as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_attempt_gets_its_own_card_back() {
        let mut cards = ShownCards::default();
        let shown = [0, 1, 63, 64, 70, 127, 300, 301, 640];
        shown.iter().for_each(|at| cards.push(*at, *at as u64 + 7));
        assert_eq!(cards.attempts().collect::<Vec<_>>(), shown);
        for at in 0..1_000 {
            assert_eq!(cards.get(at), shown.contains(&at).then_some(at as u64 + 7), "{at}");
        }
    }
}
