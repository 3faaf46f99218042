//! Delimited logs: detection, rows, times, and what is wrong with them.

mod calls;

use calls::{Call, Calls, blocks_of, read, read_source};
use posmortem_logs::{
    Column, DateHint, DetectError, Format, InputFormat, InputSettings, Position, RejectReason, detect,
};

/// One log in blocks of every size, which must all tell the same.
fn read_all_ways(log: &[u8], settings: &InputSettings) -> Calls {
    let whole = read(log, settings);
    for block_size in 1..=log.len() + 1 {
        let settings = InputSettings { block_size, ..settings.clone() };
        assert_eq!(read(log, &settings).0, whole.0, "blocks of {block_size}");
    }
    for call in &whole.0 {
        let (Call::Rejected(position, _) | Call::NonMessage(position)) = call else { continue };
        assert_eq!(*position, position_of(log, position.offset));
    }
    for message in whole.messages() {
        assert_eq!(message.position, position_of(log, message.position.offset));
    }
    whole
}

fn position_of(log: &[u8], offset: u64) -> Position {
    let before = &log[..usize::try_from(offset).expect("a small log")];
    Position { offset, line: 1 + before.iter().filter(|byte| **byte == b'\n').count() as u64 }
}

fn codes(calls: &Calls) -> Vec<&str> {
    calls.messages().iter().map(|message| message.get(Column::ResponseCode)).collect()
}

fn error(log: &str, settings: &InputSettings) -> DetectError {
    detect(log.as_bytes(), settings).expect_err("no format")
}

fn named(columns: &[&str]) -> InputSettings {
    let columns = columns.iter().map(|&name| name.to_owned()).collect();
    InputSettings { columns: Some(columns), ..InputSettings::default() }
}

#[test]
fn every_separator_is_detected() {
    for separator in [',', '\t', '|', ';'] {
        let log = "time/tid/rc\n2026-11-21 08:15:30/T1/00\n2026-11-21 08:15:31/T2/51\n"
            .replace('/', &separator.to_string());
        let calls = read_all_ways(log.as_bytes(), &InputSettings::default());
        assert_eq!(codes(&calls), ["00", "51"]);
        let Format::Delimited(layout) =
            detect(log.as_bytes(), &InputSettings::default()).expect("a format").format
        else {
            panic!("delimited")
        };
        assert_eq!((char::from(layout.separator()), layout.columns().len()), (separator, 3));
    }
    let settings = InputSettings { separator: Some(b'^'), ..InputSettings::default() };
    assert_eq!(codes(&read_all_ways(b"time^rc\n2026-11-21 08:15:30^00\n", &settings)), ["00"]);
}

#[test]
fn rows_are_read_however_lines_end() {
    for log in [
        "time,rc\n2026-11-21T08:15:30,00\n2026-11-21T08:15:31,51\n",
        "time,rc\r\n2026-11-21T08:15:30,00\r\n2026-11-21T08:15:31,51\r\n",
        "time,rc\n2026-11-21T08:15:30,00\n2026-11-21T08:15:31,51",
        "\u{feff}time,rc\n2026-11-21T08:15:30,00\n2026-11-21T08:15:31,51",
        "\n\r\n  \ntime,rc\n\n2026-11-21T08:15:30,00\n\n\n2026-11-21T08:15:31,51\n\n",
        "time,rc,\n2026-11-21T08:15:30,00,\n2026-11-21T08:15:31,51\n",
        "\"time\",\"rc\"\n\"2026-11-21T08:15:30\",\"00\"\r\n\"2026-11-21T08:15:31\",51\n",
    ] {
        let calls = read_all_ways(log.as_bytes(), &InputSettings::default());
        assert_eq!(codes(&calls), ["00", "51"], "{log}");
        assert_eq!(calls.0.len(), 2);
    }
}

#[test]
fn quoted_fields_keep_what_they_hold() {
    let log =
        "time,reason_text,rc\n2026-11-21T08:15:30,\"a, \"\"b\"\"\nc\",00\n2026-11-21T08:15:31,\"\",51\n";
    let calls = read_all_ways(log.as_bytes(), &InputSettings::default());
    assert_eq!(calls.messages()[0].get(Column::ReasonText), "a, \"b\"\nc");
    assert_eq!(calls.messages()[1].position.line, 4);
}

#[test]
fn nul_bytes_survive() {
    let calls = read_all_ways(b"time,rc,tid\n2026-11-21T08:15:30,00,a\0b\n", &InputSettings::default());
    assert_eq!(calls.messages()[0].get(Column::TerminalId), "a\0b");
}

#[test]
fn a_header_alone_holds_nothing() {
    for log in ["time,rc", "time,rc\n", "time,rc\r\n\r\n", "\u{feff}time,rc\n"] {
        assert_eq!(read_all_ways(log.as_bytes(), &InputSettings::default()).0, []);
    }
    for log in ["", "\n", "\r\n \n", "\u{feff}"] {
        assert_eq!(error(log, &InputSettings::default()), DetectError::Empty);
    }
}

#[test]
fn repeated_headers_are_no_messages() {
    let log = "\ntime,rc\n2026-11-21T08:15:30,00\n\u{feff}time,rc\r\n2026-11-21T08:15:31,51\ntime,rc\n";
    let calls = read_all_ways(log.as_bytes(), &InputSettings::default());
    assert_eq!((codes(&calls), calls.non_messages(), calls.rejects().len()), (vec!["00", "51"], 2, 0));
}

#[test]
fn rows_that_cannot_be_read_are_told_why() {
    let log = "time,mti,rc\n2026-11-21T08:15:30,0210\nx,0210,00\n2026-11-21T08:15:30,0999,00\n\
               2026-11-21T08:15:30,0210,00,\n2026-11-21T08:15:30,0210,00,x\n2026-11-21T08:15:30,,00\n2026-11-21T08:15:30,\"0210\"\n";
    let calls = read_all_ways(log.as_bytes(), &InputSettings::default());
    let count = |found| RejectReason::FieldCount { found, expected: 3 };
    assert_eq!(calls.reasons(), [count(2), RejectReason::BadTime, RejectReason::BadMti, count(4), count(2)]);
    assert_eq!(codes(&calls), ["00", "00"]);
}

#[test]
fn an_open_quote_costs_its_own_line_only() {
    let log = "time,rc,reason_text\n2026-11-21T08:15:30,00,\"open\n2026-11-21T08:15:31,51,a\n2026-11-21T08:15:32,55,b\n";
    let calls = read_all_ways(log.as_bytes(), &InputSettings::default());
    assert_eq!((codes(&calls), calls.reasons()), (vec!["51", "55"], vec![RejectReason::UnbalancedQuote]));
    // The same where the limit ends the search, and where the row began on an earlier line.
    let log = "time,rc,reason_text\n2026-11-21T08:15:30,\"0\n0\",\"open\n2026-11-21T08:15:31,51,a\n2026-11-21T08:15:32,55,\"b\"\n";
    let settings = InputSettings { max_record: 60, ..InputSettings::default() };
    let calls = read_all_ways(log.as_bytes(), &settings);
    assert_eq!((codes(&calls), calls.reasons()), (vec!["51", "55"], vec![RejectReason::UnbalancedQuote]));
}

#[test]
fn an_over_long_row_is_one_reject() {
    let long = "x".repeat(500);
    let log = format!(
        "time,rc\n2026-11-21T08:15:30,00\n{long}\n2026-11-21T08:15:31,51\n\"{long}\",1\n\"{long}\n{long}"
    );
    let settings = InputSettings { max_record: 100, ..InputSettings::default() };
    let calls = read_all_ways(log.as_bytes(), &settings);
    assert_eq!((codes(&calls), calls.reasons()), (vec!["00", "51"], vec![RejectReason::TooLong; 4]));
    assert_eq!(calls.rejects()[0].0, Position { offset: 31, line: 3 });
}

#[test]
fn a_row_of_exactly_the_limit_is_read() {
    let log = b"time,rc\n2026-11-21T08:15:30,00\n2026-11-21T08:15:31,51";
    let settings = InputSettings { max_record: 23, ..InputSettings::default() };
    assert_eq!(codes(&read_all_ways(log, &settings)), ["00", "51"]);
    let settings = InputSettings { max_record: 22, ..InputSettings::default() };
    let calls = read_all_ways(log, &settings);
    assert_eq!((codes(&calls), calls.reasons()), (vec!["51"], vec![RejectReason::TooLong]));
}

#[test]
fn files_without_header_take_the_names_that_are_given() {
    let settings = named(&["time", "-", "rc"]);
    let rows = "2026-11-21T08:15:30,4111111111111111,00\n2026-11-21T08:15:31,x,51\n";
    assert_eq!(codes(&read_all_ways(rows.as_bytes(), &settings)), ["00", "51"]);
    // A header that is there nevertheless is left out.
    for header in ["time,-,rc", "Time,-,RC", "timestamp,pan,response_code"] {
        let calls = read_all_ways(format!("{header}\n{rows}").as_bytes(), &settings);
        assert_eq!((codes(&calls), calls.0.len()), (vec!["00", "51"], 2));
    }
    // A last column that is empty in the first row.
    assert_eq!(
        codes(&read_all_ways(
            b"2026-11-21T08:15:30;00;\n2026-11-21T08:15:31;51;x\n",
            &named(&["time", "rc", "tid"])
        )),
        ["00", "51"]
    );
    let message = error(rows, &named(&["time", "rc"])).to_string();
    assert_eq!(message, "the first row has 3 columns where 2 were named");
}

#[test]
fn detection_tells_what_is_wrong_without_showing_card_data() {
    let any = InputSettings::default();
    for (log, message) in [
        (
            "time,tid,colour,4111111111111111\n",
            "the header row lacks response_code or mti; unknown columns: `colour`, column 4 (16 characters)",
        ),
        (
            "mti,stan\n",
            "the header row lacks a time (time, or local_time with local_date, or transmission_time)",
        ),
        ("time,rc,DE39\n", "`rc` and `DE39` both stand for the column `response_code`"),
        (
            "\u{1}\u{2}\u{3}\n",
            "no known log format: looked for a header row with column names such as `time` and `response_code`, separated by comma, tab, pipe or semicolon, and for jPOS records (`<log realm=`)",
        ),
    ] {
        assert_eq!(error(log, &any).to_string(), message);
    }
    assert_eq!(error("2026-11-21T08:15:30,4111111111111111,00\n", &any), DetectError::Unknown);
    let utf16: Vec<u8> = "\u{feff}time,rc".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(matches!(detect(&utf16, &any), Err(DetectError::Utf16)));
    let endless = format!("time,rc,{}", "x".repeat(posmortem_logs::SAMPLE_SIZE));
    assert!(matches!(
        error(&endless[..posmortem_logs::SAMPLE_SIZE], &any),
        DetectError::EndlessHeader { .. }
    ));
    let forced = InputSettings { forced_format: Some(InputFormat::Delimited), ..any.clone() };
    assert!(matches!(error("<log realm=\"a\" at=\"b\">\n", &forced), DetectError::MissingColumns { .. }));
    let detection = detect(b"time,rc,colour\n", &any).expect("a format");
    assert_eq!(detection.unknown_columns, ["`colour`"]);
    assert!(!format!("{detection:?}").contains("colour,"));
}

#[test]
fn jpos_is_detected_by_its_records() {
    for log in [
        "<log realm=\"a\" at=\"b\">",
        "<?xml version=\"1.0\"?>\n<logger>\n  <log at='b'>",
        "2026-11-21 DEBUG x,y,z - <log realm=\"a\">",
    ] {
        let format = detect(log.as_bytes(), &InputSettings::default()).expect("a format").format;
        assert_eq!(format.input_format(), InputFormat::Jpos);
    }
    assert_eq!(error("<log x>\n", &InputSettings::default()), DetectError::Unknown);
}

#[test]
fn rows_take_their_time_from_the_first_column_that_has_one() {
    let log = "time,de12,de13,de7,rc\n2026-11-21T08:15:30,1,1,1,00\n,081531,1121,1,00\n,20261121081532,,,00\n\
               x,,,1121081533,00\n,081534,,,00\n,,1121,,00\n";
    let hint = DateHint::new(2026, 11, 21);
    let calls = read_all_ways(log.as_bytes(), &InputSettings { date_hint: hint, ..InputSettings::default() });
    let times: Vec<_> = calls.messages().iter().map(|message| message.at.to_string()).collect();
    let expected = ["30", "31", "32", "33"].map(|second| format!("2026-11-21T08:15:{second}.000"));
    assert_eq!((times, calls.reasons()), (expected.to_vec(), vec![RejectReason::BadTime; 2]));
    let without_hint = read(log.as_bytes(), &InputSettings::default());
    assert_eq!(without_hint.messages().len(), 2);
}

#[test]
fn times_without_zone_are_put_into_the_zone_given() {
    let log = b"time,rc\n2026-11-21T08:15:30,00\n2026-11-21T08:15:30Z,00\n";
    let zone = jiff::tz::TimeZone::get("Asia/Shanghai").expect("a zone");
    let calls = read_all_ways(log, &InputSettings { time_zone: Some(zone), ..InputSettings::default() });
    let times: Vec<_> = calls.messages().iter().map(|message| message.at.to_string()).collect();
    assert_eq!(times, ["2026-11-21T08:15:30.000+08:00", "2026-11-21T08:15:30.000Z"]);
}

#[test]
fn the_user_s_aliases_win() {
    let aliases = vec![("ts".to_owned(), None), ("when".to_owned(), Some(Column::Time))];
    let settings = InputSettings { aliases, ..InputSettings::default() };
    assert_eq!(codes(&read_all_ways(b"ts,when,rc\nx,2026-11-21T08:15:30,00\n", &settings)), ["00"]);
}

/// Gives some bytes, then fails.
struct Failing<'b>(&'b [u8]);

impl std::io::Read for Failing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self.0 {
            [] => Err(std::io::Error::other("the cable came out")),
            _ => self.0.read(buffer),
        }
    }
}

#[test]
fn a_failing_source_gives_all_whole_rows_first() {
    let log = b"time,rc,tid\n2026-11-21T08:15:30,00,1\n2026-11-21T08:15:31,51,2\n2026-11-21T08:15:32,5";
    let format = detect(log, &InputSettings::default()).expect("a format").format;
    for block_size in 1..=log.len() + 1 {
        let (calls, error) = read_source(Failing(log), &format, &blocks_of(block_size));
        assert_eq!(error.as_deref(), Some("broken off after byte 83: the cable came out"));
        assert_eq!((codes(&calls), calls.reasons()), (vec!["00", "51"], vec![RejectReason::BrokenOff]));
        // At a row's end nothing is lost.
        let (calls, error) = read_source(Failing(&log[..62]), &format, &blocks_of(block_size));
        assert!(error.is_some() && calls.rejects().is_empty());
    }
}
