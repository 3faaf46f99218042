//! A run of whole frames on its way to a worker.

use crate::record::{Position, RejectReason};

/// Whole frames of one input, and what stood before them and could not be framed.
pub struct Block {
    pub(crate) buffer: Vec<u8>,
    pub(crate) len: usize,
    pub(crate) start: Position,
    pub(crate) skipped: Vec<(Position, RejectReason)>,
}

impl Block {
    /// The frames.
    pub fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.len).unwrap_or_default()
    }

    /// Where the first frame begins.
    pub fn position(&self) -> Position {
        self.start
    }

    /// Frames before the first one that could not be cut out; [`read_block`](crate::read_block())
    /// reports them.
    pub fn skipped(&self) -> &[(Position, RejectReason)] {
        &self.skipped
    }
}
