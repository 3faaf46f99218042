//! Which format an input has: every format whose shape is there reads a sample with its real reader, and
//! the one that makes most sense of it is taken.
//!
//! Nothing is guessed: where no format reads a message, or two read it equally well, the user is asked,
//! with what was tried and why it is not that.

mod error;
mod score;
mod wire;

use memchr::memmem;

use crate::delimited::{self, without_bom};
use crate::format::{Format, NamedValues};
use crate::input::SAMPLE_SIZE;
use crate::labelled::{Labelled, Listing};
use crate::settings::{InputFormat, InputSettings};
pub use error::{DetectError, Tried};
use score::read_sample;
pub use wire::ProfileGuess;

/// Two formats that come this close to each other are not told apart, in thousandths.
const MARGIN: u16 = 50;

/// How sure a header row alone is: its names cannot stand there by chance.
const HEADER_ALONE: u16 = 400;

/// How sure the user is who names the columns.
const NAMED_COLUMNS: u16 = 950;

/// How sure the tag of a record is, without a message: a log of connects and nothing else.
const TAG_ALONE: u16 = 300;

/// A recognised input.
#[derive(Clone, Debug)]
pub struct Detection {
    /// How to read it.
    pub format: Format,
    /// How sure that is, in thousandths: how much of the sample is read, and how plausible what is read
    /// in it.
    pub confidence: u16,
    /// Other formats that read something, the likeliest first.
    pub alternatives: Vec<Alternative>,
    /// How its messages could stand on the wire, the likeliest first, which is the one that is taken.
    /// Empty where they are not in wire bytes.
    pub profiles: Vec<ProfileGuess>,
    /// Columns that nothing here knows, as they may be shown: worth a note, since a misspelt name
    /// looks like that.
    pub unknown_columns: Vec<String>,
}

/// A format that would read a part of the input, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// The format.
    pub format: InputFormat,
    /// How sure that is, in thousandths.
    pub confidence: u16,
}

/// A format whose shape is there.
pub(crate) struct Candidate {
    pub(crate) format: Format,
    /// How sure the shape alone is, in thousandths.
    pub(crate) floor: u16,
    pub(crate) profiles: Vec<ProfileGuess>,
    pub(crate) unknown_columns: Vec<String>,
}

impl Candidate {
    pub(crate) fn new(format: Format, floor: u16) -> Self {
        Self { format, floor, profiles: Vec::new(), unknown_columns: Vec::new() }
    }
}

/// Recognises an input by a sample from its start, of which the first 64 KiB are looked at.
///
/// # Errors
/// When the sample fits no format or two equally well, or the settings do not fit the sample.
pub fn detect(sample: &[u8], settings: &InputSettings) -> Result<Detection, DetectError> {
    let sample = sample.get(..SAMPLE_SIZE).unwrap_or(sample);
    if without_bom(sample).trim_ascii().is_empty() {
        return Err(DetectError::Empty);
    }
    if sample.starts_with(b"\xff\xfe") || sample.starts_with(b"\xfe\xff") {
        return Err(DetectError::Utf16);
    }
    let wanted = settings.forced_format.map_or(InputFormat::ALL.to_vec(), |format| vec![format]);
    let (mut found, mut tried, mut fault) = (Vec::new(), Vec::new(), None);
    for format in wanted {
        match candidates(format, sample, settings) {
            Ok(candidates) => {
                for candidate in candidates {
                    let confidence = read_sample(&candidate.format, sample, settings);
                    let confidence = confidence.max(candidate.floor);
                    if confidence > 0 || settings.forced_format.is_some() {
                        found.push((confidence, candidate));
                    } else {
                        tried.push(Tried { format, why: "its shape is there, but no message in it" });
                    }
                }
            }
            Err(DetectError::Unknown { tried: own }) => tried.extend(own),
            Err(error) => fault = fault.or(Some(error)),
        }
    }
    choose(found, settings).unwrap_or_else(|| Err(fault.unwrap_or(DetectError::Unknown { tried })))
}

/// The likeliest of the formats that were found, the earlier of equals; `None` when there is none.
fn choose(
    mut found: Vec<(u16, Candidate)>,
    settings: &InputSettings,
) -> Option<Result<Detection, DetectError>> {
    found.sort_by_key(|(confidence, _)| std::cmp::Reverse(*confidence));
    let alternative = |(confidence, candidate): &(u16, Candidate)| Alternative {
        format: candidate.format.input_format(),
        confidence: *confidence,
    };
    let mut alternatives: Vec<_> = found.iter().map(alternative).collect();
    let (confidence, best) = found.into_iter().next()?;
    let rival = alternatives.iter().find(|other| other.format != best.format.input_format());
    let is_close = rival.is_some_and(|rival| rival.confidence + MARGIN > confidence);
    if is_close && settings.forced_format.is_none() && !settings.guesses {
        return Some(Err(DetectError::Ambiguous { likely: alternatives }));
    }
    alternatives.remove(0);
    let Candidate { format, profiles, unknown_columns, .. } = best;
    let rivals = wire::rivals(&profiles);
    if !rivals.is_empty() && !settings.guesses {
        return Some(Err(DetectError::AmbiguousProfile { likely: rivals }));
    }
    Some(Ok(Detection { format, confidence, alternatives, profiles, unknown_columns }))
}

/// How an input of this format would be read, if the sample has its shape.
fn candidates(
    format: InputFormat,
    sample: &[u8],
    settings: &InputSettings,
) -> Result<Vec<Candidate>, DetectError> {
    let is_forced = settings.forced_format.is_some();
    let shaped = |has_shape: bool, format: Format, floor: u16, why| match has_shape || is_forced {
        true => Ok(vec![Candidate::new(format, floor)]),
        false => Err(DetectError::unlike(format.input_format(), why)),
    };
    let times = || settings.time_rules().into();
    match format {
        InputFormat::Delimited => {
            let rows = delimited::recognise(sample, settings)?;
            let floor = if settings.columns.is_some() { NAMED_COLUMNS } else { HEADER_ALONE };
            let format = Format::Delimited(rows.layout);
            Ok(vec![Candidate { unknown_columns: rows.unknown_columns, ..Candidate::new(format, floor) }])
        }
        InputFormat::Ndjson => {
            // Objects with XML in them are events of jPOS, whose messages are in the XML.
            let has_objects = has_object(sample) && memmem::find(sample, b"<isomsg").is_none();
            let named = NamedValues::new(settings).into();
            shaped(has_objects, Format::Ndjson(named), 0, "no line with a JSON object")
        }
        InputFormat::KeyValue => {
            // Attributes of a record's tag are pairs, too.
            let has_pairs = memchr::memchr(b'=', sample).is_some() && !looks_like_jpos(sample);
            let named = NamedValues::new(settings).into();
            shaped(has_pairs, Format::KeyValue(named), 0, "no line with pairs such as `rc=00`")
        }
        InputFormat::Ist => {
            let has_heads = memmem::find(sample, b"BOUND MESSAGE ID[").is_some();
            shaped(has_heads, Format::Ist(times()), 0, "no block (`INBOUND MESSAGE ID[`)")
        }
        InputFormat::Table => {
            let has_rows = memmem::find(sample, b"|").is_some();
            shaped(has_rows, Format::Table(times()), 0, "no rows such as `NAME | 39 | \"00\"`")
        }
        InputFormat::JposJsonl => {
            let has_events = has_object(sample) && memmem::find(sample, b"<isomsg").is_some();
            let why = "no JSON object with an `<isomsg>` in it";
            shaped(has_events, Format::JposJsonl(times()), 0, why)
        }
        InputFormat::Labelled => {
            let known = settings.listings.iter().chain(Listing::built_in());
            let listings = known.filter(|listing| is_forced || listing.may_be_in(sample));
            let candidate = |listing: &Listing| {
                let labelled = Labelled::new(listing.clone(), NamedValues::new(settings));
                Candidate::new(Format::Labelled(labelled.into()), 0)
            };
            let candidates: Vec<_> = listings.map(candidate).collect();
            let why = "no listing of fields that is built in or configured";
            if candidates.is_empty() { Err(DetectError::unlike(format, why)) } else { Ok(candidates) }
        }
        InputFormat::Jpos => {
            let has_records = looks_like_jpos(sample);
            shaped(has_records, Format::Jpos(times()), TAG_ALONE, "no record (`<log realm=`)")
        }
        InputFormat::HexLines => wire::hex_lines(sample, settings),
        InputFormat::Frames => wire::frames(sample, settings),
    }
}

fn has_object(sample: &[u8]) -> bool {
    [&b"{\""[..], b"{ \""].into_iter().any(|open| memmem::find(sample, open).is_some())
}

/// A record of a Q2 log begins with its realm or its time.
fn looks_like_jpos(sample: &[u8]) -> bool {
    let at = memmem::find_iter(sample, b"<log ");
    at.take(64).any(|at| {
        let tag = &sample[at..];
        let tag = memchr::memchr(b'>', tag).map_or(tag, |end| &tag[..end]);
        [&b" realm="[..], b" at="].into_iter().any(|attribute| memmem::find(tag, attribute).is_some())
    })
}
