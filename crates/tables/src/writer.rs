//! Writes a table, row group by row group.

use crate::buffers::RowBuffer;
use crate::cells::Cells;
use crate::column::{Column, schema};
use crate::seal::SealedWriter;
use crate::{Header, TableError, aside_row, exchange_row, leg_row};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use posmortem_exchange::{Aside, Conclusion, Exchange, Leg, Names, Source, Standing};
use std::io::Write;
use std::sync::Arc;

/// Rows of one row group: they are held until the group is written.
const ROWS_A_GROUP: usize = 1 << 16;

/// Writes exchanges and legs as rows; the header comes last, when the run knows it.
pub struct TableWriter<W: Write + Send> {
    file: SerializedFileWriter<SealedWriter<W>>,
    rows: RowBuffer,
    /// Paths of the inputs, by [`Source::input`].
    paths: Vec<String>,
}

impl<W: Write + Send> TableWriter<W> {
    /// A table without rows. `paths` are those of the inputs by [`Source::input`].
    ///
    /// # Errors
    /// When the first bytes cannot be written.
    pub fn new(out: W, paths: Vec<String>) -> Result<Self, TableError> {
        let mut properties = WriterProperties::builder()
            .set_created_by(format!("posmortem {}", env!("CARGO_PKG_VERSION")))
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
            .set_statistics_enabled(EnabledStatistics::Chunk)
            // Whatever stands between rows and footer would stand in the way of the seal.
            .set_offset_index_disabled(true);
        for column in Column::ALL {
            if let Some(encoding) = column.encoding() {
                let path = ColumnPath::from(column.name());
                properties = properties
                    .set_column_dictionary_enabled(path.clone(), false)
                    .set_column_encoding(path, encoding);
            }
        }
        let file =
            SerializedFileWriter::new(SealedWriter::new(out), schema()?, Arc::new(properties.build()))?;
        Ok(Self { file, rows: RowBuffer::new(), paths })
    }

    /// Writes an exchange as this run concluded it.
    ///
    /// # Errors
    /// When a row group is full and cannot be written.
    pub fn exchange(
        &mut self,
        exchange: &Exchange,
        conclusion: &Conclusion,
        standing: Standing,
        names: &Names,
    ) -> Result<(), TableError> {
        let file = path(&self.paths, exchange.source());
        self.rows.push(&exchange_row::cells(exchange, conclusion, standing, names, file)?);
        self.end_full_group()
    }

    /// Writes a leg that is to be paired again.
    ///
    /// # Errors
    /// When a row group is full and cannot be written.
    pub fn leg(&mut self, leg: &Leg, names: &Names) -> Result<(), TableError> {
        let cells: Cells<'_> = leg_row::cells(leg, names, path(&self.paths, leg.source))?;
        self.rows.push(&cells);
        self.end_full_group()
    }

    /// Writes a settled message that is no attempt.
    ///
    /// # Errors
    /// When a row group is full and cannot be written.
    pub fn aside(&mut self, aside: &Aside, names: &Names) -> Result<(), TableError> {
        let cells: Cells<'_> = aside_row::cells(aside, names, path(&self.paths, aside.source))?;
        self.rows.push(&cells);
        self.end_full_group()
    }

    /// Ends the table and gives the writer back.
    ///
    /// # Errors
    /// When the rest cannot be written.
    pub fn finish(mut self, header: &Header) -> Result<W, TableError> {
        self.end_group()?;
        for (key, value) in header.to_pairs()? {
            self.file.append_key_value_metadata(KeyValue::new(key, value));
        }
        self.file.flush()?;
        self.file.inner_mut().begin_footer();
        Ok(self.file.into_inner()?.seal()?)
    }

    fn end_full_group(&mut self) -> Result<(), TableError> {
        if self.rows.rows() < ROWS_A_GROUP { Ok(()) } else { self.end_group() }
    }

    fn end_group(&mut self) -> Result<(), TableError> {
        if self.rows.rows() == 0 {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        self.rows.write(&mut group)?;
        group.close()?;
        Ok(())
    }
}

fn path(paths: &[String], source: Source) -> &str {
    usize::try_from(source.input).ok().and_then(|at| paths.get(at)).map_or("", String::as_str)
}
