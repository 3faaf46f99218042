//! One `<log>` record: the messages in it, and what the record says of all of them.

mod telling;

use posmortem_iso8583::Timestamp;

use super::RECORD_START;
use super::message::{Messages, Role};
use super::surroundings::Surroundings;
use super::tag::{Attributes, TagEnd};
use super::text::{COMMENT_END, LITERAL_END, content, unescaped};
use crate::block_reader::line_ends;
use crate::column::Column;
use crate::record::Position;
use crate::value::Value;

/// A record being read, or read. Used again for the next one.
pub(super) struct LogRecord<'b> {
    frame: &'b [u8],
    start: Position,
    /// How far lines are counted, and the line there.
    counted: (usize, u64),
    at: &'b [u8],
    realm: Option<Value<'b>>,
    trace_id: Option<Value<'b>>,
    messages: Messages<'b>,
    /// Nesting of `<isomsg>`.
    depth: u32,
    /// A comment does not end in this record; looking for the end of each would take forever.
    has_open_comment: bool,
    /// Inside the record of a finished transaction.
    in_dump: bool,
    role: Option<Role>,
    extended_reason: Option<Value<'b>>,
    reason: Option<Value<'b>>,
    surroundings: Option<&'b Surroundings<'b>>,
    /// The time that was read last: many records have that of the one before.
    known_time: (&'b [u8], Option<Timestamp>),
}

impl<'b> LogRecord<'b> {
    /// With `keeps_fields`, sinks can be told of every field.
    pub(super) fn new(keeps_fields: bool) -> Self {
        Self {
            frame: &[],
            start: Position { offset: 0, line: 1 },
            counted: (0, 1),
            at: &[],
            realm: None,
            trace_id: None,
            messages: Messages::new(keeps_fields),
            depth: 0,
            has_open_comment: false,
            in_dump: false,
            role: None,
            extended_reason: None,
            reason: None,
            surroundings: None,
            known_time: (&[], None),
        }
    }

    /// Forgets the last record for the next one.
    pub(super) fn begin(&mut self, frame: &'b [u8], start: Position) {
        self.messages.clear();
        self.frame = frame;
        self.start = start;
        self.counted = (0, start.line);
        self.at = &[];
        self.realm = None;
        self.trace_id = None;
        self.depth = 0;
        self.has_open_comment = false;
        self.in_dump = false;
        self.role = None;
        self.extended_reason = None;
        self.reason = None;
        self.surroundings = None;
    }

    /// Reads a frame that begins with a record's tag.
    pub(super) fn read(&mut self, frame: &'b [u8], start: Position, rewritten: &mut Vec<u8>) {
        rewritten.clear();
        self.begin(frame, start);
        let at = self.log_tag(rewritten);
        self.tags(at, rewritten);
    }

    /// Reads text that has messages and no tag of a record.
    pub(super) fn read_messages(
        &mut self,
        text: &'b [u8],
        start: Position,
        surroundings: &'b Surroundings<'b>,
        rewritten: &mut Vec<u8>,
    ) {
        self.begin(text, start);
        self.at = surroundings.at;
        self.realm = Some(Value::AsLogged(surroundings.realm));
        self.trace_id = Some(Value::AsLogged(surroundings.trace_id));
        self.surroundings = Some(surroundings);
        self.tags(0, rewritten);
        if let [_] = self.messages.list() {
            self.messages.set_mti_if_untold(surroundings.mti);
        }
    }

    /// Goes through all tags from an offset on.
    fn tags(&mut self, mut at: usize, rewritten: &mut Vec<u8>) {
        let frame = self.frame;
        while let Some(found) = frame.get(at..).and_then(|rest| memchr::memchr(b'<', rest)) {
            let tag = at + found;
            match self.tag(tag, rewritten) {
                Some(next) => at = next,
                None => break,
            }
        }
        self.end();
    }

    /// Nothing more comes of the record.
    pub(super) fn end(&mut self) {
        if std::mem::take(&mut self.depth) > 0 {
            self.messages.break_off();
        }
    }

    pub(super) fn has_no_message(&self) -> bool {
        self.messages.list().is_empty()
    }

    /// Nesting of `<isomsg>`.
    pub(super) fn depth(&self) -> u32 {
        self.depth
    }

    /// The whole of the record, for those who read no further than they must.
    pub(super) fn set_frame(&mut self, frame: &'b [u8]) {
        self.frame = frame;
    }

    pub(super) fn set_time(&mut self, at: &'b [u8]) {
        self.at = at;
    }

    pub(super) fn set_realm(&mut self, realm: Value<'b>) {
        self.realm = Some(realm);
    }

    /// The record's own tag; gives where it ends.
    pub(super) fn log_tag(&mut self, rewritten: &mut Vec<u8>) -> usize {
        let mut attributes = Attributes::new(self.behind(RECORD_START.len()));
        for (name, text) in attributes.by_ref() {
            match name {
                b"at" => self.at = text,
                b"realm" => self.realm = Some(unescaped(text, rewritten)),
                b"trace-id" => self.trace_id = Some(unescaped(text, rewritten)),
                _ => {}
            }
        }
        self.offset_of(attributes.end().1)
    }

    /// The same as [`Self::tag`], for those who have counted the lines before it.
    pub(super) fn tag_in_line(&mut self, at: usize, line: u64, rewritten: &mut Vec<u8>) -> Option<usize> {
        self.counted = (at, line);
        self.tag(at, rewritten)
    }

    /// Takes the tag at `at` and gives where to look for the next; `None` at the record's end.
    #[inline]
    fn tag(&mut self, at: usize, rewritten: &mut Vec<u8>) -> Option<usize> {
        let tag = self.behind(at + 1);
        let next = match tag {
            [b'f', ..] if self.depth == 1 && tag.starts_with(b"field ") => self.field(at, rewritten),
            [b'i', ..] => match tag.strip_prefix(b"isomsg") {
                Some([b' ' | b'>' | b'/' | b'\t' | b'\r' | b'\n', ..]) => self.message_tag(at, rewritten),
                _ => at + 1,
            },
            [b'/', ..] if tag.starts_with(b"/isomsg>") => {
                self.close_message();
                at + 1
            }
            [b'/', ..] if tag.starts_with(b"/log>") => return None,
            [b'/', ..] if tag.starts_with(b"/entry>") => {
                self.close_entry();
                at + 1
            }
            [b'!', ..] if tag.starts_with(b"!--") && !self.has_open_comment => {
                let end = COMMENT_END.find(tag);
                self.has_open_comment = end.is_none();
                at + end.unwrap_or(1)
            }
            // The rest of the frame is content when it does not end.
            [b'!', ..] if tag.starts_with(b"![CDATA[") => at + LITERAL_END.find(tag)?,
            [b'a' | b'c', ..] if tag.starts_with(b"abort>") || tag.starts_with(b"commit>") => {
                self.in_dump = true;
                at + 1
            }
            [b'e', ..] if self.in_dump && self.depth == 0 && tag.starts_with(b"entry ") => {
                self.entry(at, rewritten)
            }
            _ => at + 1,
        };
        Some(next)
    }

    fn message_tag(&mut self, at: usize, rewritten: &mut Vec<u8>) -> usize {
        let mut direction = None;
        let mut is_nested = false;
        let behind_name = self.behind(at + b"<isomsg".len());
        let mut attributes = Attributes::new(behind_name);
        for (name, text) in attributes.by_ref() {
            match name {
                b"direction" => direction = Some(text),
                b"id" => is_nested = self.depth > 0,
                _ => {}
            }
        }
        let (end, rest) = attributes.end();
        let nesting = u32::from(end != TagEnd::Closed);
        if is_nested {
            self.depth += nesting;
            return self.offset_of(rest);
        }
        let position = self.message_position(at);
        let direction = direction.map(|text| (text, unescaped(text, rewritten)));
        self.open_message(position, direction);
        self.depth = nesting;
        if end == TagEnd::Torn {
            self.messages.break_off();
        }
        self.offset_of(rest)
    }

    /// Begins a message with its direction, as logged and as it stands for.
    #[inline]
    pub(super) fn open_message(&mut self, position: Position, direction: Option<(&[u8], Value<'b>)>) {
        // A message that begins inside of another one was written into it by another thread.
        if self.depth > 0 {
            self.messages.break_off();
        }
        self.depth = 1;
        self.messages.begin(position, self.role.unwrap_or(Role::Unnamed));
        if let Some((text, direction)) = direction {
            self.messages.set(Column::Direction, text, direction);
        }
    }

    /// A message within another, in place of a field.
    pub(super) fn open_nested(&mut self) {
        self.depth += 1;
    }

    pub(super) fn close_message(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Behind the end of an entry no side is known, but for one that a message was written into.
    pub(super) fn close_entry(&mut self) {
        if self.depth == 0 {
            self.role = None;
        }
    }

    /// Takes note of a data element of the message at hand.
    #[inline]
    pub(super) fn see(&mut self, element: u8) {
        self.messages.see(element);
    }

    /// Takes a value of the message at hand, as logged and as it stands for.
    #[inline]
    pub(super) fn set(&mut self, column: Column, text: &[u8], value: Value<'b>) {
        self.messages.set(column, text, value);
    }

    fn message_position(&mut self, at: usize) -> Position {
        let Some(known) = self.surroundings else { return self.position_at(at) };
        let behind = known.anchors.partition_point(|(start, _)| *start <= at);
        let anchor = behind.checked_sub(1).and_then(|before| known.anchors.get(before));
        let offset = self.start.offset + anchor.map_or(0, |(_, offset)| *offset);
        Position { offset, ..self.start }
    }

    fn position_at(&mut self, at: usize) -> Position {
        let (counted, line) = self.counted;
        let line = line + line_ends(self.frame.get(counted..at).unwrap_or_default());
        self.counted = (at, line);
        Position { offset: self.start.offset + at as u64, line }
    }

    fn field(&mut self, at: usize, rewritten: &mut Vec<u8>) -> usize {
        let (mut id, mut value, mut currency) = (None, None, None);
        let mut attributes = Attributes::new(self.behind(at + b"<field ".len()));
        for (name, text) in attributes.by_ref() {
            match name {
                b"id" => id = Some(text),
                b"value" => value = Some(text),
                b"currency" => currency = Some(text),
                _ => {}
            }
        }
        let (end, behind_tag) = attributes.end();
        let next = self.offset_of(behind_tag);
        if end == TagEnd::Torn {
            self.messages.break_off();
            return next;
        }
        // Ids such as `bitmap`, `-1` and `48.2` are no data elements.
        let Some(element) = id.and_then(element) else { return next };
        self.messages.see(element);
        let column = Column::of_element(element);
        if column.is_none() && !self.messages.keeps_fields() {
            return next;
        }
        let value = match value {
            // jPOS escapes `<`, so that one in a value is the tag of another message.
            Some(text) if memchr::memchr(b'<', text).is_some() => None,
            Some(text) => Some((text, unescaped(text, rewritten))),
            None if end == TagEnd::Closed => Some((&b""[..], Value::AsLogged(b""))),
            None => content(behind_tag).map(|content| content.value(rewritten)),
        };
        match (value, column) {
            (Some((text, value)), column) => {
                if self.messages.keeps_fields() {
                    self.messages.keep_field(element, value.clone());
                }
                if let Some(column) = column {
                    self.messages.set(column, text, value);
                }
            }
            (None, Some(_)) => self.messages.break_off(),
            // What no column takes cannot break a message, or it would depend on who is listening.
            (None, None) => {}
        }
        if let (Some(Column::Amount), Some(currency)) = (column, currency) {
            self.messages.set_amount_currency(unescaped(currency, rewritten));
        }
        next
    }

    /// An entry of a dump: the side of the message in it, or the switch's own reason.
    fn entry(&mut self, at: usize, rewritten: &mut Vec<u8>) -> usize {
        let mut attributes = Attributes::new(self.behind(at + b"<entry ".len()));
        let key = attributes.by_ref().find(|(name, _)| *name == b"key").map(|(_, key)| key);
        attributes.by_ref().for_each(drop);
        let (end, behind_tag) = attributes.end();
        let reason = |rewritten: &mut Vec<u8>| {
            let content = content(behind_tag).filter(|_| end == TagEnd::Open)?;
            Some(content.value(rewritten).1)
        };
        self.role = None;
        match key {
            Some(b"REQUEST") => self.role = Some(Role::Request),
            Some(b"RESPONSE") => self.role = Some(Role::Response),
            Some(b"EXTRC") => self.extended_reason = reason(rewritten),
            Some(b"RC") => self.reason = reason(rewritten),
            _ => {}
        }
        self.offset_of(behind_tag)
    }

    fn behind(&self, at: usize) -> &'b [u8] {
        self.frame.get(at..).unwrap_or_default()
    }

    /// Where a part of the frame that reaches to its end begins.
    fn offset_of(&self, rest: &[u8]) -> usize {
        self.frame.len() - rest.len()
    }
}

/// The number of a data element: one to three digits, at most 128.
fn element(id: &[u8]) -> Option<u8> {
    if id.is_empty() || id.len() > 3 || !id.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = id.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    u8::try_from(number).ok().filter(|&element| element <= 128)
}

#[cfg(test)]
#[path = "log_record_tests.rs"]
mod tests;
