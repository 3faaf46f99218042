//! Framings: the length in front of a message in a stream of them, and what stands around it.
//!
//! A length is a claim. The caller says how long a message may be at most; a length above that is no
//! frame, and none is ever allocated for. Framings are rows of `data/framings.tsv`. Streams without a
//! length (a message until `03`, until a pause) are not framed here.

use super::encoding::{LengthEncoding, nibble};
use crate::table::rows;
use std::ops::Range;
use std::sync::LazyLock;

/// One way to delimit messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Framing {
    name: &'static str,
    title: &'static str,
    before: BytePattern,
    size: u8,
    encoding: Encoding,
    behind: BytePattern,
    trailer: BytePattern,
    counts_itself: bool,
    counts_trailer: bool,
    /// Nothing but the length stands around a message, as in most of them.
    is_bare: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Length(LengthEncoding),
    Little,
    Hex,
}

/// Bytes that stand around a length: given ones, or any (`None`).
type BytePattern = Vec<Option<u8>>;

/// What stands at the beginning of some bytes of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FrameEnd {
    /// A whole frame.
    Whole(Frame),
    /// The beginning of a frame; the rest is not there yet.
    NeedsMore,
    /// Nothing that this framing writes, or a message longer than the limit.
    NotAFrame,
}

/// The place of a message in the bytes that were given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The message, with its header. Empty in a frame that only keeps the line alive.
    pub body: Range<usize>,
    /// Bytes of the frame; the next one begins there.
    pub total: usize,
}

impl Framing {
    /// All framings, the simplest first where it matters: earlier ones win ties of detection. The first is none at all.
    pub fn all() -> &'static [Self] {
        static ALL: LazyLock<Vec<Framing>> = LazyLock::new(|| {
            let columns = ["name", "before", "size", "encoding", "behind", "trailer", "counts", "title"];
            let rows = rows(include_str!("../../data/framings.tsv"), columns);
            let rows = rows.expect("a test reads the table of framings");
            rows.iter().map(|row| Framing::of_row(row.fields)).collect::<Option<_>>().expect("known words")
        });
        &ALL
    }

    /// The framing of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::all().iter().find(|framing| framing.name == name)
    }

    fn of_row(fields: [&'static str; 8]) -> Option<Self> {
        let [name, before, size, encoding, behind, trailer, counts, title] = fields;
        let encoding = match encoding {
            "little" => Encoding::Little,
            "hex" => Encoding::Hex,
            other => Encoding::Length(LengthEncoding::from_name(other)?),
        };
        if !["", "length", "trailer"].contains(&counts) {
            return None;
        }
        Some(Self {
            name,
            title,
            is_bare: [before, behind, trailer] == [""; 3],
            before: pattern(before)?,
            size: size.parse().ok().filter(|&size: &u8| size <= 6)?,
            encoding,
            behind: pattern(behind)?,
            trailer: pattern(trailer)?,
            counts_itself: counts == "length",
            counts_trailer: counts == "trailer",
        })
    }

    /// What it is called by.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it is, in a few words.
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// Bytes in front of a message.
    pub fn header_len(&self) -> usize {
        self.before.len() + usize::from(self.size) + self.behind.len()
    }

    /// Looks for a frame at the beginning of `bytes`, its message (with header) of at most `limit`
    /// bytes. Without any framing all bytes are one message.
    #[inline]
    pub fn next(&self, bytes: &[u8], limit: usize) -> FrameEnd {
        if self.size == 0 {
            return match bytes.len() {
                0 => FrameEnd::NeedsMore,
                len if len > limit => FrameEnd::NotAFrame,
                total => FrameEnd::Whole(Frame { body: 0..total, total }),
            };
        }
        let size = usize::from(self.size);
        if self.is_bare {
            let Some((length, behind)) = bytes.split_at_checked(size) else { return FrameEnd::NeedsMore };
            let told = match (self.encoding, length) {
                // Nearly all of them.
                (Encoding::Length(LengthEncoding::Binary), &[high, low]) => {
                    Some(usize::from(high) << 8 | usize::from(low))
                }
                _ => self.length(length),
            };
            let len = told.and_then(|length| self.body_len(length));
            return match len.filter(|&len| len <= limit) {
                None => FrameEnd::NotAFrame,
                Some(len) if behind.len() < len => FrameEnd::NeedsMore,
                Some(len) => FrameEnd::Whole(Frame { body: size..size + len, total: size + len }),
            };
        }
        let start = self.header_len();
        if !begins_with(bytes, &self.before)
            || !begins_with(bytes.get(self.before.len() + size..).unwrap_or_default(), &self.behind)
        {
            return FrameEnd::NotAFrame;
        }
        let Some(length) = bytes.get(self.before.len()..self.before.len() + size) else {
            return FrameEnd::NeedsMore;
        };
        let told = self.length(length);
        let len = told.and_then(|length| self.body_len(length)).filter(|&len| len <= limit);
        let (Some(told), Some(len)) = (told, len) else { return FrameEnd::NotAFrame };
        // A frame without a message may count its trailer.
        let trailer = if told == 0 { 0 } else { self.trailer.len() };
        let total = start + len + trailer;
        if bytes.len() < total {
            return FrameEnd::NeedsMore;
        }
        if !begins_with(&bytes[start + len..total], &self.trailer[..trailer]) {
            return FrameEnd::NotAFrame;
        }
        FrameEnd::Whole(Frame { body: start..start + len, total })
    }

    /// Appends the frame of `message` to `out`. `false`, and nothing appended, when its length is more
    /// than the framing can tell. Bytes that may be any are zero.
    pub fn wrap(&self, message: &[u8], out: &mut Vec<u8>) -> bool {
        let mut length = message.len();
        if self.counts_itself {
            length += usize::from(self.size);
        }
        if self.counts_trailer {
            length += self.trailer.len();
        }
        let largest = match self.encoding {
            Encoding::Length(encoding) => encoding.largest(self.size),
            Encoding::Little => LengthEncoding::Binary.largest(self.size),
            Encoding::Hex => u32::MAX.checked_shr(32 - 4 * u32::from(self.size.min(8))).unwrap_or(0),
        };
        let Some(length) = u32::try_from(length).ok().filter(|&length| self.size == 0 || length <= largest)
        else {
            return false;
        };
        let fill = |pattern: &BytePattern, out: &mut Vec<u8>| {
            out.extend(pattern.iter().map(|byte| byte.unwrap_or_default()));
        };
        fill(&self.before, out);
        match self.encoding {
            Encoding::Length(encoding) => encoding.write(length, self.size, out),
            Encoding::Little => out.extend(length.to_le_bytes().iter().take(usize::from(self.size))),
            Encoding::Hex => {
                out.extend(
                    (0..u32::from(self.size))
                        .rev()
                        .map(|at| b"0123456789ABCDEF"[(length >> (4 * at) & 15) as usize]),
                );
            }
        }
        fill(&self.behind, out);
        out.extend_from_slice(message);
        fill(&self.trailer, out);
        true
    }

    #[inline]
    fn length(&self, bytes: &[u8]) -> Option<usize> {
        let length = match self.encoding {
            Encoding::Length(encoding) => encoding.read(bytes)?,
            Encoding::Little => bytes.iter().rev().fold(0, |length, &byte| length << 8 | u32::from(byte)),
            Encoding::Hex => bytes.iter().try_fold(0_u32, |length, &byte| {
                Some(length << 4 | u32::from(nibble(byte).filter(|_| byte != b'=')?))
            })?,
        };
        usize::try_from(length).ok()
    }

    /// Bytes of header and message. A length of zero keeps the line alive, whatever is counted.
    #[inline]
    fn body_len(&self, length: usize) -> Option<usize> {
        let counted = if self.counts_itself { usize::from(self.size) } else { 0 };
        let counted = counted + if self.counts_trailer { self.trailer.len() } else { 0 };
        if length == 0 { Some(0) } else { length.checked_sub(counted) }
    }
}

/// Whether the bytes that are there fit; a pattern may be longer than they are.
fn begins_with(bytes: &[u8], pattern: &[Option<u8>]) -> bool {
    bytes.iter().zip(pattern).all(|(&byte, wanted)| wanted.is_none_or(|wanted| wanted == byte))
}

fn pattern(text: &str) -> Option<BytePattern> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| match pair {
        b".." => Some(None),
        &[high, low] => Some(Some(nibble(high)? << 4 | nibble(low)?)),
    };
    pairs.iter().map(byte).collect::<Option<_>>().filter(|_| rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_framing_finds_what_it_wrapped_however_much_is_there() {
        for framing in Framing::all() {
            let mut stream = Vec::new();
            assert!(framing.wrap(b"0800message", &mut stream), "{}", framing.name);
            let frame = stream.len();
            for cut in 1..frame {
                let found = framing.next(&stream[..cut], 1000);
                // Without a framing whatever is there is the message.
                assert_eq!(found == FrameEnd::NeedsMore, framing.size > 0, "{} {cut}", framing.name);
            }
            stream.extend_from_slice(if framing.size > 0 { b"next" } else { b"" });
            let start = framing.header_len();
            let whole = Frame { body: start..start + 11, total: frame };
            assert_eq!(framing.next(&stream, 1000), FrameEnd::Whole(whole), "{}", framing.name);
            assert_eq!(framing.next(&stream, 10), FrameEnd::NotAFrame, "{}", framing.name);
        }
    }

    #[test]
    fn names_are_not_listed_twice() {
        for (at, framing) in Framing::all().iter().enumerate() {
            assert!(Framing::all()[..at].iter().all(|other| other.name != framing.name));
            assert_eq!(Framing::named(framing.name), Some(framing));
        }
    }

    #[test]
    fn a_length_is_held_against_what_it_counts() {
        let next = |name: &str, bytes: &[u8]| Framing::named(name).expect("a framing").next(bytes, 1000);
        let whole = |body: Range<usize>, total| FrameEnd::Whole(Frame { body, total });
        assert_eq!(next("binary-2", b"\0\0rest"), whole(2..2, 2));
        assert_eq!(next("binary-2-inclusive", b"\0\0"), whole(2..2, 2));
        assert_eq!(next("binary-2-inclusive", b"\0\x01"), FrameEnd::NotAFrame);
        assert_eq!(next("bcd-2-inclusive", b"\0\x12message..."), whole(2..12, 12));
        assert_eq!(next("bcd-2", b"\0\x1amessage..."), FrameEnd::NotAFrame);
        assert_eq!(next("ascii-4", b"00x0"), FrameEnd::NotAFrame);
        assert_eq!(next("hex-4", b"000Aten bytes."), whole(4..14, 14));
        assert_eq!(next("base24-tcp", b"\0\x04abc\x03"), whole(2..5, 6));
        assert_eq!(next("base24-tcp", b"\0\x04abc\x04"), FrameEnd::NotAFrame);
        assert_eq!(next("base24-tcp", b"\0\0next"), whole(2..2, 2));
        assert_eq!(next("base24-tcp", b"\0\x01\x03next"), whole(2..2, 3));
        assert_eq!(next("visa", b"\0\x01\0\x01a"), FrameEnd::NotAFrame);
        assert_eq!(next("gicc", b"\0\x01"), FrameEnd::NotAFrame);
    }
}
