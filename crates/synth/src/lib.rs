//! Labelled days: logs of a seeded world, and the truth about them beside.
//!
//! This crate exists so that a report can be checked against what happened: it may never be a normal
//! dependency of anything. The world is drawn from a seed (terminals, issuers, customers, hosts that
//! fail), written as a log in one of the forms of [`Form`], and the truth is counted from what the world did and
//! which of its lines were written. It never asks the crates that it is there to check.
//!
//! Three worlds: the plain one, in which nothing is at fault, and two that are labelled, [`World::City`] and
//! [`World::Province`]. In these, terminals, links, issuers and firmware have faults, and beside lie things that
//! only look like faults; [`Labels`] tell what a diagnosis should say. The truth of counts is as exact there.
//! Faults are drawn apart from the world: the same seed has the same faults at every
//! [`effect`](FaultCounts::effect), which multiplies the share of attempts that each hits.
//!
//! Their rows of both sides tell what the plain world's do not: service codes, and what terminals say of chips
//! (TVR, chip condition codes), where a faulty reader leaves its traces.
//!
//! What the labelled worlds deliberately do not: faults that last from one day to the next, terminals that move,
//! and shops that close at noon, which nothing could tell from lost power.
//!
//! ```
//! use posmortem_synth::{FaultCounts, FaultKind, Label, Settings, World, write};
//! let faults = FaultCounts::default().with(FaultKind::IssuerOutage, 1);
//! let settings = Settings { faults, ..Settings::labelled(1, World::City, 40) };
//! let labels = write(&settings, &mut Vec::new(), None)?.labels;
//! assert!(matches!(&labels.all[..], [Label::Incident { scope, .. }] if scope.contains_key("issuer")));
//! # Ok::<(), std::io::Error>(())
//! ```
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
mod chip;
mod clock;
mod delimited;
mod elements;
mod facts;
mod fate;
mod fault;
mod fault_counts;
mod fleet;
mod flight;
mod form;
mod ist;
mod jpos;
mod keyvalue;
mod labels;
mod listing;
mod make;
mod message;
mod ndjson;
mod own;
mod pen;
mod plain;
mod plan;
mod plot;
mod queue;
mod random;
mod reckoning;
mod reversal;
mod rhythm;
mod row;
mod scene;
mod settings;
mod shared;
mod shop;
mod table;
mod town;
mod truth;
mod truth_file;
mod verdict;
mod wire;
mod world;

pub use facts::{CAUSES, Reason};
pub use fault_counts::{FaultCounts, FaultKind};
pub use fleet::{Link, Terminal};
pub use form::Form;
pub use labels::{FaultLabel, Label, Labels};
pub use settings::{Rates, Settings, World};
pub use truth::{Counts, LedgerTruth, Money, OUTCOMES, TerminalTruth, Truth};
pub use wire::Wire;
pub use world::{Written, write};

/// A moment as logs write it; none of this world's tells its zone.
pub fn moment(millis: i64) -> posmortem_iso8583::Timestamp {
    posmortem_iso8583::Timestamp { millis, offset_minutes: None }
}
