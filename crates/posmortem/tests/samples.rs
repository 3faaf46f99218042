//! Real Q2 logs from end to end: what became of every attempt, and where every frame went.
//!
//! The expected counts were worked out by hand from the files.
// Clippy takes the functions beside the tests for something else than tests.
#![allow(clippy::print_stdout)]

use posmortem::classify::{Cause, Reason};
use posmortem::exchange::{CodeSummary, Counts, FileState, Ledger, Outcome, Summary};
use posmortem::{InputSource, Settings, analyse};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The samples are not part of the repository; without them there is nothing to test.
fn samples() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples/jpos-q2");
    if !folder.is_dir() {
        println!("skipped: no samples at {}", folder.display());
        return None;
    }
    Some(folder)
}

/// Reads files to their end, all frames accounted for and none rejected.
fn read(paths: &[PathBuf]) -> Summary {
    let sources: Vec<_> = paths.iter().cloned().map(InputSource::Path).collect();
    let summary = analyse(&sources, &Settings::default(), &mut ()).summary;
    for file in &summary.files {
        assert!(matches!(file.state, FileState::Whole | FileState::Empty), "{file:?}");
        assert_eq!((file.rejected, file.format.as_ref()), (0, "jpos"), "{file:?}");
    }
    let frames: u64 = summary.files.iter().map(|file| file.frames).sum();
    assert_eq!((summary.ledger.frames(), summary.ledger.rejected), (frames, 0), "{paths:?}");
    summary
}

fn causes(counts: &Counts) -> Vec<(Cause, u64)> {
    let of = |cause: Cause| (cause, counts.causes[cause.index()]);
    Cause::ALL.into_iter().map(of).filter(|(_, count)| *count > 0).collect()
}

/// Twelve attempts, each printed by both ends of two channels, a dump and in most cases a simulator.
#[test]
fn every_attempt_of_the_large_log_failed_for_its_reason() {
    let Some(folder) = samples() else { return };
    let summary = read(&[folder.join("q2.log")]);
    let [terminal] = &summary.terminals[..] else { panic!("one terminal") };
    assert_eq!(summary.names.text(terminal.terminal), "29110001");
    assert_eq!((terminal.counts.exchanges, terminal.counts.with(Outcome::Declined)), (12, 12));
    let expected = [(Cause::Network, 7), (Cause::Account, 3), (Cause::Card, 1), (Cause::Operator, 1)];
    assert_eq!(causes(&terminal.counts), expected);
    assert_eq!(summary.totals, terminal.counts);

    let code = |code: &CodeSummary| {
        (code.code.map(|code| code.to_string()), code.reason.map(Reason::cause), code.count)
    };
    let codes: BTreeSet<_> = summary.codes.iter().map(code).collect();
    let expected = [
        ("1002", Cause::Account, 2),
        ("1011", Cause::Card, 1),
        ("1014", Cause::Account, 1),
        ("1015", Cause::Operator, 1),
        ("1803", Cause::Network, 7),
    ];
    assert_eq!(
        codes,
        expected.map(|(code, cause, count)| (Some(code.to_owned()), Some(cause), count)).into()
    );
}

/// 88 messages of attempts, 8 of one reversal, 4 of one sign-on; of each side of each, one counts.
/// 92 records have no message, and 9 test cases of the simulator have two scripts each.
#[test]
fn every_frame_of_the_large_log_is_in_the_ledger() {
    let Some(folder) = samples() else { return };
    let summary = read(&[folder.join("q2.log")]);
    let expected = Ledger {
        paired: 24,
        duplicates: 72,
        reversal: 2,
        administrative: 2,
        non_message: 110,
        ..Ledger::default()
    };
    assert_eq!((summary.ledger, summary.ledger.frames()), (expected, 100));
}

/// Ledgers of the small logs.
fn small_logs() -> [(&'static str, Ledger); 12] {
    let none = Ledger::default();
    let no_message = Ledger { non_message: 1, ..none };
    // Two network management messages, and a mark that the log is rotated.
    let pair = Ledger { administrative: 2, non_message: 1, ..none };
    [
        // Two pairs over two ports of one host, joined by their STANs.
        ("a-bunch.xml", Ledger { paired: 4, ..none }),
        ("a-pair-uyst.xml", pair),
        ("a-pair.xml", pair),
        ("basic.xml", Ledger { administrative: 1, non_message: 1, ..none }),
        ("connection-reset.xml", no_message),
        ("exception.xml", no_message),
        ("io-timeout.xml", no_message),
        ("iso-exception.xml", no_message),
        ("peer-disconnect.xml", no_message),
        // Three requests and three answers with neither STAN nor reference: nothing joins them, and
        // two seconds of a log are within the horizon of both its ends.
        ("pivot-set.xml", Ledger { open: 6, ..none }),
        // The answer that is quoted inside the message is none.
        ("with-cdata.xml", Ledger { administrative: 1, ..none }),
        ("with-header.xml", Ledger { administrative: 1, ..none }),
    ]
}

#[test]
fn every_small_log_has_its_ledger() {
    let Some(folder) = samples() else { return };
    for (name, expected) in small_logs() {
        assert_eq!(read(&[folder.join(name)]).ledger, expected, "{name}");
    }
}

#[test]
fn every_sample_is_looked_at() {
    let Some(folder) = samples() else { return };
    let entries = std::fs::read_dir(folder).expect("a readable folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"));
    let there: BTreeSet<_> = names.filter(|name| name != "LICENSE.txt").collect();
    let known = small_logs().map(|(name, _)| name).into_iter().chain(["q2.log"]);
    assert_eq!(there, known.map(str::to_owned).collect());
}

#[test]
fn answers_of_the_small_pairs_are_told_apart() {
    let Some(folder) = samples() else { return };
    let summary = read(&[folder.join("a-bunch.xml")]);
    let [approved, declined] = [Outcome::Approved, Outcome::Declined].map(|of| summary.totals.with(of));
    assert_eq!((approved, declined, summary.totals.exchanges), (1, 1, 2));
    assert_eq!(causes(&summary.totals), [(Cause::Account, 1)]);
}

/// Thirty years lie between the logs; merging loses nothing.
#[test]
fn all_samples_in_one_run_keep_every_frame() {
    let Some(folder) = samples() else { return };
    let names = small_logs().map(|(name, _)| name).into_iter().chain(["q2.log"]);
    let summary = read(&names.map(|name| folder.join(name)).collect::<Vec<_>>());
    let frames = 100 + small_logs().iter().map(|(_, ledger)| ledger.frames()).sum::<u64>();
    let non_messages = 110 + small_logs().iter().map(|(_, ledger)| ledger.non_message).sum::<u64>();
    assert_eq!((summary.ledger.frames(), summary.ledger.non_message), (frames, non_messages));
    assert_eq!(summary.ledger.out_of_order, 0);
}
