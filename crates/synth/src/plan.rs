//! What happens to a transaction: its lines, each at its time.
//!
//! Draws do not depend on the form, so that all forms of a seed tell the same day.

use crate::facts::{Decision, Facts, WhyReversed};
use crate::fate::Fate;
use crate::fleet::{Fleet, weighted};
use crate::flight::{Flight, Kind, Part, Role};
use crate::make::Make;
use crate::plain::Plain;
use crate::queue::Queue;
use crate::random::{Random, happens, seconds};
use crate::reversal::Why;
use crate::town::Town;
use crate::world::DAY_MS;
use crate::{Rates, Settings, census, plot};
use rand::distr::weighted::WeightedIndex;
use rand::{RngExt, SeedableRng};

/// STANs of hops count apart from those of terminals.
const FIRST_HOP_STAN: u32 = 800_000;
const HOP_STANS: u32 = 150_000;
/// Named by reversals of nothing; no terminal counts so far within a horizon.
const NO_STAN: u32 = 990_000;
/// Near a hard cut only what a cut cannot make ambiguous happens.
const EDGE_MS: i64 = 15 * 60_000;

/// Who comes, and what becomes of it.
pub(crate) enum People {
    Plain(Plain),
    Town(Box<Town>),
}

/// Plans transactions and puts their lines into the queue.
pub(crate) struct Planner {
    pub(crate) fleet: Fleet,
    pub(crate) facts: Facts,
    pub(crate) queue: Queue,
    pub(crate) random: Random,
    pub(crate) rates: Rates,
    pub(crate) people: People,
    pub(crate) lost_why: WeightedIndex<f64>,
    pub(crate) answered_why: WeightedIndex<f64>,
    edges: Vec<i64>,
    /// How a day's reference numbers begin, and how many there were.
    pub(crate) rrn: u64,
    hop_stan: u32,
}

impl Planner {
    pub(crate) fn new(settings: &Settings) -> Self {
        let facts = Facts::read(settings.world);
        let mut random = Random::seed_from_u64(settings.seed);
        let (mut fleet, people) = match Make::of(settings.world) {
            None => {
                let (fleet, plain) = Plain::draw(settings, &facts, &mut random);
                (fleet, People::Plain(plain))
            }
            Some(make) => {
                let (mut fleet, mut town) = census::draw(make, settings, &facts, &mut random);
                plot::plan(settings, &mut fleet, &mut town, &facts);
                (fleet, People::Town(Box::new(town)))
            }
        };
        if !settings.tells_links() {
            for link in &mut fleet.links {
                link.name = if settings.form.tells_links() { settings.link.clone() } else { String::new() };
            }
        }
        let why = |weight: fn(&WhyReversed) -> f64| weighted(facts.reversals.iter().map(weight));
        let start = settings.start();
        Self {
            lost_why: why(|why| why.lost),
            answered_why: why(|why| why.answered),
            edges: settings.cut.iter().flat_map(|(from, to)| [start + from, start + to]).collect(),
            rates: settings.rates.clone(),
            queue: Queue::new(settings.bare),
            people,
            fleet,
            facts,
            random,
            rrn: 0,
            hop_stan: 0,
        }
    }

    /// A customer comes to a terminal.
    pub(crate) fn arrive(&mut self, at: i64) {
        let random = &mut self.random;
        let flight = match &self.people {
            People::Plain(plain) => {
                let minute = (at.rem_euclid(DAY_MS) / 60_000) as u16;
                let terminal = plain.open_terminal(&self.fleet, minute, random);
                let issuer = plain.issuer(random);
                let card = self.fleet.issuers[usize::from(issuer)].card(random);
                let kind = kind(self.rates.other_kinds, random);
                let entry = self.fleet.entry(terminal, random);
                Flight { kind, terminal, issuer, entry, card, begin: at, ..Flight::default() }
            }
            People::Town(town) => {
                let Some(flight) = town.visit(&self.fleet, at, random) else { return };
                Flight { kind: kind(self.rates.other_kinds, random), ..flight }
            }
        };
        let amount = if flight.kind == Kind::Inquiry { 0 } else { amount(random) };
        let flight = Flight { amount, approved: amount, ..flight };
        if self.draw(self.rates.offline) {
            self.begin(Flight { role: Role::Advice, amount: amount.max(100), kind: Kind::Sale, ..flight });
        }
        if self.draw(self.rates.orphans) {
            self.begin(Flight { role: Role::Orphan, amount: amount.max(100), kind: Kind::Sale, ..flight });
        }
        self.company(&flight);
        if self.draw(self.rates.signed_on) {
            let role = if self.random.random_range(0..3) == 0 { Role::KeyChange } else { Role::SignOn };
            self.begin(Flight { role, amount: 0, ..flight });
            let place = self.queue.add(flight);
            let skew = self.skew_of(place);
            self.queue.push(place, Part::Begin, flight.begin + 5_000, -skew);
            return;
        }
        self.begin(flight);
    }

    /// Others who come with a customer of a labelled world, and the same one who comes back.
    fn company(&mut self, flight: &Flight) {
        let People::Town(town) = &self.people else { return };
        let random = &mut self.random;
        let (chance, most) = town.make.parties;
        let mut further = Vec::new();
        if happens(random, chance) {
            let mut begin = flight.begin;
            for _ in 0..random.random_range(1..=most) {
                begin += seconds(random, 12, 75);
                let amount = amount(random);
                let other = town.customer(&self.fleet, flight.terminal, begin, random);
                further.push(Flight { amount, approved: amount, ..other });
            }
        }
        if happens(random, town.make.returns) {
            // So much later that its reversal cannot be meant for the first.
            let begin = flight.begin + seconds(random, 12 * 60, 300 * 60);
            let minute = (begin.rem_euclid(DAY_MS) / 60_000) as u16;
            let is_today = begin.div_euclid(DAY_MS) == flight.begin.div_euclid(DAY_MS);
            if is_today && self.fleet.terminals[flight.terminal as usize].is_open(minute) {
                let amount = amount(random) + 1;
                further.push(Flight { kind: Kind::Sale, amount, approved: amount, begin, ..*flight });
            }
        }
        for flight in further {
            self.follow(flight);
        }
    }

    /// A quarter of an hour of a labelled day begins: how many of the day's `attempts` come in it.
    pub(crate) fn turn(&mut self, settings: &Settings, at: (u64, usize), attempts: u64) -> u64 {
        let People::Town(town) = &mut self.people else { return 0 };
        town.turn(settings, &self.fleet, at, attempts, &mut self.random)
    }

    /// A labelled day begins: what terminals have to do besides customers, and what follows a script.
    pub(crate) fn open_day(&mut self, midnight: i64) {
        let People::Town(town) = &mut self.people else { return };
        for flight in town.agenda(&self.fleet, midnight, &mut self.random) {
            self.follow(flight);
        }
    }

    /// A transaction begins now.
    pub(crate) fn begin(&mut self, flight: Flight) {
        let place = self.queue.add(flight);
        self.begin_at(place);
    }

    /// The same for one that waited for its time. Where there is no power, nothing begins.
    pub(crate) fn begin_at(&mut self, place: u32) {
        let mut flight = *self.queue.flight(place);
        if let People::Town(town) = &self.people {
            let moment = flight.begin - self.fleet.link_of(flight.terminal).skew;
            if town.is_dark(flight.terminal, moment) {
                self.queue.release(place);
                return;
            }
        }
        if flight.resets {
            self.fleet.terminals[flight.terminal as usize].stan = 0;
        }
        flight.stan = self.next_stan(flight.terminal);
        if flight.rrn == 0 && !matches!(flight.role, Role::SignOn | Role::KeyChange) {
            self.rrn += 1;
            flight.rrn = self.rrn;
        }
        match flight.role {
            Role::Attempt | Role::Retry => self.attempt(place, flight),
            Role::Orphan => self.orphan(place, flight),
            Role::Advice | Role::SignOn | Role::KeyChange => self.told_afterwards(place, flight),
        }
    }

    /// What becomes of an attempt.
    pub(crate) fn fate(&mut self, flight: &mut Flight) -> Fate {
        let is_near_edge = self.is_near_edge(flight.begin);
        let Self { people, fleet, rates, random, .. } = self;
        match people {
            People::Plain(plain) => plain.fate(fleet, rates, flight, is_near_edge, random),
            People::Town(town) => town.fate(fleet, rates, flight, is_near_edge, random),
        }
    }

    fn orphan(&mut self, place: u32, mut flight: Flight) {
        self.undo(place, &mut flight, 0, Why::InVain);
        // The original is none of this log's.
        flight.stan = NO_STAN + self.random.random_range(0..9_000);
        flight.left = self.queue.flight(place).left;
        *self.queue.flight(place) = flight;
    }

    /// Advices and administrative messages.
    fn told_afterwards(&mut self, place: u32, mut flight: Flight) {
        let is_advice = flight.role == Role::Advice;
        flight.code = Some(self.fleet.link_of(flight.terminal).approval);
        flight.latency = self.random.random_range(40..=3_000);
        let latency = i64::from(flight.latency);
        let begin = flight.begin;
        self.line(place, begin, Part::Request, 0);
        if is_advice && self.draw(self.rates.stored) {
            if self.random.random_range(0..2) == 0 && !self.is_near_edge(begin) {
                self.line(place, begin, Part::Answer, latency);
            }
            let again = seconds(&mut self.random, 65, 400);
            self.line(place, begin, Part::Repeat, again);
            self.line(place, begin, Part::Answer, again + latency);
        } else if self.random.random_range(0..20) > 0 {
            self.line(place, begin, Part::Answer, latency);
        }
        flight.left = self.queue.flight(place).left;
        *self.queue.flight(place) = flight;
    }

    /// Puts a line into the queue, some milliseconds into the flight, and its copies.
    pub(crate) fn line(&mut self, place: u32, begin: i64, part: Part, after: i64) {
        let mut at = begin + after;
        let delay = if self.draw(self.rates.delayed) { seconds(&mut self.random, 0, 30) } else { 0 };
        // Lines are written when they happen, whatever their link's clock says.
        let delay = delay - self.skew_of(place);
        self.queue.push(place, part, at, delay);
        // A code that was hidden is never printed after the one that hides it.
        if part != Part::Upstream && self.draw(self.rates.copied) {
            for _ in 0..self.random.random_range(1..=3) {
                at += i64::from(self.random.random_range(1..=3));
                self.queue.push(place, part, at, delay);
            }
        }
    }

    pub(crate) fn follow(&mut self, flight: Flight) {
        let begin = flight.begin;
        let place = self.queue.add(flight);
        let skew = self.skew_of(place);
        self.queue.push(place, Part::Begin, begin, -skew);
    }

    fn skew_of(&mut self, place: u32) -> i64 {
        self.fleet.link_of(self.queue.flight(place).terminal).skew
    }

    pub(crate) fn is_near_edge(&self, moment: i64) -> bool {
        self.edges.iter().any(|edge| (moment - edge).abs() < EDGE_MS)
    }

    pub(crate) fn draw(&mut self, chance: f64) -> bool {
        happens(&mut self.random, chance)
    }

    pub(crate) fn next_stan(&mut self, terminal: u32) -> u32 {
        let stan = &mut self.fleet.terminals[terminal as usize].stan;
        *stan = if *stan >= FIRST_HOP_STAN - 1 { 1 } else { *stan + 1 };
        *stan
    }

    pub(crate) fn next_hop_stan(&mut self) -> u32 {
        self.hop_stan = (self.hop_stan + 1) % HOP_STANS;
        FIRST_HOP_STAN + self.hop_stan
    }

    /// Whether a code approves.
    pub(crate) fn decision(&self, flight: &Flight, code: u8) -> Decision {
        self.facts.codes[usize::from(code)].decision(flight.kind.is_related())
    }
}

fn kind(others: f64, random: &mut Random) -> Kind {
    if !happens(random, others) {
        return Kind::Sale;
    }
    match random.random_range(0..8) {
        0..3 => Kind::Preauth,
        3 => Kind::Void,
        4 | 5 => Kind::Refund,
        _ => Kind::Inquiry,
    }
}

/// Small ones are common.
fn amount(random: &mut Random) -> u64 {
    let most = 1_000_u32 << random.random_range(0..6);
    u64::from(random.random_range(100..=most + 100))
}
