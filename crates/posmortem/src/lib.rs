//! Root causes of card terminal declines, as a library: inputs in, one [`Summary`](exchange::Summary) out.
//!
//! This crate joins the others into a pipeline and is the only one that knows threads. It exists to
//! keep printing and process control out: it never prints, exits or reads the environment; what it
//! finds goes to an [`Observer`] and into the [`Run`] that it returns.
#![forbid(unsafe_code)]

mod alone;
mod batch;
mod crowd;
mod decode;
mod evidence;
mod filter;
mod findings_file;
mod frontier;
mod inspection;
mod inventory;
mod leg_builder;
mod plain;
mod read_ahead;
mod run;
mod run_name;
mod sequencer;
mod settings;
mod stream;
mod summing_up;
#[cfg(feature = "tables")]
mod tables;
mod tap;
mod token_key;

pub use decode::{DecodeFailure, Decoder};
pub use filter::Filter;
pub use findings_file::{FindingsError, findings_of, read_findings, read_past, write_findings};
pub use inventory::{InventoryError, read_inventory};
pub use posmortem_classify as classify;
pub use posmortem_diagnose as diagnose;
pub use posmortem_exchange as exchange;
pub use posmortem_iso8583 as iso8583;
pub use posmortem_logs as logs;
pub use run::{InputSource, Observer, Reject, Run, TABLE_MAGIC, analyse, sorted_paths};
pub use run_name::{findings_name, is_findings_name, table_name};
pub use settings::Settings;
#[cfg(feature = "tables")]
pub use tables::{Expired, JoinError, TableError, Tables, expired, read_history, save_table};
pub use token_key::{TokenKey, TokenKeyError};
