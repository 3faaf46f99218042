//! Which files of a folder are older than somebody wants to keep them.
#![cfg(feature = "tables")]

use posmortem::diagnose::CalendarDate;
use posmortem::iso8583::Timestamp;
use posmortem::{
    Expired, InputSource, Settings, TokenKey, expired, findings_name, findings_of, save_table, table_name,
    write_findings,
};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// Keeps the day of fixtures in a folder, beside copies of its findings that ended on other days. Its table, and its last
/// moment.
fn kept(folder: &Path, others: &[&str]) -> (PathBuf, Timestamp) {
    let day = InputSource::Path("../../fixtures/day.csv".into());
    let settings =
        Settings { diagnosis: Some(posmortem::diagnose::Settings::default()), ..Settings::default() };
    let (key, unnamed) = (TokenKey::for_this_run().expect("a key"), folder.join("unnamed"));
    let out = File::create(&unnamed).expect("a writable folder");
    let (run, written) = save_table(&[day], &settings, &key, &mut (), out);
    written.expect("a table");
    let table = folder.join(table_name(&run.summary));
    fs::rename(unnamed, &table).expect("a writable folder");
    let found = findings_of(&run.summary, &run.diagnosis.expect("it is asked for"), None).expect("attempts");
    let own = findings_name(&run.summary);
    let older = others.iter().map(|day| format!("{day}T080000-{day}T200000-0123abcd.findings.json"));
    for name in older.chain([own]) {
        let mut out = File::create(folder.join(name)).expect("a writable folder");
        write_findings(&found, &mut out).expect("a writable folder");
    }
    (table, run.summary.last.expect("messages"))
}

fn days(expired: &Expired) -> Vec<String> {
    assert!(expired.doubtful.is_empty() && !expired.is_undated, "{expired:?}");
    let name = |path: &PathBuf| path.file_name().expect("a name").to_string_lossy()[..8].to_owned();
    expired.files.iter().map(name).collect()
}

#[test]
fn age_is_counted_in_days_however_many() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let others = ["19700101", "20261119", "20261120", "20261122"];
    let (table, last) = kept(folder.path(), &others);
    let of = |keep_days| days(&expired(&table, last, None, keep_days).expect("a folder that can be read"));
    assert_eq!(of(1), ["19700101", "20261119"]);
    assert_eq!(of(2), ["19700101"]);
    // Years before the first and before -200 are as far back as any other.
    for keep_days in [36_500, 800_000, 999_999, u32::MAX] {
        assert_eq!(of(keep_days), [""; 0], "{keep_days}");
    }
}

#[test]
fn what_the_day_was_compared_with_stays() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (table, last) = kept(folder.path(), &["20261118", "20261119"]);
    let day_before = CalendarDate::of(last).before(1);
    let of = |judged| days(&expired(&table, last, judged, 1).expect("a folder that can be read"));
    assert_eq!(of(Some(CalendarDate::of(last))), ["20261118", "20261119"]);
    assert_eq!(of(Some(day_before)), ["20261118"]);
}
