//! Which profile, header and framing a sample of messages follows.
//!
//! Everything is tried on everything. A message counts for a profile when the profile consumes it to
//! its last byte, and counts the more the more of its values are plausible. Nothing is decided here:
//! the caller sees the runners-up, and whether they read the same values, in which case there is
//! nothing to decide.

use super::fields::Fields;
use super::framing::{FrameEnd, Framing};
use super::header::Header;
use super::plausible::Checks;
use super::profile::Profile;

/// A profile with a header in front, and how well a sample fits it.
#[derive(Clone, Copy, Debug)]
pub struct Ranked<'p> {
    /// The profile.
    pub profile: &'p Profile,
    /// What stands in front of every message.
    pub header: &'static Header,
    /// Messages of the sample.
    pub messages: u32,
    /// Messages that the profile consumes to their last byte.
    pub exact: u32,
    /// The mean over all messages of their plausible share, in thousandths; a message that is not
    /// consumed counts 0.
    pub score: u32,
    /// Whether every message has the same type, fields and values as with the first of the list.
    pub same_values_as_first: bool,
}

/// Ranks profiles, each with all headers that it may come with, by how well `messages` fit them: best
/// first, ties in the order of `profiles`. Messages are without framing. Those that fit nothing at all
/// are left out.
pub fn rank<'p>(messages: &[&[u8]], profiles: &[&'p Profile]) -> Vec<Ranked<'p>> {
    let mut reading = Reading::default();
    let mut ranked = Vec::new();
    for &profile in profiles {
        for header in profile.headers().filter_map(Header::named) {
            let mut found = Ranked {
                profile,
                header,
                messages: messages.len() as u32,
                exact: 0,
                score: 0,
                same_values_as_first: false,
            };
            let mut sum = 0;
            for message in messages {
                if let Some(checks) = reading.checks(profile, header, message) {
                    found.exact += 1;
                    sum += u64::from(checks.thousandths());
                }
            }
            if found.exact > 0 {
                found.score = (sum / messages.len() as u64) as u32;
                ranked.push(found);
            }
        }
    }
    // Stable: profiles stay in their order, and so do the headers of each.
    ranked.sort_by_key(|found| (u32::MAX - found.score, u32::MAX - found.exact));
    if let Some(&first) = ranked.first() {
        for found in &mut ranked {
            found.same_values_as_first = messages.iter().all(|message| reading.agree(&first, found, message));
        }
    }
    ranked
}

/// A framing, and how well the beginning of a stream fits it.
#[derive(Clone, Copy, Debug)]
pub struct RankedFraming<'p> {
    /// The framing.
    pub framing: &'static Framing,
    /// Bytes of the sample that are whole frames, in thousandths.
    pub consumed: u32,
    /// Frames that hold a message.
    pub frames: u32,
    /// The profile that fits the messages inside best.
    pub best: Ranked<'p>,
    /// `consumed` of the best profile's score, in thousandths.
    pub score: u32,
}

/// Messages of a stream that are looked at; more of them change nothing but the time.
const LOOKED_AT: usize = 64;

/// Ranks all framings by how well `stream` fits them, best first, ties in the order of
/// [`Framing::all`]. `stream` begins with a frame and may end inside of one; messages are of at most
/// `limit` bytes.
pub fn rank_framing<'p>(stream: &[u8], limit: usize, profiles: &[&'p Profile]) -> Vec<RankedFraming<'p>> {
    let mut ranked = Vec::new();
    for framing in Framing::all() {
        let (messages, consumed) = frames(framing, stream, limit);
        let frames = messages.len() as u32;
        let looked_at = &messages[..messages.len().min(LOOKED_AT)];
        if let Some(&best) = rank(looked_at, profiles).first() {
            let score = (u64::from(best.score) * u64::from(consumed) / 1000) as u32;
            ranked.push(RankedFraming { framing, consumed, frames, best, score });
        }
    }
    ranked.sort_by_key(|found| u32::MAX - found.score);
    ranked
}

/// The messages of a stream by `framing`, up to where it breaks, and the share of bytes up to there. A
/// frame that the stream's end cuts does not count against it.
fn frames<'b>(framing: &Framing, stream: &'b [u8], limit: usize) -> (Vec<&'b [u8]>, u32) {
    let mut messages = Vec::new();
    let mut at = 0;
    while at < stream.len() {
        match framing.next(&stream[at..], limit) {
            FrameEnd::Whole(frame) => {
                if !frame.body.is_empty() {
                    messages.push(&stream[at + frame.body.start..at + frame.body.end]);
                }
                at += frame.total;
            }
            FrameEnd::NeedsMore if at > 0 => return (messages, 1000),
            FrameEnd::NeedsMore | FrameEnd::NotAFrame => break,
        }
    }
    (messages, (1000 * at as u64 / stream.len().max(1) as u64) as u32)
}

/// What reading messages needs again and again.
#[derive(Default)]
struct Reading {
    fields: Fields,
    other: Fields,
    scratch: Vec<u8>,
    other_scratch: Vec<u8>,
}

impl Reading {
    /// `None` when the message is not consumed exactly.
    fn checks(&mut self, profile: &Profile, header: &Header, message: &[u8]) -> Option<Checks> {
        let message = &message[header.strip(message)?..];
        profile.decode(message, &mut self.fields).ok()?;
        Some(Checks::of(profile, message, &self.fields, &mut self.scratch))
    }

    /// Whether two profiles read a message alike.
    fn agree(&mut self, first: &Ranked<'_>, other: &Ranked<'_>, message: &[u8]) -> bool {
        let (Some(start), Some(other_start)) = (first.header.strip(message), other.header.strip(message))
        else {
            return false;
        };
        let (message, other_message) = (&message[start..], &message[other_start..]);
        let read = first.profile.decode(message, &mut self.fields);
        let other_read = other.profile.decode(other_message, &mut self.other);
        read.is_ok()
            && other_read.is_ok()
            && self.fields.mti() == self.other.mti()
            && self.fields.present() == self.other.present()
            && self.fields.present().iter().all(|element| {
                let value = first.profile.value(message, &self.fields, element);
                let other_value = other.profile.value(other_message, &self.other, element);
                value.zip(other_value).is_some_and(|(value, other_value)| {
                    value.text(&mut self.scratch) == other_value.text(&mut self.other_scratch)
                })
            })
    }
}
