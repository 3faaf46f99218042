//! One message in wire bytes, read into columns by its profile.
//!
//! Where a message begins and ends is for the formats that hold such messages, hex lines and frames.
//! Only elements that a column takes are read, and nothing behind the last of them: a private field that
//! is not as the profile says spoils no message. A sink that asks for every field is told of such a one.

use std::sync::{Arc, LazyLock};

use posmortem_iso8583::Timestamp;
use posmortem_iso8583::wire::{Content, ElementSet, Encoding, Fields, Framing, Header, Profile, Value};

use crate::column::Column;
use crate::record::{FieldName, NO_CELLS, Position, Record, RecordSink, RejectReason};
use crate::time::TimeReader;
use crate::value;

/// How the messages of an input stand on the wire.
#[derive(Clone, Debug)]
pub struct WireFormat {
    /// Encodings and lengths of fields.
    pub profile: Arc<Profile>,
    /// What tells a message's length, and may end it.
    pub framing: &'static Framing,
    /// What stands between length and message type.
    pub header: &'static Header,
}

/// What of a message is wanted where nobody asks for every field.
static WANTED: LazyLock<ElementSet> = LazyLock::new(|| {
    let mut wanted = ElementSet::default();
    let taken = (1..=128).filter(|element| Column::of_element(*element).is_some());
    taken.for_each(|element| wanted.insert(element));
    wanted
});

/// The entry mode, and its digits as columns have them: a fourth one, as Visa has it, fills it up.
const ENTRY_MODE: (u8, usize) = (22, 3);

/// The element of the chip's data, which columns have in hexadecimal digits.
const ICC_DATA: u8 = 55;

/// What reading messages needs, used again for each.
#[derive(Default)]
pub(crate) struct WireBuffers {
    fields: Fields,
    /// Values that do not stand on the wire as they are read.
    rewritten: Vec<u8>,
    text: Vec<u8>,
}

/// What the surroundings of a message tell of it.
#[derive(Clone, Copy)]
pub(crate) struct Told<'b> {
    pub(crate) position: Position,
    /// When the log took note of it.
    pub(crate) at: Option<Timestamp>,
    pub(crate) direction: &'b [u8],
}

impl WireBuffers {
    /// Tells the sink of a message, which begins with its header. `false`, and nothing told, when the
    /// bytes do not begin like one.
    pub(crate) fn tell(
        &mut self,
        format: &WireFormat,
        body: &[u8],
        told: Told<'_>,
        times: &mut TimeReader<'_>,
        sink: &mut impl RecordSink,
    ) -> bool {
        let header = format.header.strip(body).and_then(|len| body.get(len..));
        let Some(message) = header else { return false };
        let decoded = format.profile.decode_wanted(message, *WANTED, &mut self.fields);
        if self.fields.mti().is_none() {
            return false;
        }
        if sink.takes_fields() {
            self.tell_fields(&format.profile, message, sink);
        }
        let read = match decoded {
            Ok(()) => self.record(&format.profile, message, told, times, sink),
            Err(error) => Err(RejectReason::Undecodable(error)),
        };
        if let Err(reason) = read {
            sink.rejected(told.position, reason);
        }
        true
    }

    fn record(
        &mut self,
        profile: &Profile,
        message: &[u8],
        told: Told<'_>,
        times: &mut TimeReader<'_>,
        sink: &mut impl RecordSink,
    ) -> Result<(), RejectReason> {
        self.rewritten.clear();
        let mut values = [const { value::Value::AsLogged(&[]) }; Column::COUNT];
        for element in WANTED.iter() {
            let Some(value) = profile.value(message, &self.fields, element) else { continue };
            let Some(column) = Column::of_element(element) else { continue };
            values[column as usize] = match value.encoding() {
                Encoding::Ascii if element != ICC_DATA && value.content() != Content::Signed => {
                    value::Value::AsLogged(value.bytes())
                }
                _ => value::Value::rewritten(&mut self.rewritten, |out| append(element, value, out)),
            };
        }
        let mti = self.fields.mti().ok_or(RejectReason::NoMti)?;
        let mut cells = NO_CELLS;
        for (cell, value) in cells.iter_mut().zip(&values) {
            *cell = value.bytes(&self.rewritten);
        }
        let (element, digits) = ENTRY_MODE;
        if profile.element(element).is_some_and(|element| element.max_len() == 4) {
            let cell = &mut cells[Column::PosEntryMode as usize];
            *cell = cell.get(..digits).unwrap_or(cell);
        }
        cells[Column::Mti as usize] = mti.as_str().as_bytes();
        cells[Column::Direction as usize] = told.direction;
        cells[Column::Dialect as usize] = profile.dialect().unwrap_or_default().as_bytes();
        let at = told.at.or_else(|| times.read_row(&cells)).ok_or(RejectReason::BadTime)?;
        sink.record(&Record { cells: &cells, at, position: told.position, group: None });
        Ok(())
    }

    /// Every field that was found, those inside of others behind them.
    fn tell_fields(&mut self, profile: &Profile, message: &[u8], sink: &mut impl RecordSink) {
        let whole = profile.decode(message, &mut self.fields);
        sink.wire_message(message.len(), whole.err());
        if let Some(mti) = self.fields.mti() {
            sink.field(FieldName::Element(0), mti.as_str().as_bytes());
        }
        for element in self.fields.present().iter() {
            let Some(value) = profile.value(message, &self.fields, element) else { continue };
            self.text.clear();
            append(element, value, &mut self.text);
            sink.field(FieldName::Element(element), &self.text);
            if let Some(inner) = profile.nested(element) {
                tell_parts(inner, element, value.bytes(), &mut self.text, sink);
            }
        }
    }
}

/// The fields inside of one.
fn tell_parts(inner: &Profile, element: u8, bytes: &[u8], text: &mut Vec<u8>, sink: &mut impl RecordSink) {
    let mut fields = Fields::new();
    // What can be read of it is told; the message itself is whole.
    let _ = inner.decode(bytes, &mut fields);
    for part in fields.present().iter() {
        let Some(value) = inner.value(bytes, &fields, part) else { continue };
        text.clear();
        value.append_text(text);
        sink.field(FieldName::Part { element, part: part.to_string().as_bytes() }, text);
    }
}

/// A value as columns and sinks have it.
fn append(element: u8, value: Value<'_>, out: &mut Vec<u8>) {
    let start = out.len();
    value.append_text(out);
    // Chip data stands as raw bytes in some fields that are text by their profile.
    let is_raw = element == ICC_DATA
        && value.encoding() == Encoding::Ascii
        && !out.get(start..).unwrap_or_default().iter().all(u8::is_ascii_hexdigit);
    if is_raw {
        out.truncate(start);
        for byte in value.bytes() {
            const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
            out.extend([byte >> 4, byte & 15].map(|half| DIGITS[usize::from(half)]));
        }
    }
}
