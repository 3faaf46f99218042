//! One day's findings against another's: what is new, what persists, what is over.
//!
//! The same terminal with the same cause is the same trouble, and so is the same cause and reason in the same
//! scope. The finer reason of a terminal does not count: which of two reasons of one cause is told depends on what
//! a day happens to show (a key that is out of date is `key_not_updated` where earlier days are known, and
//! `signon_required` where they are not). Nothing is counted or judged here.

use crate::{Attribute, DayFindings, FaultyTerminal, SharedCause};
use posmortem_classify::{Cause, Reason};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// What became of a trouble between two days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// It was not there before.
    New,
    /// It was there before.
    Persisting,
    /// It was there before, and the terminal has had attempts since of which nothing can be told.
    Undecided,
    /// It is over.
    Cleared,
    /// It was there before, and the terminal has had no attempt since.
    NotSeen,
}

impl Change {
    /// Every change, what asks for a look first.
    pub const ALL: [Self; 5] = [Self::New, Self::Persisting, Self::Undecided, Self::Cleared, Self::NotSeen];

    /// The name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Persisting => "persisting",
            Self::Undecided => "undecided",
            Self::Cleared => "cleared",
            Self::NotSeen => "not_seen",
        }
    }
}

/// By what the trouble of a terminal is known again.
pub(crate) type TerminalKey<'f> = (&'f str, Option<Cause>);

/// By what a shared cause is known again.
pub(crate) type IncidentKey<'f> = (Reason, &'f [(Attribute, String)]);

impl FaultyTerminal {
    pub(crate) fn key(&self) -> TerminalKey<'_> {
        (&self.terminal, self.cause)
    }
}

impl SharedCause {
    pub(crate) fn key(&self) -> IncidentKey<'_> {
        (self.reason, &self.scope)
    }
}

/// The trouble of a terminal on two days; at least one of them is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerminalChange {
    /// What became of it.
    pub change: Change,
    /// As it was.
    pub old: Option<FaultyTerminal>,
    /// As it is.
    pub new: Option<FaultyTerminal>,
}

impl TerminalChange {
    /// As it is, or else as it was.
    pub fn latest(&self) -> Option<&FaultyTerminal> {
        self.new.as_ref().or(self.old.as_ref())
    }
}

/// A shared cause on two days; at least one of them is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncidentChange {
    /// What became of it: new, persisting or cleared. Whether the scope had attempts is not asked.
    pub change: Change,
    /// As it was.
    pub old: Option<SharedCause>,
    /// As it is.
    pub new: Option<SharedCause>,
}

impl IncidentChange {
    /// As it is, or else as it was.
    pub fn latest(&self) -> Option<&SharedCause> {
        self.new.as_ref().or(self.old.as_ref())
    }
}

/// What changed between two days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Shared causes: by change, then those with most failures first.
    pub incidents: Vec<IncidentChange>,
    /// Terminals at fault, in the same order.
    pub terminals: Vec<TerminalChange>,
}

impl Comparison {
    /// What changed from one day to another.
    pub fn of(old: &DayFindings, new: &DayFindings) -> Self {
        Self { incidents: incidents(old, new), terminals: terminals(old, new) }
    }
}

fn terminals(old: &DayFindings, new: &DayFindings) -> Vec<TerminalChange> {
    let [before, after] = [old, new].map(|day| by_key(&day.terminals, FaultyTerminal::key, add_terminal));
    let judged: BTreeSet<&str> =
        (new.terminals.iter().map(|one| &one.terminal).chain(&new.faultless)).map(String::as_str).collect();
    let undecided: BTreeSet<&str> = new.undecided.iter().map(String::as_str).collect();
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).copied().collect();
    let change = |key: TerminalKey<'_>| match (before.get(&key), after.get(&key)) {
        (None, _) => Change::New,
        (Some(_), Some(_)) => Change::Persisting,
        (Some(_), None) if judged.contains(key.0) => Change::Cleared,
        (Some(_), None) if undecided.contains(key.0) => Change::Undecided,
        (Some(_), None) => Change::NotSeen,
    };
    let one = |key| TerminalChange {
        change: change(key),
        old: before.get(&key).cloned(),
        new: after.get(&key).cloned(),
    };
    let mut changes: Vec<_> = keys.iter().map(|key| one(*key)).collect();
    // Those that are alike stay in the order of their ids.
    changes.sort_by_key(|one| (one.change, Reverse(one.latest().map(|told| told.observed))));
    changes
}

fn incidents(old: &DayFindings, new: &DayFindings) -> Vec<IncidentChange> {
    let [before, after] = [old, new].map(|day| by_key(&day.incidents, SharedCause::key, add_incident));
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).copied().collect();
    let one = |key| {
        let (old, new) = (before.get(&key).cloned(), after.get(&key).cloned());
        let change = match (&old, &new) {
            (None, _) => Change::New,
            (Some(_), Some(_)) => Change::Persisting,
            (Some(_), None) => Change::Cleared,
        };
        IncidentChange { change, old, new }
    };
    let mut changes: Vec<_> = keys.iter().map(|key| one(*key)).collect();
    changes.sort_by_key(|one| (one.change, Reverse(one.latest().map(|told| told.observed))));
    changes
}

/// Troubles by what they are known by; `add` puts those together that are known by the same.
fn by_key<'f, T: Clone, K: Ord>(
    troubles: &'f [T],
    key: impl Fn(&'f T) -> K,
    add: impl Fn(&mut T, &T),
) -> BTreeMap<K, T> {
    let mut by_key: BTreeMap<K, T> = BTreeMap::new();
    for trouble in troubles {
        by_key.entry(key(trouble)).and_modify(|sum| add(sum, trouble)).or_insert_with(|| trouble.clone());
    }
    by_key
}

/// Another part of the day said the same of the terminal: its words are those of the part that saw more.
fn add_terminal(sum: &mut FaultyTerminal, other: &FaultyTerminal) {
    let observed = sum.observed.saturating_add(other.observed);
    if other.observed > sum.observed {
        *sum = other.clone();
    }
    sum.observed = observed;
}

/// A scope was hit twice. Of the terminals nobody knows which were hit both times.
fn add_incident(sum: &mut SharedCause, other: &SharedCause) {
    sum.observed = sum.observed.saturating_add(other.observed);
    sum.terminals = sum.terminals.max(other.terminals);
}
