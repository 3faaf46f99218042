//! What speaks for a verdict, as sentences: what a diagnosis found, or the counts where there is none.

use crate::percent::Percent;
use posmortem_classify::{Language, Reason};
use posmortem_diagnose::Evidence;
use posmortem_exchange::{Names, Outcome, ReasonTally, Summary, TerminalTally};
use posmortem_iso8583::escape_controls;
use std::cmp::Reverse;

/// Codes named in a sentence; the others are counted.
const CODES: usize = 5;

/// What a diagnosis found.
pub(crate) fn sentences(evidence: &[Evidence], names: &Names, language: Language) -> Vec<String> {
    let text = |one: &Evidence| escape_controls(one.text(language, names).as_bytes()).into_owned();
    evidence.iter().map(text).collect()
}

/// What speaks for a terminal's most frequent cause and reason, and what nobody could classify; each
/// with the reason that the switch itself gives most often.
pub(crate) fn of(summary: &Summary, terminal: &TerminalTally, language: Language) -> Vec<String> {
    let mut sentences = Vec::new();
    if let Some(dominant) = terminal.dominant() {
        let (of_cause, failed) = (dominant.of_cause, terminal.counts.failed());
        let (cause, share) = (dominant.cause.title(language), Percent::of(of_cause, failed).tenths());
        sentences.push(match language {
            Language::En => format!("{of_cause} of {failed} failures are {cause} ({share})"),
            Language::Zh => format!("{failed}笔失败中{of_cause}笔属于{cause}（{share}）"),
        });
        sentences.push(reason(dominant.reason, dominant.tally, language));
        sentences.extend(switch_reason(summary, dominant.tally, language));
    }
    let unclassified = terminal.counts.with(Outcome::Unclassified);
    if unclassified > 0 {
        let tally = terminal.unclassified();
        let codes = tally.map(|tally| codes(tally, language)).unwrap_or_default();
        sentences.push(match language {
            Language::En => format!("unclassified: {unclassified}{codes}"),
            Language::Zh => format!("未归类：{unclassified}笔{codes}"),
        });
        sentences.extend(tally.and_then(|tally| switch_reason(summary, tally, language)));
    }
    sentences
}

fn reason(reason: Reason, tally: ReasonTally<'_>, language: Language) -> String {
    let (count, codes) = (tally.count(), codes(tally, language));
    match language {
        Language::En => format!("{reason}: {count} of them{codes}"),
        Language::Zh => format!("{}：其中{count}笔{codes}", reason.title(language)),
    }
}

/// In the words of the switch, where its log tells any.
fn switch_reason(summary: &Summary, tally: ReasonTally<'_>, language: Language) -> Option<String> {
    let (reason, count) = summary.most_frequent(tally.switch_reasons())?;
    Some(match language {
        Language::En => format!("the switch says {reason} ({count} of them)"),
        Language::Zh => format!("交换系统给出的原因：{reason}（其中{count}笔）"),
    })
}

/// `, code 1803 x7`: most frequent first, a count only where there are two codes or the code came
/// twice. Attempts without an answer have none.
fn codes(tally: ReasonTally<'_>, language: Language) -> String {
    let mut codes: Vec<_> = tally.codes().collect();
    codes.sort_unstable_by_key(|&(code, count)| (Reverse(count), code));
    let one = codes.len() == 1;
    let (lead, none, comma) = match language {
        Language::En => (if one { ", code " } else { ", codes " }, "none", ", "),
        Language::Zh => ("，应答码", "无", "、"),
    };
    let named = codes.iter().take(CODES).map(|(code, count)| {
        let code = code.map_or_else(|| none.to_owned(), |code| code.to_string());
        if one && *count == 1 { code } else { format!("{code} x{count}") }
    });
    let named = named.collect::<Vec<_>>().join(comma);
    match (codes.len().saturating_sub(CODES), language) {
        _ if codes.is_empty() => String::new(),
        _ if one && codes[0].0.is_none() => match language {
            Language::En => ", without a code".to_owned(),
            Language::Zh => "，无应答码".to_owned(),
        },
        (0, _) => format!("{lead}{named}"),
        (more, Language::En) => format!("{lead}{named} and {more} more"),
        (more, Language::Zh) => format!("{lead}{named}等另{more}种"),
    }
}
