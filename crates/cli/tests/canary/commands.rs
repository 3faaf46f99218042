//! The commands that are tried on every log, and that nothing which the tool writes is forgotten among them.

use posmortem_report::{
    ComparisonFormat, DecodeFormat, ExplainFormat, Format, InspectionFormat, Question, RowFormat, RulesFormat,
};
use std::fmt::Debug;

/// Every format, in one pass each.
pub(crate) const EVERY_FORMAT: [&str; 2] = [
    "report --all-terminals --per-terminal pages \
     -o a.json -o a.ndjson -o a.csv -o a.tsv -o a.txt -o a.md -o a.html -o a.prom",
    "classify --all -o a.csv -o a.tsv -o a.ndjson",
];

/// As a table, which is read back value by value.
pub(crate) const AS_TABLE: &str = "classify --all -o a.parquet";

/// What is kept of a day for others.
pub(crate) const SAVED: &str = "report --save . --history . --keep-days 30 -o a.json";

/// Two days side by side.
pub(crate) const COMPARED: &str = "compare -o a.json -o a.csv -o a.tsv -o a.txt";

/// On standard output, in another language, failures alone.
const OTHERWISE: [&str; 6] = [
    "report --all-terminals --lang zh --per-terminal pages -o - -o a.md -o a.html --format table",
    "report --format json",
    "report --no-diagnosis --format json",
    "classify",
    "classify --all --format ndjson",
    "compare --lang zh --format table",
];

/// What is in a log, and what is proposed to say of it.
pub(crate) const INSPECTED: [&str; 3] =
    ["inspect --format json --write-config a.toml", "inspect --format table", "inspect --lang zh --ascii"];

/// Messages one by one.
pub(crate) const DECODED: [&str; 3] =
    ["decode --format text", "decode --format ndjson", "decode --format text --lang zh"];

/// Without a log. `CONFIG` and `RULES` stand for files of fixtures.
pub(crate) const WITHOUT_A_LOG: [&str; 12] = [
    "explain 55 --format text",
    "explain A0 --format json",
    "explain pin_incorrect --lang zh",
    "config show",
    "config show --format json --config CONFIG",
    "rules check RULES",
    "rules list RULES --format table",
    "rules list RULES --format tsv",
    "rules list --lang zh --format table",
    "schema",
    "report --help",
    "classify --help",
];

/// Every question, in every format that holds its answer.
fn asked() -> impl Iterator<Item = String> {
    let names = Question::ALL.into_iter().map(Question::name);
    names.map(|name| format!("report --ask {name} -o a.json -o a.ndjson -o a.csv -o a.tsv -o a.txt -o a.md"))
}

/// All that is tried on a log.
pub(crate) fn of_a_log() -> Vec<String> {
    let others = [AS_TABLE, SAVED, COMPARED].into_iter().chain(OTHERWISE).chain(INSPECTED).chain(DECODED);
    EVERY_FORMAT.into_iter().chain(others).map(str::to_owned).chain(asked()).collect()
}

/// Checks that some of the commands that begin so write each of these formats.
#[track_caller]
fn are_tried<F: Copy + Debug + PartialEq>(
    beginning: &str,
    formats: &[F],
    from_name: impl Fn(&str) -> Option<F>,
    from_extension: impl Fn(&str) -> Option<F>,
) {
    let commands = of_a_log().into_iter().chain(WITHOUT_A_LOG.map(str::to_owned));
    let commands: Vec<_> = commands.filter(|command| command.starts_with(beginning)).collect();
    let written = commands.iter().flat_map(|command| {
        let words: Vec<_> = command.split(' ').collect();
        let pairs: Vec<_> = words.windows(2).map(|pair| (pair[0], pair[1])).collect();
        pairs
    });
    let tried: Vec<_> = written
        .filter_map(|(flag, value)| match flag {
            "--format" => from_name(value),
            "-o" => from_extension(value.rsplit('.').next()?),
            _ => None,
        })
        .collect();
    let forgotten: Vec<_> = formats.iter().filter(|format| !tried.contains(format)).collect();
    assert!(forgotten.is_empty(), "{beginning}: {forgotten:?}");
}

#[test]
fn no_format_and_no_question_is_forgotten() {
    are_tried(
        "report --all-terminals --per-terminal pages -o ",
        &Format::ALL,
        Format::from_name,
        Format::from_extension,
    );
    are_tried("classify --all -o ", &RowFormat::ALL, RowFormat::from_name, RowFormat::from_extension);
    are_tried(
        "compare -o ",
        &ComparisonFormat::ALL,
        ComparisonFormat::from_name,
        ComparisonFormat::from_extension,
    );
    are_tried("inspect", &InspectionFormat::ALL, InspectionFormat::from_name, |_| None);
    are_tried("decode", &DecodeFormat::ALL, DecodeFormat::from_name, |_| None);
    are_tried("explain", &ExplainFormat::ALL, ExplainFormat::from_name, |_| None);
    are_tried("rules list", &RulesFormat::ALL, RulesFormat::from_name, |_| None);
    for question in Question::ALL {
        // The page and the measures are the same whatever is asked.
        let answered =
            Format::ALL.into_iter().filter(|form| !matches!(form, Format::Html | Format::Prometheus));
        let beginning = format!("report --ask {} ", question.name());
        are_tried(&beginning, &answered.collect::<Vec<_>>(), Format::from_name, Format::from_extension);
    }
}
