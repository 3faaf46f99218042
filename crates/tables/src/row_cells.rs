//! The columns of one row group as they are read, and the cells of its rows.
//!
//! A group repeats its texts: each is looked at once for a column, and rows tell it by number. Texts that are
//! different in every row are kept as the values that they stand for, so that no group holds more than its rows ask
//! for, whatever its pages say.

use crate::bounded_pages::BoundedPages;
use crate::row_group::ROWS_A_GROUP;
use crate::{Column, TableError};
use parquet::column::reader::ColumnReaderImpl;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::file::reader::RowGroupReader;
use posmortem_exchange::Names;

/// Rows that are read at a time.
const ROWS_AT_ONCE: usize = 1 << 12;

/// Texts that are known again by where they lie.
const AT_HAND: usize = 1 << 10;

/// Values of one column by row, each told by its text.
pub(crate) struct Words<T> {
    column: Column,
    /// For each row the number of its value, from 1 on; 0 for none. Nothing for a column without values.
    numbers: Vec<u32>,
    /// `None` for what no run has written.
    values: Vec<Option<T>>,
}

impl<T: Copy> Words<T> {
    /// Values by number, and the numbers of rows.
    pub(crate) fn new(column: Column, numbers: Vec<u32>, values: Vec<Option<T>>) -> Self {
        Self { column, numbers, values }
    }

    /// Whether no row has a value.
    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The value of a row, if it has one.
    pub(crate) fn at(&self, row: usize) -> Result<Option<T>, TableError> {
        let Some(place) = self.number(row).checked_sub(1) else { return Ok(None) };
        self.values[place as usize].map(Some).ok_or_else(|| contradiction(self.column))
    }

    /// The number of a row's value, 0 for none.
    pub(crate) fn number(&self, row: usize) -> u32 {
        self.numbers.get(row).copied().unwrap_or_default()
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.values.iter_mut().flatten()
    }
}

/// Numbers or flags of one column, by row; nothing for a column without any.
pub(crate) struct Values<T> {
    column: Column,
    values: Vec<Option<T>>,
}

impl<T: Copy> Values<T> {
    pub(crate) fn at(&self, row: usize) -> Option<T> {
        self.values.get(row).copied().flatten()
    }
}

impl Values<i64> {
    /// The number of a row, where it can only be a smaller one.
    pub(crate) fn as_smaller<N: TryFrom<i64>>(&self, row: usize) -> Result<Option<N>, TableError> {
        let number = self.at(row).map(N::try_from).transpose();
        number.map_err(|_| contradiction(self.column))
    }
}

impl Values<bool> {
    pub(crate) fn is_set(&self, row: usize) -> bool {
        self.at(row) == Some(true)
    }
}

/// Values of a column that are different in every row.
pub(crate) struct Singles<T> {
    column: Column,
    /// `None` for what no run has written.
    values: Vec<Option<Option<T>>>,
}

impl<T: Copy> Singles<T> {
    pub(crate) fn at(&self, row: usize) -> Result<Option<T>, TableError> {
        self.values.get(row).copied().unwrap_or(Some(None)).ok_or_else(|| contradiction(self.column))
    }
}

/// The columns of one group, each of which is read once.
pub(crate) struct Columns<'g> {
    group: &'g dyn RowGroupReader,
    rows: Option<usize>,
    /// The texts of all columns, so that equal ones are kept once.
    texts: Names,
}

impl<'g> Columns<'g> {
    pub(crate) fn new(group: &'g dyn RowGroupReader) -> Self {
        Self { group, rows: None, texts: Names::default() }
    }

    /// As many rows as each column that was read has.
    pub(crate) fn rows(&self) -> usize {
        self.rows.unwrap_or_default()
    }

    /// Reads a column of texts that repeat themselves; of each it is asked once what it stands for.
    pub(crate) fn words<T>(
        &mut self,
        column: Column,
        mut parse: impl FnMut(&str) -> Option<T>,
    ) -> Result<Words<T>, TableError> {
        let mut texts = std::mem::take(&mut self.texts);
        let (mut numbers, mut values) = (Vec::new(), Vec::new());
        // By the symbol of a text, its number in this column.
        let mut known: Vec<u32> = Vec::new();
        let mut at_hand = AtHand::default();
        let number_of = |text: &ByteArray| {
            if let Some(number) = at_hand.find(text) {
                return number;
            }
            // What is no text is no value, and neither is the empty one.
            let symbol = texts.intern(std::str::from_utf8(text.data()).unwrap_or_default());
            if known.len() <= symbol.index() {
                known.resize(symbol.index() + 1, 0);
            }
            let number = &mut known[symbol.index()];
            if *number == 0 && !symbol.is_absent() {
                values.push(parse(texts.text(symbol)));
                // No more than rows.
                *number = values.len() as u32;
            }
            at_hand.keep(text, *number);
            *number
        };
        self.read::<ByteArrayType, _>(column, &mut numbers, 0, number_of)?;
        self.texts = texts;
        Ok(Words { column, numbers, values })
    }

    /// Reads a column of texts that are different in every row.
    pub(crate) fn singles<T: Copy>(
        &mut self,
        column: Column,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Singles<T>, TableError> {
        let mut values = Vec::new();
        let parse = |text: &ByteArray| match std::str::from_utf8(text.data()) {
            Ok("") | Err(_) => Some(None),
            Ok(text) => parse(text).map(Some),
        };
        self.read::<ByteArrayType, _>(column, &mut values, Some(None), parse)?;
        Ok(Singles { column, values })
    }

    pub(crate) fn numbers(&mut self, column: Column) -> Result<Values<i64>, TableError> {
        let mut values = Vec::new();
        self.read::<Int64Type, _>(column, &mut values, None, |number| Some(*number))?;
        Ok(Values { column, values })
    }

    pub(crate) fn flags(&mut self, column: Column) -> Result<Values<bool>, TableError> {
        let mut values = Vec::new();
        self.read::<BoolType, _>(column, &mut values, None, |flag| Some(*flag))?;
        Ok(Values { column, values })
    }

    /// As many as the group says that it has, if a group may have so many.
    fn expected_rows(&self) -> usize {
        usize::try_from(self.group.metadata().num_rows()).unwrap_or_default().min(ROWS_A_GROUP)
    }

    /// Reads what each row of a column says, or nothing where no row says anything.
    fn read<D: DataType, T: Copy>(
        &mut self,
        column: Column,
        all: &mut Vec<T>,
        none: T,
        mut value_of: impl FnMut(&D::T) -> T,
    ) -> Result<(), TableError> {
        let description = self.group.metadata().schema_descr().column(column as usize);
        let pages = BoundedPages::new(self.group.get_column_page_reader(column as usize)?);
        let mut reader = ColumnReaderImpl::<D>::new(description, Box::new(pages));
        let (mut rows, mut levels, mut values) = (0, Vec::new(), Vec::new());
        loop {
            levels.clear();
            values.clear();
            reader.read_records(ROWS_AT_ONCE, Some(&mut levels), None, &mut values)?;
            if levels.is_empty() {
                break;
            }
            if rows + levels.len() > ROWS_A_GROUP {
                return Err(TableError::Contradictory(ROWS));
            }
            if all.is_empty() && !values.is_empty() {
                all.reserve_exact(self.expected_rows());
                all.resize(rows, none);
            }
            rows += levels.len();
            if values.len() == levels.len() {
                all.extend(values.iter().map(&mut value_of));
            } else if !all.is_empty() || !values.is_empty() {
                let mut values = values.iter();
                let next = |level: &i16| match level {
                    1 => values.next().map_or(none, &mut value_of),
                    _ => none,
                };
                all.extend(levels.iter().map(next));
            }
        }
        match self.rows {
            Some(others) if others != rows => return Err(TableError::Contradictory(ROWS)),
            _ => self.rows = Some(rows),
        }
        Ok(())
    }
}

const ROWS: &str = "the number of rows";

/// Texts by where they lie: nearly all values of a column point into its dictionary.
struct AtHand(Vec<Option<(ByteArray, u32)>>);

impl Default for AtHand {
    fn default() -> Self {
        Self(vec![None; AT_HAND])
    }
}

impl AtHand {
    fn find(&self, text: &ByteArray) -> Option<u32> {
        let (known, number) = self.0[place_of(text)].as_ref()?;
        // While one of them is kept, nothing else can lie there.
        let is_same = std::ptr::eq(known.data(), text.data());
        is_same.then_some(*number)
    }

    fn keep(&mut self, text: &ByteArray, number: u32) {
        self.0[place_of(text)] = Some((text.clone(), number));
    }
}

fn place_of(text: &ByteArray) -> usize {
    let mixed = (text.data().as_ptr().addr() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> (64 - AT_HAND.ilog2())) as usize
}

/// What the clock on the wall showed, in milliseconds.
pub(crate) fn civil(millis: i64, offset_minutes: Option<i16>) -> i64 {
    millis.saturating_add(i64::from(offset_minutes.unwrap_or(0)) * 60_000)
}

/// The other way.
pub(crate) fn instant(civil: i64, offset_minutes: Option<i16>) -> i64 {
    civil.saturating_sub(i64::from(offset_minutes.unwrap_or(0)) * 60_000)
}

/// A cell that no run has written.
pub(crate) fn contradiction(column: Column) -> TableError {
    TableError::Contradictory(column.name())
}
