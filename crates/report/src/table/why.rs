//! How single verdicts came about, step by step: what failed, what of it was to be expected, what
//! incidents took, which faults were weighed, what decided, and what would have changed it.

use super::incidents::{what, window};
use super::terminals::{clock, none};
use super::{Page, flow, heading, odds};
use crate::evidence::sentences;
use crate::grid::{Cell, Column, Grid};
use crate::labels::state_title;
use crate::pen::Style;
use crate::percent::Percent;
use crate::verdict::Verdict;
use crate::wrap;
use posmortem_classify::{Language, Reason};
use posmortem_diagnose::{Diagnosis, Thousandths, Weighed, Why, WhyLine, word};
use posmortem_exchange::TerminalTally;

pub(super) fn sections(page: &Page<'_>, said: &Diagnosis) -> Vec<Vec<String>> {
    let mut sections = vec![[heading::input_lines(page), page.warned(&page.limits(said))].concat()];
    for why in &said.whys {
        let of_it = |terminal: &&TerminalTally| {
            page.judged.why(terminal).is_some_and(|other| other.terminal == why.terminal)
        };
        let tally = page.summary.terminals.iter().find(of_it);
        let verdict = match tally {
            Some(tally) => Some(page.judged.verdict(tally)),
            None => said
                .verdict(why.terminal)
                .map(|judged| Verdict::judged(judged, &said.incidents, &page.summary.actions)),
        };
        let printed = tally.map_or(why.terminal, |tally| tally.terminal);
        sections.push(conclusion(page, page.summary.names.text(printed), verdict.as_ref(), why));
        sections.push(failures(page, &why.lines));
        sections.push(hit_by(page, said, verdict.as_ref()));
        sections.push(weighed(page, &why.weighed));
        let evidence = verdict.and_then(|verdict| verdict.judgement).map_or(&[][..], |said| &said.evidence);
        for (title, evidence) in
            [(page.labels.decided, evidence), (page.labels.would_change, &why.would_change[..])]
        {
            let sentences = sentences(evidence, &page.summary.names, page.language);
            sections.push(titled(page, title, page.bullets(&sentences)));
        }
    }
    sections
}

fn titled(page: &Page<'_>, title: &str, lines: Vec<String>) -> Vec<String> {
    let title = (!lines.is_empty()).then(|| page.title(title));
    title.into_iter().chain(lines).collect()
}

/// The verdict, and the counts that it begins with.
fn conclusion(page: &Page<'_>, terminal: &str, verdict: Option<&Verdict<'_>>, why: &Why) -> Vec<String> {
    let flow = |items: Vec<flow::Item>| flow::lines(&items, page.pen.dot(), page.width, page.pen);
    let labels = page.labels;
    let state = state_title(verdict.and_then(Verdict::state), page.language);
    let who = format!("{} {}", labels.the_terminal, page.safe(terminal));
    let mut lines = flow(vec![(who, Style::Bold), (state.to_owned(), Style::Bold)]);
    let reason = verdict.and_then(Verdict::reason);
    lines.extend(reason.into_iter().flat_map(|reason| page.why_and_who(reason, page.width)));
    let share = Percent::of(why.failed, why.attempts).tenths();
    let mut sizes = vec![
        format!("{} {}", labels.attempts, why.attempts),
        format!("{} {} ({share})", labels.failed, why.failed),
    ];
    sizes.extend(verdict.into_iter().flat_map(|verdict| claims(page, verdict)));
    lines.extend(flow(sizes.into_iter().map(|size| (size, Style::Plain)).collect()));
    let action = verdict.and_then(|verdict| verdict.action(page.language));
    lines.extend(action.into_iter().flat_map(|action| wrap::lines(action, page.width)));
    lines
}

/// When, how much of it, how sure.
fn claims(page: &Page<'_>, verdict: &Verdict<'_>) -> Vec<String> {
    let mut claims = Vec::new();
    if let (Some(start), Some(end)) = (verdict.start(), verdict.end()) {
        claims.push(window(page, start, end, verdict.ongoing));
    }
    if let (Some(confidence), Some(expected)) = (verdict.confidence(), verdict.expected()) {
        let observed = verdict.observed();
        claims.extend(match page.language {
            Language::En => {
                [format!("{observed} seen, {expected} expected"), format!("confidence {confidence}")]
            }
            Language::Zh => [format!("实际 {observed}，预期 {expected}"), format!("置信度 {confidence}")],
        });
    }
    claims
}

/// From the raw counts to what is left to explain.
fn failures(page: &Page<'_>, of: &[WhyLine]) -> Vec<String> {
    if of.is_empty() {
        return Vec::new();
    }
    let labels = page.labels;
    let mut grid = Grid::new(vec![
        Column::left(labels.failure).least(12),
        Column::right(labels.failed),
        Column::right(labels.fleet).rank(1),
        Column::right(labels.mix),
        Column::right(labels.in_incidents),
        Column::right(labels.aside),
        Column::right(labels.left),
    ]);
    for line in of {
        let number = |count: u64| if count == 0 { none(page) } else { Cell::new(count.to_string()) };
        grid.push(vec![
            failure(page, line.what),
            Cell::new(line.observed.to_string()),
            Cell::new(line.fleet.to_string()),
            Cell::new(line.mix.to_string()),
            number(line.incidents),
            number(line.set_aside),
            Cell::styled(line.left().to_string(), Style::Bold),
        ]);
    }
    let legend = wrap::lines(labels.failures_legend, page.width);
    let legend = legend.iter().map(|line| page.pen.paint(Style::Dim, line).into_owned());
    titled(page, labels.failures, grid.lines(page.width, page.pen).into_iter().chain(legend).collect())
}

fn failure(page: &Page<'_>, what: &'static str) -> Cell {
    match (Reason::from_name(what), what) {
        (Some(reason), _) => Cell::styled(page.cause_and_reason(reason), Style::Cause(reason.cause())),
        (None, "fell_back") => Cell::new(word(what, page.language)),
        (None, _) => Cell::new(page.labels.unclassified),
    }
}

fn hit_by(page: &Page<'_>, said: &Diagnosis, verdict: Option<&Verdict<'_>>) -> Vec<String> {
    let hit = verdict.map_or(&[][..], Verdict::incidents);
    let incidents = said.incidents.iter().filter(|incident| hit.contains(&incident.id));
    let lines = incidents.flat_map(|incident| {
        let mark = format!("#{} ", incident.id);
        let indent = " ".repeat(mark.len());
        let mut lines = what(page, incident, page.width - mark.len());
        lines.push(window(page, incident.start, incident.end, incident.ongoing));
        let begin = |at: usize| if at == 0 { &mark } else { &indent };
        lines.iter().enumerate().map(|(at, line)| format!("{}{line}", begin(at))).collect::<Vec<_>>()
    });
    titled(page, page.labels.hit_by, lines.collect())
}

fn weighed(page: &Page<'_>, of: &[Weighed]) -> Vec<String> {
    if of.is_empty() {
        return Vec::new();
    }
    let labels = page.labels;
    let mut grid = Grid::new(vec![
        Column::left(labels.fault).least(8),
        Column::left(labels.window).rank(4),
        Column::right(labels.observed),
        Column::right(labels.of).rank(1),
        Column::right(labels.expected),
        Column::right(labels.odds),
        Column::left("").least(8).rank(3),
        Column::right(labels.chance).rank(2),
    ]);
    for weighed in of {
        let (start, end) = weighed.window;
        grid.push(vec![
            Cell::new(word(weighed.signature, page.language)),
            Cell::new(format!("{} {} {}", clock(page, start), labels.to, clock(page, end))),
            Cell::styled(weighed.observed.to_string(), Style::Bold),
            Cell::new(weighed.attempts.to_string()),
            Cell::new(weighed.expected.to_string()),
            Cell::new(odds::number(weighed.ln_bayes)),
            Cell::new(odds::words(weighed.ln_bayes, page.language)),
            Cell::new(percent(weighed.chance)),
        ]);
    }
    titled(page, labels.weighed, grid.lines(page.width, page.pen))
}

/// What is rounded to nothing is not impossible.
fn percent(share: Thousandths) -> String {
    if share.0 == 0 { "<0.1 %".to_owned() } else { Percent::of(share.0, 1000).tenths() }
}
