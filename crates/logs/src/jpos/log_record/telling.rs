//! What a record says of its messages, told to a sink: each as a record by columns, with what the record and its
//! surroundings add.

use posmortem_iso8583::Timestamp;

use super::LogRecord;
use crate::column::Column;
use crate::jpos::message::{Message, Role, Verdict};
use crate::jpos::surroundings::{switch_reason, without_ephemeral_port};
use crate::record::{Cells, FieldName, NO_CELLS, Position, Record, RecordSink, RejectReason};
use crate::time::{DateOrder, TimeReader};
use crate::value::Value;

/// What a request of a dump says that its response may leave out.
const SHARED: [Column; 4] = [Column::Stan, Column::Rrn, Column::TerminalId, Column::MerchantId];

impl<'b> LogRecord<'b> {
    /// Tells the sink what was read.
    pub(in crate::jpos) fn tell(
        &mut self,
        times: &mut TimeReader<'_>,
        rewritten: &[u8],
        sink: &mut impl RecordSink,
    ) {
        if self.messages.list().is_empty() {
            sink.non_message(self.start);
            return;
        }
        let at = self.time(times);
        let messages = self.messages.list();
        let is_good =
            |message: &&Message<'_>| matches!(self.messages.verdict(message, rewritten), Verdict::Good);
        let is_group = messages.len() > 1 && messages.iter().filter(is_good).count() > 1;
        let group = is_group.then_some(self.start.offset);
        let mut first_request: Option<Cells<'_>> = None;
        // Requests first, wherever the dump has them.
        for requests in [true, false] {
            let turn = messages.iter().filter(|message| (message.role == Role::Request) == requests);
            for message in turn {
                let position = message.position;
                self.tell_fields(message, rewritten, sink);
                match (self.messages.verdict(message, rewritten), at) {
                    (Verdict::Script, _) => sink.non_message(position),
                    (Verdict::Rejected(reason), _) => sink.rejected(position, reason),
                    (Verdict::Good, None) => sink.rejected(position, RejectReason::BadTime),
                    (Verdict::Good, Some(at)) => {
                        let mut cells = NO_CELLS;
                        self.fill(&mut cells, message, first_request.as_ref(), rewritten);
                        sink.record(&Record { cells: &cells, at, position, group });
                        if requests && first_request.is_none() {
                            first_request = Some(cells);
                        }
                    }
                }
            }
        }
    }

    /// When the record was made, and where its only message begins, of which nothing unusual is known.
    #[inline]
    pub(in crate::jpos) fn only_message(
        &mut self,
        times: &mut TimeReader<'_>,
    ) -> Option<(Timestamp, Position)> {
        let position = self.messages.only().filter(|_| self.trace_id.is_none())?;
        Some((self.time(times)?, position))
    }

    fn time(&mut self, times: &mut TimeReader<'_>) -> Option<Timestamp> {
        if self.known_time.0 != self.at {
            // An event may have nothing but what stands in front of it in its line.
            let at = times.read(self.at).or_else(|| times.read_at_start(self.at, DateOrder::YearFirst));
            self.known_time = (self.at, at);
        }
        self.known_time.1
    }

    fn tell_fields(&self, message: &Message<'b>, rewritten: &[u8], sink: &mut impl RecordSink) {
        if !sink.takes_fields() {
            return;
        }
        let mut cells = NO_CELLS;
        self.fill(&mut cells, message, None, rewritten);
        let columns = [Column::Direction, Column::Link, Column::TraceId, Column::ReasonText];
        let columns = columns.map(|column| (FieldName::Column(column), cells[column as usize]));
        let time = (FieldName::Column(Column::Time), self.at);
        let elements = self.messages.fields_of(message).iter();
        let elements =
            elements.map(|(element, value)| (FieldName::Element(*element), value.bytes(rewritten)));
        for (name, value) in std::iter::once(time).chain(columns).chain(elements) {
            if !value.trim_ascii().is_empty() {
                sink.field(name, value);
            }
        }
    }

    /// Puts what is known of a message under its columns. In place: 768 bytes are not worth a copy.
    #[inline]
    fn fill<'s>(
        &'s self,
        cells: &mut Cells<'s>,
        message: &'s Message<'b>,
        request: Option<&Cells<'s>>,
        rewritten: &'s [u8],
    ) {
        self.messages.fill(message, cells, rewritten);
        let bytes =
            |value: &Option<Value<'b>>| value.as_ref().map_or(&b""[..], |value| value.bytes(rewritten));
        cells[Column::Link as usize] = without_ephemeral_port(bytes(&self.realm));
        cells[Column::TraceId as usize] = bytes(&self.trace_id);
        if let (Some(known), 1) = (self.surroundings, self.messages.list().len()) {
            for (column, value) in
                [(Column::TerminalId, known.terminal_id), (Column::MerchantId, known.merchant_id)]
            {
                let cell = &mut cells[column as usize];
                if cell.trim_ascii().is_empty() {
                    *cell = value;
                }
            }
        }
        if message.role == Role::Response {
            cells[Column::ReasonText as usize] =
                switch_reason(bytes(&self.reason), bytes(&self.extended_reason));
            for column in SHARED {
                let cell = &mut cells[column as usize];
                if let (true, Some(request)) = (cell.trim_ascii().is_empty(), request) {
                    *cell = request[column as usize];
                }
            }
        }
    }
}
