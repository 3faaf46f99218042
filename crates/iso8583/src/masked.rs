//! A message as it may be shown: the last word on every value that is let out field by field.
//!
//! Which elements and tags may be shown is in `data/elements.tsv` and `data/emv-tags.tsv`, which are lists
//! of what is allowed: whatever they do not name shows its length and nothing else. What codes mean is
//! not said here.

use crate::elements::{Version, element_is_shown, emv_tag_is_shown};
use crate::tlv::Tlvs;
use crate::wire::{hex_into, unhex_into};
use crate::{CardNumber, Mti, looks_like_pin_block, screen};

/// Longer texts are cut.
const LONGEST: usize = 200;

/// The element of the chip's data.
const ICC_DATA: u8 = 55;

/// A message without what must not be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MaskedMessage {
    /// Bytes of the decompressed input before it.
    pub offset: u64,
    /// Its line, counted from 1.
    pub line: u64,
    /// Its message type, where that could be read.
    pub mti: Option<Mti>,
    /// The version of the standard by which its elements are named and shown, where that is known.
    pub version: Option<Version>,
    /// The name of the code table that it speaks, where that is known.
    pub dialect: Option<&'static str>,
    /// Its bytes on the wire, where the log has those.
    pub bytes: Option<usize>,
    /// Its fields in the log's order; of a message that breaks, those before the break.
    pub fields: Vec<MaskedField>,
    /// Why it could not be read.
    pub fault: Option<Fault>,
}

/// Why a message could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The field that broke it.
    pub element: Option<u8>,
    /// The byte of the message at which it broke, counted from 0.
    pub offset: Option<u32>,
    /// What was expected, as a sentence.
    pub message: String,
}

/// A field of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaskedField {
    /// Which.
    pub label: FieldLabel,
    /// What of its value may be shown.
    pub shown: Shown,
}

/// Which field it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FieldLabel {
    /// A data element, 0 for the message type.
    Element(u8),
    /// A part of an element that the log tells apart, such as `22` of 127.
    Part(u8, String),
    /// A name of the log's own, as it may be shown.
    Name(String),
}

/// What may be shown of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// All of it, control characters escaped.
    Text(String),
    /// The issuer's digits of a card number, and how many it has in all.
    Card {
        /// The first six digits.
        issuer: String,
        /// Digits of the whole number.
        digits: usize,
    },
    /// The tags of the chip's data.
    Tags(Vec<MaskedTag>),
    /// So many characters, or hexadecimal digits.
    Length(usize),
}

/// A tag of the chip's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaskedTag {
    /// Its bytes as a number.
    pub tag: u32,
    /// Its value in hexadecimal digits, where it may be shown.
    pub value: Option<String>,
    /// Bytes of its value.
    pub bytes: usize,
}

impl MaskedField {
    /// A data element of a message of that version, where it is known.
    pub fn element(element: u8, value: &[u8], version: Option<Version>) -> Self {
        let value = value.trim_ascii();
        let shown = match element {
            0 if Mti::parse(value).is_some() => text(value),
            2 => card(value),
            ICC_DATA => tags(value),
            _ if element_is_shown(element, version) => text(value),
            _ => Shown::Length(value.len()),
        };
        Self { label: FieldLabel::Element(element), shown }
    }

    /// A data element that is bytes by its profile. Of those only the chip's tags are ever shown.
    pub fn binary_element(element: u8, digits: &[u8]) -> Self {
        let digits = digits.trim_ascii();
        let shown = if element == ICC_DATA { tags(digits) } else { Shown::Length(digits.len()) };
        Self { label: FieldLabel::Element(element), shown }
    }

    /// A part of a data element. Of those only the chip's tags are ever shown, in hexadecimal digits.
    pub fn part(element: u8, part: &[u8], value: &[u8]) -> Self {
        let value = value.trim_ascii();
        let tag = || u32::from_str_radix(std::str::from_utf8(part).ok()?, 16).ok();
        let is_tag = element == ICC_DATA && value.iter().all(u8::is_ascii_hexdigit);
        let is_shown = is_tag && tag().is_some_and(emv_tag_is_shown);
        let shown = if is_shown { Shown::Text(cut(value)) } else { Shown::Length(value.len()) };
        Self { label: FieldLabel::Part(element, cut(part)), shown }
    }

    /// A field that a log has beside the message, such as the link. `is_shown` when it is known to hold
    /// no card data.
    pub fn named(name: &[u8], value: &[u8], is_shown: bool) -> Self {
        let value = value.trim_ascii();
        let shown = if is_shown { text(value) } else { Shown::Length(value.len()) };
        Self { label: FieldLabel::Name(cut(name)), shown }
    }
}

fn cut(bytes: &[u8]) -> String {
    screen(bytes).chars().take(LONGEST).collect()
}

fn text(value: &[u8]) -> Shown {
    if looks_like_pin_block(value) { Shown::Length(value.len()) } else { Shown::Text(cut(value)) }
}

fn card(value: &[u8]) -> Shown {
    match CardNumber::parse(value).and_then(|card| card.issuer_prefix(Some(6)).map(str::to_owned)) {
        Some(issuer) => Shown::Card { issuer, digits: value.len() },
        None => Shown::Length(value.len()),
    }
}

/// The tags in hexadecimal digits; where those cannot be told apart, the length.
fn tags(value: &[u8]) -> Shown {
    let mut bytes = Vec::new();
    if !unhex_into(value, &mut bytes) {
        return Shown::Length(value.len());
    }
    let masked = |read: Result<crate::tlv::Tlv<'_>, _>| {
        let tlv = read.ok()?;
        let digits = || {
            let mut digits = Vec::new();
            hex_into(tlv.value, &mut digits);
            String::from_utf8_lossy(&digits).into_owned()
        };
        let value = emv_tag_is_shown(tlv.tag).then(digits);
        Some(MaskedTag { tag: tlv.tag, value, bytes: tlv.value.len() })
    };
    let tags: Option<Vec<_>> = Tlvs::new(&bytes).map(masked).collect();
    tags.map_or(Shown::Length(value.len()), Shown::Tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_lists_allow_is_shown() {
        let shown =
            |element, value: &[u8]| MaskedField::element(element, value, Some(Version::Iso1987)).shown;
        assert_eq!(shown(39, b"55 "), Shown::Text("55".to_owned()));
        let card = Shown::Card { issuer: "411111".to_owned(), digits: 16 };
        assert_eq!(shown(2, b"4111111111111111"), card);
        assert_eq!(shown(35, b"4111111111111111=49122010000"), Shown::Length(28));
        for element in [14, 34, 36, 45, 48, 52, 53, 96, 102, 103, 120, 125, 129, 192] {
            assert_eq!(shown(element, b"12345678"), Shown::Length(8), "{element}");
        }
        // What is no message type is anything.
        assert_eq!(shown(0, b"0210"), Shown::Text("0210".to_owned()));
        assert_eq!(shown(0, b"DOE/JANE CVV 123"), Shown::Length(16));
        // A PIN block in the wrong column, and a cryptogram where it belongs.
        assert_eq!(shown(37, b"E10B77D2A95F3C6D"), Shown::Length(16));
        let cryptogram = MaskedField::part(55, b"9F26", b"E10B77D2A95F3C6D").shown;
        assert_eq!(cryptogram, Shown::Text("E10B77D2A95F3C6D".to_owned()));
        // A card number in a field that is shown is covered.
        assert_eq!(shown(37, b"4111111111111111"), Shown::Text("************1111".to_owned()));
    }

    #[test]
    fn later_versions_show_less() {
        let shown = |element, version| MaskedField::element(element, b"CVV2=123;ZIP 1", version).shown;
        let (text, length) = (Shown::Text("CVV2=123;ZIP 1".to_owned()), Shown::Length(14));
        let [of_1987, of_1993, of_2003] = Version::ALL.map(Some);
        assert_eq!(
            [None, of_1987, of_1993, of_2003].map(|version| shown(72, version)),
            [length.clone(), text.clone(), length.clone(), length.clone()]
        );
        assert_eq!([of_1993, of_2003].map(|version| shown(49, version)), [text, length.clone()]);
        assert_eq!(MaskedField::binary_element(49, b"435656").shown, Shown::Length(6));
    }

    #[test]
    fn tags_are_shown_one_by_one() {
        let tag = |tag, value: Option<&str>, bytes| MaskedTag { tag, value: value.map(str::to_owned), bytes };
        let expected = vec![tag(0x95, Some("0000048000"), 5), tag(0x5a, None, 8), tag(0x9f27, Some("80"), 1)];
        let data = b"950500000480005A0841111111111111119F270180";
        assert_eq!(MaskedField::binary_element(55, data).shown, Shown::Tags(expected));
        assert_eq!(MaskedField::element(55, b"95059F", None).shown, Shown::Length(6), "cut short");
        assert_eq!(MaskedField::part(55, b"5A", b"4111111111111111").shown, Shown::Length(16));
        assert_eq!(MaskedField::part(55, b"95", b"0000048000").shown, Shown::Text("0000048000".to_owned()));
        assert_eq!(MaskedField::part(55, b"95", b"name DOE/JANE").shown, Shown::Length(13));
    }
}
