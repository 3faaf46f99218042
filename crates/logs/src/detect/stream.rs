//! The frames of a sample by one framing, with whatever noise stands between them.
//!
//! Which profile the messages have is not known yet: a frame counts when its message begins like one of any
//! profile, with a known type and its bitmaps.

use posmortem_iso8583::wire::{ElementSet, Fields, Frame, FrameEnd, Framing, Header, Profile};

use super::wire::MOST_MESSAGES;
use crate::settings::{InputFormat, InputSettings};

/// So much noise may stand before the first frame, in bytes, where the user does not say that there are
/// frames; later, as much more as there are frames. A log of text is given up soon.
const NOISE: usize = 256;

/// Bytes in which a message's beginning lies as a whole.
const LOOKED_AT: usize = 128;

/// The ways in which messages can stand there.
pub(super) struct Forms<'p> {
    all: Vec<(&'p Profile, &'static Header)>,
    /// Those that begin differently.
    beginnings: Vec<(&'p Profile, &'static Header)>,
}

impl<'p> Forms<'p> {
    pub(super) fn of(profiles: &[&'p Profile]) -> Self {
        let headers = |profile: &'p Profile| {
            let known = profile.headers().filter_map(Header::named);
            known.map(move |header| (profile, header))
        };
        let all: Vec<_> = profiles.iter().flat_map(|profile| headers(profile)).collect();
        let mut beginnings: Vec<(&'p Profile, &'static Header)> = Vec::new();
        for &(profile, header) in &all {
            let is_alike = |known: &(&Profile, &Header)| {
                known.1.name() == header.name()
                    && known.0.mti_form() == profile.mti_form()
                    && known.0.bitmap() == profile.bitmap()
            };
            if !beginnings.iter().any(is_alike) {
                beginnings.push((profile, header));
            }
        }
        Self { all, beginnings }
    }

    fn begin(&self, body: &[u8], fields: &mut Fields) -> bool {
        let nothing = ElementSet::default();
        self.beginnings.iter().any(|(profile, header)| {
            let message = header.strip(body).and_then(|len| body.get(len..));
            message.is_some_and(|message| profile.decode_wanted(message, nothing, fields).is_ok())
        })
    }

    /// Whether a message is consumed to its last byte.
    fn read(&self, body: &[u8], fields: &mut Fields) -> bool {
        self.all.iter().any(|(profile, header)| {
            let message = header.strip(body).and_then(|len| body.get(len..));
            message.is_some_and(|message| profile.decode(message, fields).is_ok())
        })
    }
}

/// What one framing makes of a sample.
#[derive(Default)]
pub(super) struct Stream {
    /// The first messages, with their headers.
    pub(super) bodies: Vec<Vec<u8>>,
    /// Frames that only keep the line alive.
    pub(super) empty: usize,
    consumed: usize,
    noise: usize,
}

impl Stream {
    /// How much of what was looked at is frames, in thousandths.
    pub(super) fn share(&self) -> u32 {
        (1000 * self.consumed / (self.consumed + self.noise).max(1)) as u32
    }
}

/// The first frames of a sample; `None` when there are none, or more noise than frames.
pub(super) fn frames_in(
    sample: &[u8],
    framing: &Framing,
    forms: &Forms<'_>,
    settings: &InputSettings,
) -> Option<Stream> {
    let is_told = settings.forced_format == Some(InputFormat::Frames);
    let mut front = Front { framing, limit: settings.max_record, forms, fields: Fields::new() };
    let (mut stream, mut at, mut in_noise) = (Stream::default(), 0, false);
    while at < sample.len() && stream.bodies.len() < MOST_MESSAGES {
        let rest = sample.get(at..)?;
        let look = front.look(rest);
        let is_known = match &look {
            Look::Frame(frame) if frame.body.is_empty() => !in_noise,
            Look::Frame(frame) => front.goes_on(rest, frame),
            _ => !in_noise,
        };
        let frame = match if is_known { look } else { Look::Noise } {
            Look::Frame(frame) => frame,
            // The last one may be cut, where the file was or where the sample ends.
            Look::Cut if !stream.bodies.is_empty() => break,
            // Without a framing nothing else can begin.
            _ if framing.header_len() == 0 => return None,
            Look::Cut | Look::Noise => {
                in_noise = true;
                stream.noise += 1;
                at += 1;
                if stream.noise > NOISE + stream.consumed && !is_told {
                    return None;
                }
                continue;
            }
        };
        match rest.get(frame.body)? {
            [] => stream.empty += 1,
            body => stream.bodies.push(body.to_vec()),
        }
        stream.consumed += frame.total;
        at += frame.total;
        in_noise = false;
    }
    (!stream.bodies.is_empty()).then_some(stream)
}

/// What begins with some bytes.
enum Look {
    /// A frame, empty or with what begins like a message.
    Frame(Frame),
    /// The beginning of one.
    Cut,
    Noise,
}

/// What looking at the front of some bytes needs.
struct Front<'l, 'p> {
    framing: &'l Framing,
    limit: usize,
    forms: &'l Forms<'p>,
    fields: Fields,
}

impl Front<'_, '_> {
    fn look(&mut self, rest: &[u8]) -> Look {
        let (frame, body) = match self.framing.next(rest, self.limit) {
            FrameEnd::Whole(frame) => (Some(frame.clone()), rest.get(frame.body)),
            FrameEnd::NeedsMore if rest.len() < LOOKED_AT => return Look::Cut,
            FrameEnd::NeedsMore => (None, rest.get(self.framing.header_len()..)),
            FrameEnd::NotAFrame => return Look::Noise,
        };
        let body = body.unwrap_or_default();
        let is_empty = frame.is_some() && body.is_empty();
        if !is_empty && !self.forms.begin(body, &mut self.fields) {
            return Look::Noise;
        }
        frame.map_or(Look::Cut, Look::Frame)
    }

    /// What speaks for a frame besides its beginning, which alone is there by chance soon: another message or
    /// the end behind it, or that a profile reads it to its last byte. Empty frames speak for nothing: zeros
    /// stand in many messages.
    fn goes_on(&mut self, rest: &[u8], frame: &Frame) -> bool {
        let mut behind = rest.get(frame.total..).unwrap_or_default();
        let is_followed = loop {
            match self.look(behind) {
                _ if behind.is_empty() => break true,
                Look::Frame(empty) if empty.body.is_empty() => {
                    behind = behind.get(empty.total..).unwrap_or_default();
                }
                Look::Frame(_) | Look::Cut => break true,
                Look::Noise => break false,
            }
        };
        let body = rest.get(frame.body.clone()).unwrap_or_default();
        is_followed || self.forms.read(body, &mut self.fields)
    }
}
