//! Splits of logs, saved as tables and read together, say what one run over the logs says, byte for byte.
//!
//! Logs of several hosts are cut at about the same moments, at any byte, as a plan of tasks does. Clocks that are wrong
//! stand in the midst of what another task has settled, or move a log on; then tables may be refused, and nothing else.
#![cfg(feature = "tables")]

mod busy_day;
mod cases;
mod said;

use busy_day::{day, settings};
use cases::{Case, Law, draw, replay, uphold};
use posmortem::logs::Split;
use posmortem::{
    InputSource, JoinError, Settings, Tables, TokenKey, analyse, plan_splits, save_table, sorted_paths,
};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use said::{Rows, Said, said, same_said};
use std::fs;
use std::path::PathBuf;

const LAWS: [Law; 1] =
    [("splits_cut_anywhere_say_what_the_day_says", splits_cut_anywhere_say_what_the_day_says)];

/// What wrong clocks show instead of day and hour: before and behind the day, and in its midst.
const WRONG: [&str; 4] = ["2026-11-20T07", "2026-11-21T05", "2026-11-21T00", "2026-11-21T01"];

/// Cut into splits of any bytes, some rows with wrong clocks.
fn split_day() -> impl Strategy<Value = Case> {
    let nudges = prop::collection::vec(0..120_usize, 20);
    let some = prop::collection::vec((0..500_usize, 0..WRONG.len()), 1..4);
    let many = prop::collection::vec((0..500_usize, 0..WRONG.len()), 12..24);
    let clocks = prop_oneof![3 => Just(Vec::new()), 2 => some, 1 => many];
    (day(), nudges, clocks).prop_map(|(day, nudges, clocks)| {
        let clocks: Vec<usize> = clocks.into_iter().flat_map(|(row, shows)| [row, shows]).collect();
        day.with("nudges", &nudges).with("clocks", &clocks)
    })
}

struct Lab {
    folder: tempfile::TempDir,
    key: TokenKey,
    settings: Settings,
}

impl Lab {
    fn of(case: &Case) -> Self {
        let key = TokenKey::from_bytes(b"0123456789abcdef").expect("a key");
        // Most disorder is not found out before.
        let waiting_legs = case.one("waiting_legs");
        let mut settings = Settings { waiting_legs, probed_legs: 16, ..settings() };
        settings.input.block_size = case.one("block_size");
        Self { folder: tempfile::tempdir().expect("a temporary folder"), key, settings }
    }

    /// The logs of all hosts, and the bytes at which each is cut.
    fn logs(&self, case: &Case) -> Vec<(PathBuf, Vec<u64>)> {
        let mut rows = case.rows.clone();
        for clock in case.all("clocks").chunks(2) {
            if let ([row, shows], false) = (clock, rows.is_empty()) {
                let row = row % rows.len();
                rows[row].replace_range(..WRONG[*shows].len(), WRONG[*shows]);
            }
        }
        let hosts = case.all("hands").iter().max().map_or(1, |last| last + 1);
        let hands = || case.all("hands").iter().copied().chain(std::iter::repeat(0));
        let mut cuts: Vec<usize> = case.all("cuts").iter().map(|cut| (*cut).min(rows.len())).collect();
        cuts.sort_unstable();
        let mut nudges = case.all("nudges").iter().cycle();
        let log = |host: usize| {
            let of_host = |rows: &[String]| -> Vec<String> {
                hands().zip(rows).filter(|(hand, _)| *hand == host).map(|(_, row)| row.clone()).collect()
            };
            let text = case.text(&of_host(&rows));
            let bytes = cuts.iter().map(|cut| {
                let before = case.text(&of_host(&rows[..*cut])).len();
                (before + nudges.next().expect("no end")).min(text.len()) as u64
            });
            let mut bytes: Vec<u64> = bytes.collect();
            bytes.sort_unstable();
            let path = self.folder.path().join(format!("host{}.csv", 9 - host));
            fs::write(&path, text).expect("a writable folder");
            (path, bytes)
        };
        (0..hosts).map(log).collect()
    }

    /// One table a task, of which each holds a split of every log.
    fn tables(&self, logs: &[(PathBuf, Vec<u64>)]) -> Vec<InputSource> {
        let tasks = logs[0].1.len() + 1;
        let save = |task: usize| {
            let split = |(path, cuts): &(PathBuf, Vec<u64>)| {
                let start = task.checked_sub(1).map_or(0, |before| cuts[before]);
                let end = cuts.get(task).copied();
                (end != Some(start)).then(|| InputSource::Split(path.clone(), Split { start, end }))
            };
            let splits: Vec<_> = logs.iter().filter_map(split).collect();
            if splits.is_empty() {
                return None;
            }
            let path = self.folder.path().join(format!("part{}.parquet", 20 - task));
            let out = fs::File::create(&path).expect("a writable folder");
            save_table(&splits, &self.settings, &self.key, &mut (), out).1.expect("a table");
            Some(InputSource::Path(path))
        };
        (0..tasks).filter_map(save).collect()
    }

    fn of_logs(&self, logs: &[(PathBuf, Vec<u64>)]) -> Said {
        let logs: Vec<_> = logs.iter().map(|(path, _)| InputSource::Path(path.clone())).collect();
        let mut rows = Rows::new(&sorted_paths(&logs));
        let settings = Settings { token_key: Some(self.key.clone()), ..self.settings.clone() };
        said(&analyse(&logs, &settings, &mut rows), rows)
    }

    fn of_tables(&self, tables: &[InputSource]) -> Result<Said, JoinError> {
        let tables = Tables::open(tables)?;
        let mut rows = Rows::new(&tables.paths());
        let run = tables.analyse(&self.settings, &mut rows)?;
        Ok(said(&run, rows))
    }
}

/// What the day says, and what its splits say.
fn both(case: &Case) -> (Said, Result<Said, JoinError>) {
    let lab = Lab::of(case);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(case.one("threads")).build().expect("threads");
    let logs = lab.logs(case);
    pool.install(|| {
        let mut tables = lab.tables(&logs);
        let turn = case.one("turn") % tables.len();
        tables.rotate_left(turn);
        (lab.of_logs(&logs), lab.of_tables(&tables))
    })
}

fn splits_cut_anywhere_say_what_the_day_says(case: &Case) -> TestCaseResult {
    let (whole, splits) = both(case);
    match splits {
        Ok(splits) => same_said("splits and logs", &splits, &whole),
        Err(error) => {
            prop_assert!(!case.all("clocks").is_empty(), "refused: {error}");
            Ok(())
        }
    }
}

#[test]
fn splits_cut_anywhere_say_what_the_day_says_for_any_day() {
    uphold(&LAWS, "splits_cut_anywhere_say_what_the_day_says", &split_day());
}

#[test]
fn kept_cases_hold() {
    replay(&LAWS);
}

/// A refusal is no answer, and must be rare.
#[test]
fn days_are_seldom_refused() {
    let (mut few, mut many, mut refused) = (0, 0, Vec::new());
    for day in draw(&split_day(), 60) {
        let clocks = day.all("clocks").len() / 2;
        few += usize::from((1..4).contains(&clocks));
        many += usize::from(clocks >= 12);
        if let (_, Err(error)) = both(&day) {
            refused.push((clocks, error.to_string()));
        }
    }
    let of_few = refused.iter().filter(|(clocks, _)| *clocks < 4).count();
    assert!(few >= 12 && many >= 6, "{few} days with a few wrong clocks, {many} with many");
    assert!(of_few <= few / 4 && refused.len() <= 16, "{refused:#?}");
}

/// A clock of the future stands behind all records of its time; a log of a small host has hours in what is looked through.
#[test]
fn wrong_clocks_move_no_cut() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let log = |name: &str, is_wrong: &dyn Fn(usize) -> bool| {
        let row = |number: usize| {
            let (hour, second) = (number / 360, number % 360 * 10);
            let hour = if is_wrong(number) { (hour + 3) % 24 } else { hour };
            let (minute, second) = (second / 60, second % 60);
            format!("2026-11-21T{hour:02}:{minute:02}:{second:02},0210,T{:02},{number:06},00\n", number % 50)
        };
        let text = (0..24 * 360).map(row).collect::<String>();
        let path = folder.path().join(name);
        fs::write(&path, format!("time,mti,terminal_id,stan,response_code\n{text}"))
            .expect("a writable folder");
        path
    };
    let settings = Settings { probed_legs: 16, ..settings() };
    let starts = |path: PathBuf| -> Vec<u64> {
        let plan = plan_splits(&[path], &settings, 100_000);
        plan.tasks.into_iter().flatten().map(|(_, split)| split.start).collect()
    };
    let right = starts(log("right.csv", &|_| false));
    let wrong = starts(log("wrong.csv", &|number| number % 500 == 499));
    // What time it is at a place may be told by the row beside.
    let is_near = |(one, other): (&u64, &u64)| one.abs_diff(*other) < 100;
    assert!(right.len() >= 3 && right.len() == wrong.len(), "{right:?} {wrong:?}");
    assert!(right.iter().zip(&wrong).all(is_near), "{right:?} {wrong:?}");
}
