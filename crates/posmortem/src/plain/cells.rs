//! The values of one message, from wherever they lie: rows that are not taken apart yet, and records.

use super::reader::NotPlain;
use posmortem_logs::{Column, Format, PlainMessage, PlainRow, Record, WORD, word_of};

/// The values of one message by column, empty where the log tells none.
pub(crate) trait Cells {
    /// The bytes of a value, with or without spaces around it.
    fn cell(&self, column: Column) -> &[u8];

    /// The word of a value ([`word_of`]); `None` for longer ones.
    fn word(&self, column: Column) -> Option<u128>;

    /// A value in plain digits, at most fifteen; `Ok(None)` for an empty one.
    fn number(&self, column: Column) -> Result<Option<u64>, NotPlain>;

    /// Whether the log tells nothing here.
    fn is_empty(&self, column: Column) -> bool;
}

/// Where the columns of one delimited input stand.
pub(crate) struct Places([u16; Column::COUNT]);

/// A column that the input does not have.
const NOWHERE: u16 = u16::MAX;

impl Places {
    /// `None` for other formats.
    pub(crate) fn of(format: &Format) -> Option<Self> {
        let Format::Delimited(layout) = format else { return None };
        let mut places = [NOWHERE; Column::COUNT];
        for (place, column) in (0..NOWHERE).zip(layout.columns()) {
            if let Some(column) = column
                && places[*column as usize] == NOWHERE
            {
                places[*column as usize] = place;
            }
        }
        Some(Self(places))
    }

    /// Whether the input has this column.
    pub(crate) fn has(&self, column: Column) -> bool {
        self.0[column as usize] != NOWHERE
    }

    #[inline(always)]
    pub(super) fn place(&self, column: Column) -> Option<usize> {
        let place = self.0[column as usize];
        (place != NOWHERE).then_some(usize::from(place))
    }
}

/// A row as it lies.
pub(crate) struct RowCells<'r, 'b> {
    pub(crate) row: &'r PlainRow<'b>,
    pub(crate) places: &'r Places,
}

impl Cells for RowCells<'_, '_> {
    #[inline(always)]
    fn cell(&self, column: Column) -> &[u8] {
        self.places.place(column).map_or(&b""[..], |place| self.row.field(place))
    }

    #[inline(always)]
    fn word(&self, column: Column) -> Option<u128> {
        self.places.place(column).map_or(Some(0), |place| self.row.word(place))
    }

    #[inline(always)]
    fn number(&self, column: Column) -> Result<Option<u64>, NotPlain> {
        match self.places.place(column) {
            Some(place) if self.row.len(place) > 0 => self.row.number(place).map(Some).ok_or(NotPlain::Rich),
            _ => Ok(None),
        }
    }

    #[inline(always)]
    fn is_empty(&self, column: Column) -> bool {
        self.places.place(column).is_none_or(|place| self.row.len(place) == 0)
    }
}

/// A message whose values lie in one piece.
impl Cells for PlainMessage<'_> {
    #[inline(always)]
    fn cell(&self, column: Column) -> &[u8] {
        self.value(column)
    }

    #[inline(always)]
    fn word(&self, column: Column) -> Option<u128> {
        PlainMessage::word(self, column)
    }

    #[inline(always)]
    fn number(&self, column: Column) -> Result<Option<u64>, NotPlain> {
        if self.len(column) == 0 {
            return Ok(None);
        }
        PlainMessage::number(self, column).map(Some).ok_or(NotPlain::Rich)
    }

    #[inline(always)]
    fn is_empty(&self, column: Column) -> bool {
        self.len(column) == 0
    }
}

/// A record.
pub(crate) struct RecordCells<'r, 'b>(pub(crate) &'r Record<'b>);

impl Cells for RecordCells<'_, '_> {
    #[inline(always)]
    fn cell(&self, column: Column) -> &[u8] {
        self.0.get(column)
    }

    #[inline(always)]
    fn word(&self, column: Column) -> Option<u128> {
        word_of(self.0.get(column))
    }

    #[inline(always)]
    fn number(&self, column: Column) -> Result<Option<u64>, NotPlain> {
        let digits = self.0.get(column);
        if digits.is_empty() {
            return Ok(None);
        }
        if digits.len() > WORD {
            return Err(NotPlain::Rich);
        }
        let add = |sum: u64, digit: &u8| match digit.wrapping_sub(b'0') {
            digit @ 0..=9 => Some(sum * 10 + u64::from(digit)),
            _ => None,
        };
        digits.iter().try_fold(0, add).map(Some).ok_or(NotPlain::Rich)
    }

    #[inline(always)]
    fn is_empty(&self, column: Column) -> bool {
        self.0.get(column).is_empty()
    }
}
