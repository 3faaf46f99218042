//! Why a table cannot be read or written.

use std::io;

/// Why a table cannot be read or written; what to do about it stands in the sentence.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The file cannot be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The end is missing.
    #[error("a Parquet file without its end: copy it again from where it was saved")]
    Truncated,
    /// Not written by this tool, or written anew by another one.
    #[error(
        "a Parquet file that posmortem has not written as it stands: give the table as `--save` made it, \
         or the logs"
    )]
    Foreign,
    /// Changed since it was written.
    #[error("a damaged exchange table: its bytes are not those that were written; save it again")]
    Damaged,
    /// Whole, and yet not what it should be.
    #[error("an exchange table that contradicts itself ({0}): save it again from its logs")]
    Contradictory(&'static str),
    /// Of another version.
    #[error("an exchange table of schema {0}, and this version reads {ours}: save it again from its logs", ours = crate::SCHEMA_VERSION)]
    OtherSchema(String),
    /// The encoder or decoder complains.
    #[error("Parquet: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
}
