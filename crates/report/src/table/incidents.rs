//! What was shared: where, when, how much of it, how many terminals, and what to do.

use super::terminals::clock;
use super::{Page, flow};
use crate::evidence::sentences;
use crate::judged::whole_excess;
use crate::pen::Style;
use crate::recurrence::words;
use crate::scope::Scope;
use crate::wrap::{self, width};
use posmortem_classify::Language;
use posmortem_diagnose::Incident;
use posmortem_iso8583::Timestamp;

pub(super) fn lines(page: &Page<'_>) -> Vec<String> {
    let (all, shown) = (page.judged.incidents(page.view), page.judged.largest_incidents(page.view));
    if all.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![page.title(page.labels.incidents)];
    lines.extend(shown.iter().flat_map(|incident| told(page, incident)));
    lines.extend(page.more(all.len() - shown.len(), "起"));
    lines
}

fn told(page: &Page<'_>, incident: &Incident) -> Vec<String> {
    let mark = format!("#{} ", incident.id);
    let indent = " ".repeat(mark.len());
    let room = page.width - mark.len();
    let mut lines = what(page, incident, room);
    lines.extend(flow::lines(&sizes(page, incident), page.pen.dot(), room, page.pen));
    lines.extend(speaking_for(page, incident, room));
    for (at, line) in lines.iter_mut().enumerate() {
        line.insert_str(0, if at == 0 { &mark } else { &indent });
    }
    lines.extend(page.hanging(&indent, incident.action(page.language, &page.summary.actions)));
    lines
}

/// Where, why, and who acts; in one line where there is room.
pub(super) fn what(page: &Page<'_>, incident: &Incident, room: usize) -> Vec<String> {
    let scope = Scope::of(incident).text(page.language);
    let scope = page.pen.name(&scope);
    let bold = |text: &str| page.pen.paint(Style::Bold, text).into_owned();
    let beside = room.saturating_sub(width(&scope) + width(page.pen.dot()));
    match &page.why_and_who(incident.reason, beside)[..] {
        [why] => vec![format!("{}{}{why}", bold(&scope), page.pen.dot())],
        _ => {
            let why = page.why_and_who(incident.reason, room);
            wrap::lines(&scope, room).iter().map(|line| bold(line)).chain(why).collect()
        }
    }
}

pub(crate) fn sizes(page: &Page<'_>, incident: &Incident) -> Vec<flow::Item> {
    let &Incident { observed, terminals, confidence, .. } = incident;
    let excess = whole_excess(incident);
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
    let window = window(page, incident.start, incident.end, incident.ongoing);
    let before = page.judged.recurrence(incident).map(|told| words(told, page.language));
    [window, failed, hit, sure].into_iter().chain(before).map(|item| (item, Style::Plain)).collect()
}

/// As much of its evidence, in its order, as stands in one line; JSON tells all of it.
fn speaking_for(page: &Page<'_>, incident: &Incident, room: usize) -> Option<String> {
    let sentences = sentences(&incident.evidence, &page.summary.names, page.language);
    let sentences: Vec<_> = sentences.iter().map(|sentence| page.pen.name(sentence)).collect();
    let fits = |count: &usize| width(&sentences[..*count].join(page.pen.dot())) <= room;
    let shown = (1..=sentences.len()).take_while(fits).last()?;
    let line = sentences[..shown].join(page.pen.dot());
    Some(page.pen.paint(Style::Dim, &line).into_owned())
}

/// From when to when.
pub(super) fn window(page: &Page<'_>, start: Timestamp, end: Timestamp, ongoing: bool) -> String {
    let (start, end) = (clock(page, start), clock(page, end));
    match (ongoing, page.language) {
        (false, _) => format!("{start} {} {end}", page.labels.to),
        (true, Language::En) => format!("since {start}, {}", page.labels.ongoing),
        (true, Language::Zh) => format!("始于 {start}，{}", page.labels.ongoing),
    }
}
