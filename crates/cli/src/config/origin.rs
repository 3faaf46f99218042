//! Where a value was stated.

use super::{Entry, Setting};
use std::fmt;
use std::path::PathBuf;

/// The layer, and the place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// On the command line.
    Flag(Setting),
    /// In the environment.
    Variable(Setting),
    /// In a file, lines counted from 1.
    File { path: PathBuf, line: usize },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(key) => f.write_str(&key.flag()),
            Self::Variable(key) => f.write_str(&key.variable()),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
        }
    }
}

/// A value as it was stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stated {
    pub(crate) text: String,
    pub(crate) origin: Origin,
}

impl Stated {
    /// The value, or the complaint that it is none.
    pub(crate) fn read<T>(
        &self,
        entry: &Entry,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> anyhow::Result<T> {
        read(&self.text).map_err(|why| self.complaint(entry, &why))
    }

    /// What is wrong with it, and where it stands.
    fn complaint(&self, entry: &Entry, why: &str) -> anyhow::Error {
        match &self.origin {
            // A flag and a variable name their setting themselves.
            Origin::Flag(_) | Origin::Variable(_) => anyhow::anyhow!("{}: {why}", self.origin),
            Origin::File { .. } => anyhow::anyhow!("{}: {entry}: {why}", self.origin),
        }
    }
}
