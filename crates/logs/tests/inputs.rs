//! Compressed inputs, whole and cut off.

mod calls;

use std::io::{Cursor, Read, Write};

use calls::{Calls, read_source};
use flate2::write::GzEncoder;
use posmortem_logs::{
    Compression, DateHint, Input, InputSettings, OpenError, RejectReason, SAMPLE_SIZE, detect,
};

const ROW: &str = "2026-11-21T08:15:30,0210,10012345,00\n";

fn log(rows: usize) -> String {
    // The running number keeps the compressed form from being tiny.
    let row = |number: usize| format!("2026-11-21T08:15:30,0210,{:08},00\n", number * 7919 % 99_999_989);
    std::iter::once("time,mti,tid,rc\n".to_owned()).chain((0..rows).map(row)).collect()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).expect("memory");
    encoder.finish().expect("memory")
}

/// In blocks of 100 kB, of which a broken file keeps the whole ones.
fn bzip2(text: &str) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(text.as_bytes()).expect("memory");
    encoder.finish().expect("memory")
}

/// In blocks of 64 KiB.
fn xz(text: &str) -> Vec<u8> {
    let mut options = lzma_rust2::XzOptions::with_preset(1);
    options.lzma_options.dict_size = 1 << 16;
    options.set_block_size(std::num::NonZeroU64::new(1 << 16));
    let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), options).expect("options");
    encoder.write_all(text.as_bytes()).expect("memory");
    encoder.finish().expect("memory")
}

fn read(bytes: Vec<u8>) -> (Calls, Option<String>) {
    let mut input = Input::from_reader(Cursor::new(bytes)).expect("a readable input");
    let settings = InputSettings::default();
    let format = detect(input.sample().expect("a sample"), &settings).expect("a format").format;
    read_source(input, &format, &settings)
}

#[test]
fn every_compression_gives_the_same() {
    let log = log(20_000);
    let (plain, error) = read(log.clone().into_bytes());
    assert_eq!((plain.messages().len(), error), (20_000, None));
    let (first, second) = log.split_at(log.len() / 3);
    let zstd = |text: &str| zstd::encode_all(text.as_bytes(), 0).expect("memory");
    let skippable = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
    for compressed in [
        gzip(&log),
        [gzip(first), gzip(second)].concat(),
        zstd(&log),
        [zstd(first), zstd(second)].concat(),
        [&skippable[..], &zstd(&log)].concat(),
        bzip2(&log),
        [bzip2(first), bzip2(second)].concat(),
        [bzip2(""), bzip2(&log)].concat(),
        xz(&log),
        [xz(first), xz(second)].concat(),
    ] {
        assert!(compressed.len() < log.len() / 2);
        let (calls, error) = read(compressed);
        assert!(calls.0 == plain.0 && error.is_none());
    }
}

#[test]
fn padding_behind_a_file_is_ignored_and_garbage_is_not() {
    for compress in [gzip, bzip2, xz] {
        let log = log(2_000);
        let (plain, _) = read(log.clone().into_bytes());
        let (first, second) = log.split_at(log.len() / 3);
        let zeros = |len: usize| vec![0; len];
        for padded in [
            [compress(&log), zeros(1)].concat(),
            // More than a buffer of the reader holds.
            [compress(&log), zeros(300_000)].concat(),
            [compress(first), compress(second), zeros(512)].concat(),
            [compress(first), zeros(512), compress(second)].concat(),
            [compress(&log), compress(""), zeros(8)].concat(),
        ] {
            let (calls, error) = read(padded);
            assert!(calls.0 == plain.0 && error.is_none(), "{error:?}");
        }
        let whole = compress(&log);
        for garbage in [&b"x"[..], b"\0\0x", b"time,mti,tid,rc\n", &whole[..2]] {
            let (calls, error) = read([&whole, garbage].concat());
            assert_eq!(calls.messages().len(), 2_000);
            let broken_off = format!("broken off after byte {}: ", log.len());
            assert!(error.expect("an error").starts_with(&broken_off));
        }
    }
}

#[test]
fn a_member_may_begin_at_any_byte_of_a_buffer() {
    let (first, second) = ("time,mti,tid,rc\n", ROW);
    for compress in [gzip, bzip2, xz] {
        let (head, tail) = (compress(first), compress(second));
        // The reader's buffer is 128 KiB: the magic of the second member lies across its end.
        for at in 128 * 1024 - 12..=128 * 1024 {
            let padding = vec![0; at - head.len()];
            let (calls, error) = read([&head[..], &padding, &tail].concat());
            assert_eq!((calls.messages().len(), error), (1, None), "{at}");
        }
    }
}

#[test]
fn a_dictionary_beyond_all_reason_is_not_allocated() {
    let mut options = lzma_rust2::XzOptions::with_preset(1);
    options.lzma_options.dict_size = 512 << 20;
    let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), options).expect("options");
    encoder.write_all(ROW.as_bytes()).expect("memory");
    let mut input = Input::from_reader(Cursor::new(encoder.finish().expect("memory"))).expect("an xz header");
    let error = input.sample().expect_err("a refusal");
    assert_eq!(error.kind(), std::io::ErrorKind::OutOfMemory);
}

#[test]
fn a_truncated_file_gives_what_it_has_and_says_so() {
    let log = log(20_000);
    let zstd = zstd::encode_all(log.as_bytes(), 0).expect("memory");
    for whole in [gzip(&log), zstd, bzip2(&log), xz(&log)] {
        let (calls, error) = read(whole[..whole.len() / 2].to_vec());
        let count = calls.messages().len();
        assert!((2_000..18_000).contains(&count), "{count}");
        assert!(error.expect("an error").starts_with("broken off after byte "));
        assert!(
            calls.reasons().len() <= 1
                && calls.reasons().iter().all(|reason| *reason == RejectReason::BrokenOff)
        );
    }
}

#[test]
fn a_damaged_file_gives_the_same_at_any_block_size() {
    let log = log(6_000);
    let zstd = zstd::encode_all(log.as_bytes(), 0).expect("memory");
    for mut packed in [gzip(&log), zstd, bzip2(&log), xz(&log)] {
        // Behind the first block of zstd, which has 128 KiB.
        let place = packed.len() / 4 * 3;
        packed[place..place + 64].fill(0xff);
        let read = |block_size| {
            let input = Input::from_reader(Cursor::new(packed.clone())).expect("a readable input");
            let settings = InputSettings { block_size, ..InputSettings::default() };
            let format = detect(log.as_bytes(), &settings).expect("a format").format;
            read_source(input, &format, &settings)
        };
        let (calls, error) = read(InputSettings::default().block_size);
        assert!(error.is_some() && calls.messages().len() > 1_000, "{}", calls.messages().len());
        for block_size in [1_000, 70_000, 1 << 22] {
            let (again, error_again) = read(block_size);
            assert_eq!((again.messages(), error_again), (calls.messages(), error.clone()));
        }
    }
}

/// Gives bytes in pieces, as pipes do, and breaks off behind them where it has an error to tell.
struct Pieces {
    bytes: Cursor<Vec<u8>>,
    piece: usize,
    breaks_off: bool,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let len = buffer.len().min(self.piece);
        match self.bytes.read(&mut buffer[..len])? {
            0 if len > 0 && self.breaks_off => Err(std::io::Error::other("the line is dead")),
            len => Ok(len),
        }
    }
}

#[test]
fn a_damaged_file_gives_the_same_in_pieces_of_any_size() {
    let log = log(6_000);
    let zstd = zstd::encode_all(log.as_bytes(), 0).expect("memory");
    let format = detect(log.as_bytes(), &InputSettings::default()).expect("a format").format;
    for whole in [gzip(&log), zstd, bzip2(&log), xz(&log)] {
        let place = whole.len() / 4 * 3;
        let mut damaged = whole.clone();
        damaged[place..place + 64].fill(0xff);
        for (packed, breaks_off) in [(damaged, false), (whole[..place].to_vec(), false), (whole, true)] {
            let read = |piece| {
                let pieces = Pieces { bytes: Cursor::new(packed.clone()), piece, breaks_off };
                let input = Input::from_reader(pieces).expect("a readable input");
                read_source(input, &format, &InputSettings::default())
            };
            let (calls, error) = read(packed.len());
            assert!(error.is_some() && calls.messages().len() > 1_000, "{}", calls.messages().len());
            for piece in [1, 2, 7, 4096] {
                let (again, error_again) = read(piece);
                assert!(again.0 == calls.0, "{piece}: {} messages", again.messages().len());
                assert_eq!(error_again, error, "{piece}");
            }
        }
    }
}

#[test]
fn a_file_cut_within_the_sample_is_told_by_the_stream() {
    let log = log(500);
    assert!(log.len() < SAMPLE_SIZE);
    let whole = gzip(&log);
    let (calls, error) = read(whole[..whole.len() - 4].to_vec());
    assert!(calls.messages().len() == 500 && error.is_some());
    // Nothing at all could be read: the sample itself fails.
    let mut input = Input::from_reader(Cursor::new(whole[..12].to_vec())).expect("a gzip header");
    assert!(input.sample().is_err());
}

#[test]
fn other_compressions_are_named() {
    for (magic, name) in
        [(&b"PK\x03\x04\x14\0"[..], "zip"), (b"7z\xbc\xaf\x27\x1c\0", "7-Zip"), (b"\x04\x22\x4d\x18d", "lz4")]
    {
        let error = Input::from_reader(magic).err().expect("an error");
        assert!(matches!(error, OpenError::Unsupported(own) if own == name));
        assert_eq!(
            error.to_string(),
            format!("{name} compression is not read; decompress it, or use gzip, zstd, bzip2 or xz")
        );
    }
    for (text, compression) in [
        (&b"BZhang,rc\n"[..], Compression::Plain),
        (b"BZh91AY&SY", Compression::Bzip2),
        (b"\xfd7zXZ\0", Compression::Xz),
    ] {
        assert_eq!(Input::from_reader(text).expect("a readable input").compression(), compression);
    }
}

#[test]
fn files_tell_their_date() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("pos-2024-02-03.csv");
    std::fs::write(&path, format!("time,mti,tid,rc\n{ROW}")).expect("a written file");
    let input = Input::open(&path).expect("a file");
    assert_eq!(input.date_hint(), DateHint::new(2024, 2, 3));
    assert_eq!(InputSettings::default().for_input(&input).date_hint, DateHint::new(2024, 2, 3));
    let own = DateHint::new(2025, 1, 1);
    assert_eq!(InputSettings { date_hint: own, ..InputSettings::default() }.for_input(&input).date_hint, own);

    let undated = folder.path().join("pos.csv");
    std::fs::write(&undated, ROW).expect("a written file");
    assert!(Input::open(&undated).expect("a file").date_hint() >= DateHint::new(2025, 1, 1));

    assert!(matches!(Input::open(folder.path()).err(), Some(OpenError::Directory)));
    assert!(matches!(Input::open(&folder.path().join("none")).err(), Some(OpenError::Io(_))));
}

#[test]
fn an_empty_input_has_an_empty_sample() {
    let mut input = Input::from_reader(&b""[..]).expect("a readable input");
    assert!(input.sample().expect("no error").is_empty());
}
