//! Messages in wire bytes: which framing, header and profile make sense of all of them.
//!
//! A sample's messages are taken out of their lines or out of the stream first, for each framing that could
//! be; what fits them is then for [`rank`] to say. Profiles that read every value alike are no rivals.

use std::cmp::Reverse;
use std::sync::Arc;

use posmortem_iso8583::wire::{
    ElementSet, Fields, FrameEnd, Framing, Header, Profile, Ranked, rank, read_alike,
};

use super::candidates::Candidate;
use super::error::DetectError;
use super::stream::{Forms, frames_in};
use crate::format::Format;
use crate::frames::Frames;
use crate::hexlines::{HexLines, HexStyle, hex_messages, hex_styles};
use crate::input::{SAMPLE_SIZE, breaks_off};
use crate::settings::{InputFormat, InputSettings};
use crate::wire_message::WireFormat;

/// Messages that are looked at: enough to see what varies.
pub(super) const MOST_MESSAGES: usize = 200;

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
        let Some((wire, profiles)) = guess(&messages, Framing::all(), Strangers::Discounted, settings) else {
            continue;
        };
        let times = settings.time_rules().into();
        let format = Format::HexLines(HexLines { style, wire, times });
        candidates.push(Candidate { profiles, ..Candidate::new(format, 0) });
    }
    // What nothing tells of, the user does; but first more of the input is looked at.
    if candidates.is_empty() && sample.len() != SAMPLE_SIZE {
        candidates.extend(told_hex_lines(settings));
    }
    match candidates.is_empty() {
        true => {
            Err(DetectError::unlike(InputFormat::HexLines, "no line with a message in hexadecimal digits"))
        }
        false => Ok(candidates),
    }
}

/// Lines without a framing and with the first header of the profile, where format and profile are named.
fn told_hex_lines(settings: &InputSettings) -> Option<Candidate> {
    let profile = settings.profile.as_ref().filter(|_| settings.forced_format.is_some())?;
    let header = profile.headers().find_map(Header::named)?;
    let framing = Framing::all().first()?;
    let wire = WireFormat { profile: Arc::clone(profile), framing, header };
    let guess = ProfileGuess {
        profile: profile.name().to_owned(),
        framing: framing.name(),
        header: header.name(),
        confidence: 0,
        agrees: true,
    };
    let times = settings.time_rules().into();
    let format = Format::HexLines(HexLines { style: HexStyle::Whole, wire, times });
    Some(Candidate { profiles: vec![guess], ..Candidate::new(format, 0) })
}

/// Frames, by the framing that makes most sense of the sample: by how sure its profile is, and how many of
/// the bytes up to the last message that is looked at are frames. Where several make as much sense, the one
/// that takes fewest of them for frames that only keep the line alive: any stream with lengths of four bytes
/// is one with lengths of two and an empty frame before each message.
pub(super) fn frames(sample: &[u8], settings: &InputSettings) -> Result<Vec<Candidate>, DetectError> {
    let mut best: Option<((u16, Reverse<usize>), Candidate)> = None;
    let forms = Forms::of(&profiles(settings));
    for framing in Framing::all() {
        // Without a framing the stream is one message, which must be there as a whole.
        if framing.header_len() == 0 && breaks_off(sample) {
            continue;
        }
        let Some(stream) = frames_in(sample, framing, &forms, settings) else { continue };
        let none = std::slice::from_ref(&Framing::all()[0]);
        let Some((wire, mut profiles)) = guess(&stream.bodies, none, Strangers::Counted, settings) else {
            continue;
        };
        for guess in &mut profiles {
            guess.framing = framing.name();
            guess.confidence = (u32::from(guess.confidence) * stream.share() / 1000) as u16;
        }
        let confidence = profiles.first().map_or(0, |guess| guess.confidence);
        let rank = (confidence, Reverse(stream.empty));
        if best.as_ref().is_none_or(|(of_best, ..)| *of_best < rank) {
            let wire = WireFormat { framing, ..wire };
            let format = Format::Frames(Frames { wire, times: settings.time_rules().into() });
            best = Some((rank, Candidate { profiles, ..Candidate::new(format, 0) }));
        }
    }
    let none = || DetectError::unlike(InputFormat::Frames, "no messages behind their lengths");
    best.map(|(_, best)| vec![best]).ok_or_else(none)
}

/// Whether pieces that begin like a message of nothing that is likely count against what is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strangers {
    /// Every frame holds a message.
    Counted,
    /// Digests and keys in hexadecimal digits stand between messages.
    Discounted,
}

/// A framing, and what it leaves of each piece, where it fits.
struct Unframed<'m> {
    framing: &'static Framing,
    bodies: Vec<Option<&'m [u8]>>,
}

impl<'m> Unframed<'m> {
    fn new(framing: &'static Framing, pieces: &'m [Vec<u8>]) -> Self {
        let body = |piece: &'m Vec<u8>| match framing.next(piece, piece.len()) {
            FrameEnd::Whole(frame) if frame.total == piece.len() => piece.get(frame.body),
            _ => None,
        };
        Self { framing, bodies: pieces.iter().map(body).collect() }
    }
}

/// A profile behind a header in a framing.
struct Found<'p, 'u, 'm> {
    /// The mean over all pieces that count, in thousandths.
    score: u16,
    unframed: &'u Unframed<'m>,
    ranked: Ranked<'p>,
}

fn profiles(settings: &InputSettings) -> Vec<&Profile> {
    let forced = settings.profile.as_deref();
    forced.map_or_else(|| Profile::all().collect(), |profile| vec![profile])
}

/// The likeliest way in which these stand on the wire, and all that come into question.
fn guess(
    pieces: &[Vec<u8>],
    framings: &'static [Framing],
    strangers: Strangers,
    settings: &InputSettings,
) -> Option<(WireFormat, Vec<ProfileGuess>)> {
    let profiles = profiles(settings);
    let unframed: Vec<_> = framings.iter().map(|framing| Unframed::new(framing, pieces)).collect();
    let mut found = Vec::new();
    for unframed in &unframed {
        let bodies: Vec<&[u8]> = unframed.bodies.iter().copied().flatten().collect();
        let ranked = rank(&bodies, &profiles).into_iter();
        found.extend(ranked.map(|ranked| Found { score: 0, unframed, ranked }));
    }
    let most = found.iter().map(|found| found.ranked.exact as usize).max()?;
    if most < ENOUGH_MESSAGES && 5 * most < pieces.len() {
        return None;
    }
    let counted = match strangers {
        Strangers::Counted => pieces.len(),
        Strangers::Discounted => {
            // What reads half as much as the best may be right; a chance reading tells nothing.
            let likely: Vec<_> =
                found.iter().filter(|found| 2 * found.ranked.exact as usize >= most).collect();
            let mut fields = Fields::new();
            pieces.iter().filter(|piece| likely.iter().any(|found| found.begins(piece, &mut fields))).count()
        }
    };
    for found in &mut found {
        // What the framing does not fit counts against it.
        found.score = (found.ranked.sum / counted.max(1) as u64).min(1000) as u16;
    }
    found.retain(|found| found.score > 0);
    // Stable: the simplest framing first, in it profiles and headers in the order of their lists.
    let in_order = settings.profile.is_some().then(|| simplest(&found)).flatten();
    let taken = in_order.map(|at| found.remove(at));
    found.sort_by_key(|found| Reverse(found.score));
    found.splice(0..0, taken);
    let best = found.first()?;
    let profile = match &settings.profile {
        Some(forced) => Arc::clone(forced),
        None => Arc::new(best.ranked.profile.clone()),
    };
    let wire = WireFormat { profile, framing: best.unframed.framing, header: best.ranked.header };
    Some((wire, found.iter().map(|found| found.guess(best)).collect()))
}

/// With a profile that is told, the first of those that are not told apart: the user cannot say more.
fn simplest(found: &[Found<'_, '_, '_>]) -> Option<usize> {
    let best = found.iter().map(|found| found.score).max()?;
    found.iter().position(|found| found.score + MARGIN > best)
}

impl Found<'_, '_, '_> {
    fn guess(&self, best: &Self) -> ProfileGuess {
        let of_best = best.unframed.bodies.iter().copied();
        let pairs = of_best.zip(self.unframed.bodies.iter().copied());
        ProfileGuess {
            profile: self.ranked.profile.name().to_owned(),
            framing: self.unframed.framing.name(),
            header: self.ranked.header.name(),
            confidence: self.score,
            agrees: read_alike(&best.ranked, &self.ranked, pairs),
        }
    }

    /// Whether a piece begins like a message, as far as its bitmaps; it may be cut.
    fn begins(&self, piece: &[u8], fields: &mut Fields) -> bool {
        let framing = self.unframed.framing;
        let body = match framing.next(piece, usize::MAX) {
            FrameEnd::Whole(frame) => piece.get(frame.body),
            FrameEnd::NeedsMore => piece.get(framing.header_len()..),
            FrameEnd::NotAFrame => None,
        };
        let Ranked { profile, header, .. } = self.ranked;
        let message = body.and_then(|body| body.get(header.strip(body)?..));
        message.is_some_and(|message| profile.decode_wanted(message, ElementSet::default(), fields).is_ok())
    }
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
