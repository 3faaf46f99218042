//! Attempts that the issuer approved and the customer did not get, by terminal, reason and currency; and reversals
//! that found nothing that they could take back, first all of them, last by terminal.

use super::{ALL, Column, Kind, Rows, Value, column};
use crate::View;
use crate::judged::Judged;
use posmortem_exchange::{
    Breakdown, LostApprovals, Management, Summary, Symbol, TerminalTally, terminal_key,
};
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

/// First the sum of all reversals that were not matched, those of no terminal too; where the view chooses exchanges
/// or terminals, the sum of those chosen, since a reversal of no terminal is none of them. Then lost approvals, the most
/// money first, currency by currency as they come, for amounts of two are not compared; then who sent reversals
/// that were not matched.
pub(super) fn rows<'s>(judged: &Judged<'s>, breakdown: &'s Breakdown, view: &View<'_>) -> Rows<'s> {
    let printed = Printed::of(judged, view);
    let is_shown = |terminal: Symbol| view.min_exchanges == 0 || printed.terminal(terminal).is_some();
    let mut lost: Vec<&LostApprovals> =
        breakdown.lost.iter().filter(|lost| is_shown(lost.terminal)).collect();
    lost.sort_by_key(|lost| (lost.currency, Reverse(lost.minor), Reverse(lost.count)));
    let lost = lost.into_iter().map(|lost| {
        let [terminal, merchant] = printed.cells(lost.terminal);
        let currency = lost.currency.filter(|currency| currency.is_known());
        vec![
            Value::Word("approval_lost", ["approved, then lost", "批准后失效"]),
            terminal,
            merchant,
            Value::Reason(lost.reason),
            currency.map_or(Value::Nothing, |currency| Value::Text(currency.to_string().into())),
            Value::Count(lost.count),
            Value::Amount(lost.minor, lost.currency),
        ]
    });
    let not_matched = |[terminal, merchant]: [Value<'s>; 2], count| {
        let nothing = || Value::Nothing;
        vec![NOT_MATCHED, terminal, merchant, nothing(), nothing(), Value::Count(count), nothing()]
    };
    let sends = |one: &&Management| one.orphan_reversals > 0 && is_shown(one.terminal);
    let mut senders: Vec<&Management> = breakdown.management.iter().filter(sends).collect();
    let all = match view.filtered || view.min_exchanges > 0 {
        true => senders.iter().map(|sender| sender.orphan_reversals).sum(),
        false => judged.summary.orphan_reversals,
    };
    let all = not_matched([ALL, Value::Nothing], all);
    senders.sort_by_key(|sender| Reverse(sender.orphan_reversals));
    let senders =
        senders.into_iter().map(|one| not_matched(printed.cells(one.terminal), one.orphan_reversals));
    std::iter::once(all).chain(lost).chain(senders).collect()
}

/// Terminals of the view as the log prints them, by their ids without left zeros.
struct Printed<'s> {
    summary: &'s Summary,
    terminals: BTreeMap<&'s str, &'s TerminalTally>,
}

impl<'s> Printed<'s> {
    fn of(judged: &Judged<'s>, view: &View<'_>) -> Self {
        let summary = judged.summary;
        let key = |terminal: &TerminalTally| terminal_key(summary.names.text(terminal.terminal));
        let terminals = judged.counted(view).map(|(terminal, _)| (key(terminal), terminal)).collect();
        Self { summary, terminals }
    }

    fn terminal(&self, key: Symbol) -> Option<&'s TerminalTally> {
        self.terminals.get(self.summary.names.text(key)).copied()
    }

    /// The terminal and its merchant.
    fn cells(&self, key: Symbol) -> [Value<'s>; 2] {
        match self.terminal(key) {
            Some(terminal) => {
                let id = self.summary.names.text(terminal.terminal);
                [Value::text(id), Value::text(self.summary.merchant_of(terminal))]
            }
            // It asked for nothing else.
            None => [Value::text(self.summary.names.text(key)), Value::Nothing],
        }
    }
}
