//! Reads a table: its header at once, its rows a few thousand at a time.

use crate::buffers::Read;
use crate::cells::{Cell, Cells};
use crate::column::{Column, schema};
use crate::seal::{self, Seal};
use crate::{Header, TableError, aside_row, exchange_row, leg_row};
use parquet::column::reader::ColumnReader;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use posmortem_exchange::{Aside, Exchange, Leg, Names};
use std::collections::HashMap;
use std::fs::File;

/// Rows that are held at a time, whatever the file says of its row groups.
const ROWS_AT_ONCE: usize = 1 << 12;

/// A row as pairing or tally take it.
#[expect(clippy::large_enum_variant, reason = "nearly every row is the larger one, and none is kept")]
pub enum Row {
    /// An exchange that nothing outside its table can change.
    Settled(Exchange),
    /// A leg to be paired again.
    Leg(Leg),
    /// A settled message that is no attempt.
    Aside(Aside),
}

/// A table whose seal is whole.
pub struct Table {
    seal: Seal,
    header: Header,
    file: SerializedFileReader<File>,
}

impl Table {
    /// Checks the seal and reads the header.
    ///
    /// # Errors
    /// When it is no table, not whole, or of another version.
    pub fn open(mut file: File) -> Result<Self, TableError> {
        let seal = seal::check(&mut file)?;
        let length = file.metadata()?.len();
        let file = SerializedFileReader::new(file)?;
        if !file.metadata().row_groups().iter().all(|group| lies_within(group, length)) {
            return Err(TableError::Contradictory("places of columns"));
        }
        let metadata = file.metadata().file_metadata();
        let pairs = metadata.key_value_metadata().map(Vec::as_slice).unwrap_or_default();
        let value = |key: &'static str| {
            pairs.iter().find(|pair| pair.key == key).and_then(|pair| pair.value.as_deref())
        };
        let header = Header::from_pairs(value)?;
        if metadata.schema().get_fields() != schema()?.get_fields() {
            return Err(TableError::Contradictory("columns"));
        }
        Ok(Self { seal, header, file })
    }

    /// What the table says of itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Whether both are copies of one table.
    pub fn is_copy_of(&self, other: &Self) -> bool {
        self.seal == other.seal
    }

    /// Reads all rows in the order of the file, but exchanges whose legs are there, too. A leg's place
    /// is told by the file's number in the header.
    ///
    /// # Errors
    /// When a row is none that a run has written.
    pub fn rows(&self, names: &mut Names, mut each: impl FnMut(Row, &Names)) -> Result<(), TableError> {
        let mut inputs = HashMap::new();
        for (input, file) in (0..).zip(&self.header.facts.run.files) {
            inputs.entry(file.summary.path.as_str()).or_insert(input);
        }
        for group in 0..self.file.num_row_groups() {
            let group = self.file.get_row_group(group)?;
            let mut readers = readers(&*group)?;
            loop {
                let rows = readers.iter_mut().map(|reader| Read::rows(reader, ROWS_AT_ONCE));
                let mut rows = rows.collect::<Result<Vec<_>, _>>()?;
                let count = rows.first().map_or(0, Read::len);
                if rows.iter().any(|column| column.len() != count) {
                    return Err(TableError::Contradictory("the number of rows"));
                }
                if count == 0 {
                    break;
                }
                for _ in 0..count {
                    let mut cells = Cells::default();
                    for (column, read) in Column::ALL.into_iter().zip(&mut rows) {
                        cells.set(column, read.take());
                    }
                    if let Some(row) = row(&cells, names, &inputs)? {
                        each(row, names);
                    }
                }
            }
        }
        Ok(())
    }
}

/// Whether all columns of a row group lie within the file. The decoder takes that for granted.
fn lies_within(group: &RowGroupMetaData, length: u64) -> bool {
    group.columns().iter().all(|column| {
        let begin = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
        let end = begin.checked_add(column.compressed_size());
        let is_place = begin >= 0 && column.compressed_size() >= 0;
        is_place && end.is_some_and(|end| u64::try_from(end).is_ok_and(|end| end <= length))
    })
}

fn readers(group: &dyn RowGroupReader) -> Result<Vec<ColumnReader>, TableError> {
    let readers = (0..Column::ALL.len()).map(|at| group.get_column_reader(at));
    Ok(readers.collect::<Result<_, _>>()?)
}

fn row(cells: &Cells<'_>, names: &mut Names, inputs: &HashMap<&str, u32>) -> Result<Option<Row>, TableError> {
    let kind = match cells.get(Column::RowKind) {
        Cell::Text(kind) => kind.as_ref(),
        _ => "",
    };
    let input = || {
        let input = inputs.get(cells.text(Column::File)).copied();
        input.ok_or(TableError::Contradictory("a row of a file that the table does not list"))
    };
    match kind {
        exchange_row::SETTLED => Ok(Some(Row::Settled(exchange_row::exchange(cells, names, input()?)?))),
        exchange_row::EDGE => Ok(None),
        aside_row::EVENT => Ok(Some(Row::Aside(aside_row::aside(cells, names, input()?)?))),
        leg_row::LEG => Ok(Some(Row::Leg(leg_row::leg(cells, names, input()?)?))),
        _ => Err(TableError::Contradictory(Column::RowKind.name())),
    }
}
