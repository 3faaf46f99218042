//! What a report says of itself and leaves out: names that mean nothing, lists that `top` cuts, numbers that add up.

use crate::day::{Attempt, Book, clock, full_day};
use crate::diagnosed;
use posmortem_classify::Language;
use posmortem_diagnose::{Diagnosis, State};
use posmortem_exchange::{FileState, Summary};
use posmortem_report::{Content, Format, Question, TerminalPages, View, write_report};
use std::io;

fn judged_day() -> (Summary, Diagnosis) {
    let mut summary = diagnosed::counts();
    let diagnosis = diagnosed::diagnosis(&mut summary.names);
    (summary, diagnosis)
}

fn written(content: &Content<'_>, format: Format, view: &View<'_>) -> String {
    let mut bytes = Vec::new();
    write_report(content, format, view, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn of_judged((summary, diagnosis): &(Summary, Diagnosis), format: Format, view: &View<'_>) -> String {
    written(&Content { diagnosis: Some(diagnosis), ..Content::of(summary) }, format, view)
}

fn attempt<'a>(terminal: &'a str, minute: i64, code: &'a str) -> Attempt<'a> {
    Attempt {
        at: clock(9, minute, 0),
        terminal,
        merchant: "M",
        issuer: "I",
        code: Some(code),
        dialect: None,
        reversal_reason: None,
    }
}

#[test]
fn the_page_says_what_top_leaves_out_and_links_to_nothing_else() {
    let day = judged_day();
    for (top, shown) in [(None, 2), (Some(1), 1), (Some(0), 0)] {
        let page = of_judged(&day, Format::Html, &View { top, all_terminals: true, ..View::default() });
        let section = &page[page.find("<section id=\"incidents\"").unwrap()..];
        let section = &section[..section.find("</section>").unwrap()];
        assert_eq!(section.matches("<article").count(), shown);
        assert_eq!(section.contains(&format!("and {} more", 2 - shown)), shown < 2, "{section}");
        assert!(!section.contains("No cause was found"), "{section}");
        for link in page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert!(page.contains(&format!("id=\"{link}\"")), "{top:?}: {link}");
        }
    }
    let one = of_judged(&day, Format::Html, &View { top: Some(3), ..View::default() });
    assert!(one.contains("href=\"#incident-2\""));
}

#[test]
fn a_cut_list_is_not_an_empty_one() {
    let day = judged_day();
    for format in [Format::Table, Format::Markdown] {
        let view = View { top: Some(0), ..View::default() };
        let asked = View { question: Some(Question::Incidents), ..view };
        let answer = of_judged(&day, format, &asked);
        assert!(answer.contains("and 2 more") && !answer.contains("Nothing of the kind."), "{answer}");
        let whole = of_judged(&day, format, &view);
        assert!(whole.contains("and 2 more") && !whole.contains("Nothing unusual"), "{whole}");
        assert!(!whole.contains("No terminal was found"), "{whole}");
        let none = View { question: Some(Question::Timeouts), ..view };
        assert!(of_judged(&day, format, &none).contains("Nothing of the kind."));
    }
    let counts = written(&Content::of(&day.0), Format::Table, &View { top: Some(0), ..View::default() });
    assert!(counts.contains("\nand 8 more\n") && !counts.contains("No terminal to show"), "{counts}");
}

#[test]
fn names_mean_nothing_in_markdown() {
    let mut book = Book::new();
    for (minute, name) in ["@everyone", "a&lt;b", "www.evil.example", "x@evil.example"].iter().enumerate() {
        book.add(Attempt { merchant: name, ..attempt(name, minute as i64, "51") });
    }
    let mut summary = book.summary();
    summary.files[0].path = "-http://evil.example/day.log".to_owned();
    summary.files[0].state = FileState::BrokenOff("broken off".to_owned());
    summary.warnings.push("!day.log tells no currency".to_owned());
    summary.notes.push("- is a name".to_owned());
    let text = written(&Content::of(&summary), Format::Markdown, &View::default());
    for shown in [
        "| `@everyone` | `@everyone` |",
        "| a\\&lt;b | a\\&lt;b |",
        "| `www.evil.example` |",
        "| `x@evil.example` |",
        "\n- `-http://evil.example/day.log:` broken off\n",
        "\n- !day.log tells no currency\n",
        "\n- \\- is a name\n",
    ] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    let table = written(&Content::of(&summary), Format::Table, &View::default());
    assert!(
        table.contains("\n! !day.log tells no currency\n") && table.contains("\n- - is a name\n"),
        "{table}"
    );
}

#[test]
fn a_page_of_a_terminal_says_whose_it_is_and_of_when() {
    let mut summary = full_day();
    summary.files.truncate(1);
    let (content, view) = (Content::of(&summary), View::default());
    let mut pages = Vec::new();
    let begin = |_: &str| Ok::<_, io::Error>(Vec::new());
    let end = |id: &str, page: Vec<u8>| {
        pages.push((id.to_owned(), String::from_utf8(page).unwrap()));
        Ok(())
    };
    TerminalPages::new(&content, &view).write(begin, end).unwrap();
    assert_eq!(pages.len(), 3);
    for (id, page) in &pages {
        let begin = format!("# Terminal {id}\n\n2026-11-21 00:00:12 to 13:05:00 · day.log\n\n**");
        assert!(page.starts_with(&begin), "{page}");
        assert!(!page.contains("****"), "{page}");
    }
    let (_, odd) = pages.iter().find(|(id, _)| id == "29110003").unwrap();
    assert!(odd.contains("\n**unclassified**\n"), "{odd}");
}

#[test]
fn who_acts_is_told_in_the_language_of_the_table() {
    let view = View {
        question: Some(Question::Incidents),
        language: Language::Zh,
        width: Some(200),
        ..View::default()
    };
    let table = of_judged(&judged_day(), Format::Table, &view);
    let row = table.lines().find(|line| line.contains("62284801")).unwrap();
    assert!(row.split_whitespace().filter(|word| *word == "发卡行").count() >= 2, "{row}");
    assert!(!row.contains("issuer"), "{row}");
    let csv = of_judged(&judged_day(), Format::Csv, &view);
    assert!(csv.lines().nth(1).unwrap().contains(",issuer,"), "{csv}");
}

#[test]
fn reversals_that_are_no_failure_are_told_apart() {
    let mut book = Book::new();
    book.add(attempt("T", 0, "00"));
    book.add(attempt("T", 1, "51"));
    for (minute, reason) in [(2, "ZZ"), (3, "ZZ"), (4, "68")] {
        book.add(Attempt { reversal_reason: Some(reason), ..attempt("T", minute, "00") });
    }
    book.add(Attempt { dialect: Some("visa"), ..attempt("T", 5, "8Z") });
    let summary = book.summary();
    let in_words =
        |language, format| written(&Content::of(&summary), format, &View { language, ..View::default() });
    for format in [Format::Table, Format::Markdown, Format::Html] {
        let english = in_words(Language::En, format);
        assert!(english.contains("reversed 3 (2 of them no failure)"), "{english}");
        assert!(english.contains("failure) · unclassified 1"), "{english}");
        assert!(in_words(Language::Zh, format).contains("冲正 3 (其中2笔不计失败)"));
    }
    let quiet = written(&Content::of(&full_day()), Format::Table, &View::default());
    assert!(quiet.contains("reversed 2") && !quiet.contains("no failure"), "{quiet}");
}

/// Twelve attempts, seven of them without an answer from the issuer.
fn small_day() -> (Summary, Diagnosis) {
    let mut book = Book::new();
    for minute in 0..12 {
        let terminal = if minute < 8 { "T1" } else { "T2" };
        book.add(attempt(terminal, minute, if minute < 7 { "91" } else { "51" }));
    }
    let mut summary = book.summary();
    let mut verdicts = vec![judged_day().1.verdicts()[8].clone(); 2];
    for (verdict, terminal) in verdicts.iter_mut().zip(["T1", "T2"]) {
        assert_eq!(verdict.state, State::Insufficient);
        verdict.terminal = summary.names.intern(terminal);
    }
    let diagnosis = Diagnosis::new(Vec::new(), verdicts, Vec::new(), Vec::new());
    (summary, diagnosis)
}

#[test]
fn too_little_to_judge_is_not_nothing_unusual() {
    let day = small_day();
    let english = "What failed most: network · Issuer unavailable (7 of 12) → issuer";
    let chinese = "失败最多的是：网络/系统 · 发卡行不可用(12笔中的7笔) → 发卡行";
    for format in [Format::Table, Format::Markdown, Format::Html] {
        let view = View { width: Some(200), ..View::default() };
        let said = of_judged(&day, format, &view);
        assert!(said.contains(english) && !said.contains("Nothing unusual"), "{said}");
        let said = of_judged(&day, format, &View { language: Language::Zh, ..view });
        assert!(said.replace("&#x2f;", "/").contains(chinese), "{said}");
    }
    // Where one could be judged, the others are no news.
    let mut day = judged_day();
    let small =
        day.1.verdicts().iter().filter(|said| matches!(said.state, State::Insufficient | State::Normal));
    day.1 = Diagnosis::new(Vec::new(), small.cloned().collect(), Vec::new(), Vec::new());
    let ids = ["29110008", "29110009", "29110010"];
    day.0.terminals.retain(|terminal| ids.contains(&day.0.names.text(terminal.terminal)));
    assert!(of_judged(&day, Format::Table, &View::default()).contains("Nothing unusual was found"));
}
