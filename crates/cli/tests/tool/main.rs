//! The tool as its users meet it: processes, exit statuses, files, pipes.
//!
//! What a report says is tested where it is decided; here only that it comes out, where, and how the
//! run ends.
// Clippy takes the functions beside the tests for something else than tests.
#![allow(clippy::unwrap_used)]

#[cfg(feature = "tables")]
mod agreement;
mod bench;
mod compare;
mod config;
#[cfg(all(unix, feature = "tables"))]
mod daily;
mod decode;
mod diagnosis;
#[cfg(feature = "tables")]
mod examples;
mod explain;
#[cfg(all(unix, feature = "tables"))]
mod faults;
#[cfg(feature = "tables")]
mod history;
mod inputs;
mod inspect;
#[cfg(feature = "tables")]
mod kept;
mod last_words;
mod limits;
#[cfg_attr(not(feature = "tables"), allow(dead_code, reason = "days are kept as tables"))]
mod made_days;
#[cfg(feature = "tables")]
mod mistakes;
#[cfg(not(feature = "tables"))]
mod no_tables;
mod outputs;
mod page;
mod prometheus;
#[cfg(feature = "tables")]
mod questions;
mod rules;
mod shell;
#[cfg(feature = "tables")]
mod splits;
mod statuses;
#[cfg(feature = "tables")]
mod tables;
mod too_much;
