//! Which tables can be read together.

use super::{JoinError, RULES};
use crate::Settings;
use posmortem_exchange::{FileFacts, RunFacts};
use posmortem_iso8583::Timestamp;
use posmortem_tables::{Header, Table, TableFacts};
use std::collections::HashMap;
use std::hash::Hash;

/// Checks every two of the tables, in their order. What must be equal is compared with the first one: tables of parts of
/// logs are thousands.
pub(super) fn check(tables: &[(String, Table)]) -> Result<(), JoinError> {
    let mut logs: HashMap<_, Vec<usize>> = HashMap::new();
    for (at, (name, table)) in tables.iter().enumerate() {
        let header = table.header();
        let alike = logs.entry(log_of(header)).or_default();
        let is_same =
            |other: &&usize| table.is_copy_of(&tables[**other].1) || header.facts.run.first.is_some();
        if let Some(other) = alike.iter().find(is_same) {
            return Err(JoinError::Same(tables[*other].0.clone(), name.clone()));
        }
        alike.push(at);
        let (first_name, first) = (&tables[0].0, tables[0].1.header());
        let names = || (first_name.clone(), name.clone());
        if first.settings != header.settings {
            let (one, two) = names();
            return Err(JoinError::Settings(one, two, first.settings.clone(), header.settings.clone()));
        }
        if first.token_key_id != header.token_key_id {
            let (one, two) = names();
            return Err(JoinError::Keys(one, two, first.token_key_id.clone(), header.token_key_id.clone()));
        }
    }
    let times: Vec<_> = tables.iter().map(|(_, table)| Times::of(&table.header().facts)).collect();
    for (at, times_of_one) in times.iter().enumerate() {
        let overlaps = |other: &Times| other.lie_inside(times_of_one) || times_of_one.lie_inside(other);
        if let Some(other) = times[at + 1..].iter().position(overlaps) {
            return Err(JoinError::Overlap(tables[at].0.clone(), tables[at + 1 + other].0.clone()));
        }
    }
    Ok(())
}

/// Checks that every table was saved by the rules of these settings.
pub(super) fn check_rules<'t>(
    mut tables: impl Iterator<Item = (&'t String, &'t Table)>,
    settings: &Settings,
) -> Result<(), JoinError> {
    let in_force = settings.rules.as_ref().and_then(|rules| rules.decisions_sha256());
    let of = |table: &'t Table| rules_of(&table.header().settings);
    let Some((path, table)) = tables.find(|(_, table)| of(table) != in_force.as_deref()) else {
        return Ok(());
    };
    let why = match (of(table), in_force) {
        (Some(_), Some(_)) => "by other rules than those in force: name those of then (--rules)",
        (Some(_), None) => "by rules, and none are in force: name those of then (--rules)",
        (None, _) => "without the rules that are in force: leave them out",
    };
    Err(JoinError::Rules(path.clone(), why))
}

/// The digest of the rules in a text of settings, in which they stand third.
fn rules_of(settings: &str) -> Option<&str> {
    settings.split(' ').nth(2)?.strip_prefix(RULES)
}

/// What two tables of one log have in common, as far as can be told: files of the same size, with the same messages at
/// both ends.
fn log_of(header: &Header) -> impl Eq + Hash + use<'_> {
    let RunFacts { first, last, files, .. } = &header.facts.run;
    let moment = |at: &Option<Timestamp>| at.map(|at| (at.millis, at.offset_minutes));
    let file = |file: &'_ FileFacts| {
        let start = file.split.as_ref().map(|split| split.start);
        (file.summary.path.clone(), file.summary.bytes, start)
    };
    (moment(first), moment(last), files.iter().map(file).collect::<Vec<_>>())
}

/// Between these moments a table has settled what it could: no leg of others is expected there.
pub(super) fn settled_span(facts: &TableFacts) -> Option<(i64, i64)> {
    let horizon_ms = facts.pairing.horizon_ms;
    let (begins, ends) = facts.core.filter(|_| facts.settled_legs > 0)?;
    let span = (begins.saturating_add(horizon_ms), ends.saturating_sub(horizon_ms));
    (span.0 < span.1).then_some(span)
}

/// When a table has legs, and where it has settled everything.
struct Times {
    /// All but a few of its legs.
    legs: Option<(i64, i64)>,
    settled: Option<(i64, i64)>,
}

impl Times {
    fn of(facts: &TableFacts) -> Self {
        let all = facts.run.first.zip(facts.run.last).map(|(first, last)| (first.millis, last.millis));
        // So few legs that each of them counts. Those of a part of a file are looked at one by one.
        let are_parts = facts.run.files.iter().any(|file| file.split.is_some());
        let legs = facts.core.or(all.filter(|_| !are_parts));
        // A table of a few legs more has its sixteenth-earliest behind its sixteenth-latest.
        let legs = legs.map(|(begins, ends)| (begins.min(ends), begins.max(ends)));
        Self { legs, settled: settled_span(facts) }
    }

    /// Whether more than a few of these legs lie where `table` has settled everything.
    fn lie_inside(&self, table: &Self) -> bool {
        let both = self.legs.zip(table.settled);
        both.is_some_and(|((begins, ends), (from, to))| begins < to && ends > from)
    }
}
