//! When, how much, and what became of it.

use super::Page;
use super::flow::{self, Item};
use crate::moment::span;
use crate::outcomes::parts;
use crate::pen::Style;
use crate::percent::Percent;
use crate::wrap;
use posmortem_classify::Cause;
use posmortem_exchange::{AmountTally, Coverage, Outcome};
use posmortem_iso8583::Currency;

/// Currencies shown; the JSON has them all.
const CURRENCIES: usize = 4;

/// When and from where alone.
pub(crate) fn input_lines(page: &Page<'_>) -> Vec<String> {
    flow::lines(&input(page), page.pen.dot(), page.width, page.pen)
}

pub(crate) fn lines(page: &Page<'_>) -> Vec<String> {
    let flow = |items: Vec<Item>| flow::lines(&items, page.pen.dot(), page.width, page.pen);
    let mut lines = flow(input(page));
    lines.extend(flow(outcomes(page)));
    lines.extend(flow(causes(page)));
    let failed = page.summary.amounts.iter().filter(|(_, tally)| tally.failed > 0);
    lines.extend(failed.take(CURRENCIES).flat_map(|(currency, tally)| flow(money(page, *currency, tally))));
    lines.extend(page.filtered());
    let coverage = match page.summary.coverage {
        Coverage::Paired => None,
        Coverage::Complete => Some(page.labels.rows_only),
        Coverage::ResponsesOnly => Some(page.labels.responses_only),
    };
    lines.extend(coverage.into_iter().flat_map(|note| wrap::lines(note, page.width)));
    lines
}

fn input(page: &Page<'_>) -> Vec<Item> {
    let times = match (page.summary.first, page.summary.last) {
        (Some(first), Some(last)) => Some(span(first, last, page.labels.to)),
        _ => None,
    };
    let files = match &page.summary.files[..] {
        [] => None,
        [file] => Some(wrap::cut(&page.safe(&file.path), page.width / 2, page.pen.ellipsis())),
        files => Some(format!("{} {}", page.labels.files, files.len())),
    };
    let times = times.map(|times| (times, Style::Bold));
    times.into_iter().chain(files.map(|files| (files, Style::Plain))).collect()
}

fn outcomes(page: &Page<'_>) -> Vec<Item> {
    let (counts, labels) = (&page.summary.totals, page.labels);
    let share =
        |label: &str, part: u64| format!("{label} {part} ({})", Percent::of(part, counts.exchanges).tenths());
    let approved = counts.with(Outcome::Approved);
    let mut items = vec![
        (format!("{} {}", labels.attempts, counts.exchanges), Style::Bold),
        (share(labels.approved, approved), Style::Plain),
        (share(labels.failed, counts.failed()), Style::Bold),
    ];
    let others = parts(counts, page.language).into_iter().filter(|part| part.outcome != Outcome::Approved);
    items.extend(others.map(|part| (part.text(), Style::Plain)));
    items
}

/// Failures by cause, the causes without any left out.
fn causes(page: &Page<'_>) -> Vec<Item> {
    let counts = &page.summary.totals;
    let causes = Cause::ALL
        .map(|cause| (cause.title(page.language), counts.causes[cause.index()], Style::Cause(cause)));
    let unclassified = (page.labels.unclassified, counts.with(Outcome::Unclassified), Style::Bold);
    let all = causes.into_iter().chain([unclassified]);
    all.filter(|(_, count, _)| *count > 0)
        .map(|(title, count, style)| (format!("{title} {count}"), style))
        .collect()
}

/// Money of one currency: a line of its own, since sums of two do not add.
fn money(page: &Page<'_>, currency: Currency, tally: &AmountTally) -> Vec<Item> {
    let labels = page.labels;
    let name = if currency.is_known() { currency.to_string() } else { labels.unknown_currency.to_owned() };
    let mut items = vec![
        format!("{} {name}", labels.currency),
        format!("{} {}", labels.failed_amount, major(tally.failed, currency)),
    ];
    if tally.approved_then_lost > 0 {
        items.push(format!("{} {}", labels.approved_then_lost, major(tally.approved_then_lost, currency)));
    }
    items.into_iter().map(|item| (item, Style::Plain)).collect()
}

/// Major units: `1234.50`.
pub(crate) fn major(minor: u128, currency: Currency) -> String {
    let decimals = u32::from(currency.decimals());
    let unit = 10u128.pow(decimals);
    match usize::from(currency.decimals()) {
        0 => minor.to_string(),
        digits => format!("{}.{:0digits$}", minor / unit, minor % unit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_the_decimals_of_their_currency() {
        for (minor, code, shown) in
            [(123_450, "156", "1234.50"), (5, "156", "0.05"), (5, "392", "5"), (1_234, "414", "1.234")]
        {
            assert_eq!(major(minor, Currency::parse(code.as_bytes()).unwrap()), shown);
        }
    }
}
