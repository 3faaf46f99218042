//! Each format on a small log of its real shape (`data/NAME.log`): which format is detected, and every
//! call that a sink gets, at any block size (`data/NAME.told`).

mod calls;

use std::fs;
use std::path::PathBuf;

use calls::{Call, Calls, read};
use posmortem_logs::{
    Column, DateHint, FieldName, Format, InputFormat, InputSettings, Position, Record, RecordSink,
    RejectReason, detect,
};

fn data(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Settings as for a file of this day.
fn settings() -> InputSettings {
    InputSettings { date_hint: DateHint::new(2026, 11, 22), ..InputSettings::default() }
}

/// A line a call: its line, and what is told.
fn shown(calls: &Calls) -> String {
    let line = |call: &Call| match call {
        Call::NonMessage(at) => format!("{} no message\n", at.line),
        Call::Rejected(at, reason) => format!("{} rejected: {reason}\n", at.line),
        Call::Record(message) => {
            let values = message.values.iter().map(|(column, value)| format!(" {column}={value:?}"));
            format!("{} {}{}\n", message.position.line, message.at, values.collect::<String>())
        }
    };
    calls.0.iter().map(line).collect()
}

#[test]
fn logs_of_every_format_are_detected_and_read() {
    for (name, format) in [
        ("ndjson", InputFormat::Ndjson),
        ("keyvalue", InputFormat::KeyValue),
        ("jpos-jsonl", InputFormat::JposJsonl),
        ("jpos-prefixed", InputFormat::Jpos),
        ("ist", InputFormat::Ist),
        ("table", InputFormat::Table),
        ("moov", InputFormat::Labelled),
        ("jreactive", InputFormat::Labelled),
        ("postilion", InputFormat::Labelled),
        ("dotted", InputFormat::Labelled),
        ("iso8583-rs", InputFormat::Labelled),
        ("pyiso8583", InputFormat::Labelled),
        ("named-elements", InputFormat::Labelled),
        ("bracketed", InputFormat::Labelled),
        ("iso8583tool", InputFormat::Labelled),
    ] {
        let log = data(&format!("{name}.log"));
        let detection = detect(log.as_bytes(), &settings()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(detection.format.input_format(), format, "{name}");
        let whole = read(log.as_bytes(), &settings());
        assert_eq!(shown(&whole), data(&format!("{name}.told")), "{name}: {}", shown(&whole));
        for block_size in (1..64).chain([100, 333, 1000]) {
            let settings = InputSettings { block_size, ..settings() };
            assert_eq!(read(log.as_bytes(), &settings).0, whole.0, "{name} in blocks of {block_size}");
        }
        // The same with line ends of Windows, behind a byte order mark.
        let windows = format!("\u{feff}{}", log.replace('\n', "\r\n"));
        assert_eq!(shown(&read(windows.as_bytes(), &settings())), shown(&whole).replace("\\n", "\\r\\n"));
    }
}
