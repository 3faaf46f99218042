//! The plain world: terminals, issuers and customers who are much alike, and nothing at fault.

use crate::facts::{Code, DIALECTS, Facts};
use crate::fate::Fate;
use crate::fleet::{ENTRY_MODES, Fleet, Issuer, Link, Terminal, weighted};
use crate::flight::{Flight, Kind};
use crate::random::{Random, happens, lognormal};
use crate::{Rates, Settings};
use rand::RngExt;
use rand::distr::Distribution;
use rand::distr::weighted::WeightedIndex;

const MODELS: [&str; 5] = ["P400", "A920", "IWL250", "Move5000", "S80"];
const FIRMWARES: [&str; 3] = ["3.1.4", "3.2.0", "4.0.1"];
const REGIONS: [&str; 6] = ["north", "east", "south", "west", "coast", "capital"];
/// Name, dialect, currency.
const LINKS: [(&str, &str, &str); 6] = [
    ("visa-east", "iso1987", "840"),
    ("up-north", "unionpay-pos", "156"),
    ("acq-west", "iso1987", "978"),
    ("up-coast", "unionpay-pos", "156"),
    ("debit-hub", "iso1987", "840"),
    ("yen-gate", "iso1987", "392"),
];

/// How an issuer declines.
struct Habit {
    declined: f64,
    /// What it declines with, by dialect: weights of the rows of the table of codes.
    declines: [WeightedIndex<f64>; 2],
}

/// Customers of the plain world.
pub(crate) struct Plain {
    by_volume: WeightedIndex<f64>,
    by_cards: WeightedIndex<f64>,
    habits: Vec<Habit>,
    /// Quantiles of the time that a host takes, in milliseconds.
    latencies: Vec<u32>,
}

impl Plain {
    pub(crate) fn draw(settings: &Settings, facts: &Facts, random: &mut Random) -> (Fleet, Self) {
        let links: Vec<Link> =
            (0..settings.links.max(1)).map(|at| link(at, settings, facts, random)).collect();
        let rates = &settings.rates;
        let sites = settings.terminals / 3 + 1;
        let base = if random.random_range(0..2) == 0 { 123_400 } else { 10_012_300 };
        let mut terminals: Vec<Terminal> = Vec::with_capacity(settings.terminals as usize);
        for at in 0..settings.terminals.max(1) {
            let site = random.random_range(0..sites);
            terminals.push(terminal(base + at * 3, site, links.len() as u32, rates, random));
        }
        let volumes: Vec<f64> = terminals.iter().map(|_| lognormal(random, 1.1)).collect();
        // One that never closes, so that every hour has somewhere to go.
        terminals[0].closes = terminals[0].opens;
        let count = (settings.terminals / 40).clamp(6, 80) as usize;
        let (habits, issuers) = (0..count).map(|at| issuer(at, rates, facts, random)).unzip();
        let holders: Vec<f64> = (0..count).map(|_| lognormal(random, 0.9)).collect();
        let entries = (0..3).map(|sort| weighted(ENTRY_MODES.map(|(_, weights)| weights[sort]))).collect();
        let mut latencies: Vec<u32> =
            (0..1024).map(|_| (420.0 * lognormal(random, 0.55)).clamp(30.0, 15_000.0) as u32).collect();
        latencies.sort_unstable();
        let plain = Self { by_volume: weighted(volumes), by_cards: weighted(holders), habits, latencies };
        (Fleet { links, terminals, issuers, entries, stripes: None }, plain)
    }

    /// A terminal that is open at that minute after midnight.
    pub(crate) fn open_terminal(&self, fleet: &Fleet, minute: u16, random: &mut Random) -> u32 {
        let drawn = (0..24).map(|_| self.by_volume.sample(random));
        // The first one never closes.
        drawn.into_iter().find(|at| fleet.terminals[*at].is_open(minute)).unwrap_or(0) as u32
    }

    pub(crate) fn issuer(&self, random: &mut Random) -> u16 {
        self.by_cards.sample(random) as u16
    }

    /// What becomes of an attempt.
    pub(crate) fn fate(
        &self,
        fleet: &Fleet,
        rates: &Rates,
        flight: &Flight,
        is_near_edge: bool,
        random: &mut Random,
    ) -> Fate {
        let link = fleet.link_of(flight.terminal);
        let habit = &self.habits[usize::from(flight.issuer)];
        // Below 1, so that a customer who never gives up has success some day.
        let chance = (habit.declined * fleet.terminals[flight.terminal as usize].luck).min(0.9);
        let declined = happens(random, chance);
        let mut code = Some(link.approval);
        if declined {
            let dialect = DIALECTS.iter().position(|dialect| *dialect == link.dialect);
            let dialect = dialect.expect("a dialect with codes");
            code = Some(habit.declines[dialect].sample(random) as u8);
        } else if happens(random, rates.no_code) {
            code = None;
        }
        let unanswered = happens(random, rates.unanswered);
        let late = !unanswered && happens(random, rates.late);
        let whole = flight.kind == Kind::Sale && !declined && !late && !unanswered && code.is_some();
        let is_partial = whole && happens(random, rates.partial);
        let latency = f64::from(self.latencies[random.random_range(0..1024) as usize]) * link.slowness;
        let repeated = !is_near_edge && happens(random, rates.repeated);
        Fate {
            code: if is_partial { Some(link.partial) } else { code },
            declined,
            unanswered,
            late,
            is_partial,
            repeated,
            latency: latency as i64,
            is_struck: false,
        }
    }
}

fn link(at: u32, settings: &Settings, facts: &Facts, random: &mut Random) -> Link {
    let (name, dialect, currency) = LINKS[at as usize % LINKS.len()];
    let name = if (at as usize) < LINKS.len() { name.to_owned() } else { format!("{name}-{at}") };
    let dialect = if settings.two_dialects && settings.tells_links() { dialect } else { DIALECTS[0] };
    Link::draw(name, dialect, currency, 0.3, facts, random)
}

fn terminal(id: u32, site: u32, links: u32, rates: &Rates, random: &mut Random) -> Terminal {
    let opens = 60 * random.random_range(6..=11) as u16;
    let hours = 60 * random.random_range(8..=13) as u16;
    let never_closes = random.random_range(0..10) == 0;
    // A terminal that prints its number in two ways tells it on both sides.
    let is_unpadded = happens(random, rates.unpadded);
    Terminal {
        id,
        site,
        link: site % links,
        region: REGIONS[site as usize / 3 % REGIONS.len()],
        model: MODELS[random.random_range(0..MODELS.len())],
        firmware: FIRMWARES[random.random_range(0..FIRMWARES.len())],
        update: None,
        stan: random.random_range(1..=700_000),
        opens,
        closes: if never_closes { opens } else { opens + hours },
        luck: lognormal(random, 0.2),
        entry: random.random_range(0..3) as u8,
        is_unpadded,
        is_mute: !is_unpadded && happens(random, rates.mute),
    }
}

fn issuer(at: usize, rates: &Rates, facts: &Facts, random: &mut Random) -> (Habit, Issuer) {
    // One or two stand out.
    let outlier = if at % 37 == 3 { f64::from(random.random_range(3..=6)) } else { 1.0 };
    let declined = rates.declined * lognormal(random, 0.35) * outlier;
    let declines = DIALECTS.map(|dialect| {
        let of_dialect = |code: &Code| if code.dialect == dialect { code.weight } else { 0.0 };
        weighted(facts.codes.iter().map(|code| of_dialect(code) * lognormal(random, 0.35)))
    });
    (Habit { declined, declines }, Issuer::new(at, random))
}
