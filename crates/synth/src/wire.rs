//! Messages as bytes on a wire: in hexadecimal digits behind a time, one a line, or as frames.

use crate::elements::elements;
use crate::message::Message;
use posmortem_iso8583::wire::{Content, Framing, Header, Profile, encode};
use std::io::{self, Write};

/// How messages look on a wire.
#[derive(Clone, Copy, Debug)]
pub struct Wire {
    profile: &'static Profile,
    header: &'static Header,
    framing: &'static Framing,
}

impl Wire {
    /// Every wire that a labelled day can be written for.
    pub fn all() -> impl Iterator<Item = Self> {
        let lines = include_str!("../data/wires.tsv").lines().filter(|line| !line.starts_with('#')).skip(1);
        lines.map(|line| Self::of_row(line).expect("a test reads the table of wires"))
    }

    /// The wire with the profile of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|wire| wire.name() == name)
    }

    fn of_row(line: &str) -> Option<Self> {
        let mut cells = line.split('\t');
        Some(Self {
            profile: Profile::built_in(cells.next()?)?,
            header: Header::named(cells.next()?)?,
            framing: Framing::named(cells.next()?)?,
        })
    }

    /// Its profile's name.
    pub fn name(self) -> &'static str {
        self.profile.name()
    }

    /// What elements look like.
    pub fn profile(self) -> &'static Profile {
        self.profile
    }

    /// What stands before each message.
    pub fn header(self) -> &'static Header {
        self.header
    }

    /// What stands around header and message in a stream.
    pub fn framing(self) -> &'static Framing {
        self.framing
    }

    /// A message with its header.
    fn message(self, message: &Message<'_>) -> Vec<u8> {
        let mut elements = elements(message);
        for (number, value) in &mut elements {
            let Some(element) = self.profile.element(*number) else { continue };
            let width = element.max_len() as usize;
            if *number == 12 && width == 12 {
                *value = message.at.civil().strftime("%y%m%d%H%M%S").to_string();
            } else if element.prefix().is_none() {
                *value = match element.content() {
                    // As Visa has it: a fourth digit behind the three that mean something.
                    Content::Numeric if *number == 22 => format!("{value:0<width$}"),
                    Content::Numeric => format!("{value:0>width$}"),
                    _ => format!("{value:<width$}"),
                };
            }
        }
        let fields: Vec<(u8, &[u8])> =
            elements.iter().map(|(number, value)| (*number, value.as_bytes())).collect();
        let mut bytes = self.header.usual().to_vec();
        encode(self.profile, &fields, &mut bytes).expect("values that fit each profile of the table");
        bytes
    }

    /// Appends a line: time, direction and the message in hexadecimal digits.
    pub(crate) fn write_hex_line(self, out: &mut Vec<u8>, message: &Message<'_>) -> io::Result<()> {
        let way = if message.is_outgoing { "sent" } else { "received" };
        write!(out, "{} {way} ", message.at)?;
        self.message(message).iter().try_for_each(|byte| write!(out, "{byte:02X}"))?;
        writeln!(out)
    }

    /// Appends a frame.
    pub(crate) fn write_frame(self, out: &mut Vec<u8>, message: &Message<'_>) {
        let is_wrapped = self.framing.wrap(&self.message(message), out);
        assert!(is_wrapped, "no message is longer than two bytes can tell");
    }
}

/// ISO 8583:1987 in ASCII.
impl Default for Wire {
    fn default() -> Self {
        Self::all().next().expect("the table has rows")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_with_codes_of_two_characters_is_there() {
        let known: Vec<&str> = Wire::all().map(Wire::name).collect();
        let fitting = Profile::all().filter(|profile| {
            let code = profile.element(39);
            code.is_some_and(|code| code.max_len() == 2 && code.prefix().is_none())
        });
        assert_eq!(known, fitting.map(Profile::name).collect::<Vec<_>>());
    }
}
