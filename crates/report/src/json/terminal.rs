//! The key `terminals`: counts and verdict of each.

use crate::decimal::Decimal;
use crate::evidence;
use crate::json::counts::{Causes, Outcomes};
use crate::json::why::Why;
use crate::judged::{Judged, Line};
use crate::shown::{Shown, told};
use posmortem_classify::{Cause, Language, Reason};
use posmortem_exchange::{Reference, Sample, Summary};
use posmortem_iso8583::{ResponseCode, Timestamp};
use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct Terminal<'s> {
    terminal_id: Option<&'s str>,
    merchant_id: Option<&'s str>,
    #[serde(flatten)]
    outcomes: Outcomes,
    causes: Causes,
    first_failed: Option<Shown<Timestamp>>,
    last_approved: Option<Shown<Timestamp>>,
    verdict: Judgement<'s>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<Why>,
}

impl<'s> Terminal<'s> {
    pub(crate) fn of(judged: &Judged<'s>, line: Line<'s>, language: Language) -> Self {
        let (summary, (terminal, _)) = (judged.summary, line);
        Self {
            terminal_id: told(summary.names.text(terminal.terminal)),
            merchant_id: told(summary.merchant_of(terminal)),
            outcomes: Outcomes::of(&terminal.counts),
            causes: Causes::of(&terminal.counts),
            first_failed: terminal.first_failed().map(Shown),
            last_approved: terminal.last_approved.map(Shown),
            verdict: Judgement::of(summary, line, language),
            why: judged.why(terminal).map(|why| Why::of(why, &summary.names, language)),
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
    expected: Option<Decimal>,
    confidence: Option<Decimal>,
    owner: Option<&'static str>,
    ongoing: bool,
    incidents: &'s [u32],
    evidence: Vec<String>,
    action: Option<&'s str>,
    samples: Vec<Looked<'s>>,
}

impl<'s> Judgement<'s> {
    fn of(summary: &'s Summary, (terminal, verdict): Line<'s>, language: Language) -> Self {
        let evidence = match verdict.judgement {
            Some(said) => evidence::sentences(&said.evidence, &summary.names, language),
            None => evidence::of(summary, terminal, language),
        };
        Self {
            state: verdict.state_name(),
            cause: verdict.cause().map(Cause::name),
            reason: verdict.reason().map(Reason::name),
            start: verdict.start().map(Shown),
            end: verdict.end().map(Shown),
            observed: verdict.observed(),
            expected: verdict.expected().map(Decimal::from),
            confidence: verdict.confidence().map(Decimal::from),
            owner: verdict.owner(),
            ongoing: verdict.ongoing,
            incidents: verdict.incidents(),
            evidence,
            action: verdict.action(language),
            samples: verdict.samples().iter().map(|sample| Looked::of(summary, sample)).collect(),
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
            rrn: (!sample.rrn.is_absent()).then_some(Shown(sample.rrn)),
            response_code: sample.code.map(Shown),
            file: file.map(|file| file.path.as_str()),
            offset: sample.source.offset,
        }
    }
}
