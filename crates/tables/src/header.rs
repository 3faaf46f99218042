//! What a table says of itself: the key-value metadata of the Parquet file.

use crate::{SCHEMA_VERSION, TableError};
use posmortem_exchange::{
    DoubtfulLeg, FileFacts, FileState, FileSummary, FirstReject, Ledger, LinkSpan, PairingSettings, RunFacts,
    SplitFacts,
};
use posmortem_iso8583::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const SCHEMA: &str = "posmortem.schema";
const VERSION: &str = "posmortem.version";
const RULES: &str = "posmortem.rules_sha256";
const KEY_ID: &str = "posmortem.token_key_id";
const SETTINGS: &str = "posmortem.settings";
const RUN: &str = "posmortem.run";

/// What a table says of itself.
#[derive(Clone, Debug)]
pub struct Header {
    /// The version of the tool that wrote it.
    pub version: String,
    /// The digest of the rules by which its codes were judged.
    pub rules_sha256: String,
    /// Which key made its tokens.
    pub token_key_id: String,
    /// The settings that shaped its rows, in one comparable text.
    pub settings: String,
    /// What the run found beside rows.
    pub facts: TableFacts,
}

/// What a run found beside its rows, and how it paired.
#[derive(Clone, Debug, Default)]
pub struct TableFacts {
    /// Sums over the whole run, edges included.
    pub run: RunFacts,
    /// How long things may take.
    pub pairing: PairingSettings,
    /// From when to when each link is heard, by name.
    pub links: Vec<(String, LinkSpan)>,
    /// The sixteenth-earliest and sixteenth-latest moment, once there are so many legs.
    pub core: Option<(i64, i64)>,
    /// Legs of settled components.
    pub settled_legs: u64,
}

impl Header {
    pub(crate) fn to_pairs(&self) -> Result<[(String, String); 6], TableError> {
        let run = serde_json::to_string(&Facts::of(&self.facts));
        let run = run.map_err(|_| TableError::Contradictory(RUN))?;
        Ok([
            (SCHEMA, SCHEMA_VERSION.to_string()),
            (VERSION, self.version.clone()),
            (RULES, self.rules_sha256.clone()),
            (KEY_ID, self.token_key_id.clone()),
            (SETTINGS, self.settings.clone()),
            (RUN, run),
        ]
        .map(|(key, value)| (key.to_owned(), value)))
    }

    /// Reads the pairs; a table of another version tells so before anything else is looked at.
    pub(crate) fn from_pairs<'p>(
        value: impl Fn(&'static str) -> Option<&'p str>,
    ) -> Result<Self, TableError> {
        let schema = value(SCHEMA).ok_or(TableError::Foreign)?;
        if schema != SCHEMA_VERSION.to_string() {
            return Err(TableError::OtherSchema(schema.chars().take(8).collect()));
        }
        let told = |key| value(key).map(str::to_owned).ok_or(TableError::Contradictory(key));
        let run: Facts = serde_json::from_str(&told(RUN)?).map_err(|_| TableError::Contradictory(RUN))?;
        let facts = run.into_facts();
        if !sums_up(&facts.run) {
            return Err(TableError::Contradictory("the ledger and the files"));
        }
        Ok(Self {
            version: told(VERSION)?,
            rules_sha256: told(RULES)?,
            token_key_id: told(KEY_ID)?,
            settings: told(SETTINGS)?,
            facts,
        })
    }
}

/// More than any log holds; so that sums over tables stay far from the end of their numbers.
const MOST_FRAMES: u128 = 1 << 48;

/// Whether every frame of the files is in the ledger once.
fn sums_up(run: &RunFacts) -> bool {
    let in_ledger: u128 = run.ledger.terms().into_iter().map(|(_, count)| u128::from(count)).sum();
    let in_files: u128 = run.files.iter().map(|file| u128::from(file.summary.frames)).sum();
    in_ledger == in_files && in_files <= MOST_FRAMES
}

/// [`TableFacts`] as JSON.
#[derive(Serialize, Deserialize)]
struct Facts {
    files: Vec<File>,
    ledger: BTreeMap<String, u64>,
    first: Option<Moment>,
    last: Option<Moment>,
    zones_told: bool,
    zones_untold: bool,
    masked_cards: u64,
    orphan_reversals: u64,
    attempt_requests: u64,
    attempt_answers: u64,
    horizon_ms: i64,
    timeout_ms: i64,
    link_timeouts_ms: BTreeMap<String, i64>,
    links: BTreeMap<String, Span>,
    core: Option<(i64, i64)>,
    settled_legs: u64,
}

/// Milliseconds and minutes east of UTC.
type Moment = (i64, Option<i16>);

#[derive(Serialize, Deserialize)]
struct Span {
    first: Moment,
    last: Moment,
    first_request: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct File {
    path: String,
    format: String,
    bytes: u64,
    frames: u64,
    rejected: u64,
    first_reject: Option<(u64, String)>,
    state: State,
    is_unsorted: bool,
    unknown_columns: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    other_formats: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    split: Option<Split>,
}

/// Offset, milliseconds and how many are ahead.
type Doubtful = (u64, i64, u8);

#[derive(Serialize, Deserialize)]
struct Split {
    start: u64,
    end: Option<u64>,
    lines: u64,
    has_line_ends_in_rows: bool,
    latest: Vec<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    doubtful: Vec<Doubtful>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    more_doubtful: Option<(i64, u8)>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Whole,
    Empty,
    Unreadable(String),
    BrokenOff(String),
}

impl Facts {
    fn of(facts: &TableFacts) -> Self {
        let TableFacts { run, pairing, links, core, settled_legs } = facts;
        Self {
            files: run.files.iter().map(File::of).collect(),
            ledger: ledger_lines(&mut run.ledger.clone())
                .map(|(name, count)| (name.to_owned(), *count))
                .into(),
            first: run.first.map(moment),
            last: run.last.map(moment),
            zones_told: run.zones_told,
            zones_untold: run.zones_untold,
            masked_cards: run.masked_cards,
            orphan_reversals: run.orphan_reversals,
            attempt_requests: run.attempt_requests,
            attempt_answers: run.attempt_answers,
            horizon_ms: pairing.horizon_ms,
            timeout_ms: pairing.timeout_ms,
            link_timeouts_ms: pairing.link_timeouts_ms.clone(),
            links: links.iter().map(|(link, span)| (link.clone(), Span::of(span))).collect(),
            core: *core,
            settled_legs: *settled_legs,
        }
    }

    fn into_facts(self) -> TableFacts {
        let mut ledger = Ledger::default();
        for (name, count) in ledger_lines(&mut ledger) {
            *count = self.ledger.get(name).copied().unwrap_or_default();
        }
        let run = RunFacts {
            files: self.files.into_iter().map(File::into_facts).collect(),
            ledger,
            first: self.first.map(timestamp),
            last: self.last.map(timestamp),
            zones_told: self.zones_told,
            zones_untold: self.zones_untold,
            masked_cards: self.masked_cards,
            orphan_reversals: self.orphan_reversals,
            attempt_requests: self.attempt_requests,
            attempt_answers: self.attempt_answers,
        };
        let pairing = PairingSettings {
            horizon_ms: self.horizon_ms,
            timeout_ms: self.timeout_ms,
            link_timeouts_ms: self.link_timeouts_ms,
        };
        let links = self.links.into_iter().map(|(link, span)| (link, span.into_span())).collect();
        TableFacts { run, pairing, links, core: self.core, settled_legs: self.settled_legs }
    }
}

/// The lines of a ledger with their names in reports.
fn ledger_lines(ledger: &mut Ledger) -> [(&'static str, &mut u64); 12] {
    let Ledger { paired, complete, request_only, response_only, duplicates, reversal, .. } = ledger;
    let Ledger { advice, administrative, out_of_order, open, rejected, non_message, .. } = ledger;
    [
        ("paired", paired),
        ("complete", complete),
        ("request_only", request_only),
        ("response_only", response_only),
        ("duplicates", duplicates),
        ("reversal", reversal),
        ("advice", advice),
        ("administrative", administrative),
        ("out_of_order", out_of_order),
        ("open", open),
        ("rejected", rejected),
        ("non_message", non_message),
    ]
}

impl Span {
    fn of(span: &LinkSpan) -> Self {
        Self { first: moment(span.first), last: moment(span.last), first_request: span.first_request }
    }

    fn into_span(self) -> LinkSpan {
        let Self { first, last, first_request } = self;
        LinkSpan { first: timestamp(first), last: timestamp(last), first_request }
    }
}

impl File {
    fn of(facts: &FileFacts) -> Self {
        let FileFacts { summary, is_unsorted, unknown_columns, other_formats, split } = facts.clone();
        let FileSummary { path, format, bytes, frames, rejected, first_reject, state } = summary;
        let state = match state {
            FileState::Whole => State::Whole,
            FileState::Empty => State::Empty,
            FileState::Unreadable(why) => State::Unreadable(why),
            FileState::BrokenOff(why) => State::BrokenOff(why),
        };
        let format = format.into_owned();
        let first_reject = first_reject.map(|FirstReject { line, reason }| (line, reason));
        Self {
            split: split.map(Split::of),
            path,
            format,
            bytes,
            frames,
            rejected,
            first_reject,
            state,
            is_unsorted,
            unknown_columns,
            other_formats,
        }
    }

    fn into_facts(self) -> FileFacts {
        let Self { path, format, bytes, frames, rejected, first_reject, state, .. } = self;
        let Self { is_unsorted, unknown_columns, other_formats, split, .. } = self;
        let state = match state {
            State::Whole => FileState::Whole,
            State::Empty => FileState::Empty,
            State::Unreadable(why) => FileState::Unreadable(why),
            State::BrokenOff(why) => FileState::BrokenOff(why),
        };
        let format = format.into();
        let first_reject = first_reject.map(|(line, reason)| FirstReject { line, reason });
        let split = split.map(Split::into_facts);
        let summary = FileSummary { path, format, bytes, frames, rejected, first_reject, state };
        FileFacts { summary, is_unsorted, unknown_columns, other_formats, split }
    }
}

impl Split {
    fn of(facts: SplitFacts) -> Self {
        let SplitFacts { start, end, lines, has_line_ends_in_rows, latest, doubtful, more_doubtful } = facts;
        let doubtful =
            doubtful.into_iter().map(|DoubtfulLeg { offset, millis, ahead }| (offset, millis, ahead));
        let doubtful = doubtful.collect();
        Self { start, end, lines, has_line_ends_in_rows, latest, doubtful, more_doubtful }
    }

    fn into_facts(self) -> SplitFacts {
        let Self { start, end, lines, has_line_ends_in_rows, latest, doubtful, more_doubtful } = self;
        let doubtful =
            doubtful.into_iter().map(|(offset, millis, ahead)| DoubtfulLeg { offset, millis, ahead });
        let doubtful = doubtful.collect();
        SplitFacts { start, end, lines, has_line_ends_in_rows, latest, doubtful, more_doubtful }
    }
}

fn moment(at: Timestamp) -> Moment {
    (at.millis, at.offset_minutes)
}

fn timestamp((millis, offset_minutes): Moment) -> Timestamp {
    Timestamp { millis, offset_minutes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_another_schema_is_refused_and_says_so() {
        // Nothing else is asked for: another schema may not have it.
        let error = Header::from_pairs(|key| (key == SCHEMA).then_some("1")).expect_err("another schema");
        assert_eq!(
            error.to_string(),
            "an exchange table of schema 1, and this version reads 5: save it again from its logs"
        );
    }
}
