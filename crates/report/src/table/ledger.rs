//! Where every frame went, as a sum that can be checked by eye.

use super::Page;
use super::flow;
use crate::labels::Labels;
use crate::pen::Style;
use posmortem_exchange::Ledger;

/// The terms of the sum by their names.
pub(crate) fn terms(labels: &Labels, ledger: &Ledger) -> [(&'static str, u64); 11] {
    let &Ledger { paired, complete, request_only, response_only, duplicates, reversal, .. } = ledger;
    let &Ledger { advice, administrative, out_of_order, open, rejected, .. } = ledger;
    [
        (labels.paired, paired),
        (labels.complete, complete),
        (labels.request_only, request_only),
        (labels.response_only, response_only),
        (labels.duplicates, duplicates),
        (labels.reversal, reversal),
        (labels.advice, advice),
        (labels.administrative, administrative),
        (labels.out_of_order, out_of_order),
        (labels.open, open),
        (labels.rejected, rejected),
    ]
}

pub(super) fn lines(page: &Page<'_>) -> Vec<String> {
    let (labels, ledger) = (page.labels, &page.summary.ledger);
    let terms = terms(labels, ledger);
    let some = |(label, count): (&str, u64)| (count > 0).then(|| (format!("{label} {count}"), Style::Plain));
    let mut sum: Vec<_> = terms.into_iter().filter_map(some).collect();
    let frames = format!("{} {}", labels.frames, ledger.frames());
    match sum.first_mut() {
        Some((first, _)) => *first = format!("{frames} = {first}"),
        None => sum.push((frames, Style::Plain)),
    }
    let apart =
        [(labels.non_message, ledger.non_message), (labels.orphan_reversals, page.summary.orphan_reversals)];
    let apart: Vec<_> = apart.into_iter().filter_map(some).collect();
    let mut lines = vec![page.title(labels.ledger)];
    lines.extend(flow::lines(&sum, " + ", page.width, page.pen));
    lines.extend(flow::lines(&apart, page.pen.dot(), page.width, page.pen));
    lines
}
