//! Log files to blocks, frames and borrowed records.
//!
//! This crate exists to forbid interpretation while reading: it knows how messages are written down
//! and nothing of what they mean. It does not know causes, pairs or threads, and it never prints,
//! exits or reads the environment. Values are borrowed from their block and end with it; none is
//! ever part of an error.
//!
//! ```
//! use posmortem_logs::{BlockReader, Column, InputSettings, Position, Record, RecordSink};
//! use posmortem_logs::{RejectReason, Scratch, detect, read_block};
//!
//! #[derive(Default)]
//! struct Declines(usize);
//!
//! impl RecordSink for Declines {
//!     fn record(&mut self, record: &Record<'_>) {
//!         self.0 += usize::from(record.get(Column::ResponseCode) != b"00");
//!     }
//!     fn rejected(&mut self, _: Position, _: RejectReason) {}
//!     fn non_message(&mut self, _: Position) {}
//! }
//!
//! let log = b"time,tid,rc\n2026-11-21T08:15:30,10012345,00\n2026-11-21T08:15:31,10012345,55\n";
//! let settings = InputSettings::default();
//! let format = detect(log, &settings)?.format;
//! let mut blocks = BlockReader::new(&log[..], &format, &settings);
//! let (mut scratch, mut declines) = (Scratch::default(), Declines::default());
//! while let Some(block) = blocks.next_block()? {
//!     read_block(&format, &block, &mut scratch, &mut declines);
//!     blocks.recycle(block);
//! }
//! assert_eq!(declines.0, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

mod block;
mod block_lines;
mod block_reader;
mod column;
mod compression;
mod delimited;
mod detect;
mod format;
mod frames;
mod framing;
mod gathered;
mod guess;
mod hexlines;
mod input;
mod ist;
mod jpos;
mod json;
mod keyvalue;
mod labelled;
mod line_start;
mod log_file;
mod names;
mod ndjson;
mod plain_message;
mod read_block;
mod record;
mod settings;
mod split;
mod stable_hash;
mod table;
mod time;
mod value;
mod widths;
mod wire_message;
mod word;
mod zstd_frames;

pub use block::Block;
pub use block_reader::{BlockReader, ReadError};
pub use column::{Column, is_field_name};
pub use compression::Compression;
pub use delimited::{NumberLane, PlainRow, PlainTile, WordLane, widened};
pub use detect::{Alternative, DetectError, Detection, ProfileGuess, Tried, detect};
pub use format::{Format, Layout, NamedValues};
pub use frames::Frames;
pub use guess::{GuessedColumn, Likeness, guess_columns, guess_header};
pub use hexlines::HexLines;
pub use input::{Input, LONGEST_SAMPLE, OpenError, SAMPLE_SIZE, seekable_size};
pub use labelled::{Labelled, Listing, ListingError};
pub use log_file::FileIdentity;
pub use plain_message::PlainMessage;
pub use posmortem_iso8583::Timestamp;
pub use read_block::{Scratch, read_block};
pub use record::{FieldName, Position, Record, RecordSink, RejectReason};
pub use settings::{InputFormat, InputSettings};
pub use split::Split;
pub use stable_hash::stable_hash;
pub use time::{DateHint, DateOrder, TimeRules, local_time, parse_time, transmission_time};
pub use wire_message::WireFormat;
pub use word::{WORD, text_of, word_of};
