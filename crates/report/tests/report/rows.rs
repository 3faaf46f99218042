//! Classified exchanges as rows.

use crate::day;
use posmortem_report::{ExchangeRows, RowFormat};
use serde::Deserialize;

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Row {
    time: String,
    terminal_id: Option<String>,
    merchant_id: Option<String>,
    site: Option<String>,
    issuer: Option<String>,
    link: Option<String>,
    mti: Option<String>,
    stan: Option<String>,
    rrn: Option<String>,
    amount: Option<u64>,
    currency: Option<String>,
    entry_mode: String,
    dialect: Option<String>,
    response_code: Option<String>,
    outcome: String,
    cause: Option<String>,
    reason: Option<String>,
    latency_ms: Option<u64>,
    card: Option<String>,
    source: Source,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Source {
    file: Option<String>,
    offset: u64,
}

fn written(format: RowFormat) -> String {
    let book = day::day();
    let mut rows = ExchangeRows::new(format, Vec::new(), &["day.log".to_owned()]);
    for (exchange, conclusion) in &book.exchanges {
        rows.write(exchange, conclusion, &book.names).unwrap();
    }
    String::from_utf8(rows.finish().unwrap()).unwrap()
}

fn objects() -> Vec<Row> {
    written(RowFormat::Ndjson).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_row_says_what_the_log_says() {
    let text = written(RowFormat::Tsv);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(
        lines[0].replace('\t', " "),
        "time terminal_id merchant_id site issuer link mti stan rrn amount currency entry_mode dialect \
         response_code outcome cause reason latency_ms card file offset"
    );
    assert_eq!(
        lines[1].split('\t').collect::<Vec<_>>(),
        [
            "2026-11-21T00:00:12.000",
            "29110001",
            "898310154110001",
            "",
            "62284801",
            "host-a",
            "0200",
            "1",
            "632500000001",
            "1001",
            "156",
            "chip",
            "iso1987",
            "00",
            "approved",
            "",
            "",
            "350",
            "abababababababababababababababab",
            "day.log",
            "100",
        ]
    );
    assert_eq!(
        lines[6].split('\t').skip(12).collect::<Vec<_>>(),
        ["", "", "unanswered", "network", "response_timeout", "", "", "day.log", "600"]
    );
}

#[test]
fn ndjson_lines_are_objects() {
    let rows = objects();
    assert_eq!(rows.len(), 14);
    assert_eq!((rows[0].card.as_deref(), &rows[1].card), (Some("abababababababababababababababab"), &None));
    assert_eq!(
        (rows[5].outcome.as_str(), &rows[5].response_code, rows[5].latency_ms),
        ("unanswered", &None, None)
    );
    assert_eq!((rows[0].stan.as_deref(), rows[0].source.offset), (Some("1"), 100));
}

#[test]
fn every_format_carries_the_same_values() {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let number = |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
    let expected: Vec<_> = objects()
        .iter()
        .map(|row| {
            vec![
                row.time.clone(),
                text(&row.terminal_id),
                text(&row.merchant_id),
                text(&row.site),
                text(&row.issuer),
                text(&row.link),
                text(&row.mti),
                text(&row.stan),
                text(&row.rrn),
                number(row.amount),
                text(&row.currency),
                row.entry_mode.clone(),
                text(&row.dialect),
                text(&row.response_code),
                row.outcome.clone(),
                text(&row.cause),
                text(&row.reason),
                number(row.latency_ms),
                text(&row.card),
                text(&row.source.file),
                row.source.offset.to_string(),
            ]
        })
        .collect();
    for (format, delimiter) in [(RowFormat::Csv, b','), (RowFormat::Tsv, b'\t')] {
        let text = written(format);
        let mut rows = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
        let rows: Vec<Vec<String>> =
            rows.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        assert_eq!(rows, expected);
    }
}

#[test]
fn without_rows_there_is_a_header() {
    let empty = |format| ExchangeRows::new(format, Vec::new(), &[]).finish().unwrap();
    assert!(empty(RowFormat::Csv).starts_with(b"time,terminal_id,"));
    assert!(empty(RowFormat::Tsv).starts_with(b"time\tterminal_id\t"));
    assert!(empty(RowFormat::Ndjson).is_empty());
}

#[test]
fn an_input_without_a_path_is_null() {
    let book = day::day();
    let mut rows = ExchangeRows::new(RowFormat::Ndjson, Vec::new(), &[]);
    rows.write(&book.exchanges[0].0, &book.exchanges[0].1, &book.names).unwrap();
    let line = String::from_utf8(rows.finish().unwrap()).unwrap();
    assert!(line.ends_with("\"source\":{\"file\":null,\"offset\":100}}\n"), "{line}");
}
