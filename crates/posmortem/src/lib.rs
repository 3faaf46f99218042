//! Root causes of card terminal declines, as a library: logs in, counts, incidents and verdicts out.
//!
//! This crate joins the others into a pipeline and is the only one that knows threads. It exists to
//! keep printing and process control out: it never prints, exits or reads the environment; what it
//! finds goes to an [`Observer`] and into the [`Run`] that it returns.
//!
//! # A day's counts, and what is wrong
//!
//! ```
//! use posmortem::diagnose::State;
//! use posmortem::{InputSource, Settings, analyse};
//!
//! // Any format that is known, plain or compressed; several inputs are merged by time.
//! let day = InputSource::Path("../../fixtures/day.csv".into());
//! let settings = Settings {
//!     // Nobody listens to exchanges one by one: most are then counted without being made.
//!     tells_exchanges: false,
//!     // Judge, too. With `None` there are counts alone, in memory that does not follow the input.
//!     diagnosis: Some(posmortem::diagnose::Settings::default()),
//!     ..Settings::default()
//! };
//! let run = analyse(&[day], &settings, &mut ());
//!
//! let totals = &run.summary.totals;
//! assert_eq!((totals.exchanges, totals.failed()), (422, 170));
//!
//! let diagnosis = run.diagnosis.expect("settings ask for it");
//! let at_fault: Vec<_> = diagnosis
//!     .verdicts()
//!     .iter()
//!     .filter(|verdict| verdict.state == State::Own)
//!     .map(|verdict| {
//!         let reason = verdict.reason.map_or("", |reason| reason.name());
//!         (run.summary.names.text(verdict.terminal), reason)
//!     })
//!     .collect();
//! assert!(at_fault.contains(&("10012307", "mac_key_out_of_sync")));
//! assert_eq!(diagnosis.incidents[0].reason.name(), "issuer_unavailable");
//! ```
//!
//! # What to call
//!
//! - [`analyse`] reads logs into a [`Run`]: [`exchange::Summary`] (what every terminal went through, and where
//!   every frame went) and, if asked, [`diagnose::Diagnosis`], the [`exchange::ExchangeTable`] with a row for each
//!   attempt, the places of rejects, an [`exchange::Inspection`].
//! - An [`Observer`] hears of each exchange with its outcome, cause and reason while the logs are read, and may end
//!   the run. `()` listens to nothing.
//! - [`Decoder`] shows messages one by one, field by field, as they may be shown.
//! - [`save_table`] writes all exchanges as Parquet on the way, and [`Tables`] reads such tables in place of logs;
//!   [`read_history`] lets earlier days tell what to expect. [`expired`] names tables and findings of a folder that are
//!   too old. (Feature `tables`, on unless it is left out.)
//! - [`findings_of`] takes down what a run found, in some twelve bytes a terminal, and [`write_findings`] keeps it.
//!   [`read_findings`] reads it again, for [`diagnose::Comparison`] with another day; [`read_past`] reads many of them, to
//!   tell what is new, recurs or is over ([`diagnose::Settings::past`]).
//! - [`Settings::rules`] takes rules of the user ([`classify::Rules`]), which are asked before the code tables.
//! - [`read_inventory`] takes the acquirer's own list of terminals into account.
//!
//! Examples that run stand in the crate's folder `examples`: `terminals-at-fault`, `declines-by-issuer`,
//! `decode-one`.
//!
//! # Settings that matter
//!
//! [`Settings::default()`] reads everything as the log tells it. What a log often does not tell is whose code table
//! it speaks ([`Settings::dialect`], [`Settings::link_dialects`]) and the zone of its times
//! ([`logs::InputSettings::time_zone`], a zone of the crate `jiff`). [`exchange::PairingSettings`] has time-outs and
//! how far apart the messages of one exchange may stand. A [`Filter`] chooses what is counted, told and listed;
//! judged is always the whole fleet.
//!
//! # Threads
//!
//! Parsing uses the rayon pool in which it is called, so `rayon::ThreadPool::install` decides the number of threads.
//! Nothing that comes out depends on it, nor on the size of blocks or the order of inputs. An [`Observer`] is called
//! in the calling thread alone, one exchange after the other, in the order of time.
//!
//! # Errors
//!
//! An input that cannot be read does not end a run, and neither does a record: [`exchange::FileState`] tells how far
//! each file could be read, and the [`exchange::Ledger`] where every frame went. A caller who wants to know whether a
//! result is complete looks at both. Where there is nothing to return, errors are small enums ([`DecodeFailure`],
//! [`InventoryError`], [`TokenKeyError`], [`JoinError`], [`TableError`], [`FindingsError`]); none holds a byte of a message.
//!
//! # Card data
//!
//! No card number, track, PIN block or verification value leaves this crate. A card number becomes a hash under a key
//! of the run; with [`Settings::token_key`] exchanges carry an HMAC-SHA-256 token of it, too. Names and texts of a log
//! pass a screen that covers what could be a card number.
//!
//! # Reports, and other crates
//!
//! The crates below are re-exported, so that a program that counts, judges or decodes depends on this one alone:
//! [`classify`], [`diagnose`], [`exchange`], [`iso8583`], [`logs`]. Rendering is no part of it: a program that wants the
//! reports of the command-line tool depends on `posmortem-report`, too, which takes the same types:
//!
//! ```
//! use posmortem::{InputSource, Settings, analyse};
//! use posmortem_report::{Content, Format, View, write_report};
//! let day = InputSource::Path("../../fixtures/day.csv".into());
//! let run = analyse(&[day], &Settings::default(), &mut ());
//! let view = View { version: env!("CARGO_PKG_VERSION"), ..View::default() };
//! let mut csv = Vec::new();
//! let content = Content { diagnosis: run.diagnosis.as_ref(), ..Content::of(&run.summary) };
//! write_report(&content, Format::Csv, &view, &mut csv)?;
//! assert!(csv.starts_with(b"terminal_id,merchant_id,exchanges,approved,"));
//! # std::io::Result::Ok(())
//! ```
#![forbid(unsafe_code)]

// What the README shows of the library compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;

mod alone;
mod batch;
mod crowd;
mod decode;
mod evidence;
mod filter;
mod findings_file;
mod fleet_limit;
mod frontier;
mod inspection;
mod inventory;
mod leg_builder;
mod manifest;
mod part;
mod plain;
mod read_ahead;
mod recognition;
mod run;
mod run_name;
mod sequencer;
mod settings;
mod split_plan;
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
pub use manifest::{ManifestError, read_splits, write_manifest};
pub use posmortem_classify as classify;
pub use posmortem_diagnose as diagnose;
pub use posmortem_exchange as exchange;
pub use posmortem_iso8583 as iso8583;
pub use posmortem_logs as logs;
pub use run::{InputSource, Observer, Reject, Run, Stop, TABLE_MAGIC, analyse, sorted_paths};
pub use run_name::{findings_name, is_findings_path, part_name, table_name};
pub use settings::Settings;
pub use split_plan::{SplitPlan, plan_splits};
#[cfg(feature = "tables")]
pub use tables::{Expired, JoinError, TableError, Tables, expired, read_history, save_table};
pub use token_key::{TokenKey, TokenKeyError};
