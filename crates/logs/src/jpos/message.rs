//! The top-level `<isomsg>` elements of one record: which of their fields are kept, and what is wrong
//! with them.

use posmortem_iso8583::Mti;

use crate::column::Column;
use crate::record::{Cells, Position, RejectReason};
use crate::value::Value;

/// Which side of a dumped transaction a message is, by the name of its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Request,
    Response,
    Unnamed,
}

/// What a message turned out to be.
pub(super) enum Verdict {
    Good,
    Rejected(RejectReason),
    /// A script of jPOS's client simulator, whose values are expressions: `value="!MTI"`.
    Script,
}

/// One message; its values are with the others of the record, up to where those of the next begin.
pub(super) struct Message<'b> {
    pub(super) position: Position,
    pub(super) role: Role,
    number: usize,
    first_value: usize,
    first_field: usize,
    /// The currency that stands beside the amount.
    amount_currency: Option<Value<'b>>,
    fault: Option<RejectReason>,
    is_script: bool,
}

/// The messages of a record. Kept from record to record, so that a message allocates nothing.
pub(super) struct Messages<'b> {
    list: Vec<Message<'b>>,
    values: Vec<(Column, Value<'b>)>,
    /// Every data element with its value, where a sink takes them.
    fields: Option<Vec<(u8, Value<'b>)>>,
    /// The message that had each data element last, by its number among all that were begun, so that
    /// nothing has to be forgotten between two messages.
    seen: [u32; 256],
    begun: u32,
}

impl<'b> Messages<'b> {
    /// With `keeps_fields`, those that no column takes as well.
    pub(super) fn new(keeps_fields: bool) -> Self {
        let fields = keeps_fields.then(Vec::new);
        Self { list: Vec::new(), values: Vec::new(), fields, seen: [0; 256], begun: 0 }
    }

    pub(super) fn clear(&mut self) {
        self.list.clear();
        self.values.clear();
        self.fields.iter_mut().for_each(Vec::clear);
    }

    pub(super) fn keeps_fields(&self) -> bool {
        self.fields.is_some()
    }

    pub(super) fn list(&self) -> &[Message<'b>] {
        &self.list
    }

    /// Where the only message begins, of which nothing unusual is known.
    #[inline]
    pub(super) fn only(&self) -> Option<Position> {
        let [message] = &self.list[..] else { return None };
        let Message { fault, is_script, amount_currency, role, .. } = message;
        let is_usual = fault.is_none() && !is_script && amount_currency.is_none() && *role == Role::Unnamed;
        is_usual.then_some(message.position)
    }

    /// Begins a message; what follows is about it until the next begins.
    pub(super) fn begin(&mut self, position: Position, role: Role) {
        self.begun += 1;
        self.list.push(Message {
            position,
            role,
            number: self.list.len(),
            first_value: self.values.len(),
            first_field: self.fields.as_ref().map_or(0, Vec::len),
            amount_currency: None,
            fault: None,
            is_script: false,
        });
    }

    /// It stops, or something else was written into it.
    pub(super) fn break_off(&mut self) {
        self.fault(RejectReason::BrokenOff);
    }

    /// Takes note of a data element, which must be its first.
    #[inline]
    pub(super) fn see(&mut self, element: u8) {
        if std::mem::replace(&mut self.seen[usize::from(element)], self.begun) == self.begun {
            self.fault(RejectReason::FieldTwice(element));
        }
    }

    /// The first fault is the one that is told.
    #[cold]
    fn fault(&mut self, reason: RejectReason) {
        if let Some(message) = self.list.last_mut() {
            message.fault.get_or_insert(reason);
        }
    }

    /// Keeps a value of the last message; `text` is what the log has for it.
    #[inline(always)]
    pub(super) fn set(&mut self, column: Column, text: &[u8], value: Value<'b>) {
        // White space and `!` are the first of all characters.
        if let Some(..=b'!') = text.first() {
            self.look_for_script(column, text);
        }
        self.values.push((column, value));
    }

    #[cold]
    fn look_for_script(&mut self, column: Column, text: &[u8]) {
        let deciding = matches!(column, Column::Mti | Column::Stan | Column::Rrn | Column::ResponseCode);
        if let (true, Some(message)) = (deciding, self.list.last_mut()) {
            message.is_script |= text.trim_ascii_start().first() == Some(&b'!');
        }
    }

    /// Keeps the value of a data element for sinks that take every field.
    pub(super) fn keep_field(&mut self, element: u8, value: Value<'b>) {
        if let Some(fields) = &mut self.fields {
            fields.push((element, value));
        }
    }

    /// The data elements of a message with their values, as far as they are kept.
    pub(super) fn fields_of(&self, message: &Message<'b>) -> &[(u8, Value<'b>)] {
        let Some(fields) = &self.fields else { return &[] };
        let end = self.list.get(message.number + 1).map_or(fields.len(), |next| next.first_field);
        fields.get(message.first_field..end).unwrap_or_default()
    }

    /// Gives the last message an MTI if it has none.
    pub(super) fn set_mti_if_untold(&mut self, mti: &'b [u8]) {
        let Some(message) = self.list.last() else { return };
        let is_told = self.values_of(message).iter().any(|(column, _)| *column == Column::Mti);
        if !is_told && !mti.is_empty() {
            self.set(Column::Mti, mti, Value::AsLogged(mti));
        }
    }

    pub(super) fn set_amount_currency(&mut self, currency: Value<'b>) {
        if let Some(message) = self.list.last_mut() {
            message.amount_currency = Some(currency);
        }
    }

    fn values_of(&self, message: &Message<'b>) -> &[(Column, Value<'b>)] {
        let end = self.list.get(message.number + 1).map_or(self.values.len(), |next| next.first_value);
        self.values.get(message.first_value..end).unwrap_or_default()
    }

    /// Puts a message's values under their columns.
    pub(super) fn fill<'s>(&'s self, message: &'s Message<'b>, cells: &mut Cells<'s>, rewritten: &'s [u8]) {
        // Fields stand in their order, so that DE90 comes after DE56 and is the one to stay.
        for (column, value) in self.values_of(message) {
            cells[*column as usize] = value.bytes(rewritten);
        }
        let currency = &mut cells[Column::Currency as usize];
        if let (true, Some(beside_amount)) = (currency.is_empty(), &message.amount_currency) {
            *currency = beside_amount.bytes(rewritten);
        }
    }

    pub(super) fn verdict(&self, message: &Message<'b>, rewritten: &[u8]) -> Verdict {
        if message.is_script {
            return Verdict::Script;
        }
        if let Some(fault) = message.fault {
            return Verdict::Rejected(fault);
        }
        let mti = self.values_of(message).iter().find(|(column, _)| *column == Column::Mti);
        match mti.map(|(_, value)| value.bytes(rewritten)) {
            None => Verdict::Rejected(RejectReason::NoMti),
            Some(mti) if Mti::parse(mti).is_none() => Verdict::Rejected(RejectReason::BadMti),
            Some(_) => Verdict::Good,
        }
    }
}
