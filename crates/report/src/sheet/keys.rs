//! What happened to terminals' keys: failures for them, sign-ons and key changes that went wrong. Terminals of
//! which nothing went wrong are left out.

use super::{Column, Kind, Rows, Value, column};
use crate::View;
use crate::judged::Judged;
use posmortem_classify::{Cause, Reason};
use posmortem_exchange::{Breakdown, Management, Reply, TerminalTally, terminal_key};
use std::cmp::Reverse;
use std::collections::BTreeMap;

pub(super) const COLUMNS: &[Column] = &[
    column("terminal_id", Kind::Text, "terminal", "终端"),
    column("merchant_id", Kind::Text, "merchant", "商户").rank(6),
    column("key_failures", Kind::Whole, "key failures", "密钥失败"),
    column("reason", Kind::Text, "mostly", "主要细因"),
    column("sign_ons", Kind::Whole, "sign-ons", "签到").rank(2),
    column("sign_ons_refused", Kind::Whole, "sign-ons refused", "签到被拒"),
    column("sign_ons_unanswered", Kind::Whole, "sign-ons unanswered", "签到无应答").rank(3),
    column("key_changes", Kind::Whole, "key changes", "换密钥").rank(4),
    column("key_changes_refused", Kind::Whole, "changes refused", "换密钥被拒").rank(1),
    column("key_changes_unanswered", Kind::Whole, "changes unanswered", "换密钥无应答").rank(5),
];

/// The most key failures first; of terminals with as many attempts as the view asks for.
pub(super) fn rows<'s>(judged: &Judged<'s>, breakdown: &'s Breakdown, view: &View<'_>) -> Rows<'s> {
    let names = &judged.summary.names;
    let mut managed: BTreeMap<&str, &Management> =
        breakdown.management.iter().map(|one| (names.text(one.terminal), one)).collect();
    let none = Management::default();
    let mut rows = Vec::new();
    for (terminal, _) in judged.counted(view) {
        let id = names.text(terminal.terminal);
        let management = managed.remove(terminal_key(id)).unwrap_or(&none);
        rows.push(row(id, judged.summary.merchant_of(terminal), Some(terminal), management));
    }
    // Those that signed on and never asked for a decision. How the log prints them is not known: they stand here
    // without left zeros, as their sign-ons are kept.
    if view.min_exchanges == 0 {
        rows.extend(managed.into_iter().map(|(id, management)| row(id, "", None, management)));
    }
    rows.retain(|row| row.wrong > 0);
    rows.sort_by_key(|row| (Reverse(row.failures), Reverse(row.wrong)));
    rows.into_iter().map(|row| row.cells).collect()
}

struct Row<'s> {
    failures: u64,
    /// Key failures, and management that was refused or not answered.
    wrong: u64,
    cells: Vec<Value<'s>>,
}

fn row<'s>(
    id: &'s str,
    merchant: &'s str,
    terminal: Option<&'s TerminalTally>,
    management: &Management,
) -> Row<'s> {
    let failures = terminal.map_or(0, |terminal| terminal.counts.causes[Cause::Key.index()]);
    let bad = [Reply::Refused, Reply::Unanswered].map(|reply| reply as usize);
    let Management { sign_ons, key_changes, .. } = management;
    let [refused, unanswered] = bad.map(|reply| sign_ons[reply]);
    let [changes_refused, changes_unanswered] = bad.map(|reply| key_changes[reply]);
    let cells = vec![
        Value::text(id),
        Value::text(merchant),
        Value::Count(failures),
        Value::reason(terminal.and_then(main_reason)),
        Value::Count(sign_ons.iter().sum()),
        Value::Count(refused),
        Value::Count(unanswered),
        Value::Count(key_changes.iter().sum()),
        Value::Count(changes_refused),
        Value::Count(changes_unanswered),
    ];
    Row { failures, wrong: failures + refused + unanswered + changes_refused + changes_unanswered, cells }
}

/// The reason of most of a terminal's key failures; the earlier in the taxonomy wins a tie.
fn main_reason(terminal: &TerminalTally) -> Option<Reason> {
    let reasons = terminal.reasons().filter_map(|(reason, tally)| Some((reason?, tally.count())));
    let of_keys = reasons.filter(|(reason, _)| reason.cause() == Cause::Key);
    of_keys.max_by_key(|&(reason, count)| (count, Reverse(reason))).map(|(reason, _)| reason)
}
