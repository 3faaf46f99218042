//! What a sink was told of an input, kept so that two readings can be compared.

// Each file of tests is a crate of its own and uses a part of this.
#![allow(dead_code)]

use std::io::Read;

use posmortem_logs::{
    BlockReader, Column, Format, InputSettings, Position, Record, RecordSink, RejectReason, Scratch,
    Timestamp, detect, read_block,
};

/// One call of a sink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Record(Message),
    Rejected(Position, RejectReason),
    NonMessage(Position),
}

/// An owned record. Test data only: the values are made up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) at: Timestamp,
    pub(crate) position: Position,
    pub(crate) group: Option<u64>,
    pub(crate) values: Vec<(Column, String)>,
}

impl Message {
    pub(crate) fn get(&self, column: Column) -> &str {
        self.values.iter().find(|(own, _)| *own == column).map_or("", |(_, value)| value)
    }
}

#[derive(Default)]
pub(crate) struct Calls(pub(crate) Vec<Call>);

impl RecordSink for Calls {
    fn record(&mut self, record: &Record<'_>) {
        let text = |column| String::from_utf8_lossy(record.get(column)).into_owned();
        let values = Column::ALL.into_iter().map(|column| (column, text(column)));
        let values = values.filter(|(_, value)| !value.is_empty()).collect();
        let Record { at, position, group, .. } = *record;
        self.0.push(Call::Record(Message { at, position, group, values }));
    }

    fn rejected(&mut self, position: Position, reason: RejectReason) {
        self.0.push(Call::Rejected(position, reason));
    }

    fn non_message(&mut self, position: Position) {
        self.0.push(Call::NonMessage(position));
    }
}

impl Calls {
    /// The same so many lines further down.
    pub(crate) fn moved_down(mut self, lines: u64) -> Self {
        for call in &mut self.0 {
            let (Call::Record(Message { position, .. })
            | Call::Rejected(position, _)
            | Call::NonMessage(position)) = call;
            position.line += lines;
        }
        self
    }

    pub(crate) fn messages(&self) -> Vec<&Message> {
        self.0
            .iter()
            .filter_map(|call| if let Call::Record(message) = call { Some(message) } else { None })
            .collect()
    }

    pub(crate) fn rejects(&self) -> Vec<(Position, RejectReason)> {
        let reject =
            |call: &Call| if let Call::Rejected(at, reason) = call { Some((*at, *reason)) } else { None };
        self.0.iter().filter_map(reject).collect()
    }

    pub(crate) fn reasons(&self) -> Vec<RejectReason> {
        self.rejects().into_iter().map(|(_, reason)| reason).collect()
    }

    pub(crate) fn non_messages(&self) -> usize {
        self.0.iter().filter(|call| matches!(call, Call::NonMessage(_))).count()
    }
}

/// Reads a source to its end; the error, if it broke off.
pub(crate) fn read_source(
    source: impl Read,
    format: &Format,
    settings: &InputSettings,
) -> (Calls, Option<String>) {
    read_all(&mut BlockReader::new(source, format, settings), format)
}

/// Reads what a reader gives to its end; the error, if it broke off.
pub(crate) fn read_all<R: Read>(blocks: &mut BlockReader<R>, format: &Format) -> (Calls, Option<String>) {
    let (mut scratch, mut calls) = (Scratch::default(), Calls::default());
    loop {
        match blocks.next_block() {
            Ok(Some(block)) => {
                read_block(format, &block, &mut scratch, &mut calls);
                blocks.recycle(block);
            }
            Ok(None) => return (calls, None),
            Err(error) => {
                assert!(blocks.next_block().expect("an end").is_none());
                return (calls, Some(error.to_string()));
            }
        }
    }
}

/// Tells a sink of a whole log.
pub(crate) fn feed(log: &[u8], format: &Format, settings: &InputSettings, sink: &mut impl RecordSink) {
    let mut blocks = BlockReader::new(log, format, settings);
    let mut scratch = Scratch::default();
    while let Some(block) = blocks.next_block().expect("memory") {
        read_block(format, &block, &mut scratch, sink);
        blocks.recycle(block);
    }
}

/// Detects a format and reads the log with it.
pub(crate) fn read(log: &[u8], settings: &InputSettings) -> Calls {
    let format = detect(log, settings).expect("a known format").format;
    let (calls, error) = read_source(log, &format, settings);
    assert_eq!(error, None);
    calls
}

/// Settings with blocks of this size.
pub(crate) fn blocks_of(block_size: usize) -> InputSettings {
    InputSettings { block_size, ..InputSettings::default() }
}
