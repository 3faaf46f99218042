//! Rules and their faults, from their texts.

use super::*;
use crate::{Dialect, Language};
use posmortem_iso8583::{Amount, Currency, EntryMode, Mti, ResponseCode};

fn read(text: &str) -> Rules {
    Rules::read(&[text]).unwrap()
}

/// An answer of the north link.
fn answered(code: &str) -> Answered<'static> {
    Answered {
        dialect: Dialect::ISO1987,
        code: ResponseCode::parse(code.as_bytes()).unwrap(),
        mti: Mti::parse(b"0210"),
        entry_mode: EntryMode::Chip,
        link: "up-north",
        amount: Some(Amount { minor: 5000, currency: Currency::parse(b"CNY").unwrap() }),
    }
}

fn meaning(rules: &Rules, answered: &Answered<'_>) -> Meaning {
    let Answered { mti, entry_mode, .. } = *answered;
    let circumstances = Circumstances { mti, entry_mode, ..Circumstances::default() };
    rules.meaning(CodeTables::built_in(), &circumstances, answered)
}

fn reason(rules: &Rules, answered: &Answered<'_>) -> Option<&'static str> {
    meaning(rules, answered).reason().map(Reason::name)
}

const ALL: &str = "[[rule]]\nname = 'all'\ndialect = ['visa', 'iso1987']\ncode = ['61', '05']\nmti = '02xx'\n\
                   entry_mode = 'chip'\nlink = 'up-north'\ncurrency = 'CNY'\namount = '>=5000'\n\
                   reason = 'over_terminal_limit'\n";

#[test]
fn every_condition_must_hold() {
    let rules = read(ALL);
    assert_eq!(reason(&rules, &answered("05")), Some("over_terminal_limit"));
    let usual = answered("05");
    let amount = usual.amount.unwrap();
    for other in [
        answered("51"),
        Answered { dialect: Dialect::from_name("unionpay-pos").unwrap(), ..usual },
        Answered { mti: Mti::parse(b"0110"), ..usual },
        Answered { mti: None, ..usual },
        Answered { entry_mode: EntryMode::Stripe, ..usual },
        Answered { link: "up-south", ..usual },
        Answered { amount: None, ..usual },
        Answered { amount: Some(Amount { minor: 4999, ..amount }), ..usual },
        Answered { amount: Some(Amount { currency: Currency::UNKNOWN, ..amount }), ..usual },
    ] {
        assert_eq!(meaning(&rules, &other), meaning(&Rules::default(), &other), "{other:?}");
        assert_ne!(reason(&rules, &other), Some("over_terminal_limit"), "{other:?}");
    }
    let shown = "dialect=visa,iso1987 code=61,05 mti=02xx entry_mode=chip link=\"up-north\" currency=156 amount=>=5000";
    assert_eq!(rules.rules()[0].conditions(), shown);
    assert!(rules.ask_for_amounts());
    assert!(!read(&ALL.replace("amount = '>=5000'\n", "")).ask_for_amounts());
}

#[test]
fn approvals_stay_and_unlisted_codes_become_declines() {
    let rules = read("[[rule]]\nname = 'north'\nlink = 'up-north'\nreason = 'agreement_or_policy'\n");
    let table = |code: &str| meaning(&Rules::default(), &answered(code));
    for code in ["00", "10", "Y1"] {
        assert!(table(code).is_approved(), "{code}");
        assert_eq!(meaning(&rules, &answered(code)), table(code), "{code}");
    }
    // Kept free by the standard, listed nowhere, and declines.
    assert_eq!(table("8Z").reason().or(table("MAC01").reason()), None);
    for code in ["8Z", "MAC01", "51", "55"] {
        assert_eq!(reason(&rules, &answered(code)), Some("agreement_or_policy"), "{code}");
    }
}

#[test]
fn codes_are_those_of_the_log_and_of_the_table() {
    let rules = read("[[rule]]\nname = 'n7'\ncode = ['N7', '5']\nreason = 'issuer_refused'\n");
    for code in ["N7", "0N7", "05", "5"] {
        let rule = rules.decide(CodeTables::built_in(), &Circumstances::default(), &answered(code)).1;
        assert_eq!(rule.map(Rule::name), Some("n7"), "{code}");
    }
}

#[test]
fn the_first_rule_that_applies_decides() {
    let text = |name: &str, code: &str, reason: &str| {
        format!("[[rule]]\nname = '{name}'\ncode = {code}\nreason = '{reason}'\n")
    };
    let narrow = text("narrow", "'05'", "suspected_fraud");
    let wide = text("wide", "['05', '51']", "issuer_refused");
    let [of_narrow, of_wide] =
        [narrow.clone() + &wide, wide.clone() + &narrow].map(|text| reason(&read(&text), &answered("05")));
    assert_eq!([of_narrow, of_wide], [Some("suspected_fraud"), Some("issuer_refused")]);
    // Files count in their order, and rules know theirs.
    let rules = Rules::read(&[&wide, &format!("\n{narrow}")]).unwrap();
    assert_eq!(reason(&rules, &answered("05")), Some("issuer_refused"));
    assert_eq!(rules.rules().iter().map(Rule::place).collect::<Vec<_>>(), [(0, 1), (1, 2)]);
}

#[test]
fn a_rule_behind_one_that_takes_all_of_its_attempts_is_hidden() {
    let hidden = |first: &str, second: &str| {
        let rule = |name: &str, asked: &str| {
            format!("[[rule]]\nname = '{name}'\nreason = 'wrong_amount'\n{asked}\n")
        };
        let rules = read(&(rule("first", first) + &rule("second", second)));
        let names = rules.hidden().iter().map(|(rule, by)| (rule.name(), by.name())).collect::<Vec<_>>();
        assert!(names.is_empty() || names == [("second", "first")]);
        !names.is_empty()
    };
    let ranges = ["currency = 'CNY'\namount = '>=100'", "currency = 'CNY'\namount = '>=200, <300'"];
    for (first, second) in [
        ("code = '51'", "code = '51'"),
        ("code = ['51', '05']", "code = '05'\nlink = 'a'"),
        ("mti = 'x2xx'", "mti = '0210'\ndialect = 'visa'"),
        ("mti = '0200'", "mti = '0211'"),
        ("entry_mode = ['chip', 'stripe']", "entry_mode = 'stripe'"),
        ("currency = 'CNY'", ranges[0]),
        (ranges[0], ranges[1]),
    ] {
        assert!(hidden(first, second), "{first} {second}");
    }
    for (first, second) in [
        ("code = '51'", "code = ['51', '05']"),
        ("code = '51'", "link = 'a'"),
        ("mti = '0210'", "mti = 'x2xx'"),
        ("link = 'a'", "link = 'b'"),
        (ranges[1], ranges[0]),
        ("currency = 'CNY'", "code = '51'"),
        ("currency = 'CNY'", "currency = 'USD'"),
        ("code = '51'\nmti = '0200'", "code = '51'"),
    ] {
        assert!(!hidden(first, second), "{first} {second}");
    }
}

/// Thousands of rules are checked by looking at few pairs of them.
#[test]
fn the_first_rule_that_hides_is_found_among_many() {
    let rule = |number: usize, asked: &str| {
        format!("[[rule]]\nname = '{number}'\nreason = 'wrong_amount'\n{asked}\n")
    };
    let mut text: String =
        (0..3_000).map(|number| rule(number, &format!("code = 'A{number}'\nlink = 'a'"))).collect();
    text += &rule(3_000, "link = 'a'\nentry_mode = 'chip'");
    text += &rule(3_001, "code = ['A7', 'A2999']\nlink = 'b'");
    // By one about its codes and more, by one about no code, by one of its own code.
    text += &rule(3_002, "code = 'A2999'\nlink = 'b'\nmti = '0200'");
    text += &rule(3_003, "code = 'A9'\nlink = 'a'\nentry_mode = 'chip'\nmti = '0200'");
    text += &rule(3_004, "code = 'XX'\nlink = 'a'\nentry_mode = 'chip'");
    text += &rule(3_005, "code = ['A2999', 'A1']\nlink = 'b'");
    let rules = read(&text);
    let hidden: Vec<_> = rules.hidden().iter().map(|(rule, by)| (rule.name(), by.name())).collect();
    assert_eq!(hidden, [("3002", "3001"), ("3003", "9"), ("3004", "3000")]);
    assert_eq!(rules.rules().iter().map(|rule| rule.place().1).max(), Some(text.lines().count() - 4));
}

/// A fault holds no list of its own of all that could have been meant.
#[test]
fn tests_that_name_no_rule_share_what_they_could_have_named() {
    let rule = "[[rule]]\nname = 'a'\ncode = '51'\nreason = 'wrong_amount'\n";
    let text = rule.to_owned() + &"[[test]]\ncode = '51'\nrule = 'b'\n".repeat(2);
    let faults = Rules::read(&[&text]).unwrap_err();
    let [WrongRule::Unknown { known, .. }, WrongRule::Unknown { known: other, .. }] =
        [&faults[0].what, &faults[1].what]
    else {
        panic!("{faults:?}")
    };
    assert!(std::sync::Arc::ptr_eq(known, other) && known[..] == ["a".to_owned()]);
}

#[test]
fn a_rule_that_asks_for_nothing_tells_its_action_alone() {
    let told = "[[rule]]\nname = 'keys'\nreason = 'pin_key_out_of_sync'\naction = 'Call the vault.'\n";
    let rules = read(&format!("{told}[[rule]]\nname = 'b'\ncode = '05'\nreason = 'wrong_amount'\n"));
    assert_eq!(reason(&rules, &answered("05")), Some("wrong_amount"));
    assert_eq!(meaning(&rules, &answered("51")), meaning(&Rules::default(), &answered("51")));
    assert!(rules.hidden().is_empty());
    assert_eq!(read(told).decisions_sha256(), None);
    let keys = Reason::from_name("pin_key_out_of_sync").unwrap();
    assert_eq!(rules.actions().of(keys, Language::En), "Call the vault.");
}

#[test]
fn a_reason_has_one_action() {
    let rule = |name: &str, rest: &str| {
        format!("[[rule]]\nname = '{name}'\ncode = '51'\nreason = 'wrong_amount'\n{rest}\n")
    };
    let one = rule("one", "action = 'Call us.'\naction_zh = '请致电。'");
    let rules = read(&(one.clone() + &rule("two", "")));
    assert_eq!(rules.actions().of(Reason::from_name("wrong_amount").unwrap(), Language::Zh), "请致电。");
    let two = one.clone() + &rule("two", "action = 'Do not.'");
    let (blamed, why) = fault(&two);
    assert_eq!(blamed, "'Do not.'");
    assert_eq!(why, "the rule `one` has another action for `wrong_amount`: one reason has one action");
}

/// The bytes that are to blame, and why.
#[track_caller]
fn fault(text: &str) -> (String, String) {
    let faults = Rules::read(&[text]).unwrap_err();
    let [fault] = &faults[..] else { panic!("{faults:?}") };
    (text[fault.span.clone()].to_owned(), fault.to_string())
}

#[test]
fn faults_are_told_with_what_is_to_blame() {
    let rule = |line: &str| format!("[[rule]]\nname = 'a'\ncode = '51'\nreason = 'wrong_amount'\n{line}\n");
    let test = |line: &str| format!("{}[[test]]\ncode = '51'\n{line}\n", rule(""));
    let without = |key: &str| {
        let rule = rule("");
        rule.lines().filter(|line| !line.starts_with(key)).map(|line| format!("{line}\n")).collect::<String>()
    };
    for (text, blamed, why) in [
        (rule("dialekt = 'visa'"), "dialekt", "`dialekt` is no key of a rule"),
        (rule("dialect = ['visa', 'vise']"), "'vise'", "`vise` is no dialect"),
        (rule("entry_mode = 'nfc'"), "'nfc'", "`nfc` is no entry mode"),
        (rule("mti = '02'"), "'02'", "`02` is no pattern of message types: write 0200 or x2xx"),
        (rule("mti = '08xx'"), "'08xx'", "`08xx` is no type of an attempt"),
        (rule("link = []"), "[]", "a text or a list of texts is wanted here, not an empty list"),
        (rule("link = 5"), "5", "a text or a list of texts is wanted here, not integer"),
        (
            rule("amount = '>=5'"),
            "'>=5'",
            "an amount is in minor units of a currency: say which by `currency`",
        ),
        (rule("currency = 'CNY'\namount = '5'"), "'5'", "`5` is no range of amounts: write comparisons"),
        (rule("currency = 'YUAN'"), "'YUAN'", "`YUAN` is no currency: write a code of ISO 4217"),
        (rule("cause = 'key'"), "'key'", "`wrong_amount` is a reason of `operator`, not of `key`"),
        (rule("cause = 'keys'"), "'keys'", "`keys` is no cause"),
        (rule("action = ''"), "''", "`` is no line of text"),
        (
            rule("action = 'Call 4111 1111 1111 1111.'"),
            "'Call",
            "reports could not show this text as it stands: ",
        ),
        (rule("action = 'a'\naction_zh = '4111111111111111'"), "'4111", "reports could not show this text"),
        (rule("action = 'Call \u{202e}su.'"), "'Call", "reports could not show this text"),
        (rule("link = ['a', '4111111111111111']"), "'4111", "reports could not show this text"),
        (rule("").replace("'a'", "'4111111111111111'"), "'4111", "reports could not show this text"),
        (
            rule("action_zh = '请致电。'"),
            "'请致电。'",
            "`action_zh` stands beside an `action`, which is missing",
        ),
        (without("reason"), "[[rule]]", "a rule needs its `reason`"),
        (
            without("reason") + "cause = 'card'",
            "'card'",
            "a cause does not tell what to do: say a `reason` of `card`, one of chip_damaged, ",
        ),
        (
            without("reason") + "reason = 'card'",
            "'card'",
            "`card` is a cause; its reasons are chip_damaged, ",
        ),
        (without("reason") + "reason = 'wrong'", "'wrong'", "`wrong` is no reason"),
        (without("name"), "[[rule]]", "a rule needs its `name`"),
        (without("code"), "[[rule]]", "without a condition this rule takes no attempt"),
        (without("code") + "code = '5-1'", "'5-1'", "`5-1` is no response code"),
        (rule("") + &rule(""), "'a'", "a second rule of the name `a`"),
        (test("rule = 'b'"), "'b'", "`b` is no rule of these files"),
        (test("cause = 'b'"), "'b'", "`b` is no cause"),
        (test(""), "[[test]]", "a test says what it expects"),
        (test("rule = 'a'\nkind = 'sale'"), "kind", "`kind` is no key of a test"),
        (test("rule = 'a'\nmti = '02xx'"), "'02xx'", "`02xx` is no message type"),
        (test("rule = 'a'\nmti = '0420'"), "'0420'", "`0420` is no type of an attempt"),
        (test("rule = 'a'\namount = -5"), "-5", "an amount in minor units is wanted here, not integer"),
        (test("rule = 'a'\ncurrency = 'CNY'"), "'CNY'", "a log tells a currency with an amount"),
        ("[[rules]]\n".to_owned(), "rules", "`rules` is no table of a rules file"),
        ("rule = 5\n".to_owned(), "5", "`[[rule]]` is wanted here, not integer"),
        ("[[rule]\n".to_owned(), "", "unclosed"),
    ] {
        let (at, told) = fault(&text);
        assert!(at.starts_with(blamed), "{at} in {text}");
        assert!(told.starts_with(why), "{told}");
    }
}

#[test]
fn all_faults_of_all_files_are_told() {
    let wrong =
        "[[rule]]\nname = 'a'\ncode = '51'\nmti = '1'\nreason = 'x'\n[[test]]\ncode = '51'\nrule = 'a'\n";
    let faults = Rules::read(&[wrong, "[[rule]]\n"]).unwrap_err();
    let places: Vec<_> = faults.iter().map(|fault| (fault.file, fault.span.start)).collect();
    assert_eq!(faults.len(), 4, "{faults:?}");
    assert!(places.is_sorted() && places[1].0 == 0 && places[2].0 == 1, "{faults:?}");
}

#[test]
fn tests_are_run() {
    let rule = "[[rule]]\nname = 'a'\ncode = '8Z'\nreason = 'issuer_maintenance'\n";
    let fails = |test: &str| {
        let text = format!("{rule}[[test]]\n{test}\n");
        let rules = read(&text);
        assert_eq!(rules.tests(), 1);
        let failures = rules.failures(CodeTables::built_in());
        failures
            .iter()
            .map(|fault| (text[fault.span.clone()].to_owned(), fault.to_string()))
            .collect::<Vec<_>>()
    };
    for passes in [
        "code = '8z'\nrule = 'a'\nreason = 'issuer_maintenance'\ncause = 'network'",
        "code = '8Z'\ndialect = 'unionpay-pos'\nmti = '0210'\nlink = 'x'\namount = 100\nrule = 'a'",
        "code = '00'\nrule = 'none'\nreason = 'none'\ncause = 'none'",
        "code = '95'\ndialect = 'iso1987'\nreason = 'settlement_mismatch'",
        "code = '95'\ndialect = 'iso1987'\nmti = '0210'\nreason = 'none'",
        "code = '45'\ndialect = 'unionpay-pos'\nmti = '0210'\nentry_mode = 'fallback'\nreason = 'fallback_refused'",
        "code = '51'\nrule = 'none'\nreason = 'insufficient_funds'\ncause = 'account'",
    ] {
        assert_eq!(fails(passes), [], "{passes}");
    }
    for (test, blamed, told) in [
        ("code = '51'\nrule = 'a'", "'a'", "expected the rule `a`, found `none`"),
        ("code = '8Z'\nrule = 'none'", "'none'", "expected the rule `none`, found `a`"),
        ("code = '8Z'\ncause = 'key'", "'key'", "expected the cause `key`, found `network`"),
        ("code = '51'\nreason = 'none'", "'none'", "expected the reason `none`, found `insufficient_funds`"),
    ] {
        assert_eq!(fails(test), [(blamed.to_owned(), told.to_owned())]);
    }
    let test = "[[test]]\ncode = '00'\nrule = 'none'\n";
    assert_eq!([rule.to_owned(), format!("{rule}{test}{test}")].map(|text| read(&text).tests()), [0, 2]);
}

#[test]
fn the_digest_is_of_what_rules_do() {
    let usual = read(ALL).sha256();
    assert_eq!(usual.len(), 64);
    let same = format!("# Ours.\n{}[[test]]\ncode = '05'\nrule = 'other'\n", ALL.replace("'all'", "'other'"));
    assert_eq!(read(&same).sha256(), usual);
    // Nor is it of how lists and message types are written.
    for (old, new) in [
        ("'61', '05'", "'05', '61'"),
        ("'61', '05'", "'5', '61', '05'"),
        ("'visa', 'iso1987'", "'iso1987', 'visa'"),
    ] {
        let spelled = read(&ALL.replace(old, new));
        assert_eq!(
            (spelled.sha256(), spelled.decisions_sha256()),
            (usual.clone(), read(ALL).decisions_sha256())
        );
    }
    let of_mti = |mti: &str| read(&ALL.replace("'02xx'", mti)).decisions_sha256();
    assert_eq!(of_mti("['0210', '0100']"), of_mti("['0100', '0200', '0211']"));
    assert_ne!(of_mti("'0200'"), of_mti("'0100'"));
    let mut others = vec![usual];
    for (old, new) in [
        ("'chip'", "'stripe'"),
        ("'61', '05'", "'05'"),
        (">=5000", ">=5001"),
        ("over_terminal_limit'", "wrong_amount'"),
        ("limit'\n", "limit'\naction = 'Call us.'\n"),
        ("limit'\n", "limit'\naction = 'Call us.'\naction_zh = '请致电。'\n"),
    ] {
        others.push(read(&ALL.replace(old, new)).sha256());
    }
    let count = others.len();
    others.sort();
    others.dedup();
    assert_eq!(others.len(), count);
    let decisions = |text: &str| read(text).decisions_sha256().unwrap();
    assert_eq!(decisions(&ALL.replace("limit'\n", "limit'\naction = 'Call us.'\n")), decisions(ALL));
    assert_ne!(decisions(&ALL.replace(">=5000", ">=5001")), decisions(ALL));
    let tables = CodeTables::built_in();
    assert_ne!(tables.sha256_with(&read(ALL)), tables.sha256());
}
