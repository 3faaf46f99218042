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

    /// Goes on with a value. The buffer is copied to once, however often a value that stands at its end is
    /// gone on with.
    pub(crate) fn go_on(&mut self, more: &[&[u8]], rewritten: &mut Vec<u8>) {
        let start = match self {
            Self::Rewritten(range) if range.end == rewritten.len() => range.start,
            Self::Rewritten(range) => {
                let start = rewritten.len();
                rewritten.extend_from_within(range.clone());
                start
            }
            Self::AsLogged(text) => {
                let start = rewritten.len();
                rewritten.extend_from_slice(text);
                start
            }
        };
        more.iter().for_each(|more| rewritten.extend_from_slice(more));
        *self = Self::Rewritten(start..rewritten.len());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_go_on_wherever_they_are() {
        let mut rewritten = b"x".to_vec();
        let mut one = Value::AsLogged(b"a");
        one.go_on(&[b"b", b"c"], &mut rewritten);
        one.go_on(&[b"d"], &mut rewritten);
        let mut two = Value::rewritten(&mut rewritten, |out| out.push(b'y'));
        one.go_on(&[b"e"], &mut rewritten);
        two.go_on(&[], &mut rewritten);
        assert_eq!((one.bytes(&rewritten), two.bytes(&rewritten)), (&b"abcde"[..], &b"y"[..]));
    }
}
