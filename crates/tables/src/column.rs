//! The columns of schema 5, in their order.

use parquet::basic::{Encoding, LogicalType, Repetition, TimeUnit, Type as PhysicalType};
use parquet::errors::ParquetError;
use parquet::schema::types::{Type, TypePtr};
use std::sync::Arc;

/// What a column holds. Every one may be empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// UTF-8 that repeats itself.
    Names,
    /// UTF-8 that is different in every row.
    Texts,
    /// A 64-bit number.
    Number,
    /// A 64-bit number that grows from row to row.
    Rising,
    /// The time on the wall, in milliseconds.
    Moment,
    /// Yes or no.
    Flag,
}

macro_rules! columns {
    ($($column:ident $name:literal $content:ident $doc:literal)*) => {
        /// A column of the table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Column { $(#[doc = $doc] $column),* }

        impl Column {
            /// Every column, in the order of the schema.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$column),*];

            /// The name in the schema.
            pub fn name(self) -> &'static str {
                match self { $(Self::$column => $name),* }
            }

            pub(crate) fn content(self) -> Content {
                match self { $(Self::$column => Content::$content),* }
            }
        }
    };
}

columns! {
    RowKind "row_kind" Names "`settled`, `edge`, `leg` or `event`."
    Time "time" Moment "When it began, as the log's clock showed it."
    UtcOffset "utc_offset" Number "Minutes east of UTC, where the log tells its zone."
    TerminalId "terminal_id" Names "The terminal as printed."
    MerchantId "merchant_id" Names "DE42."
    Site "site" Names "The site."
    Issuer "issuer" Names "The issuer, by name or prefix."
    Link "link" Names "Channel, realm, host or route."
    Mti "mti" Names "The message type of the request, else of the answer."
    Stan "stan" Rising "DE11."
    Rrn "rrn" Texts "DE37."
    Amount "amount" Number "DE4 in minor units."
    Currency "currency" Names "DE49, three digits."
    EntryMode "entry_mode" Names "How the card was read."
    Dialect "dialect" Names "The table in which the code was looked up."
    ResponseCode "response_code" Names "The terminal-facing DE39."
    Outcome "outcome" Names "What became of it, as this run concluded."
    Cause "cause" Names "The cause of the failure."
    Reason "reason" Names "The reason of the failure."
    LatencyMs "latency_ms" Number "Milliseconds to the answer."
    Card "card" Texts "The card's token."
    File "file" Names "The log."
    Offset "offset" Rising "The first byte of the record in it."
    Kind "kind" Names "What the customer wanted."
    SwitchReason "switch_reason" Names "The switch's own word."
    Operator "operator_id" Names "Who keyed it in."
    Form "form" Names "How much of the exchange the log shows."
    BeganBeforeMs "began_before_ms" Number "How long before `time` its first leg stands."
    AnswerMti "answer_mti" Names "The message type of the answer."
    ToldDialect "told_dialect" Names "The dialect that log or user told."
    UpstreamCode "upstream_code" Names "A code further up that differs."
    UpstreamDialect "upstream_dialect" Names "The dialect told for it."
    Late "late" Flag "Whether the answer came too late."
    ReversedAt "reversed_at" Moment "When a reversal took it back."
    ReversalCode "reversal_code" Names "The code by which a reversal told why."
    ReversalReason "reversal_reason" Names "What that code means."
    ReversalPartial "reversal_partial" Flag "Whether a part stays."
    ReversalAnswer "reversal_answer" Names "The code with which the reversal was answered."
    ReversalDialect "reversal_dialect" Names "The dialect told for it."
    ReversalLastAnswer "reversal_last_answer" Names "The code with which its last repeat was answered."
    ReversalLastDialect "reversal_last_dialect" Names "The dialect told for that one."
    Trace "trace" Number "The log's own id, hashed under the token key."
    InDump "in_dump" Flag "Printed together with the answer."
    IsRow "is_row" Flag "A row that may hold request and answer."
    Direction "direction" Names "`in` or `out`."
    OriginalStan "original_stan" Number "On a reversal: the original's STAN."
    OriginalRrn "original_rrn" Texts "On a reversal: the original's reference."
    Region "region" Names "The terminal's region."
    Model "model" Names "The terminal's model."
    Firmware "firmware" Names "The terminal's software."
    Traces "traces" Number "What is shown of card, reader and line beyond codes, a bit each."
    Management "management" Names "What network management is about."
    Event "event" Names "What befell the terminal."
    Reply "reply" Names "How network management was answered."
}

impl Column {
    /// How values are laid down where no dictionary is worth its while.
    pub(crate) fn encoding(self) -> Option<Encoding> {
        match (self, self.content()) {
            (Self::Card, _) => Some(Encoding::PLAIN),
            (_, Content::Texts) => Some(Encoding::DELTA_BYTE_ARRAY),
            (Self::Time, _) | (_, Content::Rising) => Some(Encoding::DELTA_BINARY_PACKED),
            _ => None,
        }
    }

    fn parquet_type(self) -> Result<Type, ParquetError> {
        let (physical, logical) = match self.content() {
            Content::Names | Content::Texts => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String)),
            Content::Number | Content::Rising => (PhysicalType::INT64, None),
            Content::Moment => (PhysicalType::INT64, Some(LogicalType::timestamp(false, TimeUnit::MILLIS))),
            Content::Flag => (PhysicalType::BOOLEAN, None),
        };
        Type::primitive_type_builder(self.name(), physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical)
            .build()
    }
}

/// The schema as Parquet has it.
pub(crate) fn schema() -> Result<TypePtr, ParquetError> {
    let columns = Column::ALL.into_iter().map(|column| column.parquet_type().map(Arc::new));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    Ok(Arc::new(Type::group_type_builder("exchanges").with_fields(columns).build()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_the_schema_holds_them_in_order() {
        let schema = schema().unwrap();
        let names: Vec<_> = schema.get_fields().iter().map(|field| field.name().to_owned()).collect();
        assert_eq!(names, Column::ALL.map(|column| column.name().to_owned()));
        let unique: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(unique.len(), names.len());
    }
}
