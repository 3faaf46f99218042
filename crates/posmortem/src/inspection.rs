//! Counts what is in a log beside what becomes of its attempts: fields, types, codes, clocks, and card
//! data where it should not stand.
//!
//! Workers fill a [`Collector`] for each block, beside its legs. Merging is adding, so blocks, threads
//! and files decide nothing. Values are looked at and forgotten: what is kept are counts, and names
//! that may be shown. What follows from the counts is drawn in `summing_up`.

mod card_data;
mod fields;
mod links;
mod summing_up;
mod texts;

use card_data::CardDataCounts;
use fields::Fields;
use links::Links;
use posmortem_exchange::{Leg, Names};
use posmortem_iso8583::wire::Expected;
use posmortem_iso8583::{Mti, find_card_data};
use posmortem_logs::{FieldName, Position, Record, RejectReason};
use std::collections::BTreeMap;
pub(crate) use summing_up::{FileFindings, inspection_of};

/// What was found in a block, or in all blocks of an input so far.
#[derive(Clone, Default)]
pub(crate) struct Collector {
    messages: u64,
    types: BTreeMap<Option<Mti>, u64>,
    fields: Fields,
    rejects: BTreeMap<String, u64>,
    links: Links,
    /// Card data in the text as a whole, whether in fields or not.
    text: CardDataCounts,
}

impl Collector {
    /// Looks through the text of a block, or a piece of it.
    pub(crate) fn text(&mut self, text: &[u8]) {
        find_card_data(text, |data, _| self.text.see(data));
    }

    /// A field of the message that the next [`Collector::message`] or [`Collector::rejected`] is about.
    pub(crate) fn field(&mut self, name: FieldName<'_>, value: &[u8]) {
        self.fields.see(name, value);
    }

    /// A message that was read.
    pub(crate) fn message(&mut self, record: &Record<'_>, leg: &Leg, names: &Names) {
        self.messages += 1;
        *self.types.entry(leg.mti).or_default() += 1;
        self.fields.keep(record.position, leg, names.text(leg.terminal_key));
        self.links.see(record, leg, names.text(leg.link));
    }

    /// A message that could not be read. Its fields count as places of card data alone.
    pub(crate) fn rejected(&mut self, position: Position, reason: RejectReason) {
        self.fields.drop(position);
        *self.rejects.entry(kind_of(reason)).or_default() += 1;
    }

    /// Adds what another one has found, later in the same input or in another one.
    pub(crate) fn merge(&mut self, other: Self) {
        self.messages += other.messages;
        for (mti, count) in other.types {
            *self.types.entry(mti).or_default() += count;
        }
        self.fields.merge(other.fields);
        for (reason, count) in other.rejects {
            *self.rejects.entry(reason).or_default() += count;
        }
        self.links.merge(other.links);
        self.text.merge(&other.text);
    }
}

/// The reason without numbers that differ from message to message: one for each field and kind at most.
fn kind_of(reason: RejectReason) -> String {
    match reason {
        RejectReason::FieldCount { .. } => "another number of fields than the header".to_owned(),
        RejectReason::FieldTwice(_) => "a field occurs twice".to_owned(),
        RejectReason::Undecodable(error) => {
            let place = error.element.map(|element| format!("field {element}: ")).unwrap_or_default();
            place + kind_of_break(error.expected)
        }
        reason => reason.to_string(),
    }
}

/// What was expected, without how much of it.
fn kind_of_break(expected: Expected) -> &'static str {
    match expected {
        Expected::Mti | Expected::MtiBytes(_) => "a message type expected",
        Expected::BitmapBytes(_) => "a bitmap expected, found fewer bytes",
        Expected::BitmapDigits => "hexadecimal digits of a bitmap expected",
        Expected::NoFurtherBitmap => "no further bitmap expected",
        Expected::KnownElement => "the profile has no such field",
        Expected::LengthBytes(_) => "a length expected, found fewer bytes",
        Expected::LengthDigits => "a length in decimal digits expected",
        Expected::LengthAtMost(_) => "a shorter length expected",
        Expected::Bytes(_) => "a value expected, found fewer bytes",
        Expected::End(_) => "the end of the message expected, found more bytes",
    }
}
