//! What terminals have to do on a day besides customers, and the labels when all days are over.

use crate::fault::{Course, Fault, Scope};
use crate::fleet::{Fleet, site_name};
use crate::flight::{Flight, Role};
use crate::labels::{FaultLabel, Label, Labels, Tally, rounded};
use crate::random::Random;
use crate::town::Town;
use crate::world::DAY_MS;
use crate::{Form, Terminal};
use rand::RngExt;
use std::collections::BTreeMap;

impl Town {
    /// What begins on the day from that midnight on, with times by the links' clocks: every terminal signs
    /// on when it opens, so that a sign-on says nothing by itself.
    pub(crate) fn agenda(&mut self, fleet: &Fleet, midnight: i64, random: &mut Random) -> Vec<Flight> {
        let day = midnight..midnight + DAY_MS;
        let skew = |terminal: u32| fleet.link_of(terminal).skew;
        let mut agenda = Vec::new();
        for (at, terminal) in fleet.terminals.iter().enumerate() {
            let minutes = i64::from(terminal.opens).max(10) * 60_000;
            let begin = midnight + minutes - random.random_range(0..480_000) + skew(at as u32);
            let role = if random.random_range(0..5) == 0 { Role::KeyChange } else { Role::SignOn };
            agenda.push(Flight { role, terminal: at as u32, begin, ..Flight::default() });
        }
        for errand in self.errands.iter().filter(|errand| day.contains(&errand.at)) {
            let begin = errand.at + skew(errand.terminal);
            let flight = self.customer(fleet, errand.terminal, begin, random);
            let amount = match errand.role {
                Role::Advice | Role::Orphan => u64::from(random.random_range(100_u32..9_000)),
                _ => 0,
            };
            agenda.push(Flight {
                role: errand.role,
                resets: errand.resets,
                amount,
                approved: amount,
                ..flight
            });
        }
        for (number, scene) in self.scenes.iter().enumerate() {
            for flight in scene.flights.iter().filter(|flight| day.contains(&flight.begin)) {
                let begin = flight.begin + skew(flight.terminal);
                let approved = flight.amount;
                agenda.push(Flight { scene: number as u16 + 1, begin, approved, ..*flight });
            }
        }
        agenda
    }

    /// All labels.
    pub(crate) fn labels(self, fleet: &Fleet, form: Form) -> Labels {
        let reported = |at: u32| fleet.terminals[at as usize].reported(form);
        let (mut all, mut incidents) = (Vec::new(), Vec::new());
        for (fault, tally) in self.faults.iter().zip(&self.tallies) {
            match fault.scope {
                Scope::Terminal(at) => {
                    all.push(own(fault, tally, at, self.tills[at as usize].attempts, fleet, form));
                }
                _ => incidents.push(incident(fault, tally, fleet, form)),
            }
        }
        all.append(&mut incidents);
        let (powers, others): (Vec<_>, Vec<_>) =
            self.notes.into_iter().partition(|label| matches!(label, Label::Power { .. }));
        all.extend(powers);
        let mut storms = Vec::new();
        for scene in &self.scenes {
            let (Some(first), Some(last)) = (scene.flights.first(), scene.flights.last()) else { continue };
            let skew = fleet.link_of(first.terminal).skew;
            let (start, end) = (first.begin + skew, last.begin + skew);
            let (terminal, attempts) = (reported(first.terminal), scene.flights.len() as u64);
            if scene.is_attack {
                let issuer = fleet.issuers[usize::from(first.issuer)].prefix.to_string();
                all.push(Label::Attack { terminal, issuer, start, end, attempts });
            } else {
                storms.push(Label::Storm { terminal, start, end, attempts });
            }
        }
        all.extend(storms);
        all.extend(others);
        Labels { all }
    }
}

fn own(fault: &Fault, tally: &Tally, at: u32, attempts: u64, fleet: &Fleet, form: Form) -> Label {
    let terminal = fleet.terminals[at as usize].reported(form);
    Label::Own { of: told(fault, tally, fleet.link_of(at).skew), terminal, attempts }
}

fn incident(fault: &Fault, tally: &Tally, fleet: &Fleet, form: Form) -> Label {
    let skew = match fault.scope {
        Scope::Link(link) => fleet.links[link as usize].skew,
        _ => 0,
    };
    let of = |at: &u32| -> &Terminal { &fleet.terminals[*at as usize] };
    Label::Incident {
        of: told(fault, tally, skew),
        scope: scope(&fault.scope, fleet),
        terminals: tally.terminals.len(),
        hit_terminals: tally.terminals.keys().map(|at| of(at).reported(form)).collect(),
    }
}

/// A fault by a clock that is so far ahead.
fn told(fault: &Fault, tally: &Tally, skew: i64) -> FaultLabel {
    FaultLabel {
        fault: fault.nature.name,
        cause: fault.nature.cause,
        reason: fault.nature.reason,
        start: fault.start + skew,
        end: fault.end + skew,
        effect: rounded(fault.average()),
        attempts_inside: tally.attempts_inside,
        hits: tally.hits,
        expected_hits: rounded(tally.expected),
    }
}

fn scope(scope: &Scope, fleet: &Fleet) -> BTreeMap<&'static str, String> {
    let issuer = |at: u16| ("issuer", fleet.issuers[usize::from(at)].prefix.to_string());
    let values = match *scope {
        Scope::Terminal(at) => vec![("terminal", fleet.terminals[at as usize].name())],
        Scope::Site(site) => vec![("site", site_name(site))],
        Scope::Region(region) => vec![("region", region.to_owned())],
        Scope::Link(link) => vec![("link", fleet.links[link as usize].name.clone())],
        Scope::Issuer(at) => vec![issuer(at)],
        Scope::IssuerEntry(at, entry) => vec![issuer(at), ("entry_mode", entry.to_owned())],
        Scope::Firmware(model, firmware) => {
            vec![("model", model.to_owned()), ("firmware", firmware.to_owned())]
        }
    };
    values.into_iter().collect()
}

impl Fault {
    /// The share of the attempts concerned that it hits on average.
    fn average(&self) -> f64 {
        match &self.course {
            Course::Even | Course::Ramp => self.effect,
            Course::Bursts { on, inside, outside } => {
                let length: i64 = on.iter().map(|(from, to)| to - from).sum();
                let share = length as f64 / (self.end - self.start).max(1) as f64;
                share * inside + (1.0 - share) * outside
            }
        }
    }
}
