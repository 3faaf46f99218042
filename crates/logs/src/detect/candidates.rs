//! Formats whose shape is in a sample: a cheap look, so that not all of them read every sample.

use memchr::memmem;

use super::error::DetectError;
use super::wire::{self, ProfileGuess};
use crate::delimited;
use crate::format::{Format, NamedValues};
use crate::hexlines::HexStyle;
use crate::labelled::{Labelled, Listing};
use crate::settings::{InputFormat, InputSettings};

/// How sure a header row alone is, in thousandths: its names cannot stand there by chance.
const HEADER_ALONE: u16 = 400;

/// How sure the user is who names the columns.
const NAMED_COLUMNS: u16 = 950;

/// How sure the tag of a record is, without a message: a log of connects and nothing else.
const TAG_ALONE: u16 = 300;

/// A format whose shape is there.
pub(super) struct Candidate {
    pub(super) format: Format,
    /// How sure the shape alone is, in thousandths.
    pub(super) floor: u16,
    /// How its messages could stand on the wire, if they do.
    pub(super) profiles: Vec<ProfileGuess>,
    /// Columns that nothing here knows, as they may be shown.
    pub(super) unknown_columns: Vec<String>,
}

/// What kind of its format this is, where there are several: the name of a listing, or how messages stand in
/// lines.
pub(super) fn kind_of(format: &Format) -> String {
    match format {
        Format::Labelled(labelled) => labelled.listing().name().to_owned(),
        Format::HexLines(layout) if layout.style == HexStyle::Whole => "a message a line".to_owned(),
        Format::HexLines(_) => "dumps".to_owned(),
        _ => String::new(),
    }
}

impl Candidate {
    pub(super) fn new(format: Format, floor: u16) -> Self {
        Self { format, floor, profiles: Vec::new(), unknown_columns: Vec::new() }
    }
}

/// How an input of this format would be read, if the sample has its shape or the user says so.
pub(super) fn candidates(
    format: InputFormat,
    sample: &[u8],
    settings: &InputSettings,
) -> Result<Vec<Candidate>, DetectError> {
    let times = || settings.time_rules().into();
    let named = || NamedValues::new(settings).into();
    let (has_shape, why, read_as) = match format {
        InputFormat::Delimited => return rows(sample, settings),
        InputFormat::Labelled => return listings(sample, settings),
        InputFormat::HexLines => return wire::hex_lines(sample, settings),
        InputFormat::Frames if settings.forced_format.is_none() && is_lines_of_text(sample) => {
            return Err(DetectError::unlike(format, "lines of text"));
        }
        InputFormat::Frames => return wire::frames(sample, settings),
        InputFormat::Jpos => (has_record(sample), "no record such as `<log realm=`", Format::Jpos(times())),
        InputFormat::JposJsonl => {
            let why = "no JSON object with an `<isomsg>` in it";
            (has_object(sample) && has_message(sample), why, Format::JposJsonl(times()))
        }
        InputFormat::Ndjson => {
            // The messages of objects with XML in them are in the XML.
            let has_shape = has_object(sample) && !has_message(sample);
            (has_shape, "no line with a JSON object", Format::Ndjson(named()))
        }
        InputFormat::KeyValue => {
            // Attributes of a record's tag are pairs, too.
            let has_shape = memchr::memchr(b'=', sample).is_some() && !has_record(sample);
            (has_shape, "no line with pairs such as `rc=00`", Format::KeyValue(named()))
        }
        InputFormat::Ist => {
            let has_head = memmem::find(sample, b"BOUND MESSAGE ID[").is_some();
            (has_head, "no block such as `INBOUND MESSAGE ID[`", Format::Ist(times()))
        }
        InputFormat::Table => {
            let has_bars = memchr::memchr(b'|', sample).is_some();
            (has_bars, "no rows such as `NAME | 39 | \"00\"`", Format::Table(times()))
        }
    };
    if !has_shape && settings.forced_format.is_none() {
        return Err(DetectError::unlike(format, why));
    }
    let floor = if format == InputFormat::Jpos { TAG_ALONE } else { 0 };
    Ok(vec![Candidate::new(read_as, floor)])
}

fn rows(sample: &[u8], settings: &InputSettings) -> Result<Vec<Candidate>, DetectError> {
    let rows = delimited::recognise(sample, settings)?;
    let floor = if settings.columns.is_some() { NAMED_COLUMNS } else { HEADER_ALONE };
    let format = Format::Delimited(rows.layout);
    Ok(vec![Candidate { unknown_columns: rows.unknown_columns, ..Candidate::new(format, floor) }])
}

/// Each kind of listing, the user's own first.
fn listings(sample: &[u8], settings: &InputSettings) -> Result<Vec<Candidate>, DetectError> {
    let is_forced = settings.forced_format.is_some();
    let known = settings.listings.iter().chain(Listing::built_in());
    let candidates: Vec<_> = known
        .filter(|listing| is_forced || listing.may_be_in(sample))
        .map(|listing| {
            let labelled = Labelled::new(listing.clone(), NamedValues::new(settings));
            Candidate::new(Format::Labelled(labelled.into()), 0)
        })
        .collect();
    if candidates.is_empty() {
        let why = "no listing that is built in or a `[[listing]]` of the configuration";
        return Err(DetectError::unlike(InputFormat::Labelled, why));
    }
    Ok(candidates)
}

/// Whether the sample begins with several lines of text, as no stream of frames does: to try every
/// framing and profile on a large table costs more than to read it.
fn is_lines_of_text(sample: &[u8]) -> bool {
    let begin = sample.get(..4096).unwrap_or(sample);
    let is_text = |byte: &u8| !byte.is_ascii_control() || matches!(byte, b'\t' | b'\r' | b'\n');
    let is_utf8 = match std::str::from_utf8(begin) {
        Ok(_) => true,
        // A character may stand across the end of what is looked at.
        Err(error) => error.error_len().is_none(),
    };
    is_utf8 && begin.iter().all(is_text) && memchr::memchr_iter(b'\n', begin).take(2).count() == 2
}

fn has_object(sample: &[u8]) -> bool {
    [&b"{\""[..], b"{ \""].into_iter().any(|open| memmem::find(sample, open).is_some())
}

fn has_message(sample: &[u8]) -> bool {
    memmem::find(sample, b"<isomsg").is_some()
}

/// A record of a Q2 log begins with its realm or its time.
fn has_record(sample: &[u8]) -> bool {
    let at = memmem::find_iter(sample, b"<log ");
    at.take(64).any(|at| {
        let tag = &sample[at..];
        let tag = memchr::memchr(b'>', tag).map_or(tag, |end| &tag[..end]);
        [&b" realm="[..], b" at="].into_iter().any(|attribute| memmem::find(tag, attribute).is_some())
    })
}
