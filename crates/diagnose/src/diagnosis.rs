//! The stages in their order: baseline, incidents, own faults, and all of it once more; silence; verdicts.
//!
//! Three rounds, because each stage needs the others' results: a baseline that still holds an outage
//! expects outages, and an incident that a broken terminal stands for is none. Each round leaves out what
//! the one before found. The third is for crowds of terminals that were blamed for what they share.

use crate::baseline::{self, Slots};
use crate::crowd::{crowded, crowded_beyond_sites};
use crate::expectation::Expectation;
use crate::fleet::Fleet;
use crate::judge::{CardsElsewhere, FEWEST_ATTEMPTS, Judge};
use crate::key_age::KeyAges;
use crate::own::{self, Described, OwnSettings, OwnTest};
use crate::scan::{Finding, Groups, Scan, ScanSettings, ScopeKind, Scopes};
use crate::silence::{Silences, silences};
use crate::terminal_counts;
use crate::why;
use crate::{
    Attempt, Attribute, Diagnosis, Evidence, Flags, Rates, Settings, Signatures, State, UNTOLD, Value,
    Verdict,
};
use posmortem_exchange::{ExchangeTable, Names};
use rayon::prelude::*;

/// Baseline, scan and test are done so often.
const ROUNDS: usize = 3;
/// So many terminals are a fleet; fewer cannot be their own baseline (docs/diagnosis.md).
const FEWEST_TERMINALS: usize = 50;

/// Says what is wrong in the exchanges of a table.
///
/// `names` are those of the table's symbols. The result is the same at any number of threads.
pub fn diagnose(table: &ExchangeTable, names: &Names, settings: &Settings) -> Diagnosis {
    let mut fleet = Fleet::of(table, names, settings);
    let (groups, signatures) = (Groups::payments(), Signatures::built_in());
    let history = settings.history.since(&fleet, settings.days_before());
    let mut found = Found { before: history.rates(&fleet.cells), ..Found::default() };
    let mut kinds = ScopeKind::payments();
    kinds.iter_mut().for_each(|kind| kind.all_day |= found.before.is_some());
    let scan = ScanSettings::day(Attribute::Terminal.dimension());
    let search = Search { scopes: Scopes::of(&fleet.day, &kinds, scan.bin_ms), kinds, settings: scan };
    for round in 1..=ROUNDS {
        let left_nothing_out = found.is_nothing();
        found = found.again(&mut fleet, &search, &groups, &signatures, round == ROUNDS);
        if left_nothing_out && found.is_nothing() {
            // Another round would be this one again.
            break;
        }
    }
    let Found { before, rates, findings, own } = found;
    let (Some(rates), Some(own)) = (rates, own) else { return Diagnosis::default() };
    let silences = silences_of(&fleet);
    let counts = terminal_counts::count(&fleet, &rates, &findings, &groups);
    let incidents = crate::incidents::incidents(&fleet, &findings, &groups, &hit(&findings, &counts));
    let (attempts, failed) =
        counts.iter().fold((0, 0), |sums, terminal| (sums.0 + terminal.attempts, sums.1 + terminal.failed));
    let blamed: Vec<_> = own.own().collect();
    let in_crowd = crowded_beyond_sites(&fleet, &blamed);
    let judge = Judge {
        crowd: blamed
            .iter()
            .zip(in_crowd)
            .filter(|(_, is)| *is)
            .map(|(suspect, _)| suspect.terminal)
            .collect(),
        fleet: &fleet,
        groups: &groups,
        signatures: &signatures,
        findings: &findings,
        incidents: &incidents,
        own: &own,
        silences: &silences,
        counts: &counts,
        fleet_rate: failed as f64 / (attempts as f64).max(1.0),
        cards_elsewhere: &CardsElsewhere::of(&fleet, &blamed),
        key_ages: &KeyAges::of(&fleet, &history),
    };
    let with_attempts = (UNTOLD..fleet.terminals.len() as u32)
        .filter(|terminal| !fleet.day.sequences[*terminal as usize].is_empty())
        // Nothing is said of a terminal that the inventory silences.
        .filter(|terminal| !fleet.silenced[*terminal as usize]);
    let terminals: Vec<u32> = with_attempts.collect();
    let verdicts: Vec<_> = terminals.par_iter().map(|terminal| judge.verdict(*terminal)).collect();
    let whys = why::whys(&judge, &rates, &settings.why, &terminals);
    let none_judged = none_judged(&fleet, &terminals, &verdicts);
    let limits = none_judged.into_iter().chain(limits(&fleet, settings, before.is_some())).collect();
    let (first, after_last) = fleet.day.span;
    let span = (first < after_last).then(|| (fleet.moment(first), fleet.moment(after_last - 1)));
    let mut diagnosis = Diagnosis::new(incidents, verdicts, whys, limits);
    diagnosis.span = span;
    diagnosis
}

/// What is searched for incidents, in all rounds alike.
struct Search {
    kinds: Vec<ScopeKind>,
    settings: ScanSettings,
    scopes: Scopes,
}

/// What a round leaves to the next.
#[derive(Default)]
struct Found {
    rates: Option<Rates>,
    findings: Vec<Finding>,
    own: Option<OwnTest>,
    /// What earlier days let expect.
    before: Option<Rates>,
}

impl Found {
    /// Neither an incident nor a fault.
    fn is_nothing(&self) -> bool {
        self.findings.is_empty() && self.own.as_ref().is_none_or(|own| own.own().next().is_none())
    }

    /// One more round, without what this one found.
    fn again(
        self,
        fleet: &mut Fleet<'_>,
        search: &Search,
        groups: &Groups,
        signatures: &Signatures,
        is_last: bool,
    ) -> Self {
        let blamed: Vec<_> =
            self.own.iter().flat_map(OwnTest::own).map(|suspect| suspect.rows.clone()).collect();
        let rates = {
            let day = &fleet.day;
            let left_out = Flags::NEUTRAL.with(Flags::ATTACK).with(Flags::OWN).with(Flags::CROWD);
            let in_incident =
                |attempt: &Attempt| self.findings.iter().any(|finding| finding.covers(&day.leaves, attempt));
            let ordinary = |attempt: &Attempt| !attempt.flags.has_any(left_out) && !in_incident(attempt);
            match (is_small(fleet), &self.before) {
                (true, None) => baseline::published(&fleet.cells),
                (_, before) => {
                    // What lies in incidents is looked for among all attempts.
                    let is_calm = self.findings.is_empty();
                    let attempts = is_calm.then(|| search.scopes.slots_but(day, &blamed)).flatten();
                    let slots = Slots::of(day, &fleet.cells, fleet.shown(), ordinary, attempts);
                    baseline::fit(&fleet.cells, &slots, before.as_ref())
                }
            }
        };
        let Search { scopes, kinds, settings } = search;
        // What it searched is not needed beside what the test holds.
        let findings =
            Scan::of_fleet(scopes, fleet, &blamed, &rates, groups, kinds, settings.clone()).search().findings;
        let own = {
            let fleet = &*fleet;
            let expectation =
                Expectation::new(&fleet.day.leaves, &rates, &findings, fleet.shown(), |attempt| {
                    let set_aside = Flags::NEUTRAL.with(Flags::ATTACK).with(Flags::OWN).with(Flags::CROWD);
                    !attempt.flags.has_any(set_aside)
                        && !findings.iter().any(|finding| finding.covers(&fleet.day.leaves, attempt))
                });
            let cards = |at: usize| fleet.card(at);
            // A round that will be followed by another one hands on whom it blames, and no more.
            let may_be_last = is_last || self.is_nothing() && findings.is_empty();
            let described = if may_be_last { Described::All } else { Described::Blamed };
            own::test(
                &fleet.day,
                signatures,
                &fleet.entry_modes,
                &OwnSettings::default(),
                described,
                &expectation,
                &cards,
            )
        };
        set_aside(fleet, self.own.as_ref(), &own);
        Self { rates: Some(rates), findings, own: Some(own), before: self.before }
    }
}

/// Flags the attempts in the windows of own faults, and no others: those that were found before are flagged now.
/// Those of crowds apart.
fn set_aside(fleet: &mut Fleet<'_>, before: Option<&OwnTest>, own: &OwnTest) {
    let suspects: Vec<_> = own.own().collect();
    let crowded = crowded(fleet, &suspects);
    let attempts = &mut fleet.day.attempts;
    let found = Flags::OWN.with(Flags::CROWD);
    for suspect in before.into_iter().flat_map(OwnTest::own) {
        for attempt in &mut attempts[suspect.rows.clone()] {
            attempt.flags = attempt.flags.without(found);
        }
    }
    for (suspect, in_crowd) in suspects.into_iter().zip(crowded) {
        let flag = if in_crowd { Flags::CROWD } else { Flags::OWN };
        for attempt in &mut attempts[suspect.rows.clone()] {
            attempt.flags = attempt.flags.with(flag);
        }
    }
}

fn silences_of(fleet: &Fleet<'_>) -> Silences {
    let sign_ons: Vec<Vec<i64>> =
        (0..fleet.terminals.len() as u32).map(|terminal| fleet.sign_ons(terminal).collect()).collect();
    let restarts: Vec<Vec<i64>> =
        (0..fleet.terminals.len() as u32).map(|terminal| fleet.restarts(terminal).collect()).collect();
    silences(&fleet.day, &sign_ons, &restarts)
}

/// By incident, how many terminals it hit.
fn hit(findings: &[Finding], counts: &[terminal_counts::TerminalCounts]) -> Vec<u32> {
    let mut hit = vec![0; findings.len()];
    for (incident, _) in counts.iter().flat_map(|terminal| &terminal.incidents) {
        hit[*incident] += 1;
    }
    hit
}

/// Whether there are too few terminals to be a baseline of their own.
fn is_small(fleet: &Fleet<'_>) -> bool {
    fleet.terminals.len() <= FEWEST_TERMINALS
}

/// That every terminal has too few attempts to be judged.
fn none_judged(fleet: &Fleet<'_>, terminals: &[u32], verdicts: &[Verdict]) -> Option<Evidence> {
    let attempts = terminals.iter().map(|terminal| fleet.day.sequences[*terminal as usize].len() as u64);
    let busiest = attempts.max().filter(|busiest| *busiest < FEWEST_ATTEMPTS)?;
    let is_untold = verdicts.iter().all(|verdict| verdict.state == State::Insufficient);
    is_untold.then(|| Evidence::new("none_judged", [Value::Count(busiest), Value::Count(FEWEST_ATTEMPTS)]))
}

fn limits(fleet: &Fleet<'_>, settings: &Settings, has_history: bool) -> Vec<Evidence> {
    let mut limits = Vec::new();
    if fleet.outside > 0 {
        limits.push(Evidence::new("outside_span", [Value::Count(fleet.outside)]));
    }
    if has_history {
        return limits;
    }
    // A run that is done again finds its own table, and says what it said before.
    if settings.history.days() > 0 || settings.past.is_some() {
        let days = Value::Count(settings.days_before().into());
        limits.push(Evidence::new("history_of_the_day", [days]));
    }
    if is_small(fleet) {
        let (terminals, year) = (fleet.terminals.len() as u64 - 1, u64::from(baseline::PUBLISHED_YEAR));
        limits.push(Evidence::new("few_terminals", [Value::Count(terminals), Value::Count(year)]));
    }
    limits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::own::tests::suspect;
    use crate::{Day, Mark};

    /// Another round leaves out what this one found: incidents, or terminals that are blamed.
    #[test]
    fn a_round_found_nothing_where_it_found_neither_incidents_nor_faults() {
        let own = |blamed: &[bool]| {
            let mut own = own::own_faults(
                &Day::default(),
                &Signatures::built_in(),
                &[],
                &OwnSettings::default(),
                &|_: &Attempt, _: Mark| 0.0,
                &|_: usize| None::<u64>,
            );
            own.suspects.extend((1..).zip(blamed).map(|(terminal, own)| suspect(terminal, *own)));
            Some(own)
        };
        let finding = Finding {
            scope: Vec::new(),
            kind: 0,
            group: 0,
            joined: Vec::new(),
            start: 0,
            end: 1,
            observed: 9,
            attempts: 9,
            expected: 0.1,
            score: 9.0,
            sequences: 3,
            marks: Vec::new(),
        };
        let is_nothing = |findings: &[Finding], own| {
            Found { findings: findings.to_vec(), own, ..Found::default() }.is_nothing()
        };
        assert!(is_nothing(&[], None) && is_nothing(&[], own(&[])) && is_nothing(&[], own(&[false])));
        assert!(!is_nothing(&[], own(&[false, true])));
        let finding = [finding];
        assert!(
            !is_nothing(&finding, None)
                && !is_nothing(&finding, own(&[]))
                && !is_nothing(&finding, own(&[true]))
        );
    }
}
