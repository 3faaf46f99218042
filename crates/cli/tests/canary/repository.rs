//! The repository itself holds no card number but those of test ranges, which nobody has been issued (PCI DSS 6.5.5): not in
//! fixtures, tests, documents or code. Numbers are looked for as plain runs of digits.

use posmortem::iso8583::looks_like_card;
use std::fs;
use std::path::{Path, PathBuf};

/// How numbers may begin, and files whose digits are no numbers of cards.
const ALLOWED: &str = include_str!("test-ranges.tsv");

/// Built or kept beside what is committed.
const PASSED_OVER: [&str; 2] = ["target", ".git"];

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        let kind = entry.file_type().unwrap();
        if kind.is_file() {
            into.push(path);
        } else if kind.is_dir() && !PASSED_OVER.iter().any(|name| path.ends_with(name)) {
            files(&path, into);
        }
    }
}

/// Words of digits alone that could be numbers of cards, and where they begin. Digits among letters are hexadecimal.
fn numbers(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let words = bytes.split(|byte| !byte.is_ascii_alphanumeric());
    let places = words.scan(0, |at, word| {
        let place = *at;
        *at += word.len() + 1;
        Some((place, word))
    });
    places.filter(|(_, word)| word.iter().all(u8::is_ascii_digit) && looks_like_card(word))
}

#[test]
fn no_number_of_a_card_is_committed() {
    let root = fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap();
    let mut all = Vec::new();
    files(&root, &mut all);
    let rows: Vec<(&str, &str)> = ALLOWED
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_once('\t').unwrap())
        .collect();
    let (mut used, mut found) = (vec![false; rows.len()], Vec::new());
    for path in all {
        let name = path.strip_prefix(&root).unwrap().display().to_string();
        let bytes = fs::read(&path).unwrap();
        for (at, number) in numbers(&bytes) {
            let allows =
                |(allowed, _): &(&str, &str)| name == *allowed || number.starts_with(allowed.as_bytes());
            match rows.iter().position(allows) {
                Some(row) => used[row] = true,
                None => found.push(format!("{name}: at byte {at}")),
            }
        }
    }
    assert!(found.is_empty(), "numbers outside of test-ranges.tsv:\n{}", found.join("\n"));
    let idle: Vec<_> =
        rows.iter().zip(&used).filter(|(_, used)| !**used).map(|((allowed, _), _)| allowed).collect();
    assert!(idle.is_empty(), "nothing in the repository begins so: {idle:?}");
}

#[test]
fn a_number_that_is_issued_would_be_found() {
    // Put together here, so that it stands in no file.
    let number = format!("45{}", "39578763621486");
    let text = format!("pan={number}=2812");
    let found: Vec<_> = numbers(text.as_bytes()).map(|(at, _)| at).collect();
    assert_eq!(found, [4]);
}
