//! The key `terminals`: counts and verdict of each.

use crate::json::counts::{Causes, Outcomes};
use crate::shown::{Shown, told};
use crate::verdict::{STATE, Verdict};
use crate::{View, evidence};
use posmortem_classify::{Cause, Language, Reason};
use posmortem_exchange::{Reference, Sample, Summary, TerminalTally};
use posmortem_iso8583::{ResponseCode, Timestamp};
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Terminal<'s> {
    terminal_id: Option<&'s str>,
    merchant_id: Option<&'s str>,
    #[serde(flatten)]
    outcomes: Outcomes,
    causes: Causes,
    first_failed: Option<Shown<Timestamp>>,
    last_approved: Option<Shown<Timestamp>>,
    verdict: Judgement<'s>,
}

impl<'s> Terminal<'s> {
    pub(super) fn of(summary: &'s Summary, terminal: &'s TerminalTally, view: &View<'_>) -> Self {
        Self {
            terminal_id: told(summary.names.text(terminal.terminal)),
            merchant_id: told(summary.merchant_of(terminal)),
            outcomes: Outcomes::of(&terminal.counts),
            causes: Causes::of(&terminal.counts),
            first_failed: terminal.first_failed().map(Shown),
            last_approved: terminal.last_approved.map(Shown),
            verdict: Judgement::of(summary, terminal, view.language),
        }
    }
}

#[derive(Serialize)]
struct Judgement<'s> {
    state: &'static str,
    cause: Option<&'static str>,
    reason: Option<&'static str>,
    start: Option<Shown<Timestamp>>,
    end: Option<Shown<Timestamp>>,
    observed: u64,
    expected: (),
    confidence: (),
    owner: Option<&'static str>,
    ongoing: bool,
    incidents: [(); 0],
    evidence: Vec<String>,
    action: Option<&'static str>,
    samples: Vec<Looked<'s>>,
}

impl<'s> Judgement<'s> {
    fn of(summary: &'s Summary, terminal: &'s TerminalTally, language: Language) -> Self {
        let verdict = Verdict::of(terminal);
        let samples = verdict.dominant.into_iter().flat_map(|dominant| dominant.tally.samples());
        Self {
            state: STATE,
            cause: verdict.cause().map(Cause::name),
            reason: verdict.reason().map(Reason::name),
            start: verdict.start().map(Shown),
            end: verdict.end().map(Shown),
            observed: verdict.observed(),
            expected: (),
            confidence: (),
            owner: verdict.owner(),
            ongoing: verdict.ongoing,
            incidents: [],
            evidence: evidence::of(summary, terminal, language),
            action: verdict.action(language),
            samples: samples.map(|sample| Looked::of(summary, &sample)).collect(),
        }
    }
}

/// A failure as a help desk looks it up.
#[derive(Serialize)]
struct Looked<'s> {
    time: Shown<Timestamp>,
    stan: Option<Shown<u64>>,
    rrn: Option<Shown<Reference>>,
    response_code: Option<Shown<ResponseCode>>,
    file: Option<&'s str>,
    offset: u64,
}

impl<'s> Looked<'s> {
    fn of(summary: &'s Summary, sample: &Sample) -> Self {
        let file = usize::try_from(sample.source.input).ok().and_then(|at| summary.files.get(at));
        Self {
            time: Shown(sample.at),
            stan: sample.stan.map(Shown),
            rrn: Some(sample.rrn).filter(|rrn| !rrn.is_absent()).map(Shown),
            response_code: sample.code.map(Shown),
            file: file.map(|file| file.path.as_str()),
            offset: sample.source.offset,
        }
    }
}
