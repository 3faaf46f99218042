//! The only message of a record, as long as nothing unusual stands in it.

use super::surroundings::without_ephemeral_port;
use super::walk::Walk;
use crate::column::Column;
use crate::plain_message::{PlainMessage, Spans};
use crate::record::{Position, RecordSink};
use crate::time::TimeReader;
use crate::value::Value;
use posmortem_iso8583::{Mti, Timestamp};

/// Its values as they lie in the block.
pub(super) struct Held {
    spans: Spans,
    /// The columns that were told, a bit for each.
    told: u64,
    /// Whether there is such a message.
    pub(super) is_open: bool,
}

impl Held {
    pub(super) const NONE: Self = Self { spans: Spans::NONE, told: 0, is_open: false };

    /// Begins a message.
    #[inline(always)]
    fn open(&mut self) {
        self.spans.clear();
        (self.told, self.is_open) = (0, true);
    }

    /// Keeps a value of at most [`Spans::LONGEST`] bytes.
    #[inline(always)]
    fn set(&mut self, column: Column, start: usize, len: usize) {
        self.spans.set(column as u8, start, len);
        self.told |= 1 << column as u8;
    }

    /// The columns that were told, where the values begin and how long they are. Nothing is held any more.
    fn give_up(&mut self) -> impl Iterator<Item = (Column, usize, usize)> {
        let told = if std::mem::take(&mut self.is_open) { self.told } else { 0 };
        let of = |column| (column, self.spans.of(column).0, self.spans.of(column).1);
        Column::ALL.into_iter().filter(move |column| told >> *column as u8 & 1 == 1).map(of)
    }

    /// The message, where it has a message type.
    #[inline(always)]
    fn message<'m>(&'m self, bytes: &'m [u8], at: Timestamp, position: Position) -> Option<PlainMessage<'m>> {
        Mti::parse(self.spans.text(bytes, Column::Mti))?;
        Some(PlainMessage::within(bytes, &self.spans, at, position))
    }
}

impl Walk<'_, '_> {
    /// Opens a message with its direction, from and to. It is held if the record has no other so far.
    #[inline(always)]
    pub(super) fn open(&mut self, tag: usize, direction: Option<(usize, usize)>) {
        self.give_up();
        let realm = self.realm.filter(|_| self.record.has_no_message());
        self.record.open_message(self.position(tag), None);
        if let Some((start, len)) = realm {
            self.held.open();
            let realm = self.bytes.get(start..start + len).unwrap_or_default();
            self.held.set(Column::Link, start, without_ephemeral_port(realm).len());
        }
        match direction {
            Some((from, to)) if self.next_escape >= to => self.keep(Column::Direction, from, to),
            Some((from, to)) => self.keep_escaped(Column::Direction, from, to),
            None => {}
        }
    }

    /// Keeps a value without escapes of the message at hand.
    #[inline(always)]
    pub(super) fn keep(&mut self, column: Column, from: usize, to: usize) {
        // White space and `!`, with which a script may begin, are the first of all characters.
        let is_usual = |byte: &u8| *byte > b'!' && to - from <= Spans::LONGEST;
        if self.held.is_open && (from == to || self.bytes.get(from).is_some_and(is_usual)) {
            self.held.set(column, from, to - from);
        } else {
            self.keep_unusual(column, from, to);
        }
    }

    #[inline(never)]
    fn keep_unusual(&mut self, column: Column, from: usize, to: usize) {
        self.give_up();
        let text = self.bytes.get(from..to).unwrap_or_default();
        self.record.set(column, text, Value::AsLogged(text));
    }

    /// Keeps a value that may have an escape in it. Apart from those that have none, so that these are kept as they
    /// come.
    #[inline(never)]
    pub(super) fn keep_escaped(&mut self, column: Column, from: usize, to: usize) {
        match self.value(from, to) {
            Value::AsLogged(_) => self.keep(column, from, to),
            value => {
                self.give_up();
                self.record.set(column, self.bytes.get(from..to).unwrap_or_default(), value);
            }
        }
    }

    /// Leaves the message that is held to the record, with its values so far.
    #[inline(always)]
    pub(super) fn give_up(&mut self) {
        if self.held.is_open {
            self.give_up_held();
        }
    }

    #[cold]
    fn give_up_held(&mut self) {
        for (column, start, len) in self.held.give_up() {
            let text = self.bytes.get(start..start + len).unwrap_or_default();
            // The record has its realm.
            if column != Column::Link {
                self.record.set(column, text, Value::AsLogged(text));
            }
        }
    }

    /// Tells the sink of the message that is held, if it takes such ones.
    #[inline(always)]
    pub(super) fn tell_held(&mut self, times: &mut TimeReader<'_>, sink: &mut impl RecordSink) -> bool {
        if !self.held.is_open || !sink.takes_plain_messages() {
            return false;
        }
        let Some((at, position)) = self.record.only_message(times) else { return false };
        let message = self.held.message(self.bytes, at, position);
        message.is_some_and(|message| sink.plain_message(&message))
    }
}
