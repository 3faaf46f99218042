//! Which framing, header and profile messages in wire bytes are taken for, and how surely, with noise
//! between them, behind them and in front of them.

mod calls;
#[path = "../../iso8583/tests/vector/mod.rs"]
mod vector;

use std::fmt::Write;
use std::sync::Arc;

use calls::read_source;
use posmortem_iso8583::wire::{Element, Framing, Header, Profile, encode, rank};
use posmortem_logs::{
    DateHint, DetectError, Detection, Input, InputFormat, InputSettings, LONGEST_SAMPLE, SAMPLE_SIZE, detect,
};
use vector::Vector;

/// Settings as for a file of this day.
fn settings() -> InputSettings {
    InputSettings { date_hint: DateHint::new(2026, 11, 22), ..InputSettings::default() }
}

fn profile(name: &str) -> &'static Profile {
    Profile::built_in(name).expect("a built-in profile")
}

fn framing(name: &str) -> &'static Framing {
    Framing::named(name).expect("a framing")
}

/// A day's worth of kinds of message, in every profile that can say them.
fn sample(profile: &Profile, count: u8) -> Vec<Vec<u8>> {
    let version = profile.version();
    let time = match profile.element(12).map(Element::max_len) {
        Some(12) => "261121093015",
        Some(14) => "20261121093015",
        _ => "093015",
    };
    let date =
        if profile.element(13).is_some_and(|element| element.max_len() == 6) { "261121" } else { "1121" };
    let amount = if profile.element(4).is_some_and(|element| element.max_len() == 16) {
        "1562000000012300"
    } else {
        "000000012300"
    };
    let terminal = if profile.element(41).is_some_and(|element| element.max_len() == 16) {
        "TERM000100000000"
    } else {
        "TERM0001"
    };
    let code = match profile.element(39).map(Element::max_len) {
        Some(3) => "100",
        Some(4) => "1000",
        _ => "51",
    };
    (0..count)
        .map(|at| {
            let stan =
                format!("{:0width$}", 104_200 + u32::from(at), width = if version == 2 { 12 } else { 6 });
            let mti = format!("{version}{}10", if at % 2 == 0 { 1 } else { 2 });
            let values: [(u8, &str); 10] = [
                (0, &mti),
                (2, "4111111111111111"),
                (3, "000000"),
                (4, amount),
                (7, "1121013015"),
                (11, &stan),
                (12, time),
                (13, date),
                (39, code),
                (41, terminal),
            ];
            let values = values.map(|(element, text)| (element, text.as_bytes()));
            let mut message = Vec::new();
            encode(profile, &values, &mut message)
                .unwrap_or_else(|error| panic!("{}: {error}", profile.name()));
            message
        })
        .collect()
}

/// Messages, framed.
fn stream(messages: &[Vec<u8>], framing: &Framing) -> Vec<u8> {
    let mut stream = Vec::new();
    assert!(messages.iter().all(|message| framing.wrap(message, &mut stream)));
    stream
}

/// Pieces in hexadecimal digits, one a line.
fn lines(pieces: &[Vec<u8>]) -> String {
    let mut text = String::new();
    for piece in pieces {
        text.push_str("2026-11-21 08:15:30.250 IN ");
        piece.iter().for_each(|byte| write!(text, "{byte:02x}").expect("a String"));
        text.push('\n');
    }
    text
}

/// Bytes that no profile reads, such as a SHA-256.
fn digest() -> Vec<u8> {
    (0..32).map(|at: u8| at.wrapping_mul(167) ^ 0xe3).collect()
}

fn detected(log: &[u8], settings: &InputSettings) -> Detection {
    detect(log, settings).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn eight_messages_of_any_profile_in_any_framing_are_read_as_they_were_written() {
    for profile in Profile::all() {
        let header = Header::named(profile.headers().next().expect("a header")).expect("a known header");
        let messages: Vec<Vec<u8>> =
            sample(profile, 8).iter().map(|message| [header.usual(), message].concat()).collect();
        for framing in &Framing::all()[1..] {
            let log = stream(&messages, framing);
            let forced = InputSettings { forced_format: Some(InputFormat::Frames), ..settings() };
            let what = format!("{} in {}", profile.name(), framing.name());
            let found = detect(&log, &forced).unwrap_or_else(|error| panic!("{what}: {error}"));
            let wire = found.format.wire().expect("wire bytes");
            let what = format!("{what}: {} in {}", wire.profile.name(), wire.framing.name());
            assert_eq!(found.profiles[0].confidence, 1000, "{what}");
            assert_eq!(wire.header, header, "{what}");
            assert_eq!(stream(&messages, wire.framing).len(), log.len(), "{what}");
            assert!(read_alike(profile, &wire.profile, header, &messages), "{what}");
        }
    }
}

/// Whether the profile that was found reads what was written, whatever it is called.
fn read_alike(profile: &Profile, found: &Profile, header: &Header, messages: &[Vec<u8>]) -> bool {
    let messages: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
    let ranked = rank(&messages, &[found, profile]);
    let written = ranked.iter().find(|ranked| ranked.profile == profile && ranked.header == header);
    written.is_some_and(|written| written.same_values_as_first)
}

#[test]
fn the_framing_of_public_messages_is_found() {
    let vectors = Vector::all();
    let framed = vectors.iter().filter(|vector| vector.framing().name() == "ascii-4");
    let log: Vec<u8> = framed.flat_map(|vector| vector.bytes.clone()).collect();
    let found = detected(&log, &settings());
    let best = &found.profiles[0];
    assert_eq!((best.framing, &*best.profile, best.confidence), ("ascii-4", "smartvista", 1000));
}

#[test]
fn noise_between_frames_costs_certainty_and_not_the_file() {
    let (profile, framing) = (profile("iso87-bcd"), framing("binary-2"));
    let log = stream(&sample(profile, 80), framing);
    let at = stream(&sample(profile, 40), framing).len();
    let certain = detected(&log, &settings()).profiles[0].confidence;
    assert_eq!(certain, 1000);
    // Between two frames, inside of one, and before the first.
    for (at, noise) in [(at, &b"\xff\x00noise"[..]), (at + 30, b"\xff\xff\xff\xff"), (0, b"%%junk%%")] {
        let mut noisy = log.clone();
        noisy.splice(at..at, noise.iter().copied());
        let found = detected(&noisy, &settings());
        let best = &found.profiles[0];
        assert_eq!((&*best.profile, best.framing), ("iso87-bcd", "binary-2"), "{at}");
        assert!((900..1000).contains(&best.confidence), "{at}: {}", best.confidence);
    }
    // What looks like UTF-16 is none when the user says that it is frames.
    let marked = [&b"\xff\xfejunk"[..], &log].concat();
    assert_eq!(detect(&marked, &settings()).expect_err("two bytes a character"), DetectError::Utf16);
    let forced = InputSettings { forced_format: Some(InputFormat::Frames), ..settings() };
    assert_eq!(detected(&marked, &forced).profiles[0].profile, "iso87-bcd");
}

#[test]
fn a_digest_among_hex_lines_makes_them_neither_ambiguous_nor_less_sure() {
    let mut pieces = sample(profile("postbridge"), 20);
    let without = detected(lines(&pieces).as_bytes(), &settings());
    pieces.insert(7, digest());
    let with = detected(lines(&pieces).as_bytes(), &settings());
    assert_eq!(with.profiles, without.profiles);
}

#[test]
fn a_quarter_that_is_not_read_is_told() {
    let mut pieces = sample(profile("iso87-ascii"), 20);
    for piece in pieces.iter_mut().skip(3).step_by(4) {
        piece.truncate(piece.len() - 3);
    }
    let confidence = |found: Detection| found.profiles[0].confidence;
    assert_eq!(confidence(detected(lines(&pieces).as_bytes(), &settings())), 750);
    let framed = stream(&pieces, framing("binary-2"));
    assert_eq!(confidence(detected(&framed, &settings())), 750);
}

#[test]
fn agreement_is_with_the_likeliest_in_any_framing() {
    let log = lines(&sample(profile("iso87-ascii"), 12));
    let found = detected(log.as_bytes(), &settings());
    assert!(found.profiles[0].agrees);
    let told = InputSettings { profile: Some(Arc::new(profile("iso87-ascii").clone())), ..settings() };
    let wire = detected(log.as_bytes(), &told).format.wire().expect("wire bytes").clone();
    assert_eq!((wire.framing.name(), wire.header.name()), ("none", "none"));
}

#[test]
fn a_long_banner_hides_nothing() {
    let banner = "*** Switch 4.2, (c) ACME; all rights reserved\n".repeat(2000);
    assert!(banner.len() > SAMPLE_SIZE);
    let log = format!("{banner}{}", lines(&sample(profile("iso87-ascii"), 12)));
    let recognised = |log: String, settings: &InputSettings| {
        let mut input = Input::from_reader(std::io::Cursor::new(log)).expect("an input");
        let found = input.recognise(|sample| detect(sample, settings)).expect("bytes");
        found.map(|found| (found.format.clone(), read_source(input, &found.format, settings).0))
    };
    let (format, calls) = recognised(log.clone(), &settings()).expect("hex lines");
    assert_eq!((format.input_format(), calls.messages().len()), (InputFormat::HexLines, 12));
    assert_eq!(calls.messages()[0].position.offset as usize, banner.len());
    // Beyond what is looked at, format and profile have to be named.
    let later = format!("{}{log}", banner.repeat(LONGEST_SAMPLE / banner.len() + 1));
    assert!(matches!(recognised(later.clone(), &settings()), Err(DetectError::Unknown { .. })));
    let told = InputSettings {
        forced_format: Some(InputFormat::HexLines),
        profile: Some(Arc::new(profile("iso87-ascii").clone())),
        ..settings()
    };
    let (_, calls) = recognised(later, &told).expect("what was named");
    assert_eq!(calls.messages().len(), 12);
}

#[test]
fn two_kinds_of_a_format_that_read_other_messages_are_told_and_not_chosen_from() {
    let line = |stan: u32| {
        let fields = [
            (0, "0210".to_owned()),
            (3, "000000".to_owned()),
            (11, format!("{stan:06}")),
            (12, "081530".to_owned()),
            (13, "1121".to_owned()),
            (39, "05".to_owned()),
            (41, "10012345".to_owned()),
        ];
        let fields: Vec<_> = fields.iter().map(|(element, text)| (*element, text.as_bytes())).collect();
        let mut message = Vec::new();
        encode(profile("iso87-ascii"), &fields, &mut message).expect("a message");
        message
    };
    let dump = |message: &[u8]| {
        let mut text = String::from("2026-11-21 08:15:30.250 dump\n");
        for (number, bytes) in message.chunks(8).enumerate() {
            write!(text, "{:04x}  ", 8 * number).expect("a String");
            bytes.iter().for_each(|byte| write!(text, "{byte:02x} ").expect("a String"));
            text.push('\n');
        }
        text
    };
    let log: String =
        (0..8).map(|stan| format!("{}{}", lines(&[line(stan)]), dump(&line(500 + stan)))).collect();
    let error = detect(log.as_bytes(), &settings()).map(|_| ()).expect_err("two kinds");
    let DetectError::Ambiguous { likely } = &error else { panic!("{error}") };
    assert!(likely.iter().all(|likely| likely.format == InputFormat::HexLines), "{error}");
    assert!(error.to_string().ends_with("`--input-format hexlines` takes the first"), "{error}");
    let forced = InputSettings { forced_format: Some(InputFormat::HexLines), ..settings() };
    assert_eq!(
        read_source(log.as_bytes(), &detected(log.as_bytes(), &forced).format, &forced).0.messages().len(),
        8
    );
    // The same messages in both ways are no question.
    let twice: String = (0..8).map(|stan| format!("{}{}", lines(&[line(stan)]), dump(&line(stan)))).collect();
    assert_eq!(detected(twice.as_bytes(), &settings()).format.input_format(), InputFormat::HexLines);
}
