//! A labelled world under way: who comes when, and what becomes of an attempt.

use crate::bank::{BASE, Bank, Lost, NETWORK};
use crate::facts::CAUSES;
use crate::fate::Fate;
use crate::fault::{Fault, Shows};
use crate::fleet::{Fleet, service_code};
use crate::flight::{Flight, Kind};
use crate::labels::Tally;
use crate::make::{Drift, Make, Shop};
use crate::random::{Random, between, happens, lognormal, normal};
use crate::scene::{Errand, Scene};
use crate::{Rates, Settings};
use rand::RngExt;
use rand::distr::Distribution;
use rand::distr::weighted::WeightedIndex;

pub(crate) const QUARTER_MS: i64 = 900_000;

/// What a terminal of a labelled world is, beside what logs show of it.
pub(crate) struct Till {
    pub(crate) shop: &'static Shop,
    pub(crate) volume: f64,
    pub(crate) clientele: u16,
    /// How often attempts fail here, by cause, against the average.
    pub(crate) rates: [f64; CAUSES.len()],
    /// Its own fault's number.
    pub(crate) fault: Option<u16>,
    /// Without power, by the world's clock.
    pub(crate) dark: Option<(i64, i64)>,
    /// From when on three times as many come.
    pub(crate) busy_from: Option<i64>,
    /// So far.
    pub(crate) attempts: u64,
}

/// A labelled world.
pub(crate) struct Town {
    pub(crate) make: &'static Make,
    pub(crate) tills: Vec<Till>,
    pub(crate) banks: Vec<Bank>,
    /// Issuers by weight.
    pub(crate) clienteles: Vec<WeightedIndex<f64>>,
    /// What a terminal may expect of a day's attempts, as a share of all.
    pub(crate) shares: Vec<f64>,
    /// How a day's attempts spread over its quarters of an hour.
    pub(crate) flow: [f64; 96],
    base: [f64; CAUSES.len()],
    drift: [[f64; 25]; CAUSES.len()],
    latencies: Vec<u32>,
    /// How much each site is visited just now, on a logarithmic scale.
    gusts: Vec<f64>,
    visits: Option<WeightedIndex<f64>>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) tallies: Vec<Tally>,
    /// The numbers of those that are nobody's own.
    pub(crate) shared: Vec<u16>,
    pub(crate) scenes: Vec<Scene>,
    pub(crate) errands: Vec<Errand>,
    /// The share of each issuer's cards.
    pub(crate) issuer_shares: Vec<f64>,
    /// Labels of what nothing more is counted of.
    pub(crate) notes: Vec<crate::Label>,
}

impl Town {
    /// A town of these tills, without faults yet.
    pub(crate) fn new(
        make: &'static Make,
        tills: Vec<Till>,
        banks: Vec<Bank>,
        clienteles: Vec<WeightedIndex<f64>>,
        sites: u32,
        random: &mut Random,
    ) -> Self {
        let drift = std::array::from_fn(|_| match make.drift {
            Drift::Wave(size) => {
                let (size, phase) = (size * random.random::<f64>(), random.random::<f64>());
                std::array::from_fn(|hour| {
                    let turn = core::f64::consts::TAU * (hour as f64 / 24.0 + phase);
                    1.0 + size * libm::sin(turn)
                })
            }
            Drift::Walk(step) => {
                let mut level = 0.0;
                std::array::from_fn(|_| {
                    level = (level + step * normal(random)).clamp(-0.4, 0.4);
                    libm::exp(level)
                })
            }
        });
        let (usual, spread) = make.latency;
        let mut latencies: Vec<u32> =
            (0..1024).map(|_| (usual * spread.draw(random)).clamp(30.0, 15_000.0) as u32).collect();
        latencies.sort_unstable();
        Self {
            make,
            banks,
            clienteles,
            shares: Vec::new(),
            flow: [0.0; 96],
            base: BASE.map(|range| between(random, range)),
            drift,
            latencies,
            gusts: (0..sites).map(|_| make.gusts.0 * normal(random)).collect(),
            visits: None,
            faults: Vec::new(),
            tallies: Vec::new(),
            shared: Vec::new(),
            scenes: Vec::new(),
            errands: Vec::new(),
            issuer_shares: Vec::new(),
            notes: Vec::new(),
            tills,
        }
    }

    /// Learns how a day spreads over terminals and hours.
    pub(crate) fn survey(&mut self, settings: &Settings, fleet: &Fleet) {
        let weekday = weekday(settings, 0);
        self.shares = vec![0.0; self.tills.len()];
        for quarter in 0..96 {
            for at in 0..self.tills.len() {
                let visits = self.visits_of(fleet, at, quarter, weekday);
                self.shares[at] += visits;
                self.flow[quarter] += visits;
            }
        }
        let total: f64 = self.flow.iter().sum();
        self.shares.iter_mut().chain(&mut self.flow).for_each(|share| *share /= total);
    }

    /// How many come in a quarter of an hour, but for gusts; any unit.
    fn visits_of(&self, fleet: &Fleet, at: usize, quarter: usize, weekday: usize) -> f64 {
        let till = &self.tills[at];
        if !fleet.terminals[at].is_open(quarter as u16 * 15) {
            return 0.0;
        }
        let hours = &till.shop.hours;
        let (hour, part) = (quarter / 4, (quarter % 4) as f64 / 4.0);
        let by_hour = f64::from(hours[hour]) * (1.0 - part) + f64::from(hours[(hour + 1) % 24]) * part;
        let by_day = weekday.checked_sub(5).map_or(1.0, |day| till.shop.weekend[day]);
        till.volume * by_hour * by_day
    }

    /// A quarter of an hour begins: how many of a day's `attempts` come in it.
    pub(crate) fn turn(
        &mut self,
        settings: &Settings,
        fleet: &Fleet,
        (day, quarter): (u64, usize),
        attempts: u64,
        random: &mut Random,
    ) -> u64 {
        let (size, memory) = self.make.gusts;
        let fresh = size * libm::sqrt(1.0 - memory * memory);
        for gust in &mut self.gusts {
            *gust = memory * *gust + fresh * normal(random);
        }
        let moment = settings.start() + day as i64 * crate::world::DAY_MS + quarter as i64 * QUARTER_MS;
        let weekday = weekday(settings, day);
        let visits = |at: usize| {
            let rush = self.tills[at].busy_from.is_some_and(|from| moment >= from);
            let gust = libm::exp(self.gusts[fleet.terminals[at].site as usize] - size * size / 2.0);
            self.visits_of(fleet, at, quarter, weekday) * gust * if rush { 3.0 } else { 1.0 }
        };
        let weights: Vec<f64> = (0..self.tills.len()).map(visits).collect();
        let (gusty, calm): (f64, f64) = (
            weights.iter().sum(),
            (0..self.tills.len()).map(|at| self.visits_of(fleet, at, quarter, weekday)).sum(),
        );
        self.visits = WeightedIndex::new(weights).ok();
        if calm <= 0.0 || self.visits.is_none() {
            return 0;
        }
        let (party, most) = self.make.parties;
        let company = 1.0 + party * f64::from(1 + most) / 2.0 + self.make.returns;
        let expected = attempts as f64 * self.flow[quarter] * (gusty / calm) / company;
        (expected + random.random::<f64>()) as u64
    }

    /// A customer comes; none where all is dark.
    pub(crate) fn visit(&self, fleet: &Fleet, moment: i64, random: &mut Random) -> Option<Flight> {
        let terminal = self.visits.as_ref()?.sample(random) as u32;
        let begin = moment + fleet.link_of(terminal).skew;
        Some(self.customer(fleet, terminal, begin, random))
    }

    /// Somebody at that terminal.
    pub(crate) fn customer(&self, fleet: &Fleet, terminal: u32, begin: i64, random: &mut Random) -> Flight {
        let clientele = self.tills[terminal as usize].clientele;
        let issuer = self.clienteles[usize::from(clientele)].sample(random) as u16;
        let card = fleet.issuers[usize::from(issuer)].card(random);
        let mut entry = fleet.entry(terminal, random);
        if matches!(entry, 0..=2) && service_code(card, self.make.stripes) == '1' {
            entry = 3;
        }
        Flight { terminal, issuer, entry, card, begin, ..Flight::default() }
    }

    pub(crate) fn is_dark(&self, terminal: u32, moment: i64) -> bool {
        self.tills[terminal as usize].dark.is_some_and(|(from, to)| (from..to).contains(&moment))
    }

    /// What becomes of an attempt; a fault that hits it may change how its card is read.
    pub(crate) fn fate(
        &mut self,
        fleet: &Fleet,
        rates: &Rates,
        flight: &mut Flight,
        is_near_edge: bool,
        random: &mut Random,
    ) -> Fate {
        let link = fleet.link_of(flight.terminal);
        let place = fleet.terminals[flight.terminal as usize].link;
        let moment = flight.begin - link.skew;
        self.tills[flight.terminal as usize].attempts += 1;
        let latency = f64::from(self.latencies[random.random_range(0..1024)]) * link.slowness;
        let mut fate = Fate {
            code: Some(link.approval),
            declined: false,
            unanswered: false,
            late: false,
            is_partial: false,
            repeated: !is_near_edge && happens(random, rates.repeated),
            latency: latency as i64,
            is_struck: false,
        };
        if let Some(script) = flight.script {
            fate.code = Some(script);
            fate.declined = script != link.approval;
        } else {
            match self.failure(flight, moment, random) {
                Some(NETWORK) => match Lost::draw(random) {
                    Lost::Unanswered => fate.unanswered = true,
                    Lost::Late => fate.late = true,
                    Lost::Told => self.refuse(&mut fate, place, NETWORK, flight, random),
                },
                Some(cause) => self.refuse(&mut fate, place, cause, flight, random),
                None if happens(random, rates.no_code) => fate.code = None,
                None if flight.kind == Kind::Sale && happens(random, rates.partial) => {
                    fate.code = Some(link.partial);
                    fate.is_partial = true;
                }
                None => {}
            }
        }
        if flight.scene == 0 {
            self.strike(fleet, flight, moment, &mut fate, random);
            fate.repeated &= !is_near_edge;
        }
        fate
    }

    /// The cause for which an attempt fails by itself.
    fn failure(&self, flight: &Flight, moment: i64, random: &mut Random) -> Option<usize> {
        let (till, bank) = (&self.tills[flight.terminal as usize], &self.banks[usize::from(flight.issuer)]);
        let minute = moment.rem_euclid(crate::world::DAY_MS) as f64 / 3_600_000.0;
        let (hour, part) = (minute as usize, minute - libm::floor(minute));
        let mut left = random.random::<f64>();
        for cause in 0..CAUSES.len() {
            let drift = &self.drift[cause];
            let drift = drift[hour] * (1.0 - part) + drift[hour + 1] * part;
            left -= (self.base[cause] * till.rates[cause] * bank.rates[cause] * drift).min(0.19);
            if left < 0.0 {
                return Some(cause);
            }
        }
        None
    }

    fn refuse(&self, fate: &mut Fate, link: u32, cause: usize, flight: &Flight, random: &mut Random) {
        if let Some(code) = self.banks[usize::from(flight.issuer)].refuse(link, cause, random) {
            fate.code = Some(code);
            fate.declined = true;
        }
    }

    /// Lets faults hit an attempt, and counts.
    fn strike(
        &mut self,
        fleet: &Fleet,
        flight: &mut Flight,
        moment: i64,
        fate: &mut Fate,
        random: &mut Random,
    ) {
        let own = self.tills[flight.terminal as usize].fault;
        let mut hit: Option<u16> = None;
        for number in own.iter().chain(&self.shared) {
            let fault = &self.faults[usize::from(*number)];
            if !fault.covers(fleet, flight, moment) {
                continue;
            }
            let tally = &mut self.tallies[usize::from(*number)];
            tally.attempts_inside += 1;
            let chance = fault.chance(flight.entry, moment);
            tally.expected += chance;
            let is_first = |first: u16| fault.rank < self.faults[usize::from(first)].rank;
            if happens(random, chance) && hit.is_none_or(is_first) {
                hit = Some(*number);
            }
            if fault.is_slow() && chance > 0.0 && happens(random, 0.3) {
                fate.latency = (fate.latency * 6).min(40_000);
            }
        }
        let Some(number) = hit else { return };
        let fault = &self.faults[usize::from(number)];
        let tally = &mut self.tallies[usize::from(number)];
        tally.hits += 1;
        *tally.terminals.entry(flight.terminal).or_default() += 1;
        if fault.falls_back() {
            flight.entry = if happens(random, 0.75) { 4 } else { 3 };
        }
        let shows = fault.shows(fleet.terminals[flight.terminal as usize].link, random);
        if shows == Shows::Onward {
            return;
        }
        fate.is_struck = true;
        fate.is_partial = false;
        (fate.unanswered, fate.late, fate.declined) = (shows == Shows::Silence, shows == Shows::Late, false);
        match shows {
            Shows::Code(code) => {
                fate.code = Some(code);
                fate.declined = true;
                if fault.is_outage() {
                    fate.latency = (fate.latency * 8).clamp(5_000, 30_000);
                }
            }
            _ => fate.repeated |= happens(random, 0.25),
        }
    }
}

/// Days since Monday.
fn weekday(settings: &Settings, day: u64) -> usize {
    let first = settings.day.weekday().to_monday_zero_offset();
    (first as u64 + day) as usize % 7
}

/// Rates of a till: those of its place times its own.
pub(crate) fn till_rates(
    make: &Make,
    place: [f64; CAUSES.len()],
    random: &mut Random,
) -> [f64; CAUSES.len()] {
    place.map(|rate| rate * make.terminal_rates.draw(random) * lognormal(random, 0.05))
}
