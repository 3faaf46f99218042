//! A field's value, borrowed from its message.
//!
//! There is no `Debug` and no `Display` here: which fields may be shown is not decided by what they
//! are made of.
//!
//! ```compile_fail,E0277
//! # use posmortem_iso8583::wire::{Fields, Profile};
//! # let (profile, fields) = (Profile::built_in("iso87-ascii").expect("built in"), Fields::new());
//! let value = profile.value(b"", &fields, 2);
//! println!("{value:?}");
//! ```

use super::element::{Content, Element};
use super::encoding::Encoding;
use super::fields::Fields;
use super::profile::Profile;

/// One value as it stands on the wire, and how to read it.
#[derive(Clone, Copy)]
pub struct Value<'b> {
    bytes: &'b [u8],
    nibbles: u32,
    content: Content,
    encoding: Encoding,
    sign: Encoding,
}

impl Profile {
    /// The value of `element` in `message`, whose `fields` this profile has decoded. `None` when it is
    /// not there.
    #[inline]
    pub fn value<'b>(&self, message: &'b [u8], fields: &Fields, element: u8) -> Option<Value<'b>> {
        let span = fields.span(element)?;
        let element = self.element(element)?;
        let start = span.offset as usize;
        let bytes = message.get(start..start + span.nibbles.div_ceil(2) as usize)?;
        Some(Value::of(element, bytes, span.nibbles))
    }
}

impl<'b> Value<'b> {
    #[inline]
    pub(super) fn of(element: &Element, bytes: &'b [u8], nibbles: u32) -> Self {
        let &Element { content, encoding, sign, .. } = element;
        Self { bytes, nibbles, content, encoding, sign }
    }

    /// The bytes as they stand on the wire, without the length in front.
    pub fn bytes(&self) -> &'b [u8] {
        self.bytes
    }

    /// What the profile says that the element holds.
    pub fn content(&self) -> Content {
        self.content
    }

    /// How it stands on the wire.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Digits, characters or bytes: what specifications count. The sign of `x+n` is not counted.
    pub fn len(&self) -> usize {
        let sign = if self.content == Content::Signed { self.sign.nibbles_per_unit() } else { 0 };
        (self.nibbles.saturating_sub(sign) / self.encoding.nibbles_per_unit()) as usize
    }

    /// Whether the value is of length 0.
    pub fn is_empty(&self) -> bool {
        self.nibbles == 0
    }

    /// The value in ASCII: digits without the half byte that fills them up, EBCDIC as ASCII, bytes as
    /// upper-case hexadecimal digits. Borrowed from the message where it is ASCII already, else
    /// written to `scratch`, whose former content is dropped.
    #[inline]
    pub fn text<'s>(&self, scratch: &'s mut Vec<u8>) -> &'s [u8]
    where
        'b: 's,
    {
        if self.encoding == Encoding::Ascii
            && (self.content != Content::Signed || self.sign == Encoding::Ascii)
        {
            return self.bytes;
        }
        scratch.clear();
        self.append_text(scratch);
        scratch
    }

    /// As [`Self::text`], appended to `out`.
    pub fn append_text(&self, out: &mut Vec<u8>) {
        let mut bytes = self.bytes;
        let mut nibbles = self.nibbles;
        if self.content == Content::Signed
            && let Some((sign, rest)) = bytes.split_first()
        {
            self.sign.read(std::slice::from_ref(sign), 2, out);
            bytes = rest;
            nibbles = nibbles.saturating_sub(2);
        }
        let start = out.len();
        self.encoding.read(bytes, nibbles, out);
        if self.encoding.is_bcd() && nibbles.is_multiple_of(2) {
            drop_filling(self.encoding, start, out);
        }
    }
}

/// Lengths in bytes, and some writers' lengths in digits, count the `F` that fills up an odd number of
/// digits.
fn drop_filling(encoding: Encoding, start: usize, out: &mut Vec<u8>) {
    match encoding {
        Encoding::BcdLeft if out.get(start) == Some(&b'F') => {
            out.remove(start);
        }
        _ if out.len() > start && out.last() == Some(&b'F') => {
            out.pop();
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What field 2 of a packed message reads.
    fn text_of_2(profile: &str, message: &[u8]) -> String {
        let profile = Profile::parse(profile).expect("a profile");
        let mut fields = Fields::new();
        profile.decode(message, &mut fields).expect("a message");
        let value = profile.value(message, &fields, 2).expect("field 2");
        String::from_utf8(value.text(&mut Vec::new()).to_vec()).expect("ASCII")
    }

    #[test]
    fn what_fills_up_digits_is_no_digit_whatever_a_length_counts() {
        let base = "name = \"test\"\nbased-on = \"iso87-bcd\"\n[encoding]\n";
        let head = b"\x02\x00\x40\0\0\0\0\0\0\0";
        let message = |rest: &[u8]| [&head[..], rest].concat();
        assert_eq!(text_of_2(base, &message(b"\x03\x12\x30")), "123");
        // The writer counts what fills up.
        assert_eq!(text_of_2(base, &message(b"\x04\x12\x3f")), "123");
        let bytes = format!("{base}length-unit = \"bytes\"\n");
        assert_eq!(text_of_2(&bytes, &message(b"\x02\x12\x3f")), "123");
        let left = format!("{bytes}n-variable = \"bcd-left\"\n");
        assert_eq!(text_of_2(&left, &message(b"\x02\xf1\x23")), "123");
        let nibbles = format!("{base}length-unit = \"nibbles\"\n");
        assert_eq!(text_of_2(&nibbles, &message(b"\x03\x12\x30")), "123");
    }
}
