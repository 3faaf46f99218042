//! Which profile and header a sample of messages follows. Framings are for whoever has the stream.
//!
//! Everything is tried on everything. A message counts for a profile when the profile consumes it to
//! its last byte, and counts the more the more of its values are plausible. Nothing is decided here:
//! the caller sees the runners-up, and whether they read the same values, in which case there is
//! nothing to decide.

use super::fields::Fields;
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
    /// The sum of which that is the mean.
    pub sum: u64,
    /// Whether every message that this or the first of the list consumes has the same type, fields and
    /// values with both. What neither consumes (a digest between the messages) tells nothing.
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
                sum: 0,
                same_values_as_first: false,
            };
            for message in messages {
                if let Some(checks) = reading.checks(profile, header, message) {
                    found.exact += 1;
                    found.sum += u64::from(checks.thousandths());
                }
            }
            if found.exact > 0 {
                found.score = (found.sum / messages.len() as u64) as u32;
                ranked.push(found);
            }
        }
    }
    // Stable: profiles stay in their order, and so do the headers of each.
    ranked.sort_by_key(|found| (u32::MAX - found.score, u32::MAX - found.exact));
    if let Some(&first) = ranked.first() {
        for found in &mut ranked {
            found.same_values_as_first =
                messages.iter().all(|message| reading.agree(&first, found, (Some(*message), Some(*message))));
        }
    }
    ranked
}

/// The same bytes of a log as two framings leave a message of them; `None` where one does not fit.
pub type Pair<'b> = (Option<&'b [u8]>, Option<&'b [u8]>);

/// Whether two read the same type, fields and values in all messages that either of them consumes.
pub fn read_alike<'b>(
    first: &Ranked<'_>,
    other: &Ranked<'_>,
    messages: impl IntoIterator<Item = Pair<'b>>,
) -> bool {
    let mut reading = Reading::default();
    messages.into_iter().all(|pair| reading.agree(first, other, pair))
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

    /// Whether both read the same, or neither reads anything.
    fn agree(&mut self, first: &Ranked<'_>, other: &Ranked<'_>, pair: Pair<'_>) -> bool {
        let message = read(first, pair.0, &mut self.fields);
        let other_message = read(other, pair.1, &mut self.other);
        let (message, other_message) = match (message, other_message) {
            (None, None) => return true,
            (Some(message), Some(other_message)) => (message, other_message),
            _ => return false,
        };
        self.fields.mti() == self.other.mti()
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

/// The message behind its header, if the profile consumes it exactly.
fn read<'b>(ranked: &Ranked<'_>, message: Option<&'b [u8]>, fields: &mut Fields) -> Option<&'b [u8]> {
    let message = message?;
    let message = message.get(ranked.header.strip(message)?..)?;
    ranked.profile.decode(message, fields).ok().map(|()| message)
}
