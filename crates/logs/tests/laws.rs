//! What must hold for any bytes: no panic, the same calls at any block size and in any splits, and the same rows as
//! the crate `csv` finds.

mod calls;

use calls::{Call, Calls, feed, read_all, read_source};
use posmortem_logs::{
    BlockReader, Column, Format, InputFormat, InputSettings, Position, Record, RecordSink, RejectReason,
    Split, detect,
};
use proptest::prelude::*;

const ROWS: &[u8] = b"time,mti,stan,tid,rc,reason_text\r\n\
    2026-11-21T08:15:30.250,0210,000001,10012345,00,\n\
    \"2026-11-21 08:15:31\",0210,000002,10012345,\"51\",\"not \"\"enough\"\", said\nthe host\"\n\
    \n1795248930,0200,3,10012345,,x\ntime,mti,stan,tid,rc,reason_text\n,,,,,\n2026-11-21T08:15:33Z,,4,\"1\"0,91,\"\"";

/// What stands before a header, the header, and columns that make up a time.
const PREFACED: &[u8] =
    b"\xef\xbb\xbfsep=;\r\n# by \"hand\";\"\n\n;;\ntxn_date;txn_time;rc;#\n2026-11-20;10:00:00 PM;00;1\n\
    \"20.11.2026\";\"100000\";\"51\";\n;;;\n\"\";\"\";\"\";\"\"\n1120;10:00;55;\"a\nb\"\n";

const JPOS: &[u8] = b"\xef\xbb\xbf<?xml version=\"1.0\"?>\n<logger class=\"x\">\n\
    <log realm=\"channel/10.0.0.1:49321\" at=\"Mon Nov 24 00:00:03 EST 2014.292\" trace-id=\"t\">\n <send>\n\
      <isomsg direction=\"outgoing\"><!-- p --><field id=\"0\" value=\"0200\"/><field id=\"11\" value=\"&#49;\"/>\n\
      <isomsg id=\"48\"><field id=\"0\" value=\"9\"/></isomsg><field id=\"48\"><![CDATA[</isomsg><log ]]></field></isomsg>\n\
    </send>\n</log>\n\
    <log realm=\"debug\" at=\"2026-11-21T08:15:30\">\n<abort><entry key='RESPONSE'><isomsg><field id=\"0\" value=\"0210\"/>\
    <field id=\"39\" value=\"05\"/></isomsg></entry><entry key='EXTRC'>a &amp; b</entry><entry key='REQUEST'>\
    <isomsg><field id=\"0\" value=\"0200\"/><field id=\"11\" value=\"7\"/></isomsg></entry></abort></log>\n\
    <log realm=\"x\" at=\"2026-11-21T08:15\"><exception>a.<init>(\"b < c\")</exception></log>\n\
    <log realm=\"x\" at=\"2026-11-21T08:15:31\"><isomsg><field id=\"0\" value=\"!MTI\"/></isomsg><isomsg>\n";

/// A log of every other format, and of every listing that is built in.
const OTHERS: [&[u8]; 22] = [
    include_bytes!("data/ndjson.log"),
    include_bytes!("data/keyvalue.log"),
    include_bytes!("data/jpos-jsonl.log"),
    include_bytes!("data/jpos-prefixed.log"),
    include_bytes!("data/ist.log"),
    include_bytes!("data/table.log"),
    include_bytes!("data/moov.log"),
    include_bytes!("data/jreactive.log"),
    include_bytes!("data/postilion.log"),
    include_bytes!("data/dotted.log"),
    include_bytes!("data/iso8583-rs.log"),
    include_bytes!("data/pyiso8583.log"),
    include_bytes!("data/named-elements.log"),
    include_bytes!("data/bracketed.log"),
    include_bytes!("data/iso8583tool.log"),
    include_bytes!("data/hex-lines.log"),
    include_bytes!("data/hex-jpos.log"),
    include_bytes!("data/hex-groups.log"),
    include_bytes!("data/hex-xxd.log"),
    include_bytes!("data/hex-tandem.log"),
    include_bytes!("data/hex-ultra.log"),
    include_bytes!("data/hex-bare.log"),
];

fn format_of(log: &[u8], settings: &InputSettings) -> Format {
    detect(log, settings).expect("a known format").format
}

/// Gives bytes in pieces, and an error at the end if asked for.
struct Pieces<'b> {
    rest: &'b [u8],
    piece: usize,
    fails: bool,
}

impl std::io::Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.rest.is_empty() && self.fails {
            return Err(std::io::Error::other("broken"));
        }
        let len = self.rest.len().min(self.piece).min(buffer.len());
        let (now, later) = self.rest.split_at(len);
        buffer[..len].copy_from_slice(now);
        self.rest = later;
        Ok(len)
    }
}

/// Takes every field, for which messages are read by the general ways alone.
#[derive(Default)]
struct WithFields(Calls);

impl RecordSink for WithFields {
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

/// Any block size, any piece size, with fields or without: the same calls. And every position is a true one, in order.
fn check(log: &[u8], format: &Format, settings: &InputSettings, piece: usize, fails: bool) -> Calls {
    let whole_settings = InputSettings { block_size: log.len() + 1, ..settings.clone() };
    let source = |piece| Pieces { rest: log, piece, fails };
    let (whole, error) = read_source(source(log.len() + 1), format, &whole_settings);
    assert_eq!(error.is_some(), fails);
    let (pieces, error) = read_source(source(piece), format, settings);
    assert_eq!(error.is_some(), fails);
    assert_eq!(pieces.0, whole.0);
    if !fails {
        let mut with_fields = WithFields::default();
        feed(log, format, &whole_settings, &mut with_fields);
        assert_eq!(with_fields.0.0, whole.0);
    }
    for call in &whole.0 {
        let position = match call {
            Call::Record(message) => message.position,
            Call::Rejected(position, _) | Call::NonMessage(position) => *position,
        };
        let before = &log[..usize::try_from(position.offset).expect("a small log")];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count() as u64;
        assert_eq!(position, Position { offset: position.offset, line });
    }
    whole
}

/// Reads a log in splits that end at `cuts`, each from up to `slack` bytes before the place from which it must be read.
/// Says whether a row went over several lines.
fn read_splits(
    log: &[u8],
    format: &Format,
    settings: &InputSettings,
    cuts: &[usize],
    slack: u64,
) -> (Calls, bool) {
    let mut cuts: Vec<u64> = cuts.iter().map(|cut| (1 + cut % log.len().max(1)) as u64).collect();
    cuts.sort_unstable();
    let starts = std::iter::once(0).chain(cuts.iter().copied());
    let ends = cuts.iter().copied().map(Some).chain([None]);
    let (mut calls, mut lines, mut over_lines) = (Calls::default(), 0, false);
    for (start, end) in starts.zip(ends) {
        let split = Split { start, end };
        let from = split.reads_from(format).saturating_sub(slack);
        let source = &log[usize::try_from(from).expect("a small log")..];
        let mut blocks = BlockReader::of_split(source, from, format, settings, split);
        let (found, error) = read_all(&mut blocks, format);
        assert_eq!(error, None);
        calls.0.extend(found.moved_down(lines).0);
        lines += blocks.lines();
        over_lines |= blocks.has_line_ends_in_rows();
    }
    (calls, over_lines)
}

/// Any splits own each frame once, unless a row goes over several lines, which they tell.
fn check_splits(log: &[u8], format: &Format, settings: &InputSettings, cuts: &[usize], slack: u64) {
    let (whole, error) = read_source(log, format, settings);
    assert_eq!(error, None);
    let (calls, over_lines) = read_splits(log, format, settings, cuts, slack);
    if !over_lines {
        assert_eq!(calls.0, whole.0, "cut at {cuts:?}");
    }
    let to_the_end = Split { start: 0, end: Some(log.len() as u64) };
    let mut blocks = BlockReader::of_split(log, 0, format, settings, to_the_end);
    assert_eq!(read_all(&mut blocks, format).0.0, whole.0);
    assert_eq!(over_lines, blocks.has_line_ends_in_rows(), "cut at {cuts:?}");
}

/// A few bytes of a log put elsewhere, left out or changed.
fn mutated(log: &'static [u8]) -> impl Strategy<Value = Vec<u8>> {
    let change = (
        0..log.len(),
        0..40_usize,
        0..log.len(),
        prop_oneof![any::<u8>(), prop::sample::select(b"\"',\n<>/=&".to_vec())],
    );
    (prop::collection::vec(change, 0..6), 0..=log.len()).prop_map(move |(changes, end)| {
        let mut log = log.to_vec();
        for (from, len, to, byte) in changes {
            let part: Vec<u8> = log.iter().skip(from).take(len).copied().collect();
            match len % 3 {
                0 => {
                    let at = to.min(log.len());
                    log.splice(at..at, part);
                }
                1 => log.retain({
                    let mut at = 0;
                    move |_| {
                        at += 1;
                        !(from..from + len).contains(&(at - 1))
                    }
                }),
                _ => {
                    if let Some(own) = log.get_mut(to) {
                        *own = byte;
                    }
                }
            }
        }
        if end % 4 == 0 {
            log.truncate(end);
        }
        log
    })
}

fn settings() -> impl Strategy<Value = InputSettings> {
    (1..400_usize, prop_oneof![1..200_usize, Just(1 << 20)]).prop_map(|(block_size, max_record)| {
        InputSettings { block_size, max_record, ..InputSettings::default() }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_rows_are_read_alike_at_any_block_size(log in mutated(ROWS), settings in settings(), piece in 1..200_usize, fails: bool) {
        check(&log, &format_of(ROWS, &settings), &settings, piece, fails);
    }

    #[test]
    fn changed_rows_behind_a_preface_are_read_alike_at_any_block_size(log in mutated(PREFACED), settings in settings(), piece in 1..200_usize, fails: bool) {
        check(&log, &format_of(PREFACED, &settings), &settings, piece, fails);
    }

    #[test]
    fn changed_records_are_read_alike_at_any_block_size(log in mutated(JPOS), settings in settings(), piece in 1..200_usize, fails: bool) {
        check(&log, &format_of(JPOS, &settings), &settings, piece, fails);
    }

    #[test]
    fn changed_logs_of_every_format_are_read_alike_at_any_block_size(
        (known, log) in prop::sample::select(OTHERS.to_vec()).prop_flat_map(|known| (Just(known), mutated(known))),
        settings in settings(),
        piece in 1..200_usize,
        fails: bool,
    ) {
        check(&log, &format_of(known, &settings), &settings, piece, fails);
    }

    #[test]
    fn splits_say_what_the_whole_log_says(
        (known, log) in prop::sample::select([ROWS, PREFACED, JPOS].into_iter().chain(OTHERS).collect::<Vec<_>>())
            .prop_flat_map(|known| (Just(known), prop_oneof![Just(known.to_vec()), mutated(known)])),
        settings in settings(),
        cuts in prop::collection::vec(any::<usize>(), 1..6),
        slack in 0..60_u64,
    ) {
        check_splits(&log, &format_of(known, &settings), &settings, &cuts, slack);
    }

    #[test]
    fn noise_is_read_alike_at_any_block_size(
        log in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(b"\",\n<log >{}=|in[39: ]<0>".to_vec())], 0..600),
        settings in settings(),
        piece in 1..200_usize,
        fails: bool,
    ) {
        for known in [ROWS, PREFACED, JPOS].into_iter().chain(OTHERS) {
            check(&log, &format_of(known, &settings), &settings, piece, fails);
        }
    }

    #[test]
    fn detection_takes_any_bytes(log in prop_oneof![mutated(ROWS), mutated(PREFACED), mutated(JPOS), prop::sample::select(OTHERS.to_vec()).prop_flat_map(mutated), prop::collection::vec(any::<u8>(), 0..200)], columns in prop::option::of(prop::collection::vec("[a-z0-9]{0,4}", 0..8))) {
        for forced_format in [None].into_iter().chain(InputFormat::ALL.map(Some)) {
            let settings = InputSettings { forced_format, columns: columns.clone(), ..InputSettings::default() };
            if let Ok(detection) = detect(&log, &settings) {
                check(&log, &detection.format, &settings, 7, false);
            }
        }
    }

    #[test]
    fn rows_are_those_that_the_crate_csv_finds(
        rows in prop::collection::vec(prop::collection::vec(cell(), 1..6), 0..12),
        last_line_ends: bool,
        settings in settings(),
    ) {
        let mut table = b"time,rc,tid,mid,host\n".to_vec();
        let rows: Vec<Vec<u8>> = rows.iter().map(|row| row.join(&b','))
            .filter(|row| !row.trim_ascii().is_empty()).collect();
        for row in &rows {
            table.extend_from_slice(row);
            table.push(b'\n');
        }
        if !last_line_ends {
            table.pop();
        }
        let settings = InputSettings { max_record: 1 << 20, ..settings };
        let calls = check(&table, &format_of(&table, &settings), &settings, 50, false);
        let rows = csv_rows(&table);
        // Where a quote stays open to the end, the two differ on purpose.
        if calls.reasons().contains(&RejectReason::UnbalancedQuote) {
            return Ok(());
        }
        let found: Vec<_> = calls.messages().iter().map(|message| {
            [Column::ResponseCode, Column::TerminalId, Column::MerchantId, Column::Link].map(|column| message.get(column).to_owned()).to_vec()
        }).collect();
        prop_assert_eq!(found, readable(&rows));
        prop_assert_eq!(calls.0.len(), rows.len());
    }
}

/// A cell: mostly a readable time, so that rows are kept, else quotes in and out of place.
fn cell() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => Just(b"2026-11-21T08:15:30".to_vec()),
        1 => Just(b"\"2026-11-21T08:15:30\"".to_vec()),
        2 => "[a-z ]{0,5}".prop_map(String::into_bytes),
        2 => "\"([a-z,\n\r]|\"\"){0,6}\"".prop_map(String::into_bytes),
        1 => "[a-z\"\r]{0,4}".prop_map(String::into_bytes),
    ]
}

/// What the crate `csv` reads behind the header, without the lines of white space that it takes for
/// rows of one field.
fn csv_rows(table: &[u8]) -> Vec<csv::ByteRecord> {
    let mut reader =
        csv::ReaderBuilder::new().terminator(csv::Terminator::Any(b'\n')).flexible(true).from_reader(table);
    reader.byte_headers().expect("memory");
    let mut start = reader.position().byte();
    let mut rows = Vec::new();
    let mut row = csv::ByteRecord::new();
    while reader.read_byte_record(&mut row).expect("memory") {
        let end = reader.position().byte();
        let [from, to] = [start, end].map(|offset| usize::try_from(offset).expect("a small table"));
        if !table[from..to].trim_ascii().is_empty() {
            rows.push(row.clone());
        }
        start = end;
    }
    rows
}

/// The values of rows that have five columns and a readable time.
fn readable(rows: &[csv::ByteRecord]) -> Vec<Vec<String>> {
    let text = |field: &[u8]| String::from_utf8_lossy(field.trim_ascii()).into_owned();
    rows.iter()
        .filter(|row| row.len() == 5 || (row.len() == 6 && text(&row[5]).is_empty()))
        .filter(|row| text(&row[0]) == "2026-11-21T08:15:30")
        .map(|row| row.iter().skip(1).take(4).map(text).collect())
        .collect()
}
