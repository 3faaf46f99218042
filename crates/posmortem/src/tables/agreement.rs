//! Which tables can be read together.

use super::RULES;
use crate::Settings;
use posmortem_exchange::FileFacts;
use posmortem_tables::{Header, Table, TableFacts};

/// Why tables cannot be read together, and what to do.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// One table twice.
    #[error("{0} and {1} hold the same log: leave one of them out")]
    Same(String, String),
    /// The rows of one do not mean what those of the other mean.
    #[error(
        "{0} and {1} were saved with different settings ({2}; {3}): save one of them again with those of \
         the other"
    )]
    Settings(String, String, String, String),
    /// Its rows do not mean what the rules in force would make of them.
    #[error("{0} was saved {1}, or save it again from its logs")]
    Rules(String, &'static str),
    /// One card would have two tokens.
    #[error(
        "{0} and {1} were saved under different token keys ({2}, {3}), so that their cards cannot be \
         compared: save one of them again with --token-key"
    )]
    Keys(String, String, String, String),
    /// One holds messages from the midst of the other, where nothing is left to be paired.
    #[error(
        "{0} and {1} overlap in time by more than the horizon: save their logs together, with one \
         `report --save`"
    )]
    Overlap(String, String),
}

/// Checks every two of the tables, in their order.
pub(super) fn check(tables: &[(String, Table)]) -> Result<(), JoinError> {
    for (at, (name, table)) in tables.iter().enumerate() {
        for (other_name, other) in &tables[at + 1..] {
            let names = || (name.clone(), other_name.clone());
            let (a, b) = (table.header(), other.header());
            if table.is_copy_of(other) || have_same_log(a, b) {
                let (one, two) = names();
                return Err(JoinError::Same(one, two));
            }
            if a.settings != b.settings {
                let (one, two) = names();
                return Err(JoinError::Settings(one, two, a.settings.clone(), b.settings.clone()));
            }
            if a.token_key_id != b.token_key_id {
                let (one, two) = names();
                return Err(JoinError::Keys(one, two, a.token_key_id.clone(), b.token_key_id.clone()));
            }
            if lies_inside(&a.facts, &b.facts) || lies_inside(&b.facts, &a.facts) {
                let (one, two) = names();
                return Err(JoinError::Overlap(one, two));
            }
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

/// The same files, as far as can be told: of the same size, with the same messages at both ends.
fn have_same_log(a: &Header, b: &Header) -> bool {
    let (a, b) = (&a.facts.run, &b.facts.run);
    let sizes = |files: &[FileFacts]| -> Vec<_> {
        files.iter().map(|file| (file.summary.path.clone(), file.summary.bytes)).collect()
    };
    a.first.is_some() && (a.first, a.last, sizes(&a.files)) == (b.first, b.last, sizes(&b.files))
}

/// Between these moments a table has settled what it could: no leg of others is expected there.
pub(super) fn settled_span(facts: &TableFacts) -> Option<(i64, i64)> {
    let horizon_ms = facts.pairing.horizon_ms;
    let (begins, ends) = facts.core.filter(|_| facts.settled_legs > 0)?;
    let span = (begins.saturating_add(horizon_ms), ends.saturating_sub(horizon_ms));
    (span.0 < span.1).then_some(span)
}

/// Whether more than a few legs of `other` lie where `table` has settled everything.
fn lies_inside(other: &TableFacts, table: &TableFacts) -> bool {
    let Some((from, to)) = settled_span(table) else { return false };
    let all = other.run.first.zip(other.run.last).map(|(first, last)| (first.millis, last.millis));
    // So few legs that each of them counts.
    let Some((begins, ends)) = other.core.or(all) else { return false };
    // A table of a few legs more has its sixteenth-earliest behind its sixteenth-latest.
    let (begins, ends) = (begins.min(ends), begins.max(ends));
    begins < to && ends > from
}
