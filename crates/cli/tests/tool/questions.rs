//! Answers to the questions of a day's round, from `--ask` and from JSON.

use crate::bench::{Bench, fixture};
use serde_json::Value;

/// Those that a breakdown answers.
const COUNTED: [&str; 6] = ["timeouts", "declines", "fallback", "keys", "reversals", "hours"];

fn json(bench: &Bench, arguments: &[&str]) -> Value {
    let ended = bench.run(&[&["report"], arguments, &["--format", "json"]].concat());
    serde_json::from_str(ended.with_code(0).0).unwrap()
}

fn sum(rows: &Value, key: &str, of: impl Fn(&Value) -> bool) -> u64 {
    rows.as_array().unwrap().iter().filter(|row| of(row)).map(|row| row[key].as_u64().unwrap()).sum()
}

#[test]
fn every_format_has_the_same_rows() {
    let (bench, day) = (Bench::new(), fixture("day.csv"));
    let whole = json(&bench, &[&day]);
    for question in COUNTED.into_iter().chain(["incidents", "silent"]) {
        let ask = |format: &str| {
            bench.run(&["report", &day, "--ask", question, "--format", format]).with_code(0).0.to_owned()
        };
        let answer: Value = serde_json::from_str(&ask("json")).unwrap();
        assert_eq!((&answer["schema"], &answer["question"]), (&Value::from(1), &Value::from(question)));
        if COUNTED.contains(&question) {
            assert_eq!(answer["rows"], whole["answers"][question], "{question}");
        }
        let rows = answer["rows"].as_array().unwrap();
        assert!(!rows.is_empty() || question == "silent", "{question}");
        let lines: Vec<Value> =
            ask("ndjson").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(&lines, rows, "{question}");
        let csv = ask("csv");
        let mut records = csv::Reader::from_reader(csv.as_bytes());
        let columns = records.headers().unwrap().clone();
        let records: Vec<_> = records.records().map(Result::unwrap).collect();
        let tsv = ask("tsv");
        let mut tabs = tsv.lines().map(|line| line.split('\t').collect::<Vec<_>>());
        assert_eq!(tabs.next().unwrap(), columns.iter().collect::<Vec<_>>());
        assert_eq!(records.len(), rows.len(), "{question}");
        for ((record, row), tabs) in records.iter().zip(rows).zip(tabs) {
            assert_eq!(record.iter().collect::<Vec<_>>(), tabs, "{question}");
            let told = |value: &Value| match value {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            for (column, cell) in columns.iter().zip(record) {
                // A number of JSON loses its last zeros when it is read.
                let same = match row[column].as_f64() {
                    Some(number) => cell.parse() == Ok(number),
                    None => cell == told(&row[column]),
                };
                assert!(same, "{question} {column}: {cell} {}", row[column]);
            }
        }
        let markdown = ask("markdown");
        let lines = markdown.lines().filter(|line| line.starts_with("| ")).count();
        assert_eq!(lines, if rows.is_empty() { 0 } else { rows.len() + 2 }, "{question}");
        assert!(ask("table").lines().count() >= 3 + rows.len(), "{question}");
    }
}

#[test]
fn answers_add_up_to_the_totals() {
    let (bench, day) = (Bench::new(), fixture("day.csv"));
    for filters in
        [&[][..], &["--issuer", "62220200"], &["--terminal", "10012302", "--since", "2026-11-21T13:00"]]
    {
        let report = json(&bench, &[&[day.as_str()], filters].concat());
        let (totals, answers) = (&report["totals"], &report["answers"]);
        let attempts = totals["exchanges"].as_u64().unwrap();
        assert!(attempts > 0, "{filters:?}");
        let timed_out = totals["unanswered"].as_u64().unwrap() + totals["late"].as_u64().unwrap();
        for of in ["all", "link", "issuer"] {
            let is = |row: &Value| row["of"] == of;
            assert_eq!(sum(&answers["timeouts"], "exchanges", is), attempts, "{filters:?} {of}");
            let lost = sum(&answers["timeouts"], "unanswered", is) + sum(&answers["timeouts"], "late", is);
            assert_eq!(lost, timed_out, "{filters:?} {of}");
        }
        assert_eq!(sum(&answers["hours"], "exchanges", |_| true), attempts);
        for cause in ["network", "account", "card", "key", "operator"] {
            assert_eq!(sum(&answers["hours"], cause, |_| true), totals["causes"][cause].as_u64().unwrap());
        }
        let failed: u64 = ["business", "technical", "unclassified"]
            .iter()
            .map(|kind| sum(&answers["declines"], kind, |row| row["issuer"] != "all"))
            .sum();
        assert_eq!(failed, sum(&answers["hours"], "failed", |_| true));
        let (by_scheme, by_site) = (|row: &Value| row["site"] == "all", |row: &Value| row["site"] != "all");
        for count in ["fallback", "keyed"] {
            let fallback = &answers["fallback"];
            assert_eq!(sum(fallback, count, by_scheme), sum(fallback, count, by_site), "{filters:?}");
        }
        assert_eq!(
            sum(&answers["keys"], "key_failures", |_| true),
            totals["causes"]["key"].as_u64().unwrap()
        );
        let lost: u64 = totals["amounts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|amount| amount["approved_then_lost"].as_u64().unwrap())
            .sum();
        let is_lost = |row: &Value| row["what"] == "approval_lost";
        assert_eq!(sum(&answers["reversals"], "amount", is_lost), lost, "{filters:?}");
    }
}

#[test]
fn counts_alone_answer_what_needs_no_verdict() {
    let (bench, day) = (Bench::new(), fixture("day.csv"));
    for question in COUNTED {
        let ask = |more: &[&str]| {
            let arguments = [&["report", &day, "--ask", question, "--format", "csv"], more].concat();
            bench.run(&arguments).with_code(0).0.to_owned()
        };
        assert_eq!(ask(&["--no-diagnosis"]), ask(&[]), "{question}");
    }
    assert_eq!(json(&bench, &[&day, "--no-diagnosis"])["answers"], Value::Null);
    for question in ["incidents", "silent"] {
        let ended = bench.run(&["report", &day, "--ask", question, "--no-diagnosis"]);
        ended.says_only(2, "leave one of them out");
    }
    bench.run(&["report", &day, "--ask", "timeout"]).says_only(2, "timeouts");
    bench
        .run(&["report", &day, "--ask", "keys", "--why", "--terminal", "10012307"])
        .says_only(2, "leave one of them out");
}

#[test]
fn an_answer_is_the_same_from_tables() {
    let (bench, day) = (Bench::new(), fixture("day.csv"));
    bench.run(&["report", &day, "--save", "tables", "-o", "of-log.json"]).with_code(0);
    let ended = bench.run(&["report", "tables", "--format", "json"]);
    let (of_tables, of_log) = (ended.with_code(0).0, bench.read("of-log.json"));
    let answers = |text: &str| serde_json::from_str::<Value>(text).unwrap()["answers"].clone();
    assert!(answers(&of_log).is_object());
    assert_eq!(answers(of_tables), answers(&of_log));
}

#[test]
fn a_page_for_each_terminal_at_fault() {
    let (bench, day) = (Bench::new(), fixture("day.csv"));
    bench.run(&["report", &day, "--per-terminal", "pages"]).with_code(0);
    let listed: Vec<_> = ["10012302", "10012303", "10012304", "10012307", "10012308"].into();
    let mut names: Vec<_> = std::fs::read_dir(bench.path("pages"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, listed.iter().map(|id| format!("{id}.md")).collect::<Vec<_>>());
    let page = bench.read("pages/10012307.md");
    for told in ["MAC key out of sync", "29", "A0×29", "**key management**: Exchange the MAC key anew"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    // A run over it leaves the same, and a folder that cannot be is told of before the work.
    bench.run(&["report", &day, "--per-terminal", "pages"]).with_code(0);
    assert_eq!(bench.read("pages/10012307.md"), page);
    let bench = bench.with("a-file", "");
    bench.run(&["report", &day, "--per-terminal", "a-file"]).says_only(5, "a-file");
}

/// Sign-ons and key changes with every reply, by terminals with attempts and without; reversals of nothing; an
/// attempt of which the log names neither site nor issuer.
const SMALL_DAY: &str = "\
time,mti,stan,terminal_id,merchant_id,de70,pos_entry_mode,response_code,amount
2026-11-21T08:00:00,0800,1,0OK1,,001,,,
2026-11-21T08:00:01,0810,1,0OK1,,001,,00,
2026-11-21T08:01:00,0800,2,T2,,001,,,
2026-11-21T08:01:01,0810,2,T2,,001,,05,
2026-11-21T08:02:00,0800,3,T2,,101,,,
2026-11-21T08:02:01,0810,3,T2,,101,,05,
2026-11-21T08:03:00,0800,4,T2,,101,,,
2026-11-21T08:03:01,0810,4,T2,,101,,00,
2026-11-21T08:04:00,0800,5,0T3,,001,,,
2026-11-21T08:05:00,0800,6,0T3,,101,,,
2026-11-21T09:00:00,0200,7,T2,M2,,051,,100
2026-11-21T09:00:01,0210,7,T2,M2,,051,A0,100
2026-11-21T09:01:00,0200,8,T2,M2,,051,,100
2026-11-21T09:01:01,0210,8,T2,M2,,051,00,100
2026-11-21T09:02:00,0420,90,T2,M2,,,,100
2026-11-21T09:03:00,0420,91,T2,M2,,,,100
2026-11-21T09:04:00,0200,9,T4,M4,,051,,100
2026-11-21T09:04:01,0210,9,T4,M4,,051,A0,100
2026-11-21T09:05:00,0420,92,T4,M4,,,,100
2026-11-21T12:00:00,0200,10,T5,,,801,,100
2026-11-21T12:00:01,0210,10,T5,,,801,00,100
";

fn asked(question: &str, more: &[&str]) -> Vec<String> {
    let bench = Bench::new().with("small.csv", SMALL_DAY);
    let arguments =
        ["report", "small.csv", "--dialect", "unionpay-pos", "--format", "csv", "--ask", question];
    let ended = bench.run(&[&arguments[..], more].concat());
    ended.with_code(0).0.lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn sign_ons_and_key_changes_are_counted_by_their_reply() {
    let rows = asked("keys", &[]);
    let expected =
        ["T2,M2,1,mac_invalid,1,1,0,2,1,0", "T4,M4,1,mac_invalid,0,0,0,0,0,0", "T3,,0,,1,0,1,1,0,1"];
    assert_eq!(rows, expected);
    // Those with too few attempts, or none, are not asked about.
    assert_eq!(asked("keys", &["--min-exchanges", "2"]), expected[..1]);
}

#[test]
fn reversals_not_matched_are_those_of_the_view() {
    let all = |count: u64| format!("not_matched,all,,,,{count},");
    let (t2, t4) = ("not_matched,T2,M2,,,2,".to_owned(), "not_matched,T4,M4,,,1,".to_owned());
    assert_eq!(asked("reversals", &[]), [all(3), t2.clone(), t4]);
    for chosen in [["--terminal", "T2"], ["--min-exchanges", "2"]] {
        assert_eq!(asked("reversals", &chosen), [all(2), t2.clone()], "{chosen:?}");
    }
}

#[test]
fn what_the_log_does_not_name_is_unknown() {
    for (question, begin) in
        [("timeouts", "issuer,unknown,4,"), ("timeouts", "link,unknown,4,"), ("declines", "unknown,,4,")]
    {
        let rows = asked(question, &[]);
        assert!(rows.iter().any(|row| row.starts_with(begin)), "{rows:?}");
    }
    let rows = asked("fallback", &[]);
    assert!(rows.iter().any(|row| row.starts_with("unknown,,1,1,1.00000,")), "{rows:?}");
}

#[test]
fn the_answer_about_fallback_keeps_its_limit_on_a_narrow_screen() {
    let bench = Bench::new().with_variable("COLUMNS", "80");
    let ended = bench.run(&["report", &fixture("day.csv"), "--ask", "fallback", "--format", "table"]);
    let (table, _) = ended.with_code(0);
    let header = table.lines().find(|line| line.starts_with("site ")).unwrap();
    assert!(header.contains(" limit "), "{header}");
    let site = table.lines().find(|line| line.starts_with("102911058120023 ")).unwrap();
    assert!(site.contains("35.29 %  10.00 %  over"), "{site}");
}

#[test]
fn the_page_and_the_answer_agree_on_sites() {
    let (bench, day) = (Bench::new(), fixture("day.csv"));
    let page = bench.run(&["report", &day, "--format", "html"]).with_code(0).0.to_owned();
    let section = &page[page.find("<section id=\"fallback\"").unwrap()..];
    let section = &section[..section.find("</section>").unwrap()];
    let sites: Vec<_> =
        section.split("<bdi>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect();
    let answer = bench.run(&["report", &day, "--ask", "fallback", "--format", "csv"]);
    let rows = answer.with_code(0).0.lines().skip(1).map(|row| row.split(',').next().unwrap().to_owned());
    assert_eq!(sites, rows.filter(|site| site != "all").collect::<Vec<_>>());
}

/// Whoever cuts the list of terminals still reads whole answers.
#[test]
fn top_leaves_the_answers_of_the_document_whole() {
    let (bench, day) = (Bench::new(), fixture("day.csv"));
    assert_eq!(json(&bench, &[&day, "--top", "1"])["answers"], json(&bench, &[&day])["answers"]);
    let one = json(&bench, &[&day, "--top", "1", "--ask", "hours"]);
    assert_eq!(one["rows"].as_array().unwrap().len(), 1);
}

#[test]
fn no_page_takes_the_place_of_another_file() {
    let (bench, day) = (Bench::new().with("pages/day.md", "time,rc\n"), fixture("day.csv"));
    for more in [
        &[&day[..], "-o", "pages/10012307.md"][..],
        &[&day, "-o", "a.json", "-o", "./pages/../pages/all.md"],
        &[&day, "--rejects", "pages/rejects.md"],
        &["pages/day.md"],
        &["pages"],
    ] {
        let ended = bench.run(&[&["report", "--per-terminal", "./pages/"], more].concat());
        ended.says_only(2, "stands where --per-terminal writes the pages of terminals");
    }
    assert_eq!(
        (bench.names(), bench.read("pages/day.md")),
        (vec!["pages".to_owned()], "time,rc\n".to_owned())
    );
    // Other names and other folders do.
    let others = ["-o", "pages/all.csv", "-o", "all.md", "--rejects", "pages/rejects.tsv"];
    let ended = bench.run(&[&["report", &day, "--per-terminal", "pages"], &others[..]].concat());
    ended.with_code(0);
    assert!(bench.read("all.md").contains("10012307") && bench.read("pages/all.csv").contains("10012307"));
}

/// Of twenty thousand pages, waiting for the disk at each took nearly all the time. Whoever has no strace skips it.
#[test]
#[cfg(target_os = "linux")]
fn pages_wait_for_no_disk() {
    let bench = Bench::new();
    let mut traced = std::process::Command::new("strace");
    traced.args(["-f", "-o", "trace", "-e", "trace=fsync,fdatasync,mkdir,mkdirat,rename,renameat,renameat2"]);
    traced.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    traced.arg(env!("CARGO_BIN_EXE_posmortem"));
    traced.args(["report", &fixture("day.csv"), "--per-terminal", "pages"]).current_dir(bench.path(""));
    let Ok(ended) = traced.output() else {
        eprintln!("skipped: there is no strace here");
        return;
    };
    assert!(ended.status.success(), "{ended:?}");
    let trace = bench.read("trace");
    // A call that another thread comes between has two lines.
    let is_call = |line: &&str| !line.contains(" resumed>");
    let calls = |name: &str| trace.lines().filter(is_call).filter(|line| line.contains(name)).count();
    assert_eq!((calls("rename"), calls("mkdir"), calls("sync(")), (5, 1, 0), "{trace}");
}
