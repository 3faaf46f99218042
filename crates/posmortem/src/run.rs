//! The pipeline: inputs, merged by time, through workers into pairing and tally.
//!
//! One step reads the next blocks of an input while the workers parse the ones before; pairing
//! follows in the caller's thread, in the order of the input. So the number of threads and the size
//! of blocks change nothing that comes out.

use crate::Settings;
use crate::batch::{Batch, Spare};
use crate::fleet_limit::FleetLimit;
use crate::inspection::inspection_of;
use crate::leg_builder::LegBuilder;
use crate::plain::{Lesson, PlainLeg, Vocabulary};
use crate::sequencer::{Counted, NewLegs, Sequencer};
use crate::stream::{Stream, read_on};
use crate::summing_up::{judged, summary_of};
use crate::tap::Tap;
use posmortem_diagnose::Diagnosis;
use posmortem_exchange::{
    Breakdown, Conclusion, Exchange, ExchangeTable, Inspection, Leg, LinkSpan, Names, RunFacts, Summary,
    Symbol,
};
use posmortem_iso8583::screen;
use posmortem_logs::{Block, RejectReason, Split};
use rayon::prelude::*;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Where messages come from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum InputSource {
    /// Standard input.
    Stdin,
    /// A file.
    Path(PathBuf),
    /// The frames of a file that a part of it owns.
    Split(PathBuf, Split),
}

impl InputSource {
    /// The file, if it is one or a part of one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Stdin => None,
            Self::Path(path) | Self::Split(path, _) => Some(path),
        }
    }

    /// The path as it may be shown, `-` for standard input.
    pub fn label(&self) -> String {
        match self {
            Self::Stdin => "-".to_owned(),
            // A file may be called by a card number.
            Self::Path(path) | Self::Split(path, _) => screen(path.to_string_lossy().as_bytes()).into_owned(),
        }
    }
}

/// The inputs' labels in the order to which [`posmortem_exchange::Source::input`] refers.
pub fn sorted_paths(sources: &[InputSource]) -> Vec<String> {
    let mut paths: Vec<String> = sources.iter().map(InputSource::label).collect();
    paths.sort();
    paths
}

/// Hears of what a run finds while it finds it, in the calling thread.
///
/// ```
/// use posmortem::exchange::{Conclusion, Exchange, Names};
/// use posmortem::{InputSource, Observer, Settings, Stop, analyse};
/// use std::ops::ControlFlow;
///
/// /// The reason of the first failure.
/// #[derive(Default)]
/// struct First(Option<&'static str>);
///
/// impl Observer for First {
///     fn exchange(&mut self, _: &Exchange, conclusion: &Conclusion, _: &Names) -> ControlFlow<()> {
///         self.0 = conclusion.reason.filter(|_| conclusion.failed()).map(|reason| reason.name());
///         if self.0.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
///     }
/// }
///
/// let mut first = First::default();
/// let day = InputSource::Path("../../fixtures/day.csv".into());
/// let run = analyse(&[day], &Settings::default(), &mut first);
/// assert_eq!((first.0, run.stopped), (Some("terminal_not_registered"), Some(Stop::ByObserver)));
/// ```
pub trait Observer {
    /// An exchange that the filter let through. [`ControlFlow::Break`] ends the run early.
    fn exchange(&mut self, exchange: &Exchange, conclusion: &Conclusion, names: &Names) -> ControlFlow<()> {
        let _ = (exchange, conclusion, names);
        ControlFlow::Continue(())
    }

    /// Bytes and frames so far, after decompression. [`ControlFlow::Break`] ends the run early.
    fn progress(&mut self, bytes: u64, frames: u64) -> ControlFlow<()> {
        let _ = (bytes, frames);
        ControlFlow::Continue(())
    }
}

/// Listens to nothing.
impl Observer for () {}

/// The first bytes of an exchange table, which is read by itself and never as a log.
pub const TABLE_MAGIC: &[u8; 4] = b"PAR1";

/// A frame that could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reject {
    /// Its input's place in [`Summary::files`].
    pub input: u32,
    /// Its first byte in the decompressed input.
    pub offset: u64,
    /// Its first line, counted from 1.
    pub line: u64,
    /// Why.
    pub reason: RejectReason,
}

/// What a run found.
pub struct Run {
    /// The result.
    pub summary: Summary,
    /// Frames that could not be read, by input and offset, when [`Settings::keep_rejects`] asks.
    pub rejects: Vec<Reject>,
    /// All exchanges, whatever the filter, when [`Settings::keep_table`] asks. Its symbols are those of
    /// [`Summary::names`].
    pub table: Option<ExchangeTable>,
    /// What else is in the logs, when [`Settings::inspects`] asks.
    pub inspection: Option<Inspection>,
    /// What is said of the whole fleet, whatever the filter, when [`Settings::diagnosis`] asks.
    pub diagnosis: Option<Diagnosis>,
    /// The attempts that the filter let through by time, issuer, link, site and latency, when
    /// [`Settings::breakdown`] asks.
    pub breakdown: Option<Breakdown>,
    /// Exchanges that the filter let through.
    pub selected: u64,
    /// Why it ended before its inputs did: the summary is then not of all that they hold, and nothing is judged.
    pub stopped: Option<Stop>,
}

/// Why a run ended before its inputs did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The observer broke off.
    ByObserver,
    /// There are more terminals than [`Settings::max_terminals`].
    TooManyTerminals,
}

/// Blocks read and parsed in one step. A constant, not the number of threads: how inputs interleave
/// must not depend on the machine.
const BLOCKS_A_STEP: usize = 8;

/// The same when there are many inputs, each of which keeps its blocks until its turn comes again.
const BLOCKS_OF_MANY: usize = 2;

/// Beyond so many inputs, files are closed between their probe and their turn.
const MOST_OPEN: usize = 8;

/// Reads all inputs and counts what they hold.
///
/// Inputs that cannot be read do not end the run: each file's [`posmortem_exchange::FileState`] tells. Parsing uses
/// the current rayon pool. Neither the order of `sources` nor the number of threads shows in the result.
///
/// ```
/// use posmortem::exchange::FileState;
/// use posmortem::{InputSource, Settings, analyse};
/// let inputs = ["../../fixtures/day.csv", "no-such.log"].map(|path| InputSource::Path(path.into()));
/// let run = analyse(&inputs, &Settings::default(), &mut ());
/// let [day, missing] = &run.summary.files[..] else { unreachable!("two inputs, by path") };
/// assert_eq!((day.state.clone(), day.frames), (FileState::Whole, 904));
/// assert!(matches!(missing.state, FileState::Unreadable(_)));
/// assert_eq!(run.summary.ledger.frames(), 904);
/// ```
pub fn analyse(sources: &[InputSource], settings: &Settings, observer: &mut dyn Observer) -> Run {
    analyse_with(sources, settings, observer, None)
}

/// The same, with someone who listens to everything that is paired.
pub(crate) fn analyse_with(
    sources: &[InputSource],
    settings: &Settings,
    observer: &mut dyn Observer,
    tap: Option<&mut dyn Tap>,
) -> Run {
    let mut sources = sources.to_vec();
    sources.sort_by_cached_key(|source| (source.label(), source.clone()));
    let may_glance = settings.may_glance() && tap.is_none();
    let mut pipeline = Pipeline::new(settings, tap);
    let mut streams: Vec<Stream> =
        (0..).zip(sources).map(|(input, source)| Stream::new(input, source)).collect();
    let close = streams.len() > MOST_OPEN;
    let blocks = if close { BLOCKS_OF_MANY } else { BLOCKS_A_STEP };
    streams.par_iter_mut().for_each(|stream| stream.probe(&pipeline.builder, settings, blocks, close));
    // Legs of an input in another order than that of time may come from anywhere: nothing can be
    // settled before the end.
    pipeline.holds_all = streams.iter().any(Stream::is_unsorted);
    if may_glance && streams.iter().all(Stream::is_plain) {
        pipeline.sequencer.expect_plain_legs();
        pipeline.words = Some(Vocabulary::default());
    }
    while let Some(next) = earliest(&streams) {
        pipeline.step(&mut streams, next, blocks, observer);
        if pipeline.stopped.is_some() {
            break;
        }
        let reached = streams.iter().filter(|stream| !stream.is_done()).map(Stream::reached).min();
        pipeline.legs.settled = match reached {
            _ if pipeline.holds_all => i64::MIN,
            reached => reached.unwrap_or(i64::MAX).saturating_sub(settings.pairing.horizon_ms),
        };
    }
    pipeline.finish(streams, observer)
}

/// The input that is furthest behind; the first by path of those that are equally far.
fn earliest(streams: &[Stream]) -> Option<usize> {
    let waiting = streams.iter().enumerate().filter(|(_, stream)| !stream.is_done());
    waiting.min_by_key(|(_, stream)| stream.reached()).map(|(at, _)| at)
}

struct Pipeline<'s, 't> {
    settings: &'s Settings,
    /// Whether all legs are held until the end, because some input is not in the order of time.
    holds_all: bool,
    builder: LegBuilder<'s>,
    sequencer: Sequencer<'s, 't>,
    names: Names,
    /// The words of plain rows, where such rows are expected.
    words: Option<Vocabulary>,
    spare: Spare,
    /// What the step before has read, for the sequencer to take.
    legs: NewLegs,
    facts: RunFacts,
    rejects: Vec<Reject>,
    bytes: u64,
    frames: u64,
    fleet: FleetLimit,
    stopped: Option<Stop>,
}

impl<'s, 't> Pipeline<'s, 't> {
    fn new(settings: &'s Settings, tap: Option<&'t mut dyn Tap>) -> Self {
        Self {
            settings,
            holds_all: false,
            builder: LegBuilder::new(settings, tap.is_some()),
            sequencer: Sequencer::new(settings, tap),
            names: Names::default(),
            words: None,
            spare: Spare::default(),
            legs: NewLegs::default(),
            facts: RunFacts::default(),
            rejects: Vec::new(),
            bytes: 0,
            frames: 0,
            fleet: FleetLimit::new(settings.max_terminals),
            stopped: None,
        }
    }

    /// Workers parse the next blocks of an input and read on behind them, while the legs of the step before
    /// are counted here.
    fn step(&mut self, streams: &mut [Stream], next: usize, count: usize, observer: &mut dyn Observer) {
        let stream = &mut streams[next];
        for (block, batch) in stream.take_probed() {
            self.take(stream, block, batch);
        }
        let blocks = stream.take_blocks(count);
        // Before there is anything to parse: what takes longest begins first.
        read_on(streams, next, count, self.settings);
        let stream = &mut streams[next];
        let Self { settings, builder, sequencer, names, words, legs, spare, .. } = self;
        let spare = &*spare;
        let (mut batches, legs) = (Vec::new(), std::mem::take(legs));
        if let Some(format) = stream.format().cloned() {
            rayon::in_place_scope(|scope| {
                let (batches, blocks, words) = (&mut batches, &blocks, words.as_ref());
                let reader = stream.batch_reader(builder, &format, settings, words, spare);
                scope.spawn(move |_| *batches = reader.read_all(blocks));
                sequencer.take(legs, names, words, spare, observer);
            });
        }
        for (block, batch) in blocks.into_iter().zip(batches) {
            self.take(stream, block, batch);
        }
        let is_broken_off =
            observer.progress(self.bytes, self.frames).is_break() || self.sequencer.is_broken_off();
        self.stopped = match is_broken_off {
            true => Some(Stop::ByObserver),
            false => self.fleet.is_crossed().then_some(Stop::TooManyTerminals),
        };
    }

    /// Adds what one block held, in the order of the input.
    fn take(&mut self, stream: &mut Stream, block: Block, mut batch: Batch) {
        let horizon_ms = self.settings.pairing.horizon_ms;
        stream.count(&block, &batch);
        batch.inspected.take().into_iter().for_each(|found| stream.inspect(*found));
        self.bytes += block.bytes().len() as u64;
        stream.recycle(block);
        self.frames += batch.frames();
        self.hear(&batch);
        self.facts.ledger.out_of_order += stream.take_out_of_order(&mut batch, horizon_ms);
        let Batch { mut legs, names, rejects, rejected, non_messages, masked_cards, mut plain, .. } = batch;
        self.facts.ledger.rejected += rejected;
        self.facts.ledger.non_message += non_messages;
        self.facts.masked_cards += masked_cards + plain.masked_cards;
        let learning = std::mem::take(&mut plain.lessons);
        let input = stream.input();
        let place = |(position, reason): (posmortem_logs::Position, _)| Reject {
            input,
            offset: position.offset,
            line: position.line,
            reason,
        };
        self.rejects.extend(rejects.into_iter().map(place));
        let map = self.names.absorb(&names);
        let mut plain = plain.into_block(stream.reached().saturating_add(horizon_ms));
        plain.join(&self.take_legs(&mut legs, &learning, &map));
        self.spare.legs.put_if_used(legs);
        self.spare.lessons.put_if_used(learning);
        self.legs.plain.push(plain);
    }

    /// Takes the legs of a block that went the long way, but for those that are plain now that the words of their
    /// messages are learnt: it tells these, in their order.
    fn take_legs(&mut self, legs: &mut [Leg], lessons: &[Lesson], map: &[Symbol]) -> Vec<PlainLeg> {
        let mut lessons = lessons.iter().peekable();
        let mut known = Vec::new();
        for leg in legs {
            leg.rename(map);
            self.fleet.meet(leg.terminal_key);
            // A leg that stood too far back to be paired is gone, and its lesson with it.
            while lessons.next_if(|lesson| lesson.offset < leg.source.offset).is_some() {}
            let lesson = lessons.next_if(|lesson| lesson.offset == leg.source.offset);
            match lesson.and_then(|lesson| self.learn(lesson, leg)) {
                Some(plain) => {
                    self.legs.spans.push((leg.link, LinkSpan::of(leg)));
                    known.push(plain);
                }
                None => self.legs.legs.push(*leg),
            }
        }
        known
    }

    /// Learns the words of a message, and tells its plain leg if it is plain now.
    fn learn(&mut self, lesson: &Lesson, leg: &Leg) -> Option<PlainLeg> {
        let words = self.words.as_mut()?;
        words.learn(lesson, leg, self.settings, &self.names);
        lesson.plain(leg, words)
    }

    /// Takes note of when and where a block's legs are.
    fn hear(&mut self, batch: &Batch) {
        let plain = self.words.iter().flat_map(|words| batch.plain.spans.iter(words));
        let before = self.legs.spans.len();
        self.legs.spans.extend(plain);
        let plain = self.legs.spans[before..].iter().flat_map(|(_, span)| [span.first, span.last]);
        for at in batch.legs.iter().map(|leg| leg.at).chain(plain) {
            self.facts.see(at);
        }
    }

    fn finish(self, mut streams: Vec<Stream>, observer: &mut dyn Observer) -> Run {
        let Self { settings, sequencer, names, words, legs, mut facts, mut rejects, spare, stopped, .. } =
            self;
        let findings: Vec<_> = streams.iter_mut().map(Stream::take_findings).collect();
        facts.files = streams.into_iter().map(Stream::into_facts).collect();
        let counted = sequencer.finish(legs, &names, words.as_ref(), &mut facts, observer);
        let Counted { mut pairing, tally, table, chosen, selected, is_broken_off } = counted;
        let stopped = stopped.or(is_broken_off.then_some(Stop::ByObserver));
        rejects.sort();
        let hops = settings.inspects.then(|| pairing.take_hops(&names));
        let summary = summary_of(facts, &pairing, tally, names);
        let inspection = hops.map(|hops| inspection_of(findings, hops, &summary.codes));
        // What they held in the busiest hour is not needed beside what diagnosis holds.
        drop((pairing, words, spare));
        let run =
            Run { summary, rejects, table, inspection, diagnosis: None, breakdown: None, selected, stopped };
        judged(run, chosen, settings)
    }
}
