//! Messages one by one, field by field, as they may be shown.
//!
//! For an engineer who asks what is in a log, or why a message of it cannot be read. Nothing is paired or
//! classified here. Values come out as the tables of elements and tags allow, and in no other way: of any
//! other field there is its length.

mod shown;

pub use shown::{DecodedField, FieldLabel, Shown};

use crate::run::{InputSource, TABLE_MAGIC};
use posmortem_iso8583::Mti;
use posmortem_logs::{
    BlockReader, Column, DetectError, Detection, FieldName, Input, InputFormat, InputSettings, OpenError,
    Position, ReadError, Record, RecordSink, RejectReason, Scratch, detect, read_block,
};
use shown::field;
use std::ops::ControlFlow;

/// A message, read or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodedMessage {
    /// Where it stands in the decompressed input.
    pub position: Position,
    /// Its message type, where that could be read.
    pub mti: Option<Mti>,
    /// Its bytes on the wire, where the log has those.
    pub bytes: Option<usize>,
    /// Its fields in the log's order; of a message that breaks, those before the break.
    pub fields: Vec<DecodedField>,
    /// Why it could not be read.
    pub fault: Option<RejectReason>,
}

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

/// Tells `visit` of each message of an input in turn, first of all of what the input was taken for.
/// [`ControlFlow::Break`] ends the reading.
///
/// # Errors
/// When the input cannot be opened, recognised, or read to its end.
pub fn decode(
    source: &InputSource,
    settings: &InputSettings,
    recognised: &mut dyn FnMut(&Detection),
    visit: &mut dyn FnMut(DecodedMessage) -> ControlFlow<()>,
) -> Result<(), DecodeFailure> {
    let mut input = match source {
        InputSource::Stdin => Input::stdin(),
        InputSource::Path(path) => Input::open(path),
    }?;
    let settings = settings.for_input(&input);
    let sample = input.sample()?;
    if sample.starts_with(TABLE_MAGIC) {
        return Err(DecodeFailure::Table);
    }
    let detection = detect(sample, &settings)?;
    recognised(&detection);
    let mut blocks = BlockReader::new(input, &detection.format, &settings);
    let mut scratch = Scratch::default();
    let mut reader = Reader { fields: Vec::new(), bytes: None, flow: ControlFlow::Continue(()), visit };
    while let Some(block) = blocks.next_block()? {
        read_block(&detection.format, &block, &mut scratch, &mut reader);
        if reader.flow.is_break() {
            break;
        }
        blocks.recycle(block);
    }
    Ok(())
}

/// Gathers the fields of one message until it is told.
struct Reader<'v> {
    fields: Vec<DecodedField>,
    bytes: Option<usize>,
    flow: ControlFlow<()>,
    visit: &'v mut dyn FnMut(DecodedMessage) -> ControlFlow<()>,
}

impl Reader<'_> {
    fn tell(&mut self, position: Position, mti: Option<Mti>, fault: Option<RejectReason>) {
        let (fields, bytes) = (std::mem::take(&mut self.fields), self.bytes.take());
        if self.flow.is_continue() {
            self.flow = (self.visit)(DecodedMessage { position, mti, bytes, fields, fault });
        }
    }
}

impl RecordSink for Reader<'_> {
    fn takes_fields(&self) -> bool {
        true
    }

    fn wire_message(&mut self, len: usize) {
        self.bytes = Some(len);
    }

    fn field(&mut self, name: FieldName<'_>, value: &[u8]) {
        if self.flow.is_continue() && !value.trim_ascii().is_empty() {
            self.fields.push(field(name, value));
        }
    }

    fn record(&mut self, record: &Record<'_>) {
        self.tell(record.position, Mti::parse(record.get(Column::Mti)), None);
    }

    fn rejected(&mut self, position: Position, reason: RejectReason) {
        let told = self.fields.iter().find(|field| field.label == FieldLabel::Element(0));
        let mti = told.and_then(|field| match &field.shown {
            Shown::Text(text) => Mti::parse(text.as_bytes()),
            _ => None,
        });
        self.tell(position, mti, Some(reason));
    }

    fn non_message(&mut self, _: Position) {
        self.fields.clear();
        self.bytes = None;
    }
}

/// Whether messages of this format are bytes on the wire, so that a profile reads them.
pub fn is_wire(format: InputFormat) -> bool {
    matches!(format, InputFormat::HexLines | InputFormat::Frames)
}
