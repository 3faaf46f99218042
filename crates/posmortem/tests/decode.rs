//! What `decode` marks as unreadable is what a run rejects, and no more.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by its panic")]

use posmortem::{Decoder, InputSource, Settings, analyse};
use std::path::PathBuf;

/// Messages that a run rejects.
fn rejected(source: &InputSource) -> u64 {
    let settings = Settings { tells_exchanges: false, ..Settings::default() };
    analyse(std::slice::from_ref(source), &settings, &mut ()).summary.ledger.rejected
}

/// Messages that are shown with a fault; `None` where the input is nothing to decode.
fn faults(source: &InputSource) -> Option<u64> {
    let settings = Settings::default();
    let mut faults = 0;
    let told = Decoder::open(source, &settings).ok()?.each(|message| {
        faults += u64::from(message.fault.is_some());
        true
    });
    // Of an input that breaks off, what stands before the break counts.
    let _ = told;
    Some(faults)
}

#[test]
fn a_run_and_decode_reject_the_same() {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/malformed"));
    let mut files: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut decoded = 0;
    for path in files {
        let source = InputSource::Path(path.clone());
        if let Some(faults) = faults(&source) {
            assert_eq!(faults, rejected(&source), "{}", path.display());
            decoded += faults;
        }
    }
    assert!(decoded > 10, "the fixtures hold what is to be rejected: {decoded}");
}

#[test]
fn a_code_that_is_none_and_a_time_that_is_missing_are_rejected_by_both() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("day.ndjson");
    let lines = [
        r##"{"time":"2026-11-21T08:00:00Z","mti":"0210","stan":"000123","rc":"#$%!"}"##,
        r#"{"time":"soon","mti":"0210","stan":"000124","rc":"00"}"#,
        r#"{"time":"2026-11-21T08:00:00Z","mti":"0210","stan":"000125","rc":"00"}"#,
    ];
    std::fs::write(&path, lines.join("\n")).unwrap();
    let source = InputSource::Path(path);
    assert_eq!((faults(&source), rejected(&source)), (Some(2), 2));
}
