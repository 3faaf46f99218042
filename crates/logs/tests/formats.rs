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
        ("hex-lines", InputFormat::HexLines),
        ("hex-jpos", InputFormat::HexLines),
        ("hex-groups", InputFormat::HexLines),
        ("hex-xxd", InputFormat::HexLines),
        ("hex-tandem", InputFormat::HexLines),
        ("hex-ultra", InputFormat::HexLines),
        ("hex-bare", InputFormat::HexLines),
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

/// Fields as a sink is told of them, in a line a message.
#[derive(Default)]
struct Fields {
    pending: String,
    messages: Vec<String>,
}

impl Fields {
    fn of(log: &str, settings: &InputSettings) -> Vec<String> {
        let format = detect(log.as_bytes(), settings).expect("a format").format;
        let mut fields = Self::default();
        calls::feed(log.as_bytes(), &format, settings, &mut fields);
        assert_eq!(fields.pending, "");
        fields.messages
    }

    fn end(&mut self) {
        self.messages.push(std::mem::take(&mut self.pending).trim_start().to_owned());
    }
}

impl RecordSink for Fields {
    fn takes_fields(&self) -> bool {
        true
    }

    fn field(&mut self, name: FieldName<'_>, value: &[u8]) {
        let text = String::from_utf8_lossy;
        let name = match name {
            FieldName::Element(element) => element.to_string(),
            FieldName::Part { element, part } => format!("{element}.{}", text(part)),
            FieldName::Column(column) => column.to_string(),
            FieldName::Other(name) => format!("?{}", text(name)),
        };
        self.pending += &format!(" {name}={}", text(value));
    }

    fn record(&mut self, _: &Record<'_>) {
        self.end();
    }

    fn rejected(&mut self, _: Position, _: RejectReason) {
        self.end();
    }

    fn non_message(&mut self, _: Position) {
        assert_eq!(self.pending, "");
    }
}

#[test]
fn sinks_that_ask_are_told_of_every_field() {
    let of = |name: &str| Fields::of(&data(&format!("{name}.log")), &settings());
    let rows = "time,device_id,tid,de5,rc,colour,stan\n2026-11-21T08:15:30,a,T1,7,00,red,\n\
                2026-11-21T08:15:31,\"b,c\",T2,,\"05\",\"blue\",1\nx,,T3,,00,,\n1,2\n";
    assert_eq!(
        Fields::of(rows, &settings()),
        [
            "time=2026-11-21T08:15:30 41=a 41=T1 5=7 39=00 ?colour=red",
            "time=2026-11-21T08:15:31 41=b,c 41=T2 39=05 ?colour=blue 11=1",
            "time=x 41=T3 39=00",
            "",
        ]
    );
    assert_eq!(
        of("ndjson")[1],
        "time=2026-11-21T08:15:30.900Z 0=0210 11=000123 41=10012345 39=51 \
         reason_text=not \"enough\" funds 5=7 ?colour=red"
    );
    assert_eq!(of("keyvalue")[2], "time=2026-11-21 08:15:31 0=0210 11=000124 41=10012345 39=00 5=7");
    assert_eq!(
        of("jpos-jsonl")[1],
        "time=2026-03-19T14:02:11.482Z direction=incoming link=channel/10.0.0.1:4321 trace_id=0f2c \
         0=0210 11=123456 39=91 63=a & b"
    );
    assert_eq!(of("ist")[0], "39=00 105=0200 0=0210");
    assert!(of("table")[1].contains("11=002141 41=10012345 55.9F26=8F4011AA22BB33CC 0=0200 3=003000"));
    assert!(of("moov")[0].contains("3.01=12 3.02=34 3.03=56 3=123456 11=123456"));
    assert!(of("postilion")[0].ends_with("41=10012345 127.002=abc"));
    assert!(of("jreactive")[0].contains("48=first line\nsecond line 60=foo"));
}

#[test]
fn the_same_records_come_whether_fields_are_asked_for_or_not() {
    struct Quiet(Calls);
    impl RecordSink for Quiet {
        fn takes_fields(&self) -> bool {
            true
        }
        fn record(&mut self, record: &Record<'_>) {
            self.0.record(record);
        }
        fn rejected(&mut self, position: Position, reason: RejectReason) {
            self.0.rejected(position, reason);
        }
        fn non_message(&mut self, position: Position) {
            self.0.non_message(position);
        }
    }
    let torn = "<log realm=\"r\" at=\"2026-11-21T08:15:30\"><isomsg><field id=\"0\" value=\"0210\"/>\
                <field id=\"46\">no end\n</isomsg></log>";
    let logs = ["jpos-prefixed", "jpos-jsonl", "ndjson", "ist", "table", "moov"];
    let logs = logs.into_iter().map(|name| data(&format!("{name}.log"))).chain([torn.to_owned()]);
    for log in logs {
        let format = detect(log.as_bytes(), &settings()).expect("a format").format;
        let mut asking = Quiet(Calls::default());
        calls::feed(log.as_bytes(), &format, &settings(), &mut asking);
        assert_eq!(asking.0.0, read(log.as_bytes(), &settings()).0);
    }
}

#[test]
fn a_users_listing_is_read_and_goes_before_those_built_in() {
    let listings = "[[listing]]\nname = 'acme'\nneedles = ['<<MSG']\nstart = '^<<MSG (?<mti>\\d{4}) (?<direction>\\w+)'\n\
                    end = '^>>'\nlines = ['^(?<name>\\w+) -> (?<value>.*)$']\ndate_order = 'day-first'\n";
    let log = "21-11-26 08:00:00 up\n<<MSG 0210 in\nat -> 2026-11-21 08:15:30\nKasse -> T1\nDE39 -> 51\n>>\nDE11 -> 9\n\
               <<MSG 0800 out\nat -> 2026-11-21 08:15:31\n";
    let settings = InputSettings {
        listings: posmortem_logs::Listing::parse(listings).expect("a listing"),
        aliases: vec![("kasse".to_owned(), Some(Column::TerminalId))],
        ..settings()
    };
    let Format::Labelled(labelled) = detect(log.as_bytes(), &settings).expect("a format").format else {
        panic!("labelled")
    };
    assert_eq!((labelled.listing().name(), labelled.listing().is_verified()), ("acme", false));
    assert_eq!(
        shown(&read(log.as_bytes(), &settings)),
        "1 no message\n\
         2 2026-11-21T08:15:30.000 time=\"2026-11-21 08:15:30\" mti=\"0210\" terminal_id=\"T1\" \
         response_code=\"51\" direction=\"in\"\n\
         8 2026-11-21T08:15:31.000 time=\"2026-11-21 08:15:31\" mti=\"0800\" direction=\"out\"\n"
    );
}

/// Values without an end, names without one, more and more lines of one value: reading them must take time
/// and memory in proportion, or this test does not end.
#[test]
fn records_made_to_be_slow_are_not() {
    let many = |piece: &str| piece.repeat(900_000 / piece.len());
    let ist = "26.09.05 18:12:08 [ FromIso:1]*** INBOUND MESSAGE ID[] ***\n";
    let json = "{\"time\":\"2026-11-21T08:15:30Z\",\"mti\":\"0210\",";
    let jreactive = "x MTI: 0x0210\n  39: [a:ALPHA(2)] = '05'\n  48: [a:LLLVAR(9)] = 'x\n";
    for (name, log) in [
        ("ist", format!("{ist}{}", many(" in[ 55: ]<9F26>\n"))),
        ("ndjson", format!("{json}\"{}\":{{\"a\":1{}}}}}\n", "n".repeat(400_000), ",\"b\":2".repeat(60_000))),
        ("ndjson", format!("{json}{}\"a\":1}}\n", many("\"a\":"))),
        ("jpos-jsonl", format!("{{\"a\":[{}\"\"]}}\n", many("\"<isomsg/>\","))),
        ("keyvalue", many("a=\" b=' ")),
        ("keyvalue", many("a==")),
        ("table", format!("07-10-25 00:00:04\n{}", many("X | 1.1 | \"0\"\n"))),
        ("labelled", format!("{jreactive}{}", many("y\n"))),
    ] {
        let format = InputFormat::from_name(name).expect("a format");
        let known = if name == "labelled" { data("jreactive.log") } else { data(&format!("{name}.log")) };
        let forced = InputSettings { forced_format: Some(format), ..settings() };
        let format = detect(known.as_bytes(), &forced).expect("a format").format;
        let mut calls = Calls::default();
        calls::feed(log.as_bytes(), &format, &settings(), &mut calls);
        assert!(!calls.0.is_empty(), "{name}");
    }
}

#[test]
fn a_listing_that_begins_inside_a_message_begins_with_a_reject() {
    let log = data("moov.log");
    let start = log.find("F11").expect("a field");
    let cut = &log[start..];
    let forced = InputSettings { forced_format: Some(InputFormat::Labelled), ..settings() };
    let format = detect(log.as_bytes(), &forced).expect("a listing").format;
    let calls = calls::read_source(cut.as_bytes(), &format, &settings()).0;
    let [(position, reason), ..] = calls.rejects()[..] else { panic!("a reject") };
    assert_eq!((position.offset, reason), (0, RejectReason::BrokenOff));
    assert_eq!(calls.non_messages(), 0);
}

#[test]
fn an_event_may_stand_behind_a_prefix() {
    let event = "{\"kind\":\"receive\",\"payload\":[{\"t\":\"msg\",\"m\":\"<isomsg><field id=\\\"0\\\" value=\\\"0210\\\"/>\
                 <field id=\\\"39\\\" value=\\\"51\\\"/></isomsg>\"}]}";
    let log = format!("2026-11-21 08:15:30.250 INFO {event}\n2026-11-21 08:15:31 {{torn\n{{torn\n");
    let calls = read(log.as_bytes(), &settings());
    let [message] = calls.messages()[..] else { panic!("one message") };
    assert_eq!(message.at.to_string(), "2026-11-21T08:15:30.250");
    assert_eq!(message.get(Column::ResponseCode), "51");
    assert_eq!((calls.non_messages(), calls.reasons()), (1, vec![RejectReason::BadJson]));
}
