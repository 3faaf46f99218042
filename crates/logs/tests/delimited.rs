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
fn rows_of_nothing_are_no_messages() {
    let log = "time,mti,rc\n2026-11-21T08:15:30,0210,00\n,,\n,,,,,\n\"\",\"\",\"\"\n , ,\"\t\"\r\n\"\"\n\n,0210,00\n,";
    let calls = read_all_ways(log.as_bytes(), &InputSettings::default());
    assert_eq!((codes(&calls), calls.non_messages()), (vec!["00"], 6));
    assert_eq!(calls.reasons(), [RejectReason::BadTime]);
    let calls = read_all_ways(b"time\trc\n\t\n\t\t\t\n \n", &InputSettings::default());
    assert_eq!((calls.non_messages(), calls.0.len()), (2, 2));
    // Before the header they are passed over like empty lines.
    let calls = read_all_ways(b",,\ntime,rc\n2026-11-21T08:15:30,00\n", &InputSettings::default());
    assert_eq!((codes(&calls), calls.0.len()), (vec!["00"], 1));
}

#[test]
fn the_first_line_of_excel_sets_the_separator() {
    let any = InputSettings::default();
    for (declaration, separator) in [
        ("sep=;\n", ';'),
        ("sep=,\r\n", ','),
        ("SEP=^\n", '^'),
        ("\u{feff}sep=;\r\n", ';'),
        ("\"sep=;\"\n\n", ';'),
        ("sep=\t\n# by hand\n", '\t'),
    ] {
        let rows =
            "time/reason_text/rc\n2026-11-21 08:15:30/a/00\nx/a/00\n".replace('/', &separator.to_string());
        let log = format!("{declaration}{rows}");
        let calls = read_all_ways(log.as_bytes(), &any);
        assert_eq!((codes(&calls), calls.reasons()), (vec!["00"], vec![RejectReason::BadTime]), "{log}");
        assert_eq!(calls.0.len(), 2);
    }
    // What the user says wins; without a header the line is none either; anything else is a row.
    let settings = InputSettings { separator: Some(b','), ..any.clone() };
    assert_eq!(codes(&read_all_ways(b"sep=;\ntime,rc\n2026-11-21T08:15:30,00\n", &settings)), ["00"]);
    let calls = read_all_ways(b"sep=;\n2026-11-21T08:15:30;00\n", &named(&["time", "rc"]));
    assert_eq!((codes(&calls), calls.0.len()), (vec!["00"], 1));
    for log in ["sep=;;\ntime;rc\n", "sep=x\ntimexrc\n", "\nsep=;\ntime;rc\n"] {
        assert!(matches!(error(log, &any), DetectError::Unknown { .. }), "{log}");
    }
    assert_eq!(error("sep=;\n", &any), DetectError::Empty);
}

#[test]
fn comments_before_the_header_are_passed_over() {
    let rows = "2026-11-21T08:15:30,00\n2026-11-21T08:15:31,51\n";
    for comments in [
        "# Exported by \"the switch\"\n",
        "\u{feff}# a,\"b\r\n#\n\n#c,d,e\n",
        "# time, codes\n#,\"\n",
        // Longer than the largest record.
        &format!("#{}\n", "x,\"".repeat(50)),
    ] {
        let settings = InputSettings { max_record: 60, ..InputSettings::default() };
        let calls = read_all_ways(format!("{comments}time,rc\n{rows}").as_bytes(), &settings);
        assert_eq!((codes(&calls), calls.0.len()), (vec!["00", "51"], 2), "{comments}");
        let lines = 2 + comments.lines().count() as u64;
        assert_eq!(calls.messages()[0].position.line, lines);
        let settings = InputSettings { max_record: 60, ..named(&["time", "rc"]) };
        let calls = read_all_ways(format!("{comments}{rows}").as_bytes(), &settings);
        assert_eq!((codes(&calls), calls.0.len()), (vec!["00", "51"], 2), "{comments}");
    }
    // A header may have a column of that name, and rows a value.
    let calls = read_all_ways(b"#,time,rc\n#1,2026-11-21T08:15:30,00\n", &InputSettings::default());
    assert_eq!((codes(&calls), calls.0.len()), (vec!["00"], 1));
    let calls = read_all_ways(b"#1,2026-11-21T08:15:30,00\n", &named(&["-", "time", "rc"]));
    assert_eq!(codes(&calls), ["00"]);
    for log in ["# nothing\n", "# nothing\n\n#"] {
        assert_eq!(error(log, &InputSettings::default()), DetectError::Empty);
        assert_eq!(error(log, &named(&["time", "rc"])), DetectError::Empty);
    }
    let broken = b"# a\n# b\ntime,rc\n2026-11-21T08:15:30,00\n";
    let format = detect(broken, &InputSettings::default()).expect("a format").format;
    for len in 0..8 {
        let (calls, error) = read_source(Failing(&broken[..len]), &format, &blocks_of(3));
        assert_eq!(error, Some(format!("broken off after byte {len}: the cable came out")));
        assert_eq!(calls.0, []);
    }
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
            "the header row lacks response_code or mti; unknown columns: `colour`, column 4 (16 characters); columns are named with `--columns`, or in the configuration's `[columns]` table",
        ),
        (
            "mti,stan\n",
            "the header row lacks a time (time, or date with time, or local_time with local_date, or transmission_time); columns are named with `--columns`, or in the configuration's `[columns]` table",
        ),
        ("time,rc,DE39\n", "`rc` and `DE39` both stand for the column `response_code`"),
    ] {
        assert_eq!(error(log, &any).to_string(), message);
    }
    let unknown = error("\u{1}\u{2}\u{3}\n", &any).to_string();
    assert!(unknown.starts_with("no known log format: not delimited (no header row with "), "{unknown}");
    for hint in ["`--input-format`", "`--profile`", "`--columns`"] {
        assert!(unknown.contains(hint), "{unknown}");
    }
    let no_header = error("2026-11-21T08:15:30,4111111111111111,00\n", &any);
    assert!(matches!(no_header, DetectError::Unknown { .. }));
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
fn a_forced_format_says_how_to_go_on_too() {
    let forced = InputSettings { forced_format: Some(InputFormat::Delimited), ..InputSettings::default() };
    let message = error("Zeit;Kasse;4111111111111111\n", &forced).to_string();
    assert!(message.contains("--columns") && message.contains("[columns]"));
    assert!(!message.contains("Kasse") && !message.contains("4111"));
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
    assert!(matches!(error("<log x>\n", &InputSettings::default()), DetectError::Unknown { .. }));
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

fn times(log: &str, hint: Option<DateHint>) -> Vec<String> {
    let calls = read_all_ways(log.as_bytes(), &InputSettings { date_hint: hint, ..InputSettings::default() });
    assert_eq!(calls.rejects(), [], "{log}");
    calls.messages().iter().map(|message| message.at.to_string()).collect()
}

#[test]
fn ten_digits_that_are_no_recent_epoch_are_a_date_without_year() {
    let hint = DateHint::new(2026, 11, 21);
    let log = "time,rc\n1120100000,00\n0901235959,00\n1262304000,00\n1795248930,00\n";
    let read = ["2026-11-20T10:00:00.000", "2026-09-01T23:59:59.000", "2010-01-01T00:00:00.000Z"];
    assert_eq!(times(log, hint), [&read[..], &["2026-11-21T08:15:30.000Z"]].concat());
    // Without a hint there is no year, and what is neither is no time.
    for (rows, hint) in [("1120100000,00", None), ("1240100000,00\n1320100000.5,00\n1199999999,00", hint)] {
        let log = format!("time,rc\n{rows}\n");
        let settings = InputSettings { date_hint: hint, ..InputSettings::default() };
        let reasons = read_all_ways(log.as_bytes(), &settings).reasons();
        let expected = if hint.is_some() { 2 } else { 1 };
        assert_eq!(reasons, vec![RejectReason::BadTime; expected], "{rows}");
    }
}

#[test]
fn date_and_time_may_stand_in_columns_of_their_own() {
    let ten = "2026-11-20T10:00:00.000";
    let hint = DateHint::new(2026, 11, 21);
    for log in [
        "date,time,rc\n2026-11-20,10:00:00,00\n",
        "rc,txn_time,txn_date\n00,10:00:00.000,2026/11/20\n",
        "tran_date|tran_time|rc\n20261120|100000|00\n",
        "transaction_date,transaction_time,rc\n1120,100000,00\n",
        "local_date,time,rc\n2026-11-20,10:00:00,00\n",
        "local_date,local_time,rc\n2026-11-20,10:00:00,00\n",
        "date,de12,rc\n2026-11-20,100000,00\n",
        "date;time;rc\n20.11.2026;10:00;00\n",
        "date,time,rc\n20-Nov-2026,10:00:00 AM,00\n",
        // The midnight of a database says nothing; any other time does.
        "txn_date,txn_time,rc\n2026-11-20 00:00:00,10:00:00,00\n",
        "txn_date,txn_time,rc\n2026-11-20 10:00:00,10:00:59,00\n",
        "txn_date,rc\n2026-11-20 10:00:00,00\n",
        "created_at,rc\n2026-11-20 10:00:00,00\n",
        "date,time,rc\n2026-11-20 10:00:00,,00\n",
        // A whole time needs no date, and of two dates the better name counts.
        "date,time,rc\n2020-01-01,2026-11-20 10:00:00,00\n",
        "created_at,txn_date,time,rc\n2020-01-01,2026-11-20,10:00:00,00\n",
        "created_at,de13,de12,rc\n2026-11-20,1120,100000,00\n",
        // Beyond midnight DE13 is yesterday's, so that DE12 goes before the time column.
        "time,de12,de13,rc\n00:00:01,100000,1120,00\n",
    ] {
        assert_eq!(times(log, hint), [ten], "{log}");
    }
    let log =
        b"date,time,rc\n2026-11-20,,00\n,10:00:00,00\n11/20/2026,10:00:00,00\n2026-11-20,10:00:00 XX,00\n";
    let calls = read_all_ways(log, &InputSettings::default());
    assert_eq!(calls.reasons(), [RejectReason::BadTime; 4]);
    let zone = jiff::tz::TimeZone::get("Asia/Shanghai").expect("a zone");
    let settings = InputSettings { time_zone: Some(zone), ..InputSettings::default() };
    let calls = read_all_ways(b"date,time,rc\n2026-11-20,10:00:00 PM,00\n", &settings);
    assert_eq!(calls.messages()[0].at.to_string(), "2026-11-20T22:00:00.000+08:00");
}

#[test]
fn a_word_behind_a_time_is_read_or_refused() {
    let log = b"time,rc\n2026-11-20 10:00:00 PM,00\n2026-11-20 10:00:00 XX,00\n2026-11-20 10:00:00 GMT,00\n";
    let calls = read_all_ways(log, &InputSettings::default());
    let times: Vec<_> = calls.messages().iter().map(|message| message.at.to_string()).collect();
    assert_eq!(times, ["2026-11-20T22:00:00.000", "2026-11-20T10:00:00.000Z"]);
    assert_eq!(calls.reasons(), [RejectReason::BadTime]);
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
