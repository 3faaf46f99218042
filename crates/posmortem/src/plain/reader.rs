//! Messages into plain legs.
//!
//! A column is a part of who was at the terminal, a part of what the message is, a number, or one of which
//! no plain leg keeps anything. What is none of these makes the message rich when it is filled.

use super::cells::Cells;
use super::columns::Columns;
use super::vocabulary::{Vocabulary, WhatKey, WhoKey};
use super::{NO_AMOUNT, NO_LATENCY, PlainLeg, Standing};
use crate::evidence::chip_word;
use crate::leg_builder::{LegBuilder, told_value};
use posmortem_exchange::Leg;
use posmortem_iso8583::{CardNumber, Timestamp, Track2, Visibility, is_switch_word};
use posmortem_logs::{Column, WORD, word_of};

/// Why a message is not plain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotPlain {
    /// A word has to be learnt first.
    Unknown,
    /// It says more than a plain leg holds.
    Rich,
}

/// Columns beside the terminal that tell who was there; the last four for diagnosis alone.
const WHO: [Column; 6] =
    [Column::MerchantId, Column::Site, Column::Region, Column::Model, Column::Firmware, Column::OperatorId];

/// How many of [`WHO`] count without diagnosis.
const WHO_COUNTED: usize = 2;

/// A word of a key, and the column that it is read from.
pub(super) type Slot = (usize, Column);

/// Columns that tell what a message is, those first that most logs fill; the last three for diagnosis alone.
const WHAT: [Column; 11] = [
    Column::Mti,
    Column::ResponseCode,
    Column::ProcessingCode,
    Column::PosEntryMode,
    Column::Currency,
    Column::ConditionCode,
    Column::Dialect,
    Column::Direction,
    Column::Tvr,
    Column::ServiceCode,
    Column::ChipCondition,
];

/// How many of [`WHAT`] count without diagnosis.
const WHAT_COUNTED: usize = 8;

/// The places of words in a [`WhatKey`]: the columns', but for the condition code that of the link.
pub(super) const LINK: usize = 5;
const CONDITION: usize = WHAT.len();
const LINK_REST: usize = CONDITION + 1;
const RESERVED: usize = LINK_REST + 1;

/// What the chip says.
const CHIP: usize = RESERVED + 1;

/// What format and zone of the time are.
pub(super) const FORMAT: usize = CHIP + 1;

/// The place of the currency.
pub(super) const CURRENCY: usize = 4;

/// Columns that no plain leg has room for.
pub(super) const RICH: [Column; 6] = [
    Column::TraceId,
    Column::OriginalStan,
    Column::OriginalRrn,
    Column::OriginalData,
    Column::ReplacementAmounts,
    Column::Bin,
];

/// Columns beside these that are read where they are filled.
pub(super) const UNUSUAL: [Column; 4] =
    [Column::ReasonText, Column::Track2, Column::Reserved60, Column::IccData];

/// Institutions that name the issuer, the first that is told.
pub(super) const ISSUER: [Column; 3] = [Column::Issuer, Column::ReceivingId, Column::ForwardingId];

/// The words of a message that are looked up.
#[derive(Clone, Copy)]
pub(crate) struct Keys {
    pub(super) who: WhoKey,
    pub(super) what: WhatKey,
    /// A named issuer, or the first digits of the card number. Not to be shown: a column mapped wrongly
    /// may hold card data.
    pub(super) issuer: u128,
}

/// A message with a word that was not known. The long way has made a leg of it, which is learnt from.
pub(crate) struct Lesson {
    pub(super) keys: Keys,
    /// Where the message stands in its input, as its leg does.
    pub(crate) offset: u64,
}

impl Lesson {
    pub(crate) fn new(keys: Keys, offset: u64) -> Self {
        Self { keys, offset }
    }

    /// Its plain leg, once its words are learnt: all else had been found plain before they were looked up.
    pub(crate) fn plain(&self, leg: &Leg, words: &Vocabulary) -> Option<PlainLeg> {
        let Self { keys, .. } = self;
        let what = words.what_number(&keys.what)?;
        let (who, terminal) = words.who_number(&keys.who).filter(|(_, terminal)| !terminal.is_absent())?;
        let role = words.what(what).plain_role?;
        Some(PlainLeg {
            at: leg.at.millis,
            offset: leg.source.offset,
            input: leg.source.input,
            card: leg.card,
            minor: leg.amount.map_or(NO_AMOUNT, |amount| amount.minor),
            rrn: leg.rrn.twelve_digits().unwrap_or(0),
            stan: leg.stan.and_then(|stan| u32::try_from(stan).ok())?,
            latency_ms: leg.latency_ms.unwrap_or(NO_LATENCY),
            who,
            what,
            issuer: words.issuer(keys.issuer)?,
            terminal,
            standing: Standing { role, ..Standing::default() },
        })
    }
}

/// Reads the plain messages of one block.
pub(crate) struct PlainReader<'r> {
    pub(super) words: &'r Vocabulary,
    pub(super) builder: &'r LegBuilder<'r>,
    pub(super) input: u32,
    bin_digits: Option<u8>,
    /// Whether what diagnosis asks for is read, too.
    evidence: bool,
    /// Whether messages are rows, one of which may hold request and answer.
    pub(super) is_row: bool,
    /// The words that this input can fill.
    pub(super) who_slots: Vec<Slot>,
    pub(super) what_slots: Vec<Slot>,
    /// Whether it has a column that a day of plain messages can do without.
    has_unusual: bool,
    /// The keys of the last message that was read alone.
    keys: Keys,
    /// Room for tiles of rows.
    pub(super) columns: Option<Box<Columns>>,
    /// Plain messages whose card is masked.
    pub(crate) masked_cards: u64,
}

impl<'r> PlainReader<'r> {
    /// A reader of input number `input`, which has the columns that `has` tells.
    pub(crate) fn new(
        words: &'r Vocabulary,
        builder: &'r LegBuilder<'r>,
        input: u32,
        is_row: bool,
        has: impl Fn(Column) -> bool,
    ) -> Self {
        let keys = Keys { who: WhoKey::default(), what: WhatKey::default(), issuer: 0 };
        let (bin_digits, evidence) = (builder.bin_digits(), builder.keeps_evidence());
        let (of_who, of_what) = if evidence { (WHO.len(), WHAT.len()) } else { (WHO_COUNTED, WHAT_COUNTED) };
        let slots = |columns: &[Column]| {
            let slots = columns.iter().copied().enumerate().filter(|(_, column)| has(*column));
            slots
                .map(|(slot, column)| {
                    (if column == Column::ConditionCode { CONDITION } else { slot }, column)
                })
                .collect()
        };
        let (who_slots, what_slots) = (slots(&WHO[..of_who]), slots(&WHAT[..of_what]));
        let has_unusual = [&RICH[..], &UNUSUAL, &ISSUER].into_iter().flatten().any(|column| has(*column));
        Self {
            words,
            builder,
            input,
            bin_digits,
            evidence,
            is_row,
            who_slots,
            what_slots,
            has_unusual,
            keys,
            columns: None,
            masked_cards: 0,
        }
    }

    /// What is to be learnt from the message that was asked for last: its keys, if it is unknown.
    pub(crate) fn keys_of(&self, why: NotPlain) -> Result<Keys, NotPlain> {
        if why == NotPlain::Unknown { Ok(self.keys) } else { Err(why) }
    }

    /// The leg of a message.
    #[inline(always)]
    pub(crate) fn leg(
        &mut self,
        cells: &impl Cells,
        at: Timestamp,
        offset: u64,
    ) -> Result<PlainLeg, NotPlain> {
        use NotPlain::{Rich, Unknown};
        let track = if self.has_unusual { self.track_of_plain(cells)? } else { None };
        self.read_keys(cells, at.offset_minutes).ok_or(Rich)?;
        if self.has_unusual {
            self.read_unusual(cells, track.as_ref()).ok_or(Rich)?;
        }
        let stan = cells.number(Column::Stan)?.and_then(|stan| u32::try_from(stan).ok()).ok_or(Rich)?;
        let latency_ms = match cells.number(Column::LatencyMs)? {
            None => NO_LATENCY,
            Some(ms) => u32::try_from(ms).ok().filter(|&ms| ms != NO_LATENCY).ok_or(Rich)?,
        };
        let rrn = cells.number(Column::Rrn)?.unwrap_or(0);
        if rrn > 0 && cells.cell(Column::Rrn).len() != 12 {
            return Err(Rich);
        }
        let minor = cells.number(Column::Amount)?.unwrap_or(NO_AMOUNT);
        if minor != NO_AMOUNT && cells.cell(Column::Amount).len() > 12 {
            return Err(Rich);
        }
        let (card, is_masked) = self.card(cells, track.as_ref())?;
        let Self { words, keys, .. } = self;
        let what = words.what_number(&keys.what);
        let who = words.who_number(&keys.who);
        let issuer = words.issuer(keys.issuer);
        let (Some(what), Some((who, terminal)), Some(issuer)) = (what, who, issuer) else {
            return Err(Unknown);
        };
        let role = words.what(what).plain_role;
        let Some(role) = role.filter(|_| !terminal.is_absent()) else { return Err(Rich) };
        self.masked_cards += u64::from(is_masked);
        Ok(PlainLeg {
            at: at.millis,
            offset,
            input: self.input,
            card,
            minor,
            rrn,
            stan,
            latency_ms,
            who,
            what,
            issuer,
            terminal,
            standing: Standing { role, ..Standing::default() },
        })
    }

    /// Track 2 of a message that has nothing for which a plain leg has no room.
    fn track_of_plain<'c>(&self, cells: &'c impl Cells) -> Result<Option<Track2<'c>>, NotPlain> {
        if RICH.iter().any(|column| !cells.is_empty(*column)) {
            return Err(NotPlain::Rich);
        }
        if !cells.is_empty(Column::ReasonText) && is_switch_word(told_value(cells.cell(Column::ReasonText))) {
            return Err(NotPlain::Rich);
        }
        if cells.is_empty(Column::Track2) {
            return Ok(None);
        }
        Ok(Track2::parse(told_value(cells.cell(Column::Track2))))
    }

    /// Reads the words that are looked up and that most logs have, but for the prefix of a card number.
    #[inline(always)]
    fn read_keys(&mut self, cells: &impl Cells, offset_minutes: Option<i16>) -> Option<()> {
        let Self { keys: Keys { who, what, issuer }, is_row, who_slots, what_slots, .. } = self;
        *issuer = 0;
        who.terminal = cells.word(Column::TerminalId)?;
        for &(slot, column) in &*who_slots {
            who.set(slot, cells.word(column)?);
        }
        what.begin([LINK_REST, RESERVED, CHIP]);
        for &(slot, column) in &*what_slots {
            what.set(slot, cells.word(column)?);
        }
        match cells.word(Column::Link) {
            Some(word) => what.set(LINK, word),
            None => {
                let [first, rest] = long_word(cells.cell(Column::Link))?;
                what.set(LINK, first);
                what.set(LINK_REST, rest);
            }
        }
        what.set(FORMAT, format_word(*is_row, offset_minutes));
        Some(())
    }

    /// Reads the words that most logs do not have.
    fn read_unusual(&mut self, cells: &impl Cells, track: Option<&Track2<'_>>) -> Option<()> {
        let Self { keys: Keys { what, issuer, .. }, evidence, .. } = self;
        if !cells.is_empty(Column::Reserved60) {
            what.set(RESERVED, reserved_word(told_value(cells.cell(Column::Reserved60))));
        }
        if *evidence {
            let chip = match cells.is_empty(Column::IccData) {
                true => 0,
                false => chip_word(told_value(cells.cell(Column::IccData))),
            };
            let service = track.and_then(Track2::service_digit).map_or(0, |digit| u128::from(digit) + 1);
            what.set(CHIP, u128::from(chip) | service << 64);
        }
        for column in ISSUER {
            if *issuer == 0 && !cells.is_empty(column) {
                // A word for nothing is left to the long way, which then asks for the next.
                let is_told = !told_value(cells.cell(column)).is_empty();
                *issuer = cells.word(column).filter(|_| is_told)?;
            }
        }
        Some(())
    }

    /// The issuer's prefix of a card, as a word.
    #[inline(always)]
    pub(super) fn issuer_of(&self, card: &CardNumber<'_>) -> u128 {
        u128::from(match card.issuer_word(self.bin_digits) {
            0 => card.issuer_word(Some(6)),
            word => word,
        })
    }

    /// The card, and whether it is masked; the issuer's prefix, too, where nobody names the issuer.
    #[inline(always)]
    fn card(
        &mut self,
        cells: &impl Cells,
        track: Option<&Track2<'_>>,
    ) -> Result<(Option<posmortem_exchange::CardKey>, bool), NotPlain> {
        let pan = cells.cell(Column::Pan);
        let card = CardNumber::parse(pan).or_else(|| track.map(Track2::card_number));
        let Some(card) = card else { return Ok((None, false)) };
        let is_masked = card.visibility() == Visibility::Masked;
        if self.keys.issuer == 0 {
            self.keys.issuer = self.issuer_of(&card);
        }
        let expiry = if is_masked { told_value(cells.cell(Column::Expiry)) } else { b"" };
        Ok((Some(self.builder.card_key(&card, expiry)), is_masked))
    }
}

/// What format and zone of the time are, as a word.
#[inline(always)]
pub(super) fn format_word(is_row: bool, offset_minutes: Option<i16>) -> u128 {
    let zone = offset_minutes.map_or(0, |minutes| u128::from(minutes as u16) | 1 << 16);
    u128::from(is_row) | zone << 96
}

/// A text of 16 to 30 bytes in two words.
#[cold]
fn long_word(text: &[u8]) -> Option<[u128; 2]> {
    let (first, rest) = text.split_first_chunk::<WORD>()?;
    let mut bytes = [0; 16];
    bytes[..WORD].copy_from_slice(first);
    // No word of a shorter text ends so.
    bytes[15] = 0xff;
    Some([u128::from_le_bytes(bytes), word_of(rest)?])
}

/// What of DE60 kinds and traces are read from: its first three characters, the thirteenth, and whether it
/// is digits throughout.
#[cold]
fn reserved_word(text: &[u8]) -> u128 {
    let is_digits = text.iter().all(u8::is_ascii_digit);
    let at = |place: usize| text.get(place).map_or(0, |byte| u128::from(*byte) + 1);
    [0, 1, 2, 12].into_iter().fold(u128::from(is_digits) + 1, |word, place| word << 16 | at(place))
}

const _: () =
    assert!(FORMAT + 1 == super::vocabulary::WHAT_WORDS && WHO.len() == super::vocabulary::WHO_WORDS);
