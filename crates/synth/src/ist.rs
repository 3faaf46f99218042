//! Messages as blocks of an IST/Switch debug log, with what is awkward about them: numbers lose their left
//! zeros, DE7 takes two lines, amounts (and references that go out) are the hexadecimal digits of their
//! characters, the MTI of an incoming message stands behind its elements once more, and card numbers are
//! printed as `out` whichever way the message goes.

use crate::elements::{bitmap, elements, without_left_zeros};
use crate::message::Message;
use std::io::{self, Write};

/// Appends one block. What goes out has an id, made of the message's number in the log.
pub(crate) fn write(out: &mut Vec<u8>, message: &Message<'_>, number: u64) -> io::Result<()> {
    let at = message.at.written("%y.%m.%d %H:%M:%S", ".%3f");
    let elements = elements(message);
    let mti = without_left_zeros(message.mti);
    let bitmap = bitmap(&elements);
    // The process is named after what it talks to.
    let link = if message.link.name.is_empty() { "Iso" } else { &message.link.name };
    let stars = "**************";
    if message.is_outgoing {
        writeln!(out, "{at} [   To{link}:19923252]{stars} OUTBOUND MESSAGE ID[AAE{number:013X}] {stars}*")?;
        writeln!(out, "msgno[  0]<{mti}>\nBitmap: [{bitmap}]")?;
    } else {
        writeln!(out, "{at} [ From{link}:19923250]{stars} INBOUND MESSAGE ID[] {stars}*")?;
        writeln!(out, " in[257: ]<{mti}>")?;
    }
    for (element, value) in &elements[1..] {
        let side = if message.is_outgoing || *element == 2 { "out" } else { " in" };
        let line = |out: &mut Vec<u8>, value: &str| writeln!(out, "{side}[{element:3}: ]<{value}>");
        match element {
            7 => {
                line(out, without_left_zeros(&value[..4]))?;
                line(out, without_left_zeros(&value[4..]))?;
            }
            4 => line(out, &hex(value))?,
            37 if message.is_outgoing => line(out, &hex(value))?,
            3 | 11 | 12 | 13 | 22 | 49 | 70 => line(out, without_left_zeros(value))?,
            _ => line(out, value)?,
        }
    }
    if !message.is_outgoing {
        writeln!(out, "msgno[  0]<{mti}>\nBitmap: [{bitmap}]")?;
    }
    Ok(())
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02X}")).collect()
}
