//! The table as it stands on a screen. Read these as someone does who was woken up.

use crate::day;
use posmortem_classify::{CodeTables, Language, Reason};
use posmortem_exchange::{Conclusion, Counts, Exchange, Leg, Source, Summary, Tally, conclude};
use posmortem_report::{Format, View, write_summary};
use unicode_width::UnicodeWidthStr;

fn table(summary: &Summary, view: &View<'_>) -> String {
    let mut bytes = Vec::new();
    write_summary(summary, Format::Table, view, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[track_caller]
fn check(summary: &Summary, view: &View<'_>, expected: &str) {
    let table = table(summary, view);
    assert!(table == expected, "--- shown\n{table}\n--- expected\n{expected}");
}

#[test]
fn english() {
    check(
        &day::full_day(),
        &View { all_terminals: true, ..View::default() },
        "\
2026-11-21 00:00:12 to 13:05:00 · files 2
attempts 14 · approved 3 (21.4 %) · failed 11 (78.6 %) · declined 7 · unanswered 1 · reversed 2 ·
unclassified 1
network 5 · account 1 · operator 4 · unclassified 1
currency 156 · failed amount 110.83 · approved then lost 20.17
currency unknown · failed amount 0.70

terminal     attempts  failed  net acct card key oper uncl.  main cause               since  last ok
29110001            9       7    5    1    ·   ·    1     ·  network · Issuer unava…  09:14    11:02
00029110002         3       3    ·    ·    ·   ·    3     ·  operator · Terminal no…  12:30        ·
29110003            1       1    ·    ·    ·   ·    ·     1  unclassified · 8Z            ·        ·
29110004            1       ·    ·    ·    ·   ·    ·     ·  ·                            ·    13:05

Codes
dialect       code  meaning                          cause     count  issuers
iso1987       91    Issuer or switch is inoperative  network       3  62284801×2 62122612×1
unionpay-pos  97    POS terminal ID not found        operator      3  unknown×3
iso1987       51    Not sufficient funds             account       1  62284801×1
visa          8Z    Reserved for ISO use             unlisted      1  62284801×1

Actions, by number of terminals
1× network · Issuer unavailable → issuer
   Count the failures by issuer, tell the issuer or scheme and watch until it recovers.
1× operator · Terminal not registered → acquirer operations
   Register the terminal's number at the centre.

Ledger
frames 32 = paired 26 + request only 1 + duplicates 4 + rejected 1
records that are no message 7 · reversals without their original 1

Warnings
! No column holds the currency.

Notes
- night.log.gz: broken off after byte 10: the gzip stream ends in the middle of a block
- Card numbers are masked in this log: one card may count as several.
",
    );
}

#[test]
fn chinese() {
    check(
        &day::full_day(),
        &View { language: Language::Zh, ..View::default() },
        "\
2026-11-21 00:00:12 至 13:05:00 · 文件 2
交易 14 · 成功 3 (21.4 %) · 失败 11 (78.6 %) · 拒绝 7 · 无应答 1 · 冲正 2 · 未归类 1
网络/系统 5 · 账户 1 · 操作/商户设置 4 · 未归类 1
币种 156 · 失败金额 110.83 · 批准后失效 20.17
币种 未知 · 失败金额 0.70

终端         交易  失败  网络 账户 卡片 密钥 操作 未归类  主因                 占比   始于  最近成功
29110001        9     7     5    1    ·    ·    1      ·  网络 · 发卡行不可…   43 %  09:14     11:02
00029110002     3     3     ·    ·    ·    ·    3      ·  操作 · 终端未登记   100 %  12:30         ·
29110003        1     1     ·    ·    ·    ·    ·      1  未归类 · 8Z             ·      ·         ·

应答码
码表          应答码  含义                      原因    笔数  发卡行
iso1987       91      发卡行或收单银行不能操作  网络       3  62284801×2 62122612×1
unionpay-pos  97      POS 终端号找不到          操作       3  未知×3
iso1987       51      无足够的存款              账户       1  62284801×1
visa          8Z      Reserved for ISO use      未收录     1  62284801×1

处理建议(按终端数)
1× 网络/系统 · 发卡行不可用 → 发卡行
   按发卡行统计，通知发卡行或清算组织并跟踪恢复。
1× 操作/商户设置 · 终端未登记 → 收单运营
   到中心登记该终端号。

报文账
帧 32 = 已配对 26 + 仅请求 1 + 重复 4 + 无法读取 1
非报文记录 7 · 找不到原交易的冲正 1

警告
! No column holds the currency.

说明
- night.log.gz: broken off after byte 10: the gzip stream ends in the middle of a block
- Card numbers are masked in this log: one card may count as several.
",
    );
}

#[test]
fn ascii_in_80_columns() {
    check(
        &day::day().summary(),
        &View { ascii: true, width: Some(80), ..View::default() },
        "\
2026-11-21 00:00:12 to 13:05:00 | day.log
attempts 14 | approved 3 (21.4 %) | failed 11 (78.6 %) | declined 7 |
unanswered 1 | reversed 2 | unclassified 1
network 5 | account 1 | operator 4 | unclassified 1
currency 156 | failed amount 110.83 | approved then lost 20.17

terminal     attempts  failed  net acct card key oper uncl.  main cause
29110001            9       7    5    1    -   -    1     -  network: Issuer u..
00029110002         3       3    -    -    -   -    3     -  operator: Termina..
29110003            1       1    -    -    -   -    -     1  unclassified: 8Z

Codes
dialect       code  meaning               cause     count  issuers
iso1987       91    Issuer or switch i..  network       3  62284801x2 62122612x1
unionpay-pos  97    POS terminal ID no..  operator      3  unknownx3
iso1987       51    Not sufficient funds  account       1  62284801x1
visa          8Z    Reserved for ISO use  unlisted      1  62284801x1

Actions, by number of terminals
1x network: Issuer unavailable -> issuer
   Count the failures by issuer, tell the issuer or scheme and watch until it
   recovers.
1x operator: Terminal not registered -> acquirer operations
   Register the terminal's number at the centre.

Ledger
frames 27 = paired 26 + request only 1
",
    );
}

#[test]
fn ascii_is_ascii() {
    let mut book = day::day();
    book.add(day::Attempt {
        at: day::clock(14, 0, 0),
        terminal: "终端一",
        merchant: "商户",
        issuer: "中国银行",
        code: Some("55"),
        dialect: None,
        reversal_reason: None,
    });
    let mut summary = book.summary();
    summary.files[0].path = "日志.log".to_owned();
    summary.notes.push("日志 is a name".to_owned());
    let table = table(&summary, &View { ascii: true, ..View::default() });
    assert!(table.is_ascii(), "{table}");
    assert!(table.contains("\\u{4e2d}\\u{56fd}"), "{table}");
}

#[test]
fn every_width_is_kept() {
    for summary in [day::full_day(), every_reason()] {
        for language in [Language::En, Language::Zh] {
            for ascii in [false, true] {
                for width in (60..=200).step_by(5) {
                    let view =
                        View { language, ascii, width: Some(width), all_terminals: true, ..View::default() };
                    for line in table(&summary, &view).lines() {
                        assert!(line.width() <= width.into(), "{width}: {line}");
                        assert_eq!(line.trim_end(), line, "{width}");
                    }
                }
            }
        }
    }
}

#[test]
fn no_width_is_too_small_to_print() {
    let view = View { width: Some(1), ..View::default() };
    assert_eq!(table(&day::full_day(), &view), table(&day::full_day(), &View { width: Some(60), ..view }));
}

/// A terminal for each reason, with large numbers.
fn every_reason() -> Summary {
    let mut summary = day::full_day();
    let at = day::clock(26, 0, 0);
    summary.last = Some(at);
    let (mut tally, mut names) = (Tally::default(), std::mem::take(&mut summary.names));
    for reason in Reason::all() {
        let terminal = names.intern(&format!("{:016}", reason.index()));
        let leg = Leg { terminal, terminal_key: terminal, ..Leg::untold(at, Source::default()) };
        let exchange = Exchange::alone(leg);
        let unanswered = conclude(&exchange, CodeTables::built_in());
        tally.record(&exchange, &Conclusion { reason: Some(reason), ..unanswered }, &names);
    }
    let mut of_every_reason = Summary::default();
    of_every_reason.set_tally(tally, names);
    for mut terminal in of_every_reason.terminals {
        let reason = terminal.dominant().expect("it failed").reason;
        terminal.counts = Counts { exchanges: 12_345_678, ..Counts::default() };
        terminal.counts.causes[reason.cause().index()] = 1_234_567;
        terminal.codes.add((Some(reason), None), 1_234_566);
        summary.terminals.push(terminal);
    }
    summary.names = of_every_reason.names;
    summary
}

#[test]
fn colour_adds_nothing_but_colour() {
    let summary = day::full_day();
    for language in [Language::En, Language::Zh] {
        let view = View { language, color: true, ..View::default() };
        let mut coloured = table(&summary, &view);
        assert!(coloured.contains("\x1b[36m"), "the network's colour");
        for code in [0, 1, 2, 31, 32, 33, 35, 36] {
            coloured = coloured.replace(&format!("\x1b[{code}m"), "");
        }
        assert_eq!(coloured, table(&summary, &View { color: false, ..view }));
    }
}

#[test]
fn the_view_limits_what_is_listed() {
    let summary = day::full_day();
    let top = table(&summary, &View { top: Some(1), ..View::default() });
    assert!(top.contains("29110001 ") && !top.contains("29110002"), "{top}");
    assert!(top.contains("\nand 2 more\n"), "{top}");
    assert!(top.contains("62122612×1\nand 3 more\n"), "{top}");
    let chinese = table(&summary, &View { top: Some(1), language: Language::Zh, ..View::default() });
    assert!(chinese.contains("\n另有2台\n") && chinese.contains("\n另有3个\n"), "{chinese}");
    assert!(top.contains(" 91 ") && !top.contains(" 8Z "), "{top}");
    assert!(top.contains("Terminal not registered"), "actions speak of all terminals\n{top}");
    let busy = table(&summary, &View { min_exchanges: 4, ..View::default() });
    assert!(busy.contains("29110001 ") && !busy.contains("29110002"), "{busy}");
    let none = table(&summary, &View { min_exchanges: 99, ..View::default() });
    assert!(none.contains("\nNo terminal to show.\n"), "{none}");
}

#[test]
fn a_log_of_answers_says_what_it_cannot_see() {
    let mut summary = day::day().summary();
    summary.coverage = posmortem_exchange::Coverage::ResponsesOnly;
    let table = table(&summary, &View::default());
    assert!(table.contains("\nAnswers alone: time-outs cannot be seen"), "{table}");
}

#[test]
fn filters_are_told_in_the_heading() {
    let summary = day::full_day();
    for (language, told) in [
        (Language::En, "\nFilters are on: counts cover the chosen exchanges alone.\n\n"),
        (Language::Zh, "\n已启用筛选：只统计选中的交易。\n\n"),
    ] {
        let view = View { language, ..View::default() };
        assert!(!table(&summary, &view).contains(told));
        let filtered = table(&summary, &View { filtered: true, ..view });
        assert!(filtered.contains(told), "{filtered}");
    }
}

#[test]
fn nothing_failed_only_where_something_was_tried() {
    let mut book = day::Book::new();
    book.add(day::Attempt {
        at: day::clock(14, 0, 0),
        terminal: "1",
        merchant: "",
        issuer: "",
        code: Some("00"),
        dialect: None,
        reversal_reason: None,
    });
    assert!(table(&book.summary(), &View::default()).contains("\nNothing failed.\n"));
    let chinese = View { language: Language::Zh, ..View::default() };
    assert!(table(&Summary::default(), &chinese).contains("\n没有交易。\n"));
}

#[test]
fn days_are_shown_when_there_are_two() {
    let mut summary = day::day().summary();
    let table = |summary: &Summary| table(summary, &View { width: Some(140), ..View::default() });
    assert!(table(&summary).contains("43 %  09:14    11:02\n"));
    summary.last = Some(day::clock(24, 0, 0));
    assert!(table(&summary).contains("43 %  11-21 09:14  11-21 11:02\n"), "{}", table(&summary));
}

#[test]
fn an_empty_result_is_a_sentence() {
    check(
        &Summary::default(),
        &View::default(),
        "attempts 0 · approved 0 (0.0 %) · failed 0 (0.0 %)\n\nNo attempts.\n\nLedger\nframes 0\n",
    );
}
