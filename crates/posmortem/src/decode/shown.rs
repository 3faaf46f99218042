//! What of a field may be shown: the last word on every value that `decode` lets out.

use posmortem_iso8583::wire::{emv_tag, element_facts, tlv};
use posmortem_iso8583::{CardNumber, screen};
use posmortem_logs::{Column, FieldName};

/// Longer texts are cut.
const LONGEST: usize = 200;

/// A field of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodedField {
    /// Which.
    pub label: FieldLabel,
    /// What of its value may be shown.
    pub shown: Shown,
}

/// Which field it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FieldLabel {
    /// A data element, 0 for the message type.
    Element(u8),
    /// A part of an element that the log tells apart, such as `22` of 127.
    Part(u8, String),
    /// A column of the log that is no data element.
    Column(Column),
    /// A name of the log's own, as it may be shown.
    Other(String),
}

/// What may be shown of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// All of it, control characters escaped.
    Text(String),
    /// The issuer's digits and how many there are in all.
    Card {
        /// At most the first six digits.
        issuer: String,
        /// Digits of the whole number.
        digits: usize,
    },
    /// Tags of the chip: those that may be shown with their values in hexadecimal digits, others with
    /// the number of their bytes. Empty when they cannot be told apart.
    Tags(Vec<(String, Result<String, usize>)>),
    /// So many characters, or hexadecimal digits.
    Length(usize),
}

/// A field as it may be shown.
pub(super) fn field(name: FieldName<'_>, value: &[u8]) -> DecodedField {
    let value = value.trim_ascii();
    let text_of = |bytes: &[u8]| screen(bytes).chars().take(LONGEST).collect::<String>();
    let (label, element) = match name {
        FieldName::Element(element) => (FieldLabel::Element(element), Some(element)),
        FieldName::Part { element, part } => (FieldLabel::Part(element, text_of(part)), None),
        FieldName::Column(column) => match element_of(column) {
            Some(element) => (FieldLabel::Element(element), Some(element)),
            None => (FieldLabel::Column(column), None),
        },
        FieldName::Other(name) => (FieldLabel::Other(text_of(name)), None),
    };
    let shown = match (element, name) {
        (Some(2), _) => card(value),
        (Some(55), _) => tags(value),
        (Some(element), _) if element_facts(element).is_some_and(|facts| facts.is_shown) => {
            Shown::Text(text_of(value))
        }
        (None, FieldName::Part { element, part }) if element == 55 => part_of_chip(part, value),
        (None, FieldName::Column(column)) if is_shown(column) => Shown::Text(text_of(value)),
        _ => Shown::Length(value.len()),
    };
    DecodedField { label, shown }
}

/// The element that fills a column; the first where several do.
fn element_of(column: Column) -> Option<u8> {
    (0..=128).find(|element| Column::of_element(*element) == Some(column))
}

/// Columns that are no data element and hold no card data.
fn is_shown(column: Column) -> bool {
    !matches!(column, Column::Bin | Column::ServiceCode | Column::IccData | Column::Expiry | Column::Pan | Column::Track2)
}

fn card(value: &[u8]) -> Shown {
    match CardNumber::parse(value).and_then(|card| card.issuer_prefix(Some(6))) {
        Some(issuer) => Shown::Card { issuer: issuer.to_owned(), digits: value.len() },
        None => Shown::Length(value.len()),
    }
}

/// The tags of DE55, in hexadecimal digits.
fn tags(value: &[u8]) -> Shown {
    let mut bytes = Vec::new();
    if !unhex_into(value, &mut bytes) {
        return Shown::Length(value.len());
    }
    let told: Option<Vec<_>> = tlv(&bytes)
        .map(|read| {
            let object = read.ok()?;
            let tag = object.tag.to_string();
            let shown = emv_tag(object.tag).is_some_and(|known| known.is_shown);
            let value = if shown { Ok(hex(object.value)) } else { Err(object.value.len()) };
            Some((tag, value))
        })
        .collect();
    told.map_or(Shown::Length(value.len()), Shown::Tags)
}
