//! The text around messages in hexadecimal digits, which no field tells.

use super::dump::dump_line;
use super::run::around_hex_run;
use super::{HexLines, HexStyle};
use crate::block::Block;
use crate::delimited::{without_bom, without_line_end};

impl HexLines {
    /// Tells `visit` of the text around the messages of a block, piece by piece: lines that hold none, and of
    /// those that do what stands before and behind the digits; `is_message` answers that for the offset of a
    /// line. Lines of dumps are left out, with the text column beside their digits.
    pub fn prose(&self, block: &Block, is_message: impl Fn(u64) -> bool, mut visit: impl FnMut(&[u8])) {
        let (mut offset, mut dumped) = (block.position().offset, Vec::new());
        for line in block.bytes().split_inclusive(|byte| *byte == b'\n') {
            let text = without_bom(without_line_end(line));
            match self.style {
                HexStyle::Whole if is_message(offset) => {
                    around_hex_run(text).into_iter().for_each(&mut visit);
                }
                HexStyle::Whole => visit(text),
                _ if dump_line(text, &mut dumped).is_none() => visit(text),
                _ => dumped.clear(),
            }
            offset += line.len() as u64;
        }
    }
}
