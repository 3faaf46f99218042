//! Hostile inputs for everything of posmortem that reads bytes, and what must hold for them.
//!
//! This crate exists to forbid trust: no byte that a log, a table or a file of settings can hold may end a run, and
//! each [`Target`] is a reader with what must be true of it whatever it is given. It holds no reader of its own. The same
//! targets are tried by `cargo test` with a few thousand inputs that are the same each time ([`try_target`]), and by
//! `scripts/fuzz` for as long as one likes, guided by what the code does with them.
//!
//! Inputs hold no card number but those of test ranges, and what fails is written to a file and never shown.
#![forbid(unsafe_code)]

mod card_data;
mod chance;
mod compressed;
mod days;
mod dictionary;
mod input_file;
mod kept;
mod legs;
mod lists;
mod logs;
mod pieces;
mod samples;
mod settings;
mod tables;
mod target;
mod told;
mod tool;
mod trial;
mod values;
mod wire;

pub use dictionary::dictionary;
pub use kept::{Kept, kept};
pub use target::{TARGETS, Target};
pub use told::cards_in;
pub use trial::{Failure, try_target};

// The tool's own names for them.
use tool::{config, fail_on, messages, nearest, pointed, surroundings};
