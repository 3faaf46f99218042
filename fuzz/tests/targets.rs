//! Every target with its seeds, with the inputs that are kept, and with a few thousand that are broken.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by its panic")]

use posmortem_fuzz::{Failure, Kept, TARGETS, Target, cards_in, kept, try_target};
use std::panic::catch_unwind;
use std::path::Path;

/// Numbers of test ranges, which kept inputs may hold: of each the first six digits.
const TEST_RANGES: [&[u8]; 13] = [
    b"411111", b"401288", b"424242", b"555555", b"378282", b"371449", b"621234", b"510510", b"601111",
    b"353011", b"305693", b"222300", b"422222",
];

/// A test for each target, so that they run beside each other and fail by name.
macro_rules! targets {
    ($($test:ident: $name:literal,)*) => {
        const TRIED: &[&str] = &[$($name),*];
        $(
            #[test]
            fn $test() {
                upheld($name);
            }
        )*
    };
}

targets! {
    wire_message: "wire-message",
    wire_encode: "wire-encode",
    wire_frame: "wire-frame",
    wire_rank: "wire-rank",
    wire_profile: "wire-profile",
    chip_data: "chip-data",
    card_data: "card-data",
    masked_field: "masked-field",
    values: "values",
    times: "times",
    delimited: "delimited",
    ndjson: "ndjson",
    keyvalue: "keyvalue",
    jpos: "jpos",
    jpos_jsonl: "jpos-jsonl",
    ist: "ist",
    table: "table",
    labelled: "labelled",
    hexlines: "hexlines",
    hexdump: "hexdump",
    frames: "frames",
    detect: "detect",
    decompress: "decompress",
    glance: "glance",
    any_log: "any-log",
    inspect: "inspect",
    diagnosis: "diagnosis",
    pairing: "pairing",
    table_sealed: "table-sealed",
    table_unsealed: "table-unsealed",
    rules: "rules",
    config: "config",
    fail_on: "fail-on",
    inventory: "inventory",
    findings: "findings",
    manifest: "manifest",
}

#[test]
fn every_target_is_tried_and_told_of() {
    let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    assert_eq!(names, TRIED);
    let told = include_str!("../../docs/hostile-input.md");
    for Target { name, law, .. } in TARGETS {
        assert!(
            told.contains(&format!("| `{name}` | {law} |")),
            "docs/hostile-input.md does not tell of `{name}`"
        );
    }
    for folder in [Kept::Corpus, Kept::Regressions] {
        for entry in folder.folder().read_dir().unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            assert!(!entry.path().is_dir() || names.contains(&&*name), "{name}: a folder of no target");
        }
    }
}

/// Seeds and kept inputs hold, and so do broken ones. A failure names the file with its input.
fn upheld(name: &str) {
    let target = Target::named(name).unwrap();
    let mut inputs = (target.seeds)();
    assert!(!inputs.is_empty());
    let (seeds, mut from_seeds) = (inputs.len(), 0_usize);
    for (number, seed) in inputs.iter().enumerate() {
        match catch_unwind(|| (target.run)(seed)) {
            Ok(is_read) => from_seeds += usize::from(is_read),
            Err(_) => panic!("{name}: seed {number} fails"),
        }
    }
    // Some seeds are there to be refused; where nearly all are, the law is asked of nothing.
    assert!(4 * from_seeds >= seeds, "{name}: of {seeds} seeds {from_seeds} are read");
    for (path, input) in kept(Kept::Corpus, name).into_iter().chain(kept(Kept::Regressions, name)) {
        assert!(input.len() <= 1 << 14, "{}: a small file", path.display());
        let held = catch_unwind(|| (target.run)(&input));
        assert!(held.is_ok(), "{name}: {} fails", path.display());
        inputs.push(input);
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz-failures");
    match try_target(target, &inputs, 1, &folder) {
        Ok(read) => assert!(read > 0, "{name}: of broken inputs none is read"),
        Err(Failure { why, input }) => panic!(
            "{name}: {why}\nThe input is in {}: keep it in fuzz/regressions/{name} once it is repaired",
            input.display()
        ),
    }
}

#[test]
fn nobodys_card_is_kept() {
    for Target { name, .. } in TARGETS {
        for (path, input) in kept(Kept::Corpus, name).into_iter().chain(kept(Kept::Regressions, name)) {
            let is_test = |number: &Vec<u8>| TEST_RANGES.iter().any(|range| number.starts_with(range));
            assert!(cards_in(&input).iter().all(is_test), "{}: a card of no test range", path.display());
        }
    }
}
