//! One message as the readers of text gather it, field by field, until it is told to a sink.

use posmortem_iso8583::{Mti, Timestamp};

use crate::column::{Column, rank_of};
use crate::names::{Claim, Named};
use crate::record::{Cells, FieldName, NO_CELLS, Position, Record, RecordSink, RejectReason};
use crate::time::TimeReader;
use crate::value::Value;

struct Field<'b> {
    name: FieldName<'b>,
    column: Option<Column>,
    claim: Claim,
    value: Value<'b>,
}

impl<'b> Field<'b> {
    /// The value without the white space around it.
    fn text<'s>(&self, rewritten: &'s [u8]) -> &'s [u8]
    where
        'b: 's,
    {
        self.value.bytes(rewritten).trim_ascii()
    }
}

/// The fields of one message in the order of the log. Used again for the next one.
#[derive(Default)]
pub(crate) struct Gathered<'b> {
    fields: Vec<Field<'b>>,
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
    pub(crate) fn clear(&mut self) {
        self.fields.clear();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// A data element.
    pub(crate) fn element(&mut self, element: u8, value: Value<'b>) {
        let (name, claim) = (FieldName::Element(element), Claim::Element(rank_of(element)));
        self.fields.push(Field { name, column: Column::of_element(element), claim, value });
    }

    /// A part of a data element, which no column takes.
    pub(crate) fn part(&mut self, element: u8, part: &'b [u8], value: Value<'b>) {
        let name = FieldName::Part { element, part };
        self.fields.push(Field { name, column: None, claim: Claim::Name, value });
    }

    /// A value that is known to be a column's.
    pub(crate) fn column(&mut self, column: Column, value: Value<'b>) {
        let name = FieldName::of(column);
        self.fields.push(Field { name, column: Some(column), claim: Claim::Name, value });
    }

    /// A value under a name of the log.
    pub(crate) fn named(&mut self, named: Named, name: &'b [u8], value: Value<'b>) {
        let Named { column, claim, .. } = named;
        self.fields.push(Field { name: named.field(name), column, claim, value });
    }

    /// The last field's value, to be gone on with.
    pub(crate) fn last_value(&mut self) -> Option<&mut Value<'b>> {
        self.fields.last_mut().map(|field| &mut field.value)
    }

    /// Whether a column has a value.
    pub(crate) fn has(&self, column: Column, rewritten: &[u8]) -> bool {
        self.best(column, rewritten).is_some()
    }

    /// The field whose value a record will have for a column.
    fn best(&self, column: Column, rewritten: &[u8]) -> Option<&Field<'b>> {
        let mut best: Option<&Field<'b>> = None;
        let of_column = self.fields.iter().filter(|field| field.column == Some(column));
        for field in of_column.filter(|field| !field.text(rewritten).is_empty()) {
            if best.is_none_or(|best| field.claim.goes_before(best.claim) == Some(true)) {
                best = Some(field);
            }
        }
        best
    }

    /// Whether two fields of equal right tell different values of a column.
    pub(crate) fn contradicts(&self, column: Column, rewritten: &[u8]) -> bool {
        let Some(own) = self.best(column, rewritten) else { return false };
        let equals = self.fields.iter().filter(|field| field.column == Some(column));
        let mut equals = equals.filter(|field| own.claim.goes_before(field.claim).is_none());
        equals.any(|field| !field.text(rewritten).is_empty() && field.text(rewritten) != own.text(rewritten))
    }

    /// A data element of which two fields tell different values, if there is one.
    pub(crate) fn contradiction(&self, rewritten: &[u8]) -> Option<u8> {
        let mut first: [Option<&[u8]>; 256] = [None; 256];
        for field in &self.fields {
            let FieldName::Element(element) = field.name else { continue };
            let value = field.text(rewritten);
            if *first[usize::from(element)].get_or_insert(value) != value {
                return Some(element);
            }
        }
        None
    }

    /// Tells the sink of the message: its fields if it takes them, then the record, or why there is none.
    /// Without a time of its own, as before a line, it takes the one that its fields tell.
    pub(crate) fn tell(
        &self,
        position: Position,
        at: Option<Timestamp>,
        without_mti: WithoutMti,
        (times, rewritten): (&mut TimeReader<'_>, &[u8]),
        sink: &mut impl RecordSink,
    ) {
        self.tell_fields(rewritten, sink);
        let cells = self.cells(rewritten);
        let mti = cells[Column::Mti as usize].trim_ascii();
        let read = match (mti, Mti::parse(mti)) {
            (b"", _) if without_mti == WithoutMti::Reject => Err(RejectReason::NoMti),
            ([_, ..], None) => Err(RejectReason::BadMti),
            _ => at.or_else(|| times.read_row(&cells)).ok_or(RejectReason::BadTime),
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
        if !sink.takes_fields() {
            return;
        }
        for field in &self.fields {
            let value = field.value.bytes(rewritten);
            if !value.trim_ascii().is_empty() {
                sink.field(field.name, value);
            }
        }
    }

    /// The time of the message by its own fields.
    pub(crate) fn time(&self, times: &mut TimeReader<'_>, rewritten: &[u8]) -> Option<Timestamp> {
        times.read_row(&self.cells(rewritten))
    }

    /// The values under their columns. Of two for one column the better claim wins, then the first.
    fn cells<'s>(&'s self, rewritten: &'s [u8]) -> Cells<'s> {
        let mut cells = NO_CELLS;
        let mut claims = [None; Column::COUNT];
        for field in &self.fields {
            let Some(column) = field.column else { continue };
            let value = field.value.bytes(rewritten);
            let held: &mut Option<Claim> = &mut claims[column as usize];
            let wins = held.is_none_or(|held| field.claim.goes_before(held) == Some(true));
            if wins && !value.trim_ascii().is_empty() {
                (cells[column as usize], *held) = (value, Some(field.claim));
            }
        }
        cells
    }
}
