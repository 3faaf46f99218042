//! What a worker makes of one block.

use crate::frontier::DEPTH;
use crate::inspection::Collector;
use crate::leg_builder::LegBuilder;
use crate::plain::{
    Keys, LeftRow, Lesson, NotPlain, Places, PlainBlock, PlainLeg, PlainReader, RecordCells, Spans,
    Vocabulary,
};
use posmortem_exchange::{Leg, Names};
use posmortem_logs::{
    Block, FieldName, Format, PlainMessage, PlainTile, Position, Record, RecordSink, RejectReason, Scratch,
    read_block,
};
use rayon::prelude::*;
use std::collections::VecDeque;
use std::sync::Mutex;

/// The legs of a block, in the order of the block, and what was no leg.
#[derive(Default)]
pub(crate) struct Batch {
    pub(crate) legs: Vec<Leg>,
    pub(crate) plain: PlainLegs,
    pub(crate) names: Names,
    /// Places and reasons, where they are asked for.
    pub(crate) rejects: Vec<(Position, RejectReason)>,
    pub(crate) rejected: u64,
    pub(crate) first_reject: Option<(Position, RejectReason)>,
    pub(crate) non_messages: u64,
    pub(crate) masked_cards: u64,
    /// What else is in it, where somebody asks.
    pub(crate) inspected: Option<Box<Collector>>,
}

impl Batch {
    /// Frames with a message, readable or not.
    pub(crate) fn frames(&self) -> u64 {
        (self.legs.len() + self.plain.legs.len()) as u64 + self.rejected
    }

    /// The earliest and the latest time.
    pub(crate) fn times(&self) -> Option<(i64, i64)> {
        let slow = || self.legs.iter().map(|leg| leg.at.millis);
        let earliest = slow().chain(self.plain.earliest).min()?;
        let latest = slow().chain(self.plain.latest.iter().copied()).max()?;
        Some((earliest, latest))
    }

    /// Keeps the legs whose places and times pass, asked in the order of the block.
    pub(crate) fn retain_in_order(&mut self, mut keeps: impl FnMut(u64, i64) -> bool) {
        let Self { legs, plain, .. } = self;
        let mut plain_left = plain.legs.iter().peekable();
        let mut kept_plain = Vec::new();
        let mut take_plain = |before: u64, keeps: &mut dyn FnMut(u64, i64) -> bool| {
            while let Some(leg) = plain_left.next_if(|leg| leg.offset < before) {
                kept_plain.extend(keeps(leg.offset, leg.at).then_some(*leg));
            }
        };
        legs.retain(|leg| {
            take_plain(leg.source.offset, &mut keeps);
            keeps(leg.source.offset, leg.at.millis)
        });
        take_plain(u64::MAX, &mut keeps);
        plain.legs = kept_plain;
    }
}

/// The plain legs of a block, in the order of the block.
#[derive(Default)]
pub(crate) struct PlainLegs {
    pub(crate) legs: Vec<PlainLeg>,
    /// When they were, by what they are.
    pub(crate) spans: Spans,
    /// Messages with words that were not known.
    pub(crate) lessons: Vec<Lesson>,
    /// Those whose card is masked.
    pub(crate) masked_cards: u64,
    /// The earliest of their times.
    pub(crate) earliest: Option<i64>,
    /// The latest ones, as many as a frontier looks at, in no order.
    pub(crate) latest: Vec<i64>,
    /// Whether they are in the order of time.
    is_sorted: bool,
}

impl PlainLegs {
    #[inline(always)]
    fn take(&mut self, leg: PlainLeg) {
        self.spans.see(leg.what, leg.at);
        self.legs.push(leg);
    }

    fn sum_up(&mut self) {
        let mut times: Vec<i64> = self.legs.iter().map(|leg| leg.at).collect();
        self.earliest = times.iter().min().copied();
        self.is_sorted = times.is_sorted();
        if times.len() > DEPTH {
            times.select_nth_unstable_by(DEPTH - 1, |a, b| b.cmp(a));
            times.truncate(DEPTH);
        }
        self.latest = times;
    }

    /// The legs alone; after the time `trusted` none has a right clock.
    pub(crate) fn into_block(self, trusted: i64) -> PlainBlock {
        PlainBlock {
            earliest: self.earliest.unwrap_or(i64::MAX),
            latest: self.latest.iter().copied().max().unwrap_or(i64::MIN),
            legs: self.legs,
            is_sorted: self.is_sorted,
            trusted,
        }
    }
}

/// Bytes of a rather short row: so much room spares nearly every block's legs a move.
const SHORT_ROW: usize = 96;

/// What all batches of one input have in common.
pub(crate) struct BatchReader<'s> {
    pub(crate) builder: &'s LegBuilder<'s>,
    pub(crate) format: &'s Format,
    pub(crate) input: u32,
    pub(crate) keep_rejects: bool,
    pub(crate) inspects: bool,
    /// The words of plain messages, where those are looked for.
    pub(crate) words: Option<&'s Vocabulary>,
    /// Where the columns of a delimited input stand.
    pub(crate) places: Option<&'s Places>,
    pub(crate) spare: &'s Spare,
}

/// Room that was used before: a fresh megabyte a block would cost more than to fill it.
#[derive(Default)]
pub(crate) struct Spare {
    pub(crate) plain: Room<Vec<PlainLeg>>,
    pub(crate) legs: Room<Vec<Leg>>,
    pub(crate) lessons: Room<Vec<Lesson>>,
    scratches: Room<Scratch>,
}

/// Room of one sort, which workers share.
pub(crate) struct Room<T>(Mutex<Vec<T>>);

impl<T> Default for Room<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Default> Room<T> {
    pub(crate) fn take(&self) -> T {
        self.0.lock().ok().and_then(|mut rooms| rooms.pop()).unwrap_or_default()
    }

    pub(crate) fn put(&self, room: T) {
        if let Ok(mut rooms) = self.0.lock() {
            rooms.push(room);
        }
    }
}

impl<T> Room<Vec<T>> {
    /// Empties a list and keeps its room, unless that is far more than was needed: the first blocks of a day are
    /// full of messages that later ones have few of.
    pub(crate) fn put_if_used(&self, mut list: Vec<T>) {
        let is_used = 4 * list.len() >= list.capacity();
        list.clear();
        if is_used {
            self.put(list);
        }
    }
}

impl BatchReader<'_> {
    /// Reads blocks on the current rayon pool, and gives their batches in the same order.
    pub(crate) fn read_all(&self, blocks: &[Block]) -> Vec<Batch> {
        let read = |block: &Block| {
            let mut scratch = self.spare.scratches.take();
            let batch = self.read(block, &mut scratch);
            self.spare.scratches.put(scratch);
            batch
        };
        blocks.par_iter().map(read).collect()
    }

    /// Reads one block. Pure but for the run's random card key.
    fn read(&self, block: &Block, scratch: &mut Scratch) -> Batch {
        let is_row = self.format.has_rows();
        let has = |column| self.places.is_none_or(|places| places.has(column));
        let plain = self.words.map(|words| PlainReader::new(words, self.builder, self.input, is_row, has));
        let mut batch = Batch { legs: self.spare.legs.take(), ..Batch::default() };
        if plain.is_some() {
            batch.plain.lessons = self.spare.lessons.take();
            batch.plain.legs = self.spare.plain.take();
            batch.plain.legs.reserve(block.bytes().len() / SHORT_ROW);
        }
        if self.inspects {
            batch.inspected = Some(Box::default());
        }
        let mut sink =
            Sink { reader: self, plain, left: VecDeque::new(), is_row, batch, messages: Vec::new() };
        read_block(self.format, block, scratch, &mut sink);
        let Sink { mut batch, plain, messages, .. } = sink;
        batch.plain.masked_cards = plain.map_or(0, |plain| plain.masked_cards);
        if let Some(inspected) = &mut batch.inspected {
            match self.format {
                // Wire bytes and their digits are no text: what they hold is in fields.
                Format::Frames(_) => {}
                Format::HexLines(layout) => {
                    let is_message = |offset| messages.binary_search(&offset).is_ok();
                    layout.prose(block, is_message, |text| inspected.text(text));
                }
                _ => inspected.text(block.bytes()),
            }
        }
        batch.plain.sum_up();
        batch
    }
}

struct Sink<'r> {
    reader: &'r BatchReader<'r>,
    plain: Option<PlainReader<'r>>,
    /// Rows that come again as records, and what was found out about them.
    left: VecDeque<LeftRow>,
    is_row: bool,
    batch: Batch,
    /// Where messages begin, in their order, where somebody looks at what stands around them.
    messages: Vec<u64>,
}

impl Sink<'_> {
    /// What was found out about the row that begins there.
    #[inline(always)]
    fn left_row(&mut self, offset: u64) -> Option<Result<Keys, NotPlain>> {
        while let Some((begin, known)) = self.left.pop_front_if(|(begin, _)| *begin <= offset) {
            if begin == offset {
                return Some(known);
            }
        }
        None
    }
}

impl RecordSink for Sink<'_> {
    fn takes_fields(&self) -> bool {
        self.batch.inspected.is_some()
    }

    fn field(&mut self, name: FieldName<'_>, value: &[u8]) {
        if let Some(inspected) = &mut self.batch.inspected {
            inspected.field(name, value);
        }
    }

    fn takes_plain_rows(&self) -> bool {
        self.plain.is_some() && self.reader.places.is_some()
    }

    fn plain_rows(&mut self, rows: &PlainTile<'_>) -> u64 {
        let Self {
            reader: BatchReader { places: Some(places), .. }, plain: Some(plain), batch, left, ..
        } = self
        else {
            return rows.rows();
        };
        // What the rows before left and nobody asked for: an empty line.
        left.clear();
        plain.legs(rows, places, |leg| batch.plain.take(leg), |row| left.push_back(row))
    }

    fn takes_plain_messages(&self) -> bool {
        self.plain.is_some()
    }

    fn plain_message(&mut self, message: &PlainMessage<'_>) -> bool {
        let Self { plain: Some(plain), batch, left, .. } = self else { return false };
        let offset = message.position.offset;
        left.clear();
        match plain.leg(message, message.at, offset) {
            Ok(leg) => batch.plain.take(leg),
            Err(why) => left.push_back((offset, plain.keys_of(why))),
        }
        left.is_empty()
    }

    fn record(&mut self, record: &Record<'_>) {
        let glance = match (self.left_row(record.position.offset), &mut self.plain) {
            (Some(known), _) => Some(known),
            (None, Some(plain)) if record.group.is_none() => {
                match plain.leg(&RecordCells(record), record.at, record.position.offset) {
                    Ok(leg) => return self.batch.plain.take(leg),
                    Err(why) => Some(plain.keys_of(why)),
                }
            }
            _ => None,
        };
        let Self { reader, is_row, batch, messages, .. } = self;
        match reader.builder.leg(record, reader.input, *is_row, &mut batch.names) {
            Ok(built) => {
                batch.masked_cards += u64::from(built.masked_card);
                if let Some(inspected) = &mut batch.inspected {
                    inspected.message(record, &built.leg, &batch.names);
                    messages.push(record.position.offset);
                }
                if let Some(Ok(keys)) = glance {
                    batch.plain.lessons.push(Lesson::new(keys, record.position.offset));
                }
                batch.legs.push(built.leg);
            }
            Err(reason) => self.rejected(record.position, reason),
        }
    }

    fn rejected(&mut self, position: Position, reason: RejectReason) {
        self.batch.rejected += 1;
        if let Some(inspected) = &mut self.batch.inspected {
            inspected.rejected(position, reason);
            self.messages.push(position.offset);
        }
        self.batch.first_reject.get_or_insert((position, reason));
        if self.reader.keep_rejects {
            self.batch.rejects.push((position, reason));
        }
    }

    fn non_message(&mut self, _position: Position) {
        self.batch.non_messages += 1;
    }
}
