//! Which format an input has: every format whose shape is there reads a sample with its real reader, and
//! the one that makes most sense of it is taken.
//!
//! Nothing is guessed: where no format reads a message, or two read it equally well, the user is asked,
//! with what was tried and why it is not that.

mod candidates;
mod error;
mod score;
mod wire;

use crate::delimited::without_bom;
use crate::format::Format;
use crate::input::SAMPLE_SIZE;
use crate::settings::{InputFormat, InputSettings};
use candidates::{Candidate, candidates};
pub use error::{DetectError, Tried};
use score::read_sample;
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// The format.
    pub format: InputFormat,
    /// How sure that is, in thousandths.
    pub confidence: u16,
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
            let confidence = read_sample(&candidate.format, sample, settings).max(candidate.floor);
            if confidence > 0 || is_known {
                found.push((confidence, candidate));
            }
        }
        if found.len() == before {
            tried.push(Tried { format, why: "its shape is there, but no message in it" });
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
