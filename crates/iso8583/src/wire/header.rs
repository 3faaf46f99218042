//! Headers: what a network puts between framing and message type.
//!
//! A header is known by its bytes alone, so that it can be taken off before anything is decoded; what
//! it says (addresses, flags) is not read. Headers are rows of `data/headers.tsv`.

use super::ebcdic;
use crate::table::rows;
use std::sync::LazyLock;

/// One header of a fixed length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    name: &'static str,
    title: &'static str,
    bytes: Vec<ByteClass>,
    usual: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum ByteClass {
    OneOf(Vec<u8>),
    Any,
    Digit,
    Text,
    EbcdicText,
}

impl Header {
    /// All headers; the first is none at all.
    pub fn all() -> &'static [Self] {
        static ALL: LazyLock<Vec<Header>> = LazyLock::new(|| {
            let rows = rows(include_str!("../../data/headers.tsv"), ["name", "pattern", "usual", "title"]);
            let rows = rows.expect("a test reads the table of headers");
            rows.iter().map(|row| Header::of_row(row.fields)).collect::<Option<_>>().expect("known words")
        });
        &ALL
    }

    /// The header of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::all().iter().find(|header| header.name == name)
    }

    fn of_row([name, pattern, usual, title]: [&'static str; 4]) -> Option<Self> {
        let mut bytes = Vec::new();
        for token in pattern.split_ascii_whitespace() {
            let (class, count) = token.split_once('*').unwrap_or((token, "1"));
            let class = match class {
                "any" => ByteClass::Any,
                "digit" => ByteClass::Digit,
                "text" => ByteClass::Text,
                "ebcdic-text" => ByteClass::EbcdicText,
                _ => {
                    let byte = |hex| u8::from_str_radix(hex, 16).ok();
                    ByteClass::OneOf(class.split('|').map(byte).collect::<Option<_>>()?)
                }
            };
            bytes.extend(std::iter::repeat_n(class, count.parse().ok()?));
        }
        let mut written = Vec::new();
        super::unhex_into(usual.as_bytes(), &mut written).then_some(())?;
        Some(Self { name, title, bytes, usual: written })
    }

    /// What it is called by.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it is, in a few words.
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// An example of it, for whoever writes messages.
    pub fn usual(&self) -> &[u8] {
        &self.usual
    }

    /// How many bytes of `message` are this header; `None` where it does not stand there.
    #[inline]
    pub fn strip(&self, message: &[u8]) -> Option<usize> {
        let bytes = message.get(..self.bytes.len())?;
        let fits = bytes.iter().zip(&self.bytes).all(|(&byte, class)| match class {
            ByteClass::OneOf(known) => known.contains(&byte),
            ByteClass::Any => true,
            ByteClass::Digit => byte.is_ascii_digit(),
            ByteClass::Text => matches!(byte, b' '..=b'~'),
            ByteClass::EbcdicText => ebcdic::is_printable(byte),
        });
        fits.then_some(bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_header_knows_its_own_example() {
        for (at, header) in Header::all().iter().enumerate() {
            assert_eq!(header.strip(header.usual()), Some(header.bytes.len()), "{}", header.name);
            assert_eq!(header.usual.len(), header.bytes.len(), "{}", header.name);
            assert!(Header::all()[..at].iter().all(|other| other.name != header.name));
            assert_eq!(Header::named(header.name), Some(header));
        }
        assert_eq!(Header::all()[0].strip(b""), Some(0));
    }

    #[test]
    fn what_is_no_header_stays() {
        let strip = |name: &str, bytes: &[u8]| Header::named(name).expect("a header").strip(bytes);
        assert_eq!(strip("tpdu", b"\x61\0\0\0\0"), None);
        assert_eq!(strip("tpdu", b"\x60\0\0\0"), None);
        assert_eq!(strip("base24", b"ISO01600001"), None);
        assert_eq!(strip("base24", b"ISO016000015"), Some(12));
        assert_eq!(strip("digits-10", b"011000000x"), None);
    }
}
