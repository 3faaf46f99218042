//! Messages as blocks of rows, `NAME | element | value`, behind a line that tells time, way and channel. The
//! MTI and the processing code are split into their parts, amounts and STANs lose their left zeros and come without
//! quotes.

use crate::elements::{elements, without_left_zeros};
use crate::message::Message;
use std::io::{self, Write};

/// What rows begin with where the day names no link.
const NAME: &str = "OMNIPAY";

/// Appends one block. Its id is the message's number in the log: no other leg has the same.
pub(crate) fn write(out: &mut Vec<u8>, message: &Message<'_>, number: u64) -> io::Result<()> {
    let at = message.at.civil().strftime("%d-%m-%y %H:%M:%S.%3f").to_string();
    let name = if message.link.name.is_empty() { NAME } else { &message.link.name };
    let what = if message.is_answer { "Response" } else { "Request" };
    let way = if message.is_outgoing { "OUT" } else { "IN" };
    writeln!(
        out,
        "{at} [pool-2-thread-1] INFO  {name} [ch: /10.1.0.9:51730 => /10.1.0.2:7001] [id: {number:010}] - {what} {way} -- {number:010}"
    )?;
    for (element, value) in elements(message) {
        match element {
            0 => parts(out, (name, 1), &value, 1)?,
            3 => parts(out, (name, 3), &value, 2)?,
            4 | 11 => writeln!(out, "{name} | {element} | {}", without_left_zeros(&value))?,
            _ => writeln!(out, "{name} | {element} | \"{value}\"")?,
        }
    }
    Ok(())
}

fn parts(out: &mut Vec<u8>, (name, element): (&str, u8), value: &str, width: usize) -> io::Result<()> {
    for at in 0..value.len() / width {
        writeln!(out, "{name} | {element}.{} | \"{}\"", at + 1, &value[at * width..(at + 1) * width])?;
    }
    Ok(())
}
