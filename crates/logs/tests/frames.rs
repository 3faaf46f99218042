//! Messages in wire bytes behind their lengths: every framing and profile is found out and read, and
//! what stands between frames costs no other message.

mod calls;

use calls::{Call, Calls, feed, read, read_source};
use posmortem_iso8583::wire::{DecodeError, Framing, Header, Profile, encode};
use posmortem_logs::{
    Column, DateHint, DetectError, Format, InputFormat, InputSettings, Position, Record, RecordSink,
    RejectReason, detect,
};
use proptest::prelude::*;
use std::sync::Arc;

/// Settings as for a file of this day.
fn settings() -> InputSettings {
    InputSettings { date_hint: DateHint::new(2026, 11, 22), ..InputSettings::default() }
}

/// A request and its answer, in the form of a profile's version.
fn message(profile: &Profile, number: usize) -> Vec<u8> {
    let is_request = number.is_multiple_of(2);
    let second = format!("{:02}", number / 2 % 60);
    let stan = format!("{:06}", 100 + number / 2);
    let is_1993 = profile.name().starts_with("iso93") || profile.name() == "amex-gcag";
    let mti = match (is_1993, is_request) {
        (false, true) => "0200",
        (false, false) => "0210",
        (true, true) => "1200",
        (true, false) => "1210",
    };
    let sent = format!("11210815{second}");
    let local = format!("0815{second}");
    let full = format!("261121{local}");
    let has_long_clock = is_1993 || profile.name() == "smartvista";
    let clock = if has_long_clock { &full } else { &local };
    let mut fields: Vec<(u8, &str)> = vec![
        (0, mti),
        (2, "4111111111111111"),
        (3, "000000"),
        (4, "000000001250"),
        (7, &sent),
        (11, &stan),
        (12, clock),
    ];
    if !has_long_clock {
        fields.push((13, "1121"));
    }
    let code = if is_1993 { "116" } else { "51" };
    if !is_request {
        fields.extend([(37, "632500000100"), (39, code)]);
    }
    let terminal = if profile.name() == "base24" { "10012345        " } else { "10012345" };
    fields.extend([(41, terminal), (42, "102921054410063")]);
    let fields: Vec<(u8, &[u8])> = fields.iter().map(|(element, text)| (*element, text.as_bytes())).collect();
    let mut bytes = Vec::new();
    encode(profile, &fields, &mut bytes).unwrap_or_else(|error| panic!("{}: {error}", profile.name()));
    bytes
}

/// So many messages with a header, framed.
fn stream(profile: &Profile, header: &Header, framing: &Framing, count: usize) -> Vec<u8> {
    let mut stream = Vec::new();
    for number in 0..count {
        let body = [header.usual(), &message(profile, number)].concat();
        assert!(framing.wrap(&body, &mut stream));
    }
    stream
}

fn profile(name: &str) -> &'static Profile {
    Profile::built_in(name).expect("a built-in profile")
}

fn header(name: &str) -> &'static Header {
    Header::named(name).expect("a header")
}

fn framing(name: &str) -> &'static Framing {
    Framing::named(name).expect("a framing")
}

/// What a message of the stream must have been read as.
fn check(calls: &Calls, count: usize, what: &str) {
    let messages = calls.messages();
    assert_eq!((messages.len(), calls.0.len()), (count, count), "{what}: {:?}", calls.reasons());
    for (number, message) in messages.iter().enumerate() {
        assert_eq!(message.get(Column::Stan), format!("{:06}", 100 + number / 2), "{what}");
        assert_eq!(message.get(Column::TerminalId), "10012345", "{what}");
        assert_eq!(message.get(Column::Pan), "4111111111111111", "{what}");
        let code = message.get(Column::ResponseCode);
        let expected = if number.is_multiple_of(2) {
            ""
        } else if message.get(Column::Mti).starts_with('1') {
            "116"
        } else {
            "51"
        };
        assert_eq!(code, expected, "{what}");
        assert_eq!(message.at.to_string(), format!("2026-11-21T08:15:{:02}.000", number / 2), "{what}");
    }
}

#[test]
fn every_profile_is_read_behind_each_of_its_headers_and_any_framing() {
    for profile in Profile::all().filter(|profile| profile.name() != "iso2003") {
        for name in profile.headers() {
            let (framing, name) = (framing("binary-2"), header(name));
            let stream = stream(profile, name, framing, 12);
            let settings = InputSettings { profile: Some(Arc::new(profile.clone())), ..settings() };
            check(&read(&stream, &settings), 12, &format!("{} {}", profile.name(), name.name()));
        }
    }
    for framing in Framing::all().iter().filter(|framing| framing.name() != "none") {
        let stream = stream(profile("iso87-bcd"), header("tpdu"), framing, 12);
        check(&read(&stream, &settings()), 12, framing.name());
    }
}

#[test]
fn the_profile_is_found_out_without_being_told() {
    for (name, header_name, framing_name) in [
        ("iso87-ascii", "none", "ascii-4"),
        ("iso87-ascii-binary", "none", "binary-2"),
        ("iso87-bcd", "tpdu", "binary-2"),
        ("unionpay-pos", "tpdu-unionpay", "binary-2"),
        ("visa-base1", "visa", "visa"),
        ("mastercard-cis", "none", "binary-2"),
        ("base24", "base24", "base24-tcp"),
        ("iso93-ascii", "none", "hex-4"),
        ("iso93-bcd", "none", "bcd-2"),
        ("smartvista", "none", "ascii-4"),
        ("iso87-ebcdic", "none", "binary-4"),
    ] {
        let stream = stream(profile(name), header(header_name), framing(framing_name), 12);
        let detection = detect(&stream, &settings()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(detection.format.input_format(), InputFormat::Frames, "{name}");
        let wire = detection.format.wire().expect("wire bytes");
        assert_eq!((wire.framing.name(), wire.header.name()), (framing_name, header_name), "{name}");
        let best = &detection.profiles[0];
        let is_known = detection.profiles.iter().any(|guess| guess.profile == name && guess.agrees);
        assert!(best.profile == name || is_known, "{name}: {:?}", detection.profiles);
        check(&read(&stream, &settings()), 12, name);
    }
}

#[test]
fn what_stands_between_frames_is_one_reject_and_costs_no_message() {
    let frames = stream(profile("iso87-bcd"), header("tpdu"), framing("binary-2"), 4);
    let format = detect(&frames, &settings()).expect("frames").format;
    let one = stream(profile("iso87-bcd"), header("tpdu"), framing("binary-2"), 1);
    let read = |log: &[u8]| read_source(log, &format, &settings()).0;
    let (head, tail) = frames.split_at(one.len());
    // An empty frame that keeps the line alive, noise, and a frame cut at the end.
    let noisy = [head, b"\0\0", b"\xff\xffnoise\xff\xff", tail, &one[..one.len() - 5]].concat();
    let calls = read(&noisy);
    assert_eq!(calls.messages().len(), 4);
    assert_eq!(calls.reasons(), [RejectReason::NoFrame, RejectReason::BrokenOff]);
    assert_eq!(calls.non_messages(), 1);
    let at = calls.rejects()[0].0.offset;
    assert_eq!(at as usize, one.len() + 2);
}

#[test]
fn a_message_that_breaks_tells_the_field() {
    let mut frames = stream(profile("iso87-bcd"), header("tpdu"), framing("binary-2"), 2);
    let format = detect(&frames, &settings()).expect("frames").format;
    // The length of the card number: 0x16 behind length, header, message type and bitmap.
    let at = 2 + 5 + 2 + 8;
    assert_eq!(frames[at], 0x16);
    frames[at] = 0x99;
    let calls = read_source(&frames[..], &format, &settings()).0;
    assert_eq!(calls.messages().len(), 1);
    let [(_, reason)] = calls.rejects()[..] else { panic!("one reject") };
    assert_eq!(reason.to_string(), "field 2 at byte 10: a length of at most 19, found more");
}

#[test]
fn profiles_that_disagree_are_not_chosen_between() {
    // One message whose only element is read alike by too many.
    let hex = b"0220000060000000000012340567\n";
    let settings = InputSettings { forced_format: Some(InputFormat::HexLines), ..settings() };
    match detect(hex, &settings) {
        Err(DetectError::AmbiguousProfile { likely }) => assert!(likely.len() > 1),
        Ok(detection) => {
            let [best, rivals @ ..] = &detection.profiles[..] else { panic!("no profile") };
            let clear = rivals.iter().all(|other| other.agrees || other.confidence + 10 <= best.confidence);
            assert!(clear, "{:?}", detection.profiles);
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn bytes_inserted_into_a_frame_cost_that_one_alone() {
    let (profile, header, framing) = (profile("iso87-bcd"), header("none"), framing("binary-2"));
    let frames = stream(profile, header, framing, 60);
    let format = detect(&frames, &settings()).expect("frames").format;
    let at = stream(profile, header, framing, 30).len() + 40;
    // Such as begin like a message of any length, too.
    for inserted in [&b"\xff\xff\xff\xff"[..], b"\x01\x40\x02\x00", b"\x02\x00\x02\x10\x02\x00\x01\x00"] {
        let mut log = frames.clone();
        log.splice(at..at, inserted.iter().copied());
        let calls = read_source(&log[..], &format, &settings()).0;
        let stans: Vec<_> = calls.messages().iter().map(|message| message.position.offset).collect();
        assert!(stans.len() >= 59, "{} {:?}", stans.len(), calls.reasons());
        assert!((1..=2).contains(&calls.rejects().len()), "{:?}", calls.reasons());
    }
}

#[test]
fn a_frame_without_its_trailer_is_not_called_too_long() {
    let (profile, header, framing) = (profile("base24"), header("base24"), framing("base24-tcp"));
    let frames = stream(profile, header, framing, 8);
    let format = detect(&frames, &settings()).expect("frames").format;
    let [one, two] = [1, 2].map(|count| stream(profile, header, framing, count).len());
    let mut log = frames.clone();
    log[two - 1] = 4;
    // Larger than what is looked at to tell whether a frame begins.
    assert!(two - one > 128, "{}", two - one);
    let calls = read_source(&log[..], &format, &settings()).0;
    assert_eq!((calls.messages().len(), calls.reasons()), (7, vec![RejectReason::NoFrame]));
    let short = InputSettings { max_record: one - 4, ..settings() };
    let answers = read_source(&frames[..one], &format, &short).0;
    assert_eq!(answers.reasons(), [RejectReason::TooLong]);
}

#[test]
fn lines_of_frames_with_a_trailer_are_whole() {
    let (profile, header, framing) = (profile("base24"), header("base24"), framing("base24-tcp"));
    let mut log = String::new();
    for number in 0..8 {
        let mut frame = Vec::new();
        assert!(framing.wrap(&[header.usual(), &message(profile, number)].concat(), &mut frame));
        let digits: String = frame.iter().map(|byte| format!("{byte:02X}")).collect();
        log.push_str(&format!("2026-11-21 08:15:{:02}.000 IN {digits}\n", number / 2));
    }
    let format = detect(log.as_bytes(), &settings()).expect("hex lines").format;
    assert_eq!(format.wire().expect("wire bytes").framing, framing);
    struct Faults(usize, usize);
    impl RecordSink for Faults {
        fn takes_fields(&self) -> bool {
            true
        }
        fn wire_message(&mut self, _: usize, fault: Option<DecodeError>) {
            assert_eq!(fault, None);
            self.0 += 1;
        }
        fn record(&mut self, _: &Record<'_>) {
            self.1 += 1;
        }
        fn rejected(&mut self, _: Position, _: RejectReason) {}
        fn non_message(&mut self, _: Position) {}
    }
    let mut faults = Faults(0, 0);
    feed(log.as_bytes(), &format, &settings(), &mut faults);
    assert_eq!((faults.0, faults.1), (8, 8));
    // A line that was cut is read as far as it goes.
    let cut = log.lines().next().expect("a line");
    let calls = read_source(&cut.as_bytes()[..cut.len() - 20], &format, &settings()).0;
    assert_eq!(calls.0.len(), 1);
    assert_eq!(calls.non_messages(), 0);
}

/// Visa fills the entry mode up behind, others in front: columns have its three digits.
#[test]
fn entry_modes_are_read_without_what_fills_them_up() {
    for (name, told) in [("visa-base1", "0510"), ("iso87-bcd", "051"), ("unionpay-pos", "051")] {
        let (profile, framing) = (profile(name), framing("binary-2"));
        let fields: [(u8, &[u8]); 5] =
            [(0, b"0200"), (7, b"1121081530"), (11, b"000123"), (22, told.as_bytes()), (41, b"10012345")];
        let mut message = Vec::new();
        encode(profile, &fields, &mut message).unwrap_or_else(|error| panic!("{name}: {error}"));
        let header = header(profile.headers().next().expect("a header"));
        let mut log = Vec::new();
        assert!(framing.wrap(&[header.usual(), &message].concat(), &mut log));
        let settings = InputSettings { profile: Some(Arc::new(profile.clone())), ..settings() };
        let calls = read(&log, &settings);
        let [message] = calls.messages()[..] else { panic!("{name}: {:?}", calls.reasons()) };
        assert_eq!(message.get(Column::PosEntryMode), "051", "{name}");
    }
}

fn known() -> (Vec<u8>, Format) {
    let frames = stream(profile("iso87-bcd"), header("tpdu"), framing("binary-2"), 8);
    let format = detect(&frames, &settings()).expect("frames").format;
    (frames, format)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_frames_are_read_alike_at_any_block_size(
        changes in prop::collection::vec((0..600_usize, any::<u8>(), 0..30_usize), 0..5),
        block_size in 1..400_usize,
        max_record in prop_oneof![20..200_usize, Just(1 << 20)],
    ) {
        let (mut log, format) = known();
        for (at, byte, len) in changes {
            let at = at % log.len();
            match len % 3 {
                0 => log[at] = byte,
                1 => drop(log.drain(at..(at + len).min(log.len()))),
                _ => drop(log.splice(at..at, std::iter::repeat_n(byte, len))),
            }
            prop_assume!(!log.is_empty());
        }
        let whole = InputSettings { block_size: log.len() + 1, max_record, ..settings() };
        let pieces = InputSettings { block_size, max_record, ..settings() };
        let whole: Vec<Call> = read_source(&log[..], &format, &whole).0.0;
        prop_assert_eq!(read_source(&log[..], &format, &pieces).0.0, whole);
    }
}
