//! What was wrong on a labelled day, in the words in which it is compared.
//!
//! Terminals are named without left zeros on both sides of every comparison.

use crate::window::Window;
use posmortem::exchange::terminal_key;
use posmortem_synth::{FaultLabel, Label, Labels};
use std::collections::{BTreeMap, BTreeSet};

/// Attributes and the values in which attempts agree.
pub(crate) type Scope = BTreeMap<&'static str, String>;

/// An own fault is to be found if its terminal has so many attempts and the fault so many expected hits.
const FEWEST_ATTEMPTS: u64 = 40;
const FEWEST_EXPECTED: f64 = 5.0;
/// An incident is to be found if it hit so often, at so many terminals.
const FEWEST_HITS: u64 = 10;
const FEWEST_TERMINALS: usize = 3;
/// A loss of power can hardly be missed where so many attempts of its terminals failed to come.
const FEWEST_MISSED: f64 = 15.0;

/// A terminal's own fault.
#[derive(Clone, Debug)]
pub(crate) struct OwnFault {
    pub(crate) fault: &'static str,
    pub(crate) cause: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) window: Window,
    /// Whether it is large enough to be found.
    pub(crate) counts: bool,
}

/// A cause that terminals share.
#[derive(Clone, Debug)]
pub(crate) struct SharedFault {
    pub(crate) fault: &'static str,
    pub(crate) scope: Scope,
    pub(crate) cause: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) window: Window,
    pub(crate) hits: u64,
    /// Whether it is large enough to be found.
    pub(crate) counts: bool,
}

/// Power lost by one terminal or several.
#[derive(Clone, Debug)]
pub(crate) struct PowerLoss {
    pub(crate) terminals: BTreeSet<String>,
    pub(crate) window: Window,
    /// Whether enough was missed to be noticed.
    pub(crate) is_long: bool,
}

/// The truth of one day.
#[derive(Clone, Debug, Default)]
pub(crate) struct Truth {
    pub(crate) own: BTreeMap<String, OwnFault>,
    pub(crate) incidents: Vec<SharedFault>,
    pub(crate) powers: Vec<PowerLoss>,
    pub(crate) attacked: BTreeSet<String>,
    /// Hit by an incident, and without a fault of their own or an attack.
    pub(crate) touched: BTreeSet<String>,
    pub(crate) mixed: BTreeSet<String>,
    pub(crate) stormed: BTreeSet<String>,
    pub(crate) busy: BTreeSet<String>,
}

impl Truth {
    /// Out of the labels of a day.
    pub(crate) fn of(labels: &Labels) -> Self {
        let key = |terminal: &str| terminal_key(terminal).to_owned();
        let mut truth = Self { touched: labels.touched().into_iter().map(key).collect(), ..Self::default() };
        for label in &labels.all {
            truth.add(label);
        }
        truth
    }

    fn add(&mut self, label: &Label) {
        let key = |terminal: &String| terminal_key(terminal).to_owned();
        match label {
            Label::Own { of, terminal, attempts } => {
                let FaultLabel { fault, cause, reason, start, end, expected_hits, .. } = *of;
                let counts = *attempts >= FEWEST_ATTEMPTS && expected_hits >= FEWEST_EXPECTED;
                let window = (start, end);
                self.own.insert(key(terminal), OwnFault { fault, cause, reason, window, counts });
            }
            Label::Incident { of, scope, terminals, .. } => {
                let FaultLabel { fault, cause, reason, start, end, hits, .. } = *of;
                let counts = hits >= FEWEST_HITS && *terminals >= FEWEST_TERMINALS;
                let (scope, window) = (scope.clone(), (start, end));
                self.incidents.push(SharedFault { fault, scope, cause, reason, window, hits, counts });
            }
            Label::Attack { terminal, .. } => {
                self.attacked.insert(key(terminal));
            }
            Label::Power { terminals, start, end, expected_attempts, .. } => {
                self.powers.push(PowerLoss {
                    terminals: terminals.iter().map(key).collect(),
                    window: (*start, *end),
                    is_long: *expected_attempts >= FEWEST_MISSED,
                });
            }
            Label::Mix { terminal, .. } => {
                self.mixed.insert(key(terminal));
            }
            Label::Storm { terminal, .. } => {
                self.stormed.insert(key(terminal));
            }
            Label::Busy { terminals, .. } => self.busy.extend(terminals.iter().map(key)),
            Label::Clock { .. } | Label::Rollout { .. } => {}
        }
    }
}
