//! The parsers of the command-line tool. It is a program and no library, so its files are compiled in here as they
//! stand; of what they hold, the parsers alone are called.
#![allow(dead_code, unused_imports, clippy::print_stderr, reason = "the rest of those files is for the tool")]

#[path = "../../crates/cli/src"]
mod files {
    pub(crate) mod config;
    pub(crate) mod fail_on;
    pub(crate) mod messages;
    pub(crate) mod nearest;
    pub(crate) mod pointed;
    pub(crate) mod surroundings;
}

pub(crate) use files::{config, fail_on, messages, nearest, pointed, surroundings};
