//! Rows of a name, an element and a value under a line with the time, as switches of the OmniPay family
//! log them:
//!
//! ```text
//! 07-10-25 00:00:04.135 [t] INFO  OMNIPAY [ch: /10.0.0.1:5 => /10.0.0.2:6] [id: 0002106485] - Request IN -- …
//! OMNIPAY | 1.1        | "0"
//! OMNIPAY | 39         | "00"
//! OMNIPAY | 4          | 2250
//! ```
//!
//! The date has the day first. The MTI is in four parts of element 1, and other elements may be in parts,
//! too. Numbers without quotes have lost their leading zeros; `<CARDHOLDER DATA>` stands for what the
//! switch does not show, and is as good as absent; `0x` goes before binary values. The answer to a
//! terminal lacks DE41: the `id` joins all four legs of a transaction.

use memchr::memmem;

use crate::block::Block;
use crate::column::Column;
use crate::delimited::without_bom;
use crate::gathered::{Gathered, WithoutMti};
use crate::line_start::{LineStart, frames, lines};
use crate::record::{RecordSink, RejectReason};
use crate::time::{DateOrder, TimeReader, TimeRules};
use crate::value::Value;
use crate::widths::with_lost_zeros;

/// Elements whose parts are their characters, and the element that they make up.
const IN_PARTS: [(u8, u8); 3] = [(1, 0), (3, 3), (22, 22)];

/// Whether a line begins with a date and a time of day: every line of the log does but the rows.
pub(crate) fn is_start(line: &[u8]) -> bool {
    let shape = b"00-00-00 00:00:00";
    line.get(..shape.len()).is_some_and(|line| {
        line.iter().zip(shape).all(|(byte, shape)| match shape {
            b'0' => byte.is_ascii_digit(),
            _ => byte == shape,
        })
    })
}

/// Reads all records of a block.
pub(crate) fn read_tables(
    rules: &TimeRules,
    block: &Block,
    rewritten: &mut Vec<u8>,
    sink: &mut impl RecordSink,
) {
    let mut times = TimeReader::new(rules);
    let mut message = Gathered::default();
    for (position, frame, has_first_line) in frames(block, &LineStart::Table) {
        rewritten.clear();
        message.clear();
        read_rows(frame, &mut message, rewritten);
        if message.is_empty() {
            if !frame.trim_ascii().is_empty() {
                sink.non_message(position);
            }
        } else if !has_first_line {
            // The log begins in the middle of a message.
            message.reject(position, RejectReason::BrokenOff, rewritten, sink);
        } else if let Some(element) = message.contradiction(rewritten) {
            message.reject(position, RejectReason::FieldTwice(element), rewritten, sink);
        } else {
            read_first_line(frame, &mut message);
            let at = times.read_at_start(frame, DateOrder::DayFirst);
            message.tell(position, at, WithoutMti::Reject, (&mut times, rewritten), sink);
        }
    }
}

/// What the line above the rows says of their message.
fn read_first_line<'b>(frame: &'b [u8], message: &mut Gathered<'b>) {
    let Some((_, line)) = lines(frame).next() else { return };
    let between = |from: &[u8], to: u8| {
        let behind = line.get(memmem::find(line, from)? + from.len()..)?;
        behind.get(..memchr::memchr(to, behind)?)
    };
    if let Some(id) = between(b"[id:", b']') {
        message.column(Column::TraceId, Value::AsLogged(id.trim_ascii()));
    }
    for (words, direction) in [
        (&b"Request IN"[..], &b"in"[..]),
        (b"Response IN", b"in"),
        (b"Request OUT", b"out"),
        (b"Response OUT", b"out"),
    ] {
        if memmem::find(line, words).is_some() {
            message.column(Column::Direction, Value::AsLogged(direction));
            break;
        }
    }
}

/// A row: its name, element, part of it if any, and value.
struct Row<'b> {
    name: &'b [u8],
    element: u8,
    part: Option<&'b [u8]>,
    value: &'b [u8],
}

fn row(line: &[u8]) -> Option<Row<'_>> {
    let (name, behind) = line.split_at(memchr::memchr(b'|', line)?);
    let behind = behind.get(1..)?;
    let (id, value) = behind.split_at(memchr::memchr(b'|', behind)?);
    let (name, id, value) = (name.trim_ascii(), id.trim_ascii(), value.get(1..)?.trim_ascii());
    let digits = id.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let element: u8 = std::str::from_utf8(id.get(..digits)?).ok()?.parse().ok()?;
    let part = match id.get(digits..)? {
        [] => None,
        [b'.', part @ ..] if part.iter().all(u8::is_ascii_alphanumeric) && !part.is_empty() => Some(part),
        _ => return None,
    };
    let is_name = name.len() <= 32 && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    (is_name && element <= 128).then_some(Row { name, element, part, value })
}

fn read_rows<'b>(frame: &'b [u8], message: &mut Gathered<'b>, rewritten: &mut Vec<u8>) {
    // Characters of elements in parts, in the order of the rows.
    let mut assembled: [Vec<u8>; IN_PARTS.len()] = Default::default();
    let rows = lines(frame).filter_map(|(_, line)| row(without_bom(line)));
    for Row { name, element, part, value } in rows {
        let Some((text, is_quoted)) = shown(value) else { continue };
        if message.is_empty() && !name.is_empty() {
            message.column(Column::Link, Value::AsLogged(name));
        }
        match part {
            None if is_quoted => message.element(element, Value::AsLogged(text)),
            None => message.element(element, with_lost_zeros(element, text, rewritten)),
            Some(part) => {
                let place = IN_PARTS.iter().position(|(whole, _)| *whole == element);
                if let (Some(characters), true) =
                    (place.and_then(|at| assembled.get_mut(at)), is_number(part))
                {
                    characters.extend_from_slice(text);
                }
                message.part(element, part, Value::AsLogged(text));
            }
        }
    }
    for ((_, element), characters) in IN_PARTS.into_iter().zip(assembled) {
        if !characters.is_empty() {
            let value = Value::rewritten(rewritten, |out| out.extend_from_slice(&characters));
            message.element(element, value);
        }
    }
}

fn is_number(part: &[u8]) -> bool {
    part.iter().all(u8::is_ascii_digit)
}

/// The value without its quotes or `0x`, and whether it had quotes; `None` for one that is not shown.
fn shown(value: &[u8]) -> Option<(&[u8], bool)> {
    match value {
        [] | [b'<', .., b'>'] => None,
        [b'"', text @ .., b'"'] => Some((text, true)),
        [b'0', b'x', digits @ ..] => Some((digits, true)),
        _ => Some((value, false)),
    }
}
