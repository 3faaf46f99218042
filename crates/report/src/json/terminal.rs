//! The key `terminals`: counts and verdict of each.

use crate::decimal::Decimal;
use crate::evidence;
use crate::json::counts::{Causes, Outcomes};
use crate::json::why::Why;
use crate::judged::{Judged, Line};
use crate::look_up::LookUp;
use crate::recurrence::Recurring;
use crate::shown::{Shown, told};
use posmortem_classify::{Cause, Language, Reason};
use posmortem_exchange::{Reference, Sample, Summary};
use posmortem_iso8583::{ResponseCode, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

#[derive(Serialize, JsonSchema)]
pub(crate) struct Terminal<'s> {
    /// As the log prints it.
    terminal_id: Option<&'s str>,
    /// The merchant of most of its attempts.
    merchant_id: Option<&'s str>,
    #[serde(flatten)]
    outcomes: Outcomes,
    causes: Causes,
    /// When its first failed attempt began.
    first_failed: Option<Shown<Timestamp>>,
    /// When its last approved attempt began.
    last_approved: Option<Shown<Timestamp>>,
    /// What is said of it.
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

#[derive(Serialize, JsonSchema)]
struct Judgement<'s> {
    /// `own`, `mixed`, `attack`, `silent`, `shared`, `mix`, `insufficient`, `normal`, or `unjudged`.
    state: &'static str,
    cause: Option<&'static str>,
    reason: Option<&'static str>,
    /// The first moment of what is said.
    start: Option<Shown<Timestamp>>,
    /// Its last moment.
    end: Option<Shown<Timestamp>>,
    /// Failures that it rests on.
    observed: u64,
    /// Those that were to be expected of a good terminal with these customers.
    expected: Option<Decimal>,
    /// From 0 to 0.999; none where nothing is claimed.
    confidence: Option<Decimal>,
    /// Who acts.
    owner: Option<&'static str>,
    /// Whether it lasts until the terminal's last attempt.
    ongoing: bool,
    /// Incidents that hit it, by their id.
    incidents: &'s [u32],
    /// What decided, in sentences.
    evidence: Vec<String>,
    /// What to do, in a sentence.
    action: Option<&'s str>,
    /// At most three failures, for a help desk.
    samples: Vec<Looked<'s>>,
    recurrence: Option<Recurring>,
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
            recurrence: verdict.recurrence.map(Recurring::from),
        }
    }
}

/// A failure as a help desk looks it up.
#[derive(Serialize, JsonSchema)]
struct Looked<'s> {
    time: Shown<Timestamp>,
    stan: Option<Shown<u64>>,
    rrn: Option<Shown<Reference>>,
    response_code: Option<Shown<ResponseCode>>,
    file: Option<&'s str>,
    /// Its first byte in the file, after decompression.
    offset: u64,
}

impl<'s> Looked<'s> {
    fn of(summary: &'s Summary, sample: &Sample) -> Self {
        let sample = LookUp::of(summary, sample);
        Self {
            time: Shown(sample.at),
            stan: sample.stan.map(Shown),
            rrn: sample.rrn.map(Shown),
            response_code: sample.code.map(Shown),
            file: sample.file,
            offset: sample.offset,
        }
    }
}
