//! Values that serialise as they are shown.

use serde::{Serialize, Serializer};
use std::fmt::Display;

/// Serialises as the text of its `Display`.
#[derive(Clone, Copy)]
pub(crate) struct Shown<T>(pub(crate) T);

impl<T: Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A text that the log may not tell: empty is none.
pub(crate) fn told(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}
