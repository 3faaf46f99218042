//! Messages that need no more than a glance: known words and plain digits, nothing else.
//!
//! Nine in ten messages of a day are such: requests and answers of attempts whose terminal, link, codes
//! and the like have been met before. What a glance makes of one is what [`crate::leg_builder`] makes of
//! it, in a quarter of the bytes and a tenth of the time; any message that says more is left to that
//! module. Whether legs belong together is not asked here.

mod cells;
mod columns;
mod reader;
mod vocabulary;

pub(crate) use cells::{Places, RecordCells};
pub(crate) use columns::LeftRow;
use posmortem_exchange::{CardKey, Leg, LinkSpan, Reference, Source, Symbol};
use posmortem_iso8583::{Amount, Timestamp};
pub(crate) use reader::{Keys, Lesson, NotPlain, PlainReader};
pub(crate) use vocabulary::Vocabulary;

/// A leg of a plain message. Which [`Leg`] it stands for is told by [`PlainLeg::unfold`].
#[derive(Clone, Copy)]
pub(crate) struct PlainLeg {
    /// Milliseconds, in the zone of what it is ([`PlainLeg::moment`]).
    pub(crate) at: i64,
    /// Where it stands in its input.
    pub(crate) offset: u64,
    card: Option<CardKey>,
    /// Minor units, [`NO_AMOUNT`] for none.
    minor: u64,
    /// DE37 as a number of twelve digits; 0 for none.
    pub(crate) rrn: u64,
    /// The number of its input.
    input: u32,
    pub(crate) stan: u32,
    /// [`NO_LATENCY`] for none.
    latency_ms: u32,
    /// Who was at the terminal, by number ([`Vocabulary::who`]).
    pub(crate) who: u32,
    /// What the message is, by number ([`Vocabulary::what`]).
    pub(crate) what: u32,
    pub(crate) issuer: Symbol,
    /// The terminal without left zeros, never absent: such a leg may belong to any terminal.
    pub(crate) terminal: Symbol,
    pub(crate) standing: Standing,
}

/// What a leg can be to others: its class and its side.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Role(u8);

impl Role {
    /// Of a row that stands for a whole exchange.
    pub(crate) const WHOLE: Self = Self(0);

    pub(crate) fn request(class: u8) -> Self {
        Self((class + 1) << 1 | 1)
    }

    pub(crate) fn answer(class: u8) -> Self {
        Self((class + 1) << 1)
    }

    #[inline(always)]
    pub(crate) fn is_request(self) -> bool {
        self.0 & 1 == 1
    }

    /// Whether an answer of this role can be one to that request.
    #[inline(always)]
    pub(crate) fn answers(self, request: Self) -> bool {
        self != Self::WHOLE && request.0 == self.0 | 1 && !self.is_request()
    }
}

/// How a leg stands among the others of its terminal; [`crate::crowd`] finds out all but its role.
#[derive(Clone, Copy, Default)]
pub(crate) struct Standing {
    pub(crate) role: Role,
    /// So many legs further on (a request) or back (an answer) stands the other half; 0 for none.
    pub(crate) partner: u32,
    /// So many legs back stands the one before it at its terminal; 0 for none near.
    pub(crate) before: u32,
    /// Whether another leg may belong to it that is not its other half.
    pub(crate) is_crowded: bool,
    /// Whether those behind it know that it goes the long way.
    pub(crate) is_seen: bool,
    /// Whether it has been counted with its request.
    pub(crate) is_done: bool,
}

// Those of the last minutes wait in memory.
const _: () = assert!(size_of::<PlainLeg>() == 80);

const NO_AMOUNT: u64 = u64::MAX;
const NO_LATENCY: u32 = u32::MAX;

impl PlainLeg {
    /// The leg in full.
    pub(crate) fn unfold(&self, words: &Vocabulary) -> Leg {
        let (who, what) = (words.who(self.who), words.what(self.what));
        let rrn = if self.rrn == 0 { Reference::default() } else { Reference::of_twelve_digits(self.rrn) };
        let amount = Amount { minor: self.minor, currency: what.currency };
        Leg {
            mti: what.mti,
            terminal: who.terminal,
            terminal_key: who.terminal_key,
            merchant: who.merchant,
            issuer: self.issuer,
            link: what.link,
            site: who.site,
            equipment: who.equipment,
            operator: who.operator,
            stan: Some(u64::from(self.stan)),
            rrn,
            amount: self.has_amount().then_some(amount),
            card: self.card,
            code: what.code,
            dialect: what.dialect,
            kind: what.kind,
            entry_mode: what.entry_mode,
            latency_ms: self.latency_ms(),
            direction: what.direction,
            is_row: what.is_row,
            traces: what.traces,
            ..Leg::untold(self.moment(words), Source { input: self.input, offset: self.offset })
        }
    }

    /// When it was logged.
    #[inline(always)]
    pub(crate) fn moment(&self, words: &Vocabulary) -> Timestamp {
        Timestamp { millis: self.at, offset_minutes: words.what(self.what).offset_minutes }
    }

    #[inline(always)]
    pub(crate) fn has_amount(&self) -> bool {
        self.minor != NO_AMOUNT
    }

    /// Minor units, 0 for none.
    #[inline(always)]
    pub(crate) fn minor(&self) -> u64 {
        if self.has_amount() { self.minor } else { 0 }
    }

    /// Milliseconds to the answer, where the log tells them.
    #[inline(always)]
    pub(crate) fn latency_ms(&self) -> Option<u32> {
        (self.latency_ms != NO_LATENCY).then_some(self.latency_ms)
    }

    #[inline(always)]
    pub(crate) fn card(&self) -> Option<CardKey> {
        self.card
    }

    /// Whether both say the same amount, or one of them none.
    #[inline(always)]
    pub(crate) fn agrees_on_amount(&self, other: &Self) -> bool {
        self.minor == other.minor || !self.has_amount() || !other.has_amount()
    }

    /// Card and amount, by which a reversal may find its original.
    pub(crate) fn card_and_amount(&self) -> Option<(CardKey, u64)> {
        self.card.filter(|_| self.has_amount()).map(|card| (card, self.minor))
    }
}

/// The plain legs of a block, in its order, and what their times are: whoever reads them again to find that out
/// waits for memory.
#[derive(Default)]
pub(crate) struct PlainBlock {
    pub(crate) legs: Vec<PlainLeg>,
    /// No leg is earlier.
    pub(crate) earliest: i64,
    /// No leg is later.
    pub(crate) latest: i64,
    /// Whether they are in the order of time.
    pub(crate) is_sorted: bool,
    /// A later leg has a wrong clock.
    pub(crate) trusted: i64,
}

impl PlainBlock {
    /// Takes in legs of the same block.
    pub(crate) fn join(&mut self, legs: &[PlainLeg]) {
        if legs.is_empty() {
            return;
        }
        self.legs.extend(legs);
        self.legs.sort_by_key(|leg| leg.offset);
        for leg in legs {
            self.earliest = self.earliest.min(leg.at);
            self.latest = self.latest.max(leg.at);
        }
        self.is_sorted = self.legs.is_sorted_by_key(|leg| leg.at);
    }
}

/// Which span of time a block's plain legs show, by what they are.
#[derive(Default)]
pub(crate) struct Spans(Vec<Option<(i64, i64)>>);

impl Spans {
    /// Takes note of a leg.
    #[inline(always)]
    pub(crate) fn see(&mut self, what: u32, at: i64) {
        let place = what as usize;
        if self.0.len() <= place {
            self.0.resize(place + 1, None);
        }
        match &mut self.0[place] {
            Some((first, last)) => {
                if at > *last {
                    *last = at;
                } else if at < *first {
                    *first = at;
                }
            }
            none => *none = Some((at, at)),
        }
    }

    /// All of them, by link.
    pub(crate) fn iter(&self, words: &Vocabulary) -> impl Iterator<Item = (Symbol, LinkSpan)> {
        (0..).zip(&self.0).filter_map(|(what, span)| {
            let ((first, last), what) = ((*span)?, words.what(what));
            let first_request = what.role.is_request().then_some(first);
            let [first, last] =
                [first, last].map(|millis| Timestamp { millis, offset_minutes: what.offset_minutes });
            Some((what.link, LinkSpan { first, last, first_request }))
        })
    }
}
