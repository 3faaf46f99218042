//! Counts by terminal, code, issuer and currency.
//!
//! Everything is an integer, so that the order of recording changes nothing but the samples, and
//! those follow the canonical order. What the counts mean for a terminal is not decided here beyond
//! the plainest statement: which cause has most of its failures.

mod counts_by;
mod samples;

use crate::{Conclusion, Exchange, Names, Outcome, Symbol};
pub use counts_by::CountsBy;
use counts_by::push_tightly;
use posmortem_classify::{Cause, Dialect, Reason};
use posmortem_iso8583::{Currency, ResponseCode, Timestamp};
use samples::Kept;
pub use samples::Sample;
use std::collections::BTreeMap;
use std::hash::Hash;
use std::ops::{AddAssign, Range};

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
        self.add_times(conclusion.outcome, conclusion.cause(), 1);
    }

    fn add_approved(&mut self, count: u64) {
        self.exchanges += count;
        self.outcomes[Outcome::Approved as usize] += count;
    }

    /// Counts an attempt so many times.
    pub(crate) fn add_times(&mut self, outcome: Outcome, cause: Option<Cause>, times: u64) {
        self.exchanges += times;
        self.outcomes[outcome as usize] += times;
        if let Some(cause) = cause {
            self.causes[cause.index()] += times;
        }
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

impl AddAssign for Counts {
    fn add_assign(&mut self, more: Self) {
        let pairs =
            self.outcomes.iter_mut().zip(more.outcomes).chain(self.causes.iter_mut().zip(more.causes));
        pairs.for_each(|(count, more)| *count += more);
        self.exchanges += more.exchanges;
    }
}

/// Failures of one reason at one terminal.
#[derive(Clone, Copy, Debug)]
pub struct ReasonTally<'t> {
    terminal: &'t TerminalTally,
    reason: Option<Reason>,
    /// When the last one began.
    pub last: Timestamp,
    earliest: &'t [Kept],
}

impl<'t> ReasonTally<'t> {
    /// How many.
    pub fn count(self) -> u64 {
        self.codes().map(|(_, count)| count).sum()
    }

    /// When the first one began.
    pub fn first(self) -> Timestamp {
        self.earliest.first().map_or(self.last, Kept::at)
    }

    /// The earliest three.
    pub fn samples(self) -> impl Iterator<Item = Sample> {
        self.earliest.iter().map(Kept::sample)
    }

    /// How many carried which code, in no particular order.
    pub fn codes(self) -> impl Iterator<Item = (Option<ResponseCode>, u64)> {
        of_reason(self.reason, &self.terminal.codes)
    }

    /// How many the switch itself gave which reason, where its log tells it, in no particular order.
    pub fn switch_reasons(self) -> impl Iterator<Item = (Symbol, u64)> {
        of_reason(self.reason, &self.terminal.switch_reasons)
    }
}

fn of_reason<K: Copy + Eq + Hash>(
    reason: Option<Reason>,
    counts: &CountsBy<(Option<Reason>, K)>,
) -> impl Iterator<Item = (K, u64)> {
    counts.iter().filter(move |((of, _), _)| *of == reason).map(|((_, key), count)| (key, count))
}

/// One terminal.
///
/// A fleet has many, so what it holds is what a report of it may show, and packed: about 300 bytes, 50
/// for each reason that it has failed for, and 40 for each of the earliest three failures of each.
#[derive(Clone, Debug, Default)]
pub struct TerminalTally {
    /// The terminal as printed; the longest form where the log prints several (left zeros).
    pub terminal: Symbol,
    /// Attempts by merchant.
    pub merchants: CountsBy<Symbol>,
    /// Attempts, outcomes, causes.
    pub counts: Counts,
    /// When the last approved attempt began.
    pub last_approved: Option<Timestamp>,
    /// Failures by reason and code; without a reason they are unclassified.
    pub codes: CountsBy<(Option<Reason>, Option<ResponseCode>)>,
    /// Failures by reason and what the switch itself called it, where its log tells that.
    ///
    /// All of them: which ones came first must not decide which one came most often.
    pub switch_reasons: CountsBy<(Option<Reason>, Symbol)>,
    /// The reasons of all failures, in their order.
    spans: Vec<ReasonSpan>,
    /// The earliest failures of each of these reasons, one reason behind the other.
    samples: Vec<Kept>,
}

/// When a terminal failed for one reason.
#[derive(Clone, Copy, Debug)]
struct ReasonSpan {
    reason: Option<Reason>,
    last: Timestamp,
    /// How many samples it keeps.
    kept: u8,
}

impl TerminalTally {
    /// When the first failed attempt began.
    pub fn first_failed(&self) -> Option<Timestamp> {
        self.reasons().map(|(_, tally)| tally.first()).min()
    }

    /// When the last failed attempt began.
    pub fn last_failed(&self) -> Option<Timestamp> {
        self.spans.iter().map(|span| span.last).max()
    }

    /// Failures by reason, in the order of the taxonomy; first, without one, the unclassified ones.
    pub fn reasons(&self) -> impl Iterator<Item = (Option<Reason>, ReasonTally<'_>)> {
        let mut samples = &self.samples[..];
        self.spans.iter().map(move |&ReasonSpan { reason, last, kept }| {
            let (earliest, others) = samples.split_at(usize::from(kept));
            samples = others;
            (reason, ReasonTally { terminal: self, reason, last, earliest })
        })
    }

    /// Failures without a reason.
    pub fn unclassified(&self) -> Option<ReasonTally<'_>> {
        self.reasons().next().filter(|(reason, _)| reason.is_none()).map(|(_, tally)| tally)
    }

    /// The cause with most failures and its most frequent reason; the earlier in the taxonomy wins
    /// a tie. `None` when nothing failed or nothing that failed is classified.
    pub fn dominant(&self) -> Option<Dominant<'_>> {
        let most = |best: Option<(Cause, u64)>, cause: Cause| {
            let count = self.counts.causes[cause.index()];
            if count > best.map_or(0, |(_, count)| count) { Some((cause, count)) } else { best }
        };
        let (cause, of_cause) = Cause::ALL.into_iter().fold(None, most)?;
        let of_this_cause = self.reasons().filter_map(|(reason, tally)| Some((reason?, tally)));
        let of_this_cause = of_this_cause.filter(|(reason, _)| reason.cause() == cause);
        let (reason, tally) =
            of_this_cause.reduce(|best, next| if next.1.count() > best.1.count() { next } else { best })?;
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
    pub tally: ReasonTally<'t>,
}

/// Answers with one code of one dialect that were no approval.
#[derive(Default)]
pub(crate) struct CodeTally {
    /// Attempts that failed with it.
    pub(crate) count: u64,
    /// The reasons that it stood for; `None` where the dialect lists no decision.
    pub(crate) reasons: CountsBy<Option<Reason>>,
    /// Attempts by issuer.
    pub(crate) issuers: CountsBy<Symbol>,
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
    pub(crate) totals: Counts,
    /// In the order in which they were first seen.
    pub(crate) terminals: Vec<TerminalTally>,
    /// Where in `terminals` a terminal stands, by its key's [`Symbol::index`]; 0 is nowhere, 1 the first.
    places: Vec<u32>,
    /// Codes that were no approval.
    pub(crate) codes: BTreeMap<(Option<Dialect>, Option<ResponseCode>), CodeTally>,
    /// Money.
    pub(crate) amounts: BTreeMap<Currency, AmountTally>,
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
        let terminal = self.terminal(exchange.terminal_key());
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
        let tally = self.terminal(key);
        tally.show_as(terminal, names);
        tally.counts.add_approved(count);
        if !merchant.is_absent() {
            tally.merchants.add(merchant, count);
        }
        tally.last_approved = tally.last_approved.max(Some(last));
    }

    fn terminal(&mut self, key: Symbol) -> &mut TerminalTally {
        let Self { terminals, places, .. } = self;
        if places.len() <= key.index() {
            places.resize(key.index() + 1, 0);
        }
        let place = &mut places[key.index()];
        if *place == 0 {
            terminals.push(TerminalTally::default());
            // No more of them than symbols.
            *place = terminals.len() as u32;
        }
        &mut terminals[*place as usize - 1]
    }

    /// Unanswered and late attempts have no code of their own to count.
    fn record_code(&mut self, exchange: &Exchange, conclusion: &Conclusion) {
        if !matches!(conclusion.outcome, Outcome::Declined | Outcome::Unclassified) {
            return;
        }
        let code = self.codes.entry((conclusion.dialect, conclusion.code)).or_default();
        code.count += 1;
        code.reasons.add(conclusion.reason, 1);
        code.issuers.add(exchange.symbol(|leg| leg.issuer), 1);
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
            self.merchants.add(merchant, 1);
        }
        let at = exchange.at();
        if conclusion.outcome == Outcome::Approved {
            self.last_approved = self.last_approved.max(Some(at));
        }
        if conclusion.failed() {
            self.record_failure(exchange, conclusion);
        }
    }

    fn record_failure(&mut self, exchange: &Exchange, conclusion: &Conclusion) {
        let Conclusion { reason, code, .. } = *conclusion;
        self.codes.add((reason, code), 1);
        let told = exchange.symbol(|leg| leg.switch_reason);
        if !told.is_absent() {
            self.switch_reasons.add((reason, told), 1);
        }
        let at = exchange.at();
        let (place, samples) = self.span_of(reason, at);
        let span = &mut self.spans[place];
        span.last = span.last.max(at);
        // Nearly all come after the earliest three.
        if samples.len() == SAMPLES && at > self.samples[samples.end - 1].at() {
            return;
        }
        let sample = Sample {
            at,
            stan: exchange.either(|leg| leg.stan),
            rrn: exchange.either(|leg| Some(leg.rrn).filter(|rrn| !rrn.is_absent())).unwrap_or_default(),
            code,
            source: exchange.source(),
        };
        self.keep_if_early(place, samples, &sample);
    }

    /// Where a reason stands among the reasons, a new one with its first failure, and its samples.
    fn span_of(&mut self, reason: Option<Reason>, at: Timestamp) -> (usize, Range<usize>) {
        let place = self.spans.partition_point(|span| span.reason < reason);
        if self.spans.get(place).is_none_or(|span| span.reason != reason) {
            push_tightly(&mut self.spans, ReasonSpan { reason, last: at, kept: 0 });
            self.spans[place..].rotate_right(1);
        }
        let before: usize = self.spans[..place].iter().map(|span| usize::from(span.kept)).sum();
        (place, before..before + usize::from(self.spans[place].kept))
    }

    /// The earliest samples stay, whatever the order in which exchanges are counted.
    fn keep_if_early(&mut self, place: usize, samples: Range<usize>, sample: &Sample) {
        let order = |kept: &Kept| kept.at().cmp(&sample.at).then_with(|| kept.sample().cmp(sample));
        let earlier = self.samples[samples.clone()].partition_point(|kept| order(kept).is_lt());
        let at = samples.start + earlier;
        if samples.len() < SAMPLES {
            push_tightly(&mut self.samples, sample.into());
            self.samples[at..].rotate_right(1);
            self.spans[place].kept += 1;
        } else if earlier < SAMPLES {
            self.samples[samples.end - 1] = sample.into();
            self.samples[at..samples.end].rotate_right(1);
        }
    }
}

#[cfg(test)]
mod tests;
