//! One line of a hexdump, in the layouts that switches, gateways and test tools print.
//!
//! ```text
//! 0000  30 38 30 30 82 20 00 00  00 00 00 00 04 00 00 00  0800. ..........   jPOS, Wireshark
//! 00020:30 30 30 30 30 30 30 31 30 30 [0000000100]                          Tandem, offsets in tens
//! |30383030 82200000 00000000 04000000| 0800. .......... 00000000           four bytes a group
//! 00000010h 30 30 30 30                                                      offsets with an h
//! 00000010: 3038 3030 8220 0000  0800. ..                                    xxd, JMeter
//! |00000010| 30 38 30 30                                     |0800|          Netty
//! 30 38 30 30 82 20 00 00                                                    bytes alone
//! ```
//!
//! The text column may itself look like bytes, so that where the bytes end is told by the gap before it
//! and never by what is in it. What the bytes mean is not looked at.

/// A line of bytes alone is not indented further: what stands there is an offset behind the last byte.
const DEEPEST: usize = 16;

/// No layout has more bytes a line.
const WIDEST: usize = 32;

/// Where a line stands in its dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offset {
    /// In hexadecimal digits; `tens` is the same digits read as a decimal number, where that is possible.
    Told { hex: u64, tens: Option<u64> },
    /// The line has bytes alone.
    Untold,
}

impl Offset {
    /// Whether the line is the first of a dump.
    pub(super) fn is_start(self) -> bool {
        self == Self::Told { hex: 0, tens: Some(0) }
    }

    /// Whether the line goes on behind so many bytes.
    pub(super) fn continues(self, len: usize) -> bool {
        match self {
            Self::Told { hex, tens } => hex == len as u64 || tens == Some(len as u64),
            Self::Untold => len > 0,
        }
    }
}

/// Reads a line; its bytes are appended to `bytes`. `None`, and nothing appended, when it is no line of a
/// dump.
pub(super) fn dump_line(line: &[u8], bytes: &mut Vec<u8>) -> Option<Offset> {
    let indentation = line.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let line = line.trim_ascii();
    let before = bytes.len();
    let found = match line.first() {
        Some(b'|') => offset_behind(line, bytes).or_else(|| offset_ahead(line, bytes)),
        _ if indentation > DEEPEST => None,
        _ => offset_ahead(line, bytes).or_else(|| bytes_alone(line, bytes)),
    };
    if found.is_none() {
        bytes.truncate(before);
    }
    found
}

/// `|31313030 f0242000| text 00000010`: groups of four bytes between bars, the offset at the end.
fn offset_behind(line: &[u8], bytes: &mut Vec<u8>) -> Option<Offset> {
    let within = line.strip_prefix(b"|")?;
    let end = memchr::memchr(b'|', within)?;
    let (groups, rest) = (within.get(..end)?, within.get(end + 1..)?);
    // Netty has bars around the offset, and the bytes behind one space.
    let is_offset = groups.len() == 8
        && matches!(rest, [b' ', high, low, b' ', ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit());
    if is_offset || groups.is_empty() || !all_groups(groups, bytes) {
        return None;
    }
    let offset = rest.rsplit(u8::is_ascii_whitespace).next()?;
    offset_of(offset).or(Some(Offset::Untold))
}

/// An offset, what parts it from the bytes, and the bytes; a log's own prefix may stand before.
fn offset_ahead(line: &[u8], bytes: &mut Vec<u8>) -> Option<Offset> {
    let mut at = 0;
    loop {
        let rest = line.get(at..)?;
        let digits = rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        if let Some(offset) = rest.get(..digits).and_then(offset_of)
            && let Some(groups) = rest.get(digits..).and_then(behind_offset)
            && take_groups(groups, bytes)
        {
            return Some(offset);
        }
        // The next word, or the next bar.
        at += rest.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'|')? + 1;
    }
}

/// The bytes behind an offset's end: `:`, `h`, `h:`, `|`, or two spaces.
fn behind_offset(rest: &[u8]) -> Option<&[u8]> {
    let marked = rest.strip_prefix(b"h").unwrap_or(rest);
    let marked = marked.strip_prefix(b":").or_else(|| marked.strip_prefix(b"|")).unwrap_or(marked);
    let is_marked = marked.len() < rest.len();
    (is_marked || rest.starts_with(b"  ") || rest.starts_with(b"\t")).then(|| marked.trim_ascii_start())
}

/// A line of pairs of digits, or of one run of them, and nothing else.
fn bytes_alone(line: &[u8], bytes: &mut Vec<u8>) -> Option<Offset> {
    let is_dump = line.len() >= 2 && line.len() <= 3 * WIDEST && all_groups(line, bytes);
    is_dump.then_some(Offset::Untold)
}

fn offset_of(digits: &[u8]) -> Option<Offset> {
    if !(4..=8).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let text = std::str::from_utf8(digits).ok()?;
    Some(Offset::Told { hex: u64::from_str_radix(text, 16).ok()?, tens: text.parse().ok() })
}

/// Groups up to a gap wider than one space, which in the middle of a line may be two.
fn take_groups(text: &[u8], bytes: &mut Vec<u8>) -> bool {
    let start = bytes.len();
    let mut rest = text;
    loop {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let ends_word = rest.get(digits).is_none_or(|byte| !byte.is_ascii_alphanumeric());
        let known = matches!(digits, 2 | 4 | 8) && ends_word;
        if !known || bytes.len() - start + digits / 2 > WIDEST {
            break;
        }
        append(rest.get(..digits).unwrap_or_default(), bytes);
        rest = rest.get(digits..).unwrap_or_default();
        rest = match rest {
            [b' ', next, ..] | [b'-', next, ..] if next.is_ascii_hexdigit() => &rest[1..],
            [b' ', b' ' | b'-', next, ..] if next.is_ascii_hexdigit() && bytes.len() - start == 8 => {
                rest.get(2..).unwrap_or_default()
            }
            _ => break,
        };
    }
    bytes.len() > start
}

/// Whether the whole text is groups of pairs of digits.
fn all_groups(text: &[u8], bytes: &mut Vec<u8>) -> bool {
    let groups = || text.split(u8::is_ascii_whitespace).filter(|group| !group.is_empty());
    let fits = |group: &[u8]| group.len().is_multiple_of(2) && group.iter().all(u8::is_ascii_hexdigit);
    if !groups().all(fits) {
        return false;
    }
    groups().for_each(|group| append(group, bytes));
    true
}

fn append(digits: &[u8], bytes: &mut Vec<u8>) {
    let value = |digit: u8| (digit as char).to_digit(16).unwrap_or(0) as u8;
    bytes.extend(digits.as_chunks::<2>().0.iter().map(|[high, low]| value(*high) << 4 | value(*low)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<(Offset, String)> {
        let mut bytes = Vec::new();
        let offset = dump_line(line.as_bytes(), &mut bytes)?;
        Some((offset, bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    fn told(hex: u64, tens: u64) -> Offset {
        Offset::Told { hex, tens: Some(tens) }
    }

    #[test]
    fn every_layout_gives_its_bytes_and_not_its_text() {
        let sixteen = "30383030822000000000000004000000";
        for (line, offset, bytes) in [
            ("0000  30 38 30 30 82 20 00 00  00 00 00 00 04 00 00 00  0800. ..........", told(0, 0), sixteen),
            ("0010  30 38                                             08", told(16, 10), "3038"),
            ("00020:30 30 30 31 [0001]", told(32, 20), "30303031"),
            ("|30383030 82200000 00000000 04000000| 0800. .......... 00000000", told(0, 0), sixteen),
            ("|3038|                                08 00000010", told(16, 10), "3038"),
            ("00000010h 30 38 30 30 ; 0800", told(16, 10), "30383030"),
            ("00000010h: 30 38", told(16, 10), "3038"),
            ("00000000: 3038 3030 8220 0000 0000 0000 0400 0000  0800. ..........", told(0, 0), sixteen),
            (
                "|00000010| 30 38 30 30                                     |0800            |",
                told(16, 10),
                "30383030",
            ),
            ("2026-11-21 08:15:30,123 DEBUG [Q2] 0010  30 38  08", told(16, 10), "3038"),
            ("30 38 30 30 82 20 00 00", Offset::Untold, "3038303082200000"),
            ("3038303082200000", Offset::Untold, "3038303082200000"),
            (
                "0000   30 38 30 30 82 20 00 00 00 00 00 00 04 00 00 00   0800. ..........",
                told(0, 0),
                sixteen,
            ),
        ] {
            assert_eq!(read(line), Some((offset, bytes.to_owned())), "{line}");
        }
    }

    #[test]
    fn text_is_no_dump() {
        for line in [
            "",
            "2026-11-21 08:15:30 INFO received 30 bytes",
            "received request:",
            " len = 126",
            "15:54:47 [DEBUG] (3) iso8583_rs::iso8583::server: received request: ",
            "00",
            "                                                       0000007e",
        ] {
            let is_pair = line.len() == 2;
            assert_eq!(read(line).is_some(), is_pair, "{line}");
        }
    }

    #[test]
    fn offsets_count_in_sixteens_or_in_tens() {
        assert!(told(32, 20).continues(20) && told(32, 20).continues(32));
        assert!(!told(32, 20).continues(16) && !Offset::Untold.continues(0));
        assert!(told(0, 0).is_start() && !Offset::Untold.is_start());
    }
}
