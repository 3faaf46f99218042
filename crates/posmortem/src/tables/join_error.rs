//! Why tables cannot be read together.

/// Why tables cannot be read together, and what to do.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// One table twice.
    #[error("{0} and {1} hold the same log: leave one of them out")]
    Same(String, String),
    /// The rows of one do not mean what those of the other mean.
    #[error(
        "{0} and {1} were saved with different settings ({2}; {3}): save one of them again with those of \
         the other"
    )]
    Settings(String, String, String, String),
    /// Its rows do not mean what the rules in force would make of them.
    #[error("{0} was saved {1}, or save it again from its logs")]
    Rules(String, &'static str),
    /// One card would have two tokens.
    #[error(
        "{0} and {1} were saved under different token keys ({2}, {3}), so that their cards cannot be \
         compared: save one of them again with --token-key"
    )]
    Keys(String, String, String, String),
    /// One holds messages from the midst of the other, where nothing is left to be paired.
    #[error(
        "{0} and {1} overlap in time by more than the horizon: save their logs together, with one \
         `report --save`, or read their splits in one task"
    )]
    Overlap(String, String),
    /// A part of a file is missing.
    #[error("{path}: no table holds it from byte {from} to {}: read that part, too", end_text(*to))]
    Missing {
        /// The file.
        path: String,
        /// The first byte that is missing.
        from: u64,
        /// The first byte behind it that is there.
        to: Option<u64>,
    },
    /// A table cannot be read that may hold what is missing.
    #[error("{table}: {why}; without it, {missing}")]
    Unread {
        /// The table.
        table: String,
        /// Why it cannot be read.
        why: String,
        /// What is missing.
        missing: Box<Self>,
    },
    /// Two tables hold one part of a file.
    #[error("{path}: {one} and {other} both hold its byte {at}: leave one of them out")]
    Twice {
        /// The file.
        path: String,
        /// The first byte that both hold.
        at: u64,
        /// One table.
        one: String,
        /// Another one, or the same.
        other: String,
    },
    /// A file cannot be read in parts.
    #[error("{0}: {1}, so that it cannot be read in parts: read it from 0 to - in one")]
    Whole(String, &'static str),
    /// A file is not what it was.
    #[error("{0}: its parts in {1} and {2} were not read of one file: read it again once logs are rotated")]
    Changed(String, String, String),
    /// A message of one table may belong to what another table has settled.
    #[error(
        "{path}: the message at byte {offset} has a time from the midst of {other}, and may belong to a \
         message there: read both together in one"
    )]
    Astray {
        /// The file.
        path: String,
        /// Where the message stands.
        offset: u64,
        /// The table that has settled what is there.
        other: String,
    },
}

/// The end of a part as manifests have it.
fn end_text(end: Option<u64>) -> String {
    end.map_or("-".to_owned(), |end| end.to_string())
}
