//! Messages in wire bytes, one after the other, each with its length in front.
//!
//! Nothing else is in such a capture: no time but those of the messages (DE12 with DE13, or DE7, with the
//! year of the file), no link and no direction. What is no frame is stepped over up to where the next one
//! begins, and counts as one reject.

use std::sync::Arc;

use posmortem_iso8583::wire::{ElementSet, Fields, FrameEnd};

use crate::block::Block;
use crate::block_reader::line_ends;
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
    while let FrameEnd::Whole(frame) = layout.wire.framing.next(rest, rest.len()) {
        let (bytes, behind) = rest.split_at(frame.total);
        let body = bytes.get(frame.body).unwrap_or_default();
        let told = Told { position, at: None, direction: b"" };
        // An empty frame keeps the line alive.
        if body.is_empty() {
            sink.non_message(position);
        } else if !buffers.tell(&layout.wire, body, told, &mut times, sink) {
            sink.rejected(position, RejectReason::BadMti);
        }
        position.offset += bytes.len() as u64;
        position.line += line_ends(bytes);
        rest = behind;
    }
}

/// What the front of these bytes is: whole frames, or what stands before the next one.
pub(crate) fn cut_wire(bytes: &[u8], wire: &WireFormat, limit: usize, after: After) -> Cut {
    // Without a framing the input is one message.
    if wire.framing.header_len() == 0 && after == After::More {
        return if bytes.len() > limit { Cut::TooLong(limit) } else { Cut::Nothing };
    }
    let mut whole = 0;
    loop {
        let rest = bytes.get(whole..).unwrap_or_default();
        if rest.is_empty() || (after == After::More && rest.len() < LOOKED_AT) {
            return frames_or(whole, Cut::Nothing);
        }
        let first = match wire.framing.next(rest, limit) {
            FrameEnd::Whole(frame) if frame.body.is_empty() || begins_frame(rest, wire, limit) => {
                whole += frame.total;
                continue;
            }
            FrameEnd::NeedsMore if begins_frame(rest, wire, limit) => match after {
                After::More => Cut::Nothing,
                After::End | After::Break => Cut::Bad(rest.len(), RejectReason::BrokenOff),
            },
            _ if begins_frame(rest, wire, usize::MAX) => Cut::Astray(RejectReason::TooLong),
            _ => Cut::Astray(RejectReason::NoFrame),
        };
        return frames_or(whole, first);
    }
}

/// Inside of what is no frame: the bytes to leave out, and whether a frame begins behind them.
pub(crate) fn resume_at_frame(bytes: &[u8], wire: &WireFormat, after: After) -> (usize, bool) {
    let last = match after {
        After::More => (bytes.len() + 1).saturating_sub(LOOKED_AT),
        After::End | After::Break => bytes.len(),
    };
    let begins = |at: &usize| begins_frame(bytes.get(*at..).unwrap_or_default(), wire, usize::MAX);
    (0..last).find(begins).map_or((last, false), |at| (at, true))
}

/// Whether a frame begins here, by the first [`LOOKED_AT`] bytes alone: a length within the limit, the
/// header, a message type and its bitmap.
fn begins_frame(bytes: &[u8], wire: &WireFormat, limit: usize) -> bool {
    let seen = bytes.get(..LOOKED_AT).unwrap_or(bytes);
    let body = match wire.framing.next(seen, limit) {
        FrameEnd::NotAFrame => return false,
        FrameEnd::Whole(frame) => seen.get(frame.body),
        FrameEnd::NeedsMore => seen.get(wire.framing.header_len()..),
    };
    let Some(body) = body else { return false };
    let Some(message) = wire.header.strip(body).and_then(|len| body.get(len..)) else { return false };
    let nothing = ElementSet::default();
    wire.profile.decode_wanted(message, nothing, &mut Fields::new()).is_ok()
}
