//! The fields of one message as they were told, kept until its type is known: what of them may be shown
//! depends on it, and it may stand behind them.
//!
//! Holds card data, so there is no `Debug` here. What leaves it is masked.

use posmortem_iso8583::wire::{Content, Profile};
use posmortem_iso8583::{MaskedField, Mti, Version};
use posmortem_logs::{Column, FieldName};
use std::ops::Range;

#[derive(Default)]
pub(super) struct ToldFields {
    fields: Vec<ToldField>,
    /// Names and values, one behind another.
    bytes: Vec<u8>,
}

struct ToldField {
    label: Label,
    name: Range<usize>,
    value: Range<usize>,
}

/// What [`FieldName`] tells beside its bytes.
#[derive(Clone, Copy)]
enum Label {
    Element(u8),
    Part(u8),
    Column(Column),
    Other,
}

impl ToldFields {
    pub(super) fn push(&mut self, name: FieldName<'_>, value: &[u8]) {
        let (label, name) = match name {
            FieldName::Element(element) => (Label::Element(element), &[][..]),
            FieldName::Part { element, part } => (Label::Part(element), part),
            FieldName::Column(column) => {
                (column.element().map_or(Label::Column(column), Label::Element), &[][..])
            }
            FieldName::Other(name) => (Label::Other, name),
        };
        let (name, value) = (self.append(name), self.append(value));
        self.fields.push(ToldField { label, name, value });
    }

    fn append(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        start..self.bytes.len()
    }

    pub(super) fn clear(&mut self) {
        self.fields.clear();
        self.bytes.clear();
    }

    /// The message type, where one of the fields is one.
    pub(super) fn mti(&self) -> Option<Mti> {
        let told = self.fields.iter().find(|field| matches!(field.label, Label::Element(0)))?;
        Mti::parse(&self.bytes[told.value.clone()])
    }

    /// What was told of a column that is no data element; empty where nothing was.
    pub(super) fn column(&self, column: Column) -> &[u8] {
        let is_it = |field: &&ToldField| matches!(field.label, Label::Column(told) if told == column);
        self.fields.iter().find(is_it).map_or(&[], |field| &self.bytes[field.value.clone()])
    }

    /// The fields in their order, as a message of that version shows them.
    pub(super) fn masked(&self, version: Option<Version>, profile: Option<&Profile>) -> Vec<MaskedField> {
        let is_binary = |element| {
            profile
                .and_then(|profile| profile.element(element))
                .is_some_and(|element| element.content() == Content::Binary)
        };
        let masked = |field: &ToldField| {
            let (name, value) = (&self.bytes[field.name.clone()], &self.bytes[field.value.clone()]);
            match field.label {
                Label::Element(element) if is_binary(element) => MaskedField::binary_element(element, value),
                Label::Element(element) => MaskedField::element(element, value, version),
                Label::Part(element) => MaskedField::part(element, name, value),
                Label::Column(column) => {
                    MaskedField::named(column.name().as_bytes(), value, !holds_card_data(column))
                }
                Label::Other => MaskedField::named(name, value, false),
            }
        };
        self.fields.iter().map(masked).collect()
    }
}

/// Columns that are no data element and not to be shown whole.
fn holds_card_data(column: Column) -> bool {
    matches!(column, Column::Bin | Column::ReasonText)
}
