//! A stretch of the table, column by column.

use super::column::Column;
use super::details::Details;
use std::ops::Range;

/// Rows of a chunk. A row's place in its chunk is told in two bytes.
pub(super) const CHUNK_ROWS: usize = 1 << 16;

/// Rows that are laid down at a time, column by column: 20 KB of them.
const WAITING: usize = 1 << 8;

/// What the core of a row holds, as numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Core {
    pub(super) millis: i64,
    pub(super) place: u64,
    pub(super) issuer: u64,
    pub(super) link: u64,
    pub(super) manner: u64,
    pub(super) ending: u64,
    pub(super) minor: u64,
    pub(super) card: u64,
    pub(super) latency: u64,
    /// One more than the STAN, 0 for none.
    pub(super) stan: u64,
}

/// At most 65,536 rows, in the order in which pairing settled them: nearly that of time.
#[derive(Clone, Debug, Default)]
pub struct Chunk {
    /// When the first row began.
    base: i64,
    /// How far others are from it, in milliseconds, to either side.
    away: Column,
    places: Column,
    issuers: Column,
    links: Column,
    manners: Column,
    endings: Column,
    amounts: Column,
    cards: Column,
    latencies: Column,
    /// Empty once the table is finished.
    stans: Column,
    pub(super) details: Details,
    /// The latest rows, which are not in the columns so far.
    waiting: Vec<Core>,
}

impl Chunk {
    /// Rows that are laid down.
    #[expect(clippy::len_without_is_empty, reason = "no chunk of a table is empty")]
    pub fn len(&self) -> usize {
        self.away.len()
    }

    /// When a row began, in milliseconds ([`posmortem_iso8583::Timestamp::millis`]).
    #[inline]
    pub fn millis(&self, row: usize) -> i64 {
        self.base.wrapping_add(unfold(self.away.get(row)))
    }

    /// Places in [`super::ExchangeTable::places`].
    pub fn places(&self) -> &Column {
        &self.places
    }

    /// Places in [`super::ExchangeTable::issuers`].
    pub fn issuers(&self) -> &Column {
        &self.issuers
    }

    /// Places in [`super::ExchangeTable::links`].
    pub fn links(&self) -> &Column {
        &self.links
    }

    /// Places in [`super::ExchangeTable::manners`].
    pub fn manners(&self) -> &Column {
        &self.manners
    }

    /// Places in [`super::ExchangeTable::endings`].
    pub fn endings(&self) -> &Column {
        &self.endings
    }

    /// Minor units; 0 where the log tells no amount, too ([`super::Manner::currency`] tells which).
    pub fn amounts(&self) -> &Column {
        &self.amounts
    }

    /// [`super::CardMark`]s as numbers, 0 for none.
    pub fn cards(&self) -> &Column {
        &self.cards
    }

    /// [`super::LatencyClass`]es as numbers, 0 for none.
    pub fn latencies(&self) -> &Column {
        &self.latencies
    }

    /// The STAN of a row, as long as the table is not finished.
    pub(super) fn stan(&self, row: usize) -> Option<u64> {
        self.stans.get(row).checked_sub(1)
    }

    /// Everything of a row's core.
    pub(super) fn core(&self, row: usize) -> Core {
        Core {
            millis: self.millis(row),
            place: self.places.get(row),
            issuer: self.issuers.get(row),
            link: self.links.get(row),
            manner: self.manners.get(row),
            ending: self.endings.get(row),
            minor: self.amounts.get(row),
            card: self.cards.get(row),
            latency: self.latencies.get(row),
            stan: self.stans.get(row),
        }
    }

    /// The place of the next row.
    pub(super) fn next_row(&self) -> usize {
        self.len() + self.waiting.len()
    }

    pub(super) fn is_full(&self) -> bool {
        self.next_row() >= CHUNK_ROWS
    }

    #[inline]
    pub(super) fn push(&mut self, core: Core) {
        self.waiting.push(core);
        if self.waiting.len() >= WAITING {
            self.lay_down();
        }
    }

    /// Puts the rows that wait into the columns.
    pub(super) fn lay_down(&mut self) {
        let mut waiting = std::mem::take(&mut self.waiting);
        if let (0, Some(first)) = (self.len(), waiting.first()) {
            self.base = first.millis;
        }
        let (base, rows) = (self.base, waiting.iter());
        self.away.extend(rows.clone().map(|core| fold(core.millis.wrapping_sub(base))));
        self.places.extend(rows.clone().map(|core| core.place));
        self.issuers.extend(rows.clone().map(|core| core.issuer));
        self.links.extend(rows.clone().map(|core| core.link));
        self.manners.extend(rows.clone().map(|core| core.manner));
        self.endings.extend(rows.clone().map(|core| core.ending));
        self.amounts.extend(rows.clone().map(|core| core.minor));
        self.cards.extend(rows.clone().map(|core| core.card));
        self.latencies.extend(rows.clone().map(|core| core.latency));
        self.stans.extend(rows.map(|core| core.stan));
        waiting.clear();
        self.waiting = waiting;
    }

    /// Takes over rows of another chunk, as many of them as there is room for. None may wait in either.
    pub(super) fn take(&mut self, from: &Self, rows: Range<usize>) -> usize {
        let (begin, count) = (self.len(), rows.len().min(CHUNK_ROWS - self.len()));
        let rows = rows.start..rows.start + count;
        if begin == 0 {
            self.base = from.millis(rows.start);
        }
        let base = self.base;
        self.away.extend(rows.clone().map(|row| fold(from.millis(row).wrapping_sub(base))));
        let Self { places, issuers, links, manners, endings, amounts, cards, latencies, stans, .. } = self;
        let columns = [
            (places, &from.places),
            (issuers, &from.issuers),
            (links, &from.links),
            (manners, &from.manners),
            (endings, &from.endings),
            (amounts, &from.amounts),
            (cards, &from.cards),
            (latencies, &from.latencies),
            (stans, &from.stans),
        ];
        columns.into_iter().for_each(|(column, of)| column.extend_from(of, rows.clone()));
        self.details.take(&from.details, rows, begin);
        count
    }

    /// No further row will come.
    pub(super) fn seal(&mut self) {
        self.lay_down();
        self.waiting = Vec::new();
        self.core_mut().into_iter().for_each(Column::shrink);
        self.details.columns_mut().into_iter().for_each(Column::shrink);
    }

    /// No row will come, and nobody will ask for STANs any more.
    pub(super) fn forget_stans(&mut self) {
        self.stans = Column::default();
        self.waiting = Vec::new();
    }

    fn core_mut(&mut self) -> [&mut Column; 10] {
        let Self { away, places, issuers, links, manners, endings, amounts, cards, latencies, stans, .. } =
            self;
        [away, places, issuers, links, manners, endings, amounts, cards, latencies, stans]
    }

    pub(super) fn core_bytes(&self) -> usize {
        let Self { away, places, issuers, links, manners, endings, amounts, cards, latencies, stans, .. } =
            self;
        let columns = [away, places, issuers, links, manners, endings, amounts, cards, latencies, stans];
        columns.into_iter().map(Column::bytes).sum::<usize>() + self.waiting.capacity() * size_of::<Core>()
    }
}

/// Small numbers of either sign as small numbers: 0, -1, 1, -2 are 0, 1, 2, 3.
fn fold(away: i64) -> u64 {
    (away << 1 ^ away >> 63) as u64
}

fn unfold(folded: u64) -> i64 {
    (folded >> 1) as i64 ^ -((folded & 1) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_distance_comes_back() {
        for away in [0, 1, -1, i64::from(i32::MAX), i64::from(i32::MIN), i64::MAX, i64::MIN] {
            assert_eq!(unfold(fold(away)), away);
        }
        assert_eq!([0, -1, 1, -2].map(fold), [0, 1, 2, 3]);
    }
}
