//! Columns taken for something else: in the place of an id or a number, what gives itself away is covered.

use crate::commands::{AS_TABLE, DECODED, EVERY_FORMAT, INSPECTED, SAVED};
use crate::planted::{canaries, of_rows, planted_numbers_and_tracks};
use crate::search::Canaries;
use crate::support::fixture;
use crate::told::{told_by, told_of_bytes};
use std::{fs, thread};

/// What a column can be taken for.
const COLUMNS: [&str; 30] = [
    "time",
    "mti",
    "stan",
    "rrn",
    "terminal_id",
    "merchant_id",
    "bin",
    "processing_code",
    "amount",
    "currency",
    "pos_entry_mode",
    "response_code",
    "acquirer_id",
    "issuer",
    "link",
    "latency_ms",
    "direction",
    "site",
    "reason_text",
    "dialect",
    "track2",
    "service_code",
    "original_stan",
    "original_rrn",
    "expiry",
    "condition_code",
    "receiving_id",
    "original_data",
    "replacement_amounts",
    "trace_id",
];

/// The columns of a file, the one called `source` taken for `target`.
pub(crate) fn mapped(name: &str, source: &str, target: &str) -> String {
    let text = fs::read_to_string(fixture(name)).unwrap();
    let taken = |column| match column {
        _ if column == source => target,
        _ if column == target => "-",
        _ => column,
    };
    text.lines().next().unwrap().split(',').map(taken).collect::<Vec<_>>().join(",")
}

/// Where values show when the column `source` is taken for any other, as rows and one by one.
fn leaks(canaries: &Canaries, name: &str, source: &str) -> Vec<String> {
    let mut leaks = Vec::new();
    for target in COLUMNS.into_iter().filter(|target| *target != source) {
        let kept: &[&str] = if source == "pan" { &[AS_TABLE, SAVED] } else { &[] };
        let commands = [&EVERY_FORMAT[..], &INSPECTED[..1], &DECODED[..1], kept].concat();
        let told = told_by(commands, &fixture(name), &["--columns", &mapped(name, source, target)]);
        if let Some(first) = canaries.in_text(&told).first() {
            leaks.push(format!("{source} as {target}: {first}"));
        }
    }
    leaks
}

#[test]
fn card_numbers_taken_for_something_else_are_covered() {
    assert_eq!(leaks(&canaries(&of_rows()), "day.csv", "pan"), [""; 0]);
}

#[test]
fn planted_numbers_and_tracks_taken_for_something_else_are_covered() {
    let canaries = canaries(&planted_numbers_and_tracks());
    let sources = ["terminal_id", "merchant_id", "rrn", "pan", "response_code", "issuer", "link", "track2"];
    let name = "malformed/planted-card-data.csv";
    // A thousand runs of the tool.
    let leaks = thread::scope(|scope| {
        let searches = sources.map(|source| scope.spawn(|| leaks(&canaries, name, source)));
        searches.map(|search| search.join().unwrap()).concat()
    });
    assert_eq!(leaks, [""; 0]);
}

#[test]
fn free_text_taken_for_something_else_shows_neither_number_nor_track() {
    let canaries = canaries(&planted_numbers_and_tracks());
    let sources = ["reason_text", "remark"];
    let leaks = sources.map(|source| leaks(&canaries, "malformed/planted-card-data.csv", source)).concat();
    assert_eq!(leaks, [""; 0]);
}

/// The name and the rest stand behind the number, and the form of the track gives them away.
#[test]
fn a_track_1_in_the_place_of_an_id_is_covered_to_its_end() {
    let track = "%B5555553100002233^VANTONGEREN/ODILE M^28122010000000000000000?";
    let canaries = Canaries::new([track, "VANTONGEREN", "2010000000000000000"]);
    let mut leaks = Vec::new();
    for column in ["terminal_id", "merchant_id", "rrn", "issuer", "link", "site"] {
        let log = format!("time,mti,stan,response_code,{column}\n2026-11-21T10:00:02,0210,1,05,{track}\n");
        if !canaries.in_text(&told_of_bytes(&log, &[])).is_empty() {
            leaks.push(column);
        }
    }
    assert_eq!(leaks, [""; 0]);
}
