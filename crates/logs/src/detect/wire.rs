//! Messages in wire bytes: which framing, header and profile make sense of all of them.
//!
//! A sample's messages are taken out of their lines or out of the stream first, for each framing that could
//! be; what fits them is then for [`rank`] to say. Profiles that read every value alike are no rivals.

use std::cmp::Reverse;
use std::sync::Arc;

use posmortem_iso8583::wire::{FrameEnd, Framing, Profile, Ranked, rank};

use super::candidates::Candidate;
use super::error::DetectError;
use crate::format::Format;
use crate::frames::Frames;
use crate::hexlines::{HexLines, hex_messages, hex_styles};
use crate::input::SAMPLE_SIZE;
use crate::settings::{InputFormat, InputSettings};
use crate::wire_message::WireFormat;

/// Messages that are looked at: enough to see what varies.
const MOST_MESSAGES: usize = 200;

/// So many messages that are read to their last byte are no chance.
const ENOUGH_MESSAGES: usize = 5;

/// Two profiles that come this close to each other and do not agree are not told apart, in thousandths.
const MARGIN: u16 = 10;

/// A way in which the messages of an input could stand on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileGuess {
    /// The profile's name.
    pub profile: String,
    /// The framing's name.
    pub framing: &'static str,
    /// The header's name.
    pub header: &'static str,
    /// How sure that is, in thousandths.
    pub confidence: u16,
    /// Whether it reads every value as the likeliest one does.
    pub agrees: bool,
}

/// Hex lines, as one candidate for each way in which messages may stand in lines.
pub(super) fn hex_lines(sample: &[u8], settings: &InputSettings) -> Result<Vec<Candidate>, DetectError> {
    let mut candidates = Vec::new();
    for style in hex_styles(sample) {
        let messages = hex_messages(sample, style, MOST_MESSAGES);
        let Some((wire, profiles)) = guess(&messages, Framing::all(), settings) else { continue };
        let times = settings.time_rules().into();
        let format = Format::HexLines(HexLines { style, wire, times });
        candidates.push(Candidate { profiles, ..Candidate::new(format, 0) });
    }
    match candidates.is_empty() {
        true => {
            Err(DetectError::unlike(InputFormat::HexLines, "no line with a message in hexadecimal digits"))
        }
        false => Ok(candidates),
    }
}

/// Frames, by each framing that finds one frame behind the other up to the end of the sample. Where several
/// make as much sense, the one that takes fewest of them for frames that only keep the line alive: any
/// stream with lengths of four bytes is one with lengths of two and an empty frame before each message.
pub(super) fn frames(sample: &[u8], settings: &InputSettings) -> Result<Vec<Candidate>, DetectError> {
    let mut best: Option<(WireFormat, Vec<ProfileGuess>, usize)> = None;
    let breaks_off = sample.len() >= SAMPLE_SIZE;
    for framing in Framing::all() {
        let Some((bodies, empty)) = bodies(sample, framing, settings.max_record, breaks_off) else {
            continue;
        };
        let Some((wire, profiles)) = guess(&bodies, std::slice::from_ref(&Framing::all()[0]), settings)
        else {
            continue;
        };
        let confidence = |profiles: &[ProfileGuess]| profiles.first().map_or(0, |guess| guess.confidence);
        let rank = |profiles: &[ProfileGuess], empty: usize| (confidence(profiles), Reverse(empty));
        if best.as_ref().is_none_or(|(_, best, of_best)| rank(best, *of_best) < rank(&profiles, empty)) {
            let named = |guess: ProfileGuess| ProfileGuess { framing: framing.name(), ..guess };
            let profiles = profiles.into_iter().map(named).collect();
            best = Some((WireFormat { framing, ..wire }, profiles, empty));
        }
    }
    let Some((wire, profiles, _)) = best else {
        return Err(DetectError::unlike(InputFormat::Frames, "no messages behind their lengths"));
    };
    let format = Format::Frames(Frames { wire, times: settings.time_rules().into() });
    Ok(vec![Candidate { profiles, ..Candidate::new(format, 0) }])
}

/// The messages of a stream and the number of empty frames, if it is frames from its first byte on.
fn bodies(sample: &[u8], framing: &Framing, limit: usize, breaks_off: bool) -> Option<(Vec<Vec<u8>>, usize)> {
    let (mut bodies, mut empty) = (Vec::new(), 0);
    let mut rest = sample;
    // Without a framing the stream is one message, which must be there as a whole.
    if framing.header_len() == 0 && breaks_off {
        return None;
    }
    while !rest.is_empty() && bodies.len() < MOST_MESSAGES {
        match framing.next(rest, limit) {
            FrameEnd::Whole(frame) => {
                let body = rest.get(frame.body)?;
                match body {
                    [] => empty += 1,
                    _ => bodies.push(body.to_vec()),
                }
                rest = rest.get(frame.total..)?;
            }
            // The last one may be cut, where the file was or where the sample ends.
            FrameEnd::NeedsMore if !bodies.is_empty() => break,
            _ => return None,
        }
    }
    (!bodies.is_empty()).then_some((bodies, empty))
}

/// The likeliest way in which these stand on the wire, and all that come into question.
fn guess(
    messages: &[Vec<u8>],
    framings: &'static [Framing],
    settings: &InputSettings,
) -> Option<(WireFormat, Vec<ProfileGuess>)> {
    let forced = settings.profile.as_deref();
    let profiles: Vec<&Profile> = forced.map_or_else(|| Profile::all().collect(), |profile| vec![profile]);
    let mut found: Vec<(u16, &'static Framing, Ranked<'_>)> = Vec::new();
    for framing in framings {
        let body = |message: &Vec<u8>| match framing.next(message, message.len()) {
            FrameEnd::Whole(frame) if frame.total == message.len() => {
                message.get(frame.body).map(<[u8]>::to_vec)
            }
            _ => None,
        };
        let bodies: Vec<Vec<u8>> = messages.iter().filter_map(body).collect();
        let bodies: Vec<&[u8]> = bodies.iter().map(Vec::as_slice).collect();
        // What the framing does not fit counts against it.
        let share = |score: u32| (score as usize * bodies.len() / messages.len().max(1)) as u16;
        found.extend(
            rank(&bodies, &profiles).into_iter().map(|ranked| (share(ranked.score), framing, ranked)),
        );
    }
    // Digests and keys in hexadecimal digits stand between messages: those that nothing reads do not
    // count, unless nearly nothing is read.
    let most = found.iter().map(|(.., ranked)| ranked.exact as usize).max()?;
    if most < ENOUGH_MESSAGES && 5 * most < messages.len() {
        return None;
    }
    for (score, ..) in &mut found {
        *score = (usize::from(*score) * messages.len() / most.max(1)).min(1000) as u16;
    }
    found.retain(|(score, ..)| *score > 0);
    found.sort_by_key(|(score, ..)| Reverse(*score));
    let (_, framing, best) = found.first()?;
    let profile = match &settings.profile {
        Some(forced) => Arc::clone(forced),
        None => Arc::new(best.profile.clone()),
    };
    let wire = WireFormat { profile, framing, header: best.header };
    let guess = |(score, framing, ranked): &(u16, &'static Framing, Ranked<'_>)| ProfileGuess {
        profile: ranked.profile.name().to_owned(),
        framing: framing.name(),
        header: ranked.header.name(),
        confidence: *score,
        agrees: ranked.same_values_as_first,
    };
    Some((wire, found.iter().map(guess).collect()))
}

/// The rivals of the likeliest guess that would read other values; empty where the choice is plain.
pub(super) fn rivals(profiles: &[ProfileGuess]) -> Vec<ProfileGuess> {
    let Some((best, others)) = profiles.split_first() else { return Vec::new() };
    let is_rival = |other: &&ProfileGuess| !other.agrees && other.confidence + MARGIN > best.confidence;
    let mut rivals: Vec<_> = others.iter().filter(is_rival).cloned().collect();
    if !rivals.is_empty() {
        rivals.insert(0, best.clone());
    }
    rivals
}
