//! Log formats: detection, blocks, and the reader of each format.

use crate::days::usual_settings;
use crate::pieces::Pieces;
use crate::samples::{DAY, LOGS, encoded, logs_of, messages};
use posmortem::iso8583::wire::{Framing, Profile};
use posmortem::logs::{
    BlockReader, Column, Detection, FieldName, Format, InputFormat, InputSettings, Position, Record,
    RecordSink, RejectReason, SAMPLE_SIZE, Scratch, Split, detect, guess_header, read_block,
};
use std::io::Read;
use std::sync::LazyLock;

/// What must hold for every format.
pub(crate) const LAW: &str = "blocks, reads and splits of any size, with fields or without, give the same messages, at true places in their order";

macro_rules! formats {
    ($($name:literal => $target:ident, $seeds:ident;)*) => {
        $(
            pub(crate) fn $target(input: &[u8]) -> bool {
                static FORMATS: LazyLock<Vec<Format>> = LazyLock::new(|| formats_of($name));
                read_every_way(&FORMATS, input)
            }

            pub(crate) fn $seeds() -> Vec<Vec<u8>> {
                seeds_of($name)
            }
        )*
    };
}

formats! {
    "delimited" => delimited, delimited_seeds;
    "ndjson" => ndjson, ndjson_seeds;
    "keyvalue" => keyvalue, keyvalue_seeds;
    "jpos" => jpos, jpos_seeds;
    "jpos-jsonl" => jpos_jsonl, jpos_jsonl_seeds;
    "ist" => ist, ist_seeds;
    "table" => table, table_seeds;
    "labelled" => labelled, labelled_seeds;
    "hexlines" => hexlines, hexlines_seeds;
    "hexdump" => hexdump, hexdump_seeds;
    "frames" => frames, frames_seeds;
}

/// Streams of the public messages, by their framings, which are long enough to tell their profile.
fn framed_logs() -> Vec<Vec<u8>> {
    let mut logs = Vec::new();
    for (profile, framing) in
        [("iso87-ascii", "ascii-4"), ("iso87-bcd", "binary-2"), ("iso87-ebcdic", "binary-2")]
    {
        let profile = Profile::built_in(profile).expect("a built-in profile");
        let framing = Framing::named(framing).expect("a framing");
        let mut log = Vec::new();
        for number in 0..8_u8 {
            framing.wrap(
                &encoded(profile, |element| {
                    [3, 4, 11, 12, 13, 39, 41, 42].contains(&element) || element == 2 + number
                }),
                &mut log,
            );
        }
        logs.push(log);
    }
    let public = messages().into_iter().fold(Vec::new(), |mut log, message| {
        log.extend_from_slice(&message.bytes);
        log
    });
    logs.push(public);
    logs
}

fn logs(name: &str) -> Vec<Vec<u8>> {
    match name {
        "frames" => framed_logs(),
        _ => logs_of(name).into_iter().map(<[u8]>::to_vec).collect(),
    }
}

/// How the sample logs of a format are read.
fn formats_of(name: &str) -> Vec<Format> {
    let forced = match name {
        "hexdump" => Some(InputFormat::HexLines),
        _ => InputFormat::from_name(name),
    };
    let settings = InputSettings { forced_format: forced, guesses: true, ..usual_settings().input };
    let found = logs(name).into_iter().filter_map(|log| detect(&log, &settings).ok());
    let formats: Vec<Format> = found.map(|detection| detection.format).collect();
    assert!(!formats.is_empty(), "{name}: a sample log that is recognised");
    formats
}

/// The logs of a format behind three bytes that say how they are read.
fn seeds_of(name: &str) -> Vec<Vec<u8>> {
    let logs = logs(name);
    let ways = (0_u8..).map(|which| [which, 40, 255]);
    ways.zip(logs).map(|(way, log)| [&way[..], &log[..log.len().min(4096)]].concat()).collect()
}

/// Every log, without those bytes.
pub(crate) fn all_seeds() -> Vec<Vec<u8>> {
    let logs = LOGS.iter().map(|(_, log)| log.to_vec());
    logs.chain(framed_logs()).chain([DAY[..4096].to_vec()]).collect()
}

/// What a reader told, short enough to be compared.
#[derive(Default)]
struct Calls {
    takes_fields: bool,
    calls: Vec<Call>,
    fields: usize,
}

#[derive(PartialEq, Eq, Debug)]
enum Call {
    Record { position: Position, at: i64, group: Option<u64>, values: Vec<(Column, Vec<u8>)> },
    Rejected(Position, RejectReason),
    NonMessage(Position),
}

impl RecordSink for Calls {
    fn takes_fields(&self) -> bool {
        self.takes_fields
    }

    fn field(&mut self, _: FieldName<'_>, _: &[u8]) {
        self.fields += 1;
    }

    fn record(&mut self, record: &Record<'_>) {
        let Record { at, position, group, .. } = *record;
        let values = Column::ALL.into_iter().map(|column| (column, record.get(column).to_vec()));
        let values = values.filter(|(_, value)| !value.is_empty()).collect();
        self.calls.push(Call::Record { position, at: at.millis, group, values });
    }

    fn rejected(&mut self, position: Position, reason: RejectReason) {
        assert!(!reason.to_string().is_empty());
        self.calls.push(Call::Rejected(position, reason));
    }

    fn non_message(&mut self, position: Position) {
        self.calls.push(Call::NonMessage(position));
    }
}

/// Reads to the end of a log.
fn read(log: &[u8], piece: usize, format: &Format, settings: &InputSettings, takes_fields: bool) -> Calls {
    read_blocks(&mut BlockReader::new(Pieces::new(log, piece), format, settings), format, takes_fields)
}

/// Reads a log in two splits; nothing where a row goes over several lines, which they must tell.
fn read_in_two(log: &[u8], cut: usize, format: &Format, settings: &InputSettings) -> Option<Calls> {
    let cut = u64::try_from(cut).expect("a small log");
    let (mut all, mut lines) = (Calls::default(), 0);
    for split in [Split { start: 0, end: Some(cut) }, Split { start: cut, end: None }] {
        let from = split.reads_from(format);
        let source = &log[usize::try_from(from).expect("a small log")..];
        let mut blocks = BlockReader::of_split(source, from, format, settings, split);
        for mut call in read_blocks(&mut blocks, format, false).calls {
            let (Call::Record { position, .. } | Call::Rejected(position, _) | Call::NonMessage(position)) =
                &mut call;
            position.line += lines;
            all.calls.push(call);
        }
        lines += blocks.lines();
        if blocks.has_line_ends_in_rows() {
            assert!(matches!(format, Format::Delimited(_)), "rows of a format that has none");
            return None;
        }
    }
    Some(all)
}

fn read_blocks<R: Read>(blocks: &mut BlockReader<R>, format: &Format, takes_fields: bool) -> Calls {
    let (mut scratch, mut calls) = (Scratch::default(), Calls { takes_fields, ..Calls::default() });
    while let Some(block) = blocks.next_block().expect("pieces of memory") {
        read_block(format, &block, &mut scratch, &mut calls);
        blocks.recycle(block);
    }
    calls
}

/// The first bytes say which format and how large blocks and records are.
fn read_every_way(formats: &[Format], input: &[u8]) -> bool {
    let Some(([which, block, largest], log)) = input.split_first_chunk().map(|(way, log)| (*way, log)) else {
        return false;
    };
    let format = &formats[usize::from(which) % formats.len()];
    let max_record = if largest >= 200 { 1 << 20 } else { 1 + 4 * usize::from(largest) };
    let settings =
        InputSettings { block_size: 1 + 2 * usize::from(block), max_record, ..usual_settings().input };
    read_alike(log, format, &settings, 1 + usize::from(block / 3))
}

/// One block, small ones, pieces of any size, with fields or without. Whether there is a message.
fn read_alike(log: &[u8], format: &Format, settings: &InputSettings, piece: usize) -> bool {
    let at_once = InputSettings { block_size: log.len() + 1, ..settings.clone() };
    let whole = read(log, log.len() + 1, format, &at_once, false);
    let pieces = read(log, piece, format, settings, false);
    assert!(pieces.calls == whole.calls, "other messages in small blocks");
    // Anywhere, and for the same log in different ways.
    let cut = 1 + (log.len() * piece / 97) % log.len().max(1);
    if cut < log.len()
        && let Some(splits) = read_in_two(log, cut, format, settings)
    {
        assert!(splits.calls == whole.calls, "other messages in splits");
    }
    let with_fields = read(log, log.len() + 1, format, &at_once, true);
    assert!(with_fields.calls == whole.calls, "other messages with their fields");
    assert!(with_fields.fields <= log.len() + 1, "more fields than bytes");
    let is_record = |call: &Call| matches!(call, Call::Record { .. });
    assert!(
        with_fields.fields > 0 || !whole.calls.iter().any(is_record),
        "messages without a field of theirs"
    );
    let (mut line, mut at) = (1, 0);
    for call in &whole.calls {
        let (Call::Record { position, .. } | Call::Rejected(position, _) | Call::NonMessage(position)) = call;
        let offset = usize::try_from(position.offset).expect("a small log");
        if offset < at {
            assert!(is_one_frame(format, &log[offset..at]), "a message behind those that stand behind it");
            (line, at) = (1, 0);
        }
        line += log[at..offset].iter().filter(|byte| **byte == b'\n').count() as u64;
        at = offset;
        assert_eq!(position.line, line, "the line of a place");
    }
    whole.calls.iter().any(is_record)
}

/// Whether all of this stands in one frame of those that tell requests first, wherever they have them.
fn is_one_frame(format: &Format, text: &[u8]) -> bool {
    match format {
        Format::Jpos(_) => !text.windows(5).any(|tag| tag == b"<log "),
        Format::JposJsonl(_) => !text.contains(&b'\n'),
        _ => false,
    }
}

/// Whatever is recognised can be read, and what is not is told without a byte of it.
pub(crate) fn detected(log: &[u8]) -> bool {
    let columns = || Some(["time", "mti", "-", "rc"].map(str::to_owned).to_vec());
    let unforced = [(None, None, false), (None, None, true), (None, columns(), false)];
    let forced = InputFormat::ALL.map(|format| (Some(format), None, true));
    let mut is_read = false;
    for (forced_format, columns, guesses) in unforced.into_iter().chain(forced) {
        let settings = InputSettings { forced_format, columns, guesses, ..usual_settings().input };
        match detect(log, &settings) {
            Ok(Detection { format, confidence, alternatives, unknown_columns, .. }) => {
                assert!(confidence <= 1000 && alternatives.iter().all(|other| other.confidence <= 1000));
                let sizes = InputSettings { block_size: 97, ..settings };
                is_read |= read_alike(log, &format, &sizes, 61);
                for column in &unknown_columns {
                    crate::told::assert_shown("an unknown column", column.as_bytes(), b"");
                }
            }
            Err(error) => crate::told::assert_shown("detection", error.to_string().as_bytes(), b"\n"),
        }
    }
    guess_header(&log[..log.len().min(SAMPLE_SIZE)], &InputSettings::default());
    is_read
}
