//! Which format an input is taken for, how surely, and what is said where none or several fit.

mod calls;

use std::fs;
use std::path::PathBuf;

use posmortem_logs::{DateHint, DetectError, InputFormat, InputSettings, RejectReason, SAMPLE_SIZE, detect};

fn data(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn settings() -> InputSettings {
    InputSettings { date_hint: DateHint::new(2026, 11, 22), ..InputSettings::default() }
}

const LOGS: [(&str, InputFormat); 8] = [
    ("ndjson.log", InputFormat::Ndjson),
    ("keyvalue.log", InputFormat::KeyValue),
    ("jpos-jsonl.log", InputFormat::JposJsonl),
    ("jpos-prefixed.log", InputFormat::Jpos),
    ("ist.log", InputFormat::Ist),
    ("table.log", InputFormat::Table),
    ("moov.log", InputFormat::Labelled),
    ("dotted.log", InputFormat::Labelled),
];

#[test]
fn prose_before_the_first_record_spoils_nothing() {
    let banner = "*** Switch 4.2, (c) ACME; licensed to: us = you | them {all}\n#\n[stop] 39: nothing\n";
    for (name, format) in LOGS {
        let log = data(name);
        let mut lengthy = banner.repeat((SAMPLE_SIZE - log.len()) / banner.len() - 1).into_bytes();
        lengthy.extend_from_slice(&log);
        assert!(lengthy.len() < SAMPLE_SIZE);
        for sample in [&lengthy[..], &[banner.as_bytes(), &log].concat()] {
            let found = detect(sample, &settings()).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(found.format.input_format(), format, "{name}");
        }
    }
}

#[test]
fn a_sample_that_breaks_off_in_a_record_is_as_good_as_a_whole_one() {
    for (name, format) in LOGS {
        let log = data(name);
        let sample: Vec<u8> = log.iter().copied().cycle().take(SAMPLE_SIZE + 100).collect();
        let found = detect(&sample, &settings()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(found.format.input_format(), format, "{name}");
        assert!(found.confidence > 500, "{name}: {}", found.confidence);
    }
}

#[test]
fn what_is_sure_is_told_in_thousandths() {
    let rows = "time,mti,stan,tid,rc\n2026-11-21T08:15:30,0210,000001,10012345,00\n";
    let confidence = |log: &str| detect(log.as_bytes(), &settings()).expect("a format").confidence;
    assert!(confidence(rows) > 900);
    // A header alone, and records without a message.
    assert_eq!(confidence("time,rc\n"), 400);
    assert_eq!(confidence("<log realm=\"a\" at=\"2026-11-21T08:15:30\"><connect/></log>\n"), 300);
    // Without a date, messages are found all the same: the run says what is wrong with them.
    let undated = detect(&data("bracketed.log")[20..], &InputSettings::default()).expect("a format");
    assert_eq!(undated.format.input_format(), InputFormat::Labelled);
}

#[test]
fn two_formats_that_fit_equally_well_are_told_and_not_chosen_from() {
    let pairs = "time=2026-11-21T08:15:30Z mti=0210 stan=000001 tid=10012345 rc=00\n";
    let objects = "{\"time\":\"2026-11-21T08:15:30Z\",\"mti\":\"0210\",\"stan\":\"1\",\"tid\":\"10012345\",\"rc\":\"00\"}\n";
    let mixed = format!("{pairs}{objects}").repeat(20);
    let error = detect(mixed.as_bytes(), &settings()).expect_err("two formats");
    let DetectError::Ambiguous { likely } = &error else { panic!("{error}") };
    let mut formats: Vec<_> = likely.iter().map(|likely| likely.format).collect();
    formats.sort();
    assert_eq!(formats, [InputFormat::Ndjson, InputFormat::KeyValue]);
    assert!(error.to_string().contains("`--input-format`"), "{error}");
    let forced = InputSettings { forced_format: Some(InputFormat::Ndjson), ..settings() };
    let found = detect(mixed.as_bytes(), &forced).expect("the format that was asked for");
    assert_eq!(found.format.input_format(), InputFormat::Ndjson);
    // One that is clearly the lesser is an alternative.
    let mostly = format!("{}{objects}", pairs.repeat(20));
    let found = detect(mostly.as_bytes(), &settings()).expect("a format");
    assert_eq!(found.format.input_format(), InputFormat::KeyValue);
    assert_eq!(found.alternatives[0].format, InputFormat::Ndjson);
}

#[test]
fn a_forced_format_is_taken_at_its_word_where_nothing_else_is_to_be_found_out() {
    for format in InputFormat::ALL {
        let forced = InputSettings { forced_format: Some(format), ..settings() };
        match (format, detect(b"Dear all\n", &forced)) {
            (InputFormat::Delimited, Err(DetectError::MissingColumns { .. })) => {}
            // Which listing or profile it is, only messages tell.
            (
                InputFormat::Labelled | InputFormat::HexLines | InputFormat::Frames,
                Err(DetectError::Unknown { tried }),
            ) => {
                assert_eq!(tried[0].format, format);
            }
            (format, Ok(found)) => assert_eq!(found.format.input_format(), format),
            (format, Err(error)) => panic!("{}: {error}", format.name()),
        }
    }
}

#[test]
fn the_two_nearest_formats_are_told_with_why_not() {
    let tried = |text: &str| detect(text.as_bytes(), &settings()).expect_err("no format").to_string();
    let text = tried("Dear all,\nplease find attached.\n");
    assert!(
        text.starts_with("no known log format: not delimited (no header row ")
            && text.contains(", not jpos ("),
        "{text}"
    );
    assert_eq!(text.matches("not ").count(), 2, "{text}");
    assert!(!text.contains('\n') && !text.contains("attached"));
    // What has the shape comes nearer than what has none.
    let text = tried("Dear all,\ncolour=blue size=12\n");
    assert!(
        text.starts_with(
            "no known log format: not keyvalue (its shape is there, but no message in it), not "
        ),
        "{text}"
    );
}

#[test]
fn names_of_formats_are_read_again() {
    for format in InputFormat::ALL {
        assert_eq!(InputFormat::from_name(format.name()), Some(format));
    }
    assert_eq!(InputFormat::from_name("xml"), None);
    assert!(InputFormat::Ist.is_verified() && !InputFormat::KeyValue.is_verified());
}

/// Listings as other projects publish them: what cannot be read of them is explained. They are not part of
/// the repository; without them there is nothing to test.
#[test]
fn published_listings_are_read_without_unexplained_rejects() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples/describe");
    if !folder.is_dir() {
        println!("skipped: no samples at {}", folder.display());
        return;
    }
    // It tells no time at all.
    let timeless = [RejectReason::BadTime];
    for (name, format, messages, rejects) in [
        ("iso8583_rs_server_debug.log", InputFormat::Labelled, 1, &[][..]),
        ("jpos3_jsonl_SYNTHETIC_from_source.jsonl", InputFormat::JposJsonl, 1, &[]),
        ("jreactive8583_logging_handler.txt", InputFormat::Labelled, 1, &[]),
        ("moov_describe.txt", InputFormat::Labelled, 0, &timeless),
    ] {
        let log = fs::read(folder.join(name)).expect("a sample");
        let found = detect(&log, &settings()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(found.format.input_format(), format, "{name}");
        let calls = calls::read(&log, &settings());
        assert_eq!((calls.messages().len(), &calls.reasons()[..]), (messages, rejects), "{name}");
    }
}
