//! Threads, block sizes, cuts, compression, the order of rows and that of files change nothing.
//!
//! Days are random and small but nasty: few terminals and STANs, so that keys collide; hops, repeats,
//! missing terminals, late answers, reversals, rejects, ties of time over several links, wrong clocks,
//! and disorder up to the horizon or beyond. Legs are settled a few at a time, so that inputs are
//! merged and settled mid-way.

mod cases;

use cases::{Case, Form, Law, draw, replay, same, uphold};
use flate2::Compression;
use flate2::write::GzEncoder;
use posmortem::exchange::{Conclusion, Exchange, Names, Outcome, Summary};
use posmortem::{InputSource, Observer, Run, Settings, analyse, sorted_paths};
use posmortem_report::{ExchangeRows, Format, RowFormat, View, write_summary};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::PathBuf;

const LAWS: [Law; 7] = [
    ("parallel_is_sequential", parallel_is_sequential),
    ("what_waits_and_what_is_probed_change_nothing", what_waits_and_what_is_probed_change_nothing),
    ("any_cut_into_files_says_the_same", any_cut_into_files_says_the_same),
    ("rows_dealt_to_several_files_say_the_same", rows_dealt_to_several_files_say_the_same),
    ("rows_in_any_order_say_the_same", rows_in_any_order_say_the_same),
    ("the_order_of_files_changes_no_byte", the_order_of_files_changes_no_byte),
    ("packed_days_say_the_same", packed_days_say_the_same),
];

const HEADER: &str = "time,link,mti,terminal_id,stan,rrn,pan,amount,response_code,direction,original_stan";

/// The day of all rows, and the one that wrong clocks show.
const TODAY: &str = "2026-11-21";
const AHEAD: &str = "2026-12-01";

/// So many clocks of a day may be wrong without harm.
const WRONG_CLOCKS: usize = 15;

/// One row of a random day, before it has a place in a file.
#[derive(Clone, Debug)]
struct Row {
    /// Seconds after midnight, and how much later than its time the row is written.
    second: u32,
    delay: u32,
    terminal: &'static str,
    /// Whether it is written by a clock that is days ahead.
    is_ahead: bool,
    csv: String,
    jpos: String,
}

fn row() -> impl Strategy<Value = Row> {
    let mti = prop::sample::select(vec![
        "0200", "0210", "0210", "0201", "0100", "0110", "0400", "0410", "0420", "0800", "0220", "",
    ]);
    let terminal = prop::sample::select(vec!["T1", "T2", "0T1", "", "\"T,3\"", "T1 "]);
    let code = prop::sample::select(vec!["00", "51", "91", "", "68", "8Z", "wrong code"]);
    let link = prop::sample::select(vec!["a", "b", ""]);
    let rrn = prop::sample::select(vec!["", "", "R1", "R2"]);
    let direction = prop::sample::select(vec!["", "in", "out"]);
    let card = prop::sample::select(vec!["", "4111111111111111", "411111______1112", "4242424242424242"]);
    let is_ahead = prop_oneof![15 => Just(false), 1 => Just(true)];
    let odd = prop_oneof![20 => Just(""), 1 => Just("torn"), 1 => Just("\"quote")];
    // Half of all rows within two seconds.
    let seconds = prop_oneof![0..6000_u32, 3000..3002_u32];
    let numbers = (seconds, 0..599_u32, 0..4_u32, 0..3_u32, 0..4_u32);
    (numbers, mti, terminal, code, (link, rrn, direction, card), (is_ahead, odd)).prop_map(
        |((second, delay, stan, amount, original), mti, terminal, code, (link, rrn, direction, card), (is_ahead, odd))| {
            let time = format!("{TODAY}T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
            let blank_zero = |number: u32| if number == 0 { String::new() } else { number.to_string() };
            let (stan, amount, original) = (blank_zero(stan), blank_zero(amount), blank_zero(original));
            let csv = match odd {
                "" => format!("{time},{link},{mti},{terminal},{stan},{rrn},{card},{amount},{code},{direction},{original}"),
                "torn" => format!("{time},{link},{mti}"),
                // Closed within its own line, so that any cut at a line's end leaves the rows alone.
                _ => format!("{time},\"{link}\"\"\",{mti},{terminal},{stan},{rrn},{card},{amount},{code},{direction},{original}"),
            };
            let fields = [("0", mti), ("2", card), ("4", &amount), ("11", &stan), ("37", rrn), ("39", code)];
            let fields = fields.into_iter().chain([("41", terminal.trim_matches('"'))]);
            let field = |(id, value): (&str, &str)| match value {
                "" => String::new(),
                _ => format!("<field id=\"{id}\" value=\"{value}\"/>\n"),
            };
            let fields: String = fields.map(field).collect();
            let end = if odd == "torn" { "" } else { "</isomsg></send></log>" };
            let jpos = format!("<log realm=\"{link}\" at=\"{time}\">\n<send><isomsg direction=\"{direction}\">\n{fields}{end}");
            Row { second, delay, terminal, is_ahead, csv, jpos }
        },
    )
}

/// In which order the rows of a day are written.
#[derive(Clone, Copy, Debug)]
enum Order {
    /// By time, but for delays below the horizon and a few wrong clocks.
    Time,
    /// The same, and each of the wrong clocks moves the day on.
    ManyWrongClocks,
    /// As exports have it.
    NewestFirst,
    /// As exports have it, too.
    ByTerminal,
}

/// The rows of a day that is in the order of time, as far as it must be.
fn day() -> impl Strategy<Value = Case> {
    day_in(Just(Order::Time))
}

/// The rows of a day in whatever order.
fn day_in_any_order() -> impl Strategy<Value = Case> {
    use Order::{ByTerminal, ManyWrongClocks, NewestFirst, Time};
    day_in(prop::sample::select(vec![Time, Time, ManyWrongClocks, NewestFirst, ByTerminal]))
}

fn day_in(order: impl Strategy<Value = Order>) -> impl Strategy<Value = Case> {
    (prop::collection::vec(row(), 1..120), any::<bool>(), order).prop_map(|(mut rows, is_jpos, order)| {
        match order {
            Order::Time | Order::ManyWrongClocks => rows.sort_by_key(|row| row.second + row.delay),
            Order::NewestFirst => rows.sort_by_key(|row| u32::MAX - row.second),
            Order::ByTerminal => rows.sort_by_key(|row| (row.terminal, row.second)),
        }
        let mut wrong = 0;
        let text = |row: Row| {
            let text = if is_jpos { row.jpos } else { row.csv };
            wrong += usize::from(row.is_ahead);
            let is_ahead = row.is_ahead && (wrong <= WRONG_CLOCKS || matches!(order, Order::ManyWrongClocks));
            if is_ahead { text.replace(TODAY, AHEAD) } else { text }
        };
        let rows = rows.into_iter().map(text).collect();
        let (form, header) = if is_jpos { (Form::Jpos, "") } else { (Form::Csv, HEADER) };
        Case::new(form, header, rows)
    })
}

struct Rows(ExchangeRows<Vec<u8>>);

impl Observer for Rows {
    fn exchange(&mut self, exchange: &Exchange, conclusion: &Conclusion, names: &Names) -> ControlFlow<()> {
        self.0.write(exchange, conclusion, names).expect("a Vec takes every byte");
        ControlFlow::Continue(())
    }
}

/// How a day is read, whatever it holds.
#[derive(Clone, Copy)]
struct Way {
    threads: usize,
    block_size: usize,
    waiting_legs: usize,
    probed_legs: usize,
}

impl Way {
    /// As everybody reads it.
    fn usual() -> Self {
        let Settings { waiting_legs, probed_legs, input, .. } = Settings::default();
        Self { threads: 1, block_size: input.block_size, waiting_legs, probed_legs }
    }

    /// As the case has it.
    fn of(case: &Case) -> Self {
        let [threads, block_size] = ["threads", "block_size"].map(|name| case.one(name));
        let [waiting_legs, probed_legs] = ["waiting_legs", "probed_legs"].map(|name| case.one(name));
        Self { threads, block_size, waiting_legs, probed_legs }
    }
}

/// Cases of a day that is read in any way.
fn read_in_any_way(day: impl Strategy<Value = Case>) -> impl Strategy<Value = Case> {
    let block_size = prop_oneof![1..700_usize, 1..20_000_usize, Just(1 << 18)];
    let probed_legs = prop_oneof![1..40_usize, Just(1 << 14)];
    (day, 1..9_usize, block_size, 0..40_usize, probed_legs).prop_map(
        |(day, threads, block_size, waiting, probed)| {
            let day = day.with("threads", &[threads]).with("block_size", &[block_size]);
            day.with("waiting_legs", &[waiting]).with("probed_legs", &[probed])
        },
    )
}

struct Lab {
    folder: tempfile::TempDir,
}

impl Lab {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).expect("a writable folder");
        path
    }

    /// All rows in one file.
    fn whole(&self, case: &Case) -> [PathBuf; 1] {
        [self.file("day.csv", case.text(&case.rows))]
    }

    /// The report and the rows.
    fn run(&self, files: &[PathBuf], way: Way) -> (String, String) {
        let (run, rows) = self.read(files, way);
        let mut report = Vec::new();
        let view = View { all_terminals: true, version: "0", rules_sha256: "0", ..View::default() };
        write_summary(&run.summary, Format::Json, &view, &mut report).expect("a Vec takes every byte");
        (String::from_utf8(report).expect("UTF-8"), rows)
    }

    fn read(&self, files: &[PathBuf], way: Way) -> (Run, String) {
        let Way { threads, block_size, waiting_legs, probed_legs } = way;
        let mut settings = Settings { waiting_legs, probed_legs, ..Settings::default() };
        settings.input.block_size = block_size;
        let sources: Vec<_> = files.iter().cloned().map(InputSource::Path).collect();
        let mut rows = Rows(ExchangeRows::new(RowFormat::Ndjson, Vec::new(), &sorted_paths(&sources)));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let run = pool.install(|| {
            let run = analyse(&sources, &settings, &mut rows);
            assert_eq!(
                run.summary.ledger.frames(),
                run.summary.files.iter().map(|file| file.frames).sum::<u64>()
            );
            run
        });
        (run, String::from_utf8(rows.0.finish().expect("a Vec takes every byte")).expect("UTF-8"))
    }

    /// What a run says apart from where in which file it was read, and in which order.
    fn say(&self, files: &[PathBuf], way: Way) -> (String, String) {
        let (report, rows) = self.run(files, way);
        let mut report: Value = serde_json::from_str(&report).expect("JSON");
        report["input"]["files"].take();
        report["input"]["bytes"].take();
        let held = |note: &Value| note.as_str().is_some_and(|note| note.contains("not in the order of time"));
        report["notes"].as_array_mut().expect("notes").retain(|note| !held(note));
        for terminal in report["terminals"].as_array_mut().expect("terminals") {
            for sample in terminal["verdict"]["samples"].as_array_mut().expect("samples") {
                sample["file"].take();
                sample["offset"].take();
            }
        }
        let without_source = |line| {
            let mut row: Value = serde_json::from_str(line).expect("JSON");
            row["source"].take();
            format!("{row}\n")
        };
        (format!("{report:#}"), rows.lines().map(without_source).collect())
    }
}

/// Report and rows, of which each must be equal.
fn same_words(one: &(String, String), other: &(String, String)) -> TestCaseResult {
    same("report", &one.0, &other.0)?;
    same("rows", &one.1, &other.1)
}

fn parallel_is_sequential(case: &Case) -> TestCaseResult {
    let (lab, way) = (Lab::new(), Way::of(case));
    let whole = lab.whole(case);
    // What is probed decides whether disorder is found out.
    let one_by_one = Way { probed_legs: way.probed_legs, ..Way::usual() };
    same_words(&lab.run(&whole, one_by_one), &lab.run(&whole, way))
}

fn what_waits_and_what_is_probed_change_nothing(case: &Case) -> TestCaseResult {
    let lab = Lab::new();
    let whole = lab.whole(case);
    same_words(&lab.run(&whole, Way::usual()), &lab.run(&whole, Way::of(case)))
}

fn any_cut_into_files_says_the_same(case: &Case) -> TestCaseResult {
    let lab = Lab::new();
    // Names in reverse, so that no alphabet helps.
    let pieces = (0..).zip(case.pieces());
    let pieces: Vec<_> =
        pieces.map(|(number, rows)| lab.file(&format!("piece{}.csv", 9 - number), case.text(rows))).collect();
    same_words(&lab.say(&lab.whole(case), Way::usual()), &lab.say(&pieces, Way::of(case)))
}

fn rows_dealt_to_several_files_say_the_same(case: &Case) -> TestCaseResult {
    let lab = Lab::new();
    // Rows beyond the last of the hands go to the first.
    let hands = || case.all("hands").iter().copied().chain(std::iter::repeat(0));
    let dealt = |hand| -> Vec<String> {
        case.rows.iter().zip(hands()).filter(|(_, of)| *of == hand).map(|(row, _)| row.clone()).collect()
    };
    let files: Vec<_> =
        (0..4).map(|hand| lab.file(&format!("host{hand}.csv"), case.text(&dealt(hand)))).collect();
    same_words(&lab.say(&lab.whole(case), Way::usual()), &lab.say(&files, Way::of(case)))
}

/// Of a day that is probed to its end.
fn rows_in_any_order_say_the_same(case: &Case) -> TestCaseResult {
    let lab = Lab::new();
    let mut places: Vec<usize> = (0..case.rows.len()).collect();
    // Each row goes to another's place, as a pack of cards is shuffled.
    for (at, &to) in (0..places.len()).zip(case.all("places")) {
        let to = to % places.len();
        places.swap(at, to);
    }
    let shuffled: Vec<String> = places.iter().map(|&at| case.rows[at].clone()).collect();
    let shuffled = [lab.file("shuffled.csv", case.text(&shuffled))];
    let way = Way { probed_legs: Way::usual().probed_legs, ..Way::of(case) };
    same_words(&lab.say(&lab.whole(case), Way::usual()), &lab.say(&shuffled, way))
}

fn the_order_of_files_changes_no_byte(case: &Case) -> TestCaseResult {
    let lab = Lab::new();
    let pieces = (0..).zip(case.pieces());
    let mut pieces: Vec<_> =
        pieces.map(|(number, rows)| lab.file(&format!("piece{number}.csv"), case.text(rows))).collect();
    let one = lab.run(&pieces, Way::of(case));
    let (turn, swap) = (case.one("turn") % pieces.len(), case.one("swap") % pieces.len());
    pieces.rotate_left(turn);
    pieces.swap(0, swap);
    same_words(&one, &lab.run(&pieces, Way::of(case)))
}

/// As gzip members and zstd frames, cut at any byte.
fn packed_days_say_the_same(case: &Case) -> TestCaseResult {
    let lab = Lab::new();
    let text = case.text(&case.rows).into_bytes();
    let cuts = case.all("members").iter().map(|cut| cut % (text.len() + 1));
    let mut cuts: Vec<usize> = cuts.chain([0, text.len()]).collect();
    cuts.sort_unstable();
    let members = || cuts.windows(2).map(|cut| &text[cut[0]..cut[1]]);
    let gzip = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).expect("a Vec takes every byte");
        encoder.finish().expect("a Vec takes every byte")
    };
    let gzip = [lab.file("day.csv.gz", members().flat_map(gzip).collect::<Vec<u8>>())];
    let zstd = |bytes| zstd::encode_all(bytes, 1).expect("a Vec takes every byte");
    let zstd = [lab.file("day.csv.zst", members().flat_map(zstd).collect::<Vec<u8>>())];
    let plain = lab.say(&lab.whole(case), Way::usual());
    same_words(&plain, &lab.say(&gzip, Way::of(case)))?;
    same_words(&plain, &lab.say(&zstd, Way::of(case)))
}

/// Cases with numbers of that name, each below a limit.
fn with_numbers(
    cases: impl Strategy<Value = Case>,
    name: &'static str,
    below: usize,
    count: std::ops::Range<usize>,
) -> impl Strategy<Value = Case> {
    (cases, prop::collection::vec(0..below, count)).prop_map(move |(case, numbers)| case.with(name, &numbers))
}

#[test]
fn parallel_is_sequential_for_any_day() {
    uphold(&LAWS, "parallel_is_sequential", &read_in_any_way(day_in_any_order()));
}

#[test]
fn what_waits_and_what_is_probed_change_nothing_for_any_day() {
    uphold(&LAWS, "what_waits_and_what_is_probed_change_nothing", &read_in_any_way(day()));
}

#[test]
fn any_cut_into_files_says_the_same_for_any_day() {
    let cases = with_numbers(read_in_any_way(day()), "cuts", 121, 0..8);
    uphold(&LAWS, "any_cut_into_files_says_the_same", &cases);
}

#[test]
fn rows_dealt_to_several_files_say_the_same_for_any_day() {
    let cases = with_numbers(read_in_any_way(day()), "hands", 4, 0..120);
    uphold(&LAWS, "rows_dealt_to_several_files_say_the_same", &cases);
}

#[test]
fn rows_in_any_order_say_the_same_for_any_day() {
    let cases = with_numbers(read_in_any_way(day()), "places", 120, 0..120);
    uphold(&LAWS, "rows_in_any_order_say_the_same", &cases);
}

#[test]
fn the_order_of_files_changes_no_byte_for_any_day() {
    let cases = with_numbers(read_in_any_way(day_in_any_order()), "cuts", 121, 1..4);
    let cases = with_numbers(with_numbers(cases, "turn", 4, 1..2), "swap", 4, 1..2);
    uphold(&LAWS, "the_order_of_files_changes_no_byte", &cases);
}

#[test]
fn packed_days_say_the_same_for_any_day() {
    let cases = with_numbers(read_in_any_way(day()), "members", 20_000, 0..5);
    uphold(&LAWS, "packed_days_say_the_same", &cases);
}

#[test]
fn kept_cases_hold() {
    replay(&LAWS);
}

/// How often of a hundred days each thing happens at least: in delimited days, in jPOS logs.
const LEAST: [(&str, u64, u64); 17] = [
    ("paired", 40, 40),
    ("complete", 80, 0),
    ("request only", 40, 40),
    ("response only", 60, 60),
    ("duplicates", 40, 40),
    ("reversals", 60, 60),
    ("advices", 60, 60),
    ("administrative", 60, 60),
    ("open", 30, 50),
    ("rejected", 60, 60),
    ("orphan reversals", 60, 60),
    ("approved", 50, 40),
    ("declined", 60, 60),
    ("unanswered", 50, 50),
    ("late", 25, 25),
    ("reversed", 20, 7),
    ("unclassified", 50, 50),
];

/// Of how many days in a hundred something is true.
fn percent(days: &[Summary], holds: impl Fn(&Summary) -> bool) -> u64 {
    100 * days.iter().filter(|day| holds(day)).count() as u64 / days.len() as u64
}

fn count(day: &Summary, name: &str) -> u64 {
    let (ledger, outcome) = (day.ledger, |outcome| day.totals.with(outcome));
    match name {
        "paired" => ledger.paired,
        "complete" => ledger.complete,
        "request only" => ledger.request_only,
        "response only" => ledger.response_only,
        "duplicates" => ledger.duplicates,
        "reversals" => ledger.reversal,
        "advices" => ledger.advice,
        "administrative" => ledger.administrative,
        "open" => ledger.open,
        "rejected" => ledger.rejected,
        "orphan reversals" => day.orphan_reversals,
        "approved" => outcome(Outcome::Approved),
        "declined" => outcome(Outcome::Declined),
        "unanswered" => outcome(Outcome::Unanswered),
        "late" => outcome(Outcome::Late),
        "reversed" => outcome(Outcome::Reversed),
        "unclassified" => outcome(Outcome::Unclassified),
        _ => unreachable!("{name}"),
    }
}

/// What hardly ever happens is hardly checked.
#[test]
fn days_hold_what_they_are_meant_to_hold() {
    let read = |days: &[Case], probed_legs| -> Vec<Summary> {
        let lab = Lab::new();
        let read = |day| lab.read(&lab.whole(day), Way { probed_legs, ..Way::usual() }).0.summary;
        days.iter().map(read).collect()
    };
    for form in [Form::Csv, Form::Jpos] {
        let of_form = |mut days: Vec<Case>| {
            days.retain(|day| day.form == form);
            days
        };
        let in_time = read(&of_form(draw(&day(), 400)), 1);
        for (name, csv, jpos) in LEAST {
            let share = percent(&in_time, |day| count(day, name) > 0);
            let least = if form == Form::Csv { csv } else { jpos };
            assert!(
                share >= least,
                "{form:?}: {name} in {share} % of the days, which is less than {least} %"
            );
        }
        assert_eq!(percent(&in_time, |day| day.ledger.out_of_order > 0), 0);
        // Rows beyond the horizon: counted out, or held where the probe finds them.
        let disordered = of_form(draw(&day_in_any_order(), 400));
        let out_of_order = percent(&read(&disordered, 1), |day| day.ledger.out_of_order > 0);
        let is_held = |day: &Summary| day.notes.iter().any(|note| note.contains("not in the order of time"));
        let held = percent(&read(&disordered, 1 << 14), is_held);
        assert!(out_of_order >= 15 && held >= 15, "{form:?}: {out_of_order} % out of order, {held} % held");
    }
}
