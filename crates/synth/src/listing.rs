//! Messages as listings of named elements, as libraries print them.

use crate::elements::{bitmap, elements};
use crate::message::Message;
use std::io::{self, Write};

/// Names and types of the elements, of [`elements`] and no others.
const ELEMENTS: [(u8, &str, &str); 16] = [
    (0, "Message Type Indicator", ""),
    (2, "Primary account number (PAN)", "LLVAR(16)"),
    (3, "Processing code", "NUMERIC(6)"),
    (4, "Amount, transaction", "NUMERIC(12)"),
    (7, "Transmission date & time", "DATE10(10)"),
    (11, "System trace audit number", "NUMERIC(6)"),
    (12, "Time, local transaction (hhmmss)", "TIME(6)"),
    (13, "Date, local transaction (MMDD)", "DATE4(4)"),
    (22, "Point of service entry mode", "NUMERIC(3)"),
    (37, "Retrieval reference number", "ALPHA(12)"),
    (39, "Response code", "ALPHA(2)"),
    (41, "Card acceptor terminal identification", "ALPHA(8)"),
    (42, "Card acceptor identification code", "ALPHA(15)"),
    (49, "Currency code, transaction", "ALPHA(3)"),
    (70, "Network management information code", "NUMERIC(3)"),
    (90, "Original data elements", "NUMERIC(42)"),
];

fn named(element: u8) -> (&'static str, &'static str) {
    let row = ELEMENTS.iter().find(|(number, ..)| *number == element).expect("a name for each element");
    (row.1, row.2)
}

/// Appends what the Go library of moov prints of a message, behind a logger's time.
pub(crate) fn write_moov(out: &mut Vec<u8>, message: &Message<'_>) -> io::Result<()> {
    let elements = elements(message);
    let bits = bitmap(&elements);
    let at = message.at.written("%Y/%m/%d %H:%M:%S", ".%6f");
    writeln!(
        out,
        "{at} ISO 8583 Message:\nMTI..........: {}\nBitmap HEX...: {}",
        message.mti,
        bits.to_uppercase()
    )?;
    writeln!(out, "Bitmap bits..:")?;
    let octets = (0..bits.len()).step_by(2).map(|at| u8::from_str_radix(&bits[at..at + 2], 16));
    for (at, octet) in octets.enumerate() {
        let range = format!("[{}-{}]", 8 * at + 1, 8 * at + 8);
        let octet = octet.expect("hexadecimal digits");
        write!(out, "{range:>9}{octet:08b}{}", if at % 4 == 3 { "\n" } else { " " })?;
    }
    let width = elements.iter().map(|(element, _)| named(*element).0.len()).max().unwrap_or_default();
    for (element, value) in &elements {
        let name = named(*element).0;
        let label = format!("F{element:<3} {name}..");
        writeln!(out, "{label:.<filled$}: {value}", filled = width + 7)?;
    }
    Ok(())
}

/// Appends what the logging handler of jreactive-8583 prints of a message.
pub(crate) fn write_jreactive(out: &mut Vec<u8>, message: &Message<'_>) -> io::Result<()> {
    let at = message.at.civil().strftime("%Y-%m-%d %H:%M:%S,%3f").to_string();
    let channel = "[id: 0xa72cc005, /127.0.0.1:50853 => /127.0.0.1:9876]";
    write!(out, "{at} [nioEventLoopGroup-5-1] DEBUG IsoMessageLoggingHandler - {channel} ")?;
    writeln!(out, "MTI: 0x{}", message.mti)?;
    for (element, value) in &elements(message)[1..] {
        let (name, kind) = named(*element);
        // Numbers of a fixed width are filled up, and so is text.
        let width = if *element == 41 { 8 } else { 0 };
        writeln!(out, "  {element}: [{name}:{kind}] = '{value:<width$}'")?;
    }
    Ok(())
}
