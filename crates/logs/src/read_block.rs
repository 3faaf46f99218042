//! From a block to what its frames say.

use crate::block::Block;
use crate::delimited::{Buffers, read_rows};
use crate::format::Format;
use crate::frames::read_frames;
use crate::hexlines::{HexBuffers, read_hex_lines};
use crate::ist::read_messages;
use crate::jpos::{Marks, read_events, read_records};
use crate::keyvalue::read_pairs;
use crate::labelled::read_listings;
use crate::ndjson::read_objects;
use crate::record::RecordSink;
use crate::table::read_tables;
use crate::wire_message::WireBuffers;

/// Buffers that reading a block needs; one for each worker, used again for every block.
#[derive(Default)]
pub struct Scratch {
    rows: Buffers,
    rewritten: Vec<u8>,
    marks: Marks,
    hex: HexBuffers,
    wire: WireBuffers,
}

/// Reads the frames of a block and tells the sink of each.
///
/// The calls that a sink gets for all blocks of an input are the same, and in the same order,
/// whatever the size of the blocks.
pub fn read_block(format: &Format, block: &Block, scratch: &mut Scratch, sink: &mut impl RecordSink) {
    for &(position, reason) in block.skipped() {
        sink.rejected(position, reason);
    }
    match format {
        Format::Delimited(layout) => read_rows(layout, block, &mut scratch.rows, sink),
        Format::Jpos(rules) => {
            read_records(rules, block, &mut scratch.marks, &mut scratch.rewritten, sink);
        }
        Format::JposJsonl(rules) => read_events(rules, block, &mut scratch.rewritten, sink),
        Format::HexLines(layout) => read_hex_lines(layout, block, &mut scratch.hex, sink),
        Format::Frames(layout) => read_frames(layout, block, &mut scratch.wire, sink),
        Format::Ndjson(rules) => read_objects(rules, block, &mut scratch.rewritten, sink),
        Format::KeyValue(rules) => read_pairs(rules, block, &mut scratch.rewritten, sink),
        Format::Ist(rules) => read_messages(rules, block, &mut scratch.rewritten, sink),
        Format::Table(rules) => read_tables(rules, block, &mut scratch.rewritten, sink),
        Format::Labelled(labelled) => read_listings(labelled, block, &mut scratch.rewritten, sink),
    }
}
