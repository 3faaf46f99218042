//! What a diagnosis of a labelled day should say.
//!
//! Times are those of the link's clock, as its rows tell them. Counts are of attempts that began, retries
//! included, before the log was cut anywhere. Of several faults that hit one attempt, the first that it
//! meets has the hit; each expects it. A card that only falls back goes on and may meet another one.

use crate::moment;
use serde::{Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// One thing that is so, or that only looks so.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Label {
    /// A terminal's own fault.
    Own {
        /// What, when and how often; its scope is the terminal.
        #[serde(flatten)]
        of: FaultLabel,
        /// The terminal as a report prints it.
        terminal: String,
        /// The terminal's attempts of all days.
        attempts: u64,
    },
    /// A cause that terminals share.
    Incident {
        /// What, when and how often.
        #[serde(flatten)]
        of: FaultLabel,
        /// What it concerns: attributes and their values as the log shows them.
        scope: BTreeMap<&'static str, String>,
        /// How many terminals it hit.
        terminals: usize,
        /// Which, as a report prints them.
        hit_terminals: Vec<String>,
    },
    /// Cards tested by somebody at a terminal.
    Attack {
        /// The terminal.
        terminal: String,
        /// The issuer whose numbers are tried.
        issuer: String,
        /// The first try.
        #[serde(serialize_with = "time")]
        start: i64,
        /// The last one.
        #[serde(serialize_with = "time")]
        end: i64,
        /// How many.
        attempts: u64,
    },
    /// Power lost.
    Power {
        /// By these.
        terminals: Vec<String>,
        /// Their site, where it lost it altogether.
        site: Option<String>,
        /// From when on.
        #[serde(serialize_with = "time")]
        start: i64,
        /// Until when.
        #[serde(serialize_with = "time")]
        end: i64,
        /// How many attempts of these terminals are to be expected in a whole day.
        attempts_a_day: f64,
        /// How many attempts of these terminals were to be expected in the window.
        expected_attempts: f64,
    },
    /// No fault: customers of an issuer that declines often.
    Mix {
        /// The terminal.
        terminal: String,
        /// The issuer.
        issuer: String,
    },
    /// No fault: one card tried again and again.
    Storm {
        /// The terminal.
        terminal: String,
        /// The first try.
        #[serde(serialize_with = "time")]
        start: i64,
        /// The last one.
        #[serde(serialize_with = "time")]
        end: i64,
        /// How many.
        attempts: u64,
    },
    /// No fault: three times as many customers.
    Busy {
        /// The site.
        site: String,
        /// Its terminals.
        terminals: Vec<String>,
        /// From when on.
        #[serde(serialize_with = "time")]
        start: i64,
    },
    /// No fault: a clock that is off.
    Clock {
        /// The link.
        link: String,
        /// By how much it is ahead.
        offset_ms: i64,
    },
    /// No fault: a firmware rolled out.
    Rollout {
        /// To this model.
        model: String,
        /// The new firmware.
        firmware: String,
        /// From when on.
        #[serde(serialize_with = "time")]
        start: i64,
    },
}

/// A terminal's own fault, or one that terminals share.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FaultLabel {
    /// Its name in the table of faults.
    pub fault: &'static str,
    /// The cause of the verdict or the incident.
    pub cause: &'static str,
    /// The reason of the verdict or the incident.
    pub reason: &'static str,
    /// From when on, in milliseconds since 1970; text in files, as all times.
    #[serde(serialize_with = "time")]
    pub start: i64,
    /// Until when.
    #[serde(serialize_with = "time")]
    pub end: i64,
    /// The share of the attempts concerned that it hits, on average over its window.
    pub effect: f64,
    /// Attempts in its scope and window.
    pub attempts_inside: u64,
    /// Those that it decided: failures, and cards read in a fallback.
    pub hits: u64,
    /// How many were to be expected of the attempts inside.
    pub expected_hits: f64,
}

impl Label {
    /// The fault that it tells of, where it is one of the table.
    pub fn fault(&self) -> Option<&FaultLabel> {
        match self {
            Self::Own { of, .. } | Self::Incident { of, .. } => Some(of),
            _ => None,
        }
    }

    /// Whether something was wrong, and not only different.
    pub fn is_fault(&self) -> bool {
        matches!(self, Self::Own { .. } | Self::Incident { .. } | Self::Attack { .. } | Self::Power { .. })
    }
}

fn time<S: Serializer>(at: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&moment(*at))
}

/// All labels of a written day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    /// Own faults, incidents, power, attacks and what is no fault, in this order.
    pub all: Vec<Label>,
}

impl Labels {
    /// Terminals that an incident hit and that have neither a fault of their own nor an attack.
    pub fn touched(&self) -> BTreeSet<&str> {
        let mut touched = BTreeSet::new();
        for label in &self.all {
            if let Label::Incident { hit_terminals, .. } = label {
                touched.extend(hit_terminals.iter().map(String::as_str));
            }
        }
        for label in &self.all {
            if let Label::Own { terminal, .. } | Label::Attack { terminal, .. } = label {
                touched.remove(terminal.as_str());
            }
        }
        touched
    }

    /// Writes one JSON object a line.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write_json_lines(&self, out: &mut dyn Write) -> io::Result<()> {
        for label in &self.all {
            serde_json::to_writer(&mut *out, label)?;
            writeln!(out)?;
        }
        Ok(())
    }
}

/// What is counted of a fault while days are drawn.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) attempts_inside: u64,
    pub(crate) hits: u64,
    pub(crate) expected: f64,
    /// Hits by terminal.
    pub(crate) terminals: BTreeMap<u32, u64>,
}

/// Three places are enough to read.
pub(crate) fn rounded(number: f64) -> f64 {
    libm::round(number * 1000.0) / 1000.0
}
