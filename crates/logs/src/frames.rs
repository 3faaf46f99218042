//! Messages in wire bytes, one after the other, each with its length in front.
//!
//! Nothing else is in such a capture: no time but those of the messages (DE12 with DE13, or DE7, with the
//! year of the file), no link and no direction. What is no frame is stepped over up to where the next one
//! begins, and counts as one reject.

use std::sync::Arc;

use memchr::Memchr;
use posmortem_iso8583::wire::{Fields, Frame, FrameEnd};

use crate::block::Block;
use crate::framing::{After, Cut, frames_or};
use crate::record::{RecordSink, RejectReason};
use crate::time::{TimeReader, TimeRules};
use crate::wire_message::{Told, WireBuffers, WireFormat};

/// How to read an input of frames.
#[derive(Clone, Debug)]
pub struct Frames {
    pub(crate) wire: WireFormat,
    pub(crate) times: Arc<TimeRules>,
}

/// As many bytes of a frame as tell whether one begins: length, header, message type and bitmaps.
const LOOKED_AT: usize = 128;

/// Reads all messages of a block.
pub(crate) fn read_frames(
    layout: &Frames,
    block: &Block,
    buffers: &mut WireBuffers,
    sink: &mut impl RecordSink,
) {
    let mut times = TimeReader::new(&layout.times);
    let mut position = block.position();
    let mut rest = block.bytes();
    let mut lines = LineEnds::of(rest);
    while let FrameEnd::Whole(frame) = layout.wire.framing.next(rest, rest.len()) {
        let body = rest.get(frame.body.start..).unwrap_or_default();
        let told = Told { position, at: None, direction: b"", direction_word: Some(0) };
        // An empty frame keeps the line alive.
        if frame.body.is_empty() {
            sink.non_message(position);
        } else if !buffers.tell(&layout.wire, body, frame.body.len(), told, &mut times, sink) {
            sink.rejected(position, RejectReason::BadMti);
        }
        position.offset += frame.total as u64;
        position.line += lines.before(position.offset - block.position().offset);
        rest = rest.get(frame.total..).unwrap_or_default();
    }
}

/// Line ends of a block, counted in one pass over it and not in one for every frame.
struct LineEnds<'b> {
    ends: Memchr<'b>,
    next: Option<usize>,
}

impl<'b> LineEnds<'b> {
    fn of(bytes: &'b [u8]) -> Self {
        let mut ends = memchr::memchr_iter(b'\n', bytes);
        Self { next: ends.next(), ends }
    }

    /// How many there are before an offset that were not counted yet.
    fn before(&mut self, offset: u64) -> u64 {
        let mut count = 0;
        while self.next.is_some_and(|next| (next as u64) < offset) {
            count += 1;
            self.next = self.ends.next();
        }
        count
    }
}

/// Where the frames of these whole ones begin, the first at 0.
pub(crate) fn frame_starts(frames: &[u8], wire: &WireFormat) -> impl Iterator<Item = usize> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = frames.get(at..).filter(|rest| !rest.is_empty())?;
        let start = at;
        at = match wire.framing.next(rest, rest.len()) {
            FrameEnd::Whole(frame) => at + frame.total,
            FrameEnd::NeedsMore | FrameEnd::NotAFrame => frames.len(),
        };
        Some(start)
    })
}

/// What the front of these bytes is: whole frames, or what stands before the next one.
pub(crate) fn cut_wire(bytes: &[u8], wire: &WireFormat, limit: usize, after: After) -> Cut {
    // Without a framing the input is one message.
    if wire.framing.header_len() == 0 && after == After::More {
        return if bytes.len() > limit { Cut::TooLong(limit) } else { Cut::Nothing };
    }
    let (mut whole, mut fields) = (0, Fields::new());
    // Whether one is known to begin here, from looking behind the one before.
    let mut begins = false;
    loop {
        let rest = bytes.get(whole..).unwrap_or_default();
        if rest.is_empty() || (after == After::More && rest.len() < LOOKED_AT) {
            return frames_or(whole, Cut::Nothing);
        }
        begins = begins || begins_frame(rest, wire, limit);
        let first = match wire.framing.next(rest, limit) {
            FrameEnd::Whole(frame) if frame.body.is_empty() => {
                (whole, begins) = (whole + frame.total, false);
                continue;
            }
            FrameEnd::Whole(frame) if begins => match stands(rest, &frame, wire, limit, after, &mut fields) {
                Some(Stands::Alone) => {
                    (whole, begins) = (whole + frame.total, false);
                    continue;
                }
                Some(Stands::BeforeNext) => {
                    whole += frame.total;
                    continue;
                }
                Some(Stands::Nowhere) => Cut::Astray(RejectReason::NoFrame),
                None => Cut::Nothing,
            },
            FrameEnd::NeedsMore if begins => match after {
                After::More => Cut::Nothing,
                After::End | After::Break => Cut::Bad(rest.len(), RejectReason::BrokenOff),
            },
            // It is the limit alone that its beginning does not keep to, and no trailer.
            _ if !begins && begins_frame(rest, wire, usize::MAX) => Cut::Astray(RejectReason::TooLong),
            _ => Cut::Astray(RejectReason::NoFrame),
        };
        return frames_or(whole, first);
    }
}

/// Inside of what is no frame: the bytes to leave out, and whether a frame begins behind them.
pub(crate) fn resume_at_frame(bytes: &[u8], wire: &WireFormat, limit: usize, after: After) -> (usize, bool) {
    // Without a framing the input is one message, and no other begins inside of it.
    if wire.framing.header_len() == 0 {
        return (bytes.len(), false);
    }
    let mut fields = Fields::new();
    for at in 0..bytes.len() {
        let here = bytes.get(at..).unwrap_or_default();
        match is_frame(here, wire, limit, after, &mut fields) {
            Some(true) => return (at, true),
            Some(false) => {}
            None => return (at, false),
        }
    }
    (bytes.len(), false)
}

/// Whether a frame stands in the midst of noise; `None` when too little was read.
fn is_frame(
    bytes: &[u8],
    wire: &WireFormat,
    limit: usize,
    after: After,
    fields: &mut Fields,
) -> Option<bool> {
    if after == After::More && bytes.len() < LOOKED_AT {
        return None;
    }
    if !begins_frame(bytes, wire, limit) {
        return Some(false);
    }
    match wire.framing.next(bytes, limit) {
        FrameEnd::Whole(frame) => {
            let stands = stands(bytes, &frame, wire, limit, after, fields)?;
            Some(!matches!(stands, Stands::Nowhere))
        }
        FrameEnd::NeedsMore if after == After::More => None,
        FrameEnd::NeedsMore | FrameEnd::NotAFrame => Some(false),
    }
}

/// What speaks for a frame besides its beginning.
enum Stands {
    /// Another begins right behind it.
    BeforeNext,
    /// Its fields end with its last byte, or the input does.
    Alone,
    /// Nothing.
    Nowhere,
}

/// What speaks for a frame that begins like one. A known message type and a bitmap, which may be anything,
/// are there by chance soon (in digits, a length in front of a message looks like a type), and a wrong length
/// hides the messages behind it. `None` when too little was read.
fn stands(
    bytes: &[u8],
    frame: &Frame,
    wire: &WireFormat,
    limit: usize,
    after: After,
    fields: &mut Fields,
) -> Option<Stands> {
    let behind = bytes.get(frame.total..)?;
    let is_short = after == After::More && behind.len() < LOOKED_AT;
    if !is_short && begins_frame(behind, wire, limit) {
        return Some(Stands::BeforeNext);
    }
    let message = message_of(wire, bytes.get(frame.body.clone())?);
    let is_exact = message.is_some_and(|message| wire.profile.decode(message, fields).is_ok());
    match is_exact || (behind.is_empty() && !is_short) {
        true => Some(Stands::Alone),
        false if is_short => None,
        false => Some(Stands::Nowhere),
    }
}

/// Whether a frame begins here, by the first [`LOOKED_AT`] bytes alone: a length within the limit, the
/// header, a message type and its bitmap.
fn begins_frame(bytes: &[u8], wire: &WireFormat, limit: usize) -> bool {
    let seen = bytes.get(..LOOKED_AT).unwrap_or(bytes);
    // The type alone, before the length is read: noise is asked at every byte, and a frame's body and header
    // begin at the same place whatever its length is.
    let may_be_body = seen.get(wire.framing.header_len()..).and_then(|body| message_of(wire, body));
    if !may_be_body.is_some_and(|message| wire.profile.begins_with_type(message)) {
        return false;
    }
    let body = match wire.framing.next(seen, limit) {
        FrameEnd::NotAFrame => return false,
        FrameEnd::Whole(frame) => seen.get(frame.body),
        FrameEnd::NeedsMore => seen.get(wire.framing.header_len()..),
    };
    let message = body.and_then(|body| message_of(wire, body));
    message.is_some_and(|message| wire.profile.begins(message))
}

/// What stands behind the header.
fn message_of<'b>(wire: &WireFormat, body: &'b [u8]) -> Option<&'b [u8]> {
    body.get(wire.header.strip(body)?..)
}
