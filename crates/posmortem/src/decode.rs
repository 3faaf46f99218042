//! Messages one by one, field by field, as they may be shown.
//!
//! For an engineer who asks what is in a log, or why a message of it cannot be read. Nothing is paired or
//! classified here, and what may be shown is not decided here but by
//! [`MaskedField`](posmortem_iso8583::MaskedField).

mod told_fields;

use crate::Settings;
use crate::leg_builder::{LegBuilder, cell, shown, told_value};
use crate::read_ahead::{blocks_of, open_source};
use crate::run::{InputSource, TABLE_MAGIC};
use posmortem_classify::Dialect;
use posmortem_iso8583::wire::{DecodeError, Profile};
use posmortem_iso8583::{Fault, MaskedMessage, Version};
use posmortem_logs::{
    BlockReader, Column, DetectError, Detection, FieldName, Input, OpenError, Position, ReadError, Record,
    RecordSink, RejectReason, Scratch, detect, read_block,
};
use told_fields::ToldFields;

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

/// An opened input whose messages are to be shown, card data masked.
///
/// ```
/// use posmortem::{Decoder, InputSource, Settings};
/// let (settings, mut types) = (Settings::default(), Vec::new());
/// let log = InputSource::Path("../../fixtures/day.csv".into());
/// Decoder::open(&log, &settings)?.each(|message| {
///     types.extend(message.mti.map(|mti| mti.to_string()));
///     types.len() < 2
/// })?;
/// assert_eq!(types, ["0800", "0810"]);
/// # Ok::<(), posmortem::DecodeFailure>(())
/// ```
pub struct Decoder<'s> {
    detection: Detection,
    blocks: BlockReader<Input>,
    settings: &'s Settings,
}

impl<'s> Decoder<'s> {
    /// Opens an input and finds out what it is. Of the settings those count that say how messages are read
    /// and whose codes they have.
    ///
    /// # Errors
    /// When it cannot be opened or recognised.
    pub fn open(source: &InputSource, settings: &'s Settings) -> Result<Self, DecodeFailure> {
        let mut input = open_source(source)?;
        let of_input = settings.input.for_input(&input);
        let sample = input.sample()?;
        if sample.starts_with(TABLE_MAGIC) {
            return Err(DecodeFailure::Table);
        }
        let detection = input.recognise(|sample| detect(sample, &of_input))??;
        let blocks = blocks_of(source, input, &detection.format, &of_input)?;
        Ok(Self { detection, blocks, settings })
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
        let mut reader = Reader {
            builder: LegBuilder::new(self.settings, false),
            profile: self.detection.format.wire().map(|wire| &*wire.profile),
            fields: ToldFields::default(),
            bytes: None,
            fault: None,
            goes_on: true,
            visit,
        };
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
struct Reader<'r, V> {
    builder: LegBuilder<'r>,
    /// By which messages in wire bytes are read.
    profile: Option<&'r Profile>,
    fields: ToldFields,
    /// Bytes of the message on the wire.
    bytes: Option<usize>,
    /// What its profile does not understand of it, wanted or not.
    fault: Option<Fault>,
    goes_on: bool,
    visit: V,
}

impl<V: FnMut(MaskedMessage) -> bool> Reader<'_, V> {
    fn tell(&mut self, position: Position, dialect: Option<Dialect>, fault: Option<Fault>) {
        let mti = self.fields.mti();
        let of_mti = mti.and_then(|mti| Version::from_digit(mti.version()));
        let of_profile = self.profile.and_then(|profile| Version::from_digit(profile.version()));
        let version = match (of_mti, of_profile) {
            // Fields of one version under the type of another: neither is sure.
            (Some(one), Some(other)) if one != other => None,
            _ => of_profile.or(of_mti),
        };
        let message = MaskedMessage {
            offset: position.offset,
            line: position.line,
            mti,
            version,
            dialect: dialect.map(Dialect::name),
            bytes: self.bytes,
            fields: self.fields.masked(version, self.profile),
            fault: self.fault.take().or(fault),
        };
        self.forget();
        if self.goes_on {
            self.goes_on = (self.visit)(message);
        }
    }

    fn forget(&mut self) {
        self.fields.clear();
        (self.bytes, self.fault) = (None, None);
    }

    /// The dialect of a message of which no record was made.
    fn dialect_of_fields(&self) -> Option<Dialect> {
        let link = told_value(self.fields.column(Column::Link));
        let own = told_value(self.fields.column(Column::Dialect));
        let of_profile = || self.profile.and_then(Profile::dialect).unwrap_or_default().as_bytes();
        self.builder.dialect(&shown(link), if own.is_empty() { of_profile() } else { own })
    }
}

impl<V: FnMut(MaskedMessage) -> bool> RecordSink for Reader<'_, V> {
    fn takes_fields(&self) -> bool {
        true
    }

    fn wire_message(&mut self, len: usize, fault: Option<DecodeError>) {
        self.bytes = Some(len);
        self.fault = fault.map(fault_of);
    }

    fn field(&mut self, name: FieldName<'_>, value: &[u8]) {
        if self.goes_on && !value.trim_ascii().is_empty() {
            self.fields.push(name, value);
        }
    }

    fn record(&mut self, record: &Record<'_>) {
        let dialect = self.builder.dialect(&shown(cell(record, Column::Link)), cell(record, Column::Dialect));
        let fault = LegBuilder::type_and_code(record).err().map(fault_of_reject);
        self.tell(record.position, dialect, fault);
    }

    fn rejected(&mut self, position: Position, reason: RejectReason) {
        self.tell(position, self.dialect_of_fields(), Some(fault_of_reject(reason)));
    }

    fn non_message(&mut self, _: Position) {
        self.forget();
    }
}

fn fault_of_reject(reason: RejectReason) -> Fault {
    match reason {
        RejectReason::Undecodable(error) => fault_of(error),
        other => Fault { element: None, offset: None, message: other.to_string() },
    }
}

fn fault_of(error: DecodeError) -> Fault {
    Fault { element: error.element, offset: Some(error.offset), message: error.to_string() }
}
