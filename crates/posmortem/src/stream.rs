//! One input on its way through the run: opened, recognised, read block by block.

use crate::batch::{Batch, BatchReader};
use crate::frontier::{DEPTH, Frontier};
use crate::leg_builder::LegBuilder;
use crate::run::InputSource;
use posmortem_exchange::{FileState, FileSummary};
use posmortem_logs::{Block, BlockReader, DetectError, Format, Input, InputSettings, Scratch, detect};
use std::collections::VecDeque;

/// Blocks that a probe reads at most in search of legs that tell where an input begins.
const PROBED_BLOCKS: usize = 16;

/// One input.
pub(crate) struct Stream {
    input: u32,
    source: InputSource,
    reader: Option<BlockReader<Input>>,
    format: Option<Format>,
    unknown_columns: Vec<String>,
    /// Blocks that are read and not yet parsed.
    ready: VecDeque<Block>,
    frontier: Frontier,
    /// The earliest of the first legs, once a probe has seen enough of them.
    begins: Option<i64>,
    bytes: u64,
    frames: u64,
    rejected: u64,
    first_reject: Option<String>,
    state: FileState,
}

impl Stream {
    pub(crate) fn new(input: u32, source: InputSource) -> Self {
        Self {
            input,
            source,
            reader: None,
            format: None,
            unknown_columns: Vec::new(),
            ready: VecDeque::new(),
            frontier: Frontier::default(),
            begins: None,
            bytes: 0,
            frames: 0,
            rejected: 0,
            first_reject: None,
            state: FileState::Whole,
        }
    }

    /// Opens the input and recognises its format. What goes wrong is the file's state.
    pub(crate) fn open(&mut self, settings: &InputSettings) {
        if let Err(state) = self.try_open(settings) {
            self.state = state;
        }
    }

    fn try_open(&mut self, settings: &InputSettings) -> Result<(), FileState> {
        let unreadable = |error: &dyn std::fmt::Display| FileState::Unreadable(error.to_string());
        let opened = match &self.source {
            InputSource::Stdin => Input::stdin(),
            InputSource::Path(path) => Input::open(path),
        };
        let mut input = opened.map_err(|error| unreadable(&error))?;
        let settings = settings.for_input(&input);
        let sample = input.sample().map_err(|error| unreadable(&error))?;
        let detection = detect(sample, &settings).map_err(|error| match error {
            DetectError::Empty => FileState::Empty,
            _ => unreadable(&error),
        })?;
        self.unknown_columns = detection.unknown_columns;
        self.reader = Some(BlockReader::new(input, &detection.format, &settings));
        self.format = Some(detection.format);
        Ok(())
    }

    /// Looks for the time at which the input begins. The blocks read for it stay ready.
    pub(crate) fn probe(&mut self, builder: &LegBuilder<'_>) {
        let Some(format) = self.format.clone() else { return };
        let reader = BatchReader { builder, format: &format, input: self.input, keep_rejects: false };
        let (mut scratch, mut times) = (Scratch::default(), Vec::new());
        while times.len() < DEPTH && self.ready.len() < PROBED_BLOCKS {
            let read = self.ready.len();
            self.read_ahead(1);
            let Some(block) = self.ready.get(read) else { break };
            times.extend(reader.read(block, &mut scratch).legs.iter().map(|leg| leg.at.millis));
        }
        if times.len() >= DEPTH || self.reader.is_none() {
            times.truncate(DEPTH);
            self.begins = times.into_iter().min();
        }
    }

    /// Reads up to `count` more blocks. The end of the input, and a break in it, end the reading.
    pub(crate) fn read_ahead(&mut self, count: usize) {
        for _ in 0..count {
            let Some(reader) = &mut self.reader else { return };
            match reader.next_block() {
                Ok(Some(block)) => self.ready.push_back(block),
                Ok(None) => self.reader = None,
                Err(error) => {
                    self.reader = None;
                    self.state = FileState::BrokenOff(error.to_string());
                }
            }
        }
    }

    /// Up to `count` blocks, read now if none is ready.
    pub(crate) fn take_blocks(&mut self, count: usize) -> Vec<Block> {
        if self.ready.is_empty() {
            self.read_ahead(count);
        }
        self.ready.drain(..count.min(self.ready.len())).collect()
    }

    /// Gives buffers back.
    pub(crate) fn recycle(&mut self, blocks: Vec<Block>) {
        if let Some(reader) = &mut self.reader {
            blocks.into_iter().for_each(|block| reader.recycle(block));
        }
    }

    /// Takes note of a parsed block.
    pub(crate) fn count(&mut self, block: &Block, batch: &Batch) {
        let rejected = batch.rejected;
        let frames = batch.legs.len() as u64 + rejected;
        if let (None, Some((position, reason))) = (&self.first_reject, &batch.first_reject) {
            self.first_reject = Some(format!("line {}: {reason}", position.line));
        }
        self.bytes = block.position().offset + block.bytes().len() as u64;
        self.frames += frames;
        self.rejected += rejected;
    }

    /// Takes note of a leg's time, and tells whether it is near enough to what the input has
    /// reached to be paired. A question of the input's content alone, so that blocks do not matter.
    pub(crate) fn is_in_order(&mut self, millis: i64, horizon_ms: i64) -> bool {
        let in_order =
            self.frontier.reached().is_none_or(|reached| millis >= reached.saturating_sub(horizon_ms));
        self.frontier.see(millis);
        in_order
    }

    /// How far in time the input has come, as far as can be told: no leg to come lies a horizon or
    /// more before it and is in order.
    pub(crate) fn reached(&self) -> i64 {
        self.frontier.reached().or(self.begins).unwrap_or(i64::MIN)
    }

    pub(crate) fn is_done(&self) -> bool {
        self.reader.is_none() && self.ready.is_empty()
    }

    pub(crate) fn input(&self) -> u32 {
        self.input
    }

    pub(crate) fn format(&self) -> Option<&Format> {
        self.format.as_ref()
    }

    /// Columns of the input that nothing here knows, safe to show.
    pub(crate) fn unknown_columns(&self) -> &[String] {
        &self.unknown_columns
    }

    /// The input's path as given.
    pub(crate) fn label(&self) -> String {
        self.source.label()
    }

    pub(crate) fn into_summary(self) -> FileSummary {
        // A header alone, or records without any message.
        let holds_nothing = self.frames == 0 && self.state == FileState::Whole;
        FileSummary {
            path: self.label(),
            format: self.format.map_or("", |format| format.input_format().name()),
            bytes: self.bytes,
            frames: self.frames,
            rejected: self.rejected,
            first_reject: self.first_reject,
            state: if holds_nothing { FileState::Empty } else { self.state },
        }
    }
}
