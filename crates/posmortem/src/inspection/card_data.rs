//! Counts of card data by its form.

use posmortem_iso8583::CardData;

/// How much of each form was seen in one place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct CardDataCounts {
    /// Digits that begin like a card number and are as long.
    pub(super) alike: u64,
    /// Those whose check digit is right.
    pub(super) numbers: u64,
    pub(super) tracks_1: u64,
    pub(super) tracks_2: u64,
}

impl CardDataCounts {
    pub(super) fn see(&mut self, data: CardData) {
        match data {
            CardData::Number { passes } => {
                self.alike += 1;
                self.numbers += u64::from(passes);
            }
            CardData::Track1 => self.tracks_1 += 1,
            CardData::Track2 => self.tracks_2 += 1,
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.alike += other.alike;
        self.numbers += other.numbers;
        self.tracks_1 += other.tracks_1;
        self.tracks_2 += other.tracks_2;
    }

    /// Without what was seen elsewhere. What stands in a field in another writing than in the text is
    /// counted there alone, so none falls below zero.
    pub(super) fn without(&self, other: &Self) -> Self {
        Self {
            alike: self.alike.saturating_sub(other.alike),
            numbers: self.numbers.saturating_sub(other.numbers),
            tracks_1: self.tracks_1.saturating_sub(other.tracks_1),
            tracks_2: self.tracks_2.saturating_sub(other.tracks_2),
        }
    }

    /// Whether any is card data, and not only alike.
    pub(super) fn is_leak(&self) -> bool {
        self.numbers + self.tracks_1 + self.tracks_2 > 0
    }
}
