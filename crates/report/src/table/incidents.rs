//! What was shared: where, when, how much of it, how many terminals, and what to do.

use super::terminals::clock;
use super::{Page, flow};
use crate::labels::owner;
use crate::pen::Style;
use crate::scope::Scope;
use posmortem_classify::{Audience, Language};
use posmortem_diagnose::Incident;
use std::cmp::Reverse;

pub(super) fn lines(page: &Page<'_>) -> Vec<String> {
    let mut incidents = page.judged.incidents(page.view);
    if incidents.is_empty() {
        return Vec::new();
    }
    incidents.sort_by_key(|incident| (Reverse(incident.excess()), incident.id));
    let shown = page.view.top.unwrap_or(usize::MAX).min(incidents.len());
    let mut lines = vec![page.title(page.labels.incidents)];
    lines.extend(incidents[..shown].iter().flat_map(|incident| told(page, incident)));
    lines.extend(page.more(incidents.len() - shown, "起"));
    lines
}

fn told(page: &Page<'_>, incident: &Incident) -> Vec<String> {
    let mark = format!("#{} ", incident.id);
    let indent = " ".repeat(mark.len());
    let room = page.width - mark.len();
    let mut lines = what(page, incident, room);
    lines.extend(flow::lines(&sizes(page, incident), page.pen.dot(), room, page.pen));
    for (at, line) in lines.iter_mut().enumerate() {
        line.insert_str(0, if at == 0 { &mark } else { &indent });
    }
    lines.extend(page.hanging(&indent, incident.reason.action(page.language, Audience::Operations)));
    lines
}

/// Where, why, and who acts.
pub(super) fn what(page: &Page<'_>, incident: &Incident, room: usize) -> Vec<String> {
    let scope = Scope::of(incident).text(page.language);
    let who = owner(incident.reason.owner(), page.language);
    let why = format!("{}{}{who}", page.cause_and_reason(incident.reason), page.pen.arrow());
    let items = [(page.pen.name(&scope).into_owned(), Style::Bold), (why, Style::Cause(incident.cause))];
    flow::lines(&items, page.pen.dot(), room, page.pen)
}

fn sizes(page: &Page<'_>, incident: &Incident) -> Vec<flow::Item> {
    let &Incident { observed, terminals, confidence, .. } = incident;
    let excess = incident.excess();
    let (failed, hit, sure) = match page.language {
        Language::En => (
            format!("{observed} failed, {excess} more than expected"),
            format!("{terminals} {}", if terminals == 1 { "terminal" } else { "terminals" }),
            format!("confidence {confidence}"),
        ),
        Language::Zh => (
            format!("失败 {observed} 笔，超出预期 {excess} 笔"),
            format!("{terminals} 台终端"),
            format!("置信度 {confidence}"),
        ),
    };
    [window(page, incident), failed, hit, sure].into_iter().map(|item| (item, Style::Plain)).collect()
}

/// From when to when.
pub(super) fn window(page: &Page<'_>, incident: &Incident) -> String {
    let (start, end) = (clock(page, incident.start), clock(page, incident.end));
    match (incident.ongoing, page.language) {
        (false, _) => format!("{start} {} {end}", page.labels.to),
        (true, Language::En) => format!("since {start}, {}", page.labels.ongoing),
        (true, Language::Zh) => format!("始于 {start}，{}", page.labels.ongoing),
    }
}
