//! Messages in hexadecimal digits: one a line behind any prefix, or dumps of several lines.
//!
//! What stands around the digits is prose, of which two things are understood: a time at the start of the
//! line, and words that tell the direction. Terminals, links and ids in it are not looked for; the message
//! has its own. A line whose bytes do not begin like a message is none, so that keys, digests and ids in
//! hexadecimal digits are not taken for broken ones.

mod dump;
mod prose;
mod run;

use std::sync::Arc;

use posmortem_iso8583::wire::FrameEnd;

use crate::block::Block;
use crate::delimited::without_bom;
use crate::line_start::{LineStart, frames, lines};
use crate::record::{Position, RecordSink};
use crate::time::{DateOrder, TimeReader, TimeRules, begins_with_time};
use crate::wire_message::{Told, WireBuffers, WireFormat};
use dump::{Offset, dump_line};
use run::hex_run;

/// How the messages of an input stand in its lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HexStyle {
    /// A message a line.
    Whole,
    /// Dumps behind a line of text that tells the time.
    TimedDumps,
    /// Dumps behind a line of text.
    TitledDumps,
    /// Dumps whose lines say where they stand, and may have a prefix each.
    BareDumps,
}

impl HexStyle {
    /// The lines at which a record begins, for dumps.
    pub(crate) fn begins_record(self, line: &[u8]) -> bool {
        let is_blank = line.trim_ascii().is_empty();
        match (self, dump_line(line, &mut Vec::new())) {
            (Self::Whole, _) => true,
            (Self::BareDumps, offset) => offset.is_some_and(Offset::is_start),
            (Self::TimedDumps, None) => begins_with_time(line),
            (Self::TitledDumps, None) => !is_blank,
            (_, Some(_)) => false,
        }
    }
}

/// How to read an input of hex lines.
#[derive(Clone, Debug)]
pub struct HexLines {
    pub(crate) style: HexStyle,
    pub(crate) wire: WireFormat,
    pub(crate) times: Arc<TimeRules>,
}

/// What reading hex lines needs, used again for every block.
#[derive(Default)]
pub(crate) struct HexBuffers {
    wire: WireBuffers,
    bytes: Vec<u8>,
    line: Vec<u8>,
}

/// Reads all messages of a block.
pub(crate) fn read_hex_lines(
    layout: &HexLines,
    block: &Block,
    buffers: &mut HexBuffers,
    sink: &mut impl RecordSink,
) {
    let mut times = TimeReader::new(&layout.times);
    if layout.style == HexStyle::Whole {
        return read_lines(layout, block, buffers, &mut times, sink);
    }
    for (position, frame, _) in frames(block, &LineStart::HexDump(layout.style)) {
        let told = read_dumps(layout, frame, position, buffers, &mut times, sink);
        if told == 0 && !frame.trim_ascii().is_empty() {
            sink.non_message(position);
        }
    }
}

/// Tells of the dumps of one frame; how many messages there were.
fn read_dumps(
    layout: &HexLines,
    frame: &[u8],
    start: Position,
    buffers: &mut HexBuffers,
    times: &mut TimeReader<'_>,
    sink: &mut impl RecordSink,
) -> usize {
    let title = without_bom(frame.split(|byte| *byte == b'\n').next().unwrap_or_default());
    let mut told = 0;
    let mut open: Option<Position> = None;
    buffers.bytes.clear();
    for ((at, line), number) in lines(frame).zip(0..) {
        buffers.line.clear();
        let offset = dump_line(without_bom(line), &mut buffers.line);
        let goes_on = open.is_some() && offset.is_some_and(|offset| offset.continues(buffers.bytes.len()));
        let is_start = |offset: Offset| offset.is_start() || offset == Offset::Untold;
        match offset {
            Some(offset) if goes_on && !offset.is_start() => buffers.bytes.extend_from_slice(&buffers.line),
            None if line.trim_ascii().is_empty() => {}
            _ => {
                if let Some(position) = open.take() {
                    told += usize::from(tell(layout, title, position, buffers, times, sink));
                }
                buffers.bytes.clear();
                // A dump whose start is not there is no message.
                if offset.is_some_and(is_start) {
                    buffers.bytes.extend_from_slice(&buffers.line);
                    open = Some(Position { offset: start.offset + at as u64, line: start.line + number });
                }
            }
        }
    }
    if let Some(position) = open {
        told += usize::from(tell(layout, title, position, buffers, times, sink));
    }
    told
}

fn read_lines(
    layout: &HexLines,
    block: &Block,
    buffers: &mut HexBuffers,
    times: &mut TimeReader<'_>,
    sink: &mut impl RecordSink,
) {
    let start = block.position();
    for ((offset, line), number) in lines(block.bytes()).zip(0..) {
        let position = Position { offset: start.offset + offset as u64, line: start.line + number };
        let text = without_bom(line);
        buffers.bytes.clear();
        let prefix = hex_run(text, &mut buffers.bytes).and_then(|start| text.get(..start));
        match prefix {
            Some(prefix) if tell(layout, prefix, position, buffers, times, sink) => {}
            _ if text.trim_ascii().is_empty() => {}
            _ => sink.non_message(position),
        }
    }
}

/// Tells of the message in the buffered bytes; `false` when they are none.
fn tell(
    layout: &HexLines,
    prefix: &[u8],
    position: Position,
    buffers: &mut HexBuffers,
    times: &mut TimeReader<'_>,
    sink: &mut impl RecordSink,
) -> bool {
    let HexBuffers { wire, bytes, .. } = buffers;
    let framing = layout.wire.framing;
    let body = match framing.next(bytes, usize::MAX) {
        FrameEnd::Whole(frame) => bytes.get(frame.body),
        // A line that was cut holds less than its length says: what is there is read all the same.
        FrameEnd::NeedsMore => bytes.get(framing.header_len()..),
        FrameEnd::NotAFrame => None,
    };
    let Some(body) = body else { return false };
    let at = times.read_at_start(prefix, DateOrder::default());
    let told = Told { position, at, direction: direction(prefix) };
    wire.tell(&layout.wire, body, told, times, sink)
}

/// Words that tell in which direction a message went. `INFO` is none of them.
const DIRECTIONS: [u64; 12] = [
    small_word(b"in"),
    small_word(b"incoming"),
    small_word(b"inbound"),
    small_word(b"recv"),
    small_word(b"received"),
    small_word(b"receive"),
    small_word(b"rx"),
    small_word(b"out"),
    small_word(b"outgoing"),
    small_word(b"send"),
    small_word(b"sent"),
    small_word(b"tx"),
];

/// At most eight letters as a number, whatever their case; 0 for more of them.
const fn small_word(letters: &[u8]) -> u64 {
    let (mut word, mut at) = (0, 0);
    while at < letters.len() && letters.len() <= 8 {
        word = word << 8 | letters[at].to_ascii_lowercase() as u64;
        at += 1;
    }
    word
}

/// The first word of a prefix that tells the direction; empty where none does.
fn direction(prefix: &[u8]) -> &[u8] {
    // Most of a prefix is digits: no word is looked for between them.
    let mut rest = prefix;
    while let Some(start) = rest.iter().position(u8::is_ascii_alphabetic) {
        let from = rest.get(start..).unwrap_or_default();
        let len = from.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(from.len());
        let (word, behind) = from.split_at(len);
        if DIRECTIONS.contains(&small_word(word)) {
            return word;
        }
        rest = behind;
    }
    b""
}

/// The ways in which messages may stand in the lines of a sample, by what is in them.
pub(crate) fn hex_styles(sample: &[u8]) -> Vec<HexStyle> {
    let (mut has_runs, mut bytes) = (false, Vec::new());
    // Text since the last dump, and whether a line of it tells the time.
    let (mut has_title, mut is_timed) = (false, false);
    let mut dumps = [(HexStyle::TimedDumps, 0), (HexStyle::TitledDumps, 0), (HexStyle::BareDumps, 0)];
    let mut previous_is_dump = false;
    for (_, line) in lines(without_bom(sample)).filter(|(_, line)| !line.trim_ascii().is_empty()) {
        bytes.clear();
        has_runs = has_runs || hex_run(line, &mut bytes).is_some();
        let Some(offset) = dump_line(line, &mut bytes) else {
            (has_title, is_timed) = (true, begins_with_time(line) || (is_timed && !previous_is_dump));
            previous_is_dump = false;
            continue;
        };
        if offset.is_start() || (offset == Offset::Untold && !previous_is_dump) {
            let [timed, titled, bare] = &mut dumps;
            let style = match (has_title, is_timed) {
                (true, true) => timed,
                (true, false) => titled,
                (false, _) => bare,
            };
            style.1 += 1;
            (has_title, is_timed) = (false, false);
        }
        previous_is_dump = true;
    }
    // The commonest; of equals the one that tells most.
    let commonest = dumps.into_iter().rev().max_by_key(|(_, count)| *count).filter(|(_, count)| *count > 0);
    has_runs.then_some(HexStyle::Whole).into_iter().chain(commonest.map(|(style, _)| style)).collect()
}

/// The first frames of messages in a sample, at most `most`.
pub(crate) fn hex_messages(sample: &[u8], style: HexStyle, most: usize) -> Vec<Vec<u8>> {
    let mut messages = Vec::new();
    let mut bytes = Vec::new();
    let mut line_bytes = Vec::new();
    for (_, line) in lines(without_bom(sample)) {
        if messages.len() >= most {
            break;
        }
        if style == HexStyle::Whole {
            bytes.clear();
            if hex_run(line, &mut bytes).is_some() {
                messages.push(std::mem::take(&mut bytes));
            }
            continue;
        }
        line_bytes.clear();
        match dump_line(line, &mut line_bytes) {
            Some(offset) if !offset.is_start() && offset.continues(bytes.len()) => {
                bytes.extend_from_slice(&line_bytes);
            }
            None if line.trim_ascii().is_empty() => {}
            _ => {
                if !bytes.is_empty() {
                    messages.push(std::mem::take(&mut bytes));
                }
                bytes.extend_from_slice(&line_bytes);
            }
        }
    }
    if !bytes.is_empty() && messages.len() < most {
        messages.push(bytes);
    }
    messages
}
