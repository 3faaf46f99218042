//! Why an input was not recognised.

use std::fmt::Write;

use super::{Alternative, ProfileGuess};
use crate::column::Column;
use crate::settings::InputFormat;

/// How to go on when the names of columns are not understood.
const HOW_TO_NAME: &str = "columns are named with `--columns`, or in the configuration's `[columns]` table";

/// How to let the input be looked at, where that was not what was asked for.
const HOW_TO_INSPECT: &str = "try: posmortem inspect FILE --write-config site.toml, then --config site.toml";

/// Why a format whose shape is there was not taken.
pub(super) const NO_MESSAGE: &str = "its shape is there, but no message in it";

/// Formats that are told of where none fits.
const NEAREST: usize = 2;

/// How to go on when it is known better what the input is.
const HOW_TO_FORCE: &str = "say which it is with `--input-format`, or `--profile` where messages are bytes";

/// Why an input was not recognised. Messages never hold what could be card data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DetectError {
    /// Nothing but blank lines and comments.
    #[error("empty")]
    Empty,
    /// Two bytes a character.
    #[error("UTF-16 text; convert it to UTF-8")]
    Utf16,
    /// None of the formats.
    #[error("no known log format: {}; {HOW_TO_FORCE}; {HOW_TO_NAME}", nearest(tried))]
    Unknown {
        /// Each format, and why it is not that one.
        tried: Vec<Tried>,
    },
    /// Several formats read it equally well.
    #[error("it could be {}; {}", choices(likely), how_to_choose(likely))]
    Ambiguous {
        /// All that read something, the likeliest first.
        likely: Vec<Alternative>,
    },
    /// Several wire profiles read its messages equally well, and not alike.
    #[error("its messages could be {}; say which they are with `--profile`", profile_choices(likely))]
    AmbiguousProfile {
        /// The likeliest first.
        likely: Vec<ProfileGuess>,
    },
    /// The first row does not end.
    #[error("the header row does not end within the first {looked_at} bytes")]
    EndlessHeader {
        /// Bytes that were looked at.
        looked_at: usize,
    },
    /// A header row, but not for rows that can be read.
    #[error("the header row lacks {}{}; {HOW_TO_NAME}", missing.join(" and "), unknown_note(unknown))]
    MissingColumns {
        /// What is missing.
        missing: Vec<&'static str>,
        /// Names that mean nothing here, as they may be shown.
        unknown: Vec<String>,
    },
    /// Two columns of the same meaning.
    #[error("{first} and {second} both stand for the column `{column}`")]
    DuplicateColumn {
        /// The meaning.
        column: Column,
        /// The first name, as it may be shown.
        first: String,
        /// The second name, as it may be shown.
        second: String,
    },
    /// Rows do not have as many columns as were named.
    #[error("the first row has {found} columns where {expected} were named")]
    ColumnCount {
        /// Columns of the first row.
        found: usize,
        /// Names given.
        expected: usize,
    },
}

/// A format that an input is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The format.
    pub format: InputFormat,
    /// Why it is not this one: what was looked for and is not there.
    pub why: &'static str,
}

impl DetectError {
    /// The error with what helps to find out more about such an input.
    pub fn with_next_step(&self) -> String {
        match self {
            Self::Unknown { .. } | Self::MissingColumns { .. } => format!("{self}; {HOW_TO_INSPECT}"),
            _ => self.to_string(),
        }
    }

    /// An input that is not of this format.
    pub(crate) fn unlike(format: InputFormat, why: &'static str) -> Self {
        Self::Unknown { tried: vec![Tried { format, why }] }
    }
}

/// The formats that come nearest: those whose shape is there, then the commoner ones.
fn nearest(tried: &[Tried]) -> String {
    let mut nearest = tried.to_vec();
    nearest.sort_by_key(|tried| tried.why != NO_MESSAGE);
    let told = nearest.iter().take(NEAREST);
    let told: Vec<_> = told.map(|Tried { format, why }| format!("not {} ({why})", format.name())).collect();
    let others = if tried.len() > NEAREST { ", nor any other" } else { "" };
    told.join(", ") + others
}

fn choices(likely: &[Alternative]) -> String {
    let mut text = String::new();
    for (at, Alternative { format, kind, confidence }) in likely.iter().enumerate() {
        let or = if at == 0 { "" } else { " or " };
        let kind = if kind.is_empty() { String::new() } else { format!(", {kind}") };
        let (whole, thousandths) = (confidence / 1000, confidence % 1000);
        write!(text, "{or}{}{kind} (confidence {whole}.{thousandths:03})", format.name())
            .expect("a String takes every byte");
    }
    text
}

/// Between kinds of one format nobody can choose, but the first can be had.
fn how_to_choose(likely: &[Alternative]) -> String {
    match likely {
        [first, others @ ..] if others.iter().all(|other| other.format == first.format) => {
            format!("`--input-format {}` takes the first", first.format.name())
        }
        _ => HOW_TO_FORCE.to_owned(),
    }
}

fn profile_choices(likely: &[ProfileGuess]) -> String {
    let told = |guess: &ProfileGuess| {
        let (whole, thousandths) = (guess.confidence / 1000, guess.confidence % 1000);
        let header = if guess.header == "none" { String::new() } else { format!(" behind {}", guess.header) };
        let framing = if guess.framing == "none" { String::new() } else { format!(" in {}", guess.framing) };
        format!("{}{header}{framing} (confidence {whole}.{thousandths:03})", guess.profile)
    };
    likely.iter().map(told).collect::<Vec<_>>().join(" or ")
}

fn unknown_note(unknown: &[String]) -> String {
    match unknown {
        [] => String::new(),
        _ => format!("; unknown columns: {}", unknown.join(", ")),
    }
}
