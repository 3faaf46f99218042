//! Writes a table, row group by row group.
//!
//! Rows are laid down as they come. Whoever calls decides where a group that is full is encoded, which is
//! most of the work, and hands the groups back in their order.

use crate::column::{Column, Content, schema};
use crate::row_group::{EncodedGroup, RowBuffer, RowGroup};
use crate::seal::SealedWriter;
use crate::{Header, TableError, aside_row, exchange_row, leg_row};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnPath, SchemaDescPtr, SchemaDescriptor};
use posmortem_exchange::{Aside, Conclusion, Exchange, Leg, Names, Source, Standing};
use std::io::Write;
use std::sync::Arc;

/// Writes exchanges and legs as rows; the header comes last, when the run knows it. After an error nothing of it is
/// of use.
pub struct TableWriter<W: Write + Send> {
    file: SerializedFileWriter<SealedWriter<W>>,
    rows: RowBuffer,
    schema: SchemaDescPtr,
    properties: WriterPropertiesPtr,
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
            // Rows come in the order of time: groups are passed over by that, and hardly ever by a text. To compare all
            // texts took a quarter of the time to encode them.
            if matches!(column.content(), Content::Names | Content::Texts) {
                let path = ColumnPath::from(column.name());
                properties = properties.set_column_statistics_enabled(path, EnabledStatistics::None);
            }
            if let Some(encoding) = column.encoding() {
                let path = ColumnPath::from(column.name());
                properties = properties
                    .set_column_dictionary_enabled(path.clone(), false)
                    .set_column_encoding(path, encoding);
            }
        }
        let (properties, schema) = (Arc::new(properties.build()), schema()?);
        let file = SerializedFileWriter::new(SealedWriter::new(out), schema.clone(), properties.clone())?;
        let schema = Arc::new(SchemaDescriptor::new(schema));
        Ok(Self { file, rows: RowBuffer::new(), schema, properties, paths })
    }

    /// Adds an exchange as this run concluded it, and tells the group that is full with it: it is to be encoded
    /// and then given to [`TableWriter::write`].
    ///
    /// # Errors
    /// When it says what no table can hold.
    pub fn exchange(
        &mut self,
        exchange: &Exchange,
        conclusion: &Conclusion,
        standing: Standing,
        names: &Names,
    ) -> Result<Option<RowGroup>, TableError> {
        let file = path(&self.paths, exchange.source());
        exchange_row::lay_down(exchange, conclusion, standing, names, file, &mut self.rows)?;
        Ok(self.end_row())
    }

    /// The same of a leg that is to be paired again.
    ///
    /// # Errors
    /// When it says what no table can hold.
    pub fn leg(&mut self, leg: &Leg, names: &Names) -> Result<Option<RowGroup>, TableError> {
        leg_row::lay_down(leg, names, path(&self.paths, leg.source), &mut self.rows)?;
        Ok(self.end_row())
    }

    /// The same of a settled message that is no attempt.
    ///
    /// # Errors
    /// When it says what no table can hold.
    pub fn aside(&mut self, aside: &Aside, names: &Names) -> Result<Option<RowGroup>, TableError> {
        aside_row::lay_down(aside, names, path(&self.paths, aside.source), &mut self.rows)?;
        Ok(self.end_row())
    }

    /// Writes a group behind those that were written before.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, group: EncodedGroup) -> Result<(), TableError> {
        let mut out = self.file.next_row_group()?;
        for (bytes, close) in group.columns {
            out.append_column(&bytes, close)?;
        }
        out.close()?;
        Ok(())
    }

    /// Ends the table behind the last group that was full, and gives the writer back.
    ///
    /// # Errors
    /// When the rest cannot be written.
    pub fn finish(mut self, header: &Header) -> Result<W, TableError> {
        if self.rows.rows() > 0 {
            let rest = self.take_group().encode()?;
            self.write(rest)?;
        }
        for (key, value) in header.to_pairs()? {
            self.file.append_key_value_metadata(KeyValue::new(key, value));
        }
        self.file.flush()?;
        self.file.inner_mut().begin_footer();
        Ok(self.file.into_inner()?.seal()?)
    }

    fn end_row(&mut self) -> Option<RowGroup> {
        self.rows.end_row();
        self.rows.is_full().then(|| self.take_group())
    }

    fn take_group(&mut self) -> RowGroup {
        let rows = self.rows.take();
        RowGroup { rows, schema: self.schema.clone(), properties: self.properties.clone() }
    }
}

fn path(paths: &[String], source: Source) -> &str {
    usize::try_from(source.input).ok().and_then(|at| paths.get(at)).map_or("", String::as_str)
}
