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

use memchr::memmem;

use crate::block::Block;
use crate::column::Column;
use crate::gathered::{Gathered, WithoutMti};
use crate::line_start::{LineStart, frames, lines};
use crate::record::{RecordSink, RejectReason};
use crate::time::{DateOrder, TimeReader, TimeRules};
use crate::value::Value;
use crate::widths::{from_hex_of_characters, with_lost_zeros};

/// Elements beyond 128 that hold the MTI, besides DE1, which is the bitmap elsewhere.
const MTI_IDS: [u16; 2] = [1, 257];

/// Whether a line is the head of a block: `…[ process:number]*** INBOUND MESSAGE ID[`.
pub(crate) fn is_start(line: &[u8]) -> bool {
    let is_head = |words: &[u8]| {
        let before = memmem::find(line, words).and_then(|at| line.get(..at));
        before.is_some_and(|before| before.trim_ascii_end().ends_with(b"*"))
    };
    line.first().is_some_and(u8::is_ascii_digit)
        && (is_head(b"INBOUND MESSAGE ID[") || is_head(b"OUTBOUND MESSAGE ID["))
}

/// Reads all blocks of messages in a block of bytes.
pub(crate) fn read_messages(
    rules: &TimeRules,
    block: &Block,
    rewritten: &mut Vec<u8>,
    sink: &mut impl RecordSink,
) {
    let mut times = TimeReader::new(rules);
    let mut reader = BlockReader { message: Gathered::default(), has_mti: false, last: None };
    for (position, frame, has_head) in frames(block, &LineStart::Ist) {
        rewritten.clear();
        reader.read(frame, rewritten);
        let message = &mut reader.message;
        if message.is_empty() {
            if !frame.trim_ascii().is_empty() {
                sink.non_message(position);
            }
        } else if !has_head {
            message.reject(position, RejectReason::BrokenOff, rewritten, sink);
        } else {
            read_head(frame, message);
            let at = times.read_at_start(frame, DateOrder::YearFirst);
            message.tell(position, at, WithoutMti::Reject, (&mut times, rewritten), sink);
        }
    }
}

/// The direction and the link, which is the process without its direction and number.
fn read_head<'b>(frame: &'b [u8], message: &mut Gathered<'b>) {
    let Some((_, head)) = lines(frame).next() else { return };
    let direction = if memmem::find(head, b"INBOUND").is_some() { &b"in"[..] } else { b"out" };
    message.column(Column::Direction, Value::AsLogged(direction));
    let process = memchr::memchr(b'[', head).and_then(|open| head.get(open + 1..));
    let process =
        process.and_then(|behind| behind.get(..behind.iter().position(|byte| b":]".contains(byte))?));
    let process = process.unwrap_or_default().trim_ascii();
    let link = process.strip_prefix(b"From").or_else(|| process.strip_prefix(b"To")).unwrap_or(process);
    message.column(Column::Link, Value::AsLogged(link));
}

struct BlockReader<'b> {
    message: Gathered<'b>,
    has_mti: bool,
    /// The element of the line before, and its text.
    last: Option<(u8, &'b [u8])>,
}

impl<'b> BlockReader<'b> {
    fn read(&mut self, frame: &'b [u8], rewritten: &mut Vec<u8>) {
        self.message.clear();
        (self.has_mti, self.last) = (false, None);
        for (_, line) in lines(frame) {
            let Some((id, text)) = field(line) else { continue };
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
    }

    /// The first one is the message's; a second one is of its next form.
    fn mti(&mut self, text: &'b [u8], rewritten: &mut Vec<u8>) {
        self.last = None;
        if !std::mem::replace(&mut self.has_mti, true) {
            self.message.element(0, value(0, text, rewritten));
        }
    }

    fn element(&mut self, element: u8, text: &'b [u8], rewritten: &mut Vec<u8>) {
        let before = self.last.filter(|(last, _)| *last == element).map(|(_, text)| text);
        self.last = Some((element, text));
        let Some(before) = before else {
            self.message.element(element, value(element, text, rewritten));
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
enum Id {
    Mti,
    Number(u16),
    Other,
}

/// `in[ 39: ]<00>`, `out[39:]<00>`, `msgno[  0]<210>`, behind anything.
fn field(line: &[u8]) -> Option<(Id, &[u8])> {
    let open = memchr::memchr_iter(b'[', line).find(|&open| {
        let before = line.get(..open).unwrap_or_default();
        [&b"in"[..], b"out", b"msgno"].into_iter().any(|word| {
            before.strip_suffix(word).is_some_and(|rest| !rest.last().is_some_and(u8::is_ascii_alphanumeric))
        })
    })?;
    let is_msgno = line.get(..open)?.ends_with(b"msgno");
    let behind = line.get(open + 1..)?;
    let (id, text) = behind.split_at(memmem::find(behind, b"]<")?);
    let text = text.get(2..)?.trim_ascii_end().strip_suffix(b">")?.trim_ascii();
    let id = id.trim_ascii();
    let id = id.strip_suffix(b":").unwrap_or(id).trim_ascii();
    if is_msgno {
        return Some((Id::Mti, text));
    }
    let number = std::str::from_utf8(id).ok().filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()));
    Some((number.and_then(|id| id.parse().ok()).map_or(Id::Other, Id::Number), text))
}
