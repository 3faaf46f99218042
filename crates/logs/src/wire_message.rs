//! One message in wire bytes, read into columns by its profile.
//!
//! Where a message begins and ends is for the formats that hold such messages, hex lines and frames.
//! Only elements that a column takes are read, and nothing behind the last of them: a private field that
//! is not as the profile says spoils no message. A sink that asks for every field is told of such a one.

use std::sync::{Arc, LazyLock};

use posmortem_iso8583::Timestamp;
use posmortem_iso8583::wire::{
    ElementSet, Encoding, Fields, Framing, Header, Profile, Selection, Value, hex_into,
};

use crate::column::Column;
use crate::plain_message::{PlainMessage, Spans};
use crate::record::{Cells, FieldName, NO_CELLS, Position, Record, RecordSink, RejectReason};
use crate::time::TimeReader;
use crate::word::word_of;

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
    glance: Option<Glance>,
    fields: Fields,
    text: Vec<u8>,
}

/// What columns take of the messages of one profile.
struct Glance {
    profile: Arc<Profile>,
    selection: Selection,
    spans: Spans,
    /// Values that were written anew.
    texts: Vec<u8>,
    /// The word of the dialect.
    dialect: Option<u128>,
    /// The entry mode has a digit more than columns take.
    cuts_entry_mode: bool,
    /// Chip data may stand as raw bytes in what is text by the profile.
    may_have_raw_chip_data: bool,
}

/// What the surroundings of a message tell of it.
#[derive(Clone, Copy)]
pub(crate) struct Told<'b> {
    pub(crate) position: Position,
    /// When the log took note of it.
    pub(crate) at: Option<Timestamp>,
    pub(crate) direction: &'b [u8],
    /// The word of the direction.
    pub(crate) direction_word: Option<u128>,
}

impl WireBuffers {
    /// Tells the sink of the message in the first `len` bytes, which begins with its header. `false`, and nothing
    /// told, when the bytes do not begin like one.
    #[inline(always)]
    pub(crate) fn tell(
        &mut self,
        format: &WireFormat,
        bytes: &[u8],
        len: usize,
        told: Told<'_>,
        times: &mut TimeReader<'_>,
        sink: &mut impl RecordSink,
    ) -> bool {
        let header = bytes.get(..len).and_then(|body| format.header.strip(body));
        let Some((header, bytes)) = header.and_then(|header| Some((header, bytes.get(header..)?))) else {
            return false;
        };
        let len = len - header;
        if !sink.takes_fields() && self.tell_at_a_glance(&format.profile, bytes, len, told, times, sink) {
            return true;
        }
        self.tell_the_long_way(&format.profile, bytes.get(..len).unwrap_or_default(), told, times, sink)
    }

    /// The same of a message of any shape, behind its header.
    #[inline(never)]
    fn tell_the_long_way(
        &mut self,
        profile: &Arc<Profile>,
        message: &[u8],
        told: Told<'_>,
        times: &mut TimeReader<'_>,
        sink: &mut impl RecordSink,
    ) -> bool {
        let decoded = profile.decode_wanted(message, *WANTED, &mut self.fields);
        if self.fields.mti().is_none() {
            return false;
        }
        if sink.takes_fields() {
            self.tell_fields(profile, message, sink);
        }
        match decoded {
            Ok(()) => self.tell_found(profile, message, told, times, sink),
            Err(error) => sink.rejected(told.position, RejectReason::Undecodable(error)),
        }
        true
    }

    /// Tells the sink of a message that is whole as far as it is wanted; `false`, and nothing told, of any
    /// other.
    #[inline(always)]
    fn tell_at_a_glance(
        &mut self,
        profile: &Arc<Profile>,
        bytes: &[u8],
        len: usize,
        told: Told<'_>,
        times: &mut TimeReader<'_>,
        sink: &mut impl RecordSink,
    ) -> bool {
        let Self { glance, text, .. } = self;
        let glance = match glance {
            Some(glance) if Arc::ptr_eq(&glance.profile, profile) => glance,
            _ => glance.insert(Glance::new(profile)),
        };
        // Values that are written anew may become twice as long.
        if len > Spans::LONGEST / 2 {
            return false;
        }
        let Glance { selection, spans, texts, dialect, .. } = glance;
        spans.clear();
        let put = |place, start, len| spans.set(place, start, len);
        let Some(bytes) = selection.read(profile, bytes, len, texts, put) else { return false };
        if glance.cuts_entry_mode {
            spans.cut(Column::PosEntryMode, ENTRY_MODE.1);
        }
        if sink.takes_plain_messages() {
            let local = |column| spans.text(bytes, column);
            let at = told.at;
            let at = at.or_else(|| times.read_local(local(Column::LocalDate), local(Column::LocalTime)));
            let has_raw = glance.may_have_raw_chip_data && !is_hex(spans.text(bytes, Column::IccData));
            if let (Some(at), false) = (at, has_raw) {
                let Told { position, direction_word: direction, .. } = told;
                let message = PlainMessage { bytes, spans, direction, dialect: *dialect, at, position };
                if sink.plain_message(&message) {
                    return true;
                }
            }
        }
        let mut cells = NO_CELLS;
        spans.fill(&mut cells, bytes);
        let chip_data = cells[Column::IccData as usize];
        if glance.may_have_raw_chip_data && !is_hex(chip_data) {
            text.clear();
            hex_into(chip_data, text);
            cells[Column::IccData as usize] = text;
        }
        tell_cells(&mut cells, profile, told, times, sink);
        true
    }

    /// Tells the sink of a message whose fields were found.
    fn tell_found(
        &mut self,
        profile: &Profile,
        message: &[u8],
        told: Told<'_>,
        times: &mut TimeReader<'_>,
        sink: &mut impl RecordSink,
    ) {
        self.text.clear();
        let mut places = [const { 0..0 }; Column::COUNT];
        for element in WANTED.iter() {
            let Some(value) = profile.value(message, &self.fields, element) else { continue };
            let Some(column) = Column::of_element(element) else { continue };
            let start = self.text.len();
            append(element, value, &mut self.text);
            places[column as usize] = start..self.text.len();
        }
        let mut cells = NO_CELLS;
        for (cell, place) in cells.iter_mut().zip(places) {
            *cell = self.text.get(place).unwrap_or_default();
        }
        if has_long_entry_mode(profile) {
            cut_entry_mode(&mut cells);
        }
        let mti = self.fields.mti();
        cells[Column::Mti as usize] = mti.as_ref().map_or(&b""[..], |mti| mti.as_str().as_bytes());
        tell_cells(&mut cells, profile, told, times, sink);
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

impl Glance {
    fn new(profile: &Arc<Profile>) -> Self {
        let wanted = WANTED.iter().filter_map(|element| Some((element, Column::of_element(element)? as u8)));
        let chip_data = profile.element(ICC_DATA);
        Self {
            profile: Arc::clone(profile),
            selection: Selection::new(profile, Column::Mti as u8, wanted),
            spans: Spans::NONE,
            texts: Vec::new(),
            dialect: word_of(profile.dialect().unwrap_or_default().as_bytes()),
            cuts_entry_mode: has_long_entry_mode(profile),
            may_have_raw_chip_data: chip_data.is_some_and(|element| element.encoding() == Encoding::Ascii),
        }
    }
}

fn is_hex(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_hexdigit)
}

fn has_long_entry_mode(profile: &Profile) -> bool {
    profile.element(ENTRY_MODE.0).is_some_and(|element| element.max_len() == 4)
}

fn cut_entry_mode(cells: &mut Cells<'_>) {
    let cell = &mut cells[Column::PosEntryMode as usize];
    *cell = cell.get(..ENTRY_MODE.1).unwrap_or(cell);
}

/// Tells of a message, with what its surroundings tell of it.
#[inline(never)]
fn tell_cells<'c>(
    cells: &mut Cells<'c>,
    profile: &'c Profile,
    told: Told<'c>,
    times: &mut TimeReader<'_>,
    sink: &mut impl RecordSink,
) {
    cells[Column::Direction as usize] = told.direction;
    cells[Column::Dialect as usize] = profile.dialect().unwrap_or_default().as_bytes();
    match told.at.or_else(|| times.read_row(cells)) {
        Some(at) => sink.record(&Record { cells, at, position: told.position, group: None }),
        None => sink.rejected(told.position, RejectReason::BadTime),
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
        && !is_hex(out.get(start..).unwrap_or_default());
    if is_raw {
        out.truncate(start);
        hex_into(value.bytes(), out);
    }
}
