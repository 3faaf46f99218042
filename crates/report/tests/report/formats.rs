//! JSON against its schema, and CSV and TSV against JSON.

use crate::day;
use posmortem_classify::Language;
use posmortem_exchange::Summary;
use posmortem_report::{Format, View, write_summary};
use serde::Deserialize;
use std::io::{self, Write};

const VIEW: View<'_> = View {
    question: None,
    language: Language::En,
    top: None,
    min_exchanges: 0,
    all_terminals: true,
    filtered: false,
    width: None,
    color: false,
    ascii: false,
    now: None,
    version: "0.1.0",
    rules_sha256: "c0ffee",
};

fn written(summary: &Summary, format: Format, view: &View<'_>) -> String {
    let mut bytes = Vec::new();
    write_summary(summary, format, view, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[derive(Deserialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
struct Report {
    schema: u32,
    tool: Tool,
    input: Input,
    totals: Totals,
    incidents: Vec<()>,
    terminals: Vec<Terminal>,
    history: Option<()>,
    cleared: Option<()>,
    codes: Vec<Code>,
    warnings: Vec<String>,
    notes: Vec<String>,
}

#[derive(Deserialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
struct Tool {
    name: String,
    version: String,
    rules_sha256: String,
}

#[derive(Deserialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
struct Input {
    bytes: u64,
    frames: u64,
    files: Vec<File>,
    ledger: Ledger,
    first: Option<String>,
    last: Option<String>,
}

#[derive(Deserialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
struct File {
    path: String,
    format: Option<String>,
    frames: u64,
    rejected: u64,
    trouble: Option<String>,
}

#[derive(Deserialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
struct Ledger {
    paired: u64,
    complete: u64,
    request_only: u64,
    response_only: u64,
    duplicates: u64,
    reversal: u64,
    advice: u64,
    administrative: u64,
    out_of_order: u64,
    open: u64,
    rejected: u64,
    non_message: u64,
}

#[derive(Deserialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
struct Totals {
    exchanges: u64,
    approved: u64,
    declined: u64,
    unanswered: u64,
    late: u64,
    reversed: u64,
    unclassified: u64,
    open: u64,
    coverage: String,
    amounts: Vec<Amount>,
    causes: Causes,
}

#[derive(Deserialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
struct Amount {
    currency: Option<String>,
    failed: u64,
    approved_then_lost: u64,
}

#[derive(Deserialize, PartialEq, Debug, Clone, Copy)]
#[serde(deny_unknown_fields)]
struct Causes {
    network: u64,
    account: u64,
    card: u64,
    key: u64,
    operator: u64,
}

#[derive(Deserialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
struct Terminal {
    terminal_id: Option<String>,
    merchant_id: Option<String>,
    exchanges: u64,
    approved: u64,
    declined: u64,
    unanswered: u64,
    late: u64,
    reversed: u64,
    unclassified: u64,
    open: u64,
    causes: Causes,
    first_failed: Option<String>,
    last_approved: Option<String>,
    verdict: Verdict,
}

#[derive(Deserialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
struct Verdict {
    state: String,
    cause: Option<String>,
    reason: Option<String>,
    start: Option<String>,
    end: Option<String>,
    observed: u64,
    expected: Option<f64>,
    confidence: Option<f64>,
    owner: Option<String>,
    ongoing: bool,
    incidents: Vec<u64>,
    evidence: Vec<String>,
    action: Option<String>,
    samples: Vec<Sample>,
    recurrence: Option<()>,
}

#[derive(Deserialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
struct Sample {
    time: String,
    stan: Option<String>,
    rrn: Option<String>,
    response_code: Option<String>,
    file: Option<String>,
    offset: u64,
}

#[derive(Deserialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
struct Code {
    dialect: Option<String>,
    response_code: Option<String>,
    cause: Option<String>,
    reason: Option<String>,
    count: u64,
    issuers: Vec<Issuer>,
}

#[derive(Deserialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
struct Issuer {
    issuer: Option<String>,
    count: u64,
}

fn report(summary: &Summary, view: &View<'_>) -> Report {
    serde_json::from_str(&written(summary, Format::Json, view)).unwrap()
}

fn told(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn json_has_every_key_of_the_schema_in_its_order() {
    let text = written(&day::full_day(), Format::Json, &VIEW);
    assert!(text.ends_with("}\n"));
    let keys = [
        "\"schema\": 1",
        "\"tool\"",
        "\"name\": \"posmortem\"",
        "\"version\"",
        "\"rules_sha256\"",
        "\"input\"",
        "\"bytes\"",
        "\"frames\"",
        "\"files\"",
        "\"ledger\"",
        "\"paired\"",
        "\"complete\"",
        "\"request_only\"",
        "\"response_only\"",
        "\"duplicates\"",
        "\"reversal\"",
        "\"advice\"",
        "\"administrative\"",
        "\"out_of_order\"",
        "\"open\"",
        "\"rejected\"",
        "\"non_message\"",
        "\"first\"",
        "\"last\"",
        "\"totals\"",
        "\"exchanges\"",
        "\"approved\"",
        "\"declined\"",
        "\"unanswered\"",
        "\"late\"",
        "\"reversed\"",
        "\"unclassified\"",
        "\"open\"",
        "\"coverage\"",
        "\"amounts\"",
        "\"causes\"",
        "\"incidents\": []",
        "\"terminals\"",
        "\"terminal_id\"",
        "\"merchant_id\"",
        "\"exchanges\"",
        "\"causes\"",
        "\"first_failed\"",
        "\"last_approved\"",
        "\"verdict\"",
        "\"state\"",
        "\"cause\"",
        "\"reason\"",
        "\"start\"",
        "\"end\"",
        "\"observed\"",
        "\"expected\": null",
        "\"confidence\": null",
        "\"owner\"",
        "\"ongoing\"",
        "\"incidents\": []",
        "\"evidence\"",
        "\"action\"",
        "\"samples\"",
        "\"time\"",
        "\"stan\"",
        "\"rrn\"",
        "\"response_code\"",
        "\"file\"",
        "\"offset\"",
        "\"recurrence\": null",
        "\"history\": null",
        "\"cleared\": null",
        "\"codes\"",
        "\"dialect\"",
        "\"issuers\"",
        "\"warnings\"",
        "\"notes\"",
    ];
    let mut rest = text.as_str();
    for key in keys {
        let at = rest.find(key).unwrap_or_else(|| panic!("{key} is missing or out of order in\n{text}"));
        rest = &rest[at + key.len()..];
    }
}

#[test]
fn json_tells_the_input() {
    let report = report(&day::full_day(), &VIEW);
    assert_eq!(
        (report.schema, report.tool.version.as_str(), report.tool.rules_sha256.as_str()),
        (1, "0.1.0", "c0ffee")
    );
    assert_eq!((report.input.bytes, report.input.frames), (4_106, 32));
    let ledger = &report.input.ledger;
    assert_eq!(
        ledger.paired + ledger.request_only + ledger.duplicates + ledger.rejected,
        report.input.frames
    );
    assert_eq!(ledger.non_message, 7);
    let [day, night] = &report.input.files[..] else { panic!("two files") };
    assert_eq!(
        (day.format.as_deref(), day.frames, day.rejected, &day.trouble),
        (Some("delimited"), 32, 1, &None)
    );
    assert_eq!((night.path.as_str(), &night.format), ("night.log.gz", &None));
    assert_eq!(
        night.trouble,
        told("broken off after byte 10: the gzip stream ends in the middle of a block")
    );
    assert_eq!(report.input.first, told("2026-11-21T00:00:12.000"));
    assert_eq!(report.input.last, told("2026-11-21T13:05:00.000"));
    assert_eq!(report.warnings, ["No column holds the currency."]);
    assert_eq!(report.notes.len(), 1);
}

#[test]
fn json_tells_the_fleet() {
    let totals = report(&day::full_day(), &VIEW).totals;
    let outcomes = totals.approved + totals.declined + totals.unanswered + totals.late + totals.reversed;
    assert_eq!(outcomes + totals.unclassified + totals.open, totals.exchanges);
    assert_eq!((totals.exchanges, totals.approved, totals.declined), (14, 3, 7));
    assert_eq!((totals.unanswered, totals.reversed, totals.unclassified), (1, 2, 1));
    assert_eq!(totals.coverage, "paired");
    assert_eq!(totals.causes, Causes { network: 5, account: 1, card: 0, key: 0, operator: 4 });
    assert_eq!(totals.amounts[0].currency, told("156"));
    assert_eq!((totals.amounts[0].failed, totals.amounts[0].approved_then_lost), (11_083, 2_017));
    assert_eq!((&totals.amounts[1].currency, totals.amounts[1].failed), (&None, 70));
}

#[test]
fn json_tells_each_terminal() {
    let report = report(&day::full_day(), &VIEW);
    let [troubled, keyless, odd, fine] = &report.terminals[..] else { panic!("four terminals") };

    assert_eq!(troubled.terminal_id, told("29110001"));
    let verdict = &troubled.verdict;
    assert_eq!(verdict.state, "unjudged");
    assert_eq!(
        (verdict.cause.as_deref(), verdict.reason.as_deref()),
        (Some("network"), Some("issuer_unavailable"))
    );
    assert_eq!(
        (verdict.start.as_deref(), verdict.end.as_deref()),
        (Some("2026-11-21T09:14:00.000"), Some("2026-11-21T09:21:00.000"))
    );
    assert_eq!((verdict.observed, verdict.ongoing, verdict.owner.as_deref()), (3, false, Some("issuer")));
    assert_eq!(
        verdict.evidence,
        ["5 of 7 failures are network (71.4 %)", "issuer_unavailable: 3 of them, code 91 x3"]
    );
    assert!(
        verdict.action.as_deref().is_some_and(|action| action.starts_with("Count the failures by issuer"))
    );
    assert_eq!(
        verdict.samples[0],
        Sample {
            time: "2026-11-21T09:14:00.000".to_owned(),
            stan: told("2"),
            rrn: told("632500000002"),
            response_code: told("91"),
            file: told("day.log"),
            offset: 200,
        }
    );
    assert_eq!((verdict.samples.len(), &verdict.incidents[..]), (3, &[][..]));

    assert_eq!((keyless.terminal_id.as_deref(), keyless.approved), (Some("00029110002"), 0));
    assert!(keyless.verdict.ongoing);

    assert_eq!((&odd.merchant_id, odd.unclassified), (&None, 1));
    assert_eq!(odd.first_failed, told("2026-11-21T13:00:00.000"));
    assert_eq!(odd.verdict.evidence, ["unclassified: 1, code 8Z"]);
    for verdict in [&odd.verdict, &fine.verdict] {
        let empty =
            [&verdict.cause, &verdict.reason, &verdict.start, &verdict.end, &verdict.owner, &verdict.action];
        assert!(empty.iter().all(|value| value.is_none()), "{verdict:?}");
        assert_eq!((verdict.observed, verdict.ongoing, verdict.samples.len()), (0, false, 0));
    }
    assert!(fine.verdict.evidence.is_empty());
    assert_eq!(fine.last_approved, told("2026-11-21T13:05:00.000"));
}

#[test]
fn json_tells_codes_with_their_issuers() {
    let codes = report(&day::full_day(), &VIEW).codes;
    let first = &codes[0];
    assert_eq!((first.dialect.as_deref(), first.response_code.as_deref()), (Some("iso1987"), Some("91")));
    assert_eq!((first.cause.as_deref(), first.count), (Some("network"), 3));
    let issuers: Vec<_> =
        first.issuers.iter().map(|issuer| (issuer.issuer.as_deref(), issuer.count)).collect();
    assert_eq!(issuers, [(Some("62284801"), 2), (Some("62122612"), 1)]);
    assert_eq!(codes[1].issuers, [Issuer { issuer: None, count: 3 }]);
    assert_eq!((&codes[3].cause, codes[3].response_code.as_deref()), (&None, Some("8Z")));
}

#[test]
fn evidence_and_actions_speak_the_language() {
    let report = report(&day::full_day(), &View { language: Language::Zh, ..VIEW });
    let verdict = &report.terminals[0].verdict;
    assert_eq!(
        verdict.evidence,
        ["7笔失败中5笔属于网络/系统（71.4 %）", "发卡行不可用：其中3笔，应答码91 x3"]
    );
    assert!(verdict.action.as_deref().is_some_and(|action| action.starts_with("按发卡行统计")));
    assert_eq!((verdict.cause.as_deref(), verdict.owner.as_deref()), (Some("network"), Some("issuer")));
    assert_eq!(report.terminals[2].verdict.evidence, ["未归类：1笔，应答码8Z"]);
}

#[test]
fn filters_are_told_among_the_notes() {
    for (language, told) in [
        (Language::En, "Filters are on: counts cover the chosen exchanges alone."),
        (Language::Zh, "已启用筛选：只统计选中的交易。"),
    ] {
        let notes = report(&day::full_day(), &View { language, filtered: true, ..VIEW }).notes;
        assert_eq!((notes.len(), notes[0].as_str()), (2, told));
    }
}

#[test]
fn the_switch_is_quoted_in_its_own_words() {
    let mut summary = day::full_day();
    let [fields, format] = ["extra.fields", "bad.format"].map(|text| summary.names.intern(text));
    let terminal = &mut summary.terminals[0];
    let reasons: Vec<_> = terminal.reasons().map(|(reason, _)| reason).collect();
    for reason in reasons {
        terminal.switch_reasons.add((reason, format), 1);
        terminal.switch_reasons.add((reason, fields), 2);
    }
    summary.terminals[2].switch_reasons.add((None, format), 1);
    let evidence = |language| {
        let terminals = report(&summary, &View { language, ..VIEW }).terminals;
        terminals.into_iter().map(|terminal| terminal.verdict.evidence).collect::<Vec<_>>()
    };
    let english = evidence(Language::En);
    assert_eq!(english[0][2], "the switch says extra.fields (2 of them)");
    assert_eq!(english[1].len(), 2);
    assert_eq!(english[2], ["unclassified: 1, code 8Z", "the switch says bad.format (1 of them)"]);
    assert_eq!(evidence(Language::Zh)[0][2], "交换系统给出的原因：extra.fields（其中2笔）");
}

#[test]
fn csv_and_tsv_carry_the_numbers_of_the_json() {
    let summary = day::full_day();
    for view in [
        VIEW,
        View { all_terminals: false, ..VIEW },
        View { top: Some(2), ..VIEW },
        View { min_exchanges: 2, ..VIEW },
    ] {
        let expected: Vec<_> = report(&summary, &view).terminals.iter().map(cells).collect();
        let rows = |format, delimiter| {
            let text = written(&summary, format, &view);
            let mut rows = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
            assert_eq!(
                rows.headers().unwrap().iter().collect::<Vec<_>>(),
                HEADER.split(' ').collect::<Vec<_>>()
            );
            rows.records()
                .map(|row| row.unwrap().iter().map(str::to_owned).collect())
                .collect::<Vec<Vec<_>>>()
        };
        assert_eq!(rows(Format::Csv, b','), expected);
        assert_eq!(rows(Format::Tsv, b'\t'), expected);
    }
    assert_eq!(report(&summary, &View { all_terminals: false, ..VIEW }).terminals.len(), 3);
    assert_eq!(report(&summary, &View { min_exchanges: 2, ..VIEW }).terminals.len(), 2);
}

const HEADER: &str = "terminal_id merchant_id exchanges approved declined unanswered unclassified state cause \
    reason start end observed expected confidence owner network account card key operator first_failed \
    last_approved ongoing action recurrence recurrence_days recurrence_of recurrence_first late \
    reversed open incidents";

fn cells(terminal: &Terminal) -> Vec<String> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let Terminal { verdict, causes, .. } = terminal;
    vec![
        text(&terminal.terminal_id),
        text(&terminal.merchant_id),
        terminal.exchanges.to_string(),
        terminal.approved.to_string(),
        terminal.declined.to_string(),
        terminal.unanswered.to_string(),
        terminal.unclassified.to_string(),
        verdict.state.clone(),
        text(&verdict.cause),
        text(&verdict.reason),
        text(&verdict.start),
        text(&verdict.end),
        verdict.observed.to_string(),
        verdict.expected.map(|value| value.to_string()).unwrap_or_default(),
        verdict.confidence.map(|value| value.to_string()).unwrap_or_default(),
        text(&verdict.owner),
        causes.network.to_string(),
        causes.account.to_string(),
        causes.card.to_string(),
        causes.key.to_string(),
        causes.operator.to_string(),
        text(&terminal.first_failed),
        text(&terminal.last_approved),
        verdict.ongoing.to_string(),
        text(&verdict.action),
        String::new(),
        String::new(),
        String::new(),
        String::new(),
        terminal.late.to_string(),
        terminal.reversed.to_string(),
        terminal.open.to_string(),
        String::new(),
    ]
}

#[test]
fn the_ninth_column_of_the_tsv_is_the_cause() {
    let text = written(&day::full_day(), Format::Tsv, &VIEW);
    let ninth: Vec<_> = text.lines().map(|line| line.split('\t').nth(8).unwrap()).collect();
    assert_eq!(ninth, ["cause", "network", "operator", "", ""]);
    assert!(text.lines().all(|line| line.split('\t').count() == 33));
}

#[test]
fn what_became_of_attempts_adds_up_in_a_row() {
    let text = written(&day::full_day(), Format::Csv, &VIEW);
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let header = rows.headers().unwrap().clone();
    for row in rows.records().map(Result::unwrap) {
        let count = |name: &str| -> u64 {
            row[header.iter().position(|other| other == name).unwrap()].parse().unwrap()
        };
        let outcomes = ["approved", "declined", "unanswered", "late", "reversed", "unclassified", "open"];
        assert_eq!(outcomes.map(count).iter().sum::<u64>(), count("exchanges"));
    }
}

#[test]
fn an_empty_result_has_a_header_and_a_document() {
    let summary = Summary::default();
    assert_eq!(written(&summary, Format::Csv, &VIEW).lines().count(), 1);
    assert_eq!(written(&summary, Format::Tsv, &VIEW).lines().count(), 1);
    let report = report(&summary, &VIEW);
    assert_eq!((report.totals.exchanges, report.input.first, report.terminals.len()), (0, None, 0));
}

#[test]
fn a_closed_pipe_is_told_as_one() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut book = day::Book::new();
    for nth in 0..2_000 {
        let terminal = nth.to_string();
        book.add(day::Attempt {
            at: day::clock(1, 0, 0),
            terminal: &terminal,
            merchant: "M",
            issuer: "I",
            code: Some("51"),
            dialect: None,
            reversal_reason: None,
        });
    }
    let summary = book.summary();
    for format in Format::ALL {
        let error = write_summary(&summary, format, &VIEW, &mut Closed).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe, "{}", format.name());
    }
}
