//! Whole runs: the glance against the long way, threads against one thread, inspections, diagnoses and reports.

use crate::input_file::InputFile;
use crate::samples::DAY;
use crate::told::assert_shown;
use posmortem::classify::{CodeTables, Language};
use posmortem::exchange::{Conclusion, Exchange, Names, Outcome, Summary};
use posmortem::logs::DateHint;
use posmortem::{Decoder, InputSource, Observer, Run, Settings, TokenKey, analyse, sorted_paths};
use posmortem_report::{
    Content, DecodeFormat, DecodeView, ExchangeRows, Format, InspectionFormat, Question, RowFormat, View,
    write_decoded, write_inspection, write_report,
};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::ops::ControlFlow;
use std::sync::LazyLock;

static ONE_THREAD: LazyLock<ThreadPool> = LazyLock::new(|| pool(1));
static THREADS: LazyLock<ThreadPool> = LazyLock::new(|| pool(3));

fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(threads).build().expect("threads")
}

/// As everybody reads a log, but for a date that does not change from day to day.
pub(crate) fn usual_settings() -> Settings {
    let mut settings = Settings::default();
    settings.input.date_hint = DateHint::new(2026, 11, 22);
    settings
}

/// Small blocks and little that waits, by two bytes of the input.
fn nasty(settings: &Settings, [block, waiting]: [u8; 2]) -> Settings {
    let mut settings = settings.clone();
    settings.input.block_size = 1 + 16 * usize::from(block);
    settings.waiting_legs = usize::from(waiting) / 4;
    settings
}

/// Every sum that must come out.
pub(crate) fn assert_sums(summary: &Summary) {
    let frames = summary.files.iter().map(|file| file.frames).sum::<u64>();
    assert_eq!(summary.ledger.frames(), frames, "every frame is in the ledger once");
    let outcomes = |counts: &posmortem::exchange::Counts| -> u64 {
        Outcome::ALL.into_iter().map(|outcome| counts.with(outcome)).sum()
    };
    assert_eq!(outcomes(&summary.totals), summary.totals.exchanges, "outcomes are the attempts");
    let of_terminals = summary.terminals.iter().map(|terminal| {
        assert_eq!(outcomes(&terminal.counts), terminal.counts.exchanges, "outcomes of a terminal");
        terminal.counts.exchanges
    });
    assert!(of_terminals.sum::<u64>() <= summary.totals.exchanges, "terminals are part of the fleet");
}

fn view() -> View<'static> {
    View { all_terminals: true, version: "0", rules_sha256: "0", ..View::default() }
}

fn report(run: &Run, format: Format, view: &View<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    let content = Content {
        diagnosis: run.diagnosis.as_ref(),
        breakdown: run.breakdown.as_ref(),
        ..Content::of(&run.summary)
    };
    write_report(&content, format, view, &mut out).expect("a Vec takes every byte");
    out
}

/// Writes every exchange as a row.
struct Rows(ExchangeRows<Vec<u8>>);

impl Observer for Rows {
    fn exchange(&mut self, exchange: &Exchange, conclusion: &Conclusion, names: &Names) -> ControlFlow<()> {
        self.0.write(exchange, conclusion, names).expect("a Vec takes every byte");
        ControlFlow::Continue(())
    }
}

fn rows(sources: &[InputSource], settings: &Settings) -> (Run, Vec<u8>) {
    let mut rows = Rows(ExchangeRows::new(RowFormat::Ndjson, Vec::new(), &sorted_paths(sources)));
    let run = analyse(sources, settings, &mut rows);
    (run, rows.0.finish().expect("a Vec takes every byte"))
}

/// A log by the long way in one thread and by the short one in several. Whether anything was attempted in it.
fn every_way(name: &str, log: &[u8], way: [u8; 2]) -> bool {
    let file = InputFile::new(name, log);
    let (long, short) = (usual_settings(), Settings { tells_exchanges: false, ..usual_settings() });
    let sources = [file.source()];
    let (run, told) = ONE_THREAD.install(|| rows(&sources, &long));
    assert_sums(&run.summary);
    let expected = report(&run, Format::Json, &view());
    let (parallel, told_again) = THREADS.install(|| rows(&sources, &nasty(&long, way)));
    assert!(report(&parallel, Format::Json, &view()) == expected, "another report by threads");
    assert!(told_again == told, "other rows by threads");
    let glance = THREADS.install(|| analyse(&sources, &nasty(&short, way), &mut ()));
    assert!(report(&glance, Format::Json, &view()) == expected, "another report at a glance");
    assert_shown("rows", &told, b"\n");
    let lines = told.iter().filter(|byte| **byte == b'\n').count();
    assert!(lines as u64 >= run.summary.totals.exchanges, "attempts without a row");
    run.summary.totals.exchanges > 0
}

/// Rows of the fixture day below its header, behind two bytes that say how they are read.
pub(crate) fn row_seeds() -> Vec<Vec<u8>> {
    let lines: Vec<&[u8]> = DAY.split_inclusive(|byte| *byte == b'\n').skip(1).collect();
    let days = lines.chunks(40).take(12).map(<[&[u8]]>::concat);
    let header = "time,mti,stan,rrn,terminal_id,merchant_id,pan,processing_code,amount,currency,pos_entry_mode,response_code,link,latency_ms,direction,original_stan\n";
    let pairs = "2026-11-21T08:15:30,0200,000007,000000000123,T1,102911054110011,4111111111111111,000000,1000,156,051,,east,,,\n\
        2026-11-21T08:15:31.250,0210,000007,000000000123,T1,102911054110011,4111111111111111,000000,1000,156,051,51,east,812,,\n"
        .repeat(20);
    let own = [header.as_bytes(), pairs.as_bytes()].concat();
    let header = DAY.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
    let days = days.map(|rows| [header, &rows].concat()).chain([own]);
    (0_u8..).zip(days).map(|(way, day)| [&[20 * (way % 9), way], &day[..]].concat()).collect()
}

/// Rows, mostly such as can be read at a glance.
pub(crate) fn at_a_glance(input: &[u8]) -> bool {
    let Some((way, log)) = input.split_first_chunk() else { return false };
    every_way("day-2026-11-21.csv", log, *way)
}

/// Bytes of any format; their length says how they are read.
pub(crate) fn any_log(log: &[u8]) -> bool {
    every_way("q2-2026-11-21.log", log, [(log.len() % 251) as u8, (log.len() % 53) as u8])
}

/// What `inspect` and `decode` make of it.
pub(crate) fn inspected(log: &[u8]) -> bool {
    let file = InputFile::new("q2-2026-11-21.log", log);
    let settings = Settings { inspects: true, tells_exchanges: false, ..usual_settings() };
    let run = THREADS.install(|| analyse(&[file.source()], &settings, &mut ()));
    assert_sums(&run.summary);
    let inspection = run.inspection.as_ref().expect("it is asked for");
    for (format, language) in
        [(InspectionFormat::Table, Language::Zh), (InspectionFormat::Json, Language::En)]
    {
        let mut out = Vec::new();
        let view = View { language, ..view() };
        write_inspection(&run.summary, inspection, format, &view, &mut out).expect("a Vec takes every byte");
        assert!(!out.is_empty());
        assert_shown("inspect", &out, b"\n");
    }
    let Ok(decoder) = Decoder::open(&file.source(), &settings) else { return false };
    let (mut out, mut messages) = (Vec::new(), 0_u64);
    let ended = decoder.each(|message| {
        for format in DecodeFormat::ALL {
            let view = DecodeView { profile: None, language: Language::En, tables: CodeTables::built_in() };
            let before = out.len();
            write_decoded(&message, format, &view, &mut out).expect("a Vec takes every byte");
            assert!(out.len() > before, "a message of which nothing is shown");
        }
        messages += 1;
        true
    });
    assert_shown("decode", &out, b"\n");
    assert!(ended.is_ok() && messages == run.summary.ledger.frames(), "other messages than a run reads");
    messages > 0
}

/// A day of a few hundred attempts in four bytes each: who, what came of it, when and whose card.
pub(crate) fn day_seeds() -> Vec<Vec<u8>> {
    let day = |of: fn(usize) -> [u8; 4]| (0..200).flat_map(of).collect();
    vec![
        day(|number| [number as u8 % 16, 0, 60, number as u8]),
        day(|number| [number as u8 % 16, if number % 16 == 3 { 4 } else { 0 }, 60, number as u8]),
        day(|number| [number as u8 % 40, if (60..90).contains(&number) { 2 } else { 0 }, 20, number as u8]),
        day(|number| [1, (number % 16) as u8, (number * 7) as u8, 0]),
    ]
}

/// The codes that attempts of a day are answered by; an empty one is no answer.
const CODES: [&str; 16] =
    ["00", "51", "91", "55", "A0", "", "05", "14", "54", "97", "8Z", "10", "96", "68", "75", "00"];

fn day_of(bytes: &[u8]) -> String {
    let mut rows =
        "time,terminal_id,merchant_id,stan,pan,amount,currency,pos_entry_mode,response_code,link,model\n"
            .to_owned();
    let mut second = 8 * 3600_u64;
    for (number, chunk) in bytes.chunks_exact(4).take(400).enumerate() {
        let [who, outcome, later, card] = [chunk[0], chunk[1], chunk[2], chunk[3]];
        second += u64::from(later);
        let (day, clock) = (21 + second / 86_400, second % 86_400);
        let row = format!(
            "2026-11-{day}T{:02}:{:02}:{:02},T{:03},M{:02},{:06},411111111111{:04},{},156,{},{},{},{}\n",
            clock / 3600,
            clock / 60 % 60,
            clock % 60,
            who % 64,
            who % 8,
            (number + usize::from(who & 0x80)) % 1_000_000,
            card,
            100 + u32::from(card) * u32::from(outcome),
            ["051", "071", "021", "801"][usize::from(outcome / 16 % 4)],
            CODES[usize::from(outcome % 16)],
            ["east", "west"][usize::from(who % 2)],
            ["P400", "A920"][usize::from(who / 32 % 2)],
        );
        rows.push_str(&row);
    }
    rows
}

/// A judged day in every format and to every question.
pub(crate) fn judged(bytes: &[u8]) -> bool {
    let file = InputFile::new("day-2026-11-21.csv", day_of(bytes).as_bytes());
    let settings = Settings {
        diagnosis: Some(posmortem::diagnose::Settings::default()),
        breakdown: true,
        tells_exchanges: false,
        ..usual_settings()
    };
    let sources = [file.source()];
    let run = ONE_THREAD.install(|| analyse(&sources, &settings, &mut ()));
    assert_sums(&run.summary);
    let way = [bytes.len() as u8, bytes.first().copied().unwrap_or_default()];
    let parallel = THREADS.install(|| analyse(&sources, &nasty(&settings, way), &mut ()));
    let expected = report(&run, Format::Json, &view());
    assert!(report(&parallel, Format::Json, &view()) == expected, "another diagnosis by threads");
    let json: serde_json::Value = serde_json::from_slice(&expected).expect("JSON");
    assert!(
        json["terminals"].as_array().is_some_and(|terminals| terminals.len() == run.summary.terminals.len())
    );
    for format in Format::ALL {
        let language = if expected.len().is_multiple_of(2) { Language::En } else { Language::Zh };
        let view = View { language, ..view() };
        let allowed: &[u8] = if format == Format::Tsv { b"\n\t" } else { b"\n" };
        let out = report(&run, format, &view);
        // Rows are of terminals alone.
        assert!(!out.is_empty() || run.summary.terminals.is_empty(), "{}: nothing", format.name());
        assert!(
            !out.iter().any(|byte| byte.is_ascii_control() && !allowed.contains(byte)),
            "{}",
            format.name()
        );
    }
    for question in Question::ALL {
        let out = report(&run, Format::Json, &View { question: Some(question), ..view() });
        assert!(serde_json::from_slice::<serde_json::Value>(&out).is_ok(), "{question:?}: JSON");
    }
    run.summary.totals.exchanges > 0
}

/// The key that tables of targets are saved under.
pub(crate) fn key() -> TokenKey {
    TokenKey::from_bytes(b"0123456789abcdef").expect("sixteen bytes")
}
