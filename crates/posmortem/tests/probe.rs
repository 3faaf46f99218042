//! What is looked at before an input is read is bounded, in legs and in bytes.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by its panic")]

use posmortem::{InputSource, Observer, Settings, analyse};
use std::ops::ControlFlow;

/// Bytes that had been taken when a run first told how far it is: all that was probed, and a step more.
#[derive(Default)]
struct First(Option<u64>);

impl Observer for First {
    fn progress(&mut self, bytes: u64, _: u64) -> ControlFlow<()> {
        self.0.get_or_insert(bytes);
        ControlFlow::Continue(())
    }
}

#[test]
fn a_log_of_empty_lines_is_not_held_until_a_message_comes() {
    let folder = tempfile::tempdir().unwrap();
    let row = |second: u32| format!("2026-11-21T08:15:{second:02},0210,{second:06},T1,00\n");
    let rows = |seconds: std::ops::Range<u32>| seconds.map(row).collect::<String>();
    let log = format!("time,mti,stan,tid,rc\n{}{}{}", rows(0..3), "\n".repeat(300_000), rows(3..40));
    let path = folder.path().join("day.csv");
    std::fs::write(&path, &log).unwrap();
    let read = |probed_bytes| {
        let mut settings = Settings { probed_bytes, ..Settings::default() };
        settings.input.block_size = 1_000;
        let mut first = First::default();
        let run = analyse(&[InputSource::Path(path.clone())], &settings, &mut first);
        (first.0.unwrap(), run.summary.totals, run.summary.ledger)
    };
    let (bounded, totals, ledger) = read(20_000);
    let (whole, ..) = read(u64::MAX);
    assert_eq!(whole, log.len() as u64);
    assert!(bounded < 60_000, "{bounded} bytes were held");
    assert_eq!((totals.exchanges, ledger.frames()), (40, 40));
}
