//! Messages one by one, field by field, as they may be shown.
//!
//! For an engineer who asks what is in a log, or why a message of it cannot be read. Nothing is paired or
//! classified here, and what may be shown is not decided here but by [`MaskedField`].

use crate::run::{InputSource, TABLE_MAGIC};
use posmortem_iso8583::wire::DecodeError;
use posmortem_iso8583::{Fault, FieldLabel, MaskedField, MaskedMessage, Mti, Shown};
use posmortem_logs::{
    BlockReader, Column, DetectError, Detection, FieldName, Input, InputSettings, OpenError, Position,
    ReadError, Record, RecordSink, RejectReason, Scratch, detect, read_block,
};

/// Why there is nothing to decode. The path is the caller's to add.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeFailure {
    /// The input cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The input cannot be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// It is none of the known formats.
    #[error(transparent)]
    Unknown(#[from] DetectError),
    /// It broke off. What was before was told.
    #[error(transparent)]
    BrokenOff(#[from] ReadError),
    /// Not a log.
    #[error("an exchange table holds no messages: decode the logs that it was made of")]
    Table,
}

/// An opened input whose messages are to be shown.
pub struct Decoder {
    detection: Detection,
    blocks: BlockReader<Input>,
}

impl Decoder {
    /// Opens an input and finds out what it is.
    ///
    /// # Errors
    /// When it cannot be opened or recognised.
    pub fn open(source: &InputSource, settings: &InputSettings) -> Result<Self, DecodeFailure> {
        let mut input = match source {
            InputSource::Stdin => Input::stdin(),
            InputSource::Path(path) => Input::open(path),
        }?;
        let settings = settings.for_input(&input);
        let sample = input.sample()?;
        if sample.starts_with(TABLE_MAGIC) {
            return Err(DecodeFailure::Table);
        }
        let detection = input.recognise(|sample| detect(sample, &settings))??;
        let blocks = BlockReader::new(input, &detection.format, &settings);
        Ok(Self { detection, blocks })
    }

    /// What the input was taken for.
    pub fn detection(&self) -> &Detection {
        &self.detection
    }

    /// Tells `visit` of each message in turn, read or not, for as long as it says so.
    ///
    /// # Errors
    /// When the input breaks off; all messages before that were told.
    pub fn each(mut self, visit: impl FnMut(MaskedMessage) -> bool) -> Result<(), DecodeFailure> {
        let mut scratch = Scratch::default();
        let mut reader = Reader { message: MaskedMessage::default(), goes_on: true, visit };
        while let Some(block) = self.blocks.next_block()? {
            read_block(&self.detection.format, &block, &mut scratch, &mut reader);
            if !reader.goes_on {
                break;
            }
            self.blocks.recycle(block);
        }
        Ok(())
    }
}

/// Gathers the fields of one message until it is told.
struct Reader<V> {
    message: MaskedMessage,
    goes_on: bool,
    visit: V,
}

impl<V: FnMut(MaskedMessage) -> bool> Reader<V> {
    fn tell(&mut self, position: Position, fault: Option<Fault>) {
        let mut message = std::mem::take(&mut self.message);
        let told = message.fields.iter().find(|field| field.label == FieldLabel::Element(0));
        message.mti = told.and_then(|field| match &field.shown {
            Shown::Text(text) => Mti::parse(text.as_bytes()),
            _ => None,
        });
        message.offset = position.offset;
        message.line = position.line;
        message.fault = fault.or(message.fault);
        if self.goes_on {
            self.goes_on = (self.visit)(message);
        }
    }
}

impl<V: FnMut(MaskedMessage) -> bool> RecordSink for Reader<V> {
    fn takes_fields(&self) -> bool {
        true
    }

    fn wire_message(&mut self, len: usize, fault: Option<DecodeError>) {
        self.message.bytes = Some(len);
        self.message.fault = fault.map(fault_of);
    }

    fn field(&mut self, name: FieldName<'_>, value: &[u8]) {
        if self.goes_on && !value.trim_ascii().is_empty() {
            self.message.fields.push(masked(name, value));
        }
    }

    fn record(&mut self, record: &Record<'_>) {
        self.tell(record.position, None);
    }

    fn rejected(&mut self, position: Position, reason: RejectReason) {
        let fault = match reason {
            RejectReason::Undecodable(error) => fault_of(error),
            // It does not hinder anybody to see the message.
            RejectReason::BadTime => return self.tell(position, None),
            other => Fault { element: None, offset: None, message: other.to_string() },
        };
        self.tell(position, Some(fault));
    }

    fn non_message(&mut self, _: Position) {
        self.message = MaskedMessage::default();
    }
}

fn fault_of(error: DecodeError) -> Fault {
    Fault { element: error.element, offset: Some(error.offset), message: error.to_string() }
}

fn masked(name: FieldName<'_>, value: &[u8]) -> MaskedField {
    match name {
        FieldName::Element(element) => MaskedField::element(element, value),
        FieldName::Part { element, part } => MaskedField::part(element, part, value),
        FieldName::Column(column) => match column.element() {
            Some(element) => MaskedField::element(element, value),
            None => MaskedField::named(column.name().as_bytes(), value, !holds_card_data(column)),
        },
        FieldName::Other(name) => MaskedField::named(name, value, false),
    }
}

/// Columns that are no data element and not to be shown whole.
fn holds_card_data(column: Column) -> bool {
    matches!(column, Column::Bin | Column::ReasonText)
}
