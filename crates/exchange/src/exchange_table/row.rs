//! What a row of the table tells.

use super::{Detail, LatencyClass};
use crate::{CardKey, Conclusion, Symbol, Traces};
use posmortem_classify::Kind;
use posmortem_iso8583::{Amount, Currency, EntryMode, Timestamp};

/// Where an attempt was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The terminal without left zeros.
    pub terminal: Symbol,
    /// Its site, else its merchant.
    pub site: Symbol,
    /// Its region, model and firmware as one name ([`crate::Equipment`]). Absent where neither side of
    /// the attempt tells any, though other attempts of the terminal may.
    pub equipment: Symbol,
}

/// The way in which an attempt was made, as far as it takes few values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Manner {
    /// How the card was read.
    pub entry_mode: EntryMode,
    /// What the customer wanted.
    pub kind: Kind,
    /// The currency of its amount, where it has one.
    pub currency: Option<Currency>,
    /// The log's own zone ([`Timestamp::offset_minutes`]).
    pub offset_minutes: Option<i16>,
    /// What its messages show of card, reader and line beyond codes.
    pub traces: Traces,
}

/// A card inside one run, in four bytes: equal for equal cards, and for one pair of others in 2^32.
/// Enough to tell the cards of one terminal apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CardMark(pub(super) u32);

impl CardMark {
    pub(super) fn of(card: CardKey) -> Self {
        Self(card.low_bits().max(1))
    }

    pub(super) fn from_number(number: u64) -> Option<Self> {
        u32::try_from(number).ok().filter(|number| *number != 0).map(Self)
    }
}

/// An attempt as the table tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// When it began.
    pub at: Timestamp,
    /// Where it was made.
    pub place: Place,
    /// Its issuer.
    pub issuer: Symbol,
    /// Its link.
    pub link: Symbol,
    /// How the card was read.
    pub entry_mode: EntryMode,
    /// What the customer wanted.
    pub kind: Kind,
    /// What its messages show beyond codes.
    pub traces: Traces,
    /// What became of it.
    pub conclusion: Conclusion,
    /// What was asked for.
    pub amount: Option<Amount>,
    /// The card.
    pub card: Option<CardMark>,
    /// How long the answer took.
    pub latency: Option<LatencyClass>,
    /// More, of one that failed or was taken back.
    pub detail: Option<Detail>,
}
