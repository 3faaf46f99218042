//! Shows the first message of a log field by field, as it may be shown.
//!
//! `cargo run -p posmortem --example decode-one -- fixtures/day.log`

use posmortem::iso8583::{FieldLabel, MaskedMessage, Shown};
use posmortem::{DecodeFailure, Decoder, InputSource, Settings};
use std::io::{self, Write};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let input = std::env::args_os().nth(1).map_or(InputSource::Stdin, |path| InputSource::Path(path.into()));
    let message = first(&input)?.ok_or("there is no message in it")?;
    Ok(write(&message, &mut io::stdout().lock())?)
}

/// The first message, which may be one that cannot be read to its end: `fault` tells.
fn first(input: &InputSource) -> Result<Option<MaskedMessage>, DecodeFailure> {
    let (settings, mut first) = (Settings::default(), None);
    Decoder::open(input, &settings)?.each(|message| {
        first = Some(message);
        false
    })?;
    Ok(first)
}

fn write(message: &MaskedMessage, out: &mut dyn Write) -> io::Result<()> {
    for field in &message.fields {
        let label = match &field.label {
            FieldLabel::Element(element) => element.to_string(),
            FieldLabel::Part(element, part) => format!("{element}.{part}"),
            FieldLabel::Name(name) => name.clone(),
        };
        match &field.shown {
            Shown::Text(text) => writeln!(out, "{label}: {text}")?,
            Shown::Card { issuer, digits } => writeln!(out, "{label}: {issuer}…, {digits} digits")?,
            Shown::Tags(tags) => writeln!(out, "{label}: {} tags of the chip", tags.len())?,
            Shown::Length(length) => writeln!(out, "{label}: {length} characters")?,
        }
    }
    if let Some(fault) = &message.fault {
        writeln!(out, "broken: {}", fault.message)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_on_the_wire_is_shown_without_its_card_number() {
        let log = concat!(env!("CARGO_MANIFEST_DIR"), "/../logs/tests/data/hex-lines.log");
        let message =
            first(&InputSource::Path(log.into())).expect("it can be read").expect("it has messages");
        let mut told = Vec::new();
        write(&message, &mut told).expect("a Vec takes every byte");
        let told = String::from_utf8(told).expect("texts are UTF-8");
        assert!(told.starts_with("0: 0200\n2: 411111…, 16 digits\n3: 000000\n4: 000000001250\n"), "{told}");
    }
}
