//! Instructions of each stage under callgrind, with a limit that fails: the speed gate of CI.
//!
//! Counts do not depend on how busy the machine is. They do depend on the compiler and on the vector
//! instructions that valgrind offers, so limits stand about a tenth above what was counted.
#![allow(
    clippy::exit,
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    reason = "the benchmark macros make public items of their own"
)]

use gungraun::{
    Callgrind, EventKind, LibraryBenchmarkConfig, library_benchmark, library_benchmark_group, main,
};
use posmortem::classify::Dialect;
use posmortem::exchange::{Exchange, ExchangeTable, Leg, Names, Summary};
use posmortem::iso8583::ResponseCode;
use posmortem::logs::Format;
use posmortem_benches::stages::{
    Frames, break_down, classify, codes, count, end_to_end, end_to_end_at_a_glance, exchanges, format_of,
    judge, legs, pair, read, read_at_a_glance, report, summary_of, table_of,
};
use posmortem_benches::{Character, delimited, jpos};
use posmortem_report::Format as ReportFormat;
use posmortem_synth::{Form, Settings, World, write};
use std::hint::black_box;
use std::io::Write;
use tempfile::NamedTempFile;

/// Attempts in a day: small enough for callgrind, large enough that start-up does not decide.
const ATTEMPTS: u64 = 2_000;

fn limit(instructions: u64) -> LibraryBenchmarkConfig {
    let mut config = LibraryBenchmarkConfig::default();
    config.tool(Callgrind::default().hard_limits([(EventKind::Ir, instructions)]));
    config
}

/// Rows that are read at a glance have to be met before: ten times the attempts, so that this does not
/// decide.
const ATTEMPTS_AT_A_GLANCE: u64 = 10 * ATTEMPTS;

/// About a kilobyte: what a run costs before its first message, tables and detection above all.
const FEW: u64 = 8;

fn day_of(format: &str) -> Vec<u8> {
    match format {
        "few_answers" => delimited(FEW, Character::Typical),
        "answers" => delimited(ATTEMPTS_AT_A_GLANCE, Character::Typical),
        "delimited" => delimited(ATTEMPTS, Character::Typical),
        "jpos" => jpos(ATTEMPTS, Character::Typical),
        form => generated(Form::from_name(form).expect("a form of generated days")),
    }
}

/// A bare day in one of the forms that only `posmortem-synth` writes.
fn generated(form: Form) -> Vec<u8> {
    let settings = Settings { form, bare: true, attempts: ATTEMPTS, ..Settings::new(1) };
    let mut day = Vec::new();
    write(&settings, &mut day, None).expect("a Vec takes every byte");
    day
}

/// The exchanges of a busy day of a city, with its faults and incidents.
fn exchanges_of_a_city(terminals: u32) -> (ExchangeTable, Names) {
    let mut day = Vec::new();
    let settings = Settings::labelled(1, World::City, terminals);
    write(&settings, &mut day, None).expect("a Vec takes every byte");
    table_of(file_with(&day).path())
}

fn file_of(format: &str) -> NamedTempFile {
    file_with(&day_of(format))
}

/// Makes the calling thread the only worker, since callgrind counts the thread that it entered by.
fn file_with(day: &[u8]) -> NamedTempFile {
    rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .use_current_thread()
        .build_global()
        .expect("the first pool");
    let mut file = NamedTempFile::new().expect("a temporary file");
    file.write_all(day).expect("room for the day");
    file
}

/// Looks every code up once before, so that the tables are built.
fn warm_codes() -> Vec<(Dialect, ResponseCode)> {
    let codes = codes(ATTEMPTS);
    black_box(classify(&codes));
    codes
}

fn legs_of_a_day() -> (Vec<Leg>, Names) {
    legs(ATTEMPTS)
}

fn exchanges_of_a_day() -> (Vec<Exchange>, Names) {
    exchanges(legs_of_a_day())
}

/// What a run found in a day of five hundred terminals.
fn summary_in(format: ReportFormat) -> (Summary, ReportFormat) {
    (summary_of(file_of("delimited").path()), format)
}

/// A day, and what it was recognised as.
fn recognised(format: &str) -> (Vec<u8>, Format) {
    let day = day_of(format);
    let format = format_of(&day);
    (day, format)
}

#[library_benchmark]
#[bench::delimited(args = ("delimited"), setup = day_of, config = limit(4_300_000))]
#[bench::jpos(args = ("jpos"), setup = day_of, config = limit(5_600_000))]
#[bench::hexlines(args = ("hexlines"), setup = day_of, config = limit(18_000_000))]
fn detecting(day: Vec<u8>) -> Format {
    black_box(format_of(black_box(&day)))
}

#[library_benchmark]
#[bench::delimited(args = ("delimited"), setup = recognised, config = limit(4_500_000))]
#[bench::jpos(args = ("jpos"), setup = recognised, config = limit(42_500_000))]
#[bench::hexlines(args = ("hexlines"), setup = recognised, config = limit(14_700_000))]
#[bench::frames(args = ("frames"), setup = recognised, config = limit(11_800_000))]
#[bench::ndjson(args = ("ndjson"), setup = recognised, config = limit(49_500_000))]
#[bench::keyvalue(args = ("keyvalue"), setup = recognised, config = limit(50_400_000))]
#[bench::ist(args = ("ist"), setup = recognised, config = limit(61_000_000))]
#[bench::table(args = ("table"), setup = recognised, config = limit(88_000_000))]
#[bench::jpos_jsonl(args = ("jpos-jsonl"), setup = recognised, config = limit(360_000_000))]
#[bench::moov(args = ("moov"), setup = recognised, config = limit(816_000_000))]
fn parsing((day, format): (Vec<u8>, Format)) -> Frames {
    black_box(read(black_box(&day), &format))
}

#[library_benchmark]
#[bench::jpos(args = ("jpos"), setup = recognised, config = limit(42_500_000))]
#[bench::hexlines(args = ("hexlines"), setup = recognised, config = limit(12_650_000))]
#[bench::frames(args = ("frames"), setup = recognised, config = limit(10_800_000))]
fn parsing_at_a_glance((day, format): (Vec<u8>, Format)) -> Frames {
    black_box(read_at_a_glance(black_box(&day), &format))
}

#[library_benchmark]
#[bench::codes(setup = warm_codes, config = limit(375_000))]
fn classifying(codes: Vec<(Dialect, ResponseCode)>) -> usize {
    black_box(classify(black_box(&codes)))
}

#[library_benchmark]
#[bench::legs(setup = legs_of_a_day, config = limit(6_850_000))]
fn pairing(legs: (Vec<Leg>, Names)) -> usize {
    black_box(pair(black_box(&legs)))
}

#[library_benchmark]
#[bench::exchanges(setup = exchanges_of_a_day, config = limit(9_000_000))]
fn counting(exchanges: (Vec<Exchange>, Names)) -> u64 {
    black_box(count(black_box(&exchanges)))
}

#[library_benchmark]
#[bench::tsv(args = (ReportFormat::Tsv), setup = summary_in, config = limit(9_950_000))]
#[bench::json(args = (ReportFormat::Json), setup = summary_in, config = limit(19_800_000))]
#[bench::markdown(args = (ReportFormat::Markdown), setup = summary_in, config = limit(14_400_000))]
#[bench::html(args = (ReportFormat::Html), setup = summary_in, config = limit(48_000_000))]
fn reporting((summary, format): (Summary, ReportFormat)) -> usize {
    black_box(report(black_box(&summary), format))
}

#[library_benchmark]
#[bench::delimited(args = ("delimited"), setup = file_of, config = limit(36_700_000))]
#[bench::jpos(args = ("jpos"), setup = file_of, config = limit(92_500_000))]
fn whole_run(day: NamedTempFile) -> u64 {
    black_box(end_to_end(black_box(day.path())))
}

#[library_benchmark]
#[bench::few_answers(args = ("few_answers"), setup = file_of, config = limit(8_300_000))]
fn starting(day: NamedTempFile) -> u64 {
    black_box(end_to_end_at_a_glance(black_box(day.path())))
}

#[library_benchmark]
#[bench::answers(args = ("answers"), setup = file_of, config = limit(100_000_000))]
fn whole_run_at_a_glance(day: NamedTempFile) -> u64 {
    black_box(end_to_end_at_a_glance(black_box(day.path())))
}

#[library_benchmark]
#[bench::city(args = (300), setup = exchanges_of_a_city, config = limit(3_360_000_000))]
fn diagnosing(exchanges: (ExchangeTable, Names)) -> (usize, usize) {
    black_box(judge(black_box(&exchanges)))
}

#[library_benchmark]
#[bench::city(args = (300), setup = exchanges_of_a_city, config = limit(31_800_000))]
fn breaking_down(exchanges: (ExchangeTable, Names)) -> u64 {
    black_box(break_down(black_box(&exchanges)))
}

library_benchmark_group!(
    name = stages;
    benchmarks =
        detecting, parsing, parsing_at_a_glance, classifying, pairing, counting, reporting, starting, whole_run,
        whole_run_at_a_glance, diagnosing, breaking_down
);
main!(library_benchmark_groups = stages);
