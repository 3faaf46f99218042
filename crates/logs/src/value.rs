//! Values as they stand in the log, and those that had to be written anew.

use std::ops::Range;

/// A value borrowed from the block, or a place in a buffer of values that the block does not hold as
/// they are: without their escapes, with zeros that were lost, joined of several lines.
#[derive(Clone)]
pub(crate) enum Value<'b> {
    /// As the log has it.
    AsLogged(&'b [u8]),
    /// In the buffer.
    Rewritten(Range<usize>),
}

impl<'b> Value<'b> {
    /// A value that `write` appends to the buffer.
    pub(crate) fn rewritten(rewritten: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) -> Self {
        let start = rewritten.len();
        write(rewritten);
        Self::Rewritten(start..rewritten.len())
    }

    /// The value itself; `rewritten` is the buffer that it was made with.
    pub(crate) fn bytes<'s>(&self, rewritten: &'s [u8]) -> &'s [u8]
    where
        'b: 's,
    {
        match self {
            Self::AsLogged(text) => text,
            Self::Rewritten(range) => rewritten.get(range.clone()).unwrap_or_default(),
        }
    }
}
