//! Parts of files: the same frames, however a file is packed, and no more of it read than need be.

mod calls;

use calls::{Calls, read_all, read_source};
use flate2::write::GzEncoder;
use posmortem_logs::{BlockReader, Format, Input, InputSettings, Split, detect, seekable_size};
use std::fs;
use std::io::Write;
use std::path::Path;

const ROWS: usize = 4_000;

fn log() -> String {
    let row = |number: usize| {
        let second = number / 3;
        format!(
            "2026-11-21T0{}:{:02}:{:02},0210,{number:06},{:08},00\n",
            second / 3600,
            second / 60 % 60,
            second % 60,
            number * 7919 % 9973
        )
    };
    std::iter::once("time,mti,stan,tid,rc\n".to_owned()).chain((0..ROWS).map(row)).collect()
}

/// Frames that end in the midst of rows.
fn frames(log: &str, size: usize) -> Vec<u8> {
    let frame = |bytes: &[u8]| zstd::bulk::compress(bytes, 3).expect("memory");
    log.as_bytes().chunks(size).flat_map(frame).collect()
}

/// What the splits between these cuts hold, and from where on each was read.
fn in_splits(path: &Path, format: &Format, cuts: &[u64]) -> (Calls, Vec<u64>) {
    let settings = InputSettings::default();
    let (mut calls, mut begins, mut lines) = (Calls::default(), Vec::new(), 0);
    let starts = std::iter::once(0).chain(cuts.iter().copied());
    for (start, end) in starts.zip(cuts.iter().copied().map(Some).chain([None])) {
        let split = Split { start, end };
        let (input, from) = Input::open_at(path, split.reads_from(format)).expect("a file");
        begins.push(from);
        let mut blocks = BlockReader::of_split(input, from, format, &settings, split);
        let (found, error) = read_all(&mut blocks, format);
        assert_eq!(error, None);
        calls.0.extend(found.moved_down(lines).0);
        lines += blocks.lines();
    }
    (calls, begins)
}

#[test]
fn splits_of_packed_files_hold_what_the_file_holds() {
    let log = log();
    let settings = InputSettings::default();
    let format = detect(log.as_bytes(), &settings).expect("a format").format;
    let (whole, _) = read_source(log.as_bytes(), &format, &settings);
    assert_eq!(whole.messages().len(), ROWS);
    let mut gzip = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(log.as_bytes()).expect("memory");
    let (size, frame) = (log.len() as u64, 20_000);
    let packed = [
        (log.clone().into_bytes(), Some(size), 1),
        (frames(&log, frame), Some(size), frame as u64 + 1),
        (frames(&log, log.len()), None, u64::MAX),
        // Frames that do not tell what they hold.
        (
            log.as_bytes()
                .chunks(frame)
                .flat_map(|part| zstd::encode_all(part, 0).expect("memory"))
                .collect(),
            None,
            u64::MAX,
        ),
        (gzip.finish().expect("memory"), None, u64::MAX),
    ];
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("day.log");
    let cuts = [5, 20_000, 20_001, 39_990, size / 2, size / 2 + 1, size - 3];
    for (bytes, seekable, most_before) in packed {
        fs::write(&path, bytes).expect("a file");
        assert_eq!(seekable_size(&path).expect("a file"), seekable);
        let (calls, begins) = in_splits(&path, &format, &cuts);
        assert!(calls.0 == whole.0);
        for (cut, from) in cuts.into_iter().zip(&begins[1..]) {
            assert!(cut - from <= most_before, "read from {from} for {cut}");
        }
    }
}

#[test]
fn a_file_shorter_than_its_splits_is_told() {
    let log = log();
    let settings = InputSettings::default();
    let format = detect(log.as_bytes(), &settings).expect("a format").format;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("day.log");
    fs::write(&path, &log[..1_000]).expect("a file");
    let split = Split { start: 5_000, end: None };
    let (input, from) = Input::open_at(&path, split.reads_from(&format)).expect("a file");
    let (calls, error) =
        read_all(&mut BlockReader::of_split(input, from, &format, &settings, split), &format);
    assert!(calls.0.is_empty() && error.is_some_and(|error| error.contains("it became shorter")));
}
