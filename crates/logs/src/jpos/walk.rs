//! The records of a block in one pass over its `<`.
//!
//! Tags that stand as jPOS writes them are compared word by word, and end at a quote whose place is
//! known. Whatever stands otherwise is left to [`LogRecord::tag`], which reads any tag and needs to know
//! for it where the record ends; the two must agree on every byte. No field is handed out here that no
//! column takes.
//!
//! A tag that ends before the next `<` ends there wherever the record does, so that most need not know that.

use memchr::memmem;

use super::held::Held;
use super::log_record::LogRecord;
use super::marks::{Marks, Tags};
use super::text::unescaped;
use super::{RECORD_START, is_prologue};
use crate::block::Block;
use crate::column::Column;
use crate::record::{Position, RecordSink};
use crate::time::TimeReader;
use crate::value::Value;

/// Walks over a block; `next` is always ahead of the tag that is looked at.
pub(super) struct Walk<'b, 's> {
    pub(super) bytes: &'b [u8],
    start: Position,
    pub(super) marks: &'s Marks,
    tags: Tags<'s>,
    /// The tag behind the one at hand; the block's length when there is none.
    pub(super) next: usize,
    /// No escape stands between what was read and here.
    pub(super) next_escape: usize,
    pub(super) record: LogRecord<'b>,
    record_start: usize,
    /// Where the record ends, once somebody asked.
    record_end: Option<usize>,
    is_in_record: bool,
    /// Where the realm stands, and its length, in a record whose tag is as jPOS writes it.
    pub(super) realm: Option<(usize, usize)>,
    pub(super) held: Held,
    pub(super) columns: &'static [Option<Column>; 129],
    starts: memmem::Finder<'static>,
    rewritten: &'s mut Vec<u8>,
}

/// Reads all records of a block.
pub(super) fn read_records(
    times: &mut TimeReader<'_>,
    block: &Block,
    marks: &mut Marks,
    rewritten: &mut Vec<u8>,
    sink: &mut impl RecordSink,
) {
    let bytes = block.bytes();
    marks.find(bytes);
    let mut walk = Walk {
        bytes,
        start: block.position(),
        marks,
        tags: marks.tags_from(0),
        next: 0,
        next_escape: 0,
        record: LogRecord::new(false),
        record_start: 0,
        record_end: None,
        is_in_record: false,
        realm: None,
        held: Held::NONE,
        columns: Column::of_elements(),
        starts: memmem::Finder::new(RECORD_START),
        rewritten,
    };
    walk.go_on_at(0);
    walk.preface(sink);
    walk.records(times, sink);
}

pub(super) const fn as_word(text: &[u8; 8]) -> u64 {
    u64::from_le_bytes(*text)
}

/// The first bytes of a word, as many as the text has without its zeros.
const fn starts_with(word: u64, text: &[u8; 8]) -> bool {
    let wanted = as_word(text);
    let unused = wanted.leading_zeros() / 8 * 8;
    word << unused == wanted << unused
}

impl<'b> Walk<'b, '_> {
    /// What stands before the first record.
    fn preface(&mut self, sink: &mut impl RecordSink) {
        while self.next < self.bytes.len() && !self.is_start(self.next) {
            self.step();
        }
        let preface = self.bytes.get(..self.next).unwrap_or_default();
        if !is_prologue(preface) {
            sink.non_message(self.start);
        }
    }

    fn records(&mut self, times: &mut TimeReader<'_>, sink: &mut impl RecordSink) {
        while self.next < self.bytes.len() {
            let tag = self.next;
            self.step();
            let word = self.word(tag);
            if word == as_word(b"<field i") && self.record.depth() == 1 {
                match self.field(tag) {
                    None => self.any_tag(tag, times, sink),
                    Some(behind) => self.fields(behind),
                }
                continue;
            }
            let second = word.to_le_bytes()[1];
            match second {
                b'/' if self.is_in_record => {
                    if word == as_word(b"</isomsg") {
                        if self.byte(tag + 8) == b'>' {
                            self.record.close_message();
                        }
                    } else if starts_with(word, b"</log>\0\0") {
                        self.end_record(times, sink);
                    } else if word == as_word(b"</entry>") {
                        self.record.close_entry();
                    }
                }
                b'l' if starts_with(word, b"<log \0\0\0") => {
                    self.end_record(times, sink);
                    self.begin_record(tag);
                }
                b'i' if self.is_in_record
                    && starts_with(word, b"<isomsg\0")
                    && self.message(tag, word.to_le_bytes()[7]).is_none() =>
                {
                    self.any_tag(tag, times, sink);
                }
                b'!' if self.is_in_record && !self.is_closed(tag, word) => self.any_tag(tag, times, sink),
                b'f' if self.record.depth() == 1 && starts_with(word, b"<field \0") => {
                    self.any_tag(tag, times, sink);
                }
                b'a' | b'c' | b'e' if self.is_in_record => {
                    let is_dump = starts_with(word, b"<abort>\0") || word == as_word(b"<commit>");
                    if is_dump || starts_with(word, b"<entry \0") {
                        self.any_tag(tag, times, sink);
                    }
                }
                _ => {}
            }
        }
        self.end_record(times, sink);
    }

    #[inline(always)]
    fn step(&mut self) {
        self.next = self.tags.next().unwrap_or(self.bytes.len());
    }

    /// Makes the first tag at or behind an offset the next.
    pub(super) fn go_on_at(&mut self, offset: usize) {
        self.tags = self.marks.tags_from(offset);
        self.step();
    }

    /// A tag in any shape.
    fn any_tag(&mut self, tag: usize, times: &mut TimeReader<'_>, sink: &mut impl RecordSink) {
        self.give_up();
        self.find_record_end(tag);
        let line_ends = self.marks.line_ends_before(tag);
        match self.record.tag_in_line(tag - self.record_start, self.start.line + line_ends, self.rewritten) {
            None => self.end_record(times, sink),
            Some(next) if self.record_start + next > self.next => self.go_on_at(self.record_start + next),
            Some(_) => {}
        }
    }

    /// Tells the record where it ends, which is where the next begins.
    fn find_record_end(&mut self, tag: usize) {
        if self.record_end.is_none() {
            let end = if self.is_start(self.next) {
                self.next
            } else {
                let behind = self.bytes.get(tag + 1..).unwrap_or_default();
                self.starts.find(behind).map_or(self.bytes.len(), |at| tag + 1 + at)
            };
            self.record_end = Some(end);
            self.record.set_frame(self.bytes.get(self.record_start..end).unwrap_or_default());
        }
    }

    fn is_start(&self, tag: usize) -> bool {
        starts_with(self.word(tag), b"<log \0\0\0")
    }

    pub(super) fn position(&self, offset: usize) -> Position {
        Position {
            offset: self.start.offset + offset as u64,
            line: self.start.line + self.marks.line_ends_before(offset),
        }
    }

    fn begin_record(&mut self, tag: usize) {
        self.rewritten.clear();
        self.record.begin(&[], self.position(tag));
        (self.record_start, self.record_end, self.is_in_record) = (tag, None, true);
        (self.held.is_open, self.realm) = (false, Some((tag, 0)));
        if self.record_tag(tag).is_none() {
            self.realm = None;
            self.find_record_end(tag);
            let behind = tag + self.record.log_tag(self.rewritten);
            if behind > self.next {
                self.go_on_at(behind);
            }
        }
    }

    fn end_record(&mut self, times: &mut TimeReader<'_>, sink: &mut impl RecordSink) {
        if std::mem::take(&mut self.is_in_record) {
            self.record.end();
            if !self.tell_held(times, sink) {
                self.give_up();
                self.record.tell(times, self.rewritten, sink);
            }
        }
    }

    /// The record's own tag; `None` where it stands otherwise than jPOS writes it.
    #[inline(always)]
    fn record_tag(&mut self, tag: usize) -> Option<()> {
        let mut name = tag + RECORD_START.len();
        loop {
            let word = self.word(name);
            let text = match word {
                _ if starts_with(word, b"realm=\"\0") => name + 7,
                _ if starts_with(word, b"at=\"\0\0\0\0") => name + 4,
                _ if word == as_word(b"lifespan") && self.has(name + 8, b"=\"") => name + 10,
                _ => return None,
            };
            let end = self.marks.next_quote(text).filter(|end| end + 1 < self.next)?;
            match word as u8 {
                b'r' => {
                    let realm = self.value(text, end);
                    self.realm = matches!(realm, Value::AsLogged(_)).then_some((text, end - text));
                    self.record.set_realm(realm);
                }
                b'a' => self.record.set_time(self.bytes.get(text..end)?),
                _ => {}
            }
            match self.byte(end + 1) {
                b'>' => return Some(()),
                b' ' => name = end + 2,
                _ => return None,
            }
        }
    }

    /// The tag of a message, with the byte behind its name; `None` where it stands otherwise than jPOS
    /// writes it.
    #[inline(always)]
    fn message(&mut self, tag: usize, behind_name: u8) -> Option<()> {
        const DIRECTION: &[u8] = b" direction=\"";
        const ID: &[u8] = b" id=\"";
        let attributes = tag + b"<isomsg".len();
        let ends_at = |end: &usize| end + 1 < self.next && self.byte(end + 1) == b'>';
        match behind_name {
            b'>' => {
                self.open(tag, None);
                self.fields(attributes + 1);
            }
            b' ' if self.has(attributes, DIRECTION) => {
                let text = attributes + DIRECTION.len();
                let end = self.marks.next_quote(text).filter(ends_at)?;
                self.open(tag, Some((text, end)));
                self.fields(end + 2);
            }
            b' ' if self.record.depth() > 0 && self.has(attributes, ID) => {
                self.marks.next_quote(attributes + ID.len()).filter(ends_at)?;
                self.record.open_nested();
            }
            b' ' | b'/' | b'\t' | b'\r' | b'\n' => return None,
            _ => {}
        }
        Some(())
    }

    /// Whether a comment or a literal ends right before the next tag, so that it need not be stepped
    /// over.
    fn is_closed(&self, tag: usize, word: u64) -> bool {
        let Some(text) = self.bytes.get(tag..self.next) else { return false };
        let text = text.trim_ascii_end();
        let is_comment = starts_with(word, b"<!--\0\0\0\0") && text.ends_with(b"-->");
        is_comment || (text.starts_with(b"<![CDATA[") && text.ends_with(b"]]>"))
    }

    #[inline(always)]
    pub(super) fn value(&mut self, from: usize, to: usize) -> Value<'b> {
        let text = self.bytes.get(from..to).unwrap_or_default();
        if self.next_escape >= to {
            return Value::AsLogged(text);
        }
        self.next_escape = self.marks.next_escape(from).unwrap_or(self.bytes.len());
        if self.next_escape < to { unescaped(text, self.rewritten) } else { Value::AsLogged(text) }
    }

    #[inline(always)]
    pub(super) fn has(&self, at: usize, text: &[u8]) -> bool {
        self.bytes.get(at..at + text.len()) == Some(text)
    }

    #[inline(always)]
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    /// Eight bytes from an offset on; zeros behind the block's end.
    #[inline(always)]
    fn word(&self, at: usize) -> u64 {
        let behind = self.bytes.get(at..).unwrap_or_default();
        match behind.first_chunk() {
            Some(word) => u64::from_le_bytes(*word),
            None => last_word(behind),
        }
    }
}

#[cold]
fn last_word(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}
