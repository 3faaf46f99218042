//! Times of each stage, for people; CI only runs them in test mode, where results are asserted.
#![allow(missing_docs, unreachable_pub, reason = "the benchmark macros make public items of their own")]

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use posmortem_benches::stages::{
    classify, codes, count, end_to_end, exchanges, format_of, judge, legs_of, pair, parse, read, report,
    summary_of, table_of,
};
use posmortem_benches::{Character, delimited, jpos};
use posmortem_report::Format;
use posmortem_synth::{Form, Settings, World, write};
use std::hint::black_box;
use std::io::Write;
use std::mem::discriminant;
use tempfile::NamedTempFile;

/// Attempts in a day: enough to fill several blocks in either format, and where results alone are asserted, one.
fn attempts() -> u64 {
    let told = |word: &str| std::env::args().any(|argument| argument == word);
    // What `cargo bench` and `cargo test` tell a benchmark, and criterion goes by.
    if told("--bench") && !told("--test") { 20_000 } else { 1_000 }
}

/// Both formats of a day, by name.
fn days(character: Character) -> [(&'static str, Vec<u8>); 2] {
    [("delimited", delimited(attempts(), character)), ("jpos", jpos(attempts(), character))]
}

fn detecting(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("detect");
    for form in Form::ALL.into_iter().filter(|form| *form != Form::Responses && *form != Form::Both) {
        let (day, _) = generated(form);
        let expected = discriminant(&format_of(&day));
        group.bench_function(form.name(), |bencher| {
            bencher.iter(|| assert_eq!(discriminant(&format_of(black_box(&day))), expected));
        });
    }
    group.finish();
}

fn parsing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    for character in Character::ALL {
        for (format, day) in days(character) {
            group.throughput(Throughput::Bytes(day.len() as u64));
            let expected = parse(&day);
            let whole = if format == "jpos" { 2 * attempts() } else { attempts() };
            assert_eq!(expected.records + expected.rejected, whole, "{format} {}", character.name());
            group.bench_function(BenchmarkId::new(format, character.name()), |bencher| {
                bencher.iter(|| assert_eq!(parse(black_box(&day)), expected));
            });
        }
    }
    group.finish();
}

fn classifying(criterion: &mut Criterion) {
    let codes = codes(attempts());
    let mut group = criterion.benchmark_group("classify");
    group.throughput(Throughput::Elements(attempts()));
    let declined = attempts() as usize - codes.iter().filter(|(_, code)| code.as_str() == "00").count();
    group.bench_function("codes", |bencher| {
        bencher.iter(|| assert_eq!(classify(black_box(&codes)), declined));
    });
    group.finish();
}

fn pairing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("pair");
    group.throughput(Throughput::Elements(2 * attempts()));
    for character in [Character::Typical, Character::ManyTerminals] {
        let legs = legs_of(attempts(), character);
        group.bench_function(character.name(), |bencher| {
            bencher.iter(|| assert_eq!(pair(black_box(&legs)), attempts() as usize));
        });
    }
    group.finish();
}

fn counting(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("count");
    group.throughput(Throughput::Elements(attempts()));
    for character in [Character::Typical, Character::AllDeclined, Character::ManyTerminals] {
        let day = exchanges(legs_of(attempts(), character));
        let failed = count(&day);
        assert!(failed > 0 && (failed == attempts()) == (character == Character::AllDeclined));
        group.bench_function(character.name(), |bencher| {
            bencher.iter(|| assert_eq!(count(black_box(&day)), failed));
        });
    }
    group.finish();
}

/// A file with these bytes.
fn file_of(day: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("a temporary file");
    file.write_all(day).expect("room for the day");
    file
}

/// The diagnosis alone: of a plain day, and of a busy one of a city with its faults and incidents.
fn diagnosing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("diagnose");
    group.sample_size(10);
    let terminals = (attempts() / 50) as u32;
    let plain = Settings { attempts: 5 * attempts(), ..Settings::new(1) };
    for (name, settings) in [("plain", plain), ("busy", Settings::labelled(1, World::City, terminals))] {
        let mut day = Vec::new();
        write(&settings, &mut day, None).expect("a Vec takes every byte");
        let exchanges = table_of(file_of(&day).path());
        let found = judge(&exchanges);
        assert!(found.0 > 0, "a verdict for each terminal");
        group.throughput(Throughput::Elements(exchanges.0.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| assert_eq!(judge(black_box(&exchanges)), found));
        });
    }
    group.finish();
}

fn reporting(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("report");
    for character in [Character::Typical, Character::ManyTerminals] {
        let summary = summary_of(file_of(&delimited(attempts(), character)).path());
        for format in [Format::Table, Format::Tsv, Format::Csv, Format::Json] {
            let bytes = report(&summary, format);
            assert!(bytes > 10_000, "a line for each terminal");
            group.throughput(Throughput::Bytes(bytes as u64));
            group.bench_function(BenchmarkId::new(format!("{format:?}"), character.name()), |bencher| {
                bencher.iter(|| assert_eq!(report(black_box(&summary), format), bytes));
            });
        }
    }
    group.finish();
}

/// Legs are built within a run alone: what `parse`, `pair` and `count` leave of this.
fn whole_runs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("end_to_end");
    for character in Character::ALL {
        for (format, day) in days(character) {
            let file = file_of(&day);
            let found = end_to_end(file.path());
            assert!(found == attempts() || character == Character::Malformed && found > attempts() / 2);
            group.throughput(Throughput::Bytes(day.len() as u64));
            group.bench_function(BenchmarkId::new(format, character.name()), |bencher| {
                bencher.iter_batched(
                    || file.path(),
                    |path| assert_eq!(end_to_end(black_box(path)), found),
                    BatchSize::PerIteration,
                );
            });
        }
    }
    group.finish();
}

/// A bare day in that form, and how many messages it has.
fn generated(form: Form) -> (Vec<u8>, u64) {
    let settings = Settings { form, bare: true, attempts: 3_000, ..Settings::new(1) };
    let mut day = Vec::new();
    let messages = write(&settings, &mut day, None).expect("a Vec takes every byte").truth.lines;
    (day, messages)
}

/// The same day in every form that a log may have: requests and answers, and what a message on the wire tells.
fn formats(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("formats");
    for form in Form::ALL.into_iter().filter(|form| *form != Form::Responses && *form != Form::Both) {
        let (day, messages) = generated(form);
        group.throughput(Throughput::ElementsAndBytes { elements: messages, bytes: day.len() as u64 });
        let format = format_of(&day);
        group.bench_function(BenchmarkId::new("read", form.name()), |bencher| {
            bencher.iter(|| assert_eq!(read(black_box(&day), &format).records, messages, "{}", form.name()));
        });
    }
    group.finish();
}

criterion_group!(
    stages,
    detecting,
    parsing,
    classifying,
    pairing,
    counting,
    diagnosing,
    reporting,
    whole_runs,
    formats
);
criterion_main!(stages);
