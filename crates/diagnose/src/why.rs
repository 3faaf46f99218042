//! How a verdict came about, step by step: raw counts, what the mix lets expect, what incidents took,
//! what is left, and what would have made another verdict of it.

use crate::judge::Judge;
use crate::terminal_counts::explaining;
use crate::{Evidence, Flags, Mark, Rates, State, Thousandths, Value, Weighed, Why, WhyLine};
use rayon::prelude::*;

/// The chain of each terminal that was asked for and has attempts.
pub(crate) fn whys(judge: &Judge<'_, '_>, rates: &Rates, asked: &[String], terminals: &[u32]) -> Vec<Why> {
    let is_asked = |terminal: &&u32| {
        let id = judge.fleet.names.text(judge.fleet.terminals[**terminal as usize]);
        asked.iter().any(|asked| posmortem_exchange::terminal_key(asked) == id)
    };
    let asked: Vec<u32> = terminals.iter().filter(is_asked).copied().collect();
    if asked.is_empty() {
        return Vec::new();
    }
    let fleet = FleetRates::of(judge);
    asked.par_iter().map(|terminal| why(judge, rates, &fleet, *terminal)).collect()
}

/// What the fleet's average attempt shows, whoever the customer is.
struct FleetRates {
    by_mark: [f64; Mark::COUNT],
}

impl FleetRates {
    fn of(judge: &Judge<'_, '_>) -> Self {
        let mut counts = [0_u64; Mark::COUNT];
        let mut attempts = 0_u64;
        for attempt in judge.fleet.day.attempts.iter().filter(|attempt| !attempt.flags.has(Flags::ATTACK)) {
            attempts += 1;
            for mark in marks(attempt) {
                counts[mark.index()] += 1;
            }
        }
        Self { by_mark: counts.map(|count| count as f64 / attempts.max(1) as f64) }
    }
}

/// The marks that an attempt shows.
fn marks(attempt: &crate::Attempt) -> impl Iterator<Item = Mark> {
    let failed = Some(attempt.mark).filter(|mark| !mark.is_none());
    let fell_back = attempt.flags.has(Flags::FELL_BACK).then_some(Mark::FELL_BACK);
    failed.into_iter().chain(fell_back)
}

#[derive(Clone, Copy, Default)]
struct Line {
    observed: u64,
    fleet: f64,
    mix: f64,
    incidents: u64,
    set_aside: u64,
}

fn why(judge: &Judge<'_, '_>, rates: &Rates, fleet: &FleetRates, terminal: u32) -> Why {
    let day = &judge.fleet.day;
    let range = day.sequences[terminal as usize].clone();
    let mut lines = [Line::default(); Mark::COUNT];
    let mut failed = 0;
    for attempt in &day.attempts[range.clone()] {
        let (cell, hour) = (day.leaves.cell(attempt.leaf), rates.hour(attempt.at));
        for mark in Mark::all() {
            lines[mark.index()].fleet += fleet.by_mark[mark.index()];
            lines[mark.index()].mix += rates.rate(cell, hour, mark);
        }
        failed += u64::from(!attempt.mark.is_none());
        for mark in marks(attempt) {
            let line = &mut lines[mark.index()];
            line.observed += 1;
            if attempt.flags.has_any(Flags::NEUTRAL.with(Flags::ATTACK)) {
                line.set_aside += 1;
            } else if explaining(judge.fleet, judge.findings, judge.groups, attempt).is_some() {
                line.incidents += 1;
            }
        }
    }
    let mut shown: Vec<WhyLine> = Mark::all()
        .filter(|mark| lines[mark.index()].observed > 0)
        .map(|mark| {
            let Line { observed, fleet, mix, incidents, set_aside } = lines[mark.index()];
            let (fleet, mix) = (Thousandths::round(fleet), Thousandths::round(mix));
            WhyLine { what: mark.name(), observed, fleet, mix, incidents, set_aside }
        })
        .collect();
    shown.sort_by_key(|line| std::cmp::Reverse(line.observed));
    Why {
        terminal: judge.fleet.terminals[terminal as usize],
        attempts: range.len() as u64,
        failed,
        lines: shown,
        weighed: weighed(judge, terminal),
        would_change: would_change(judge, terminal),
    }
}

fn weighed(judge: &Judge<'_, '_>, terminal: u32) -> Vec<Weighed> {
    let suspects = judge.own.suspects.iter().filter(|suspect| suspect.terminal == terminal);
    let of_one = |suspect: &crate::own::Suspect| Weighed {
        signature: judge.signatures.get(suspect.signature).name,
        observed: u64::from(suspect.inside.observed),
        expected: Thousandths::round(suspect.inside.expected),
        attempts: u64::from(suspect.inside.attempts),
        window: (judge.fleet.moment(suspect.window.0), judge.fleet.moment(suspect.window.1)),
        ln_bayes: (suspect.ln_bayes_factor * 1000.0).round() as i64,
        chance: Thousandths::round(suspect.local_fdr),
    };
    suspects.map(of_one).collect()
}

/// What another verdict would have taken.
fn would_change(judge: &Judge<'_, '_>, terminal: u32) -> Vec<Evidence> {
    let verdict = judge.verdict(terminal);
    let counts = &judge.counts[terminal as usize];
    let mut changes = Vec::new();
    if verdict.state == State::Shared || verdict.state == State::Mixed {
        changes.push(Evidence::new("without_incidents", [Value::Count(counts.explained())]));
    }
    if !matches!(verdict.state, State::Own | State::Mixed | State::Attack) {
        let effects = judge
            .signatures
            .iter()
            .enumerate()
            .filter_map(|(signature, of)| Some((judge.own.least_effect(terminal, signature)?, of.name)));
        let mut effects: Vec<_> = effects.collect();
        effects.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(b.1)));
        changes.extend(effects.into_iter().map(|(effect, signature)| {
            Evidence::new("would_be_seen", [Value::Share(Thousandths::round(effect)), Value::Word(signature)])
        }));
    } else if let Some(suspect) = judge.own.suspects.iter().find(|suspect| suspect.terminal == terminal) {
        let spare = suspect.inside.observed.saturating_sub((2.0 * suspect.inside.expected) as u32);
        changes.push(Evidence::new("without_hits", [Value::Count(u64::from(spare))]));
    }
    changes
}
