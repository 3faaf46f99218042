//! The debug log of IST/Switch: a block a message, a line a field.
//!
//! ```text
//! 26.09.05 18:12:08 [ FromIso:2024952]************** INBOUND MESSAGE ID[] ***************
//! msgno[  0]<210>
//!  in[  4: ]<303030303030303230303030>
//!  in[ 39: ]<00>
//! ```
//!
//! Its traps, all seen in real files:
//! - Numbers have lost their leading zeros (`<210>` is the MTI 0210), or are the hexadecimal digits of
//!   their characters; `data/widths.tsv` tells how long they are.
//! - Elements of variable length come in two lines, length and value; DE55 comes in three a tag.
//! - The direction is the block's: a block of a message that came in may hold `out[  2: ]`.
//! - A capture begins in the middle of a block: what stands before the first block and has fields is
//!   rejected as broken off.
//! - The MTI is `msgno`, element 1 or element 257; 129 and 132 are the switch's own.
//!
//! The message id is that of one message and not of a transaction, and often empty: nothing is joined
//! by it.

use std::sync::LazyLock;

use memchr::memmem;

use crate::block::Block;
use crate::column::Column;
use crate::gathered::{Gathered, WithoutMti};
use crate::line_start::{Frame, Frames, LineStart, lines};
use crate::record::{RecordSink, RejectReason};
use crate::time::{DateOrder, TimeReader, TimeRules};
use crate::value::Value;
use crate::widths::{from_hex_of_characters, with_lost_zeros};

/// Elements beyond 128 that hold the MTI, besides DE1, which is the bitmap elsewhere.
const MTI_IDS: [u16; 2] = [1, 257];

static HEADS: LazyLock<[memmem::Finder<'static>; 2]> =
    LazyLock::new(|| ["INBOUND MESSAGE ID[", "OUTBOUND MESSAGE ID["].map(memmem::Finder::new));

static INBOUND: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("INBOUND"));

/// Whether a line is the head of a block: `…[ process:number]*** INBOUND MESSAGE ID[`.
pub(crate) fn is_start(line: &[u8]) -> bool {
    let is_head = |words: &memmem::Finder<'_>| {
        let before = words.find(line).and_then(|at| line.get(..at));
        before.is_some_and(|before| before.trim_ascii_end().ends_with(b"*"))
    };
    line.first().is_some_and(u8::is_ascii_digit) && HEADS.iter().any(is_head)
}

/// Reads all blocks of messages in a block of bytes.
pub(crate) fn read_messages(
    rules: &TimeRules,
    block: &Block,
    rewritten: &mut Vec<u8>,
    sink: &mut impl RecordSink,
) {
    let mut times = TimeReader::new(rules);
    let message = Gathered::new(sink.takes_fields());
    let mut reader = BlockReader { message, has_mti: false, last: None };
    rewritten.clear();
    let mut frames = Frames::of(block, LineStart::Ist);
    while let Some(Frame { position, bytes, begins }) =
        frames.next_frame(rewritten, |line, rewritten| reader.line(line, rewritten))
    {
        reader.message.finish(rewritten);
        if reader.message.is_empty() {
            if !bytes.trim_ascii().is_empty() {
                sink.non_message(position);
            }
        } else if !begins {
            reader.message.reject(position, RejectReason::BrokenOff, rewritten, sink);
        } else {
            read_head(bytes, &mut reader.message, rewritten);
            let line_time = |times: &mut TimeReader<'_>| times.read_at_start(bytes, DateOrder::YearFirst);
            let buffers = (&mut times, &rewritten[..]);
            reader.message.tell(position, (false, line_time), WithoutMti::Reject, buffers, sink);
        }
        rewritten.clear();
        reader.clear();
    }
}

/// The direction and the link, which is the process without its direction and number.
fn read_head<'b>(frame: &'b [u8], message: &mut Gathered<'b>, rewritten: &[u8]) {
    let Some((_, head)) = lines(frame).next() else { return };
    let direction = if INBOUND.find(head).is_some() { &b"in"[..] } else { b"out" };
    message.column(Column::Direction, Value::AsLogged(direction), rewritten);
    let process = memchr::memchr(b'[', head).and_then(|open| head.get(open + 1..));
    let process =
        process.and_then(|behind| behind.get(..behind.iter().position(|byte| b":]".contains(byte))?));
    let process = process.unwrap_or_default().trim_ascii();
    let link = process.strip_prefix(b"From").or_else(|| process.strip_prefix(b"To")).unwrap_or(process);
    message.column(Column::Link, Value::AsLogged(link), rewritten);
    message.finish(rewritten);
}

struct BlockReader<'b> {
    message: Gathered<'b>,
    has_mti: bool,
    /// The element of the line before, and its text.
    last: Option<(u8, &'b [u8])>,
}

impl<'b> BlockReader<'b> {
    fn clear(&mut self) {
        self.message.clear();
        (self.has_mti, self.last) = (false, None);
    }

    #[inline]
    fn line(&mut self, line: &'b [u8], rewritten: &mut Vec<u8>) {
        let Some((id, text)) = usual_field(line).or_else(|| field(line)) else { return };
        match id {
            Id::Mti => self.mti(text, rewritten),
            Id::Number(id) if MTI_IDS.contains(&id) => self.mti(text, rewritten),
            Id::Number(id) => {
                if let Some(element) = u8::try_from(id).ok().filter(|&element| element <= 128) {
                    self.element(element, text, rewritten);
                }
            }
            Id::Other => self.last = None,
        }
    }

    /// The first one is the message's; a second one is of its next form.
    fn mti(&mut self, text: &'b [u8], rewritten: &mut Vec<u8>) {
        self.last = None;
        if !std::mem::replace(&mut self.has_mti, true) {
            let value = value(0, text, rewritten);
            self.message.element(0, value, rewritten);
        }
    }

    fn element(&mut self, element: u8, text: &'b [u8], rewritten: &mut Vec<u8>) {
        let before = self.last.filter(|(last, _)| *last == element).map(|(_, text)| text);
        self.last = Some((element, text));
        if !self.message.wants(Column::of_element(element)) {
            self.message.pass();
            return;
        }
        let Some(before) = before else {
            let value = value(element, text, rewritten);
            self.message.element(element, value, rewritten);
            return;
        };
        let Some(last) = self.message.last_value() else { return };
        if element == 55 {
            // Tags, lengths and values stand in their order.
            last.go_on(&[text], rewritten);
        } else if is_length(before, text) {
            *last = value(element, text, rewritten);
        }
    }
}

/// Whether a line is the length of the value in the next: in its characters, or in half as many where
/// those are hexadecimal digits.
fn is_length(before: &[u8], text: &[u8]) -> bool {
    let number = std::str::from_utf8(before).ok().and_then(|before| before.parse::<usize>().ok());
    number.is_some_and(|number| before.len() <= 3 && (number == text.len() || 2 * number == text.len()))
}

fn value<'b>(element: u8, text: &'b [u8], rewritten: &mut Vec<u8>) -> Value<'b> {
    from_hex_of_characters(element, text, rewritten)
        .unwrap_or_else(|| with_lost_zeros(element, text, rewritten))
}

/// What stands in the brackets of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Id {
    Mti,
    Number(u16),
    Other,
}

/// ` in[ 39: ]<00>` or `out[ 39: ]<00>`, as nearly all lines are; `None` for any other.
#[inline]
fn usual_field(line: &[u8]) -> Option<(Id, &[u8])> {
    let Some((&[a, b, c, b'[', hundreds, tens, ones, b':', b' ', b']', b'<'], text)) =
        line.split_first_chunk()
    else {
        return None;
    };
    if ![*b" in", *b"out"].contains(&[a, b, c]) || !ones.is_ascii_digit() {
        return None;
    }
    let digit = |digit: u8| digit.is_ascii_digit().then(|| u16::from(digit - b'0'));
    let above = match (hundreds, tens) {
        (b' ', b' ') => 0,
        (b' ', tens) => 10 * digit(tens)?,
        (hundreds, tens) => 100 * digit(hundreds)? + 10 * digit(tens)?,
    };
    let text = text.strip_suffix(b">")?.trim_ascii();
    Some((Id::Number(above + digit(ones)?), text))
}

/// `in[ 39: ]<00>`, `out[39:]<00>`, `msgno[  0]<210>`, behind anything.
fn field(line: &[u8]) -> Option<(Id, &[u8])> {
    let open = memchr::memchr_iter(b'[', line).find(|&open| {
        let before = line.get(..open).unwrap_or_default();
        // Asked first, since a line may be all brackets.
        matches!(before.last(), Some(b'n' | b't' | b'o'))
            && [&b"in"[..], b"out", b"msgno"].into_iter().any(|word| {
                before
                    .strip_suffix(word)
                    .is_some_and(|rest| !rest.last().is_some_and(u8::is_ascii_alphanumeric))
            })
    })?;
    let is_msgno = line.get(..open)?.ends_with(b"msgno");
    let behind = line.get(open + 1..)?;
    let close = memchr::memchr_iter(b']', behind).find(|close| behind.get(close + 1) == Some(&b'<'))?;
    let (id, text) = behind.split_at(close);
    let text = text.get(2..)?.trim_ascii_end().strip_suffix(b">")?.trim_ascii();
    let id = id.trim_ascii();
    let id = id.strip_suffix(b":").unwrap_or(id).trim_ascii();
    if is_msgno {
        return Some((Id::Mti, text));
    }
    let number = std::str::from_utf8(id).ok().filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()));
    Some((number.and_then(|id| id.parse().ok()).map_or(Id::Other, Id::Number), text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn usual_fields_are_fields(
            line in "[ iouxn]{2,4}\\[?[ 0-9]{2,4}:? ?\\]?<[0-9<>\\] ]{0,5}>?[ ]{0,2}",
            id in 0..300_u32,
            text in "[ 0-9<>\\]]{0,6}",
        ) {
            for line in [line, format!(" in[{id:>3}: ]<{text}>"), format!("out[{id:03}: ]<{text}> ")] {
                if let Some(found) = usual_field(line.as_bytes()) {
                    prop_assert_eq!(Some(found), field(line.as_bytes()), "{}", line);
                }
            }
        }
    }

    #[test]
    fn usual_fields_are_taken_as_such() {
        for line in [" in[ 39: ]<00>", "out[  2: ]<4111111111111111>", " in[128: ]<>", "out[257: ]< 200 >"] {
            let found = usual_field(line.as_bytes());
            assert!(found.is_some() && found == field(line.as_bytes()), "{line}");
        }
    }
}
