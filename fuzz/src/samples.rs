//! Small logs and messages from the fixtures and from the tests of other crates.

use posmortem::iso8583::rows;
use posmortem::iso8583::wire::{Content, Profile, encode, unhex_into};
use std::collections::BTreeMap;

/// A log of every format, by a name that tells which.
pub(crate) const LOGS: &[(&str, &[u8])] = &[
    ("delimited", include_bytes!("../../fixtures/malformed/crlf.csv")),
    ("delimited", include_bytes!("../../fixtures/malformed/quoted-newline.csv")),
    ("delimited", include_bytes!("../../fixtures/malformed/pipe.psv")),
    ("delimited", include_bytes!("../../fixtures/malformed/de-names.csv")),
    ("delimited", include_bytes!("../../fixtures/malformed/hops.csv")),
    ("delimited", include_bytes!("../../fixtures/malformed/planted-card-data.csv")),
    ("jpos", include_bytes!("../../fixtures/malformed/cdata.log")),
    ("jpos", include_bytes!("../../fixtures/malformed/interleaved.log")),
    ("jpos", include_bytes!("../../fixtures/malformed/planted-card-data.log")),
    ("jpos", include_bytes!("../../crates/logs/tests/data/jpos-prefixed.log")),
    ("ndjson", include_bytes!("../../crates/logs/tests/data/ndjson.log")),
    ("keyvalue", include_bytes!("../../crates/logs/tests/data/keyvalue.log")),
    ("jpos-jsonl", include_bytes!("../../crates/logs/tests/data/jpos-jsonl.log")),
    ("ist", include_bytes!("../../crates/logs/tests/data/ist.log")),
    ("table", include_bytes!("../../crates/logs/tests/data/table.log")),
    ("labelled", include_bytes!("../../crates/logs/tests/data/moov.log")),
    ("labelled", include_bytes!("../../crates/logs/tests/data/jreactive.log")),
    ("labelled", include_bytes!("../../crates/logs/tests/data/postilion.log")),
    ("labelled", include_bytes!("../../crates/logs/tests/data/dotted.log")),
    ("labelled", include_bytes!("../../crates/logs/tests/data/iso8583-rs.log")),
    ("labelled", include_bytes!("../../crates/logs/tests/data/pyiso8583.log")),
    ("labelled", include_bytes!("../../crates/logs/tests/data/named-elements.log")),
    ("labelled", include_bytes!("../../crates/logs/tests/data/bracketed.log")),
    ("labelled", include_bytes!("../../crates/logs/tests/data/iso8583tool.log")),
    ("hexlines", include_bytes!("../../crates/logs/tests/data/hex-lines.log")),
    ("hexlines", include_bytes!("../../crates/logs/tests/data/hex-jpos.log")),
    ("hexlines", include_bytes!("../../crates/logs/tests/data/hex-bare.log")),
    ("hexdump", include_bytes!("../../crates/logs/tests/data/hex-groups.log")),
    ("hexdump", include_bytes!("../../crates/logs/tests/data/hex-xxd.log")),
    ("hexdump", include_bytes!("../../crates/logs/tests/data/hex-tandem.log")),
    ("hexdump", include_bytes!("../../crates/logs/tests/data/hex-ultra.log")),
];

/// A day of rows with every outcome.
pub(crate) const DAY: &[u8] = include_bytes!("../../fixtures/day.csv");

/// The logs of a format.
pub(crate) fn logs_of(format: &str) -> Vec<&'static [u8]> {
    LOGS.iter().filter(|(of, _)| *of == format).map(|(_, log)| *log).collect()
}

/// A public message with known values.
pub(crate) struct Message {
    pub(crate) profile: &'static str,
    pub(crate) framing: &'static str,
    /// With its framing.
    pub(crate) bytes: Vec<u8>,
    /// By element.
    pub(crate) values: BTreeMap<u8, String>,
}

/// The public messages of the decoders' tests.
pub(crate) fn messages() -> Vec<Message> {
    let columns = ["name", "source", "licence", "profile", "framing", "header", "hex", "values"];
    let text = include_str!("../../crates/iso8583/tests/data/message-vectors.tsv");
    let rows = rows(text, columns).expect("a table of messages");
    let messages = rows.into_iter().map(|row| {
        let [_, _, _, profile, framing, _, hex, values] = row.fields;
        let mut bytes = Vec::new();
        assert!(unhex_into(hex.as_bytes(), &mut bytes), "digits of a message");
        let values: BTreeMap<String, String> = serde_json::from_str(values).expect("values");
        let values =
            values.into_iter().map(|(element, text)| (element.parse().expect("a number"), text)).collect();
        Message { profile, framing, bytes, values }
    });
    messages.collect()
}

/// A message of a profile that has every element that `takes` says, with values of the right form.
pub(crate) fn encoded(profile: &Profile, takes: impl Fn(u8) -> bool) -> Vec<u8> {
    let mut values = vec![(0, format!("{}200", profile.version()))];
    for number in (2..=128).filter(|&number| number != 65 && takes(number)) {
        let Some(element) = profile.element(number) else { continue };
        let length = if element.prefix().is_some() {
            element.max_len().min(20 + u32::from(number) % 13)
        } else {
            element.max_len()
        };
        let digits = "1".repeat(length as usize);
        let text = match element.content() {
            Content::Signed => format!("C{digits}"),
            Content::Binary => format!("{digits}{digits}"),
            _ => digits,
        };
        values.push((number, text));
    }
    let values: Vec<(u8, &[u8])> = values.iter().map(|(number, text)| (*number, text.as_bytes())).collect();
    let mut message = Vec::new();
    encode(profile, &values, &mut message).unwrap_or_else(|error| panic!("{}: {error}", profile.name()));
    message
}
