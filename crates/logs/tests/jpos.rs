//! Q2 logs as whole streams: what stands around the records, breaks, and limits.

mod calls;

use calls::{Calls, read, read_source};
use posmortem_logs::{Column, InputSettings, Position, RejectReason, detect};

const RECORD: &str = "<log realm=\"r\" at=\"2026-11-21T08:15:30\">\n<isomsg><field id=\"0\" value=\"0800\"/></isomsg>\n</log>\n";

fn read_all_ways(log: &str, settings: &InputSettings) -> Calls {
    let whole = read(log.as_bytes(), settings);
    for block_size in 1..=log.len() + 1 {
        let settings = InputSettings { block_size, ..settings.clone() };
        assert_eq!(read(log.as_bytes(), &settings).0, whole.0, "blocks of {block_size}");
    }
    whole
}

#[test]
fn what_stands_around_records_is_told_once_or_not_at_all() {
    let prologue = "\u{feff}<?xml version=\"1.0\"?>\n<logger class=\"x\">\n";
    for (log, messages, non_messages) in [
        (format!("{prologue}{RECORD}{RECORD}</logger>\n"), 2, 0),
        // Files put end to end.
        (format!("{prologue}{RECORD}</logger>\n{prologue}{RECORD}"), 2, 0),
        (format!("starting up\n{prologue}{RECORD}"), 1, 1),
        // A bridge to log4j puts its own line before each record.
        (format!("08:15 DEBUG x - {RECORD}08:15 DEBUG x - {RECORD}"), 2, 1),
        (format!("{RECORD}<log realm=\"x\" at=\"y\"><connect/></log>{RECORD}"), 2, 1),
    ] {
        let calls = read_all_ways(&log, &InputSettings::default());
        let told = (calls.messages().len(), calls.non_messages(), calls.rejects().len());
        assert_eq!(told, (messages, non_messages, 0), "{log}");
    }
}

#[test]
fn records_written_into_each_other_lose_only_what_is_torn() {
    let (front, back) = RECORD.split_at(60);
    let calls = read_all_ways(&format!("{front}{RECORD}{back}{RECORD}"), &InputSettings::default());
    assert_eq!((calls.messages().len(), calls.reasons()), (2, vec![RejectReason::BrokenOff]));
}

#[test]
fn an_over_long_record_is_one_reject() {
    let long = RECORD.replace("0800", &"8".repeat(900));
    let settings = InputSettings { max_record: RECORD.len(), ..InputSettings::default() };
    let calls = read_all_ways(&format!("{RECORD}{long}{RECORD}{long}"), &settings);
    assert_eq!((calls.messages().len(), calls.reasons()), (2, vec![RejectReason::TooLong; 2]));
    assert_eq!(calls.rejects()[0].0, Position { offset: RECORD.len() as u64, line: 4 });
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
fn a_failing_source_gives_all_whole_records_first() {
    let log = format!("{RECORD}{RECORD}");
    let format = detect(log.as_bytes(), &InputSettings::default()).expect("a format").format;
    for (len, messages, reasons) in [
        (log.len(), 2, vec![]),
        // The record is whole, the line is not.
        (log.len() - 1, 2, vec![]),
        (log.len() - 2, 1, vec![RejectReason::BrokenOff]),
        (RECORD.len() + 5, 1, vec![RejectReason::BrokenOff]),
        (RECORD.len() + 4, 1, vec![]),
    ] {
        for block_size in 1..=log.len() + 1 {
            let settings = InputSettings { block_size, ..InputSettings::default() };
            let (calls, error) = read_source(Failing(&log.as_bytes()[..len]), &format, &settings);
            let offset = format!("broken off after byte {len}: the cable came out");
            assert_eq!(error, Some(offset));
            assert_eq!((calls.messages().len(), calls.reasons()), (messages, reasons.clone()), "{len}");
        }
    }
}

#[test]
fn records_tell_their_link_time_and_trace() {
    let log = "<log realm='c/10.0.0.1:50000' at='Mon Nov 24 00:00:03 EST 2014.29' trace-id='t-1'>\
               <isomsg direction='incoming'><field id='0' value='0210'/></isomsg></log>";
    let zone = jiff::tz::TimeZone::get("America/New_York").expect("a zone");
    let calls = read_all_ways(log, &InputSettings { time_zone: Some(zone), ..InputSettings::default() });
    let [message] = calls.messages()[..] else { panic!("one message") };
    assert_eq!(message.at.to_string(), "2014-11-24T00:00:03.029-05:00");
    let values = [Column::Link, Column::TraceId, Column::Direction].map(|column| message.get(column));
    assert_eq!(values, ["c/10.0.0.1", "t-1", "incoming"]);
    assert_eq!(message.group, None);
}

/// Comments without an end, tags without one, quotes without one: what stands behind is read all the same. How much
/// work they are is held by instructions (`scripts/check-adversarial`); the square of their size would not end here.
#[test]
fn a_record_made_to_be_slow_hides_nothing_behind_it() {
    let settings = InputSettings { block_size: 1 << 20, ..InputSettings::default() };
    for piece in [
        "<!--",
        "<isomsg>",
        "<isomsg><field id=\"0",
        "<isomsg><field id='2'><![CDATA[",
        "<entry key='RC'>",
        "<",
    ] {
        let body = piece.repeat(900_000 / piece.len());
        let log = format!("<log realm=\"r\" at=\"x\"><abort>{body}</abort></log>\n{RECORD}");
        assert_eq!(read(log.as_bytes(), &settings).messages().len(), 1, "{piece}");
    }
}
