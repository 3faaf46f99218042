//! The exchange table as Parquet: written by one run, read by others, by DuckDB and by Polars.
//!
//! This crate exists to keep Parquet out of the others, and judgement out of tables: it turns
//! exchanges and legs into rows and back, field by field, and what a row means is decided elsewhere.
//! It knows no threads and no settings, and opens no file by itself but reads what it is given. Row groups are encoded and
//! decoded apart from each other, so that who calls can do several at once.
//! `docs/exchange-table.md` describes every column.
//!
//! A table is sealed: a digest of all its bytes stands before the Parquet footer, and is checked
//! before anything of it is believed. What a broken disk or another program has changed is refused
//! and never decoded.
#![forbid(unsafe_code)]

mod aside_row;
mod bounded_pages;
mod column;
mod decoded_group;
mod error;
mod exchange_row;
mod header;
mod leg_row;
mod reader;
mod row_cells;
mod row_group;
mod seal;
mod shared_file;
mod writer;

pub use column::Column;
pub use decoded_group::DecodedGroup;
pub use error::TableError;
pub use header::{Header, TableFacts};
pub use reader::{GroupToDecode, Row, Table};
pub use row_group::{EncodedGroup, RowGroup};
pub use writer::TableWriter;

/// The version of the schema. One table is read by every tool of the same version and refused by
/// all others: columns that are added or change their meaning make a new one.
pub const SCHEMA_VERSION: u32 = 5;

/// With these bytes every Parquet file begins and ends.
pub const MAGIC: &[u8; 4] = b"PAR1";
