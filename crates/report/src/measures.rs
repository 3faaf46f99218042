//! The numbers of a result that have names: what a limit compares, and what a monitor is told.
//!
//! `data/measures.tsv` says which there are, what they mean and which two make a share. What they count is
//! told here, from a result and what a diagnosis says of it; limits and their comparison are the caller's.
//! All of them cover the exchanges that filters have chosen, and none looks at what a [`View`] lists: neither
//! `top` nor `min_exchanges`.

use crate::judged::Judged;
use crate::percent::Percent;
use crate::{Content, View};
use posmortem_classify::{Cause, Language};
use posmortem_diagnose::State;
use posmortem_exchange::{Outcome, Summary, TerminalTally};
use posmortem_iso8583::TableError;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

/// A measure by its name: one row of the table.
#[derive(Clone, Copy)]
pub struct Measure(&'static Row);

/// What a measure is a number of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Attempts, terminals, incidents or frames.
    Count,
    /// A part of a whole.
    Share,
}

/// What a measure shows in a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measured {
    /// So many.
    Count(u64),
    /// So many of so many; both may be 0.
    Share {
        /// The part.
        part: u64,
        /// The whole.
        whole: u64,
    },
}

/// The measures of one result.
pub struct Measures {
    counts: BTreeMap<&'static str, u64>,
}

struct Row {
    name: &'static str,
    /// Part and whole of a share.
    share: Option<(&'static str, &'static str)>,
    needs_verdicts: bool,
    en: &'static str,
    zh: &'static str,
}

impl Measure {
    /// Every measure, in the order of the table.
    pub fn all() -> impl ExactSizeIterator<Item = Self> + Clone {
        table().iter().map(Self)
    }

    /// The measure of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|measure| measure.name() == name)
    }

    /// The name in limits.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// What it is a number of.
    pub fn unit(self) -> Unit {
        if self.0.share.is_some() { Unit::Share } else { Unit::Count }
    }

    /// Whether it is known only where terminals are judged.
    pub fn needs_verdicts(self) -> bool {
        self.0.needs_verdicts
    }

    /// What it means, in a phrase.
    pub fn meaning(self, language: Language) -> &'static str {
        match language {
            Language::En => self.0.en,
            Language::Zh => self.0.zh,
        }
    }
}

impl fmt::Debug for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Measure({})", self.name())
    }
}

impl PartialEq for Measure {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Measure {}

impl Measured {
    /// A share in per cent with two decimals, `17.06 %`; `None` of a count.
    pub fn percent(self) -> Option<String> {
        match self {
            Self::Count(_) => None,
            Self::Share { part, whole } => Some(Percent::of(part, whole).hundredths()),
        }
    }
}

impl Measures {
    /// Those of a result, and of its diagnosis where there is one.
    pub fn of(content: &Content<'_>, view: &View<'_>) -> Self {
        Self::of_judged(&Judged::of(content), view)
    }

    pub(crate) fn of_judged(judged: &Judged<'_>, view: &View<'_>) -> Self {
        let mut counts = BTreeMap::new();
        counts.extend(of_attempts(judged.summary));
        counts.extend(of_input(judged.summary));
        if judged.diagnosis.is_some() {
            counts.extend(of_verdicts(judged, view));
        }
        Self { counts }
    }

    /// What a measure shows; `None` where it needs verdicts and nothing was judged.
    pub fn value(&self, measure: Measure) -> Option<Measured> {
        let count = |name| self.counts.get(name).copied();
        match measure.0.share {
            None => count(measure.name()).map(Measured::Count),
            Some((part, whole)) => Some(Measured::Share { part: count(part)?, whole: count(whole)? }),
        }
    }
}

type Count = (&'static str, u64);

fn of_attempts(summary: &Summary) -> Vec<Count> {
    let totals = &summary.totals;
    let mut counts = vec![("attempts", totals.exchanges), ("failed", totals.failed())];
    counts.extend(Outcome::ALL.map(|outcome| (outcome.name(), totals.with(outcome))));
    counts.extend(Cause::ALL.map(|cause| (cause.name(), totals.causes[cause.index()])));
    let (mut technical, mut business) = (0, 0);
    for (reason, tally) in summary.terminals.iter().flat_map(TerminalTally::reasons) {
        match reason {
            Some(reason) if reason.is_technical() => technical += tally.count(),
            Some(_) => business += tally.count(),
            None => {}
        }
    }
    counts.extend([("technical", technical), ("business", business)]);
    counts.push(("terminals", summary.terminals.len() as u64));
    counts
}

fn of_input(summary: &Summary) -> [Count; 3] {
    let ledger = &summary.ledger;
    [("frames", ledger.frames()), ("rejected", ledger.rejected), ("out_of_order", ledger.out_of_order)]
}

fn of_verdicts(judged: &Judged<'_>, view: &View<'_>) -> Vec<Count> {
    let mut by_state = [0; State::ALL.len()];
    for terminal in &judged.summary.terminals {
        if let Some(state) = judged.verdict(terminal).state() {
            by_state[state as usize] += 1;
        }
    }
    let in_state = |state: State| by_state[state as usize];
    let incidents = judged.incidents(view);
    let ongoing = incidents.iter().filter(|incident| incident.ongoing).count();
    vec![
        ("own_terminals", in_state(State::Own) + in_state(State::Mixed)),
        ("attacked_terminals", in_state(State::Attack)),
        ("silent_terminals", in_state(State::Silent)),
        ("shared_terminals", in_state(State::Shared)),
        ("incidents", incidents.len() as u64),
        ("ongoing_incidents", ongoing as u64),
    ]
}

fn table() -> &'static [Row] {
    static TABLE: OnceLock<Vec<Row>> = OnceLock::new();
    TABLE.get_or_init(|| read().expect("the table of measures is checked by tests"))
}

fn read() -> Result<Vec<Row>, TableError> {
    let text = include_str!("../data/measures.tsv");
    let rows = posmortem_iso8583::rows(text, ["name", "unit", "part", "whole", "needs", "en", "zh"])?;
    let row = |[name, unit, part, whole, needs, en, zh]: [&'static str; 7]| {
        let share = (unit == "share").then_some((part, whole));
        Row { name, share, needs_verdicts: needs == "verdicts", en, zh }
    };
    Ok(rows.into_iter().map(|read| row(read.fields)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use posmortem_diagnose::Diagnosis;
    use std::collections::BTreeSet;

    fn measures(diagnosis: Option<&Diagnosis>) -> Measures {
        let summary = Summary::default();
        Measures::of(&Content { diagnosis, ..Content::of(&summary) }, &View::default())
    }

    #[test]
    fn the_table_and_what_is_counted_agree() {
        let (counted, judged) = (measures(None), measures(Some(&Diagnosis::default())));
        let of_unit = |unit| Measure::all().filter(move |measure| measure.unit() == unit);
        let listed: BTreeSet<_> = of_unit(Unit::Count).map(Measure::name).collect();
        assert_eq!(listed, judged.counts.keys().copied().collect(), "counts that are listed, and counted");
        for measure in Measure::all() {
            assert!(judged.value(measure).is_some(), "{measure:?}: part and whole are counts");
            assert_eq!(counted.value(measure).is_none(), measure.needs_verdicts(), "{measure:?}");
        }
    }

    #[test]
    fn rows_are_whole_and_names_are_words_of_a_limit() {
        let text = include_str!("../data/measures.tsv");
        let rows =
            posmortem_iso8583::rows(text, ["name", "unit", "part", "whole", "needs", "en", "zh"]).unwrap();
        for row in rows {
            let [name, unit, part, whole, needs, en, zh] = row.fields;
            assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}");
            assert!(["counts", "verdicts"].contains(&needs), "{name}");
            assert!(!en.is_empty() && !zh.is_ascii(), "{name}");
            match unit {
                "count" => assert_eq!((part, whole, name.ends_with("_rate")), ("", "", false), "{name}"),
                "share" => assert_eq!(name, format!("{part}_rate")),
                other => panic!("{name}: {other}"),
            }
        }
        let names: BTreeSet<_> = Measure::all().map(Measure::name).collect();
        assert_eq!(names.len(), Measure::all().len(), "each name stands for one");
    }
}
