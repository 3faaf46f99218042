//! Rows on their way into Parquet, and out of it: a buffer for each column.
//!
//! Parquet takes and gives columns; everything else here thinks in rows. A buffer holds the rows of
//! one row group while it is filled, or a few thousand while a group is read.

use crate::cells::{Cell, Cells};
use crate::column::{Column, Content};
use bytes::Bytes;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::errors::{ParquetError, Result};
use parquet::file::writer::{SerializedColumnWriter, SerializedRowGroupWriter};
use std::borrow::Cow;
use std::io::Write;

/// The values of one column; a level says for each row whether there is one.
struct Buffer {
    levels: Vec<i16>,
    values: Values,
}

enum Values {
    /// All texts in one piece, which Parquet's values then point into.
    Texts {
        bytes: Vec<u8>,
        ends: Vec<usize>,
    },
    Numbers(Vec<i64>),
    Flags(Vec<bool>),
}

impl Buffer {
    fn new(column: Column) -> Self {
        let values = match column.content() {
            Content::Names | Content::Texts => Values::Texts { bytes: Vec::new(), ends: Vec::new() },
            Content::Number | Content::Rising | Content::Moment => Values::Numbers(Vec::new()),
            Content::Flag => Values::Flags(Vec::new()),
        };
        Self { levels: Vec::new(), values }
    }

    fn push(&mut self, cell: &Cell<'_>) {
        match (&mut self.values, cell) {
            (Values::Texts { bytes, ends }, Cell::Text(text)) => {
                bytes.extend_from_slice(text.as_bytes());
                ends.push(bytes.len());
            }
            (Values::Numbers(numbers), Cell::Number(number)) => numbers.push(*number),
            (Values::Flags(flags), Cell::Flag(flag)) => flags.push(*flag),
            (_, cell) => {
                debug_assert_eq!(*cell, Cell::Empty, "a cell of another type than its column");
                self.levels.push(0);
                return;
            }
        }
        self.levels.push(1);
    }

    fn write(&mut self, mut out: SerializedColumnWriter<'_>) -> Result<()> {
        let levels = std::mem::take(&mut self.levels);
        match &mut self.values {
            Values::Texts { bytes, ends } => {
                let bytes = Bytes::from(std::mem::take(bytes));
                let starts = std::iter::once(0).chain(ends.iter().copied());
                let texts: Vec<ByteArray> =
                    starts.zip(ends.iter()).map(|(start, end)| bytes.slice(start..*end).into()).collect();
                ends.clear();
                out.typed::<ByteArrayType>().write_batch(&texts, Some(&levels), None)?;
            }
            Values::Numbers(numbers) => {
                out.typed::<Int64Type>().write_batch(numbers, Some(&levels), None)?;
                numbers.clear();
            }
            Values::Flags(flags) => {
                out.typed::<BoolType>().write_batch(flags, Some(&levels), None)?;
                flags.clear();
            }
        }
        out.close()
    }
}

/// Rows that wait to become a row group.
pub(crate) struct RowBuffer {
    columns: Vec<Buffer>,
    rows: usize,
}

impl RowBuffer {
    pub(crate) fn new() -> Self {
        Self { columns: Column::ALL.into_iter().map(Buffer::new).collect(), rows: 0 }
    }

    pub(crate) fn push(&mut self, cells: &Cells<'_>) {
        for (column, buffer) in Column::ALL.into_iter().zip(&mut self.columns) {
            buffer.push(cells.get(column));
        }
        self.rows += 1;
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Writes all rows as a row group, column by column.
    pub(crate) fn write<W: Write + Send>(
        &mut self,
        group: &mut SerializedRowGroupWriter<'_, W>,
    ) -> Result<()> {
        self.rows = 0;
        for buffer in &mut self.columns {
            let out = group.next_column()?;
            buffer.write(out.ok_or_else(|| ParquetError::General("a column too few".to_owned()))?)?;
        }
        Ok(())
    }
}

/// Some rows of one column, as they are read.
pub(crate) struct Read {
    levels: Vec<i16>,
    values: ReadValues,
    /// The next row, and its value.
    next: (usize, usize),
}

enum ReadValues {
    Texts(Vec<ByteArray>),
    Numbers(Vec<i64>),
    Flags(Vec<bool>),
}

impl Read {
    /// Reads up to `most` rows of a column; none at its end.
    pub(crate) fn rows(reader: &mut ColumnReader, most: usize) -> Result<Self> {
        let mut levels = Vec::new();
        let values = match reader {
            ColumnReader::ByteArrayColumnReader(reader) => {
                ReadValues::Texts(values(reader, most, &mut levels)?)
            }
            ColumnReader::Int64ColumnReader(reader) => {
                ReadValues::Numbers(values(reader, most, &mut levels)?)
            }
            ColumnReader::BoolColumnReader(reader) => ReadValues::Flags(values(reader, most, &mut levels)?),
            _ => return Err(ParquetError::General("a column of another type".to_owned())),
        };
        Ok(Self { levels, values, next: (0, 0) })
    }

    pub(crate) fn len(&self) -> usize {
        self.levels.len()
    }

    /// The next row's cell. A value that is not there or no text is an empty cell.
    pub(crate) fn take(&mut self) -> Cell<'_> {
        let (row, value) = self.next;
        self.next.0 += 1;
        if self.levels.get(row) != Some(&1) {
            return Cell::Empty;
        }
        self.next.1 += 1;
        let cell = match &self.values {
            ReadValues::Texts(texts) => texts
                .get(value)
                .and_then(|text| std::str::from_utf8(text.data()).ok())
                .map(|text| Cell::Text(Cow::Borrowed(text))),
            ReadValues::Numbers(numbers) => numbers.get(value).copied().map(Cell::Number),
            ReadValues::Flags(flags) => flags.get(value).copied().map(Cell::Flag),
        };
        cell.unwrap_or_default()
    }
}

fn values<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    most: usize,
    levels: &mut Vec<i16>,
) -> Result<Vec<T::T>> {
    let mut values = Vec::new();
    reader.read_records(most, Some(levels), None, &mut values)?;
    Ok(values)
}
