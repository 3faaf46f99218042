//! One input on its way through the run: opened, recognised, read block by block.

use crate::Settings;
use crate::batch::{Batch, BatchReader, Spare};
use crate::frontier::{DEPTH, Frontier};
use crate::inspection::{Collector, FileFindings};
use crate::leg_builder::LegBuilder;
use crate::part::Part;
use crate::plain::{Places, Vocabulary};
use crate::read_ahead::{Ending, Opening, Passed, ReadAhead, Reader, blocks_of, open_source};
use crate::recognition::{detect_or_guess, other_formats};
use crate::run::{InputSource, TABLE_MAGIC};
use posmortem_exchange::{FileFacts, FileState, FileSummary, FirstReject};
use posmortem_logs::{Block, Column, Compression, DetectError, FileIdentity, Format, InputSettings};

/// Fewer legs than these do not tell a direction.
const ENOUGH_LEGS: usize = 256;

/// An input that is decompressed is read on while others have their turn, by so many bytes of all of them
/// together. Reading a plain one is no work that could be done before.
const DECOMPRESSED_AHEAD: usize = 32 << 20;

/// Most inputs that are read at once.
const MOST_READ: usize = 8;

/// Has workers read the input that is `next`, and those whose turn comes behind it. What they have read
/// when it is wanted changes nothing but the time.
pub(crate) fn read_on(streams: &mut [Stream], next: usize, blocks: usize, settings: &Settings) {
    let threads = rayon::current_num_threads();
    if threads < 2 {
        return;
    }
    streams[next].read_on(2 * blocks);
    let others = streams.len().min(threads).min(MOST_READ) - 1;
    let mut waiting: Vec<_> = streams
        .iter()
        .enumerate()
        .filter(|(at, stream)| *at != next && !stream.is_done())
        .map(|(at, stream)| (stream.reached(), at))
        .collect();
    if others > 0 && others < waiting.len() {
        waiting.select_nth_unstable(others);
    }
    let share = DECOMPRESSED_AHEAD / others.max(1) / settings.input.block_size.max(1 << 16);
    for (_, at) in waiting.into_iter().take(others) {
        let stream = &mut streams[at];
        stream.read_on(if stream.is_compressed { share.max(2 * blocks) } else { 2 * blocks });
    }
}

/// One input.
pub(crate) struct Stream {
    input: u32,
    source: InputSource,
    /// None until it is opened, where that failed, and once all its blocks are taken.
    reading: Option<ReadAhead>,
    /// Whether all its blocks were taken, or there will be none.
    has_ended: bool,
    is_compressed: bool,
    /// Which file it is, where it can be opened again.
    identity: Option<FileIdentity>,
    format: Option<Format>,
    unknown_columns: Vec<String>,
    other_formats: Vec<String>,
    /// What an inspection has found.
    findings: FileFindings,
    /// Blocks that the probe parsed, and what they held.
    probed: Vec<(Block, Batch)>,
    frontier: Frontier,
    /// The earliest of the first legs, once a probe has seen enough of them.
    begins: Option<i64>,
    /// Whether the probe found legs further back in time than the horizon, or most of them going
    /// backwards: an export with the newest first, or sorted by terminal.
    unsorted: bool,
    /// How its plain rows are read, if it has any.
    places: Option<Places>,
    bytes: u64,
    frames: u64,
    rejected: u64,
    first_reject: Option<FirstReject>,
    state: FileState,
    /// What it tells as a part of a file, if it is one.
    part: Option<Part>,
    passed: Passed,
}

impl Stream {
    pub(crate) fn new(input: u32, source: InputSource) -> Self {
        let part = match source {
            InputSource::Split(_, split) => Some(Part::new(split)),
            InputSource::Path(_) | InputSource::Stdin => None,
        };
        Self {
            input,
            source,
            part,
            passed: Passed::default(),
            reading: None,
            has_ended: false,
            is_compressed: false,
            identity: None,
            format: None,
            unknown_columns: Vec::new(),
            other_formats: Vec::new(),
            findings: FileFindings::default(),
            probed: Vec::new(),
            frontier: Frontier::default(),
            begins: None,
            unsorted: false,
            places: None,
            bytes: 0,
            frames: 0,
            rejected: 0,
            first_reject: None,
            state: FileState::Whole,
        }
    }

    /// Opens the input and recognises its format. What goes wrong is the file's state.
    fn open(&mut self, settings: &Settings) {
        if let Err(state) = self.try_open(&settings.input, settings.inspects) {
            self.state = state;
            self.has_ended = true;
        }
    }

    fn try_open(&mut self, settings: &InputSettings, inspects: bool) -> Result<(), FileState> {
        let unreadable = |error: &dyn std::fmt::Display| FileState::Unreadable(error.to_string());
        let mut input = open_source(&self.source).map_err(|error| unreadable(&error))?;
        let settings = settings.for_input(&input);
        let sample = input.sample().map_err(|error| unreadable(&error))?;
        if sample.starts_with(TABLE_MAGIC) {
            let hint = "give its file by name, and no logs beside it";
            return Err(unreadable(&format!("an exchange table is read from its end: {hint}")));
        }
        let recognised = input.recognise(|sample| detect_or_guess(sample, &settings, inspects));
        let (detection, guessed) =
            recognised.map_err(|error| unreadable(&error))?.map_err(|error| match error {
                DetectError::Empty => FileState::Empty,
                // An inspection is the next step.
                _ if inspects => unreadable(&error),
                _ => FileState::Unreadable(error.with_next_step()),
            })?;
        self.is_compressed = input.compression() != Compression::Plain;
        self.identity = input.identity();
        self.findings.compression = input.compression().name();
        self.findings.take_detection(&detection, guessed);
        self.other_formats = other_formats(&detection);
        self.unknown_columns = detection.unknown_columns;
        let reader = blocks_of(&self.source, input, &detection.format, &settings);
        let reader = reader.map_err(|error| unreadable(&error))?;
        self.reading = Some(ReadAhead::new(Reader::Open(Box::new(reader))));
        self.format = Some(detection.format);
        Ok(())
    }

    /// Looks at the first legs: when the input begins, and whether it is in the order of time. What it
    /// parsed is kept for [`Stream::take_probed`]; with `close`, a file is closed and read again in
    /// its turn. A pipe stays open: what was read of it is gone.
    pub(crate) fn probe(
        &mut self,
        builder: &LegBuilder<'_>,
        settings: &Settings,
        blocks: usize,
        close: bool,
    ) {
        self.open(settings);
        let Some(format) = self.format.clone() else { return };
        let order = self.order_of_file(builder, settings, blocks);
        self.places = Places::of(&format);
        let (mut times, mut bytes) = (Vec::new(), 0);
        let wanted = settings.probed_legs.max(DEPTH);
        while times.len() < wanted && bytes < settings.probed_bytes {
            let read = self.take_blocks(blocks);
            if read.is_empty() {
                break;
            }
            let batches =
                self.batch_reader(builder, &format, settings, None, &Spare::default()).read_all(&read);
            bytes += read.iter().map(|block| block.bytes().len() as u64).sum::<u64>();
            // Where a block ends must not decide which of them are looked at.
            let legs = batches.iter().flat_map(|batch| &batch.legs);
            let legs = legs.filter(|leg| leg.source.offset < settings.probed_bytes);
            times.extend(legs.map(|leg| leg.at.millis));
            self.probed.extend(read.into_iter().zip(batches));
        }
        times.truncate(wanted);
        // Fewer legs do not tell where an input begins, unless it has no more: the first may have a wrong clock.
        let tells = times.len() >= DEPTH || bytes < settings.probed_bytes;
        self.begins = times.iter().take(DEPTH).min().copied().filter(|_| tells);
        self.unsorted = order.unwrap_or_else(|| is_unsorted(&times, settings.pairing.horizon_ms));
        if let Some(identity) = self.identity.filter(|_| close && !self.has_ended) {
            self.probed.clear();
            let (source, settings) = (self.source.clone(), settings.input.clone());
            let opening = Opening { source, identity, format, settings };
            self.reading = Some(ReadAhead::new(Reader::Closed(opening.into())));
        }
    }

    /// Of a part of a file: whether the file is in another order than that of time. Its start tells, so that the first
    /// part looks as far as the whole would, and the others take it for sorted; who joins them hears of it.
    fn order_of_file(&self, builder: &LegBuilder<'_>, settings: &Settings, blocks: usize) -> Option<bool> {
        let InputSource::Split(path, split) = &self.source else { return None };
        if split.start > 0 {
            return Some(false);
        }
        let mut file = Self::new(self.input, InputSource::Path(path.clone()));
        file.probe(builder, settings, blocks, false);
        Some(file.unsorted)
    }

    /// How blocks of this input are to be parsed; with words, its plain rows at a glance.
    pub(crate) fn batch_reader<'r>(
        &'r self,
        builder: &'r LegBuilder<'r>,
        format: &'r Format,
        settings: &Settings,
        words: Option<&'r Vocabulary>,
        spare: &'r Spare,
    ) -> BatchReader<'r> {
        let &Settings { keep_rejects, inspects, .. } = settings;
        BatchReader {
            builder,
            format,
            input: self.input,
            keep_rejects,
            inspects,
            words,
            places: self.places.as_ref(),
            spare,
        }
    }

    /// Whether its messages may be plain ones: in the order of time, as far as the probe saw, and with the
    /// columns without which none is.
    pub(crate) fn is_plain(&self) -> bool {
        let has = |places: &Places| {
            [Column::Stan, Column::TerminalId, Column::ResponseCode]
                .into_iter()
                .all(|column| places.has(column))
        };
        self.format.is_none() || (self.places.as_ref().is_none_or(has) && !self.unsorted)
    }

    /// What the probe parsed, once.
    pub(crate) fn take_probed(&mut self) -> Vec<(Block, Batch)> {
        std::mem::take(&mut self.probed)
    }

    /// Whether the probe found the input not to be in the order of time.
    pub(crate) fn is_unsorted(&self) -> bool {
        self.unsorted
    }

    /// Has a worker read until so many blocks wait.
    fn read_on(&mut self, most: usize) {
        if let Some(reading) = &self.reading {
            reading.read_on(most);
        }
    }

    /// The next `count` blocks, fewer at the end alone. The end of the input, and a break in it, end the
    /// reading.
    pub(crate) fn take_blocks(&mut self, count: usize) -> Vec<Block> {
        let Some(reading) = &self.reading else { return Vec::new() };
        let (blocks, ending) = reading.take(count);
        if ending.is_some() {
            (self.has_ended, self.reading) = (true, None);
        }
        match ending {
            Some(Ending::Unreadable(error)) => self.state = FileState::Unreadable(error),
            Some(Ending::BrokenOff(error, passed)) => {
                (self.state, self.passed) = (FileState::BrokenOff(error), passed);
            }
            Some(Ending::Whole(passed)) => self.passed = passed,
            Some(Ending::Panic(_)) | None => {}
        }
        blocks
    }

    /// Gives a buffer back.
    pub(crate) fn recycle(&mut self, block: Block) {
        if let Some(reading) = &self.reading {
            reading.recycle(block);
        }
    }

    /// Takes note of a parsed block.
    pub(crate) fn count(&mut self, block: &Block, batch: &Batch) {
        let rejected = batch.rejected;
        let frames = batch.frames();
        if let (None, Some((position, reason))) = (&self.first_reject, &batch.first_reject) {
            self.first_reject = Some(FirstReject { line: position.line, reason: reason.to_string() });
        }
        self.bytes = block.position().offset + block.bytes().len() as u64;
        self.frames += frames;
        self.rejected += rejected;
    }

    /// Takes note of what else a block holds.
    pub(crate) fn inspect(&mut self, found: Collector) {
        self.findings.counts.merge(found);
    }

    /// What an inspection has found in it.
    pub(crate) fn take_findings(&mut self) -> FileFindings {
        std::mem::take(&mut self.findings)
    }

    /// Takes note of a block's times, and takes out the legs that are too far back from what the input
    /// has reached to be paired. How many those are is a question of the input's content alone, so that
    /// blocks do not matter.
    pub(crate) fn take_out_of_order(&mut self, batch: &mut Batch, horizon_ms: i64) -> u64 {
        let Some((earliest, latest)) = batch.times().filter(|_| !self.unsorted) else { return 0 };
        let Self { frontier, part, .. } = self;
        let has_doubtful = part.is_some() && !frontier.is_in_front_of_all(earliest, latest, horizon_ms);
        if frontier.has_all_in_front(earliest, latest, horizon_ms) && !has_doubtful {
            let slow = batch.legs.iter().map(|leg| leg.at.millis);
            slow.chain(batch.plain.latest.iter().copied()).for_each(|millis| frontier.see(millis));
            return 0;
        }
        let before = batch.legs.len() + batch.plain.legs.len();
        batch.retain_in_order(|offset, millis| {
            let ahead = frontier.ahead_of(millis, horizon_ms);
            frontier.see(millis);
            let in_order = ahead < DEPTH;
            if let Some(part) = part.as_mut().filter(|_| in_order && ahead > 0) {
                part.doubt(offset, millis, ahead);
            }
            in_order
        });
        (before - batch.legs.len() - batch.plain.legs.len()) as u64
    }

    /// How far in time the input has come, as far as can be told: no leg to come lies a horizon or
    /// more before it and is in order.
    pub(crate) fn reached(&self) -> i64 {
        self.frontier.reached().or(self.begins).unwrap_or(i64::MIN)
    }

    pub(crate) fn is_done(&self) -> bool {
        self.has_ended && self.probed.is_empty()
    }

    pub(crate) fn input(&self) -> u32 {
        self.input
    }

    pub(crate) fn format(&self) -> Option<&Format> {
        self.format.as_ref()
    }

    pub(crate) fn into_facts(self) -> FileFacts {
        // A header alone, or records without any message.
        let holds_nothing = self.frames == 0 && self.state == FileState::Whole;
        let summary = FileSummary {
            path: self.source.label(),
            format: self.format.map_or("", |format| format.input_format().name()).into(),
            bytes: self.bytes,
            frames: self.frames,
            rejected: self.rejected,
            first_reject: self.first_reject,
            state: if holds_nothing { FileState::Empty } else { self.state },
        };
        let split = self.part.map(|part| part.into_facts(&self.frontier, self.passed));
        FileFacts {
            summary,
            split,
            is_unsorted: self.unsorted,
            unknown_columns: self.unknown_columns,
            other_formats: self.other_formats,
        }
    }
}

/// Whether these times jump back further than the horizon, or go backwards more often than not.
fn is_unsorted(times: &[i64], horizon_ms: i64) -> bool {
    let mut frontier = Frontier::default();
    let jumps_back = times.iter().any(|&millis| {
        let behind = frontier.is_behind(millis, horizon_ms);
        frontier.see(millis);
        behind
    });
    let (mut forth, mut back) = (0, 0);
    for pair in times.windows(2) {
        forth += u32::from(pair[0] < pair[1]);
        back += u32::from(pair[0] > pair[1]);
    }
    jumps_back || (back > forth && times.len() >= ENOUGH_LEGS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    #[test]
    fn exports_in_another_order_are_found_out() {
        let ascending: Vec<i64> = (0..2000).map(|number| number * MINUTE).collect();
        assert!(!is_unsorted(&ascending, 10 * MINUTE));
        let newest_first: Vec<i64> = ascending.iter().rev().copied().collect();
        assert!(is_unsorted(&newest_first, 10 * MINUTE));
        // So dense that nothing lies a horizon back.
        assert!(is_unsorted(&newest_first, i64::MAX));
        let by_terminal: Vec<i64> = ascending.iter().chain(&ascending).copied().collect();
        assert!(is_unsorted(&by_terminal, 10 * MINUTE));
        let jittered: Vec<i64> = ascending.iter().map(|millis| millis + millis % 7 * MINUTE).collect();
        assert!(!is_unsorted(&jittered, 10 * MINUTE));
    }
}
