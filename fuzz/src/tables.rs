//! Tables of Parquet: with a right seal over whatever they hold, and without.

use crate::days::{assert_sums, key, usual_settings};
use crate::input_file::InputFile;
use crate::told::assert_shown;
use posmortem::exchange::{FileState, FileSummary, Names};
use posmortem::{InputSource, Settings, Tables, save_table};
use posmortem_report::{Content, Format, View, write_report};
use posmortem_tables::{MAGIC, Table};
use sha2::{Digest, Sha256};
use std::fs::File;

/// What stands before the footer: a mark of eight bytes and a digest of 32.
const MARK: &[u8; 8] = b"posmseal";
const SEAL: usize = 40;

/// Tables of fixtures: a day of many hours has settled rows, a short one edges alone. And two that contradict themselves.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let table = |day: &str| {
        // A table holds the paths of its logs, which must be the same each time.
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/").to_owned() + day;
        let (log, mut table) = (InputSource::Path(path.into()), Vec::new());
        save_table(&[log], &usual_settings(), &key(), &mut (), &mut table).1.expect("memory");
        table
    };
    let days =
        ["malformed/hops.csv", "malformed/late-response.csv", "malformed/reversal-partial.csv", "day.csv"];
    let mut tables = days.map(table).to_vec();
    let one_more =
        [&["\"frames\":"][..], &["\"frames\":", "\"paired\":"]].map(|keys| counting_on(&tables[0], keys));
    tables.extend(one_more);
    tables
}

/// With one more behind each of these keys.
fn counting_on(table: &[u8], keys: &[&str]) -> Vec<u8> {
    let mut table = table.to_vec();
    for key in keys {
        let at = table.windows(key.len()).position(|text| text == key.as_bytes()).expect("facts of the run");
        let number = table[at + key.len()..].iter_mut().take_while(|byte| byte.is_ascii_digit());
        let last = number.last().filter(|digit| **digit < b'9').expect("a digit to count on from");
        *last += 1;
    }
    table
}

/// Puts the digest where a reader looks for it, if there is such a place.
fn seal(table: &mut [u8]) -> bool {
    let Some(tail) = table.len().checked_sub(8) else { return false };
    let footer = table[tail..].iter().take(4).rev().fold(0, |length, byte| length << 8 | usize::from(*byte));
    let place = tail.checked_sub(footer).and_then(|begin| begin.checked_sub(SEAL));
    let Some(place) = place else { return false };
    let digest = Sha256::new().chain_update(&table[..place]).chain_update(&table[place + SEAL..]).finalize();
    table[place..place + MARK.len()].copy_from_slice(MARK);
    table[place + MARK.len()..place + SEAL].copy_from_slice(&digest);
    true
}

/// Whatever is sealed is refused, or read and reported.
pub(crate) fn sealed(bytes: &[u8]) -> bool {
    let mut table = bytes.to_vec();
    if let Some(at) = table.len().checked_sub(MAGIC.len()) {
        table[at..].copy_from_slice(MAGIC);
    }
    if !seal(&mut table) {
        return false;
    }
    let file = InputFile::new("day.parquet", &table);
    if let Ok(table) = Table::open(File::open(file.path()).expect("a file")) {
        let mut rows = 0;
        let read = table.rows(&mut Names::default(), |_, _| rows += 1);
        assert!(read.is_ok() || !read.expect_err("no rows").to_string().is_empty());
    }
    let Ok(tables) = Tables::open(&[file.source()]) else { return false };
    let diagnosis = Some(posmortem::diagnose::Settings::default());
    let Ok(run) = tables.analyse(&Settings { diagnosis, ..usual_settings() }, &mut ()) else { return false };
    // Of a table that turns out to contradict itself, what it says of its files was believed before.
    let is_whole = |file: &FileSummary| !matches!(file.state, FileState::BrokenOff(_));
    if run.summary.files.iter().all(is_whole) {
        assert_sums(&run.summary);
    }
    let view = View { all_terminals: true, version: "0", rules_sha256: "0", ..View::default() };
    for format in [Format::Json, Format::Table] {
        let content = Content { diagnosis: run.diagnosis.as_ref(), ..Content::of(&run.summary) };
        let mut out = Vec::new();
        write_report(&content, format, &view, &mut out).expect("a Vec takes every byte");
        assert!(!out.is_empty(), "{}: nothing", format.name());
        assert_shown(format.name(), &out, b"\n");
    }
    run.summary.totals.exchanges > 0
}

/// What was changed anywhere is not decoded. Said to be read is what has a place for its seal: that is looked at.
pub(crate) fn unsealed(bytes: &[u8]) -> bool {
    let file = InputFile::new("day.parquet", bytes);
    let opened = Table::open(File::open(file.path()).expect("a file"));
    let mut table = bytes.to_vec();
    let has_place = seal(&mut table);
    let is_whole = has_place && table == bytes;
    assert!(opened.is_err() || is_whole, "a table that nobody has sealed");
    if let Ok(tables) = Tables::open(&[file.source()]) {
        let run = tables.analyse(&usual_settings(), &mut ()).expect("the same rules");
        assert_sums(&run.summary);
    }
    has_place
}
