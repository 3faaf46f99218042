//! What a worker makes of one block.

use crate::leg_builder::LegBuilder;
use posmortem_exchange::{Leg, Names};
use posmortem_logs::{Block, Format, Position, Record, RecordSink, RejectReason, Scratch, read_block};
use rayon::prelude::*;

/// The legs of a block, in the order of the block, and what was no leg.
pub(crate) struct Batch {
    pub(crate) legs: Vec<Leg>,
    pub(crate) names: Names,
    /// Places and reasons, where they are asked for.
    pub(crate) rejects: Vec<(Position, RejectReason)>,
    pub(crate) rejected: u64,
    pub(crate) first_reject: Option<(Position, RejectReason)>,
    pub(crate) non_messages: u64,
    pub(crate) masked_cards: u64,
}

/// What all batches of one input have in common.
pub(crate) struct BatchReader<'s> {
    pub(crate) builder: &'s LegBuilder<'s>,
    pub(crate) format: &'s Format,
    pub(crate) input: u32,
    pub(crate) keep_rejects: bool,
}

impl BatchReader<'_> {
    /// Reads blocks on the current rayon pool, and gives their batches in the same order.
    pub(crate) fn read_all(&self, blocks: &[Block]) -> Vec<Batch> {
        blocks.par_iter().map_init(Scratch::default, |scratch, block| self.read(block, scratch)).collect()
    }

    /// Reads one block. Pure but for the run's random card key.
    fn read(&self, block: &Block, scratch: &mut Scratch) -> Batch {
        let batch = Batch {
            legs: Vec::new(),
            names: Names::default(),
            rejects: Vec::new(),
            rejected: 0,
            first_reject: None,
            non_messages: 0,
            masked_cards: 0,
        };
        let mut sink = Sink { reader: self, is_row: matches!(self.format, Format::Delimited(_)), batch };
        read_block(self.format, block, scratch, &mut sink);
        sink.batch
    }
}

struct Sink<'r> {
    reader: &'r BatchReader<'r>,
    is_row: bool,
    batch: Batch,
}

impl RecordSink for Sink<'_> {
    fn record(&mut self, record: &Record<'_>) {
        let Self { reader, is_row, batch } = self;
        match reader.builder.leg(record, reader.input, *is_row, &mut batch.names) {
            Ok(built) => {
                batch.masked_cards += u64::from(built.masked_card);
                batch.legs.push(built.leg);
            }
            Err(reason) => self.rejected(record.position, reason),
        }
    }

    fn rejected(&mut self, position: Position, reason: RejectReason) {
        self.batch.rejected += 1;
        self.batch.first_reject.get_or_insert((position, reason));
        if self.reader.keep_rejects {
            self.batch.rejects.push((position, reason));
        }
    }

    fn non_message(&mut self, _position: Position) {
        self.batch.non_messages += 1;
    }
}
