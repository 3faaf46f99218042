//! Cuts a stream of bytes into blocks of whole frames.
//!
//! Memory stays below a few times the larger of block size and largest record, whatever the input
//! holds. Nothing is parsed here beyond what ends a frame.

use std::io::{self, Read};

use crate::block::Block;
use crate::format::Format;
use crate::framing::{After, Cut, Framing};
use crate::record::{Position, RejectReason};
use crate::settings::InputSettings;
use crate::split::Split;

/// Buffers kept for the next blocks.
const SPARE_BUFFERS: usize = 16;

/// Block sizes and records beyond this are not useful and would only fail to be allocated.
const LARGEST: usize = 1 << 30;

/// An input that broke off. All frames before the break were handed out.
#[derive(Debug, thiserror::Error)]
#[error("broken off after byte {offset}: {source}")]
pub struct ReadError {
    /// Bytes read before the break, after decompression.
    pub offset: u64,
    /// What the system or the decompressor said.
    #[source]
    pub source: io::Error,
}

/// Reads blocks from a source of plain bytes, such as [`Input`](crate::Input).
pub struct BlockReader<R> {
    source: R,
    framing: Framing,
    /// What stands before it is passed over.
    start: u64,
    /// Owns the frames that are handed out.
    split: Split,
    /// Whether the first of them is still to be found: in the midst of a frame that another split owns, or behind
    /// frames that are walked over.
    is_before_split: bool,
    has_line_ends_in_rows: bool,
    block_size: usize,
    max_record: usize,
    /// Bytes read and not yet handed out are `buffer[taken..filled]`.
    buffer: Vec<u8>,
    taken: usize,
    filled: usize,
    /// The position of `buffer[taken]`.
    position: Position,
    in_long_frame: bool,
    after: After,
    error: Option<io::Error>,
    spare: Vec<Vec<u8>>,
}

impl<R: Read> BlockReader<R> {
    /// A reader of blocks of `format`. Block size and largest record are taken from the settings,
    /// from one byte to 1 GiB.
    pub fn new(source: R, format: &Format, settings: &InputSettings) -> Self {
        Self::of_split(source, 0, format, settings, Split::WHOLE)
    }

    /// A reader of the frames that `split` owns. `from` is where in the input the source begins: at
    /// [`Split::reads_from`] or before it. Lines are counted from the first of these frames on.
    pub fn of_split(source: R, from: u64, format: &Format, settings: &InputSettings, split: Split) -> Self {
        let framing = Framing::of(format);
        let reads_from = split.reads_from(format);
        Self {
            source,
            // In the midst of a frame, as far as can be told.
            in_long_frame: split.start > format.start() && framing.finds_frames(),
            framing,
            start: reads_from.max(format.start()),
            split,
            is_before_split: split.start > 0,
            has_line_ends_in_rows: false,
            block_size: settings.block_size.clamp(1, LARGEST),
            max_record: settings.max_record.clamp(1, LARGEST),
            buffer: Vec::new(),
            taken: 0,
            filled: 0,
            position: Position { offset: from, line: 1 },
            after: After::More,
            error: None,
            spare: Vec::new(),
        }
    }

    /// The next block; `None` at the end of the input.
    ///
    /// # Errors
    /// Once, after all frames before it, when the source failed. Then the input ends.
    pub fn next_block(&mut self) -> Result<Option<Block>, ReadError> {
        let mut skipped = Vec::new();
        loop {
            self.pass_to_start();
            if self.in_long_frame {
                let (len, found) = self.framing.resume(self.pending(), self.max_record, self.after);
                self.leave_out(len);
                self.in_long_frame = !found;
            }
            self.find_split(&mut skipped);
            if self.is_behind_split() {
                return Ok((!skipped.is_empty()).then(|| self.take(0, skipped)));
            }
            if !self.in_long_frame {
                match self.framing.cut(self.pending(), self.max_record, self.after) {
                    Cut::Frames(len) if len > 0 => match self.owned(len) {
                        0 => continue,
                        len => return Ok(Some(self.take(len, skipped))),
                    },
                    Cut::Frames(_) | Cut::Nothing => {}
                    Cut::Bad(len, reason) => {
                        skipped.push((self.position, reason));
                        self.see_line_ends(len.saturating_sub(1));
                        self.leave_out(len);
                        continue;
                    }
                    Cut::Astray(reason) => {
                        skipped.push((self.position, reason));
                        self.leave_out(1);
                        self.in_long_frame = true;
                        continue;
                    }
                    Cut::TooLong(len) => {
                        skipped.push((self.position, RejectReason::TooLong));
                        self.see_line_ends(len);
                        self.leave_out(len);
                        self.in_long_frame = true;
                        continue;
                    }
                }
            }
            if self.after != After::More {
                return self.finish(skipped);
            }
            self.fill();
        }
    }

    /// Gives a block's buffer back for blocks to come.
    pub fn recycle(&mut self, block: Block) {
        if self.spare.len() < SPARE_BUFFERS {
            self.spare.push(block.buffer);
        }
    }

    /// Where the bytes come from.
    pub fn source(&self) -> &R {
        &self.source
    }

    /// Line ends in the frames of the split, as far as it was read.
    pub fn lines(&self) -> u64 {
        if self.is_before_split { 0 } else { self.position.line - 1 }
    }

    /// Whether a row goes over several lines. Asked of a part of an input alone: whoever begins to read in the midst of
    /// such a row takes it for several.
    pub fn has_line_ends_in_rows(&self) -> bool {
        self.has_line_ends_in_rows
    }

    /// Passes over what belongs to the splits before, and counts lines from the first frame of this one.
    fn find_split(&mut self, skipped: &mut Vec<(Position, RejectReason)>) {
        if !self.is_before_split {
            return;
        }
        skipped.retain(|(position, _)| position.offset >= self.split.start);
        let is_found = !self.in_long_frame && self.position.offset >= self.start.max(self.split.start);
        let first = skipped.first().map(|(position, _)| *position).or(is_found.then_some(self.position));
        let Some(first) = first else { return };
        self.is_before_split = false;
        skipped.iter_mut().for_each(|(position, _)| position.line -= first.line - 1);
        self.position.line -= first.line - 1;
    }

    /// Whether another split owns the next frame.
    fn is_behind_split(&self) -> bool {
        let is_between = !self.in_long_frame || self.is_before_split;
        is_between && self.position.offset >= self.start.max(self.split.end())
    }

    /// How many of the pending bytes, which are whole frames, are owned; those that stand before are passed over.
    fn owned(&mut self, len: usize) -> usize {
        let begins = self.position.offset;
        let at = |offset: u64| usize::try_from(offset - begins).unwrap_or(usize::MAX);
        let frames = self.pending().get(..len).unwrap_or_default();
        if self.is_before_split {
            // Frames that are walked over; the first of this split may be among them.
            let first = self.framing.first_start(frames, at(self.split.start));
            self.leave_out(first);
            return 0;
        }
        let owned = match self.split.end() {
            end if at(end) < len => self.framing.first_start(frames, at(end)),
            _ => len,
        };
        if self.split != Split::WHOLE && !self.has_line_ends_in_rows {
            let frames = frames.get(..owned).unwrap_or_default();
            self.has_line_ends_in_rows = self.framing.has_line_ends_inside(frames);
        }
        owned
    }

    /// Takes note of line ends in the front of a row that cannot be read.
    fn see_line_ends(&mut self, len: usize) {
        let front = self.pending().get(..len).unwrap_or_default();
        let rows = matches!(self.framing, Framing::Rows { .. });
        self.has_line_ends_in_rows |= rows && self.split != Split::WHOLE && line_ends(front) > 0;
    }

    fn pending(&self) -> &[u8] {
        self.buffer.get(self.taken..self.filled).unwrap_or_default()
    }

    /// The end of the input: what was left out last, then the error, then nothing.
    fn finish(&mut self, skipped: Vec<(Position, RejectReason)>) -> Result<Option<Block>, ReadError> {
        if !skipped.is_empty() {
            return Ok(Some(self.take(0, skipped)));
        }
        match self.error.take() {
            Some(source) => {
                let offset = self.position.offset + self.pending().len() as u64;
                Err(ReadError { offset, source })
            }
            None => Ok(None),
        }
    }

    /// Leaves out what stands before the first frame, as far as it was read.
    fn pass_to_start(&mut self) {
        if let Some(before @ 1..) = self.start.checked_sub(self.position.offset) {
            self.leave_out(usize::try_from(before).unwrap_or(usize::MAX).min(self.pending().len()));
        }
    }

    fn leave_out(&mut self, len: usize) {
        self.advance(len);
        self.taken = (self.taken + len).min(self.filled);
    }

    fn advance(&mut self, len: usize) {
        let pending = self.pending();
        let passed = pending.get(..len).unwrap_or(pending);
        let (bytes, lines) = (passed.len() as u64, line_ends(passed));
        self.position.offset += bytes;
        self.position.line += lines;
    }

    /// Hands out the first `len` pending bytes; those behind them move to a fresh buffer, unless they are the most: where
    /// hardly a frame can be read, blocks are small, and each would cost and hold as much as a large one.
    fn take(&mut self, len: usize, skipped: Vec<(Position, RejectReason)>) -> Block {
        let start = self.position;
        self.advance(len);
        let end = self.taken + len;
        let tail = self.buffer.get(end..self.filled).unwrap_or_default();
        if len < tail.len() {
            let buffer = self.buffer[self.taken..end].to_vec();
            self.taken = end;
            return Block { buffer, len, start, skipped };
        }
        let mut next = self.spare.pop().unwrap_or_default();
        if next.len() < tail.len() {
            next.resize(tail.len(), 0);
        }
        next[..tail.len()].copy_from_slice(tail);
        let tail = tail.len();
        let mut buffer = std::mem::replace(&mut self.buffer, next);
        buffer.copy_within(self.taken..end, 0);
        self.taken = 0;
        self.filled = tail;
        Block { buffer, len, start, skipped }
    }

    /// Reads until a block's worth is there, or twice of what did not suffice.
    fn fill(&mut self) {
        self.buffer.copy_within(self.taken..self.filled, 0);
        self.filled -= self.taken;
        self.taken = 0;
        let wanted = self.block_size.max(self.filled.saturating_mul(2)).max(self.filled + 1);
        if self.buffer.is_empty() {
            // Pages that no byte is read into are then never touched.
            self.buffer = vec![0; wanted];
        } else if self.buffer.len() < wanted {
            self.buffer.resize(wanted, 0);
        }
        while self.filled < wanted {
            let free = self.buffer.get_mut(self.filled..wanted).unwrap_or_default();
            let free_len = free.len();
            match self.source.read(free) {
                Ok(0) => {
                    self.after = After::End;
                    return;
                }
                Ok(len) => self.filled += len.min(free_len),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.after = After::Break;
                    self.error = Some(error);
                    return;
                }
            }
        }
    }
}

/// Line ends in these bytes.
pub(crate) fn line_ends(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SAMPLE_SIZE, detect};

    #[test]
    fn blocks_of_broken_frames_hold_little_more_than_their_bytes() {
        let message = b"0210022000000200000008112208153000000100";
        let frame = [&40_u32.to_be_bytes()[..], message].concat();
        let lie = 0x7fff_ffff_u32.to_be_bytes();
        // The lengths look like frames of two bytes, which leave two bytes behind each message that begin none.
        let log = [&frame.repeat(100)[..], &lie, &frame.repeat(2_000)].concat();
        let settings = InputSettings { block_size: 1 << 16, ..InputSettings::default() };
        let format = detect(&log[..SAMPLE_SIZE], &settings).expect("frames").format;
        let mut blocks = BlockReader::new(&log[..], &format, &settings);
        let mut waiting = Vec::new();
        while let Some(block) = blocks.next_block().expect("memory") {
            waiting.push(block);
        }
        assert!(waiting.len() > 1_000, "{} blocks", waiting.len());
        let held: usize = waiting.iter().map(|block| block.buffer.capacity()).sum();
        assert!(held < 4 * log.len(), "{held} bytes are held of {}", log.len());
    }
}
