//! Reads a table: its header at once, its rows by row group.

use crate::column::schema;
use crate::decoded_group::DecodedGroup;
use crate::seal::{self, Seal};
use crate::shared_file::SharedFile;
use crate::{Header, TableError};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{FileReader, SerializedFileReader};
use posmortem_exchange::{Aside, Exchange, Leg, Names};
use std::collections::HashMap;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

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
    file: Arc<SerializedFileReader<SharedFile>>,
    /// The files of the header, by path.
    inputs: Arc<HashMap<String, u32>>,
}

/// A row group that can be decoded wherever and whenever there is time for it.
pub struct GroupToDecode {
    file: Arc<SerializedFileReader<SharedFile>>,
    inputs: Arc<HashMap<String, u32>>,
    number: usize,
}

impl GroupToDecode {
    /// Decodes it. Parquet's decoder takes for granted that a page is as long as its values say, and breaks where
    /// that is not so: under a right seal nobody but a forger writes such a page, and it is refused as any other fault.
    ///
    /// # Errors
    /// When it cannot be read, or is none that a run has written.
    pub fn decode(self) -> Result<DecodedGroup, TableError> {
        let decode = || {
            let group = self.file.get_row_group(self.number)?;
            DecodedGroup::read(&*group, &self.inputs)
        };
        // Nothing that it has touched is used again.
        catch_unwind(AssertUnwindSafe(decode)).unwrap_or(Err(TableError::Contradictory("values of a page")))
    }
}

impl Table {
    /// Checks the seal and reads the header.
    ///
    /// # Errors
    /// When it is no table, not whole, or of another version.
    pub fn open(mut file: File) -> Result<Self, TableError> {
        let seal = seal::check(&mut file)?;
        let length = file.metadata()?.len();
        let file = SerializedFileReader::new(SharedFile::new(file)?)?;
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
        let mut inputs = HashMap::new();
        for (input, file) in (0..).zip(&header.facts.run.files) {
            inputs.entry(file.summary.path.clone()).or_insert(input);
        }
        Ok(Self { seal, header, file: Arc::new(file), inputs: Arc::new(inputs) })
    }

    /// What the table says of itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Whether both are copies of one table.
    pub fn is_copy_of(&self, other: &Self) -> bool {
        self.seal == other.seal
    }

    /// All row groups in the order of the file.
    pub fn groups(&self) -> impl Iterator<Item = GroupToDecode> {
        (0..self.file.num_row_groups()).map(|number| GroupToDecode {
            file: self.file.clone(),
            inputs: self.inputs.clone(),
            number,
        })
    }

    /// Reads all rows in the order of the file, but exchanges whose legs are there, too. A leg's place
    /// is told by the file's number in the header.
    ///
    /// # Errors
    /// When a row is none that a run has written.
    pub fn rows(&self, names: &mut Names, mut each: impl FnMut(Row, &Names)) -> Result<(), TableError> {
        self.groups().try_for_each(|group| group.decode()?.hand_out(names, &mut each))
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
