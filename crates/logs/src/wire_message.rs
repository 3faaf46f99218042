//! One message in wire bytes, read into columns by its profile.
//!
//! Where a message begins and ends is for the formats that hold such messages, hex lines and frames.
//! Only elements that a column takes are read, and nothing behind the last of them, unless the sink asks
//! for every field.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use posmortem_iso8583::wire::{
    DecodeError, ElementSet, Encoding, Expected, Fields, FrameEnd, Framing, Header, Profile, Value,
};

use crate::column::Column;
use crate::record::{Cells, FieldName, NO_CELLS, Position, Record, RecordSink, RejectReason};
use crate::time::TimeReader;

/// How the messages of an input stand on the wire.
#[derive(Clone, Debug)]
pub struct WireFormat {
    /// Encodings and lengths of fields.
    pub profile: Arc<Profile>,
    /// What stands before the header and tells the length.
    pub framing: &'static Framing,
    /// What stands between length and message type.
    pub header: &'static Header,
}

/// The elements that columns take.
static WANTED: LazyLock<ElementSet> = LazyLock::new(|| {
    let mut wanted = ElementSet::default();
    (1..=128).filter(|element| Column::of_element(*element).is_some()).for_each(|element| wanted.insert(element));
    wanted
});

/// The element that holds the chip's data.
const ICC_DATA: u8 = 55;

/// What reading messages needs, used again for each.
#[derive(Default)]
pub(crate) struct WireBuffers {
    fields: Fields,
    /// Values that do not stand on the wire as ASCII.
    texts: Vec<u8>,
    rewritten: Vec<(Column, Range<usize>)>,
}

/// What a message's surroundings tell of it.
pub(crate) struct Told<'b> {
    pub(crate) position: Position,
    pub(crate) time: &'b [u8],
    pub(crate) direction: &'b [u8],
}

impl WireFormat {
    /// The message within a whole frame: without length and header. `None` when it is not one.
    pub(crate) fn unwrap<'b>(&self, frame: &'b [u8]) -> Option<&'b [u8]> {
        let FrameEnd::Whole { body, total } = self.framing.next(frame, frame.len()) else { return None };
        if total != frame.len() {
            return None;
        }
        let body = frame.get(body)?;
        body.get(self.header.strip(body)?..)
    }
}
