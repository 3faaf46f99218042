//! A labelled world under way: who comes when, and what becomes of an attempt.

use crate::Rates;
use crate::bank::{BASE, Bank, Lost, NETWORK};
use crate::chip::{Chip, Chips};
use crate::facts::CAUSES;
use crate::fate::Fate;
use crate::fault::{Fault, Shows};
use crate::fleet::{Fleet, STRIPE_CARD, service_code};
use crate::flight::{Flight, Kind};
use crate::labels::Tally;
use crate::make::{Drift, Make};
use crate::random::{Random, between, happens, lognormal, normal};
use crate::scene::{Errand, Scene};
use crate::shop::Shop;
use rand::RngExt;
use rand::distr::Distribution;
use rand::distr::weighted::WeightedIndex;
use std::rc::Rc;

pub(crate) const QUARTER_MS: i64 = 900_000;

/// What a terminal of a labelled world is, beside what logs show of it.
pub(crate) struct Till {
    pub(crate) shop: Rc<Shop>,
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
    /// How many visits a day has, in the unit of `visits_of`.
    pub(crate) a_day: f64,
    /// How a day's attempts spread over its quarters of an hour.
    pub(crate) flow: [f64; 96],
    base: [f64; CAUSES.len()],
    pub(crate) drift: [[f64; 25]; CAUSES.len()],
    latencies: Vec<u32>,
    chips: Chips,
    /// How much each site is visited just now, on a logarithmic scale.
    pub(crate) gusts: Vec<f64>,
    pub(crate) visits: Option<WeightedIndex<f64>>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) tallies: Vec<Tally>,
    /// The numbers of those that are nobody's own.
    pub(crate) shared: Vec<u16>,
    /// Those of them that have something to do in this quarter of an hour.
    pub(crate) active: Vec<u16>,
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
        seed: u64,
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
            a_day: 0.0,
            flow: [0.0; 96],
            base: BASE.map(|range| between(random, range)),
            drift,
            latencies,
            chips: Chips::new(seed),
            gusts: (0..sites).map(|_| make.gusts.0 * normal(random)).collect(),
            visits: None,
            faults: Vec::new(),
            tallies: Vec::new(),
            shared: Vec::new(),
            active: Vec::new(),
            scenes: Vec::new(),
            errands: Vec::new(),
            issuer_shares: Vec::new(),
            notes: Vec::new(),
            tills,
        }
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
        if matches!(entry, 0..=2) && service_code(card, self.make.stripes) == STRIPE_CARD {
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
        let read = flight.entry;
        self.strike(fleet, flight, moment, &mut fate, random);
        let has_chip = service_code(flight.card, self.make.stripes) != STRIPE_CARD;
        flight.chip = match has_chip {
            true => self.chips.told(flight.entry, flight.entry != read, link),
            false => Chip::default(),
        };
        fate.repeated &= !is_near_edge;
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

    /// Lets faults hit an attempt, and counts: first those of reading a card, which may change how it is read.
    fn strike(
        &mut self,
        fleet: &Fleet,
        flight: &mut Flight,
        moment: i64,
        fate: &mut Fate,
        random: &mut Random,
    ) {
        let mut is_decided = false;
        for is_reading in [true, false] {
            let hit = self.hit(fleet, flight, moment, fate, is_reading, random);
            if let Some(number) = hit.filter(|_| !is_decided) {
                is_decided = self.suffer(fleet, flight, number, fate, random);
            }
        }
    }

    /// The first fault that an attempt meets of those that hit it.
    fn hit(
        &mut self,
        fleet: &Fleet,
        flight: &Flight,
        moment: i64,
        fate: &mut Fate,
        is_reading: bool,
        random: &mut Random,
    ) -> Option<u16> {
        let own = self.tills[flight.terminal as usize].fault;
        let mut hit: Option<u16> = None;
        for number in own.iter().chain(&self.active) {
            let fault = &self.faults[usize::from(*number)];
            if fault.falls_back() != is_reading || !fault.covers(fleet, flight, moment) {
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
            if fault.is_slow() && chance > fault.effect && happens(random, 0.4) {
                fate.latency = (fate.latency * 6).min(40_000);
            }
        }
        hit
    }

    /// What a fault that hits does; whether it decides.
    fn suffer(
        &mut self,
        fleet: &Fleet,
        flight: &mut Flight,
        number: u16,
        fate: &mut Fate,
        random: &mut Random,
    ) -> bool {
        let fault = &self.faults[usize::from(number)];
        let tally = &mut self.tallies[usize::from(number)];
        tally.hits += 1;
        *tally.terminals.entry(flight.terminal).or_default() += 1;
        if fault.falls_back() {
            flight.entry = if happens(random, 0.75) { 4 } else { 3 };
        }
        let shows = fault.shows(fleet.terminals[flight.terminal as usize].link, random);
        if shows == Shows::Onward {
            return false;
        }
        fate.is_struck = true;
        fate.is_partial = false;
        (fate.unanswered, fate.late) = (shows == Shows::Silence, shows == Shows::Late);
        fate.declined = false;
        if let Shows::Code(code) = shows {
            fate.code = Some(code);
            fate.declined = true;
            if fault.is_outage() {
                fate.latency = (fate.latency * 8).clamp(5_000, 30_000);
            }
        } else {
            fate.repeated |= happens(random, 0.25);
        }
        true
    }
}

/// Rates of a till: those of its place times its own.
pub(crate) fn till_rates(
    make: &Make,
    place: [f64; CAUSES.len()],
    random: &mut Random,
) -> [f64; CAUSES.len()] {
    place.map(|rate| rate * make.terminal_rates.draw(random) * lognormal(random, 0.05))
}
