//! All attempts of a run, column by column: what diagnosis makes its passes over.
//!
//! A row has a core of at most 24 bytes: when, which terminal, issuer and link, in what manner, with
//! what ending, how much, which card. The first of them are numbers into small dictionaries, so that a
//! pass looks a value's meaning up in a table that it made once for all values. An attempt that failed
//! or was taken back has an entry of at most 64 bytes in a side table, too.
//!
//! The bounds hold for up to 2^16 issuers and links, 2^32 minor units and 24 days in a chunk. What goes
//! beyond them is not cut: the columns of its chunk are wider.

mod chunk;
mod column;
mod details;
mod dictionary;

use crate::{CardKey, Conclusion, Exchange, Outcome, Symbol};
pub use chunk::Chunk;
use chunk::Core;
pub use column::Column;
pub use details::Detail;
use dictionary::Dictionary;
use posmortem_classify::Kind;
use posmortem_iso8583::{Amount, Currency, EntryMode, Timestamp};

/// The way in which an attempt was made, as far as it takes few values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Manner {
    /// How the card was read.
    pub entry_mode: EntryMode,
    /// What the customer wanted.
    pub kind: Kind,
    /// The currency of its amount, where it has one.
    pub currency: Option<Currency>,
    /// The log's own zone ([`Timestamp::offset_minutes`]).
    pub offset_minutes: Option<i16>,
}

/// A card inside one run, in four bytes: equal for equal cards, and for one pair of others in 2^32.
/// Enough to tell the cards of one terminal apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CardMark(u32);

impl CardMark {
    fn of(card: CardKey) -> Self {
        Self(card.low_bits().max(1))
    }

    fn from_number(number: u64) -> Option<Self> {
        u32::try_from(number).ok().filter(|number| *number != 0).map(Self)
    }
}

/// An attempt as the table tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// When it began.
    pub at: Timestamp,
    /// The terminal without left zeros.
    pub terminal: Symbol,
    /// Its issuer.
    pub issuer: Symbol,
    /// Its link.
    pub link: Symbol,
    /// How the card was read.
    pub entry_mode: EntryMode,
    /// What the customer wanted.
    pub kind: Kind,
    /// What became of it.
    pub conclusion: Conclusion,
    /// What was asked for.
    pub amount: Option<Amount>,
    /// The card.
    pub card: Option<CardMark>,
    /// More, of one that failed or was taken back.
    pub detail: Option<Detail>,
}

/// Bytes that a table holds, used or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TableBytes {
    /// Its rows' cores.
    pub core: usize,
    /// The side table.
    pub side: usize,
    /// The values behind the numbers.
    pub dictionaries: usize,
}

impl TableBytes {
    /// All of them.
    pub fn total(self) -> usize {
        self.core + self.side + self.dictionaries
    }
}

/// All attempts of a run, in the order in which pairing settled them: whatever the threads, blocks and
/// files were, it is the same.
#[derive(Clone, Default)]
pub struct ExchangeTable {
    chunks: Vec<Chunk>,
    len: usize,
    side_len: usize,
    terminals: Dictionary<Symbol>,
    issuers: Dictionary<Symbol>,
    links: Dictionary<Symbol>,
    manners: Dictionary<Manner>,
    endings: Dictionary<Conclusion>,
}

impl ExchangeTable {
    /// Adds an attempt.
    pub fn push(&mut self, exchange: &Exchange, conclusion: &Conclusion) {
        let (at, amount) = (exchange.at(), exchange.amount());
        let manner = Manner {
            entry_mode: exchange.entry_mode(),
            kind: exchange.main().kind,
            currency: amount.map(|amount| amount.currency),
            offset_minutes: at.offset_minutes,
        };
        let card = exchange.either(|leg| leg.card).map(CardMark::of);
        let core = Core {
            millis: at.millis,
            terminal: self.terminals.id(exchange.terminal_key()),
            issuer: self.issuers.id(exchange.symbol(|leg| leg.issuer)),
            link: self.links.id(exchange.symbol(|leg| leg.link)),
            manner: self.manners.id(manner),
            ending: self.endings.id(*conclusion),
            minor: amount.map_or(0, |amount| amount.minor),
            card: card.map_or(0, |card| u64::from(card.0)),
        };
        let chunk = self.room();
        let row = chunk.len();
        chunk.push(core);
        let has_detail = !matches!(conclusion.outcome, Outcome::Approved | Outcome::Open);
        if has_detail {
            chunk.details.push(row, &Detail::of(exchange));
        }
        self.len += 1;
        self.side_len += usize::from(has_detail);
    }

    /// The chunk that takes the next row.
    fn room(&mut self) -> &mut Chunk {
        if self.chunks.last().is_none_or(Chunk::is_full) {
            if let Some(full) = self.chunks.last_mut() {
                full.seal();
            }
            self.chunks.push(Chunk::default());
        }
        self.chunks.last_mut().expect("there is one now")
    }

    /// Attempts.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Attempts with an entry in the side table.
    pub fn side_len(&self) -> usize {
        self.side_len
    }

    /// The rows, column by column.
    pub fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    /// Terminals without left zeros, by their number in [`Chunk::terminals`].
    pub fn terminals(&self) -> &[Symbol] {
        self.terminals.values()
    }

    /// Issuers, by their number in [`Chunk::issuers`].
    pub fn issuers(&self) -> &[Symbol] {
        self.issuers.values()
    }

    /// Links, by their number in [`Chunk::links`].
    pub fn links(&self) -> &[Symbol] {
        self.links.values()
    }

    /// Manners, by their number in [`Chunk::manners`].
    pub fn manners(&self) -> &[Manner] {
        self.manners.values()
    }

    /// What became of attempts, by its number in [`Chunk::endings`].
    pub fn endings(&self) -> &[Conclusion] {
        self.endings.values()
    }

    /// The rows, one by one.
    pub fn rows(&self) -> impl Iterator<Item = Row> {
        self.chunks.iter().flat_map(move |chunk| {
            let mut next = 0;
            (0..chunk.len()).map(move |row| {
                let is_next = next < chunk.details.len() && chunk.details.row(next) == row;
                let detail = is_next.then(|| chunk.details.get(next));
                next += usize::from(is_next);
                self.row(chunk, row, detail)
            })
        })
    }

    fn row(&self, chunk: &Chunk, row: usize, detail: Option<Detail>) -> Row {
        let Manner { entry_mode, kind, currency, offset_minutes } = self.manners()[chunk.manners().id(row)];
        Row {
            at: Timestamp { millis: chunk.millis(row), offset_minutes },
            terminal: self.terminals()[chunk.terminals().id(row)],
            issuer: self.issuers()[chunk.issuers().id(row)],
            link: self.links()[chunk.links().id(row)],
            entry_mode,
            kind,
            conclusion: self.endings()[chunk.endings().id(row)],
            amount: currency.map(|currency| Amount { minor: chunk.amounts().get(row), currency }),
            card: CardMark::from_number(chunk.cards().get(row)),
            detail,
        }
    }

    /// Bytes held, used or not.
    pub fn bytes(&self) -> TableBytes {
        let Self { chunks, terminals, issuers, links, manners, endings, .. } = self;
        let symbols = [terminals, issuers, links].into_iter().map(Dictionary::bytes).sum::<usize>();
        TableBytes {
            core: chunks.iter().map(Chunk::core_bytes).sum::<usize>()
                + chunks.capacity() * size_of::<Chunk>(),
            side: chunks.iter().map(|chunk| chunk.details.bytes()).sum(),
            dictionaries: symbols + manners.bytes() + endings.bytes(),
        }
    }
}

#[cfg(test)]
mod tests;
