//! One message as the readers of text gather it, field by field, until it is told to a sink.

use posmortem_iso8583::{Mti, Timestamp};

use crate::column::{Column, rank_of};
use crate::names::{Claim, Named};
use crate::record::{Cells, FieldName, NO_CELLS, Position, Record, RecordSink, RejectReason};
use crate::time::TimeReader;
use crate::value::Value;

/// A field as the log has it.
struct Field<'b> {
    name: FieldName<'b>,
    column: Option<Column>,
    claim: Claim,
    value: Value<'b>,
}

/// A message: the best value of every column, and every field only where that is asked for. Used again for the
/// next one.
pub(crate) struct Gathered<'b> {
    /// By column, as far as `told` has its bit.
    values: [Value<'b>; Column::COUNT],
    claims: [Claim; Column::COUNT],
    told: u64,
    /// Columns of which another field of equal right tells something else.
    contradicted: u64,
    /// The last field, which may be gone on with.
    last: Option<Field<'b>>,
    is_empty: bool,
    /// Every field in the order of the log, for sinks that take them.
    fields: Option<Vec<Field<'b>>>,
    firsts: Option<Firsts<'b>>,
}

/// The first value of each data element, and the first one that has another one besides.
struct Firsts<'b> {
    values: Box<[Option<Value<'b>>; 256]>,
    seen: Vec<u8>,
    contradiction: Option<u8>,
}

impl<'b> Firsts<'b> {
    fn new() -> Self {
        Self { values: Box::new([const { None }; 256]), seen: Vec::new(), contradiction: None }
    }

    fn clear(&mut self) {
        self.contradiction = None;
        for element in self.seen.drain(..) {
            self.values[usize::from(element)] = None;
        }
    }

    fn see(&mut self, element: u8, value: &Value<'b>, rewritten: &[u8]) {
        let first = &mut self.values[usize::from(element)];
        match first {
            Some(first) if self.contradiction.is_none() => {
                let differs = first.bytes(rewritten).trim_ascii() != value.bytes(rewritten).trim_ascii();
                self.contradiction = differs.then_some(element);
            }
            Some(_) => {}
            None => {
                *first = Some(value.clone());
                self.seen.push(element);
            }
        }
    }
}

/// What a message is without an MTI.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum WithoutMti {
    /// A whole exchange.
    Row,
    /// Nothing that can be read.
    Reject,
}

impl<'b> Gathered<'b> {
    /// With `keeps_fields`, every field is told to the sink.
    pub(crate) fn new(keeps_fields: bool) -> Self {
        Self {
            values: [const { Value::AsLogged(&[]) }; Column::COUNT],
            claims: [Claim::Name; Column::COUNT],
            told: 0,
            contradicted: 0,
            last: None,
            is_empty: true,
            fields: keeps_fields.then(Vec::new),
            firsts: None,
        }
    }

    /// The same, for formats that ask for [`Self::contradiction`].
    pub(crate) fn with_contradictions(keeps_fields: bool) -> Self {
        Self { firsts: Some(Firsts::new()), ..Self::new(keeps_fields) }
    }

    pub(crate) fn clear(&mut self) {
        (self.told, self.contradicted, self.last, self.is_empty) = (0, 0, None, true);
        self.fields.iter_mut().for_each(Vec::clear);
        self.firsts.iter_mut().for_each(Firsts::clear);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// Whether the values of a column are of use; those of no column are where fields are kept.
    #[inline]
    pub(crate) fn wants(&self, column: Option<Column>) -> bool {
        column.is_some() || self.fields.is_some()
    }

    /// Takes note that there is a field whose value is not of use.
    #[inline]
    pub(crate) fn pass(&mut self) {
        self.is_empty = false;
    }

    /// A data element, which may be gone on with.
    pub(crate) fn element(&mut self, element: u8, value: Value<'b>, rewritten: &[u8]) {
        let (name, claim) = (FieldName::Element(element), Claim::Element(rank_of(element)));
        self.open(Field { name, column: Column::of_element(element), claim, value }, rewritten);
    }

    /// A part of a data element, which no column takes.
    pub(crate) fn part(&mut self, element: u8, part: &'b [u8], value: Value<'b>, rewritten: &[u8]) {
        let name = FieldName::Part { element, part };
        self.open(Field { name, column: None, claim: Claim::Name, value }, rewritten);
    }

    /// A value that is known to be a column's.
    pub(crate) fn column(&mut self, column: Column, value: Value<'b>, rewritten: &[u8]) {
        let name = FieldName::of(column);
        self.open(Field { name, column: Some(column), claim: Claim::Name, value }, rewritten);
    }

    /// A value under a name of the log, which may be gone on with.
    pub(crate) fn named(&mut self, named: Named, name: &'b [u8], value: Value<'b>, rewritten: &[u8]) {
        let Named { column, claim, .. } = named;
        self.open(Field { name: named.field(name), column, claim, value }, rewritten);
    }

    /// The same of a value that is all there is. Nothing but a column's value is looked at, unless fields are
    /// kept.
    #[inline]
    pub(crate) fn whole(&mut self, named: Named, name: &'b [u8], value: Value<'b>, rewritten: &[u8]) {
        self.is_empty = false;
        let Named { column, claim, .. } = named;
        match &mut self.fields {
            None => {
                if let Some(column) = column {
                    self.settle(column, claim, value, rewritten);
                }
            }
            Some(_) => self.close(Field { name: named.field(name), column, claim, value }, rewritten),
        }
    }

    /// The last field's value, to be gone on with.
    pub(crate) fn last_value(&mut self) -> Option<&mut Value<'b>> {
        self.last.as_mut().map(|field| &mut field.value)
    }

    /// Nothing is gone on with any more: to be called before anything is asked of the message.
    pub(crate) fn finish(&mut self, rewritten: &[u8]) {
        if let Some(last) = self.last.take() {
            self.close(last, rewritten);
        }
    }

    fn open(&mut self, field: Field<'b>, rewritten: &[u8]) {
        self.is_empty = false;
        if let Some(before) = self.last.replace(field) {
            self.close(before, rewritten);
        }
    }

    fn close(&mut self, field: Field<'b>, rewritten: &[u8]) {
        if let (Some(firsts), FieldName::Element(element)) = (&mut self.firsts, field.name) {
            firsts.see(element, &field.value, rewritten);
        }
        if let Some(column) = field.column {
            self.settle(column, field.claim, field.value.clone(), rewritten);
        }
        if let Some(fields) = &mut self.fields {
            fields.push(field);
        }
    }

    /// Of two values for one column the better claim wins, then the first.
    #[inline]
    fn settle(&mut self, column: Column, claim: Claim, value: Value<'b>, rewritten: &[u8]) {
        let text = value.bytes(rewritten);
        if text.first().is_none_or(u8::is_ascii_whitespace) && text.trim_ascii().is_empty() {
            return;
        }
        let (at, bit) = (column as usize, 1 << column as u64);
        let precedence = match self.told & bit {
            0 => Some(true),
            _ => claim.goes_before(self.claims[at]),
        };
        match precedence {
            Some(true) => {
                (self.values[at], self.claims[at]) = (value, claim);
                self.told |= bit;
                self.contradicted &= !bit;
            }
            Some(false) => {}
            None if text.trim_ascii() == self.values[at].bytes(rewritten).trim_ascii() => {}
            None => self.contradicted |= bit,
        }
    }

    /// Whether a column has a value.
    pub(crate) fn has(&self, column: Column) -> bool {
        self.told & 1 << column as u64 != 0
    }

    /// Whether two fields of equal right tell different message types. Other columns have elements of unequal
    /// right beside names of equal one, and are not asked for.
    pub(crate) fn has_two_message_types(&self) -> bool {
        self.contradicted & 1 << Column::Mti as u64 != 0
    }

    /// A data element of which two fields tell different values, if there is one.
    pub(crate) fn contradiction(&self) -> Option<u8> {
        self.firsts.as_ref().and_then(|firsts| firsts.contradiction)
    }

    /// Tells the sink of the message: its fields if it takes them, then the record, or why there is none.
    /// Its time is that of its line, which is asked for with `line_time`; but a time of its own goes before,
    /// where `own_time_first` says so, and what its other fields tell comes last.
    pub(crate) fn tell(
        &self,
        position: Position,
        (own_time_first, line_time): (bool, impl FnOnce(&mut TimeReader<'_>) -> Option<Timestamp>),
        without_mti: WithoutMti,
        (times, rewritten): (&mut TimeReader<'_>, &[u8]),
        sink: &mut impl RecordSink,
    ) {
        self.tell_fields(rewritten, sink);
        let cells = self.cells(rewritten);
        let mti = cells[Column::Mti as usize].trim_ascii();
        let is_known = Mti::parse(mti).is_some();
        let own_time_first = own_time_first && self.has(Column::Time);
        let read = match mti {
            b"" if without_mti == WithoutMti::Reject => Err(RejectReason::NoMti),
            [_, ..] if !is_known => Err(RejectReason::BadMti),
            _ => {
                let own = if own_time_first { times.read_row(&cells) } else { None };
                let at = own.or_else(|| line_time(times));
                let at = at.or_else(|| if own_time_first { None } else { times.read_row(&cells) });
                at.ok_or(RejectReason::BadTime)
            }
        };
        match read {
            Ok(at) => sink.record(&Record { cells: &cells, at, position, group: None }),
            Err(reason) => sink.rejected(position, reason),
        }
    }

    /// Tells the sink of a message that cannot be read.
    pub(crate) fn reject(
        &self,
        position: Position,
        reason: RejectReason,
        rewritten: &[u8],
        sink: &mut impl RecordSink,
    ) {
        self.tell_fields(rewritten, sink);
        sink.rejected(position, reason);
    }

    fn tell_fields(&self, rewritten: &[u8], sink: &mut impl RecordSink) {
        for field in self.fields.iter().flatten() {
            let value = field.value.bytes(rewritten);
            if !value.trim_ascii().is_empty() {
                sink.field(field.name, value);
            }
        }
    }

    /// The values under their columns.
    #[inline]
    fn cells<'s>(&'s self, rewritten: &'s [u8]) -> Cells<'s> {
        let mut cells = NO_CELLS;
        let mut told = self.told;
        while told != 0 {
            let at = told.trailing_zeros() as usize;
            told &= told - 1;
            if let (Some(cell), Some(value)) = (cells.get_mut(at), self.values.get(at)) {
                *cell = value.bytes(rewritten);
            }
        }
        cells
    }
}

#[cfg(test)]
#[path = "gathered_tests.rs"]
mod tests;
