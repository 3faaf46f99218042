//! Messages in hexadecimal digits: one a line behind any prefix, or dumps of several lines.
//!
//! What stands around the digits is prose, of which two things are understood: a time at the start of the
//! line, and words that tell the direction. Terminals, links and ids in it are not looked for; the message
//! has its own. A line whose bytes do not begin like a message is none, so that keys, digests and ids in
//! hexadecimal digits are not taken for broken ones.

mod dump;
mod prefix;
mod prose;
mod run;

use std::ops::Range;
use std::sync::Arc;

use posmortem_iso8583::wire::FrameEnd;

use crate::block::Block;
use crate::delimited::without_bom;
use crate::line_start::{LineStart, frames, lines};
use crate::record::{Position, RecordSink};
use crate::time::{DateOrder, TimeReader, TimeRules, begins_with_time};
use crate::wire_message::{WireBuffers, WireFormat};
use dump::{Offset, dump_line};
use prefix::Tails;
use run::{hex_run, run_behind};

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
    /// A message, and room for what is read ahead.
    whole: Vec<u8>,
    tails: Tails,
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
        if read_usual(layout, text, position, buffers, times, sink) {
            continue;
        }
        buffers.bytes.clear();
        let prefix = hex_run(text, &mut buffers.bytes).and_then(|start| text.get(..start));
        match prefix {
            Some(prefix) if tell(layout, prefix, position, buffers, times, sink) => {}
            _ if text.trim_ascii().is_empty() => {}
            _ => sink.non_message(position),
        }
    }
}

/// Reads a line that has a known tail between its time and its digits. `false`, and nothing told, where it has not,
/// or no message.
#[inline(always)]
fn read_usual(
    layout: &HexLines,
    text: &[u8],
    position: Position,
    buffers: &mut HexBuffers,
    times: &mut TimeReader<'_>,
    sink: &mut impl RecordSink,
) -> bool {
    let HexBuffers { wire, whole, tails, .. } = buffers;
    let Some((at, behind)) = times.read_front(text, DateOrder::default()) else { return false };
    let Some((tail, direction)) = tails.at_front_of(behind) else { return false };
    let Some(len) = run_behind(text, text.len() - behind.len() + tail, whole) else { return false };
    let Some(body) = whole.get(..len).and_then(|bytes| body(layout, bytes)) else { return false };
    let told = direction.told(behind, Some(at), position);
    let bytes = whole.get(body.start..).unwrap_or_default();
    wire.tell(&layout.wire, bytes, body.len(), told, times, sink)
}

/// Tells of the message in the buffered bytes; `false` when they are none.
#[inline(never)]
fn tell(
    layout: &HexLines,
    prefix: &[u8],
    position: Position,
    buffers: &mut HexBuffers,
    times: &mut TimeReader<'_>,
    sink: &mut impl RecordSink,
) -> bool {
    let HexBuffers { wire, bytes, tails, .. } = buffers;
    let Some(body) = body(layout, bytes) else { return false };
    let front = times.read_front(prefix, DateOrder::default());
    // A time holds no word that tells the direction.
    let (at, tail) = front.map_or((None, prefix), |(at, tail)| (Some(at), tail));
    let direction = tails.learn(tail);
    let told = direction.told(tail, at, position);
    let bytes = bytes.get(body.start..).unwrap_or_default();
    wire.tell(&layout.wire, bytes, body.len(), told, times, sink)
}

/// Where a message lies in its bytes.
#[inline]
fn body(layout: &HexLines, bytes: &[u8]) -> Option<Range<usize>> {
    let framing = layout.wire.framing;
    match framing.next(bytes, usize::MAX) {
        FrameEnd::Whole(frame) => Some(frame.body),
        // A line that was cut holds less than its length says: what is there is read all the same.
        FrameEnd::NeedsMore => Some(framing.header_len()..bytes.len()).filter(|body| body.start <= body.end),
        FrameEnd::NotAFrame => None,
    }
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
