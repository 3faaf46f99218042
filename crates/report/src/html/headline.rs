//! When, how much, what became of it, and what was found: the numbers to read first.

use super::lens::{Lens, safe};
use crate::evidence::sentences;
use crate::labels::group_title;
use crate::moment::{span, to_the_second};
use crate::outcomes::parts;
use crate::percent::Percent;
use crate::table::cleared::known_days;
use crate::table::heading::major;
use crate::table::verdicts::is_its_own;
use posmortem_classify::Cause;
use posmortem_diagnose::State;
use posmortem_exchange::{Coverage, Outcome};
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Headline {
    /// `2026-11-21`, or the first and the last day.
    days: String,
    /// From when to when, to the second.
    span: Option<String>,
    attempts: u64,
    approved: Part,
    failed: Part,
    /// Other outcomes that came, how often, and what there is to say of that.
    outcomes: Vec<(&'static str, u64, Option<String>)>,
    /// Causes of failures, and those without one; with their share of the failures.
    causes: Vec<CausePart>,
    incidents: usize,
    ongoing: usize,
    /// Terminals with a trouble of their own, by what stands above them.
    states: Vec<StateCount>,
    amounts: Vec<Amount>,
    /// How many of the days before are known, where that was asked for.
    known_days: Option<String>,
    /// What limits the whole result.
    limits: Vec<String>,
}

#[derive(Serialize)]
struct Part {
    title: &'static str,
    count: u64,
    share: String,
}

#[derive(Serialize)]
struct CausePart {
    name: &'static str,
    title: &'static str,
    count: u64,
    share: String,
    /// Of the longest bar, in hundredths.
    bar: u64,
}

#[derive(Serialize)]
struct StateCount {
    name: &'static str,
    title: &'static str,
    count: usize,
}

#[derive(Serialize)]
struct Amount {
    currency: String,
    failed: String,
    /// Where any was.
    lost: Option<String>,
}

impl Headline {
    pub(super) fn of(lens: &Lens<'_>) -> Self {
        let (counts, labels) = (&lens.summary.totals, lens.labels);
        let part = |title, count| Part { title, count, share: Percent::of(count, counts.exchanges).tenths() };
        let others =
            parts(counts, lens.language).into_iter().filter(|part| part.outcome != Outcome::Approved);
        let incidents = lens.judged.incidents(lens.view);
        Self {
            days: days(lens),
            span: lens.summary.first.zip(lens.summary.last).map(|(first, last)| span(first, last, labels.to)),
            attempts: counts.exchanges,
            approved: part(labels.approved, counts.with(Outcome::Approved)),
            failed: part(labels.failed, counts.failed()),
            outcomes: others.map(|part| (part.title, part.count, part.note)).collect(),
            causes: causes(lens),
            incidents: incidents.len(),
            ongoing: incidents.iter().filter(|incident| incident.ongoing).count(),
            states: states(lens),
            amounts: amounts(lens),
            known_days: lens.judged.recurrences().map(|all| known_days(all, lens.language)),
            limits: limits(lens),
        }
    }
}

fn days(lens: &Lens<'_>) -> String {
    let day = |at| to_the_second(at).split(' ').next().unwrap_or_default().to_owned();
    match (lens.summary.first, lens.summary.last) {
        (Some(first), Some(last)) if lens.with_day => {
            format!("{} {} {}", day(first), lens.labels.to, day(last))
        }
        (Some(first), _) => day(first),
        _ => String::new(),
    }
}

fn causes(lens: &Lens<'_>) -> Vec<CausePart> {
    let counts = &lens.summary.totals;
    let unclassified = counts.with(Outcome::Unclassified);
    let most = counts.causes.into_iter().chain([unclassified]).max().unwrap_or(0);
    let part = |name, title, count: u64| {
        let bar = (count * 100).div_ceil(most.max(1));
        CausePart { name, title, count, share: Percent::of(count, counts.failed()).tenths(), bar }
    };
    let causes =
        Cause::ALL.map(|cause| part(cause.name(), cause.title(lens.language), counts.causes[cause.index()]));
    let unclassified = part("unclassified", lens.labels.unclassified, unclassified);
    causes.into_iter().chain([unclassified]).filter(|part| part.count > 0).collect()
}

fn states(lens: &Lens<'_>) -> Vec<StateCount> {
    if lens.judged.diagnosis.is_none() {
        return Vec::new();
    }
    let mut states: Vec<StateCount> = Vec::new();
    let own: Vec<_> = lens.judged.counted(lens.view).map(|(_, verdict)| verdict).filter(is_its_own).collect();
    for state in State::ALL {
        let count = own.iter().filter(|verdict| verdict.state() == Some(state)).count();
        let title = group_title(Some(state), lens.language);
        match states.last_mut() {
            // Those that incidents hit, too, are at fault themselves.
            Some(last) if last.title == title => last.count += count,
            _ => states.push(StateCount { name: state.name(), title, count }),
        }
    }
    // Whether any is at fault is worth a place even where none is.
    states.retain(|state| state.count > 0 || state.name == State::Own.name());
    states
}

fn amounts(lens: &Lens<'_>) -> Vec<Amount> {
    let failed = lens.summary.amounts.iter().filter(|(_, tally)| tally.failed > 0);
    let amount =
        |(currency, tally): &(posmortem_iso8583::Currency, posmortem_exchange::AmountTally)| Amount {
            currency: if currency.is_known() {
                currency.to_string()
            } else {
                lens.labels.unknown_currency.to_owned()
            },
            failed: major(tally.failed, *currency),
            lost: (tally.approved_then_lost > 0).then(|| major(tally.approved_then_lost, *currency)),
        };
    failed.map(amount).collect()
}

fn limits(lens: &Lens<'_>) -> Vec<String> {
    let limits = lens.judged.diagnosis.map_or(&[][..], |said| &said.limits);
    let filtered = lens.view.filtered.then_some(lens.labels.filtered);
    let coverage = match lens.summary.coverage {
        Coverage::Paired => None,
        Coverage::Complete => Some(lens.labels.rows_only),
        Coverage::ResponsesOnly => Some(lens.labels.responses_only),
    };
    let notes = filtered.into_iter().chain(coverage).map(str::to_owned);
    let limits = sentences(limits, &lens.summary.names, lens.language).into_iter().chain(notes);
    limits.chain(lens.summary.warnings.iter().map(|warning| safe(warning))).collect()
}
