//! The values themselves: those that are planted in malformed logs, and those of the day.

use crate::search::Canaries;
use crate::support::fixture;
use std::fs;

/// Too short to be searched for inside of anything else.
const CVV: &str = "7093";

pub(crate) fn planted() -> Vec<String> {
    let lines = fs::read_to_string(fixture("malformed/planted.txt")).unwrap();
    lines.lines().filter(|line| *line != CVV).map(str::to_owned).collect()
}

/// Card numbers of the day's rows.
pub(crate) fn of_rows() -> Vec<String> {
    let mut reader = csv::Reader::from_path(fixture("day.csv")).unwrap();
    let at = reader.headers().unwrap().iter().position(|name| name == "pan").unwrap();
    let numbers = reader.records().map(|row| row.unwrap()[at].to_owned());
    numbers.filter(|number| !number.is_empty()).collect()
}

/// Card numbers, tracks, PIN blocks and working keys of the day's log.
pub(crate) fn of_log() -> Vec<String> {
    let log = fs::read_to_string(fixture("day.log")).unwrap();
    let values = ["2", "35", "52", "62"].map(|id| {
        let field = format!("<field id=\"{id}\" value=\"");
        let values = log.split(&field).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
        // Dumps print masked numbers and `[WIPED]`.
        values
            .filter(|value| value.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'='))
            .collect::<Vec<_>>()
    });
    values.concat()
}

pub(crate) fn canaries(values: &[String]) -> Canaries {
    Canaries::new(values.iter().map(String::as_str))
}

pub(crate) fn of_the_day() -> Canaries {
    canaries(&[of_rows(), of_log()].concat())
}

/// Inside a token or an offset it may stand by chance, not by itself.
#[track_caller]
pub(crate) fn has_no_cvv(told: &str, which: &str) {
    let mut words = told.split(|c: char| !c.is_alphanumeric());
    assert!(words.all(|word| word != CVV), "{which}");
}
