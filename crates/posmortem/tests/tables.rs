//! Tables cut anywhere and read together say what one run over the logs says, byte for byte.
#![cfg(feature = "tables")]

mod busy_day;
mod cases;
mod ruled;
mod said;

use busy_day::{HEADER, day, settings};
use cases::{Case, Form, Law, draw, replay, uphold};
use posmortem::exchange::{Outcome, TerminalEvent};
use posmortem::{InputSource, Run, Settings, Tables, TokenKey, analyse, save_table, sorted_paths};
use posmortem_tables::Table;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use ruled::{ruled, rules_of};
use said::{Rows, Said, said, same_said};
use std::fs;

const LAWS: [Law; 1] =
    [("tables_cut_anywhere_say_what_the_day_says", tables_cut_anywhere_say_what_the_day_says)];

struct Lab {
    folder: tempfile::TempDir,
    key: TokenKey,
}

impl Lab {
    fn new() -> Self {
        let key = TokenKey::from_bytes(b"0123456789abcdef").expect("a key");
        Self { folder: tempfile::tempdir().expect("a temporary folder"), key }
    }

    /// As the case has it.
    fn settings_of(case: &Case) -> Settings {
        let mut settings =
            Settings { waiting_legs: case.one("waiting_legs"), rules: rules_of(case), ..settings() };
        settings.input.block_size = case.one("block_size");
        settings
    }

    /// The logs of one piece of the day, one a host.
    fn logs(&self, case: &Case, number: usize, rows: &[(usize, &String)]) -> Vec<InputSource> {
        let hosts = case.all("hands").iter().max().map_or(1, |last| last + 1);
        let log = |host: usize| {
            let rows = rows.iter().filter(|(hand, _)| *hand == host).map(|(_, row)| (*row).clone());
            // Names in reverse, so that no alphabet helps.
            let path = self.folder.path().join(format!("piece{}-{host}.csv", 9 - number));
            fs::write(&path, case.text(&rows.collect::<Vec<_>>())).expect("a writable folder");
            InputSource::Path(path)
        };
        (0..hosts).map(log).collect()
    }

    fn save(&self, number: usize, logs: &[InputSource], settings: &Settings) -> InputSource {
        let path = self.folder.path().join(format!("table{}.parquet", 9 - number));
        let out = fs::File::create(&path).expect("a writable folder");
        save_table(logs, settings, &self.key, &mut (), out).1.expect("a table");
        InputSource::Path(path)
    }

    fn of_logs(&self, logs: &[InputSource], case: &Case) -> Said {
        let mut rows = Rows::new(&sorted_paths(logs));
        let settings = Settings { token_key: Some(self.key.clone()), rules: rules_of(case), ..settings() };
        let run = analyse(logs, &settings, &mut rows);
        said(&run, rows)
    }

    /// One table of several.
    fn join(&self, tables: &[InputSource], settings: &Settings, name: &str) -> InputSource {
        let path = self.folder.path().join(name);
        let out = fs::File::create(&path).expect("a writable folder");
        let tables = Tables::open(tables).expect("tables that fit together");
        tables.save(settings, &mut (), out).expect("the rules of then").1.expect("a table");
        InputSource::Path(path)
    }

    fn of_tables(tables: &[InputSource], settings: &Settings) -> Said {
        let tables = Tables::open(tables).expect("tables that fit together");
        let mut rows = Rows::new(&tables.paths());
        let run = tables.analyse(settings, &mut rows).expect("the rules of then");
        let summary = &run.summary;
        assert_eq!(summary.ledger.frames(), summary.files.iter().map(|file| file.frames).sum::<u64>());
        said(&run, rows)
    }
}

fn tables_cut_anywhere_say_what_the_day_says(case: &Case) -> TestCaseResult {
    let (lab, settings) = (Lab::new(), Lab::settings_of(case));
    let mut hands = case.all("hands").iter().copied().chain(std::iter::repeat(0));
    let (mut logs, mut tables) = (Vec::new(), Vec::new());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(case.one("threads")).build().expect("threads");
    for (number, rows) in case.pieces().into_iter().enumerate() {
        let rows: Vec<_> = hands.by_ref().zip(rows).collect();
        let of_piece = lab.logs(case, number, &rows);
        tables.push(pool.install(|| lab.save(number, &of_piece, &settings)));
        logs.extend(of_piece);
    }
    let turn = case.one("turn") % tables.len();
    tables.rotate_left(turn);
    let (of_tables, of_logs) =
        (pool.install(|| Lab::of_tables(&tables, &settings)), lab.of_logs(&logs, case));
    same_said("tables and logs", &of_tables, &of_logs)?;
    // Some of them in one table, and those of others in another one.
    tables.rotate_right(turn);
    let (some, others) = tables.split_at(turn);
    let joined = |(number, tables): (usize, &[InputSource])| {
        (!tables.is_empty()).then(|| lab.join(tables, &settings, &format!("joined{number}.parquet")))
    };
    let joined: Vec<_> = [some, others].into_iter().enumerate().filter_map(joined).collect();
    let of_joined = pool.install(|| Lab::of_tables(&joined, &settings));
    same_said("tables of tables and logs", &of_joined, &of_logs)
}

#[test]
fn tables_cut_anywhere_say_what_the_day_says_for_any_day() {
    let days = prop_oneof![2 => day().boxed(), 1 => ruled(day()).boxed()];
    uphold(&LAWS, "tables_cut_anywhere_say_what_the_day_says", &days);
}

/// Row groups are encoded and decoded by whoever has time.
#[test]
fn several_row_groups_are_the_same_at_any_number_of_threads() {
    let row = |number: u32| {
        let (minute, terminal, code) = (number / 500, number % 97, ["00", "51", "91"][number as usize % 3]);
        let (hour, minute, second) = (minute / 60, minute % 60, number % 500 / 9);
        format!(
            "2026-11-21T{hour:02}:{minute:02}:{second:02},a,0210,T{terminal},{number:06},,,{number},{code},,,,,,,,,156,,,,,,,,,"
        )
    };
    let case = Case::new(Form::Csv, HEADER, (0..140_000).map(row).collect()).with("hands", &[]);
    let (lab, settings) = (Lab::new(), Settings { keep_table: false, ..settings() });
    let logs = lab.logs(&case, 0, &case.rows.iter().map(|row| (0, row)).collect::<Vec<_>>());
    let runs = [1, 2, 7].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let table = pool.install(|| lab.save(threads, &logs, &settings));
        let path = table.path().expect("a file");
        let groups = Table::open(fs::File::open(path).expect("a file")).expect("a table").groups().count();
        assert_eq!(groups, 3, "two are full");
        let joined = pool.install(|| {
            lab.join(std::slice::from_ref(&table), &settings, &format!("joined{threads}.parquet"))
        });
        [path, joined.path().expect("a file")].map(|path| fs::read(path).expect("a table"))
    });
    let [alone, others @ ..] = runs;
    assert!(others.iter().all(|other| *other == alone), "tables have other bytes");
}

#[test]
fn tables_are_read_by_the_rules_that_they_were_saved_by() {
    let row = "2026-11-21T08:00:00,a,0210,T1,000001,,,100,51,,,,,,,,,156,,,,,,,,,".to_owned();
    let case = Case::new(Form::Csv, HEADER, vec![row]).with("hands", &[]);
    let lab = Lab::new();
    let settings = [None, Some(3), Some(4)].map(|rule: Option<usize>| match rule {
        None => settings(),
        Some(rule) => Settings { rules: rules_of(&case.clone().with("rules", &[rule])), ..settings() },
    });
    let logs = lab.logs(&case, 0, &[(0, &case.rows[0])]);
    for (saved, then) in settings.iter().enumerate() {
        let table = lab.save(saved, &logs, then);
        for (read, now) in settings.iter().enumerate() {
            let open = || Tables::open(std::slice::from_ref(&table)).unwrap();
            let checked = open().check_rules(now);
            // Who does not ask before is told by the run.
            assert_eq!(open().analyse(now, &mut ()).err(), open().check_rules(now).err());
            let told = match (saved, read) {
                _ if saved == read => "",
                (0, _) => "was saved without the rules that are in force: leave them out, or save it again",
                (_, 0) => "was saved by rules, and none are in force: name those of then (--rules), or save",
                _ => "was saved by other rules than those in force: name those of then (--rules), or save",
            };
            match checked {
                Ok(()) => assert_eq!(saved, read),
                Err(error) => assert!(saved != read && error.to_string().contains(told), "{error}"),
            }
        }
    }
}

#[test]
fn kept_cases_hold() {
    replay(&LAWS);
}

/// What hardly ever happens is hardly checked.
#[test]
fn days_hold_what_they_are_meant_to_hold() {
    let days = draw(&day(), 100);
    let (mut paired, mut late, mut reversed, mut open, mut duplicates, mut cut) = (0, 0, 0, 0, 0, 0);
    let mut traces = 0;
    let mut events = [
        ("SignOn(Accepted", 0),
        ("SignOn(Unanswered", 0),
        ("SignOn(Untold", 0),
        ("KeyChange", 0),
        ("NetworkManagement", 0),
        ("StoredAdvice", 0),
        ("Reversal(Some", 0),
        ("OrphanReversal", 0),
        ("StanFellBack", 0),
        ("StanJumped", 0),
    ];
    for day in &days {
        let lab = Lab::new();
        let rows: Vec<_> = day.rows.iter().map(|row| (0, row)).collect();
        let Run { summary: whole, table, .. } = analyse(&lab.logs(day, 0, &rows), &settings(), &mut ());
        let table = table.expect("it is asked for");
        traces += usize::from(table.rows().any(|row| !row.traces.is_empty()));
        for (kind, days) in &mut events {
            let is_such = |event: &TerminalEvent| format!("{:?}", event.what).starts_with(*kind);
            *days += usize::from(table.events().iter().any(is_such));
        }
        // Exchanges that a cut takes apart are one fewer in the whole day than in its pieces.
        let pieces = (1..).zip(day.pieces()).map(|(number, rows)| {
            let rows: Vec<_> = rows.iter().map(|row| (0, row)).collect();
            analyse(&lab.logs(day, number, &rows), &settings(), &mut ()).summary.ledger.paired
        });
        cut += usize::from(pieces.sum::<u64>() < whole.ledger.paired);
        paired += usize::from(whole.ledger.paired > 0);
        late += usize::from(whole.totals.with(Outcome::Late) > 0);
        reversed += usize::from(whole.totals.with(Outcome::Reversed) > 0);
        open += usize::from(whole.ledger.open > 0);
        duplicates += usize::from(whole.ledger.duplicates > 0);
    }
    assert!(paired >= 80 && late >= 80, "{paired} % with pairs, {late} % with late answers");
    assert!(reversed >= 30 && open >= 45, "{reversed} % with reversed, {open} % with open attempts");
    assert!(traces >= 90, "{traces} % with traces");
    assert!(events.iter().all(|(_, days)| *days >= 20), "{events:?} % with events");
    assert!(duplicates >= 60 && cut >= 8, "{duplicates} % with duplicates, {cut} % with pairs cut in two");
}
