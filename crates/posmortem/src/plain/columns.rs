//! Plain rows by the tile, column by column.
//!
//! Tells what [`PlainReader::leg`] would tell of rows whose words are known and which fill no unusual column, in
//! a third of the time. All other rows are left to it.

use super::cells::{Places, RowCells};
use super::reader::{FORMAT, ISSUER, Keys, LINK, NotPlain, PlainReader, RICH, UNUSUAL, format_word};
use super::vocabulary::mixed_word;
use super::{NO_AMOUNT, NO_LATENCY, PlainLeg, Role, Standing};
use crate::leg_builder::told_value;
use posmortem_exchange::{CardKey, Source, Symbol};
use posmortem_iso8583::{CardNumber, Timestamp, Visibility};
use posmortem_logs::{Column, NumberLane, PlainTile, WordLane, widened};
use std::ops::RangeInclusive;

pub(super) const ROWS: usize = PlainTile::MOST;

/// A word of a key: its slot there, its place in the row, and what the tile has.
struct KeyLane {
    slot: usize,
    place: usize,
    words: WordLane,
}

/// A column of numbers: its place in the row if the input has it, how many digits are plain, and what the tile
/// has.
struct DigitLane {
    place: Option<usize>,
    lens: RangeInclusive<usize>,
    lane: NumberLane,
}

/// The columns of one input, and what those of the last tile say.
pub(super) struct Columns {
    /// What no plain leg has room for, and what is read where it is filled.
    unusual: Vec<usize>,
    terminal: KeyLane,
    who: Vec<KeyLane>,
    what: Vec<KeyLane>,
    named_issuers: Vec<KeyLane>,
    pan: Option<usize>,
    stan: DigitLane,
    rrn: DigitLane,
    amount: DigitLane,
    latency: DigitLane,
    whats: [u32; ROWS],
    roles: [Role; ROWS],
    whos: [(u32, Symbol); ROWS],
    issuer_words: [u128; ROWS],
    cards: [Option<CardKey>; ROWS],
    issuers: [Symbol; ROWS],
}

/// A row that is none of the plain ones: where it begins, and what is to be learnt from it.
pub(crate) type LeftRow = (u64, Result<Keys, NotPlain>);

impl PlainReader<'_> {
    /// Hands over the legs of a tile's rows, in their order; and tells, by bits, which rows are not plain.
    #[inline(never)]
    pub(crate) fn legs(
        &mut self,
        tile: &PlainTile<'_>,
        places: &Places,
        mut take: impl FnMut(PlainLeg),
        mut leave: impl FnMut(LeftRow),
    ) -> u64 {
        let mut columns = self.columns.take().unwrap_or_else(|| Box::new(Columns::of(self, places)));
        let plain = widened(
            #[inline(always)]
            || columns.read(self, tile),
        );
        let mut left = 0;
        for (row, &at) in tile.times().iter().enumerate() {
            let offset = tile.offset(row);
            if plain >> row & 1 == 1 {
                take(columns.leg(row, at, Source { input: self.input, offset }));
                continue;
            }
            match self.leg(&RowCells { row: &tile.row(row), places }, at, offset) {
                Ok(leg) => take(leg),
                Err(why) => {
                    left |= 1 << row;
                    leave((offset, self.keys_of(why)));
                }
            }
        }
        self.columns = Some(columns);
        left
    }
}

impl Columns {
    fn of(reader: &PlainReader<'_>, places: &Places) -> Self {
        let lane =
            |(slot, column)| Some(KeyLane { slot, place: places.place(column)?, words: WordLane::default() });
        let digits = |column, lens| {
            let lane = NumberLane { empty: u64::MAX, ..NumberLane::default() };
            DigitLane { place: places.place(column), lens, lane }
        };
        let link = (LINK, Column::Link);
        Self {
            unusual: RICH.iter().chain(&UNUSUAL).filter_map(|column| places.place(*column)).collect(),
            terminal: KeyLane {
                slot: 0,
                // The glance is off where this column is missing.
                place: places.place(Column::TerminalId).unwrap_or_default(),
                words: WordLane::default(),
            },
            who: reader.who_slots.iter().copied().filter_map(lane).collect(),
            what: reader.what_slots.iter().copied().chain([link]).filter_map(lane).collect(),
            named_issuers: ISSUER.iter().filter_map(|column| lane((0, *column))).collect(),
            pan: places.place(Column::Pan),
            stan: digits(Column::Stan, 1..=9),
            rrn: digits(Column::Rrn, 12..=12),
            amount: digits(Column::Amount, 1..=12),
            latency: digits(Column::LatencyMs, 1..=9),
            whats: [0; ROWS],
            roles: [Role::default(); ROWS],
            whos: [(0, Symbol::ABSENT); ROWS],
            issuer_words: [0; ROWS],
            cards: [None; ROWS],
            issuers: [Symbol::ABSENT; ROWS],
        }
    }

    /// Which rows of a tile are plain and known, by bits.
    #[inline(always)]
    fn read(&mut self, reader: &PlainReader<'_>, tile: &PlainTile<'_>) -> u64 {
        let unusual = self.unusual.iter().fold(0, |filled, place| filled | tile.filled(*place));
        let mut plain = tile.rows() & !unusual;
        for digits in [&mut self.stan, &mut self.rrn, &mut self.amount, &mut self.latency] {
            if let Some(place) = digits.place {
                tile.numbers(place, digits.lens.clone(), &mut digits.lane);
                plain &= !digits.lane.strange;
            }
        }
        plain &= !self.stan.lane.empty;
        if plain == 0 {
            return 0;
        }
        plain & self.read_what(reader, tile) & self.read_who(reader, tile) & self.read_cards(reader, tile)
    }

    /// Finds what the messages are; which of them are known.
    #[inline(always)]
    fn read_what(&mut self, reader: &PlainReader<'_>, tile: &PlainTile<'_>) -> u64 {
        let zone = tile.times().first().and_then(|at| at.offset_minutes);
        let mut fits = bits(tile.times(), |at| at.offset_minutes == zone);
        let format = format_word(reader.is_row, zone);
        let mut mixed = [mixed_word(FORMAT, format as u64, (format >> 64) as u64); ROWS];
        for KeyLane { slot, place, words } in &mut self.what {
            fits &= !tile.words(*place, words);
            for ((mixed, low), high) in mixed.iter_mut().zip(&words.low).zip(&words.high) {
                *mixed = mixed.wrapping_add(mixed_word(*slot, *low, *high));
            }
        }
        let lanes = self.what.iter().map(|lane| (lane.slot, &lane.words));
        fits & reader.words.what_numbers(&mixed[..tile.len()], lanes, format, &mut self.whats)
    }

    /// Finds who was at the terminals; which of them are known.
    #[inline(always)]
    fn read_who(&mut self, reader: &PlainReader<'_>, tile: &PlainTile<'_>) -> u64 {
        let mut long = tile.words(self.terminal.place, &mut self.terminal.words);
        for KeyLane { place, words, .. } in &mut self.who {
            long |= tile.words(*place, words);
        }
        let lanes = self.who.iter().map(|lane| (lane.slot, &lane.words));
        !long & reader.words.who_numbers(&self.terminal.words, &lanes, &mut self.whos[..tile.len()])
    }

    /// Reads cards and issuers; which of them are whole and known.
    #[inline(always)]
    fn read_cards(&mut self, reader: &PlainReader<'_>, tile: &PlainTile<'_>) -> u64 {
        let mut fits = u64::MAX;
        self.issuer_words = [0; ROWS];
        for KeyLane { place, words, .. } in &mut self.named_issuers {
            fits &= !tile.words(*place, words);
            for (row, (text, word)) in tile.fields(*place).zip(&mut self.issuer_words).enumerate() {
                if *word == 0 && !text.is_empty() {
                    *word = words.word(row);
                    // A word for nothing is left to the long way, which then asks for the next.
                    fits &= !(u64::from(told_value(text).is_empty()) << row);
                }
            }
        }
        if let Some(place) = self.pan {
            let out = self.cards.iter_mut().zip(&mut self.issuer_words);
            for (row, (text, (key, issuer))) in tile.fields(place).zip(out).enumerate() {
                let card = CardNumber::parse(text);
                *key = card.map(|card| reader.builder.card_key(&card, b""));
                if let Some(card) = card {
                    fits &= !(u64::from(card.visibility() == Visibility::Masked) << row);
                    if *issuer == 0 {
                        *issuer = reader.issuer_of(&card);
                    }
                }
            }
        }
        for (row, (word, issuer)) in
            self.issuer_words.iter().zip(&mut self.issuers).enumerate().take(tile.len())
        {
            match reader.words.issuer(*word) {
                Some(known) => *issuer = known,
                None => fits &= !(1 << row),
            }
        }
        fits & self.may_be_legs(reader, tile.len())
    }

    /// Which messages may be plain by what they are, and tell their terminal.
    #[inline(always)]
    fn may_be_legs(&mut self, reader: &PlainReader<'_>, rows: usize) -> u64 {
        let told = self.whats.iter().zip(&self.whos).zip(&mut self.roles).take(rows).enumerate();
        told.fold(0, |bits, (row, ((what, (_, terminal)), role))| {
            let known = reader.words.plain_role(*what);
            *role = known.unwrap_or_default();
            bits | u64::from(known.is_some() && !terminal.is_absent()) << row
        })
    }

    /// The leg of a row that is plain and known.
    #[inline(always)]
    fn leg(&self, row: usize, at: Timestamp, source: Source) -> PlainLeg {
        let row = row & (ROWS - 1);
        let (who, terminal) = self.whos[row];
        let Source { input, offset } = source;
        PlainLeg {
            at: at.millis,
            offset,
            input,
            card: self.cards[row],
            minor: self.amount.number(row).unwrap_or(NO_AMOUNT),
            rrn: self.rrn.number(row).unwrap_or(0),
            stan: self.stan.number(row).unwrap_or(0) as u32,
            latency_ms: self.latency.number(row).map_or(NO_LATENCY, |ms| ms as u32),
            who,
            what: self.whats[row],
            issuer: self.issuers[row],
            terminal,
            standing: Standing { role: self.roles[row], ..Standing::default() },
        }
    }
}

impl DigitLane {
    #[inline(always)]
    fn number(&self, row: usize) -> Option<u64> {
        (self.lane.empty >> row & 1 == 0).then_some(self.lane.numbers[row])
    }
}

fn bits<T>(rows: &[T], holds: impl Fn(&T) -> bool) -> u64 {
    rows.iter().enumerate().fold(0, |bits, (row, value)| bits | u64::from(holds(value)) << row)
}
