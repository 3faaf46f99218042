//! The JSON lines of jPOS 3: one event a line, its messages as strings of XML in it.
//!
//! ```text
//! {"ts":"2026-03-19T14:02:11.482Z","kind":"receive","tags":{"realm":"channel/…","tid":"29110001"},
//!  "payload":[{"t":"msg","m":"<isomsg direction=\"incoming\">…</isomsg>"}]}
//! ```
//!
//! A line may have a prefix before its object, which tells the time where the object does not, and is then
//! no message where that is none. Tags tell what a message may leave out. Forks have the same within `"log":{…}`, with other names for
//! its parts, so that messages are looked for in every string. Read from the source of the writer: no
//! public log of the format is known.

use memchr::memmem;
use serde_json::value::RawValue;

use super::log_record::LogRecord;
use super::surroundings::Surroundings;
use crate::block::Block;
use crate::column::Column;
use crate::delimited::without_bom;
use crate::json::{members, scalar};
use crate::line_start::lines;
use crate::record::{Position, RecordSink, RejectReason};
use crate::time::{TimeReader, TimeRules};
use crate::value::Value;

/// Objects and arrays within each other that are looked into.
const DEEPEST: u32 = 6;

/// Reads all events of a block.
pub(crate) fn read_events(
    rules: &TimeRules,
    block: &Block,
    rewritten: &mut Vec<u8>,
    sink: &mut impl RecordSink,
) {
    let mut times = TimeReader::new(rules);
    let start = block.position();
    for ((offset, line), number) in lines(block.bytes()).zip(0..) {
        let position = Position { offset: start.offset + offset as u64, line: start.line + number };
        let text = without_bom(line).trim_ascii();
        if text.is_empty() {
            continue;
        }
        let (prefix, object) = text.split_at(memchr::memchr(b'{', text).unwrap_or(text.len()));
        rewritten.clear();
        let mut event = Event { line, ..Event::default() };
        match event.read(object, DEEPEST, rewritten) {
            // Also where a line holds no message: a torn line may have held one.
            None if prefix.is_empty() => sink.rejected(position, RejectReason::BadJson),
            None => sink.non_message(position),
            Some(()) => {
                let tags = rewritten.clone();
                event.tell(position, prefix, &tags, rewritten, &mut times, sink);
            }
        }
    }
}

/// What one line says.
#[derive(Default)]
struct Event<'b> {
    line: &'b [u8],
    at: Option<Value<'b>>,
    /// What the messages may leave out.
    tags: Vec<(Column, Value<'b>)>,
    /// The XML of all messages, and where that of each begins: here, and in the line.
    xml: Vec<u8>,
    anchors: Vec<(usize, u64)>,
}

impl<'b> Event<'b> {
    /// Takes an object in; `None` when it is none, or not whole.
    fn read(&mut self, object: &'b [u8], depth: u32, rewritten: &mut Vec<u8>) -> Option<()> {
        for (name, value) in members(object)? {
            self.member(&name, value, depth, rewritten);
        }
        Some(())
    }

    fn member(&mut self, name: &[u8], value: &'b RawValue, depth: u32, rewritten: &mut Vec<u8>) {
        let text = value.get();
        if text.starts_with(['{', '[']) {
            self.inner(text, depth, rewritten);
            return;
        }
        let Some(scalar) = scalar(value, rewritten) else { return };
        let bytes = scalar.bytes(rewritten);
        if memmem::find(bytes, b"<isomsg").is_some() {
            // A raw value is a part of its line.
            let offset = text.as_ptr() as usize - self.line.as_ptr() as usize;
            self.anchors.push((self.xml.len(), offset as u64));
            self.xml.extend_from_slice(bytes);
            return;
        }
        let column = match name {
            b"ts" | b"at" => {
                self.at.get_or_insert(scalar);
                return;
            }
            b"realm" => Column::Link,
            b"trace-id" | b"traceId" => Column::TraceId,
            b"mti" => Column::Mti,
            b"tid" => Column::TerminalId,
            b"mid" => Column::MerchantId,
            _ => return,
        };
        self.tags.push((column, scalar));
    }

    fn inner(&mut self, text: &'b str, depth: u32, rewritten: &mut Vec<u8>) {
        let Some(depth) = depth.checked_sub(1) else { return };
        if text.starts_with('{') {
            self.read(text.as_bytes(), depth, rewritten);
        } else if let Ok(elements) = serde_json::from_str::<Vec<&'b RawValue>>(text) {
            for element in elements {
                self.member(b"", element, depth, rewritten);
            }
        }
    }

    /// Reads the messages, and tells the sink of them. `tags` is the buffer that the event was read
    /// with.
    fn tell(
        &self,
        position: Position,
        prefix: &[u8],
        tags: &[u8],
        rewritten: &mut Vec<u8>,
        times: &mut TimeReader<'_>,
        sink: &mut impl RecordSink,
    ) {
        let tag = |wanted: Column| {
            let found = self.tags.iter().find(|(column, _)| *column == wanted);
            found.map_or(&b""[..], |(_, value)| value.bytes(tags))
        };
        let surroundings = Surroundings {
            at: self.at.as_ref().map_or(prefix, |at| at.bytes(tags)),
            realm: tag(Column::Link),
            trace_id: tag(Column::TraceId),
            mti: tag(Column::Mti),
            terminal_id: tag(Column::TerminalId),
            merchant_id: tag(Column::MerchantId),
            anchors: &self.anchors,
        };
        let mut record = LogRecord::new(sink.takes_fields());
        record.read_messages(&self.xml, position, &surroundings, rewritten);
        record.tell(times, rewritten, sink);
    }
}
