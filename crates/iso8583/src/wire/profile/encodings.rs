//! The encodings that a profile states once for all elements of a kind.

use crate::wire::element::{Content, Element, Form, Prefix};
use crate::wire::encoding::{Encoding, LengthEncoding, LengthUnit};

/// By kind of element. What no profile of the chain states is ASCII, and binary values are then
/// hexadecimal text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Encodings {
    pub(super) n: Encoding,
    /// Numbers with a length in front, where they differ from those without.
    pub(super) n_variable: Option<Encoding>,
    pub(super) text: Encoding,
    pub(super) z: Encoding,
    pub(super) b: Encoding,
    pub(super) sign: Encoding,
    pub(super) length: LengthEncoding,
    pub(super) length_unit: LengthUnit,
}

impl Default for Encodings {
    fn default() -> Self {
        Self {
            n: Encoding::Ascii,
            n_variable: None,
            text: Encoding::Ascii,
            z: Encoding::Ascii,
            b: Encoding::Hex,
            sign: Encoding::Ascii,
            length: LengthEncoding::Ascii,
            length_unit: LengthUnit::Digits,
        }
    }
}

/// An element as a profile states it, before the encodings of the profile are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stated {
    pub(super) form: Form,
    pub(super) encoding: Option<Encoding>,
    pub(super) length: Option<LengthEncoding>,
    pub(super) length_unit: Option<LengthUnit>,
}

impl Encodings {
    /// The element with its encodings.
    pub(super) fn element(&self, stated: &Stated) -> Element {
        let Form { content, length_digits, max } = stated.form;
        let encoding = stated.encoding.unwrap_or(match content {
            Content::Numeric if length_digits > 0 => self.n_variable.unwrap_or(self.n),
            Content::Numeric | Content::Signed | Content::Amount => self.n,
            Content::Alphabetic | Content::Alphanumeric | Content::Text => self.text,
            Content::Track => self.z,
            Content::Binary => self.b,
        });
        let mut element = Element { content, encoding, sign: self.sign, prefix: None, max };
        if length_digits > 0 {
            let unit = stated.length_unit.unwrap_or(self.length_unit);
            let length = stated.length.unwrap_or(self.length);
            let size = length.size(length_digits);
            let largest = element.nibbles(max).div_ceil(unit.nibbles(encoding)).min(length.largest(size));
            element.prefix = Some(Prefix { encoding: length, size, unit, largest });
        }
        element
    }
}
