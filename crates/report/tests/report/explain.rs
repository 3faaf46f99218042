//! Explanations of codes and reasons.

use posmortem_classify::{CodeTables, Language, Reason};
use posmortem_report::{ExplainFormat, explain_code, explain_reason};
use serde::Deserialize;

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Explanation {
    code: Option<String>,
    reason: Option<String>,
    entries: Vec<Entry>,
    qualified: Vec<Qualified>,
    reasons: Vec<Remedy>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the fields are there to be read")]
struct Entry {
    dialect: String,
    code: String,
    mti: Option<String>,
    cause: String,
    reason: String,
    retry: String,
    title_en: String,
    title_zh: Option<String>,
    source: String,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the fields are there to be read")]
struct Qualified {
    dialects: String,
    code: String,
    mti: Option<String>,
    kind: Option<String>,
    entry_mode: Option<String>,
    cause: String,
    reason: String,
    why: String,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the fields are there to be read")]
struct Remedy {
    reason: String,
    cause: String,
    title_en: String,
    title_zh: String,
    owner: String,
    action_en: String,
    action_zh: String,
    merchant_en: String,
    merchant_zh: String,
}

fn code(code: &str, format: ExplainFormat, language: Language) -> Option<String> {
    let mut bytes = Vec::new();
    let found = explain_code(code, CodeTables::built_in(), format, language, &mut bytes).unwrap();
    assert_eq!(found, !bytes.is_empty());
    found.then(|| String::from_utf8(bytes).unwrap())
}

fn reason(name: &str, format: ExplainFormat, language: Language) -> String {
    let mut bytes = Vec::new();
    let reason = Reason::from_name(name).unwrap();
    explain_reason(reason, CodeTables::built_in(), format, language, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn parsed(text: &str) -> Explanation {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_code_in_every_dialect() {
    let explained = parsed(&code("79", ExplainFormat::Json, Language::En).unwrap());
    assert_eq!((explained.code.as_deref(), &explained.reason), (Some("79"), &None));
    assert!(explained.entries.is_sorted_by_key(|entry| entry.dialect.clone()));
    let mastercard: Vec<_> = explained.entries.iter().filter(|entry| entry.dialect == "mastercard").collect();
    assert_eq!(mastercard[1].mti.as_deref(), Some("0810"));
    assert_eq!((mastercard[1].cause.as_str(), mastercard[1].reason.as_str()), ("key", "key_exchange_failed"));
    let reasons: Vec<_> = explained.reasons.iter().map(|reason| reason.reason.as_str()).collect();
    assert!(reasons.contains(&"key_exchange_failed") && reasons.contains(&"already_reversed"));
    assert!(explained.reasons.iter().all(|reason| !reason.action_zh.is_empty() && !reason.owner.is_empty()));
}

#[test]
fn a_code_whose_meaning_the_message_decides() {
    let explained = parsed(&code("12", ExplainFormat::Json, Language::En).unwrap());
    let elo = explained.qualified.iter().find(|row| row.dialects == "elo").unwrap();
    assert_eq!((elo.kind.as_deref(), &elo.mti), (Some("void|refund|completion"), &None));
    assert!(code("12", ExplainFormat::Text, Language::En).unwrap().contains("\nIn some messages\n"));
}

#[test]
fn a_code_as_text() {
    assert_eq!(code("1803", ExplainFormat::Text, Language::En).unwrap(), "\
dialect  code  cause    reason                   retry  meaning
iso2003  1803  network  terminal_software_fault  soft   Extra field  ISO 8583:2003 and jPOS CMF

terminal_software_fault: Terminal software or message fault · 终端软件/报文故障
  cause       network
  owner       acquirer operations
  operations  Compare software and parameter versions, correct the field that DE44 names and roll out an update.
");
}

#[test]
fn a_code_as_text_in_chinese() {
    assert_eq!(code("e7", ExplainFormat::Text, Language::Zh).unwrap(), "\
码表           应答码  原因     细因           重试  含义
iso1987        A0-MZ   none     reserved       n/a   Reserved for national use              ISO 8583:1987
unionpay-cups  E7      account  pin_incorrect  soft  支付密码错误 · Payment password wrong  UnionPay CUPS, newer texts

pin_incorrect: 密码错误 · Wrong PIN
  原因    账户
  负责方  持卡人
  运营    同一终端多卡报错时，按PIK异常处理并令其重新签到。
");
}

#[test]
fn a_range_as_it_is_printed() {
    let explained = parsed(&code(" n0-zz ", ExplainFormat::Json, Language::En).unwrap());
    assert_eq!(explained.code.as_deref(), Some("N0-ZZ"));
    let dialects: Vec<_> = explained.entries.iter().map(|entry| entry.dialect.as_str()).collect();
    assert_eq!(dialects, ["iso1987", "postbridge"]);
    assert!(code("45-50", ExplainFormat::Text, Language::Zh).unwrap().contains("45-50"));
}

#[test]
fn what_no_table_knows_is_not_found() {
    for asked in ["", "4111111111111111", "!!", "77777", "45-51", "45-"] {
        for format in ExplainFormat::ALL {
            assert_eq!(code(asked, format, Language::En), None, "{asked}");
        }
    }
}

#[test]
fn a_reason_with_its_codes() {
    let explained = parsed(&reason("pin_incorrect", ExplainFormat::Json, Language::En));
    assert_eq!((explained.reason.as_deref(), &explained.code), (Some("pin_incorrect"), &None));
    assert_eq!(explained.reasons.len(), 1);
    assert!(explained.entries.iter().all(|entry| entry.reason == "pin_incorrect"));
    assert!(explained.entries.iter().any(|entry| entry.dialect == "iso1993" && entry.code == "117"));
}

#[test]
fn a_reason_as_text() {
    assert_eq!(
        reason("weak_signal", ExplainFormat::Text, Language::En),
        "\
weak_signal: Weak signal · 信号弱
  cause       network
  owner       carrier
  operations  Propose a wired line, an antenna or a SIM of another carrier for the site.
              建议该网点改有线、加装天线或更换运营商SIM卡。
  merchant    Take the terminal where the signal is better and try again.
              请把POS机移到信号好的地方再试。
"
    );
}

#[test]
fn every_reason_can_be_explained() {
    for name in Reason::all().map(Reason::name) {
        for language in [Language::En, Language::Zh] {
            let text = reason(name, ExplainFormat::Text, language);
            assert!(text.starts_with(&format!("{name}: ")));
            assert!(text.lines().all(|line| line.trim_end() == line), "{text}");
        }
        parsed(&reason(name, ExplainFormat::Json, Language::En));
    }
}
