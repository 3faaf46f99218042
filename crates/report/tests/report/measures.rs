//! What is measured of a judged day, and how Prometheus is told of it.

use crate::day;
use crate::diagnosed;
use posmortem_classify::Language;
use posmortem_diagnose::{Diagnosis, State, Thousandths, Verdict};
use posmortem_exchange::{Summary, terminal_key};
use posmortem_report::{Content, Format, Measure, Measured, Measures, View, write_report};
use std::fs;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

fn day() -> (Summary, Diagnosis) {
    let mut summary = diagnosed::counts();
    let diagnosis = diagnosed::diagnosis(&mut summary.names);
    (summary, diagnosis)
}

/// An hour after midnight of the next day, so that the text is the same in every run.
fn view() -> View<'static> {
    View { now: Some(UNIX_EPOCH + Duration::from_secs(1_795_309_200)), ..View::default() }
}

fn text(summary: &Summary, diagnosis: Option<&Diagnosis>, view: &View<'_>) -> String {
    let mut bytes = Vec::new();
    write_report(&Content { diagnosis, ..Content::of(summary) }, Format::Prometheus, view, &mut bytes)
        .unwrap();
    String::from_utf8(bytes).unwrap()
}

fn samples<'t>(text: &'t str, family: &str) -> Vec<&'t str> {
    let of_family = |line: &&str| line.strip_prefix(family).is_some_and(|rest| rest.starts_with([' ', '{']));
    text.lines().filter(of_family).collect()
}

#[test]
fn measures_are_those_of_the_story() {
    let (summary, diagnosis) = day();
    let measures =
        Measures::of(&Content { diagnosis: Some(&diagnosis), ..Content::of(&summary) }, &View::default());
    let value = |name| measures.value(Measure::from_name(name).unwrap()).unwrap();
    for (name, count) in [
        ("attempts", 177),
        ("approved", 113),
        ("failed", 64),
        ("declined", 64),
        ("unanswered", 0),
        ("network", 15),
        ("account", 23),
        ("card", 17),
        ("key", 8),
        ("operator", 1),
        // Of a silent issuer, a switch and a wrong MAC; never of a PIN, funds or a number typed wrong.
        ("technical", 23),
        ("business", 41),
        ("terminals", 10),
        ("own_terminals", 3),
        ("attacked_terminals", 1),
        ("silent_terminals", 1),
        ("shared_terminals", 1),
        ("incidents", 2),
        ("ongoing_incidents", 1),
        ("frames", summary.ledger.frames()),
    ] {
        assert_eq!(value(name), Measured::Count(count), "{name}");
    }
    assert_eq!(value("technical_rate"), Measured::Share { part: 23, whole: 177 });
    assert_eq!(value("technical_rate").percent().as_deref(), Some("12.99 %"));
}

/// Listing less measures the same; choosing less does not.
#[test]
fn filters_choose_what_is_measured_and_lists_do_not() {
    let (mut summary, diagnosis) = day();
    let of = |summary: &Summary, view: &View<'_>, name| {
        Measures::of(&Content { diagnosis: Some(&diagnosis), ..Content::of(summary) }, view)
            .value(Measure::from_name(name).unwrap())
    };
    let short = View { top: Some(1), min_exchanges: 40, ..View::default() };
    assert_eq!(of(&summary, &short, "own_terminals"), Some(Measured::Count(3)));
    summary.terminals.retain(|terminal| summary.names.text(terminal.terminal) == "29110006");
    let chosen = View { filtered: true, ..View::default() };
    for (name, count) in [("own_terminals", 0), ("shared_terminals", 1), ("incidents", 1), ("technical", 9)] {
        assert_eq!(of(&summary, &chosen, name), Some(Measured::Count(count)), "{name}");
    }
}

#[test]
fn technical_business_and_unclassified_failures_are_all_failures() {
    let summary = day::full_day();
    let measures = Measures::of(&Content::of(&summary), &View::default());
    let count = |name| match measures.value(Measure::from_name(name).unwrap()) {
        Some(Measured::Count(count)) => count,
        other => panic!("{name}: {other:?}"),
    };
    assert!(count("technical") > 0 && count("business") > 0 && count("unclassified") > 0);
    assert_eq!(count("technical") + count("business") + count("unclassified"), count("failed"));
    let causes = ["network", "account", "card", "key", "operator", "unclassified"];
    assert_eq!(causes.map(count).iter().sum::<u64>(), count("failed"));
}

/// The file beside the tests is what is written; with `POSMORTEM_BLESS=1` it is written anew.
#[test]
fn prometheus_is_told_the_day() {
    let (summary, diagnosis) = day();
    let written = text(&summary, Some(&diagnosis), &view());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/report/shown/day.prom");
    if std::env::var_os("POSMORTEM_BLESS").is_some() {
        fs::write(&path, &written).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap();
    assert!(written == expected, "--- written\n{written}\n--- expected\n{expected}");
    // Nothing but that line knows the time.
    let timeless = text(&summary, Some(&diagnosis), &View { now: None, ..view() });
    let without: Vec<_> =
        written.lines().filter(|line| !line.contains("posmortem_report_timestamp_seconds")).collect();
    assert_eq!(timeless.lines().collect::<Vec<_>>(), without);
    let chinese = text(&summary, Some(&diagnosis), &View { language: Language::Zh, ..view() });
    let values = |text: &str| text.lines().filter(|line| !line.starts_with("# HELP")).collect::<String>();
    assert!(values(&chinese) == values(&written) && chinese.contains("按原因的失败笔数"), "{chinese}");
}

#[test]
fn without_verdicts_nothing_is_told_of_incidents_and_states() {
    let (summary, _) = day();
    let text = text(&summary, None, &view());
    assert_eq!(samples(&text, "posmortem_terminals"), [r#"posmortem_terminals{state="unjudged"} 10"#]);
    assert!(!text.contains("incident"), "{text}");
    let worst = samples(&text, "posmortem_terminal_failed_attempts");
    assert!(worst.len() == 8 && worst[0].contains(r#"state="unjudged",cause="card""#), "{worst:?}");
}

/// A share of nothing is no number, and neither is the last moment of nothing.
#[test]
fn of_nothing_there_are_counts_alone() {
    let text = text(&Summary::default(), None, &view());
    assert!(!text.contains("_ratio") && !text.contains("posmortem_log_last"), "{text}");
    assert_eq!(samples(&text, "posmortem_attempts").len(), 7);
    assert!(text.lines().filter(|line| !line.starts_with('#')).skip(1).all(|line| line.ends_with(" 0")));
}

#[test]
fn the_worst_terminals_alone_are_told_one_by_one() {
    let mut book = day::Book::new();
    for nth in 0..30 {
        let terminal = format!("T{nth:02}");
        let attempt = day::Attempt {
            at: day::clock(1, nth, 0),
            terminal: &terminal,
            merchant: "M",
            issuer: "I",
            code: Some("51"),
            dialect: None,
            reversal_reason: None,
        };
        (0..=nth).for_each(|_| book.add(attempt));
    }
    let summary = book.summary();
    let told = |top| {
        let text = text(&summary, None, &View { top, ..view() });
        let worst = samples(&text, "posmortem_terminal_failed_attempts");
        assert_eq!(worst.len(), samples(&text, "posmortem_terminal_attempts").len());
        assert!(
            worst[0].starts_with(r#"posmortem_terminal_failed_attempts{terminal_id="T29","#),
            "{worst:?}"
        );
        worst.len()
    };
    assert_eq!((told(None), told(Some(3)), told(Some(50))), (20, 3, 30));
}

/// Days on which one cause comes back tell one series, whatever the names in it.
#[test]
fn incidents_of_one_cause_and_scope_are_told_together() {
    let (mut summary, _) = day();
    let diagnosis = diagnosed::diagnosis(&mut summary.names);
    let mut incidents = diagnosis.incidents.clone();
    let again = posmortem_diagnose::Incident { id: 3, ongoing: true, ..incidents[0].clone() };
    incidents.push(again);
    incidents[1].scope[1].1 = "a\"b\\c".to_owned();
    let terminal = summary.names.intern(terminal_key("29110001"));
    let verdicts = vec![Verdict::of(terminal, State::Normal)];
    let diagnosis = Diagnosis::new(incidents, verdicts, Vec::new(), Vec::new());
    let text = text(&summary, Some(&diagnosis), &view());
    let labels = r#"{cause="network",reason="issuer_unavailable",scope="issuer=62284801"}"#;
    for (family, value) in [
        ("posmortem_incidents", "2"),
        ("posmortem_ongoing_incidents", "1"),
        ("posmortem_incident_excess_attempts", "417.800"),
    ] {
        let told = samples(&text, family);
        assert!(told.len() == 2 && told.contains(&&*format!("{family}{labels} {value}")), "{told:?}");
    }
    assert!(text.contains(r#"scope="model=a\"b\\c,firmware=1.2""#), "{text}");
    let excess = diagnosis.incidents[0].excess();
    assert_eq!(Thousandths(2 * excess.0).to_string(), "417.800");
}
