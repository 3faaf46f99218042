//! One fault: whom it concerns, when, and how often it hits.

use crate::facts::Facts;
use crate::fleet::{Fleet, Link, weighted};
use crate::flight::Flight;
use crate::random::Random;
use posmortem_iso8583::rows;
use rand::distr::Distribution;
use rand::distr::weighted::WeightedIndex;

const FAULTS: &str = include_str!("../data/faults.tsv");
const SHOWS: &str = include_str!("../data/fault-codes.tsv");
const WELL_FORMED: &str = "the crate's own tables are checked by a test";

/// What is known of a sort of fault.
#[derive(Clone, Debug)]
pub(crate) struct Nature {
    pub(crate) name: &'static str,
    pub(crate) cause: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) effect: f64,
    /// None until the last day ends.
    pub(crate) minutes: Option<(f64, f64)>,
    concerns: &'static str,
    pub(crate) course: &'static str,
}

/// All sorts, in the order in which an attempt meets them.
pub(crate) fn natures() -> Vec<Nature> {
    let columns = ["fault", "cause", "reason", "effect", "least", "most", "concerns", "course"];
    let table = rows(FAULTS, columns).expect(WELL_FORMED);
    let natures = table.into_iter().map(|row| {
        let [name, cause, reason, effect, least, most, concerns, course] = row.fields;
        let minutes = least.parse().ok().zip(most.parse().ok());
        let effect = effect.parse().expect(WELL_FORMED);
        Nature { name, cause, reason, effect, minutes, concerns, course }
    });
    natures.collect()
}

/// What an attempt shows that is hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shows {
    Code(u8),
    Silence,
    Late,
    Onward,
}

/// Weights of what a fault shows on one link; none where its dialect cannot tell it.
pub(crate) type Traces = Option<(WeightedIndex<f64>, Vec<Shows>)>;

/// What a sort of fault shows on each link.
pub(crate) fn traces(name: &str, links: &[Link], facts: &Facts) -> Vec<Traces> {
    let table = rows(SHOWS, ["fault", "dialect", "shows", "weight"]).expect(WELL_FORMED);
    let of_fault: Vec<[&str; 4]> =
        table.into_iter().map(|row| row.fields).filter(|fields| fields[0] == name).collect();
    let on = |link: &Link| {
        let own = of_fault.iter().filter(|fields| fields[1] == link.dialect);
        let any = of_fault.iter().filter(|fields| fields[1] == "*");
        let fields: Vec<_> = if own.clone().next().is_some() { own.collect() } else { any.collect() };
        let shows = fields.iter().map(|fields| match fields[2] {
            "silence" => Shows::Silence,
            "late" => Shows::Late,
            "onward" => Shows::Onward,
            code => Shows::Code(facts.code(link.dialect, code).expect(WELL_FORMED)),
        });
        let weights = fields.iter().map(|fields| fields[3].parse().expect(WELL_FORMED));
        (!fields.is_empty()).then(|| (weighted(weights), shows.collect()))
    };
    links.iter().map(on).collect()
}

/// What a fault concerns.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scope {
    Terminal(u32),
    Site(u32),
    Region(&'static str),
    Link(u32),
    Issuer(u16),
    /// An issuer, and a way of reading cards by its name.
    IssuerEntry(u16, &'static str),
    /// Model and firmware.
    Firmware(&'static str, &'static str),
}

/// The name of a way of reading cards, by its place among `ENTRY_MODES`.
pub(crate) fn entry_name(entry: u8) -> &'static str {
    ["contactless", "chip", "contactless", "stripe", "fallback", "manual", "stripe"][usize::from(entry)]
}

/// How often a fault hits in the course of its window.
#[derive(Clone, Debug)]
pub(crate) enum Course {
    Even,
    /// From two fifths of the effect to eight.
    Ramp,
    /// Moments between which it is on, and the shares that it hits then and otherwise.
    Bursts {
        on: Vec<(i64, i64)>,
        inside: f64,
        outside: f64,
    },
}

/// One fault. Times are by the world's clock.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) nature: Nature,
    /// Its place in the table of faults.
    pub(crate) rank: usize,
    pub(crate) scope: Scope,
    pub(crate) start: i64,
    pub(crate) end: i64,
    pub(crate) effect: f64,
    pub(crate) course: Course,
    pub(crate) traces: Vec<Traces>,
}

impl Fault {
    pub(crate) fn covers(&self, fleet: &Fleet, flight: &Flight, moment: i64) -> bool {
        if !(self.start..self.end).contains(&moment) {
            return false;
        }
        let terminal = &fleet.terminals[flight.terminal as usize];
        let in_scope = match self.scope {
            Scope::Terminal(at) => at == flight.terminal,
            Scope::Site(site) => site == terminal.site,
            Scope::Region(region) => region == terminal.region,
            Scope::Link(link) => link == terminal.link,
            Scope::Issuer(issuer) => issuer == flight.issuer,
            Scope::IssuerEntry(issuer, name) => issuer == flight.issuer && name == entry_name(flight.entry),
            Scope::Firmware(model, firmware) => {
                model == terminal.model && firmware == terminal.firmware_at(flight.begin)
            }
        };
        in_scope && self.traces[terminal.link as usize].is_some()
    }

    /// The chance that it hits an attempt inside that is read in such a way.
    pub(crate) fn chance(&self, entry: u8, moment: i64) -> f64 {
        let is_concerned = match self.nature.concerns {
            "pin" => !matches!(entry, 2 | 5),
            "read" => matches!(entry, 0..=2),
            _ => true,
        };
        if !is_concerned {
            return 0.0;
        }
        match &self.course {
            Course::Even => self.effect,
            Course::Ramp => {
                let part = (moment - self.start) as f64 / (self.end - self.start) as f64;
                (self.effect * (0.4 + 1.2 * part)).min(0.95)
            }
            Course::Bursts { on, inside, outside } => {
                let at = on.partition_point(|(from, _)| *from <= moment);
                if at > 0 && moment < on[at - 1].1 { *inside } else { *outside }
            }
        }
    }

    pub(crate) fn shows(&self, link: u32, random: &mut Random) -> Shows {
        let traces = self.traces[link as usize].as_ref();
        traces.map_or(Shows::Onward, |(weights, shows)| shows[weights.sample(random)])
    }

    /// Whether cards are then read in another way.
    pub(crate) fn falls_back(&self) -> bool {
        self.nature.concerns == "read"
    }

    /// Whether answers take longer while it is on.
    pub(crate) fn is_slow(&self) -> bool {
        matches!(self.course, Course::Bursts { .. })
    }

    /// Whether its codes come after somebody has waited in vain.
    pub(crate) fn is_outage(&self) -> bool {
        self.nature.reason == "issuer_unavailable"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::World;
    use crate::facts::CAUSES;
    use std::collections::BTreeSet;

    #[test]
    fn every_fault_shows_something_that_its_dialects_know() {
        let facts = Facts::read(World::City);
        let natures = natures();
        let names: BTreeSet<&str> = natures.iter().map(|nature| nature.name).collect();
        assert_eq!(names.len(), natures.len());
        for nature in &natures {
            assert!(CAUSES.contains(&nature.cause) && (0.0..1.0).contains(&nature.effect), "{nature:?}");
            assert!(["all", "pin", "read"].contains(&nature.concerns), "{nature:?}");
            assert!(["even", "ramp", "bursts"].contains(&nature.course), "{nature:?}");
        }
        let table = rows(SHOWS, ["fault", "dialect", "shows", "weight"]).unwrap();
        let shown: BTreeSet<&str> = table.iter().map(|row| row.fields[0]).collect();
        assert_eq!(shown, names);
        let dialects = ["iso1987", "gicc", "visa", "unionpay-pos"];
        for row in &table {
            let [fault, dialect, shows, weight] = row.fields;
            assert!(weight.parse::<f64>().unwrap() > 0.0);
            let has_own = |of: &str| table.iter().any(|row| row.fields[..2] == [fault, of]);
            let is_meant = |of: &&str| dialect == *of || (dialect == "*" && !has_own(of));
            let mut dialects = dialects.into_iter().filter(is_meant);
            let is_word = ["silence", "late", "onward"].contains(&shows);
            assert!(is_word || dialects.all(|dialect| facts.code(dialect, shows).is_some()), "{row:?}");
        }
    }
}
