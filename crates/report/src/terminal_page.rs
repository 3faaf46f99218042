//! One terminal as a page of Markdown, to be hung on its ticket: what failed, the verdict with all that speaks for
//! it, failures for the help desk to look up, and what to do.

use crate::evidence;
use crate::grid::{Cell, Column, Grid};
use crate::judged::{Judged, Line};
use crate::labels::{owner, state_title};
use crate::look_up::LookUp;
use crate::markdown::Text;
use crate::moment::{span, to_the_second};
use crate::recurrence::words;
use crate::scope::Scope;
use crate::table::{Page, heading, verdicts};
use crate::{Content, View};
use posmortem_classify::{Cause, Reason};
use posmortem_exchange::{Outcome, ReasonTally, Sample};
use std::cmp::Reverse;
use std::io::{self, Write};

/// Pages of the terminals of a report that somebody has something to do about.
pub struct TerminalPages<'a> {
    judged: Judged<'a>,
    view: &'a View<'a>,
}

impl<'a> TerminalPages<'a> {
    /// Of a result, as that view has it.
    pub fn new(content: &Content<'a>, view: &'a View<'a>) -> Self {
        Self { judged: Judged::of(content), view }
    }

    /// Writes a page for each terminal that the table lists, the worst first: `begin` is told the terminal's id as
    /// printed (empty where the log tells none) and gives where its page goes, which `end` is given back.
    ///
    /// # Errors
    /// What `begin` and `end` answer, and when a page cannot be written.
    pub fn write<W: Write, E: From<io::Error>>(
        &self,
        mut begin: impl FnMut(&str) -> Result<W, E>,
        mut end: impl FnMut(&str, W) -> Result<(), E>,
    ) -> Result<(), E> {
        let (judged, view) = (&self.judged, self.view);
        let page = Page::of_markdown(judged, view);
        let is_listed = |verdict: &crate::verdict::Verdict<'_>| {
            view.all_terminals || judged.diagnosis.is_none() || verdicts::is_its_own(verdict)
        };
        for line in judged.listed_if(view, is_listed).terminals {
            let id = judged.summary.names.text(line.0.terminal);
            let mut out = begin(id)?;
            told(&page, &line).write(&mut out)?;
            end(id, out)?;
        }
        Ok(())
    }
}

fn told(page: &Page<'_>, line: &Line<'_>) -> Text {
    let (terminal, verdict) = line;
    let (summary, labels) = (page.summary, page.labels);
    let mut text = Text::default();
    let id = match summary.names.text(terminal.terminal) {
        "" => labels.no_id.into(),
        id => page.pen.name(id),
    };
    text.title(&format!("{} {id}", labels.the_terminal));
    heading::input_lines(page).iter().for_each(|line| text.paragraph(line));
    let state = verdict.state().map(|state| state_title(Some(state), page.language).to_owned());
    let unclassified = || {
        let some = terminal.counts.with(Outcome::Unclassified) > 0 && verdict.state().is_none();
        some.then(|| labels.unclassified.to_owned())
    };
    let why = verdict.reason().map(|reason| page.cause_and_reason(reason)).or_else(unclassified);
    let said: Vec<_> = state.into_iter().chain(why).collect();
    if !said.is_empty() {
        text.paragraph(&format!("**{}**", said.join(page.pen.dot())));
    }
    text.list(facts(page, line));
    let (names, language) = (&summary.names, page.language);
    let sentences = match verdict.judgement {
        Some(said) => evidence::sentences(&said.evidence, names, language),
        None => evidence::of(summary, terminal, language),
    };
    if !sentences.is_empty() {
        text.heading(labels.decided);
        text.list(sentences.iter().map(|sentence| page.pen.name(sentence).into_owned()));
    }
    hit_by(page, line, &mut text);
    failures(page, line, &mut text);
    samples(page, &verdict.samples(), &mut text);
    if let (Some(reason), Some(action)) = (verdict.reason(), verdict.action(language)) {
        text.heading(labels.to_do);
        let action = page.pen.name(action);
        text.paragraph(&format!("**{}**: {action}", owner(reason.owner(), language)));
    }
    text
}

/// What was attempted there, and the numbers of the verdict.
fn facts(page: &Page<'_>, (terminal, verdict): &Line<'_>) -> Vec<String> {
    let (summary, labels, counts) = (page.summary, page.labels, &terminal.counts);
    let mut facts = Vec::new();
    let merchant = summary.merchant_of(terminal);
    if !merchant.is_empty() {
        facts.push(format!("{} {}", labels.merchant, page.pen.name(merchant)));
    }
    let outcomes = [
        (labels.attempts, counts.exchanges),
        (labels.approved, counts.with(Outcome::Approved)),
        (labels.failed, counts.failed()),
    ];
    let join = |items: Vec<String>| items.join(page.pen.dot());
    facts.push(join(outcomes.iter().map(|(label, count)| format!("{label} {count}")).collect()));
    let causes = Cause::ALL.into_iter().filter(|cause| counts.causes[cause.index()] > 0);
    let causes: Vec<_> = causes
        .map(|cause| format!("{} {}", cause.title(page.language), counts.causes[cause.index()]))
        .collect();
    facts.extend((!causes.is_empty()).then(|| join(causes)));
    if let (Some(start), Some(end)) = (verdict.start(), verdict.end()) {
        let until = if verdict.ongoing { format!(", {}", labels.ongoing) } else { String::new() };
        facts.push(format!("{}{until}", span(start, end, labels.to)));
    }
    if let (Some(expected), true) = (verdict.expected(), verdict.observed() > 0) {
        let sure = verdict.confidence().map(|sure| format!("{} {sure}", labels.confidence));
        let numbers = [
            format!("{} {}", labels.observed, verdict.observed()),
            format!("{} {expected}", labels.expected),
        ];
        facts.push(join(numbers.into_iter().chain(sure).collect()));
    }
    facts.extend(verdict.recurrence.map(|before| words(before, page.language)));
    let last = terminal.last_approved.map(|at| format!("{} {}", labels.last_approved, to_the_second(at)));
    facts.extend(last);
    facts
}

fn hit_by(page: &Page<'_>, (_, verdict): &Line<'_>, text: &mut Text) {
    let all = page.judged.diagnosis.map_or(&[][..], |said| &said.incidents);
    let hit: Vec<_> = all.iter().filter(|incident| verdict.incidents().contains(&incident.id)).collect();
    if hit.is_empty() {
        return;
    }
    text.heading(page.labels.hit_by);
    text.list(hit.into_iter().map(|incident| {
        let scope = Scope::of(incident).text(page.language);
        format!("#{} {}: {}", incident.id, page.pen.name(&scope), page.cause_and_reason(incident.reason))
    }));
}

/// By reason, most first, with the codes that stood for it.
fn failures(page: &Page<'_>, (terminal, _): &Line<'_>, text: &mut Text) {
    let labels = page.labels;
    let mut reasons: Vec<(Option<Reason>, ReasonTally<'_>)> = terminal.reasons().collect();
    if reasons.is_empty() {
        return;
    }
    reasons.sort_by_key(|(reason, tally)| (Reverse(tally.count()), *reason));
    let mut grid = Grid::new(vec![
        Column::left(labels.cause),
        Column::right(labels.count),
        Column::left(labels.code),
        Column::left(labels.since),
        Column::left(labels.until),
    ]);
    for (reason, tally) in reasons {
        let mut codes: Vec<_> = tally.codes().collect();
        codes.sort_by_key(|(code, count)| (Reverse(*count), *code));
        let codes = codes.into_iter().map(|(code, count)| {
            let code = code.map_or_else(|| labels.no_code.to_owned(), |code| code.to_string());
            format!("{code}{}{count}", page.pen.times())
        });
        let cause =
            reason.map_or_else(|| labels.unclassified.to_owned(), |reason| page.cause_and_reason(reason));
        grid.push(
            [
                cause,
                tally.count().to_string(),
                codes.collect::<Vec<_>>().join(" "),
                to_the_second(tally.first()),
                to_the_second(tally.last),
            ]
            .map(Cell::new)
            .into(),
        );
    }
    text.heading(labels.failed_for);
    text.table(&grid, None);
}

/// As a help desk looks them up.
fn samples(page: &Page<'_>, samples: &[Sample], text: &mut Text) {
    if samples.is_empty() {
        return;
    }
    let labels = page.labels;
    let mut grid = Grid::new(vec![
        Column::left(labels.time),
        Column::right("STAN"),
        Column::left("RRN"),
        Column::left(labels.code),
        Column::left(labels.file),
        Column::right("byte"),
    ]);
    for sample in samples {
        let sample = LookUp::of(page.summary, sample);
        let cells = [
            to_the_second(sample.at),
            sample.stan.map(|stan| stan.to_string()).unwrap_or_default(),
            sample.rrn.map(|rrn| rrn.to_string()).unwrap_or_default(),
            sample.code.map(|code| code.to_string()).unwrap_or_default(),
            sample.file.map(|path| page.safe(path)).unwrap_or_default(),
            sample.offset.to_string(),
        ];
        grid.push(cells.map(Cell::new).into());
    }
    text.heading(labels.samples);
    text.table(&grid, None);
}
