//! One JSON object a line, its members the columns; objects in it one level deep.
//!
//! No standard says what the members are called: names are read as those of a header row are. A member
//! of an inner object is known by both names (`transaction.mti`) if the user configured that, else by
//! its own. A line may have a prefix before its object, and is then no message where that is none.
//!
//! Arrays, and objects within inner objects, are stepped over: a log that has a message in one is not of
//! this format.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::block::Block;
use crate::column::Column;
use crate::delimited::without_bom;
use crate::format::NamedValues;
use crate::gathered::{Gathered, WithoutMti};
use crate::json::{members, scalar};
use crate::line_start::lines;
use crate::names::NameCache;
use crate::record::{Position, RecordSink, RejectReason};
use crate::time::{DateOrder, TimeReader};

/// Reads all lines of a block.
pub(crate) fn read_objects(
    rules: &NamedValues,
    block: &Block,
    rewritten: &mut Vec<u8>,
    sink: &mut impl RecordSink,
) {
    let mut times = TimeReader::new(rules.times());
    let mut reader = ObjectReader { names: NameCache::new(rules.names()), message: Gathered::default() };
    let start = block.position();
    for ((offset, line), number) in lines(block.bytes()).zip(0..) {
        let position = Position { offset: start.offset + offset as u64, line: start.line + number };
        let line = without_bom(line).trim_ascii();
        let Some(open) = memchr::memchr(b'{', line) else {
            if !line.is_empty() {
                sink.non_message(position);
            }
            continue;
        };
        let (prefix, object) = line.split_at(open);
        rewritten.clear();
        reader.message.clear();
        let is_whole = reader.read(object, rewritten).is_some();
        let message = &reader.message;
        let told = |column| message.has(column, rewritten);
        if !is_whole && prefix.is_empty() {
            message.reject(position, RejectReason::BadJson, rewritten, sink);
        } else if !is_whole || !(told(Column::Mti) || told(Column::ResponseCode)) {
            sink.non_message(position);
        } else if message.contradicts(Column::Mti, rewritten) {
            // Request and response in one object: which field is whose cannot be told.
            message.reject(position, RejectReason::FieldTwice(0), rewritten, sink);
        } else {
            let at = if told(Column::Time) { message.time(&mut times, rewritten) } else { None };
            let at = at.or_else(|| times.read_at_start(prefix, DateOrder::YearFirst));
            message.tell(position, at, WithoutMti::Row, (&mut times, rewritten), sink);
        }
    }
}

struct ObjectReader<'r, 'b> {
    names: NameCache<'r>,
    message: Gathered<'b>,
}

impl<'b> ObjectReader<'_, 'b> {
    /// Gathers the members of an object; `None` when it is none, or not whole.
    fn read(&mut self, object: &'b [u8], rewritten: &mut Vec<u8>) -> Option<()> {
        // As in an array with an element a line.
        let object = object.strip_suffix(b",").unwrap_or(object);
        for (name, value) in members(object)? {
            let Some(inner) = inner_object(value) else {
                self.member(told(&name), &name, value, rewritten);
                continue;
            };
            for (own, value) in members(inner)? {
                let is_short = name.len() + own.len() < NameCache::LONGEST;
                let both = if is_short { [&name[..], b".", &own[..]].concat() } else { own.to_vec() };
                self.member(told(&own), &both, value, rewritten);
            }
        }
        Some(())
    }

    fn member(&mut self, name: &'b [u8], whole_name: &[u8], value: &'b RawValue, rewritten: &mut Vec<u8>) {
        if let Some(value) = scalar(value, rewritten) {
            self.message.named(self.names.read(whole_name), name, value);
        }
    }
}

/// The name as sinks are told of it: one with escapes as none, since they borrow it from the block.
fn told<'b>(name: &Cow<'b, [u8]>) -> &'b [u8] {
    if let Cow::Borrowed(name) = name { name } else { b"" }
}

fn inner_object(value: &RawValue) -> Option<&[u8]> {
    value.get().starts_with('{').then_some(value.get().as_bytes())
}
