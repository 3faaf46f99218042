//! From the counts of all inputs to what is said of them.

use super::Collector;
use super::card_data::CardDataCounts;
use super::fields::{Counted, Fields};
use super::links::{Given, LinkCounts, Links};
use posmortem_classify::{Category, CodeTables, Dialect, Meaning};
use posmortem_exchange::{
    Choice, Clock, CodeSummary, ColumnGuess, Field, FieldCoverage, Hop, InspectedFile, InspectedLink,
    Inspection, Leaks, Offsets, RunnerUp, UnlistedCode, ZoneGuess,
};
use posmortem_iso8583::{EntryMode, ResponseCode};
use posmortem_logs::{
    Alternative, Column, Detection, Format, GuessedColumn, Likeness, ProfileGuess, guess_columns,
};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Tables that are told of a link.
const DIALECTS: usize = 5;

/// Fewer times tell no zone.
const ENOUGH_TIMES: u64 = 20;

/// Zones are told in these steps.
const QUARTER_MS: i64 = 900_000;

/// Messages are logged within so much of their DE7.
const NEAR_MS: i64 = 60_000;

/// What is known of an input beside its counts.
#[derive(Default)]
pub(crate) struct FileFindings {
    pub(crate) format: Option<Choice>,
    pub(crate) profile: Option<Choice>,
    pub(crate) compression: &'static str,
    /// Guesses by which it was read.
    pub(crate) guessed: Vec<GuessedColumn>,
    pub(crate) counts: Collector,
}

impl FileFindings {
    /// Takes note of how the input is read.
    pub(crate) fn take_detection(&mut self, detection: &Detection, guessed: Vec<GuessedColumn>) {
        self.format = Some(format_of(detection));
        self.profile = profile_of(detection);
        self.guessed = guessed;
    }
}

fn format_of(detection: &Detection) -> Choice {
    let runner_up = |other: &Alternative| RunnerUp {
        name: other.format.name().to_owned(),
        confidence: other.confidence,
        agrees: false,
    };
    let variant = match &detection.format {
        Format::Labelled(labelled) => labelled.listing().name().to_owned(),
        _ => String::new(),
    };
    Choice {
        name: detection.format.input_format().name().to_owned(),
        variant,
        is_verified: detection.format.is_verified(),
        confidence: detection.confidence,
        runners_up: detection.alternatives.iter().map(runner_up).collect(),
    }
}

/// The wire profile, with each other one told once: where it does best.
fn profile_of(detection: &Detection) -> Option<Choice> {
    let (chosen, others) = detection.profiles.split_first()?;
    let mut runners_up: Vec<RunnerUp> = Vec::new();
    for other in others.iter().filter(|other| other.profile != chosen.profile) {
        if runners_up.iter().all(|known| known.name != other.profile) {
            let ProfileGuess { profile, confidence, agrees, .. } = other.clone();
            runners_up.push(RunnerUp { name: profile, confidence, agrees });
        }
    }
    Some(Choice {
        name: chosen.profile.clone(),
        variant: format!("framing {}, header {}", chosen.framing, chosen.header),
        // Not the built-in one of that name: a user's own may be called so, too.
        is_verified: detection.format.wire().is_some_and(|wire| wire.profile.is_verified()),
        confidence: chosen.confidence,
        runners_up,
    })
}

/// Says what was found. `codes` are those of attempts that failed, with what they stood for.
pub(crate) fn inspection_of(files: Vec<FileFindings>, hops: Vec<Hop>, codes: &[CodeSummary]) -> Inspection {
    let mut all = Collector::default();
    let mut inspected = Vec::new();
    for file in files {
        inspected.push(inspected_file(&file));
        all.merge(file.counts);
    }
    let links = &all.links.by_name;
    let meanings = Meanings::of(codes);
    let mut rejects: Vec<_> = all.rejects.into_iter().collect();
    rejects.sort_by_key(|(_, count)| Reverse(*count));
    Inspection {
        files: inspected,
        messages: all.messages,
        types: all.types.into_iter().collect(),
        fields: coverage(&all.fields),
        rejects,
        links: links.iter().map(|(name, counts)| inspected_link(name, counts, &meanings)).collect(),
        hops,
        unlisted: unlisted(links, &meanings),
        zone: zone(links),
    }
}

fn inspected_file(file: &FileFindings) -> InspectedFile {
    let FileFindings { format, profile, compression, guessed, counts } = file;
    let in_force = guessed.iter().map(|guess| ColumnGuess {
        name: guess.name.clone(),
        column: Some(guess.column.name()),
        confidence: guess.confidence,
        in_force: true,
        link: None,
    });
    InspectedFile {
        format: format.clone(),
        profile: profile.clone(),
        compression,
        columns: in_force.chain(guesses(&counts.fields, &counts.links)).collect(),
        leaks: leaks(counts, profile.is_some()),
    }
}

/// What the columns look like whose names mean nothing.
fn guesses(fields: &Fields, links: &Links) -> Vec<ColumnGuess> {
    let sorted = fields.sorted();
    let taken: Vec<Column> = sorted.iter().filter_map(|counted| column_of(&counted.field)).collect();
    let name = |counted: &Counted| match &counted.field {
        Field::Other(name) => Some(name.clone()),
        _ => None,
    };
    let unknown: Vec<(String, &Likeness)> =
        sorted.iter().filter_map(|counted| Some((name(counted)?, counted.likeness.as_deref()?))).collect();
    let likenesses: Vec<&Likeness> = unknown.iter().map(|(_, likeness)| *likeness).collect();
    let guesses = guess_columns(&likenesses, &taken);
    let guess = |((name, _), guess): ((String, _), Option<(Column, u16)>)| ColumnGuess {
        name,
        column: guess.map(|(column, _)| column.name()),
        confidence: guess.map_or(0, |(_, confidence)| confidence),
        in_force: false,
        link: None,
    };
    let mut guesses: Vec<_> = unknown.into_iter().zip(guesses).map(guess).collect();
    if !taken.contains(&Column::Link) && links.by_name.keys().all(String::is_empty) {
        guess_link(&mut guesses, fields);
    }
    guesses
}

/// Which of the columns that look like nothing else could tell the link. The likeliest of those on both sides is one
/// that a terminal shows several texts of, then one of fewer texts, then the first.
fn guess_link(guesses: &mut [ColumnGuess], fields: &Fields) {
    let sorted = fields.sorted();
    let texts = |name: &str| {
        let of_name = |counted: &&&Counted| matches!(&counted.field, Field::Other(own) if own == name);
        sorted.iter().find(of_name).and_then(|counted| counted.texts.as_deref())
    };
    let mut likeliest: Option<((bool, u64), &mut ColumnGuess, u16)> = None;
    for guess in guesses.iter_mut().filter(|guess| guess.column.is_none()) {
        let Some((link, share)) = texts(&guess.name).and_then(|texts| texts.link(fields.sides)) else {
            continue;
        };
        guess.link = Some(link);
        let rank = (!link.is_chosen_anew, link.texts);
        if link.is_on_both_sides && likeliest.as_ref().is_none_or(|(best, ..)| rank < *best) {
            likeliest = Some((rank, guess, share));
        }
    }
    if let Some((_, guess, share)) = likeliest {
        (guess.column, guess.confidence) = (Some(Column::Link.name()), share);
    }
}

fn column_of(field: &Field) -> Option<Column> {
    match field {
        Field::Element(element) => Column::of_element(*element),
        Field::Column(name) => Column::from_name(name),
        _ => None,
    }
}

/// Where card data stands. Fields are part of the text, but not those of messages in wire bytes.
fn leaks(counts: &Collector, are_in_wire_bytes: bool) -> Vec<Leaks> {
    let leak = |field: Field, counts: &CardDataCounts, first_line| Leaks {
        field,
        alike: counts.alike,
        numbers: counts.numbers,
        tracks_1: counts.tracks_1,
        tracks_2: counts.tracks_2,
        first_line,
    };
    let in_fields = if are_in_wire_bytes { CardDataCounts::default() } else { counts.fields.in_text() };
    let outside = counts.text.without(&in_fields);
    let in_fields = counts.fields.sorted().into_iter().filter(|counted| counted.card_data.is_leak());
    let in_fields =
        in_fields.map(|counted| leak(counted.field.clone(), &counted.card_data, counted.first_line));
    in_fields.chain(outside.is_leak().then(|| leak(Field::Outside, &outside, None))).collect()
}

fn coverage(fields: &Fields) -> Vec<FieldCoverage> {
    let filled = fields.sorted().into_iter().filter(|counted| counted.filled > 0);
    let coverage = |counted: &Counted| {
        let element = matches!(counted.field, Field::Element(_));
        let column = column_of(&counted.field).filter(|_| element).map(Column::name);
        FieldCoverage { field: counted.field.clone(), column, filled: counted.filled }
    };
    filled.map(coverage).collect()
}

fn inspected_link(name: &str, counts: &LinkCounts, meanings: &Meanings) -> InspectedLink {
    let listed = |dialect: &dyn Fn(&Given) -> Dialect| -> u64 {
        let known = counts.codes.iter().filter(|(given, _)| meanings.list(dialect(given), given));
        known.map(|(_, count)| count).sum()
    };
    let mut dialects: Vec<(Dialect, u64)> =
        Dialect::all().map(|dialect| (dialect, listed(&|_| dialect))).collect();
    dialects.retain(|(_, listed)| *listed > 0);
    let mut told: Vec<Option<Dialect>> = counts.codes.keys().map(|given| given.told).collect();
    told.dedup();
    let told = if told.len() == 1 { told[0] } else { None };
    // Of equals the one in force, then the more general one, which stands above those that rest on it.
    dialects.sort_by_key(|(dialect, listed)| (Reverse(*listed), Some(*dialect) != told));
    dialects.truncate(DIALECTS);
    InspectedLink {
        name: name.to_owned(),
        messages: counts.messages,
        answers: counts.codes.values().sum(),
        listed: listed(&in_force),
        told,
        dialects,
        transmission: clock(&counts.transmission),
        local: clock(&counts.local),
    }
}

fn clock(offsets: &Offsets) -> Option<Clock> {
    Some(Clock { count: offsets.count(), median_ms: offsets.median()? })
}

fn in_force(given: &Given) -> Dialect {
    CodeTables::built_in().resolve(given.told, given.code, given.mti)
}

/// What codes mean, asked as the report asks.
struct Meanings {
    /// Codes that stood for a reason where they made attempts fail. An answer need not tell how the card was read, for
    /// its request does.
    of_attempts: BTreeSet<(Dialect, ResponseCode)>,
}

impl Meanings {
    fn of(codes: &[CodeSummary]) -> Self {
        let meant = codes.iter().filter(|code| code.reason.is_some());
        Self { of_attempts: meant.filter_map(|code| code.dialect.zip(code.code)).collect() }
    }

    /// Whether a table gives the code a meaning in its message. A range that a standard keeps free gives it none.
    fn list(&self, dialect: Dialect, given: &Given) -> bool {
        let meaning = CodeTables::built_in().meaning(dialect, given.code, &given.circumstances());
        let is_listed = !matches!(meaning, Meaning::Unlisted | Meaning::NoDecline(Category::Reserved));
        let tells_all = given.entry_mode != EntryMode::Unknown;
        is_listed || (!tells_all && self.of_attempts.contains(&(dialect, given.code)))
    }
}

fn unlisted(links: &BTreeMap<String, LinkCounts>, meanings: &Meanings) -> Vec<UnlistedCode> {
    let mut counts = BTreeMap::new();
    for (link, heard) in links {
        for (given, count) in &heard.codes {
            let dialect = in_force(given);
            if !meanings.list(dialect, given) {
                *counts.entry((link, dialect, given.code)).or_default() += *count;
            }
        }
    }
    let mut unlisted: Vec<UnlistedCode> = counts
        .into_iter()
        .map(|((link, dialect, code), count)| UnlistedCode { link: link.clone(), dialect, code, count })
        .collect();
    unlisted.sort_by_key(|code| Reverse(code.count));
    unlisted
}

/// The zone that explains how far log times without a zone lie from DE7, which is UTC by the standard.
/// Where both are the same, DE7 may be local time as well: that is a zone only if DE12 differs.
fn zone(links: &BTreeMap<String, LinkCounts>) -> Option<ZoneGuess> {
    if links.values().any(|link| link.zoned > 0) {
        return None;
    }
    let (mut transmission, mut local) = (Offsets::default(), Offsets::default());
    for link in links.values() {
        transmission.merge(link.transmission.clone());
        local.merge(link.local.clone());
    }
    let whole = |median: i64| (median + QUARTER_MS / 2).div_euclid(QUARTER_MS) * QUARTER_MS;
    let zone = whole(transmission.median()?);
    let (fitting, of) =
        (transmission.count_of(|offset| (offset - zone).abs() <= NEAR_MS), transmission.count());
    let is_told_apart = zone != 0 || local.median().is_some_and(|median| whole(median) != 0);
    let is_sure = of >= ENOUGH_TIMES && fitting * 10 >= of * 9 && is_told_apart;
    let offset_minutes = i32::try_from(zone / 60_000).ok()?;
    is_sure.then_some(ZoneGuess { offset_minutes, fitting, of })
}
