//! The files of all tables in the order of their paths, those that were read in parts put together.
//!
//! Parts of a file must lie end to end and be what one reading of the whole would have found. What of it can be seen in
//! what tables say of themselves is seen here, before any row is read; which legs are out of order by what stands in the
//! parts before theirs, [`Part::is_late`] tells leg by leg.

use super::JoinError;
use crate::frontier::{DEPTH, Frontier};
use posmortem_exchange::{DoubtfulLeg, FileFacts, FileState, FileSummary, FirstReject, SplitFacts};
use posmortem_tables::Table;

/// Why a file must be read in one.
const LINE_ENDS: &str = "it has line ends within quotes";
const NOT_IN_ORDER: &str = "it is not in the order of time";
const BROKEN_OFF: &str = "it breaks off, and what stands behind that was read nevertheless";
const LATE: &str = "messages stand further behind others in time than the horizon, across a cut";

/// The files of tables.
pub(super) struct Files {
    /// One each, by path.
    pub(super) files: Vec<FileFacts>,
    /// For each table, the place of each of its files among them.
    pub(super) places: Vec<Vec<u32>>,
    /// For each table, the parts that it holds.
    pub(super) parts: Vec<Vec<Part>>,
}

/// A part of a file, and what of the file stands before it.
pub(super) struct Part {
    place: u32,
    start: u64,
    before: Frontier,
    /// By offset.
    doubtful: Vec<DoubtfulLeg>,
}

/// One file as one table has it.
struct Listed<'t> {
    facts: &'t FileFacts,
    table: usize,
    /// Its number in the table.
    number: usize,
}

impl Files {
    /// Puts the files of the tables together; `others` are files beside them. `horizon_ms` is that of all tables.
    ///
    /// # Errors
    /// When parts of a file do not fit together.
    pub(super) fn of(
        tables: &[(String, Table)],
        others: Vec<FileFacts>,
        horizon_ms: i64,
    ) -> Result<Self, JoinError> {
        let listed = tables.iter().enumerate().flat_map(|(table, (_, of))| {
            let files = of.header().facts.run.files.iter().enumerate();
            files.map(move |(number, facts)| Listed { facts, table, number })
        });
        let mut listed: Vec<_> = listed.collect();
        // Parts of one file beside each other, in their order.
        listed.sort_by_key(|file| {
            let start = file.facts.split.as_ref().map(|split| split.start);
            (&file.facts.summary.path, start.is_some(), start)
        });
        let are_parts_of_one = |a: &Listed<'_>, b: &Listed<'_>| {
            a.facts.split.is_some() && b.facts.split.is_some() && a.facts.summary.path == b.facts.summary.path
        };
        let mut files: Vec<(FileFacts, Vec<&Listed<'_>>)> = Vec::new();
        let mut whole = None;
        for group in listed.chunk_by(are_parts_of_one) {
            let facts = match group {
                [file] if file.facts.split.is_none() => {
                    whole = Some(file);
                    file.facts.clone()
                }
                parts => {
                    if let Some(file) =
                        whole.filter(|file| file.facts.summary.path == parts[0].facts.summary.path)
                    {
                        return Err(twice(file, &parts[0], tables));
                    }
                    put_together(parts, tables)?
                }
            };
            files.push((facts, group.iter().collect()));
        }
        files.extend(others.into_iter().map(|facts| (facts, Vec::new())));
        files.sort_by(|(a, _), (b, _)| a.summary.path.cmp(&b.summary.path));
        let mut places: Vec<Vec<u32>> =
            tables.iter().map(|(_, table)| vec![u32::MAX; table.header().facts.run.files.len()]).collect();
        let mut parts: Vec<Vec<Part>> = tables.iter().map(|_| Vec::new()).collect();
        for (place, (_, group)) in (0..).zip(&files) {
            let mut before = Frontier::default();
            for Listed { facts, table, number } in group {
                places[*table][*number] = place;
                if let Some(split) = &facts.split {
                    parts[*table].push(Part::of(split, place, before.clone()));
                    see_what_is_late(facts, split, &before, &tables[*table].1, horizon_ms)?;
                    split.latest.iter().for_each(|latest| before.see(*latest));
                }
            }
        }
        parts.iter_mut().for_each(|parts| parts.sort_by_key(|part| (part.place, part.start)));
        Ok(Self { files: files.into_iter().map(|(facts, _)| facts).collect(), places, parts })
    }
}

impl Part {
    fn of(split: &SplitFacts, place: u32, before: Frontier) -> Self {
        let mut doubtful = split.doubtful.clone();
        doubtful.sort_by_key(|leg| (leg.offset, leg.millis));
        Self { place, start: split.start, before, doubtful }
    }

    /// The part of a table in which a leg stands, by its file's place among all and its offset.
    pub(super) fn holding(parts: &[Self], place: u32, offset: u64) -> Option<&Self> {
        let behind = parts.partition_point(|part| (part.place, part.start) <= (place, offset));
        parts.get(behind.checked_sub(1)?).filter(|part| part.place == place)
    }

    /// Whether a leg of this part is out of order in its file.
    pub(super) fn is_late(&self, offset: u64, millis: i64, horizon_ms: i64) -> bool {
        let ahead =
            match self.doubtful.binary_search_by_key(&(offset, millis), |leg| (leg.offset, leg.millis)) {
                Ok(at) => self.doubtful[at].ahead.into(),
                Err(_) => 0,
            };
        self.before.ahead_of(millis, horizon_ms) + ahead >= DEPTH
    }

    /// Listed legs that are out of order: as many must be found among the legs that can still be left out.
    pub(super) fn late(&self, horizon_ms: i64) -> usize {
        let late = |leg: &&DoubtfulLeg| self.is_late(leg.offset, leg.millis, horizon_ms);
        self.doubtful.iter().filter(late).count()
    }

    /// The place of its file among all.
    pub(super) fn place(&self) -> u32 {
        self.place
    }

    /// Whether it lists the leg.
    pub(super) fn lists(&self, offset: u64, millis: i64) -> bool {
        self.doubtful.binary_search_by_key(&(offset, millis), |leg| (leg.offset, leg.millis)).is_ok()
    }
}

/// What a leg that was settled too early is refused with.
pub(super) fn late_in(path: &str) -> JoinError {
    JoinError::Whole(path.to_owned(), LATE)
}

/// Legs that are out of order by what stands before their part can be left out while they are rows. Sees that settled ones
/// are not among them.
fn see_what_is_late(
    facts: &FileFacts,
    split: &SplitFacts,
    before: &Frontier,
    table: &Table,
    horizon_ms: i64,
) -> Result<(), JoinError> {
    let table = &table.header().facts;
    let settled_from = |begins: i64| begins.saturating_add(horizon_ms.saturating_mul(2));
    let settled_from = table.core.filter(|_| table.settled_legs > 0).map(|(begins, _)| settled_from(begins));
    let is_settled = settled_from.is_some_and(|from| before.is_behind(from, horizon_ms));
    let is_unlisted = split.more_doubtful.is_some_and(|(earliest, most)| {
        let ahead = before.ahead_of(earliest, horizon_ms);
        ahead > 0 && ahead + usize::from(most) >= DEPTH
    });
    if is_settled || is_unlisted { Err(late_in(&facts.summary.path)) } else { Ok(()) }
}

/// What the parts of one file say together. They are in the order of their first bytes.
fn put_together(parts: &[Listed<'_>], tables: &[(String, Table)]) -> Result<FileFacts, JoinError> {
    let path = || parts[0].facts.summary.path.clone();
    let splits: Vec<&SplitFacts> = parts.iter().filter_map(|part| part.facts.split.as_ref()).collect();
    let mut reached = Some(0);
    for (at, split) in splits.iter().enumerate() {
        match reached {
            Some(reached) if reached < split.start => {
                return Err(JoinError::Missing { path: path(), from: reached, to: Some(split.start) });
            }
            Some(reached) if reached == split.start => {}
            _ => return Err(twice(&parts[at - 1], &parts[at], tables)),
        }
        reached = split.end;
    }
    if let Some(from) = reached {
        return Err(JoinError::Missing { path: path(), from, to: None });
    }
    if splits.len() > 1 && splits.iter().any(|split| split.has_line_ends_in_rows) {
        return Err(JoinError::Whole(path(), LINE_ENDS));
    }
    if splits.len() > 1 && parts[0].facts.is_unsorted {
        return Err(JoinError::Whole(path(), NOT_IN_ORDER));
    }
    if goes_on_behind_break(parts) {
        return Err(JoinError::Whole(path(), BROKEN_OFF));
    }
    let mut whole = FileFacts { split: None, ..parts[0].facts.clone() };
    let mut lines = splits[0].lines;
    for (part, split) in parts.iter().zip(&splits).skip(1) {
        let (facts, summary) = (part.facts, &mut whole.summary);
        let is_read = |facts: &FileFacts| !matches!(facts.summary.state, FileState::Unreadable(_));
        let are_alike =
            facts.summary.format == summary.format && facts.unknown_columns == whole.unknown_columns;
        if !are_alike && is_read(facts) && is_read(parts[0].facts) {
            let name = |part: &Listed<'_>| tables[part.table].0.clone();
            return Err(JoinError::Changed(path(), name(&parts[0]), name(part)));
        }
        summary.bytes = summary.bytes.max(facts.summary.bytes);
        summary.frames = summary.frames.saturating_add(facts.summary.frames);
        summary.rejected = summary.rejected.saturating_add(facts.summary.rejected);
        if summary.first_reject.is_none() {
            let first = facts.summary.first_reject.clone();
            summary.first_reject = first
                .map(|FirstReject { line, reason }| FirstReject { line: line.saturating_add(lines), reason });
        }
        lines = lines.saturating_add(split.lines);
    }
    whole.summary.state = state_of(parts);
    Ok(whole)
}

/// Whether a part that begins behind a break was read: of packed frames one may be damaged and the next one whole, and one
/// reading of the file ends at the first break.
fn goes_on_behind_break(parts: &[Listed<'_>]) -> bool {
    let summaries = || parts.iter().map(|part| &part.facts.summary);
    let is_broken =
        |summary: &FileSummary| matches!(summary.state, FileState::BrokenOff(_) | FileState::Unreadable(_));
    let mut behind = summaries().skip_while(|summary| !is_broken(summary)).skip(1);
    behind.any(|summary| summary.bytes > 0)
}

/// How far a file could be read, by how far its parts could.
fn state_of(parts: &[Listed<'_>]) -> FileState {
    let states = || parts.iter().map(|part| &part.facts.summary.state);
    let trouble = states().find_map(|state| match state {
        FileState::Unreadable(why) | FileState::BrokenOff(why) => Some(why.clone()),
        FileState::Whole | FileState::Empty => None,
    });
    match trouble {
        Some(why) if states().all(|state| matches!(state, FileState::Unreadable(_))) => {
            FileState::Unreadable(why)
        }
        Some(why) => FileState::BrokenOff(why),
        None if parts.iter().all(|part| part.facts.summary.frames == 0) => FileState::Empty,
        None => FileState::Whole,
    }
}

fn twice(one: &Listed<'_>, other: &Listed<'_>, tables: &[(String, Table)]) -> JoinError {
    let name = |file: &Listed<'_>| tables[file.table].0.clone();
    JoinError::Twice {
        path: one.facts.summary.path.clone(),
        at: other.facts.split.as_ref().map_or(0, |split| split.start),
        one: name(one),
        other: name(other),
    }
}
