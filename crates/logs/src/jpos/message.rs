//! One top-level `<isomsg>`: which of its fields are kept, and what is wrong with it.

use posmortem_iso8583::Mti;

use super::text::Value;
use crate::column::Column;
use crate::record::{Cells, Position, RejectReason};

/// Which side of a dumped transaction a message is, by the name of its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Request,
    Response,
    Unnamed,
}

/// A message being read, or read. Kept for the next one, so that a message allocates nothing.
pub(super) struct Message<'b> {
    pub(super) position: Position,
    pub(super) role: Role,
    values: Vec<(Column, Value<'b>)>,
    /// The currency that stands beside the amount.
    amount_currency: Option<Value<'b>>,
    seen: [bool; 129],
    fault: Option<RejectReason>,
    is_script: bool,
}

/// What a message turned out to be.
pub(super) enum Verdict {
    Good,
    Rejected(RejectReason),
    /// A script of jPOS's client simulator, whose values are expressions: `value="!MTI"`.
    Script,
}

impl<'b> Message<'b> {
    pub(super) fn new(position: Position, role: Role) -> Self {
        Self {
            position,
            role,
            values: Vec::with_capacity(32),
            amount_currency: None,
            seen: [false; 129],
            fault: None,
            is_script: false,
        }
    }

    pub(super) fn restart(&mut self, position: Position, role: Role) {
        self.position = position;
        self.role = role;
        self.values.clear();
        self.amount_currency = None;
        self.seen = [false; 129];
        self.fault = None;
        self.is_script = false;
    }

    /// It stops, or something else was written into it.
    pub(super) fn break_off(&mut self) {
        self.fault.get_or_insert(RejectReason::BrokenOff);
    }

    /// Takes note of a data element, which must be its first.
    pub(super) fn see(&mut self, element: u8) {
        let Some(seen) = self.seen.get_mut(usize::from(element)) else { return };
        if std::mem::replace(seen, true) {
            self.fault.get_or_insert(RejectReason::FieldTwice(element));
        }
    }

    /// Keeps a value; `text` is what the log has for it.
    pub(super) fn set(&mut self, column: Column, text: &[u8], value: Value<'b>) {
        let deciding = matches!(column, Column::Mti | Column::Stan | Column::Rrn | Column::ResponseCode);
        self.is_script |= deciding && text.trim_ascii_start().first() == Some(&b'!');
        self.values.push((column, value));
    }

    pub(super) fn set_amount_currency(&mut self, currency: Value<'b>) {
        self.amount_currency = Some(currency);
    }

    /// Puts the values under their columns.
    pub(super) fn fill<'s>(&self, cells: &mut Cells<'s>, unescaped: &'s [u8])
    where
        'b: 's,
    {
        // Fields stand in their order, so that DE90 comes after DE56 and is the one to stay.
        for (column, value) in &self.values {
            cells[*column as usize] = value.bytes(unescaped);
        }
        let currency = &mut cells[Column::Currency as usize];
        if let (true, Some(beside_amount)) = (currency.is_empty(), &self.amount_currency) {
            *currency = beside_amount.bytes(unescaped);
        }
    }

    pub(super) fn verdict(&self, unescaped: &[u8]) -> Verdict {
        if self.is_script {
            return Verdict::Script;
        }
        if let Some(fault) = self.fault {
            return Verdict::Rejected(fault);
        }
        let mti = self.values.iter().find(|(column, _)| *column == Column::Mti);
        match mti.map(|(_, value)| value.bytes(unescaped)) {
            None => Verdict::Rejected(RejectReason::NoMti),
            Some(mti) if Mti::parse(mti).is_none() => Verdict::Rejected(RejectReason::BadMti),
            Some(_) => Verdict::Good,
        }
    }
}
