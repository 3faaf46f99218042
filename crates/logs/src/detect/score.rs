//! How much sense a format makes of a sample.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read};

use posmortem_iso8583::{Mti, ResponseCode, Side};

use crate::block_reader::BlockReader;
use crate::column::Column;
use crate::format::Format;
use crate::input::breaks_off;
use crate::read_block::{Scratch, read_block};
use crate::record::{Position, Record, RecordSink, RejectReason};
use crate::settings::InputSettings;

/// What a message without flaw scores; its parts are weights below.
const FULL: u64 = 100;
const TIME: u64 = 20;
const MTI: u64 = 35;
/// A row without MTI is a whole exchange.
const NO_MTI: u64 = 25;
const STAN: u64 = 15;
const TERMINAL: u64 = 15;
const CODE: u64 = 15;

/// What reading one message is worth at least.
const LEAST: u64 = 200;

/// What a format reads in a sample.
pub(super) struct Sense {
    /// How much sense that makes, in thousandths; 0 when there is no message in it.
    pub(super) confidence: u16,
    /// The same for formats that read the same messages, by what is scored of them.
    pub(super) messages: u64,
}

/// Reads the sample.
pub(super) fn read_sample(format: &Format, sample: &[u8], settings: &InputSettings) -> Sense {
    // Whole whatever the limits of the run are: what is too long in it is still of its format.
    let limit = sample.len() + 1;
    let settings = InputSettings { block_size: limit, max_record: limit, ..settings.clone() };
    let source = Sample { rest: sample, breaks_off: breaks_off(sample) };
    let mut blocks = BlockReader::new(source, format, &settings);
    let (mut scratch, mut score) = (Scratch::default(), Score::default());
    // A sample that breaks off ends with an error, and its last frame with a reject that counts little.
    while let Ok(Some(block)) = blocks.next_block() {
        read_block(format, &block, &mut scratch, &mut score);
    }
    score.turn_to(sample.len() as u64, false);
    Sense { confidence: score.thousandths(sample.len() as u64), messages: score.read.finish() }
}

/// The sample as a source that fails at its end, if the input goes on there.
struct Sample<'s> {
    rest: &'s [u8],
    breaks_off: bool,
}

impl Read for Sample<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() && self.breaks_off {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.rest.read(buffer)
    }
}

/// Adds up what the messages of a sample are worth.
#[derive(Default)]
struct Score {
    points: u64,
    messages: u64,
    rejects: u64,
    /// Bytes from the begin of a message to the next call.
    explained: u64,
    /// Where the message began that is not yet counted into them.
    since: Option<u64>,
    /// All messages; its keys are fixed.
    read: DefaultHasher,
}

impl Score {
    fn turn_to(&mut self, offset: u64, is_message: bool) {
        if let Some(since) = self.since.take() {
            self.explained += offset.saturating_sub(since);
        }
        self.since = is_message.then_some(offset);
    }

    /// A log may be mostly noise, and prose may stand before it: that takes three tenths at most. A
    /// reject weighs as much as a message.
    fn thousandths(&self, bytes: u64) -> u16 {
        if self.messages == 0 {
            return 0;
        }
        let quality = self.points * 1000 / (self.messages * FULL);
        let read = self.messages * 1000 / (self.messages + self.rejects);
        let explained = 700 + 300 * self.explained.min(bytes) / bytes.max(1);
        let share = (1000 - LEAST) * quality * read * explained / 1_000_000_000;
        u16::try_from((LEAST + share).min(1000)).unwrap_or(1000)
    }

    fn add(&mut self, points: u64) {
        self.points += points;
        self.messages += 1;
    }
}

impl RecordSink for Score {
    fn record(&mut self, record: &Record<'_>) {
        self.turn_to(record.position.offset, true);
        for column in [Column::Mti, Column::Stan, Column::TerminalId, Column::ResponseCode] {
            record.get(column).hash(&mut self.read);
        }
        let mti = Mti::parse(record.get(Column::Mti));
        let code = record.get(Column::ResponseCode);
        let is_code = ResponseCode::parse(code).is_some();
        let is_stan = |text: &[u8]| matches!(text.len(), 1..=12) && text.iter().all(u8::is_ascii_digit);
        let is_terminal = |text: &[u8]| matches!(text.len(), 1..=16) && text.iter().all(u8::is_ascii_graphic);
        // Requests have no response code, answers have one.
        let is_complete = match mti.map(Mti::side) {
            Some(Side::Request) => code.is_empty() || is_code,
            _ => is_code,
        };
        let worth = |holds: bool, points: u64| if holds { points } else { 0 };
        self.add(
            TIME + mti.map_or(NO_MTI, |_| MTI)
                + worth(is_stan(record.get(Column::Stan)), STAN)
                + worth(is_terminal(record.get(Column::TerminalId)), TERMINAL)
                + worth(is_complete, CODE),
        );
    }

    fn rejected(&mut self, position: Position, reason: RejectReason) {
        // A message all the same: the settings may lack a zone, or the name of the file its date.
        let is_message = reason == RejectReason::BadTime;
        self.turn_to(position.offset, is_message);
        match is_message {
            true => self.add(MTI),
            false => self.rejects += 1,
        }
    }

    fn non_message(&mut self, position: Position) {
        self.turn_to(position.offset, false);
    }
}
