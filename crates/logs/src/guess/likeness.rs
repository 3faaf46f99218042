//! What the values of one column look like, in counts.

use posmortem_iso8583::{CardNumber, Currency, EntryMode, Mti, Track2, Visibility, looks_like_card};

use crate::column::Column;
use crate::stable_hash::stable_hash;
use crate::time::{DateHint, parse_time, transmission_time};

/// Bits by which different values are told apart, roughly.
const BITS: usize = 256;

/// A form that the values of a column have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Shape {
    Track2,
    Pan,
    Time,
    Mti,
    TransmissionTime,
    PosEntryMode,
    Currency,
    ProcessingCode,
    MerchantId,
    Rrn,
    ResponseCode,
    LocalTime,
    TerminalId,
    Stan,
    Amount,
    Direction,
}

/// How values of a shape repeat.
enum Variety {
    /// As they like.
    Any,
    /// At most so many different ones.
    Few(u32),
    /// The same ones again and again: a fleet, not a running number.
    Repeating,
    /// Nearly all are different.
    Running,
    /// At least so many different ones.
    Many(u32),
}

impl Shape {
    pub(super) const COUNT: usize = 16;

    /// Every shape, the hardest to meet by chance first.
    pub(super) const ALL: [Self; Self::COUNT] = [
        Self::Track2,
        Self::Pan,
        Self::Time,
        Self::Mti,
        Self::TransmissionTime,
        Self::PosEntryMode,
        Self::Currency,
        Self::ProcessingCode,
        Self::MerchantId,
        Self::Rrn,
        Self::ResponseCode,
        Self::LocalTime,
        Self::TerminalId,
        Self::Stan,
        Self::Amount,
        Self::Direction,
    ];

    /// What a column of this shape holds.
    pub(super) fn column(self) -> Column {
        match self {
            Self::Track2 => Column::Track2,
            Self::Pan => Column::Pan,
            Self::Time => Column::Time,
            Self::Mti => Column::Mti,
            Self::TransmissionTime => Column::TransmissionTime,
            Self::PosEntryMode => Column::PosEntryMode,
            Self::Currency => Column::Currency,
            Self::ProcessingCode => Column::ProcessingCode,
            Self::MerchantId => Column::MerchantId,
            Self::Rrn => Column::Rrn,
            Self::ResponseCode => Column::ResponseCode,
            Self::LocalTime => Column::LocalTime,
            Self::TerminalId => Column::TerminalId,
            Self::Stan => Column::Stan,
            Self::Amount => Column::Amount,
            Self::Direction => Column::Direction,
        }
    }

    fn variety(self) -> Variety {
        match self {
            Self::Mti | Self::ProcessingCode => Variety::Few(24),
            Self::PosEntryMode => Variety::Few(32),
            Self::Currency => Variety::Few(8),
            Self::ResponseCode => Variety::Few(64),
            Self::Direction => Variety::Few(4),
            Self::MerchantId | Self::TerminalId => Variety::Repeating,
            Self::Rrn | Self::LocalTime | Self::Stan => Variety::Running,
            Self::Track2 | Self::Pan | Self::Time | Self::TransmissionTime => Variety::Any,
            Self::Amount => Variety::Many(16),
        }
    }

    fn has(self, value: &[u8]) -> bool {
        let digits = |count: usize| value.len() == count && value.iter().all(u8::is_ascii_digit);
        let characters = |count: usize| {
            let is_id = value.iter().all(u8::is_ascii_alphanumeric) && value.iter().any(u8::is_ascii_digit);
            value.len() == count && is_id
        };
        match self {
            Self::Track2 => Track2::parse(value).is_some(),
            Self::Pan => is_card(value),
            Self::Time => parse_time(value).is_some(),
            Self::Mti => digits(4) && Mti::parse(value).is_some(),
            Self::TransmissionTime => {
                digits(10) && transmission_time(value, DateHint::new(2024, 12, 31)).is_some()
            }
            Self::PosEntryMode => digits(3) && EntryMode::from_de22(value) != EntryMode::Unknown,
            Self::Currency => value.len() == 3 && Currency::parse(value).is_some_and(Currency::is_listed),
            Self::ProcessingCode => digits(6) && value[3] == b'0' && value[5] == b'0',
            Self::MerchantId => characters(15),
            Self::Rrn => characters(12),
            Self::ResponseCode => is_code(value),
            Self::LocalTime => digits(6) && value[..2] <= b"23"[..] && value[2] <= b'5' && value[4] <= b'5',
            Self::TerminalId => characters(8),
            Self::Stan => (4..=6).contains(&value.len()) && value.iter().all(u8::is_ascii_digit),
            Self::Amount => is_amount(value),
            Self::Direction => is_direction(value),
        }
    }
}

fn is_card(value: &[u8]) -> bool {
    CardNumber::parse(value).is_some_and(|card| match card.visibility() {
        Visibility::Masked => card.issuer_prefix(Some(6)).is_some(),
        Visibility::Whole => looks_like_card(value),
    })
}

/// Two or three characters as DE39 has them: digits, or capitals behind them.
fn is_code(value: &[u8]) -> bool {
    let is_sign = |byte: &u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
    match value.len() {
        2 => value.iter().all(is_sign) && value.iter().any(u8::is_ascii_digit),
        3 => value.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// Minor units in digits, or a number with two decimals.
fn is_amount(value: &[u8]) -> bool {
    let (whole, decimals) = match value.iter().position(|byte| matches!(byte, b'.' | b',')) {
        Some(point) => (&value[..point], &value[point + 1..]),
        None => (value, &b""[..]),
    };
    let is_number = |text: &[u8]| text.iter().all(u8::is_ascii_digit);
    (1..=12).contains(&whole.len())
        && is_number(whole)
        && is_number(decimals)
        && matches!(decimals.len(), 0 | 2)
}

fn is_direction(value: &[u8]) -> bool {
    let value = value.to_ascii_lowercase();
    [&b"in"[..], b"out", b"rec", b"sen", b"rx", b"tx"].iter().any(|word| value.starts_with(word))
        && value.len() <= 10
}

/// Counts of what the values of one column look like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Likeness {
    values: u64,
    counts: [u64; Shape::COUNT],
    /// Codes of approval.
    approvals: u64,
    /// A bit for each different value, by its hash; two may share one.
    seen: [u64; BITS / 64],
}

impl Likeness {
    /// Takes note of a value. Empty ones tell nothing.
    pub fn see(&mut self, value: &[u8]) {
        let value = value.trim_ascii();
        if value.is_empty() {
            return;
        }
        self.values += 1;
        self.approvals += u64::from(matches!(value, b"00" | b"000"));
        for shape in Shape::ALL {
            self.counts[shape as usize] += u64::from(shape.has(value));
        }
        let bit = hash(value) % BITS;
        self.seen[bit / 64] |= 1 << (bit % 64);
    }

    /// Adds what another one has seen.
    pub fn merge(&mut self, other: &Self) {
        self.values += other.values;
        self.approvals += other.approvals;
        self.counts.iter_mut().zip(other.counts).for_each(|(own, other)| *own += other);
        self.seen.iter_mut().zip(other.seen).for_each(|(own, other)| *own |= other);
    }

    /// How many values were seen.
    pub fn values(&self) -> u64 {
        self.values
    }

    /// The share of values of a shape, in thousandths.
    pub(super) fn share_of(&self, shape: Shape) -> Option<u16> {
        let share = (self.counts[shape as usize] * 1000).checked_div(self.values)?;
        u16::try_from(share).ok()
    }

    /// Whether values repeat as those of a shape do. Approvals are the commonest of codes, and nothing
    /// else of two or three digits is `00` that often.
    pub(super) fn varies_like(&self, shape: Shape) -> bool {
        let different: u32 = self.seen.iter().map(|bits| bits.count_ones()).sum();
        // As many bits as so many different values would set, less some.
        let all = self.values.min(BITS as u64) as u32 / 2;
        let fits = match shape.variety() {
            Variety::Any => true,
            Variety::Few(most) => different <= most,
            Variety::Repeating => different <= all || self.values < 16,
            Variety::Many(least) => different >= least,
            Variety::Running => different >= all && self.values >= 16,
        };
        fits && (shape != Shape::ResponseCode || self.approvals * 20 >= self.values)
    }
}

/// A text by two bytes of its hash.
fn hash(value: &[u8]) -> usize {
    let hash = stable_hash(value);
    ((hash ^ (hash >> 32) ^ (hash >> 16)) & 0xffff) as usize
}
