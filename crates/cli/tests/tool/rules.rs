//! Rules of the user: files, faults with their carets, and what becomes of a report.

use crate::bench::{Bench, Ended, fixture, rows};
use posmortem::classify::Rules;
use posmortem::exchange::{Conclusion, Exchange, Names};
use posmortem::{InputSource, Observer, analyse};
use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::ops::ControlFlow;

const RULE: &str = "[[rule]]\nname = 'desk'\ncode = ['97', '8Z']\nreason = 'issuer_maintenance'\n\
                    action = 'Ring the desk.'\naction_zh = '请联系服务台。'\n";

fn json(ended: &Ended) -> Value {
    serde_json::from_str(ended.with_code(0).0).unwrap()
}

fn report(bench: &Bench, arguments: &[&str]) -> Value {
    let day = fixture("day.csv");
    json(&bench.run(&[&["report", &day, "--format", "json", "--all-terminals"], arguments].concat()))
}

#[test]
fn a_rule_changes_counts_rows_and_actions() {
    let bench = Bench::new().with("ours.toml", RULE);
    let rules = ["--rules", "ours.toml"];
    let [plain, ruled] = [report(&bench, &[]), report(&bench, &rules)];
    let number = |report: &Value, name: &str| report["totals"][name].as_u64().unwrap();
    let cause = |report: &Value, name: &str| report["totals"]["causes"][name].as_u64().unwrap();
    // 33 answers of 97, and an 8Z that no table has.
    assert_eq!(number(&ruled, "declined"), number(&plain, "declined") + 1);
    assert_eq!((number(&plain, "unclassified"), number(&ruled, "unclassified")), (1, 0));
    assert_eq!(number(&ruled, "approved"), number(&plain, "approved"));
    assert_eq!(cause(&ruled, "network"), cause(&plain, "network") + 34);
    assert_eq!(cause(&ruled, "operator"), cause(&plain, "operator") - 33);
    assert_ne!(plain["tool"]["rules_sha256"], ruled["tool"]["rules_sha256"]);

    let verdict = |arguments: &[&str]| {
        let report = report(&bench, arguments);
        let terminals = report["terminals"].as_array().unwrap();
        terminals.iter().find(|one| one["terminal_id"] == "10012308").unwrap()["verdict"].clone()
    };
    let counted = ["--rules", "ours.toml", "--no-diagnosis"];
    let told = verdict(&counted);
    assert_eq!((&told["reason"], &told["action"]), (&"issuer_maintenance".into(), &"Ring the desk.".into()));
    let told = verdict(&[&counted[..], &["--lang", "zh"]].concat());
    assert_eq!(told["action"], "请联系服务台。");
    assert_ne!(verdict(&["--no-diagnosis"])["action"], "Ring the desk.");

    let rows_of = |arguments: &[&str]| {
        let ended = bench.run(&[&["classify", &fixture("day.csv"), "--format", "tsv"], arguments].concat());
        let rows = ended.with_code(0).0.lines().map(str::to_owned);
        rows.filter(|row| row.contains("\tissuer_maintenance\t")).collect::<Vec<_>>()
    };
    assert_eq!(rows_of(&[]), [""; 0]);
    let maintained = rows_of(&rules);
    assert_eq!(maintained.len(), 34);
    assert!(maintained.iter().all(|row| row.contains("\tdeclined\tnetwork\t")), "{maintained:?}");
    assert!(maintained.iter().any(|row| row.contains("\t8Z\t")));
    let chosen = bench.run(&[&["report", &fixture("day.csv"), "--cause", "network"], &rules[..]].concat());
    assert!(chosen.with_code(0).0.contains("10012308"));
}

#[test]
fn why_and_table_tell_the_rules_action() {
    let rule = "[[rule]]\nname = 'form'\ndialect = 'unionpay-pos'\ncode = '97'\n\
                reason = 'terminal_not_registered'\naction = 'Send form T-4.'\n";
    let bench = Bench::new().with("ours.toml", rule);
    let day = fixture("day.csv");
    let run = |arguments: &[&str]| {
        bench
            .run(&[&["report", &day, "--terminal", "10012308"], arguments].concat())
            .with_code(0)
            .0
            .to_owned()
    };
    let rules = ["--rules", "ours.toml"];
    for form in [&["--why"][..], &["--format", "table"], &["--format", "tsv"], &["--format", "csv"]] {
        let [plain, ruled] = [run(form), run(&[form, &rules].concat())];
        assert!(ruled.contains("Send form T-4.") && !plain.contains("T-4"), "{ruled}");
        // The rule says what the table says, but for the action.
        let action = |text: &str| text.matches("terminal_not_registered").count();
        assert_eq!(action(&plain), action(&ruled));
    }
}

#[test]
fn both_ways_of_reading_say_the_same() {
    let amount = "[[rule]]\nname = 'small'\ncurrency = 'CNY'\namount = '<3000'\nreason = 'wrong_amount'\n";
    let bench = Bench::new().with("one.toml", RULE).with("two.toml", amount);
    let day = fixture("day.csv");
    let classified = bench.run(&["classify", &day, "--rules", "two.toml", "--rules", "one.toml"]);
    let of_reason = |reason: &str| {
        let needle = format!(",{reason},");
        classified.with_code(0).0.lines().filter(|row| row.contains(&needle)).count() as u64
    };
    let report = report(&bench, &["--rules", "two.toml", "--rules", "one.toml", "--no-diagnosis"]);
    let codes = report["codes"].as_array().unwrap();
    let told = codes.iter().map(|code| code["count"].as_u64().unwrap()).sum::<u64>();
    assert!(of_reason("wrong_amount") > 5 && of_reason("issuer_maintenance") > 5);
    let causes = &report["totals"]["causes"];
    let sum = ["network", "account", "card", "key", "operator"].map(|name| causes[name].as_u64().unwrap());
    assert!(told > 0 && sum.iter().sum::<u64>() == rows(classified.with_code(0).0) as u64);
    let operator = classified.with_code(0).0.lines().filter(|row| row.contains(",operator,")).count() as u64;
    assert_eq!(sum[4], operator);
}

const ANSWERS: u32 = 80_000;

/// A day of answers, each of an attempt of its own: more than what is probed, so that most are read at a glance.
fn answers() -> String {
    let mut log = "time,link,mti,terminal_id,stan,rrn,amount,currency,response_code,dialect\n".to_owned();
    for number in 0..ANSWERS {
        let second = number * 27 / 25;
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        let (link, dialect) = [("up-north", "unionpay-pos"), ("visa-east", "visa")][(number % 2) as usize];
        let code = ["00", "97", "8Z", "51", "00", "00", "97", "05", "8Z", "00"][(number / 2 % 10) as usize];
        let (terminal, amount) = (10_012_301 + number % 40, 1_000 + number % 5_000);
        writeln!(
            log,
            "2026-11-21T{hour:02}:{minute:02}:{second:02},{link},0210,{terminal},{:06},{:012},{amount},CNY,{code},{dialect}",
            number + 1,
            700_000_000_000_u64 + u64::from(number)
        )
        .unwrap();
    }
    log
}

/// Counts the exchanges that are made, and not counted at a glance.
struct Made(u64);

impl Observer for Made {
    fn exchange(&mut self, _: &Exchange, _: &Conclusion, _: &Names) -> ControlFlow<()> {
        self.0 += 1;
        ControlFlow::Continue(())
    }
}

/// `classify` makes every exchange, and `report` counts most of these without.
#[test]
fn rules_decide_of_what_is_read_at_a_glance() {
    let text = fs::read_to_string(fixture("rules.toml")).unwrap();
    let tables =
        text.split_inclusive("\n\n").filter(|table| !table.contains("amount") && !table.contains("[[test]]"));
    let rules: String = tables.collect();
    let bench = Bench::new().with("ours.toml", &rules).with("day.csv", answers());

    let settings = posmortem::Settings {
        tells_exchanges: false,
        rules: Some(Rules::read(&[&rules]).unwrap().into()),
        ..posmortem::Settings::default()
    };
    let mut made = Made(0);
    let run = analyse(&[InputSource::Path(bench.path("day.csv"))], &settings, &mut made);
    assert!(
        run.selected == u64::from(ANSWERS) && made.0 * 2 < run.selected,
        "{} of {} were made",
        made.0,
        run.selected
    );

    let ended = bench.run(&["classify", "day.csv", "--rules", "ours.toml"]);
    let classified = ended.with_code(0).0;
    let of = |name: &str| {
        let needle = format!(",{name},");
        classified.lines().skip(1).filter(|row| row.contains(&needle)).count() as u64
    };
    let reports = [&["--no-diagnosis"][..], &[]].map(|more| {
        let arguments = ["report", "day.csv", "--rules", "ours.toml", "--format", "json", "--all-terminals"];
        json(&bench.run(&[&arguments[..], more].concat()))
    });
    for report in &reports {
        let totals = &report["totals"];
        for cause in ["network", "account", "card", "key", "operator"] {
            assert_eq!(totals["causes"][cause], of(cause), "{cause}");
        }
        for outcome in ["declined", "unclassified"] {
            assert_eq!(totals[outcome], of(outcome), "{outcome}");
        }
    }
    // Rules take 8Z of one link; that of the other, and its 97, are in no table.
    assert_eq!((of("issuer_maintenance"), of("unclassified")), (8_000, 16_000));
}

#[test]
fn texts_that_reports_cannot_show_are_refused_and_not_repeated() {
    let card = "4111111111111111";
    for (key, value) in [
        ("name = 'a'", format!("name = '{card}'")),
        ("link = 'l'", format!("link = ['l', '{card}']")),
        ("action = 'b'", format!("action = 'Ring {card}.'")),
        ("action = 'b'", "action = 'Ring \u{202e}them.'".to_owned()),
        ("action_zh = 'c'", format!("action_zh = '{card}'")),
    ] {
        let rule = "[[rule]]\nname = 'a'\nlink = 'l'\nreason = 'hsm_fault'\naction = 'b'\naction_zh = 'c'\n";
        let line = 1 + rule.lines().position(|line| line == key).unwrap();
        let bench = Bench::new().with("ours.toml", rule.replace(key, &value));
        for arguments in [&["rules", "list", "ours.toml"][..], &["report", "x", "--rules", "ours.toml"]] {
            let ended = bench.run(arguments);
            let (stdout, lines) = ended.with_code(2);
            let place = format!("posmortem: ours.toml:{line}:");
            assert!(lines[0].starts_with(&place) && lines[0].contains("reports could not show"), "{lines:?}");
            assert!(stdout.is_empty() && !ended.stderr.contains(card) && !ended.stderr.contains('\u{202e}'));
        }
    }
}

#[test]
fn an_action_is_a_text_in_markdown() {
    let rule = RULE
        .replace("Ring the desk.", "Ring *the* <b>desk</b> [now](x).")
        .replace("issuer_maintenance", "terminal_not_registered");
    let bench = Bench::new().with("ours.toml", rule);
    bench.run(&["report", &fixture("day.csv"), "--rules", "ours.toml", "-o", "day.md"]).with_code(0);
    let told = "Ring \\*the\\* \\<b\\>desk\\</b\\> \\[now";
    let page = bench.read("day.md");
    assert!(page.contains(told), "{page}");
    let asked = ["report", &fixture("day.csv"), "--rules", "ours.toml", "--per-terminal", "pages"];
    bench.run(&asked).with_code(0);
    let pages = fs::read_dir(bench.path("pages")).unwrap();
    let pages = pages.map(|page| fs::read_to_string(page.unwrap().path()).unwrap());
    assert_eq!(pages.filter(|page| page.contains(told)).count(), 1);
}

#[test]
fn a_file_without_rules_is_told() {
    let bench = Bench::new().with("empty.toml", "# none yet\n");
    let day = fixture("day.csv");
    for command in [&["report", &day][..], &["classify", &day], &["compare", &day, &day]] {
        let ended = bench.run(&[command, &["--rules", "empty.toml"]].concat());
        let lines = ended.with_code(0).1;
        let told = lines.iter().filter(|line| line.contains("no rule stands in empty.toml")).count();
        assert_eq!(told, 1, "{lines:?}");
    }
}

#[test]
fn a_fault_of_a_long_line_is_shown_with_what_stands_around_it() {
    let rules: Vec<_> = (0..2_000)
        .map(|number| format!("{{ name = '{number}', code = '51', reason = 'hsm_fault' }}"))
        .collect();
    let text = format!("rule = [{}]\n", rules.join(", ").replacen("'1000', code", "'1000', kode", 1));
    let ended = Bench::new().with("ours.toml", text).run(&["rules", "check", "ours.toml"]);
    let lines = ended.with_code(2).1;
    assert!(lines.iter().all(|line| line.len() < 250), "{lines:?}");
    let [.., excerpt, carets] = &lines[..] else { panic!("{lines:?}") };
    let caret = carets.find('^').unwrap();
    assert_eq!(&excerpt[caret..caret + 4], "kode");
}

#[test]
fn faults_are_told_with_a_caret_and_end_any_run_before_its_work() {
    let wrong = "[[rule]]\nname = 'a'\ndialekt = 'visa'\ncode = '51'\nreason = 'amount_limt'\n";
    let bench = Bench::new().with("wrong.toml", wrong);
    let told = "posmortem: wrong.toml:3:1: `dialekt` is no key of a rule; did you mean `dialect`?\n\
                posmortem:   dialekt = 'visa'\nposmortem:   ^^^^^^^\n\
                posmortem: wrong.toml:5:10: `amount_limt` is no reason; did you mean `amount_limit`?\n\
                posmortem:   reason = 'amount_limt'\nposmortem:            ^^^^^^^^^^^^^\n";
    let day = fixture("day.csv");
    for arguments in [
        &["rules", "check", "wrong.toml"][..],
        &["rules", "list", "wrong.toml"],
        &["report", &day, "--rules", "wrong.toml", "-o", "out.json"],
        &["classify", &day, "--rules", "wrong.toml", "-o", "out.csv"],
        &["compare", &day, &day, "--rules", "wrong.toml", "-o", "out.csv"],
    ] {
        let ended = bench.run(arguments);
        assert_eq!((ended.code, &*ended.stdout, &*ended.stderr), (Some(2), "", told), "{arguments:?}");
    }
    assert_eq!(bench.names(), ["wrong.toml"]);
    bench.run(&["rules", "check", "no.toml"]).says_only(2, "the rules no.toml cannot be read: ");
    bench
        .run(&["report", &day, "--rules", &day])
        .says_only(2, "is no file of rules: its name must end in .toml");
    bench.run(&["rules", "check"]).says_only(2, "no rules to check: name files, or state `rules`");
}

#[test]
fn tests_beside_rules_are_run_by_check_alone() {
    let tested =
        format!("{RULE}\n[[test]]\ncode = '8Z'\nrule = 'desk'\n\n[[test]]\ncode = '97'\nrule = 'none'\n");
    let bench =
        Bench::new().with("ours.toml", &tested).with("right.toml", tested.replace("'none'", "'desk'"));
    let ended = bench.run(&["rules", "check", "ours.toml"]);
    let told = "posmortem: ours.toml:14:8: expected the rule `none`, found `desk`\n\
                posmortem:   rule = 'none'\nposmortem:          ^^^^^^\n";
    assert_eq!((ended.code, &*ended.stdout, &*ended.stderr), (Some(2), "", told));
    let ended = bench.run(&["rules", "check", "right.toml"]);
    assert_eq!(ended.with_code(0), ("1 rule, 2 tests passed\n", Vec::new()));
    bench.run(&["report", &fixture("day.csv"), "--rules", "ours.toml"]).with_code(0);
}

#[test]
fn a_comparison_is_of_days_judged_by_rules() {
    let bench = Bench::new().with("ours.toml", RULE);
    let day = fs::read_to_string(fixture("day.csv")).unwrap();
    let bench = bench.with("old.csv", day.replace("2026-11-21", "2026-11-20"));
    let compare = |arguments: &[&str]| {
        let ended = bench.run(&[&["compare", "old.csv", &fixture("day.csv")], arguments].concat());
        ended.with_code(0).0.to_owned()
    };
    let (plain, ruled) = (compare(&[]), compare(&["--rules", "ours.toml"]));
    // Maintenance of an issuer is no terminal's own fault.
    assert!(plain.contains("\t10012308\t") && plain.contains("terminal_not_registered"), "{plain}");
    assert!(!ruled.contains("10012308") && ruled.contains("\t10012307\t"), "{ruled}");
}

#[test]
fn hidden_rules_are_worth_a_warning() {
    let later = "[[rule]]\nname = 'late'\ncode = '97'\nlink = 'up-north'\nreason = 'switch_fault'\n";
    let bench = Bench::new().with("ours.toml", RULE).with("more.toml", later);
    let (files, told) =
        (["ours.toml", "more.toml"], "more.toml:1: `late` never applies: `desk` takes all of its");
    let ended = bench.run(&[&["rules", "check"], &files[..]].concat());
    let (stdout, lines) = ended.with_code(0);
    assert_eq!(stdout, "2 rules, 0 tests passed\n");
    assert!(lines.len() == 1 && lines[0].contains(told), "{lines:?}");
    let listed = bench.run(&[&["rules", "list"], &files[..]].concat());
    let expected = "rule\tconditions\tcause\treason\taction\tplace\thidden_by\n\
                    desk\tcode=97,8Z\tnetwork\tissuer_maintenance\tRing the desk.\tours.toml:1\t\n\
                    late\tcode=97 link=\"up-north\"\tnetwork\tswitch_fault\t\tmore.toml:1\tdesk\n";
    assert_eq!(listed.with_code(0).0, expected);
}

#[test]
fn a_configuration_states_rules_beside_itself() {
    let other = RULE.replace("'desk'", "'other'").replace("8Z", "61");
    let bench = Bench::new().with("etc/site.toml", "rules = ['rules/a.toml', 'rules/b.toml']\n");
    let bench = bench.with("etc/rules/a.toml", RULE).with("etc/rules/b.toml", other.replace("97", "98"));
    let bench = bench.with("one.toml", "rules = 'etc/rules/a.toml'\n").with("none.toml", "rules = []\n");
    let list = |config: &str| {
        let ended = bench.run(&["rules", "list", "--config", config]);
        ended.stdout.lines().skip(1).map(|row| row.split('\t').nth(5).unwrap().to_owned()).collect::<Vec<_>>()
    };
    let beside = ["etc/rules/a.toml:1", "etc/rules/b.toml:1"];
    assert_eq!(list("etc/site.toml"), beside);
    assert_eq!(list("one.toml"), [beside[0]]);
    bench.run(&["rules", "list", "--config", "none.toml"]).with_code(0);
    let shown = bench.run(&["config", "show", "--config", "etc/site.toml"]).stdout;
    let files = "[\"etc/rules/a.toml\", \"etc/rules/b.toml\"]";
    let line = shown.lines().find_map(|line| line.strip_prefix("rules ")).unwrap().trim_start();
    assert!(line.starts_with(files) && line.ends_with("etc/site.toml:1"), "{line}");
    // A flag goes before it, and is shown as it is.
    let shown = bench.run(&["config", "show", "--config", "etc/site.toml", "--rules", "x.toml"]).stdout;
    let line = shown.lines().find(|line| line.starts_with("rules ")).unwrap().to_owned();
    assert_eq!(line.split_whitespace().collect::<Vec<_>>(), ["rules", "x.toml", "--rules"]);
    let sha = |arguments: &[&str]| report(&bench, arguments)["tool"]["rules_sha256"].clone();
    assert_eq!(sha(&["--config", "one.toml"]), sha(&["--rules", "etc/rules/a.toml"]));
    assert_eq!(sha(&["--config", "none.toml"]), sha(&[]));
    let bench = bench.with("bad.toml", "rules = [5, [1]]\n");
    bench.run(&["report", "x", "--config", "bad.toml"]).says_only(2, "bad.toml:1: rules: a text or a number");
}

#[cfg(feature = "tables")]
#[test]
fn tables_are_read_by_the_rules_that_they_were_saved_by() {
    let bench = Bench::new().with("ours.toml", RULE).with("other.toml", RULE.replace("8Z", "61"));
    let (day, ours) = (fixture("day.csv"), ["--rules", "ours.toml"]);
    let saved = bench.run(&[&["report", &day, "--save", "tables"], &ours[..]].concat());
    let files = fs::read_dir(bench.path("tables")).unwrap().map(|entry| entry.unwrap().path());
    let is_table = |path: &std::path::PathBuf| path.extension().is_some_and(|end| end == "parquet");
    let table = files.into_iter().find(is_table).unwrap().display().to_string();
    let table = table.as_str();
    assert_eq!(bench.run(&[&["report", table], &ours[..]].concat()).with_code(0).0, saved.with_code(0).0);
    bench
        .run(&["report", table])
        .says_only(2, "was saved by rules, and none are in force: name those of then");
    bench
        .run(&["classify", table, "--rules", "other.toml"])
        .says_only(2, "was saved by other rules than those");
    // Other days are judged by the rules of today, whatever was in force then.
    let ended = bench.run(&["report", &day, "--history", "tables"]);
    let lines = ended.with_code(0).1;
    assert!(!lines.iter().any(|line| line.contains("left out")), "{lines:?}");
}
