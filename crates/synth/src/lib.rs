//! Labelled days: logs of a seeded world, and the truth about them beside.
//!
//! This crate exists so that a report can be checked against what happened: it may never be a normal
//! dependency of anything. The world is drawn from a seed (terminals, issuers, customers, hosts that
//! fail), written as a log in one of three forms, and the truth is counted from what the world did and
//! which of its lines were written. It never asks the crates that it is there to check.
//!
//! ```
//! use posmortem_synth::{Settings, write};
//! let mut log = Vec::new();
//! let written = write(&Settings { attempts: 100, terminals: 3, ..Settings::new(7) }, &mut log, None)?;
//! assert_eq!(written.truth.lines, log.split(|&byte| byte == b'\n').count() as u64 - 2);
//! # Ok::<(), std::io::Error>(())
//! ```
#![forbid(unsafe_code)]

mod attempt;
mod bank;
mod census;
mod delimited;
mod facts;
mod fate;
mod fault;
mod fault_counts;
mod fleet;
mod flight;
mod jpos;
mod labels;
mod make;
mod message;
mod own;
mod plain;
mod plan;
mod plot;
mod queue;
mod random;
mod reckoning;
mod reversal;
mod scene;
mod settings;
mod shared;
mod town;
mod truth;
mod truth_file;
mod verdict;
mod world;

pub use facts::{CAUSES, Reason};
pub use fault_counts::{FaultCounts, FaultKind};
pub use fleet::{Link, Terminal};
pub use labels::{Label, Labels};
pub use settings::{Form, Rates, Settings, World};
pub use truth::{Counts, LedgerTruth, Money, OUTCOMES, TerminalTruth, Truth};
pub use world::{Written, write};

/// A moment as logs write it; none of this world's tells its zone.
pub fn moment(millis: i64) -> posmortem_iso8583::Timestamp {
    posmortem_iso8583::Timestamp { millis, offset_minutes: None }
}
