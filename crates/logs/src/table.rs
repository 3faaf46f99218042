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

use std::sync::LazyLock;

use memchr::memmem;

use crate::block::Block;
use crate::column::Column;
use crate::delimited::without_bom;
use crate::gathered::{Gathered, WithoutMti};
use crate::line_start::{Frame, Frames, LineStart, lines};
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
    let message = Gathered::with_contradictions(sink.takes_fields());
    let mut reader = RowReader { message, assembled: Default::default() };
    rewritten.clear();
    let mut frames = Frames::of(block, LineStart::Table);
    while let Some(Frame { position, bytes, begins }) =
        frames.next_frame(rewritten, |line, rewritten| reader.line(line, rewritten))
    {
        reader.close_parts(rewritten);
        let message = &mut reader.message;
        if message.is_empty() {
            if !bytes.trim_ascii().is_empty() {
                sink.non_message(position);
            }
        } else if !begins {
            // The log begins in the middle of a message.
            message.reject(position, RejectReason::BrokenOff, rewritten, sink);
        } else if let Some(element) = message.contradiction() {
            message.reject(position, RejectReason::FieldTwice(element), rewritten, sink);
        } else {
            read_first_line(bytes, message, rewritten);
            let line_time = |times: &mut TimeReader<'_>| times.read_at_start(bytes, DateOrder::DayFirst);
            let buffers = (&mut times, &rewritten[..]);
            message.tell(position, (false, line_time), WithoutMti::Reject, buffers, sink);
        }
        rewritten.clear();
        message.clear();
    }
}

/// The words of a first line, and what they say of the direction.
static DIRECTIONS: LazyLock<[(memmem::Finder<'static>, &'static [u8]); 4]> = LazyLock::new(|| {
    [("Request IN", &b"in"[..]), ("Response IN", b"in"), ("Request OUT", b"out"), ("Response OUT", b"out")]
        .map(|(words, direction)| (memmem::Finder::new(words), direction))
});

static ID: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("[id:"));

/// What the line above the rows says of their message.
fn read_first_line<'b>(frame: &'b [u8], message: &mut Gathered<'b>, rewritten: &[u8]) {
    let Some((_, line)) = lines(frame).next() else { return };
    let id = ID.find(line).and_then(|at| line.get(at + ID.needle().len()..));
    if let Some(id) = id.and_then(|behind| behind.get(..memchr::memchr(b']', behind)?)) {
        message.column(Column::TraceId, Value::AsLogged(id.trim_ascii()), rewritten);
    }
    if let Some((_, direction)) = DIRECTIONS.iter().find(|(words, _)| words.find(line).is_some()) {
        message.column(Column::Direction, Value::AsLogged(direction), rewritten);
    }
    message.finish(rewritten);
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
    let number = |digits: &[u8]| {
        digits.iter().fold(0_u16, |number, digit| (10 * number + u16::from(digit - b'0')).min(1000))
    };
    let element = u8::try_from(number(id.get(..digits)?)).ok().filter(|_| digits > 0)?;
    let part = match id.get(digits..)? {
        [] => None,
        [b'.', part @ ..] if part.iter().all(u8::is_ascii_alphanumeric) && !part.is_empty() => Some(part),
        _ => return None,
    };
    let is_name = name.len() <= 32 && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    (is_name && element <= 128).then_some(Row { name, element, part, value })
}

struct RowReader<'b> {
    message: Gathered<'b>,
    /// Characters of elements in parts, in the order of the rows.
    assembled: [Vec<u8>; IN_PARTS.len()],
}

impl<'b> RowReader<'b> {
    fn line(&mut self, line: &'b [u8], rewritten: &mut Vec<u8>) {
        let Some(Row { name, element, part, value }) = row(without_bom(line)) else { return };
        let Some((text, is_quoted)) = shown(value) else { return };
        let message = &mut self.message;
        if message.is_empty() && !name.is_empty() {
            message.column(Column::Link, Value::AsLogged(name), rewritten);
        }
        match part {
            None if is_quoted => message.element(element, Value::AsLogged(text), rewritten),
            None => {
                let value = with_lost_zeros(element, text, rewritten);
                message.element(element, value, rewritten);
            }
            Some(part) => {
                let place = IN_PARTS.iter().position(|(whole, _)| *whole == element);
                if let (Some(characters), true) =
                    (place.and_then(|at| self.assembled.get_mut(at)), is_number(part))
                {
                    characters.extend_from_slice(text);
                }
                message.part(element, part, Value::AsLogged(text), rewritten);
            }
        }
    }

    /// Makes elements of their parts; nothing stands behind them.
    fn close_parts(&mut self, rewritten: &mut Vec<u8>) {
        for ((_, element), characters) in IN_PARTS.into_iter().zip(&mut self.assembled) {
            if !characters.is_empty() {
                let value = Value::rewritten(rewritten, |out| out.extend_from_slice(characters));
                self.message.element(element, value, rewritten);
                characters.clear();
            }
        }
        self.message.finish(rewritten);
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
