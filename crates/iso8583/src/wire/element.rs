//! One data element of a profile: what it holds, how long it may be, how it stands on the wire.
//!
//! The form is written as specifications write it: `n 12`, `an 2`, `n ..19`, `b ...999`, `x+n 8`;
//! a dot for each digit of a length in front.

use super::encoding::{Encoding, LengthEncoding, LengthUnit};

/// What an element holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// `n`: digits.
    Numeric,
    /// `x+n`: a sign (`C` or `D`) and digits.
    Signed,
    /// `amount`: currency (3), exponent (1) and amount (12), all digits, as in ISO 8583:2003.
    Amount,
    /// `a`: letters.
    Alphabetic,
    /// `an`: letters and digits, and the spaces that fill them up.
    Alphanumeric,
    /// `ans` and its kin: any printable character.
    Text,
    /// `z`: a magnetic stripe's track.
    Track,
    /// `b`: bytes.
    Binary,
}

impl Content {
    const NAMES: [(&'static str, Self); 12] = [
        ("n", Self::Numeric),
        ("x+n", Self::Signed),
        ("amount", Self::Amount),
        ("a", Self::Alphabetic),
        ("an", Self::Alphanumeric),
        ("anp", Self::Text),
        ("ans", Self::Text),
        ("ansb", Self::Text),
        ("as", Self::Text),
        ("ns", Self::Text),
        ("z", Self::Track),
        ("b", Self::Binary),
    ];
}

/// The form of an element, before encodings are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) content: Content,
    /// Digits of the length in front; 0 where the length is fixed.
    pub(super) length_digits: u8,
    /// The length, or the largest: digits, characters or bytes.
    pub(super) max: u32,
}

impl Form {
    /// Reads `n ..19`. `None` for anything that is no form.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (content, length) = text.split_once(' ')?;
        let content = Content::NAMES.iter().find(|(name, _)| *name == content)?.1;
        let max = length.trim_start_matches('.');
        let length_digits = u8::try_from(length.len() - max.len()).ok().filter(|&digits| digits <= 6)?;
        let max = max.parse().ok().filter(|max| (1..=999_999).contains(max))?;
        Some(Self { content, length_digits, max })
    }
}

/// The length that stands in front of a variable element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prefix {
    /// How it stands on the wire.
    pub encoding: LengthEncoding,
    /// Its own size, in bytes.
    pub size: u8,
    /// What it counts.
    pub unit: LengthUnit,
    /// The largest length, in `unit`.
    pub largest: u32,
}

/// An element as decoding and encoding need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element {
    pub(super) content: Content,
    pub(super) encoding: Encoding,
    /// Of the sign of a signed amount.
    pub(super) sign: Encoding,
    pub(super) prefix: Option<Prefix>,
    /// Digits, characters or bytes: all of them where there is no prefix, else the most.
    pub(super) max: u32,
}

impl Element {
    /// What it holds.
    pub fn content(&self) -> Content {
        self.content
    }

    /// How its value stands on the wire.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The length that stands in front of the value, where that varies.
    pub fn prefix(&self) -> Option<Prefix> {
        self.prefix
    }

    /// How the sign of `x+n` stands on the wire, in front of the digits.
    pub fn sign_encoding(&self) -> Option<Encoding> {
        (self.content == Content::Signed).then_some(self.sign)
    }

    /// Its length, or the largest where that varies: in digits, characters or bytes. The sign of
    /// `x+n` is not counted.
    pub fn max_len(&self) -> u32 {
        self.max
    }

    /// What decoding needs of it.
    pub(super) fn step(&self) -> Step {
        match self.prefix {
            None => Step { form: StepForm::Fixed, nibbles: self.nibbles(self.max), largest: 0 },
            Some(Prefix { encoding, size, unit, largest }) => {
                let form = match (encoding, size) {
                    (LengthEncoding::Ascii, 2) => StepForm::TwoDigits,
                    (LengthEncoding::Ascii, 3) => StepForm::ThreeDigits,
                    _ => StepForm::Prefixed,
                };
                Step { form, nibbles: unit.nibbles(self.encoding), largest }
            }
        }
    }

    /// Half bytes of `length` units, with the sign.
    pub(super) fn nibbles(&self, units: u32) -> u32 {
        let sign = if self.content == Content::Signed { self.sign.nibbles_per_unit() } else { 0 };
        sign + units * self.encoding.nibbles_per_unit()
    }
}

/// An element reduced to the way past it. Decoding takes a step a field; the two commonest lengths have
/// steps of their own, which saves a fifth of its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) form: StepForm,
    /// Half bytes: of the value where its length is fixed, else of a length of one.
    pub(super) nibbles: u32,
    /// The largest length where it varies.
    pub(super) largest: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StepForm {
    /// The profile has no such element.
    Unknown,
    Fixed,
    /// A length of two ASCII digits.
    TwoDigits,
    /// A length of three ASCII digits.
    ThreeDigits,
    /// Any other length.
    Prefixed,
}

impl Step {
    pub(super) const UNKNOWN: Self = Self { form: StepForm::Unknown, nibbles: 0, largest: 0 };
}
