//! What a configuration can state: settings, names of columns, how links differ, and kinds of listings.

use super::{Setting, values};
use std::fmt;

/// One thing that a layer can state and a higher one can override.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Entry {
    /// A setting of the whole run.
    Setting(Setting),
    /// What the column of this name in a log holds.
    Column(String),
    /// Whose code table a link speaks.
    LinkDialect(String),
    /// After how long an answer on a link is late.
    LinkTimeout(String),
    /// A kind of listing, by its name.
    Listing(String),
}

impl Entry {
    /// Whether a value can stand here, and if not, why.
    pub(super) fn check(&self, text: &str) -> Result<(), String> {
        match self {
            Self::Setting(key) => key.check(text),
            Self::Column(_) => values::column(text).map(drop),
            Self::LinkDialect(_) => values::dialect(text).map(drop),
            Self::LinkTimeout(_) => values::duration_ms(text).map(drop),
            Self::Listing(_) => values::listing(text).map(drop),
        }
    }
}

/// As TOML would name it.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setting(key) => f.write_str(key.name()),
            Self::Column(name) => write!(f, "columns.{name:?}"),
            Self::LinkDialect(link) => write!(f, "link.{link:?}.dialect"),
            Self::LinkTimeout(link) => write!(f, "link.{link:?}.timeout"),
            Self::Listing(name) => write!(f, "listing.{name:?}"),
        }
    }
}
