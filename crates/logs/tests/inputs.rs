//! Compressed inputs, whole and cut off.

mod calls;

use std::io::{Cursor, Write};

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
    ] {
        assert!(compressed.len() < log.len() / 2);
        let (calls, error) = read(compressed);
        assert!(calls.0 == plain.0 && error.is_none());
    }
}

#[test]
fn padding_behind_a_gzip_file_is_ignored_and_garbage_is_not() {
    let log = log(20_000);
    let (plain, _) = read(log.clone().into_bytes());
    let (first, second) = log.split_at(log.len() / 3);
    let zeros = |len: usize| vec![0; len];
    for padded in [
        [gzip(&log), zeros(1)].concat(),
        // More than a buffer of the reader holds.
        [gzip(&log), zeros(300_000)].concat(),
        [gzip(first), gzip(second), zeros(512)].concat(),
        [gzip(first), zeros(512), gzip(second)].concat(),
        [gzip(&log), gzip(""), zeros(7)].concat(),
    ] {
        let (calls, error) = read(padded);
        assert!(calls.0 == plain.0 && error.is_none(), "{error:?}");
    }
    for garbage in [&b"x"[..], b"\0\0x", b"time,mti,tid,rc\n", b"\x1f\x8b"] {
        let (calls, error) = read([&gzip(&log)[..], garbage].concat());
        assert_eq!(calls.messages().len(), 20_000);
        assert!(error.expect("an error").starts_with(&format!("broken off after byte {}: ", log.len())));
    }
}

#[test]
fn a_truncated_file_gives_what_it_has_and_says_so() {
    let log = log(20_000);
    let zstd = zstd::encode_all(log.as_bytes(), 0).expect("memory");
    for whole in [gzip(&log), zstd] {
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
        [(&b"BZh91AY&SY"[..], "bzip2"), (b"BZh9\x17\x72\x45\x38\x50\x90", "bzip2"), (b"\xfd7zXZ\0xxxx", "xz")]
    {
        let error = Input::from_reader(magic).err().expect("an error");
        assert!(matches!(error, OpenError::Unsupported(own) if own == name));
        assert_eq!(
            error.to_string(),
            format!("{name} compression is not supported yet; decompress it or use gzip or zstd")
        );
    }
    let input = Input::from_reader(&b"BZhang,rc\n"[..]).expect("a readable input");
    assert_eq!(input.compression(), Compression::Plain);
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
