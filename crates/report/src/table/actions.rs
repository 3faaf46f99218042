//! What to do, once for each reason that is the main one somewhere. Of a diagnosed fleet, those of
//! terminals with a trouble of their own; what to do about incidents is told with them.

use super::verdicts::is_its_own;
use super::{Page, flow};
use crate::View;
use crate::judged::Judged;
use crate::labels::owner;
use crate::pen::Style;
use posmortem_classify::Reason;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Reasons that are the main one somewhere, with the number of terminals, most first. All terminals in view count,
/// those that `top` leaves out too.
pub(crate) fn counted(judged: &Judged<'_>, view: &View<'_>) -> Vec<(Reason, u64)> {
    let mut terminals: BTreeMap<Reason, u64> = BTreeMap::new();
    let all = View { top: None, ..*view };
    let in_view = judged.listed_if(&all, |verdict| judged.diagnosis.is_none() || is_its_own(verdict));
    for reason in in_view.terminals.iter().filter_map(|(_, verdict)| verdict.reason()) {
        *terminals.entry(reason).or_default() += 1;
    }
    let mut reasons: Vec<_> = terminals.into_iter().collect();
    reasons.sort_by_key(|(_, count)| Reverse(*count));
    reasons
}

pub(super) fn lines(page: &Page<'_>) -> Vec<String> {
    let reasons = counted(page.judged, page.view);
    let Some((_, most)) = reasons.first() else { return Vec::new() };
    let digits = most.to_string().len();
    let title = if page.judged.diagnosis.is_some() { page.labels.what_to_do } else { page.labels.actions };
    let mut lines = vec![page.title(title)];
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
        let action = page.summary.actions.of(reason, page.language);
        lines.extend(page.hanging(&indent, action));
    }
    lines
}
