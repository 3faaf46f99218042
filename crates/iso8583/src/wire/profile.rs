//! A wire profile: everything that one specification says about a message's bytes.
//!
//! Profiles are TOML files under `data/profiles`, one a specification, each stating only what differs
//! from the one that it is based on. What an element means is not said here.

mod encodings;
mod file;

use super::bitmap::BitmapRule;
use super::ebcdic;
use super::element::{Element, Step};
use file::Draft;
use std::fmt;
use std::sync::OnceLock;

/// How the message type stands on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MtiForm {
    /// Four ASCII digits.
    Ascii,
    /// Four EBCDIC digits.
    Ebcdic,
    /// Two bytes of two digits.
    Bcd,
    /// Not at all, as in a nested structure.
    None,
}

impl MtiForm {
    const NAMES: [(&'static str, Self); 4] =
        [("ascii", Self::Ascii), ("ebcdic", Self::Ebcdic), ("bcd", Self::Bcd), ("none", Self::None)];

    pub(super) fn size(self) -> u32 {
        match self {
            Self::Ascii | Self::Ebcdic => 4,
            Self::Bcd => 2,
            Self::None => 0,
        }
    }

    /// Takes four characters off a message, which may be no message type. `None` where they are not there, or
    /// no message has a type.
    #[inline]
    pub(super) fn take(self, message: &[u8]) -> Option<([u8; 4], &[u8])> {
        match self {
            Self::Ascii => message.split_first_chunk().map(|(digits, behind)| (*digits, behind)),
            Self::Ebcdic => {
                let (digits, behind) = message.split_first_chunk::<4>()?;
                Some((digits.map(ebcdic::to_ascii), behind))
            }
            Self::Bcd => {
                let (&[a, b], behind) = message.split_first_chunk()?;
                Some(([a >> 4, a & 15, b >> 4, b & 15].map(|nibble| b'0' + nibble), behind))
            }
            Self::None => None,
        }
    }
}

/// A wire profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    name: String,
    title: String,
    source: String,
    verified: bool,
    dialect: Option<String>,
    version: u8,
    headers: Vec<String>,
    pub(super) mti: MtiForm,
    pub(super) bitmap: BitmapRule,
    /// By number; elements 0 and 1 are never there.
    elements: Vec<Option<Element>>,
    /// By number, without a gap, so that a number is a place.
    pub(super) steps: Box<[Step; 256]>,
    nested: Vec<(u8, Self)>,
}

/// The built-in profiles: name and text. A profile may be based on any that stands before it, which
/// keeps them free of circles.
const BUILT_IN: &[(&str, &str)] = &[
    ("iso87-ascii", include_str!("../../data/profiles/iso87-ascii.toml")),
    ("iso87-ascii-binary", include_str!("../../data/profiles/iso87-ascii-binary.toml")),
    ("spec87-fixed128", include_str!("../../data/profiles/spec87-fixed128.toml")),
    ("iso87-ebcdic", include_str!("../../data/profiles/iso87-ebcdic.toml")),
    ("iso87-bcd", include_str!("../../data/profiles/iso87-bcd.toml")),
    ("unionpay-pos", include_str!("../../data/profiles/unionpay-pos.toml")),
    ("visa-base1", include_str!("../../data/profiles/visa-base1.toml")),
    ("mastercard-cis", include_str!("../../data/profiles/mastercard-cis.toml")),
    ("iso93-ascii", include_str!("../../data/profiles/iso93-ascii.toml")),
    ("iso93-bcd", include_str!("../../data/profiles/iso93-bcd.toml")),
    ("iso2003", include_str!("../../data/profiles/iso2003.toml")),
    ("amex-gcag", include_str!("../../data/profiles/amex-gcag.toml")),
    ("postbridge", include_str!("../../data/profiles/postbridge.toml")),
    ("base24", include_str!("../../data/profiles/base24.toml")),
    ("smartvista", include_str!("../../data/profiles/smartvista.toml")),
];

impl Profile {
    /// The built-in profiles, in the order that breaks ties of [`super::rank()`].
    pub fn all() -> impl Iterator<Item = &'static Self> {
        (0..BUILT_IN.len()).map(Self::of_built_in)
    }

    /// The built-in profile of that name. Only profiles that are asked for are ever parsed.
    pub fn built_in(name: &str) -> Option<&'static Self> {
        BUILT_IN.iter().position(|(known, _)| *known == name).map(Self::of_built_in)
    }

    fn of_built_in(at: usize) -> &'static Self {
        static PARSED: [OnceLock<Profile>; BUILT_IN.len()] = [const { OnceLock::new() }; BUILT_IN.len()];
        PARSED[at].get_or_init(|| {
            let draft = Draft::of_built_in(at).expect("a test parses every built-in profile");
            Self::from_draft(&draft)
        })
    }

    /// Reads a profile of a user's own, which may be based on a built-in one.
    ///
    /// # Errors
    /// What the text states wrongly, with the line.
    pub fn parse(text: &str) -> Result<Self, ProfileError> {
        Draft::parse(text, BUILT_IN.len()).map(|draft| Self::from_draft(&draft))
    }

    fn from_draft(draft: &Draft) -> Self {
        let elements = draft.elements();
        let mut steps = Box::new([Step::UNKNOWN; 256]);
        for (step, element) in steps.iter_mut().zip(&elements) {
            *step = element.as_ref().map_or(Step::UNKNOWN, Element::step);
        }
        Self {
            name: draft.name.clone(),
            title: draft.title.clone(),
            source: draft.source.clone(),
            verified: draft.verified,
            dialect: draft.dialect.clone(),
            version: draft.version,
            headers: draft.headers.clone(),
            mti: draft.mti,
            bitmap: draft.bitmap,
            elements,
            steps,
            nested: draft
                .nested
                .iter()
                .map(|(&element, nested)| (element, Self::inside(draft, element, nested)))
                .collect(),
        }
    }

    /// The profile of a structure inside an element, called after both.
    fn inside(outer: &Draft, element: u8, nested: &Draft) -> Self {
        let name = format!("{}.{element}", outer.name);
        Self { name, ..Self::from_draft(nested) }
    }

    /// What it is called by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is, in one line.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Where its facts come from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether a public message with known values, or a public real one, has been read by it.
    pub fn is_verified(&self) -> bool {
        self.verified
    }

    /// The table of response codes that usually goes with it.
    pub fn dialect(&self) -> Option<&str> {
        self.dialect.as_deref()
    }

    /// The first digit of its message types: 0 for 1987, 1 for 1993, 2 for 2003.
    pub fn version(&self) -> u8 {
        self.version
    }

    /// The names of the headers that may stand before the message, the usual one first.
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().map(String::as_str)
    }

    /// How the message type stands on the wire.
    pub fn mti_form(&self) -> MtiForm {
        self.mti
    }

    /// Its bitmaps.
    pub fn bitmap(&self) -> BitmapRule {
        self.bitmap
    }

    /// What it says of an element; `None` when it has no such one.
    #[inline]
    pub fn element(&self, number: u8) -> Option<&Element> {
        self.elements.get(usize::from(number))?.as_ref()
    }

    /// The profile of the structure inside an element (PostBridge DE127): it reads the bytes of the
    /// element's value.
    pub fn nested(&self, element: u8) -> Option<&Self> {
        self.nested.iter().find(|(outer, _)| *outer == element).map(|(_, nested)| nested)
    }
}

/// What a profile's text states wrongly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there, as a sentence without a full stop.
    pub message: String,
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for ProfileError {}

#[cfg(test)]
mod tests;
