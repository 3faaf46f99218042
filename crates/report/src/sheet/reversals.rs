//! Attempts that the issuer approved and the customer did not get, by terminal, reason and currency; and first of
//! all, how many reversals found nothing that they could take back.

use super::{Column, Kind, Rows, Value, column};
use crate::judged::Judged;
use posmortem_exchange::{Breakdown, LostApprovals, terminal_key};
use std::cmp::Reverse;
use std::collections::BTreeMap;

pub(super) const COLUMNS: &[Column] = &[
    column("what", Kind::Text, "what", "类别"),
    column("terminal_id", Kind::Text, "terminal", "终端"),
    column("merchant_id", Kind::Text, "merchant", "商户").rank(2),
    column("reason", Kind::Text, "reason", "细因"),
    column("currency", Kind::Text, "currency", "币种").rank(1),
    column("count", Kind::Whole, "count", "笔数"),
    column("amount", Kind::Whole, "amount", "金额"),
];

const NOT_MATCHED: Value<'static> = Value::Word("not_matched", ["reversals not matched", "未匹配的冲正"]);

/// The most money first, currency by currency as they come: amounts of two are not compared.
pub(super) fn rows<'s>(judged: &Judged<'s>, breakdown: &'s Breakdown) -> Rows<'s> {
    let names = &judged.summary.names;
    // As printed, and whose merchant.
    let printed: BTreeMap<&str, _> = judged
        .summary
        .terminals
        .iter()
        .map(|terminal| (terminal_key(names.text(terminal.terminal)), terminal))
        .collect();
    let mut lost: Vec<&LostApprovals> = breakdown.lost.iter().collect();
    lost.sort_by_key(|lost| (lost.currency, Reverse(lost.minor), Reverse(lost.count)));
    let row = |lost: &LostApprovals| {
        let key = names.text(lost.terminal);
        let terminal = printed.get(key).copied();
        vec![
            Value::Word("approval_lost", ["approved, then lost", "批准后失效"]),
            Value::text(terminal.map_or(key, |terminal| names.text(terminal.terminal))),
            Value::text(terminal.map_or("", |terminal| judged.summary.merchant_of(terminal))),
            Value::Reason(lost.reason),
            lost.currency
                .filter(|currency| currency.is_known())
                .map_or(Value::Nothing, |currency| Value::Text(currency.to_string().into())),
            Value::Count(lost.count),
            Value::Amount(lost.minor, lost.currency),
        ]
    };
    let nothing = || Value::Nothing;
    let not_matched = Value::Count(judged.summary.orphan_reversals);
    let first = vec![NOT_MATCHED, nothing(), nothing(), nothing(), nothing(), not_matched, nothing()];
    std::iter::once(first).chain(lost.into_iter().map(row)).collect()
}
