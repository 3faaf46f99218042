//! Rows of answers that need no more than a glance: known words and plain digits, nothing else.
//!
//! Nine in ten rows of an export are such. What a glance makes of a row is what
//! [`crate::leg_builder`] makes of it, in a quarter of the bytes and a twentieth of the time; any row
//! that holds more is left to that module. Whether legs belong together is not asked here.

mod vocabulary;

use crate::Settings;
use crate::leg_builder::LegBuilder;
use posmortem_exchange::{CardKey, Conclusion, Direction, Leg, LinkSpan, Reference, Source, Symbol};
use posmortem_iso8583::{Amount, AmountUnit, CardNumber, Currency, Timestamp, Visibility};
use posmortem_logs::{Column, Format, PlainRow};
use vocabulary::shape_word;
pub(crate) use vocabulary::{Lesson, Vocabulary};

/// A leg of a plain row. Which [`Leg`] it stands for is told by [`PlainLeg::unfold`].
#[derive(Clone, Copy)]
pub(crate) struct PlainLeg {
    pub(crate) at: Timestamp,
    pub(crate) source: Source,
    card: Option<CardKey>,
    /// Minor units, [`NO_AMOUNT`] for none.
    minor: u64,
    /// DE37 as a number of twelve digits; 0 for none.
    pub(crate) rrn: u64,
    pub(crate) stan: u32,
    /// [`NO_LATENCY`] for none.
    latency_ms: u32,
    /// The terminal's place in the vocabulary.
    pub(crate) terminal: u32,
    pub(crate) terminal_key: Symbol,
    pub(crate) merchant: Symbol,
    issuer: Symbol,
    currency: Currency,
    shape: u16,
    link: u16,
    /// Whether another leg may belong to it.
    pub(crate) is_crowded: bool,
    /// Whether those behind it know that it goes the long way.
    pub(crate) is_seen: bool,
}

const NO_AMOUNT: u64 = u64::MAX;
const NO_LATENCY: u32 = u32::MAX;

impl PlainLeg {
    /// The leg in full.
    pub(crate) fn unfold(&self, words: &Vocabulary) -> Leg {
        let (shape, link) = (words.shape(self.shape), words.link(self.link));
        let rrn = if self.rrn == 0 { String::new() } else { format!("{:012}", self.rrn) };
        let amount = Amount { minor: self.minor, currency: self.currency };
        Leg {
            mti: shape.mti,
            terminal: words.terminal_at(self.terminal)[1],
            terminal_key: self.terminal_key,
            merchant: self.merchant,
            issuer: self.issuer,
            link: link.name,
            site: self.merchant,
            stan: Some(u64::from(self.stan)),
            rrn: Reference::new(&rrn),
            amount: (self.minor != NO_AMOUNT).then_some(amount),
            card: self.card,
            code: shape.code,
            dialect: link.dialect,
            kind: shape.kind,
            entry_mode: shape.entry_mode,
            latency_ms: (self.latency_ms != NO_LATENCY).then_some(self.latency_ms),
            direction: Direction::Unknown,
            is_row: true,
            ..Leg::untold(self.at, self.source)
        }
    }

    /// What became of the attempt, if the row alone shows one that was answered in time.
    #[inline(always)]
    pub(crate) fn conclusion<'w>(
        &self,
        words: &'w Vocabulary,
        settings: &Settings,
    ) -> Option<&'w Conclusion> {
        let (shape, link) = (words.shape(self.shape), words.link(self.link));
        let in_time = self.latency_ms == NO_LATENCY || i64::from(self.latency_ms) <= link.timeout_ms;
        shape.conclusion.as_ref().filter(|_| in_time && link.dialect == settings.dialect)
    }

    /// Whether the row stands for a whole exchange.
    pub(crate) fn is_whole(&self, words: &Vocabulary) -> bool {
        words.shape(self.shape).mti.is_none()
    }

    pub(crate) fn link(&self) -> u16 {
        self.link
    }

    /// Card and amount, by which a reversal may find its original.
    pub(crate) fn card_and_amount(&self) -> Option<(CardKey, u64)> {
        self.card.filter(|_| self.minor != NO_AMOUNT).map(|card| (card, self.minor))
    }
}

/// Where the columns of one input stand that plain rows are read by.
pub(crate) struct Places {
    mti: Option<usize>,
    stan: usize,
    rrn: Option<usize>,
    terminal: usize,
    merchant: Option<usize>,
    pan: Option<usize>,
    processing_code: Option<usize>,
    amount: Option<usize>,
    currency: Option<usize>,
    entry_mode: Option<usize>,
    code: usize,
    link: Option<usize>,
    latency: Option<usize>,
    /// Columns that say something which a plain leg has no room for.
    empty: Vec<usize>,
    /// Digits of the issuer's prefix.
    bin_digits: usize,
}

/// Columns of which no leg keeps anything where attempts are counted alone, or whose cells the time column
/// makes needless.
const NEEDLESS: [Column; 17] = [
    Column::Time,
    Column::Date,
    Column::AcquirerId,
    Column::Region,
    Column::Model,
    Column::Firmware,
    Column::ServiceCode,
    Column::IccData,
    Column::Tvr,
    Column::ChipCondition,
    Column::NetworkCode,
    Column::FunctionCode,
    Column::Batch,
    Column::OperatorId,
    Column::TransmissionTime,
    Column::LocalTime,
    Column::LocalDate,
];

/// Columns that plain rows are read by.
const READ: [Column; 13] = [
    Column::Mti,
    Column::Stan,
    Column::Rrn,
    Column::TerminalId,
    Column::MerchantId,
    Column::Pan,
    Column::ProcessingCode,
    Column::Amount,
    Column::Currency,
    Column::PosEntryMode,
    Column::ResponseCode,
    Column::Link,
    Column::LatencyMs,
];

impl Places {
    /// `None` for inputs without plain rows.
    pub(crate) fn of(format: &Format, settings: &Settings) -> Option<Self> {
        let Format::Delimited(layout) = format else { return None };
        if settings.amount_unit == AmountUnit::Major {
            return None;
        }
        let columns = layout.columns();
        let place = |wanted| columns.iter().position(|column| *column == Some(wanted));
        let is_known = |column: Column| READ.contains(&column) || NEEDLESS.contains(&column);
        let (others, _): (Vec<usize>, Vec<_>) = columns
            .iter()
            .enumerate()
            .filter_map(|(at, column)| column.filter(|column| !is_known(*column)).map(|column| (at, column)))
            .unzip();
        Some(Self {
            mti: place(Column::Mti),
            stan: place(Column::Stan)?,
            rrn: place(Column::Rrn),
            terminal: place(Column::TerminalId)?,
            merchant: place(Column::MerchantId),
            pan: place(Column::Pan),
            processing_code: place(Column::ProcessingCode),
            amount: place(Column::Amount),
            currency: place(Column::Currency),
            entry_mode: place(Column::PosEntryMode),
            code: place(Column::ResponseCode)?,
            link: place(Column::Link),
            latency: place(Column::LatencyMs),
            empty: others,
            bin_digits: usize::from(settings.bin_digits.unwrap_or(8).min(8)),
        })
    }

    /// The prefix that names a card's issuer, the first digit lowest.
    #[inline(always)]
    fn issuer(&self, pan: &[u8]) -> Option<u64> {
        // A number with a space before it is not plain.
        let digits = pan.first_chunk::<8>().filter(|digits| digits[0] != b' ')?;
        let kept = u64::MAX.checked_shr(64 - 8 * self.bin_digits as u32).unwrap_or(0);
        Some(u64::from_le_bytes(*digits) & kept)
    }
}

/// Why a row is not plain.
pub(crate) enum NotPlain {
    /// A word has to be learnt first.
    Unknown,
    /// It says more than a plain leg holds.
    Rich,
}

/// Reads the plain rows of one block.
pub(crate) struct PlainReader<'r> {
    pub(crate) places: &'r Places,
    pub(crate) words: &'r Vocabulary,
    pub(crate) builder: &'r LegBuilder<'r>,
    pub(crate) input: u32,
}

impl PlainReader<'_> {
    /// The leg of a row.
    #[inline(always)]
    pub(crate) fn leg(&self, row: &PlainRow<'_>) -> Result<PlainLeg, NotPlain> {
        let Self { places, words, .. } = self;
        if places.empty.iter().any(|&place| row.len(place) > 0) {
            return Err(NotPlain::Rich);
        }
        let Some(Keys { shape, link, terminal, merchant }) = Keys::of(row, places) else {
            return Err(NotPlain::Rich);
        };
        let (Some(shape), Some(link), Some(terminal)) =
            (words.shape_number(shape), words.link_number(link), words.terminal(terminal))
        else {
            return Err(NotPlain::Unknown);
        };
        let merchant = words.merchant(merchant, terminal).ok_or(NotPlain::Unknown)?;
        let (place, key) = (terminal.place, terminal.key);
        let stan = row.number(places.stan).and_then(|stan| u32::try_from(stan).ok()).ok_or(NotPlain::Rich)?;
        let latency_ms = match number(row, places.latency)? {
            None => NO_LATENCY,
            Some(ms) => u32::try_from(ms).ok().filter(|&ms| ms != NO_LATENCY).ok_or(NotPlain::Rich)?,
        };
        let rrn = match number(row, places.rrn)? {
            None => 0,
            Some(0) => return Err(NotPlain::Rich),
            Some(_) if places.rrn.is_some_and(|place| row.len(place) != 12) => return Err(NotPlain::Rich),
            Some(rrn) => rrn,
        };
        let minor = match number(row, places.amount)? {
            None => NO_AMOUNT,
            Some(_) if places.amount.is_some_and(|place| row.len(place) > 12) => return Err(NotPlain::Rich),
            Some(minor) => minor,
        };
        let currency = self.currency(row)?;
        let (card, issuer) = self.card(row)?;
        let source = Source { input: self.input, offset: row.position.offset };
        Ok(PlainLeg {
            at: row.at,
            source,
            card,
            minor,
            rrn,
            stan,
            latency_ms,
            terminal: place,
            terminal_key: key,
            merchant,
            issuer,
            currency,
            shape,
            link,
            is_crowded: false,
            is_seen: false,
        })
    }

    /// All words of a row of which one is not known.
    #[cold]
    pub(crate) fn lessons(&self, row: &PlainRow<'_>, lessons: &mut Vec<Lesson>) {
        let Some(Keys { shape, link, terminal, merchant }) = Keys::of(row, self.places) else { return };
        lessons.extend([Lesson::Shape(shape), Lesson::Link(link), Lesson::Terminal(terminal, merchant)]);
        lessons.push(Lesson::Merchant(merchant));
        let currency = self.places.currency.and_then(|place| row.short_word(place));
        lessons.extend(currency.map(Lesson::Currency));
        let pan = self.places.pan.map_or(&b""[..], |place| row.field(place));
        lessons.extend(self.places.issuer(pan).map(Lesson::Issuer));
    }

    #[inline(always)]
    fn currency(&self, row: &PlainRow<'_>) -> Result<Currency, NotPlain> {
        let Some(place) = self.places.currency else { return Ok(Currency::UNKNOWN) };
        match row.short_word(place) {
            Some(0) => Ok(Currency::UNKNOWN),
            Some(word) => self.words.currency(word).ok_or(NotPlain::Unknown),
            None => Err(NotPlain::Rich),
        }
    }

    #[inline(always)]
    fn card(&self, row: &PlainRow<'_>) -> Result<(Option<CardKey>, Symbol), NotPlain> {
        let pan = self.places.pan.map_or(&b""[..], |place| row.field(place));
        if pan.is_empty() {
            return Ok((None, Symbol::ABSENT));
        }
        let card = CardNumber::parse(pan).filter(|card| card.visibility() == Visibility::Whole);
        let card = card.ok_or(NotPlain::Rich)?;
        let prefix = self.places.issuer(pan).ok_or(NotPlain::Rich)?;
        let issuer = self.words.issuer(prefix).ok_or(NotPlain::Unknown)?;
        Ok((Some(self.builder.card_key(&card, b"")), issuer))
    }
}

/// A field in plain digits; `Ok(None)` when it is empty.
#[inline(always)]
fn number(row: &PlainRow<'_>, place: Option<usize>) -> Result<Option<u64>, NotPlain> {
    match place {
        Some(place) if row.len(place) > 0 => row.number(place).map(Some).ok_or(NotPlain::Rich),
        _ => Ok(None),
    }
}

/// The words of a row that are looked up.
struct Keys {
    shape: u128,
    link: u128,
    terminal: u128,
    merchant: u128,
}

impl Keys {
    #[inline(always)]
    fn of(row: &PlainRow<'_>, places: &Places) -> Option<Self> {
        let short = |place: Option<usize>| place.map_or(Some(0), |place| row.short_word(place));
        let word = |place: Option<usize>| place.map_or(Some(0), |place| row.word(place));
        Some(Self {
            shape: shape_word(
                short(places.mti)?,
                row.short_word(places.code)?,
                short(places.processing_code)?,
                short(places.entry_mode)?,
            )?,
            link: word(places.link)?,
            terminal: row.word(places.terminal)?,
            merchant: word(places.merchant)?,
        })
    }
}

/// Which span of which link's log a block's plain legs show, by link number.
#[derive(Default)]
pub(crate) struct LinkSpans(Vec<Option<LinkSpan>>);

impl LinkSpans {
    /// Takes note of an answer.
    #[inline(always)]
    pub(crate) fn see(&mut self, link: u16, at: Timestamp) {
        let at_link = usize::from(link);
        if self.0.len() <= at_link {
            self.0.resize(at_link + 1, None);
        }
        let span = LinkSpan { first: at, last: at, first_request: None };
        match &mut self.0[at_link] {
            Some(known) => known.widen(span),
            none => *none = Some(span),
        }
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u16, LinkSpan)> {
        (0..).zip(&self.0).filter_map(|(link, span)| Some((link, (*span)?)))
    }
}
