//! The worst terminals in full: verdict, what speaks for it, failures that a help desk can look up, what to do.

use super::IN_FULL;
use super::incidents::{Mention, mentions};
use super::lens::{Lens, Moment, safe};
use crate::evidence;
use crate::judged::Line;
use crate::labels::{group_title, owner};
use crate::look_up::LookUp;
use crate::moment::to_the_second;
use crate::nothing::nothing;
use crate::outcomes::parts;
use crate::pen::Pen;
use crate::recurrence::words;
use crate::table::verdicts::is_its_own;
use posmortem_classify::Cause;
use posmortem_diagnose::State;
use posmortem_exchange::{Sample, Summary};
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Terminals {
    groups: Vec<Group>,
    /// How many are told in full.
    in_full: usize,
    /// What is said where no terminal has a trouble of its own.
    nothing: Option<String>,
}

/// Terminals of which the same is said.
#[derive(Serialize)]
struct Group {
    title: &'static str,
    /// Whether there is something to do at them.
    is_own: bool,
    /// All of them, however many are shown.
    count: usize,
    terminals: Vec<Terminal>,
}

#[derive(Serialize)]
struct Terminal {
    /// Its place in the list, from 1.
    nth: usize,
    id: String,
    merchant: String,
    cause: Option<&'static str>,
    cause_title: &'static str,
    reason_title: &'static str,
    start: Option<Moment>,
    end: Option<Moment>,
    ongoing: bool,
    observed: u64,
    expected: Option<String>,
    confidence: Option<String>,
    owner: &'static str,
    action: Option<String>,
    incidents: Vec<Mention>,
    attempts: u64,
    failed: u64,
    /// Outcomes that came, how often and what there is to say of that; and causes that failures had.
    outcomes: Vec<(&'static str, u64, Option<String>)>,
    causes: Vec<(&'static str, &'static str, u64)>,
    first_failed: Option<Moment>,
    last_approved: Option<Moment>,
    /// Whether its trouble is new, or how often it was there before.
    recurrence: Option<String>,
    evidence: Vec<String>,
    samples: Vec<Looked>,
}

/// A failure as a help desk looks it up.
#[derive(Serialize)]
struct Looked {
    time: String,
    stan: Option<String>,
    rrn: Option<String>,
    code: Option<String>,
    file: Option<String>,
    offset: u64,
}

impl Terminals {
    /// Of the terminals that are listed, the worst.
    pub(super) fn of(lens: &Lens<'_>, listed: &[Line<'_>]) -> Self {
        let in_full = &listed[..listed.len().min(IN_FULL)];
        let title = |state| group_title(state, lens.language);
        let mut groups: Vec<Group> = Vec::new();
        for (at, line) in in_full.iter().enumerate() {
            let told = terminal(lens, at + 1, line);
            let title = title(line.1.state());
            match groups.last_mut() {
                Some(group) if group.title == title => group.terminals.push(told),
                _ => {
                    let is_own = lens.judged.diagnosis.is_none() || is_its_own(&line.1);
                    groups.push(Group { title, is_own, count: 0, terminals: vec![told] });
                }
            }
        }
        let all = lens.judged.listed(&crate::View { top: None, ..*lens.view }).terminals;
        for group in &mut groups {
            group.count = all.iter().filter(|(_, verdict)| title(verdict.state()) == group.title).count();
        }
        Self { nothing: nothing(lens.judged, lens.view, Pen::PLAIN), groups, in_full: in_full.len() }
    }
}

fn terminal(lens: &Lens<'_>, nth: usize, line: &Line<'_>) -> Terminal {
    let (terminal, verdict) = line;
    let (summary, language, labels) = (lens.summary, lens.language, lens.labels);
    let (counts, reason) = (&terminal.counts, verdict.reason());
    let causes = Cause::ALL
        .into_iter()
        .map(|cause| (cause.name(), cause.title(language), counts.causes[cause.index()]));
    Terminal {
        nth,
        id: named(summary.names.text(terminal.terminal), labels.no_id),
        merchant: safe(summary.merchant_of(terminal)),
        cause: verdict.cause().map(Cause::name),
        cause_title: verdict.cause().map_or("", |cause| cause.title(language)),
        reason_title: reason.map_or("", |reason| reason.title(language)),
        start: verdict.start().map(|at| lens.moment(at)),
        end: verdict.end().map(|at| lens.moment(at)),
        ongoing: verdict.ongoing,
        observed: verdict.observed(),
        expected: verdict.expected().map(|expected| expected.to_string()),
        confidence: verdict.confidence().map(|confidence| confidence.to_string()),
        owner: verdict.owner().map_or("", |name| owner(name, language)),
        action: verdict.action(language).map(str::to_owned),
        incidents: mentions(lens, verdict.incidents()),
        attempts: counts.exchanges,
        failed: counts.failed(),
        outcomes: parts(counts, language)
            .into_iter()
            .map(|part| (part.title, part.count, part.note))
            .collect(),
        causes: causes.filter(|(_, _, count)| *count > 0).collect(),
        first_failed: terminal.first_failed().map(|at| lens.moment(at)),
        last_approved: terminal.last_approved.map(|at| lens.moment(at)),
        recurrence: verdict.recurrence.map(|told| words(told, language)),
        evidence: match verdict.judgement {
            Some(said) => evidence::sentences(&said.evidence, &summary.names, language),
            None => evidence::of(summary, terminal, language).iter().map(|sentence| safe(sentence)).collect(),
        },
        samples: verdict.samples().iter().map(|sample| looked(summary, sample)).collect(),
    }
}

fn looked(summary: &Summary, sample: &Sample) -> Looked {
    let sample = LookUp::of(summary, sample);
    Looked {
        time: to_the_second(sample.at),
        stan: sample.stan.map(|stan| stan.to_string()),
        rrn: sample.rrn.map(|rrn| rrn.to_string()),
        code: sample.code.map(|code| code.to_string()),
        file: sample.file.map(safe),
        offset: sample.offset,
    }
}

/// A name that may stand in the page, or what stands in its place where the log tells none.
pub(super) fn named(name: &str, unnamed: &str) -> String {
    if name.is_empty() { unnamed.to_owned() } else { safe(name) }
}

/// A state's place among those of which a reader of the list can choose; the last is nobody's judgement.
pub(super) fn place(state: Option<State>) -> usize {
    State::ALL.iter().position(|one| Some(*one) == state).unwrap_or(State::ALL.len())
}
