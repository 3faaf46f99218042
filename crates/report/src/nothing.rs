//! What is said where no terminal is told of: that there is nothing, or that nothing could be told.

use crate::View;
use crate::judged::Judged;
use crate::labels::{Labels, owner};
use crate::pen::Pen;
use crate::table::verdicts::is_its_own;
use posmortem_classify::{Language, Reason};
use posmortem_diagnose::State;
use posmortem_exchange::TerminalTally;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// `None` where there is a terminal to tell of, whether `top` leaves it out or not: of a diagnosed fleet one with a
/// trouble of its own.
pub(crate) fn nothing(judged: &Judged<'_>, view: &View<'_>, pen: Pen) -> Option<String> {
    let (counts, labels) = (&judged.summary.totals, Labels::of(view.language));
    if counts.exchanges == 0 {
        return Some(labels.no_attempts.to_owned());
    }
    let said = match judged.diagnosis {
        Some(_) if judged.counted(view).any(|(_, verdict)| is_its_own(&verdict)) => return None,
        Some(_) => {
            if let Some(said) = undecided(judged, view, pen) {
                return Some(said);
            }
            let shared = !judged.incidents(view).is_empty();
            if shared { labels.no_own_fault } else { labels.nothing_unusual }
        }
        None if judged.lists_any(view) => return None,
        None if counts.failed() == 0 => labels.nothing_failed,
        None => labels.nothing_to_show,
    };
    Some(said.to_owned())
}

/// What failed most, where something did and no terminal could be judged; the diagnosis says why.
fn undecided(judged: &Judged<'_>, view: &View<'_>, pen: Pen) -> Option<String> {
    let failed = judged.summary.totals.failed();
    let mut verdicts = judged.diagnosis?.verdicts().iter();
    if failed == 0 || !verdicts.all(|said| said.state == State::Insufficient) {
        return None;
    }
    let (reason, count) = most_frequent(judged)?;
    let (dot, arrow, language) = (pen.within(), pen.arrow(), view.language);
    let unclassified = || (Labels::of(language).unclassified.to_owned(), String::new());
    let (what, who) = reason.map_or_else(unclassified, |reason| {
        let what = format!("{}{dot}{}", reason.cause().title(language), reason.title(language));
        (what, format!("{arrow}{}", owner(reason.owner(), language)))
    });
    Some(match language {
        Language::En => format!("What failed most: {what} ({count} of {failed}){who}"),
        Language::Zh => format!("失败最多的是：{what}({failed}笔中的{count}笔){who}"),
    })
}

/// The reason of most failures of the fleet, the earlier in the taxonomy where two have as many.
fn most_frequent(judged: &Judged<'_>) -> Option<(Option<Reason>, u64)> {
    let mut counts: BTreeMap<Option<Reason>, u64> = BTreeMap::new();
    for (reason, tally) in judged.summary.terminals.iter().flat_map(TerminalTally::reasons) {
        *counts.entry(reason).or_default() += tally.count();
    }
    counts.into_iter().max_by_key(|&(reason, count)| (count, reason.is_some(), Reverse(reason)))
}
