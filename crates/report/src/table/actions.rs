//! What to do, once for each reason that is the main one somewhere.

use super::{Page, flow};
use crate::labels::owner;
use crate::pen::Style;
use crate::verdict::Verdict;
use posmortem_classify::{Audience, Reason};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// All terminals in view count, those that `top` leaves out too.
pub(super) fn lines(page: &Page<'_>) -> Vec<String> {
    let mut terminals: BTreeMap<Reason, u64> = BTreeMap::new();
    let in_view = page.summary.terminals.iter().filter(|terminal| page.view.takes(terminal));
    for reason in in_view.filter_map(|terminal| Verdict::of(terminal).reason()) {
        *terminals.entry(reason).or_default() += 1;
    }
    let Some(most) = terminals.values().max() else { return Vec::new() };
    let digits = most.to_string().len();
    let mut reasons: Vec<_> = terminals.into_iter().collect();
    reasons.sort_by_key(|(_, count)| Reverse(*count));
    let mut lines = vec![page.title(page.labels.actions)];
    for (reason, count) in reasons {
        let indent = " ".repeat(digits + 2);
        let (cause, title) = (reason.cause(), reason.title(page.language));
        let times = page.pen.times();
        let what =
            format!("{count:>digits$}{times} {}{}{title}", cause.title(page.language), page.pen.within());
        let who = owner(reason.owner(), page.language);
        let items = [(what, Style::Cause(cause)), (who.to_owned(), Style::Plain)];
        let told = flow::lines(&items, page.pen.arrow(), page.width, page.pen);
        lines.extend(
            told.iter()
                .enumerate()
                .map(|(at, line)| if at == 0 { line.clone() } else { format!("{indent}{line}") }),
        );
        let action = reason.action(page.language, Audience::Operations);
        lines.extend(page.hanging(&indent, action));
    }
    lines
}
