//! How logs are cut into tasks: slices of time over all logs, each read by one process.
//!
//! Tables of tasks are put together where their times meet, and what lies two horizons from there travels as legs. So
//! tasks are slices of time, as long as several horizons, and every log is cut at the first record of each. A log that
//! cannot be cut is read in one piece, and no slice ends in its midst. Nothing rests on a slice being right: any cut says
//! the same or is refused when tables meet. Of a log that can be cut a few thousand records are looked at; one that
//! cannot is read whole, to know when it ends.

use crate::batch::{BatchReader, Spare};
use crate::frontier::Frontier;
use crate::leg_builder::LegBuilder;
use crate::read_ahead::{blocks_of, open_source};
use crate::stream::Stream;
use crate::{InputSource, Settings};
use posmortem_logs::{Format, Split, seekable_size};
use rayon::prelude::*;
use std::fs;
use std::path::PathBuf;

/// A slice is so many horizons long, at least: those within two of either end are paired again where tables meet.
const SHORTEST_SLICE: i64 = 8;

/// Places of a log at which is looked what time it is there, to know how its bytes lie in time, and how far apart they
/// are at least.
const SAMPLES: u64 = 64;
const APART: u64 = 512;

/// A clock that is so far from the sixteenth-earliest or sixteenth-latest record is wrong.
const WRONG_MS: i64 = 86_400_000;

/// Bytes that are read at one place to know its time.
const LOOKED_AT: u64 = 16 << 10;

/// Within so many bytes a cut is looked for record by record.
const NARROW: u64 = 256 << 10;

/// Bytes at the start of a log in which rows over several lines are looked for, and at its end in which its last moment is.
const AT_THE_ENDS: u64 = 1 << 20;

/// Which splits each task reads.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SplitPlan {
    /// The splits of each task, in the order of time.
    pub tasks: Vec<Vec<(PathBuf, Split)>>,
    /// Logs that are read in one piece, and why.
    pub whole: Vec<(PathBuf, &'static str)>,
}

/// Plans tasks of some `task_bytes` bytes each. Uses the current rayon pool.
///
/// Files that cannot be read are in the plan, so that the report tells of them.
pub fn plan_splits(paths: &[PathBuf], settings: &Settings, task_bytes: u64) -> SplitPlan {
    let mut paths = paths.to_vec();
    paths.sort();
    let (builder, is_alone) = (LegBuilder::new(settings, false), paths.len() == 1);
    let logs: Vec<Log<'_>> =
        paths.into_par_iter().map(|path| Log::look_at(path, is_alone, &builder, settings)).collect();
    let whole = logs.iter().filter_map(|log| Some((log.path.clone(), log.uncut?))).collect();
    let cuts = cuts(&logs, settings.pairing.horizon_ms, task_bytes);
    let ranges: Vec<Vec<Split>> = logs.par_iter().map(|log| log.cut_at(&cuts)).collect();
    let slice = |number: usize| {
        let of_slice = logs.iter().zip(&ranges).filter_map(|(log, ranges)| {
            let split = ranges.get(number).filter(|split| split.end != Some(split.start))?;
            Some((log.path.clone(), *split))
        });
        of_slice.collect::<Vec<_>>()
    };
    let tasks = (0..=cuts.len()).map(slice).filter(|splits| !splits.is_empty()).collect();
    SplitPlan { tasks, whole }
}

/// A log that is to be cut.
struct Log<'s> {
    path: PathBuf,
    settings: &'s Settings,
    builder: &'s LegBuilder<'s>,
    /// None where it cannot be read at all.
    format: Option<Format>,
    /// After decompression where it can be cut, else before.
    bytes: u64,
    /// Why it is read in one piece.
    uncut: Option<&'static str>,
    /// When it begins and ends, as far as can be told; of a log in no order, always.
    times: Option<(i64, i64)>,
}

impl<'s> Log<'s> {
    fn look_at(path: PathBuf, is_alone: bool, builder: &'s LegBuilder<'s>, settings: &'s Settings) -> Self {
        let mut stream = Stream::new(0, InputSource::Path(path.clone()));
        stream.probe(builder, settings, 1, false);
        let size = seekable_size(&path).ok().flatten();
        let bytes = size.or_else(|| Some(fs::metadata(&path).ok()?.len())).unwrap_or(0);
        let format = stream.format().cloned();
        let mut log = Self { path, settings, builder, format, bytes, uncut: None, times: None };
        let Some(format) = log.format.as_ref() else { return log };
        log.uncut = if size.is_none() {
            Some("it can be read from its start alone")
        } else if !format.is_splittable() {
            Some("its messages are found from its start alone")
        } else if stream.is_unsorted() {
            Some("it is not in the order of time")
        } else {
            let start = Split { start: 0, end: Some(AT_THE_ENDS) };
            log.read(start, |_, _| ()).then_some("it has line ends within quotes")
        };
        log.times = match log.uncut {
            _ if stream.is_unsorted() => Some((i64::MIN, i64::MAX)),
            // There is nothing beside which it could overlap.
            Some(_) if is_alone => None,
            Some(_) => log.times_in(Split::WHOLE),
            None => {
                let start = Split { start: 0, end: Some(AT_THE_ENDS) };
                let end = Split { start: bytes.saturating_sub(AT_THE_ENDS), end: None };
                log.times_in(start).zip(log.times_in(end)).map(|((begins, _), (_, ends))| (begins, ends))
            }
        };
        log
    }

    /// Reads a part of it and tells place and time of every leg. Whether a row goes over several lines.
    fn read(&self, split: Split, mut each: impl FnMut(u64, i64)) -> bool {
        let source = InputSource::Split(self.path.clone(), split);
        let (Some(format), Ok(input)) = (&self.format, open_source(&source)) else { return false };
        let of_input = self.settings.input.for_input(&input);
        let Ok(mut blocks) = blocks_of(&source, input, format, &of_input) else { return false };
        let spare = Spare::default();
        let reader = BatchReader {
            builder: self.builder,
            format,
            input: 0,
            keep_rejects: false,
            inspects: false,
            words: None,
            places: None,
            spare: &spare,
        };
        // What cannot be read is told when it is read for good.
        while let Ok(Some(block)) = blocks.next_block() {
            let block = [block];
            for batch in reader.read_all(&block) {
                batch.legs.iter().for_each(|leg| each(leg.source.offset, leg.at.millis));
            }
            let [block] = block;
            blocks.recycle(block);
        }
        blocks.has_line_ends_in_rows()
    }

    /// From when to when a part goes, but for a few wrong clocks.
    fn times_in(&self, split: Split) -> Option<(i64, i64)> {
        // The earliest, turned around.
        let (mut earliest, mut latest) = (Frontier::default(), Frontier::default());
        self.read(split, |_, millis| {
            earliest.see(millis.saturating_neg());
            latest.see(millis);
        });
        Some((last_right(earliest.latest())?.saturating_neg(), last_right(latest.latest())?))
    }

    /// What time it is at a byte: that of most of the next records.
    fn time_at(&self, byte: u64, before: u64) -> Option<i64> {
        let mut end = byte.saturating_add(LOOKED_AT);
        loop {
            let mut times = Vec::new();
            self.read(Split { start: byte, end: Some(end) }, |_, millis| times.push(millis));
            if !times.is_empty() {
                let middle = times.len() / 2;
                return Some(*times.select_nth_unstable(middle).1);
            }
            if end >= before {
                return None;
            }
            // Noise, or a record longer than what was looked at.
            end = byte.saturating_add((end - byte).saturating_mul(4)).min(before);
        }
    }

    /// Its bytes in time: the moment at some places, and the bytes from there to the next.
    fn samples(&self) -> Vec<(i64, u64)> {
        let Some((begins, ends)) = self.times else { return Vec::new() };
        if self.uncut.is_some() {
            return vec![(begins, self.bytes.saturating_mul(2) / 3), (ends, self.bytes / 3)];
        }
        let count = (self.bytes / APART).clamp(1, SAMPLES);
        let share = self.bytes / count;
        let at = |number: u64| Some((self.time_at(number * share, self.bytes)?, share));
        (0..count).into_par_iter().filter_map(at).collect()
    }

    /// Its splits between these moments: empty ones where it has nothing, and none behind the last.
    fn cut_at(&self, cuts: &[i64]) -> Vec<Split> {
        let Some((begins, ends)) = self.times.filter(|_| self.uncut.is_none()) else {
            let middle = self.times.map_or(i64::MIN, |(begins, ends)| begins.midpoint(ends));
            let slice = cuts.partition_point(|cut| *cut <= middle);
            let nothing = Split { start: 0, end: Some(0) };
            return (0..=cuts.len()).map(|at| if at == slice { Split::WHOLE } else { nothing }).collect();
        };
        let (mut start, mut splits) = (0, Vec::new());
        for cut in cuts {
            let end = match *cut {
                cut if cut <= begins => 0,
                cut if cut > ends => self.bytes,
                cut => self.first_behind(cut, start),
            };
            if end >= self.bytes {
                break;
            }
            splits.push(Split { start, end: Some(end) });
            start = end;
        }
        // To the end, whatever is written to it meanwhile.
        splits.push(Split { start, end: None });
        splits
    }

    /// Where the records at `cut` or after it begin, from byte `from` on.
    fn first_behind(&self, cut: i64, from: u64) -> u64 {
        let (mut low, mut high) = (from, self.bytes);
        while high - low > NARROW {
            let middle = low.midpoint(high);
            match self.time_at(middle, high) {
                Some(at) if at < cut => low = middle,
                _ => high = middle,
            }
        }
        // The record that lies across the upper end, and those of the window that said so.
        let window = Split { start: low, end: Some(high.saturating_add(LOOKED_AT)) };
        // Where the fewest records stand on the wrong side: a wrong clock of the future may come long before the cut.
        let (mut misplaced, mut fewest) = (0_i64, 0);
        let (mut found, mut is_next) = (None, true);
        self.read(window, |offset, millis| {
            if std::mem::take(&mut is_next) {
                found = Some(offset);
            }
            misplaced += if millis < cut { -1 } else { 1 };
            if misplaced < fewest {
                (fewest, is_next) = (misplaced, true);
            }
        });
        found.filter(|_| !is_next).unwrap_or(high).max(from)
    }
}

/// The latest of these ascending times that is no wrong clock's.
fn last_right(latest: &[i64]) -> Option<i64> {
    let trusted = latest.first()?.saturating_add(WRONG_MS);
    latest.iter().rev().find(|millis| **millis <= trusted).copied()
}

/// The moments at which slices end, ascending.
fn cuts(logs: &[Log<'_>], horizon_ms: i64, task_bytes: u64) -> Vec<i64> {
    let mut samples: Vec<(i64, u64)> = logs.par_iter().flat_map(Log::samples).collect();
    samples.sort_unstable();
    let times = logs.iter().filter_map(|log| log.times);
    let (Some(begins), Some(ends)) =
        (times.clone().map(|times| times.0).min(), times.map(|times| times.1).max())
    else {
        return Vec::new();
    };
    let shortest = horizon_ms.saturating_mul(SHORTEST_SLICE);
    // A log in one piece may reach half a horizon over the end of its slice.
    let uncut: Vec<(i64, i64)> = logs
        .iter()
        .filter(|log| log.uncut.is_some())
        .filter_map(|log| log.times)
        .map(|(begins, ends)| (begins.saturating_add(horizon_ms / 2), ends.saturating_sub(horizon_ms / 2)))
        .collect();
    let is_amid = |at: i64| uncut.iter().any(|(from, to)| (*from..*to).contains(&at));
    let (mut cuts, mut gathered, mut last) = (Vec::new(), 0_u64, begins);
    for (at, bytes) in samples {
        let is_long = at.saturating_sub(last) >= shortest && ends.saturating_sub(at) >= shortest;
        if gathered >= task_bytes && is_long && !is_amid(at) {
            cuts.push(at);
            (gathered, last) = (0, at);
        }
        gathered = gathered.saturating_add(bytes);
    }
    cuts
}
