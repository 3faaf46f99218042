//! Which format an input has: every format whose shape is there reads a sample with its real reader, and
//! the one that makes most sense of it is taken.
//!
//! Nothing is guessed: where no format reads a message, or two read it equally well, the user is asked,
//! with what was tried and why it is not that.

mod candidates;
mod error;
mod score;
mod stream;
mod wire;

use crate::delimited::without_bom;
use crate::format::Format;
use crate::input::LONGEST_SAMPLE;
use crate::settings::{InputFormat, InputSettings};
use candidates::{Candidate, candidates, kind_of};
use error::NO_MESSAGE;
pub use error::{DetectError, Tried};
use score::{Sense, read_sample};
pub use wire::ProfileGuess;

/// Two formats that come this close to each other are not told apart, in thousandths.
const MARGIN: u16 = 50;

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// The format.
    pub format: InputFormat,
    /// Which kind of it, such as the name of a listing; empty where a format has but one.
    pub kind: String,
    /// How sure that is, in thousandths.
    pub confidence: u16,
}

/// Recognises an input by a sample from its start, of which at most [`LONGEST_SAMPLE`] bytes are looked at.
/// [`Input::recognise`](crate::Input::recognise) takes no more of them than it needs.
///
/// # Errors
/// When the sample fits no format or two equally well, or the settings do not fit the sample.
pub fn detect(sample: &[u8], settings: &InputSettings) -> Result<Detection, DetectError> {
    let sample = sample.get(..LONGEST_SAMPLE).unwrap_or(sample);
    if without_bom(sample).trim_ascii().is_empty() {
        return Err(DetectError::Empty);
    }
    // Bytes of messages may begin like that, text does not.
    let is_bytes = settings.forced_format == Some(InputFormat::Frames);
    if !is_bytes && (sample.starts_with(b"\xff\xfe") || sample.starts_with(b"\xfe\xff")) {
        return Err(DetectError::Utf16);
    }
    let wanted = settings.forced_format.map_or(InputFormat::ALL.to_vec(), |format| vec![format]);
    let (mut found, mut tried, mut fault) = (Vec::new(), Vec::new(), None);
    for format in wanted {
        let candidates = match candidates(format, sample, settings) {
            Ok(candidates) => candidates,
            Err(DetectError::Unknown { tried: own }) => {
                tried.extend(own);
                continue;
            }
            Err(error) => {
                fault = fault.or(Some(error));
                continue;
            }
        };
        // A format that the user names is read as such; which of the listings it is, is still to be told.
        let is_known = settings.forced_format.is_some() && format != InputFormat::Labelled;
        let before = found.len();
        for candidate in candidates {
            let mut sense = read_sample(&candidate.format, sample, settings);
            sense.confidence = sense.confidence.max(candidate.floor);
            if sense.confidence > 0 || is_known {
                found.push((sense, candidate));
            }
        }
        if found.len() == before {
            tried.push(Tried { format, why: NO_MESSAGE });
        }
    }
    choose(found, settings).unwrap_or_else(|| Err(fault.unwrap_or(DetectError::Unknown { tried })))
}

/// The likeliest of the formats that were found; `None` when there is none. Of equals it is the earlier one:
/// the user's own listings stand before those that are built in, and whole lines, which have a time each,
/// before dumps.
fn choose(
    mut found: Vec<(Sense, Candidate)>,
    settings: &InputSettings,
) -> Option<Result<Detection, DetectError>> {
    found.sort_by_key(|(sense, _)| std::cmp::Reverse(sense.confidence));
    let alternative = |(sense, candidate): &(Sense, Candidate)| Alternative {
        format: candidate.format.input_format(),
        kind: kind_of(&candidate.format),
        confidence: sense.confidence,
    };
    let mut alternatives: Vec<_> = found.iter().map(alternative).collect();
    let (best, others) = found.split_first()?;
    let own = best.1.format.input_format();
    // Kinds of one format are no rivals where they read the same messages.
    let is_rival = |(sense, candidate): &(Sense, Candidate)| {
        let differs = candidate.format.input_format() != own || sense.messages != best.0.messages;
        differs && sense.confidence + MARGIN > best.0.confidence
    };
    let is_close = others.iter().any(is_rival);
    if is_close && settings.forced_format.is_none() && !settings.guesses {
        return Some(Err(DetectError::Ambiguous { likely: alternatives }));
    }
    alternatives.remove(0);
    let (Sense { confidence, .. }, best) = found.into_iter().next()?;
    let Candidate { format, profiles, unknown_columns, .. } = best;
    let rivals = wire::rivals(&profiles);
    // Who has named the profile can say no more: the simplest way of it was taken.
    if !rivals.is_empty() && !settings.guesses && settings.profile.is_none() {
        return Some(Err(DetectError::AmbiguousProfile { likely: rivals }));
    }
    Some(Ok(Detection { format, confidence, alternatives, profiles, unknown_columns }))
}
