//! All attempts of a run, column by column: what diagnosis makes its passes over.
//!
//! A row has a core of at most 25 bytes (17 on an ordinary day): when, at which place, which issuer and
//! link, in what manner, with what ending, how much, which card, how fast. The first of them are numbers
//! into small dictionaries, so that a pass looks a value's meaning up in a table that it made once for
//! all values. An attempt that failed or was taken back has an entry of at most 64 bytes in a side table,
//! too. Beside the rows stand events of terminals that are no attempts.
//!
//! The bounds hold for up to 2^16 issuers and links, 2^32 minor units and 24 days in a chunk. What goes
//! beyond them is not cut: the columns of its chunk are wider. While a table is filled, a row takes four
//! bytes more, for its STAN.

mod chunk;
mod column;
mod details;
mod dictionary;
mod latency;
mod order;
mod row;
mod stans;

use crate::{Aside, CardKey, Conclusion, Exchange, Names, Reply, Symbol, TerminalEvent};
pub use chunk::Chunk;
use chunk::Core;
pub use column::Column;
pub use details::Detail;
use dictionary::Dictionary;
pub use latency::LatencyClass;
use posmortem_iso8583::{Amount, Timestamp};
pub use row::{CardMark, Manner, Place, Row};
use stans::Stans;

/// A row's chunk is told in two bytes, and how many rows there are in four.
const MOST_CHUNKS: usize = (1 << 16) - 1;

/// Bytes that a table holds, used or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TableBytes {
    /// Its rows' cores.
    pub core: usize,
    /// The side table.
    pub side: usize,
    /// The values behind the numbers.
    pub dictionaries: usize,
    /// Events of terminals.
    pub events: usize,
}

impl TableBytes {
    /// All of them.
    pub fn total(self) -> usize {
        self.core + self.side + self.dictionaries + self.events
    }
}

/// An attempt by the numbers of its values in a table.
#[derive(Clone, Copy)]
pub struct Attempt {
    /// When it began, in milliseconds.
    pub at: i64,
    /// [`ExchangeTable::place_number`].
    pub place: u32,
    /// [`ExchangeTable::issuer_number`].
    pub issuer: u32,
    /// [`ExchangeTable::link_number`].
    pub link: u32,
    /// [`ExchangeTable::manner_number`].
    pub manner: u32,
    /// [`ExchangeTable::ending_number`].
    pub ending: u32,
    /// Minor units, 0 for none.
    pub minor: u64,
    /// The card.
    pub card: Option<CardKey>,
    /// Milliseconds from the request to the answer.
    pub latency_ms: Option<u64>,
    /// DE11.
    pub stan: Option<u64>,
}

/// All attempts of a run, and what befell terminals beside them: filled, finished
/// ([`ExchangeTable::finish`]) and then read. Whatever the threads, blocks and files
/// were, and whether logs or saved tables were read, it is the same.
#[derive(Clone, Default)]
pub struct ExchangeTable {
    chunks: Vec<Chunk>,
    len: usize,
    side_len: usize,
    places: Dictionary<Place>,
    issuers: Dictionary<Symbol>,
    links: Dictionary<Symbol>,
    manners: Dictionary<Manner>,
    endings: Dictionary<Conclusion>,
    /// What events are made of when the table is finished.
    asides: Vec<Aside>,
    events: Vec<TerminalEvent>,
    /// Whether all rows are in their columns.
    is_laid_down: bool,
}

impl ExchangeTable {
    /// Adds an attempt. Its row can be asked for once the table is finished ([`ExchangeTable::finish`]).
    pub fn push(&mut self, exchange: &Exchange, conclusion: &Conclusion) {
        let attempt = Attempt {
            at: exchange.at().millis,
            place: self.place_number(exchange),
            issuer: self.issuer_number(exchange.symbol(|leg| leg.issuer)),
            link: self.link_number(exchange),
            manner: self.manner_number(exchange),
            ending: self.ending_number(conclusion),
            minor: exchange.amount().map_or(0, |amount| amount.minor),
            card: exchange.either(|leg| leg.card),
            latency_ms: exchange.latency_ms(),
            stan: exchange.either(|leg| leg.stan),
        };
        let detail = conclusion.has_detail().then(|| Detail::of(exchange));
        self.push_attempt(&attempt, detail.as_ref());
    }

    /// Adds an attempt whose values have numbers already, with more of it where
    /// [`Conclusion::has_detail`] says so.
    #[inline]
    pub fn push_attempt(&mut self, attempt: &Attempt, detail: Option<&Detail>) {
        let core = Core {
            millis: attempt.at,
            place: u64::from(attempt.place),
            issuer: u64::from(attempt.issuer),
            link: u64::from(attempt.link),
            manner: u64::from(attempt.manner),
            ending: u64::from(attempt.ending),
            minor: attempt.minor,
            card: attempt.card.map_or(0, |card| u64::from(CardMark::of(card).0)),
            latency: attempt.latency_ms.map_or(0, |ms| LatencyClass::of(ms).number()),
            stan: attempt.stan.and_then(|stan| stan.checked_add(1)).unwrap_or(0),
        };
        self.push_row(core, detail);
        self.len += 1;
        self.side_len += usize::from(detail.is_some());
    }

    /// The number of the place at which an attempt was made.
    pub fn place_number(&mut self, exchange: &Exchange) -> u32 {
        let site = exchange.symbol(|leg| leg.site);
        self.places.id(Place {
            terminal: exchange.terminal_key(),
            site: if site.is_absent() { exchange.symbol(|leg| leg.merchant) } else { site },
            equipment: exchange.symbol(|leg| leg.equipment),
        })
    }

    /// The number of an issuer.
    pub fn issuer_number(&mut self, issuer: Symbol) -> u32 {
        self.issuers.id(issuer)
    }

    /// The number of an attempt's link.
    pub fn link_number(&mut self, exchange: &Exchange) -> u32 {
        self.links.id(exchange.symbol(|leg| leg.link))
    }

    /// The number of an attempt's manner.
    pub fn manner_number(&mut self, exchange: &Exchange) -> u32 {
        self.manners.id(Manner {
            entry_mode: exchange.entry_mode(),
            kind: exchange.main().kind,
            currency: exchange.amount().map(|amount| amount.currency),
            offset_minutes: exchange.at().offset_minutes,
            traces: exchange.traces(),
        })
    }

    /// The number of what became of an attempt.
    pub fn ending_number(&mut self, conclusion: &Conclusion) -> u32 {
        self.endings.id(*conclusion)
    }

    /// Adds a message that is no attempt.
    pub fn push_aside(&mut self, aside: &Aside) {
        self.asides.push(*aside);
    }

    /// Ends the filling: puts rows and events into their order, and finds out what the order of STANs
    /// tells. `is_missed` says whether an answer can be missed on a link to what began at that moment
    /// (its log goes on).
    pub fn finish(&mut self, names: &Names, is_missed: impl Fn(Symbol, i64) -> bool) {
        self.lay_down();
        self.sort(names);
        let mut asides = std::mem::take(&mut self.asides);
        asides.sort_by_key(|aside| (aside.at.millis, aside.source));
        let decided = |aside: &Aside| {
            let what = aside.what?;
            let what = match what.reply() {
                Some(Reply::Unanswered) if !is_missed(aside.link, aside.at.millis) => {
                    what.with_reply(Reply::Untold)
                }
                _ => what,
            };
            Some(TerminalEvent { at: aside.at.millis, terminal: aside.terminal_key, what })
        };
        let mut events: Vec<TerminalEvent> = asides.iter().filter_map(decided).collect();
        Stans::of(self, &asides).events(self, &asides, &mut events);
        events.sort_by(|a, b| {
            let terminals = || names.text(a.terminal).cmp(names.text(b.terminal));
            a.at.cmp(&b.at).then_with(terminals).then_with(|| a.what.cmp(&b.what))
        });
        events.shrink_to_fit();
        self.events = events;
        self.chunks.iter_mut().for_each(Chunk::forget_stans);
    }

    fn push_row(&mut self, core: Core, detail: Option<&Detail>) {
        self.is_laid_down = false;
        let chunk = self.room();
        if let Some(detail) = detail {
            chunk.details.push(chunk.next_row(), detail);
        }
        chunk.push(core);
    }

    /// Puts the latest rows into their columns: nobody sees them before.
    fn lay_down(&mut self) {
        self.chunks.iter_mut().for_each(Chunk::lay_down);
        self.is_laid_down = true;
    }

    /// The chunk that takes the next row.
    ///
    /// # Panics
    /// After [`MOST_CHUNKS`], four billion rows.
    fn room(&mut self) -> &mut Chunk {
        if self.chunks.last().is_none_or(Chunk::is_full) {
            if let Some(full) = self.chunks.last_mut() {
                full.seal();
            }
            assert!(self.chunks.len() < MOST_CHUNKS, "no more than four billion attempts");
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

    /// The rows, column by column. All chunks are full (65,536 rows) but for the last.
    ///
    /// # Panics
    /// When rows were added that no [`ExchangeTable::finish`] followed.
    pub fn chunks(&self) -> &[Chunk] {
        assert!(self.is_laid_down || self.is_empty(), "a table is read once it is finished");
        &self.chunks
    }

    /// The chunk of a row, and its place there: the upper 16 bits of `row` are the chunk, the lower ones the
    /// place.
    ///
    /// # Panics
    /// When there is no such chunk, and as [`ExchangeTable::chunks`] does.
    #[inline]
    pub fn at(&self, row: u32) -> (&Chunk, usize) {
        (&self.chunks()[(row >> 16) as usize], (row & 0xffff) as usize)
    }

    /// Places, by their number in [`Chunk::places`].
    pub fn places(&self) -> &[Place] {
        self.places.values()
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

    /// What befell terminals beside their attempts, by time, terminal (its text) and kind; none before
    /// [`ExchangeTable::finish`].
    pub fn events(&self) -> &[TerminalEvent] {
        &self.events
    }

    /// The rows, one by one: by time, terminal (its text), STAN and content. Rows that are alike in all
    /// but their card stand in the order in which pairing settled them.
    ///
    /// # Panics
    /// As [`ExchangeTable::chunks`] does.
    pub fn rows(&self) -> impl Iterator<Item = Row> {
        self.chunks().iter().flat_map(move |chunk| {
            let mut next = 0;
            (0..chunk.len()).map(move |row| {
                let is_next = next < chunk.details.len() && chunk.details.row(next) == row;
                let detail = is_next.then(|| chunk.details.get(next));
                next += usize::from(is_next);
                self.row(chunk, row, detail)
            })
        })
    }

    /// More of a row ([`ExchangeTable::at`]) that failed or was taken back.
    ///
    /// # Panics
    /// As [`ExchangeTable::at`] does.
    pub fn detail(&self, row: u32) -> Option<Detail> {
        let (chunk, row) = self.at(row);
        chunk.details.of_row(row)
    }

    fn row(&self, chunk: &Chunk, row: usize, detail: Option<Detail>) -> Row {
        let Manner { entry_mode, kind, currency, offset_minutes, traces } =
            self.manners()[chunk.manners().id(row)];
        Row {
            at: Timestamp { millis: chunk.millis(row), offset_minutes },
            place: self.places()[chunk.places().id(row)],
            issuer: self.issuers()[chunk.issuers().id(row)],
            link: self.links()[chunk.links().id(row)],
            entry_mode,
            kind,
            traces,
            conclusion: self.endings()[chunk.endings().id(row)],
            amount: currency.map(|currency| Amount { minor: chunk.amounts().get(row), currency }),
            card: CardMark::from_number(chunk.cards().get(row)),
            latency: LatencyClass::from_number(chunk.latencies().get(row)),
            detail,
        }
    }

    /// Bytes held, used or not.
    pub fn bytes(&self) -> TableBytes {
        let Self { chunks, places, issuers, links, manners, endings, asides, events, .. } = self;
        let symbols = [issuers, links].into_iter().map(Dictionary::bytes).sum::<usize>();
        TableBytes {
            core: chunks.iter().map(Chunk::core_bytes).sum::<usize>()
                + chunks.capacity() * size_of::<Chunk>(),
            side: chunks.iter().map(|chunk| chunk.details.bytes()).sum(),
            dictionaries: symbols + places.bytes() + manners.bytes() + endings.bytes(),
            events: events.capacity() * size_of::<TerminalEvent>() + asides.capacity() * size_of::<Aside>(),
        }
    }
}

#[cfg(test)]
mod tests;
