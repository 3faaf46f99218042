//! A source that gives small pieces, as pipes and slow disks do.

use std::io::{self, Read};

/// Gives bytes in pieces of one size.
pub(crate) struct Pieces<B> {
    bytes: B,
    given: usize,
    piece: usize,
}

impl<B: AsRef<[u8]>> Pieces<B> {
    pub(crate) fn new(bytes: B, piece: usize) -> Self {
        Self { bytes, given: 0, piece }
    }
}

impl<B: AsRef<[u8]>> Read for Pieces<B> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = &self.bytes.as_ref()[self.given..];
        let len = rest.len().min(self.piece).min(buffer.len());
        buffer[..len].copy_from_slice(&rest[..len]);
        self.given += len;
        Ok(len)
    }
}
