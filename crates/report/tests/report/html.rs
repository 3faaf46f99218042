//! The page for a browser: its policy, what stands in it, and that nothing in a log can break out of its place.
//! What a browser makes of it is looked at by scripts/check-page.

use crate::day::{Attempt, Book, clock, full_day};
use crate::diagnosed;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use posmortem_classify::Language;
use posmortem_diagnose::Diagnosis;
use posmortem_exchange::Summary;
use posmortem_report::{Content, Format, View, write_report};
use serde_json::Value;
use sha2::{Digest, Sha256};

const ALL: View<'_> = View {
    language: Language::En,
    question: None,
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

fn written(content: &Content<'_>, format: Format, view: &View<'_>) -> String {
    let mut bytes = Vec::new();
    write_report(content, format, view, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn judged_day() -> (Summary, Diagnosis) {
    let mut summary = diagnosed::counts();
    let diagnosis = diagnosed::diagnosis(&mut summary.names);
    (summary, diagnosis)
}

fn page_of((summary, diagnosis): &(Summary, Diagnosis), view: &View<'_>) -> String {
    written(&Content { diagnosis: Some(diagnosis), ..Content::of(summary) }, Format::Html, view)
}

/// What stands between two texts, the first time.
#[track_caller]
fn between<'p>(page: &'p str, begin: &str, end: &str) -> &'p str {
    let start = page.find(begin).unwrap_or_else(|| panic!("{begin} is not there")) + begin.len();
    &page[start..start + page[start..].find(end).unwrap()]
}

/// What the script reads.
fn data(page: &str) -> Value {
    serde_json::from_str(between(page, r#"<script type="application/json" id="data">"#, "</script>")).unwrap()
}

/// Texts of all elements that begin so, without the elements within.
fn texts<'p>(page: &'p str, begin: &str, end: &str) -> Vec<&'p str> {
    page.split(begin).skip(1).map(|rest| &rest[..rest.find(end).unwrap()]).collect()
}

#[test]
fn the_policy_allows_what_stands_in_the_page_and_nothing_else() {
    let page = page_of(&judged_day(), &ALL);
    let policy = between(&page, r#"http-equiv="Content-Security-Policy" content=""#, "\"")
        .replace("&#x27;", "'")
        .replace("&#x2f;", "/");
    let digest = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text));
    let style = digest(between(&page, "<style>", "</style>"));
    let script = digest(between(&page, "<script>", "</script>"));
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; base-uri 'none'; \
             form-action 'none'"
        )
    );
    assert_eq!(page.matches("<style").count(), 1);
    assert_eq!(page.matches("<script").count(), 2);
    for outside in
        [" style=", " src=", "http://", "https://", "<link", "<form", "@import", " onclick", "<iframe"]
    {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn every_listed_terminal_is_there_with_the_numbers_of_the_json() {
    let day = judged_day();
    let content = Content { diagnosis: Some(&day.1), ..Content::of(&day.0) };
    for view in [ALL, View { all_terminals: false, ..ALL }, View { top: Some(3), ..ALL }] {
        let page = page_of(&day, &view);
        let report: Value = serde_json::from_str(&written(&content, Format::Json, &view)).unwrap();
        let terminals = report["terminals"].as_array().unwrap();
        let data = data(&page);
        let rows = data["rows"].as_array().unwrap();
        assert_eq!(rows.len(), terminals.len());
        assert_eq!(texts(&page, r#"<span class="id"><bdi>"#, "<").len(), terminals.len());
        for (at, (row, told)) in rows.iter().zip(terminals).enumerate() {
            let (causes, verdict) = (told["causes"].as_object().unwrap(), &told["verdict"]);
            let failed: u64 = causes.values().map(|count| count.as_u64().unwrap()).sum();
            assert_eq!(row[0], told["terminal_id"]);
            assert_eq!(data["merchants"][row[1].as_u64().unwrap() as usize], told["merchant_id"]);
            assert_eq!(row[2], told["exchanges"]);
            assert_eq!(row[3], failed + told["unclassified"].as_u64().unwrap());
            for (nth, cause) in ["network", "account", "card", "key", "operator"].into_iter().enumerate() {
                assert_eq!(row[4 + nth], causes[cause]);
            }
            assert_eq!(row[9], told["unclassified"]);
            assert_eq!(row[11], verdict["observed"]);
            let thousandths =
                |number: &Value| number.as_f64().map_or(-1, |number| (number * 1000.0).round() as i64);
            assert_eq!(row[12], thousandths(&verdict["expected"]));
            assert_eq!(row[13], thousandths(&verdict["confidence"]));
            if verdict["reason"].is_null() {
                assert!(row[14].is_null() && row.as_array().unwrap().len() == 14, "{row}");
            } else {
                assert_eq!(data["reasons"][row[14].as_u64().unwrap() as usize][0], verdict["reason"]);
                assert_eq!(&row.as_array().unwrap()[18..], verdict["incidents"].as_array().unwrap());
            }
            let full = between(&page, &format!(r#"<div id="terminal-{}""#, at + 1), "</details>");
            for sentence in verdict["evidence"].as_array().unwrap() {
                assert!(full.contains(&format!("<li>{}</li>", sentence.as_str().unwrap())), "{sentence}");
            }
            let action = verdict["action"].as_str().unwrap_or_default();
            assert!(full.contains(&action.replace('\'', "&#x27;")), "{action}");
        }
    }
}

#[test]
fn incidents_and_codes_are_those_of_the_json() {
    let day = judged_day();
    let content = Content { diagnosis: Some(&day.1), ..Content::of(&day.0) };
    let page = page_of(&day, &ALL);
    let report: Value = serde_json::from_str(&written(&content, Format::Json, &ALL)).unwrap();
    let incidents = report["incidents"].as_array().unwrap();
    assert_eq!(page.matches("<article").count(), incidents.len());
    for incident in incidents {
        let told = between(&page, &format!(r#"id="incident-{}""#, incident["id"]), "</article>");
        assert!(told.contains(&format!("{} failed, ", incident["observed"])), "{told}");
        assert!(told.contains(incident["action"].as_str().unwrap()), "{told}");
    }
    assert!(page.contains("model V200\\x1b[2J, firmware 1.2"));
    let codes = texts(between(&page, r#"<section id="codes">"#, "</section>"), r#"<th scope="row">"#, "<");
    let expected: Vec<_> =
        report["codes"].as_array().unwrap().iter().map(|code| &code["response_code"]).collect();
    assert_eq!(codes, expected);
}

#[test]
fn nothing_in_a_log_breaks_out_of_its_place() {
    let hostile = [
        "<script>alert(1)</script>",
        "</script><b>",
        "<!--",
        "\"><img src=x onerror=alert(1)>",
        "' onclick='",
        "{{ 7 * 7 }}",
        "a\u{202e}b",
        "&amp;",
    ];
    let mut book = Book::new();
    for (at, text) in hostile.into_iter().enumerate() {
        book.add(Attempt {
            at: clock(1, at as i64, 0),
            terminal: text,
            merchant: text,
            issuer: text,
            code: Some("51"),
            dialect: None,
            reversal_reason: None,
        });
    }
    let mut summary = book.summary();
    summary.files[0].path = hostile.concat();
    summary.notes.push(hostile.concat());
    summary.warnings.push(hostile.concat());
    let plain = written(&Content::of(&full_day()), Format::Html, &ALL);
    let page = written(&Content::of(&summary), Format::Html, &ALL);
    // No element that a page of a friendly day has not.
    for element in ["<script", "</script", "<img", "<b>", "<!--", "<style"] {
        assert_eq!(page.matches(element).count(), plain.matches(element).count(), "{element}");
    }
    assert!(!page.contains('\u{202e}') && page.contains("a\\u{202e}b"));
    assert!(page.contains("{{ 7 * 7 }}") && page.contains("&amp;amp;"));
    let data = data(&page);
    let ids: Vec<_> = data["rows"].as_array().unwrap().iter().map(|row| row[0].as_str().unwrap()).collect();
    assert!(hostile.iter().filter(|id| !id.contains('\u{202e}')).all(|id| ids.contains(id)), "{ids:?}");
}

#[test]
fn a_long_list_is_cut_without_the_script_and_whole_with_it() {
    let mut book = Book::new();
    for terminal in 0..250 {
        book.add(Attempt {
            at: clock(1, 0, 0),
            terminal: &format!("T{terminal:03}"),
            merchant: "M",
            issuer: "I",
            code: Some("51"),
            dialect: None,
            reversal_reason: None,
        });
    }
    let summary = book.summary();
    let page = written(&Content::of(&summary), Format::Html, &ALL);
    assert_eq!(page.matches("<details class=\"terminal").count(), 100);
    let rows = between(&page, r#"<tbody id="rows">"#, "</tbody>");
    assert_eq!(rows.matches("<tr>").count(), 100);
    assert!(page.contains("The first 100 of 250, the worst first."));
    assert_eq!(data(&page)["rows"].as_array().unwrap().len(), 250);
    let top = written(&Content::of(&summary), Format::Html, &View { top: Some(20), ..ALL });
    assert_eq!(data(&top)["rows"].as_array().unwrap().len(), 20);
    assert!(top.contains("20 terminals</p>\n") && top.contains("<p>and 230 more</p>"));
}

#[test]
fn what_was_not_asked_for_is_not_there_and_said_so() {
    let counts = written(&Content::of(&full_day()), Format::Html, &ALL);
    for section in ["incidents", "time", "issuers", "links", "fallback", "latency"] {
        assert!(!counts.contains(&format!("<section id=\"{section}\"")), "{section}");
    }
    assert!(counts.contains("No diagnosis was made") && counts.contains("--no-diagnosis"));
    let nothing = written(&Content::of(&Summary::default()), Format::Html, &ALL);
    assert!(nothing.contains("No attempts.") && !nothing.contains("id=\"list\""));
}

#[test]
fn both_languages_are_whole() {
    let day = judged_day();
    let chinese = page_of(&day, &View { language: Language::Zh, ..ALL });
    assert!(
        chinese.contains(r#"<html lang="zh-Hans">"#) && page_of(&day, &ALL).contains(r#"<html lang="en">"#)
    );
    // Words that only the English page has.
    let body = &chinese[chinese.find("<body>").unwrap()..chinese.find("<script").unwrap()];
    for word in ["terminals", "failed", "seen", "expected", "confidence", "Codes", "What to do"] {
        assert!(!body.contains(&format!(" {word} ")) && !body.contains(&format!(">{word}<")), "{word}");
    }
}

#[test]
fn two_writings_are_the_same_bytes() {
    assert_eq!(page_of(&judged_day(), &ALL), page_of(&judged_day(), &ALL));
}
