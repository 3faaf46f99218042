//! Records become legs: the borrow ends here, and with it every card number.
//!
//! What stays of a card is a hash under a key that lives as long as the run, the issuer prefix and,
//! where rows are written out, a token. Names pass the screen for misplaced card data on their way
//! into the set of names, so nothing behind this module can show any.

use crate::{Settings, evidence};
use foldhash::quality::FixedState;
use posmortem_classify::{Dialect, Kind, ReversalReason, reversal_reason};
use posmortem_exchange::{CardKey, CardToken, Direction, Equipment, Leg, Names, Reference, Source, Symbol};
use posmortem_iso8583::{
    Amount, CardNumber, Class, Currency, EntryMode, Mti, ResponseCode, Side, Track2, Visibility,
    is_switch_word, looks_like_pin_block, screen,
};
use posmortem_logs::{Column, Record, RejectReason};
use std::borrow::Cow;
use std::hash::BuildHasher;

/// Fixed: of the 32 bits by which a day tells its cards apart, some pairs of cards share all, and which of
/// them do must not change from run to run. Nothing made with it is ever written; what is, has the token key.
const CARD_KEY: u64 = 0x706f_736d_6f72_7465;

/// Makes legs of one run; shared by all workers.
pub(crate) struct LegBuilder<'s> {
    settings: &'s Settings,
    /// Under [`CARD_KEY`]: never leaves this run.
    keyed: FixedState,
    /// Whether the log's own ids are hashed under the token key, so that they can meet those of
    /// other runs.
    lasting_traces: bool,
    /// Whether legs carry what only diagnosis asks for: equipment and traces.
    keeps_evidence: bool,
}

/// A leg, and whether its card was masked in the log.
pub(crate) struct Built {
    pub(crate) leg: Leg,
    pub(crate) masked_card: bool,
}

impl<'s> LegBuilder<'s> {
    pub(crate) fn new(settings: &'s Settings, lasting_traces: bool) -> Self {
        let keeps_evidence = settings.needs_table() || lasting_traces;
        let keyed = FixedState::with_seed(CARD_KEY);
        Self { settings, keyed, lasting_traces, keeps_evidence }
    }

    /// Digits of the card number that name the issuer, as the settings say.
    pub(crate) fn bin_digits(&self) -> Option<u8> {
        self.settings.bin_digits
    }

    /// Whether legs carry what only diagnosis asks for.
    pub(crate) fn keeps_evidence(&self) -> bool {
        self.keeps_evidence
    }

    /// Reads a record of input number `input` into a leg whose symbols belong to `names`.
    pub(crate) fn leg(
        &self,
        record: &Record<'_>,
        input: u32,
        is_row: bool,
        names: &mut Names,
    ) -> Result<Built, RejectReason> {
        let (mti, code) = Self::type_and_code(record)?;
        let card = card_of(record);
        let (terminal, terminal_key) = self.terminal(cell(record, Column::TerminalId), names);
        let mut name = |column| names.intern_shown(cell(record, column), shown);
        let (link, merchant, site) = (name(Column::Link), name(Column::MerchantId), name(Column::Site));
        let dialect = self.dialect(names.text(link), cell(record, Column::Dialect));
        let (original_stan, leaves_a_part) = (original_stan(record, mti), leaves_a_part(record));
        let source = Source { input, offset: record.position.offset };
        let leg = Leg {
            mti,
            terminal,
            terminal_key,
            merchant,
            issuer: self.issuer(record, card.as_ref(), names),
            link,
            // The merchant is the site unless the log names one.
            site: if site.is_absent() { merchant } else { site },
            switch_reason: names.intern(switch_reason(cell(record, Column::ReasonText))),
            stan: stan(cell(record, Column::Stan)),
            rrn: reference(cell(record, Column::Rrn)),
            trace: self.trace(record, input),
            in_dump: record.group.is_some(),
            amount: self.amount(record, mti),
            card: card.map(|card| self.card_key(&card, cell(record, Column::Expiry))),
            token: self.token(card.as_ref(), cell(record, Column::Expiry)),
            code,
            dialect,
            kind: kind_of(record, mti, dialect),
            entry_mode: EntryMode::from_de22(cell(record, Column::PosEntryMode)),
            latency_ms: number(cell(record, Column::LatencyMs)).and_then(|ms| u32::try_from(ms).ok()),
            direction: direction(cell(record, Column::Direction)),
            original_stan,
            original_rrn: reference(cell(record, Column::OriginalRrn)),
            reversal_reason: why_reversed(record, mti, code),
            leaves_a_part,
            is_row,
            ..Leg::untold(record.at, source)
        };
        let leg = if self.keeps_evidence { with_evidence(leg, record, names) } else { leg };
        Ok(Built { leg, masked_card: card.is_some_and(|card| card.visibility() == Visibility::Masked) })
    }

    /// The message type and the response code: all that can make a leg of a record impossible.
    pub(crate) fn type_and_code(
        record: &Record<'_>,
    ) -> Result<(Option<Mti>, Option<ResponseCode>), RejectReason> {
        let mti = Mti::parse(cell(record, Column::Mti));
        Ok((mti, response_code(cell(record, Column::ResponseCode), mti)?))
    }

    /// The terminal as printed, and without left zeros.
    pub(crate) fn terminal(&self, cell: &[u8], names: &mut Names) -> (Symbol, Symbol) {
        let terminal = names.intern_shown(cell, shown);
        (terminal, names.terminal_key(terminal))
    }

    /// The card inside this run; the expiry date helps to tell masked ones apart.
    #[inline]
    pub(crate) fn card_key(&self, card: &CardNumber<'_>, expiry: &[u8]) -> CardKey {
        CardKey::new(card.hash_with(|digits| self.keyed.hash_one(digits), expiry))
    }

    /// Option before link's configuration before column.
    pub(crate) fn dialect(&self, link: &str, column: &[u8]) -> Option<Dialect> {
        let of_link = || self.settings.link_dialects.get(link).copied();
        let of_column = || {
            if column.is_empty() {
                return None;
            }
            Dialect::from_name(std::str::from_utf8(column).ok()?)
        };
        self.settings.dialect.or_else(of_link).or_else(of_column)
    }

    /// A named issuer wins (column, DE100, DE33), then a column of prefixes, then the card number.
    fn issuer(&self, record: &Record<'_>, card: Option<&CardNumber<'_>>, names: &mut Names) -> Symbol {
        let named =
            [Column::Issuer, Column::ReceivingId, Column::ForwardingId].map(|column| cell(record, column));
        if let Some(name) = named.into_iter().find(|name| !name.is_empty()) {
            return names.intern_shown(name, shown);
        }
        let digits = self.settings.bin_digits;
        let bin = cell(record, Column::Bin);
        if bin.len() >= 6 && bin.iter().all(u8::is_ascii_digit) {
            let bin = &bin[..bin.len().min(usize::from(digits.unwrap_or(8).min(8)))];
            return names.intern(std::str::from_utf8(bin).unwrap_or_default());
        }
        let prefix = card.and_then(|card| card.issuer_prefix(digits).or_else(|| card.issuer_prefix(Some(6))));
        names.intern(prefix.unwrap_or_default())
    }

    /// The log's own id (odd), or that of the dump which printed request and answer together (even);
    /// 0 for none. A dump is known by its place in this run, and ids of dumps in other runs may be
    /// the same.
    fn trace(&self, record: &Record<'_>, input: u32) -> u64 {
        let id = cell(record, Column::TraceId);
        let key = self.settings.token_key.as_ref().filter(|_| self.lasting_traces);
        let hash = |bytes: &[u8]| key.map_or_else(|| self.keyed.hash_one(bytes), |key| key.trace(bytes));
        match record.group {
            _ if !id.is_empty() => hash(id) | 1,
            Some(group) => {
                let place = [&input.to_le_bytes()[..], &group.to_le_bytes()].concat();
                (hash(&place) | 2) & !1
            }
            None => 0,
        }
    }

    fn amount(&self, record: &Record<'_>, mti: Option<Mti>) -> Option<Amount> {
        let currency = Currency::parse(cell(record, Column::Currency));
        Amount::parse(
            cell(record, Column::Amount),
            currency,
            self.settings.amount_unit,
            mti.map_or(0, Mti::version),
        )
    }

    fn token(&self, card: Option<&CardNumber<'_>>, expiry: &[u8]) -> Option<CardToken> {
        Some(self.settings.token_key.as_ref()?.token(card?, expiry))
    }
}

/// Adds what only diagnosis asks for.
fn with_evidence(leg: Leg, record: &Record<'_>, names: &mut Names) -> Leg {
    let [region, model, firmware] =
        [Column::Region, Column::Model, Column::Firmware].map(|column| shown(cell(record, column)));
    Leg {
        equipment: names.intern(&Equipment { region: &region, model: &model, firmware: &firmware }.name()),
        operator: names.intern_shown(cell(record, Column::OperatorId), shown),
        traces: evidence::traces(record, leg.mti, leg.code, leg.dialect),
        management: evidence::management(record, leg.mti, leg.dialect),
        ..leg
    }
}

/// What a record has in a column; empty where the export wrote that there is none.
#[inline]
pub(crate) fn cell<'b>(record: &Record<'b>, column: Column) -> &'b [u8] {
    told_of(record.get(column))
}

/// A value without spaces around it; empty where the export wrote that there is none.
pub(crate) fn told_value(cell: &[u8]) -> &[u8] {
    told_of(cell.trim_ascii())
}

/// Values begin otherwise nearly always, and need no second look.
#[inline]
fn told_of(value: &[u8]) -> &[u8] {
    match value {
        [b'N' | b'n' | b'(' | b'\\' | b'-', ..] if is_none(value) => b"",
        value => value,
    }
}

fn is_none(value: &[u8]) -> bool {
    matches!(value, b"NULL" | b"null" | b"Null" | b"(null)" | b"\\N" | b"N/A" | b"n/a" | b"-")
}

/// The first of these columns that the log fills.
fn told<'b>(record: &Record<'b>, columns: &[Column]) -> &'b [u8] {
    columns.iter().map(|column| cell(record, *column)).find(|text| !text.is_empty()).unwrap_or_default()
}

/// A name longer than this is cut, so that none can fill a report.
const LONGEST_NAME: usize = 64;

/// Log text that may be kept and shown.
pub(crate) fn shown(text: &[u8]) -> Cow<'_, str> {
    let cut = |text: &str| match text.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    };
    match screen(text) {
        Cow::Borrowed(text) if text.len() <= LONGEST_NAME => Cow::Borrowed(text.trim()),
        text => Cow::Owned(cut(text.trim())),
    }
}

/// The switch's reason where it is a word of its own vocabulary.
fn switch_reason(text: &[u8]) -> &str {
    if text.is_empty() {
        return "";
    }
    std::str::from_utf8(text).ok().filter(|_| is_switch_word(text)).unwrap_or_default()
}

/// Reference numbers have twelve characters. Sixteen hexadecimal digits are a PIN block in the wrong
/// column, and none of it is kept.
fn reference(text: &[u8]) -> Reference {
    if let Some(reference) = Reference::of_digits(text) {
        return reference;
    }
    if looks_like_pin_block(text) { Reference::default() } else { Reference::new(&shown(text)) }
}

fn card_of<'b>(record: &Record<'b>) -> Option<CardNumber<'b>> {
    let track = || Track2::parse(cell(record, Column::Track2)).map(|track| track.card_number());
    CardNumber::parse(cell(record, Column::Pan)).or_else(track)
}

/// An empty DE39 is none; one that cannot be a code means that the record was not understood.
pub(crate) fn response_code(text: &[u8], mti: Option<Mti>) -> Result<Option<ResponseCode>, RejectReason> {
    if text.is_empty() {
        return Ok(None);
    }
    let code = ResponseCode::parse(text).ok_or(RejectReason::BadCode)?;
    Ok(Some(code.in_message(mti)))
}

/// Digits as a number; anything else is as if the log did not tell it.
fn number(text: &[u8]) -> Option<u64> {
    let text = text.trim_ascii();
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0u64, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

/// Six digits, twelve in 2003. More are no STAN and may be a card number in the wrong column.
fn stan(text: &[u8]) -> Option<u64> {
    number(text).filter(|stan| *stan < 1_000_000_000_000)
}

fn direction(text: &[u8]) -> Direction {
    let begins = |word: &[u8]| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    if [&b"in"[..], b"rec", b"rx"].into_iter().any(begins) {
        Direction::Incoming
    } else if [&b"out"[..], b"sen", b"tx"].into_iter().any(begins) {
        Direction::Outgoing
    } else {
        Direction::Unknown
    }
}

/// DE60 is for private use: its first two digits are a type only where the dialect is UnionPay's.
fn kind_of(record: &Record<'_>, mti: Option<Mti>, dialect: Option<Dialect>) -> Kind {
    let reserved = if evidence::is_unionpay(dialect) { cell(record, Column::Reserved60) } else { b"" };
    let unionpay_type = reserved.get(..2).unwrap_or_default();
    Kind::of(mti, cell(record, Column::ProcessingCode), cell(record, Column::ConditionCode), unionpay_type)
}

/// DE90 and DE56 begin with the original's MTI and STAN; the STAN has twelve digits in 2003.
fn original_stan(record: &Record<'_>, mti: Option<Mti>) -> Option<u64> {
    let told = stan(cell(record, Column::OriginalStan));
    let of_data = || {
        let digits = if mti.map_or(0, Mti::version) == 2 { 12 } else { 6 };
        stan(cell(record, Column::OriginalData).get(4..4 + digits)?)
    };
    told.or_else(of_data).filter(|stan| *stan > 0)
}

/// DE95 begins with the amount that stays, in twelve digits.
fn leaves_a_part(record: &Record<'_>) -> bool {
    let stays = cell(record, Column::ReplacementAmounts).get(..12).and_then(number);
    stays.is_some_and(|amount| amount > 0)
}

fn why_reversed(record: &Record<'_>, mti: Option<Mti>, code: Option<ResponseCode>) -> Option<ReversalReason> {
    let mti = mti.filter(|mti| mti.class() == Class::Reversal && mti.side() == Side::Request)?;
    reversal_reason(code, told(record, &[Column::AdviceCode, Column::ConditionCode]), mti)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_are_told_apart_alike_in_every_run() {
        let settings = Settings::default();
        let [one, two] = [(); 2].map(|()| LegBuilder::new(&settings, false));
        let card = |digits: &'static [u8]| CardNumber::parse(digits).expect("a test number");
        let (visa, other) = (card(b"4111111111111111"), card(b"4012888888881881"));
        assert!(one.card_key(&visa, b"2712") == two.card_key(&visa, b"2712"));
        assert!(one.card_key(&visa, b"") != one.card_key(&other, b""));
    }
}
