//! What the written lines of a transaction show.
//!
//! The rules are those of `docs/semantics.md`, applied to what the world did and to which of its
//! lines were written, never to the lines themselves.

use crate::facts::{CAUSES, Decision};
use crate::flight::{Flight, Role};
use crate::plan::Planner;
use crate::truth::{AttemptTruth, LedgerTruth, OUTCOMES, Outcome, TerminalTruth};
use crate::{Form, Settings, Truth, moment};
use std::io::{self, Write};

/// How far the lines of one exchange may lie from its first.
const HORIZON_MS: i64 = 600_000;
/// After how long an answer is late.
const TIMEOUT_MS: u32 = 60_000;
const ATTEMPT_COLUMNS: &[u8] = b"time\tterminal\tstan\trrn\toutcome\tcause\treason\tcode\tledger\n";

/// What a link's lines show of the log's edges.
#[derive(Clone, Copy)]
struct LinkLog {
    first: i64,
    last: i64,
    first_request: i64,
}

/// A half whose link decides what it was.
struct Pending {
    attempt: AttemptTruth,
    link: u32,
    is_request: bool,
}

/// Collects the truth.
pub(crate) struct Verdicts<'o> {
    form: Form,
    /// Whether answers tell how long they took.
    tells_latency: bool,
    /// Whether lines tell one link from another; where they do not, all of them are one.
    tells_links: bool,
    truth: Truth,
    links: Vec<LinkLog>,
    pending: Vec<Pending>,
    /// How many may be pending before it is worth looking again.
    look_at: usize,
    attempts: Option<&'o mut dyn Write>,
}

impl<'o> Verdicts<'o> {
    pub(crate) fn new(
        settings: &Settings,
        planner: &Planner,
        mut attempts: Option<&'o mut dyn Write>,
    ) -> io::Result<Self> {
        let form = settings.form;
        let mut terminals: Vec<TerminalTruth> = planner
            .fleet
            .terminals
            .iter()
            .map(|terminal| TerminalTruth {
                terminal: terminal.reported(form),
                merchant: terminal.merchant().to_string(),
                site: terminal.site_name(),
                link: planner.fleet.links[terminal.link as usize].name.clone(),
                place: [terminal.region, terminal.model, terminal.firmware],
                ..TerminalTruth::default()
            })
            .collect();
        terminals.push(TerminalTruth::default());
        if let Some(out) = &mut attempts {
            out.write_all(ATTEMPT_COLUMNS)?;
        }
        let truth = Truth { terminals, reasons: planner.facts.reasons.clone(), ..Truth::default() };
        let unheard = LinkLog { first: i64::MAX, last: i64::MIN, first_request: i64::MAX };
        let links = vec![unheard; planner.fleet.links.len()];
        let (tells_latency, tells_links) = (settings.tells_latency(), settings.tells_links());
        let (pending, look_at) = (Vec::new(), 1024);
        Ok(Self { form, tells_latency, tells_links, truth, links, pending, look_at, attempts })
    }

    /// A line of a link was written.
    pub(crate) fn heard(&mut self, link: u32, at: i64, is_request: bool) {
        let link = self.told(link);
        let log = &mut self.links[link as usize];
        log.first = log.first.min(at);
        log.last = log.last.max(at);
        if is_request {
            log.first_request = log.first_request.min(at);
        }
        self.truth.lines += 1;
    }

    fn told(&self, link: u32) -> u32 {
        if self.tells_links { link } else { 0 }
    }

    /// Bytes went out.
    pub(crate) fn written(&mut self, bytes: usize) {
        self.truth.bytes += bytes as u64;
    }

    /// All lines of a transaction are written.
    pub(crate) fn settle(&mut self, flight: &Flight, planner: &Planner) -> io::Result<()> {
        let seen = &flight.seen;
        let ledger = &mut self.truth.ledger;
        let once = |count: u8| (u64::from(count > 0), u64::from(count.saturating_sub(1)));
        let ((undo, undo_copies), (answer, answer_copies)) = (once(seen.undos), once(seen.undo_answers));
        ledger.reversal += undo + answer;
        ledger.duplicates += undo_copies + answer_copies + u64::from(seen.undo_further);
        let is_there = seen.asked > 0 || seen.answered > 0;
        self.truth.orphan_reversals += u64::from(seen.undos > 0 && !is_there);
        let ((asked, asked_copies), (answered, answered_copies)) = (once(seen.asked), once(seen.answered));
        ledger.duplicates += asked_copies + answered_copies + u64::from(seen.further);
        match flight.role {
            Role::Orphan => return Ok(()),
            Role::Advice => ledger.advice += asked + answered,
            Role::SignOn | Role::KeyChange => ledger.administrative += asked + answered,
            Role::Attempt | Role::Retry if is_there => return self.attempt(flight, planner),
            Role::Attempt | Role::Retry => {}
        }
        Ok(())
    }

    fn attempt(&mut self, flight: &Flight, planner: &Planner) -> io::Result<()> {
        let seen = &flight.seen;
        let link = self.told(planner.fleet.terminals[flight.terminal as usize].link);
        let attempt = conclude(flight, planner, self.tells_latency);
        let is_pending = match (seen.asked > 0, seen.answered > 0) {
            (true, true) => false,
            (true, false) => seen.undos == 0,
            (false, _) => self.form != Form::Responses,
        };
        if !is_pending {
            return self.record(&attempt, planner);
        }
        self.pending.push(Pending { attempt, link, is_request: seen.asked > 0 });
        if self.pending.len() >= self.look_at {
            self.look(planner)?;
            self.look_at = 2 * self.pending.len() + 1024;
        }
        Ok(())
    }

    /// Requests whose link has gone on past the horizon are unanswered.
    fn look(&mut self, planner: &Planner) -> io::Result<()> {
        let links = &self.links;
        let goes_on = |pending: &Pending| {
            pending.is_request && links[pending.link as usize].last > pending.attempt.at + HORIZON_MS
        };
        let (decided, waiting) = std::mem::take(&mut self.pending).into_iter().partition(goes_on);
        self.pending = waiting;
        for Pending { attempt, .. } in decided {
            self.record(&attempt, planner)?;
        }
        Ok(())
    }

    fn record(&mut self, attempt: &AttemptTruth, planner: &Planner) -> io::Result<()> {
        let LedgerTruth { paired, request_only, response_only, open, .. } = &mut self.truth.ledger;
        match attempt.ledger {
            "paired" => *paired += 2,
            "request_only" => *request_only += 1,
            "response_only" => *response_only += 1,
            _ => *open += 1,
        }
        let unknown = self.truth.terminals.len() - 1;
        let place = attempt.terminal.map_or(unknown, |terminal| terminal as usize);
        self.truth.record(attempt, place);
        let Some(out) = &mut self.attempts else { return Ok(()) };
        let reason = attempt.reason.map(|reason| planner.facts.reasons[usize::from(reason)]);
        let cause = reason.map_or("", |reason| CAUSES[reason.cause]);
        writeln!(
            out,
            "{}\t{}\t{:06}\t{:012}\t{}\t{cause}\t{}\t{}\t{}",
            moment(attempt.at),
            self.truth.terminals[place].terminal,
            attempt.stan,
            attempt.rrn,
            OUTCOMES[attempt.outcome as usize],
            reason.map_or("", |reason| reason.name),
            attempt.code.map_or("", |code| code.1),
            attempt.ledger,
        )
    }

    /// Decides what is left at the end of the log.
    pub(crate) fn finish(mut self, planner: &Planner) -> io::Result<Truth> {
        self.look(planner)?;
        for Pending { mut attempt, link, is_request } in std::mem::take(&mut self.pending) {
            let log = self.links[link as usize];
            // A link that shows no request within the horizon is a log of answers.
            let shows_requests = log.first_request <= attempt.at + HORIZON_MS;
            if is_request || (shows_requests && attempt.at <= log.first + HORIZON_MS) {
                attempt.outcome = Outcome::Open;
                attempt.reason = None;
                attempt.ledger = "open";
            }
            self.record(&attempt, planner)?;
        }
        let ledger = self.truth.ledger;
        self.truth.coverage = match (ledger.paired + ledger.request_only, ledger.response_only) {
            (0, 1..) => "responses_only",
            _ => "paired",
        };
        self.truth.terminals.retain(|terminal| terminal.counts.exchanges > 0);
        Ok(self.truth)
    }
}

/// What became of an attempt of which some line was written, edges of the log apart.
fn conclude(flight: &Flight, planner: &Planner, tells_latency: bool) -> AttemptTruth {
    let (seen, facts) = (&flight.seen, &planner.facts);
    let terminal = &planner.fleet.terminals[flight.terminal as usize];
    let link = planner.fleet.link_of(flight.terminal);
    let (asked, answered) = (seen.asked > 0, seen.answered > 0);
    let is_known = asked || !terminal.is_mute;
    let told = tells_latency && flight.latency > TIMEOUT_MS;
    let waited = seen.waited().is_some_and(|waited| waited > TIMEOUT_MS);
    let is_late = told || waited || seen.given_up_before_answer();
    let decision = flight.code.map_or(Decision::Nothing, |code| planner.decision(flight, code));
    let approves = decision == Decision::Approves;
    let undo = (seen.undos > 0).then(|| facts.reversals[usize::from(flight.undo.why)].reason);
    let is_refused = flight.undo.refused && seen.undo_answers > 0;
    let told_why = undo.flatten();
    let (outcome, reason, is_approval_lost) = match decision {
        _ if !answered => (Outcome::Unanswered, told_why.or(Some(facts.timeout())), false),
        _ if is_late => (Outcome::Late, told_why.or(Some(facts.timeout())), approves),
        Decision::Approves if undo.is_some() && !is_refused => {
            (Outcome::Reversed, told_why, told_why.is_some())
        }
        Decision::Approves => (Outcome::Approved, None, false),
        Decision::Nothing => (Outcome::Unclassified, None, false),
        Decision::Declines(reason) => {
            let upstream = flight.upstream_code.filter(|_| seen.upstream);
            let upstream = upstream.map(|code| planner.decision(flight, code));
            let reason = if let Some(Decision::Declines(upstream)) = upstream { upstream } else { reason };
            (Outcome::Declined, Some(reason), false)
        }
    };
    let code = flight.code.filter(|_| answered);
    AttemptTruth {
        at: flight.begin + i64::from(seen.began()),
        terminal: is_known.then_some(flight.terminal),
        stan: flight.stan,
        rrn: flight.rrn,
        outcome,
        reason,
        code: code.map(|code| (link.dialect, facts.codes[usize::from(code)].text)),
        currency: link.currency,
        amount: if asked { flight.amount } else { flight.approved },
        is_approval_lost,
        ledger: match (asked, answered) {
            (true, true) => "paired",
            (true, false) => "request_only",
            _ => "response_only",
        },
    }
}
