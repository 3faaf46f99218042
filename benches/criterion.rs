//! Times of each stage, for people; CI only runs them in test mode, where results are asserted.
#![allow(missing_docs, unreachable_pub, reason = "the benchmark macros make public items of their own")]

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use posmortem_benches::stages::{classify, codes, end_to_end, format_of, legs, pair, parse, read};
use posmortem_benches::{Character, delimited, jpos};
use posmortem_synth::{Form, Settings, write};
use std::hint::black_box;
use std::io::Write;

/// Attempts in a day: enough to fill several blocks in either format.
const ATTEMPTS: u64 = 20_000;

/// Both formats of a day, by name.
fn days(character: Character) -> [(&'static str, Vec<u8>); 2] {
    [("delimited", delimited(ATTEMPTS, character)), ("jpos", jpos(ATTEMPTS, character))]
}

fn parsing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    for character in Character::ALL {
        for (format, day) in days(character) {
            group.throughput(Throughput::Bytes(day.len() as u64));
            let expected = parse(&day);
            let whole = if format == "jpos" { 2 * ATTEMPTS } else { ATTEMPTS };
            assert_eq!(expected.records + expected.rejected, whole, "{format} {}", character.name());
            group.bench_function(BenchmarkId::new(format, character.name()), |bencher| {
                bencher.iter(|| assert_eq!(parse(black_box(&day)), expected));
            });
        }
    }
    group.finish();
}

fn classifying(criterion: &mut Criterion) {
    let codes = codes(ATTEMPTS);
    let mut group = criterion.benchmark_group("classify");
    group.throughput(Throughput::Elements(ATTEMPTS));
    let declined = ATTEMPTS as usize - codes.iter().filter(|(_, code)| code.as_str() == "00").count();
    group.bench_function("codes", |bencher| {
        bencher.iter(|| assert_eq!(classify(black_box(&codes)), declined));
    });
    group.finish();
}

fn pairing(criterion: &mut Criterion) {
    let legs = legs(ATTEMPTS);
    let mut group = criterion.benchmark_group("pair");
    group.throughput(Throughput::Elements(2 * ATTEMPTS));
    group.bench_function("legs", |bencher| {
        bencher.iter(|| assert_eq!(pair(black_box(&legs)), ATTEMPTS as usize));
    });
    group.finish();
}

fn whole_runs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("end_to_end");
    for character in [Character::Typical, Character::AllDeclined, Character::ManyTerminals] {
        for (format, day) in days(character) {
            let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
            file.write_all(&day).expect("room for the day");
            group.throughput(Throughput::Bytes(day.len() as u64));
            group.bench_function(BenchmarkId::new(format, character.name()), |bencher| {
                bencher.iter_batched(
                    || file.path(),
                    |path| assert_eq!(end_to_end(black_box(path)), ATTEMPTS),
                    BatchSize::PerIteration,
                );
            });
        }
    }
    group.finish();
}

/// The same day in every form that a log may have: requests and answers, and what a message on the wire tells.
fn formats(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("formats");
    for form in Form::ALL.into_iter().filter(|form| *form != Form::Responses && *form != Form::Both) {
        let settings = Settings { form, bare: true, attempts: 3_000, ..Settings::new(1) };
        let mut day = Vec::new();
        let messages = write(&settings, &mut day, None).expect("a Vec takes every byte").truth.lines;
        group.throughput(Throughput::ElementsAndBytes { elements: messages, bytes: day.len() as u64 });
        let format = format_of(&day);
        group.bench_function(BenchmarkId::new("read", form.name()), |bencher| {
            bencher.iter(|| assert_eq!(read(black_box(&day), &format).records, messages, "{}", form.name()));
        });
    }
    group.finish();
}

criterion_group!(stages, parsing, classifying, pairing, whole_runs, formats);
criterion_main!(stages);
