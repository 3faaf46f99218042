//! The XML of jPOS's Q2 loggers, which is never one document: the root stays open until the file is
//! rotated, threads write into each other's records, and stack traces stand in it rewritten.
//!
//! So nothing here builds a tree. A frame is what stands between one `<log ` and the next; within
//! it, one pass over the `<` finds the few tags that matter and steps over everything else.

mod events;
mod fields;
mod held;
mod log_record;
mod marks;
mod message;
mod surroundings;
mod tag;
mod text;
mod walk;
#[cfg(test)]
mod walk_tests;

use memchr::memmem;

use crate::block::Block;
use crate::block_reader::line_ends;
use crate::delimited::without_bom;
use crate::record::RecordSink;
use crate::time::{TimeReader, TimeRules};
pub(crate) use events::read_events;
use log_record::LogRecord;
pub(crate) use marks::Marks;

/// How every record begins.
pub(crate) const RECORD_START: &[u8] = b"<log ";

/// Reads all records of a block.
pub(crate) fn read_records(
    rules: &TimeRules,
    block: &Block,
    marks: &mut Marks,
    rewritten: &mut Vec<u8>,
    sink: &mut impl RecordSink,
) {
    let mut times = TimeReader::new(rules);
    if sink.takes_fields() {
        read_frames(&mut times, block, rewritten, sink);
    } else {
        walk::read_records(&mut times, block, marks, rewritten, sink);
    }
}

/// The same frame by frame and tag by tag, with every field where the sink takes them.
fn read_frames(
    times: &mut TimeReader<'_>,
    block: &Block,
    rewritten: &mut Vec<u8>,
    sink: &mut impl RecordSink,
) {
    let starts = memmem::Finder::new(RECORD_START);
    let mut position = block.position();
    let mut rest = block.bytes();
    let mut record = LogRecord::new(sink.takes_fields());
    while !rest.is_empty() {
        let next = rest.get(1..).and_then(|behind| starts.find(behind)).map_or(rest.len(), |at| at + 1);
        let (frame, behind) = rest.split_at(next);
        if frame.starts_with(RECORD_START) {
            record.read(frame, position, rewritten);
            record.tell(times, rewritten, sink);
        } else if !is_prologue(frame) {
            sink.non_message(position);
        }
        position.offset += frame.len() as u64;
        position.line += line_ends(frame);
        rest = behind;
    }
}

/// Whether this is only what every file begins with: the XML declaration and the logger's tag.
fn is_prologue(prose: &[u8]) -> bool {
    let mut rest = without_bom(prose);
    loop {
        rest = rest.trim_ascii_start();
        let end: &[u8] = match rest {
            [] => return true,
            [b'<', b'?', ..] => b"?>",
            _ if rest.starts_with(b"<!--") => b"-->",
            _ if rest.starts_with(b"<logger") || rest.starts_with(b"</logger") => b">",
            _ => return false,
        };
        let Some(at) = memmem::find(rest, end) else { return false };
        rest = rest.get(at + end.len()..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_logger_s_own_tags_are_a_prologue() {
        for prose in [
            "",
            " \r\n",
            "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<logger class=\"x\">\n",
            "</logger>\n<!-- rotated -->\n<logger>",
        ] {
            assert!(is_prologue(prose.as_bytes()), "{prose}");
        }
        for prose in ["x", "<?xml", "<logger", "<logger> text", "<login>"] {
            assert!(!is_prologue(prose.as_bytes()), "{prose}");
        }
    }
}
