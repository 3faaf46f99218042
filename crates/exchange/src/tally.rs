//! Counts by terminal, code, issuer and currency.
//!
//! Everything is an integer, so that the order of recording changes nothing but the samples, and
//! those follow the canonical order. What the counts mean for a terminal is not decided here beyond
//! the plainest statement: which cause has most of its failures.

use crate::{Conclusion, Exchange, Names, Outcome, Reference, Source, Symbol};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use posmortem_classify::{Cause, Dialect, Reason};
use posmortem_iso8583::{Currency, ResponseCode, Timestamp};
use std::collections::BTreeMap;

/// Attempts and what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All attempts; the outcomes below partition them.
    pub exchanges: u64,
    /// By outcome, in the order of [`Outcome::ALL`].
    pub outcomes: [u64; Outcome::ALL.len()],
    /// Failed attempts by cause, in the order of [`Cause::ALL`].
    pub causes: [u64; Cause::ALL.len()],
}

impl Counts {
    fn record(&mut self, conclusion: &Conclusion) {
        self.exchanges += 1;
        self.outcomes[conclusion.outcome as usize] += 1;
        if let Some(cause) = conclusion.cause() {
            self.causes[cause.index()] += 1;
        }
    }

    fn add_approved(&mut self, count: u64) {
        self.exchanges += count;
        self.outcomes[Outcome::Approved as usize] += count;
    }

    /// Attempts with that outcome.
    pub fn with(&self, outcome: Outcome) -> u64 {
        self.outcomes[outcome as usize]
    }

    /// Failed attempts: those with a cause, and the unclassified ones.
    pub fn failed(&self) -> u64 {
        self.causes.iter().sum::<u64>() + self.with(Outcome::Unclassified)
    }
}

/// A failed attempt that a help desk can look up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sample {
    /// When it began.
    pub at: Timestamp,
    /// Its STAN.
    pub stan: Option<u64>,
    /// Its reference number.
    pub rrn: Reference,
    /// The terminal-facing code.
    pub code: Option<ResponseCode>,
    /// Where it stands in the input.
    pub source: Source,
}

/// Failures of one reason at one terminal.
#[derive(Clone, Debug)]
pub struct ReasonTally {
    /// How many.
    pub count: u64,
    /// When the first one began.
    pub first: Timestamp,
    /// When the last one began.
    pub last: Timestamp,
    /// The earliest three.
    pub samples: Vec<Sample>,
    /// How many carried which code.
    pub codes: BTreeMap<Option<ResponseCode>, u64>,
    /// How many the switch itself gave which reason, where its log tells it.
    pub switch_reasons: Vec<(Symbol, u64)>,
}

/// One terminal.
#[derive(Clone, Debug, Default)]
pub struct TerminalTally {
    /// The terminal as printed; the longest form where the log prints several (left zeros).
    pub terminal: Symbol,
    /// Attempts by merchant.
    pub merchants: HashMap<Symbol, u64, RandomState>,
    /// Attempts, outcomes, causes.
    pub counts: Counts,
    /// Failures by reason; `None` are the unclassified ones.
    pub reasons: BTreeMap<Option<Reason>, ReasonTally>,
    /// When the last approved attempt began.
    pub last_approved: Option<Timestamp>,
}

impl TerminalTally {
    /// When the first failed attempt began.
    pub fn first_failed(&self) -> Option<Timestamp> {
        self.reasons.values().map(|reason| reason.first).min()
    }

    /// When the last failed attempt began.
    pub fn last_failed(&self) -> Option<Timestamp> {
        self.reasons.values().map(|reason| reason.last).max()
    }

    /// The cause with most failures and its most frequent reason; the earlier in the taxonomy wins
    /// a tie. `None` when nothing failed or nothing that failed is classified.
    pub fn dominant(&self) -> Option<Dominant<'_>> {
        let most = |best: Option<(Cause, u64)>, cause: Cause| {
            let count = self.counts.causes[cause.index()];
            if count > best.map_or(0, |(_, count)| count) { Some((cause, count)) } else { best }
        };
        let (cause, of_cause) = Cause::ALL.into_iter().fold(None, most)?;
        let of_this_cause = self.reasons.iter().filter_map(|(reason, tally)| Some(((*reason)?, tally)));
        let of_this_cause = of_this_cause.filter(|(reason, _)| reason.cause() == cause);
        let (reason, tally) =
            of_this_cause.reduce(|best, next| if next.1.count > best.1.count { next } else { best })?;
        Some(Dominant { cause, of_cause, reason, tally })
    }
}

/// What most of a terminal's failures have in common.
#[derive(Clone, Copy, Debug)]
pub struct Dominant<'t> {
    /// The cause.
    pub cause: Cause,
    /// Failures of that cause.
    pub of_cause: u64,
    /// Its most frequent reason.
    pub reason: Reason,
    /// Failures of that reason.
    pub tally: &'t ReasonTally,
}

/// Answers with one code of one dialect that were no approval.
#[derive(Clone, Debug, Default)]
pub struct CodeTally {
    /// Attempts that failed with it.
    pub count: u64,
    /// The reasons that it stood for; `None` where the dialect lists no decision.
    pub reasons: BTreeMap<Option<Reason>, u64>,
    /// Attempts by issuer.
    pub issuers: HashMap<Symbol, u64, RandomState>,
}

/// Money in minor units of one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AmountTally {
    /// Asked for in failed attempts.
    pub failed: u128,
    /// Approved by the issuer and lost all the same: answered late, or reversed by a fault.
    pub approved_then_lost: u128,
}

/// All counts of a run.
#[derive(Default)]
pub struct Tally {
    /// The fleet.
    pub totals: Counts,
    /// By terminal key.
    pub terminals: HashMap<Symbol, TerminalTally, RandomState>,
    /// Codes that were no approval.
    pub codes: BTreeMap<(Option<Dialect>, Option<ResponseCode>), CodeTally>,
    /// Money.
    pub amounts: BTreeMap<Currency, AmountTally>,
}

/// Attempts of one terminal that were approved and stand.
#[derive(Clone, Copy)]
pub struct Approvals {
    /// The terminal without left zeros.
    pub key: Symbol,
    /// The terminal as printed.
    pub terminal: Symbol,
    /// DE42 of all of them.
    pub merchant: Symbol,
    /// How many.
    pub count: u64,
    /// When the last one began.
    pub last: Timestamp,
}

/// Samples kept for each reason of a terminal.
const SAMPLES: usize = 3;

impl Tally {
    /// Counts one exchange.
    pub fn record(&mut self, exchange: &Exchange, conclusion: &Conclusion, names: &Names) {
        self.totals.record(conclusion);
        let terminal = self.terminals.entry(exchange.terminal_key()).or_default();
        terminal.show_as(exchange.terminal(), names);
        terminal.record(exchange, conclusion);
        if conclusion.failed() {
            self.record_code(exchange, conclusion);
            self.record_amount(exchange, conclusion);
        }
    }

    /// Counts attempts that were approved and stand, as [`Tally::record`] would one by one.
    pub fn record_approvals(&mut self, approvals: &Approvals, names: &Names) {
        let Approvals { key, terminal, merchant, count, last } = *approvals;
        self.totals.add_approved(count);
        let tally = self.terminals.entry(key).or_default();
        tally.show_as(terminal, names);
        tally.counts.add_approved(count);
        if !merchant.is_absent() {
            *tally.merchants.entry(merchant).or_default() += count;
        }
        tally.last_approved = tally.last_approved.max(Some(last));
    }

    /// Unanswered and late attempts have no code of their own to count.
    fn record_code(&mut self, exchange: &Exchange, conclusion: &Conclusion) {
        if !matches!(conclusion.outcome, Outcome::Declined | Outcome::Unclassified) {
            return;
        }
        let code = self.codes.entry((conclusion.dialect, conclusion.code)).or_default();
        code.count += 1;
        *code.reasons.entry(conclusion.reason).or_default() += 1;
        *code.issuers.entry(exchange.symbol(|leg| leg.issuer)).or_default() += 1;
    }

    fn record_amount(&mut self, exchange: &Exchange, conclusion: &Conclusion) {
        let Some(amount) = exchange.amount() else { return };
        let tally = self.amounts.entry(amount.currency).or_default();
        tally.failed += u128::from(amount.minor);
        if conclusion.approval_lost {
            tally.approved_then_lost += u128::from(amount.minor);
        }
    }
}

impl TerminalTally {
    /// Keeps the longest form in which the log prints the terminal; the text decides a tie, so that
    /// no order of files does.
    fn show_as(&mut self, terminal: Symbol, names: &Names) {
        if terminal != self.terminal {
            let rank = |symbol| (names.text(symbol).len(), names.text(symbol));
            if rank(terminal) > rank(self.terminal) {
                self.terminal = terminal;
            }
        }
    }

    fn record(&mut self, exchange: &Exchange, conclusion: &Conclusion) {
        self.counts.record(conclusion);
        let merchant = exchange.symbol(|leg| leg.merchant);
        if !merchant.is_absent() {
            *self.merchants.entry(merchant).or_default() += 1;
        }
        let at = exchange.at();
        if conclusion.outcome == Outcome::Approved {
            self.last_approved = self.last_approved.max(Some(at));
        }
        if conclusion.failed() {
            self.reasons
                .entry(conclusion.reason)
                .or_insert_with(|| ReasonTally::starting(at))
                .record(exchange, conclusion);
        }
    }
}

impl ReasonTally {
    fn starting(at: Timestamp) -> Self {
        Self {
            count: 0,
            first: at,
            last: at,
            samples: Vec::new(),
            codes: BTreeMap::new(),
            switch_reasons: Vec::new(),
        }
    }

    fn record(&mut self, exchange: &Exchange, conclusion: &Conclusion) {
        let at = exchange.at();
        self.count += 1;
        self.first = self.first.min(at);
        self.last = self.last.max(at);
        *self.codes.entry(conclusion.code).or_default() += 1;
        self.record_switch_reason(exchange.symbol(|leg| leg.switch_reason));
        self.keep_if_early(Sample {
            at,
            stan: exchange.either(|leg| leg.stan),
            rrn: exchange.either(|leg| Some(leg.rrn).filter(|rrn| !rrn.is_absent())).unwrap_or_default(),
            code: conclusion.code,
            source: exchange.source(),
        });
    }

    /// The earliest samples stay, whatever the order in which exchanges are counted.
    fn keep_if_early(&mut self, sample: Sample) {
        let at = self.samples.partition_point(|kept| *kept < sample);
        if at < SAMPLES {
            self.samples.truncate(SAMPLES - 1);
            self.samples.insert(at, sample);
        }
    }

    fn record_switch_reason(&mut self, told: Symbol) {
        if told.is_absent() {
            return;
        }
        // All of them: which ones came first must not decide which one came most often.
        match self.switch_reasons.binary_search_by_key(&told.index(), |(known, _)| known.index()) {
            Ok(at) => self.switch_reasons[at].1 += 1,
            Err(at) => self.switch_reasons.insert(at, (told, 1)),
        }
    }
}
