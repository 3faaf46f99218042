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
use crate::json::{Scanner, Written, members, scalar, unescape};
use crate::line_start::lines;
use crate::names::{NameCache, Named};
use crate::record::{Position, RecordSink, RejectReason};
use crate::time::{DateOrder, TimeReader};
use crate::value::Value;

/// Reads all lines of a block.
pub(crate) fn read_objects(
    rules: &NamedValues,
    block: &Block,
    rewritten: &mut Vec<u8>,
    sink: &mut impl RecordSink,
) {
    let mut times = TimeReader::new(rules.times());
    let mut reader = ObjectReader {
        names: NameCache::new(rules.names()),
        message: Gathered::new(sink.takes_fields()),
        name: Vec::new(),
        open: Vec::new(),
    };
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
        // As in an array with an element a line.
        let object = object.strip_suffix(b",").unwrap_or(object);
        let is_whole = match sink.takes_fields() {
            true => reader.read_members(object, rewritten),
            false => reader.read(object, rewritten),
        };
        let message = &reader.message;
        let is_message = message.has(Column::Mti) || message.has(Column::ResponseCode);
        if is_whole.is_none() && prefix.is_empty() {
            message.reject(position, RejectReason::BadJson, rewritten, sink);
        } else if is_whole.is_none() || !is_message {
            sink.non_message(position);
        } else if message.has_two_message_types() {
            // Request and response in one object: which field is whose cannot be told.
            message.reject(position, RejectReason::FieldTwice(0), rewritten, sink);
        } else {
            let line_time = |times: &mut TimeReader<'_>| times.read_at_start(prefix, DateOrder::YearFirst);
            message.tell(position, (true, line_time), WithoutMti::Row, (&mut times, rewritten), sink);
        }
    }
}

struct ObjectReader<'r, 'b> {
    names: NameCache<'r>,
    message: Gathered<'b>,
    /// The name of a member of an inner object, with that of the object.
    name: Vec<u8>,
    /// Brackets that are open where something is stepped over.
    open: Vec<u8>,
}

impl<'b> ObjectReader<'_, 'b> {
    /// Gathers what columns take of an object; `None` when it is none, or not whole, and what was gathered
    /// then is worth nothing.
    #[inline]
    fn read(&mut self, object: &'b [u8], rewritten: &mut Vec<u8>) -> Option<()> {
        if !object.is_ascii() {
            std::str::from_utf8(object).ok()?;
        }
        let Self { names, message, name: whole_name, open } = self;
        let mut scanner = Scanner::new(object, open);
        scanner.take(b'{')?;
        let mut is_first = true;
        while let Some(name) = scanner.name(is_first)? {
            is_first = false;
            let name = name_of(name, rewritten)?;
            let value = scanner.value()?;
            if value != Written::Object {
                let named = names.read(name.bytes(rewritten));
                take(message, named, value, rewritten);
                continue;
            }
            let mut is_first = true;
            whole_name.clear();
            whole_name.extend_from_slice(name.bytes(rewritten));
            let outer = whole_name.len();
            while let Some(name) = scanner.name(is_first)? {
                is_first = false;
                let own = name_of(name, rewritten)?;
                let own = own.bytes(rewritten);
                let named = if outer + own.len() < NameCache::LONGEST {
                    whole_name.truncate(outer);
                    whole_name.push(b'.');
                    whole_name.extend_from_slice(own);
                    names.read(whole_name)
                } else {
                    names.read(own)
                };
                match scanner.value()? {
                    Written::Object => scanner.step_over_object()?,
                    value => take(message, named, value, rewritten),
                }
            }
        }
        scanner.is_at_end().then_some(())
    }

    /// Gathers all members of an object; `None` when it is none, or not whole.
    fn read_members(&mut self, object: &'b [u8], rewritten: &mut Vec<u8>) -> Option<()> {
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
            self.message.whole(self.names.read(whole_name), name, value, rewritten);
        }
    }
}

/// A name without its escapes; `None` where one of them stands for no character.
#[inline]
fn name_of<'b>((text, is_escaped): (&'b [u8], bool), rewritten: &mut Vec<u8>) -> Option<Value<'b>> {
    if is_escaped { unescaped(text, rewritten) } else { Some(Value::AsLogged(text)) }
}

fn unescaped<'b>(text: &[u8], rewritten: &mut Vec<u8>) -> Option<Value<'b>> {
    let start = rewritten.len();
    unescape(text, rewritten)?;
    Some(Value::Rewritten(start..rewritten.len()))
}

/// Gathers a value that a column takes.
#[inline]
fn take<'b>(message: &mut Gathered<'b>, named: Named, value: Written<'b>, rewritten: &mut Vec<u8>) {
    if named.column.is_none() {
        return;
    }
    let value = match value {
        Written::Text(text, false) | Written::Plain(text) => Some(Value::AsLogged(text)),
        Written::Text(text, true) => unescaped(text, rewritten),
        Written::Nothing | Written::Object => None,
    };
    if let Some(value) = value {
        message.whole(named, b"", value, rewritten);
    }
}

/// The name as sinks are told of it: one with escapes as none, since they borrow it from the block.
fn told<'b>(name: &Cow<'b, [u8]>) -> &'b [u8] {
    if let Cow::Borrowed(name) = name { name } else { b"" }
}

fn inner_object(value: &RawValue) -> Option<&[u8]> {
    value.get().starts_with('{').then_some(value.get().as_bytes())
}
