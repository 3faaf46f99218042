//! Messages into plain legs.
//!
//! A column is a part of who was at the terminal, a part of what the message is, a number, or one of which
//! no plain leg keeps anything. What is none of these makes the message rich when it is filled.

use super::cells::{Cells, WORD};
use super::vocabulary::{Vocabulary, WhatKey, WhoKey};
use super::{NO_AMOUNT, NO_LATENCY, PlainLeg, Standing};
use crate::evidence::chip_word;
use crate::leg_builder::{LegBuilder, told_value};
use posmortem_exchange::{Leg, Source};
use posmortem_iso8583::{CardNumber, Timestamp, Track2, Visibility, is_switch_word};
use posmortem_logs::Column;

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

/// Columns that tell what a message is; the last three for diagnosis alone.
const WHAT: [Column; 11] = [
    Column::Mti,
    Column::ResponseCode,
    Column::ProcessingCode,
    Column::ConditionCode,
    Column::PosEntryMode,
    Column::Dialect,
    Column::Direction,
    Column::Currency,
    Column::Tvr,
    Column::ServiceCode,
    Column::ChipCondition,
];

/// How many of [`WHAT`] count without diagnosis.
const WHAT_COUNTED: usize = 8;

/// Further words of a [`WhatKey`]: the link in two, what DE60 says, and what the chip and the format do.
const LINK: usize = WHAT.len();
const RESERVED: usize = LINK + 2;
const CHIP: usize = RESERVED + 1;

/// The place of the currency in a [`WhatKey`].
pub(super) const CURRENCY: usize = 7;

/// Columns that no plain leg has room for.
const RICH: [Column; 6] = [
    Column::TraceId,
    Column::OriginalStan,
    Column::OriginalRrn,
    Column::OriginalData,
    Column::ReplacementAmounts,
    Column::Bin,
];

/// Institutions that name the issuer, the first that is told.
const ISSUER: [Column; 3] = [Column::Issuer, Column::ReceivingId, Column::ForwardingId];

/// The words of a message that are looked up.
#[derive(Clone, Copy)]
pub(crate) struct Keys {
    pub(super) who: WhoKey,
    pub(super) what: WhatKey,
    /// A named issuer, or the first digits of the card number. Not to be shown: a column mapped wrongly
    /// may hold card data.
    pub(super) issuer: u128,
}

/// A message with a word that was not known, and what the long way made of it.
pub(crate) struct Lesson {
    pub(super) keys: Keys,
    pub(super) leg: Leg,
}

impl Lesson {
    pub(crate) fn new(keys: Keys, leg: Leg) -> Box<Self> {
        Box::new(Self { keys, leg })
    }

    /// The leg, so that its symbols can be made those of the run.
    pub(crate) fn leg_mut(&mut self) -> &mut Leg {
        &mut self.leg
    }
}

/// Reads the plain messages of one block.
pub(crate) struct PlainReader<'r> {
    words: &'r Vocabulary,
    builder: &'r LegBuilder<'r>,
    input: u32,
    bin_digits: Option<u8>,
    /// Whether what diagnosis asks for is read, too.
    evidence: bool,
    /// Whether messages are rows, one of which may hold request and answer.
    is_row: bool,
    /// The keys of the last message.
    keys: Keys,
    /// Plain messages whose card is masked.
    pub(crate) masked_cards: u64,
}

impl<'r> PlainReader<'r> {
    pub(crate) fn new(words: &'r Vocabulary, builder: &'r LegBuilder<'r>, input: u32, is_row: bool) -> Self {
        let keys = Keys { who: WhoKey::default(), what: WhatKey::default(), issuer: 0 };
        let (bin_digits, evidence) = (builder.bin_digits(), builder.keeps_evidence());
        Self { words, builder, input, bin_digits, evidence, is_row, keys, masked_cards: 0 }
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
        if RICH.iter().any(|column| !cells.is_empty(*column)) {
            return Err(Rich);
        }
        if !cells.is_empty(Column::ReasonText) && is_switch_word(told_value(cells.cell(Column::ReasonText))) {
            return Err(Rich);
        }
        let track = match cells.is_empty(Column::Track2) {
            true => None,
            false => Track2::parse(told_value(cells.cell(Column::Track2))),
        };
        self.read_keys(cells, track.as_ref()).ok_or(Rich)?;
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
        let (Some(what), Some(who), Some(issuer)) = (what, who, issuer) else { return Err(Unknown) };
        let (role, terminal) = (words.what(what).plain_role, words.who(who).number);
        let (Some(role), Some(terminal)) = (role, terminal) else { return Err(Rich) };
        self.masked_cards += u64::from(is_masked);
        let source = Source { input: self.input, offset };
        Ok(PlainLeg {
            at,
            source,
            card,
            minor,
            rrn,
            stan,
            latency_ms,
            who,
            what,
            issuer,
            terminal,
            role,
            standing: Standing::default(),
        })
    }

    /// Reads the words that are looked up, but for the prefix of a card number.
    #[inline(always)]
    fn read_keys(&mut self, cells: &impl Cells, track: Option<&Track2<'_>>) -> Option<()> {
        let Self { keys: Keys { who, what, issuer }, evidence, is_row, .. } = self;
        who.terminal = cells.word(Column::TerminalId)?;
        let (of_who, of_what) = if *evidence { (WHO.len(), WHAT.len()) } else { (WHO_COUNTED, WHAT_COUNTED) };
        for (place, column) in WHO.into_iter().enumerate().take(of_who) {
            who.rest[place] = cells.word(column)?;
        }
        for (place, column) in WHAT.into_iter().enumerate().take(of_what) {
            what.0[place] = cells.word(column)?;
        }
        [what.0[LINK], what.0[LINK + 1]] = match cells.word(Column::Link) {
            Some(word) => [word, 0],
            None => long_word(cells.cell(Column::Link))?,
        };
        what.0[RESERVED] = match cells.is_empty(Column::Reserved60) {
            true => 0,
            false => reserved_word(told_value(cells.cell(Column::Reserved60))),
        };
        what.0[CHIP] = u128::from(*is_row);
        if *evidence {
            let chip = match cells.is_empty(Column::IccData) {
                true => 0,
                false => chip_word(told_value(cells.cell(Column::IccData))),
            };
            let service = track.and_then(Track2::service_digit).map_or(0, |digit| u128::from(digit) + 1);
            what.0[CHIP] |= u128::from(chip) << 1 | service << 64;
        }
        *issuer = 0;
        for column in ISSUER {
            if *issuer == 0 && !cells.is_empty(column) {
                // A word for nothing is left to the long way, which then asks for the next.
                let is_told = !told_value(cells.cell(column)).is_empty();
                *issuer = cells.word(column).filter(|_| is_told)?;
            }
        }
        Some(())
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
            let prefix = card.issuer_prefix(self.bin_digits).or_else(|| card.issuer_prefix(Some(6)));
            let prefix = prefix.unwrap_or_default().as_bytes();
            self.keys.issuer = match prefix.first_chunk::<8>() {
                Some(prefix) if prefix.len() == 8 => u128::from(u64::from_le_bytes(*prefix)),
                _ => u128::from(prefix.iter().rev().fold(0_u64, |word, digit| word << 8 | u64::from(*digit))),
            };
        }
        let expiry = if is_masked { told_value(cells.cell(Column::Expiry)) } else { b"" };
        Ok((Some(self.builder.card_key(&card, expiry)), is_masked))
    }
}

/// A text of 16 to 30 bytes in two words.
#[cold]
fn long_word(text: &[u8]) -> Option<[u128; 2]> {
    let (first, rest) = text.split_first_chunk::<WORD>()?;
    let mut bytes = [0; 16];
    bytes[..WORD].copy_from_slice(first);
    // No word of a shorter text ends so.
    bytes[15] = 0xff;
    Some([u128::from_le_bytes(bytes), super::cells::word_of(rest)?])
}

/// What of DE60 kinds and traces are read from: its first three characters, the thirteenth, and whether it
/// is digits throughout.
#[cold]
fn reserved_word(text: &[u8]) -> u128 {
    let is_digits = text.iter().all(u8::is_ascii_digit);
    let at = |place: usize| text.get(place).map_or(0, |byte| u128::from(*byte) + 1);
    [0, 1, 2, 12].into_iter().fold(u128::from(is_digits) + 1, |word, place| word << 16 | at(place))
}

const _: () = assert!(CHIP + 1 == super::vocabulary::WHAT_WORDS && WHO.len() == super::vocabulary::WHO_WORDS);
