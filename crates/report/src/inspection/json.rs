//! An inspection as one JSON document, `"schema": 1`.
//!
//! Keys are added within a schema, never renamed. Shares are numbers from 0 to 1, times whole
//! milliseconds.

use super::{field_name, pairing_of};
use crate::View;
use crate::decimal::Decimal;
use crate::json::Ledger;
use crate::shown::{Shown, told};
use crate::trouble::trouble;
use posmortem_classify::{Dialect, Language};
use posmortem_diagnose::Thousandths;
use posmortem_exchange::{
    Choice, Clock, ColumnGuess, Field, FileSummary, Hop, InspectedFile, InspectedLink, Inspection, Leaks,
    Summary,
};
use posmortem_iso8583::{Mti, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use std::io::{self, Write};

pub(super) fn write(
    summary: &Summary,
    inspection: &Inspection,
    view: &View<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Document::of(summary, inspection, view))?;
    out.write_all(b"\n")
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Document<'i> {
    schema: u32,
    tool: Tool<'i>,
    files: Vec<File<'i>>,
    messages: u64,
    first: Option<Shown<Timestamp>>,
    last: Option<Shown<Timestamp>>,
    message_types: Vec<MessageType>,
    fields: Vec<Coverage>,
    pairing: Pairing,
    rejects: Vec<Reject<'i>>,
    links: Vec<Link<'i>>,
    hops: Vec<HopEntry<'i>>,
    unlisted_codes: Vec<Unlisted<'i>>,
    timezone: Option<Zone>,
}

#[derive(Serialize, JsonSchema)]
struct Tool<'i> {
    name: &'static str,
    version: &'i str,
}

impl<'i> Document<'i> {
    fn of(summary: &'i Summary, inspection: &'i Inspection, view: &View<'i>) -> Self {
        let files = summary.files.iter().zip(&inspection.files);
        let share = |part| share(part, inspection.messages);
        let (paired, of) = pairing_of(&summary.ledger);
        Self {
            schema: 1,
            tool: Tool { name: "posmortem", version: view.version },
            files: files.map(|(file, inspected)| File::of(file, inspected, view.language)).collect(),
            messages: inspection.messages,
            first: summary.first.map(Shown),
            last: summary.last.map(Shown),
            message_types: inspection
                .types
                .iter()
                .map(|&(mti, count)| MessageType { mti: mti.map(Shown), count, share: share(count) })
                .collect(),
            fields: inspection
                .fields
                .iter()
                .map(|one| Coverage {
                    field: field_name(&one.field),
                    column: one.column,
                    filled: one.filled,
                    share: share(one.filled),
                })
                .collect(),
            pairing: Pairing {
                rate: (of > 0).then(|| self::share(paired, of)),
                paired,
                of,
                ledger: Ledger::of(&summary.ledger),
            },
            rejects: inspection
                .rejects
                .iter()
                .map(|(reason, count)| Reject { reason, count: *count })
                .collect(),
            links: inspection.links.iter().map(Link::of).collect(),
            hops: inspection.hops.iter().map(HopEntry::of).collect(),
            unlisted_codes: inspection
                .unlisted
                .iter()
                .map(|one| Unlisted {
                    link: told(&one.link),
                    dialect: one.dialect.name(),
                    code: one.code.as_str().to_owned(),
                    count: one.count,
                })
                .collect(),
            timezone: inspection.zone.map(|zone| Zone {
                offset_minutes: zone.offset_minutes,
                fitting: zone.fitting,
                of: zone.of,
            }),
        }
    }
}

fn share(part: u64, whole: u64) -> Decimal {
    let thousandths = (u128::from(part) * 2000 + u128::from(whole)) / (2 * u128::from(whole).max(1));
    Thousandths(thousandths as u64).into()
}

fn confidence(thousandths: u16) -> Decimal {
    Thousandths(u64::from(thousandths)).into()
}

#[derive(Serialize, JsonSchema)]
struct File<'i> {
    path: &'i str,
    format: Option<Chosen<'i>>,
    profile: Option<Chosen<'i>>,
    compression: Option<&'i str>,
    bytes: u64,
    frames: u64,
    rejected: u64,
    trouble: Option<String>,
    unknown_columns: Vec<UnknownColumn<'i>>,
    card_data: Vec<CardData>,
}

impl<'i> File<'i> {
    fn of(file: &'i FileSummary, inspected: &'i InspectedFile, language: Language) -> Self {
        let &FileSummary { ref path, bytes, frames, rejected, ref state, .. } = file;
        Self {
            path,
            format: inspected.format.as_ref().map(Chosen::of),
            profile: inspected.profile.as_ref().map(Chosen::of),
            compression: told(inspected.compression),
            bytes,
            frames,
            rejected,
            trouble: trouble(state, language),
            unknown_columns: inspected.columns.iter().map(UnknownColumn::of).collect(),
            card_data: inspected.leaks.iter().map(CardData::of).collect(),
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct Chosen<'i> {
    name: &'i str,
    variant: Option<&'i str>,
    verified: bool,
    confidence: Decimal,
    runners_up: Vec<RunnerUp<'i>>,
}

impl<'i> Chosen<'i> {
    fn of(choice: &'i Choice) -> Self {
        let runner_up = |other: &'i posmortem_exchange::RunnerUp| RunnerUp {
            name: &other.name,
            confidence: confidence(other.confidence),
            agrees: other.agrees,
        };
        Self {
            name: &choice.name,
            variant: told(&choice.variant),
            verified: choice.is_verified,
            confidence: confidence(choice.confidence),
            runners_up: choice.runners_up.iter().map(runner_up).collect(),
        }
    }
}

/// `agrees`: every value comes out as with what was chosen.
#[derive(Serialize, JsonSchema)]
struct RunnerUp<'i> {
    name: &'i str,
    confidence: Decimal,
    agrees: bool,
}

/// `in_force`: the log could not be read without the guess, and was read by it.
#[derive(Serialize, JsonSchema)]
struct UnknownColumn<'i> {
    name: &'i str,
    looks_like: Option<&'static str>,
    confidence: Decimal,
    in_force: bool,
}

impl<'i> UnknownColumn<'i> {
    fn of(guess: &'i ColumnGuess) -> Self {
        Self {
            name: &guess.name,
            looks_like: guess.column,
            confidence: confidence(guess.confidence),
            in_force: guess.in_force,
        }
    }
}

/// `place` is `field`, `unshown` (a name that could be card data itself) or `outside` of fields.
#[derive(Serialize, JsonSchema)]
struct CardData {
    place: &'static str,
    field: Option<String>,
    numbers: u64,
    alike: u64,
    tracks_1: u64,
    tracks_2: u64,
    first_line: Option<u64>,
    is_chance: bool,
}

impl CardData {
    fn of(leaks: &Leaks) -> Self {
        Self {
            place: match leaks.field {
                Field::Outside => "outside",
                Field::Unshown => "unshown",
                _ => "field",
            },
            field: field_name(&leaks.field),
            numbers: leaks.numbers,
            alike: leaks.alike,
            tracks_1: leaks.tracks_1,
            tracks_2: leaks.tracks_2,
            first_line: leaks.first_line,
            is_chance: leaks.are_chance(),
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct MessageType {
    mti: Option<Shown<Mti>>,
    count: u64,
    share: Decimal,
}

#[derive(Serialize, JsonSchema)]
struct Coverage {
    field: Option<String>,
    column: Option<&'static str>,
    filled: u64,
    share: Decimal,
}

#[derive(Serialize, JsonSchema)]
struct Pairing {
    rate: Option<Decimal>,
    paired: u64,
    of: u64,
    ledger: Ledger,
}

#[derive(Serialize, JsonSchema)]
struct Reject<'i> {
    reason: &'i str,
    count: u64,
}

#[derive(Serialize, JsonSchema)]
struct Link<'i> {
    link: Option<&'i str>,
    messages: u64,
    answers: u64,
    dialect: Option<&'static str>,
    listed: u64,
    dialects: Vec<Table>,
    log_less_de7: Option<Offset>,
    log_less_de12: Option<Offset>,
}

impl<'i> Link<'i> {
    fn of(link: &'i InspectedLink) -> Self {
        let offset =
            |clock: Option<Clock>| clock.map(|Clock { count, median_ms }| Offset { count, median_ms });
        let dialects = link.dialects.iter();
        Self {
            link: told(&link.name),
            messages: link.messages,
            answers: link.answers,
            dialect: link.told.map(Dialect::name),
            listed: link.listed,
            dialects: dialects
                .map(|(dialect, listed)| Table { name: dialect.name(), listed: *listed })
                .collect(),
            log_less_de7: offset(link.transmission),
            log_less_de12: offset(link.local),
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct Table {
    name: &'static str,
    listed: u64,
}

#[derive(Serialize, JsonSchema)]
struct Offset {
    count: u64,
    median_ms: i64,
}

#[derive(Serialize, JsonSchema)]
struct HopEntry<'i> {
    links: [Option<&'i str>; 2],
    requests: u64,
    answers: u64,
    request_ms: Option<i64>,
    answer_ms: Option<i64>,
    skew_ms: Option<i64>,
}

impl<'i> HopEntry<'i> {
    fn of(hop: &'i Hop) -> Self {
        let [first, second] = &hop.links;
        Self {
            links: [told(first), told(second)],
            requests: hop.requests,
            answers: hop.answers,
            request_ms: hop.request_ms,
            answer_ms: hop.answer_ms,
            skew_ms: hop.skew_ms(),
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct Unlisted<'i> {
    link: Option<&'i str>,
    dialect: &'static str,
    code: String,
    count: u64,
}

#[derive(Serialize, JsonSchema)]
struct Zone {
    offset_minutes: i32,
    fitting: u64,
    of: u64,
}
