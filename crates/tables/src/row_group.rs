//! Rows on their way into Parquet: a buffer for each column.
//!
//! Parquet takes columns; everything else here thinks in rows. A group holds its rows as they are laid
//! down, so that this costs little, and makes columns of Parquet of them when it is encoded.

use crate::column::{Column, Content};
use crate::{TableError, row_cells::civil};
use bytes::Bytes;
use parquet::column::writer::{ColumnCloseResult, ColumnWriter, get_column_writer};
use parquet::data_type::ByteArray;
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::WriterPropertiesPtr;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::SchemaDescPtr;
use posmortem_classify::{Dialect, Reason, ReversalReason};
use posmortem_exchange::{CardToken, Equipment, Reference, Traces};
use posmortem_iso8583::{Amount, Mti, ResponseCode, Timestamp};
use std::io::Write;

/// Rows of one row group: they are held until the group is written.
pub(crate) const ROWS_A_GROUP: usize = 1 << 16;

/// Bytes of texts after which a group is full, however few its rows: a log's names may be long.
pub(crate) const MOST_BYTES: usize = 64 << 20;

/// Values that are handed to the encoder at once: what it looks at together, too.
const AT_ONCE: usize = 1 << 10;

/// The values of one column; a level says for each row whether there is one, as far as it has been told.
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

    /// An empty one with room for as much.
    fn alike(&self) -> Self {
        let values = match &self.values {
            Values::Texts { bytes, ends } => {
                Values::Texts { bytes: Vec::with_capacity(bytes.len()), ends: Vec::with_capacity(ends.len()) }
            }
            Values::Numbers(numbers) => Values::Numbers(Vec::with_capacity(numbers.len())),
            Values::Flags(flags) => Values::Flags(Vec::with_capacity(flags.len())),
        };
        Self { levels: Vec::with_capacity(self.levels.len()), values }
    }

    /// Takes note that the row has a value, and that those since the last one have none.
    fn tell(&mut self, row: usize) {
        self.levels.resize(row, 0);
        self.levels.push(1);
    }

    fn write(mut self, rows: usize, out: &mut ColumnWriter<'_>) -> Result<()> {
        self.levels.resize(rows, 0);
        let levels = &self.levels;
        match (self.values, out) {
            (Values::Texts { bytes, ends }, ColumnWriter::ByteArrayColumnWriter(out)) => {
                let bytes = Bytes::from(bytes);
                let starts = std::iter::once(0).chain(ends.iter().copied());
                let mut texts =
                    starts.zip(&ends).map(|(start, end)| ByteArray::from(bytes.slice(start..*end)));
                let mut some = Vec::with_capacity(AT_ONCE);
                for levels in levels.chunks(AT_ONCE) {
                    let told = levels.iter().filter(|level| **level == 1).count();
                    some.clear();
                    some.extend(texts.by_ref().take(told));
                    out.write_batch(&some, Some(levels), None)?;
                }
            }
            (Values::Numbers(numbers), ColumnWriter::Int64ColumnWriter(out)) => {
                out.write_batch(&numbers, Some(levels), None)?;
            }
            (Values::Flags(flags), ColumnWriter::BoolColumnWriter(out)) => {
                out.write_batch(&flags, Some(levels), None)?;
            }
            _ => return Err(ParquetError::General("a column of another type".to_owned())),
        }
        Ok(())
    }
}

/// Rows that wait to become a row group.
pub(crate) struct RowBuffer {
    columns: Vec<Buffer>,
    rows: usize,
    bytes: usize,
}

impl RowBuffer {
    pub(crate) fn new() -> Self {
        Self { columns: Column::ALL.into_iter().map(Buffer::new).collect(), rows: 0, bytes: 0 }
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Ends a row: what has not been set is empty.
    pub(crate) fn end_row(&mut self) {
        self.rows += 1;
    }

    pub(crate) fn is_full(&self) -> bool {
        self.rows >= ROWS_A_GROUP || self.bytes >= MOST_BYTES
    }

    /// Takes all rows out.
    pub(crate) fn take(&mut self) -> Self {
        let columns = self.columns.iter().map(Buffer::alike).collect();
        std::mem::replace(self, Self { columns, rows: 0, bytes: 0 })
    }

    fn text(&mut self, column: Column, write: impl FnOnce(&mut Vec<u8>)) {
        let Self { columns, rows, bytes: all } = self;
        let buffer = &mut columns[column as usize];
        let Values::Texts { bytes, ends } = &mut buffer.values else {
            debug_assert!(false, "a text in a column of another type");
            return;
        };
        let before = bytes.len();
        write(bytes);
        *all += bytes.len() - before;
        ends.push(bytes.len());
        buffer.tell(*rows);
    }

    /// A name; the empty one is none.
    pub(crate) fn set_name(&mut self, column: Column, name: &str) {
        if !name.is_empty() {
            self.text(column, |bytes| bytes.extend_from_slice(name.as_bytes()));
        }
    }

    pub(crate) fn set(&mut self, column: Column, number: i64) {
        let buffer = &mut self.columns[column as usize];
        let Values::Numbers(numbers) = &mut buffer.values else {
            debug_assert!(false, "a number in a column of another type");
            return;
        };
        numbers.push(number);
        buffer.tell(self.rows);
    }

    /// # Errors
    /// When it is no number of a table.
    pub(crate) fn set_number(
        &mut self,
        column: Column,
        value: Option<u64>,
    ) -> std::result::Result<(), TableError> {
        if let Some(value) = value {
            let value = i64::try_from(value);
            self.set(column, value.map_err(|_| TableError::Contradictory("a number beyond 2^63"))?);
        }
        Ok(())
    }

    pub(crate) fn set_flag(&mut self, column: Column, value: bool) {
        let buffer = &mut self.columns[column as usize];
        let Values::Flags(flags) = &mut buffer.values else {
            debug_assert!(false, "a flag in a column of another type");
            return;
        };
        flags.push(value);
        buffer.tell(self.rows);
    }

    pub(crate) fn set_mti(&mut self, column: Column, mti: Option<Mti>) {
        self.set_name(column, mti.as_ref().map_or("", Mti::as_str));
    }

    pub(crate) fn set_code(&mut self, column: Column, code: Option<ResponseCode>) {
        self.set_name(column, code.as_ref().map_or("", ResponseCode::as_str));
    }

    pub(crate) fn set_card(&mut self, token: Option<CardToken>) {
        if let Some(token) = token {
            self.set_name(Column::Card, &token.to_hex());
        }
    }

    pub(crate) fn set_dialect(&mut self, column: Column, dialect: Option<Dialect>) {
        self.set_name(column, dialect.map_or("", Dialect::name));
    }

    pub(crate) fn set_amount(&mut self, amount: Option<Amount>) -> std::result::Result<(), TableError> {
        self.set_number(Column::Amount, amount.map(|amount| amount.minor))?;
        let currency = amount.map(|amount| amount.currency).filter(|currency| currency.is_known());
        if let Some(currency) = currency {
            self.text(Column::Currency, |bytes| {
                let written = write!(bytes, "{currency}");
                debug_assert!(written.is_ok(), "a Vec takes every byte");
            });
        }
        Ok(())
    }

    pub(crate) fn set_reference(&mut self, column: Column, reference: Reference) {
        self.set_name(column, reference.as_str());
    }

    pub(crate) fn set_reversal_reason(&mut self, told: Option<ReversalReason>) {
        self.set_name(Column::ReversalCode, told.map_or("", |told| told.code));
        self.set_name(Column::ReversalReason, told.and_then(|told| told.reason).map_or("", Reason::name));
    }

    pub(crate) fn set_evidence(&mut self, equipment: &str, traces: Traces) {
        let Equipment { region, model, firmware } = Equipment::of(equipment);
        self.set_name(Column::Region, region);
        self.set_name(Column::Model, model);
        self.set_name(Column::Firmware, firmware);
        if !traces.is_empty() {
            self.set(Column::Traces, traces.bits().into());
        }
    }

    pub(crate) fn set_at(&mut self, at: Timestamp) {
        self.set(Column::Time, civil(at.millis, at.offset_minutes));
        if let Some(offset) = at.offset_minutes {
            self.set(Column::UtcOffset, offset.into());
        }
    }
}

/// Rows of a table that are to be encoded, wherever and whenever there is time for it.
pub struct RowGroup {
    pub(crate) rows: RowBuffer,
    pub(crate) schema: SchemaDescPtr,
    pub(crate) properties: WriterPropertiesPtr,
}

/// A row group as Parquet has it, for [`crate::TableWriter::write`].
pub struct EncodedGroup {
    pub(crate) columns: Vec<(Bytes, ColumnCloseResult)>,
}

impl RowGroup {
    /// Encodes all columns. The same rows give the same bytes.
    ///
    /// # Errors
    /// When the encoder complains.
    pub fn encode(self) -> std::result::Result<EncodedGroup, TableError> {
        let Self { rows: RowBuffer { columns, rows, .. }, schema, properties } = self;
        let mut encoded = Vec::with_capacity(columns.len());
        for (buffer, column) in columns.into_iter().zip(schema.columns()) {
            let mut sink = TrackedWrite::new(Vec::new());
            let pages = Box::new(SerializedPageWriter::new(&mut sink));
            let mut out = get_column_writer(column.clone(), properties.clone(), pages);
            buffer.write(rows, &mut out)?;
            let close = out.close()?;
            encoded.push((sink.into_inner()?.into(), close));
        }
        Ok(EncodedGroup { columns: encoded })
    }
}
