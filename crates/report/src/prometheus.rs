//! The result as Prometheus reads it from a file: gauges in the text format of expositions, without time stamps.
//!
//! A report tells of a day, and of another one tomorrow: all values are gauges. They stand in base units, shares
//! as ratios. Of terminals only the worst are told one by one, since each is a series for a monitor to keep.
//! Families without a sample are left out.

use crate::View;
use crate::judged::Judged;
use crate::measures::{Measure, Measured, Measures};
use crate::percent::Percent;
use crate::scope::Scope;
use crate::verdict::UNJUDGED;
use posmortem_classify::{Cause, Language, Reason};
use posmortem_diagnose::{State, Thousandths};
use posmortem_exchange::Outcome;
use posmortem_iso8583::{TableError, TableRow};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, Write};
use std::sync::OnceLock;
use std::time::UNIX_EPOCH;

/// Terminals that are told where the view tells no other number.
const TERMINALS: usize = 20;

pub(crate) fn write(judged: &Judged<'_>, view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let families = [moments(judged, view), totals(judged), shares(judged, view), fleet(judged)].concat();
    let families = [families, incidents(judged, view), terminals(judged, view), ledger(judged)].concat();
    families.iter().try_for_each(|family| family.write(view.language, out))
}

/// Samples of one name.
#[derive(Clone)]
struct Family {
    name: String,
    help: [&'static str; 2],
    /// Labels in braces, or nothing, and the value.
    samples: Vec<(String, String)>,
}

impl Family {
    /// A family of the table, without samples yet.
    fn of(name: &'static str) -> Self {
        let row = families().iter().find(|row| row.fields[0] == name);
        let [_, en, zh] = row.expect("every family that is written is in the table").fields;
        Self { name: name.to_owned(), help: [en, zh], samples: Vec::new() }
    }

    fn with(mut self, labels: &[(&str, &str)], value: impl Display) -> Self {
        self.add(labels, value);
        self
    }

    fn add(&mut self, labels: &[(&str, &str)], value: impl Display) {
        let pairs: Vec<_> =
            labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
        let labels = if pairs.is_empty() { String::new() } else { format!("{{{}}}", pairs.join(",")) };
        self.samples.push((labels, value.to_string()));
    }

    fn write(&self, language: Language, out: &mut dyn Write) -> io::Result<()> {
        let Self { name, help: [en, zh], samples } = self;
        let help = match language {
            Language::En => en,
            Language::Zh => zh,
        };
        if samples.is_empty() {
            return Ok(());
        }
        writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge")?;
        samples.iter().try_for_each(|(labels, value)| writeln!(out, "{name}{labels} {value}"))
    }
}

/// What ends a label's value, and what would hide that it does.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// When the report was made, which alone differs from run to run, and how far the log goes.
fn moments(judged: &Judged<'_>, view: &View<'_>) -> Vec<Family> {
    let made = view.now.and_then(|now| now.duration_since(UNIX_EPOCH).ok());
    let mut report = Family::of("posmortem_report_timestamp_seconds");
    made.iter().for_each(|made| report.add(&[], made.as_secs()));
    let mut last = Family::of("posmortem_log_last_timestamp_seconds");
    judged.summary.last.iter().for_each(|at| last.add(&[], seconds(at.millis)));
    vec![report, last]
}

fn seconds(millis: i64) -> String {
    let sign = if millis < 0 { "-" } else { "" };
    format!("{sign}{}", Thousandths(millis.unsigned_abs()))
}

fn totals(judged: &Judged<'_>) -> Vec<Family> {
    let totals = &judged.summary.totals;
    let mut attempts = Family::of("posmortem_attempts");
    for outcome in Outcome::ALL {
        attempts.add(&[("outcome", outcome.name())], totals.with(outcome));
    }
    let mut failed = Family::of("posmortem_failed_attempts");
    for cause in Cause::ALL {
        failed.add(&[("cause", cause.name())], totals.causes[cause.index()]);
    }
    let unclassified = Outcome::Unclassified;
    failed.add(&[("cause", unclassified.name())], totals.with(unclassified));
    vec![attempts, failed]
}

/// Each share of the table of measures, but of nothing.
fn shares(judged: &Judged<'_>, view: &View<'_>) -> Vec<Family> {
    let measures = Measures::of_judged(judged, view);
    let share = |measure: Measure| match measures.value(measure)? {
        Measured::Share { part, whole: whole @ 1.. } => Some(Family {
            name: format!("posmortem_{}_ratio", measure.name().trim_end_matches("_rate")),
            help: [Language::En, Language::Zh].map(|language| measure.meaning(language)),
            samples: vec![(String::new(), Percent::of(part, whole).number(6))],
        }),
        _ => None,
    };
    Measure::all().filter_map(share).collect()
}

/// Every state, also of which there is no terminal, so that a series does not end with its trouble.
fn fleet(judged: &Judged<'_>) -> Vec<Family> {
    let known = if judged.diagnosis.is_some() { &State::ALL[..] } else { &[] };
    let states = known.iter().map(|state| state.name()).chain([UNJUDGED]);
    let mut counts: Vec<_> = states.map(|name| (name, 0u64)).collect();
    for terminal in &judged.summary.terminals {
        let state = judged.verdict(terminal).state_name();
        counts.iter_mut().filter(|(name, _)| *name == state).for_each(|(_, count)| *count += 1);
    }
    let family = Family::of("posmortem_terminals");
    vec![counts.iter().fold(family, |family, (state, count)| family.with(&[("state", state)], count))]
}

/// Those of one cause and scope together: what comes back every day is one series, whatever its window.
fn incidents(judged: &Judged<'_>, view: &View<'_>) -> Vec<Family> {
    let mut together: BTreeMap<(Reason, String), [u64; 3]> = BTreeMap::new();
    for incident in judged.incidents(view) {
        let sums = together.entry((incident.reason, Scope::of(incident).label())).or_default();
        let of_this = [1, u64::from(incident.ongoing), incident.excess().0];
        sums.iter_mut().zip(of_this).for_each(|(sum, more)| *sum += more);
    }
    let mut families = [
        Family::of("posmortem_incidents"),
        Family::of("posmortem_ongoing_incidents"),
        Family::of("posmortem_incident_excess_attempts"),
    ];
    for ((reason, scope), [all, ongoing, excess]) in &together {
        let labels = [("cause", reason.cause().name()), ("reason", reason.name()), ("scope", scope)];
        families[0].add(&labels, all);
        families[1].add(&labels, ongoing);
        families[2].add(&labels, Thousandths(*excess));
    }
    families.into()
}

fn terminals(judged: &Judged<'_>, view: &View<'_>) -> Vec<Family> {
    let worst = View { top: view.top.or(Some(TERMINALS)), ..*view };
    let mut attempts = Family::of("posmortem_terminal_attempts");
    let mut failed = Family::of("posmortem_terminal_failed_attempts");
    for (terminal, verdict) in judged.listed(&worst).terminals {
        let labels = [
            ("terminal_id", judged.summary.names.text(terminal.terminal)),
            ("merchant_id", judged.summary.merchant_of(terminal)),
            ("state", verdict.state_name()),
            ("cause", verdict.cause().map_or("", Cause::name)),
            ("reason", verdict.reason().map_or("", Reason::name)),
        ];
        attempts.add(&labels, terminal.counts.exchanges);
        failed.add(&labels, terminal.counts.failed());
    }
    vec![attempts, failed]
}

/// The terms of the ledger's sum by their names in the JSON, and what stands beside it.
fn ledger(judged: &Judged<'_>) -> Vec<Family> {
    let ledger = &judged.summary.ledger;
    let family = Family::of("posmortem_frames");
    let frames =
        ledger.terms().iter().fold(family, |family, (name, count)| family.with(&[("ledger", name)], count));
    vec![frames, Family::of("posmortem_non_message_records").with(&[], ledger.non_message)]
}

fn families() -> &'static [TableRow<'static, 3>] {
    static FAMILIES: OnceLock<Vec<TableRow<'static, 3>>> = OnceLock::new();
    FAMILIES.get_or_init(|| read().expect("the table of families is checked by a test"))
}

fn read() -> Result<Vec<TableRow<'static, 3>>, TableError> {
    posmortem_iso8583::rows(include_str!("../data/prometheus.tsv"), ["name", "en", "zh"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_keep_their_milliseconds_and_sign() {
        assert_eq!(seconds(1_763_683_230_250), "1763683230.250");
        assert_eq!(seconds(-7), "-0.007");
        assert_eq!(seconds(0), "0.000");
    }

    #[test]
    fn nothing_in_a_label_ends_it() {
        let family = Family::of("posmortem_incidents").with(&[("scope", "a\"b\\c\nd")], 1);
        assert_eq!(family.samples, [("{scope=\"a\\\"b\\\\c\\nd\"}".to_owned(), "1".to_owned())]);
    }

    /// As `promtool check metrics` asks, and told in both languages.
    #[test]
    fn families_are_named_as_gauges_are() {
        for row in read().unwrap() {
            let [name, en, zh] = row.fields;
            assert!(name.starts_with("posmortem_") && !name.ends_with("_total") && !name.ends_with("_count"));
            assert!(!en.is_empty() && !en.contains('\\') && !zh.is_ascii(), "{name}");
        }
    }
}
