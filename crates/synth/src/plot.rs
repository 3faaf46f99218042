//! Plans what goes wrong on labelled days, before they begin.
//!
//! Draws come from a generator of their own: the same seed has the same faults at the same times at every
//! effect, and the same terminals and issuers with and without them.

use crate::facts::Facts;
use crate::fault::{Course, Fault, Nature, Scope, natures, traces};
use crate::fleet::Fleet;
use crate::labels::Tally;
use crate::random::{Random, happens, log_between, lognormal};
use crate::town::{QUARTER_MS, Town};
use crate::world::DAY_MS;
use crate::{FaultKind, Label, Settings};
use rand::distr::Distribution;
use rand::distr::weighted::WeightedIndex;
use rand::{RngExt, SeedableRng};
use std::collections::BTreeSet;

pub(crate) const MINUTE_MS: i64 = 60_000;
/// Attempts a day below which nothing is learned of a terminal.
const ENOUGH: f64 = 30.0;

/// Hits that an incident should expect at effect 1.
pub(crate) const SEEN: f64 = 30.0;

/// Plans faults.
pub(crate) struct Plot<'t> {
    pub(crate) settings: &'t Settings,
    pub(crate) fleet: &'t mut Fleet,
    pub(crate) town: &'t mut Town,
    pub(crate) facts: &'t Facts,
    pub(crate) random: Random,
    natures: Vec<Nature>,
    /// Terminals by the square root of their volume, where it is enough.
    by_volume: WeightedIndex<f64>,
    /// Those with a part already.
    taken: BTreeSet<u32>,
}

/// Draws everything that the settings ask for.
pub(crate) fn plan(settings: &Settings, fleet: &mut Fleet, town: &mut Town, facts: &Facts) {
    let attempts = settings.attempts as f64 / f64::from(settings.days.max(1));
    let weight = |least: f64| {
        let by_share = |share: &f64| if share * attempts >= least { libm::sqrt(*share) } else { 0.0 };
        WeightedIndex::new(town.shares.iter().map(by_share)).ok()
    };
    let Some(by_volume) = weight(ENOUGH).or_else(|| weight(0.0)) else { return };
    let mut plot = Plot {
        settings,
        facts,
        // Apart from the world's own draws.
        random: Random::seed_from_u64(settings.seed ^ 0x6661_756c_7473),
        natures: natures(),
        by_volume,
        taken: BTreeSet::new(),
        fleet,
        town,
    };
    // What decides who the customers are and when comes before what depends on it.
    for kind in [FaultKind::Clock, FaultKind::Mix, FaultKind::Busy, FaultKind::Rollout] {
        plot.every(kind, Plot::confounder);
    }
    for kind in [FaultKind::IssuerOutage, FaultKind::LinkOutage, FaultKind::RegionOutage] {
        plot.every(kind, Plot::shared);
    }
    for kind in [FaultKind::SiteTrouble, FaultKind::FirmwareBug, FaultKind::PolicyChange] {
        plot.every(kind, Plot::shared);
    }
    for kind in [FaultKind::Reader, FaultKind::PinKey, FaultKind::MacKey, FaultKind::SignOn] {
        plot.every(kind, Plot::own);
    }
    for kind in [FaultKind::Signal, FaultKind::Operator, FaultKind::Software] {
        plot.every(kind, Plot::own);
    }
    for kind in [FaultKind::Power, FaultKind::Attack, FaultKind::Storm] {
        plot.every(kind, Plot::scene);
    }
}

impl Plot<'_> {
    fn every(&mut self, kind: FaultKind, draw: fn(&mut Self, FaultKind, u32)) {
        for number in 0..self.settings.faults.of(kind) {
            draw(self, kind, number);
        }
    }

    /// The place and the facts of a sort of fault.
    pub(crate) fn nature(&self, name: &str) -> (usize, Nature) {
        let rank = self.natures.iter().position(|nature| nature.name == name).expect("a listed fault");
        (rank, self.natures[rank].clone())
    }

    /// The share of attempts that a fault of that sort hits this time.
    pub(crate) fn effect(&mut self, nature: &Nature) -> f64 {
        (nature.effect * self.settings.faults.effect * lognormal(&mut self.random, 0.25)).min(0.97)
    }

    /// Adds a fault and tells its number.
    pub(crate) fn add(
        &mut self,
        name: &str,
        scope: Scope,
        (start, end): (i64, i64),
        effect: f64,
        course: Course,
    ) -> u16 {
        let (rank, nature) = self.nature(name);
        let traces = traces(name, &self.fleet.links, self.facts);
        self.town.faults.push(Fault { nature, rank, scope, start, end, effect, course, traces });
        self.town.tallies.push(Tally::default());
        (self.town.faults.len() - 1) as u16
    }

    pub(crate) fn note(&mut self, label: Label) {
        self.town.notes.push(label);
    }

    /// A terminal without a part yet that has attempts enough and suits; it has one then.
    pub(crate) fn cast(&mut self, suits: impl Fn(&Self, u32) -> bool) -> Option<u32> {
        for _ in 0..400 {
            let terminal = self.by_volume.sample(&mut self.random) as u32;
            if !self.taken.contains(&terminal) && suits(self, terminal) {
                self.taken.insert(terminal);
                return Some(terminal);
            }
        }
        None
    }

    /// Any terminal that has attempts enough.
    pub(crate) fn some_terminal(&mut self) -> u32 {
        self.by_volume.sample(&mut self.random) as u32
    }

    /// The terminals of a site; they all have a part then, unless one of them had.
    pub(crate) fn cast_site(&mut self, least: usize) -> Option<(u32, Vec<u32>)> {
        for _ in 0..400 {
            let site = self.fleet.terminals[self.by_volume.sample(&mut self.random)].site;
            let there = self.at_site(site);
            if there.len() >= least && there.iter().all(|terminal| !self.taken.contains(terminal)) {
                self.taken.extend(&there);
                return Some((site, there));
            }
        }
        None
    }

    /// The terminals of a site.
    pub(crate) fn at_site(&self, site: u32) -> Vec<u32> {
        // They stand next to each other.
        let first = self.fleet.terminals.partition_point(|terminal| terminal.site < site);
        let there = self.fleet.terminals[first..].iter().take_while(|terminal| terminal.site == site);
        (first as u32..).take(there.count()).collect()
    }

    /// The midnight before one of the days.
    pub(crate) fn midnight(&mut self) -> i64 {
        let day = self.random.random_range(0..self.settings.days.max(1));
        self.settings.start() + i64::from(day) * DAY_MS
    }

    /// The end of all days.
    pub(crate) fn last(&self) -> i64 {
        self.settings.start() + i64::from(self.settings.days.max(1)) * DAY_MS
    }

    /// When a terminal opens and closes on one of the days. One that never closes has day and night.
    pub(crate) fn shift(&mut self, terminal: u32) -> (i64, i64) {
        let midnight = self.midnight();
        let of = &self.fleet.terminals[terminal as usize];
        let (opens, closes) =
            if of.opens == of.closes { (360, 1_380) } else { (of.opens, of.closes.min(1_440)) };
        (midnight + i64::from(opens) * MINUTE_MS, midnight + i64::from(closes) * MINUTE_MS)
    }

    /// A stretch of so many minutes within one of a terminal's shifts.
    pub(crate) fn stretch(&mut self, terminal: u32, minutes: (f64, f64)) -> (i64, i64) {
        let (opens, closes) = self.shift(terminal);
        let length = (log_between(&mut self.random, minutes) * MINUTE_MS as f64) as i64;
        let length = length.min(closes - opens);
        let start = opens + self.random.random_range(0..=closes - opens - length);
        (start, start + length)
    }

    /// A window in which a fault with that share of all attempts hits enough to be noticed at effect 1, if
    /// there is one, and how many it may expect.
    pub(crate) fn window(&mut self, share: f64, effect: f64, minutes: (f64, f64)) -> (f64, (i64, i64)) {
        let mut best = (0.0, (0, 0));
        for _ in 0..40 {
            let start = self.midnight() + self.random.random_range(7 * 60..21 * 60) * MINUTE_MS;
            let length = (log_between(&mut self.random, minutes) * MINUTE_MS as f64) as i64;
            // Edges are where they are, not at minutes.
            let start = start + self.random.random_range(0..MINUTE_MS);
            let quarter = ((start.rem_euclid(DAY_MS)) / QUARTER_MS) as usize;
            let attempts = self.settings.attempts as f64 / f64::from(self.settings.days.max(1));
            let hits =
                attempts * self.town.flow[quarter] * length as f64 / QUARTER_MS as f64 * share * effect;
            if hits > best.0 {
                best = (hits, (start, start + length));
            }
            if hits >= SEEN {
                break;
            }
        }
        best
    }

    /// Gives a terminal's part back.
    pub(crate) fn uncast(&mut self, terminal: u32) {
        self.taken.remove(&terminal);
    }

    /// How many attempts a terminal may expect in a stretch of a shift.
    pub(crate) fn attempts_in(&self, terminal: u32, (start, end): (i64, i64)) -> f64 {
        let of = &self.fleet.terminals[terminal as usize];
        let open = if of.opens == of.closes { 1_020 } else { i64::from(of.closes - of.opens) };
        let attempts = self.settings.attempts as f64 / f64::from(self.settings.days.max(1));
        attempts * self.town.shares[terminal as usize] * (end - start) as f64 / (open * MINUTE_MS) as f64
    }

    pub(crate) fn draw(&mut self, chance: f64) -> bool {
        happens(&mut self.random, chance)
    }
}
