//! Rows that are read at a glance count as if they had gone the long way.
//!
//! The long way is the oracle: it is taken whenever an observer wants to hear of exchanges. Days here
//! are mostly plain answers, as exports of one side have them, or plain requests with theirs, with few
//! terminals, STANs and references, so that legs which stand alone or in pairs, legs in a crowd and legs of
//! the other kinds meet in every order.

mod cases;
mod ruled;

use cases::{Case, Form, Law, draw, replay, same, uphold};
use posmortem::exchange::{Conclusion, Exchange, Ledger, Names, Outcome, Symbol};
use posmortem::{InputSource, Observer, Run, Settings, analyse};
use posmortem_report::{Format, View, write_summary};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use ruled::{ruled, rules_of};
use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;

const LAWS: [Law; 2] =
    [("a_glance_is_enough", a_glance_is_enough), ("a_glance_is_enough_by_rules", a_glance_is_enough)];

const HEADER: &str = "time,mti,stan,rrn,terminal_id,merchant_id,pan,processing_code,amount,currency,pos_entry_mode,response_code,link,latency_ms,direction,original_stan";

/// A row of a random day.
#[derive(Clone, Debug)]
struct Row {
    /// The second at which it is written.
    written: u32,
    time: String,
    mti: &'static str,
    /// One of few numbers, and what makes it one of many.
    stan: u32,
    spread: u32,
    rrn: String,
    /// The other cells.
    from_terminal: String,
    odd: &'static str,
}

impl Row {
    /// Its line in a day of few STANs or many.
    fn line(&self, is_spread: bool) -> String {
        let Self { time, mti, from_terminal, .. } = self;
        let stan = self.stan + if is_spread { 20 * self.spread } else { 0 };
        let rrn = if self.rrn == "own" { format!("{:012}", 100 + stan) } else { self.rrn.clone() };
        let stan = if stan == 0 { String::new() } else { format!("{stan:06}") };
        let line = format!("{time},{mti},{stan},{rrn},{from_terminal}");
        match self.odd {
            "torn" => line[..line.len() / 2].to_owned(),
            "quoted" => line.replacen(mti, &format!("\"{mti}\""), 1),
            "blank" => format!("\n{line}"),
            "crlf" => format!("{line}\r"),
            _ => line,
        }
    }
}

/// When a row happens, and how much later it is written: near to others, hours apart, or by a wrong
/// clock.
fn moment() -> impl Strategy<Value = (u32, String)> {
    let second = prop_oneof![80 => 0..12_000_u32, 40 => 3_000..3_700_u32, 60 => 5_000..5_070_u32, 6 => Just(700_000_u32)];
    (second, 0..590_u32, 0..1_000_u32).prop_map(|(second, delay, milli)| {
        let (day, rest) = (21 + second / 86_400, second % 86_400);
        let fraction = if milli % 3 == 0 { String::new() } else { format!(".{milli:03}") };
        let time =
            format!("2026-11-{day}T{:02}:{:02}:{:02}{fraction}", rest / 3600, rest / 60 % 60, rest % 60);
        // A wrong clock does not choose the row's place.
        (if second > 12_000 { 20 * delay } else { second + delay }, time)
    })
}

/// A row that can be read at a glance once its words are known.
fn plain_row() -> impl Strategy<Value = Row> {
    let mti = prop_oneof![30 => Just("0210"), 6 => Just("0110"), 3 => Just("")];
    let terminal = prop::sample::select(vec!["T1", "T2", "10012345", "T3"]);
    let rrn = prop_oneof![
        6 => Just("own".to_owned()),
        1 => (1..9_u32).prop_map(|number| format!("{number:012}")),
        1 => Just(String::new()),
    ];
    let card = prop::sample::select(vec!["4111111111111111", "4242424242424242", "5555555555554444", ""]);
    let amount = prop::sample::select(vec!["000000001000", "1000", "7"]);
    let code =
        prop_oneof![12 => Just("00"), 4 => Just("51"), 1 => prop::sample::select(vec!["91", "10", "8Z"])];
    let link = prop::sample::select(vec!["east", "west"]);
    let latency = prop_oneof![6 => prop::sample::select(vec!["", "812", "59999"]), 1 => Just("60001")];
    (moment(), mti, (0..20_u32, 0..100_u32), terminal, rrn, (card, amount, code, link, latency)).prop_map(
        |((written, time), mti, (stan, spread), terminal, rrn, (card, amount, code, link, latency))| Row {
            written,
            time,
            mti,
            // An answer without a STAN is not plain.
            stan: stan.max(1),
            spread,
            rrn,
            from_terminal: format!(
                "{terminal},102911054110011,{card},000000,{amount},156,051,{code},{link},{latency},,"
            ),
            odd: "",
        },
    )
}

/// A request and its answer, either of which may tell less than the other.
fn pair() -> impl Strategy<Value = Vec<Row>> {
    let delay = prop_oneof![6 => 0..3_u32, 2 => 3..90_u32, 1 => 500..700_u32];
    let tells = (any::<bool>(), any::<bool>(), any::<bool>());
    let mtis =
        prop_oneof![6 => Just(("0200", "0210")), 2 => Just(("0100", "0110")), 1 => Just(("0200", "0110"))];
    (plain_row(), 0..12_000_u32, delay, tells, mtis).prop_map(|(answer, second, delay, tells, mtis)| {
        let cells: Vec<&str> = answer.from_terminal.split(',').collect();
        let [terminal, merchant, card, process, amount, currency, mode, _, link, ..] = cells[..] else {
            return vec![answer];
        };
        let asked = format!("{terminal},{merchant},{card},{process},{amount},{currency},{mode},,{link},,,");
        let clock = |second: u32| {
            format!("2026-11-21T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
        };
        let (tells_card, tells_reference, is_exact) = tells;
        let told = match tells_card {
            true => answer.from_terminal.clone(),
            false => answer.from_terminal.replacen(&format!(",{card},"), ",,", 1),
        };
        let request_rrn = if tells_reference { answer.rrn.clone() } else { String::new() };
        let request = Row {
            written: second,
            time: clock(second),
            mti: mtis.0,
            rrn: request_rrn,
            from_terminal: asked,
            ..answer.clone()
        };
        let fraction = if is_exact { "" } else { ".250" };
        let answer = Row {
            written: second + delay,
            time: clock(second + delay) + fraction,
            mti: mtis.1,
            from_terminal: told,
            ..answer
        };
        vec![request, answer]
    })
}

/// Any row.
fn row() -> impl Strategy<Value = Row> {
    let mti = prop_oneof![
        30 => Just("0210"),
        6 => Just("0110"),
        3 => Just(""),
        2 => Just("0410"),
        2 => Just("0230"),
        1 => Just("0810"),
        1 => Just("1210"),
        2 => Just("0400"),
        1 => prop::sample::select(vec!["0200", "0400", "0420", "0220", "0201", "9999", "0100"]),
    ];
    let terminal = prop::sample::select(vec!["T1", "T2", "0T1", "10012345", "00012345", " T2", "", "NULL"]);
    let terminal = prop_oneof![9 => prop::sample::select(vec!["T1", "T2", "10012345", "T3"]), 1 => terminal];
    let merchant = prop::sample::select(vec!["102911054110011", "102911058120023", "", "-"]);
    let rrn = prop_oneof![
        4 => Just("own".to_owned()),
        2 => (1..9_u32).prop_map(|number| format!("{number:012}")),
        1 => Just(String::new()),
        1 => prop::sample::select(vec!["R1", "4111111111111111"]).prop_map(str::to_owned),
    ];
    let card = prop::sample::select(vec![
        "4111111111111111",
        "4242424242424242",
        "5555555555554444",
        "",
        "411111______1112",
        "378282246310005",
        " 4111111111111111",
    ]);
    // Kinds of answers repeat, as they do in logs: none is known at its first sight.
    let kind =
        prop_oneof![12 => Just("000000"), 1 => prop::sample::select(vec!["200000", "310000", "", "00", "3"])];
    let amount = prop::sample::select(vec!["000000001000", "1000", "7", "10.50", "", "x", "0000000001000"]);
    let currency = prop::sample::select(vec!["156", "156", "840", "CNY", "", "NULL"]);
    let mode =
        prop_oneof![12 => Just("051"), 1 => prop::sample::select(vec!["071", "901", "801", "", "chip"])];
    let code = prop_oneof![
        12 => Just("00"),
        4 => Just("51"),
        1 => prop::sample::select(vec!["91", "05", "10", "8Z", "55", "A0"]),
        1 => prop::sample::select(vec!["", "0", "000", "wrong code"]),
    ];
    let link = prop::sample::select(vec!["east", "west", "", "a-link-with-a-long-name"]);
    let latency = prop::sample::select(vec!["", "812", "59999", "60001", "70000", "fast"]);
    let direction = prop_oneof![20 => Just(""), 1 => Just("out"), 1 => Just("in")];
    let original = prop_oneof![20 => Just(""), 1 => Just("000007"), 1 => Just("3")];
    let odd = prop_oneof![60 => Just(""), 1 => Just("torn"), 1 => Just("quoted"), 1 => Just("blank"), 1 => Just("crlf")];
    let first = (mti, terminal, merchant, rrn, card, kind);
    let second = (amount, currency, mode, code, link, latency, direction, original, odd);
    (moment(), (0..20_u32, 0..100_u32), first, second).prop_map(
        |((written, time), (stan, spread), (mti, terminal, merchant, rrn, card, kind), second)| {
            let (amount, currency, mode, code, link, latency, direction, original, odd) = second;
            let from_terminal = format!(
                "{terminal},{merchant},{card},{kind},{amount},{currency},{mode},{code},{link},{latency},{direction},{original}"
            );
            Row { written, time, mti, stan, spread, rrn, from_terminal, odd }
        },
    )
}

/// A day in the order in which it is written, and how it is read.
fn day() -> impl Strategy<Value = Case> {
    let probed_legs = prop_oneof![4 => Just(1_usize), 1 => 1..40_usize];
    let block_size = prop_oneof![3 => 150..500_usize, 1 => 1..8_000_usize];
    let cuts = prop::collection::vec(0..500_usize, 0..4);
    let numbers = (1..9_usize, block_size, 0..40_usize, probed_legs, cuts);
    let alone = |row: BoxedStrategy<Row>| row.prop_map(|row| vec![row]).boxed();
    let mostly_plain = prop_oneof![30 => alone(plain_row().boxed()), 1 => alone(row().boxed())];
    let mostly_pairs =
        prop_oneof![20 => pair().boxed(), 2 => alone(plain_row().boxed()), 1 => alone(row().boxed())];
    let rows = prop_oneof![
        3 => prop::collection::vec(mostly_plain, 1..500).boxed(),
        3 => prop::collection::vec(mostly_pairs, 1..250).boxed(),
        1 => prop::collection::vec(alone(row().boxed()), 1..500).boxed(),
    ];
    // Where no request is shown, more is known of an answer.
    let (is_spread, shows_requests) = (any::<bool>(), prop_oneof![1 => Just(false), 3 => Just(true)]);
    (rows, is_spread, shows_requests, numbers).prop_map(|(rows, is_spread, shows_requests, numbers)| {
        let mut rows: Vec<Row> = rows.into_iter().flatten().collect();
        rows.retain(|row| shows_requests || !["0200", "0201", "0100"].contains(&row.mti));
        rows.sort_by_key(|row| row.written);
        let (threads, block_size, waiting_legs, probed_legs, cuts) = numbers;
        let lines = rows.iter().map(|row| row.line(is_spread));
        let lines = lines.flat_map(|line| line.split('\n').map(str::to_owned).collect::<Vec<_>>());
        Case::new(Form::Csv, HEADER, lines.collect())
            .with("threads", &[threads])
            .with("block_size", &[block_size])
            .with("waiting_legs", &[waiting_legs])
            .with("probed_legs", &[probed_legs])
            .with("cuts", &cuts)
    })
}

/// Counts the exchanges that are told: those of a run at a glance that went the long way.
#[derive(Default)]
struct Told(u64);

impl Observer for Told {
    fn exchange(&mut self, _: &Exchange, _: &Conclusion, _: &Names) -> ControlFlow<()> {
        self.0 += 1;
        ControlFlow::Continue(())
    }
}

/// A run over the pieces of a day, and how many exchanges it told.
fn run(case: &Case, at_a_glance: bool) -> (Run, u64) {
    run_with(case, at_a_glance, false)
}

/// The same, with a table where one is asked for.
fn run_with(case: &Case, at_a_glance: bool, keep_table: bool) -> (Run, u64) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let pieces = (0..).zip(case.pieces());
    let files: Vec<PathBuf> = pieces
        .map(|(number, rows)| {
            let path = folder.path().join(format!("{number}.csv"));
            fs::write(&path, case.text(rows)).expect("a writable folder");
            path
        })
        .collect();
    // What is probed decides whether disorder is found out.
    let probed_legs = case.one("probed_legs");
    let tells_exchanges = !at_a_glance;
    let rules = rules_of(case);
    let mut settings = Settings { tells_exchanges, probed_legs, keep_table, rules, ..Settings::default() };
    let mut threads = 1;
    if at_a_glance {
        settings.input.block_size = case.one("block_size");
        settings.waiting_legs = case.one("waiting_legs");
        threads = case.one("threads");
    }
    let sources: Vec<_> = files.into_iter().map(InputSource::Path).collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let mut told = Told::default();
    let mut run = pool.install(|| analyse(&sources, &settings, &mut told));
    // Each run reads from a folder of its own.
    let in_folder = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    run.summary.files.iter_mut().for_each(|file| file.path = in_folder(&file.path));
    assert_eq!(run.summary.ledger.frames(), run.summary.files.iter().map(|file| file.frames).sum::<u64>());
    (run, told.0)
}

fn report(run: &Run) -> String {
    let mut report = Vec::new();
    let view = View { all_terminals: true, version: "0", rules_sha256: "0", ..View::default() };
    write_summary(&run.summary, Format::Json, &view, &mut report).expect("a Vec takes every byte");
    format!("{}\nselected {}", String::from_utf8(report).expect("UTF-8"), run.selected)
}

/// The rows of a run's table, their cards apart: rows alike in all but those keep no order.
fn rows(run: &Run) -> [Vec<String>; 2] {
    let (table, names) = (run.table.as_ref().expect("a table"), &run.summary.names);
    let text = |symbol: Symbol| names.text(symbol).to_owned();
    let [mut rows, mut cards] = [Vec::new(), Vec::new()];
    for row in table.rows() {
        let place = [row.place.terminal, row.place.site, row.place.equipment].map(text);
        let detail = row.detail.map(|detail| {
            let names = [detail.merchant, detail.switch_reason, detail.operator].map(text);
            (detail.stan, detail.rrn.as_str().to_owned(), detail.source, names, detail.latency_ms)
        });
        let manner = (row.entry_mode, row.kind, row.traces, row.conclusion, row.amount, row.latency);
        let told =
            format!("{} {place:?} {:?} {:?} {manner:?} {detail:?}", row.at, text(row.issuer), text(row.link));
        cards.push(format!("{:?} {told}", row.card));
        rows.push(told);
    }
    cards.sort();
    [rows, cards]
}

fn a_glance_is_enough(case: &Case) -> TestCaseResult {
    let long = run_with(case, false, true).0;
    let [rows_at_a_glance, rows_the_long_way] = {
        let glance = run_with(case, true, true).0;
        same("glance and long way, judged", &report(&glance), &report(&long))?;
        [rows(&glance), rows(&long)].map(|[rows, cards]| [rows.join("\n"), cards.join("\n")])
    };
    same("rows of a table", &rows_at_a_glance[0], &rows_the_long_way[0])?;
    same("cards of a table", &rows_at_a_glance[1], &rows_the_long_way[1])?;
    same("glance and long way", &report(&run(case, true).0), &report(&long))
}

#[test]
fn a_glance_is_enough_for_any_day() {
    uphold(&LAWS, "a_glance_is_enough", &day());
}

#[test]
fn a_glance_is_enough_by_rules_for_any_day() {
    uphold(&LAWS, "a_glance_is_enough_by_rules", &ruled(day()));
}

/// Rules say something of most days, and most of what they say it of is read at a glance.
#[test]
fn rules_are_asked_at_a_glance() {
    let (mut differ, mut alone) = (0, 0);
    let days = draw(&ruled(day()), 100);
    for day in &days {
        let mut without = day.clone();
        without.inputs.retain(|(name, _)| name != "rules");
        let (run_by_rules, told) = run(day, true);
        differ += u32::from(report(&run_by_rules) != report(&run(&without, true).0));
        alone += u32::from(told < run_by_rules.selected);
    }
    assert!(differ >= 70 && alone >= 50, "{differ} differ, {alone} with attempts at a glance");
}

/// A generated day, large enough that keys are forgotten while it is read.
#[test]
fn a_glance_is_enough_for_a_generated_day() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("day.csv");
    let day =
        posmortem_synth::Settings { attempts: 12_000, terminals: 200, ..posmortem_synth::Settings::new(11) };
    let day = posmortem_synth::Settings { form: posmortem_synth::Form::Both, ..day };
    let mut file = fs::File::create(&path).expect("a writable folder");
    posmortem_synth::write(&day, &mut file, None).expect("a day");
    let [glance, long] = [false, true].map(|tells_exchanges| {
        let mut settings =
            Settings { tells_exchanges, keep_table: true, probed_legs: 64, ..Settings::default() };
        settings.input.block_size = 1 << 13;
        let mut told = Told::default();
        let run = analyse(&[InputSource::Path(path.clone())], &settings, &mut told);
        (rows(&run), report(&run), told.0)
    });
    assert!(glance.2 * 2 < long.2, "{} of {} exchanges the long way", glance.2, long.2);
    assert_eq!(glance.1, long.1);
    assert!(glance.0 == long.0, "rows of the tables differ");
}

#[test]
fn kept_cases_hold() {
    replay(&LAWS);
}

/// A day whose rows share no key within a minute, so that those which can be read at a glance stand alone.
fn spread(case: &Case) -> Case {
    let mut case = case.clone();
    for (number, row) in (1_usize..).zip(&mut case.rows) {
        let mut cells: Vec<String> = row.split(',').map(str::to_owned).collect();
        let is_number = |cell: &str| !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit());
        if let [time, _, stan, rrn, .., original] = &mut cells[..]
            && is_number(stan)
        {
            *time = format!("2026-11-21T{:02}:{:02}:{:02}", number / 120, number / 2 % 60, number % 2 * 30);
            *stan = format!("{number:06}");
            if rrn.len() == 12 && is_number(rrn) {
                *rrn = format!("{number:012}");
            }
            original.clear();
        }
        *row = cells.join(",");
    }
    case
}

/// Exchanges that a run at a glance counts without making them.
fn alone(case: &Case) -> u64 {
    let (run, told) = run(case, true);
    run.selected - told
}

/// What hardly ever happens is hardly checked.
#[test]
fn days_hold_what_they_are_meant_to_hold() {
    let days = draw(&day(), 300);
    let (mut alone_in_all, mut plain_in_all, mut attempts) = (0, 0, 0);
    let (mut mixed, mut out_of_order, mut late) = (0, 0, 0);
    let mut ledger = Ledger::default();
    for day in &days {
        let (run, told) = run(day, true);
        let (alone, plain) = (run.selected - told, alone(&spread(day)));
        alone_in_all += alone;
        plain_in_all += plain;
        attempts += run.selected;
        mixed += u32::from(alone > 0 && plain > alone);
        out_of_order += u32::from(run.summary.ledger.out_of_order > 0);
        late += u32::from(run.summary.totals.with(Outcome::Late) > 0);
        ledger += run.summary.ledger;
    }
    let told = format!("{alone_in_all} alone of {plain_in_all} plain among {attempts}, {ledger:?}");
    // One attempt in ten is read at a glance, and of these at least a fifth each stands alone, and does not.
    assert!(plain_in_all * 10 >= attempts, "{told}");
    assert!(alone_in_all * 5 >= plain_in_all && alone_in_all * 5 <= plain_in_all * 4, "{told}");
    assert!(
        mixed >= 100 && late >= 200 && out_of_order >= 5,
        "{mixed} mixed, {late}, {out_of_order}: {told}"
    );
    assert!(ledger.complete * 20 >= attempts && ledger.duplicates * 60 >= attempts, "{told}");
    assert!(ledger.reversal * 100 >= attempts && ledger.rejected * 200 >= attempts, "{told}");
}
